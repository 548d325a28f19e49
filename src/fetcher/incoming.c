#include "incoming.h"

#include <string.h>
#include <strings.h>

#include "fetcher.h"

#define BODY_KEPT (256u << 10) /* a buffer larger than this is not kept for the next answer */

static const char *const header_names[HEADER_COUNT] = {
    [HEADER_DATE] = "date",
    [HEADER_RETRY_AFTER] = "retry-after",
    [HEADER_REQUEST_ID] = "x-request-id",
    [HEADER_PROCESSING_MS] = "freddy-processing-ms",
    [HEADER_X_LIMIT] = "x-ratelimit-limit",
    [HEADER_X_REMAINING] = "x-ratelimit-remaining",
    [HEADER_X_RESET] = "x-ratelimit-reset",
    [HEADER_REQUESTS_LIMIT] = "x-ratelimit-limit-requests",
    [HEADER_REQUESTS_REMAINING] = "x-ratelimit-remaining-requests",
    [HEADER_REQUESTS_RESET] = "x-ratelimit-reset-requests",
    [HEADER_DRAFT_LIMIT] = "ratelimit-limit",
    [HEADER_DRAFT_REMAINING] = "ratelimit-remaining",
    [HEADER_DRAFT_RESET] = "ratelimit-reset",
    [HEADER_RATE_LIMIT] = "ratelimit",
    [HEADER_RATE_LIMIT_POLICY] = "ratelimit-policy",
};

static void begin_headers(struct incoming *in)
{
    in->head_ended = false;
    for (int i = 0; i < HEADER_COUNT; i++) {
        strbuf_clear(&in->values[i]);
        in->present[i] = false;
    }
}

void incoming_clear(struct incoming *in)
{
    if (in->body.size > BODY_KEPT)
        strbuf_free(&in->body);
    strbuf_clear(&in->body);
    begin_headers(in);
    in->header_bytes = 0;
    in->failure = FAILURE_NONE;
    in->no_memory = false;
}

void incoming_free(struct incoming *in)
{
    strbuf_free(&in->body);
    for (int i = 0; i < HEADER_COUNT; i++)
        strbuf_free(&in->values[i]);
}

static void keep_header(struct incoming *in, struct text line)
{
    const char *colon = memchr(line.bytes, ':', line.len);
    size_t name_len = colon ? (size_t)(colon - line.bytes) : 0;
    for (int i = 0; name_len > 0 && i < HEADER_COUNT; i++) {
        /* Of a header that comes twice, the first counts. */
        if (in->present[i] || strlen(header_names[i]) != name_len ||
            strncasecmp(line.bytes, header_names[i], name_len) != 0)
            continue;
        struct text value = text_trim((struct text){colon + 1, line.len - name_len - 1});
        strbuf_append(&in->values[i], value.bytes, value.len < HEADER_VALUE_MAX ? value.len : HEADER_VALUE_MAX);
        in->present[i] = true;
        if (in->values[i].failed)
            in->no_memory = true;
    }
}

bool incoming_header(struct incoming *in, const char *bytes, size_t len)
{
    static const char status_line[] = "HTTP/";
    if (len > INCOMING_HEADERS_MAX - in->header_bytes) {
        in->failure = FAILURE_HEADER_SIZE;
        return false;
    }
    in->header_bytes += len;
    struct text line = {bytes, len};
    while (line.len > 0 && (line.bytes[line.len - 1] == '\n' || line.bytes[line.len - 1] == '\r'))
        line.len--;
    /* Interim answers (RFC 9110, 15.2) have headers of their own. */
    if (len >= sizeof status_line - 1 && memcmp(bytes, status_line, sizeof status_line - 1) == 0)
        begin_headers(in);
    else if (line.len == 0)
        in->head_ended = true;
    else
        keep_header(in, line);
    return !in->no_memory;
}

bool incoming_body(struct incoming *in, const char *bytes, size_t len)
{
    if (len > FETCH_BODY_MAX - in->body.len) {
        in->failure = FAILURE_BODY_SIZE;
        return false;
    }
    strbuf_append(&in->body, bytes, len);
    in->no_memory = in->body.failed;
    return !in->no_memory;
}

static struct text span_of(const struct strbuf *buf)
{
    return buf->bytes ? (struct text){buf->bytes, buf->len} : text_of("");
}

void incoming_lend(const struct incoming *in, struct reply *reply)
{
    reply->body = span_of(&in->body);
    for (int i = 0; i < HEADER_COUNT; i++)
        reply->headers[i] = in->present[i] ? span_of(&in->values[i]) : TEXT_NONE;
}
