#include <string.h>

#include "ledger.h"

/* Keeps the run's row in step, so that a run that is killed has its counts. ended: NULL while it lasts. */
static enum result update_run(struct store *store, const struct timestamp *ended, int exit_status, struct error *err)
{
    const struct store_run *run = &store->run;
    const uint64_t *by = run->by_status;
    const uint64_t values[] = {
        run->requests,      by[JOB_COMPLETED], by[JOB_FAILED],
        by[JOB_NOT_FOUND],  by[JOB_ERROR],     by[JOB_NEW] + by[JOB_PENDING] + by[JOB_PROCESSING],
        run->retries,       run->rate_limited,
    };
    struct call call = call_of(store, SQL_QUERIES_RUN_UPDATE);
    call_int(&call, 1, store->run_id);
    for (int i = 0; i < (int)(sizeof values / sizeof values[0]); i++)
        call_int(&call, i + 2, (int64_t)values[i]);
    call_int_or_null(&call, 10, ended != NULL, ended ? ended->sec : 0);
    call_int_or_null(&call, 11, ended != NULL, exit_status);
    return call_run(&call, err);
}

enum result store_run_begin(struct store *store, struct timestamp now, struct error *err)
{
    store->run = (struct store_run){0};
    store->page_len = store->page_at = 0;
    store->page_last = false;
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_RUN_INSERT);
    call_int(&call, 1, now.sec);
    result = call_run(&call, err);
    store->run_id = sqlite3_last_insert_rowid(store->db);
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
    enum result result = update_run(store, NULL, 0, err);
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

struct store_run store_run_so_far(const struct store *store)
{
    return store->run;
}

enum result store_run_end(struct store *store, const struct store_run *run, int exit_status, struct timestamp now,
                          struct error *err)
{
    store->run.requests = run->requests;
    store->run.retries = run->retries;
    store->run.rate_limited = run->rate_limited;
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = update_run(store, &now, exit_status, err);
    store->unsaved = false;
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

static enum result load_page(struct store *store, struct error *err)
{
    const struct open_job *last = store->page_len ? &store->page[store->page_len - 1] : NULL;
    struct call call = call_of(store, SQL_QUERIES_OPEN_PAGE);
    call_int(&call, 1, last ? last->last_run : -1);
    call_int(&call, 2, last ? last->key : 0);
    call_int(&call, 3, store->run_id);
    store->page_len = store->page_at = 0;
    bool more = true;
    enum result result = RESULT_OK;
    while (store->page_len < OPEN_PAGE_SIZE) {
        result = call_row(&call, &more, err);
        if (!more)
            break;
        struct open_job *job = &store->page[store->page_len++];
        job->last_run = sqlite3_column_int64(call.stmt, 0);
        job->key = sqlite3_column_int64(call.stmt, 1);
        const char *id = (const char *)sqlite3_column_text(call.stmt, 2);
        size_t len = id ? (size_t)sqlite3_column_bytes(call.stmt, 2) : 0;
        len = len > JOB_ID_MAX ? JOB_ID_MAX : len;
        if (len > 0)
            memcpy(job->job_id, id, len);
        job->job_id[len] = '\0';
    }
    if (more)
        call_end(&call);
    store->page_last = !more;
    return result;
}

enum result store_next_open(struct store *store, int64_t *key, char job_id[static JOB_ID_MAX + 1], bool *end,
                            struct error *err)
{
    *end = false;
    if (store->page_at == store->page_len && !store->page_last) {
        enum result result = load_page(store, err);
        if (result != RESULT_OK)
            return result;
    }
    if (store->page_at == store->page_len) {
        *end = true;
        return RESULT_OK;
    }
    const struct open_job *job = &store->page[store->page_at++];
    *key = job->key;
    memcpy(job_id, job->job_id, sizeof job->job_id);
    return RESULT_OK;
}

static enum result single_int(struct store *store, enum sql_id id, int64_t *value, struct error *err)
{
    struct call call = call_of(store, id);
    bool found;
    enum result result = call_row(&call, &found, err);
    *value = 0;
    if (found) {
        *value = sqlite3_column_int64(call.stmt, 0);
        call_end(&call);
    }
    return result;
}

enum result store_count_open(struct store *store, uint64_t *count, struct error *err)
{
    int64_t value;
    enum result result = single_int(store, SQL_QUERIES_OPEN_COUNT, &value, err);
    *count = (uint64_t)value;
    return result;
}

enum result store_ever_resolved(struct store *store, bool *ever, struct error *err)
{
    int64_t value;
    enum result result = single_int(store, SQL_QUERIES_EVER_RESOLVED, &value, err);
    *ever = value != 0;
    return result;
}
