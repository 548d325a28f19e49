/* A client that asks only as fast as its pace allows, and servers of several kinds that state their limits in several
 * ways, with a clock that jumps from event to event. */
#ifndef JOBLEDGER_TEST_PACE_WORLD_H
#define JOBLEDGER_TEST_PACE_WORLD_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/fetcher/pace.h"

#define WORLD_START INT64_C(1735689600000) /* 2025-01-01, in milliseconds */

#define WORLD_LOG_MAX 4096

enum limiter_kind {
    BUCKET,        /* refilled steadily */
    WINDOW,        /* counted anew at fixed times */
    LAZY_WINDOW,   /* likewise, but a window begins with its first request */
    SLIDING_LOG,   /* each request comes back a period after it was counted */
};

enum headers { HEADERS_X, HEADERS_REQUESTS, HEADERS_BOTH, HEADERS_DRAFT, HEADERS_COMBINED, HEADERS_NONE };
enum spelling { SPELL_EPOCH, SPELL_DELTA, SPELL_DURATION, SPELL_FINE_DURATION };

struct server {
    enum limiter_kind kind;
    int64_t requests; /* in */
    int64_t period_ms;
    int64_t burst;    /* BUCKET */
    int64_t spent;    /* before the start */
    int64_t others_every_ms; /* another client asks so often; 0: none */
    enum headers headers;
    enum spelling spelling;
    enum rounding rounding;
    bool next_token;   /* BUCKET: the reset is when the next token comes, not when it is full */
    bool no_date;

    int64_t phase_ms;      /* of the windows */
    int64_t wall_ms;       /* its wall clock less the world's time */
    int64_t credit;        /* BUCKET: tokens times period; windows: requests left */
    int64_t seen_ms;
    int64_t window_end_ms;
    int64_t log[WORLD_LOG_MAX]; /* SLIDING_LOG: when requests come back */
    size_t log_from;
    size_t log_to;
    int64_t others_ms;
};

static int64_t server_full(const struct server *s)
{
    return s->kind == BUCKET ? s->burst * s->period_ms : s->requests;
}

static void server_start(struct server *s, int64_t now)
{
    int64_t price = s->kind == BUCKET ? s->period_ms : 1;
    s->seen_ms = now;
    s->credit = server_full(s) - s->spent * price;
    if (s->credit < 0)
        s->credit = 0;
    s->window_end_ms = now + s->period_ms - s->phase_ms;
    for (int64_t i = 0; s->kind == SLIDING_LOG && i < s->spent; i++)
        s->log[s->log_to++] = now + s->period_ms * (i + 1) / (s->spent + 1);
    s->others_ms = now;
}

static void server_advance(struct server *s, int64_t now)
{
    if (s->kind == BUCKET) {
        s->credit += (now - s->seen_ms) * s->requests;
        if (s->credit > server_full(s))
            s->credit = server_full(s);
    } else if (s->kind == WINDOW) {
        while (now >= s->window_end_ms) {
            s->window_end_ms += s->period_ms;
            s->credit = s->requests;
        }
    } else if (s->kind == LAZY_WINDOW) {
        if (now >= s->window_end_ms) {
            s->window_end_ms = now + s->period_ms;
            s->credit = s->requests;
        }
    } else {
        while (s->log_from < s->log_to && s->log[s->log_from % WORLD_LOG_MAX] <= now)
            s->log_from++;
        s->credit = s->requests - (int64_t)(s->log_to - s->log_from);
    }
    s->seen_ms = now;
}

static bool server_take_one(struct server *s, int64_t now)
{
    int64_t price = s->kind == BUCKET ? s->period_ms : 1;
    server_advance(s, now);
    if (s->credit < price)
        return false;
    s->credit -= price;
    if (s->kind == SLIDING_LOG)
        s->log[s->log_to++ % WORLD_LOG_MAX] = now + s->period_ms;
    return true;
}

static bool server_take(struct server *s, int64_t now)
{
    while (s->others_every_ms > 0 && s->others_ms <= now) {
        server_take_one(s, s->others_ms);
        s->others_ms += s->others_every_ms;
    }
    return server_take_one(s, now);
}

static int64_t up(int64_t n, int64_t by)
{
    return (n + by - 1) / by;
}

/* Milliseconds until the next request is taken. */
static int64_t server_next(const struct server *s)
{
    if (s->kind == BUCKET)
        return s->credit >= s->period_ms ? 0 : up(s->period_ms - s->credit, s->requests);
    if (s->credit > 0)
        return 0;
    return (s->kind == SLIDING_LOG ? s->log[s->log_from % WORLD_LOG_MAX] : s->window_end_ms) - s->seen_ms;
}

static int64_t server_reset(const struct server *s)
{
    if (s->kind == BUCKET)
        return s->next_token ? server_next(s) : up(server_full(s) - s->credit, s->requests);
    if (s->kind == SLIDING_LOG)
        return s->log_to > s->log_from ? s->log[s->log_from % WORLD_LOG_MAX] - s->seen_ms : 0;
    return s->window_end_ms - s->seen_ms;
}

static int64_t rounded_to_s(int64_t ms, enum rounding rounding)
{
    return rounding == ROUNDED_UP ? up(ms, 1000) : rounding == ROUNDED_DOWN ? ms / 1000 : (ms + 500) / 1000;
}

/* One answer's headers: what was stated when it was made. */
struct stated {
    char text[HEADER_COUNT][64];
};

__attribute__((format(printf, 3, 4)))
static void state(struct stated *out, enum header header, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->text[header], sizeof out->text[header], format, args);
    va_end(args);
}

static void spell_reset(const struct server *s, enum spelling spelling, char *out, size_t size)
{
    int64_t in = server_reset(s);
    int64_t sec = rounded_to_s(in, s->rounding);
    switch (spelling) {
    case SPELL_EPOCH:
        snprintf(out, size, "%" PRId64, rounded_to_s(s->seen_ms + s->wall_ms + in, s->rounding));
        break;
    case SPELL_DELTA: snprintf(out, size, "%" PRId64, sec); break;
    case SPELL_DURATION: snprintf(out, size, "%" PRId64 "m%" PRId64 "s", sec / 60, sec % 60); break;
    case SPELL_FINE_DURATION: snprintf(out, size, "%" PRId64 "ms", in); break;
    }
}

static void write_date(int64_t wall_ms, struct stated *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int64_t sec = wall_ms / 1000 - WORLD_START / 1000; /* since Wed, 01 Jan 2025; the worlds last for days only */
    state(out, HEADER_DATE, "%s, %02d Jan 2025 %02d:%02d:%02d GMT", days[(3 + sec / 86400) % 7],
          (int)(sec / 86400 + 1), (int)(sec / 3600 % 24), (int)(sec / 60 % 60), (int)(sec % 60));
}

static void server_state(const struct server *s, bool refused, struct stated *out)
{
    char reset[32];
    int64_t left = s->kind == BUCKET ? s->credit / s->period_ms : s->credit;
    spell_reset(s, s->spelling, reset, sizeof reset);
    if (!s->no_date)
        write_date(s->seen_ms + s->wall_ms, out);
    if (refused)
        state(out, HEADER_RETRY_AFTER, "%" PRId64, up(server_next(s), 1000));
    if (s->headers == HEADERS_X || s->headers == HEADERS_BOTH) {
        state(out, HEADER_X_LIMIT, "%" PRId64, s->requests);
        state(out, HEADER_X_REMAINING, "%" PRId64, left);
        state(out, HEADER_X_RESET, "%s", reset);
    }
    if (s->headers == HEADERS_BOTH)
        spell_reset(s, SPELL_DURATION, reset, sizeof reset);
    if (s->headers == HEADERS_REQUESTS || s->headers == HEADERS_BOTH) {
        state(out, HEADER_REQUESTS_LIMIT, "%" PRId64, s->requests);
        state(out, HEADER_REQUESTS_REMAINING, "%" PRId64, left);
        state(out, HEADER_REQUESTS_RESET, "%s", reset);
    }
    if (s->headers == HEADERS_DRAFT) {
        state(out, HEADER_DRAFT_LIMIT, "%" PRId64 ", %" PRId64 ";w=60", s->requests, s->requests);
        state(out, HEADER_DRAFT_REMAINING, "%" PRId64, left);
        state(out, HEADER_DRAFT_RESET, "%s", reset);
    }
    if (s->headers == HEADERS_COMBINED)
        state(out, HEADER_RATE_LIMIT, "\"default\";r=%" PRId64 ";t=%s", left, reset);
}

/* The client, and what is under way. */
struct request {
    struct ticket ticket;
    int64_t arrives_ms;
    int64_t back_ms;
    bool arrived;
    bool refused;
    bool lost;
    struct stated stated;
};

struct client {
    struct pace pace;
    struct jitter jitter;
    int64_t now;
    int64_t wall_ms; /* its wall clock less the world's time */
    int64_t latency_min_ms;
    int64_t latency_max_ms;
    int64_t lost_of_1000; /* requests that bring no answer */
    struct request under_way[FETCH_PARALLEL_MAX];
    int count;
    int64_t jobs;
    int64_t sent;
    int64_t done;
    int64_t refused;
    int64_t polls;
};

/* Draws how long a request takes, at least 1, to be counted and to come back, and whether it brings an answer. */
static void draw(struct client *c, int64_t *there_ms, int64_t *takes_ms, bool *lost)
{
    *takes_ms = c->latency_min_ms + jitter_upto(&c->jitter, c->latency_max_ms - c->latency_min_ms);
    *there_ms = jitter_upto(&c->jitter, *takes_ms - 1);
    *lost = jitter_upto(&c->jitter, 999) < c->lost_of_1000;
}

static struct timestamp wall_of(const struct client *c)
{
    int64_t ms = c->now + c->wall_ms;
    return (struct timestamp){ms / 1000, (int32_t)(ms % 1000 * 1000000)};
}

static int wanted(const struct client *c)
{
    int64_t left = c->jobs - c->sent;
    return left > QUOTA_WANTED ? QUOTA_WANTED : (int)left;
}

static void client_send(struct client *c)
{
    struct request *request = &c->under_way[c->count++];
    int64_t there_ms;
    int64_t takes_ms;
    *request = (struct request){.ticket = pace_sent(&c->pace, c->now, wanted(c))};
    draw(c, &there_ms, &takes_ms, &request->lost);
    request->arrives_ms = c->now + there_ms;
    request->back_ms = c->now + takes_ms;
    c->sent++;
}

static void client_take_back(struct client *c, struct request *request)
{
    struct text headers[HEADER_COUNT];
    for (int i = 0; i < HEADER_COUNT; i++)
        headers[i] = request->lost || request->stated.text[i][0] == '\0' ? TEXT_NONE
                                                                         : text_of(request->stated.text[i]);
    struct limits limits = limits_read(headers, wall_of(c));
    pace_back(&c->pace, &request->ticket, c->now, wall_of(c), !request->lost, &limits);
    if (request->lost) {
        c->sent--;
    } else if (request->refused) {
        int64_t after = retry_after_ms(headers[HEADER_RETRY_AFTER], headers[HEADER_DATE], wall_of(c));
        pace_limited(&c->pace, c->now, request->ticket.sent_ms, after, &c->jitter);
        c->refused++;
        c->sent--;
    } else {
        pace_answered(&c->pace, request->ticket.sent_ms);
        c->done++;
    }
}

static void client_move(struct client *c, struct server *s)
{
    for (int i = 0; i < c->count; i++) {
        struct request *request = &c->under_way[i];
        if (!request->arrived && request->arrives_ms <= c->now) {
            request->arrived = true;
            request->refused = !server_take(s, c->now);
            server_state(s, request->refused, &request->stated);
        }
    }
    for (int i = 0; i < c->count; i++) {
        struct request request = c->under_way[i];
        if (!request.arrived || request.back_ms > c->now)
            continue;
        c->under_way[i--] = c->under_way[--c->count];
        client_take_back(c, &request);
    }
}

static int64_t client_next(const struct client *c)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < c->count; i++) {
        const struct request *request = &c->under_way[i];
        int64_t at = request->arrived ? request->back_ms : request->arrives_ms;
        if (at < next)
            next = at;
    }
    return next;
}

/* Until all jobs are done. Returns the time it took. */
static int64_t client_run(struct client *c, struct server *s)
{
    int64_t start = c->now;
    while (c->done < c->jobs) {
        int64_t next = client_next(c);
        while (c->sent < c->jobs) {
            int64_t wait = pace_wait(&c->pace, c->now, c->count, wanted(c));
            if (wait > 0) {
                if (wait != PACE_NEVER && c->now + wait < next)
                    next = c->now + wait;
                break;
            }
            client_send(c);
            next = client_next(c);
        }
        if (next == INT64_MAX || ++c->polls > 1000 * 1000)
            fail_msg("stuck at %" PRId64 " ms with %" PRId64 " done", c->now - start, c->done);
        c->now = next > c->now ? next : c->now;
        client_move(c, s);
    }
    return c->now - start;
}

/* The time that the limit and the latency dictate: requests wait at the server's door, first come, first served, and
 * none is ever refused. */
static int64_t ideal_run(const struct server *fresh, const struct client *like, int parallel)
{
    struct server s = *fresh;
    struct client c = *like;
    int64_t free_ms[FETCH_PARALLEL_MAX];
    int64_t door = like->now;
    int64_t end = like->now;
    for (int i = 0; i < parallel; i++)
        free_ms[i] = like->now;
    for (int64_t n = 0; n < like->jobs; n++) {
        int slot = 0;
        for (int i = 1; i < parallel; i++)
            if (free_ms[i] < free_ms[slot])
                slot = i;
        int64_t there_ms;
        int64_t takes_ms;
        bool lost;
        draw(&c, &there_ms, &takes_ms, &lost);
        door = free_ms[slot] + there_ms > door ? free_ms[slot] + there_ms : door;
        while (!server_take(&s, door))
            door += server_next(&s) > 0 ? server_next(&s) : 1;
        free_ms[slot] = door + takes_ms - there_ms;
        end = free_ms[slot] > end ? free_ms[slot] : end;
    }
    return end - like->now;
}

static inline struct client client_new(uint64_t seed, int parallel, int64_t jobs)
{
    static const struct fetch_rate automatic = {.kind = FETCH_RATE_AUTO};
    struct client c = {.jitter = {seed}, .now = 5000, .latency_min_ms = 1, .latency_max_ms = 300, .jobs = jobs};
    c.wall_ms = WORLD_START + jitter_upto(&c.jitter, 999);
    c.pace = pace_start(&automatic, parallel, c.now);
    return c;
}

#endif
