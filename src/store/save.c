#include <string.h>

#include "decimal.h"
#include "ledger.h"

/* What the ledger knows of a job before an answer changes it. */
struct job_state {
    enum job_status status;
    bool ever_resolved;
    bool asked_in_this_run;
    bool in_trouble;
    int64_t last_answer_id; /* 0: none */
    int http_status;        /* of that answer */
    uint8_t sha256[SHA256_SIZE];
    int64_t last_seen_at;   /* likewise; 0: once only */
    int64_t cost_nano;
    int64_t took_nano; /* -1: not completed, or unknown */
    char job_id[JOB_ID_MAX + 1];
};

static struct moment call_column_moment(const struct call *call, int column)
{
    return (struct moment){sqlite3_column_type(call->stmt, column) != SQLITE_NULL,
                           {sqlite3_column_int64(call->stmt, column), sqlite3_column_int(call->stmt, column + 1)}};
}

static enum result load_state(struct store *store, int64_t key, struct job_state *state, struct error *err)
{
    *state = (struct job_state){0};
    struct call call = call_of(store, SQL_QUERIES_JOB_STATE);
    call_int(&call, 1, key);
    bool found;
    enum result result = call_row(&call, &found, err);
    if (result != RESULT_OK)
        return result;
    if (!found)
        return error_set(err, RESULT_LEDGER, "%s: job number %lld has vanished", store->name, (long long)key);
    job_status_parse(call_column_text(&call, 0), &state->status);
    state->ever_resolved = sqlite3_column_int(call.stmt, 1);
    state->asked_in_this_run = sqlite3_column_int64(call.stmt, 2) == store->run_id;
    state->in_trouble = sqlite3_column_int(call.stmt, 3);
    state->last_answer_id = sqlite3_column_int64(call.stmt, 4);
    state->http_status = sqlite3_column_int(call.stmt, 5);
    const void *sum = sqlite3_column_blob(call.stmt, 6);
    if (sum && sqlite3_column_bytes(call.stmt, 6) == SHA256_SIZE)
        memcpy(state->sha256, sum, SHA256_SIZE);
    state->cost_nano = sqlite3_column_int64(call.stmt, 7);
    struct moment created = call_column_moment(&call, 9);
    struct moment completed = call_column_moment(&call, 11);
    state->took_nano = state->status == JOB_COMPLETED ? took_nano(&created, &completed) : -1;
    state->last_seen_at = sqlite3_column_int64(call.stmt, 13);
    struct text job_id = call_column_text(&call, 8);
    memcpy(state->job_id, job_id.bytes, job_id.len <= JOB_ID_MAX ? job_id.len : JOB_ID_MAX);
    call_end(&call);
    return RESULT_OK;
}

struct saving {
    struct store *store;
    int64_t key;
    const struct answer *answer;
    const struct reading *reading;
    unsigned requests;
    struct timestamp now;
    struct job_state before;
    int64_t answer_id;
    bool is_new; /* the answer was archived, not counted */
    struct error *err;
};

static enum result count_again(const struct saving *s)
{
    struct call call = call_of(s->store, SQL_QUERIES_ANSWER_AGAIN);
    call_int(&call, 1, s->answer_id);
    call_int(&call, 2, s->answer->received_at.sec);
    s->store->now.seen++;
    s->store->now.seen_at += s->answer->received_at.sec - s->before.last_seen_at;
    return call_run(&call, s->err);
}

/* The next link of the chain, into store->now once the answer is there. */
static bool link_answer(const struct saving *s, const uint8_t *sum, uint8_t link[static SHA256_SIZE])
{
    const struct answer *answer = s->answer;
    const struct chain_answer next = {
        .job_id = text_of(s->before.job_id),
        .run = s->store->run_id,
        .received_at = answer->received_at.sec,
        .http_status = answer->http_status,
        .request_id = answer->request_id,
        .server_ms = answer->server_ms,
        .sha256 = sum,
    };
    return chain_link(s->store->now.link, &next, link);
}

/* Archives the answer, or counts it where it equals the job's last one. */
static enum result archive(struct saving *s)
{
    uint8_t sum[SHA256_SIZE];
    sha256_of(s->answer->body, sum);
    s->answer_id = s->before.last_answer_id;
    if (s->answer_id && s->before.http_status == s->answer->http_status &&
        memcmp(sum, s->before.sha256, sizeof sum) == 0)
        return count_again(s);
    uint8_t link[SHA256_SIZE];
    if (!link_answer(s, sum, link))
        return error_memory(s->err);
    struct call call = call_of(s->store, SQL_QUERIES_ANSWER_INSERT);
    call_int(&call, 1, s->key);
    call_int(&call, 2, s->store->run_id);
    call_int(&call, 3, s->answer->received_at.sec);
    call_int(&call, 4, s->answer->http_status);
    call_text(&call, 5, s->answer->request_id);
    call_int_or_null(&call, 6, s->answer->server_ms >= 0, s->answer->server_ms);
    call_blob(&call, 7, sum, sizeof sum);
    call_text(&call, 8, s->answer->body);
    call_text(&call, 9, s->reading->repaired);
    call_blob(&call, 10, link, sizeof link);
    enum result result = call_run(&call, s->err);
    s->answer_id = sqlite3_last_insert_rowid(s->store->db);
    s->is_new = true;
    s->store->now.bytes += (int64_t)s->answer->body.len;
    s->store->now.seen++;
    memcpy(s->store->now.link, link, sizeof link);
    return result;
}

static void bind_measure(struct call *call, int index, const struct measure *m)
{
    call_int_or_null(call, index, m->known, m->nano);
}

struct text store_spelling(const struct measure *m)
{
    char canonical[DECIMAL_TEXT_MAX];
    size_t len = decimal_format(m->nano, canonical);
    bool same = !m->known || text_equal(m->spelling, (struct text){canonical, len});
    return same ? TEXT_NONE : m->spelling;
}

static void bind_spelling(struct call *call, int index, const struct measure *m)
{
    call_text(call, index, store_spelling(m));
}

static void bind_moment(struct call *call, int index, const struct moment *m)
{
    call_int_or_null(call, index, m->known, m->at.sec);
    call_int_or_null(call, index + 1, m->known, m->at.nsec);
}

void store_bind_object(struct call *call, int first, const struct reading *object)
{
    call_text(call, first, object->model_used);
    bind_measure(call, first + 1, &object->processing_time);
    bind_spelling(call, first + 2, &object->processing_time);
    bind_measure(call, first + 3, &object->cost_chf);
    bind_measure(call, first + 4, &object->confidence);
    bind_spelling(call, first + 5, &object->confidence);
    bind_moment(call, first + 6, &object->created_at);
    bind_moment(call, first + 8, &object->completed_at);
}

static enum result save_object(const struct saving *s)
{
    const struct reading *r = s->reading;
    bool ever = s->before.ever_resolved || r->status == JOB_COMPLETED || r->status == JOB_FAILED;
    struct call call = call_of(s->store, SQL_QUERIES_JOB_OBJECT);
    call_int(&call, 1, s->key);
    call_text(&call, 2, text_of(job_status_name(r->status)));
    call_int(&call, 3, ever);
    store_bind_object(&call, 4, r);
    call_text(&call, 14, r->error_code);
    call_text(&call, 15, r->error_message);
    call_text(&call, 16, r->trace_id);
    call_int(&call, 17, s->answer->http_status);
    call_int(&call, 18, !job_status_open(r->status));
    call_int(&call, 19, s->now.sec);
    call_int(&call, 20, s->requests);
    call_int(&call, 21, s->store->run_id);
    call_int(&call, 22, s->answer_id);
    call_int(&call, 23, s->answer->received_at.sec);
    return call_run(&call, s->err);
}

static enum result save_verdict(const struct saving *s)
{
    const struct reading *r = s->reading;
    struct call call = call_of(s->store, SQL_QUERIES_JOB_VERDICT);
    call_int(&call, 1, s->key);
    call_text(&call, 2, text_of(job_status_name(r->status)));
    call_text(&call, 3, r->error_code);
    call_text(&call, 4, r->error_message);
    call_text(&call, 5, r->trace_id);
    call_int(&call, 6, s->answer->http_status);
    call_int(&call, 7, s->now.sec);
    call_int(&call, 8, s->requests);
    call_int(&call, 9, s->store->run_id);
    call_int(&call, 10, s->answer_id);
    call_int(&call, 11, s->answer->received_at.sec);
    return call_run(&call, s->err);
}

/* The error is again what the last answer said before that: a failed attempt may have left another. */
static enum result save_gone(const struct saving *s)
{
    static const struct reading nothing;
    static const struct reading failed = {.error_code = {"EXTRACTION_FAILED", sizeof "EXTRACTION_FAILED" - 1}};
    bool pruned;
    enum result result = store_relive(s->store, s->key, NULL, NULL, &pruned, s->err);
    if (result != RESULT_OK)
        return result;
    const struct facts *facts = history_now(s->store->history);
    const struct reading *said = facts->verdict ? facts->verdict : facts->object;
    bool unknown = pruned && !said;
    if (!said)
        said = unknown && s->before.status == JOB_FAILED ? &failed : &nothing;
    struct call call = call_of(s->store, SQL_QUERIES_JOB_GONE);
    call_int(&call, 1, s->key);
    call_int(&call, 2, s->answer->http_status);
    call_int(&call, 3, s->now.sec);
    call_int(&call, 4, s->requests);
    call_int(&call, 5, s->store->run_id);
    call_int(&call, 6, s->answer_id);
    call_text(&call, 7, said->error_code);
    call_text(&call, 8, said->error_message);
    call_text(&call, 9, said->trace_id);
    call_int(&call, 10, unknown && !s->before.in_trouble);
    return call_run(&call, s->err);
}

static const struct anomaly gone_anomaly = {"status", "gone", {"404", 3}};

static enum result save_anomaly(struct store *store, int64_t key, const struct anomaly *anomaly, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_ANOMALY_INSERT);
    call_int(&call, 1, key);
    call_text(&call, 2, text_of(anomaly->field));
    call_text(&call, 3, text_of(anomaly->problem));
    call_text(&call, 4, anomaly->value);
    return call_run(&call, err);
}

static enum result insert_anomalies(struct store *store, int64_t key, const struct reading *object, struct error *err)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < object->anomaly_count; i++)
        result = save_anomaly(store, key, &object->anomalies[i], err);
    return result;
}

enum result store_save_anomalies(struct store *store, int64_t key, const struct reading *object, bool gone,
                                 struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_ANOMALY_DELETE);
    call_int(&call, 1, key);
    enum result result = call_run(&call, err);
    if (result == RESULT_OK && object)
        result = insert_anomalies(store, key, object, err);
    return result == RESULT_OK && gone ? save_anomaly(store, key, &gone_anomaly, err) : result;
}

static enum result keep_useless(const struct saving *s)
{
    struct call call = call_of(s->store, SQL_QUERIES_USELESS_ANSWER_UPSERT);
    call_int(&call, 1, s->key);
    call_int(&call, 2, s->answer->received_at.sec);
    call_int(&call, 3, s->answer->http_status);
    call_text(&call, 4, s->answer->request_id);
    call_text(&call, 5, s->answer->body);
    return call_run(&call, s->err);
}

static enum result save_trouble(const struct saving *s)
{
    const struct reading *r = s->reading;
    struct call call = call_of(s->store, SQL_QUERIES_JOB_TROUBLE);
    call_int(&call, 1, s->key);
    call_text(&call, 2, r->error_code);
    call_text(&call, 3, r->error_message);
    call_text(&call, 4, r->trace_id);
    call_int_or_null(&call, 5, s->answer != NULL, s->answer ? s->answer->http_status : 0);
    call_int(&call, 6, s->now.sec);
    call_int(&call, 7, s->requests);
    call_int(&call, 8, s->store->run_id);
    enum result result = call_run(&call, s->err);
    if (result == RESULT_OK && s->answer && s->answer->body.bytes && !r->holds_key)
        result = keep_useless(s);
    return result;
}

/* What follows from the answer beside the job's own columns. */
static enum result save_derived(const struct saving *s)
{
    bool has_statements = false;
    enum result result = store_has_statements(s->store, &has_statements, s->err);
    if (result == RESULT_OK && has_statements
        && (s->reading->outcome == OUTCOME_JOB || s->before.status == JOB_COMPLETED))
        result = store_judge_job(s->store, s->key, s->err);
    if (result != RESULT_OK || !s->is_new || job_status_open(s->before.status))
        return result;
    bool pruned;
    result = store_relive(s->store, s->key, NULL, NULL, &pruned, s->err);
    return result == RESULT_OK ? store_note_changes(s->store, s->key, s->answer_id, s->err) : result;
}

/* What the answer makes of the job, and in *after the status that it then has. */
static enum result apply(struct saving *s, enum job_status *after)
{
    *after = s->before.status;
    if (s->reading->outcome == OUTCOME_BAD)
        return save_trouble(s);
    enum result result = archive(s);
    if (result != RESULT_OK)
        return result;
    if (s->reading->outcome == OUTCOME_NOT_FOUND && s->before.ever_resolved) {
        result = save_gone(s);
        return result == RESULT_OK ? save_anomaly(s->store, s->key, &gone_anomaly, s->err) : result;
    }
    *after = s->reading->status;
    if (s->reading->outcome == OUTCOME_JOB) {
        result = save_object(s);
        if (result == RESULT_OK)
            result = s->before.last_answer_id ? store_save_anomalies(s->store, s->key, s->reading, false, s->err)
                                              : insert_anomalies(s->store, s->key, s->reading, s->err);
    } else {
        result = save_verdict(s);
    }
    return result == RESULT_OK ? save_derived(s) : result;
}

/* What is counted of all jobs. */
static enum result count_overall(const struct saving *s, enum job_status after)
{
    const struct measure *cost = &s->reading->cost_chf;
    struct tally_job before = {s->before.status, s->before.cost_nano};
    struct tally_job now = {after, s->before.cost_nano};
    if (s->reading->outcome == OUTCOME_JOB)
        now.cost_nano = cost->known ? cost->nano : 0;
    int64_t took = s->before.took_nano;
    if (s->reading->outcome == OUTCOME_JOB)
        took = after == JOB_COMPLETED ? took_nano(&s->reading->created_at, &s->reading->completed_at) : -1;
    else if (after != JOB_COMPLETED)
        took = -1;
    enum result result = tally_move(s->store, s->key, before, now, s->err);
    if (result == RESULT_OK && took != s->before.took_nano)
        result = took_count(s->store, s->before.took_nano, -1, s->err);
    if (result == RESULT_OK && took != s->before.took_nano)
        result = took_count(s->store, took, 1, s->err);
    return result;
}

/* A job asked twice in a run counts once, as it stands at the end. */
static void count_in_run(const struct saving *s, enum job_status after)
{
    struct store_run *run = &s->store->now.run;
    if (s->before.asked_in_this_run) {
        run->by_status[s->before.status]--;
        run->in_trouble -= s->before.in_trouble;
    }
    run->by_status[after]++;
    run->in_trouble += s->reading->outcome == OUTCOME_BAD;
}

enum result store_save(struct store *store, int64_t key, const struct answer *answer, const struct reading *reading,
                       unsigned requests, struct timestamp now, enum job_status *after, struct error *err)
{
    struct saving s = {.store = store, .key = key, .answer = answer, .reading = reading,
                       .requests = requests, .now = now, .err = err};
    *after = JOB_NEW;
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = load_state(store, key, &s.before, err);
    if (result == RESULT_OK)
        result = apply(&s, after);
    if (result == RESULT_OK)
        result = count_overall(&s, *after);
    if (result != RESULT_OK) {
        store_rollback(store); /* half an answer must not be committed later */
        return result;
    }
    count_in_run(&s, *after);
    store->now.run.requests += requests;
    store->unsaved = true;
    return RESULT_OK;
}

enum result store_save_requests(struct store *store, int64_t key, unsigned requests, struct error *err)
{
    struct job_state before;
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = load_state(store, key, &before, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_JOB_REQUESTS);
    call_int(&call, 1, key);
    call_int(&call, 2, requests);
    result = call_run(&call, err);
    if (result == RESULT_OK && !before.asked_in_this_run)
        store->now.run.by_status[before.status]++; /* the run is ending: it is not asked again */
    store->now.run.requests += requests;
    store->unsaved = true;
    return result;
}
