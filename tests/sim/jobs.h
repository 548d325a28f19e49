/* What is remembered of each job: when it was first asked for, and how often. Safe to use from all threads. */
#ifndef FREDDYSIM_JOBS_H
#define FREDDYSIM_JOBS_H

#include <stdint.h>

/* Beyond this many jobs new ones are no longer remembered: each ask of theirs is a first one. */
#define JOBS_MAX (UINT32_C(1) << 22)

struct jobs;

struct job_seen {
    int64_t age_ns; /* since the first ask; 0 on the first */
    uint32_t asks;  /* this one included */
};

/* NULL: no memory. */
struct jobs *jobs_new(void);
void jobs_free(struct jobs *jobs);

/* Counts one ask of the job with this hash (64 bits stand for the ID) at now_ns. */
struct job_seen jobs_ask(struct jobs *jobs, uint64_t hash, int64_t now_ns);

#endif
