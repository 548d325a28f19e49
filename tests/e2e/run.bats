#!/usr/bin/env bats
load jobledger

@test "the nightly job: ingest, fetch and export in one, one summary line" {
    sim_start - <<'SIM'
default status=completed model=gpt-4o cost=0.015 time=2.3 confidence=0.95
SIM
    ids 5 > in.csv
    jl run in.csv --out reports --base-url "$SIM_URL"
    ok
    one_line
    says "5 rows, 5 new jobs"
    says "5 requests, 5 completed"
    says "17 reports in reports"
    local expected
    expected="$("$JOBLEDGER" export --help | sed -n '/^Reports:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1.csv/p' | grep -v ^all.csv | sort)"
    same "$(ls reports)" "$expected"
    same "$(cut -d, -f1,2,6 reports/models.csv)" $'model_used,jobs,cost_chf_total\ngpt-4o,5,0.075'
    # Again, the next night: nothing to ask, the same reports.
    cp -r reports before
    jl -q run in.csv --out reports --base-url "$SIM_URL"
    ok
    [ -z "$stderr" ]
    diff -r -x runs.csv before reports
    same "$(sim_requests)" 5
}

@test "over HTTPS with --cacert; not without it" {
    sim_start --https
    ids 3 > in.csv
    jl -q run in.csv --out r --base-url "$SIM_URL" --retries 0
    ends 6
    says "certificate"
    jl -q run in.csv --out r --base-url "$SIM_URL" --cacert "$SIM_CERT"
    [ "$status" -le 1 ]
    [ "$(query "SELECT count(*) FROM job WHERE status <> 'new'")" -eq 3 ]
}

@test "the folder is made, with its parents; a file in its place is status 7" {
    sim_start
    ids 1 > in.csv
    jl -q run in.csv --out a/b/c --base-url "$SIM_URL"
    [ -f a/b/c/jobs.csv ]
    touch file
    jl -q run in.csv --out file --base-url "$SIM_URL"
    ends 7
    says "file"
}

@test "an unusable file: the others go on, the reports are written, status 4" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ids 2 > good.csv
    : > empty.csv
    jl run empty.csv good.csv missing.csv --out r --base-url "$SIM_URL"
    ends 4
    says "empty.csv"
    says "missing.csv"
    same "$(csv jobs | wc -l)" 3
    diff <(csv jobs) r/jobs.csv
}

@test "the fetch fails: what the ledger holds is exported all the same" {
    ids 2 > in.csv
    jl run in.csv --out r --base-url http://127.0.0.1:9 --retries 0
    ends 6
    same "$(wc -l < r/jobs.csv)" 3
    unset FREDDY_API_KEY
    jl run in.csv --out r2 --base-url http://127.0.0.1:9
    ends 3
    same "$(wc -l < r2/jobs.csv)" 3
}

@test "the first of several statuses wins: 3 before 4 before 7 before 6 before 1" {
    spell 'job_id\njob_1\nwrong\n' > rejects.csv
    touch file
    jl -q run rejects.csv --out r --base-url http://127.0.0.1:9 --retries 0
    ends 6
    jl -q run rejects.csv --out file --base-url http://127.0.0.1:9 --retries 0
    ends 7
    jl -q run missing.csv --out file --base-url http://127.0.0.1:9 --retries 0
    ends 4
    FREDDY_API_KEY= jl -q run missing.csv --out file --base-url http://127.0.0.1:9 --retries 0
    ends 3
    jl -q run missing.csv --out r --base-url ftp://127.0.0.1
    ends 2
}

@test "usage: no file, no folder" {
    jl run --out r
    ends 2
    one_line
    ids 1 > in.csv
    jl run in.csv
    ends 2
    says "--out DIR"
    [ ! -e jobledger.db ]
}

@test "--dry-run stops before anything is written or asked" {
    sim_start
    ids 3 > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --dry-run
    ok
    says "3 rows, 3 new jobs"
    [ ! -e r ] && [ ! -e jobledger.db ]
    same "$(sim_requests)" 0
}

@test "--fail-on adds conditions to status 1" {
    sim_start - <<'SIM'
on job_f status=failed message=broken time=1 cost=0
on job_m http=404
on job_p status=pending
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    spell 'job_id\njob_ok\n' > in.csv
    jl -q run in.csv --out r --base-url "$SIM_URL" --fail-on failed,not_found,open
    ok
    for pair in failed:job_f not_found:job_m open:job_p; do
        spell "job_id\n${pair#*:}\n" > more.csv
        jl -q -d "${pair%:*}.db" run more.csv --out r --base-url "$SIM_URL"
        ok
        spell "job_id\njob_ok\n${pair#*:}\n" > more.csv
        jl -q -d "${pair%:*}2.db" run more.csv --out r --base-url "$SIM_URL" --fail-on "${pair%:*}"
        loose
    done
}

@test "input options of run are the input's; export is as by default" {
    sim_start - <<< 'default status=pending'
    spell 'x;job_1\ny;job_2\n' > in.csv
    jl -q run in.csv --no-header --delimiter semicolon --id-column 2 --out r --base-url "$SIM_URL"
    ok
    same "$(head -1 r/jobs.csv | cut -d, -f1,2)" "job_id,status"
    jl -q run in.csv --no-header --delimiter ';' --id-column 2 --out r --excel --base-url "$SIM_URL"
    ok
    same "$(head -c 9 r/jobs.csv | od -An -tx1 | tr -d ' ')" "efbbbf6a6f625f6964"
    same "$(sed -n 2p r/jobs.csv | cut -c 1-13)" "job_1;pending"
}

@test "SIGTERM during the fetch: 143 within 5 seconds, what was answered is kept" {
    sim_start - <<'SIM'
on job_n00000? status=completed model=m cost=1 time=1 data={"a":1}
default latency=20000
SIM
    ids 30 > in.csv
    "$JOBLEDGER" run in.csv --out r --base-url "$SIM_URL" 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 12 ] && break; sleep 0.05; done
    started=$SECONDS
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" -eq 143 ]
    [ $((SECONDS - started)) -le 5 ]
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 9
    same "$(query "SELECT exit_status, completed FROM run")" "143|9"
}

@test "kill -9 loses at most the last second; the next run goes on from there" {
    sim_start - <<'SIM'
latency 50
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    ids 400 > in.csv
    "$JOBLEDGER" -q run in.csv --out r --base-url "$SIM_URL" -j 4 3>&- &
    pid=$!
    for _ in $(seq 200); do [ "$(sim_requests)" -ge 200 ] && break; sleep 0.02; done
    kill -9 $pid
    wait $pid || true
    kept=$(query "SELECT count(*) FROM job WHERE status = 'completed'")
    [ "$kept" -ge 50 ]
    same "$(query 'PRAGMA integrity_check')" ok
    same "$(query 'SELECT ended_at IS NULL, completed FROM run')" "1|$kept"
    jl -q fetch --base-url "$SIM_URL" -j 64
    ok
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 400
    same "$(query 'SELECT count(*) FROM answer')" 400
}
