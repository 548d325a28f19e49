/* When the server's limit is reset, as bounds on our own clock: what is stated is rounded, who knows how, travels for
 * some time, and may count by another clock. Pure. */
#ifndef JOBLEDGER_RESET_H
#define JOBLEDGER_RESET_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"

/* What our clocks and theirs may differ by without notice. */
#define RESET_MARGIN_MS 5

struct span {
    int64_t lo;
    int64_t hi;
};

enum rounding { ROUNDED_UP, ROUNDED_NEAREST, ROUNDED_DOWN, ROUNDINGS };

struct reset {
    bool clock_known;
    struct span clock;     /* the server's clock less ours */
    bool known;            /* what follows */
    enum limits_reset kind;
    int64_t stated_ms;     /* AT: as stated */
    int64_t since_ms;      /* the first statement of this reset */
    struct span spans[ROUNDINGS]; /* where the reset lies, were it rounded so */
    bool refuted[ROUNDINGS];      /* the server does not round so */
};

/* An answer came whose request was sent at sent_ms; wall_ms is our wall clock, for servers that tell no date. */
void reset_hear_date(struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms,
                     int64_t wall_ms);

/* It states a reset. anew: certainly another one than the last. */
void reset_state(struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms, bool anew);

/* The reset happened after after_ms and up to by_ms: tells how the server rounds. */
void reset_happened(struct reset *reset, int64_t after_ms, int64_t by_ms);

/* Exactly then. */
void reset_set(struct reset *reset, int64_t at_ms);

/* Where it lies for all that is known. */
struct span reset_span(const struct reset *reset);

/* The first moment from from_ms on at which the answer to a request would tell most of the reset's place in the second;
 * from_ms itself where that is known well enough, or the reset too near. */
int64_t reset_telling(const struct reset *reset, int64_t from_ms);

/* What `limits` states, likewise, on our clock; unrounded. */
struct span reset_stated(const struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms);

#endif
