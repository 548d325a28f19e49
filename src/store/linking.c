/* Keeps the chain over the archive in step with it. */
#include <string.h>

#include "ledger.h"

bool store_sum(const struct call *call, int column, uint8_t out[static SHA256_SIZE])
{
    const void *sum = sqlite3_column_blob(call->stmt, column);
    if (!sum || sqlite3_column_bytes(call->stmt, column) != SHA256_SIZE)
        return false;
    memcpy(out, sum, SHA256_SIZE);
    return true;
}

enum result store_chain_load(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_ANSWER_NEWEST);
    bool found;
    enum result result = call_row(&call, &found, err);
    memset(store->now.link, 0, sizeof store->now.link);
    if (!found)
        return result;
    bool linked = store_sum(&call, 1, store->now.link);
    int64_t id = sqlite3_column_int64(call.stmt, 0);
    call_end(&call);
    return linked ? RESULT_OK
                  : error_set(err, RESULT_LEDGER, "%s: answer number %lld has no place in the chain; see `jobledger "
                              "verify`", store->name, (long long)id);
}

/* ---- runs ---- */

struct chain_run store_chain_run(const struct call *call)
{
    struct chain_run run = {sqlite3_column_int64(call->stmt, 0), sqlite3_column_int64(call->stmt, 1),
                            sqlite3_column_int64(call->stmt, 2), NULL, {{0}}};
    for (int i = 0; i < CHAIN_FIGURES; i++)
        run.figures[i] = (struct chain_number){sqlite3_column_type(call->stmt, 3 + i) != SQLITE_NULL,
                                               sqlite3_column_int64(call->stmt, 3 + i)};
    return run;
}

/* The first of what the query finds by id; zeros where there is nothing. */
static enum result sum_of(struct store *store, enum sql_id query, int64_t id, uint8_t out[static SHA256_SIZE],
                          struct error *err)
{
    struct call call = call_of(store, query);
    call_int(&call, 1, id);
    bool found;
    enum result result = call_row(&call, &found, err);
    memset(out, 0, SHA256_SIZE);
    if (found) {
        store_sum(&call, 0, out);
        call_end(&call);
    }
    return result;
}

static enum result close_run(struct store *store, struct chain_run run, struct error *err)
{
    uint8_t before[SHA256_SIZE];
    uint8_t link[SHA256_SIZE];
    uint8_t digest[SHA256_SIZE];
    enum result result = sum_of(store, SQL_QUERIES_RUN_DIGEST_BEFORE, run.run, before, err);
    if (result == RESULT_OK)
        result = sum_of(store, SQL_QUERIES_ANSWER_LINK_FIND, run.last_answer, link, err);
    if (result != RESULT_OK)
        return result;
    run.last_link = link;
    if (!chain_digest(before, &run, digest))
        return error_memory(err);
    struct call call = call_of(store, SQL_QUERIES_RUN_CLOSE);
    call_int(&call, 1, run.run);
    call_blob(&call, 2, digest, sizeof digest);
    call_int(&call, 3, run.last_answer);
    return call_run(&call, err);
}

enum result store_chain_close_runs(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_RUNS_UNCLOSED);
    bool more;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        result = close_run(store, store_chain_run(&call), err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result;
}

/* ---- ledgers from before there was a chain ---- */

static enum result link_answer(struct store *store, const struct call *row, struct error *err)
{
    uint8_t sha256[SHA256_SIZE] = {0};
    struct chain_answer answer = {
        .job_id = call_column_text(row, 1),
        .run = sqlite3_column_int64(row->stmt, 2),
        .received_at = sqlite3_column_int64(row->stmt, 3),
        .http_status = sqlite3_column_int64(row->stmt, 4),
        .request_id = call_column_text(row, 5),
        .server_ms = sqlite3_column_type(row->stmt, 6) == SQLITE_NULL ? -1 : sqlite3_column_int64(row->stmt, 6),
        .sha256 = sha256,
    };
    store_sum(row, 7, sha256);
    if (!chain_link(store->now.link, &answer, store->now.link))
        return error_memory(err);
    struct call call = call_of(store, SQL_QUERIES_ANSWER_LINK);
    call_int(&call, 1, sqlite3_column_int64(row->stmt, 0));
    call_blob(&call, 2, store->now.link, sizeof store->now.link);
    return call_run(&call, err);
}

enum result store_chain_make(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_ANSWERS_UNLINKED);
    bool more;
    memset(store->now.link, 0, sizeof store->now.link);
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        result = link_answer(store, &call, err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result == RESULT_OK ? store_chain_close_runs(store, err) : result;
}
