/* What an answer's headers state of the server's rate limit. Pure. */
#ifndef JOBLEDGER_LIMITS_H
#define JOBLEDGER_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "timestamp.h"
#include "transport.h"

#define LIMITS_REQUESTS_MAX INT64_C(1000000000)             /* more is no count of requests */
#define LIMITS_RESET_MAX_MS (INT64_C(35) * 86400 * 1000)    /* of a quota for a month; what is later is absurd */
#define LIMITS_RESET_PAST_MS INT64_C(60000)                 /* a reset longer ago than this says nothing */

enum limits_reset {
    LIMITS_RESET_NONE,
    LIMITS_RESET_IN, /* so long after the answer was made */
    LIMITS_RESET_AT, /* by the server's clock */
};

struct limits {
    bool known;              /* how many requests remain is stated; without that the rest says nothing */
    int64_t limit;           /* 0: not stated */
    int64_t remaining;
    enum limits_reset reset;
    int64_t reset_ms;        /* as reset says; AT: since 1970 */
    int64_t grain_ms;        /* of the reset: it is known to this, rounded up, down or to the nearest */
    int64_t date_ms;         /* of the Date header; 0: none */
};

/* Of several families of headers the stricter one counts. `now` is our wall clock: an answer without a Date is read
 * against it. What is missing, contradictory, negative or absurd is as good as not stated. */
struct limits limits_read(const struct text headers[static HEADER_COUNT], struct timestamp now);

#endif
