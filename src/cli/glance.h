/* The ledger at a glance, for status and for monitoring: read in a moment, however large it is. */
#ifndef JOBLEDGER_CLI_GLANCE_H
#define JOBLEDGER_CLI_GLANCE_H

#include "cli.h"

struct glance {
    uint64_t jobs[JOB_STATUS_COUNT];
    int64_t cost_nano;
    struct strbuf oldest_id; /* of the open job that has waited longest; empty: nothing is open */
    struct strbuf oldest_created_at; /* empty: unknown */
    int64_t oldest_since;    /* when it was created, or else first seen: seconds since 1970-01-01T00:00:00Z */
    struct strbuf digest;    /* of the newest run that is closed; empty: there is none */
    int64_t digest_run;
};

/* Sums up some states (bits 1 << enum job_status). */
uint64_t glance_jobs(const struct glance *glance, unsigned states);

/* To be given back with glance_free() in any case. */
enum result glance_read(struct store *store, struct glance *glance, struct error *err);
void glance_free(struct glance *glance);

#endif
