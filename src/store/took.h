/* How long completed jobs took: changes are gathered and written before each commit, as those of the tally are. */
#ifndef JOBLEDGER_STORE_TOOK_H
#define JOBLEDGER_STORE_TOOK_H

#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "result.h"

struct store;

struct took_change {
    int64_t nano;
    int64_t jobs; /* more of them, or less */
};

/* {0} is empty. A table by nano, never full; a place without jobs is free unless it was used. */
struct took {
    struct took_change *changes;
    bool *used;
    size_t size;
    size_t count;
};
void took_clear(struct took *took);
void took_free(struct took *took);

/* 10^-9 s from creation to completion, where both are known and in order; else -1. */
int64_t took_nano(const struct moment *created, const struct moment *completed);

/* A completed job took so long (times 1), or is no longer one that did (-1); nano -1: nothing. */
enum result took_count(struct store *store, int64_t nano, int times, struct error *err);
/* Writes what was gathered. */
enum result took_write(struct store *store, struct error *err);

#endif
