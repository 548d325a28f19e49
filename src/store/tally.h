/* How many jobs of each source are in each state, and what they cost: changes are gathered and written before each commit. */
#ifndef JOBLEDGER_STORE_TALLY_H
#define JOBLEDGER_STORE_TALLY_H

#include <stdint.h>

#include "job.h"
#include "result.h"

struct store;

/* A job as the tally sees it. */
struct tally_job {
    enum job_status status;
    int64_t cost_nano; /* 0: unknown */
};

/* Changes of one source; private. */
struct tally_change {
    int64_t jobs[JOB_STATUS_COUNT];
    int64_t cost_chf[JOB_STATUS_COUNT];
    int64_t cost_rest[JOB_STATUS_COUNT];
    bool touched;
};

/* {0} is empty. Index: the source's number; 0: the ledger. */
struct tally {
    struct tally_change *changes;
    size_t room;
    int64_t *touched;
    size_t touched_count;
    size_t touched_room;
};
void tally_clear(struct tally *tally); /* what was gathered is forgotten */
void tally_free(struct tally *tally);

/* So many jobs join a source, or with source_id 0 the ledger, and what they cost: whole CHF, and 10^-9 CHF on top. */
enum result tally_add(struct store *store, int64_t source_id, enum job_status status, int64_t jobs, int64_t cost_chf,
                      int64_t cost_rest, struct error *err);
/* A job changes, in the ledger and in all its sources. */
enum result tally_move(struct store *store, int64_t key, struct tally_job before, struct tally_job after,
                       struct error *err);
/* Writes what was gathered. */
enum result tally_write(struct store *store, struct error *err);

#endif
