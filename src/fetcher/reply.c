#include <string.h>

#include "loop.h"
#include "strbuf.h"

#define HTTP_UNAUTHORIZED 401
#define HTTP_TOO_MANY_REQUESTS 429 /* RFC 6585 */

#define TOLD_CHARS 200 /* of a text from outside, in a message */

/* Causes are grouped by these lines: nothing in them may differ between two jobs with the same trouble. */
static const struct {
    const char *code;
    const char *message;
} failures[FAILURE_COUNT] = {
    [FAILURE_DNS] = {"DNS", "the server's name can't be resolved"},
    [FAILURE_CONNECT] = {"CONNECTION", "the server can't be connected to"},
    [FAILURE_LOST] = {"CONNECTION", "the connection was lost before the answer was complete"},
    [FAILURE_CUT_SHORT] = {"CONNECTION", "the answer's body was cut short"},
    [FAILURE_PROTOCOL] = {"CONNECTION", "what came is not HTTP"},
    [FAILURE_TIMEOUT] = {"TIMEOUT", "no complete answer came in time"},
    [FAILURE_CERTIFICATE] = {"TLS", "the server's certificate can't be verified"},
    [FAILURE_HANDSHAKE] = {"TLS", "the TLS handshake failed"},
    [FAILURE_PROXY] = {"PROXY", "the proxy can't be reached or refuses to connect"},
    [FAILURE_BODY_SIZE] = {"BAD_RESPONSE", "the answer's body is over 16 MiB"},
    [FAILURE_HEADER_SIZE] = {"BAD_RESPONSE", "the answer's header is too long"},
    [FAILURE_ENCODING] = {"BAD_RESPONSE", "the answer's content encoding can't be undone"},
};

_Static_assert(FETCH_BODY_MAX == 16u << 20, "a message names the bound");

/* Whole milliseconds; -1 for anything else. */
static int64_t milliseconds_of(struct text t)
{
    int64_t value = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (t.bytes[i] < '0' || t.bytes[i] > '9' || value > INT64_MAX / 100)
            return -1;
        value = value * 10 + (t.bytes[i] - '0');
    }
    return t.len > 0 ? value : -1;
}

static struct kept item_of(const struct loop *loop, const struct task *task, const struct reply *reply)
{
    struct text request_id = reply->headers[HEADER_REQUEST_ID];
    return (struct kept){
        .job = task->job,
        .requests = task->requests,
        .failure = reply->failure,
        .answer = {
            .http_status = reply->http_status,
            .body = reply->failure == FAILURE_NONE ? reply->body : text_of(""),
            .request_id = request_id.len > 0 ? request_id : TEXT_NONE,
            .server_ms = milliseconds_of(reply->headers[HEADER_PROCESSING_MS]),
            .received_at = clock_now(loop->options->clock),
        },
    };
}

static void read_item(const struct loop *loop, struct json_reader *json, const struct kept *item,
                      struct reading *reading)
{
    if (item->failure == FAILURE_NONE) {
        answer_read(json, item->job.job_id, &item->answer, loop->options->key, reading);
        return;
    }
    *reading = (struct reading){
        .outcome = OUTCOME_BAD,
        .error_code = text_of(failures[item->failure].code),
        .error_message = text_of(failures[item->failure].message),
    };
}

static enum result deliver(struct loop *loop, const struct kept *item, const struct reading *reading)
{
    if (reading->outcome == OUTCOME_BAD)
        loop->summary->gave_up++;
    enum result result = loop->ports->answered(loop->ports->ctx, &item->job,
                                               item->failure == FAILURE_NONE ? &item->answer : NULL, reading,
                                               item->requests, loop->err);
    loop->port_failed = result != RESULT_OK;
    return result;
}

enum result reply_deliver_kept(struct loop *loop, struct kept_list *list)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < list->count; i++) {
        struct reading reading;
        read_item(loop, loop->kept_json, &list->items[i], &reading);
        result = deliver(loop, &list->items[i], &reading);
    }
    kept_clear(list);
    return result;
}

enum result reply_abandon(struct loop *loop, const struct fetch_job *job, unsigned requests)
{
    enum result result = loop->ports->abandoned(loop->ports->ctx, job, requests, loop->err);
    loop->port_failed = result != RESULT_OK;
    return result;
}

enum result reply_abandon_kept(struct loop *loop, struct kept_list *list)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < list->count; i++)
        result = reply_abandon(loop, &list->items[i].job, list->items[i].requests);
    kept_clear(list);
    return result;
}

/* "HTTP 401, CODE: message (request ID)" for a person; nothing that holds the key gets in. */
static void tell(struct strbuf *out, const struct kept *item, const struct reading *reading)
{
    if (item->answer.http_status > 0)
        strbuf_printf(out, "HTTP %d, ", item->answer.http_status);
    text_escape(out, reading->error_code, TOLD_CHARS);
    if (reading->error_message.len > 0) {
        strbuf_puts(out, ": ");
        text_escape(out, reading->error_message, TOLD_CHARS);
    }
    if (item->answer.request_id.bytes && !reading->holds_key) {
        strbuf_puts(out, " (request ");
        text_escape(out, item->answer.request_id, TOLD_CHARS);
        strbuf_putc(out, ')');
    }
}

/* The run ends: err says what came last. */
static enum result stop(struct loop *loop, enum result why, const struct kept *item, const struct reading *reading,
                        const char *before, const char *after)
{
    struct strbuf told = {0};
    tell(&told, item, reading);
    if (told.failed)
        why = error_memory(loop->err);
    else
        error_set(loop->err, why, "%s%s%s", before, told.bytes, after);
    strbuf_free(&told);
    return why;
}

static enum result unauthorized(struct loop *loop, struct kept *item)
{
    struct reading reading;
    item->failure = FAILURE_NONE; /* the status says it all, even if the body didn't come whole */
    read_item(loop, loop->json, item, &reading);
    return stop(loop, RESULT_CREDENTIALS, item, &reading, "the API refuses the key: ",
                "; check the key (--api-key-file, $FREDDY_API_KEY) and --auth");
}

static enum result doubtful(struct loop *loop, const struct kept *item, const struct reading *reading)
{
    if (loop->doubt.kind == DOUBT_REFUSED)
        return stop(loop, RESULT_CREDENTIALS, item, reading, "the first jobs were all refused, the last with ",
                    "; no job was changed: check the key, its organisation and its permissions");
    return stop(loop, RESULT_CREDENTIALS, item, reading, "the first jobs are all unknown to the API, the last with ",
                "; no job was changed: check --base-url, the key and its organisation");
}

static enum result limited(struct loop *loop, struct task *task, const struct reply *reply)
{
    loop->summary->rate_limited++;
    int64_t after_ms = retry_after_ms(reply->headers[HEADER_RETRY_AFTER], reply->headers[HEADER_DATE],
                                      clock_now(loop->options->clock));
    /* The clock cuts milliseconds off: what came in this one may have come at its end. */
    int64_t came_ms = loop->transport->now_ms(loop->transport->self) + 1;
    pace_limited(&loop->pace, came_ms, task->sent_ms, after_ms, &loop->jitter);
    task->limited = true;
    tasks_wait(&loop->tasks, task, TASK_AT_ONCE);
    return RESULT_OK;
}

static enum result gave_up(struct loop *loop, struct task *task, const struct kept *item)
{
    tasks_give_back(&loop->tasks, task);
    enum result result = RESULT_OK;
    if (!kept_add(&loop->outage.kept, item))
        result = reply_abandon(loop, &item->job, item->requests);
    if (result == RESULT_OK && doubt_gave_up(&loop->doubt) == DOUBT_RESOLVED)
        result = reply_deliver_kept(loop, &loop->doubt.kept);
    return result;
}

/* For the end of a run in which nothing else comes. */
static void remember_failure(struct loop *loop, const struct kept *item, const struct reading *reading)
{
    struct strbuf told = {0};
    tell(&told, item, reading);
    text_printable((struct text){told.bytes, told.len}, 0, loop->last_failure, sizeof loop->last_failure);
    strbuf_free(&told);
}

static enum result failed(struct loop *loop, struct task *task, const struct reply *reply, const struct kept *item,
                          const struct reading *reading)
{
    int64_t now_ms = loop->transport->now_ms(loop->transport->self);
    task->failures++;
    if (!loop->outage.any_answered)
        remember_failure(loop, item, reading);
    if (outage_failed(&loop->outage, task->job.key, reply->shared ? task->sent_ms : now_ms, now_ms)) {
        /* Back among those that are abandoned when the run ends. */
        tasks_wait(&loop->tasks, task, now_ms);
        return stop(loop, RESULT_API, item, reading, "too many requests in a row failed, the last with ",
                    "; these jobs keep their state and are asked again by the next run: check --base-url and the "
                    "network");
    }
    if (task->failures > (unsigned)loop->options->retries)
        return gave_up(loop, task, item);
    int64_t wait_ms = retry_backoff_ms(task->failures, &loop->jitter);
    int64_t after_ms = retry_after_ms(reply->headers[HEADER_RETRY_AFTER], reply->headers[HEADER_DATE],
                                      item->answer.received_at);
    tasks_wait(&loop->tasks, task, now_ms + (after_ms > wait_ms ? after_ms : wait_ms));
    return RESULT_OK;
}

static enum result answered(struct loop *loop, struct task *task, const struct kept *item,
                            const struct reading *reading)
{
    pace_answered(&loop->pace, task->sent_ms);
    tasks_give_back(&loop->tasks, task);
    outage_over(&loop->outage);
    enum result result = reply_deliver_kept(loop, &loop->outage.kept);
    if (result != RESULT_OK)
        return result;
    switch (doubt_step(&loop->doubt, item, reading, loop->options->nothing_resolved_yet)) {
    case DOUBT_HOLD: return RESULT_OK;
    case DOUBT_PROVEN: return doubtful(loop, item, reading);
    case DOUBT_RESOLVED: result = reply_deliver_kept(loop, &loop->doubt.kept); break;
    case DOUBT_NONE: break;
    }
    return result == RESULT_OK ? deliver(loop, item, reading) : result;
}

static void heed_limits(struct loop *loop, const struct task *task, const struct reply *reply)
{
    struct timestamp wall = clock_now(loop->options->clock);
    struct limits limits = limits_read(reply->headers, wall);
    pace_back(&loop->pace, &task->ticket, loop->transport->now_ms(loop->transport->self), wall,
              reply->http_status > 0, &limits);
}

enum result reply_handle(struct loop *loop, const struct reply *reply)
{
    struct task *task = reply->tag;
    struct kept item = item_of(loop, task, reply);
    loop->under_way--;
    loop->next_ms = INT64_MIN;
    heed_limits(loop, task, reply);
    if (reply->http_status == HTTP_TOO_MANY_REQUESTS)
        return limited(loop, task, reply);
    if (reply->http_status == HTTP_UNAUTHORIZED)
        return unauthorized(loop, &item);
    struct reading reading;
    read_item(loop, loop->json, &item, &reading);
    if (reading.outcome == OUTCOME_BAD)
        return failed(loop, task, reply, &item, &reading);
    return answered(loop, task, &item, &reading);
}

enum result reply_only_failures(struct loop *loop)
{
    return error_set(loop->err, RESULT_API,
                     "the API gave no answer of use to any of %llu requests, to the last %s; check --base-url and the "
                     "network", (unsigned long long)loop->summary->requests, loop->last_failure);
}
