/* When to ask again. Pure: time and randomness are passed in. */
#ifndef JOBLEDGER_RETRY_H
#define JOBLEDGER_RETRY_H

#include <stdint.h>

#include "text.h"
#include "timestamp.h"

#define RETRY_BASE_MS 500                         /* bound of the wait after the first failure; doubles with each */
#define RETRY_CAP_MS 60000                        /* and never grows beyond this */
#define RETRY_AFTER_MAX_MS (INT64_C(6) * 3600000) /* a server may not send us to sleep for longer */
#define RETRY_AFTER_NONE INT64_C(-1)

/* The source of jitter: any seed will do. */
struct jitter {
    uint64_t state;
};

/* Uniform in 0 to bound, both included; bound is 0 or more. */
int64_t jitter_upto(struct jitter *jitter, int64_t bound);

/* base doubled `doublings` times, at most cap. */
int64_t retry_bound_ms(int64_t base_ms, int64_t cap_ms, unsigned doublings);

/* How long a job waits after its n-th failure (n from 1): exponential, with full jitter. */
int64_t retry_backoff_ms(unsigned failures, struct jitter *jitter);

/* An HTTP-date in any of the three forms of RFC 9110, section 5.6.7. reference decides the century of the form
 * with a year of two digits. False for anything else. */
bool http_date_parse(struct text value, struct timestamp reference, struct timestamp *out);

/* What a Retry-After header asks for, 0 to RETRY_AFTER_MAX_MS, or RETRY_AFTER_NONE where it is absent or unreadable.
 * A date is read against `date`, the Date header of the same answer, since two clocks need not agree; against `now`
 * where that is absent or unreadable. */
int64_t retry_after_ms(struct text value, struct text date, struct timestamp now);

#endif
