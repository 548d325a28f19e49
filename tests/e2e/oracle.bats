#!/usr/bin/env bats
# What an auditor finds who computes everything anew, and who brings documents and sums of any size. More random worlds:
# ORACLE_SEED=1000 ORACLE_WORLDS=100 bats tests/e2e/oracle.bats -f worlds
load jobledger

# one_document JSON: a ledger with one completed job that has this extracted data.
one_document() {
    printf '%s' "$1" > data.json
    echo 'on job_1 status=completed model=m cost=1 time=1 confidence=1 created=2026-01-01T00:00:00Z data=@data.json' > scenario
    sim_start scenario
    echo job_1 > one.csv
    "$JOBLEDGER" -q ingest one.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    sim_stop
}

# lines N: invoice lines with taxes of their own, as JSON.
lines() {
    seq 1 "$1" | sed 's/.*/{"text":"T&","price":&.50,"taxes":[{"rate":8.1}]},/' | tr -d '\n' | sed 's/^/{"no":1,"lines":[/; s/,$/]}/'
}

@test "random worlds: every report, filter, format and view is what comes out by other means" {
    python3 -c 'import zoneinfo' || skip "Python is older than 3.9"
    export ORACLE_WORLDS=${ORACLE_WORLDS:-$([ -z "${JOBLEDGER_CHECK_ALL:-}" ] && echo 4 || echo 12)}
    python3 "$SIM_ROOT/tests/e2e/oracle.py" "${JOBLEDGER%/jobledger}" worlds
}

@test "a total beyond what is added up exactly is an error in every report that has one" {
    sim_start - <<< 'default status=failed message=x model=m cost=999999.999999999 time=999999 created=2026-01-01T00:00:00Z'
    ids 9000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none
    for report in models daily failure-causes reconcile; do
        [[ $(csv $report -o $report.csv && tail -n 1 $report.csv) == *,8999999999.999991,* ]]
    done
    # One more, of the same source and without it.
    printf 'job_id,client\njob_more,Acme\n' > more.csv
    { cat in.csv; echo job_more; } > all.csv
    "$JOBLEDGER" -q ingest more.csv all.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL"
    for report in models daily failure-causes reconcile 'daily --timezone Asia/Tokyo' 'models --status failed'; do
        # shellcheck disable=SC2086
        jl export $report -o "${report%% *}.csv"
        ends 5
        one_line
        says "a total is beyond 9000000000 CHF"
        [[ $(tail -n 1 "${report%% *}.csv") == *,8999999999.999991,* ]]
    done
    jl status
    ends 5
    for view in models daily failure_causes reconcile; do
        run query "SELECT * FROM $view"
        [ "$status" -ne 0 ]
        [[ $output == *overflow* ]]
    done
    # The parts are still there.
    [[ $(csv models --source in.csv | tail -n 1) == m,9000,0,9000,1.0000,8999999999.999991,* ]]
    same "$(csv models --by client --no-header --source more.csv | cut -d , -f 1-3,7)" Acme,m,1,999999.999999999
}

@test "a document of 100,000 items, in reports and views" {
    one_document "$(lines 100000)"
    csv items -o items.csv
    same "$(wc -l < items.csv)" 200001
    same "$(tail -n 2 items.csv)" $'job_1,lines,100000,T100000,100000.50,\njob_1,lines[100000].taxes,1,,,8.1'
    same "$(query "SELECT count(*), max(item) FROM items")" '300000|100000'
    same "$(csv extracted --no-header)" job_1,2026-01-01T00:00:00Z,m,1,1
}

@test "the time for a document's items grows with their number" {
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "takes minutes under valgrind (make check ALL=1)"
    case $JOBLEDGER in *sanitize*) skip "valgrind runs no program with sanitizers" ;; esac
    instructions() {
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 > /dev/null | sed -n 's/.*Collected : //p'
    }
    for n in 500 4000; do
        rm -f jobledger.db
        one_document "$(lines $n)"
        instructions "$JOBLEDGER" export items > "items.$n"
        instructions "$JOBLEDGER" export extracted > "extracted.$n"
        instructions sqlite3 -batch jobledger.db 'SELECT * FROM items' > "view.$n"
    done
    for what in items extracted view; do
        [ "$(cat $what.4000)" -lt $((10 * $(cat $what.500))) ] || { head $what.*; return 1; }
    done
}

@test "documents that are wide and documents that are deep" {
    one_document "$(seq 1 3000 | sed 's/.*/"key &":{"a.b":&}/' | paste -sd , | sed 's/.*/{&}/')"
    same "$(csv extracted --no-header)" "job_1,2026-01-01T00:00:00Z,m,1,$(seq 1 3000 | paste -sd ,)"
    same "$(csv extracted | head -n 1 | cut -d , -f 5,3004)" 'key 1.a\.b,key 3000.a\.b'
    same "$(query 'SELECT count(*), count(DISTINCT path), sum(value) FROM extracted')" '3000|3000|4501500'
    # 511 levels and the answer's own are 512.
    deep() { printf "%.0s$2" $(seq "$1"); printf 1; printf "%.0s$3" $(seq "$1"); }
    rm -f jobledger.db
    one_document "$(deep 511 '{"a":' '}')"
    same "$(csv extracted | sed 's/.*,//')" "$(printf '%.0sa.' $(seq 510))a"$'\n1'
    same "$(query 'SELECT length(path), value FROM extracted')" '1021|1'
    rm -f jobledger.db
    one_document "$(deep 255 '[{"a":' '}]')"
    same "$(csv items --no-header | wc -l)" 255
    same "$(csv items --no-header | tail -n 1)" "job_1,[1]$(printf '%.0s.a[1]' $(seq 253)).a,1,1"
    rm -f jobledger.db
    printf '%s' "$(deep 512 '[' ']')" > data.json
    sim_start scenario
    "$JOBLEDGER" -q ingest one.csv
    jl -q fetch --base-url "$SIM_URL" --retries 0
    ends 6
    same "$(csv failures --no-header | cut -d , -f 1-4)" 'job_1,new,BAD_RESPONSE,the answer is JSON nested deeper than 512 levels'
}
