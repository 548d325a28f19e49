#include <string.h>

#include "http_curl.h"
#include "url.h"

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
