/* Removes answers whose time is over. What they were stays provable: the digest of each body, its length, its link. */
#include "ledger.h"

enum result store_prune_plan(struct store *store, struct timestamp before, struct store_pruned *plan,
                             struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_PRUNE_PLAN);
    call_int(&call, 1, before.sec);
    bool found;
    enum result result = call_row(&call, &found, err);
    *plan = (struct store_pruned){0};
    if (found) {
        plan->jobs = (uint64_t)sqlite3_column_int64(call.stmt, 0);
        plan->answers = (uint64_t)sqlite3_column_int64(call.stmt, 1);
        plan->bytes = (uint64_t)sqlite3_column_int64(call.stmt, 2);
        call_end(&call);
    }
    return result;
}

static enum result prune_answers(struct store *store, int64_t key, struct timestamp now, struct store_pruned *done,
                                 struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_PRUNE_ANSWERS);
    call_int(&call, 1, key);
    call_int(&call, 2, now.sec);
    bool more;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        done->answers++;
        done->bytes += (uint64_t)sqlite3_column_int64(call.stmt, 0);
        result = call_row(&call, &more, err);
    }
    return result;
}

static enum result prune_job(struct store *store, int64_t key, struct timestamp now, struct store_pruned *done,
                             struct error *err)
{
    static const enum sql_id beside[] = {SQL_QUERIES_PRUNE_CHANGES, SQL_QUERIES_PRUNE_VERDICTS,
                                         SQL_QUERIES_PRUNE_USELESS};
    enum result result = prune_answers(store, key, now, done, err);
    for (size_t i = 0; result == RESULT_OK && i < sizeof beside / sizeof beside[0]; i++) {
        struct call call = call_of(store, beside[i]);
        call_int(&call, 1, key);
        result = call_run(&call, err);
    }
    done->jobs += result == RESULT_OK;
    return result;
}

static enum result page_of_jobs(struct store *store, struct timestamp before, int64_t behind,
                                int64_t keys[static PAGE_SIZE], size_t *count, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_PRUNE_JOBS);
    call_int(&call, 1, before.sec);
    call_int(&call, 2, behind);
    bool more = true;
    enum result result = RESULT_OK;
    *count = 0;
    while (result == RESULT_OK && more && *count < PAGE_SIZE) {
        result = call_row(&call, &more, err);
        if (result == RESULT_OK && more)
            keys[(*count)++] = sqlite3_column_int64(call.stmt, 0);
    }
    call_end(&call);
    return result;
}

static enum result count_pruned(struct store *store, int64_t prune_id, const struct store_pruned *page,
                                struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_PRUNE_COUNT);
    call_int(&call, 1, prune_id);
    call_int(&call, 2, (int64_t)page->answers);
    call_int(&call, 3, (int64_t)page->bytes);
    return call_run(&call, err);
}

static enum result prune_page(struct store *store, int64_t prune_id, const int64_t *keys, size_t count,
                              struct timestamp now, struct store_pruned *done, struct error *err)
{
    struct store_pruned page = {0};
    enum result result = store_write_begin(store, err);
    for (size_t i = 0; result == RESULT_OK && i < count; i++)
        result = prune_job(store, keys[i], now, &page, err);
    if (result == RESULT_OK)
        result = count_pruned(store, prune_id, &page, err);
    if (result != RESULT_OK) {
        store_rollback(store);
        return result;
    }
    result = store_write_end(store, err);
    done->jobs += page.jobs;
    done->answers += page.answers;
    done->bytes += page.bytes;
    return result;
}

static enum result begin(struct store *store, struct timestamp before, struct timestamp now, int64_t *prune_id,
                         struct error *err)
{
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_PRUNE_INSERT);
    call_int(&call, 1, now.sec);
    call_int(&call, 2, before.sec);
    result = call_run(&call, err);
    *prune_id = sqlite3_last_insert_rowid(store->db);
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

/* Free pages, and what balancing once left between the rows of others, may hold old bodies: all is written anew. */
static enum result wipe(struct store *store, struct error *err)
{
    enum result result = store_exec(store, "VACUUM", err);
    if (result != RESULT_OK)
        return result;
    int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc == SQLITE_OK)
        return RESULT_OK;
    if ((rc & 0xFF) != SQLITE_BUSY)
        return store_failure(store, "can't be used", err);
    return error_set(err, RESULT_LEDGER, "%s: what was pruned may stand in its write-ahead log, since another program "
                     "reads the ledger; run the same again when it is done", store->name);
}

static enum result end(struct store *store, struct timestamp now, struct error *err)
{
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_PRUNE_END);
    call_int(&call, 1, now.sec);
    result = call_run(&call, err);
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

static enum result prune_all(struct store *store, struct timestamp before, struct timestamp now,
                             struct store_pruned *done, struct error *err)
{
    int64_t keys[PAGE_SIZE];
    int64_t prune_id = 0;
    size_t count = 0;
    int64_t behind = 0;
    enum result result = begin(store, before, now, &prune_id, err);
    do {
        if (result == RESULT_OK)
            result = page_of_jobs(store, before, behind, keys, &count, err);
        if (result == RESULT_OK && count > 0) {
            result = prune_page(store, prune_id, keys, count, now, done, err);
            behind = keys[count - 1];
        }
    } while (result == RESULT_OK && count > 0);
    return result;
}

enum result store_prune(struct store *store, struct timestamp before, struct timestamp now, struct store_pruned *done,
                        struct error *err)
{
    struct store_pruned plan;
    int64_t unended = 0;
    *done = (struct store_pruned){0};
    enum result result = store_prune_plan(store, before, &plan, err);
    if (result == RESULT_OK && plan.jobs > 0)
        result = prune_all(store, before, now, done, err);
    if (result == RESULT_OK)
        result = store_single_int(store, SQL_QUERIES_PRUNE_UNENDED, &unended, err);
    if (result != RESULT_OK || !unended)
        return result;
    result = wipe(store, err);
    return result == RESULT_OK ? end(store, now, err) : result;
}
