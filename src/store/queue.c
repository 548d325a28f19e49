/* Which jobs a run asks for, in which order, and when again. */
#include <string.h>

#include "json.h"
#include "ledger.h"

void store_queue_restart(struct store *store)
{
    store->page.len = store->page.at = 0;
    store->due.len = store->due.at = 0;
    store->asked_all = false;
}

static bool take(struct page *page, int64_t *key, char job_id[static JOB_ID_MAX + 1])
{
    if (page->at == page->len)
        return false;
    const struct queued_job *job = &page->jobs[page->at++];
    *key = job->key;
    memcpy(job_id, job->job_id, sizeof job->job_id);
    return true;
}

/* Fills the page from a statement of (place, key, job ID) or, without places, (key, job ID). */
static enum result fill(struct page *page, struct call *call, bool places, struct error *err)
{
    bool more = true;
    enum result result = RESULT_OK;
    page->len = page->at = 0;
    while (more && page->len < PAGE_SIZE) {
        result = call_row(call, &more, err);
        if (!more)
            break;
        struct queued_job *job = &page->jobs[page->len++];
        int column = places ? 1 : 0;
        job->place = places ? sqlite3_column_int64(call->stmt, 0) : 0;
        job->key = sqlite3_column_int64(call->stmt, column);
        const char *id = (const char *)sqlite3_column_text(call->stmt, column + 1);
        size_t len = id ? (size_t)sqlite3_column_bytes(call->stmt, column + 1) : 0;
        len = len > JOB_ID_MAX ? JOB_ID_MAX : len;
        if (len > 0)
            memcpy(job->job_id, id, len);
        job->job_id[len] = '\0';
    }
    if (more)
        call_end(call);
    return result;
}

static enum result next_page(struct store *store, struct error *err)
{
    struct page *page = &store->page;
    struct queued_job last = page->len > 0 ? page->jobs[page->len - 1] : (struct queued_job){.place = -1};
    struct call call = call_of(store, store->selected ? SQL_QUERIES_SELECT_PAGE : SQL_QUERIES_OPEN_PAGE);
    call_int(&call, 1, last.place);
    if (!store->selected) {
        call_int(&call, 2, last.key);
        call_int(&call, 3, store->run_id);
    }
    enum result result = fill(page, &call, true, err);
    store->asked_all = page->len == 0;
    return result;
}

enum result store_next_job(struct store *store, int64_t *key, char job_id[static JOB_ID_MAX + 1], bool *end,
                           struct error *err)
{
    enum result result = RESULT_OK;
    if (store->page.at == store->page.len && !store->asked_all)
        result = next_page(store, err);
    *end = result == RESULT_OK && !take(&store->page, key, job_id);
    return result;
}

static enum result first_due(struct store *store, int64_t now_ms, int64_t *wait_ms, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_DUE_FIRST);
    bool found;
    enum result result = call_row(&call, &found, err);
    *wait_ms = -1;
    if (found) {
        int64_t due_ms = sqlite3_column_int64(call.stmt, 0);
        if (sqlite3_column_type(call.stmt, 0) != SQLITE_NULL)
            *wait_ms = due_ms > now_ms ? due_ms - now_ms : 0;
        call_end(&call);
    }
    return result;
}

enum result store_next_due(struct store *store, int64_t now_ms, int64_t *key, char job_id[static JOB_ID_MAX + 1],
                           int64_t *wait_ms, struct error *err)
{
    *wait_ms = 0;
    if (take(&store->due, key, job_id))
        return RESULT_OK;
    enum result result = first_due(store, now_ms, wait_ms, err);
    if (result != RESULT_OK || *wait_ms != 0)
        return result;
    result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_DUE_TAKE);
    call_int(&call, 1, now_ms);
    result = fill(&store->due, &call, false, err);
    store->unsaved = true;
    if (result == RESULT_OK && !take(&store->due, key, job_id))
        *wait_ms = -1;
    return result;
}

enum result store_set_due(struct store *store, int64_t key, int64_t due_ms, struct error *err)
{
    enum result result = store_write_begin(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_DUE_SET);
    call_int(&call, 1, key);
    call_int(&call, 2, due_ms);
    store->unsaved = true;
    return call_run(&call, err);
}

static void add_text(struct strbuf *json, const char *s)
{
    strbuf_putc(json, json->len == 0 ? '[' : ',');
    json_write_string(json, text_of(s));
}

static struct text states_as_json(struct strbuf *json, unsigned states)
{
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        if (states & 1u << i)
            add_text(json, job_status_name((enum job_status)i));
    strbuf_putc(json, ']');
    return (struct text){json->bytes, json->len};
}

static enum result check_job(struct store *store, const char *job_id, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_JOB_FIND);
    call_text(&call, 1, text_of(job_id));
    bool found;
    enum result result = call_row(&call, &found, err);
    if (found)
        call_end(&call);
    char shown[400];
    if (result == RESULT_OK && !found)
        return error_set(err, RESULT_USAGE, "--job %s: no such job in the ledger; ingest it first",
                         text_printable(text_of(job_id), 80, shown, sizeof shown));
    return result;
}

enum result store_check_source(struct store *store, const char *name, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_NAMED);
    call_text(&call, 1, text_of(name));
    bool more;
    enum result result = call_row(&call, &more, err);
    if (result != RESULT_OK)
        return result;
    bool found = sqlite3_column_int(call.stmt, 0);
    call_end(&call);
    char shown[400];
    return found ? RESULT_OK
                 : error_set(err, RESULT_USAGE,
                             "--source %s: no source of that name; `jobledger export reconcile` lists them",
                             text_printable(text_of(name), 80, shown, sizeof shown));
}

/* The jobs with these IDs, or all, in these states. */
static enum result insert_some(struct store *store, const struct store_selection *selection, struct error *err)
{
    struct strbuf states = {0};
    struct strbuf ids = {0};
    bool named = selection->job_id_count > 0;
    unsigned any = (1u << JOB_STATUS_COUNT) - 1;
    struct text states_json = states_as_json(&states, selection->states ? selection->states : any);
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < selection->job_id_count; i++) {
        result = check_job(store, selection->job_ids[i], err);
        add_text(&ids, selection->job_ids[i]);
    }
    strbuf_putc(&ids, ']');
    if (result == RESULT_OK && (states.failed || ids.failed))
        result = error_memory(err);
    if (result == RESULT_OK) {
        struct call call = call_of(store, named ? SQL_QUERIES_SELECT_NAMED : SQL_QUERIES_SELECT_STATES);
        call_text(&call, 1, states_json);
        if (named)
            call_text(&call, 2, (struct text){ids.bytes, ids.len});
        result = call_run(&call, err);
    }
    strbuf_free(&states);
    strbuf_free(&ids);
    return result;
}

static enum result insert_selected(struct store *store, const struct store_selection *selection, struct error *err)
{
    if (selection->states || selection->job_id_count > 0)
        return insert_some(store, selection, err);
    struct call call = call_of(store, SQL_QUERIES_SELECT_OPEN);
    return call_run(&call, err);
}

static enum result narrow_to_source(struct store *store, const char *name, struct error *err)
{
    enum result result = store_check_source(store, name, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_SELECT_SOURCE);
    call_text(&call, 1, text_of(name));
    return call_run(&call, err);
}

enum result store_select(struct store *store, const struct store_selection *selection, uint64_t *count,
                         struct error *err)
{
    int64_t n = 0;
    store_queue_restart(store);
    store->selected = selection->states != 0 || selection->job_id_count > 0 || selection->source != NULL;
    enum result result = RESULT_OK;
    if (store->selected)
        result = store_exec(store, sql_texts[SQL_QUERIES_SELECT_TABLE].text, err);
    if (store->selected && result == RESULT_OK)
        result = insert_selected(store, selection, err);
    if (selection->source && result == RESULT_OK)
        result = narrow_to_source(store, selection->source, err);
    if (result == RESULT_OK)
        result = store_single_int(store, store->selected ? SQL_QUERIES_SELECT_COUNT : SQL_QUERIES_OPEN_COUNT, &n, err);
    *count = (uint64_t)n;
    return result;
}
