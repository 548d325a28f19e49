#include "figures.h"

#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "percentile.h"
#include "virtual.h"

#define DAY_SECONDS 86400
#define NO_DAY INT64_MIN /* of jobs of which nobody knows when they were created */

struct key {
    struct text label;
    int64_t day;
    struct text model;
};

struct group {
    uint64_t hash;
    int64_t day;
    size_t label_at; /* in figures->names */
    size_t label_len;
    size_t model_at;
    size_t model_len;
    int64_t jobs, completed, failed;
    int64_t costs, cost;
    int64_t seconds, rests;
    int64_t confidences, confidence, confidence_min;
    struct sample times;
};

/* From `since` on clocks are so many seconds ahead of UTC. */
struct offset {
    int64_t since;
    int64_t seconds;
};

struct figures {
    struct store *store;
    bool by_day;
    struct group *groups;
    size_t group_count;
    size_t group_size;
    uint32_t *slots; /* the number of a group, from 1, at its hash; a power of two of them */
    size_t slot_count;
    struct strbuf names;
    struct pool pool;
    struct offset *offsets;
    size_t offset_count;
    /* The day that was looked up last, which most jobs share with the one before. */
    int64_t day;
    int64_t day_start;
    int64_t day_end;
    enum result result; /* of the pass; err says why */
    struct error err;
    /* The group in hand; SIZE_MAX: none yet. */
    size_t at;
    int64_t time_p50;
    int64_t time_p95;
};

static void clear(struct figures *figures)
{
    for (size_t i = 0; i < figures->group_count; i++)
        sample_free(&figures->pool, &figures->groups[i].times);
    pool_free(&figures->pool);
    free(figures->groups);
    free(figures->slots);
    free(figures->offsets);
    strbuf_free(&figures->names);
    *figures = (struct figures){.store = figures->store, .by_day = figures->by_day, .pool = {.fd = -1}};
}

/* ---- groups ---- */

/* FNV-1a. */
static uint64_t hash_text(uint64_t hash, struct text text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.bytes[i]) * UINT64_C(0x100000001b3);
    return hash * UINT64_C(0x100000001b3);
}

static uint64_t hash_key(const struct key *key)
{
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325) ^ (uint64_t)key->day, key->model);
    hash = hash_text(hash, key->label);
    return hash ^ hash >> 32;
}

static bool is_text(const struct figures *figures, size_t at, size_t len, struct text text)
{
    return len == text.len && (len == 0 || memcmp(figures->names.bytes + at, text.bytes, len) == 0);
}

static bool is_group(const struct figures *figures, const struct group *group, uint64_t hash, const struct key *key)
{
    return group->hash == hash && group->day == key->day &&
           is_text(figures, group->model_at, group->model_len, key->model) &&
           is_text(figures, group->label_at, group->label_len, key->label);
}

static bool grow_slots(struct figures *figures)
{
    if (figures->group_count * 2 < figures->slot_count)
        return true;
    size_t count = figures->slot_count ? figures->slot_count * 2 : 64;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < figures->group_count; i++) {
        size_t at = figures->groups[i].hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = (uint32_t)i + 1;
    }
    free(figures->slots);
    figures->slots = slots;
    figures->slot_count = count;
    return true;
}

static size_t add_name(struct figures *figures, struct text name)
{
    size_t at = figures->names.len;
    strbuf_append(&figures->names, name.bytes, name.len);
    return at;
}

/* NULL: out of memory. */
static struct group *add_group(struct figures *figures, uint64_t hash, const struct key *key)
{
    if (figures->group_count == figures->group_size) {
        size_t size = figures->group_size ? figures->group_size * 2 : 16;
        struct group *groups = realloc(figures->groups, size * sizeof *groups);
        if (!groups)
            return NULL;
        figures->groups = groups;
        figures->group_size = size;
    }
    struct group *group = &figures->groups[figures->group_count];
    *group = (struct group){.hash = hash, .day = key->day, .model_len = key->model.len, .label_len = key->label.len};
    group->model_at = add_name(figures, key->model);
    group->label_at = add_name(figures, key->label);
    if (figures->names.failed)
        return NULL;
    figures->group_count++;
    return group;
}

static struct group *find_group(struct figures *figures, const struct key *key)
{
    if (!grow_slots(figures))
        return NULL;
    uint64_t hash = hash_key(key);
    size_t at = hash & (figures->slot_count - 1);
    for (; figures->slots[at]; at = (at + 1) & (figures->slot_count - 1)) {
        struct group *group = &figures->groups[figures->slots[at] - 1];
        if (is_group(figures, group, hash, key))
            return group;
    }
    figures->slots[at] = (uint32_t)figures->group_count + 1;
    return add_group(figures, hash, key);
}

/* ---- days ---- */

static enum result read_offsets(struct figures *figures, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(figures->store, "queries/offsets", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    while (result == RESULT_OK && more) {
        struct offset *offsets = realloc(figures->offsets, (figures->offset_count + 1) * sizeof *offsets);
        if (!offsets) {
            result = error_memory(err);
            break;
        }
        figures->offsets = offsets;
        offsets[figures->offset_count++] = (struct offset){store_int(rows, 0), store_int(rows, 1)};
        result = store_next(rows, &more, err);
    }
    store_rows_free(rows);
    return result;
}

/* The day of a moment there, and from when to when moments are of that day, as far as the offset stays what it is. */
static void look_up_day(struct figures *figures, int64_t at)
{
    struct offset offset = {INT64_MIN, 0};
    int64_t end = INT64_MAX;
    for (size_t i = 0; i < figures->offset_count && end == INT64_MAX; i++) {
        if (figures->offsets[i].since <= at)
            offset = figures->offsets[i];
        else
            end = figures->offsets[i].since;
    }
    int64_t local = at + offset.seconds;
    int64_t start = local - (local % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
    figures->day = start / DAY_SECONDS;
    figures->day_start = start - offset.seconds > offset.since ? start - offset.seconds : offset.since;
    figures->day_end = start - offset.seconds + DAY_SECONDS < end ? start - offset.seconds + DAY_SECONDS : end;
}

static int64_t day_of(struct figures *figures, sqlite3_value *created_at)
{
    if (sqlite3_value_type(created_at) == SQLITE_NULL)
        return NO_DAY;
    int64_t at = sqlite3_value_int64(created_at);
    if (at < figures->day_start || at >= figures->day_end)
        look_up_day(figures, at);
    return figures->day;
}

/* ---- one job after another ---- */

enum argument { LABEL, CREATED_AT, MODEL, STATUS, COST, TIME, CONFIDENCE, ARGUMENT_COUNT };

static struct text text_in(sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return TEXT_NONE;
    const char *bytes = sqlite3_value_blob(value); /* NULL for an empty text, too */
    return bytes ? (struct text){bytes, (size_t)sqlite3_value_bytes(value)} : text_of("");
}

static enum result put_all_aside(struct figures *figures, struct error *err)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < figures->group_count; i++)
        result = sample_put_aside(&figures->pool, &figures->groups[i].times, err);
    return result;
}

static enum result add_time(struct figures *figures, struct group *group, int64_t time, struct error *err)
{
    enum result result = pool_is_full(&figures->pool) ? put_all_aside(figures, err) : RESULT_OK;
    if (result == RESULT_OK)
        result = sample_add(&figures->pool, &group->times, time, err);
    group->seconds += time / DECIMAL_ONE;
    group->rests += time % DECIMAL_ONE;
    return result;
}

static enum result add_cost(struct group *group, int64_t cost, struct error *err)
{
    /* In the words that SQLite has for it. */
    if (cost > INT64_MAX - group->cost)
        return error_set(err, RESULT_LEDGER, "integer overflow");
    group->costs++;
    group->cost += cost;
    return RESULT_OK;
}

static void add_confidence(struct group *group, int64_t confidence)
{
    if (group->confidences == 0 || confidence < group->confidence_min)
        group->confidence_min = confidence;
    group->confidences++;
    group->confidence += confidence;
}

static enum result add_job(struct figures *figures, sqlite3_value **values, struct error *err)
{
    struct text status = text_in(values[STATUS]);
    bool completed = text_equal(status, text_of("completed"));
    if (!completed && !text_equal(status, text_of("failed")))
        return RESULT_OK;
    struct key key = {text_in(values[LABEL]), figures->by_day ? day_of(figures, values[CREATED_AT]) : 0,
                      text_in(values[MODEL])};
    if (!key.model.bytes)
        key.model = text_of("(none)");
    struct group *group = find_group(figures, &key);
    if (!group)
        return error_memory(err);
    group->jobs++;
    group->completed += completed;
    group->failed += !completed;
    enum result result = RESULT_OK;
    if (sqlite3_value_type(values[COST]) != SQLITE_NULL)
        result = add_cost(group, sqlite3_value_int64(values[COST]), err);
    if (result == RESULT_OK && sqlite3_value_type(values[TIME]) != SQLITE_NULL)
        result = add_time(figures, group, sqlite3_value_int64(values[TIME]), err);
    if (sqlite3_value_type(values[CONFIDENCE]) != SQLITE_NULL)
        add_confidence(group, sqlite3_value_int64(values[CONFIDENCE]));
    return result;
}

/* As an aggregate function, since that spares each job a way out of SQLite's machine and back. */
static void figures_step(sqlite3_context *context, int argc, sqlite3_value **values)
{
    struct figures *figures = ((struct store *)sqlite3_user_data(context))->figures;
    (void)argc;
    if (!figures)
        sqlite3_result_error(context, "figures_add() is of use to jobledger alone", -1);
    else if (figures->result == RESULT_OK)
        figures->result = add_job(figures, values, &figures->err);
    if (figures && figures->result != RESULT_OK)
        sqlite3_result_error(context, figures->err.text, -1);
}

static void figures_final(sqlite3_context *context)
{
    sqlite3_result_null(context);
}

static enum result pass(struct figures *figures, const char *query, struct error *err)
{
    struct store_rows *rows;
    bool more;
    enum result result = store_query(figures->store, query, &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    store_rows_free(rows);
    return result;
}

/* ---- as tables ---- */

static enum result figures_rewind(void *ctx, struct error *err)
{
    struct figures *figures = ctx;
    struct store *store = figures->store;
    bool by_label = store->filter && store->filter->by;
    clear(figures);
    store->figures = figures;
    enum result result = figures->by_day ? read_offsets(figures, err) : RESULT_OK;
    if (result == RESULT_OK && by_label)
        result = pass(figures, "queries/figures_by_label", err);
    if (result == RESULT_OK && !by_label)
        result = pass(figures, "queries/figures_dated", err);
    if (result == RESULT_OK && !by_label)
        result = pass(figures, "queries/figures_undated", err);
    store->figures = NULL;
    figures->at = SIZE_MAX;
    if (figures->result != RESULT_OK)
        *err = figures->err;
    return result;
}

/* Nearest rank: the place is the share of all, rounded up. */
static enum result percentile(const struct figures *figures, const struct group *group, uint64_t percent,
                              int64_t *value, struct error *err)
{
    const struct sample *times = &group->times;
    return times->count == 0 ? RESULT_OK
                             : sample_at(&figures->pool, times, (percent * times->count + 99) / 100, value, err);
}

static enum result figures_next(void *ctx, bool *more, struct error *err)
{
    struct figures *figures = ctx;
    figures->at++; /* from SIZE_MAX to 0 */
    *more = figures->at < figures->group_count;
    if (!*more)
        return RESULT_OK;
    const struct group *group = &figures->groups[figures->at];
    enum result result = percentile(figures, group, 95, &figures->time_p95, err);
    if (result == RESULT_OK && !figures->by_day)
        result = percentile(figures, group, 50, &figures->time_p50, err);
    return result;
}

static const char declaration[] =
    "CREATE TABLE figures (label TEXT, day INTEGER, model TEXT, jobs INTEGER, completed INTEGER, failed INTEGER, "
    "costs INTEGER, cost INTEGER, times INTEGER, seconds INTEGER, rests INTEGER, time_p50 INTEGER, time_p95 INTEGER, "
    "time_max INTEGER, confidences INTEGER, confidence INTEGER, confidence_min INTEGER)";

static void give_text(const struct figures *figures, size_t at, size_t len, sqlite3_context *out)
{
    sqlite3_result_text64(out, len > 0 ? figures->names.bytes + at : "", len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void figures_column(void *ctx, int column, sqlite3_context *out)
{
    const struct figures *figures = ctx;
    const struct group *g = &figures->groups[figures->at];
    const int64_t times = (int64_t)g->times.count;
    /* In the order of the declaration. A figure of nothing is NULL. */
    const struct {
        bool known;
        int64_t value;
    } numbers[] = {
        {true, 0}, {g->day != NO_DAY, g->day}, {true, 0},
        {true, g->jobs}, {true, g->completed}, {true, g->failed},
        {true, g->costs}, {g->costs > 0, g->cost},
        {true, times}, {times > 0, g->seconds}, {times > 0, g->rests},
        {times > 0 && !figures->by_day, figures->time_p50}, {times > 0, figures->time_p95}, {times > 0, g->times.max},
        {true, g->confidences}, {g->confidences > 0, g->confidence}, {g->confidences > 0, g->confidence_min},
    };
    if (column == 0)
        give_text(figures, g->label_at, g->label_len, out);
    else if (column == 2)
        give_text(figures, g->model_at, g->model_len, out);
    else if (numbers[column].known)
        sqlite3_result_int64(out, numbers[column].value);
}

static void figures_free(void *ctx)
{
    clear(ctx);
    free(ctx);
}

static enum result register_table(struct store *store, const char *name, bool by_day, struct error *err)
{
    struct figures *figures = calloc(1, sizeof *figures);
    if (!figures)
        return error_memory(err);
    *figures = (struct figures){.store = store, .by_day = by_day, .pool = {.fd = -1}};
    const struct virtual_table table = {name, declaration, false, figures, figures_free, figures_rewind, figures_next,
                                        figures_column};
    return virtual_register(store, &table, err);
}

enum result figures_register(struct store *store, struct error *err)
{
    if (sqlite3_create_function_v2(store->db, "figures_add", ARGUMENT_COUNT, SQLITE_UTF8 | SQLITE_DIRECTONLY, store,
                                   NULL, figures_step, figures_final, NULL) != SQLITE_OK)
        return store_failure(store, "can't be used", err);
    enum result result = register_table(store, "figures_of_models", false, err);
    return result == RESULT_OK ? register_table(store, "figures_of_days", true, err) : result;
}
