# The program under test, for bats files: `load jobledger`. Each test runs in a folder of its own, with a key in the
# environment and nothing else of the caller's settings.
#
#   jl ARGUMENTS...      runs the program; sets $status, $output (standard output) and $stderr
#   ok, loose            the last run ended with 0, with 1
#   ends STATUS          it ended with STATUS
#   says TEXT            its standard error contains TEXT
#   one_line             its standard error is exactly one line
#   query SQL            asks the ledger
#   csv NAME             prints the report NAME
#   ids N [PREFIX]       a CSV of N job IDs
#   interrupt PID SIGNAL sends it once the program catches signals, until it ends; sets $code
#   spell TEXT...        printf %b: bytes into a file by redirection

bats_require_minimum_version 1.5.0
load sim

case ${JOBLEDGER_BUILD:-build} in
/*) JOBLEDGER=${JOBLEDGER_BUILD:-build}/jobledger ;;
*) JOBLEDGER=$SIM_ROOT/${JOBLEDGER_BUILD:-build}/jobledger ;;
esac

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    unset JOBLEDGER_DB FREDDY_BASE_URL CREDENTIALS_DIRECTORY http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy
    export FREDDY_API_KEY=test-key-0001 NO_COLOR=1 LC_ALL=C.UTF-8 TZ=UTC
}

teardown() {
    sim_stop
}

jl() {
    run --separate-stderr "$JOBLEDGER" "$@"
}

show_run() {
    printf 'status %s\noutput:\n%s\nstderr:\n%s\n' "$status" "$output" "$stderr"
}

ends() {
    [ "$status" -eq "$1" ] || { show_run; return 1; }
}

ok() { ends 0; }
loose() { ends 1; }

says() {
    case $stderr in
    *"$1"*) return 0 ;;
    esac
    printf 'not said: %s\n' "$1"
    show_run
    return 1
}

one_line() {
    [ -n "$stderr" ] && [ "$(printf '%s\n' "$stderr" | wc -l)" -eq 1 ] || { show_run; return 1; }
}

query() {
    sqlite3 -batch "${DB:-jobledger.db}" "$1"
}

csv() {
    "$JOBLEDGER" export "$@"
}

ids() {
    echo job_id
    seq -f "job_${2:-n}%06.0f" "$1"
}

spell() {
    printf '%b' "$@"
}

interrupt() {
    for _ in $(seq 200); do
        grep -q '^SigCgt:.*[4-7c-f]..[2367abef]$' "/proc/$1/status" && break # SIGTERM and SIGINT
        sleep 0.02
    done
    kill -"$2" "$1"
    # Once more where it came just before the call that it was to interrupt; sooner, it would end the program at once.
    for _ in $(seq 30); do kill -0 "$1" 2> /dev/null || break; sleep 0.1; done
    kill -"$2" "$1" 2> /dev/null || true
    code=0
    wait "$1" || code=$?
}

# same ACTUAL EXPECTED: with the difference shown.
same() {
    [ "$1" = "$2" ] || { diff <(printf '%s\n' "$2") <(printf '%s\n' "$1"); return 1; }
}
