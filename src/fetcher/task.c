#include "task.h"

#include <stdlib.h>

enum result tasks_make(struct tasks *tasks, size_t count, struct error *err)
{
    *tasks = (struct tasks){
        .all = calloc(count, sizeof *tasks->all),
        .count = count,
        .idle = calloc(count, sizeof *tasks->idle),
        .idle_count = count,
        .heap = calloc(count, sizeof *tasks->heap),
    };
    if (!tasks->all || !tasks->idle || !tasks->heap)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        tasks->idle[i] = &tasks->all[count - 1 - i];
    return RESULT_OK;
}

void tasks_free(struct tasks *tasks)
{
    free(tasks->all);
    free(tasks->idle);
    free(tasks->heap);
    *tasks = (struct tasks){0};
}

struct task *tasks_take(struct tasks *tasks)
{
    struct task *task = tasks->idle[--tasks->idle_count];
    *task = (struct task){.state = TASK_RUNNING};
    return task;
}

void tasks_give_back(struct tasks *tasks, struct task *task)
{
    task->state = TASK_FREE;
    tasks->idle[tasks->idle_count++] = task;
}

static bool before(const struct task *a, const struct task *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->turn < b->turn;
}

void tasks_wait(struct tasks *tasks, struct task *task, int64_t due_ms)
{
    task->state = TASK_WAITING;
    task->due_ms = due_ms;
    task->turn = tasks->turns++;
    size_t i = tasks->waiting++;
    while (i > 0 && before(task, tasks->heap[(i - 1) / 2])) {
        tasks->heap[i] = tasks->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    tasks->heap[i] = task;
}

const struct task *tasks_next(const struct tasks *tasks)
{
    return tasks->waiting > 0 ? tasks->heap[0] : NULL;
}

struct task *tasks_wake(struct tasks *tasks)
{
    struct task *first = tasks->heap[0];
    struct task *last = tasks->heap[--tasks->waiting];
    size_t i = 0;
    for (size_t child = 1; child < tasks->waiting; child = 2 * i + 1) {
        if (child + 1 < tasks->waiting && before(tasks->heap[child + 1], tasks->heap[child]))
            child++;
        if (!before(tasks->heap[child], last))
            break;
        tasks->heap[i] = tasks->heap[child];
        i = child;
    }
    tasks->heap[i] = last;
    first->state = TASK_RUNNING;
    return first;
}
