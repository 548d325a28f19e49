#include "response.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <zlib.h>

#include "clock.h"

#define VALUE_SIZE 32
#define STREAM_BLOCK 16384
#define GZIP_WINDOW (15 + 16) /* zlib.h, deflateInit2: 16 more than the window asks for gzip's frame */

/* A header of ours, unless the rule sets it. */
static void add(struct MHD_Response *response, const struct plan *plan, const char *name, const char *value)
{
    for (size_t i = 0; i < plan->rule->header_count; i++)
        if (strcasecmp(plan->rule->headers[i].name, name) == 0)
            return;
    MHD_add_response_header(response, name, value);
}

static void add_number(struct MHD_Response *response, const struct plan *plan, const char *name, int64_t n)
{
    char value[VALUE_SIZE];
    snprintf(value, sizeof value, "%" PRId64, n);
    add(response, plan, name, value);
}

static int64_t seconds_up(int64_t ns)
{
    return (ns + NS_PER_S - 1) / NS_PER_S;
}

/* Rounded up, so that whoever waits as long never comes too early. */
static void write_reset(enum reset_style style, int64_t ns, char value[static VALUE_SIZE])
{
    int64_t s = seconds_up(ns);
    char hours[8] = "";
    char minutes[8] = "";
    switch (style) {
    case RESET_EPOCH:
        snprintf(value, VALUE_SIZE, "%" PRId64, seconds_up(clock_real_ns() + ns));
        return;
    case RESET_DURATION:
        if (s >= 3600)
            snprintf(hours, sizeof hours, "%uh", (unsigned)(s / 3600 % 100000));
        if (s >= 60)
            snprintf(minutes, sizeof minutes, "%um", (unsigned)(s / 60 % 60));
        snprintf(value, VALUE_SIZE, "%s%s%us", hours, minutes, (unsigned)(s % 60));
        return;
    case RESET_USUAL:
    case RESET_DELTA:
        snprintf(value, VALUE_SIZE, "%" PRId64, s);
        return;
    }
}

/* The names of one family of headers, and how its reset is usually given. */
struct family {
    const char *limit;
    const char *remaining;
    const char *reset;
    const char *retry_after; /* NULL: has none */
    enum reset_style usual;
};

static const struct family family_x = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
                                       "X-RateLimit-Retry-After", RESET_EPOCH};
static const struct family family_requests = {"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
                                              "x-ratelimit-reset-requests", NULL, RESET_DURATION};
static const struct family family_draft = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", NULL,
                                           RESET_DELTA};

static void add_family(struct MHD_Response *response, const struct plan *plan, const struct family *family,
                       enum reset_style style)
{
    char reset[VALUE_SIZE];
    write_reset(style == RESET_USUAL ? family->usual : style, plan->rate.reset_ns, reset);
    add_number(response, plan, family->limit, plan->rate.limit);
    add_number(response, plan, family->remaining, plan->rate.remaining);
    add(response, plan, family->reset, reset);
    if (family->retry_after)
        add_number(response, plan, family->retry_after, plan->rate.refused ? seconds_up(plan->rate.retry_ns) : 0);
}

static void add_rate(struct MHD_Response *response, const struct scenario *scenario, const struct plan *plan)
{
    static const struct family *const families[][2] = {
        [RATE_STYLE_X] = {&family_x, NULL},
        [RATE_STYLE_REQUESTS] = {&family_requests, NULL},
        [RATE_STYLE_BOTH] = {&family_x, &family_requests},
        [RATE_STYLE_DRAFT] = {&family_draft, NULL},
        [RATE_STYLE_NONE] = {NULL, NULL},
    };
    if (!plan->rate.limited)
        return;
    for (size_t i = 0; i < 2; i++)
        if (families[scenario->rate_style][i])
            add_family(response, plan, families[scenario->rate_style][i], scenario->reset_style);
    if (plan->rate.refused)
        add_number(response, plan, "Retry-After", seconds_up(plan->rate.retry_ns));
}

static void add_headers(struct MHD_Response *response, const struct scenario *scenario, const struct plan *plan)
{
    const struct rule *rule = plan->rule;
    const char *request_id = rule->request_id ? rule->request_id : plan->request_id;
    add(response, plan, "Content-Type", plan->type);
    if (*request_id)
        add(response, plan, "x-request-id", request_id);
    add_number(response, plan, "freddy-processing-ms", plan->processing_ms);
    add(response, plan, "freddy-api-version", "2025-01-01");
    add(response, plan, "aitronos-organization", "org_freddysim");
    if (plan->http == MHD_HTTP_METHOD_NOT_ALLOWED)
        add(response, plan, "Allow", "GET");
    if (rule->retry_after)
        add(response, plan, "Retry-After", rule->retry_after);
    if (rule->redirect)
        add(response, plan, "Location", rule->redirect);
    if (rule->gzip)
        add(response, plan, "Content-Encoding", "gzip");
    add_rate(response, scenario, plan);
    for (size_t i = 0; i < rule->header_count; i++)
        MHD_add_response_header(response, rule->headers[i].name, rule->headers[i].value);
}

static bool compress_body(struct buf *body)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return false;
    struct buf packed = {0};
    bool ok = buf_reserve(&packed, deflateBound(&stream, body->len));
    if (ok) {
        stream.next_in = (unsigned char *)body->bytes;
        stream.avail_in = (uInt)body->len;
        stream.next_out = (unsigned char *)packed.bytes;
        stream.avail_out = (uInt)packed.size;
        ok = deflate(&stream, Z_FINISH) == Z_STREAM_END;
        packed.len = stream.total_out;
    }
    deflateEnd(&stream);
    if (ok) {
        buf_free(body);
        *body = packed;
    } else {
        buf_free(&packed);
    }
    return ok;
}

/* A body that is handed out piece by piece; owned by the response. */
struct stream {
    struct buf body;
    size_t end; /* bytes that are sent */
    bool cut;   /* and then the connection is closed */
    int socket;
};

static ssize_t read_stream(void *cls, uint64_t pos, char *out, size_t max)
{
    const struct stream *stream = cls;
    if (pos >= stream->end && stream->cut) {
        /* libmicrohttpd (0.9.75) notices some ends only when the socket stirs next. */
        shutdown(stream->socket, SHUT_RDWR);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (pos >= stream->end)
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t n = stream->end - (size_t)pos;
    n = n < max ? n : max;
    memcpy(out, stream->body.bytes + pos, n);
    return (ssize_t)n;
}

static void free_stream(void *cls)
{
    struct stream *stream = cls;
    buf_free(&stream->body);
    free(stream);
}

static struct MHD_Response *make_stream(struct plan *plan, int socket)
{
    const struct rule *rule = plan->rule;
    struct stream *stream = malloc(sizeof *stream);
    if (!stream)
        return NULL;
    size_t len = plan->body.len;
    size_t end = rule->truncate != UNSET && (size_t)rule->truncate < len ? (size_t)rule->truncate : len;
    *stream = (struct stream){plan->body, end, rule->truncate != UNSET, socket};
    plan->body = (struct buf){0};
    struct MHD_Response *response = MHD_create_response_from_callback(rule->chunked ? MHD_SIZE_UNKNOWN : len,
                                                                      STREAM_BLOCK, read_stream, stream, free_stream);
    if (!response)
        free_stream(stream);
    return response;
}

struct MHD_Response *response_make(const struct scenario *scenario, struct plan *plan, int socket)
{
    const struct rule *rule = plan->rule;
    struct MHD_Response *response = NULL;
    if (rule->gzip && !compress_body(&plan->body))
        return NULL;
    if (rule->truncate != UNSET || rule->chunked) {
        response = make_stream(plan, socket);
    } else {
        response = MHD_create_response_from_buffer(plan->body.len, plan->body.bytes, MHD_RESPMEM_MUST_FREE);
        if (response)
            plan->body = (struct buf){0};
    }
    if (response)
        add_headers(response, scenario, plan);
    return response;
}
