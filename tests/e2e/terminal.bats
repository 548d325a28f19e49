#!/usr/bin/env bats
# What a person sees: figures, colours and widths on a terminal, and plain text where there is none.
load jobledger

# on COLUMNS ARGUMENTS...: runs the program on a terminal; sets $status and $output.
on() {
    local columns=$1
    shift
    run python3 "$BATS_TEST_DIRNAME/on_terminal.py" "$columns" "$JOBLEDGER" "$@"
}

# counts STATUS=JOBS...: a ledger that says so, whatever jobs it has.
counts() {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for count in "$@"; do
        query "INSERT OR REPLACE INTO tally VALUES (0, '${count%=*}', ${count#*=}, 1234567, 15000000)"
    done
}

# runs N FIGURE: N runs with that figure everywhere
runs() {
    query "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
           INSERT INTO run (started_at, ended_at, requests, completed, failed, not_found, errors, still_open, retries, rate_limited, exit_status)
           SELECT 1790000000 + i, 1790010000 + i, $2, $2, $2, $2, $2, $2, $2, $2, 143 FROM n"
}

has() {
    [[ $output == *"$1"* ]] || { echo "not shown: $1"; echo "$output"; return 1; }
}

has_not() {
    [[ $output != *"$1"* ]] || { echo "shown: $1"; echo "$output"; return 1; }
}

@test "status: thousands on a terminal, plain in a pipe and in JSON" {
    counts new=0 completed=1234567 failed=12
    on 80 status
    ok
    has "jobs         1'234'579"
    has "  completed  1'234'567"
    has "  failed            12"
    has "cost         3'703'701.045 CHF"
    jl status
    has "jobs         1234579"
    has "  completed  1234567"
    has "  failed     12"
    has "cost         3703701.045 CHF"
    has_not "'"
    on 80 status --json
    has '"completed": 1234567,'
    has '"cost_chf_total": "3703701.045"'
    has_not "'"
}

@test "status fits 80 columns, and shows more where there is room" {
    counts completed=123456789 pending=12345678
    runs 5 1234567
    query "UPDATE run SET digest = zeroblob(32)"
    on 80 status
    ok
    same "$(wc -L <<< "$output")" 78
    has "run started           took        requests   resolved  still open  exit status"
    has "2h 46m     1'234'567  4'938'268   1'234'567  143"
    has_not "retries"
    on 133 status
    has_not "retries"
    on 134 status
    same "$(wc -L <<< "$output")" 134
    has "requests  retries    429   resolved  completed   failed  not found   errors  still open"
    jl status
    has_not "retries"
    has "2h 46m       1234567    4938268     1234567  143"
}

@test "status: a run that was killed, or lasts, has no end" {
    counts
    query "INSERT INTO run (started_at) VALUES (1790000000)"
    jl status
    has "(no end)"
    has "  -"
}

@test "colours on a terminal, and never with NO_COLOR, TERM=dumb or in a pipe" {
    counts new=1 completed=5 failed=3
    unset NO_COLOR
    export TERM=xterm
    on 80 status
    has $'\033[32m5\033[m'
    has $'\033[31m3\033[m'
    has $'\033[33m1\033[m'
    has $'\033[2m0\033[m'
    NO_COLOR=1 on 80 status
    has_not $'\033'
    TERM=dumb on 80 status
    has_not $'\033'
    TERM= on 80 status
    has_not $'\033'
    NO_COLOR= on 80 status
    has $'\033'
    jl status
    has_not $'\033'
    on 80 status --json
    has_not $'\033'
}

@test "status says what to do next" {
    echo job_id > none.csv
    "$JOBLEDGER" -q ingest none.csv
    jl status
    ok
    has "jobs         0"
    has $'\nnext         jobledger ingest FILE.csv'
    has_not "see  "
    has_not "oldest"
    ids 2 > in.csv
    "$JOBLEDGER" -q --now 2026-11-20T22:00:00Z ingest in.csv
    jl status --now 2026-11-27T00:30:00Z
    has $'\nnext         jobledger fetch'
    has "oldest open  job_n000001, first seen 2026-11-20T22:00:00Z, 6d 02h ago"
    has_not "see  "
    sim_start - <<'SIM'
on job_n000001 status=completed cost=0.5 model=m time=1
default http=404
SIM
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    jl status
    has $'\nnext         jobledger export all -o reports'
    has $'\nsee          jobledger export failures'
}

@test "the oldest open job, when it was created and how long that is ago" {
    sim_start - <<< 'default status=pending created=2026-11-26T01:02:03Z'
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    jl status --now 2026-11-27T02:02:03Z
    has "oldest open  job_n000001, created 2026-11-26T01:02:03Z, 1d 01h ago"
    jl status --now 2026-11-26T01:04:08Z
    has ", 2m 05s ago"
    jl status --now 2026-11-26T01:02:03Z
    has_not "ago"
}

@test "a summary has thousands on a terminal alone" {
    ids 1234 > in.csv
    on 80 ingest in.csv
    has "1'234 rows, 1'234 new jobs, 0 known"
    jl ingest --again in.csv
    says "1234 rows, 0 new jobs, 1234 known"
    on 80 --log-format json ingest --again in.csv
    has "1234 rows"
}

@test "progress: one line that keeps to the window, with thousands" {
    sim_start - <<'SIM'
latency 20
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    ids 1500 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    on 60 fetch --base-url "$SIM_URL" --rate none -j 16
    ok
    has "/1'500 jobs  "
    has " completed"
    has_not "0 failed  "
    tr '\r' '\n' <<< "$output" | sed 's/\x1b\[K//g' | grep '^fetch  ' > lines
    [ -s lines ]
    [ "$(wc -L < lines)" -le 59 ]
    has "1'500 requests, 1'500 completed"
}

@test "who types just jobledger is told three commands to begin with" {
    on 80
    ends 2
    same "$output" "jobledger: which command? To begin with:
  jobledger ingest FILE.csv          takes job IDs into a ledger
  jobledger fetch                    asks the API for them
  jobledger export jobs -o jobs.csv  writes a report
or all three at once: jobledger run FILE.csv --out DIR; more: jobledger --help"
}
