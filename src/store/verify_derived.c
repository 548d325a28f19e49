/* What is kept beside the answers, derived from them once more. */
#include <string.h>

#include "verify.h"

struct rederiving {
    struct verification *v;
    int64_t answer_id;
};

static enum result note_change(void *ctx, struct text field, struct text old, struct text new, struct error *err)
{
    const struct rederiving *r = ctx;
    struct call call = call_of(r->v->store, SQL_QUERIES_VERIFY_CHANGE_INSERT);
    call_int(&call, 1, r->answer_id);
    call_text(&call, 2, field);
    call_text(&call, 3, old);
    call_text(&call, 4, new);
    return call_run(&call, err);
}

static enum result note_changes(void *ctx, int64_t answer_id, struct error *err)
{
    struct rederiving *r = ctx;
    r->answer_id = answer_id;
    return history_changes(r->v->store->history, note_change, r, err);
}

static enum result differs(struct verification *v, enum sql_id query, int64_t key, bool *differs)
{
    struct call call = call_of(v->store, query);
    call_int(&call, 1, key);
    bool found;
    enum result result = call_row(&call, &found, v->err);
    *differs = found && sqlite3_column_int(call.stmt, 0);
    if (found)
        call_end(&call);
    return result;
}

static enum result clear(struct verification *v, enum sql_id query)
{
    struct call call = call_of(v->store, query);
    return call_run(&call, v->err);
}

/* ---- jobs with more than one answer that counts ---- */

static enum result check_facts(struct verification *v, int64_t key)
{
    const struct facts *facts = history_now(v->store->history);
    struct call job = call_of(v->store, SQL_QUERIES_VERIFY_JOB);
    call_int(&job, 1, key);
    bool found;
    char job_id[JOB_ID_MAX + 1] = "";
    enum result result = call_row(&job, &found, v->err);
    if (!found)
        return result;
    const char *different = verify_facts(&job, facts);
    text_printable(call_column_text(&job, VERIFY_JOB_ID), 0, job_id, sizeof job_id);
    call_end(&job);
    if (different)
        return verify_found(v, "job %s: its %s is not what its answers say", job_id, different);
    bool same_anomalies = true;
    bool changes_differ = false;
    result = verify_anomalies(v->store, key, facts->object, facts->gone, &same_anomalies, v->err);
    if (result == RESULT_OK && !same_anomalies)
        result = verify_found(v, "job %s: its anomalies are not those of its answer", job_id);
    if (result == RESULT_OK)
        result = differs(v, SQL_QUERIES_VERIFY_CHANGE_DIFFER, key, &changes_differ);
    return result == RESULT_OK && changes_differ
               ? verify_found(v, "job %s: its changes are not those between its answers", job_id)
               : result;
}

static enum result check_job(struct verification *v, int64_t key)
{
    struct rederiving r = {.v = v};
    struct error why;
    bool pruned = false;
    enum result result = clear(v, SQL_QUERIES_VERIFY_CHANGE_CLEAR);
    if (result != RESULT_OK)
        return result;
    /* An answer that can't be read was told already, as it is not what was archived. */
    if (store_relive(v->store, key, note_changes, &r, &pruned, &why) != RESULT_OK || pruned)
        return RESULT_OK;
    return check_facts(v, key);
}

static enum result check_jobs(struct verification *v)
{
    struct call call = call_of(v->store, SQL_QUERIES_VERIFY_JOB_LIST);
    bool more;
    enum result result = call_row(&call, &more, v->err);
    while (result == RESULT_OK && more) {
        result = check_job(v, sqlite3_column_int64(call.stmt, 0));
        if (result == RESULT_OK)
            result = call_row(&call, &more, v->err);
    }
    if (more)
        call_end(&call);
    return result;
}

/* ---- ground truth ---- */

static enum result check_verdicts_of(struct verification *v, int64_t key, struct text job_id)
{
    char shown[JOB_ID_MAX + 1];
    struct error why;
    bool verdicts_differ = false;
    enum result result = clear(v, SQL_QUERIES_VERIFY_VERDICT_CLEAR);
    if (result == RESULT_OK && store_judge(v->store, key, SQL_QUERIES_VERIFY_VERDICT_INSERT, &why) != RESULT_OK)
        return RESULT_OK; /* its answer can't be read, which was told */
    if (result == RESULT_OK)
        result = differs(v, SQL_QUERIES_VERIFY_VERDICT_DIFFER, key, &verdicts_differ);
    return result == RESULT_OK && verdicts_differ
               ? verify_found(v, "job %s: its verdicts are not those of ground truth on its answer",
                              text_printable(job_id, 0, shown, sizeof shown))
               : result;
}

static enum result check_verdicts(struct verification *v)
{
    struct call call = call_of(v->store, SQL_QUERIES_VERIFY_JUDGED);
    bool more;
    enum result result = call_row(&call, &more, v->err);
    while (result == RESULT_OK && more) {
        result = check_verdicts_of(v, sqlite3_column_int64(call.stmt, 0), call_column_text(&call, 1));
        if (result == RESULT_OK)
            result = call_row(&call, &more, v->err);
    }
    if (more)
        call_end(&call);
    return result;
}

enum result verify_derived(struct verification *v)
{
    enum result result = clear(v, SQL_QUERIES_VERIFY_JOB_CHANGED);
    if (result == RESULT_OK)
        result = check_jobs(v);
    return result == RESULT_OK ? check_verdicts(v) : result;
}
