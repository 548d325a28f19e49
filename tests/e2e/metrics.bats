#!/usr/bin/env bats
# --metrics: figures for Prometheus, whatever a run came to.
load jobledger

# metric NAME [FILE]: its value; nothing where there is none
metric() {
    python3 "$BATS_TEST_DIRNAME/exposition.py" "${2:-m.prom}" > samples || return 1
    awk -v name="jobledger_$1" '$1 == name { print $2 }' samples
}

is() { # NAME VALUE
    same "$1 $(metric "$1")" "$1 $2"
}

outcome() { # STATUS LAST-SUCCESS
    is last_run_exit_status "$1"
    is last_success_timestamp_seconds "$2"
}

epoch() {
    date -u -d "$1" +%s
}

@test "what a run did, and what the ledger holds" {
    sim_start - <<'SIM'
on job_n000001 status=completed model=m cost=0.123456789 time=1 data={"a":1}
on job_n000002 status=completed model=m cost=1234.5 time=1 data={"a":1}
on job_n000003 status=failed message=broken time=1 cost=0
on job_n000004 http=404
on job_n000005 http=403 code=FORBIDDEN
on job_n000006 status=pending created=2026-11-26T01:02:03.5Z
on job_n000007 first=2 http=503
on job_n000007 first=4 http=429 retry-after=0
on job_n000007 status=processing created=2026-11-26T01:02:04Z
SIM
    ids 7 > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --metrics m.prom --now 2026-11-27T00:00:00Z
    loose
    one_line
    is 'jobs{status="new"}' 0
    is 'jobs{status="completed"}' 2
    for state in pending processing failed not_found error; do is "jobs{status=\"$state\"}" 1; done
    is cost_chf 1234.623456789
    is oldest_open_job_timestamp_seconds "$(epoch 2026-11-26T01:02:03Z)"
    is oldest_open_job_age_seconds $((22 * 3600 + 57 * 60 + 57))
    is last_fetch_requests 11
    is last_fetch_retries 2
    is last_fetch_rate_limited 2
    is last_fetch_start_timestamp_seconds "$(epoch 2026-11-27)"
    is last_run_start_timestamp_seconds "$(epoch 2026-11-27)"
    is last_run_end_timestamp_seconds "$(epoch 2026-11-27)"
    is last_run_duration_seconds 0
    outcome 1 0
}

@test "times of the clock, and how long it took" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1} latency=1100'
    ids 1 > in.csv
    before=$(date +%s)
    jl run in.csv --out r --base-url "$SIM_URL" --metrics m.prom
    ok
    start=$(metric last_run_start_timestamp_seconds)
    end=$(metric last_run_end_timestamp_seconds)
    [ "$before" -le "$start" ] && [ "$start" -lt "$end" ] && [ "$end" -le "$(date +%s)" ]
    is last_run_duration_seconds $((end - start))
    outcome 0 "$end"
}

@test "the last success stays told while runs fail, in the ledger too" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ids 1 > in.csv
    good=$(epoch 2026-11-20)
    jl run in.csv --out r --base-url "$SIM_URL" --metrics m.prom --now 2026-11-20T00:00:00Z
    outcome 0 "$good"
    ids 2 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    export FREDDY_BASE_URL=http://127.0.0.1:9
    jl fetch --retries 0 --metrics m.prom --now 2026-11-21T00:00:00Z
    ends 6
    outcome 6 "$good"
    is 'jobs{status="new"}' 1
    FREDDY_API_KEY= jl fetch --metrics m.prom --now 2026-11-22T00:00:00Z
    ends 3
    outcome 3 "$good"
    is last_run_end_timestamp_seconds "$(epoch 2026-11-22)"
    is last_fetch_start_timestamp_seconds "$(epoch 2026-11-21)"
    # The fetch itself goes well, but not the reports; a ledger that was refreshed knows it as well.
    touch file
    export FREDDY_BASE_URL=$SIM_URL
    jl run in.csv --out file --metrics m.prom --now 2026-11-23T00:00:00Z
    ends 7
    outcome 7 "$good"
    rm m.prom
    jl status --metrics m.prom
    ok
    outcome 7 "$good"
    jl fetch --metrics m.prom --now 2026-11-24T00:00:00Z
    outcome 0 "$(epoch 2026-11-24)"
    jl run missing.csv --out r --metrics m.prom --now 2026-11-25T00:00:00Z
    ends 4
    outcome 4 "$(epoch 2026-11-24)"
}

@test "status refreshes the file, and prints what it prints without" {
    sim_start - <<< 'default status=pending created=2026-11-26T00:00:00Z'
    ids 2 > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --metrics m.prom --now 2026-11-26T01:00:00Z
    is oldest_open_job_age_seconds 3600
    cp m.prom before.prom
    jl status --now 2026-11-26T02:00:00Z
    plain=$output
    jl status --now 2026-11-26T02:00:00Z --metrics m.prom
    ok
    same "$output" "$plain"
    [ -z "$stderr" ]
    is oldest_open_job_age_seconds 7200
    same "$(diff before.prom m.prom | grep -c '^>')" 1
    jl status --json --metrics m.prom
    jq -e .jobs.pending <<< "$output"
}

@test "a ledger of nothing" {
    echo job_id > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl status --metrics m.prom
    ok
    is 'jobs{status="new"}' 0
    is cost_chf 0.00
    is oldest_open_job_age_seconds 0
    is oldest_open_job_timestamp_seconds ""
    is last_fetch_requests ""
    is last_run_exit_status ""
    is last_success_timestamp_seconds 0
}

@test "a ledger that can't be read, or is held by another: what is known is told" {
    jl fetch --metrics m.prom --now 2026-11-26T00:00:00Z
    ends 5
    one_line
    is last_run_exit_status 5
    is last_run_end_timestamp_seconds "$(epoch 2026-11-26)"
    is cost_chf ""
    is last_success_timestamp_seconds ""
    rm m.prom
    jl status --metrics m.prom
    ends 5
    one_line
    [ ! -e m.prom ]
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    exec 9>> jobledger.db.lock
    flock 9
    jl fetch --metrics m.prom
    exec 9>&-
    ends 8
    one_line
    is last_run_exit_status 8
    is 'jobs{status="new"}' 1
}

@test "SIGTERM is told" {
    sim_start - <<< 'default latency=20000'
    ids 30 > in.csv
    "$JOBLEDGER" run in.csv --out r --base-url "$SIM_URL" --metrics m.prom 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 1 ] && break; sleep 0.05; done
    interrupt "$pid" TERM
    [ "$code" -eq 143 ]
    outcome 143 0
    is 'jobs{status="new"}' 30
    jl status --metrics m.prom
    outcome 143 0
}

@test "the file appears whole, for others to read as the umask has it" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for pair in 022:644 027:640 077:600; do
        (umask "${pair%:*}"; "$JOBLEDGER" -q status --metrics "m.$pair.prom" > out)
        same "$(stat -c %a "m.$pair.prom")" "${pair#*:}"
    done
    chmod 600 m.022:644.prom
    (umask 022; "$JOBLEDGER" -q status --metrics m.022:644.prom > out)
    same "$(stat -c %a m.022:644.prom)" 644
    same "$(ls -A | grep -c '^\.')" 0
}

@test "a file that can't be written is status 7, and of a run that failed the run's status" {
    sim_start
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for wrong in missing/m.prom . /dev/full; do
        jl -q fetch --base-url "$SIM_URL" --metrics "$wrong"
        ends 7
        one_line
        says "$wrong: can't be written"
    done
    jl -q status --metrics missing/m.prom
    ends 7
    FREDDY_API_KEY= jl fetch --metrics missing/m.prom
    ends 3
    says "missing/m.prom"
}

@test "nothing is written by a trial" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl fetch --dry-run --metrics m.prom
    ok
    jl run in.csv --dry-run --metrics m.prom
    ok
    [ ! -e m.prom ]
    same "$(query 'SELECT count(*) FROM outcome')" 0
}

@test "an older ledger knows how its last fetch ended" {
    # Its last run was killed: what counts is the one before it.
    install -m 600 "$BATS_TEST_DIRNAME/../ledgers/v5.db" jobledger.db
    echo job_id > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl status --metrics m.prom
    ok
    outcome 1 "$(epoch 2024-12-18T03:10:00Z)"
    is last_run_end_timestamp_seconds "$(epoch 2024-12-18T04:10:00Z)"
}

@test "promtool finds nothing to say against it" {
    if ! command -v promtool > /dev/null; then
        [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "no promtool"
        return 1
    fi
    sim_start
    ids 3 > in.csv
    jl -q run in.csv --out r --base-url "$SIM_URL" --metrics m.prom
    promtool check metrics < m.prom > said 2>&1
    cat said
    [ ! -s said ]
}
