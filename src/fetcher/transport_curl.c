#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetcher.h"
#include "incoming.h"
#include "strbuf.h"
#include "transport.h"

#ifndef JOBLEDGER_VERSION
#define JOBLEDGER_VERSION "dev"
#endif

struct curl_transport;

/* A place for one request under way. Its handle is made at the first use and kept. */
struct slot {
    struct curl_transport *owner;
    CURL *easy;
    void *tag;
    struct incoming in;
};

struct curl_transport {
    CURLM *multi;
    struct curl_slist *request_headers;
    const struct fetch_options *options;
    char *base; /* the base URL without slashes at its end */
    bool loopback;
    struct slot *slots;
    struct slot **idle;
    int idle_count;
    int under_way;
    struct slot *lent; /* the one whose bytes the caller may still read */
    struct strbuf url;
    bool global;
    bool no_memory;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    if (incoming_body(&slot->in, bytes, size * count))
        return size * count;
    slot->owner->no_memory |= slot->in.no_memory;
    return 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct slot *slot = ctx;
    if (incoming_header(&slot->in, bytes, size * count))
        return size * count;
    slot->owner->no_memory |= slot->in.no_memory;
    return 0;
}

static long as_long(int64_t ms)
{
    return ms < INT_MAX ? (long)ms : INT_MAX;
}

static CURLcode set_numbers(CURL *easy, const struct fetch_options *options)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
        {CURLOPT_QUICK_EXIT, 1}, /* a resolver that hangs must not hold up the exit */
#endif
        {CURLOPT_FOLLOWLOCATION, 0}, /* the key would travel */
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE}, /* the key is not for a proxy's eyes */
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        /* With HTTP/2 one broken connection would fail all requests at once, enough to end a run. */
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_TIMEOUT_MS, as_long(options->timeout_ms)},
        {CURLOPT_CONNECTTIMEOUT_MS, as_long(options->connect_timeout_ms)},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; code == CURLE_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    return code;
}

static CURLcode set_strings(CURL *easy, const struct curl_transport *t)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_USERAGENT, "jobledger/" JOBLEDGER_VERSION);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->request_headers);
    if (code == CURLE_OK && t->loopback)
        code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (code == CURLE_OK && t->options->cacert) {
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, t->options->cacert);
        /* The file alone counts, not the system's folder beside it. */
        if (code == CURLE_OK)
            code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    return code;
}

static CURLcode set_callbacks(CURL *easy, struct slot *slot)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    return code;
}

static enum result curl_error(CURLcode code, struct error *err)
{
    if (code == CURLE_OUT_OF_MEMORY)
        return error_memory(err);
    return error_set(err, RESULT_API, "requests can't be made: libcurl says \"%s\"", curl_easy_strerror(code));
}

static enum result multi_error(CURLMcode code, struct error *err)
{
    if (code == CURLM_OUT_OF_MEMORY)
        return error_memory(err);
    return error_set(err, RESULT_API, "requests can't be made: libcurl says \"%s\"", curl_multi_strerror(code));
}

static enum result make_handle(struct curl_transport *t, struct slot *slot, struct error *err)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        return error_memory(err);
    CURLcode code = set_numbers(easy, t->options);
    if (code == CURLE_OK)
        code = set_strings(easy, t);
    if (code == CURLE_OK)
        code = set_callbacks(easy, slot);
    if (code != CURLE_OK) {
        curl_easy_cleanup(easy);
        return curl_error(code, err);
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
    strbuf_clear(&t->url);
    strbuf_puts(&t->url, t->base);
    strbuf_puts(&t->url, path);
    if (t->url.failed)
        return error_memory(err);
    CURLcode code = curl_easy_setopt(slot->easy, CURLOPT_URL, t->url.bytes);
    if (code != CURLE_OK)
        return curl_error(code, err);
    CURLMcode added = curl_multi_add_handle(t->multi, slot->easy);
    if (added != CURLM_OK)
        return multi_error(added, err);
    t->idle_count--;
    t->under_way++;
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
    return code == CURLM_OK ? RESULT_OK : multi_error(code, err);
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
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE: return FAILURE_CERTIFICATE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CLIENTCERT: return FAILURE_HANDSHAKE;
    case CURLE_UNSUPPORTED_PROTOCOL: /* what libcurl calls HTTP/0.9 */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return FAILURE_PROTOCOL;
    case CURLE_BAD_CONTENT_ENCODING: return FAILURE_ENCODING;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_OUT_OF_MEMORY: return FAILURE_HEADER_SIZE; /* how libcurl 7 refuses a header line of over 100 KB */
    default: return FAILURE_LOST;
    }
}

static void fill_reply(const struct slot *slot, CURLcode code, struct reply *reply)
{
    long status = 0;
    long proxy_status = 0;
    curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(slot->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    *reply = (struct reply){.tag = slot->tag, .failure = slot->in.failure};
    if (reply->failure == FAILURE_NONE)
        reply->failure = failure_of(code);
    /* A tunnel that the proxy refuses is said by its status alone; libcurl calls it a failure to receive. */
    if (reply->failure != FAILURE_NONE && proxy_status >= 300)
        reply->failure = FAILURE_PROXY;
    if (reply->failure != FAILURE_PROXY && status >= 200)
        reply->http_status = (int)status;
    incoming_lend(&slot->in, reply);
}

static bool transport_take(void *self, struct reply *reply)
{
    struct curl_transport *t = self;
    take_back(t);
    int left;
    CURLMsg *message = curl_multi_info_read(t->multi, &left);
    while (message && message->msg != CURLMSG_DONE)
        message = curl_multi_info_read(t->multi, &left);
    if (!message)
        return false;
    CURL *easy = message->easy_handle;
    CURLcode code = message->data.result; /* message is gone once the handle is removed */
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct slot *slot = (struct slot *)(void *)private;
    curl_multi_remove_handle(t->multi, easy);
    t->under_way--;
    t->lent = slot;
    fill_reply(slot, code, reply);
    return true;
}

/* A plain memset() before free() is what compilers leave out. */
static void wipe(char *bytes, size_t len)
{
    volatile char *p = bytes;
    while (len-- > 0)
        *p++ = '\0';
}

static enum result make_request_headers(struct curl_transport *t, struct error *err)
{
    static const char *const prefixes[] = {
        [FETCH_AUTH_X_API_KEY] = "X-API-Key: ",
        [FETCH_AUTH_API_KEY] = "api-key: ",
        [FETCH_AUTH_BEARER] = "Authorization: Bearer ",
    };
    char line[FETCH_KEY_MAX + 32];
    int len = snprintf(line, sizeof line, "%s%s", prefixes[t->options->auth], t->options->key);
    struct curl_slist *first = curl_slist_append(NULL, line);
    wipe(line, len < (int)sizeof line ? (size_t)len : sizeof line);
    t->request_headers = first;
    if (!first || !curl_slist_append(first, "Accept: application/json"))
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
    return RESULT_OK;
}

static enum result check_cacert(const char *path, struct error *err)
{
    char name[256];
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (path && fd < 0)
        return error_set(err, RESULT_USAGE, "--cacert: %s: can't be read: %s",
                         text_printable(text_of(path), 120, name, sizeof name), strerror(errno));
    if (fd >= 0)
        close(fd);
    return RESULT_OK;
}

static enum result make_base(struct curl_transport *t, struct error *err)
{
    char host[URL_HOST_SIZE];
    enum result result = fetch_check_url(t->options->base_url, err);
    if (result != RESULT_OK)
        return result;
    t->loopback = !url_host(t->options->base_url, host) && host_is_loopback(host);
    size_t len = strlen(t->options->base_url);
    while (len > 0 && t->options->base_url[len - 1] == '/')
        len--;
    t->base = strndup(t->options->base_url, len);
    return t->base ? RESULT_OK : error_memory(err);
}

static enum result open_curl(struct curl_transport *t, struct error *err)
{
    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session's secrets there */
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK)
        return curl_error(code, err);
    t->global = true;
    t->multi = curl_multi_init();
    if (!t->multi)
        return error_memory(err);
    CURLMcode set = curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)t->options->parallel);
    return set == CURLM_OK ? RESULT_OK : multi_error(set, err);
}

enum result transport_curl_open(const struct fetch_options *options, struct transport *out, struct error *err)
{
    *out = (struct transport){0};
    struct curl_transport *t = calloc(1, sizeof *t);
    if (!t)
        return error_memory(err);
    t->options = options;
    *out = (struct transport){t, transport_now_ms, transport_start, transport_poll, transport_take};
    enum result result = check_cacert(options->cacert, err);
    if (result == RESULT_OK)
        result = open_curl(t, err);
    if (result == RESULT_OK)
        result = make_base(t, err);
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
        wipe(line->data, strlen(line->data));
    curl_slist_free_all(t->request_headers);
    if (t->global)
        curl_global_cleanup();
    strbuf_free(&t->url);
    free(t->base);
    free(t->slots);
    free(t->idle);
    free(t);
}

const char *url_host(const char *url, char out[static URL_HOST_SIZE])
{
    char *host = NULL;
    CURLU *handle = curl_url();
    if (!handle)
        return "out of memory";
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
    const char *problem = code == CURLUE_OK ? NULL : curl_url_strerror(code);
    size_t len = problem ? 0 : strlen(host);
    if (!problem && len >= URL_HOST_SIZE)
        problem = "its host is too long";
    if (!problem)
        memcpy(out, host, len + 1);
    curl_free(host);
    curl_url_cleanup(handle);
    return problem;
}
