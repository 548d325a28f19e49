#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "fetcher.h"
#include "transport.h"

#define KEY_MIN 8 /* the contract's: shorter is a slip of the pen */

bool host_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char bare[INET6_ADDRSTRLEN];
    size_t len = strlen(host);
    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (len < 3 || len - 2 >= sizeof bare || host[0] != '[' || host[len - 1] != ']')
        return false;
    memcpy(bare, host + 1, len - 2);
    bare[len - 2] = '\0';
    return inet_pton(AF_INET6, bare, &v6) == 1 && memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

/* What is wrong with a URL that a parser would forgive: an empty query or user is one, too. */
static const char *text_fault(const char *url)
{
    const char *authority = strstr(url, "://");
    if (authority) {
        authority += strlen("://");
        /* libcurl forgives further slashes. */
        if (authority[0] == '/')
            return "it has no host";
        if (memchr(authority, '@', strcspn(authority, "/?#")))
            return "it must not hold a user or password; the key goes into --api-key-file";
    }
    if (strchr(url, '#'))
        return "it must not have a fragment (#...)";
    if (strchr(url, '?'))
        return "it must not have a query (?...)";
    return NULL;
}

static bool has_scheme(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

static const char *url_fault(const char *url)
{
    char host[URL_HOST_SIZE];
    bool plain = has_scheme(url, "http://");
    const char *fault = plain || has_scheme(url, "https://") ? NULL : "it must start with https://";
    if (!fault)
        fault = text_fault(url);
    if (!fault)
        fault = url_host(url, host);
    if (!fault && plain && !host_is_loopback(host))
        fault = "plain http:// would show the key to the network, and is for loopback addresses only; use https://";
    return fault;
}

enum result fetch_check_url(const char *url, struct error *err)
{
    const char *fault = url_fault(url);
    if (!fault)
        return RESULT_OK;
    char shown[512];
    /* What may be a password is not repeated. */
    if (strchr(url, '@'))
        return error_set(err, RESULT_USAGE, "--base-url: %s", fault);
    return error_set(err, RESULT_USAGE, "--base-url: \"%s\": %s",
                     text_printable(text_of(url), 200, shown, sizeof shown), fault);
}

/* C0, DEL, and C1 as UTF-8 spells it (U+0080 to U+009F: C2 80 to C2 9F). */
static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.bytes[i];
        unsigned char next = i + 1 < t.len ? (unsigned char)t.bytes[i + 1] : 0;
        if (c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0))
            return true;
    }
    return false;
}

enum result fetch_check_key(const char *key, struct error *err)
{
    struct text t = text_of(key);
    if (t.len < KEY_MIN)
        return error_set(err, RESULT_CREDENTIALS, "the API key is too short: it must have at least %d characters; "
                         "check --api-key-file or $FREDDY_API_KEY", KEY_MIN);
    if (t.len > FETCH_KEY_MAX)
        return error_set(err, RESULT_CREDENTIALS, "the API key is too long: it must have at most %d bytes; "
                         "check --api-key-file or $FREDDY_API_KEY", FETCH_KEY_MAX);
    if (has_control(t))
        return error_set(err, RESULT_CREDENTIALS, "the API key has control characters (a line end within it?): it must "
                         "be one line; check --api-key-file or $FREDDY_API_KEY");
    return RESULT_OK;
}
