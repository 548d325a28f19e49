/* How fast a run may ask. Pure: time and randomness are passed in. Whatever limits the rate of a run lives behind
 * pace_wait(); what is known of one job alone (its own retries) does not. */
#ifndef JOBLEDGER_PACE_H
#define JOBLEDGER_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "fetcher.h"
#include "quota.h"
#include "retry.h"

#define PACE_NEVER QUOTA_NEVER /* not before something else happens */

/* A 429 that doesn't say how long: the bound of the hold, doubling up to the cap while they go on. */
#define PACE_HOLD_BASE_MS 1000
#define PACE_HOLD_CAP_MS 60000

struct pace {
    struct fetch_rate rate;
    int parallel;          /* requests under way when all is well */
    bool open;             /* one request at a time until an answer says that more are welcome */
    int64_t start_ms;
    int64_t spent;         /* FIXED: when the requests so far would be due at the plain rate, see pace.c */
    int64_t limited_ms;    /* when the hold began: what was sent before says nothing about it */
    int64_t hold_until_ms; /* nothing is sent before */
    unsigned holds;        /* in a row, none but 429s between */
    struct quota quota;
    struct fetch_quota recalled; /* of an earlier run */
};

/* What holds a request back. */
enum pace_reason { PACE_FREE, PACE_OWN_RATE, PACE_REFUSED, PACE_USED_UP };

struct pace pace_start(const struct fetch_rate *rate, int parallel, int64_t now_ms);

/* What an earlier run learned; wall: our wall clock. */
void pace_recall(struct pace *pace, const struct fetch_quota *quota, int64_t now_ms, struct timestamp wall);

/* What this one learned, or else what was recalled. */
struct fetch_quota pace_learned(const struct pace *pace, int64_t now_ms, struct timestamp wall);

/* 0: a request may be sent now. Else the milliseconds until it is worth asking again, or PACE_NEVER: not before one of
 * the `under_way` requests comes back. wanted: how many requests wait to be sent, as for quota_wait(). */
int64_t pace_wait(const struct pace *pace, int64_t now_ms, int under_way, int wanted);
enum pace_reason pace_reason(const struct pace *pace, int64_t now_ms, int under_way, int wanted);

/* A request is sent. Its ticket goes to pace_back() with whatever comes back. */
struct ticket pace_sent(struct pace *pace, int64_t now_ms, int wanted);

/* It came back: answered, where an answer began; limits is what that states. Before the two below. */
void pace_back(struct pace *pace, const struct ticket *ticket, int64_t now_ms, struct timestamp wall, bool answered,
               const struct limits *limits);

/* It came back with a 429; retry_after_ms as of retry_after_ms(). */
void pace_limited(struct pace *pace, int64_t now_ms, int64_t sent_ms, int64_t retry_after_ms, struct jitter *jitter);

/* It came back with an answer that is neither a 429 nor a failure. */
void pace_answered(struct pace *pace, int64_t sent_ms);

#endif
