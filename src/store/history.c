#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "extracted.h"

/* An answer that was read, with the memory that its reading points into. */
struct read {
    struct json_reader *json;
    struct json_reader *whole; /* the document once more: the reader may not have looked into the data */
    struct strbuf body;
    struct reading reading;
    const struct json *data;
};

/* The facts before and after an answer can rest on two answers each; one more is for the next. */
#define READS 5

struct history {
    const struct store_reader *reader;
    char job_id[JOB_ID_MAX + 1];
    struct read reads[READS];
    struct read *last;
    struct facts before;
    struct facts now;
};

struct history *history_new(const struct store_reader *reader)
{
    struct history *history = calloc(1, sizeof *history);
    if (!history)
        return NULL;
    history->reader = reader;
    for (size_t i = 0; i < READS; i++) {
        history->reads[i].json = json_reader_new();
        history->reads[i].whole = json_reader_new();
        if (!history->reads[i].json || !history->reads[i].whole) {
            history_free(history);
            return NULL;
        }
    }
    return history;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < READS; i++) {
        json_reader_free(history->reads[i].json);
        json_reader_free(history->reads[i].whole);
        strbuf_free(&history->reads[i].body);
    }
    free(history);
}

void history_start(struct history *history, const char *job_id)
{
    size_t len = strlen(job_id);
    len = len > JOB_ID_MAX ? JOB_ID_MAX : len;
    memcpy(history->job_id, job_id, len);
    history->job_id[len] = '\0';
    history->before = history->now = (struct facts){.status = JOB_NEW};
    history->last = NULL;
}

void history_skip(struct history *history, bool ever_resolved)
{
    history->now.ever_resolved |= ever_resolved;
}

const struct facts *history_before(const struct history *history)
{
    return &history->before;
}

const struct facts *history_now(const struct history *history)
{
    return &history->now;
}

const struct reading *history_reading(const struct history *history)
{
    return &history->last->reading;
}

static bool rests_on(const struct facts *facts, const struct read *read)
{
    return facts->object == &read->reading || facts->verdict == &read->reading;
}

static struct read *free_read(struct history *history)
{
    struct read *read = history->reads;
    while (rests_on(&history->before, read) || rests_on(&history->now, read))
        read++;
    return read;
}

static struct facts follow(const struct facts *before, const struct read *read, int64_t received_at)
{
    struct facts now = *before;
    const struct reading *reading = &read->reading;
    if (reading->outcome == OUTCOME_NOT_FOUND && before->ever_resolved) {
        now.gone = true;
        return now;
    }
    now.status = reading->status;
    if (now.status != before->status)
        now.resolved_at = received_at;
    if (reading->outcome != OUTCOME_JOB) {
        now.verdict = reading;
        return now;
    }
    now.ever_resolved = before->ever_resolved || reading->status == JOB_COMPLETED || reading->status == JOB_FAILED;
    now.gone = false;
    now.object = reading;
    now.verdict = NULL;
    now.data = read->data;
    return now;
}

enum result history_add(struct history *history, const struct answer *answer, struct error *err)
{
    history->before = history->now;
    struct read *read = free_read(history);
    struct answer copy = *answer;
    strbuf_clear(&read->body);
    strbuf_append(&read->body, answer->body.bytes, answer->body.len);
    if (read->body.failed)
        return error_memory(err);
    copy.body = (struct text){answer->body.len > 0 ? read->body.bytes : "", answer->body.len};
    history->reader->read(read->json, history->job_id, &copy, &read->reading);
    enum outcome outcome = read->reading.outcome;
    if (outcome != OUTCOME_JOB && outcome != OUTCOME_NOT_FOUND && outcome != OUTCOME_REFUSED) {
        char why[300];
        return error_set(err, RESULT_LEDGER, "an archived answer of %s can't be read any more: %s", history->job_id,
                         text_printable(read->reading.error_message, 120, why, sizeof why));
    }
    const char *problem;
    read->data = outcome == OUTCOME_JOB ? extracted_data(json_read(read->whole, copy.body, &problem)) : NULL;
    history->last = read;
    history->now = follow(&history->before, read, answer->received_at.sec);
    return RESULT_OK;
}

/* ---- what changed ---- */

/* The columns of the report jobs that count, as it spells them. */
enum column {
    STATUS,
    MODEL_USED,
    PROCESSING_TIME,
    COST_CHF,
    CONFIDENCE,
    ERROR_MESSAGE,
    CREATED_AT,
    COMPLETED_AT,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "status", "model_used", "processing_time", "cost_chf", "confidence", "error_message", "created_at", "completed_at",
};

#define SCRATCH (DECIMAL_TEXT_MAX > TIMESTAMP_TEXT_MAX ? DECIMAL_TEXT_MAX : TIMESTAMP_TEXT_MAX)

static struct text moment_text(const struct moment *moment, char scratch[static SCRATCH])
{
    return moment->known ? (struct text){scratch, timestamp_format(moment->at, scratch)} : TEXT_NONE;
}

static struct text column_text(const struct facts *facts, enum column column, char scratch[static SCRATCH])
{
    static const struct reading nothing;
    const struct reading *object = facts->object ? facts->object : &nothing;
    const struct reading *error = facts->verdict ? facts->verdict : object;
    switch (column) {
    case STATUS:
        return text_of(job_status_name(facts->status));
    case MODEL_USED:
        return object->model_used;
    case PROCESSING_TIME:
        return object->processing_time.known ? object->processing_time.spelling : TEXT_NONE;
    case COST_CHF:
        return object->cost_chf.known ? (struct text){scratch, decimal_format_money(object->cost_chf.nano, scratch)}
                                      : TEXT_NONE;
    case CONFIDENCE:
        return object->confidence.known ? object->confidence.spelling : TEXT_NONE;
    case ERROR_MESSAGE:
        return error->error_message;
    case CREATED_AT:
        return moment_text(&object->created_at, scratch);
    case COMPLETED_AT:
        return moment_text(&object->completed_at, scratch);
    case COLUMNS:
        break;
    }
    return TEXT_NONE;
}

/* A comparison under way. */
struct comparison {
    const struct json *other; /* the data that is held against the one that is walked */
    bool added_only;          /* visits what the other has not got, and nothing else */
    change_visitor *visit;
    void *ctx;
    struct strbuf field;
    struct strbuf old;
    struct strbuf new;
    enum result result;
    struct error *err;
};

static enum result compare_columns(const struct history *history, struct comparison *c)
{
    for (enum column i = 0; c->result == RESULT_OK && i < COLUMNS; i++) {
        char old_scratch[SCRATCH];
        char new_scratch[SCRATCH];
        struct text old = column_text(&history->before, i, old_scratch);
        struct text new = column_text(&history->now, i, new_scratch);
        if (!text_equal(old, new))
            c->result = c->visit(c->ctx, text_of(column_names[i]), old, new, c->err);
    }
    return c->result;
}

/* As a report shows the value: the text itself, arrays as JSON; null as nothing. */
static struct text value_text(const struct json *value, struct strbuf *scratch)
{
    if (json_type(value) != JSON_ARRAY && json_type(value) != JSON_OBJECT)
        return json_text(value);
    strbuf_clear(scratch);
    json_write(scratch, value);
    return (struct text){scratch->bytes, scratch->len};
}

/* Whether the value has a path of its own in a walk, so that it will be met in the walk of its document. */
static bool is_visited(const struct json *value)
{
    if (json_type(value) != JSON_ARRAY)
        return value && json_type(value) != JSON_OBJECT;
    size_t len = json_length(value);
    for (size_t i = 0; i < len; i++)
        if (json_type(json_at(value, i)) != JSON_OBJECT)
            return true;
    return len == 0;
}

static bool compare_value(void *ctx, struct text path, const struct json *value)
{
    struct comparison *c = ctx;
    const struct json *other = extracted_at(c->other, path);
    if (c->added_only && is_visited(other))
        return true;
    struct text mine = value_text(value, &c->new);
    struct text theirs = is_visited(other) ? value_text(other, &c->old) : TEXT_NONE;
    if (text_equal(mine, theirs))
        return true;
    strbuf_clear(&c->field);
    strbuf_puts(&c->field, path.len > 0 ? "extracted_data." : "extracted_data");
    strbuf_append(&c->field, path.bytes, path.len);
    struct text field = {c->field.bytes, c->field.len};
    if (c->field.failed || c->new.failed || c->old.failed)
        c->result = error_memory(c->err);
    else if (c->added_only)
        c->result = c->visit(c->ctx, field, mine, theirs, c->err);
    else
        c->result = c->visit(c->ctx, field, theirs, mine, c->err);
    return c->result == RESULT_OK;
}

/* The new data against the old, then what only the old has. */
static enum result compare_data(const struct history *history, struct comparison *c)
{
    struct extracted_path path = {0};
    const struct extracted_visitor visitor = {.ctx = c, .value = compare_value, .deep = true};
    c->other = history->before.data;
    c->added_only = false;
    bool whole = extracted_walk(history->now.data, &path, &visitor);
    if (whole) {
        c->other = history->now.data;
        c->added_only = true;
        whole = extracted_walk(history->before.data, &path, &visitor);
    }
    if (!whole && c->result == RESULT_OK)
        c->result = error_memory(c->err);
    extracted_path_free(&path);
    return c->result;
}

enum result history_changes(struct history *history, change_visitor *visit, void *ctx, struct error *err)
{
    struct comparison c = {.visit = visit, .ctx = ctx, .err = err};
    if (job_status_open(history->before.status))
        return RESULT_OK;
    if (compare_columns(history, &c) == RESULT_OK && history->now.data != history->before.data)
        compare_data(history, &c);
    strbuf_free(&c.field);
    strbuf_free(&c.old);
    strbuf_free(&c.new);
    return c.result;
}
