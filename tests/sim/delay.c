#include "delay.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"

#define FIRST_ROOM 64

struct held {
    int64_t due_ns;
    struct MHD_Connection *connection;
};

/* A binary heap, the earliest first. */
struct delay {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct held *heap;
    size_t n;
    size_t room;
    bool ending;
};

static bool make_room(struct delay *delay)
{
    if (delay->n < delay->room)
        return true;
    size_t room = delay->room ? delay->room * 2 : FIRST_ROOM;
    struct held *heap = realloc(delay->heap, room * sizeof *heap);
    if (!heap)
        return false;
    delay->heap = heap;
    delay->room = room;
    return true;
}

static void push(struct delay *delay, struct held held)
{
    size_t i = delay->n++;
    while (i > 0 && held.due_ns < delay->heap[(i - 1) / 2].due_ns) {
        delay->heap[i] = delay->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    delay->heap[i] = held;
}

static struct held pop(struct delay *delay)
{
    struct held first = delay->heap[0];
    struct held last = delay->heap[--delay->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= delay->n)
            break;
        if (child + 1 < delay->n && delay->heap[child + 1].due_ns < delay->heap[child].due_ns)
            child++;
        if (last.due_ns <= delay->heap[child].due_ns)
            break;
        delay->heap[i] = delay->heap[child];
        i = child;
    }
    delay->heap[i] = last;
    return first;
}

static void wait_for(struct delay *delay, int64_t due_ns)
{
    struct timespec due = {.tv_sec = (time_t)(due_ns / NS_PER_S), .tv_nsec = (long)(due_ns % NS_PER_S)};
    pthread_cond_timedwait(&delay->changed, &delay->lock, &due);
}

static void *run(void *arg)
{
    struct delay *delay = arg;
    pthread_mutex_lock(&delay->lock);
    while (!delay->ending || delay->n > 0) {
        if (delay->n == 0)
            pthread_cond_wait(&delay->changed, &delay->lock);
        else if (!delay->ending && delay->heap[0].due_ns > clock_mono_ns())
            wait_for(delay, delay->heap[0].due_ns);
        else
            MHD_resume_connection(pop(delay).connection);
    }
    pthread_mutex_unlock(&delay->lock);
    return NULL;
}

struct delay *delay_start(void)
{
    struct delay *delay = calloc(1, sizeof *delay);
    if (!delay)
        return NULL;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&delay->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&delay->lock, NULL);
    int reason = pthread_create(&delay->thread, NULL, run, delay);
    if (reason != 0) {
        free(delay);
        errno = reason;
        return NULL;
    }
    return delay;
}

bool delay_until(struct delay *delay, struct MHD_Connection *connection, int64_t due_ns)
{
    pthread_mutex_lock(&delay->lock);
    bool ok = !delay->ending && make_room(delay);
    if (ok) {
        /* Under the lock, so that it can't be resumed before it is suspended. */
        MHD_suspend_connection(connection);
        push(delay, (struct held){due_ns, connection});
        pthread_cond_signal(&delay->changed);
    }
    pthread_mutex_unlock(&delay->lock);
    return ok;
}

void delay_stop(struct delay *delay)
{
    pthread_mutex_lock(&delay->lock);
    delay->ending = true;
    pthread_cond_signal(&delay->changed);
    pthread_mutex_unlock(&delay->lock);
    pthread_join(delay->thread, NULL);
}

void delay_free(struct delay *delay)
{
    if (!delay)
        return;
    pthread_mutex_destroy(&delay->lock);
    pthread_cond_destroy(&delay->changed);
    free(delay->heap);
    free(delay);
}
