#!/usr/bin/env bats
# Backups: whole, of a ledger in use, in place at once or not at all.
load jobledger

BATS_TEST_TIMEOUT=300

some_night() { # JOBS
    ids "${1:-20}" > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< 'default status=completed'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none
    sim_stop
}

contents() { # LEDGER: all of it but for what it knows of copies
    sqlite3 -batch "$1" .dump | grep -v '^INSERT INTO copy' | sha256sum
}

@test "a backup is the ledger in one file, private, and verified" {
    umask 000
    some_night
    before=$(contents jobledger.db)
    jl backup back.db
    ok
    one_line
    says "20 answers of 1 runs, verified, in back.db"
    same "$(stat -c %a back.db)" 600
    same "$(ls back.db*)" back.db
    same "$(contents back.db)" "$before"
    same "$(contents jobledger.db)" "$before"
    jl -d back.db verify
    ok
    same "$("$JOBLEDGER" -d back.db status --json | jq .digest)" "$("$JOBLEDGER" status --json | jq .digest)"
    # It is a ledger: work can go on from it.
    echo job_more >> in.csv
    jl -d back.db ingest in.csv
    ok
    jl -d back.db verify
    ok
}

@test "a backup can be read where nothing may be written" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to run as somebody else"
    some_night
    there=$(mktemp -d)
    cp "$JOBLEDGER" "$there/jobledger"
    "$JOBLEDGER" -q backup "$there/back.db"
    chmod 644 "$there/back.db"
    chmod 555 "$there"
    for command in verify status 'export jobs'; do
        run --separate-stderr python3 -c "import os, sys; os.setgid(65534); os.setuid(65534)
os.execv(sys.argv[1], sys.argv[1:])" "$there/jobledger" -q -d "$there/back.db" $command
        ok
    done
    same "$(ls "$there")" $'back.db\njobledger'
    rm -rf "$there"
}

@test "a ledger in a read-only folder can be backed up" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to run as somebody else"
    some_night
    there=$(mktemp -d)
    mkdir "$there/ro" "$there/out"
    cp "$JOBLEDGER" "$there/jobledger"
    sqlite3 jobledger.db 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    cp jobledger.db "$there/ro/l.db"
    chmod 755 "$there"
    chmod 644 "$there/ro/l.db"
    chmod 555 "$there/ro"
    chmod 777 "$there/out"
    run --separate-stderr python3 -c "import os, sys; os.setgid(65534); os.setuid(65534)
os.execv(sys.argv[1], sys.argv[1:])" "$there/jobledger" -d "$there/ro/l.db" backup "$there/out/back.db"
    ok
    one_line
    same "$(contents "$there/out/back.db")" "$(contents jobledger.db)"
    same "$(ls -A "$there/ro")" l.db
    rm -rf "$there"
}

@test "a backup while a fetch is under way holds what was saved by then, and disturbs nobody" {
    ids 300 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< $'latency 50\ndefault status=completed'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none -j 4 3>&- &
    fetch=$!
    for _ in $(seq 100); do [ "$(query 'SELECT count(*) FROM answer')" -gt 20 ] && break; sleep 0.05; done
    for n in 1 2 3; do
        jl -q backup back$n.db
        ok
        same "$stderr" ''
        jl -q -d back$n.db verify
        ok
    done
    wait $fetch
    answers() { DB=$1 query 'SELECT count(*) FROM answer'; }
    [ "$(answers back1.db)" -ge 20 ]
    [ "$(answers back1.db)" -le "$(answers back2.db)" ]
    [ "$(answers back1.db)" -lt 300 ]
    same "$(answers jobledger.db)" 300
    same "$(query 'SELECT count(*) FROM copy')" 3
    jl -q verify
    ok
    # The run that it caught is closed by the next one.
    sim_start - <<< 'default status=completed'
    jl -q -d back1.db fetch --base-url "$SIM_URL" --rate none
    ok
    jl -q -d back1.db verify
    ok
    same "$(DB=back1.db query 'SELECT count(*) FROM run WHERE digest IS NULL')" 0
}

@test "a backup while an ingest holds its transaction holds what was there before" {
    some_night
    before=$(contents jobledger.db)
    ids 400000 late > late.csv
    query 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    "$JOBLEDGER" -q ingest late.csv 3>&- &
    ingest=$!
    for _ in $(seq 100); do [ -s jobledger.db-wal ] && break; sleep 0.05; done
    jl -q backup back.db
    ok
    same "$stderr" ''
    wait $ingest
    same "$(contents back.db)" "$before"
    same "$(query 'SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM copy)')" '400020|1'
    jl -q verify
    ok
}

@test "where another program writes for long, a backup is made but not noted" {
    some_night
    coproc writer { sqlite3 -batch jobledger.db; }
    printf 'BEGIN IMMEDIATE; SELECT 1;\n' >&"${writer[1]}"
    read -r _ <&"${writer[0]}"
    jl -q backup back.db # waits for ten seconds
    ok
    one_line
    says "could not be noted in the ledger, so that prune won't name it"
    eval "exec ${writer[1]}>&-"
    wait "$writer_PID" || true
    same "$(contents back.db)" "$(contents jobledger.db)"
}

@test "what a crash left in the log is in the backup" {
    some_night
    sim_start - <<< $'on job_n000001 status=pending\ndefault latency=60000'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" -j 1 --recheck all 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(query 'SELECT count(*) FROM answer')" -eq 21 ] && break; sleep 0.1; done
    kill -9 $pid
    wait $pid || true
    [ -s jobledger.db-wal ]
    jl -q backup back.db
    ok
    same "$(DB=back.db query 'SELECT count(*) FROM answer')" 21
    same "$(contents back.db)" "$(contents jobledger.db)"
}

@test "a backup is never made over what is no ledger, nor over the ledger itself" {
    some_night
    echo text > text.txt
    sqlite3 foreign.db 'CREATE TABLE t (x)'
    mkdir folder
    ln jobledger.db hard.db
    ln -s jobledger.db link.db
    sum=$(cat text.txt foreign.db | sha256sum)
    before=$(contents jobledger.db)
    for place in jobledger.db ./jobledger.db "$PWD/jobledger.db" hard.db link.db text.txt foreign.db folder; do
        jl backup $place
        ends 2
        one_line
        says "$place"
    done
    for place in - /dev/stdout /dev/null nowhere/back.db; do
        jl backup $place
        ends 7
        one_line
    done
    same "$(cat text.txt foreign.db | sha256sum)" "$sum"
    same "$(contents jobledger.db)" "$before"
    jl backup
    ends 2
    jl backup a b
    ends 2
    same "$(ls -A | grep -vE '^(separate-stderr|sim)' | tr '\n' ' ')" \
        'folder foreign.db hard.db in.csv jobledger.db jobledger.db.lock link.db text.txt '
}

@test "an earlier backup is replaced once the new one is whole; an empty file and a link make way, too" {
    some_night
    "$JOBLEDGER" -q backup back.db
    echo job_more >> in.csv
    "$JOBLEDGER" -q ingest in.csv
    : > empty.db
    ln -s nowhere link.db
    chmod 644 back.db
    for place in back.db empty.db link.db; do
        jl -q backup $place
        ok
        same "$(stat -c '%F %a' $place)" 'regular file 600'
        same "$(DB=$place query 'SELECT count(*) FROM job')" 21
    done
    [ ! -e nowhere ]
}

@test "of a damaged ledger no backup is made, and the earlier one stays" {
    some_night
    "$JOBLEDGER" -q backup back.db
    sum=$(sha256sum back.db)
    query "UPDATE answer SET body = replace(body, 'completed', 'Completed') WHERE id = 3"
    jl backup back.db
    ends 5
    one_line
    says "no backup was made, since the ledger is not intact: run 1, job job_n000003, answer 3"
    same "$(sha256sum back.db)" "$sum"
    same "$(ls -A | grep jobledger-)" ''
}

@test "a signal ends a backup, and nothing is left of it" {
    some_night 3000
    "$JOBLEDGER" -q backup back.db
    sum=$(sha256sum back.db)
    for signal in INT:130 TERM:143; do
        "$JOBLEDGER" backup back.db 2> err 3>&- &
        interrupt $! ${signal%:*}
        # It may have been done by then.
        [ $code -eq ${signal#*:} ] || [ $code -eq 0 ] || { echo "code $code"; cat err; return 1; }
        [ $code -eq 0 ] || grep -q 'no .* was made' err
        [ $code -eq 0 ] || same "$(sha256sum back.db)" "$sum"
        sum=$(sha256sum back.db)
        same "$(ls -A | grep jobledger-)" ''
    done
    jl -q -d back.db verify
    ok
}

@test "what a killed backup had begun is taken away by the next" {
    some_night 3000
    for n in $(seq 60); do
        "$JOBLEDGER" -q backup back.db 3>&- &
        pid=$!
        sleep "0.$(printf %03d $((n * 10)))"
        kill -9 $pid
        wait $pid || true
        [ -z "$(ls -A | grep jobledger-)" ] || break
    done
    [ -n "$(ls -A | grep jobledger-)" ]
    jl -q backup back.db
    ok
    same "$(ls -A | grep jobledger-)" ''
    # It is none of the files of a folder, either.
    touch .back.db.jobledger-abcdef
    jl -q ingest --dir . --dry-run
    [[ $stderr != *jobledger-abcdef* ]]
}
