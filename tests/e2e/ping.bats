#!/usr/bin/env bats
# --ping: what a monitor is told of a run, and that a run never depends on it.
load jobledger

UUID=5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278

teardown() {
    monitor_stop
    sim_stop
}

# monitor_start [OPTION...] [ANSWER...]: starts monitor.py; sets PING, the URL that is pinged.
monitor_start() {
    monitor_stop
    rm -f monitor.port monitor.log
    # bats waits for all that holds its descriptor 3.
    python3 "$BATS_TEST_DIRNAME/monitor.py" monitor.port monitor.log "$@" </dev/null >monitor.out 2>&1 3>&- &
    MONITOR_PID=$!
    while [ ! -s monitor.port ]; do
        kill -0 "$MONITOR_PID" || { cat monitor.out >&2; return 1; }
        sleep 0.05
    done
    PING=http://127.0.0.1:$(cat monitor.port)/$UUID
}

monitor_stop() {
    [ -n "${MONITOR_PID:-}" ] || return 0
    kill "$MONITOR_PID" 2>/dev/null || true
    wait "$MONITOR_PID" 2>/dev/null || true
    MONITOR_PID=
}

# pings: METHOD and TARGET of each, without the UUID.
pings() {
    cut -f 1,2 monitor.log | sed "s/$UUID/U/" | tr '\t' ' '
}

# said: the body of the last ping
said() {
    tail -n 1 monitor.log | cut -f 3 | jq -j .
}

discreet() {
    [[ $stderr != *"${UUID%%-*}"* ]] && [[ $output != *"${UUID%%-*}"* ]] || { show_run; return 1; }
}

ledger() {
    ids "${1:-2}" > in.csv
    "$JOBLEDGER" -q ingest in.csv
}

@test "a run that went well: its start, then its end with the summary" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    monitor_start
    ids 2 > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --ping "$PING"
    ok
    one_line
    same "$(pings)" $'GET /U/start\nPOST /U'
    same "$(said)" "$stderr"
    tail -n 1 monitor.log | cut -f 4 | jq -e '."Content-Type" == "text/plain; charset=utf-8"'
    jl fetch --base-url "$SIM_URL" --ping "$PING/"
    ok
    same "$(tail -n 2 monitor.log | cut -f 1,2 | sed "s/$UUID/U/")" $'GET\t/U/start\nPOST\t/U/'
    same "$(said)" "$stderr"
}

@test "every other end is told by its exit status" {
    monitor_start
    ledger
    try() { # STATUS ARGUMENTS...
        : > monitor.log
        jl "${@:2}" --ping "$PING"
        ends "$1"
        discreet
        same "$(pings)" "GET /U/start
POST /U/$1"
        [[ $(said) == "$2, exit status $1: "* ]]
    }
    sim_start - <<'SIM'
on job_n000001 http=403 code=FORBIDDEN
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    try 1 fetch --base-url "$SIM_URL"
    [[ $(said) == *"2 requests, 1 completed, 0 failed, 0 not found, 1 errors"* ]]
    try 2 run in.csv
    FREDDY_API_KEY= try 3 fetch
    try 4 run missing.csv --out r --base-url "$SIM_URL"
    try 5 fetch -d missing.db
    ids 3 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    try 6 fetch --base-url http://127.0.0.1:9 --retries 0
    touch file
    try 7 run in.csv --out file --base-url "$SIM_URL"
    exec 9>> jobledger.db.lock
    flock 9
    try 8 fetch
    exec 9>&-
}

@test "SIGTERM: 143 is told, within the five seconds" {
    sim_start - <<< 'default latency=20000'
    monitor_start
    ledger 30
    "$JOBLEDGER" fetch --base-url "$SIM_URL" --ping "$PING" 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 1 ] && break; sleep 0.05; done
    interrupt "$pid" TERM
    [ "$code" -eq 143 ]
    same "$(pings)" $'GET /U/start\nPOST /U/143'
}

@test "SIGTERM ends in time though the monitor hangs" {
    sim_start - <<< 'default latency=20000'
    monitor_start 200 hang
    ledger 30
    "$JOBLEDGER" fetch --base-url "$SIM_URL" --ping "$PING" 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 1 ] && break; sleep 0.05; done
    kill -TERM "$pid"
    started=$SECONDS
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 143 ]
    [ $((SECONDS - started)) -le 5 ]
    grep -q "not told how the run ended: 127.0.0.1: Timeout" err
    same "$(query 'SELECT exit_status FROM run')" 143
}

@test "a signal ends the wait for a monitor that hangs" {
    sim_start
    monitor_start hang
    ledger
    "$JOBLEDGER" fetch --base-url "$SIM_URL" --ping "$PING" 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ -s monitor.log ] && break; sleep 0.05; done
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ]
    grep -q "not told that the run begins: 127.0.0.1: given up" err
}

@test "a monitor that is not there: one warning for each ping, and nothing else is different" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ledger
    jl -q fetch --base-url "$SIM_URL" --ping "http://127.0.0.1:9/$UUID"
    ok
    discreet
    same "$stderr" "jobledger: --ping: the monitor was not told that the run begins: 127.0.0.1: Couldn't connect to server
jobledger: --ping: the monitor was not told how the run ended: 127.0.0.1: Couldn't connect to server"
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 2
}

@test "a busy monitor is asked again, a wrong address is not" {
    sim_start
    monitor_start 503 200 429 200
    ledger
    jl fetch --base-url "$SIM_URL" --ping "$PING"
    one_line
    same "$(pings)" $'GET /U/start\nGET /U/start\nPOST /U\nPOST /U'
    monitor_start 404
    jl -q fetch --base-url "$SIM_URL" --ping "$PING"
    ok
    discreet
    says "not told how the run ended: 127.0.0.1: answered with status 404; check the URL of --ping"
    same "$(pings)" $'GET /U/start\nPOST /U'
}

@test "redirects are not followed" {
    sim_start
    monitor_start 302
    ledger
    jl -q fetch --base-url "$SIM_URL" --ping "$PING"
    ok
    says "answered with status 302"
    same "$(pings)" $'GET /U/start\nPOST /U'
}

@test "the word stands before a query" {
    sim_start
    monitor_start
    ledger
    jl fetch --base-url "$SIM_URL" --ping "${PING%/*}/pingkey/nightly/?create=1"
    same "$(pings)" $'GET /pingkey/nightly/start?create=1\nPOST /pingkey/nightly/?create=1'
}

@test "no key, no job ID and no label is in a ping" {
    sim_start
    monitor_start
    spell 'job_id,client\njob_secret1,Acme\nnonsense,Globex\n' > in.csv
    jl run in.csv --out r --base-url "$SIM_URL" --ping "$PING"
    loose
    [ "$(wc -l < monitor.log)" -eq 2 ]
    run grep -ciE 'test-key|job_secret|acme|globex|nonsense|api-key|authorization' monitor.log
    [ "$output" = 0 ]
}

@test "https with the certificates that --cacert names, or none" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    sim_certificate
    monitor_start --cert "$SIM_CERT" --key "$SIM_CERT_KEY"
    ledger
    jl fetch --base-url "$SIM_URL" --ping "https${PING#http}" --cacert "$SIM_CERT"
    ok
    one_line
    same "$(pings)" $'GET /U/start\nPOST /U'
    : > monitor.log
    jl fetch --base-url "$SIM_URL" --ping "https${PING#http}"
    ok
    discreet
    says "not told how the run ended: 127.0.0.1: SSL peer certificate"
    [ ! -s monitor.log ]
}

@test "SSLKEYLOGFILE is not obeyed" {
    sim_start
    sim_certificate
    monitor_start --cert "$SIM_CERT" --key "$SIM_CERT_KEY"
    ledger
    SSLKEYLOGFILE=$PWD/secrets jl fetch --base-url "$SIM_URL" --ping "https${PING#http}" --cacert "$SIM_CERT"
    [ -s monitor.log ]
    [ ! -e secrets ]
}

@test "proxies as curl has them, and none for loopback" {
    sim_start
    monitor_start 403
    ledger
    export https_proxy=${PING%/*} http_proxy=${PING%/*}
    jl -q fetch --base-url "$SIM_URL" --ping "https://hc-ping.example/$UUID"
    discreet
    grep -q $'^CONNECT\thc-ping.example:443\t' monitor.log
    ! grep -q "$UUID" monitor.log
    : > monitor.log
    https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 jl -q fetch --base-url "$SIM_URL" --ping "$PING"
    same "$(pings)" $'GET /U/start\nPOST /U'
}

@test "nothing is told of a trial, or of what is no run" {
    sim_start
    monitor_start
    ledger
    jl fetch --base-url "$SIM_URL" --ping "$PING" --dry-run
    ok
    jl run in.csv --out r --ping "$PING" --dry-run
    ok
    jl fetch --ping "$PING" --help
    ok
    jl config fetch --ping "$PING"
    ok
    discreet
    [ ! -s monitor.log ]
    jl status --ping "$PING"
    ends 2
    discreet
}

@test "a URL that won't do is status 2, and not repeated" {
    ledger
    for wrong in "http://hc-ping.com/$UUID" "hc-ping.com/$UUID" "ftp://127.0.0.1/$UUID" "https://a:b@hc-ping.com/$UUID" \
        "https://hc-ping.com/$UUID#x" "https:///$UUID" "https://hc ping.com/$UUID" ""; do
        jl fetch --ping "$wrong"
        ends 2
        one_line
        discreet
        says "--ping: the URL won't do: "
    done
    spell "[fetch]\nping = hc-ping.com/$UUID\n" > c.conf
    jl -c c.conf status
    ends 2
    discreet
    says "c.conf:2: ping: the URL won't do: it must start with https://"
}

@test "config names where the URL comes from, and does not show it" {
    spell "[run]\nping = https://hc-ping.com/$UUID\n" > c.conf
    jl -c c.conf config
    ok
    discreet
    [[ $output == *'#ping = '*"# c.conf:2; a secret, not shown"* ]]
    jl config fetch
    [[ $output == *'#ping = '*"# not set"* ]]
}
