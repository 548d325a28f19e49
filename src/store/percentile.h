/* Exact percentiles of many groups of numbers, 8 bytes for each number: what doesn't fit into a few megabytes stands in
 * a temporary file. */
#ifndef JOBLEDGER_STORE_PERCENTILE_H
#define JOBLEDGER_STORE_PERCENTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "result.h"

/* Numbers of a group that were put aside. */
struct block {
    off_t at;
    size_t count;
};

/* The numbers of a group; all zero: none. */
struct sample {
    int64_t *values; /* those in memory */
    size_t len;
    size_t size;
    struct block *blocks;
    size_t block_count;
    uint64_t count; /* of all */
    int64_t min;    /* where there are any */
    int64_t max;
};

/* What all groups share; {.fd = -1}: nothing yet. */
struct pool {
    int fd;
    off_t end;
    size_t held; /* numbers in memory */
};

/* Each may fail for want of memory, or of room in the temporary file ($TMPDIR, else /tmp): RESULT_LEDGER. */
enum result sample_add(struct pool *pool, struct sample *sample, int64_t value, struct error *err);
/* Whether each group's numbers should now be put aside. */
bool pool_is_full(const struct pool *pool);
enum result sample_put_aside(struct pool *pool, struct sample *sample, struct error *err);

/* The number at a place (1: the least, at most sample->count) in the order of their size. */
enum result sample_at(const struct pool *pool, const struct sample *sample, uint64_t place, int64_t *value,
                      struct error *err);

void sample_free(struct pool *pool, struct sample *sample);
void pool_free(struct pool *pool);

#endif
