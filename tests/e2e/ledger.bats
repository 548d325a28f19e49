#!/usr/bin/env bats
load jobledger

@test "commands other than ingest and run make no ledger: status 5 and a hint" {
    for command in fetch "export jobs" status "show job_1"; do
        jl $command
        ends 5
        one_line
        says "jobledger.db"
        says "jobledger ingest"
        [ -z "$(ls -d jobledger* 2> /dev/null)" ]
    done
}

@test "what is no ledger is refused and untouched" {
    echo "just some text, longer than a header of a database file would be, to be sure of it: 100 bytes and more" > text.db
    sqlite3 foreign.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'
    ids 1 > in.csv
    : > empty.db
    mkdir folder.db
    sum=$(cat text.db foreign.db | sha256sum)
    for db in text foreign; do
        for command in "ingest in.csv" fetch status; do
            jl -d $db.db $command
            ends 5
            one_line
            says "$db.db"
        done
    done
    [ "$(cat text.db foreign.db | sha256sum)" = "$sum" ]
    jl -d empty.db status
    ends 5
    says "empty"
    jl -d folder.db ingest in.csv
    ends 5
    jl -d nowhere/x.db ingest in.csv
    ends 5
    one_line
}

@test "a ledger of a newer schema is refused and untouched" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    query 'PRAGMA user_version = 999; PRAGMA journal_mode = DELETE' > /dev/null
    sum=$(sha256sum jobledger.db)
    for command in "ingest in.csv" fetch status; do
        jl $command
        ends 5
        says "newer"
    done
    [ "$(sha256sum jobledger.db)" = "$sum" ]
}

@test "the ledger carries its application_id and schema version, and sqlite3 opens it" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    same "$(query 'PRAGMA application_id')" 1246708300
    [ "$(query 'PRAGMA user_version')" -ge 1 ]
    same "$(query 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
    # Every table is STRICT.
    same "$(query "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")" ""
}

@test "one writer at a time: status 8; --wait-lock waits; readers are never blocked" {
    ids 2 > in.csv
    ids 3 > in2.csv
    "$JOBLEDGER" -q ingest in.csv
    exec 9>> jobledger.db.lock
    flock 9
    jl ingest in2.csv
    ends 8
    one_line
    says "another run"
    jl fetch
    ends 8
    jl status
    ok
    jl export jobs
    ok
    ( sleep 1; exec 9>&- ) 3>&- &
    holder=$!
    exec 9>&-
    jl ingest --wait-lock 20s in2.csv
    ok
    wait $holder
}

@test "a link to a ledger shares its lock, and its write-ahead log" {
    ids 2 > in.csv
    mkdir there
    "$JOBLEDGER" -q -d there/l.db ingest in.csv
    ln -s there/l.db link.db
    exec 9>> there/l.db.lock
    flock 9
    jl -d link.db ingest in.csv
    ends 8
    exec 9>&-
    jl -d link.db ingest in.csv
    ok
    [ ! -e link.db.lock ]
}

@test "a signal ends the wait for the lock" {
    ids 2 > in.csv
    exec 9>> jobledger.db.lock
    flock 9
    for signal in INT:130 TERM:143; do
        "$JOBLEDGER" ingest --wait-lock 20s in.csv 2> err 3>&- 9>&- &
        interrupt $! "${signal%:*}"
        [ "$code" -eq "${signal#*:}" ]
        [ "$(wc -l < err)" -eq 1 ]
    done
    exec 9>&-
    [ ! -e jobledger.db ]
}

@test "a lock held by a process that died holds nobody back" {
    ids 2 > in.csv
    mkfifo pipe
    "$JOBLEDGER" -q ingest - < pipe 3>&- &
    pid=$!
    exec 8> pipe
    for _ in $(seq 100); do [ -e jobledger.db.lock ] && break; sleep 0.05; done
    kill -9 $pid
    wait $pid || true
    exec 8>&-
    jl ingest in.csv
    ok
}

@test "a ledger in a read-only folder can be read" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to run as somebody else"
    ids 2 > in.csv
    there=$(mktemp -d)
    cp "$JOBLEDGER" "$there/jobledger"
    mkdir "$there/ro"
    "$JOBLEDGER" -q -d "$there/ro/l.db" ingest in.csv
    rm -f "$there"/ro/l.db-wal "$there"/ro/l.db-shm
    chmod 644 "$there/ro/l.db"
    chmod 555 "$there/ro"
    chmod 755 "$there"
    as_nobody() {
        python3 -c "import os, sys; os.setgid(65534); os.setuid(65534); os.execv(sys.argv[1], sys.argv[1:])" "$@"
    }
    run --separate-stderr as_nobody "$there/jobledger" -d "$there/ro/l.db" export jobs
    ok
    [ "${#lines[@]}" -eq 3 ]
    # A write-ahead log that a crash left there can't be read: an error, not an old state.
    head -c 5000 /dev/urandom > "$there/ro/l.db-wal"
    chmod 644 "$there/ro/l.db-wal"
    run --separate-stderr as_nobody "$there/jobledger" -d "$there/ro/l.db" export jobs
    rm -rf "$there"
    ends 5
    one_line
    says "write-ahead log"
}

@test "odd names: :memory:, blanks, ?, #, %, umlauts, a leading //" {
    ids 2 > in.csv
    mkdir 'a b'
    for name in :memory: file:x.db 'a b/c d.db' 'q?mode=memory.db' 'h#ash.db' 'p%41.db' 'ü.db' "//$PWD/slashes.db"; do
        jl -d "$name" ingest in.csv
        ok
        [ -s "$name" ]
        jl -d "$name" status
        ok
    done
}

@test "a disk that is full is status 5, and the ledger is sound afterwards" {
    ids 200000 > in.csv
    ids 100 first > first.csv
    "$JOBLEDGER" -q ingest first.csv
    run --separate-stderr bash -c "trap '' XFSZ; ulimit -f 2000; '$JOBLEDGER' ingest in.csv"
    ends 5
    one_line
    [ "$(query 'SELECT count(*) FROM job')" -eq 100 ]
    same "$(query 'PRAGMA integrity_check')" ok
    jl -q ingest in.csv
    ok
}

@test "kill -9 in the middle of an ingest leaves the ledger as it was" {
    ids 100 first > first.csv
    ids 1000000 > in.csv
    "$JOBLEDGER" -q ingest first.csv
    for pause in 0.05 0.2 0.5; do
        "$JOBLEDGER" -q ingest in.csv 3>&- &
        pid=$!
        sleep $pause
        kill -9 $pid
        wait $pid || true
        [ "$(query 'SELECT count(*) FROM job')" -eq 100 ]
        same "$(query 'PRAGMA integrity_check')" ok
    done
}

@test "status: counts, money, the oldest open job, the last runs; --json for machines" {
    ids 3 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl status
    ok
    [[ $output == *"new        3"* ]]
    jl status --json
    ok
    same "$(jq -c '.jobs.new, .cost_chf_total, .oldest_open, .runs' <<< "$output")" \
        $'3\n"0.00"\n{"job_id":"job_n000001","created_at":null}\n[]'
}

@test "show: an unknown job is status 1; a known one tells its sources and labels" {
    spell 'job_id,client,expected.total\njob_1,"Mü\033ller",5\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl show job_2
    loose
    one_line
    says "job_2"
    jl show job_1
    ok
    [[ $output == *"in.csv, line 2"* ]]
    [[ $output == *'label client = Mü\x1Bller'* ]]
    [[ $output == *"expected total = 5"* ]]
}

@test "the ledger and what stands beside it are no lists, and opening them must not take its locks away" {
    echo job_id > none.csv
    "$JOBLEDGER" -q ingest none.csv
    mkfifo later.csv
    jobs=0
    for own in jobledger.db jobledger.db-wal jobledger.db-shm jobledger.db.lock; do
        exec 8<> later.csv
        jobs=$((jobs + 1))
        ids 1 $jobs > first.csv
        "$JOBLEDGER" -q ingest first.csv $own later.csv 2> err 3>&- 8>&- &
        pid=$!
        for _ in $(seq 100); do grep -q 'belongs to it' err && break; sleep 0.05; done
        # With its locks gone, the reader would take itself for the last and the log away.
        [ -s jobledger.db-wal ]
        "$JOBLEDGER" status > /dev/null
        [ -e jobledger.db-wal ]
        kill -9 $pid
        wait $pid || true
        exec 8>&-
        same "$(query 'SELECT count(*) FROM job')" $jobs
    done
    jl ingest - < jobledger.db
    ends 4
    says "is the ledger itself"
    for place in jobledger.db-wal jobledger.db-shm jobledger.db.lock; do
        jl export jobs -o $place
        ends 2
        says "belongs to it"
        jl backup $place
        ends 2
    done
}

@test "--dir passes over a ledger that stands in the folder" {
    ids 2 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    install -m 600 "$BATS_TEST_DIRNAME/../ledgers/v3.db" old.db
    mkdir inbox
    mv in.csv inbox
    for db in jobledger.db old.db; do
        mv $db inbox
        rm -f separate-stderr* *.lock
        jl -d inbox/$db ingest --dir inbox
        ok
        one_line
        mv inbox/$db* .
    done
    [ -e old.db.v3 ]
    # Another one is refused as the database that it is.
    mv old.db inbox
    jl ingest --dir inbox
    ends 4
    says "old.db: is a SQLite database"
}
