/* The columns of a job held against a reading of its answer. */
#include <string.h>

#include "verify.h"

static bool same_text(const struct call *call, int column, struct text expected)
{
    struct text actual = call_column_text(call, column);
    return !actual.bytes == !expected.bytes && text_equal(actual, expected);
}

static bool same_int(const struct call *call, int column, bool known, int64_t expected)
{
    bool actual = sqlite3_column_type(call->stmt, column) != SQLITE_NULL;
    return actual == known && (!known || sqlite3_column_int64(call->stmt, column) == expected);
}

static bool same_measure(const struct call *call, int column, const struct measure *measure)
{
    return same_int(call, column, measure->known, measure->nano);
}

static bool same_spelling(const struct call *call, int column, const struct measure *measure)
{
    return same_text(call, column, store_spelling(measure));
}

static bool same_moment(const struct call *call, int column, const struct moment *moment)
{
    return same_int(call, column, moment->known, moment->at.sec) &&
           same_int(call, column + 1, moment->known, moment->at.nsec);
}

const char *verify_columns(const struct call *call, int first, const struct reading *object)
{
    if (!same_text(call, first + VERIFY_MODEL, object->model_used))
        return "model_used";
    if (!same_measure(call, first + VERIFY_TIME, &object->processing_time) ||
        !same_spelling(call, first + VERIFY_TIME_SPELLING, &object->processing_time))
        return "processing_time";
    if (!same_measure(call, first + VERIFY_COST, &object->cost_chf))
        return "cost_chf";
    if (!same_measure(call, first + VERIFY_CONFIDENCE, &object->confidence) ||
        !same_spelling(call, first + VERIFY_CONFIDENCE_SPELLING, &object->confidence))
        return "confidence";
    if (!same_moment(call, first + VERIFY_CREATED, &object->created_at))
        return "created_at";
    if (!same_moment(call, first + VERIFY_COMPLETED, &object->completed_at))
        return "completed_at";
    return NULL;
}

const char *verify_error(const struct call *call, int first, const struct reading *said)
{
    /* A failed attempt since then has put its own in their place. */
    if (sqlite3_column_int(call->stmt, first + VERIFY_IN_TROUBLE))
        return NULL;
    if (!same_text(call, first + VERIFY_ERROR_CODE, said->error_code))
        return "error_code";
    if (!same_text(call, first + VERIFY_ERROR_MESSAGE, said->error_message))
        return "error_message";
    return same_text(call, first + VERIFY_TRACE_ID, said->trace_id) ? NULL : "trace_id";
}

const char *verify_facts(const struct call *job, const struct facts *facts)
{
    static const struct reading nothing;
    const struct reading *object = facts->object ? facts->object : &nothing;
    if (!text_is(call_column_text(job, VERIFY_STATUS), job_status_name(facts->status)))
        return "status";
    if (sqlite3_column_int(job->stmt, VERIFY_EVER_RESOLVED) != facts->ever_resolved)
        return "status";
    if (!same_int(job, VERIFY_RESOLVED_AT, !job_status_open(facts->status), facts->resolved_at))
        return "resolved_at";
    const char *different = verify_columns(job, 0, object);
    return different ? different : verify_error(job, 0, facts->verdict ? facts->verdict : object);
}

/* The reading's anomaly for the field; NULL: none. */
static const struct anomaly *anomaly_of(const struct reading *object, struct text field)
{
    for (size_t i = 0; object && i < object->anomaly_count; i++)
        if (text_is(field, object->anomalies[i].field))
            return &object->anomalies[i];
    return NULL;
}

/* gone takes the place of what the answer had said of the status. */
static bool same_anomaly(const struct call *call, const struct reading *object, bool gone)
{
    struct text field = call_column_text(call, 0);
    if (gone && text_is(field, "status"))
        return text_is(call_column_text(call, 1), "gone") && text_is(call_column_text(call, 2), "404");
    const struct anomaly *anomaly = anomaly_of(object, field);
    return anomaly && text_is(call_column_text(call, 1), anomaly->problem) && same_text(call, 2, anomaly->value);
}

enum result verify_anomalies(struct store *store, int64_t key, const struct reading *object, bool gone, bool *same,
                             struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_VERIFY_ANOMALIES);
    call_int(&call, 1, key);
    size_t expected = object ? object->anomaly_count : 0;
    expected += gone && !anomaly_of(object, text_of("status"));
    size_t count = 0;
    bool more;
    *same = true;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        count++;
        *same = *same && same_anomaly(&call, object, gone);
        result = call_row(&call, &more, err);
    }
    *same = *same && count == expected;
    return result;
}
