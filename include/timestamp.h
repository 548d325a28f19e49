/* Points in time, as RFC 3339 spells them. */
#ifndef JOBLEDGER_TIMESTAMP_H
#define JOBLEDGER_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define TIMESTAMP_TEXT_MAX 32 /* room for "YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ" and its NUL */

struct timestamp {
    int64_t sec;  /* since 1970-01-01T00:00:00Z, leap seconds not counted; years 0000 to 9999 */
    int32_t nsec; /* 0 to 999,999,999 */
};

/* Reads an RFC 3339 date-time (`T`, `t` or a space between date and time; without a zone: UTC; digits beyond the
 * ninth decimal are dropped; second 60 is read as the next minute's 0). False for anything else. */
bool timestamp_parse(struct text t, struct timestamp *out);

/* YYYY-MM-DDTHH:MM:SSZ in UTC, with a fraction only where nsec is not 0, its trailing zeros cut. Returns the length. */
size_t timestamp_format(struct timestamp t, char out[static TIMESTAMP_TEXT_MAX]);

/* Days from 1970-01-01 to a date in the proleptic Gregorian calendar (month and day from 1). */
int64_t timestamp_days(int year, int month, int day);

/* Milliseconds since 1970-01-01T00:00:00Z, what is below a millisecond cut off. */
int64_t timestamp_ms(struct timestamp t);

/* So long (0 or more) before t. */
struct timestamp timestamp_back(struct timestamp t, int64_t ms);

/* So long before now: `10y` by the calendar (from 29 February to the 28th), else a duration, not 0. False where age is
 * neither, or that would be before the year 0. */
bool timestamp_before(const char *age, struct timestamp now, struct timestamp *out);

/* Negative, zero or positive, as a is before, at or after b. */
int timestamp_compare(struct timestamp a, struct timestamp b);

/* `90`, `90s`, `15m`, `2h`, `1d` in milliseconds; false where it is none of these or beyond 100 years. */
bool duration_parse(const char *s, int64_t *ms);

/* Wall time, or what --now says instead. */
struct clock {
    bool fixed;
    struct timestamp at; /* where fixed */
};
struct timestamp clock_now(const struct clock *clock);

/* For deadlines and waits: milliseconds since some point that never moves. */
int64_t clock_monotonic_ms(void);

#endif
