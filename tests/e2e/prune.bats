#!/usr/bin/env bats
# Retention: what is past its time goes without a trace of its values, and stays provable.
load jobledger

BATS_TEST_TIMEOUT=300

# At TIME, with the scenario on standard input.
at() { # TIME ARGUMENTS...
    local now=$1
    shift
    jl -q --now "$now" "$@"
}

fetch_at() { # TIME [OPTIONS...], scenario on standard input
    local now=$1
    shift
    sim_start -
    at "$now" fetch --base-url "$SIM_URL" --retries 0 --rate none "$@"
}

pruned() {
    query "SELECT group_concat(job_id, ' ') FROM (SELECT job_id FROM job WHERE EXISTS (
           SELECT 1 FROM answer WHERE answer.job = job.id AND pruned_at IS NOT NULL) ORDER BY job_id)"
}

# Files of this folder, but for what the test itself put there, in which the word stands.
files_with() {
    grep -rlF --exclude-dir='sim.*' --exclude='*.csv' --exclude='separate-stderr*' -e "$1" . || true
}

# job_old with a changed, a mended, a useless and a mismatched value; job_failed, job_lost, job_young, job_open.
some_years() {
    spell 'job_id,expected.total\njob_old,Truth\njob_failed,\njob_lost,\njob_young,\njob_open,\n' > in.csv
    at 2024-01-01T00:00:00Z ingest in.csv
    fetch_at 2024-01-01T01:00:00Z <<'END'
on job_old http=503 message=Secret_useless
default status=pending
END
    fetch_at 2024-01-02T01:00:00Z --job job_old --job job_failed --job job_lost <<'END'
on job_old status=completed cost=1.25 model=ftg-3.0 time=2 confidence=0.5 data={"total":"Secret_first","lines":[{"a":"Secret_line"}],"odd":"\ud800Secret_odd"}
on job_failed status=failed message=Why_it_failed
on job_lost http=404
END
    fetch_at 2024-01-03T01:00:00Z --job job_old <<< \
        'on job_old status=completed cost=1.50 model=ftg-3.0 time=2 confidence=0.5 data={"total":"Secret_second","lines":[{"a":"Secret_line"}]}'
    fetch_at 2030-01-01T01:00:00Z --job job_young <<< 'on job_young status=completed cost=1 data={"total":"Kept_value"}'
}

@test "prune is a dry run unless --yes is given" {
    some_years
    before=$(query .dump | sha256sum)
    for yes in '' --dry-run; do
        jl --now 2034-06-01T00:00:00Z prune --older-than 10y $yes
        ok
        one_line
        says "(dry run) would remove 6 answers of 3 jobs"
        says "--yes does it"
        same "$(query .dump | sha256sum)" "$before"
    done
    jl --now 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    one_line
    says "removed 6 answers of 3 jobs"
    same "$(pruned)" 'job_failed job_lost job_old'
    jl --now 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    says "removed 0 answers of 0 jobs, 0 bytes"
    jl verify
    ok
    says "6 pruned"
}

@test "prune: what makes no sense is a usage error" {
    "$JOBLEDGER" -q ingest - <<< job_id
    for wrong in '' '--older-than 0y' '--older-than 10x' '--older-than -1d' '--older-than y' '--older-than 1y6m' \
        '--older-than 10000y' '--older-than 99999999d' '--older-than 10Y' '--older-than 1d --yes --dry-run' \
        '--older-than 1d file'; do
        jl prune $wrong
        ends 2
        one_line
    done
    for age in 1y 9999y 1d 12h 90m 60 3600s; do
        at 9999-12-31T00:00:00Z prune --older-than $age
        [ "$status" -eq 0 ] || [ $age = 9999y ]
    done
}

@test "a job is older than an age by the calendar: leap days, and not a second before" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    fetch_at 2024-02-29T12:00:00Z <<< 'default status=completed'
    would() { # NOW AGE COUNT
        at "$1" prune --older-than "$2"
        jl --now "$1" prune --older-than "$2"
        ok
        says "would remove $3 answers"
    }
    would 2034-02-28T23:59:59Z 10y 0
    would 2034-03-01T12:00:00Z 10y 1
    would 2034-03-01T11:59:59Z 10y 1   # ten years before 1 March is 1 March
    would 2034-02-28T12:00:00Z 10y 0   # and before 28 February is 28 February
    would 2028-02-29T12:00:00Z 4y 0    # on the second: not yet
    would 2028-02-29T12:00:01Z 4y 1
    would 2028-02-29T12:00:01Z 5y 0
    would 2027-02-28T23:59:59Z 3y 0
    would 2027-03-01T00:00:00Z 3y 1
    would 2024-03-01T12:00:00Z 1d 0
    would 2024-03-01T12:00:01Z 1d 1
    would 2024-02-29T13:30:00Z 90m 0
    would 2024-02-29T13:30:01Z 90m 1
    would 2024-02-29T12:00:00.5Z 1s 0
}

@test "the age of a job counts from when it was resolved as it is now; open jobs have none" {
    ids 3 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    fetch_at 2024-01-01T00:00:00Z <<< 'default status=completed data={"a":1}'
    # Another answer that leaves the state, one that changes it, one that opens the job again.
    fetch_at 2025-01-01T00:00:00Z --recheck all <<'END'
on job_n000001 status=completed data={"a":2}
on job_n000002 status=failed
on job_n000003 status=pending
END
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    same "$(pruned)" job_n000001
    same "$(query 'SELECT count(*) FROM answer WHERE pruned_at IS NOT NULL')" 2
    at 2035-06-01T00:00:00Z prune --older-than 10y --yes
    same "$(pruned)" 'job_n000001 job_n000002'
}

@test "what was pruned stays provable: its digest, length, time, and every digest of the chain" {
    some_years
    body=$(query "SELECT body FROM answer WHERE id = (SELECT object_answer_id FROM job WHERE job_id = 'job_old')")
    sum=$(printf %s "$body" | sha256sum | cut -d ' ' -f 1)
    noted=$(query 'SELECT lower(hex(digest)) FROM run ORDER BY id')
    counts=$(query 'SELECT id, job, run, received_at, times_seen, http_status, request_id, server_ms, hex(link) FROM answer')
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    same "$(query "SELECT lower(hex(sha256)), pruned_bytes, pruned_at, length(body), repaired IS NULL FROM answer
                   WHERE id = (SELECT object_answer_id FROM job WHERE job_id = 'job_old')")" \
        "$sum|$(printf %s "$body" | wc -c)|$(date -d 2034-06-01T00:00:00Z +%s)|0|1"
    same "$(query 'SELECT id, job, run, received_at, times_seen, http_status, request_id, server_ms, hex(link) FROM answer')" \
        "$counts"
    jl verify
    ok
    for digest in $noted; do
        jl -q verify --against "$digest"
        ok
    done
    jl show job_old
    ok
    [[ $output == *"SHA-256 $sum, $(printf %s "$body" | wc -c) bytes, pruned 2034-06-01T00:00:00Z"* ]]
    same "$(query "SELECT count(*) FROM answers WHERE body IS NULL AND pruned_at = '2034-06-01T00:00:00Z'")" 6
}

@test "reports leave the values out, and are otherwise as they were" {
    some_years
    "$JOBLEDGER" -q --now 2034-06-01T00:00:00Z export all -o before
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    "$JOBLEDGER" -q --now 2034-06-01T00:00:00Z export all -o after
    grep -rq Secret_ before
    ! grep -r Secret_ after
    same "$(diff -rq before after | sort)" "$(printf 'Files before/%s.csv and after/%s.csv differ\n' \
        changes changes extracted extracted items items mismatches mismatches)"
    same "$(cat after/changes.csv)" 'job_id,field,old,new,observed_at
job_old,cost_chf,1.25,1.50,2024-01-03T01:00:00Z'
    same "$(cat after/mismatches.csv)" 'job_id,field,expected,extracted,model_used,confidence
job_old,total,Truth,,ftg-3.0,0.5'
    same "$(cut -d , -f 1 after/extracted.csv)" $'job_id\njob_young'
    grep -q Kept_value after/extracted.csv
    same "$(query 'SELECT count(*) FROM extracted; SELECT count(*) FROM items')" $'1\n0'
}

@test "no value that was pruned stays in any file" {
    some_years
    query 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    for value in Secret_first Secret_line Secret_odd Secret_second; do
        [ -n "$(files_with $value)" ]
    done
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    for value in Secret_first Secret_line Secret_odd Secret_second Secret_useless; do
        same "$(files_with $value)" ''
    done
    [ -n "$(files_with Kept_value)" ]
    [ -n "$(files_with Why_it_failed)" ] # of the audit rows
    same "$(query 'SELECT count(*) FROM useless_answer; PRAGMA freelist_count')" $'0\n0'
}

@test "an answer of no use that comes after a prune goes with the next one" {
    some_years
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    fetch_at 2034-06-02T00:00:00Z --job job_old <<< 'default http=503 message=Secret_later'
    ends 6
    [ -n "$(files_with Secret_later)" ]
    at 2034-06-03T00:00:00Z prune --older-than 10y --yes
    ok
    same "$(query 'SELECT count(*) FROM useless_answer')" 0
    same "$(query "SELECT error_message FROM job WHERE job_id = 'job_old'")" Secret_later # told as why, until it is asked again
}

@test "while another program reads, values may stay in the log: status 5, and the next prune finishes" {
    some_years
    coproc reader { sqlite3 -batch jobledger.db; }
    printf 'BEGIN; SELECT count(*) FROM job;\n' >&"${reader[1]}"
    read -r _ <&"${reader[0]}"
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ends 5
    one_line
    says "another program reads the ledger; run the same again"
    eval "exec ${reader[1]}>&-"
    wait "$reader_PID" || true
    same "$(query 'SELECT count(*) FROM prune WHERE ended_at IS NULL')" 1
    jl --now 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    same "$(files_with Secret_)" ''
    same "$(query 'SELECT count(*) FROM prune WHERE ended_at IS NULL')" 0
    jl verify
    ok
}

@test "copies that still hold what was pruned are named" {
    install -m 600 "$BATS_TEST_DIRNAME/../ledgers/v3.db" jobledger.db
    echo job_id > none.csv
    mkdir 'a b'
    at 2024-12-20T00:00:00Z ingest none.csv
    for copy in 'a b/back.db' gone.db; do
        at 2024-12-20T00:00:00Z backup "$copy"
        ok
    done
    rm gone.db
    cp 'a b/back.db' jobledger.db.v2 # made by an earlier program
    at 2034-12-20T00:00:00Z prune --older-than 1y --yes
    ok
    same "$(grep -c 'still holds what was pruned here' <<< "$stderr")" 3
    says "/a b/back.db: this backup"
    says "jobledger.db.v3: this earlier version"
    says "jobledger.db.v2: this earlier version"
    # A ledger that was moved knows those beside it.
    mkdir moved
    mv jobledger.db jobledger.db.v3 moved/
    at 2034-12-20T00:00:00Z -d moved/jobledger.db prune --older-than 1y --yes
    ok
    says "moved/jobledger.db.v3: this earlier version"
}

@test "a job that is asked again after it was pruned: its answer is kept, and changes are not invented" {
    some_years
    changes=$(csv changes | grep -v extracted_data)
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    fetch_at 2034-06-02T00:00:00Z --job job_old <<< \
        'on job_old status=completed cost=9 model=ftg-9 time=2 data={"total":"Truth"}'
    ok
    same "$(csv changes)" "$changes"
    same "$(csv extracted | grep job_old | grep -c Truth)" 1
    same "$(csv mismatches | grep -c job_old)" 0
    # Changes between what came since are noted.
    fetch_at 2034-06-03T00:00:00Z --job job_old <<< \
        'on job_old status=completed cost=9 model=ftg-9 time=2 data={"total":"Other"}'
    same "$(csv changes | tail -1)" 'job_old,extracted_data.total,Truth,Other,2034-06-03T00:00:00Z'
    jl verify
    ok
    # The answer that was pruned, once more: it is counted.
    fetch_at 2034-06-04T00:00:00Z --job job_lost <<< 'on job_lost http=404'
    same "$(query "SELECT times_seen, length(body) FROM answer WHERE id = (SELECT last_answer_id FROM job WHERE job_id = 'job_lost')")" \
        '2|0'
    jl verify
    ok
}

@test "a job that the API has forgotten after it was pruned keeps its result and its error" {
    some_years
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    fetch_at 2034-06-02T00:00:00Z --job job_old --job job_failed <<< 'default http=404'
    same "$(query "SELECT job_id, status, error_code, error_message, http_status FROM jobs WHERE job_id IN ('job_old', 'job_failed') ORDER BY 1 DESC")" \
        'job_old|completed|||404
job_failed|failed|EXTRACTION_FAILED|Why_it_failed|404'
    # Once more in other words, and after a failed attempt.
    fetch_at 2034-06-03T00:00:00Z --job job_old --job job_failed <<< 'default http=503'
    fetch_at 2034-06-04T00:00:00Z --job job_old --job job_failed <<< 'default http=404 message="not_any_more"'
    same "$(query "SELECT job_id, status, error_code, error_message, http_status FROM jobs WHERE job_id IN ('job_old', 'job_failed') ORDER BY 1 DESC")" \
        'job_old|completed|||404
job_failed|failed|EXTRACTION_FAILED||404'
    same "$(csv anomalies | grep gone | cut -d , -f 1)" $'job_failed\njob_old'
    jl verify
    ok
}

@test "ground truth that is read anew after pruning leaves the verdicts as they were" {
    some_years
    accuracy=$(csv accuracy)
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    same "$(csv accuracy)" "$accuracy"
    at 2034-06-02T00:00:00Z ingest --again in.csv
    ok
    same "$(csv accuracy)" "$accuracy"
    spell 'job_id,expected.total,expected.more\njob_old,Other,x\n' > more.csv
    at 2034-06-02T00:00:00Z ingest more.csv
    same "$(csv accuracy)" "$accuracy"
    jl verify
    ok
}

@test "a signal ends a prune in order, and the next one finishes it" {
    ids 3000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    fetch_at 2024-01-01T00:00:00Z <<< 'default status=completed data={"a":"Secret_value"}'
    "$JOBLEDGER" --now 2034-06-01T00:00:00Z prune --older-than 10y --yes 2> err 3>&- &
    interrupt $! INT
    # It may have been done by then.
    [ "$code" -eq 130 ] || [ "$code" -eq 0 ]
    [ "$code" -eq 0 ] || grep -q 'run the same again' err
    jl verify
    ok
    at 2034-06-01T00:00:00Z prune --older-than 10y --yes
    ok
    same "$(files_with Secret_value)" ''
    jl verify
    ok
}
