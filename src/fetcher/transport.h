/* Requests on their way to the API and back. No type of libcurl appears here, so that the loop can be driven by a fake
 * without network and without waiting. */
#ifndef JOBLEDGER_TRANSPORT_H
#define JOBLEDGER_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"
#include "text.h"

struct fetch_options;

/* Why a request brought no whole answer. */
enum failure {
    FAILURE_NONE,
    FAILURE_DNS,
    FAILURE_CONNECT,
    FAILURE_LOST,        /* the connection broke before an answer began, or while it came */
    FAILURE_CUT_SHORT,   /* the body is shorter than the server said */
    FAILURE_PROTOCOL,    /* not HTTP */
    FAILURE_TIMEOUT,
    FAILURE_CERTIFICATE,
    FAILURE_HANDSHAKE,
    FAILURE_PROXY,
    FAILURE_BODY_SIZE,   /* over FETCH_BODY_MAX: reading stopped there */
    FAILURE_HEADER_SIZE,
    FAILURE_ENCODING,    /* gzip and the like that can't be decoded */
    FAILURE_COUNT
};

/* The headers of an answer that the fetcher reads. */
enum header {
    HEADER_DATE,
    HEADER_RETRY_AFTER,
    HEADER_REQUEST_ID,
    HEADER_PROCESSING_MS,
    HEADER_X_LIMIT, /* what the server states of its rate limit: read in limits.c */
    HEADER_X_REMAINING,
    HEADER_X_RESET,
    HEADER_REQUESTS_LIMIT,
    HEADER_REQUESTS_REMAINING,
    HEADER_REQUESTS_RESET,
    HEADER_DRAFT_LIMIT,
    HEADER_DRAFT_REMAINING,
    HEADER_DRAFT_RESET,
    HEADER_RATE_LIMIT,
    HEADER_RATE_LIMIT_POLICY,
    HEADER_COUNT
};

#define HEADER_VALUE_MAX 255 /* bytes of a value that are kept; the rest is cut off */

/* What became of a request. */
struct reply {
    void *tag; /* as given to start */
    enum failure failure;
    bool shared;                      /* it failed with the connection that it shared with others (HTTP/2) */
    int http_status;                  /* 0 where no answer began; known even where its body then failed */
    struct text body;                 /* never TEXT_NONE where failure is FAILURE_NONE */
    struct text headers[HEADER_COUNT]; /* TEXT_NONE: absent */
};

struct transport {
    void *self; /* first argument of every function */

    /* Milliseconds on the clock by which poll waits: it never runs backwards. */
    int64_t (*now_ms)(void *self);

    /* Sends GET for `path`, which is appended to the base URL. At most as many may be under way as were agreed when the
     * transport was made. */
    enum result (*start)(void *self, const char *path, void *tag, struct error *err);

    /* Moves all requests on; returns when one may be done, a signal came, or wait_ms are over. RESULT_LEDGER where
     * memory ran out. */
    enum result (*poll)(void *self, int wait_ms, struct error *err);

    /* The next request that is done; its spans are valid until the next start, poll or take. False: none. */
    bool (*take)(void *self, struct reply *reply);
};

/* The transport by libcurl, for at most options->parallel requests under way. It borrows options until it is closed,
 * which also drops what is under way. RESULT_USAGE where options->cacert can't be read. */
enum result transport_curl_open(const struct fetch_options *options, struct transport *out, struct error *err);
void transport_curl_close(struct transport *transport); /* one that failed to open is allowed */

#endif
