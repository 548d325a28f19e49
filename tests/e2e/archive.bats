#!/usr/bin/env bats
# The archive: what is kept of answers, and that no change to it goes unnoticed.
load jobledger

BATS_TEST_TIMEOUT=600

archive() {
    python3 "$BATS_TEST_DIRNAME/archive.py" "$@"
}

# A ledger of several nights, as rich as tests/ledgers/make makes it, with its last run closed and as one file.
rich_ledger() {
    "$BATS_TEST_DIRNAME/../ledgers/make" "${JOBLEDGER%/*}" "$1"
    sim_start - <<< 'default status=pending'
    "$JOBLEDGER" -q -d "$1" --now 2024-12-20T03:00:00Z fetch --base-url "$SIM_URL" --job job_slow
    sim_stop
    sqlite3 "$1" 'PRAGMA journal_mode = DELETE' > /dev/null
    rm -f "$1".lock
}

# One job, asked for as often as there are lines of actions.
asked() {
    echo job_id > in.csv
    echo job_1 >> in.csv
    "$JOBLEDGER" -q --now 2024-12-16T00:00:00Z ingest in.csv
    local second=0
    for actions; do
        second=$((second + 1))
        sim_start - <<< "on * $actions"
        jl --now "2024-12-16T00:00:0${second}Z" -q fetch --base-url "$SIM_URL" --recheck all --retries 0
    done
}

digest() {
    "$JOBLEDGER" status --json | jq -r .digest.sha256
}

# Says of a run, a job, an answer.
found() {
    ends 5
    case $output in
    *"$1"*) return 0 ;;
    esac
    printf 'not found: %s\n' "$1"
    show_run
    return 1
}

@test "every distinct answer is kept byte for byte, with its time, HTTP status, request ID, milliseconds and SHA-256" {
    spell '{"success":true,"job_id":"job_1","status":"completed","extracted_data":{"a":"\xff\xfe \\ud800 \\u0000 ü"},' > a
    spell '"cost_chf":1.50,"model_used":"m","processing_time":1}\r\n\t ' >> a
    spell '{ "success":true,"job_id":"job_1","status":"completed","extracted_data":null}' > b
    spell '{"success":false,"error":{"code":"JOB_NOT_FOUND","message":"no"}}' > c
    asked "body=$PWD/a requestid=req_1 header=freddy-processing-ms:17" "body=$PWD/a requestid=req_2" \
        "body=$PWD/b requestid=\"\" header=freddy-processing-ms:soon" "body=$PWD/a requestid=req_4" "body=$PWD/c http=404 requestid=req_5"
    sum() { sha256sum "$1" | cut -d ' ' -f 1; }
    same "$(query "SELECT received_at, http_status, request_id, server_ms, times_seen, last_seen_at, sha256 FROM answers")" \
"2024-12-16T00:00:01Z|200|req_1|17|2|2024-12-16T00:00:02Z|$(sum a)
2024-12-16T00:00:03Z|200|||1||$(sum b)
2024-12-16T00:00:04Z|200|req_4|$(query 'SELECT server_ms FROM answer WHERE id = 3')|1||$(sum a)
2024-12-16T00:00:05Z|404|req_5|$(query 'SELECT server_ms FROM answer WHERE id = 4')|1||$(sum c)"
    for pair in 1:a 2:b 3:a 4:c; do
        query "SELECT writefile('body', CAST(body AS BLOB)) FROM answer WHERE id = ${pair%:*}" > /dev/null
        cmp body "${pair#*:}"
    done
    jl verify
    ok
}

@test "one changed value is found, in whatever row and column of the archive and of what follows from it" {
    rich_ledger l.db
    archive values l.db "$JOBLEDGER" "${JOBLEDGER_CHECK_ALL:-150}"
}

@test "one changed value is found where answers are pruned, too" {
    rich_ledger l.db
    "$JOBLEDGER" -q -d l.db --now 2024-12-18T00:00:00Z prune --older-than 40h --yes
    [ "$(DB=l.db query 'SELECT count(*) FROM answer WHERE pruned_at IS NOT NULL')" -gt 3 ]
    sqlite3 l.db 'PRAGMA journal_mode = DELETE' > /dev/null
    jl -d l.db verify
    ok
    archive values l.db "$JOBLEDGER" "${JOBLEDGER_CHECK_ALL:-120}"
}

@test "one changed bit is found, wherever in the file an answer stands" {
    rich_ledger l.db
    archive bytes l.db "$JOBLEDGER" "${JOBLEDGER_CHECK_ALL:-100}"
}

@test "verify names the run, the job and the answer that was changed first" {
    ids 5 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --limit 2
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    id=$(query "SELECT id FROM answer WHERE job = 4")
    query "UPDATE answer SET body = replace(body, 'completed', 'Completed') WHERE id IN ($id, 5)"
    jl verify
    ends 5
    same "${lines[0]}" "run 2, job job_n000004, answer $id: its body is not what was archived: another SHA-256"
    says "take a copy"
}

@test "what a job tells of its answer hides nothing of the archive" {
    ids 6 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed model=m'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    query "UPDATE job SET http_status = 201, model_used = 'another' WHERE id = 5"
    query 'UPDATE answer SET times_seen = 5, last_seen_at = 1795000000 WHERE id = 3'
    jl verify
    ends 5
    for what in "the job's http_status" "the job's model_used" 'how often its answers and those before were seen'; do
        [[ $output == *"$what"* ]]
    done
}

@test "answers that are missing, put in, or in another order are found; so are runs" {
    ids 6 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed'
    for _ in 1 2 3; do "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --limit 2; done
    sqlite3 jobledger.db 'PRAGMA journal_mode = DELETE' > /dev/null
    cp jobledger.db intact.db
    changed() { # SQL WHAT
        cp intact.db jobledger.db
        query "PRAGMA foreign_keys = OFF; $1"
        jl verify
        found "$2"
    }
    changed 'DELETE FROM answer WHERE id = 3' 'answer 3 is missing from the archive'
    changed 'DELETE FROM answer WHERE id IN (3, 4)' 'answers 3 to 4 are missing from the archive'
    changed 'DELETE FROM answer WHERE id = 6' 'run 3: it does not fit its digest'
    changed 'DELETE FROM answer WHERE id = 1' 'answer 1 is missing from the archive'
    changed 'DELETE FROM answer' 'run 1: it does not fit its digest'
    changed 'UPDATE answer SET id = 99 WHERE id = 2; UPDATE answer SET id = 2 WHERE id = 3;
             UPDATE answer SET id = 3 WHERE id = 99' 'answer 2: it does not fit its link'
    changed 'INSERT INTO answer SELECT 7, job, run, received_at, times_seen, last_seen_at, http_status, request_id,
                    server_ms, sha256, body, repaired, link, pruned_at, pruned_bytes FROM answer WHERE id = 6' \
        'answer 7: it is behind the end of the newest run'
    changed 'INSERT INTO answer SELECT 0, job, run, received_at, times_seen, last_seen_at, http_status, request_id,
                    server_ms, sha256, body, repaired, link, pruned_at, pruned_bytes FROM answer WHERE id = 6' \
        'answer 0: it is in front of the first one'
    changed 'DELETE FROM run WHERE id = 2' 'run 3: the run before it is missing'
    changed 'DELETE FROM run WHERE id = 1' 'run 2: the run before it is missing'
    changed 'UPDATE run SET digest = NULL WHERE id = 2' 'run 2: it has no digest, though there is a run behind it'
    changed 'UPDATE run SET digest = NULL' 'run 3: it has ended, but has no digest'
    changed 'UPDATE run SET requests = requests + 1 WHERE id = 1' 'run 1: it does not fit its digest'
    changed 'UPDATE run SET digest = (SELECT digest FROM run WHERE id = 1) WHERE id = 2' 'run 2: it does not fit its digest'
}

@test "who makes links and digests fit what was changed is found out by a digest that was noted before" {
    ids 6 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed data={"total":"old"}'
    for n in 1 2 3; do
        "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --limit 2
        noted[n]=$(digest)
    done
    sqlite3 jobledger.db 'PRAGMA journal_mode = DELETE' > /dev/null
    query "UPDATE answer SET body = replace(body, '\"old\"', '\"new\"') WHERE id = 3"
    jl verify
    found 'answer 3'
    archive forge jobledger.db
    jl verify
    ok
    jl verify --against "${noted[1]}"
    ok
    says "run 1"
    for n in 2 3; do
        jl verify --against "${noted[n]}"
        found "${noted[n]}: no run of this ledger ends with it"
    done
}

@test "verify --against: any digest of the chain, in either case of letters; what is no digest is status 2" {
    ids 4 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --limit 2
    noted=$(digest)
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    jl verify --against "$noted"
    ok
    says "the noted digest is that of run 1"
    jl verify --against "${noted^^}"
    ok
    for wrong in "${noted%?}" "${noted}0" "${noted%?}g" ''; do
        jl verify --against "$wrong"
        ends 2
        one_line
        says "--against"
    done
}

@test "links and digests can be computed by the documentation alone" {
    rich_ledger jobledger.db
    "$JOBLEDGER" -q --now 2024-12-18T00:00:00Z prune --older-than 40h --yes
    archive digests jobledger.db > computed
    same "$(cat computed)" "$(query "SELECT id || ' ' || lower(hex(digest)) FROM run ORDER BY id")"
    [ "$(wc -l < computed)" -eq 7 ]
    same "$(tail -1 computed)" "7 $(digest)"
    jl status
    [[ $output == *"digest       $(digest)"$'\n'*" of all answers up to run 7"$'\n'* ]]
}

@test "a run that was killed is closed by the next, with its answers" {
    ids 3 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<'END'
on job_n000001 status=completed
default latency=60000
END
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" -j 1 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(query 'SELECT count(*) FROM answer')" -eq 1 ] && break; sleep 0.1; done
    kill -9 $pid
    wait $pid || true
    jl verify
    ok
    same "$(digest)" null
    sim_start - <<< 'default status=completed'
    jl fetch --base-url "$SIM_URL"
    ok
    same "$(query 'SELECT id, digest IS NOT NULL, ended_at IS NULL, last_answer, completed FROM run')" $'1|1|1|1|1\n2|1|0|3|2'
    jl verify
    ok
    says "3 answers of 2 runs"
    same "$(archive digests jobledger.db | tail -1)" "2 $(digest)"
    query 'UPDATE run SET completed = 0 WHERE id = 1'
    jl verify
    found 'run 1: it does not fit its digest'
}
