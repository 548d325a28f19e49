#include <string.h>

#include "json.h"
#include "source.h"
#include "virtual.h"

#define FEW_ROWS (1u << 20)       /* bytes; up to some 15,000 rows are taken in in the order of the file */
#define SORTER_MEMORY (24u << 20)

static enum result find_source(struct store *store, const uint8_t *sha256, int64_t *id, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_FIND);
    call_blob(&call, 1, sha256, SHA256_SIZE);
    bool found;
    enum result result = call_row(&call, &found, err);
    *id = 0;
    if (found) {
        *id = sqlite3_column_int64(call.stmt, 0);
        call_end(&call);
    }
    return result;
}

static enum result remember_name(struct store *store, int64_t source_id, const char *name, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_NAME_INSERT);
    call_text(&call, 1, text_of(name));
    call_int(&call, 2, source_id);
    return call_run(&call, err);
}

enum result store_source_known(struct store *store, const struct store_source *source, bool *known,
                               struct error *err)
{
    int64_t id = 0;
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = find_source(store, source->sha256, &id, err);
    if (result == RESULT_OK && id != 0)
        result = remember_name(store, id, source->name, err);
    *known = id != 0;
    if (result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}

static enum result forget(struct store *store, enum sql_id statement, struct error *err)
{
    struct call call = call_of(store, statement);
    call_int(&call, 1, store->source_id);
    return call_run(&call, err);
}

/* Whether the source as it stands in the ledger states ground truth. */
static enum result states_truth(struct store *store, bool *states, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_STATES);
    call_int(&call, 1, store->source_id);
    bool found;
    enum result result = call_row(&call, &found, err);
    if (found) {
        *states = sqlite3_column_int(call.stmt, 0);
        call_end(&call);
    }
    return result;
}

/* Before it is read anew: what it stated of its jobs will have to be held against them again. */
static enum result note_stated(struct store *store, struct error *err)
{
    bool stated = false;
    enum result result = states_truth(store, &stated, err);
    if (result == RESULT_OK && stated) {
        store->states = true;
        result = forget(store, SQL_QUERIES_REJUDGE_SOURCE, err);
    }
    return result;
}

/* The same bytes again: what their earlier reading said goes, the jobs and the source's place stay. */
static enum result restart_source(struct store *store, const struct store_source *source, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_RESTART);
    call_int(&call, 1, store->source_id);
    call_int(&call, 2, source->ingested_at.sec);
    enum result result = call_run(&call, err);
    if (result == RESULT_OK)
        result = note_stated(store, err);
    if (result == RESULT_OK)
        result = forget(store, SQL_QUERIES_SOURCE_JOB_DELETE, err);
    if (result == RESULT_OK)
        result = forget(store, SQL_QUERIES_TALLY_DELETE, err);
    if (result == RESULT_OK)
        result = forget(store, SQL_QUERIES_SOURCE_COLUMN_DELETE, err);
    if (result == RESULT_OK)
        result = forget(store, SQL_QUERIES_REJECT_DELETE, err);
    return result;
}

static enum result insert_source(struct store *store, const struct store_source *source, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_INSERT);
    call_text(&call, 1, text_of(source->name));
    call_blob(&call, 2, source->sha256, SHA256_SIZE);
    call_int(&call, 3, (int64_t)source->bytes);
    call_int(&call, 4, source->ingested_at.sec);
    enum result result = call_run(&call, err);
    store->source_id = sqlite3_last_insert_rowid(store->db);
    return result;
}

static enum result insert_columns(struct store *store, const struct store_column *columns, size_t count,
                                  struct error *err)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < count; i++) {
        struct call call = call_of(store, SQL_QUERIES_SOURCE_COLUMN_INSERT);
        call_int(&call, 1, store->source_id);
        call_int(&call, 2, (int64_t)i);
        call_text(&call, 3, text_of(columns[i].expected ? "expected" : "label"));
        store->states |= columns[i].expected;
        call_text(&call, 4, columns[i].name);
        result = call_run(&call, err);
    }
    return result;
}

enum result store_source_begin(struct store *store, const struct store_source *source,
                               const struct store_column *columns, size_t column_count, struct error *err)
{
    store->counts = (struct store_counts){0};
    store->ingested_at = source->ingested_at;
    store->column_count = column_count;
    store->states = false;
    store->statements_known = STATEMENTS_UNKNOWN;
    if (!store->sorter)
        store->sorter = sorter_new(FEW_ROWS, SORTER_MEMORY);
    if (!store->sorter)
        return error_memory(err);
    enum result result = store_exec(store, CACHE_MERGING, err);
    if (result == RESULT_OK)
        result = store_write_begin(store, err);
    if (result == RESULT_OK && store->trial)
        result = store_exec(store, "SAVEPOINT source", err);
    if (result == RESULT_OK)
        result = store_exec(store, sql_texts[SQL_QUERIES_REJUDGE_TABLE].text, err);
    if (result == RESULT_OK)
        result = find_source(store, source->sha256, &store->source_id, err);
    if (result == RESULT_OK)
        result = store->source_id ? restart_source(store, source, err) : insert_source(store, source, err);
    if (result == RESULT_OK)
        result = remember_name(store, store->source_id, source->name, err);
    if (result == RESULT_OK)
        result = insert_columns(store, columns, column_count, err);
    if (result != RESULT_OK)
        store_rollback(store);
    return result;
}

/* The kept cells as one JSON array: a row per label would halve the speed of ingest. */
static struct text cells_as_json(struct store *store, const struct text *cells)
{
    if (store->column_count == 0)
        return TEXT_NONE;
    struct strbuf *json = &store->cells;
    strbuf_clear(json);
    for (size_t i = 0; i < store->column_count; i++) {
        strbuf_putc(json, i == 0 ? '[' : ',');
        json_write_string(json, cells[i]);
    }
    strbuf_putc(json, ']');
    return (struct text){json->bytes, json->len};
}

enum result store_source_job(struct store *store, uint64_t line, struct text job_id, const struct text *cells,
                             struct error *err)
{
    struct text json = cells_as_json(store, cells);
    if (store->cells.failed)
        return error_memory(err);
    const struct sorter_row row = {job_id, line, json};
    store->counts.rows++;
    return sorter_add(store->sorter, &row, err);
}

enum result store_source_reject(struct store *store, uint64_t line, struct text value, const char *reason,
                                struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_REJECT_INSERT);
    call_int(&call, 1, store->source_id);
    call_int(&call, 2, (int64_t)line);
    call_text(&call, 3, value);
    call_text(&call, 4, text_of(reason));
    store->counts.rows++;
    store->counts.rejected++;
    return call_run(&call, err);
}

/* ---- what came in, as a table ---- */

enum incoming { JOB_ID, LINE, CELLS };

static enum result rewind_incoming(void *store, struct error *err)
{
    return sorter_rewind(((struct store *)store)->sorter, err);
}

static enum result next_incoming(void *ctx, bool *more, struct error *err)
{
    struct store *store = ctx;
    return sorter_next(store->sorter, &store->incoming, more, err);
}

static void incoming_column(void *store, int column, sqlite3_context *out)
{
    const struct sorter_row *row = &((struct store *)store)->incoming;
    struct text text = column == JOB_ID ? row->job_id : row->cells;
    if (column == LINE)
        sqlite3_result_int64(out, (sqlite3_int64)row->line);
    else if (text.bytes)
        sqlite3_result_text64(out, text.bytes, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

enum result source_register(struct store *store, struct error *err)
{
    const struct virtual_table incoming = {"incoming", "CREATE TABLE incoming (job_id TEXT, line INTEGER, cells TEXT)",
                                           true, store, NULL, rewind_incoming, next_incoming, incoming_column};
    return virtual_register(store, &incoming, err);
}

/* ---- and into the ledger ---- */

/* Runs a statement over the rows that came in; *rows: how many it made. */
static enum result take_in(struct store *store, enum sql_id statement, int64_t value, uint64_t *rows, struct error *err)
{
    struct call call = call_of(store, statement);
    call_int(&call, 1, value);
    enum result result = call_run(&call, err);
    *rows = result == RESULT_OK ? (uint64_t)sqlite3_changes64(store->db) : 0;
    return result;
}

static enum result count_known(struct store *store, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_SOURCE_TALLY);
    call_int(&call, 1, store->source_id);
    bool more;
    enum result result = call_row(&call, &more, err);
    while (result == RESULT_OK && more) {
        enum job_status status = JOB_NEW;
        job_status_parse(call_column_text(&call, 0), &status);
        result = tally_add(store, store->source_id, status, sqlite3_column_int64(call.stmt, 1),
                           sqlite3_column_int64(call.stmt, 2), sqlite3_column_int64(call.stmt, 3), err);
        if (result == RESULT_OK)
            result = call_row(&call, &more, err);
    }
    if (more)
        call_end(&call);
    return result;
}

/* In the ledger and in the source. Where all of its jobs are new, nothing need be looked up. */
static enum result count_jobs(struct store *store, struct error *err)
{
    const struct store_counts *counts = &store->counts;
    enum result result = tally_add(store, 0, JOB_NEW, (int64_t)counts->new_jobs, 0, 0, err);
    if (result == RESULT_OK && counts->known_jobs == 0)
        return tally_add(store, store->source_id, JOB_NEW, (int64_t)counts->new_jobs, 0, 0, err);
    return result == RESULT_OK ? count_known(store, err) : result;
}

static enum result take_in_jobs(struct store *store, struct error *err)
{
    struct store_counts *counts = &store->counts;
    uint64_t jobs = 0;
    enum result result = take_in(store, SQL_QUERIES_SOURCE_TAKE_JOBS, store->ingested_at.sec, &counts->new_jobs, err);
    if (result == RESULT_OK)
        result = take_in(store, SQL_QUERIES_SOURCE_TAKE_ROWS, store->source_id, &jobs, err);
    if (result != RESULT_OK)
        return result;
    counts->known_jobs = jobs - counts->new_jobs;
    counts->duplicates = counts->rows - counts->rejected - jobs;
    result = count_jobs(store, err);
    /* A new job has no answer yet that ground truth could be held against. */
    return result == RESULT_OK && store->states && counts->known_jobs > 0
               ? forget(store, SQL_QUERIES_REJUDGE_SOURCE, err)
               : result;
}

static enum result finish_source(struct store *store, struct error *err)
{
    enum result result = take_in_jobs(store, err);
    if (result != RESULT_OK)
        return result;
    struct call call = call_of(store, SQL_QUERIES_SOURCE_FINISH);
    call_int(&call, 1, store->source_id);
    call_int(&call, 2, (int64_t)store->counts.rows);
    call_int(&call, 3, (int64_t)(store->counts.new_jobs + store->counts.known_jobs));
    call_int(&call, 4, (int64_t)store->counts.duplicates);
    call_int(&call, 5, (int64_t)store->counts.rejected);
    return call_run(&call, err);
}

enum result store_source_end(struct store *store, bool keep, struct store_counts *counts, struct error *err)
{
    enum result result = RESULT_OK;
    if (keep)
        result = finish_source(store, err);
    sorter_clear(store->sorter);
    if (keep && counts)
        *counts = store->counts;
    if (keep && result == RESULT_OK && store->states)
        result = store_rejudge(store, err);
    if (store->trial) {
        /* The sources before this one must stay in sight, though nothing is committed. */
        if (keep && result == RESULT_OK)
            result = tally_write(store, err);
        tally_clear(&store->tally);
        const char *end = keep && result == RESULT_OK ? "RELEASE source" : "ROLLBACK TO source; RELEASE source";
        return store_exec(store, end, result == RESULT_OK ? err : NULL) == RESULT_OK ? result : RESULT_LEDGER;
    }
    if (keep && result == RESULT_OK)
        return store_write_end(store, err);
    store_rollback(store);
    return result;
}
