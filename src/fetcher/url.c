#include "url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* As url_host() spells it. */
static bool host_is_loopback(const char *host)
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

bool url_is_loopback(const char *url)
{
    char host[URL_HOST_SIZE];
    return !url_host(url, host) && host_is_loopback(host);
}

/* What a parser would forgive: an empty query or user is one, too. */
static const char *text_fault(const char *url, bool query_allowed)
{
    const char *authority = strstr(url, "://");
    if (authority) {
        authority += strlen("://");
        /* libcurl forgives further slashes. */
        if (authority[0] == '/')
            return "it has no host";
        if (memchr(authority, '@', strcspn(authority, "/?#")))
            return "it must not hold a user or password";
    }
    if (strchr(url, '#'))
        return "it must not have a fragment (#...)";
    if (!query_allowed && strchr(url, '?'))
        return "it must not have a query (?...)";
    return NULL;
}

static bool has_scheme(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

const char *url_fault(const char *url, bool query_allowed)
{
    char host[URL_HOST_SIZE];
    bool plain = has_scheme(url, "http://");
    const char *fault = plain || has_scheme(url, "https://") ? NULL : "it must start with https://";
    if (!fault)
        fault = text_fault(url, query_allowed);
    if (!fault)
        fault = url_host(url, host);
    if (!fault && plain && !host_is_loopback(host))
        fault = "plain http:// can be read by others on its way, and is for loopback addresses only; use https://";
    return fault;
}

void url_append(struct strbuf *out, const char *url, const char *word)
{
    size_t path = strcspn(url, "?");
    size_t len = path;
    while (len > 0 && url[len - 1] == '/')
        len--;
    strbuf_append(out, url, len);
    strbuf_printf(out, "/%s%s", word, url + path);
}
