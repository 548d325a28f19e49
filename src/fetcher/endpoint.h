/* Where the requests go and what they carry, worked out of the options once. */
#ifndef JOBLEDGER_ENDPOINT_H
#define JOBLEDGER_ENDPOINT_H

#include <stdbool.h>

#include "fetcher.h"

struct endpoint {
    char *base;     /* the base URL without slashes at its end */
    bool loopback;  /* then no proxy is asked */
    char *key_line; /* the header with the key */
};

/* RESULT_USAGE where the URL won't do or options->cacert can't be read. out is to be freed in any case. */
enum result endpoint_make(const struct fetch_options *options, struct endpoint *out, struct error *err);
void endpoint_free(struct endpoint *endpoint); /* {0} is allowed */

/* Overwrites text that holds the key. */
void endpoint_wipe(char *text);

#endif
