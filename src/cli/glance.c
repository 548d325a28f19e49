#include "glance.h"

#include "decimal.h"

#define COST_TOTAL_MAX_CHF INT64_C(9000000000) /* as in the reports */

static enum result read_jobs(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, "queries/status_jobs", &rows, err);
    bool more = result == RESULT_OK;
    int64_t chf = 0;
    int64_t rest = 0; /* in 10^-9 CHF, added up apart so that neither can overflow */
    while (more) {
        result = store_next(rows, &more, err);
        enum job_status status;
        if (!more || !job_status_parse(store_text(rows, 0), &status))
            continue;
        glance->jobs[status] = (uint64_t)store_int(rows, 1);
        chf += store_int(rows, 2);
        rest += store_int(rows, 3);
    }
    store_rows_free(rows);
    if (result != RESULT_OK)
        return result;
    chf += rest / DECIMAL_ONE;
    rest %= DECIMAL_ONE;
    if (chf + (rest > 0) > COST_TOTAL_MAX_CHF)
        return error_set(err, RESULT_LEDGER, "the total cost is beyond 9000000000 CHF, more than is added up exactly");
    glance->cost_nano = chf * DECIMAL_ONE + rest;
    return RESULT_OK;
}

static enum result read_oldest(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(store, "queries/status_oldest_open", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    if (more) {
        struct text id = store_text(rows, 0);
        struct text created = store_text(rows, 1);
        strbuf_append(&glance->oldest_id, id.bytes, id.len);
        strbuf_append(&glance->oldest_created_at, created.bytes, created.len);
        glance->oldest_since = store_int(rows, 2);
        if (glance->oldest_id.failed || glance->oldest_created_at.failed)
            result = error_memory(err);
    }
    store_rows_free(rows);
    return result;
}

static enum result read_digest(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(store, "queries/status_digest", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    if (more) {
        struct text digest = store_text(rows, 0);
        strbuf_append(&glance->digest, digest.bytes, digest.len);
        glance->digest_run = store_int(rows, 1);
        result = glance->digest.failed ? error_memory(err) : RESULT_OK;
    }
    store_rows_free(rows);
    return result;
}

uint64_t glance_jobs(const struct glance *glance, unsigned states)
{
    uint64_t jobs = 0;
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        if (states & (1u << i))
            jobs += glance->jobs[i];
    return jobs;
}

enum result glance_read(struct store *store, struct glance *glance, struct error *err)
{
    *glance = (struct glance){0};
    enum result result = read_jobs(store, glance, err);
    if (result == RESULT_OK)
        result = read_oldest(store, glance, err);
    return result == RESULT_OK ? read_digest(store, glance, err) : result;
}

void glance_free(struct glance *glance)
{
    strbuf_free(&glance->oldest_id);
    strbuf_free(&glance->oldest_created_at);
    strbuf_free(&glance->digest);
}
