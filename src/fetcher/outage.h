/* Tells an API that is down from a job that is in trouble: failed requests in a row, over several jobs. Pure but for
 * the copies it keeps. */
#ifndef JOBLEDGER_OUTAGE_H
#define JOBLEDGER_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "kept.h"

/* From the third failure in a row on, requests are spaced: a server that restarts gets some seconds before the row
 * is full. */
#define OUTAGE_SPACED_FROM 3
#define OUTAGE_SPACE_MS 250

struct outage {
    unsigned failed;      /* requests since the last answer of use */
    unsigned row;         /* the same, but for those that count as one with the first */
    int64_t began_ms;     /* when the first failed */
    int64_t first_job;    /* key of the job with which the row began */
    bool several;         /* another job is in it */
    int64_t last_ms;      /* the last failure */
    bool any_failed;
    bool any_answered;    /* an answer of use came in this run */
    struct kept_list kept; /* jobs that gave up in this row: what became of them counts once it is over */
};

/* A request for this job failed. True where the row is full: the API is down. sent_ms is now_ms where it failed on its
 * own, else the time at which it was sent over the connection that it shared: what breaks that fails all that is under
 * way, which is one failure and not a row of them. */
bool outage_failed(struct outage *outage, int64_t job_key, int64_t sent_ms, int64_t now_ms);

/* An answer of use came: the row is over. The caller delivers what was kept, and clears it. */
void outage_over(struct outage *outage);

/* Milliseconds until the next request may be sent. */
int64_t outage_wait(const struct outage *outage, int64_t now_ms);

/* The run is over and nothing came but failures. */
bool outage_only_failures(const struct outage *outage);

#endif
