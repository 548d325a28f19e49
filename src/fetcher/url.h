/* Addresses that requests may go to. */
#ifndef JOBLEDGER_URL_H
#define JOBLEDGER_URL_H

#include <stdbool.h>

#include "strbuf.h"

#define URL_HOST_SIZE 256

/* The host of a URL, normalised, an IPv6 address in brackets: read by the same parser that the requests go through, so
 * that the two can't disagree. NULL, or a static text that says why it is not a URL. */
const char *url_host(const char *url, char out[static URL_HOST_SIZE]);

/* localhost, 127.0.0.0/8 and ::1. */
bool url_is_loopback(const char *url);

/* NULL where it is https, or http to a loopback address, without user, password and fragment, and without a query unless
 * that is allowed; else a static text that says what is wrong. */
const char *url_fault(const char *url, bool query_allowed);

/* Appends url with `word` as one more part of its path, before its query. */
void url_append(struct strbuf *out, const char *url, const char *word);

#endif
