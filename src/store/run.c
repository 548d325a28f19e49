#include <string.h>

#include "ledger.h"

/* Keeps the run's row in step, so that a run that is killed has its counts. ended: NULL while it lasts. */
static enum result update_run(struct store *store, const struct timestamp *ended, int exit_status, struct error *err)
{
    const struct store_run *run = &store->now.run;
    const uint64_t *by = run->by_status;
    const uint64_t values[] = {
        run->requests,      by[JOB_COMPLETED], by[JOB_FAILED],
        by[JOB_NOT_FOUND],  by[JOB_ERROR],     store_run_open(run),
        run->retries,       run->rate_limited,
    };
    struct call call = call_of(store, SQL_QUERIES_RUN_UPDATE);
    call_int(&call, 1, store->run_id);
    for (int i = 0; i < (int)(sizeof values / sizeof values[0]); i++)
        call_int(&call, i + 2, (int64_t)values[i]);
    call_int_or_null(&call, 10, ended != NULL, ended ? ended->sec : 0);
    call_int_or_null(&call, 11, ended != NULL, exit_status);
    call_int(&call, 12, store->now.bytes);
    call_int(&call, 13, store->now.seen);
    call_int(&call, 14, store->now.seen_at);
    return call_run(&call, err);
}

static enum result load_seen(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_RUN_SEEN);
    bool found;
    enum result result = call_row(&call, &found, err);
    store->now = (struct run_state){.bytes = 0};
    if (found) {
        store->now.seen = sqlite3_column_int64(call.stmt, 0);
        store->now.seen_at = sqlite3_column_int64(call.stmt, 1);
        call_end(&call);
    }
    return result;
}

static enum result insert_run(struct store *store, struct timestamp now, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_RUN_INSERT);
    call_int(&call, 1, now.sec);
    call_int(&call, 2, store->now.seen);
    call_int(&call, 3, store->now.seen_at);
    enum result result = call_run(&call, err);
    store->run_id = sqlite3_last_insert_rowid(store->db);
    return result;
}

enum result store_run_begin(struct store *store, struct timestamp now, struct error *err)
{
    store_queue_restart(store);
    enum result result = store_exec(store, CACHE_WRITING, err);
    if (result == RESULT_OK)
        result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = store_chain_close_runs(store, err); /* those that were killed */
    if (result == RESULT_OK)
        result = load_seen(store, err);
    if (result == RESULT_OK)
        result = insert_run(store, now, err);
    if (result == RESULT_OK)
        result = store_chain_load(store, err);
    if (result == RESULT_OK) {
        struct call reset = call_of(store, SQL_QUERIES_DUE_RESET);
        result = call_run(&reset, err);
    }
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

enum result store_commit(struct store *store, struct error *err)
{
    if (!store->unsaved)
        return RESULT_OK;
    store->unsaved = false;
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = update_run(store, NULL, 0, err);
    if (result == RESULT_OK)
        result = store_save_requests_of_day(store, err);
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

uint64_t store_run_open(const struct store_run *run)
{
    return run->by_status[JOB_NEW] + run->by_status[JOB_PENDING] + run->by_status[JOB_PROCESSING];
}

struct store_run store_run_so_far(const struct store *store)
{
    return store->now.run;
}

enum result store_run_end(struct store *store, const struct store_run *run, int exit_status, struct timestamp now,
                          struct error *err)
{
    enum result result = store_write_begin(store, err);
    store->now.run.requests = run->requests;
    store->now.run.retries = run->retries;
    store->now.run.rate_limited = run->rate_limited;
    if (result == RESULT_OK)
        result = update_run(store, &now, exit_status, err);
    if (result == RESULT_OK)
        result = store_chain_close_runs(store, err);
    if (result == RESULT_OK)
        result = store_save_requests_of_day(store, err);
    store->unsaved = false;
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

enum result store_note_outcome(struct store *store, const struct store_outcome *outcome, struct error *err)
{
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_OUTCOME_UPSERT);
    call_int(&call, 1, outcome->started_at.sec);
    call_int(&call, 2, outcome->ended_at.sec);
    call_int(&call, 3, outcome->exit_status);
    result = call_run(&call, err);
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

enum result store_ever_resolved(struct store *store, bool *ever, struct error *err)
{
    int64_t value;
    enum result result = store_single_int(store, SQL_QUERIES_EVER_RESOLVED, &value, err);
    *ever = value != 0;
    return result;
}
