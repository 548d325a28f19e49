#!/usr/bin/env bats
# The units, as far as they can be tried where systemd is not the first process.
load jobledger

UNITS=$SIM_ROOT/src/systemd

# needs TOOL: skips the test where it is missing; with JOBLEDGER_CHECK_ALL the test fails then.
needs() {
    command -v "$1" > /dev/null && return 0
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "no $1"
    echo "no $1" >&2
    return 1
}

# The service with the program that is tested.
units() {
    sed "s|=/usr/bin/jobledger|=$JOBLEDGER|" "$UNITS/jobledger.service" > jobledger.service
    cp "$UNITS/jobledger.timer" .
}

# calls GROUP: the system calls in it
calls() {
    systemd-analyze --no-pager syscall-filter "$1" | sed -n 's/^    \([@a-z]\)/\1/p' | while read -r name; do
        case $name in
        @*) calls "$name" ;;
        *) echo "$name" ;;
        esac
    done | sort -u
}

# setting NAME: its values in the service, one a line
setting() {
    sed -n "s/^$1=//p" "$UNITS/jobledger.service" | tr ' ' '\n'
}

@test "systemd has nothing to say against the units" {
    needs systemd-analyze
    units
    systemd-analyze --no-pager verify --man=no ./jobledger.service ./jobledger.timer > said 2>&1
    cat said
    [ ! -s said ]
}

@test "the service gives up what it does not need" {
    needs systemd-analyze
    units
    systemd-analyze --no-pager security --offline=true --threshold=12 ./jobledger.service > said || { cat said; return 1; }
    grep 'Overall exposure level' said
}

@test "a run keeps to the calls, sockets and memory that the service allows" {
    needs systemd-analyze
    needs strace
    ! grep -q __asan_init "$JOBLEDGER" || skip "sanitizers make calls of their own"
    sim_start --https
    ids 20 | gzip > in.csv.gz
    strace -f -qq -o trace "$JOBLEDGER" -q run in.csv.gz --out r --format xlsx --base-url "https://localhost:$SIM_PORT" \
        --cacert "$SIM_CERT" --ping "https://localhost:$SIM_PORT/u" --metrics m.prom 2> err || [ $? -eq 1 ]
    [ -s r/jobledger.xlsx ] && [ -s m.prom ]
    # A name that has to be looked up.
    strace -f -qq -o trace.dns "$JOBLEDGER" -q fetch --base-url https://api.invalid --retries 0 --recheck all 2>> err || [ $? -eq 6 ]
    cat trace.dns >> trace

    calls @system-service > group
    calls @default >> group
    for denied in $(sed -n 's/^SystemCallFilter=~//p' "$UNITS/jobledger.service"); do calls "$denied"; done | sort -u > denied
    [ -s denied ]
    sort -u group | comm -23 - denied > allowed
    # SQLite gives its files to the ledger's owner where it runs as root, which the service does not.
    sed 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/; /^[0-9+<-]/d; /^fchown$/d' trace | sort -u > used
    [ "$(wc -l < used)" -gt 30 ]
    same "$(comm -23 used allowed)" ""

    grep -o 'socket(AF_[A-Z0-9]*' trace | sed 's/socket(//' | sort -u > families
    grep -qx AF_INET families
    same "$(comm -23 families <(setting RestrictAddressFamilies | sort))" ""
    same "$(grep -c 'PROT_WRITE|PROT_EXEC' trace || true)" 0
}
