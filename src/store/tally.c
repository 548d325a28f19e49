#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "ledger.h"

void tally_clear(struct tally *tally)
{
    for (size_t i = 0; i < tally->touched_count; i++)
        tally->changes[tally->touched[i]] = (struct tally_change){.touched = false};
    tally->touched_count = 0;
}

void tally_free(struct tally *tally)
{
    free(tally->changes);
    free(tally->touched);
    *tally = (struct tally){0};
}

static bool grow(struct tally *tally, size_t index)
{
    size_t room = tally->room ? tally->room : 64;
    while (room <= index)
        room *= 2;
    if (room == tally->room)
        return true;
    struct tally_change *changes = realloc(tally->changes, room * sizeof *changes);
    if (!changes)
        return false;
    memset(changes + tally->room, 0, (room - tally->room) * sizeof *changes);
    tally->changes = changes;
    tally->room = room;
    return true;
}

static bool touch(struct tally *tally, int64_t source_id)
{
    if (tally->touched_count == tally->touched_room) {
        size_t room = tally->touched_room ? tally->touched_room * 2 : 64;
        int64_t *touched = realloc(tally->touched, room * sizeof *touched);
        if (!touched)
            return false;
        tally->touched = touched;
        tally->touched_room = room;
    }
    tally->touched[tally->touched_count++] = source_id;
    tally->changes[source_id].touched = true;
    return true;
}

enum result tally_add(struct store *store, int64_t source_id, enum job_status status, int64_t jobs, int64_t cost_chf,
                      int64_t cost_rest, struct error *err)
{
    struct tally *tally = &store->tally;
    size_t index = (size_t)source_id;
    if (!grow(tally, index) || (!tally->changes[index].touched && !touch(tally, source_id)))
        return error_memory(err);
    struct tally_change *change = &tally->changes[index];
    change->jobs[status] += jobs;
    change->cost_chf[status] += cost_chf;
    change->cost_rest[status] += cost_rest;
    return RESULT_OK;
}

static enum result count_one(struct store *store, int64_t source_id, struct tally_job job, int times,
                             struct error *err)
{
    return tally_add(store, source_id, job.status, times, times * (job.cost_nano / DECIMAL_ONE),
                     times * (job.cost_nano % DECIMAL_ONE), err);
}

static enum result move(struct store *store, int64_t source_id, struct tally_job before, struct tally_job after,
                        struct error *err)
{
    enum result result = count_one(store, source_id, before, -1, err);
    return result == RESULT_OK ? count_one(store, source_id, after, 1, err) : result;
}

enum result tally_move(struct store *store, int64_t key, struct tally_job before, struct tally_job after,
                       struct error *err)
{
    if (before.status == after.status && before.cost_nano == after.cost_nano)
        return RESULT_OK;
    struct call call = call_of(store, SQL_QUERIES_SOURCES_OF);
    call_int(&call, 1, key);
    bool more = true;
    enum result result = move(store, 0, before, after, err);
    while (result == RESULT_OK && more) {
        result = call_row(&call, &more, err);
        if (result == RESULT_OK && more)
            result = move(store, sqlite3_column_int64(call.stmt, 0), before, after, err);
    }
    call_end(&call);
    return result;
}

static enum result write_change(struct store *store, int64_t source_id, const struct tally_change *change,
                                struct error *err)
{
    enum result result = RESULT_OK;
    for (int i = 0; result == RESULT_OK && i < JOB_STATUS_COUNT; i++) {
        if (change->jobs[i] == 0 && change->cost_chf[i] == 0 && change->cost_rest[i] == 0)
            continue;
        struct call call = call_of(store, SQL_QUERIES_TALLY_ADD);
        call_int(&call, 1, source_id);
        call_text(&call, 2, text_of(job_status_name((enum job_status)i)));
        call_int(&call, 3, change->jobs[i]);
        call_int(&call, 4, change->cost_chf[i]);
        call_int(&call, 5, change->cost_rest[i]);
        result = call_run(&call, err);
    }
    return result;
}

enum result tally_write(struct store *store, struct error *err)
{
    struct tally *tally = &store->tally;
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < tally->touched_count; i++)
        result = write_change(store, tally->touched[i], &tally->changes[tally->touched[i]], err);
    tally_clear(tally);
    return result;
}
