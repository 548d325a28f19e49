#!/usr/bin/env bats
# Every report and every option of export, over a small ledger that has something for each.
load jobledger

world() {
    sim_start - <<'SIM'
on job_1 status=completed model=gpt-4o cost=0.015 time=2.3 confidence=0.95 created=2026-03-28T23:30:00Z completed=2026-03-28T23:30:02Z data={"no":"INV-1","total":1250.00,"vendor":{"name":"Müller","city":"Zürich"},"lines":[{"text":"A","price":50.00,"taxes":[{"rate":8.1},{"rate":2.6}]},{"text":"B","price":1E5}],"path":"x"}
on job_2 status=completed model=ftg cost=1.5 time=0.25 confidence=0.5 created=2026-03-29T22:30:00Z completed=2026-03-29T22:30:09.5Z data={"no":"INV-2","total":-17.35,"vendor":{"name":"=1+1"},"paid":true,"lines":[]}
on job_3 status=failed message=broken time=1 cost=0 created=2026-10-25T00:30:00Z completed=2026-10-25T00:30:01Z
on job_4 status=processing model=ftg created=2026-11-29T00:00:00Z
on job_5 http=404
on job_6 status=completed model=ftg cost=2 time=1 confidence=null created=2026-10-25T01:30:00.25Z completed=2026-10-25T01:30:01.25Z data={"no":null}
SIM
    spell 'job_id,client,expected.no,expected.total,expected.vendor.city,expected.paid\n' \
        'job_1,Acme,INV-1,1250,Bern,\njob_2,,INV-3, -17.350 ,,true\njob_3,Acme,x,,,\njob_4,Beta,,,,\njob_5,,,,,\n' > a.csv
    spell 'job_id,client,note\njob_6,Acme,late\njob_2,Beta,\n' > b.csv
    "$JOBLEDGER" -q --now 2026-11-30T03:00:00Z ingest a.csv b.csv
    "$JOBLEDGER" -q --now 2026-11-30T03:00:00Z fetch --base-url "$SIM_URL"
}

# The rows below the header, of the columns that are named by number.
rows() {
    local columns=$1
    shift
    csv "$@" --no-header | cut -d , -f "$columns"
}

@test "items: a row for each object in an array, in the order of the document" {
    world
    same "$(csv items)" 'job_id,path,item,text,price,rate
job_1,lines,1,A,50.00,
job_1,lines[1].taxes,1,,,8.1
job_1,lines[1].taxes,2,,,2.6
job_1,lines,2,B,1E5,'
    same "$(csv items --path lines --with no,vendor.city,path)" 'job_id,path,item,no,vendor.city,data.path,text,price
job_1,lines,1,INV-1,Zürich,x,A,50.00
job_1,lines,2,INV-1,Zürich,x,B,1E5'
    same "$(csv items --path lines.taxes)" "$(csv items --path 'lines[1].taxes')"
    same "$(rows 2- items --path lines.taxes)" $'lines[1].taxes,1,8.1\nlines[1].taxes,2,2.6'
    jl export items --path line
    ends 2
    says "did you mean lines?"
    jl export items --with no,totl
    ends 2
    one_line
    says "--with totl: no extracted data has that field; did you mean total?"
}

@test "items: what no job has that is left by the filters is no mistake" {
    world
    same "$(csv items --path lines --with no --model ftg)" job_id,path,item,no
    same "$(csv items --path lines.taxes --with vendor.city --since 2026-03-29)" job_id,path,item,vendor.city
    jl export items --path line --model ftg
    ends 2
    says "did you mean lines?"
    jl export items --with vendor.cty --model ftg
    ends 2
    says "did you mean vendor.city?"
}

@test "items of any shape: top-level arrays, mixed ones, arrays in arrays, odd keys" {
    sim_start - <<'SIM'
on job_1 status=completed data=[{"a.b":1,"item":2},{"c":[{"d[":true}]}]
on job_2 status=completed data={"m":[1,{"x":"y"},[{"z":0}]],"e":[]}
SIM
    spell 'job_1\njob_2\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    same "$(csv items)" 'job_id,path,item,a\.b,data.item,d\[,x,z
job_1,,1,1,2,,,
job_1,,2,,,,,
job_1,[2].c,1,,,true,,
job_2,m,2,,,,y,
job_2,m[3],1,,,,,0'
    same "$(rows 5- extracted)" $',\n"[1,{""x"":""y""},[{""z"":0}]]",[]'
    same "$(query "SELECT job_id, path, item, field, value FROM items ORDER BY 1, 2, 3, 4")" \
'job_1||1|a\.b|1
job_1||1|item|2
job_1|[2].c|1|d\[|true
job_2|m|2|x|y
job_2|m[3]|1|z|0'
    same "$(query "SELECT job_id, path, value FROM extracted ORDER BY 1, 2")" \
'job_2|e|[]
job_2|m|[1,{"x":"y"},[{"z":0}]]'
}

@test "every column has a name of its own, and the array at the top can be asked for" {
    sim_start - <<'SIM'
on job_1 status=completed data={"data":{"job_id":1,"data":{"job_id":2}},"job_id":3,"lines":[{"item":4,"no":5,"data.item":6,"data":{"item":7}}],"no":8}
on job_2 status=completed data=[{"a":1},{"b":[{"a":2}]}]
SIM
    spell 'job_1\njob_2\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    same "$(csv extracted | cut -d , -f 5- | head -n 2)" $'data.job_id,data.data.job_id,data.data.data.job_id,no\n1,2,3,8'
    same "$(csv items --path lines --with no,data.job_id)" 'job_id,path,item,no,data.job_id,data.data.item,data.no,data\.item,data.item
job_1,lines,1,8,1,4,5,6,7'
    same "$(csv items --path '')" $'job_id,path,item,a\njob_2,,1,1\njob_2,,2,'
}

@test "review: unknown confidence first, then the lowest, with the labels" {
    world
    same "$(csv review)" 'job_id,confidence,model_used,created_at,label.client,label.note
job_6,,ftg,2026-10-25T01:30:00.25Z,Acme,late
job_2,0.5,ftg,2026-03-29T22:30:00Z,Beta,'
    same "$(rows 1 review --threshold 0.5)" job_6
    same "$(rows 1 review --threshold 1)" $'job_6\njob_2\njob_1'
    for x in 1.1 -0.1 x 0.0000000001 1e-1; do
        jl export review --threshold "$x"
        ends 2
    done
}

@test "ground truth: accuracy by field and model, mismatches, calibration" {
    world
    same "$(csv accuracy)" 'field,model_used,compared,matched,mismatched,missing,accuracy
no,ftg,1,0,1,0,0.0000
no,gpt-4o,1,1,0,0,1.0000
paid,ftg,1,1,0,0,1.0000
total,ftg,1,1,0,0,1.0000
total,gpt-4o,1,1,0,0,1.0000
vendor.city,gpt-4o,1,0,1,0,0.0000'
    same "$(csv mismatches)" 'job_id,field,expected,extracted,model_used,confidence
job_1,vendor.city,Bern,Zürich,gpt-4o,0.95
job_2,no,INV-3,INV-2,ftg,0.5'
    same "$(csv calibration)" 'bin_low,bin_high,jobs,confidence_mean,compared_jobs,accuracy
0.5,0.6,1,0.5000,1,0.0000
0.9,1.0,1,0.9500,1,0.0000'
}

@test "ground truth may come after the answer, be stated anew and be taken back" {
    world
    # A later statement wins; an empty cell leaves the older one standing.
    spell 'job_id,expected.no,expected.total\njob_2,INV-2,\njob_6,INV-6,\n' > c.csv
    "$JOBLEDGER" -q ingest c.csv
    same "$(csv mismatches --no-header)" 'job_1,vendor.city,Bern,Zürich,gpt-4o,0.95
job_6,no,INV-6,,ftg,'
    same "$(rows 3- accuracy --model ftg)" $'2,1,0,1,0.5000\n1,1,0,0,1.0000\n1,1,0,0,1.0000'
    # Read anew without a header for it, the file states nothing any more.
    "$JOBLEDGER" ingest --again --no-header c.csv 2> /dev/null || true
    same "$(rows 1,3,4 mismatches)" $'job_1,Bern,Zürich\njob_2,INV-3,INV-2'
    # A trial leaves no trace.
    "$JOBLEDGER" -q ingest --again --dry-run c.csv
    same "$(rows 1 mismatches)" $'job_1\njob_2'
}

@test "ground truth is held against completed jobs alone, whatever became of one later" {
    world
    sim_start - <<< 'default http=410 code=JOB_EXPIRED'
    jl fetch --recheck completed --base-url "$SIM_URL"
    loose
    same "$(rows 1,2 jobs --status error)" $'job_1,error\njob_2,error\njob_6,error'
    for report in accuracy mismatches; do same "$(rows 1 $report)" ''; done
    same "$(query 'SELECT count(*) FROM verdict')" 0
    jl verify
    ok
    "$JOBLEDGER" -q ingest --again a.csv
    jl verify
    ok
}

@test "stale: open jobs that are older than they should be" {
    world
    # The 95th percentile of 1, 2 and 9.5 s, times ten, is less than an hour: that is the least.
    same "$(csv stale --now 2026-11-29T01:00:00Z --no-header)" ''
    same "$(csv stale --now 2026-11-29T01:00:01Z)" 'job_id,status,model_used,created_at,first_seen_at,last_attempt_at,polls,age
job_4,processing,ftg,2026-11-29T00:00:00Z,2026-11-30T03:00:00Z,2026-11-30T03:00:00Z,1,3601'
    same "$(rows 1,8 stale --now 2026-11-29T00:00:11Z --stale-after 10s)" job_4,11
    same "$(rows 1 stale --now 2026-11-29T00:00:10Z --stale-after 10s)" ''
    jl -q --now 2026-11-30T04:00:00Z fetch --base-url "$SIM_URL" --fail-on stale
    loose
    says "1 stale"
    jl -q --now 2026-11-30T04:00:00Z fetch --base-url "$SIM_URL" --fail-on stale --stale-after 2d
    ok
    # The job that was never answered counts from when it was first seen.
    spell 'job_7\n' > d.csv
    "$JOBLEDGER" -q --now 2026-11-30T03:00:00Z ingest d.csv
    same "$(rows 1,8 stale --now 2026-11-30T05:00:00.9Z --stale-after 1h)" $'job_4,104400\njob_7,7200'
}

@test "changes: what a later answer changed of a resolved job" {
    world
    sim_stop
    sim_start - <<'SIM'
on job_1 status=completed model=gpt-4o cost=0.02 time=2.30 confidence=0.95 created=2026-03-28T23:30:00Z completed=2026-03-28T23:30:02Z data={"no":"INV-1","total":1250.0,"vendor":{"name":"Muller"},"lines":[{"text":"A","price":51.00,"taxes":[{"rate":8.1}]},{"text":"B","price":1E5}],"path":"x","new":[1]}
on job_3 status=completed model=ftg cost=0 time=1 confidence=1 created=2026-10-25T00:30:00Z completed=2026-10-25T00:31:00Z data={"a":1}
default http=404
SIM
    "$JOBLEDGER" -q --now 2026-12-01T03:00:00Z fetch --base-url "$SIM_URL" --recheck completed,failed,not_found || true
    same "$(csv changes)" 'job_id,field,old,new,observed_at
job_1,cost_chf,0.015,0.02,2026-12-01T03:00:00Z
job_1,extracted_data.lines[1].price,50.00,51.00,2026-12-01T03:00:00Z
job_1,extracted_data.lines[1].taxes[2].rate,2.6,,2026-12-01T03:00:00Z
job_1,extracted_data.new,,[1],2026-12-01T03:00:00Z
job_1,extracted_data.total,1250.00,1250.0,2026-12-01T03:00:00Z
job_1,extracted_data.vendor.city,Zürich,,2026-12-01T03:00:00Z
job_1,extracted_data.vendor.name,Müller,Muller,2026-12-01T03:00:00Z
job_1,processing_time,2.3,2.30,2026-12-01T03:00:00Z
job_3,completed_at,2026-10-25T00:30:01Z,2026-10-25T00:31:00Z,2026-12-01T03:00:00Z
job_3,confidence,,1,2026-12-01T03:00:00Z
job_3,error_message,broken,,2026-12-01T03:00:00Z
job_3,extracted_data.a,,1,2026-12-01T03:00:00Z
job_3,model_used,,ftg,2026-12-01T03:00:00Z
job_3,status,failed,completed,2026-12-01T03:00:00Z'
    # What was forgotten stays as it was.
    same "$(csv anomalies --no-header | grep gone)" $'job_2,status,gone,404\njob_6,status,gone,404'
    same "$(rows 1 changes --model gpt-4o | sort -u)" job_1
    # An equal answer changes nothing, and is only counted.
    "$JOBLEDGER" -q --now 2026-12-02T03:00:00Z fetch --base-url "$SIM_URL" --recheck completed || true
    same "$(csv changes | wc -l)" 15
}

@test "changes: members without a name, and data of another kind than before" {
    answers() {
        sim_start -
        "$JOBLEDGER" -q --now "2026-12-0$1T03:00:00Z" fetch --base-url "$SIM_URL" --recheck all
    }
    spell 'job_1\njob_2\njob_3\njob_4\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    answers 1 <<'SIM'
on job_1 status=completed data={"":1,"a":{"":2},"b":[{"":3}]}
on job_2 status=completed data={"":[{"x":1}]}
on job_3 status=completed data=[1]
on job_4 status=completed data={"":1}
SIM
    answers 2 <<'SIM'
on job_1 status=completed data={"":5,"a":{"":2},"b":[{"":6}]}
on job_2 status=completed data=[{"x":2}]
on job_3 status=completed data=null
on job_4 status=completed data=7
SIM
    same "$(rows 1-4 changes)" 'job_1,extracted_data,1,5
job_1,extracted_data.b[1].,3,6
job_2,extracted_data.[1].x,1,2
job_3,extracted_data,[1],
job_4,extracted_data,1,7'
}

@test "filters choose jobs: time, state, model, source, label" {
    world
    same "$(rows 1 jobs --since 2026-03-29)" $'job_2\njob_3\njob_4\njob_6'
    same "$(rows 1 jobs --since 2026-10-25T01:30:00.25Z)" $'job_4\njob_6'
    same "$(rows 1 jobs --since 2026-10-25T01:30:00.26Z)" job_4
    same "$(rows 1 jobs --until 2026-10-25T01:30:00.25Z)" $'job_1\njob_2\njob_3'
    same "$(rows 1 jobs --until 2026-10-25T01:30:00.26Z)" $'job_1\njob_2\njob_3\njob_6'
    same "$(rows 1 jobs --since 2d --now 2026-11-30T03:00:00Z)" job_4
    same "$(rows 1 jobs --status failed,not_found)" $'job_3\njob_5'
    same "$(rows 1 jobs --model ftg)" $'job_2\njob_4\njob_6'
    same "$(rows 1 jobs --model '(none)')" $'job_3\njob_5'
    same "$(rows 1 jobs --source b.csv)" $'job_2\njob_6'
    same "$(rows 1 jobs --label client=Acme)" $'job_1\njob_3\njob_6'
    same "$(rows 1 jobs --label client=Beta --label note=)" $'job_2\njob_4'
    same "$(rows 1 jobs --label client=)" job_5
    same "$(rows 1 jobs --label client=Acme --since 2026-10-01 --status completed --model ftg --source b.csv)" job_6
    # Every report sees the same jobs.
    same "$(rows 1,2 models --source b.csv)" ftg,2
    same "$(rows 1-3 daily --status failed)" '2026-10-25,(none),1'
    same "$(rows 1 failures --since 2026-01-01)" job_3
    same "$(rows 1,4 failure-causes --since 2026-01-01)" failed,1
    same "$(csv extracted --model gpt-4o | head -n 1)" job_id,created_at,model_used,confidence,no,total,vendor.name,vendor.city,path
    same "$(rows 1 items --model ftg)" ''
    same "$(rows 1 review --label note=late)" job_6
    same "$(rows 1 accuracy --model gpt-4o)" $'no\ntotal\nvendor.city'
    same "$(rows 1 mismatches --source b.csv)" job_2
    same "$(rows 1 calibration --model gpt-4o)" 0.9
    same "$(rows 1 stale --now 2026-12-30T00:00:00Z --model gpt-4o)" ''
    # But for these.
    same "$(rows 1 reconcile --since 2026-10-01 --status failed)" $'a.csv\nb.csv'
    same "$(csv reconcile --no-header --source b.csv --status failed)" "$(csv reconcile --no-header | grep '^b.csv')"
    same "$(rows 1 runs --since 2030-01-01)" 1
}

@test "what a filter names must be there" {
    world
    while IFS='|' read -r options words; do
        # shellcheck disable=SC2086
        jl export jobs $options
        ends 2
        one_line
        says "$words"
    done <<'EOT'
--source c.csv|no source of that name
--label clint=x|no source has that label; did you mean client?
--label client|expected NAME=VALUE
--status done|expected new, pending
--since yesterday|expected a date
--since 2026-02-30|expected a date
--since 2026-03-02 --until 2026-03-01|--until is not behind --since
--timezone Europe/Zurch|did you mean Europe/Zurich?
--by client|--by is for the report models and daily, not for jobs
--path lines|--path is for the report items
--threshold 0.5|--threshold is for the report review
--stale-after 1h|--stale-after is for the report stale
EOT
    jl export models --by clients
    ends 2
    says "did you mean client?"
}

@test "--by: models and daily by the value of a label" {
    world
    same "$(csv models --by client | cut -d , -f 1-5)" 'label.client,model_used,jobs,completed,failed
Acme,(none),1,0,1
Acme,ftg,1,1,0
Acme,gpt-4o,1,1,0
Beta,ftg,1,1,0'
    same "$(csv daily --by note | cut -d , -f 1-4)" 'label.note,date,model_used,jobs
(none),2026-03-28,gpt-4o,1
(none),2026-03-29,ftg,1
(none),2026-10-25,(none),1
late,2026-10-25,ftg,1'
}

@test "--timezone: days begin and end where the clocks say, across both changes of the clocks" {
    sim_start - <<'SIM'
on job_1 status=completed model=m created=2026-03-28T22:59:59Z data={}
on job_2 status=completed model=m created=2026-03-28T23:00:00Z data={}
on job_3 status=completed model=m created=2026-03-29T21:59:59.999Z data={}
on job_4 status=completed model=m created=2026-03-29T22:00:00Z data={}
on job_5 status=completed model=m created=2026-10-24T21:59:59Z data={}
on job_6 status=completed model=m created=2026-10-24T22:00:00Z data={}
on job_7 status=completed model=m created=2026-10-25T22:59:59Z data={}
on job_8 status=completed model=m created=2026-10-25T23:00:00Z data={}
SIM
    spell 'job_1\njob_2\njob_3\njob_4\njob_5\njob_6\njob_7\njob_8\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    same "$(rows 1,3 daily --timezone Europe/Zurich)" '2026-03-28,1
2026-03-29,2
2026-03-30,1
2026-10-24,1
2026-10-25,2
2026-10-26,1'
    same "$(rows 1,3 daily)" '2026-03-28,2
2026-03-29,2
2026-10-24,2
2026-10-25,2'
    same "$(rows 1 jobs --timezone Europe/Zurich --since 2026-03-29 --until 2026-03-30)" $'job_2\njob_3'
    same "$(rows 1 jobs --timezone Europe/Zurich --since 2026-10-25 --until 2026-10-26)" $'job_6\njob_7'
    # Without a zone of its own a timestamp is in that one.
    same "$(rows 1 jobs --timezone Europe/Zurich --since 2026-10-25T23:59:59)" $'job_7\njob_8'
    same "$(rows 1 jobs --timezone Europe/Zurich --since 2026-10-25T23:00:00Z)" job_8
    same "$(rows 1 jobs --timezone America/New_York --until 2026-03-28T19:00:00)" job_1
}

@test "--sql: a SELECT of one's own, in every format and through every filter" {
    world
    cat > mine.sql <<'SQL'
-- What each client cost.
SELECT l.value AS client, count(*) AS jobs, sum(j.cost_nano_chf) AS nano, max(j.cost_chf) AS cost_chf,
       1.5 AS x, NULL AS none, '007' AS number, '=1' AS f, x'0aff' AS bytes, '12' AS rows
FROM jobs AS j JOIN labels AS l ON l.job_id = j.job_id AND l.name = 'client'
GROUP BY l.value ORDER BY 1;
-- That was it.
SQL
    same "$(csv --sql mine.sql)" "client,jobs,nano,cost_chf,x,none,number,f,bytes,rows
,1,,,1.5,,007,'=1,0aff,12
Acme,3,2015000000,2.00,1.5,,007,'=1,0aff,12
Beta,2,1500000000,1.50,1.5,,007,'=1,0aff,12"
    same "$(csv --sql mine.sql --format jsonl --label client=Acme --status completed)" \
        '{"client":"Acme","jobs":2,"nano":2015000000,"cost_chf":2.00,"x":1.5,"none":null,"number":"007","f":"=1","bytes":"0aff","rows":12}'
    csv --sql mine.sql -o mine.csv
    same "$(wc -l < mine.csv)" 4
}

@test "--sql: what is no single SELECT is refused, and the old report stays" {
    world
    echo old > out.csv
    cp jobledger.db before.db
    while IFS='|' read -r sql words; do
        printf '%s\n' "$sql" > bad.sql
        jl export --sql bad.sql -o out.csv
        ends 2
        one_line
        says "$words"
    done <<'EOT'
DELETE FROM job|which can do nothing but read
SELECT 1; SELECT 2|more than one statement
SELECT 1; DROP TABLE job|more than one statement
ATTACH '/tmp/x.db' AS x|which can do nothing but read
PRAGMA user_version = 0|which can do nothing but read
SELECT load_extension('x')|not authorized to use function: load_extension
SELECT * FROM nosuch|bad.sql: no such table: nosuch
SELECT 1 +|bad.sql
SELECT ?1|parameters (?1) have no value here
SELECT :since|parameters (:since) have no value here
EXPLAIN SELECT 1|only one SELECT
CREATE TEMP TABLE t (a)|which can do nothing but read
-- nothing|there is no SELECT in it
WITH x AS (SELECT 1) INSERT INTO run (started_at) SELECT 1|which can do nothing but read
SELECT abs(-9223372036854775807 - 1)|integer overflow
EOT
    spell 'SELECT job_id,\n       status\nFROM jobs\nWHERE stats = 1' > bad.sql
    jl export --sql bad.sql -o out.csv
    ends 2
    says "bad.sql:4: no such column: stats"
    for file in missing.sql .; do
        jl export --sql "$file"
        ends 2
        one_line
    done
    jl export jobs --sql bad.sql
    ends 2
    says "give one of the two"
    same "$(cat out.csv)" old
    same "$(query 'SELECT count(*) FROM job')" 6
}

@test "every view shows what its report shows" {
    world
    check() { # VIEW REPORT COLUMNS: the named columns of the report, in no order
        same "$(query "SELECT $3 FROM $1" | sort)" \
            "$(csv "$2" --format tsv --no-header --cells verbatim | tr '\t' '|' | sort)"
    }
    for report in models daily failure-causes reconcile rejects anomalies accuracy mismatches calibration changes runs; do
        check "${report//-/_}" "$report" '*'
    done
    check failures failures "$(csv failures | head -n 1)"
    query 'SELECT * FROM stale' > /dev/null
    same "$(query "SELECT $(csv jobs | head -n 1 | cut -d , -f 1-14) FROM jobs ORDER BY job_id")" \
        "$(csv jobs --format tsv --no-header | cut -f 1-14 | tr '\t' '|')"
    same "$(query 'SELECT * FROM review')" "$(csv review --format tsv --no-header | cut -f 1-4 | tr '\t' '|')"
    same "$(query 'SELECT * FROM labels ORDER BY 1, 2')" 'job_1|client|Acme
job_2|client|Beta
job_2|note|
job_3|client|Acme
job_4|client|Beta
job_5|client|
job_6|client|Acme
job_6|note|late'
    same "$(query "SELECT path, value FROM extracted WHERE job_id = 'job_1' ORDER BY 1")" 'no|INV-1
path|x
total|1250.00
vendor.city|Zürich
vendor.name|Müller'
    same "$(query "SELECT * FROM items ORDER BY 1, 2, 3, 4")" 'job_1|lines|1|price|50.00
job_1|lines|1|text|A
job_1|lines|2|price|1E5
job_1|lines|2|text|B
job_1|lines[1].taxes|1|rate|8.1
job_1|lines[1].taxes|2|rate|2.6'
    same "$(query "SELECT cost_chf, cost_nano_chf FROM jobs WHERE job_id = 'job_2'")" '1.50|1500000000'
    same "$(query "SELECT job_id, http_status, times_seen, length(sha256) FROM answers ORDER BY 1")" 'job_1|200|1|64
job_2|200|1|64
job_3|200|1|64
job_4|200|1|64
job_5|404|1|64
job_6|200|1|64'
}

@test "failures can be given to ingest as they are, in whatever spelling" {
    world
    local options
    for options in '' --excel --excel=de '--format tsv' '--decimal-comma --delimiter pipe'; do
        # shellcheck disable=SC2086
        csv failures $options -o failures.csv
        rm -f again.db
        jl -d again.db ingest failures.csv
        ok
        same "$(DB=again.db query 'SELECT job_id FROM job ORDER BY 1')" $'job_3\njob_5'
    done
    same "$(csv failures | head -n 2 | tail -n 1)" \
        'job_3,failed,EXTRACTION_FAILED,broken,200,,1,0.00,2026-10-25T00:30:00Z,2026-10-25T00:30:01Z,0,2026-11-30T03:00:00Z,'
}

@test "run takes the filters, and leaves the same jobs to every report" {
    world
    jl -q run a.csv --out reports --base-url "$SIM_URL" --source a.csv --since 2026-10-01 --timezone Europe/Zurich
    ok
    same "$(cut -d , -f 1 reports/jobs.csv)" $'job_id\njob_3\njob_4'
    same "$(cut -d , -f 1 reports/reconcile.csv)" $'source\na.csv'
    same "$(ls reports | wc -l)" 17
}
