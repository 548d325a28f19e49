#include "took.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"

#define SIZE_MIN 64
#define SECOND INT64_C(1000000000)
#define SECONDS_MOST INT64_C(900000000) /* 28 years: ten times as much is still an integer */

void took_clear(struct took *took)
{
    if (took->count > 0)
        memset(took->used, 0, took->size * sizeof *took->used);
    took->count = 0;
}

void took_free(struct took *took)
{
    free(took->changes);
    free(took->used);
    *took = (struct took){0};
}

int64_t took_nano(const struct moment *created, const struct moment *completed)
{
    if (!created->known || !completed->known)
        return -1;
    int64_t seconds = completed->at.sec - created->at.sec;
    if (seconds < 0)
        return -1;
    seconds = seconds < SECONDS_MOST ? seconds : SECONDS_MOST;
    int64_t nano = seconds * SECOND + completed->at.nsec - created->at.nsec;
    return nano >= 0 ? nano : -1;
}

/* The place of nano, or the free one where it belongs. */
static size_t place_of(const struct took *took, int64_t nano)
{
    size_t place = (size_t)((uint64_t)nano * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (took->size - 1);
    while (took->used[place] && took->changes[place].nano != nano)
        place = (place + 1) & (took->size - 1);
    return place;
}

static bool grow(struct took *took)
{
    struct took bigger = {.size = took->size ? took->size * 2 : SIZE_MIN, .count = took->count};
    bigger.changes = calloc(bigger.size, sizeof *bigger.changes);
    bigger.used = calloc(bigger.size, sizeof *bigger.used);
    if (!bigger.changes || !bigger.used) {
        took_free(&bigger);
        return false;
    }
    for (size_t i = 0; i < took->size; i++) {
        if (!took->used[i])
            continue;
        size_t place = place_of(&bigger, took->changes[i].nano);
        bigger.used[place] = true;
        bigger.changes[place] = took->changes[i];
    }
    took_free(took);
    *took = bigger;
    return true;
}

enum result took_count(struct store *store, int64_t nano, int times, struct error *err)
{
    struct took *took = &store->took;
    if (nano < 0)
        return RESULT_OK;
    if (took->count >= took->size / 2 && !grow(took))
        return error_memory(err);
    size_t place = place_of(took, nano);
    if (!took->used[place]) {
        took->used[place] = true;
        took->changes[place] = (struct took_change){nano, 0};
        took->count++;
    }
    took->changes[place].jobs += times;
    return RESULT_OK;
}

static enum result add(struct store *store, enum sql_id statement, int64_t key, int64_t jobs, struct error *err)
{
    struct call call = call_of(store, statement);
    call_int(&call, 1, key);
    call_int(&call, 2, jobs);
    return call_run(&call, err);
}

enum result took_write(struct store *store, struct error *err)
{
    const struct took *took = &store->took;
    enum result result = RESULT_OK;
    for (size_t i = 0; took->count > 0 && result == RESULT_OK && i < took->size; i++) {
        const struct took_change *change = &took->changes[i];
        if (!took->used[i] || change->jobs == 0)
            continue;
        result = add(store, SQL_QUERIES_TOOK_ADD, change->nano, change->jobs, err);
        if (result == RESULT_OK)
            result = add(store, SQL_QUERIES_TOOK_SECOND_ADD, change->nano / SECOND, change->jobs, err);
    }
    took_clear(&store->took);
    return result;
}
