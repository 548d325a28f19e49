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
    TIMES_SEEN,
    LAST_SEEN_AT,
    JOB, /* from here on those of a job */
};

struct walk {
    struct verification *v;
    struct call answers;
    bool more;   /* answers stands on a row */
    bool broken; /* something of the run or its answers is not what was archived: other than what jobs tell of them */
    int64_t id;
    int64_t run;      /* that the answer should be of; 0: none */
    uint64_t bytes;   /* of the bodies of this run */
    uint64_t seen;    /* times_seen so far, */
    uint64_t seen_at; /* and last_seen_at, all added up: without a sign, since what is wrong may be of any size */
    uint8_t link[SHA256_SIZE];   /* of the answer before */
    uint8_t digest[SHA256_SIZE]; /* of the run before */
    char job_id[JOB_ID_MAX + 1]; /* of the row, and still there when that is gone */
    char shown[JOB_ID_MAX * 4 + 1];
};

static int64_t int_at(const struct walk *w, int column)
{
    return sqlite3_column_int64(w->answers.stmt, column);
}

static bool is_null(const struct walk *w, int column)
{
    return sqlite3_column_type(w->answers.stmt, column) == SQLITE_NULL;
}

/* The column of queries/verify_runs.sql behind the figures. */
#define DIGEST (3 + CHAIN_FIGURES)

static const uint8_t *sum_at(const struct call *call, int column)
{
    const void *sum = sqlite3_column_blob(call->stmt, column);
    return sqlite3_column_bytes(call->stmt, column) == SHA256_SIZE ? sum : NULL;
}

/* The job for a message: what was tampered with may be of any kind. */
static const char *job_shown(struct walk *w)
{
    return text_printable(text_of(w->job_id), JOB_ID_MAX, w->shown, sizeof w->shown);
}

static enum result found(struct walk *w, const char *what)
{
    return verify_found(w->v, "run %" PRId64 ", job %s, answer %" PRId64 ": %s", int_at(w, RUN), job_shown(w), w->id,
                        what);
}

/* ---- what was archived ---- */

static enum result check_pruned(struct walk *w, size_t len)
{
    w->v->verdict->pruned++;
    w->bytes += (uint64_t)int_at(w, PRUNED_BYTES);
    if (len > 0 || !is_null(w, REPAIRED) || is_null(w, PRUNED_BYTES))
        return found(w, "it is said to be pruned, but there is something of it");
    struct call call = call_of(w->v->store, SQL_QUERIES_VERIFY_PRUNE_ADD);
    call_int(&call, 1, int_at(w, PRUNED_AT));
    call_int(&call, 2, int_at(w, PRUNED_BYTES));
    return call_run(&call, w->v->err);
}

static enum result check_body(struct walk *w)
{
    uint8_t sum[SHA256_SIZE];
    struct text body = call_column_text(&w->answers, BODY);
    const uint8_t *kept = sum_at(&w->answers, SUM);
    if (!is_null(w, PRUNED_AT))
        return check_pruned(w, body.len);
    w->bytes += body.len;
    w->v->verdict->bytes += body.len;
    if (!is_null(w, PRUNED_BYTES))
        return found(w, "it has what only a pruned one has");
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
    /* Nothing, and what is hashed as nothing, are the same to the chain but not to a reader. */
    bool odd = (!is_null(w, REQUEST_ID) && answer.request_id.len == 0) ||
               (!is_null(w, SERVER_MS) && int_at(w, SERVER_MS) < 0);
    bool same = kept && memcmp(link, kept, sizeof link) == 0 && !odd;
    /* From what is kept on, so that each place where the chain is broken is told once. */
    memcpy(w->link, kept ? kept : link, sizeof w->link);
    return same ? RESULT_OK : found(w, "it does not fit its link in the chain: it was changed, or one before it");
}

static enum result check_seen(struct walk *w)
{
    bool again = int_at(w, TIMES_SEEN) > 1;
    w->seen += (uint64_t)int_at(w, TIMES_SEEN);
    w->seen_at += (uint64_t)int_at(w, LAST_SEEN_AT);
    return again == !is_null(w, LAST_SEEN_AT) ? RESULT_OK
                                              : found(w, "how often it was seen does not fit when it was seen last");
}

static enum result check_place(struct walk *w, int64_t before)
{
    if (w->id <= before)
        return found(w, "it is in front of the first one");
    if (w->run == 0)
        return found(w, "it is behind the end of the newest run");
    if (w->id == before + 1 && int_at(w, RUN) != w->run)
        return found(w, "it is of another run than its place in the chain");
    if (w->id == before + 1)
        return RESULT_OK;
    if (w->id == before + 2)
        return verify_found(w->v, "answer %" PRId64 " is missing from the archive", before + 1);
    return verify_found(w->v, "answers %" PRId64 " to %" PRId64 " are missing from the archive", before + 1, w->id - 1);
}

/* What the job tells of the answers that it names. */
static enum result check_named(struct walk *w)
{
    int64_t status = int_at(w, HTTP_STATUS);
    if (w->id == int_at(w, JOB + VERIFY_OBJECT_ANSWER) && status != 200)
        return found(w, "the job's columns can't be from it: its http_status is not 200");
    if (w->id == int_at(w, JOB + VERIFY_LAST_ANSWER) && !int_at(w, JOB + VERIFY_IN_TROUBLE) &&
        (is_null(w, JOB + VERIFY_HTTP_STATUS) || int_at(w, JOB + VERIFY_HTTP_STATUS) != status))
        return found(w, "the job's http_status is not that of this answer, which it names as its newest");
    return RESULT_OK;
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
    bool resolved = !job_status_open(reading->status);
    bool ever = reading->status == JOB_COMPLETED || reading->status == JOB_FAILED;
    if (!text_is(call_column_text(&w->answers, JOB + VERIFY_STATUS), job_status_name(reading->status)))
        different = "status";
    if (!different)
        different = verify_columns(&w->answers, JOB, reading);
    if (!different)
        different = verify_error(&w->answers, JOB, reading);
    if (different)
        return verify_found(w->v, "run %" PRId64 ", job %s, answer %" PRId64 ": the job's %s is not what it says",
                            int_at(w, RUN), job_shown(w), w->id, different);
    /* What may come from an answer before it. */
    if ((resolved && int_at(w, JOB + VERIFY_RESOLVED_AT) != int_at(w, RECEIVED_AT)) ||
        (int_at(w, JOB + VERIFY_EVER_RESOLVED) != 0) != ever)
        return look_later(w);
    bool same = true;
    enum result result = verify_anomalies(w->v->store, int_at(w, KEY), reading, false, &same, w->v->err);
    return same ? result : verify_found(w->v, "job %s: its anomalies are not those of its answer", job_shown(w));
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
    if (reading.outcome == OUTCOME_JOB && w->id > int_at(w, JOB + VERIFY_OBJECT_ANSWER))
        return found(w, "it is newer than the answer that the job's columns are said to be from");
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
    /* One that is too long is not the one that the chain has. */
    size_t len = job_id.len < sizeof w->job_id ? job_id.len : sizeof w->job_id - 1;
    memcpy(w->job_id, job_id.bytes ? job_id.bytes : "", len);
    w->job_id[len] = '\0';
    w->v->verdict->answers++;
    if (!job_id.bytes) {
        w->broken = true;
        return found(w, "its job is missing");
    }
    size_t findings = w->v->verdict->findings;
    enum result result = check_place(w, before);
    if (result == RESULT_OK)
        result = check_body(w);
    if (result == RESULT_OK)
        result = check_seen(w);
    if (result == RESULT_OK)
        result = check_link(w);
    /* What is known to be wrong is not read. */
    bool sound = findings == w->v->verdict->findings;
    w->broken |= !sound;
    if (result == RESULT_OK)
        result = check_named(w);
    if (result == RESULT_OK && sound && is_null(w, PRUNED_AT))
        result = check_reading(w);
    return result;
}

/* Answers up to last, of the run. */
static enum result check_answers(struct walk *w, int64_t run, int64_t last)
{
    enum result result = RESULT_OK;
    w->run = run;
    w->bytes = 0;
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

/* One that was not closed was killed, or is under way: there is none behind it, and it has not ended. */
static enum result check_unclosed(struct walk *w, const struct chain_run *run, bool newest)
{
    if (!newest)
        return verify_found(w->v, "run %" PRId64 ": it has no digest, though there is a run behind it", run->run);
    if (run->figures[CHAIN_ENDED_AT].known || run->figures[CHAIN_EXIT_STATUS].known || run->last_answer != 0)
        return verify_found(w->v, "run %" PRId64 ": it has ended, but has no digest", run->run);
    return RESULT_OK;
}

static enum result check_digest(struct walk *w, struct chain_run *run, const uint8_t *kept)
{
    uint8_t digest[SHA256_SIZE];
    run->last_link = w->link;
    if (!chain_digest(w->digest, run, digest))
        return error_memory(w->v->err);
    bool same = memcmp(digest, kept, sizeof digest) == 0 && w->id == run->last_answer;
    memcpy(w->digest, kept, sizeof w->digest);
    if (same)
        note_digest(w, run->run, kept);
    return same ? RESULT_OK : verify_found(w->v, "run %" PRId64 ": it does not fit its digest: it was changed, or one "
                                           "of its answers", run->run);
}

/* What its digest covers, and can be added up again. */
static enum result check_sums(struct walk *w, const struct chain_run *run, bool newest)
{
    const struct chain_number *figures = run->figures;
    if (!figures[CHAIN_BYTES].known)
        return RESULT_OK;
    if (w->bytes != (uint64_t)figures[CHAIN_BYTES].value)
        return verify_found(w->v, "run %" PRId64 ": the bodies that it archived have %" PRIu64 " bytes, not the %"
                            PRId64 " that it tells of", run->run, w->bytes, figures[CHAIN_BYTES].value);
    if (newest && (w->seen != (uint64_t)figures[CHAIN_SEEN].value ||
                   w->seen_at != (uint64_t)figures[CHAIN_SEEN_AT].value))
        return verify_found(w->v, "run %" PRId64 ": how often its answers and those before were seen, or when last, is "
                            "not what it tells of", run->run);
    return RESULT_OK;
}

static enum result check_run(struct walk *w, struct chain_run *run, const uint8_t *kept, bool newest)
{
    w->broken = false;
    w->v->verdict->runs++;
    enum result result = check_answers(w, run->run, newest && !kept ? INT64_MAX : run->last_answer);
    size_t findings = w->v->verdict->findings;
    if (result == RESULT_OK)
        result = kept ? check_digest(w, run, kept) : check_unclosed(w, run, newest);
    w->broken |= findings != w->v->verdict->findings;
    /* Else it was told, where it is. */
    return result == RESULT_OK && !w->broken ? check_sums(w, run, newest) : result;
}

static enum result check_run_number(struct walk *w, int64_t before, int64_t run)
{
    return run == before + 1 ? RESULT_OK
                             : verify_found(w->v, "run %" PRId64 ": the run before it is missing", run);
}

static enum result check_runs(struct walk *w)
{
    struct call runs = call_of(w->v->store, SQL_QUERIES_VERIFY_RUNS);
    int64_t before = 0;
    bool more;
    enum result result = call_row(&runs, &more, w->v->err);
    while (result == RESULT_OK && more) {
        struct chain_run run = store_chain_run(&runs);
        uint8_t sum[SHA256_SIZE];
        bool closed = store_sum(&runs, DIGEST, sum);
        result = check_run_number(w, before, run.run);
        before = run.run;
        if (result == RESULT_OK)
            result = call_row(&runs, &more, w->v->err);
        if (result == RESULT_OK)
            result = check_run(w, &run, closed ? sum : NULL, !more);
    }
    if (more)
        call_end(&runs);
    return result == RESULT_OK ? check_answers(w, 0, INT64_MAX) : result;
}

/* Where the walk was ended by an error. */
static void note_place(struct walk *w)
{
    struct error why = *w->v->err;
    error_set(w->v->err, RESULT_LEDGER, "behind run %" PRId64 ", job %s, answer %" PRId64 ": %s", w->run, job_shown(w),
              w->id, why.text);
}

enum result verify_archive(struct verification *v)
{
    struct walk w = {.v = v, .answers = call_of(v->store, SQL_QUERIES_VERIFY_ANSWERS)};
    enum result result = call_row(&w.answers, &w.more, v->err);
    if (result == RESULT_OK)
        result = check_runs(&w);
    if (result != RESULT_OK && w.id > 0)
        note_place(&w);
    call_end(&w.answers);
    return result;
}
