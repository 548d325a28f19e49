#!/usr/bin/env bats
# Where job IDs come from beside plain CSV files: JSON, compressed files, pipes, folders and patterns.
load jobledger

batch() { # BATCH_ID JOB_ID...: as the batch endpoint answers
    jq -nc --arg batch "$1" '{success: true, batch_id: $batch, job_ids: $ARGS.positional,
        total_documents: ($ARGS.positional | length), created_at: "2026-11-30T03:00:00Z"}' --args "${@:2}"
}

lines() { # N: JSON lines
    seq "$1" | jq -c '{job_id: "job_j\(.)", client: "Client \(. % 7)", "expected.total_amount": (. / 4)}'
}

jobs() { # of the last source: ID, line, labels
    query "SELECT job_id, line, coalesce(cells, '') FROM source_job JOIN job ON job.id = job
           WHERE source_id = (SELECT max(id) FROM source) ORDER BY line, job_id"
}

sources() {
    query 'SELECT name, rows FROM source ORDER BY id'
}

nothing_taken_in() {
    [ "$(query 'SELECT count(*) FROM source')" -eq 0 ] && [ "$(query 'SELECT count(*) FROM job')" -eq 0 ]
}

@test "an answer of the batch endpoint is its jobs, each with the batch as a label" {
    batch batch_abc job_1 job_2 > answer
    jl ingest answer
    ok
    says "2 rows, 2 new jobs"
    same "$(jobs)" $'job_1|1|["batch_abc"]\njob_2|1|["batch_abc"]'
    same "$(csv jobs | cut -d, -f1,15)" $'job_id,label.batch_id\njob_1,batch_abc\njob_2,batch_abc'
    jl ingest answer
    says "already ingested"
}

@test "answers that curl and jq wrote one behind the other, and the lines of their IDs" {
    { batch a job_1 job_2 | jq .; batch b job_3 | tr -d '\n'; batch c job_4 | jq .; } > answers
    jl ingest answers
    ok
    same "$(jobs)" $'job_1|5|["a"]\njob_2|6|["a"]\njob_3|11|["b"]\njob_4|15|["c"]'
    jq -s . answers > array
    jl -d two.db ingest array
    ok
    says "4 rows, 4 new jobs"
}

@test "JSON lines: labels, ground truth, rejects with their lines; nothing goes missing" {
    cat > in <<'JSON'
{"job_id": "job_1", "client": "Müller", "amount": 1250.00, "paid": true, "note": null, "tags": ["a", 1]}

{"job_id": "job_2", "expected.vendor.city": "Bern"}
{"job_id": "job_1"}
{"job_id": "job_3"
{"job_id": "17"}
{"invoice": 5}
"job_4"
{"success": true, "batch_id": "b", "job_ids": ["job_5", "job_6"]}
JSON
    jl ingest in
    loose
    says "9 rows, 5 new jobs, 0 known jobs, 1 duplicates, 3 rejected"
    same "$(query 'SELECT kind, name FROM source_column ORDER BY position' | paste -sd' ')" \
        "label|client label|amount label|paid label|note label|tags expected|vendor.city label|batch_id"
    same "$(jobs | head -2)" $'job_1|1|["Müller","1250.00","true","","[\\"a\\",1]","",""]\njob_2|3|["","","","","","Bern",""]'
    same "$(csv rejects)" 'source,line,value,reason
in,5,"{""job_id"": ""job_3""",not JSON
in,6,17,does not start with job_
in,7,"{""invoice"":5}",no job ID among its members'
    says "in:5: row rejected: not JSON"
    jl ingest --again --strict in
    ends 4
    says 'in:5: not JSON: '
    same "$(query 'SELECT rows, jobs, duplicates, rejected FROM source')" "9|5|1|3"
}

@test "--id-column names a member; what else concerns CSV leaves JSON alone" {
    spell '{"key": "job_1", "job_id": "x", "ort": "Zürich"}\n' > in.json
    spell 'n;job_9;x\n' > in.csv
    jl ingest --id-column key in.json
    ok
    same "$(jobs)" 'job_1|1|["x","Zürich"]'
    batch b job_2 > answer
    spell '{"id": "job_1", "ort": "Zürich"}\n' > in.json
    jl -d two.db ingest --id-column 2 --no-header --delimiter ';' --encoding windows-1252 in.csv answer in.json
    ok
    DB=two.db
    same "$(query 'SELECT job_id FROM job ORDER BY 1')" $'job_1\njob_2\njob_9'
    same "$(query 'SELECT cells FROM source_job JOIN job ON id = job WHERE job_id = "job_1"')" '["Zürich"]'
}

@test "a report of our own as JSON lines gives job IDs, and labels from its label members alone" {
    spell 'job_id,client\njob_1,Müller AG\njob_2,\n' > in.csv
    jl -q ingest in.csv
    csv jobs --format jsonl -o jobs.jsonl
    jl -d two.db ingest jobs.jsonl
    ok
    same "$("$JOBLEDGER" -d two.db export jobs | cut -d, -f1,15-)" "$(csv jobs | cut -d, -f1,15-)"
}

@test "JSON that is of no use: one line, status 4, nothing left behind" {
    spell '{"success": false, "error": {"code": "X"}}' > error.json
    spell '{\n"job_id": "job_1",\n}\n' > broken.json
    spell '[{"job_id": "job_1"},\n{"job_id": ' > cut.json
    spell '{"job_id": "job_1"}\n{"job_id": "job_2", "x": "\374"}\n' > latin.json
    spell '[1, 2]' > numbers.json
    spell '{job_id};b\njob_1;2\n' > brace.csv
    for f in error.json:'the members are: "success", "error"' broken.json:':1: what begins here is not JSON' \
        cut.json:':2: the JSON that begins here has no end' latin.json:':2: the byte 0xFC is not UTF-8' \
        numbers.json:'no job ID in this JSON' brace.csv:':1: what begins here is not JSON'; do
        jl ingest "${f%%:*}"
        ends 4
        one_line
        says "${f#*:}"
        nothing_taken_in
    done
}

@test "gzip and zstd by content, whatever the name: lines and labels as in the plain file" {
    { spell 'job_id;ort\r\n'; ids 3000 | sed '1d; s/$/;"x\r\ny"\r/'; } > in.csv
    jl ingest in.csv
    ok
    expected=$(jobs)
    lines 2000 > in.jsonl
    jl ingest in.jsonl
    expected_json=$(jobs)
    for pack in "gzip -9" "zstd -q -19 --stdout"; do
        rm jobledger.db
        $pack < in.csv > a
        $pack < in.jsonl > b.csv
        jl ingest a b.csv
        ok
        says "5000 rows, 5000 new jobs"
        same "$(jobs)" "$expected_json"
        query "DELETE FROM source_job WHERE source_id = 2; DELETE FROM source_column WHERE source_id = 2;
               DELETE FROM source_name WHERE source_id = 2; DELETE FROM source WHERE id = 2"
        same "$(jobs)" "$expected"
    done
}

@test "a source is its bytes as given: size and SHA-256 are those of the compressed file" {
    ids 5 > in.csv
    gzip -k in.csv
    jl ingest in.csv.gz
    ok
    same "$(query 'SELECT name, bytes, lower(hex(sha256)) FROM source')" \
        "in.csv.gz|$(stat -c %s in.csv.gz)|$(sha256sum in.csv.gz | cut -d' ' -f1)"
    jl ingest in.csv.gz
    says "already ingested"
    jl ingest in.csv
    ok
    says "5 rows, 0 new jobs, 5 known jobs"
}

@test "members of gzip and frames of zstd are one file; zero bytes at the end are padding" {
    for pack in gzip "zstd -q --stdout"; do
        rm -f jobledger.db
        { ids 2 | $pack; spell 'job_x\n' | $pack; : | $pack; spell 'job_y\n' | $pack; } > in
        jl ingest in
        ok
        same "$(jobs | cut -d'|' -f1,2)" $'job_n000001|2\njob_n000002|3\njob_x|4\njob_y|5'
    done
    { ids 2 | gzip; head -c 512 /dev/zero; } > padded
    jl -d two.db ingest padded
    ok
}

@test "compressed data that is cut short or damaged: one line, status 4, nothing left behind" {
    ids 20000 > in.csv
    gzip -k in.csv
    zstd -q in.csv
    for f in in.csv.gz in.csv.zst; do
        head -c 5000 $f > cut
        { head -c 5000 $f; spell '\0000\0000\0000\0000'; tail -c +5005 $f; } > damaged
        jl ingest cut
        ends 4
        one_line
        says "cut: is cut short"
        nothing_taken_in
        jl ingest damaged
        ends 4
        [ "$(grep -c '^jobledger: damaged: its .* data is damaged (.*); get the file anew$' <<< "$stderr")" -eq 1 ]
        nothing_taken_in
    done
    { cat in.csv.gz; spell 'job_1\n'; } > followed
    jl ingest followed
    ends 4
    says "followed: something that is not gzip follows"
    gzip < in.csv.zst > twice
    jl ingest twice
    ends 4
    says "twice: is packed twice"
    nothing_taken_in
}

@test "an encoding inside compressed data" {
    printf 'job_id\tort\r\njob_1\tZürich\r\n' | iconv -t utf-16 | gzip > in
    jl ingest --encoding utf-16 in
    ok
    same "$(jobs)" 'job_1|2|["Zürich"]'
}

@test "JSON and compressed data through pipes" {
    mkdir spool
    export TMPDIR=$PWD/spool
    batch b job_1 | "$JOBLEDGER" -q ingest -
    lines 3 | gzip | "$JOBLEDGER" -q ingest -
    "$JOBLEDGER" -q ingest <(ids 4 | zstd -q)
    same "$(query 'SELECT rows FROM source ORDER BY id')" $'1\n3\n4'
    [ -z "$(ls -A spool)" ]
}

@test "files that are neither CSV nor JSON: one line says what they are" {
    mkdir xl
    ids 3 > xl/sheet1.xml
    python3 -c 'import sys, zipfile
with zipfile.ZipFile("book.xlsx", "w") as z:
    z.write("xl/sheet1.xml")
with zipfile.ZipFile("a.zip", "w") as z:
    z.write("xl/sheet1.xml", "in.csv")'
    printf '%%PDF-1.7\n' > a.pdf
    printf 'BZh91AY&SY' > a.bz2
    jl -q -d other.db ingest xl/sheet1.xml
    cp other.db a.db
    for f in book.xlsx:'is an Excel workbook (.xlsx), not CSV; in Excel: Save As, CSV UTF-8' \
        a.zip:'is a ZIP archive' a.pdf:'is a PDF' a.bz2:'is packed with bzip2' a.db:'is a SQLite database' \
        xl:'is a folder; to take the files in it: --dir xl'; do
        jl ingest --encoding windows-1252 "${f%%:*}"
        ends 4
        one_line
        says "${f%%:*}: ${f#*:}"
        nothing_taken_in
    done
}

@test "--dir takes each file in the folder once, in bytewise order, without what writers leave" {
    mkdir -p inbox/sub
    ids 2 b > inbox/b.csv
    ids 3 Z > inbox/Z.csv
    lines 4 | gzip > inbox/a.gz
    for name in .hidden in.csv~ in.tmp in.csv.part sub/deep.csv; do ids 9 x > "inbox/$name"; done
    mkfifo inbox/pipe
    ln -s ../elsewhere.csv inbox/link.csv
    ids 1 l > elsewhere.csv
    jl ingest --dir inbox
    ok
    says "10 rows, 10 new jobs"
    same "$(sources)" $'inbox/Z.csv|3\ninbox/a.gz|4\ninbox/b.csv|2\ninbox/link.csv|1'
    ids 5 c > inbox/c.csv
    jl ingest --dir inbox/
    ok
    says "5 rows, 5 new jobs, 0 known jobs, 0 duplicates, 0 rejected (4 of 5 files already ingested before)"
    same "$(query 'SELECT name FROM source_name WHERE source_id = 5')" inbox/c.csv
}

@test "--dir: files that are named come first; several folders; one that is missing, is a file, or is empty" {
    mkdir a b empty
    ids 1 a > a/in.csv
    ids 1 b > b/in.csv
    ids 1 f > z.csv
    jl ingest --dir b z.csv --dir a
    ok
    same "$(sources)" $'z.csv|1\nb/in.csv|1\na/in.csv|1'
    jl ingest --dir missing --dir z.csv --dir a
    ends 4
    says "missing: the folder can't be read: No such file or directory"
    says "z.csv: is not a folder; name it without --dir"
    says "already ingested"
    jl -d two.db ingest --dir empty
    ok
    one_line
    says "0 rows, 0 new jobs, 0 known jobs, 0 duplicates, 0 rejected (the folder has no files)"
    jl -q -d two.db ingest --dir empty
    ok
    [ -z "$stderr" ]
    jl ingest --dir ''
    ends 2
}

@test "an unusable file in the folder: the others go on" {
    mkdir inbox
    ids 2 > inbox/b.csv
    : > inbox/a.csv
    jl ingest --dir inbox --dry-run
    ends 4
    says "inbox/a.csv: the file is empty"
    says "(dry run) 2 rows, 2 new jobs"
    [ ! -e jobledger.db ]
}

@test "the nightly job over a folder" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    mkdir inbox
    ids 2 > inbox/in.csv
    batch b job_1 job_2 > inbox/answer.json
    jl run --dir inbox/ --out reports --base-url "$SIM_URL"
    ok
    one_line
    says "4 rows, 4 new jobs"
    same "$(cut -d, -f1,15 reports/jobs.csv)" $'job_id,label.batch_id\njob_1,b\njob_2,b\njob_n000001,\njob_n000002,'
    jl -q run --dir inbox/ --out reports --base-url "$SIM_URL"
    ok
    [ -z "$stderr" ]
    same "$(sim_requests)" 4
    jl run --out reports
    ends 2
    says "run needs a file or a folder"
}

@test "patterns that no shell expanded, in bytewise order; one that matches nothing" {
    mkdir inbox
    ids 1 a > inbox/a.csv
    ids 1 b > inbox/B.csv
    ids 1 c > inbox/c.txt
    ids 1 s > 'inbox/[x]*.csv'
    jl ingest 'inbox/[ab]*.csv' 'inbox/?.txt' 'inbox/[x]*.csv'
    ok
    same "$(sources)" $'inbox/a.csv|1\ninbox/c.txt|1\ninbox/[x]*.csv|1'
    jl ingest 'inbox/*.csv'
    ok
    same "$(sources | tail -1)" 'inbox/B.csv|1'
    jl ingest 'inbox/*.json' inbox/a.csv
    ends 4
    says "inbox/*.json: there is no such file, and as a pattern it matches none"
    says "already ingested"
}

@test "memory stays constant: a million JSON lines, compressed, within 96 MB" {
    case $JOBLEDGER in *sanitize*) skip "sanitizers use memory of their own" ;; esac
    seq -f '{"job_id":"job_m%07.0f","client":"Acme"}' 1000000 | gzip -1 > in
    (ulimit -v 200000 && "$JOBLEDGER" -q ingest in)
    [ "$(query 'SELECT count(*) FROM job')" -eq 1000000 ]
}

@test "SIGINT and SIGTERM while JSON is read the first time: 130 and 143, nothing is taken in" {
    seq -f '{"job_id":"job_m%07.0f","client":"Acme"}' 3000000 > in
    for signal in INT:130 TERM:143; do
        "$JOBLEDGER" ingest in 2> err 3>&- &
        pid=$!
        sleep 0.5
        kill -"${signal%:*}" $pid
        code=0
        wait $pid || code=$?
        [ "$code" -eq "${signal#*:}" ]
        grep -q 'in: interrupted, nothing of it was taken in' err
        nothing_taken_in
    done
}
