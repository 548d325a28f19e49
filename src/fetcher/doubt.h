/* A run whose first jobs are all refused, or all unknown, has the wrong key, organisation or host rather than such
 * jobs: these verdicts are held back until another one, the tenth of them or the run's end shows which it is. Pure but
 * for the copies. */
#ifndef JOBLEDGER_DOUBT_H
#define JOBLEDGER_DOUBT_H

#include <stdbool.h>

#include "kept.h"

enum doubt_kind { DOUBT_REFUSED, DOUBT_UNKNOWN };

enum doubt_step {
    DOUBT_NONE,     /* the verdict counts */
    DOUBT_HOLD,     /* it was copied, and is delivered later or never */
    DOUBT_RESOLVED, /* it counts, and so does what was kept before: the caller delivers and clears it */
    DOUBT_PROVEN,   /* the run is to stop; nothing that was kept counts */
};

struct doubt {
    bool over;
    enum doubt_kind kind; /* where something is kept */
    struct kept_list kept;
};

/* Whether another job may be begun, after `begun` so far. */
bool doubt_may_begin(const struct doubt *doubt, uint64_t begun);

/* A job came to this. nothing_resolved_yet: see struct fetch_options. */
enum doubt_step doubt_step(struct doubt *doubt, const struct kept *item, const struct reading *reading,
                           bool nothing_resolved_yet);

/* A job gave up: it was answered otherwise. DOUBT_NONE or DOUBT_RESOLVED. */
enum doubt_step doubt_gave_up(struct doubt *doubt);

#endif
