#!/usr/bin/env bats
# kill -9 at random moments of everything that writes, then the next run: nothing is lost that was kept, nothing is there
# twice, and nothing half done is taken for the whole. The moments are drawn from a fixed seed, over the time that the
# command takes: 204 of them with JOBLEDGER_CHECK_ALL, else a few.
load jobledger

BATS_TEST_TIMEOUT=900

moments() {
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] && echo 34 || echo 4
}

# took COMMAND...: for how many milliseconds it runs.
took() {
    local start=${EPOCHREALTIME/./}
    "$@" > /dev/null 2>&1 || true
    echo $(((${EPOCHREALTIME/./} - start) / 1000 + 1))
}

# kill_in MS COMMAND...: kills it so many milliseconds after its start; $code is 137 where it did not end before.
kill_in() {
    local ms=$1 pid
    shift
    "$@" > /dev/null 2>&1 3>&- &
    pid=$!
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    kill -9 $pid 2> /dev/null || true
    code=0
    wait $pid 2> /dev/null || code=$?
}

# moment N OF MS: somewhere in the N-th part of the time.
moment() {
    echo $(($3 * ($1 - 1) / $2 + RANDOM * $3 / $2 / 32768))
}

leftovers() {
    find . -name '.*jobledger-*' -not -path './sim.*'
}

sound() {
    jl -q verify
    ok
}

# fresh LEDGER: puts it in the place of the one that was worked on.
fresh() {
    rm -rf jobledger.db*
    cp "$1" jobledger.db
}

as_template() { # LEDGER NAME
    sqlite3 "$1" 'PRAGMA journal_mode = DELETE' > /dev/null
    mv "$1" "$2"
    rm -f "$1"*
}

resolved() { # JOBS DATA: a ledger of so many completed jobs
    ids "$1" > in.csv
    "$JOBLEDGER" -q --now 2024-01-01T00:00:00Z ingest in.csv
    sim_start - <<< "default status=completed pad=1200 data={\"a\":\"$2\"}"
    "$JOBLEDGER" -q --now 2024-01-01T01:00:00Z fetch --base-url "$SIM_URL" --rate none -j 32
    sim_stop
}

@test "ingest: all of a file or nothing of it" {
    RANDOM=1
    ids 100 first > first.csv
    ids 30000 > in.csv
    "$JOBLEDGER" -q ingest first.csv
    as_template jobledger.db base.db
    fresh base.db
    ms=$(took "$JOBLEDGER" -q ingest in.csv)
    for n in $(seq "$(moments)"); do
        fresh base.db
        kill_in "$(moment "$n" "$(moments)" "$ms")" "$JOBLEDGER" -q ingest in.csv
        count=$(query 'SELECT count(*) FROM job')
        [ "$count" -eq 100 ] || [ "$count" -eq 30100 ]
        [ $code -eq 137 ] || [ "$count" -eq 30100 ]
        sound
        jl -q ingest in.csv
        ok
        same "$(query 'SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM source), (SELECT sum(rows) FROM source)')" \
            '30100|2|30100'
        sound
    done
}

@test "fetch: all that was answered more than a second before, and no job is resolved twice" {
    RANDOM=2
    ids 400 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    as_template jobledger.db base.db
    for n in $(seq "$(moments)"); do
        fresh base.db
        sim_start - <<< $'latency 25\ndefault status=completed'
        kill_in "$(moment "$n" "$(moments)" 2500)" "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none -j 4
        # When it died, on the simulator's clock.
        curl -s -o nothing "$SIM_URL/now"
        died=$(awk -F '\t' '$4 == "/now" { print $2 }' "$SIM_LOG")
        query "SELECT job_id FROM job WHERE status = 'completed' ORDER BY 1" > kept
        # A second, and what the answers take to arrive.
        awk -F '\t' -v until=$((died - 1100)) '$2 < until && $4 ~ /job_/ { sub(".*/", "", $4); print $4 }' "$SIM_LOG" |
            sort > answered
        same "$(comm -23 answered kept)" ''
        sound
        : > "$SIM_LOG"
        jl -q fetch --base-url "$SIM_URL" --rate none -j 32
        ok
        # Those that were kept are not asked for again.
        same "$(awk -F '\t' '{ sub(".*/", "", $4); print $4 }' "$SIM_LOG" | sort | comm -12 - kept)" ''
        same "$(query "SELECT count(*), count(DISTINCT job), min(times_seen), max(times_seen) FROM answer")" '400|400|1|1'
        same "$(query "SELECT sum(digest IS NULL), sum(completed) FROM run")" '0|400'
        sound
    done
}

@test "export: each report is the old one or the new one" {
    RANDOM=3
    resolved 1500 old
    "$JOBLEDGER" -q export all -o old
    sim_start - <<< 'default status=completed cost=7 data={"a":"new"}'
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none -j 32 --recheck all
    sim_stop
    "$JOBLEDGER" -q export all -o new
    cp -r old out
    ms=$(took "$JOBLEDGER" -q export all -o out)
    for n in $(seq "$(moments)"); do
        rm -rf out
        cp -r old out
        kill_in "$(moment "$n" "$(moments)" "$ms")" "$JOBLEDGER" -q export all -o out
        for report in out/*; do
            cmp -s "$report" "old/${report#*/}" || cmp "$report" "new/${report#*/}"
        done
        same "$(ls out)" "$(ls new)"
        jl -q export all -o out
        ok
        diff -r new out # and no leftovers
        sound
    done
}

@test "backup: the old one or the new one, and sound" {
    RANDOM=4
    resolved 1500 old
    "$JOBLEDGER" -q backup back.db
    mv back.db old.db
    echo job_more >> in.csv
    "$JOBLEDGER" -q ingest in.csv
    cp old.db back.db
    ms=$(took "$JOBLEDGER" -q backup back.db)
    for n in $(seq "$(moments)"); do
        cp old.db back.db
        kill_in "$(moment "$n" "$(moments)" "$ms")" "$JOBLEDGER" -q backup back.db
        count=$(DB=back.db query 'SELECT count(*) FROM job')
        [ "$count" -eq 1500 ] && cmp back.db old.db || [ "$count" -eq 1501 ]
        jl -q -d back.db verify
        ok
        jl -q backup back.db
        ok
        same "$(DB=back.db query 'SELECT count(*) FROM job')" 1501
        same "$(leftovers)" ''
    done
    sound
}

@test "prune: what is gone is provable, and the next one finishes it" {
    RANDOM=5
    resolved 1500 Secret_value
    as_template jobledger.db base.db
    prune=("$JOBLEDGER" -q --now 2034-06-01T00:00:00Z prune --older-than 10y --yes)
    fresh base.db
    ms=$(took "${prune[@]}")
    for n in $(seq "$(moments)"); do
        fresh base.db
        kill_in "$(moment "$n" "$(moments)" "$ms")" "${prune[@]}"
        sound
        "${prune[@]}"
        same "$(query 'SELECT count(*), sum(length(body)) FROM answer WHERE pruned_at IS NOT NULL')" '1500|0'
        same "$(query 'SELECT count(*) FROM prune WHERE ended_at IS NULL')" 0
        ! grep -qF Secret_value jobledger.db*
        sound
    done
}

@test "migration: the old ledger or the new one, and one copy" {
    RANDOM=6
    cp "$BATS_TEST_DIRNAME/../ledgers/v3.db" base.db
    python3 "$BATS_TEST_DIRNAME/../ledgers/grow.py" base.db 3000
    as_template base.db old.db
    sum=$(sqlite3 old.db .dump | sha256sum)
    newest=$(ls "$BATS_TEST_DIRNAME"/../../sql/migrations/*.sql | wc -l)
    echo job_id > none.csv
    fresh old.db
    ms=$(took "$JOBLEDGER" -q ingest none.csv)
    for n in $(seq "$(moments)"); do
        fresh old.db
        kill_in "$(moment "$n" "$(moments)" "$ms")" "$JOBLEDGER" -q ingest none.csv
        case $(query 'PRAGMA user_version') in
        3) same "$(query .dump | sha256sum)" "$sum" ;;
        "$newest") sound ;;
        *) false ;;
        esac
        # Once more, while the first copy is there.
        kill_in "$(moment "$n" "$(moments)" "$ms")" "$JOBLEDGER" -q ingest none.csv
        jl -q ingest none.csv
        ok
        same "$(ls -A jobledger.db.v*)" jobledger.db.v3
        same "$(sqlite3 jobledger.db.v3 .dump | sha256sum)" "$sum"
        same "$(leftovers)" ''
        same "$(query 'PRAGMA user_version')" "$newest"
        sound
    done
}
