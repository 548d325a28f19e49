/* What is true of a job: made up from the hash of its ID alone, so that it is the same in every run. */
#ifndef FREDDYSIM_FACTS_H
#define FREDDYSIM_FACTS_H

#include <stdint.h>

#include "buf.h"

/* The two jobs of the vendor's page; for them its own text is given out. */
#define VENDOR_JOB "job_abc123def456"
#define VENDOR_MISSING_JOB "job_invalid123"

enum fate { FATE_COMPLETED, FATE_FAILED, FATE_NOT_FOUND, FATE_PROCESSING };

/* Numbers are as JSON spells them, times as RFC 3339 in UTC. */
struct facts {
    uint64_t hash;
    enum fate fate;
    int64_t life_ns; /* how long after the first ask the fate is reached; 0 for most */
    const char *model;
    char cost[16];
    char time[16];
    char confidence[16];
    char created[24];
    char completed[24];
    char failed_cost[16]; /* the same for the case that it fails */
    char failed_time[16];
    char failed[24];
    const char *error_message;
    char trace[24];
};

/* FNV-1a, 64 bits. */
uint64_t fnv1a(const char *text);

/* Mixes a hash and a number into a new hash (splitmix64). */
uint64_t hash_mix(uint64_t hash, uint64_t n);

void facts_of(const char *job_id, struct facts *facts);

/* Appends the job's extracted_data: an invoice. */
void facts_invoice(const char *job_id, const struct facts *facts, struct buf *out);

#endif
