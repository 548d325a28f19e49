#!/usr/bin/env bats
load jobledger

counts() { # the last source's
    query 'SELECT rows, jobs, duplicates, rejected FROM source ORDER BY id DESC LIMIT 1'
}

@test "job IDs, labels and ground truth go into the ledger" {
    spell 'job_id,client,expected.total_amount\njob_1,Müller,12.50\njob_2,,\n' > in.csv
    jl ingest in.csv
    ok
    says "2 rows, 2 new jobs, 0 known jobs, 0 duplicates, 0 rejected"
    same "$(query "SELECT kind, name FROM source_column ORDER BY position")" $'label|client\nexpected|total_amount'
    same "$(query 'SELECT cells FROM source_job ORDER BY line')" $'["Müller","12.50"]\n["",""]'
}

@test "the ledger is made with mode 0600 whatever the umask" {
    ids 2 > in.csv
    (umask 0 && "$JOBLEDGER" -q ingest in.csv)
    [ "$(stat -c %a jobledger.db)" = 600 ]
    [ "$(stat -c %a jobledger.db.lock)" = 600 ]
}

@test "duplicates in a file, and the same job in another file" {
    spell 'id\njob_1\njob_1\njob_2\n' > a.csv
    spell 'id\njob_2\njob_3\n' > b.csv
    jl ingest a.csv b.csv
    ok
    says "5 rows, 3 new jobs, 1 known jobs, 1 duplicates, 0 rejected"
    same "$(csv reconcile | cut -d, -f1,3-7)" $'source,rows,jobs,duplicates,rejected,new\na.csv,3,2,1,0,2\nb.csv,2,2,0,0,2'
}

@test "rejected rows: named, counted, kept whole; the first ten only" {
    { echo job_id; for i in $(seq 12); do echo "wrong_$i"; done; printf 'x%.0s' $(seq 300); echo; } > in.csv
    jl ingest in.csv
    loose
    [ "$(grep -c 'row rejected' <<< "$stderr")" -eq 10 ]
    says "in.csv:2: row rejected"
    says "13 rejected"
    [ "$(csv rejects | tail -1 | cut -d, -f3 | tr -d '\n' | wc -c)" -eq 300 ]
    [ "$(csv rejects | wc -l)" -eq 14 ]
}

@test "a rejected value is cut to 80 characters on standard error" {
    { echo job_id; printf 'ü%.0s' $(seq 100); echo; } > in.csv
    jl ingest in.csv
    loose
    says "$(printf 'ü%.0s' $(seq 80))…"
}

@test "--strict: one reject fails the file and leaves nothing behind" {
    spell 'job_id\njob_1\nnope\n' > in.csv
    jl ingest --strict in.csv
    ends 4
    says "in.csv:3:"
    [ "$(query 'SELECT count(*) FROM job')" -eq 0 ]
    [ "$(query 'SELECT count(*) FROM source')" -eq 0 ]
}

@test "the same bytes again change nothing, under whatever name and options, and say so" {
    spell 'job_id,a\njob_1,x\n' > in.csv
    cp in.csv copy.csv
    jl ingest in.csv
    before=$(query "SELECT * FROM source")
    jl ingest copy.csv --no-header --id-column 1
    ok
    says "already ingested"
    same "$(query "SELECT * FROM source")" "$before"
    same "$(query "SELECT name FROM source_name ORDER BY 1")" $'copy.csv\nin.csv'
}

@test "--again reads a file anew in place of its earlier reading; jobs stay" {
    spell 'job_id;client\njob_1;A\njob_2;B\n' > in.csv
    jl ingest --delimiter comma --id-column 1 --no-header in.csv
    loose
    jl ingest --again in.csv
    ok
    says "2 rows, 2 new jobs"
    same "$(counts)" "2|2|0|0"
    same "$(csv jobs | cut -d, -f1,15)" $'job_id,label.client\njob_1,A\njob_2,B'
    [ "$(query 'SELECT count(*) FROM source')" -eq 1 ]
}

@test "--again of a file that turns out unusable: the earlier reading stays, and no name is added" {
    spell 'job_id,a\njob_1,x\nbad,y\n' > in.csv
    jl ingest in.csv
    loose
    cp in.csv copy.csv
    before=$(query 'SELECT name, rows, rejected FROM source; SELECT name FROM source_name; SELECT cells FROM source_job')
    for options in --strict "--encoding utf-16" "--id-column nowhere"; do
        jl ingest --again $options copy.csv
        ends 4
        same "$(query 'SELECT name, rows, rejected FROM source; SELECT name FROM source_name; SELECT cells FROM source_job')" "$before"
    done
}

@test "--dry-run counts across files and keeps nothing" {
    spell 'id\njob_1\njob_2\n' > a.csv
    spell 'id\njob_2\njob_3\n' > b.csv
    jl ingest --dry-run a.csv b.csv
    ok
    says "4 rows, 3 new jobs, 1 known jobs"
    [ ! -e jobledger.db ] && [ ! -e jobledger.db.lock ]
    jl -q ingest a.csv
    jl ingest --dry-run b.csv
    ok
    says "2 rows, 1 new jobs, 1 known jobs"
    [ "$(query 'SELECT count(*) FROM job')" -eq 2 ]
}

@test "standard input, by pipe and by redirection" {
    mkdir spool
    export TMPDIR=$PWD/spool
    ids 5 p | "$JOBLEDGER" -q ingest -
    same "$(query 'SELECT name, rows FROM source')" "(stdin)|5"
    ids 6 q > in.csv
    "$JOBLEDGER" -q ingest - < in.csv
    same "$(query 'SELECT name, rows FROM source WHERE id = 2')" "(stdin)|6"
    [ -z "$(ls -A spool)" ]
}

@test "an unusable file: one line, status 4, nothing left behind, the others go on" {
    ids 2 good > good.csv
    : > empty.csv
    spell 'name,amount\nx,1\n' > noid.csv
    spell 'job_id,n\njob_1,caf\351\n' > latin.csv
    spell 'job_id,n\njob_1,"open\njob_2,x\n' > quote.csv
    spell 'job_id\njob_\0000x\n' > nul.csv
    mkdir folder
    for f in empty.csv noid.csv latin.csv quote.csv nul.csv folder missing.csv; do
        jl ingest $f
        ends 4
        [ "$(grep -c "$f" <<< "$stderr")" -eq 1 ]
        [ "$(query 'SELECT count(*) FROM job')" -eq 0 ]
        [ "$(query 'SELECT count(*) FROM source')" -eq 0 ]
    done
    jl ingest latin.csv good.csv noid.csv
    ends 4
    says "latin.csv:2"
    says "--encoding"
    says '"name", "amount"'
    [ "$(query 'SELECT count(*) FROM job')" -eq 2 ]
}

@test "a quote that stays open names the line where it starts" {
    spell 'job_id,n\njob_1,a\njob_2,"b\njob_3,c\n' > in.csv
    jl ingest in.csv
    ends 4
    says "in.csv:3"
}

@test "windows-1252 and utf-16 by name; an unknown or slashed encoding is a usage error" {
    spell 'job_id;ort\njob_1;Z\374rich\n' > w.csv
    printf 'job_id\tort\r\njob_2\tGen\u00e8ve\r\n' | iconv -t UTF-16 > u.csv
    jl ingest --encoding windows-1252 w.csv
    ok
    jl ingest --encoding utf-16 u.csv
    ok
    same "$(csv jobs | cut -d, -f15)" $'label.ort\nZürich\nGenève'
    ids 1 > x.csv
    for wrong in utf-99 utf-8//TRANSLIT; do
        jl ingest --encoding $wrong x.csv
        ends 2
        one_line
    done
}

@test "--id-column by name and number; with --no-header only a number" {
    spell 'nr,which\n1,job_1\n' > a.csv
    jl ingest --id-column which a.csv
    ok
    spell '7,job_2\n8,job_3\n' > b.csv
    jl ingest --id-column 2 b.csv
    ok
    jl ingest --id-column which --no-header a.csv
    ends 2
    jl ingest --id-column nowhere --again a.csv
    ends 4
    says '"nr", "which"'
    same "$(query 'SELECT job_id FROM job ORDER BY 1')" $'job_1\njob_2\njob_3'
}

@test "the latest source with the column gives a label, empty or not; in a file the job's first row" {
    spell 'job_id,client,dept\njob_1,A,x\njob_1,B,y\njob_2,C,z\n' > a.csv
    spell 'job_id,client\njob_1,\n' > b.csv
    jl ingest a.csv b.csv
    ok
    same "$(csv jobs | cut -d, -f1,15-)" $'job_id,label.client,label.dept\njob_1,,x\njob_2,C,z'
}

@test "a report of our own gives job IDs, and labels from its label columns alone" {
    spell 'job_id,client\njob_1,Müller AG\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    csv jobs -o jobs.csv
    csv jobs --excel -o excel.csv
    jl -d two.db ingest jobs.csv
    ok
    same "$("$JOBLEDGER" -d two.db export jobs | head -1 | cut -d, -f15-)" "label.client"
    jl -d three.db ingest excel.csv
    ok
    same "$("$JOBLEDGER" -d three.db export jobs | tail -1 | cut -d, -f15-)" "Müller AG"
}

@test "a file that grows while it is read is not taken in" {
    # A FIFO can't show it; a slow reader can't be had: the check is on size and time, so touch during the run.
    ids 200000 > in.csv
    ( sleep 0.05; for _ in 1 2 3 4 5 6 7 8; do touch in.csv; sleep 0.02; done ) 3>&- &
    jl ingest in.csv
    wait
    if [ "$status" -eq 4 ]; then
        says "changed while it was read"
        [ "$(query 'SELECT count(*) FROM job')" -eq 0 ]
    else
        ok
        [ "$(query 'SELECT count(*) FROM job')" -eq 200000 ]
    fi
}

@test "memory stays constant: a million rows within 96 MB" {
    case $JOBLEDGER in *sanitize*) skip "sanitizers use memory of their own" ;; esac
    ids 1000000 > in.csv
    (ulimit -v 200000 && "$JOBLEDGER" -q ingest in.csv)
    [ "$(query 'SELECT count(*) FROM job')" -eq 1000000 ]
}

@test "SIGINT and SIGTERM: 130 and 143, nothing of the file is taken in" {
    ids 2000000 > in.csv
    for signal in INT:130 TERM:143; do
        "$JOBLEDGER" -q ingest in.csv 2> err 3>&- &
        pid=$!
        sleep 0.4
        kill -"${signal%:*}" $pid
        code=0
        wait $pid || code=$?
        [ "$code" -eq "${signal#*:}" ]
        [ "$(query 'SELECT count(*) FROM job')" -eq 0 ]
    done
}

@test "SIGINT while a FIFO waits for its writer: 130" {
    mkfifo pipe
    "$JOBLEDGER" -q ingest pipe 2> err 3>&- &
    interrupt $! INT
    [ "$code" -eq 130 ]
}

@test "--dry-run takes an empty file for a ledger that is not there yet, as the ingest itself does" {
    ids 2 > in.csv
    : > jobledger.db
    jl ingest --dry-run in.csv
    ok
    says "2 new jobs"
    [ ! -s jobledger.db ] && [ ! -e jobledger.db.lock ]
    jl ingest in.csv
    ok
    says "2 new jobs"
}
