#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "fetcher.h"
#include "http_curl.h"
#include "incoming.h"
#include "links.h"
#include "transport.h"

/* How often a request is sent again whose shared connection broke before a byte of its answer came. */
#define RESENT_MAX 3

/* HTTP/2: RFC 9113, 6.5.2, advises servers to allow no fewer streams on a connection. */
#define STREAMS_EXPECTED 100

/* A place for one request under way. Its handle is made at the first use and kept. */
struct slot {
    struct curl_transport *owner;
    CURL *easy;
    void *tag;
    int64_t started_ms;
    int64_t sent_ms; /* the last time */
    int resent;
    struct incoming in;
};

struct curl_transport {
    CURLM *multi;
    struct curl_slist *request_headers;
    const struct fetch_options *options;
    struct endpoint endpoint;
    struct slot *slots;
    struct slot **idle;
    int idle_count;
    int under_way;
    struct slot *lent; /* the one whose bytes the caller may still read */
    struct strbuf url;
    struct links links;
    bool shared; /* the server speaks HTTP/2: connections are bounded */
    bool http; /* is open */
    bool no_memory;
};

static long info(CURL *easy, CURLINFO which)
{
    long value = 0;
    curl_easy_getinfo(easy, which, &value);
    return value;
}

static void heard(const struct slot *slot)
{
    if (info(slot->easy, CURLINFO_HTTP_VERSION) == CURL_HTTP_VERSION_2_0)
        links_heard(&slot->owner->links, info(slot->easy, CURLINFO_LOCAL_PORT), clock_monotonic_ms());
}

/* What libcurl is to hear of a piece of an answer: anything but its length ends the request. */
static size_t taken(struct slot *slot, bool whole, size_t len)
{
    heard(slot);
    slot->owner->no_memory |= slot->in.no_memory;
    return whole ? len : 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    return taken(slot, incoming_body(&slot->in, bytes, size * count), size * count);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    return taken(slot, incoming_header(&slot->in, bytes, size * count), size * count);
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct curl_transport *t = ctx;
    (void)purpose;
    int fd = links_open(&t->links, address->family, address->socktype, address->protocol);
    return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

static int on_close(void *ctx, curl_socket_t fd)
{
    struct curl_transport *t = ctx;
    return links_close(&t->links, fd);
}

static CURLcode set_own(CURL *easy, const struct curl_transport *t)
{
    /* Rather share a connection that is being made than make another. */
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    note(&code, curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""));
    note(&code, curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->request_headers));
    return code;
}

static CURLcode set_callbacks(CURL *easy, struct slot *slot)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    note(&code, curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot));
    note(&code, curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header));
    note(&code, curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot));
    note(&code, curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open));
    note(&code, curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, slot->owner));
    note(&code, curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close));
    note(&code, curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, slot->owner));
    note(&code, curl_easy_setopt(easy, CURLOPT_PRIVATE, slot));
    return code;
}

static CURLcode of_multi(CURLMcode code)
{
    if (code == CURLM_OK)
        return CURLE_OK;
    return code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
}

static enum result make_handle(struct curl_transport *t, struct slot *slot, struct error *err)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        return error_memory(err);
    const struct http_rules rules = {t->options->connect_timeout_ms, t->endpoint.loopback, t->options->cacert};
    CURLcode code = http_keep_rules(easy, &rules);
    note(&code, set_own(easy, t));
    note(&code, set_callbacks(easy, slot));
    if (code != CURLE_OK) {
        curl_easy_cleanup(easy);
        return http_failure(code, err);
    }
    slot->easy = easy;
    return RESULT_OK;
}

static int64_t transport_now_ms(void *self)
{
    (void)self;
    return clock_monotonic_ms();
}

static void take_back(struct curl_transport *t)
{
    if (!t->lent)
        return;
    incoming_clear(&t->lent->in);
    t->idle[t->idle_count++] = t->lent;
    t->lent = NULL;
}

static CURLcode send_within(struct curl_transport *t, struct slot *slot, int64_t timeout_ms)
{
    CURLcode code = curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, http_ms(timeout_ms));
    slot->sent_ms = clock_monotonic_ms();
    if (code == CURLE_OK)
        code = of_multi(curl_multi_add_handle(t->multi, slot->easy));
    if (code == CURLE_OK)
        t->under_way++;
    return code;
}

static enum result transport_start(void *self, const char *path, void *tag, struct error *err)
{
    struct curl_transport *t = self;
    take_back(t);
    struct slot *slot = t->idle[t->idle_count - 1];
    if (!slot->easy) {
        enum result result = make_handle(t, slot, err);
        if (result != RESULT_OK)
            return result;
    }
    slot->tag = tag;
    slot->resent = 0;
    slot->started_ms = clock_monotonic_ms();
    strbuf_clear(&t->url);
    strbuf_puts(&t->url, t->endpoint.base);
    strbuf_puts(&t->url, path);
    if (t->url.failed)
        return error_memory(err);
    CURLcode code = curl_easy_setopt(slot->easy, CURLOPT_URL, t->url.bytes);
    if (code == CURLE_OK)
        code = send_within(t, slot, t->options->timeout_ms);
    if (code != CURLE_OK)
        return http_failure(code, err);
    t->idle_count--;
    return RESULT_OK;
}

static enum result transport_poll(void *self, int wait_ms, struct error *err)
{
    struct curl_transport *t = self;
    take_back(t);
    int running = 0;
    CURLMcode code = curl_multi_perform(t->multi, &running);
    /* What becomes ready in the poll is moved on at the next call: one pass over the handles for each poll. */
    if (code == CURLM_OK && running == t->under_way)
        code = curl_multi_poll(t->multi, NULL, 0, wait_ms, NULL);
    if (t->no_memory)
        return error_memory(err);
    return code == CURLM_OK ? RESULT_OK : http_failure(of_multi(code), err);
}

static enum failure failure_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return FAILURE_NONE;
    case CURLE_COULDNT_RESOLVE_HOST: return FAILURE_DNS;
    case CURLE_COULDNT_CONNECT: return FAILURE_CONNECT;
    case CURLE_PARTIAL_FILE: return FAILURE_CUT_SHORT;
    case CURLE_OPERATION_TIMEDOUT: return FAILURE_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return FAILURE_PROXY;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CACERT_BADFILE: return FAILURE_CERTIFICATE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT: return FAILURE_HANDSHAKE;
    case CURLE_UNSUPPORTED_PROTOCOL: /* what libcurl calls HTTP/0.9 */
    case CURLE_WEIRD_SERVER_REPLY: return FAILURE_PROTOCOL;
    case CURLE_BAD_CONTENT_ENCODING: return FAILURE_ENCODING;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_OUT_OF_MEMORY: return FAILURE_HEADER_SIZE; /* how libcurl 7 refuses a header line of over 100 KB */
    default: return FAILURE_LOST;
    }
}

static bool has_served(const struct slot *slot)
{
    return links_served(&slot->owner->links, info(slot->easy, CURLINFO_LOCAL_PORT));
}

/* By what befell its connection, as opposed to a single stream of it. */
static bool is_broken(CURLcode code)
{
    return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
           code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2;
}

static void fill_reply(const struct slot *slot, CURLcode code, struct reply *reply)
{
    long status = info(slot->easy, CURLINFO_RESPONSE_CODE);
    long proxy_status = info(slot->easy, CURLINFO_HTTP_CONNECTCODE);
    *reply = (struct reply){.tag = slot->tag, .failure = slot->in.failure};
    if (reply->failure == FAILURE_NONE)
        reply->failure = failure_of(code);
    /* A tunnel that the proxy refuses is said by its status alone; libcurl calls it a failure to receive. */
    if (reply->failure != FAILURE_NONE && proxy_status >= 300)
        reply->failure = FAILURE_PROXY;
    if (reply->failure != FAILURE_PROXY && status >= 200)
        reply->http_status = (int)status;
    /* libcurl takes the connection's end for that of the headers, and a shared one's for that of a body. */
    if ((reply->failure == FAILURE_NONE || reply->failure == FAILURE_CUT_SHORT) && !slot->in.head_ended)
        reply->failure = FAILURE_LOST;
    bool of_connection = is_broken(code) || code == CURLE_OPERATION_TIMEDOUT;
    reply->shared = reply->failure != FAILURE_NONE && (slot->resent > 0 || (of_connection && has_served(slot)));
    incoming_lend(&slot->in, reply);
}

/* Where a shared connection ends with requests on it, libcurl sends only some of them again. A GET may be (RFC 9110,
 * 9.2.2); and a connection that has served was merely closed, while the end of one that never did is a failure. */
static bool send_again(struct curl_transport *t, struct slot *slot, CURLcode code)
{
    int64_t left_ms = slot->started_ms + t->options->timeout_ms - clock_monotonic_ms();
    bool begun = slot->in.header_bytes > 0;
    if (!is_broken(code) || begun || slot->resent == RESENT_MAX || left_ms <= 0 || !has_served(slot))
        return false;
    slot->resent++;
    return send_within(t, slot, left_ms) == CURLE_OK;
}

/* libcurl would make a connection for each request that finds no place on those that are there, even where one that is
 * being made has places for all. */
static void bound_connections(struct curl_transport *t, CURL *easy)
{
    long version = info(easy, CURLINFO_HTTP_VERSION);
    bool shared = version == 0 ? t->shared : version == CURL_HTTP_VERSION_2_0;
    if (shared == t->shared)
        return;
    t->shared = shared;
    /* One more than it takes, since one that the server is ending counts, too. */
    long bound = t->options->parallel / STREAMS_EXPECTED + 2;
    curl_multi_setopt(t->multi, CURLMOPT_MAX_HOST_CONNECTIONS, shared ? bound : 0L);
}

/* The next request that is done, out of libcurl's hands. NULL: none. */
static struct slot *next_done(struct curl_transport *t, CURLcode *code)
{
    int left;
    char *private = NULL;
    const CURLMsg *message = curl_multi_info_read(t->multi, &left); /* CURLMSG_DONE is the only kind there is */
    if (!message)
        return NULL;
    CURL *easy = message->easy_handle;
    *code = message->data.result; /* message is gone once the handle is removed */
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    curl_multi_remove_handle(t->multi, easy);
    t->under_way--;
    return (struct slot *)(void *)private;
}

static bool transport_take(void *self, struct reply *reply)
{
    struct curl_transport *t = self;
    take_back(t);
    CURLcode code = CURLE_OK;
    struct slot *slot = next_done(t, &code);
    while (slot && send_again(t, slot, code))
        slot = next_done(t, &code);
    if (!slot)
        return false;
    if (code == CURLE_OPERATION_TIMEDOUT)
        links_end_silent(&t->links, info(slot->easy, CURLINFO_LOCAL_PORT), slot->sent_ms);
    bound_connections(t, slot->easy);
    t->lent = slot;
    fill_reply(slot, code, reply);
    return true;
}

static enum result make_request_headers(struct curl_transport *t, struct error *err)
{
    t->request_headers = curl_slist_append(NULL, t->endpoint.key_line);
    /* CURLOPT_USERAGENT would be spelled anew for each request. */
    if (!t->request_headers || !curl_slist_append(t->request_headers, "Accept: application/json") ||
        !curl_slist_append(t->request_headers, "User-Agent: jobledger/" JOBLEDGER_VERSION))
        return error_memory(err);
    return RESULT_OK;
}

static enum result make_slots(struct curl_transport *t, struct error *err)
{
    int count = t->options->parallel;
    t->slots = calloc((size_t)count, sizeof *t->slots);
    t->idle = calloc((size_t)count, sizeof *t->idle);
    if (!t->slots || !t->idle)
        return error_memory(err);
    for (int i = 0; i < count; i++) {
        t->slots[i].owner = t;
        t->idle[i] = &t->slots[count - 1 - i];
    }
    t->idle_count = count;
    /* A connection for each request, and a second address that is tried meanwhile. */
    return links_make(&t->links, 2 * (size_t)count) ? RESULT_OK : error_memory(err);
}

static enum result open_curl(struct curl_transport *t, struct error *err)
{
    enum result result = http_open(err);
    if (result != RESULT_OK)
        return result;
    t->http = true;
    t->multi = curl_multi_init();
    if (!t->multi)
        return error_memory(err);
    CURLcode code = CURLE_OK;
    note(&code, of_multi(curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)t->options->parallel)));
    note(&code, of_multi(curl_multi_setopt(t->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX)));
    note(&code, of_multi(curl_multi_setopt(t->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)t->options->parallel)));
    return code == CURLE_OK ? RESULT_OK : http_failure(code, err);
}

enum result transport_curl_open(const struct fetch_options *options, struct transport *out, struct error *err)
{
    *out = (struct transport){0};
    struct curl_transport *t = calloc(1, sizeof *t);
    if (!t)
        return error_memory(err);
    t->options = options;
    *out = (struct transport){t, transport_now_ms, transport_start, transport_poll, transport_take};
    enum result result = endpoint_make(options, &t->endpoint, err);
    if (result == RESULT_OK)
        result = open_curl(t, err);
    if (result == RESULT_OK)
        result = make_request_headers(t, err);
    if (result == RESULT_OK)
        result = make_slots(t, err);
    if (result != RESULT_OK)
        transport_curl_close(out);
    return result;
}

static void close_slot(struct curl_transport *t, struct slot *slot)
{
    if (slot->easy) {
        curl_multi_remove_handle(t->multi, slot->easy);
        curl_easy_cleanup(slot->easy);
    }
    incoming_free(&slot->in);
}

void transport_curl_close(struct transport *transport)
{
    struct curl_transport *t = transport->self;
    *transport = (struct transport){0};
    if (!t)
        return;
    for (int i = 0; t->slots && i < t->options->parallel; i++)
        close_slot(t, &t->slots[i]);
    if (t->multi)
        curl_multi_cleanup(t->multi);
    for (struct curl_slist *line = t->request_headers; line; line = line->next)
        endpoint_wipe(line->data);
    curl_slist_free_all(t->request_headers);
    if (t->http)
        http_close();
    strbuf_free(&t->url);
    links_free(&t->links);
    endpoint_free(&t->endpoint);
    free(t->slots);
    free(t->idle);
    free(t);
}
