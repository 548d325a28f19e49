#!/usr/bin/env bats
# Ledgers of earlier programs: see tests/ledgers/README.md.
load jobledger

BATS_TEST_TIMEOUT=600
OLD=$BATS_TEST_DIRNAME/../ledgers
NOW=2024-12-20T03:00:00Z

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    # What the program of today makes of the same nights.
    local once
    for once in '' once; do
        "$OLD/make" "${JOBLEDGER%/*}" "$PWD/new$once.db" $once
        echo job_id > more.csv
        "$JOBLEDGER" -q -d "new$once.db" --now $NOW ingest more.csv
        "$JOBLEDGER" -q -d "new$once.db" --now $NOW export all -o "new$once"
    done
}

newest() {
    ls "$BATS_TEST_DIRNAME"/../../sql/migrations/*.sql | wc -l
}

old() { # VERSION
    install -m 600 "$OLD/v$1.db" jobledger.db
    rm -rf jobledger.db?* # the copies of another one
    echo job_id > more.csv
}

here() {
    ls -A | grep -v '^separate-stderr-'
}

migrate() {
    "$JOBLEDGER" -q --now $NOW ingest more.csv
}

@test "there is a ledger of each schema but the newest" {
    same "$(cd "$OLD" && ls v*.db)" "$(seq -f 'v%g.db' $(($(newest) - 1)))"
    for v in $(seq $(($(newest) - 1))); do
        same "$(sqlite3 "file:$OLD/v$v.db?immutable=1" 'PRAGMA user_version')" "$v"
    done
}

@test "commands that only read say what to do about an old ledger, and leave it as it is" {
    for v in $(seq $(($(newest) - 1))); do
        old $v
        for command in status 'export jobs' 'show job_same' verify 'backup copy.db' 'prune --older-than 1d'; do
            jl $command
            ends 5
            one_line
            says "schema $v, now $(newest)"
            says "a command that writes, such as \`jobledger fetch\`, brings it up to date"
        done
        cmp jobledger.db "$OLD/v$v.db"
        same "$(here)" $'jobledger.db\nmore.csv'
    done
}

@test "a command that writes brings an old ledger up to date; a copy of it as it was stands beside it" {
    umask 000
    for v in $(seq $(($(newest) - 1))); do
        old $v
        jl -q --now $NOW ingest more.csv
        ok
        same "$stderr" ''
        same "$(query 'PRAGMA user_version')" "$(newest)"
        same "$(stat -c %a jobledger.db.v$v)" 600
        same "$(here)" "$(printf '%s\n' jobledger.db jobledger.db.lock jobledger.db.v$v more.csv)"
        # The old schema, which the old program opens, and the same in it.
        same "$(DB=jobledger.db.v$v query 'PRAGMA user_version; PRAGMA integrity_check')" "$v"$'\nok'
        same "$(sqlite3 jobledger.db.v$v .dump | sha256sum)" "$(sqlite3 "file:$OLD/v$v.db?immutable=1" .dump | sha256sum)"
        jl verify
        ok
        migrate
        same "$(ls jobledger.db.v*)" jobledger.db.v$v
    done
}

@test "an old ledger gives the reports that a new one of the same nights gives, changes and verdicts included" {
    for v in $(seq $(($(newest) - 1))); do
        old $v
        migrate
        "$JOBLEDGER" -q --now $NOW export all -o reports
        once=
        [ $v -gt 1 ] || once=once
        diff -r reports "$BATS_FILE_TMPDIR/new$once"
        [ -n "$once" ] || [ "$(wc -l < reports/changes.csv)" -gt 10 ]
        [ "$(wc -l < reports/mismatches.csv)" -ge 2 ]
        rm -r reports
    done
}

@test "an old ledger goes on: the next fetch closes its killed run and asks for what is open" {
    for v in $(seq $(($(newest) - 1))); do
        old $v
        sim_start - <<< 'default status=completed'
        jl --now $NOW fetch --base-url "$SIM_URL"
        ok
        same "$(query "SELECT count(*) FROM run WHERE digest IS NULL")" 0
        same "$(query "SELECT count(*) FROM job WHERE status IN ('new', 'pending', 'processing')")" 0
        jl verify
        ok
    done
}

@test "views and tables of the user's own stay, whatever they are made of" {
    for v in $(seq $(($(newest) - 1))); do
        old $v
        query 'CREATE VIEW mine AS SELECT job_id, status FROM jobs;
               CREATE VIEW deeper AS SELECT job.job_id FROM job JOIN answer ON answer.job = job.id;
               CREATE TABLE own (x); INSERT INTO own VALUES (7); CREATE INDEX own_x ON own (x)'
        jl -q --now $NOW ingest more.csv
        ok
        same "$(query 'SELECT (SELECT count(*) FROM mine), (SELECT count(*) FROM deeper) > 10, x FROM own')" '14|1|7'
        same "$(query 'PRAGMA foreign_key_check')" ''
        jl verify
        ok
    done
}

@test "digests that were noted before an upgrade are still part of the chain" {
    old 4
    for run in 1 3 5; do
        digest=$(sqlite3 "file:$OLD/v4.db?immutable=1" "SELECT lower(hex(digest)) FROM run WHERE id = $run")
        migrate
        jl verify --against "$digest"
        ok
        says "run $run"
    done
}

@test "a dry run leaves an old ledger as it is" {
    for v in $(seq $(($(newest) - 1))); do
        old $v
        jl ingest --dry-run more.csv
        ok
        jl fetch --dry-run
        ok
        says "jobs would be asked for"
        same "$(sqlite3 jobledger.db .dump | sha256sum)" "$(sqlite3 "file:$OLD/v$v.db?immutable=1" .dump | sha256sum)"
        same "$(here)" "$(printf '%s\n' jobledger.db jobledger.db.lock more.csv)"
    done
}

@test "a copy that was made before is never written over" {
    old 3
    echo precious > jobledger.db.v3
    migrate
    same "$(cat jobledger.db.v3)" precious
    same "$(DB=jobledger.db.v3.2 query 'PRAGMA user_version')" 3
    # The same once more: it is kept already.
    cp jobledger.db.v3.2 kept
    old 3
    mv kept jobledger.db.v3
    migrate
    same "$(ls jobledger.db.v*)" jobledger.db.v3
}

@test "where no copy can be kept, the ledger stays as it is" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to mount a small file system"
    mkdir small
    mount -t tmpfs -o size=256k none small || skip "needs mount"
    install -m 600 "$OLD/v3.db" small/l.db
    jl -d small/l.db ingest /dev/null
    copy=$(sqlite3 small/l.db 'PRAGMA user_version')
    left=$(ls -A small)
    umount small
    ends 5
    one_line
    says "no copy could be kept before it is brought up to date"
    same "$copy" 3
    same "$left" $'l.db\nl.db.lock'
}

@test "a ledger of the next schema is refused and untouched, byte for byte" {
    old 4
    migrate
    query "PRAGMA user_version = $(($(newest) + 1)); PRAGMA wal_checkpoint(TRUNCATE)" > /dev/null
    cp jobledger.db before
    for command in status verify 'export jobs' 'ingest more.csv' fetch 'backup copy.db' 'prune --older-than 1d --yes' \
        'ingest --dry-run more.csv'; do
        jl $command
        ends 5
        one_line
        says "written by a newer jobledger (schema $(($(newest) + 1)), this one knows up to $(newest))"
        cmp jobledger.db before
    done
    same "$(here)" "$(printf '%s\n' before jobledger.db jobledger.db.lock jobledger.db.v4 more.csv)"
}
