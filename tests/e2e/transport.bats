#!/usr/bin/env bats
# The way of a request and its answer: against nginx, which no one here wrote, and a server that answers oddly.
load jobledger
load nginx

setup_file() {
    unset SSLKEYLOGFILE
}

teardown() {
    odd_stop
    nginx_stop
    sim_stop
}

# odd_start MODE...: starts odd.py; sets ODD_PORT.
odd_start() {
    odd_stop
    rm -f odd.port
    # bats waits for all that holds its descriptor 3.
    python3 "$BATS_TEST_DIRNAME/odd.py" odd.port "$@" </dev/null >odd.out 2>&1 3>&- &
    ODD_PID=$!
    while [ ! -s odd.port ]; do
        kill -0 "$ODD_PID" || { cat odd.out >&2; return 1; }
        sleep 0.05
    done
    ODD_PORT=$(cat odd.port)
}

odd_stop() {
    [ -n "${ODD_PID:-}" ] || return 0
    kill "$ODD_PID" 2>/dev/null || true
    wait "$ODD_PID" 2>/dev/null || true
    ODD_PID=
}

# certificate NAME SUBJECT-ALT-NAME [LAST-DAY]: NAME.pem and NAME.key, signed by itself, valid from 2020 to 2099
certificate() {
    cat > ca.conf <<CONF
[ca]
default_ca = own
[own]
database = $PWD/index.txt
new_certs_dir = $PWD
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = more
[any]
commonName = supplied
[more]
subjectAltName = $2
CONF
    : > index.txt
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" \
        2> openssl.err &&
        openssl ca -config ca.conf -batch -notext -selfsign -keyfile "$1.key" -in "$1.csr" -out "$1.pem" \
            -startdate 20200101000000Z -enddate "${3:-20991231}000000Z" 2>> openssl.err || { cat openssl.err >&2; return 1; }
}

# jobs_in_ledger N: a new ledger with N jobs
jobs_in_ledger() {
    rm -f jobledger.db*
    ids "$1" > in.csv
    "$JOBLEDGER" -q ingest in.csv
}

# odd KIND [OPTION...]: asks the odd server for job_KIND alone.
odd() {
    local kind=$1
    shift
    rm -f jobledger.db*
    printf 'job_id\njob_%s\n' "$kind" > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "http://127.0.0.1:$ODD_PORT" --retries 0 "$@"
}

# gives CODE [HTTP-STATUS]: the only job is new, with this error
gives() {
    same "$(query "SELECT status, error_code, http_status FROM jobs")" "new|$1|${2:-}"
}

all_completed() { # N
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed' AND error_code IS NULL")" "$1"
}

@test "nginx: HTTP/2 is taken where it is offered, and one connection carries all" {
    nginx_needed
    nginx_start
    jobs_in_ledger 1000
    jl fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j 64
    ok
    one_line
    says "1000 requests, 1000 completed"
    nginx_settled 1000
    same "$(nginx_protocols)" "HTTP/2.0"
    [ "$(nginx_connections)" -le 2 ]
    same "$(query 'SELECT requests, retries FROM run')" "1000|0"
}

@test "nginx: a server without HTTP/2 is asked by HTTP/1.1, on kept connections" {
    nginx_needed
    nginx_start "ssl"
    jobs_in_ledger 500
    jl -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j 16
    ok
    all_completed 500
    same "$(nginx_protocols)" "HTTP/1.1"
    [ "$(nginx_connections)" -le 16 ]
    nginx_start ""
    jobs_in_ledger 500
    jl -q fetch --base-url "$NGINX_URL" -j 16
    ok
    all_completed 500
    same "$(nginx_protocols)" "HTTP/1.1"
    [ "$(nginx_connections)" -le 16 ]
}

@test "nginx: gzip is asked for and undone, by either protocol" {
    nginx_needed
    for listen in "ssl http2" ssl; do
        nginx_start "$listen" "gzip on;"
        jobs_in_ledger 20
        jl -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT"
        ok
        all_completed 20
        nginx_settled 20
        same "$(cut -f4 "$NGINX_LOG" | sort -u)" gzip
        same "$(query "SELECT count(*) FROM answer WHERE json_extract(body, '$.cost_chf') = 0.001")" 20
    done
}

@test "nginx: a server that ends each connection after 100 requests loses none, and fails none" {
    nginx_needed
    for parallel in 64 300; do
        nginx_start "ssl http2" "keepalive_requests 100;"
        jobs_in_ledger 2000
        jl -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j "$parallel"
        ok
        all_completed 2000
        same "$(query 'SELECT requests, retries FROM run')" "2000|0"
        # Each connection bore what it may: none was opened in vain.
        [ "$(nginx_connections)" -le 25 ]
    done
}

@test "nginx: fewer streams than requests at once make few connections more, not one for each" {
    nginx_needed
    nginx_start "ssl http2" "http2_max_concurrent_streams 4;"
    jobs_in_ledger 1000
    jl -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j 64
    ok
    all_completed 1000
    [ "$(nginx_connections)" -le 4 ]
}

@test "nginx: connections that break under 64 requests do not end the run" {
    nginx_needed
    nginx_start "ssl http2" "" "worker_processes 2;"
    jobs_in_ledger 5000
    "$JOBLEDGER" -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j 64 > out 2>&1 3>&- &
    fetch=$!
    for after in 500 1500 2500; do
        while [ "$(wc -l < "$NGINX_LOG")" -lt "$after" ]; do kill -0 "$fetch"; sleep 0.01; done
        kill -KILL $(nginx_workers)
    done
    wait "$fetch" || { cat out; false; }
    all_completed 5000
}

@test "nginx: a connection that falls silent is given up, and another tried" {
    nginx_needed
    nginx_start "ssl http2" "" "worker_processes 2;"
    jobs_in_ledger 20000
    "$JOBLEDGER" -q fetch --base-url "$NGINX_URL" --cacert "$SIM_CERT" -j 8 --timeout 1 > out 2>&1 3>&- &
    fetch=$!
    while [ "$(wc -l < "$NGINX_LOG")" -lt 100 ]; do kill -0 "$fetch"; sleep 0.01; done
    # The one that serves: it keeps its connection open, and says nothing more.
    for worker in $(nginx_workers); do
        ls -l "/proc/$worker/fd" | grep -c socket: | sed "s/\$/ $worker/"
    done | sort -rn | head -1 | { read -r _ worker; kill -STOP "$worker"; }
    wait "$fetch" || { cat out; false; }
    all_completed 20000
    [ "$(nginx_connections)" -ge 2 ]
    # What waited on the silent one timed out.
    [ "$(query 'SELECT retries FROM run')" -ge 1 ]
}

@test "a certificate for another name, an expired one, one that nobody vouches for: TLS" {
    nginx_needed
    certificate other DNS:localhost.invalid
    certificate expired IP:127.0.0.1 20200201
    certificate good IP:127.0.0.1
    for name in other expired; do
        NGINX_CERT=$PWD/$name.pem NGINX_CERT_KEY=$PWD/$name.key nginx_start
        jobs_in_ledger 1
        jl -q fetch --base-url "$NGINX_URL" --cacert "$name.pem" --retries 0
        ends 6
        gives TLS
    done
    NGINX_CERT=$PWD/good.pem NGINX_CERT_KEY=$PWD/good.key nginx_start
    jobs_in_ledger 1
    jl -q fetch --base-url "$NGINX_URL" --retries 0
    ends 6
    gives TLS
    jl -q fetch --base-url "$NGINX_URL" --cacert good.pem --retries 0
    ok
    # No request was made where the server was not known.
    nginx_settled 1
    same "$(wc -l < "$NGINX_LOG")" 1
}

@test "TLS before 1.2 is refused" {
    sim_certificate
    odd_start tls "$SIM_CERT" "$SIM_CERT_KEY"
    jobs_in_ledger 1
    jl -q fetch --base-url "https://127.0.0.1:$ODD_PORT" --cacert "$SIM_CERT" --retries 0
    ends 6
    gives TLS
}

@test "the session's secrets are written nowhere" {
    sim_start --https
    jobs_in_ledger 1
    SSLKEYLOGFILE=$PWD/secrets jl -q fetch --base-url "$SIM_URL" --cacert "$SIM_CERT"
    [ "$status" -le 1 ]
    same "$(sim_requests)" 1
    [ ! -e secrets ]
}

@test "--cacert: a file that can't be read is a usage error, one without certificates a TLS failure" {
    sim_start --https
    jobs_in_ledger 1
    jl -q fetch --base-url "$SIM_URL" --cacert none.pem
    ends 2
    one_line
    says "none.pem"
    echo "no certificate" > empty.pem
    jl -q fetch --base-url "$SIM_URL" --cacert empty.pem --retries 0
    ends 6
    gives TLS
    same "$(sim_requests)" 0
}

@test "IPv6" {
    [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6 || skip "no IPv6 here"
    sim_start --bind ::1 - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    jobs_in_ledger 20
    jl -q fetch --base-url "$SIM_URL"
    [[ $SIM_URL == "http://[::1]:"* ]]
    ok
    same "$(sim_requests)" 20
    ALL_PROXY=http://127.0.0.1:9 jl -q fetch --base-url "$SIM_URL"
    ok
}

@test "https goes through the proxy of the environment, which never sees the key" {
    nginx_needed
    certificate named DNS:api.example.invalid
    NGINX_CERT=$PWD/named.pem NGINX_CERT_KEY=$PWD/named.key nginx_start
    odd_start proxy proxy.log "${NGINX_URL#https://}"
    export https_proxy=http://127.0.0.1:$ODD_PORT no_proxy=
    jobs_in_ledger 50
    jl -q fetch --base-url https://api.example.invalid --cacert named.pem
    ok
    all_completed 50
    nginx_settled 50
    same "$(nginx_protocols)" "HTTP/2.0"
    same "$(grep -c '^CONNECT api.example.invalid:443 HTTP/1.1' proxy.log)" "$(nginx_connections)"
    ! grep -qi -e test-key -e x-api-key proxy.log
    # What no_proxy names is asked directly.
    jobs_in_ledger 1
    no_proxy=api.example.invalid jl -q fetch --base-url https://api.example.invalid --cacert named.pem --retries 0 --timeout 5
    ends 6
    gives DNS
}

@test "a proxy that is not there, and one that refuses" {
    jobs_in_ledger 1
    https_proxy=http://127.0.0.1:9 no_proxy='' jl -q fetch --base-url https://api.example.invalid --retries 0
    ends 6
    gives CONNECTION
    odd_start proxy proxy.log none
    https_proxy=http://127.0.0.1:$ODD_PORT no_proxy='' jl -q fetch --base-url https://api.example.invalid --retries 0
    ends 6
    gives PROXY
    ! grep -qi -e test-key -e x-api-key proxy.log
}

@test "drips: neither a body nor a header that never ends outlasts --timeout" {
    odd_start
    for kind in drip dripheader; do
        odd "$kind" --timeout 0.5
        ends 6
        gives TIMEOUT
    done
}

@test "headers without end are bounded" {
    odd_start
    for kind in bomb longline interims; do
        odd "$kind"
        ends 6
        gives BAD_RESPONSE
    done
}

@test "what is not HTTP, or breaks off" {
    odd_start
    for kind in http09 notahead nothing halfhead headonly short cutchunk badchunk; do
        odd "$kind"
        ends 6
        gives CONNECTION
        same "$(query 'SELECT count(*) FROM answer')" 0
    done
    for kind in badgzip oddcoding; do
        odd "$kind"
        ends 6
        gives BAD_RESPONSE
    done
}

@test "odd, and yet an answer" {
    odd_start
    for kind in early long twolengths nolength trailers http10; do
        odd "$kind"
        ok
        same "$(query 'SELECT status FROM job')" completed
        same "$(query 'SELECT body FROM answer')" "{\"success\":true,\"job_id\":\"job_$kind\",\"status\":\"completed\"}"
    done
    odd early
    same "$(query 'SELECT request_id FROM answer')" late
}

@test "a shared connection that breaks before an answer begins is no failure: its requests are sent again" {
    sim_certificate
    BREAK_AFTER=40 odd_start h2 "$SIM_CERT" "$SIM_CERT_KEY"
    jobs_in_ledger 200
    jl -q fetch --base-url "https://127.0.0.1:$ODD_PORT" --cacert "$SIM_CERT" -j 40
    loose
    same "$(query "SELECT count(*) FROM job WHERE status = 'error' AND error_code = 'GONE'")" 200
    same "$(query 'SELECT requests, retries FROM run')" "200|0"
}

@test "one that breaks in the middle of 40 answers is one incident, and does not end the run" {
    sim_certificate
    BREAK_AFTER=40 BREAK=begun odd_start h2 "$SIM_CERT" "$SIM_CERT_KEY"
    jobs_in_ledger 200
    jl -q fetch --base-url "https://127.0.0.1:$ODD_PORT" --cacert "$SIM_CERT" -j 40
    loose
    same "$(query "SELECT count(*) FROM job WHERE status = 'error' AND error_code = 'GONE'")" 200
    same "$(query 'SELECT requests, retries FROM run')" "240|40"
}

@test "streams that the server resets, on a connection that stays" {
    sim_certificate
    BREAK_AFTER=10 BREAK=reset odd_start h2 "$SIM_CERT" "$SIM_CERT_KEY"
    jobs_in_ledger 100
    jl -q fetch --base-url "https://127.0.0.1:$ODD_PORT" --cacert "$SIM_CERT" -j 10
    loose
    same "$(query "SELECT count(*) FROM job WHERE status = 'error' AND error_code = 'GONE'")" 100
    same "$(query 'SELECT requests, retries FROM run')" "110|10"
}
