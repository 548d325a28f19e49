/* Time zones by their names in the IANA database, as the C library knows them: one at a time, for the whole process. Times of
 * the program itself are UTC whatever zone is in use. */
#ifndef JOBLEDGER_ZONE_H
#define JOBLEDGER_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"

/* RESULT_USAGE where there is no such zone, with the nearest one. UTC is always there. */
enum result zone_use(const char *name, struct error *err);
enum result zone_check(const char *name, struct error *err); /* likewise, but the one in use stays */

/* Seconds east of UTC at a time (since 1970-01-01T00:00:00Z). */
int64_t zone_offset(int64_t sec);

/* The first moment at which clocks there showed this many seconds since 1970-01-01T00:00:00, or more where they were put
 * forward over it. */
int64_t zone_first(int64_t local_sec);

/* The first change of the offset behind `from` and up to `end`; false where there is none. */
bool zone_next_change(int64_t from, int64_t end, int64_t *at);

#endif
