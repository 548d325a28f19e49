#include "jobs.h"

#include "rows.h"

/* The columns of queries/each_job. */
enum column {
    JOB_ID_COLUMN, STATUS, MODEL_USED, TIME_NANO, TIME_SPELLING, COST_NANO, CONFIDENCE_NANO, CONFIDENCE_SPELLING,
    ERROR_CODE, ERROR_MESSAGE, HTTP_STATUS, CREATED_AT, CREATED_NSEC, COMPLETED_AT, COMPLETED_NSEC, FIRST_SEEN_AT,
    RESOLVED_AT, POLLS, SOURCE_ID, CELLS, COLUMN_COUNT,
};

struct visit {
    store_job_visitor *visitor;
    void *ctx;
    enum result result;
    struct error *err;
};

static struct text text_in(sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return TEXT_NONE;
    const char *bytes = sqlite3_value_blob(value); /* NULL for an empty text, too */
    return bytes ? (struct text){bytes, (size_t)sqlite3_value_bytes(value)} : text_of("");
}

static struct measure measure_in(sqlite3_value *nano, sqlite3_value *spelling)
{
    bool known = sqlite3_value_type(nano) != SQLITE_NULL;
    return (struct measure){known, known ? sqlite3_value_int64(nano) : 0, spelling ? text_in(spelling) : TEXT_NONE};
}

static struct moment moment_in(sqlite3_value *sec, sqlite3_value *nsec)
{
    bool known = sqlite3_value_type(sec) != SQLITE_NULL;
    struct timestamp at = {known ? sqlite3_value_int64(sec) : 0, known && nsec ? sqlite3_value_int(nsec) : 0};
    return (struct moment){known, at};
}

static void hand_over(struct visit *visit, sqlite3_value **v)
{
    const struct store_job_row row = {
        .job_id = text_in(v[JOB_ID_COLUMN]),
        .status = text_in(v[STATUS]),
        .model_used = text_in(v[MODEL_USED]),
        .processing_time = measure_in(v[TIME_NANO], v[TIME_SPELLING]),
        .cost_chf = measure_in(v[COST_NANO], NULL),
        .confidence = measure_in(v[CONFIDENCE_NANO], v[CONFIDENCE_SPELLING]),
        .error_code = text_in(v[ERROR_CODE]),
        .error_message = text_in(v[ERROR_MESSAGE]),
        .http_status = sqlite3_value_int64(v[HTTP_STATUS]),
        .created_at = moment_in(v[CREATED_AT], v[CREATED_NSEC]),
        .completed_at = moment_in(v[COMPLETED_AT], v[COMPLETED_NSEC]),
        .first_seen_at = moment_in(v[FIRST_SEEN_AT], NULL),
        .resolved_at = moment_in(v[RESOLVED_AT], NULL),
        .polls = sqlite3_value_int64(v[POLLS]),
        .source_id = sqlite3_value_int64(v[SOURCE_ID]),
        .cells = text_in(v[CELLS]),
    };
    visit->result = visit->visitor(visit->ctx, &row, visit->err);
}

static void jobs_add(sqlite3_context *context, int argc, sqlite3_value **values)
{
    struct visit *visit = ((struct store *)sqlite3_user_data(context))->visit;
    (void)argc;
    if (!visit)
        sqlite3_result_error(context, "jobs_add() is of use to jobledger alone", -1);
    else
        hand_over(visit, values);
}

enum result jobs_register(struct store *store, struct error *err)
{
    if (sqlite3_create_function_v2(store->db, "jobs_add", COLUMN_COUNT, SQLITE_UTF8 | SQLITE_DIRECTONLY, store,
                                   jobs_add, NULL, NULL, NULL) != SQLITE_OK)
        return store_failure(store, "can't be used", err);
    return RESULT_OK;
}

static void hand_over_columns(struct visit *visit, sqlite3_stmt *stmt)
{
    sqlite3_value *values[COLUMN_COUNT];
    for (int i = 0; i < COLUMN_COUNT; i++)
        values[i] = sqlite3_column_value(stmt, i);
    hand_over(visit, values);
}

enum result store_each_job(struct store *store, store_job_visitor *visitor, void *ctx, struct error *err)
{
    struct visit visit = {visitor, ctx, RESULT_OK, err};
    struct store_rows *rows;
    bool within = !store->filter;
    bool more = true;
    enum result result = store_query(store, within ? "queries/each_job_within" : "queries/each_job", &rows, err);
    store->visit = within ? &visit : NULL;
    while (result == RESULT_OK && more && visit.result == RESULT_OK) {
        result = store_next(rows, &more, err);
        if (!within && result == RESULT_OK && more)
            hand_over_columns(&visit, rows->stmt);
    }
    store->visit = NULL;
    store_rows_free(rows);
    return result == RESULT_OK ? visit.result : result;
}
