#!/usr/bin/env bats
# Reports as a workbook: what its XML says.
load jobledger

workbook() {
    python3 "$BATS_TEST_DIRNAME/workbook.py" "$@"
}

# A ledger with everything that a spreadsheet likes to make something else of.
odd_ledger() {
    sim_start - <<'SIM'
on job_1 status=completed model=gpt-4o cost=0.015 time=2.3 confidence=0.95 created=2026-01-02T03:04:05Z data={"total":1250.00,"vendor":"Müller\u0026Söhne","iban":"CH9300762011623852957","reference":210000000003139471430009017,"ean":7612345678900,"pi":3.14159265358979,"small":1E-5,"ok":true,"tags":["a",1.50],"lead":"00123","date":"2026-01-02","long":"210000000003139471430009017"}
on job_2 status=completed model=gpt-4o cost=1.5 time=0.25 confidence=0.5 created=2026-01-02T03:04:05.25Z data={"total":-17.35,"vendor":"=1+1","iban":"+41\u002044","ok":false,"lead":"-00","x_x0041_":"_x0041_\u0001"}
on job_3 status=completed model=o3 cost=999999.999999999 time=0.123456789 confidence=1 created=1899-12-31T23:59:59Z data={"vendor":"@SUM(1)\nTotal","total":1}
on job_4 status=failed message="torn\tapart" time=1 cost=0 created=2026-01-03T03:04:05.123456Z
on job_5 http=404
default status=processing
SIM
    spell 'job_id,kunde,=x\njob_1,"Zürich; ""Nord""\nHaus 2",00042\njob_2,+41 44 000 00 00,1E5\njob_3,,TRUE\n' > in.csv
    spell 'job_4\njob_5\njob_6\nno ID\n' > more.csv
    "$JOBLEDGER" -q run in.csv more.csv --out plain --base-url "$SIM_URL" --format jsonl 2> /dev/null || [ $? -eq 1 ]
}

@test "a workbook holds every report, cell by cell, in a sheet of its name" {
    odd_ledger
    jl export all -o reports --format xlsx
    ok
    same "$stderr" "export: $(ls plain | wc -l) reports in reports"
    same "$(ls -A reports)" jobledger.xlsx
    workbook sheets reports/jobledger.xlsx > sheets
    same "$(cat sheets)" "$("$JOBLEDGER" export --help | sed -n '/^Reports:/,/^  all /s/^  \([a-z][a-z-]*\) .*/\1/p' | grep -vx all)"
    while read -r sheet; do
        workbook compare reports/jobledger.xlsx "$sheet" "plain/$sheet.jsonl"
    done < sheets
    [ "$(wc -l < plain/extracted.jsonl)" -eq 3 ]
}

@test "numbers, times and shares have their formats, and text is text" {
    odd_ledger
    csv jobs --format xlsx > jobs.xlsx
    same "$(workbook formats jobs.xlsx jobs | jq -c '[.D, .E, .F, .I, .J, .N, .O]')" \
        '["0.0##############","#,##0.00#######","0.00%","0","yyyy-mm-dd hh:mm:ss","0","General"]'
    csv daily --format xlsx > daily.xlsx
    same "$(workbook formats daily.xlsx daily | jq -r .A)" General # 1899 is before Excel's days
    same "$(workbook cells daily.xlsx daily | jq -c '.[0]' | sed -n 2,3p)" \
'"1899-12-31"
{"time":"2026-01-02"}'
    csv extracted --format xlsx -o extracted.xlsx
    same "$(workbook cells extracted.xlsx extracted | jq -c '.[4:]' | sed -n 2,4p)" \
'[1250,"Müller&Söhne","CH9300762011623852957","210000000003139471430009017",7612345678900,3.14159265358979,1e-05,true,"[\"a\",1.50]","00123","2026-01-02","210000000003139471430009017"]
[-17.35,"=1+1","+41 44",null,null,null,null,false,null,"-00",null,null,"_x0041_\u0001"]
[1,"@SUM(1)\nTotal"]'
}

@test "the same ledger and time give the same bytes, to a file, a pipe and a folder" {
    odd_ledger
    "$JOBLEDGER" --now 2026-11-30T03:00:00Z export jobs --format xlsx -o one.xlsx
    sleep 1.1
    "$JOBLEDGER" --now 2026-11-30T03:00:00Z export jobs --format xlsx | cat > two.xlsx
    cmp one.xlsx two.xlsx
    unzip_created() { python3 -c 'import sys,zipfile; print(zipfile.ZipFile(sys.argv[1]).read("docProps/core.xml").decode())' "$1"; }
    unzip_created one.xlsx | grep -q '<dcterms:created xsi:type="dcterms:W3CDTF">2026-11-30T03:00:00Z<'
}

@test "run writes one workbook" {
    odd_ledger
    jl run in.csv --out night --format xlsx --base-url "$SIM_URL"
    ok
    says "reports in night"
    same "$(ls -A night)" jobledger.xlsx
}

@test "without a header the first row is data, and nothing is frozen" {
    odd_ledger
    csv runs --format xlsx --no-header -o runs.xlsx
    same "$(workbook cells runs.xlsx runs | jq -c '.[0]')" 1
    python3 -c 'import zipfile; print(zipfile.ZipFile("runs.xlsx").read("xl/worksheets/sheet1.xml").decode())' > sheet
    run ! grep -qE '<pane|<autoFilter' sheet
    csv runs --format xlsx -o runs.xlsx
    python3 -c 'import zipfile; print(zipfile.ZipFile("runs.xlsx").read("xl/worksheets/sheet1.xml").decode())' > sheet
    grep -q '<pane ySplit="1".*<autoFilter ref="A1:M2"/>' sheet
}

@test "text too long for a cell is cut, and named in one line" {
    { spell 'job_id,note,other\njob_1,'; head -c 40000 /dev/zero | tr '\0' x; spell ',\n'; } > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q export jobs --format xlsx -o jobs.xlsx
    ok
    same "$stderr" "jobledger: sheet jobs: row job_1: column label.note: cut to the 32767 characters that a cell can hold, of 40000"
    same "$(workbook cells jobs.xlsx jobs | jq -r '.[14] // empty' | sed -n 2p | wc -m)" 32768 # with the line end
    jl -q --log-format json export all --format xlsx -o all
    ok
    same "$(jq -r .level <<< "$stderr")" warning
}

@test "options of csv do not go with a workbook, nor some with tsv and jsonl" {
    local refused="--delimiter=semicolon|tsv --delimiter=semicolon|jsonl --delimiter=;|xlsx --bom|jsonl --bom|xlsx
        --crlf|jsonl --crlf|xlsx --decimal-comma|jsonl --decimal-comma|xlsx --excel|jsonl --excel=de|xlsx
        --cells=verbatim|jsonl --cells=verbatim|xlsx --no-header|jsonl"
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for one in $refused; do
        jl export jobs --format "${one#*|}" "${one%|*}"
        ends 2
        one_line
        says "${one%%[=|]*}"
        says "--format ${one#*|}"
        jl export all -o out "${one%|*}" --format "${one#*|}"
        ends 2
    done
    [ ! -e out ]
    for one in "--bom|tsv" "--crlf|tsv" "--excel|tsv" "--cells=verbatim|tsv" "--no-header|tsv" "--no-header|xlsx" \
        "--cells=safe|xlsx" "--cells=safe|jsonl" "--delimiter=tab|csv"; do
        jl export jobs -o out "${one%|*}" --format "${one#*|}"
        ok
    done
    jl run in.csv --out out --format jsonl --bom
    ends 2
    says "--bom does not go with --format jsonl"
    # There they are the input's.
    jl run in.csv --out out --format xlsx --delimiter comma --no-header --id-column 1 --dry-run
    ok
}

@test "a workbook is not written to a terminal" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    run python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
        "$JOBLEDGER" export jobs --format xlsx
    [ "$status" -eq 2 ]
    [[ "$output" == *"name a file with -o FILE"* ]]
}

@test "where the workbook can't be put together, the old one stays, and the folder is named" {
    ids 20000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    mkdir reports tmp
    echo old > reports/jobledger.xlsx
    TMPDIR=$PWD/none jl export all --format xlsx -o reports
    ends 7
    says "reports/jobledger.xlsx: no workbook can be put together in $PWD/none: No such file or directory"
    for kilobytes in 100 1000 2000; do
        TMPDIR=$PWD/tmp run --separate-stderr bash -c "trap '' XFSZ; ulimit -f $kilobytes
            '$JOBLEDGER' -q export all --format xlsx -o reports"
        ends 7
        one_line
        says "can't be put together in $PWD/tmp"
    done
    jl export jobs --format xlsx -o /dev/full
    ends 7
    one_line
    says "No space left on device"
    # A total beyond what is added up exactly.
    query "UPDATE job SET status = 'completed', cost_nano = 1000000000000000, resolved_at = 0"
    TMPDIR=$PWD/tmp jl export all --format xlsx -o reports
    ends 5
    says "9000000000 CHF"
    same "$(cat reports/jobledger.xlsx)" old
    same "$(ls -A reports)" jobledger.xlsx
    same "$(ls -A tmp)" ""
}

# A file system of its own, of a few megabytes, where the system lets us have one.
@test "a disk that is really full is noticed wherever it was" {
    unshare -rm mount -t tmpfs -o size=100k none "$PWD" 2> /dev/null || skip "no file system of our own can be mounted here"
    ids 20000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    mkdir small
    "$JOBLEDGER" --now 2026-11-30T03:00:00Z export jobs --format xlsx -o whole.xlsx
    rows=$(python3 -c 'import zipfile; print(zipfile.ZipFile("whole.xlsx").getinfo("xl/worksheets/sheet1.xml").file_size // 1024)')
    # No room for the rows; for the sheet that is made of them; for the archive; and room for all of it.
    for size in 100 $((rows - 20)) $((rows + 40)) $((rows * 3 / 2)) $((rows * 2 - 20)) $((rows * 2 + 40)) $((rows * 3)); do
        TMPDIR=$PWD/small run --separate-stderr unshare -rm sh -c "mount -t tmpfs -o size=${size}k none small &&
            '$JOBLEDGER' -q --now 2026-11-30T03:00:00Z export jobs --format xlsx -o out.xlsx; status=\$?
            ls -A small; exit \$status"
        same "$output" ""
        if [ "$status" -eq 0 ]; then
            cmp out.xlsx whole.xlsx
            rm out.xlsx
        else
            ends 7
            one_line
            says "can't be put together in $PWD/small"
            [ ! -e out.xlsx ]
        fi
        echo "$status" >> seen
    done
    same "$(head -n 3 seen | sort -u)" 7
    same "$(tail -n 1 seen)" 0
}

@test "a signal ends it, and no temporary file outlives it" {
    ids 20000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    mkdir tmp
    for signal in TERM:143 INT:130; do
        mkfifo "$signal"
        exec 4<> "$signal" # held open, and not read beyond the first byte: the export stands still in a write
        TMPDIR=$PWD/tmp "$JOBLEDGER" export jobs --format xlsx -o "$signal" 2> err 3>&- 4<&- &
        LC_ALL=C read -r -N 1 _ <&4
        while kill -s "${signal%:*}" $! 2> /dev/null; do sleep 0.05; done
        status=0
        wait $! || status=$?
        exec 4<&-
        [ "$status" -eq "${signal#*:}" ]
    done
    mkfifo killed
    exec 4<> killed
    TMPDIR=$PWD/tmp "$JOBLEDGER" export jobs --format xlsx -o killed 3>&- 4<&- &
    LC_ALL=C read -r -N 1 _ <&4
    kill -KILL $!
    wait $! || true
    exec 4<&-
    same "$(ls -A tmp)" ""
}

@test "a second sheet takes the rows beyond 1,048,576, and memory stays constant" {
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "it takes a while (make check ALL=1)"
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1048577)
           INSERT INTO reject (source_id, line, value, reason) SELECT 1, i + 2, 'x' || i, 'y' FROM n"
    kilobytes=100000 # of addresses: as little as the same report takes as CSV
    case $JOBLEDGER in *sanitize*) kilobytes=unlimited ;; esac
    (ulimit -v $kilobytes && "$JOBLEDGER" -q export rejects --format xlsx -o rejects.xlsx)
    same "$(workbook sheets rejects.xlsx)" $'rejects\nrejects (2)'
    same "$(workbook cells rejects.xlsx 'rejects (2)')" \
'["source","line","value","reason"]
["in.csv",1048578,"x1048576","y"]
["in.csv",1048579,"x1048577","y"]'
    python3 - <<'PY'
import zipfile
sheet = zipfile.ZipFile('rejects.xlsx').read('xl/worksheets/sheet1.xml')
assert sheet.count(b'<row ') == 1048576
assert b'<autoFilter ref="A1:D1048576"/>' in sheet
PY
}
