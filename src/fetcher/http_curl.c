#include "http_curl.h"

#include <limits.h>
#include <stdlib.h>

#ifndef JOBLEDGER_VERSION
#define JOBLEDGER_VERSION "dev"
#endif

/* The newest of what is asked of the library: one that is older at run time than at build time may lack it. */
#if LIBCURL_VERSION_NUM >= 0x075700
#define OLDEST 0x075700 /* CURLOPT_QUICK_EXIT */
#define OLDEST_NAME "7.87.0"
#elif LIBCURL_VERSION_NUM >= 0x075500
#define OLDEST 0x075500 /* CURLOPT_PROTOCOLS_STR */
#define OLDEST_NAME "7.85.0"
#elif LIBCURL_VERSION_NUM >= 0x075000
#define OLDEST 0x075000 /* curl_url_strerror() */
#define OLDEST_NAME "7.80.0"
#else
#error "libcurl 7.80.0 or newer is needed"
#endif

enum result http_failure(CURLcode code, struct error *err)
{
    if (code == CURLE_OUT_OF_MEMORY)
        return error_memory(err);
    return error_set(err, RESULT_API, "requests can't be made: libcurl says \"%s\"", curl_easy_strerror(code));
}

long http_ms(int64_t ms)
{
    return ms < INT_MAX ? (long)ms : INT_MAX;
}

static enum result check_library(struct error *err)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if (info->version_num < OLDEST)
        return error_set(err, RESULT_API, "libcurl %s is too old: jobledger was built for " OLDEST_NAME " or newer; "
                         "upgrade it (Debian: the package libcurl4), or build jobledger anew on this machine",
                         info->version);
    if (!(info->features & CURL_VERSION_SSL))
        return error_set(err, RESULT_API, "libcurl %s was built without TLS and can't do https; install one that was "
                         "built with it (Debian: the package libcurl4)", info->version);
    return RESULT_OK;
}

enum result http_open(struct error *err)
{
    enum result result = check_library(err);
    if (result != RESULT_OK)
        return result;
    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session's secrets there */
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    return code == CURLE_OK ? RESULT_OK : http_failure(code, err);
}

void http_close(void)
{
    curl_global_cleanup();
}

static CURLcode set_numbers(CURL *easy, const struct http_rules *rules)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
        {CURLOPT_QUICK_EXIT, 1}, /* a resolver that hangs must not hold up the exit */
#endif
        {CURLOPT_FOLLOWLOCATION, 0}, /* secrets would travel */
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE}, /* the key is not for a proxy's eyes */
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
        {CURLOPT_CONNECTTIMEOUT_MS, http_ms(rules->connect_timeout_ms)},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        note(&code, curl_easy_setopt(easy, numbers[i].option, numbers[i].value));
    return code;
}

CURLcode http_keep_rules(CURL *easy, const struct http_rules *rules)
{
    CURLcode code = set_numbers(easy, rules);
#if LIBCURL_VERSION_NUM >= 0x075500
    note(&code, curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
#else
    note(&code, curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)));
#endif
    note(&code, curl_easy_setopt(easy, CURLOPT_USERAGENT, "jobledger/" JOBLEDGER_VERSION));
    if (rules->loopback)
        note(&code, curl_easy_setopt(easy, CURLOPT_NOPROXY, "*"));
    if (rules->cacert) {
        note(&code, curl_easy_setopt(easy, CURLOPT_CAINFO, rules->cacert));
        /* The file alone counts, not the system's folder beside it. */
        note(&code, curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
    }
    return code;
}
