/* Rows of a source on their way into the ledger. A few are given back as they came. Of many, which would reach into an
 * index of job IDs at random, each job's first is given back, in the order of the IDs: sorted in memory, where they are
 * more than that holds piece by piece, with the pieces in a temporary file, and merged. */
#ifndef JOBLEDGER_STORE_SORTER_H
#define JOBLEDGER_STORE_SORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "result.h"
#include "text.h"

struct sorter;

struct sorter_row {
    struct text job_id;
    uint64_t line;
    struct text cells; /* TEXT_NONE: there are none */
};

/* few: bytes of rows up to which they keep their order; memory: those of a piece. NULL: out of memory. */
struct sorter *sorter_new(size_t few, size_t memory);
void sorter_free(struct sorter *sorter); /* NULL is allowed */
void sorter_clear(struct sorter *sorter); /* for the next source; the memory is kept */

/* RESULT_LEDGER where the temporary file ($TMPDIR, else /tmp) can't be written. */
enum result sorter_add(struct sorter *sorter, const struct sorter_row *row, struct error *err);

/* Back to before the first row; may be done several times. No row may be added after the first time. */
enum result sorter_rewind(struct sorter *sorter, struct error *err);
/* The next row, into *more whether there was one; valid until the next call. */
enum result sorter_next(struct sorter *sorter, struct sorter_row *row, bool *more, struct error *err);

#endif
