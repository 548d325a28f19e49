#include "answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fetcher.h"
#include "strbuf.h"

#define BAD_RESPONSE "BAD_RESPONSE"
#define LINE_SIZE 128 /* of a message of ours, which names no text from outside */

/* RFC 9110, section 15; 425 is RFC 8470's, 429 RFC 6585's. */
enum http_status {
    HTTP_OK = 200,
    HTTP_UNAUTHORIZED = 401,
    HTTP_NOT_FOUND = 404,
    HTTP_REQUEST_TIMEOUT = 408,
    HTTP_TOO_EARLY = 425,
    HTTP_TOO_MANY_REQUESTS = 429,
};

enum http_class { HTTP_REDIRECTION = 3, HTTP_CLIENT_ERROR = 4, HTTP_SERVER_ERROR = 5 };

struct answer_reader {
    struct json_reader *json;
    const char *job_id;
    int http_status;
    const struct json *root; /* NULL: the body is not JSON, or must not be used */
    const char *problem;     /* of a body that is not JSON */
    struct envelope envelope;
    struct reading *reading;
    bool out_of_memory;
};

/* A line that lives as long as the document. */
static struct text compose(struct answer_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static struct text compose(struct answer_reader *r, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    struct strbuf *out = json_scratch(r->json);
    if (out)
        strbuf_puts(out, line);
    if (!out || out->failed) {
        r->out_of_memory = true;
        return TEXT_NONE;
    }
    return (struct text){out->bytes, out->len};
}

static void bad(struct answer_reader *r, struct text code, struct text message)
{
    r->reading->outcome = OUTCOME_BAD;
    r->reading->error_code = code;
    r->reading->error_message = message;
}

static bool contains(struct text text, struct text part)
{
    const char *at = text.bytes;
    const char *end = text.bytes + text.len;
    while ((size_t)(end - at) >= part.len) {
        at = memchr(at, part.bytes[0], (size_t)(end - at) - part.len + 1);
        if (!at)
            return false;
        if (memcmp(at, part.bytes, part.len) == 0)
            return true;
        at++;
    }
    return false;
}

static bool spells(const struct json *value, struct text key)
{
    struct json_members it = json_members(value);
    while (json_next(&it))
        if (contains(it.name, key) || spells(it.value, key))
            return true;
    size_t length = json_length(value);
    for (size_t i = 0; i < length; i++)
        if (spells(json_at(value, i), key))
            return true;
    struct text text = field_text(value);
    return text.bytes && contains(text, key);
}

/* Escapes in JSON can hide the key from a look at the bytes, and be undone on the way into a report. */
static bool holds_key(const struct answer *answer, const struct json *root, const char *key)
{
    struct text wanted = text_of(key);
    if (wanted.len == 0)
        return false;
    if (answer->request_id.bytes && contains(answer->request_id, wanted))
        return true;
    if (!answer->body.bytes)
        return false;
    return contains(answer->body, wanted) ||
           (memchr(answer->body.bytes, '\\', answer->body.len) && spells(root, wanted));
}

/* What keeps the body of a 200 from being the job object asked for; TEXT_NONE where it is that. */
static struct text job_object_fault(struct answer_reader *r)
{
    if (!r->root)
        return compose(r, "the answer is %s", r->problem);
    if (json_type(r->root) != JSON_OBJECT)
        return text_of("the answer is not a JSON object");
    if (!json_is_true(json_member(r->root, "success")))
        return text_of("`success` is not true");
    const struct json *job_id = field_value(r->root, FIELD_JOB_ID);
    if (!job_id)
        return text_of("the answer has no `job_id`");
    if (!text_is(field_text(job_id), r->job_id))
        return text_of("the answer is for another job");
    const struct json *status = field_value(r->root, FIELD_STATUS);
    if (!status)
        return text_of("the answer has no `status`");
    if (json_type(status) != JSON_STRING)
        return text_of("`status` is not text");
    return TEXT_NONE;
}

static void read_job(struct answer_reader *r)
{
    struct text fault = job_object_fault(r);
    if (fault.bytes) {
        bad(r, text_of(BAD_RESPONSE), fault);
        return;
    }
    r->reading->outcome = OUTCOME_JOB;
    if (!fields_read(r->json, r->root, r->reading))
        r->out_of_memory = true;
}

static enum outcome error_outcome(const struct answer_reader *r)
{
    const struct envelope *envelope = &r->envelope;
    switch (r->http_status) {
    case HTTP_UNAUTHORIZED:
        return OUTCOME_UNAUTHORIZED;
    case HTTP_NOT_FOUND:
        if (text_is(envelope->code, "JOB_NOT_FOUND") || text_is(envelope->job_id, r->job_id))
            return OUTCOME_NOT_FOUND;
        return OUTCOME_BAD;
    case HTTP_REQUEST_TIMEOUT:
    case HTTP_TOO_EARLY:
        return OUTCOME_BAD;
    case HTTP_TOO_MANY_REQUESTS:
        return OUTCOME_LIMITED;
    default:
        return r->http_status / 100 == HTTP_CLIENT_ERROR && envelope->present ? OUTCOME_REFUSED : OUTCOME_BAD;
    }
}

static bool is_retried(int http_status)
{
    return http_status / 100 == HTTP_SERVER_ERROR || http_status == HTTP_REQUEST_TIMEOUT ||
           http_status == HTTP_TOO_EARLY;
}

static struct text error_line(struct answer_reader *r)
{
    if (r->reading->outcome != OUTCOME_BAD || is_retried(r->http_status))
        return compose(r, "the server answered with HTTP status %d", r->http_status);
    if (r->http_status == HTTP_NOT_FOUND)
        return text_of("HTTP status 404 without a word on this job: a proxy, or a wrong base URL?");
    return compose(r, "HTTP status %d without the API's error envelope: a proxy, or a wrong base URL?",
                   r->http_status);
}

static void read_error(struct answer_reader *r)
{
    struct reading *reading = r->reading;
    reading->outcome = error_outcome(r);
    if (reading->outcome == OUTCOME_NOT_FOUND)
        reading->status = JOB_NOT_FOUND;
    else if (reading->outcome == OUTCOME_REFUSED)
        reading->status = JOB_ERROR;
    /* A 404 that is no verdict speaks of something else: so do its code and message. */
    bool of_this_job = reading->outcome != OUTCOME_BAD || r->http_status != HTTP_NOT_FOUND;
    if (r->envelope.present && of_this_job) {
        reading->error_code = r->envelope.code;
        reading->error_message = r->envelope.message;
    } else {
        reading->error_code = compose(r, "HTTP_%d", r->http_status);
        reading->error_message = error_line(r);
    }
}

static void read_by_status(struct answer_reader *r)
{
    int class = r->http_status / 100;
    if (r->http_status == HTTP_OK)
        read_job(r);
    else if (class == HTTP_REDIRECTION)
        bad(r, text_of("REDIRECT"), text_of("the server redirects, which is never followed: a wrong base URL?"));
    else if (class == HTTP_CLIENT_ERROR || class == HTTP_SERVER_ERROR)
        read_error(r);
    else
        bad(r, text_of(BAD_RESPONSE), compose(r, "HTTP status %d instead of 200", r->http_status));
}

/* Nothing of the body may be told, but the status still counts where it speaks of the key or of all requests. */
static void read_without_body(struct answer_reader *r)
{
    if (r->http_status == HTTP_UNAUTHORIZED || r->http_status == HTTP_TOO_MANY_REQUESTS)
        read_error(r);
    else
        bad(r, text_of(BAD_RESPONSE), text_of("the answer contains the API key"));
}

/* Extracted data is the most of an answer, and none of its fields is in it. Where something is odd, or the key may hide
 * in escapes, all of it is looked at. */
static void read_document(struct answer_reader *r, struct text body, const char *key)
{
    static const char *const data[] = {"extracted_data", "extractedData", NULL};
    bool hidden = key && body.bytes && memchr(body.bytes, '\\', body.len);
    r->root = hidden ? json_read(r->json, body, &r->problem) : json_read_outline(r->json, body, data, &r->problem);
    if (r->root && !hidden && json_was_repaired(r->json))
        r->root = json_read(r->json, body, &r->problem);
}

void answer_read(struct json_reader *json, const char *job_id, const struct answer *answer, const char *key,
                 struct reading *reading)
{
    struct answer_reader r = {.json = json, .job_id = job_id, .http_status = answer->http_status, .reading = reading};
    *reading = (struct reading){0};
    read_document(&r, answer->body, key);
    reading->holds_key = holds_key(answer, r.root, key);
    if (reading->holds_key) {
        read_without_body(&r);
    } else {
        r.envelope = envelope_read(r.root);
        read_by_status(&r);
        if (reading->outcome != OUTCOME_JOB)
            reading->trace_id = r.envelope.trace_id;
        if (r.root && json_was_repaired(json)) {
            struct strbuf *repaired = json_scratch(json);
            if (repaired)
                json_write_repaired(repaired, r.root);
            r.out_of_memory |= !repaired || repaired->failed;
            if (!r.out_of_memory)
                reading->repaired = (struct text){repaired->bytes, repaired->len};
        }
    }
    if (r.out_of_memory) {
        *reading = (struct reading){.holds_key = reading->holds_key};
        bad(&r, text_of(BAD_RESPONSE), text_of("the answer is too large for the memory there is"));
    }
}
