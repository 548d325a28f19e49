#!/usr/bin/env bats
# What the ledger costs as it grows: bytes on the disk, and rows that are looked at.
load jobledger

BATS_TEST_TIMEOUT=600
JOBS=20000

# The numbers of jobs and answers are those that they have in a ledger of a million: they take more bytes than small ones.
@test "a ledger of completed jobs takes at most 1.8 times the bytes of their answers' bodies" {
    {
        printf '{"success":true,"job_id":"%%ID%%","status":"completed","extracted_data":{"invoice_number":"INV-2024-000731",'
        printf '"total_amount":1250.00,"currency":"CHF","vendor":{"name":"Muster AG","city":"Bern"},"line_items":[{'
        printf '"description":"Beratung","quantity":10,"unit_price":125.00}]},"confidence":0.95,"processing_time":3.42,'
        printf '"cost_chf":0.0150,"model_used":"ftg-3.0","error_message":null,"created_at":"2024-12-16T10:30:00Z",'
        printf '"completed_at":"2024-12-16T10:30:04Z"}'
    } > body.json
    { echo job_id; seq -f 'job_%012.0f' $JOBS; } > in.csv # IDs as long as the vendor's own
    truncate -s $((565 - 16 + 4)) body.json
    tr '\0' ' ' < body.json > padded.json
    "$JOBLEDGER" -q ingest - <<< $'job_id\njob_first'
    query "UPDATE job SET id = 1000000; UPDATE source_job SET job = 1000000"
    "$JOBLEDGER" -q ingest in.csv
    sim_start - <<< "default body=$PWD/padded.json"
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --job job_first
    query "UPDATE answer SET id = 1000000; UPDATE job SET last_answer_id = 1000000, object_answer_id = 1000000
           WHERE last_answer_id = 1"
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none -j 32
    query 'PRAGMA wal_checkpoint(TRUNCATE)' > /dev/null
    same "$(query 'SELECT count(*), min(length(body)), max(length(body)) FROM answer WHERE id > 1000000')" "$JOBS|565|565"
    size=$(stat -c %s jobledger.db)
    echo "# $size bytes for $JOBS answers of 565: $(awk "BEGIN { print $size / $JOBS / 565 }") times" >&3
    query "SELECT printf('# %-24s %6.1f bytes a job', name, 1.0 * sum(pgsize) / $JOBS) FROM dbstat
           GROUP BY name HAVING sum(pgsize) > 40960 ORDER BY sum(pgsize) DESC" >&3 2> /dev/null || true
    [ "$size" -le $((JOBS * 565 * 18 / 10)) ]
}

# plan QUERY: how SQLite goes about it.
plan() {
    # The program's own functions are of no account.
    { cat "$SIM_ROOT/sql/queries/select_table.sql"; echo 'EXPLAIN QUERY PLAN'; cat "$SIM_ROOT/sql/$1.sql"; } |
        sed 's/figures_add(/coalesce(/' | sqlite3 -batch jobledger.db
}

@test "what runs when a fetch starts and for each of its jobs, and status, never goes through all jobs or answers" {
    "$JOBLEDGER" -q ingest - <<< job_id
    n=0
    for query in runs_unclosed run_digest_before answer_link_find run_close run_insert answer_newest due_reset open_count \
        open_page ever_resolved server_limit_find request_day_find durations select_named select_open select_source \
        select_page select_count job_find source_named statements_exist \
        job_state sources_of answer_insert answer_again job_object job_verdict job_gone job_trouble job_requests \
        anomaly_delete anomaly_insert answers_of change_insert verdict_statements verdict_document verdict_delete \
        verdict_insert useless_answer_upsert due_first due_set due_take run_update tally_add request_day_add \
        server_limit_upsert status_jobs status_oldest_open status_digest status_runs \
        show_job show_answers show_sources show_anomalies labels_of; do
        plan=$(plan queries/$query)
        if grep -E 'SCAN (main\.)?(job|answer|source_job|useless_answer|change|verdict|anomaly|reject)( |$)' <<< "$plan" |
            grep -vE 'USING (COVERING )?INDEX job_(open|due|undated|unfinished)'; then
            printf '%s:\n%s\n' $query "$plan"
            # The newest one, by its number, is the first that is looked at.
            [ $query = answer_newest ] || return 1
        fi
        n=$((n + 1))
    done
    [ $n -gt 50 ]
    for report in reconcile runs; do
        run plan reports/$report
        [[ $output != *'SCAN job'* && $output != *'SCAN source_job'* && $output != *'SCAN answer'* ]]
    done
}

@test "each index serves a query, and there is no other" {
    "$JOBLEDGER" -q ingest - <<< job_id
    # index: a query that uses it
    while read -r index query; do
        run plan "$query"
        [[ $output == *"$index"* ]] || { echo "$query: $output"; return 1; }
    done <<'END'
job_open queries/open_page
job_due queries/due_first
answer_job queries/answers_of
job_created queries/created_range
job_undated queries/figures_undated
source_job_source queries/source_job_delete
job_unfinished reports/reconcile
END
    same "$(query "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")" \
        "$(printf '%s\n' answer_job job_created job_due job_open job_undated job_unfinished source_job_source)"
}

durations() {
    sqlite3 -batch jobledger.db < "$SIM_ROOT/sql/queries/durations.sql"
}

@test "durations: the jobs that were created last count, however many are open" {
    ids 10 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    query "UPDATE job SET status = 'completed', model_used = 'm', created_at = id * 10, created_nsec = 500000000,
                          completed_at = id * 10 + id, completed_nsec = 0"
    query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49990)
           INSERT INTO job (job_id, status, first_seen_at, created_at, created_nsec)
           SELECT 'job_p' || i, 'pending', 0, 1000, 0 FROM n"
    same "$(durations | head -2)" $'m|500\nm|1500'
    same "$(durations | wc -l)" 10
    query "INSERT INTO job (job_id, status, first_seen_at, created_at, created_nsec) VALUES ('job_q', 'pending', 0, 1001, 0)"
    same "$(durations | wc -l)" 9
    # New ones, of which no creation is known, do not count at all.
    query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
           INSERT INTO job (job_id, first_seen_at) SELECT 'job_n' || i, 0 FROM n"
    same "$(durations | wc -l)" 9
}

@test "fetch --source takes the open jobs of that source, in the order of asking" {
    ids 6 a > a.csv
    ids 6 b > b.csv
    echo job_a000002 >> b.csv
    "$JOBLEDGER" -q ingest a.csv b.csv
    sim_start - <<'END'
on job_b000003 status=pending
default status=completed
END
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --job job_b000003 --job job_b000004
    : > "$SIM_LOG"
    jl fetch --base-url "$SIM_URL" --source b.csv -j 1
    ok
    same "$(cut -f 4 "$SIM_LOG" | sed 's|.*/job_||' | tr '\n' ' ')" 'a000002 b000001 b000002 b000005 b000006 b000003 '
}
