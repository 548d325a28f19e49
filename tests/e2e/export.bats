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
    query "UPDATE job SET status = 'completed', cost_nano = 1000000000000000, resolved_at = 0;
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
           INSERT INTO job (job_id, status, cost_nano, first_seen_at, resolved_at)
           SELECT 'job_x' || i, 'completed', 1000000000000000, 0, 0 FROM n"
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

@test "failure-causes: the failures by cause, the most frequent first, with an example" {
    sim_start - <<'SIM'
on job_a,job_c status=failed message=torn time=1 cost=0.25 created=2026-01-02T03:04:05.5Z
on job_b status=failed message=torn time=1 cost=0.5 created=2026-01-01T00:00:00Z
on job_d http=404
on job_e http=403 code=NO message=nay
on job_f http=503 noenvelope
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    spell 'job_id\njob_c\njob_a\njob_b\njob_d\njob_e\njob_f\njob_g\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" --retries 0
    loose
    same "$(csv failure-causes)" 'status,error_code,error_message,jobs,cost_chf_total,first_created_at,last_created_at,example_job_id
failed,EXTRACTION_FAILED,torn,3,1.00,2026-01-01T00:00:00Z,2026-01-02T03:04:05.5Z,job_a
error,NO,nay,1,0.00,,,job_e
new,HTTP_503,the server answered with HTTP status 503,1,0.00,,,job_f
not_found,JOB_NOT_FOUND,The requested job was not found.,1,0.00,,,job_d'
    same "$(csv failures | wc -l)" 7
}

@test "anomalies and runs" {
    sim_start - <<'SIM'
on job_a status=archived
default status=completed model=m cost=-1 time=1 confidence="2" data={"a":1}
SIM
    spell 'job_id\njob_b\njob_a\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q --now 2026-11-30T03:00:00Z fetch --base-url "$SIM_URL"
    same "$(csv anomalies)" 'job_id,field,problem,value
job_a,status,unknown_status,archived
job_b,confidence,out_of_range,2
job_b,cost_chf,out_of_range,-1'
    same "$(csv runs)" 'run_id,started_at,ended_at,requests,resolved,completed,failed,not_found,errors,still_open,retries,rate_limited,exit_status
1,2026-11-30T03:00:00Z,2026-11-30T03:00:00Z,2,1,1,0,0,0,1,0,0,0'
}

@test "every report runs unaltered in the sqlite3 shell, with the program's cells" {
    ledger_of 3
    for sql in "$SIM_ROOT"/sql/reports/*.sql; do
        name=$(basename "$sql" .sql)
        case $name in extracted | items) continue ;; esac
        sqlite3 -csv -header jobledger.db < "$sql" | tr -d '\r' > shell.csv
        csv "$name" --cells verbatim > program.csv
        # The shell prints no header where there are no rows.
        [ "$(wc -l < program.csv)" -le 1 ] || diff shell.csv program.csv
    done
}

@test "tsv and jsonl hold the cells of csv, jsonl with JSON's own types" {
    sim_start - <<'SIM'
on job_a status=completed model=m cost=0.015 time=2.3 confidence=0.9 data={"n":1E5,"t":"=x","b":true,"l":[1,"2"],"z":null}
SIM
    spell 'job_id,note\njob_a,"a\tb"\njob_b,\n' > in.csv
    "$JOBLEDGER" -q run in.csv --out reports --base-url "$SIM_URL" --limit 1
    same "$(csv extracted --format jsonl | jq -c 'del(.created_at)')" \
        '{"job_id":"job_a","model_used":"m","confidence":0.9,"n":100000,"t":"=x","b":true,"l":[1,"2"],"z":null}'
    csv extracted --format jsonl | grep -q '"n":1E5,"t":"=x","b":true,"l":\[1,"2"\],"z":null}$'
    same "$(csv jobs --format jsonl | jq -c '[.job_id, .status, .cost_chf, .polls, .["label.note"]]')" \
'["job_a","completed",0.015,1,"a\tb"]
["job_b","new",null,0,null]'
    same "$(csv jobs --format tsv --no-header | cut -f 1,2,15-)" $'job_a\tcompleted\t"a\tb"\njob_b\tnew\t'
    csv all -o all --format jsonl
    same "$(ls all | sed 's/.*\.//' | sort -u)" jsonl
}
