#!/usr/bin/env bats
load jobledger

@test "the samples yield the reports in samples/reports, and the rows of them in README.md, byte for byte" {
    "$SIM_ROOT/tests/golden" "${JOBLEDGER%/jobledger}" check reports
}

@test "the picture in README.md is what a terminal shows" {
    run "$SIM_ROOT/tests/golden" "${JOBLEDGER%/jobledger}" check picture
    echo "$output"
    if [ "$status" -eq 77 ] && [ -z "${JOBLEDGER_CHECK_ALL:-}" ]; then skip "no python3-pyte"; fi
    [ "$status" -eq 0 ]
}

@test "every sample gives the counts that samples/README.md states" {
    cd "$SIM_ROOT/samples"
    checked=0
    while IFS='|' read -r _ file _ rows jobs duplicates rejected _; do
        file=$(tr -d ' `' <<< "$file")
        case $rows in *[!\ 0-9]* | '') continue ;; esac
        encoding=UTF-8
        case $file in windows-1252/*) encoding=windows-1252 ;; esac
        run --separate-stderr "$JOBLEDGER" -d "$BATS_TEST_TMPDIR/x$checked.db" ingest --encoding $encoding "$file"
        says "$((rows)) rows, $((jobs)) new jobs, 0 known jobs, $((duplicates)) duplicates, $((rejected)) rejected"
        checked=$((checked + 1))
    done < README.md
    [ "$checked" -eq 8 ]
}

@test "the demo runs, tells where the reports are, and can be run again" {
    cp -r "${JOBLEDGER%/jobledger}" demo-build 2> /dev/null || true
    for _ in 1 2; do
        run "$SIM_ROOT/tests/demo" "$BATS_TEST_TMPDIR/demo-build"
        [ "$status" -eq 0 ]
        [[ $output == *"The reports, in"* ]]
        [[ $output == *"jobs.csv"*"60 rows"* ]]
        [[ $output == *"gpt-4o-mini"* ]]
    done
    [ -s demo-build/demo/reports/extracted.csv ]
}
