#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http_curl.h"
#include "ping.h"
#include "timestamp.h"
#include "url.h"

/* The pauses between them are 1, 2 and 4 seconds. */
#define TRIES 4
#define TRY_MS 10000
#define CONNECT_MS 5000

/* One ping on its way. */
struct sending {
    const struct ping *ping;
    CURL *easy;
    struct curl_slist *headers;
    struct strbuf url;
    struct text body;
    int64_t deadline_ms;
    CURLcode code; /* of the last try */
    long status;   /* 0: it brought no answer */
};

enum result ping_check_url(const char *url, struct error *err)
{
    const char *fault = url_fault(url, true);
    return fault ? error_set(err, RESULT_USAGE, "--ping: the URL won't do: %s", fault) : RESULT_OK;
}

static bool stopped(const struct ping *ping)
{
    return ping->stop && *ping->stop != 0;
}

static int on_progress(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    const struct sending *s = ctx;
    return stopped(s->ping);
}

/* What the monitor says beside its status is of no interest. */
static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

static CURLcode set_request(struct sending *s)
{
    CURL *easy = s->easy;
    const struct http_rules rules = {CONNECT_MS, url_is_loopback(s->ping->url), s->ping->cacert};
    CURLcode code = http_keep_rules(easy, &rules);
    note(&code, curl_easy_setopt(easy, CURLOPT_URL, s->url.bytes));
    note(&code, curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body));
    note(&code, curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L));
    note(&code, curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress));
    note(&code, curl_easy_setopt(easy, CURLOPT_XFERINFODATA, s));
    if (s->body.len == 0)
        return code;
    note(&code, curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)s->body.len));
    note(&code, curl_easy_setopt(easy, CURLOPT_POSTFIELDS, s->body.bytes));
    note(&code, curl_easy_setopt(easy, CURLOPT_HTTPHEADER, s->headers));
    return code;
}

static enum result make(struct sending *s, const char *word, struct error *err)
{
    if (word)
        url_append(&s->url, s->ping->url, word);
    else
        strbuf_puts(&s->url, s->ping->url);
    s->easy = curl_easy_init();
    s->headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
    if (s->url.failed || !s->easy || !s->headers)
        return error_memory(err);
    CURLcode code = set_request(s);
    return code == CURLE_OK ? RESULT_OK : http_failure(code, err);
}

static void try_once(struct sending *s)
{
    int64_t left_ms = s->deadline_ms - clock_monotonic_ms();
    s->status = 0;
    s->code = curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, http_ms(left_ms < TRY_MS ? left_ms : TRY_MS));
    note(&s->code, curl_easy_perform(s->easy));
    if (s->code == CURLE_OK)
        note(&s->code, curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &s->status));
}

static bool arrived(const struct sending *s)
{
    return s->code == CURLE_OK && s->status >= 200 && s->status < 300;
}

static bool worth_another(const struct sending *s)
{
    if (s->code != CURLE_OK)
        return s->code != CURLE_PEER_FAILED_VERIFICATION && s->code != CURLE_SSL_CACERT_BADFILE;
    return s->status == 408 || s->status == 429 || s->status >= 500;
}

/* False where there is no time for the pause, or nobody wants to wait any more. */
static bool pause_before(const struct sending *s, int try)
{
    struct timespec pause = {.tv_sec = 1 << (try - 1)};
    if (stopped(s->ping) || clock_monotonic_ms() + (int64_t)pause.tv_sec * 1000 >= s->deadline_ms)
        return false;
    nanosleep(&pause, NULL); /* a signal ends it */
    return !stopped(s->ping);
}

static enum result send_all(struct sending *s, struct error *err)
{
    char host[URL_HOST_SIZE] = "";
    try_once(s);
    for (int try = 1; try < TRIES && !arrived(s) && worth_another(s) && pause_before(s, try); try++)
        try_once(s);
    if (arrived(s))
        return RESULT_OK;
    url_host(s->ping->url, host);
    if (stopped(s->ping))
        return error_set(err, RESULT_API, "%s: given up, since a signal came", host);
    if (s->code != CURLE_OK)
        return error_set(err, RESULT_API, "%s: %s", host, curl_easy_strerror(s->code));
    return error_set(err, RESULT_API, "%s: answered with status %ld%s", host, s->status,
                     worth_another(s) ? "" : "; check the URL of --ping");
}

enum result ping_send(const struct ping *ping, const char *word, struct text body, struct error *err)
{
    size_t len = body.len < PING_BODY_MAX ? body.len : PING_BODY_MAX;
    struct sending s = {.ping = ping, .body = {body.bytes, utf8_valid_prefix(body.bytes, len)}};
    s.deadline_ms = clock_monotonic_ms() + ping->within_ms;
    enum result result = http_open(err);
    if (result != RESULT_OK)
        return result;
    result = make(&s, word, err);
    if (result == RESULT_OK)
        result = send_all(&s, err);
    curl_easy_cleanup(s.easy);
    curl_slist_free_all(s.headers);
    strbuf_free(&s.url);
    http_close();
    return result;
}
