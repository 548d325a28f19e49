/* What every request keeps to, and the library that makes it: for the files that speak to libcurl, and no others. */
#ifndef JOBLEDGER_HTTP_CURL_H
#define JOBLEDGER_HTTP_CURL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "result.h"

/* Readies the library. RESULT_API where the one on this machine can't do what is asked of it: too old, or without TLS. May
 * be nested; each one that went well is given back with http_close(). */
enum result http_open(struct error *err);
void http_close(void);

struct http_rules {
    int64_t connect_timeout_ms;
    bool loopback;      /* the way is never by a proxy */
    const char *cacert; /* NULL: the system's certificates */
};

/* No redirects, no password files, TLS 1.2 or later with the certificate checked, proxies as curl has them. */
CURLcode http_keep_rules(CURL *easy, const struct http_rules *rules);

/* Of several calls the first that failed. */
static inline void note(CURLcode *first, CURLcode code)
{
    if (*first == CURLE_OK)
        *first = code;
}

enum result http_failure(CURLcode code, struct error *err);

/* Milliseconds as libcurl takes them, which is fewer. */
long http_ms(int64_t ms);

#endif
