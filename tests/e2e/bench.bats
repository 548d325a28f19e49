#!/usr/bin/env bats
# The benchmark itself, at a size at which its figures mean nothing: that it runs, says what it found, and fails only where
# it could not run.
bats_require_minimum_version 1.5.0
load sim

setup() {
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "a benchmark takes a while; ALL=1"
    cd "$SIM_ROOT" || return 1
    BUILD=${JOBLEDGER_BUILD:-build}
    [ -x "$BUILD/bench/bin/gauge" ] || skip "bench-tools are not built in $BUILD"
    RESULTS=$BATS_TEST_TMPDIR/results.csv
}

bench() {
    run --separate-stderr tests/bench/bench.py --build "$BUILD" --csv "$RESULTS" "$@"
}

# column NAME: of the CSV, without its header.
column() {
    python3 -c 'import csv, sys; [print(row[sys.argv[2]]) for row in csv.DictReader(open(sys.argv[1]))]' "$RESULTS" "$1"
}

@test "both sides, the ratio, the bound and whether it holds, as a table and as CSV" {
    bench --scale 0.0005 --runs 2 --line ingest,glance
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" == "jobledger / peer "*"jobledger"*"peer"*"unit"*"ratio"*"bound"*"holds"* ]]
    [[ "$output" == *"ingest rows / sqlite3 .import "*" rows/s "*">= 2 "* ]]
    [ "$(printf '%s\n' "$output" | wc -L)" -le 100 ]
    [ "$(column line | sort | uniq -c | tr -s ' \n' ' ')" = " 2 glance 4 ingest " ]
    [ "$(column runs | sort -u)" = 2 ]
    [ "$(column holds | grep -vc '^yes$\|^NO$')" -eq 0 ]
    [ "$(column jobledger | awk '$1 <= 0' | wc -l)" -eq 0 ]
}

@test "all the programs that fetch is measured beside" {
    bench --scale 0.002 --runs 1 --line fetch
    [ "$status" -eq 0 ]
    [ "$(column peer | awk '$1 > 0' | wc -l)" -eq 4 ]
}

@test "what could not be run is said, and is the one thing that fails" {
    BUILD=$BATS_TEST_TMPDIR/nothing bench --scale 0.0005 --runs 1 --line glance
    [ "$status" -eq 1 ]
    [[ "$output" == *"could not run"* ]]
    [ "$(column holds)" = "could not run" ]
}

@test "an unknown line is named" {
    bench --line exprot
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"no line exprot; there are "*" export, "* ]]
}

@test "the guard counts, keeps the counts, and fails where they differ" {
    kept=$BATS_TEST_TMPDIR/guard.txt
    run tests/bench/guard.py --build "$BUILD" --only ingest --kept "$kept" --update
    [ "$status" -eq 0 ]
    [ "$(grep -c '^ingest [0-9]\{4,\}$' "$kept")" -eq 1 ]
    awk '/^ingest/ { $2 = int($2 * 0.8) } { print }' "$kept" > "$kept.less"
    run tests/bench/guard.py --build "$BUILD" --only ingest --kept "$kept.less"
    [ "$status" -eq 1 ]
    [[ "$output" == *"ingest"*"MORE"* ]]
}
