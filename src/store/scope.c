/* What reports see: temporary views and tables that stand in front of the ledger's own, so that the same SELECTs show
 * less, or show it otherwise. */
#include "ledger.h"
#include "zone.h"

/* These see the whole ledger, or their place is taken by something else. */
static const char *const not_in_front[] = {"option", "zone", "grouping", "stale_limit", NULL};
static const char *const not_before_figures[] = {"option",       "zone",       "grouping", "stale_limit",
                                                 "model_totals", "day_totals", NULL};

/* Tables that take the place of views. */
static const char *const tables[] = {"option", "zone", NULL};

static bool is_default(const struct store_filter *f)
{
    return !f->since.known && !f->until.known && f->states == 0 && !f->model && !f->source && f->label_count == 0 &&
           !f->by && !f->in_zone && f->threshold_nano == STORE_THRESHOLD && f->stale_after_ms == 0 && !f->now.known;
}

#define READABLE 512 /* bytes of a name in a message */

/* ---- the names in it ---- */

static enum result unknown_label(const struct nearest *nearest, const char *option, struct error *err)
{
    char shown[200];
    char near[400];
    text_printable(text_of(nearest->word), 60, shown, sizeof shown);
    if (nearest->found[0])
        return error_set(err, RESULT_USAGE, "%s %s: no source has that label; did you mean %s?", option, shown,
                         text_printable(text_of(nearest->found), 0, near, sizeof near));
    return error_set(err, RESULT_USAGE, "%s %s: no source has that label; `jobledger export jobs` shows them all",
                     option, shown);
}

static enum result check_label(struct store *store, const char *option, struct text name,
                               struct error *err)
{
    struct store_rows *rows;
    char word[READABLE];
    struct nearest nearest = nearest_to(text_printable(name, 0, word, sizeof word));
    bool found = false;
    bool more = true;
    enum result result = store_query(store, "queries/label_names", &rows, err);
    while (result == RESULT_OK && more && !found) {
        result = store_next(rows, &more, err);
        if (result != RESULT_OK || !more)
            break;
        found = text_equal(store_text(rows, 0), name);
        nearest_offer(&nearest, store_text(rows, 0));
    }
    store_rows_free(rows);
    return result == RESULT_OK && !found ? unknown_label(&nearest, option, err) : result;
}

static enum result check_names(struct store *store, const struct store_filter *f, struct error *err)
{
    enum result result = f->source ? store_check_source(store, f->source, err) : RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < f->label_count; i++)
        result = check_label(store, "--label", f->labels[i].name, err);
    return result == RESULT_OK && f->by ? check_label(store, "--by", text_of(f->by), err) : result;
}

/* ---- what is asked for, as tables ---- */

static void bind_moment(struct call *call, int index, const struct moment *moment)
{
    call_int_or_null(call, index, moment->known, moment->at.sec);
    call_int_or_null(call, index + 1, moment->known, moment->at.nsec);
}

static enum result insert_asked(struct store *store, const struct store_filter *f, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SCOPE_ASKED);
    bind_moment(&call, 1, &f->since);
    bind_moment(&call, 3, &f->until);
    call_text(&call, 5, text_of(f->model));
    call_text(&call, 6, text_of(f->source));
    call_text(&call, 7, text_of(f->by));
    return call_run(&call, err);
}

static enum result insert_lists(struct store *store, const struct store_filter *f, struct error *err)
{
    enum result result = RESULT_OK;
    for (int i = 0; result == RESULT_OK && i < JOB_STATUS_COUNT; i++) {
        if (!(f->states & (1u << i)))
            continue;
        struct call call = call_of(store, SQL_QUERIES_SCOPE_STATUS);
        call_text(&call, 1, text_of(job_status_name((enum job_status)i)));
        result = call_run(&call, err);
    }
    for (size_t i = 0; result == RESULT_OK && i < f->label_count; i++) {
        struct call call = call_of(store, SQL_QUERIES_SCOPE_LABEL);
        call_text(&call, 1, f->labels[i].name);
        call_text(&call, 2, f->labels[i].value);
        result = call_run(&call, err);
    }
    return result;
}

static enum result insert_option(struct store *store, const struct store_filter *f, struct error *err)
{
    struct timestamp now = f->now.known ? f->now.at : clock_now(&(struct clock){0});
    struct call call = call_of(store, SQL_QUERIES_SCOPE_OPTION);
    call_int(&call, 1, f->threshold_nano);
    /* Beyond 285 years it is as good as never. */
    int64_t most_ms = INT64_MAX / 1000000;
    int64_t after_ms = f->stale_after_ms < most_ms ? f->stale_after_ms : most_ms;
    call_int_or_null(&call, 2, f->stale_after_ms > 0, after_ms * 1000000);
    call_int(&call, 3, now.sec);
    return call_run(&call, err);
}

static enum result insert_offset(struct store *store, int64_t since, int64_t offset, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SCOPE_ZONE);
    call_int(&call, 1, since);
    call_int(&call, 2, offset);
    return call_run(&call, err);
}

/* The offsets of the zone in use over the time from which the ledger has jobs. */
static enum result insert_zone(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_CREATED_RANGE);
    bool found;
    enum result result = call_row(&call, &found, err);
    if (!found)
        return result;
    int64_t at = sqlite3_column_int64(call.stmt, 0);
    int64_t end = sqlite3_column_int64(call.stmt, 1);
    call_end(&call);
    result = insert_offset(store, -INT64_MAX, zone_offset(at), err);
    while (result == RESULT_OK && zone_next_change(at, end, &at))
        result = insert_offset(store, at, zone_offset(at), err);
    return result;
}

static enum result run_text(struct store *store, enum sql_id id, struct error *err)
{
    return store_exec(store, sql_texts[id].text, err);
}

static enum result make_tables(struct store *store, const struct store_filter *f, struct error *err)
{
    enum result result = run_text(store, SQL_SCOPE_ASKED, err);
    if (result == RESULT_OK)
        result = insert_asked(store, f, err);
    if (result == RESULT_OK)
        result = insert_lists(store, f, err);
    if (result == RESULT_OK)
        result = insert_option(store, f, err);
    if (result == RESULT_OK && f->in_zone)
        result = run_text(store, SQL_SCOPE_ZONE, err);
    return result == RESULT_OK && f->in_zone ? insert_zone(store, err) : result;
}

/* ---- the views in front ---- */

static enum result make_job(struct store *store, const struct store_filter *f, struct error *err)
{
    const struct {
        bool wanted;
        enum sql_id part;
    } parts[] = {
        {true, SQL_SCOPE_JOB},
        {true, SQL_SCOPE_JOB_WHERE},
        {f->since.known, SQL_SCOPE_JOB_SINCE},
        {f->until.known, SQL_SCOPE_JOB_UNTIL},
        {f->states != 0, SQL_SCOPE_JOB_STATUS},
        {f->model != NULL, SQL_SCOPE_JOB_MODEL},
        {f->source != NULL, SQL_SCOPE_JOB_SOURCE},
        {f->label_count > 0, SQL_SCOPE_JOB_LABEL},
    };
    struct strbuf sql = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        strbuf_puts(&sql, parts[i].wanted ? sql_texts[parts[i].part].text : "");
    enum result result = sql.failed ? error_memory(err) : store_exec(store, sql.bytes, err);
    strbuf_free(&sql);
    return result;
}

static enum result make_front(struct store *store, enum store_scope scope, struct error *err)
{
    const struct store_filter *f = store->filter;
    bool figures = scope == STORE_SCOPE_FIGURES;
    enum result result = RESULT_OK;
    if (f && scope == STORE_SCOPE_SOURCES)
        result = f->source ? run_text(store, SQL_SCOPE_SOURCE, err) : RESULT_OK;
    else if (f)
        result = make_job(store, f, err);
    if (result == RESULT_OK && f && f->by && scope != STORE_SCOPE_SOURCES)
        result = run_text(store, SQL_SCOPE_GROUPING, err);
    if (result == RESULT_OK && figures)
        result = run_text(store, SQL_SCOPE_FIGURES, err);
    const char *const *left_out = figures ? not_before_figures : not_in_front;
    return result == RESULT_OK ? store_make_views(store, true, left_out, err) : result;
}

static enum result change_scope(struct store *store, enum store_scope scope, struct error *err)
{
    enum result result = store_drop_views(store, true, tables, err);
    if (result == RESULT_OK)
        result = run_text(store, SQL_SCOPE_LEAVE, err);
    if (result == RESULT_OK && scope != STORE_SCOPE_ALL)
        result = make_front(store, scope, err);
    return result;
}

typedef enum result scope_change(struct store *store, enum store_scope scope, struct error *err);

/* Readers are kept from writing, to temporary tables too. */
static enum result with_writing(struct store *store, scope_change *change, enum store_scope scope, struct error *err)
{
    bool query_only = store->query_only;
    enum result result = query_only ? store_exec(store, "PRAGMA query_only = OFF", err) : RESULT_OK;
    if (result == RESULT_OK)
        result = change(store, scope, err);
    enum result end = query_only ? store_exec(store, "PRAGMA query_only = ON", result == RESULT_OK ? err : NULL)
                                 : RESULT_OK;
    return result == RESULT_OK ? end : result;
}

static enum result start(struct store *store, enum store_scope scope, struct error *err)
{
    enum result result = change_scope(store, STORE_SCOPE_ALL, err);
    if (result == RESULT_OK)
        result = run_text(store, SQL_SCOPE_FORGET, err);
    if (result == RESULT_OK && store->filter)
        result = make_tables(store, store->filter, err);
    return result == RESULT_OK && store->filter ? change_scope(store, scope, err) : result;
}

enum result store_look(struct store *store, const struct store_filter *filter, struct error *err)
{
    enum result result = check_names(store, filter, err);
    if (result != RESULT_OK)
        return result;
    store->filter = is_default(filter) ? NULL : filter;
    store->scope = store->filter ? STORE_SCOPE_JOBS : STORE_SCOPE_ALL;
    return with_writing(store, start, STORE_SCOPE_JOBS, err);
}

enum result store_scope(struct store *store, enum store_scope scope, struct error *err)
{
    if (!store->filter && scope != STORE_SCOPE_FIGURES)
        scope = STORE_SCOPE_ALL;
    if (store->scope == scope)
        return RESULT_OK;
    store->scope = scope;
    return with_writing(store, change_scope, scope, err);
}
