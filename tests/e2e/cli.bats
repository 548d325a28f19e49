#!/usr/bin/env bats
load jobledger

@test "--help names every command, and each command's help its options" {
    jl --help
    ok
    for command in ingest fetch export run status show config; do
        [[ $output == *"  $command "* ]]
        jl $command --help
        ok
        [[ $output == *"Usage: jobledger $command"* ]]
        [[ $output == *"--db FILE"* ]]
        [ -z "$stderr" ]
        jl --help
    done
}

@test "help fits 80 columns" {
    for command in "" ingest fetch export run status show config; do
        "$JOBLEDGER" $command --help > help
        [ "$(wc -L < help)" -le 80 ]
    done
}

@test "every option in a command's help is taken by that command" {
    for command in ingest fetch export run status show config; do
        for option in $("$JOBLEDGER" $command --help | grep -o '^ *\(-., \)\?--[a-z-]*' | grep -o -- '--[a-z-]*'); do
            jl $command "$option"
            [[ $stderr != *"unknown option"* ]]
            [[ $stderr != *"is not an option of"* ]]
        done
    done
}

@test "--version" {
    jl --version
    ok
    [[ $output =~ ^jobledger\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "without a command: usage, and the commands to begin with" {
    jl
    ends 2
    says "jobledger ingest"
    says "jobledger fetch"
    [ -z "$output" ]
}

@test "an unknown command, option or report is named with the nearest word" {
    jl ingets x.csv
    ends 2
    one_line
    says "unknown command ingets; did you mean ingest?"
    jl fetch --paralel 3
    ends 2
    one_line
    says "did you mean --parallel?"
    jl export job
    ends 2
    one_line
    says "did you mean jobs?"
    jl fetch --auth x-api-kee
    ends 2
    says "did you mean x-api-key?"
}

@test "malformed values are usage errors that name them" {
    for wrong in "--parallel 0" "--parallel 513" "--parallel x" "--retries -1" "--timeout 0" "--timeout abc" \
        "--auth basic" "--fail-on stail" "--now yesterday" "--log-format xml" "--wait-lock soon"; do
        jl fetch $wrong
        ends 2
        one_line
        says "${wrong%% *}"
    done
    jl export jobs --delimiter '"'
    ends 2
    says "--delimiter"
    jl export jobs --cells wild
    ends 2
    jl ingest --delimiter auto2 x.csv
    ends 2
}

@test "an option of another command is refused by name" {
    jl fetch --out x
    ends 2
    says "--out is not an option of"
    jl ingest --parallel 3 x.csv
    ends 2
    says "--parallel is not an option of"
}

@test "no abbreviated options: they would change their meaning one day" {
    jl fetch --par 3
    ends 2
    says "unknown option --par"
}

@test "options may stand before the command, and with = or apart" {
    ids 3 > in.csv
    jl -d a.db -q ingest in.csv
    ok
    jl ingest --db=b.db in.csv -q
    ok
    jl -qdc.db ingest in.csv
    ok
    [ -f a.db ] && [ -f b.db ] && [ -f c.db ]
}

@test "-- ends the options" {
    ids 2 > ./--strict
    jl ingest -- --strict
    ok
    same "$(query 'SELECT name FROM source')" "--strict"
}

@test "an option without its value" {
    jl fetch --parallel
    ends 2
    says "--parallel needs a value"
    jl ingest x.csv --strict=yes
    ends 2
    says "--strict yes: expected true or false"
}

@test "of an option that is given twice the last counts, and both must be right" {
    spell 'job_id\njob_1\nbad\n' > in.csv
    jl ingest --strict in.csv --strict=false
    loose
    jl ingest --strict=false --strict --again in.csv
    ends 4
    jl ingest --wait-lock soon --wait-lock 1s in.csv
    ends 2
    says "--wait-lock soon"
    jl --log-format xml --log-format json status
    ends 2
    jq -e '.message | contains("xml")' <<< "$stderr"
    "$JOBLEDGER" export jobs --excel=de --excel=false > plain
    same "$(csv jobs)" "$(cat plain)"
}

@test "JOBLEDGER_DB names the ledger, and --db beats it" {
    ids 2 > in.csv
    JOBLEDGER_DB=env.db jl ingest in.csv
    ok
    [ -f env.db ]
    JOBLEDGER_DB=env2.db jl ingest --db opt.db in.csv
    [ -f opt.db ] && [ ! -e env2.db ]
}

@test "--log-format json: every line of standard error is one JSON object" {
    spell 'job_id,a\njob_1,x\nbad,y\n' > in.csv
    jl --log-format json ingest in.csv missing.csv
    ends 4
    [ "$(wc -l <<< "$stderr")" -ge 3 ]
    while read -r line; do
        python3 -c 'import json,sys; o=json.loads(sys.argv[1]); assert o["level"] and o["time"] and o["message"]' "$line"
    done <<< "$stderr"
    for wrong in "ingset x" "ingest --bogus" "fetch --base-url" "ingest --bogus --now x"; do
        jl --log-format json $wrong
        ends 2
        one_line
        jq -e '.level == "error"' <<< "$stderr"
    done
    jl ingest --bogus --log-format=json
    jq -e '.message | contains("--bogus")' <<< "$stderr"
    FREDDY_BASE_URL=ftp://x jl --log-format json fetch
    ends 2
    jq -e '.message | startswith("$FREDDY_BASE_URL")' <<< "$stderr"
    jl --log-format json fetch --parallel 0
    ends 2
    python3 -c 'import json,sys; json.loads(sys.argv[1])' "$stderr"
}

@test "quiet when all is well; one summary line without -q" {
    ids 2 > in.csv
    jl ingest -q in.csv
    ok
    [ -z "$stderr" ] && [ -z "$output" ]
    ids 3 > in2.csv
    jl ingest in2.csv
    ok
    one_line
    says "3 rows, 1 new jobs, 2 known jobs, 0 duplicates, 0 rejected"
    [ -z "$output" ]
}

@test "control characters from outside never reach the terminal" {
    spell 'job_id\njob_1\n\033[31mred\007\n' > in.csv
    jl ingest in.csv
    loose
    [[ $stderr != *$'\033'* ]] && [[ $stderr != *$'\007'* ]]
    says '\x1B[31mred\x07'
    jl ingest $'no\033[1msuch.csv'
    ends 4
    [[ $stderr != *$'\033'* ]]
}

@test "closed standard streams are never mistaken for the ledger" {
    ids 2 > in.csv
    "$JOBLEDGER" ingest in.csv 0<&- 1>&- 2>&-
    [ "$(query 'SELECT count(*) FROM job')" -eq 2 ]
    [ "$(head -c 15 jobledger.db)" = "SQLite format 3" ]
    query 'PRAGMA integrity_check' | grep -qx ok
}

@test "a full standard output is status 7" {
    ids 2 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for command in "export jobs" "status" "show job_n000001" "--help"; do
        status=0
        "$JOBLEDGER" $command > /dev/full 2> err || status=$?
        [ "$status" -eq 7 ]
        [ "$(wc -l < err)" -eq 1 ]
    done
}
