/* What jobs came to, held back until it is known whether it counts. */
#ifndef JOBLEDGER_KEPT_H
#define JOBLEDGER_KEPT_H

#include <stddef.h>

#include "fetcher.h"
#include "transport.h"

#define KEPT_MAX 20
#define KEPT_BYTES_MAX (2 * (size_t)FETCH_BODY_MAX) /* copies of all bodies together */

_Static_assert(KEPT_MAX >= FETCH_FAILED_ROW_MAX && KEPT_MAX >= FETCH_DOUBT_JOBS, "room for what may be held back");

struct kept {
    struct fetch_job job;
    unsigned requests;
    enum failure failure; /* FAILURE_NONE: answer is what came */
    struct answer answer; /* its spans are copies */
    char *bytes;
};

struct kept_list {
    struct kept items[KEPT_MAX]; /* in the order in which they came */
    size_t count;
    size_t bytes;
};

/* Copies what is given; the spans of answer are the caller's. False where there is no room for it. */
bool kept_add(struct kept_list *list, const struct kept *item);
void kept_clear(struct kept_list *list);

#endif
