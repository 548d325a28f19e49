# Starts and stops freddysim for bats tests: `load sim`. It leaves no wait to chance: the simulator says when it is
# ready, and a line of its log is in the file before the answer leaves.
#
#   sim_start [--https] [OPTION VALUE]... [FILE|-]
#       Starts freddysim on a free port with the scenario FILE (- reads it from standard input, none: no scenario).
#       Further options with their values go to freddysim (--port 8080, --threads 2). One at a time: an earlier one is
#       stopped. Sets
#           SIM_URL   base URL, http://127.0.0.1:PORT or https://127.0.0.1:PORT
#           SIM_PORT  its port
#           SIM_LOG   its log: SEQ MS METHOD PATH HTTP_STATUS AUTH CONN, tab-separated
#           SIM_PID   its process
#           SIM_CERT  with --https, the CA file to trust; it is good for 127.0.0.1 and localhost
#   sim_stop
#       Stops it, and fails unless it ended with status 0. Nothing to stop is fine, so teardown may call it.
#   sim_requests [JOB_ID]
#       Prints how many requests were logged since sim_start, in all or for one job.
#   sim_certificate
#       Makes SIM_CERT and SIM_CERT_KEY without starting anything; once for each test file.
#
# SIM_BIN is the program, for tests that run it themselves.

SIM_ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
case ${JOBLEDGER_BUILD:-build} in
/*) SIM_BIN=${JOBLEDGER_BUILD:-build}/freddysim ;;
*) SIM_BIN=$SIM_ROOT/${JOBLEDGER_BUILD:-build}/freddysim ;;
esac

sim_certificate() {
    local dir=$BATS_FILE_TMPDIR/sim-tls made
    if [ ! -d "$dir" ]; then
        made=$(mktemp -d "$BATS_FILE_TMPDIR/tls.XXXXXX")
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=freddysim \
            -addext subjectAltName=IP:127.0.0.1,DNS:localhost \
            -keyout "$made/key.pem" -out "$made/cert.pem" 2>"$made/err" || {
            cat "$made/err" >&2
            return 1
        }
        # Where another test was faster, its certificate stays.
        mv -T "$made" "$dir" 2>/dev/null || [ -d "$dir" ]
    fi
    export SIM_CERT=$dir/cert.pem SIM_CERT_KEY=$dir/key.pem
}

sim_start() {
    local dir args=()
    sim_stop || return 1
    dir=$(mktemp -d "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/sim.XXXXXX") || return 1
    while [ $# -gt 0 ]; do
        case $1 in
        --https)
            sim_certificate || return 1
            args+=(--cert "$SIM_CERT" --key "$SIM_CERT_KEY")
            ;;
        --*)
            args+=("$1" "$2")
            shift
            ;;
        -)
            cat >"$dir/scenario" || return 1
            args+=(--scenario "$dir/scenario")
            ;;
        *)
            args+=(--scenario "$1")
            ;;
        esac
        shift
    done
    export SIM_LOG=$dir/log
    mkfifo "$dir/url" || return 1
    # bats waits for all that holds its descriptor 3.
    "$SIM_BIN" --log "$SIM_LOG" "${args[@]}" </dev/null >"$dir/url" 2>"$dir/err" 3>&- &
    export SIM_PID=$! SIM_URL='' SIM_PORT=''
    if ! IFS= read -r SIM_URL <"$dir/url"; then
        cat "$dir/err" >&2
        wait "$SIM_PID" 2>/dev/null
        SIM_PID=
        return 1
    fi
    SIM_PORT=${SIM_URL##*:}
}

sim_stop() {
    local pid=${SIM_PID:-} status=0
    [ -n "$pid" ] || return 0
    SIM_PID=
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null || status=$?
    if [ "$status" -eq 127 ]; then # started by another shell, such as that of setup_file
        status=0
        while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    fi
    [ "$status" -eq 0 ]
}

sim_requests() {
    awk -F '\t' -v path="${1:+/v1/documents/jobs/$1}" 'path == "" || $4 == path { n++ } END { print n + 0 }' "$SIM_LOG"
}
