#!/usr/bin/env bats
# Disks that are full, slow to trust or not to be written, and memory that runs out: a clear line, the right status, and a
# ledger that is sound afterwards.
load jobledger

BATS_TEST_TIMEOUT=600

# sound [LEDGER]: verify finds nothing.
sound() {
    jl -q -d "${1:-jobledger.db}" verify
    ok
}

# with LIBRARY VAR=VALUE... -- ARGUMENTS...: as jl, with the fault preloaded.
with() {
    local library=$1 settings=()
    shift
    while [ "$1" != -- ]; do settings+=("$1"); shift; done
    shift
    run --separate-stderr env LD_PRELOAD="${JOBLEDGER%/*}/fault/$library.so" "${settings[@]}" "$JOBLEDGER" "$@"
}

can_preload() {
    [ "$(LD_PRELOAD="${JOBLEDGER%/*}/fault/disk.so" "$JOBLEDGER" --version 2>&1)" = "$("$JOBLEDGER" --version)" ] ||
        skip "this build takes no library before its own"
}

# A small file system at ./small, which is gone at the end of the test.
small_disk() { # SIZE
    [ "$(id -u)" -eq 0 ] || skip "needs root, to mount a small file system"
    mkdir -p small
    mount -t tmpfs -o "size=$1" none small || skip "needs mount"
}

teardown() {
    sim_stop
    umount "$BATS_TEST_TMPDIR/small" 2> /dev/null || true
}

# Some nights in ./jobledger.db, with answers of over 1 KB.
some_nights() { # JOBS
    ids "$1" > in.csv
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< "default status=completed pad=1500"
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none
}

@test "ingest on a full disk: status 5, and nothing of the file is in the ledger" {
    small_disk 1m
    ids 100 a > a.csv
    ids 50000 b > b.csv
    "$JOBLEDGER" -q -d small/l.db ingest a.csv
    jl -d small/l.db ingest b.csv
    ends 5
    one_line
    says "full"
    says "free some space"
    same "$(DB=small/l.db query 'SELECT count(*) FROM job')" 100
    sound small/l.db
}

@test "fetch on a full disk: status 5, what was saved stays, and the next run goes on with the rest" {
    small_disk 2m
    ids 3000 > in.csv
    "$JOBLEDGER" -q -d small/l.db ingest in.csv
    sim_start - <<< "default status=completed pad=1500"
    jl -q -d small/l.db fetch --base-url "$SIM_URL" --rate none
    ends 5
    one_line
    says "full"
    sound small/l.db
    kept=$(DB=small/l.db query 'SELECT count(*) FROM answer')
    mount -o remount,size=32m small
    jl -d small/l.db fetch --base-url "$SIM_URL" --rate none
    ok
    same "$(DB=small/l.db query 'SELECT count(*), count(DISTINCT job) FROM answer')" '3000|3000'
    says "$((3000 - kept)) completed"
    sound small/l.db
}

@test "backup, export and prune on a full disk: the place keeps what it had, and the ledger is as it was" {
    small_disk 1m
    some_nights 1000
    echo before > small/jobs.csv
    "$JOBLEDGER" -q -d first.db ingest - <<< job_id
    cp first.db small/copy.db
    head -c "$((1048576 - 4096 * 4 - $(stat -c %s first.db)))" /dev/zero > small/filler
    jl -q backup small/copy.db
    ends 7
    one_line
    says "small/copy.db: the copy can't be written"
    cmp first.db small/copy.db
    jl -q export extracted --format jsonl -o small/jobs.csv
    ends 7
    one_line
    same "$(cat small/jobs.csv)" before
    same "$(ls -A small)" $'copy.db\nfiller\njobs.csv'
    sound

    # To write all anew takes as much room again.
    mount -o remount,size=5m small
    rm small/*
    sqlite3 jobledger.db 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    cp jobledger.db small/l.db
    head -c $((5 * 1048576 - $(stat -c %s jobledger.db) - 700000)) /dev/zero > small/filler
    jl -q -d small/l.db prune --older-than 1s --yes --now 2099-01-01T00:00:00Z
    ends 5
    one_line
    says "full"
    sound small/l.db
    rm small/filler
    mount -o remount,size=32m small
    jl -q -d small/l.db prune --older-than 1s --yes --now 2099-01-01T00:00:00Z
    ok
    ! grep -q completed_at small/l.db
    sound small/l.db
}

@test "a file size limit and a quota are told by name" {
    can_preload
    ids 100 > a.csv
    ids 100000 b > b.csv
    "$JOBLEDGER" -q ingest a.csv
    run --separate-stderr bash -c "ulimit -f 1000; exec '$JOBLEDGER' ingest b.csv"
    ends 5
    one_line
    says "File too large"
    says "free some space"
    with disk FAULT_WRITE=.db-wal FAULT_ERRNO=122 -- ingest b.csv
    ends 5
    one_line
    says "quota exceeded"
    says "free some space"
    with disk FAULT_WRITE=.db-wal FAULT_ERRNO=28 -- ingest b.csv
    ends 5
    one_line
    says "database or disk is full"
    with disk FAULT_WRITE=.db-wal FAULT_ERRNO=5 -- ingest b.csv
    ends 5
    one_line
    says "look at the disk"
    same "$(query 'SELECT count(*) FROM job')" 100
    sound
}

@test "a folder that can't be written: readers read, writers end with 5 and say what to look at" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to run as somebody else"
    there=$(mktemp -d)
    cp "$JOBLEDGER" "$there/jobledger"
    chmod 755 "$there"
    ids 3 > in.csv
    mkdir "$there/ro"
    "$JOBLEDGER" -q -d "$there/ro/l.db" ingest in.csv
    rm -f "$there"/ro/l.db-* "$there"/ro/*.lock
    chown -R 65534 "$there/ro"
    chmod 555 "$there/ro"
    before=$(sha256sum "$there/ro/l.db")
    as_nobody() {
        run --separate-stderr python3 -c "import os, sys; os.setgid(65534); os.setuid(65534)
os.execv(sys.argv[1], sys.argv[1:])" "$there/jobledger" -d "$there/ro/l.db" "$@"
    }
    for command in 'export jobs' status verify 'prune --older-than 1d' "backup $there/copy.db"; do
        mkdir -p "$there/out"
        as_nobody $command
        [ "$command" = "backup $there/copy.db" ] || { ok; continue; }
        ends 7 # where it goes can't be written either
    done
    as_nobody ingest - <<< job_id
    ends 5
    one_line
    says "l.db.lock"
    as_nobody prune --older-than 1d --yes
    ends 5
    one_line
    same "$(sha256sum "$there/ro/l.db")" "$before"
    rm -rf "$there"
}

@test "a ledger that may only be read: writers end with 5, readers read" {
    [ "$(id -u)" -eq 0 ] || skip "needs root, to run as somebody else"
    there=$(mktemp -d)
    cp "$JOBLEDGER" "$there/jobledger"
    ids 3 > in.csv
    "$JOBLEDGER" -q -d "$there/l.db" ingest in.csv
    rm -f "$there"/l.db-* "$there"/*.lock
    chown -R 65534 "$there"
    chown 0 "$there/l.db"
    chmod 644 "$there/l.db"
    as_nobody() {
        run --separate-stderr python3 -c "import os, sys; os.setgid(65534); os.setuid(65534)
os.execv(sys.argv[1], sys.argv[1:])" "$there/jobledger" -d "$there/l.db" "$@"
    }
    as_nobody export jobs
    ok
    as_nobody backup "$there/copy.db"
    ok
    for command in 'ingest -' fetch 'prune --older-than 1d --yes'; do
        as_nobody $command <<< job_id
        ends 5
        one_line
        says "l.db: can't be written; look at its owner and mode"
    done
    rm -rf "$there"
}

@test "a ledger on a network file system is warned about by name, once, and used" {
    can_preload
    ids 3 > in.csv
    for type in 0x6969:NFS 0xFF534D42:CIFS 0xFE534D42:SMB 0x01021997:9P; do
        with disk FAULT_STATFS=${type%:*} -- -q ingest in.csv
        ok
        one_line
        says "jobledger.db: is on a network file system (${type#*:})"
        with disk FAULT_STATFS=${type%:*} -- -q export jobs
        ok
        one_line
        [ "${#lines[@]}" -eq 4 ]
    done
    with disk FAULT_STATFS=0x6969 -- -q --log-format json backup copy.db
    ok
    same "$(jq -r .level <<< "$stderr")" warning
    with disk FAULT_STATFS=0x6969 -- -q run in.csv --dry-run --out out --base-url http://127.0.0.1:9
    ok
    one_line
    with disk FAULT_STATFS=0xEF53 -- -q status
    ok
    same "$stderr" ''
}

# out_of_memory N ARGUMENTS...: at N of its allocations, each in a run of its own.
out_of_memory() {
    local count=$1 total n step ran=0
    shift
    with malloc FAULT_MALLOC_COUNT="$PWD/count" -- "$@"
    total=$(cat count)
    [ "$total" -gt 0 ] || skip "this build has an allocator of its own"
    step=$((total / count + 1))
    for ((n = 1 + RANDOM % step; n <= total; n += step)); do
        [ -z "$ledger" ] || { rm -f jobledger.db*; cp "$ledger" jobledger.db; }
        with malloc FAULT_MALLOC=$n -- "$@"
        ran=$((ran + 1))
        # 1 to 8 are statuses of the program; a signal would be 128 and more.
        [ "$status" -le 8 ] || { echo "allocation $n of $total"; show_run; return 1; }
        [ "$status" -eq 0 ] || [ -n "$stderr$output" ] || { echo "allocation $n of $total"; show_run; return 1; }
        [ "$(query 'PRAGMA user_version')" -eq 3 ] || sound # or not brought up to date
    done
    [ $ran -gt 0 ]
}

@test "memory that runs out at any point ends the program in order, and leaves a sound ledger" {
    can_preload
    RANDOM=20241216
    some_nights 20
    query 'PRAGMA journal_mode = DELETE' > /dev/null
    cp jobledger.db full.db
    few=${JOBLEDGER_CHECK_ALL:+400}
    few=${few:-25}
    ids 30 x > x.csv
    ledger=full.db
    out_of_memory $few -q ingest x.csv
    out_of_memory $few -q fetch --base-url "$SIM_URL" --recheck all --rate none
    out_of_memory $few -q verify
    out_of_memory $few -q export all -o out
    out_of_memory $few -q backup copy.db
    out_of_memory $few -q prune --older-than 1s --yes --now 2099-01-01T00:00:00Z
    out_of_memory $few -q status
    install -m 600 "$BATS_TEST_DIRNAME/../ledgers/v3.db" old.db
    ledger=old.db
    echo job_id > none.csv
    out_of_memory $few -q ingest none.csv
}
