/* How many requests the server's own statements allow. Pure: time is passed in.
 *
 * Answers overlap and come out of order. A request i that was answered with "R remain" was counted at a moment between
 * its start and its answer. Requests that were done when i was sent were counted before it; all others may have been
 * counted after it and have taken from R. So R + done(i) + 1 requests may be sent in all, where done(i) is how many
 * were done when i was sent. That holds for each statement of a server that never takes back what it granted, so the
 * largest of these sums counts. Likewise, once all of the first n requests are done, the last of them to be counted
 * left at least as many as the lowest of all statements that can be its own: n and that many may be sent in all. What
 * is stated lower than that shows that others use the same quota.
 *
 * The last requests that are known to be allowed are kept for the moment at which a bucket should hold more tokens:
 * their answers show whether. Only when none is left is one sent on the strength of a stated reset alone. */
#ifndef JOBLEDGER_QUOTA_H
#define JOBLEDGER_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"
#include "reset.h"

#define QUOTA_NEVER INT64_MAX /* not before an answer comes */

#define QUOTA_WANTED 3 /* to know that so many requests wait is enough */

#define QUOTA_DAY_MS (INT64_C(86400) * 1000)

/* What a request remembers of the moment in which it was sent. */
struct ticket {
    int64_t nth; /* request of the run, from 1 */
    int64_t sent_ms;
    int64_t done;    /* requests that were done then */
    int64_t granted; /* as in struct quota */
    bool early;      /* it was the last one allowed, sent to see whether there are more */
};

/* A statement to compare later ones with. */
struct mark {
    bool set;
    int64_t nth;
    int64_t sent_ms;
    int64_t now_ms;
    int64_t most;           /* requests that the server could have granted so far, in all */
    int64_t remaining;
    enum limits_reset kind;
    struct span reset;      /* as stated, on our clock */
    int64_t reset_from_ms;  /* it is not reset before, however it rounds */
};

/* The requests that were under way when the generation before was done. Each was sent after that one began, so the one
 * that was counted last is among those that were answered since. */
struct generation {
    int64_t last;    /* the newest of them */
    int64_t waiting; /* so many of them are still under way; 0: none has begun */
    int64_t lowest;  /* statement since it began; -1: an answer said nothing */
    int64_t before;  /* likewise, in the generation before */
};

struct quota {
    bool stated;      /* nothing below counts before */
    int64_t sent;
    int64_t done;
    int64_t granted;    /* so many requests may be sent in all */
    int64_t granted_ms; /* since when */
    int64_t heard_ms;   /* the last statement */
    struct generation generation;
    int64_t newest;     /* request with the newest statement */
    int64_t doubtful;   /* statements of requests up to this one grant nothing */
    int64_t limit;
    int64_t most;       /* requests that were seen to be left at once */
    struct reset reset;
    int64_t reset_by;   /* request with which that was stated */
    int64_t reset_ms;   /* and when */
    int64_t believed;   /* the last request that was sent on the strength of a reset: none is until that is told anew */
    struct mark first;  /* since the limit was last reset, or doubted */
    struct mark last;
    int64_t silent;     /* answers in a row without a statement */
    unsigned blind;     /* in a row with nothing left and no reset stated */

    int64_t refill_per_day;   /* a lower bound, for a bucket that is refilled steadily; 0: unknown */
    unsigned refill_failures; /* how often that proved wrong */
    int64_t refill_from_ms;   /* it is not believed before */

    int64_t margin;       /* requests that others with the same key may take meanwhile */
    int64_t margin_to_ms;
};

/* Milliseconds until a request may be sent; 0: now. wanted: how many requests wait to be sent, up to QUOTA_WANTED;
 * where they are not more than are known to be allowed, nothing is kept. */
int64_t quota_wait(const struct quota *quota, int64_t now_ms, int under_way, int wanted);

/* A request is sent now; wanted as above. */
struct ticket quota_send(struct quota *quota, int64_t now_ms, int wanted);

/* It is done. answered: the server has counted it for certain. wall_ms: our wall clock. */
void quota_done(struct quota *quota, const struct ticket *ticket, int64_t now_ms, int64_t wall_ms, bool answered,
                const struct limits *limits);

/* It was refused (429), after quota_done(). Nothing is left until until_ms; 0: until the reset that is known, or else
 * until fallback_ms. */
void quota_refused(struct quota *quota, int64_t until_ms, int64_t fallback_ms);

/* An earlier run left nothing until then. */
void quota_begin_empty(struct quota *quota, int64_t until_ms);

/* How many are left for all that is known, 0 or more. */
int64_t quota_left(const struct quota *quota);

#endif
