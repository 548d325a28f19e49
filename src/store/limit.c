/* What limits the requests, kept from run to run. */
#include "ledger.h"

enum result store_requests_of_day(struct store *store, int64_t day, uint64_t *requests, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_REQUEST_DAY_FIND);
    call_int(&call, 1, day);
    bool found;
    enum result result = call_row(&call, &found, err);
    *requests = day == store->request_day ? store->day_requests : 0;
    if (found) {
        *requests += (uint64_t)sqlite3_column_int64(call.stmt, 0);
        call_end(&call);
    }
    return result;
}

enum result store_save_requests_of_day(struct store *store, struct error *err)
{
    if (store->day_requests == 0)
        return RESULT_OK;
    struct call call = call_of(store, SQL_QUERIES_REQUEST_DAY_ADD);
    call_int(&call, 1, store->request_day);
    call_int(&call, 2, (int64_t)store->day_requests);
    store->day_requests = 0;
    return call_run(&call, err);
}

void store_count_request(struct store *store, int64_t day)
{
    /* The few of yesterday that no commit has taken along at midnight count as today's. */
    store->request_day = day;
    store->day_requests++;
    store->unsaved = true;
}

enum result store_limit_load(struct store *store, const char *base_url, struct store_limit *limit, bool *known,
                             struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SERVER_LIMIT_FIND);
    call_text(&call, 1, text_of(base_url));
    *limit = (struct store_limit){0};
    enum result result = call_row(&call, known, err);
    if (*known) {
        sqlite3_stmt *row = call.stmt;
        *limit = (struct store_limit){
            .requests = sqlite3_column_int64(row, 0),
            .remaining = sqlite3_column_int64(row, 1),
            .stated_at = {sqlite3_column_int64(row, 2), (int32_t)sqlite3_column_int(row, 3)},
            .reset_at = {sqlite3_column_int64(row, 4), (int32_t)sqlite3_column_int(row, 5)},
            .refill_per_day = sqlite3_column_int64(row, 6),
        };
        call_end(&call);
    }
    return result;
}

enum result store_limit_save(struct store *store, const char *base_url, const struct store_limit *limit,
                             struct error *err)
{
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_SERVER_LIMIT_UPSERT);
    call_text(&call, 1, text_of(base_url));
    call_int(&call, 2, limit->requests);
    call_int(&call, 3, limit->remaining);
    call_int(&call, 4, limit->stated_at.sec);
    call_int(&call, 5, limit->stated_at.nsec);
    call_int(&call, 6, limit->reset_at.sec);
    call_int(&call, 7, limit->reset_at.nsec);
    call_int(&call, 8, limit->refill_per_day);
    store->unsaved = true;
    return call_run(&call, err);
}
