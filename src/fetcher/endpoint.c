#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "url.h"

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

static char *key_line(const struct fetch_options *options)
{
    static const char *const names[] = {
        [FETCH_AUTH_X_API_KEY] = "X-API-Key: ",
        [FETCH_AUTH_API_KEY] = "api-key: ",
        [FETCH_AUTH_BEARER] = "Authorization: Bearer ",
    };
    const char *name = names[options->auth];
    size_t size = strlen(name) + strlen(options->key) + 1;
    char *line = malloc(size);
    if (line)
        snprintf(line, size, "%s%s", name, options->key);
    return line;
}

enum result endpoint_make(const struct fetch_options *options, struct endpoint *out, struct error *err)
{
    *out = (struct endpoint){0};
    enum result result = check_cacert(options->cacert, err);
    if (result == RESULT_OK)
        result = fetch_check_url(options->base_url, err);
    if (result != RESULT_OK)
        return result;
    size_t len = strlen(options->base_url);
    while (len > 0 && options->base_url[len - 1] == '/')
        len--;
    out->base = strndup(options->base_url, len);
    out->key_line = key_line(options);
    out->loopback = url_is_loopback(options->base_url);
    return out->base && out->key_line ? RESULT_OK : error_memory(err);
}

void endpoint_wipe(char *text)
{
    /* A plain memset() before free() is what compilers leave out. */
    for (volatile char *c = text; c && *c != '\0'; c++)
        *c = '\0';
}

void endpoint_free(struct endpoint *endpoint)
{
    endpoint_wipe(endpoint->key_line);
    free(endpoint->key_line);
    free(endpoint->base);
    *endpoint = (struct endpoint){0};
}
