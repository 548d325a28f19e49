/* A run without network and without waiting: a transport whose clock moves only in poll, an API that is a function, and
 * ports that write down what they are told. */
#ifndef JOBLEDGER_TEST_FETCH_WORLD_H
#define JOBLEDGER_TEST_FETCH_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/fetcher/loop.h"

#define WORLD_EVENTS 4096
#define WORLD_BODY 512

/* What the API says to one request. */
struct spec {
    enum failure failure;
    int status;              /* 200: the job object, completed */
    const char *code;        /* of the envelope; NULL: none */
    const char *retry_after; /* NULL: none */
    const char *remaining;   /* X-RateLimit-Remaining and -Reset; NULL: none */
    const char *reset;
    const char *request_id;
    int64_t takes_ms;        /* at least 1 */
};

struct flight {
    void *tag;
    int64_t done_ms;
    int64_t job;
    unsigned nth;
};

struct sent {
    int64_t job;
    int64_t at_ms;
};

struct event {
    int64_t job;
    bool abandoned;
    unsigned requests;
    enum outcome outcome;
    bool has_answer;
    int http_status;
    char code[32];
    char body[WORLD_BODY];
    char request_id[32];
};

struct world {
    struct fetch_options options;
    struct clock clock;
    volatile sig_atomic_t signal;
    struct spec (*api)(struct world *world, int64_t job, unsigned nth); /* nth request for the job, from 1 */
    int64_t jobs;             /* 1 to this */
    int64_t signal_at_ms;     /* 0: never */
    int64_t next_fails_at;    /* this call of next; 0: never */
    int64_t (*next_wait)(struct world *world); /* what next says while jobs are left; NULL: there is always one */
    int64_t budget;           /* requests that spend allows; 0: any number */
    bool answered_fails;

    int64_t now;
    struct flight flights[FETCH_PARALLEL_MAX];
    int under_way;
    int most_under_way;
    int64_t given;            /* jobs that next gave */
    bool asked_past_end;
    size_t next_calls;
    size_t notices;
    char notice[160];         /* the last one */
    int64_t noticed_ms;
    unsigned nth[WORLD_EVENTS];
    struct sent sent[WORLD_EVENTS];
    size_t sent_count;
    struct event events[WORLD_EVENTS];
    size_t event_count;
    size_t calls_after_failure;
    bool port_failed;
    size_t polls;
    int64_t ticked_ms;
    int64_t longest_untick_ms;
    char body[WORLD_BODY];

    struct fetch_summary summary;
    struct error err;
};

static int64_t world_now(void *self)
{
    const struct world *w = self;
    return w->now;
}

static enum result world_start(void *self, const char *path, void *tag, struct error *err)
{
    struct world *w = self;
    long long job = 0;
    (void)err;
    assert_int_equal(sscanf(path, "/v1/documents/jobs/job_%lld", &job), 1);
    assert_in_range(job, 1, w->jobs);
    assert_true(w->sent_count < WORLD_EVENTS);
    struct flight *flight = &w->flights[w->under_way++];
    *flight = (struct flight){.tag = tag, .job = job, .nth = ++w->nth[job]};
    int64_t takes = w->api(w, job, flight->nth).takes_ms;
    flight->done_ms = w->now + (takes > 0 ? takes : 1);
    w->sent[w->sent_count++] = (struct sent){job, w->now};
    if (w->under_way > w->most_under_way)
        w->most_under_way = w->under_way;
    return RESULT_OK;
}

static int first_done(const struct world *w)
{
    int first = -1;
    for (int i = 0; i < w->under_way; i++)
        if (first < 0 || w->flights[i].done_ms < w->flights[first].done_ms)
            first = i;
    return first;
}

static enum result world_poll(void *self, int wait_ms, struct error *err)
{
    struct world *w = self;
    int first = first_done(w);
    int64_t until = w->now + wait_ms;
    (void)err;
    assert_in_range(wait_ms, 1, 100);
    assert_true(++w->polls < 1000000);
    if (first >= 0 && w->flights[first].done_ms < until)
        until = w->flights[first].done_ms;
    w->now = until > w->now ? until : w->now;
    if (w->signal_at_ms > 0 && w->now >= w->signal_at_ms && w->signal == 0)
        w->signal = SIGTERM;
    return RESULT_OK;
}

static struct text optional(const char *s)
{
    return s ? text_of(s) : TEXT_NONE;
}

static void write_body(struct world *w, const struct spec *spec, int64_t job)
{
    if (spec->status == 200)
        snprintf(w->body, sizeof w->body, "{\"success\":true,\"job_id\":\"job_%lld\",\"status\":\"completed\"}",
                 (long long)job);
    else if (spec->code)
        snprintf(w->body, sizeof w->body,
                 "{\"success\":false,\"error\":{\"code\":\"%s\",\"message\":\"of job_%lld\",\"status\":%d}}",
                 spec->code, (long long)job, spec->status);
    else
        snprintf(w->body, sizeof w->body, "<html>busy</html>");
}

static bool world_take(void *self, struct reply *reply)
{
    struct world *w = self;
    int first = first_done(w);
    if (first < 0 || w->flights[first].done_ms > w->now)
        return false;
    struct flight flight = w->flights[first];
    w->flights[first] = w->flights[--w->under_way];
    struct spec spec = w->api(w, flight.job, flight.nth);
    *reply = (struct reply){.tag = flight.tag, .failure = spec.failure, .http_status = spec.status};
    write_body(w, &spec, flight.job);
    reply->body = text_of(w->body);
    reply->headers[HEADER_RETRY_AFTER] = optional(spec.retry_after);
    reply->headers[HEADER_REQUEST_ID] = optional(spec.request_id);
    reply->headers[HEADER_X_REMAINING] = optional(spec.remaining);
    reply->headers[HEADER_X_RESET] = optional(spec.reset);
    return true;
}

static enum result port_result(struct world *w, bool fails, struct error *err)
{
    w->calls_after_failure += w->port_failed;
    if (!fails)
        return RESULT_OK;
    w->port_failed = true;
    return error_set(err, RESULT_LEDGER, "the disk is full");
}

static enum result world_next(void *ctx, struct fetch_job *job, int64_t *wait_ms, struct error *err)
{
    struct world *w = ctx;
    assert_false(w->asked_past_end);
    w->next_calls++;
    *wait_ms = w->given == w->jobs ? FETCH_NO_MORE : w->next_wait ? w->next_wait(w) : 0;
    w->asked_past_end = *wait_ms == FETCH_NO_MORE;
    if (*wait_ms != 0)
        return port_result(w, false, err);
    job->key = ++w->given;
    snprintf(job->job_id, sizeof job->job_id, "job_%lld", (long long)job->key);
    return port_result(w, w->given == w->next_fails_at, err);
}

static bool world_spend(void *ctx)
{
    const struct world *w = ctx;
    return w->budget == 0 || (int64_t)w->sent_count < w->budget;
}

static void copy_text(char *out, size_t size, struct text t)
{
    assert_true(t.len < size);
    if (t.len > 0)
        memcpy(out, t.bytes, t.len);
    out[t.len] = '\0';
}

static enum result world_answered(void *ctx, const struct fetch_job *job, const struct answer *answer,
                                  const struct reading *reading, unsigned requests, struct error *err)
{
    struct world *w = ctx;
    struct event *event = &w->events[w->event_count++];
    *event = (struct event){.job = job->key, .requests = requests, .outcome = reading->outcome};
    event->has_answer = answer != NULL;
    if (answer) {
        event->http_status = answer->http_status;
        copy_text(event->body, sizeof event->body, answer->body);
        copy_text(event->request_id, sizeof event->request_id, answer->request_id);
    }
    copy_text(event->code, sizeof event->code, reading->error_code);
    return port_result(w, w->answered_fails, err);
}

static enum result world_abandoned(void *ctx, const struct fetch_job *job, unsigned requests, struct error *err)
{
    struct world *w = ctx;
    w->events[w->event_count++] = (struct event){.job = job->key, .requests = requests, .abandoned = true};
    return port_result(w, false, err);
}

static enum result world_tick(void *ctx, struct error *err)
{
    struct world *w = ctx;
    if (w->now - w->ticked_ms > w->longest_untick_ms)
        w->longest_untick_ms = w->now - w->ticked_ms;
    w->ticked_ms = w->now;
    return port_result(w, false, err);
}

static void world_notice(void *ctx, bool warning, const char *line)
{
    (void)warning;
    struct world *w = ctx;
    w->notices++;
    w->noticed_ms = w->now;
    snprintf(w->notice, sizeof w->notice, "%s", line);
}

static struct world *world_new(int64_t jobs, struct spec (*api)(struct world *, int64_t, unsigned))
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->clock = (struct clock){.fixed = true, .at = {1735689600, 0}};
    w->jobs = jobs;
    w->api = api;
    w->now = 5000;
    w->ticked_ms = w->now;
    w->options = (struct fetch_options){
        .base_url = "http://localhost", .key = "ak_secret_1", .parallel = 8, .retries = 5, .timeout_ms = 30000,
        .connect_timeout_ms = 10000, .seed = 7, .clock = &w->clock, .signal = &w->signal,
    };
    return w;
}

static enum result world_run(struct world *w)
{
    const struct transport transport = {w, world_now, world_start, world_poll, world_take};
    const struct fetch_ports ports = {w,             world_next, world_spend, world_answered, world_abandoned,
                                      world_tick,    world_notice};
    enum result result = fetch_loop(&w->options, &ports, &transport, &w->summary, &w->err);
    assert_in_range(w->longest_untick_ms, 0, 250);
    assert_int_equal(w->summary.requests, w->sent_count);
    assert_int_equal(w->calls_after_failure, 0);
    return result;
}

static size_t count_events(const struct world *w, bool abandoned)
{
    size_t n = 0;
    for (size_t i = 0; i < w->event_count; i++)
        n += w->events[i].abandoned == abandoned;
    return n;
}

/* The one event of a job. */
static const struct event *event_of(const struct world *w, int64_t job)
{
    size_t found = WORLD_EVENTS;
    for (size_t i = 0; i < w->event_count; i++) {
        if (w->events[i].job != job)
            continue;
        assert_int_equal(found, WORLD_EVENTS);
        found = i;
    }
    assert_true(found < WORLD_EVENTS);
    return &w->events[found];
}

static inline int64_t nth_sent_ms(const struct world *w, int64_t job, unsigned nth)
{
    for (size_t i = 0; i < w->sent_count; i++)
        if (w->sent[i].job == job && --nth == 0)
            return w->sent[i].at_ms;
    fail_msg("job %lld was not asked for that often", (long long)job);
    return -1;
}

#endif
