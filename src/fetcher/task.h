/* The jobs that a run has begun to ask for and that have not come to anything yet. Their number is bounded. */
#ifndef JOBLEDGER_TASK_H
#define JOBLEDGER_TASK_H

#include <stddef.h>
#include <stdint.h>

#include "fetcher.h"
#include "quota.h"

#define TASK_AT_ONCE INT64_MIN /* due before all that have a time */

enum task_state { TASK_FREE, TASK_RUNNING, TASK_WAITING };

struct task {
    enum task_state state;
    struct fetch_job job;
    unsigned requests; /* sent for it in this run */
    unsigned failures; /* of these, the ones that used up a retry */
    bool limited;      /* the last one brought a 429: the next is no retry */
    int64_t sent_ms;   /* the last one */
    struct ticket ticket;
    int64_t due_ms;    /* while waiting: when the next may go */
    uint64_t turn;     /* of those due at the same time, the one that began to wait first goes first */
};

struct tasks {
    struct task *all;
    size_t count;
    struct task **idle;
    size_t idle_count;
    struct task **heap; /* waiting, the next one due first */
    size_t waiting;
    uint64_t turns;
};

/* RESULT_LEDGER where memory ran out; tasks_free() is allowed then, too. */
enum result tasks_make(struct tasks *tasks, size_t count, struct error *err);
void tasks_free(struct tasks *tasks);

/* A running task without requests; idle_count must not be 0. */
struct task *tasks_take(struct tasks *tasks);
void tasks_give_back(struct tasks *tasks, struct task *task); /* a running one */

void tasks_wait(struct tasks *tasks, struct task *task, int64_t due_ms);
const struct task *tasks_next(const struct tasks *tasks); /* the waiting one that is due first, or NULL */
struct task *tasks_wake(struct tasks *tasks);             /* that one, running again; one must be waiting */

#endif
