/* Tells a monitor that a run began, and how it ended, as healthchecks.io takes it: by a request to an address of one's own.
 * Who knows the address can speak for the run: it is a secret, and in no message. libcurl sits behind this contract. */
#ifndef JOBLEDGER_PING_H
#define JOBLEDGER_PING_H

#include <signal.h>
#include <stdint.h>

#include "result.h"
#include "text.h"

#define PING_BODY_MAX 10000 /* bytes of a body that are sent: such monitors keep no more, or not much */

struct ping {
    const char *url;    /* has passed ping_check_url() */
    const char *cacert; /* NULL: the system's certificates */
    int64_t within_ms;  /* all its tries together */
    const volatile sig_atomic_t *stop; /* it is given up once it is not 0; NULL: nothing stops it */
};

/* RESULT_USAGE unless url is https, or http to a loopback address, without user, password or fragment. */
enum result ping_check_url(const char *url, struct error *err);

/* Sends one ping to url, or with a word to that part of its path ("start", "143"); a body is UTF-8. Tried a few times.
 * RESULT_API where it did not arrive; the message has the host of the URL and no more of it. */
enum result ping_send(const struct ping *ping, const char *word, struct text body, struct error *err);

#endif
