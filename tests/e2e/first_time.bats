#!/usr/bin/env bats
# What goes wrong at the first try, in the order in which a new user meets it: each time one line says what to do.
load jobledger

# tells STATUS WORDS...: the run ended so, and said so in one line that has all of these. A summary may stand below.
tells() {
    local words errors
    ends "$1"
    errors=$(sed -n 's/^jobledger: //p' <<< "$stderr")
    [ "$(wc -l <<< "$errors")" -eq 1 ] && [ -n "$errors" ] || { show_run; return 1; }
    for words in "${@:2}"; do
        case $errors in *"$words"*) ;; *) printf 'not told: %s\n' "$words"; show_run; return 1 ;; esac
    done
}

# a ledger to ask for, as the way so far has made it
ledger() {
    spell 'job_id,client\njob_1,Acme\njob_2,Globex\n' > jobs.csv
    "$JOBLEDGER" -q ingest jobs.csv
}

@test "just the name of the program" {
    jl
    ends 2
    says "which command? To begin with:"
    says "  jobledger ingest FILE.csv"
}

@test "a look before there is anything" {
    jl status
    tells 5 "jobledger.db: can't be opened: No such file" "make one with \`jobledger ingest FILE\`"
    [ ! -e jobledger.db ]
}

@test "a file that is not there" {
    jl ingest jobs.csv
    tells 4 "jobs.csv: can't be opened: No such file"
}

@test "a folder" {
    mkdir lists
    jl ingest lists
    tells 4 "lists: is a folder" "to take the files in it: --dir lists"
}

@test "an empty file" {
    : > jobs.csv
    jl ingest jobs.csv
    tells 4 "jobs.csv: the file is empty" "a line for each job ID, and a header such as job_id,client"
    spell '\n\n' > jobs.csv
    jl ingest jobs.csv
    tells 4 "jobs.csv: the file has only blank rows" "a header such as job_id,client"
}

@test "the workbook itself" {
    ledger
    "$JOBLEDGER" -q export jobs --format xlsx -o jobs.xlsx
    cp jobs.xlsx list.csv
    for file in jobs.xlsx list.csv; do
        jl ingest "$file"
        tells 4 "$file: is an Excel workbook (.xlsx), not CSV" "in Excel: Save As, CSV UTF-8"
    done
}

@test "a CSV whose column of job IDs has another name" {
    spell 'Auftrag;Kunde\njob_1;Acme\n' > jobs.csv
    jl ingest jobs.csv
    tells 4 "no column is named job_id or id" "name the column with --id-column" 'the columns are: "Auftrag", "Kunde"'
    jl ingest jobs.csv --id-column Auftrag
    ok
}

@test "a libcurl that is too old, or has no TLS" {
    command -v cc > /dev/null || skip "no compiler"
    ledger
    cc -shared -fPIC -o old_curl.so "$BATS_TEST_DIRNAME/old_curl.c"
    old() { # VERSION NUMBER [TLS]
        LD_PRELOAD=$PWD/old_curl.so OLD_CURL=$1 OLD_CURL_NUMBER=$2 ${3:+env OLD_CURL_TLS=1} "$JOBLEDGER" fetch
    }
    run --separate-stderr old 7.74.0 074a00 yes
    tells 6 "libcurl 7.74.0 is too old" "upgrade it"
    one_line
    run --separate-stderr old 99.9.9 636363
    tells 6 "libcurl 99.9.9 was built without TLS" "install one that was built with it"
    one_line
    same "$(query "SELECT sum(polls), count(*) FROM jobs")" "0|2"
}

@test "no key" {
    ledger
    unset FREDDY_API_KEY
    jl fetch
    tells 3 "no API key" "put it into a file that only you can read and name that with --api-key-file, or set FREDDY_API_KEY"
    jl fetch --api-key-file key
    tells 3 "key: there is no such key file" "put the key into it, and chmod 600 it"
    (umask 022; echo test-key-0001 > key)
    jl fetch --api-key-file key
    tells 3 "key: the key file may be read by group or others" "chmod 600 it"
    (umask 077; : > empty)
    jl fetch --api-key-file empty
    tells 3 "the API key is too short" "check --api-key-file"
}

@test "a wrong URL" {
    ledger
    jl fetch --base-url api.aitronos.com
    tells 2 '--base-url: "api.aitronos.com"' "it must start with https://"
    jl fetch --base-url http://api.aitronos.com
    tells 2 '--base-url: "http://api.aitronos.com"' "use https://"
    jl fetch --base-url "https://api.aitronos.com?key=1"
    tells 2 "--base-url" "query"
    sim_start
    jl fetch --base-url "$SIM_URL/v2" --retries 0
    tells 6 "404" "a wrong base URL?" "check --base-url and the network"
    jl fetch --base-url "https://127.0.0.1:$SIM_PORT" --retries 0
    tells 6 "TLS handshake failed" "check --base-url"
}

@test "no network" {
    ledger
    jl fetch --base-url https://api.invalid --retries 0
    tells 6 "the server's name can't be resolved" "check --base-url and the network"
    jl fetch --base-url http://127.0.0.1:9 --retries 0
    tells 6 "the server can't be connected to" "check --base-url and the network"
    sim_start --https
    jl fetch --base-url "$SIM_URL" --retries 0
    tells 6 "certificate" "check --base-url"
}

@test "a wrong key" {
    sim_start
    ledger
    FREDDY_API_KEY=wrong-key-0001 jl fetch --base-url "$SIM_URL"
    tells 3 "the API refuses the key: HTTP 401" "check the key (--api-key-file, \$FREDDY_API_KEY) and --auth"
    [[ $stderr != *wrong-key-0001* ]]
    same "$(query "SELECT status, count(*) FROM jobs GROUP BY 1")" "new|2"
}

@test "a report of another name, and one without a place" {
    ledger
    jl export job
    tells 2 "unknown report job; did you mean jobs?"
    jl export all
    tells 2 "export all needs a folder: -o DIR"
    jl export jobs -o reports/jobs.csv
    tells 7 "reports/jobs.csv: can't be written" "make its folder first"
}

@test "a full disk" {
    ledger
    jl export jobs -o /dev/full
    tells 7 "/dev/full: the report can't be written: No space left on device" "free some space and run again"
    unshare -m true 2> /dev/null || skip "no disk can be made here"
    mkdir small
    small() { # KILOBYTES ARGUMENTS...
        unshare -m sh -c 'mount -t tmpfs -o size="$1k" none small && shift && exec "$@"' sh "$1" "$JOBLEDGER" "${@:2}"
    }
    run --separate-stderr small 100 -d small/jobledger.db ingest jobs.csv
    tells 5 "small/jobledger.db: " "disk is full" "free some space and run again, what was saved is kept"
    run --separate-stderr small 4 export all -o small/reports
    ends 7
    says ".csv: the report can't be written: No space left on device; free some space and run again"
    says "more reports likewise"
    [ "$(grep -c '^jobledger: ' <<< "$stderr")" -le 3 ]
}

@test "and then it works" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ledger
    jl fetch --base-url "$SIM_URL"
    ok
    jl status
    ok
    [[ $output == *"next         jobledger export all -o reports"* ]]
    jl export all -o reports
    ok
    [ -s reports/extracted.csv ]
}
