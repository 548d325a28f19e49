/* What is kept beside the answers because it follows from them: changes of resolved jobs, and verdicts on extracted
 * data by ground truth; and all of it anew, with the columns of jobs, where answers are read otherwise than before. */
#include "ledger.h"

#include "extracted.h"
#include "judge.h"
#include "verify.h"

static const char *const outcomes[] = {
    [VERDICT_MATCHED] = "matched", [VERDICT_MISMATCHED] = "mismatched", [VERDICT_MISSING] = "missing",
};

/* ---- verdicts ---- */

enum result store_has_statements(struct store *store, bool *has, struct error *err)
{
    enum result result = RESULT_OK;
    if (store->statements_known == STATEMENTS_UNKNOWN) {
        int64_t exist = 0;
        result = store_single_int(store, SQL_QUERIES_STATEMENTS_EXIST, &exist, err);
        if (result == RESULT_OK)
            store->statements_known = exist ? STATEMENTS_SOME : STATEMENTS_NONE;
    }
    *has = store->statements_known == STATEMENTS_SOME;
    return result;
}

static enum result delete_verdicts(struct store *store, int64_t key, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_VERDICT_DELETE);
    call_int(&call, 1, key);
    return call_run(&call, err);
}

static enum result insert_verdict(struct store *store, enum sql_id insert, int64_t key, struct text path,
                                  struct text expected, const struct json *data, struct error *err)
{
    struct text extracted;
    enum verdict verdict = judge(expected, data, path, &store->scratch, &extracted);
    if (store->scratch.failed)
        return error_memory(err);
    struct call call = call_of(store, insert);
    call_int(&call, 1, key);
    call_text(&call, 2, path);
    call_text(&call, 3, expected);
    call_text(&call, 4, extracted);
    call_text(&call, 5, text_of(outcomes[verdict]));
    return call_run(&call, err);
}

static enum result insert_verdicts(struct store *store, enum sql_id insert, int64_t key, const struct json *data,
                                   struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_VERDICT_STATEMENTS);
    call_int(&call, 1, key);
    bool more;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        result = insert_verdict(store, insert, key, call_column_text(&call, 0), call_column_text(&call, 1), data,
                                err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result;
}

/* *pruned: it is past its time, and what was found once can't be found again. */
static enum result read_document(struct store *store, int64_t key, const struct json **document, bool *pruned,
                                 struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_VERDICT_DOCUMENT);
    call_int(&call, 1, key);
    bool found;
    const char *problem = NULL;
    *document = NULL;
    *pruned = false;
    enum result result = call_row(&call, &found, err);
    if (!found)
        return result;
    *pruned = sqlite3_column_int(call.stmt, 1);
    if (!store->json)
        store->json = json_reader_new();
    if (store->json && !*pruned)
        *document = json_read(store->json, call_column_text(&call, 0), &problem);
    call_end(&call);
    if (!store->json)
        return error_memory(err);
    if (*document || *pruned)
        return RESULT_OK;
    return error_set(err, RESULT_LEDGER, "%s: the last answer of job number %lld can't be read: %s", store->name,
                     (long long)key, problem);
}

enum result store_judge(struct store *store, int64_t key, enum sql_id insert, struct error *err)
{
    const struct json *document;
    bool pruned;
    enum result result = read_document(store, key, &document, &pruned, err);
    return result == RESULT_OK && document ? insert_verdicts(store, insert, key, extracted_data(document), err)
                                           : result;
}

enum result store_judge_job(struct store *store, int64_t key, struct error *err)
{
    const struct json *document;
    bool pruned;
    enum result result = read_document(store, key, &document, &pruned, err);
    if (result != RESULT_OK || pruned)
        return result;
    result = delete_verdicts(store, key, err);
    return result == RESULT_OK ? store_judge(store, key, SQL_QUERIES_VERDICT_INSERT, err) : result;
}

enum result store_rejudge(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_REJUDGE_JOBS);
    bool more;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        result = store_judge_job(store, sqlite3_column_int64(call.stmt, 0), err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result;
}

/* ---- changes ---- */

struct change {
    struct store *store;
    int64_t key;
    int64_t answer_id;
};

static enum result insert_change(void *ctx, struct text field, struct text old, struct text new, struct error *err)
{
    const struct change *change = ctx;
    struct call call = call_of(change->store, SQL_QUERIES_CHANGE_INSERT);
    call_int(&call, 1, change->key);
    call_int(&call, 2, change->answer_id);
    call_text(&call, 3, field);
    call_text(&call, 4, old);
    call_text(&call, 5, new);
    return call_run(&call, err);
}

static enum result need_history(struct store *store, struct error *err)
{
    if (!store->history)
        store->history = history_new(&store->reader);
    return store->history ? RESULT_OK : error_memory(err);
}

enum result store_relive(struct store *store, int64_t key, relived *each, void *ctx, bool *pruned, struct error *err)
{
    enum result result = need_history(store, err);
    *pruned = false;
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_ANSWERS_OF);
    call_int(&call, 1, key);
    bool more;
    result = call_row(&call, &more, err);
    history_start(store->history, more ? call_column_text(&call, 0).bytes : "");
    while (result == RESULT_OK && more) {
        struct answer answer = {.http_status = sqlite3_column_int(call.stmt, 2), .body = call_column_text(&call, 3),
                                .server_ms = -1, .received_at = {sqlite3_column_int64(call.stmt, 4), 0}};
        bool is_pruned = sqlite3_column_type(call.stmt, 5) != SQLITE_NULL;
        *pruned |= is_pruned;
        if (is_pruned)
            history_skip(store->history, sqlite3_column_int(call.stmt, 6));
        else
            result = history_add(store->history, &answer, err);
        if (result == RESULT_OK && !is_pruned && each)
            result = each(ctx, sqlite3_column_int64(call.stmt, 1), err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result;
}

enum result store_note_changes(struct store *store, int64_t key, int64_t answer_id, struct error *err)
{
    struct change change = {store, key, answer_id};
    return history_changes(store->history, insert_change, &change, err);
}

/* ---- all of it anew ---- */

static enum result repair_answer(struct store *store, int64_t answer_id, struct text repaired, struct text kept,
                                 struct error *err)
{
    if (!repaired.bytes == !kept.bytes && text_equal(repaired, kept))
        return RESULT_OK;
    struct call call = call_of(store, SQL_QUERIES_ANSWER_REPAIR);
    call_int(&call, 1, answer_id);
    call_text(&call, 2, repaired);
    return call_run(&call, err);
}

static enum result update_job(struct store *store, int64_t key, const struct facts *facts, struct error *err)
{
    static const struct reading nothing;
    const struct reading *object = facts->object ? facts->object : &nothing;
    const struct reading *said = facts->verdict ? facts->verdict : object;
    struct call call = call_of(store, SQL_QUERIES_JOB_DERIVE);
    call_int(&call, 1, key);
    call_text(&call, 2, text_of(job_status_name(facts->status)));
    call_int(&call, 3, facts->ever_resolved);
    store_bind_object(&call, 4, object);
    call_int_or_null(&call, 14, !job_status_open(facts->status), facts->resolved_at);
    call_text(&call, 15, said->error_code);
    call_text(&call, 16, said->error_message);
    call_text(&call, 17, said->trace_id);
    return call_run(&call, err);
}

/* How a job counts overall. */
struct counted {
    struct tally_job tally;
    int64_t took_nano;
};

static struct counted counted_of(const struct facts *facts)
{
    static const struct reading nothing;
    const struct reading *object = facts->object ? facts->object : &nothing;
    return (struct counted){
        {facts->status, object->cost_chf.known ? object->cost_chf.nano : 0},
        facts->status == JOB_COMPLETED ? took_nano(&object->created_at, &object->completed_at) : -1,
    };
}

static struct moment moment_at(const struct call *job, int column)
{
    return (struct moment){sqlite3_column_type(job->stmt, column) != SQLITE_NULL,
                           {sqlite3_column_int64(job->stmt, column), sqlite3_column_int(job->stmt, column + 1)}};
}

static struct counted counted_as(const struct call *job)
{
    struct counted counted = {{JOB_NEW, sqlite3_column_int64(job->stmt, VERIFY_COST)}, -1};
    struct moment created = moment_at(job, VERIFY_CREATED);
    struct moment completed = moment_at(job, VERIFY_COMPLETED);
    job_status_parse(call_column_text(job, VERIFY_STATUS), &counted.tally.status);
    if (counted.tally.status == JOB_COMPLETED)
        counted.took_nano = took_nano(&created, &completed);
    return counted;
}

static enum result count_anew(struct store *store, int64_t key, struct counted before, struct counted after,
                              struct error *err)
{
    enum result result = tally_move(store, key, before.tally, after.tally, err);
    if (result == RESULT_OK)
        result = took_count(store, before.took_nano, -1, err);
    return result == RESULT_OK ? took_count(store, after.took_nano, 1, err) : result;
}

/* What the job has from its answers, where it is not what they say by now. */
static enum result derive_columns(struct store *store, int64_t key, const struct facts *facts, struct error *err)
{
    struct call job = call_of(store, SQL_QUERIES_VERIFY_JOB);
    call_int(&job, 1, key);
    bool found;
    enum result result = call_row(&job, &found, err);
    if (!found)
        return result;
    struct counted before = counted_as(&job);
    bool differs = verify_facts(&job, facts) != NULL;
    call_end(&job);
    if (!differs)
        return RESULT_OK;
    result = update_job(store, key, facts, err);
    return result == RESULT_OK ? count_anew(store, key, before, counted_of(facts), err) : result;
}

/* Behind the last answer of a job; key 0: there was none. */
static enum result derive_job(struct store *store, int64_t key, struct error *err)
{
    const struct facts *facts = history_now(store->history);
    bool same = true;
    if (key == 0)
        return RESULT_OK;
    enum result result = derive_columns(store, key, facts, err);
    if (result == RESULT_OK)
        result = verify_anomalies(store, key, facts->object, facts->gone, &same, err);
    return result == RESULT_OK && !same ? store_save_anomalies(store, key, facts->object, facts->gone, err) : result;
}

static enum result derive_answer(struct store *store, const struct call *row, int64_t *last_key, struct error *err)
{
    int64_t key = sqlite3_column_int64(row->stmt, 1);
    int64_t answer_id = sqlite3_column_int64(row->stmt, 2);
    struct answer answer = {.http_status = sqlite3_column_int(row->stmt, 3), .body = call_column_text(row, 4),
                            .server_ms = -1, .received_at = {sqlite3_column_int64(row->stmt, 6), 0}};
    enum result result = RESULT_OK;
    if (key != *last_key) {
        result = derive_job(store, *last_key, err);
        history_start(store->history, call_column_text(row, 0).bytes);
    }
    *last_key = key;
    if (result == RESULT_OK)
        result = history_add(store->history, &answer, err);
    if (result == RESULT_OK)
        result = repair_answer(store, answer_id, history_reading(store->history)->repaired, call_column_text(row, 5),
                               err);
    return result == RESULT_OK ? store_note_changes(store, key, answer_id, err) : result;
}

static enum result derive_jobs(struct store *store, struct error *err)
{
    enum result result = need_history(store, err);
    struct call clear = call_of(store, SQL_QUERIES_CHANGE_CLEAR);
    if (result == RESULT_OK)
        result = call_run(&clear, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_ANSWERS_ALL);
    int64_t last_key = 0;
    bool more;
    result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        result = derive_answer(store, &call, &last_key, err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result == RESULT_OK ? derive_job(store, last_key, err) : result;
}

static enum result derive_verdicts(struct store *store, struct error *err)
{
    enum result result = store_exec(store, sql_texts[SQL_QUERIES_REJUDGE_TABLE].text, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_REJUDGE_ALL);
    result = call_run(&call, err);
    return result == RESULT_OK ? store_rejudge(store, err) : result;
}

enum result store_is_derived(struct store *store, bool *derived, struct error *err)
{
    int64_t version = 0;
    enum result result = store_single_int(store, SQL_QUERIES_DERIVATION_FIND, &version, err);
    *derived = version == store->reader.version;
    return result;
}

enum result store_derive(struct store *store, struct error *err)
{
    bool derived = false;
    enum result result = store_is_derived(store, &derived, err);
    if (result != RESULT_OK || derived)
        return result;
    result = derive_jobs(store, err);
    if (result == RESULT_OK)
        result = derive_verdicts(store, err);
    struct call call = call_of(store, SQL_QUERIES_DERIVATION_UPDATE);
    call_int(&call, 1, store->reader.version);
    return result == RESULT_OK ? call_run(&call, err) : result;
}
