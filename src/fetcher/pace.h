/* How fast a run may ask. Pure: time and randomness are passed in. Whatever limits the rate of a run lives behind
 * pace_wait(); what is known of one job alone (its own retries) does not. */
#ifndef JOBLEDGER_PACE_H
#define JOBLEDGER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "retry.h"

#define PACE_NEVER INT64_MAX /* not before something else happens */

/* A 429 that doesn't say how long: the bound of the hold, doubling up to the cap while they go on. */
#define PACE_HOLD_BASE_MS 1000
#define PACE_HOLD_CAP_MS 60000

struct pace {
    int parallel;          /* requests under way when all is well */
    bool open;             /* one request at a time until an answer says that more are welcome */
    int64_t limited_ms;    /* when the hold began: what was sent before says nothing about it */
    int64_t hold_until_ms; /* nothing is sent before */
    unsigned holds;        /* in a row, none but 429s between */
};

struct pace pace_start(int parallel, int64_t now_ms);

/* 0: a request may be sent now. Else the milliseconds until it is worth asking again, or PACE_NEVER: not before one of
 * the `under_way` requests comes back. */
int64_t pace_wait(const struct pace *pace, int64_t now_ms, int under_way);

/* A request sent at sent_ms came back with a 429; retry_after_ms as of retry_after_ms(). */
void pace_limited(struct pace *pace, int64_t now_ms, int64_t sent_ms, int64_t retry_after_ms, struct jitter *jitter);

/* It came back with an answer that is neither a 429 nor a failure. */
void pace_answered(struct pace *pace, int64_t sent_ms);

#endif
