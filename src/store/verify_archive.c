/* Every answer of the archive in the order of the chain: that it is what was archived, and that it reads as the ledger
 * has it. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "verify.h"

/* Columns of queries/verify_answers.sql. */
enum {
    ID,
    KEY,
    RUN,
    RECEIVED_AT,
    HTTP_STATUS,
    REQUEST_ID,
    SERVER_MS,
    SUM,
    LINK,
    PRUNED_AT,
    PRUNED_BYTES,
    REPAIRED,
    BODY,
    JOB, /* from here on those of a job */
};

struct walk {
    struct verification *v;
    struct call answers;
    bool more; /* answers stands on a row */
    int64_t id;
    uint8_t link[SHA256_SIZE];   /* of the answer before */
    uint8_t digest[SHA256_SIZE]; /* of the run before */
    char job_id[JOB_ID_MAX + 1];
};

static int64_t int_at(const struct walk *w, int column)
{
    return sqlite3_column_int64(w->answers.stmt, column);
}

static bool is_null(const struct walk *w, int column)
{
    return sqlite3_column_type(w->answers.stmt, column) == SQLITE_NULL;
}

static const uint8_t *sum_at(const struct call *call, int column)
{
    const void *sum = sqlite3_column_blob(call->stmt, column);
    return sqlite3_column_bytes(call->stmt, column) == SHA256_SIZE ? sum : NULL;
}

static enum result found(struct walk *w, const char *what)
{
    return verify_found(w->v, "run %" PRId64 ", job %s, answer %" PRId64 ": %s", int_at(w, RUN), w->job_id, w->id,
                        what);
}

/* ---- what was archived ---- */

static enum result check_body(struct walk *w)
{
    uint8_t sum[SHA256_SIZE];
    struct text body = call_column_text(&w->answers, BODY);
    const uint8_t *kept = sum_at(&w->answers, SUM);
    if (!is_null(w, PRUNED_AT)) {
        if (body.len > 0 || !is_null(w, REPAIRED) || is_null(w, PRUNED_BYTES))
            return found(w, "it is said to be pruned, but there is something of it");
        return RESULT_OK;
    }
    w->v->verdict->bytes += body.len;
    sha256_of(body, sum);
    return kept && memcmp(sum, kept, sizeof sum) == 0 ? RESULT_OK
                                                      : found(w, "its body is not what was archived: another SHA-256");
}

static enum result check_link(struct walk *w)
{
    static const uint8_t nothing[SHA256_SIZE];
    uint8_t link[SHA256_SIZE];
    const uint8_t *kept = sum_at(&w->answers, LINK);
    const uint8_t *sum = sum_at(&w->answers, SUM);
    const struct chain_answer answer = {
        .job_id = text_of(w->job_id),
        .run = int_at(w, RUN),
        .received_at = int_at(w, RECEIVED_AT),
        .http_status = int_at(w, HTTP_STATUS),
        .request_id = call_column_text(&w->answers, REQUEST_ID),
        .server_ms = is_null(w, SERVER_MS) ? -1 : int_at(w, SERVER_MS),
        .sha256 = sum ? sum : nothing,
    };
    if (!chain_link(w->link, &answer, link))
        return error_memory(w->v->err);
    bool same = kept && memcmp(link, kept, sizeof link) == 0;
    /* From what is kept on, so that each place where the chain is broken is told once. */
    memcpy(w->link, kept ? kept : link, sizeof w->link);
    return same ? RESULT_OK : found(w, "it does not fit its link in the chain: it was changed, or one before it");
}

static enum result check_place(struct walk *w, int64_t before)
{
    if (w->id == before + 1)
        return RESULT_OK;
    if (w->id == before + 2)
        return verify_found(w->v, "answer %" PRId64 " is missing from the archive", before + 1);
    return verify_found(w->v, "answers %" PRId64 " to %" PRId64 " are missing from the archive", before + 1, w->id - 1);
}

/* ---- how it reads ---- */

static enum result look_later(struct walk *w)
{
    struct call call = call_of(w->v->store, SQL_QUERIES_VERIFY_JOB_INSERT);
    call_int(&call, 1, int_at(w, KEY));
    return call_run(&call, w->v->err);
}

/* The usual case: the job's last answer is the job object that its columns are from. */
static enum result check_object(struct walk *w, const struct reading *reading)
{
    const char *different = NULL;
    if (!text_is(call_column_text(&w->answers, JOB + VERIFY_STATUS), job_status_name(reading->status)))
        different = "status";
    if (!different)
        different = verify_columns(&w->answers, JOB, reading);
    if (!different)
        different = verify_error(&w->answers, JOB, reading);
    if (different)
        return verify_found(w->v, "run %" PRId64 ", job %s, answer %" PRId64 ": the job's %s is not what it says",
                            int_at(w, RUN), w->job_id, w->id, different);
    return verify_anomalies(w->v, int_at(w, KEY), w->job_id, reading, false);
}

static enum result check_reading(struct walk *w)
{
    struct answer answer = {.http_status = (int)int_at(w, HTTP_STATUS), .body = call_column_text(&w->answers, BODY),
                            .server_ms = -1};
    struct reading reading;
    w->v->store->reader.read(w->v->json, w->job_id, &answer, &reading);
    if (reading.outcome != OUTCOME_JOB && reading.outcome != OUTCOME_NOT_FOUND && reading.outcome != OUTCOME_REFUSED)
        return found(w, "it is no answer of the kind that is archived");
    struct text repaired = call_column_text(&w->answers, REPAIRED);
    if (!repaired.bytes != !reading.repaired.bytes || !text_equal(repaired, reading.repaired))
        return found(w, "its mended form is not made of it");
    bool last = w->id == int_at(w, JOB + VERIFY_LAST_ANSWER);
    if (reading.outcome == OUTCOME_JOB && last)
        return check_object(w, &reading);
    /* What came behind an unfinished state has taken its place. */
    return reading.outcome == OUTCOME_JOB && job_status_open(reading.status) ? RESULT_OK : look_later(w);
}

static enum result check_answer(struct walk *w)
{
    int64_t before = w->id;
    struct text job_id = call_column_text(&w->answers, JOB);
    w->id = int_at(w, ID);
    text_printable(job_id, 0, w->job_id, sizeof w->job_id);
    w->v->verdict->answers++;
    w->v->verdict->pruned += !is_null(w, PRUNED_AT);
    if (!job_id.bytes)
        return found(w, "its job is missing");
    size_t findings = w->v->verdict->findings;
    enum result result = check_place(w, before);
    if (result == RESULT_OK)
        result = check_body(w);
    if (result == RESULT_OK)
        result = check_link(w);
    /* What is known to be wrong is not read. */
    if (result == RESULT_OK && is_null(w, PRUNED_AT) && findings == w->v->verdict->findings)
        result = check_reading(w);
    return result;
}

/* Answers up to last, of the run. */
static enum result check_answers(struct walk *w, int64_t last)
{
    enum result result = RESULT_OK;
    while (result == RESULT_OK && w->more && int_at(w, ID) <= last) {
        result = check_answer(w);
        if (result == RESULT_OK)
            result = call_row(&w->answers, &w->more, w->v->err);
        if (w->v->options->tick && w->v->verdict->answers % 256 == 0)
            w->v->options->tick(w->v->options->ctx, w->v->verdict);
    }
    return result;
}

/* ---- the runs ---- */

static void note_digest(struct walk *w, int64_t run, const uint8_t *digest)
{
    struct store_verdict *verdict = w->v->verdict;
    char hex[CHAIN_HEX_SIZE];
    chain_hex(digest, hex);
    memcpy(verdict->digest, hex, sizeof hex);
    verdict->digest_run = run;
    if (w->v->options->against && strcasecmp(hex, w->v->options->against) == 0)
        verdict->against_run = run;
}

static enum result check_run(struct walk *w, const struct call *runs)
{
    int64_t id = sqlite3_column_int64(runs->stmt, 0);
    int64_t last = sqlite3_column_int64(runs->stmt, 2);
    const uint8_t *kept = sum_at(runs, 3);
    uint8_t digest[SHA256_SIZE];
    w->v->verdict->runs++;
    if (!kept) /* it was killed, or is under way; the next one closes it */
        return RESULT_OK;
    enum result result = check_answers(w, last);
    if (result != RESULT_OK)
        return result;
    const struct chain_run run = {id, sqlite3_column_int64(runs->stmt, 1), last, w->link};
    if (!chain_digest(w->digest, &run, digest))
        return error_memory(w->v->err);
    bool same = memcmp(digest, kept, sizeof digest) == 0 && w->id == last;
    memcpy(w->digest, kept, sizeof w->digest);
    if (same)
        note_digest(w, id, kept);
    return same ? RESULT_OK : verify_found(w->v, "run %" PRId64 ": it does not fit its digest: it was changed, or one "
                                           "of its answers", id);
}

static enum result check_runs(struct walk *w)
{
    struct call runs = call_of(w->v->store, SQL_QUERIES_VERIFY_RUNS);
    bool more;
    enum result result = call_row(&runs, &more, w->v->err);
    while (result == RESULT_OK && more) {
        result = check_run(w, &runs);
        if (result == RESULT_OK)
            result = call_row(&runs, &more, w->v->err);
    }
    if (more)
        call_end(&runs);
    return result == RESULT_OK ? check_answers(w, INT64_MAX) : result;
}

enum result verify_archive(struct verification *v)
{
    struct walk w = {.v = v, .answers = call_of(v->store, SQL_QUERIES_VERIFY_ANSWERS)};
    enum result result = call_row(&w.answers, &w.more, v->err);
    if (result == RESULT_OK)
        result = check_runs(&w);
    call_end(&w.answers);
    return result;
}
