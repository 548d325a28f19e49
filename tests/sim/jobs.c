#include "jobs.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define FIRST_SLOTS (UINT32_C(1) << 12)

/* hash 0: free */
struct slot {
    uint64_t hash;
    int64_t first_ns;
    uint32_t asks;
};

struct jobs {
    pthread_mutex_t lock;
    struct slot *slots;
    uint32_t size; /* a power of two, at least half of it free */
    uint32_t used;
};

struct jobs *jobs_new(void)
{
    struct jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        return NULL;
    jobs->slots = calloc(FIRST_SLOTS, sizeof *jobs->slots);
    jobs->size = FIRST_SLOTS;
    if (!jobs->slots || pthread_mutex_init(&jobs->lock, NULL) != 0) {
        free(jobs->slots);
        free(jobs);
        return NULL;
    }
    return jobs;
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_destroy(&jobs->lock);
    free(jobs->slots);
    free(jobs);
}

static struct slot *find(struct slot *slots, uint32_t size, uint64_t hash)
{
    uint32_t i = (uint32_t)(hash >> 32 ^ hash) & (size - 1);
    while (slots[i].hash != 0 && slots[i].hash != hash)
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static bool grow(struct jobs *jobs)
{
    uint32_t size = jobs->size * 2;
    struct slot *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < jobs->size; i++)
        if (jobs->slots[i].hash != 0)
            *find(slots, size, jobs->slots[i].hash) = jobs->slots[i];
    free(jobs->slots);
    jobs->slots = slots;
    jobs->size = size;
    return true;
}

static struct job_seen ask_locked(struct jobs *jobs, uint64_t hash, int64_t now_ns)
{
    struct slot *slot = find(jobs->slots, jobs->size, hash);
    if (slot->hash != 0) {
        slot->asks += slot->asks < UINT32_MAX;
        /* Threads read the clock before they take the lock. */
        return (struct job_seen){now_ns > slot->first_ns ? now_ns - slot->first_ns : 0, slot->asks};
    }
    if (jobs->used >= jobs->size / 2) {
        if (jobs->used >= JOBS_MAX || !grow(jobs))
            return (struct job_seen){0, 1};
        slot = find(jobs->slots, jobs->size, hash);
    }
    *slot = (struct slot){hash, now_ns, 1};
    jobs->used++;
    return (struct job_seen){0, 1};
}

struct job_seen jobs_ask(struct jobs *jobs, uint64_t hash, int64_t now_ns)
{
    pthread_mutex_lock(&jobs->lock);
    struct job_seen seen = ask_locked(jobs, hash ? hash : 1, now_ns);
    pthread_mutex_unlock(&jobs->lock);
    return seen;
}
