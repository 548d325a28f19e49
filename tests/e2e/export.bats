#!/usr/bin/env bats
load jobledger

# A ledger of N jobs that were never asked for.
ledger_of() {
    ids "$1" > in.csv
    "$JOBLEDGER" -q ingest in.csv
}

@test "the ledger itself is never taken for the place of a report" {
    ledger_of 2
    ln -s jobledger.db link
    mkdir reports
    ln jobledger.db reports/models.csv
    for place in jobledger.db ./jobledger.db link; do
        jl export jobs -o "$place"
        ends 2
        one_line
        says "ledger itself"
    done
    jl export all -o reports
    ends 2
    says "reports/models.csv"
    [ -s reports/rejects.csv ]
    same "$(csv jobs | wc -l)" 3
}

@test "a signal while a pipe is full is 143 or 130, not 7" {
    ledger_of 20000
    for signal in TERM:143 INT:130; do
        mkfifo "$signal"
        exec 4<> "$signal" # held open, and not read beyond the first byte: the export stands still in a write
        "$JOBLEDGER" export jobs -o "$signal" 2> err 3>&- 4<&- &
        read -r -N 1 _ <&4
        while kill -s "${signal%:*}" $! 2> /dev/null; do sleep 0.05; done
        status=0
        wait $! || status=$?
        exec 4<&-
        [ "$status" -eq "${signal#*:}" ]
    done
}

@test "what can't be written leaves the old report, and nothing beside it" {
    ledger_of 2
    mkdir out
    echo old > out/jobs.csv
    # A total beyond what is added up exactly.
    query "UPDATE job SET status = 'completed', cost_nano = 1000000000000000;
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
           INSERT INTO job (job_id, status, cost_nano, first_seen_at)
           SELECT 'job_x' || i, 'completed', 1000000000000000, 0 FROM n"
    echo old > out/models.csv
    jl export models -o out/models.csv
    ends 5
    one_line
    says "9000000000 CHF"
    same "$(cat out/models.csv)" old
    same "$(ls -A out)" $'jobs.csv\nmodels.csv'
    # The others have their turn.
    jl export all -o out
    ends 5
    same "$(cat out/models.csv)" old
    same "$(wc -l < out/jobs.csv)" 9003
}

@test "a pipe closed early is status 7, in one line that names it" {
    ledger_of 20000
    { "$JOBLEDGER" export jobs 2> err || echo $? > status; } | head -n 1 > first
    same "$(cut -d, -f1 first)" job_id
    same "$(cat status)" 7
    same "$(cat err)" "jobledger: standard output: the report can't be written: Broken pipe"
}
