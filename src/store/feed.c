#include "feed.h"

#include <stdlib.h>

struct feed {
    sqlite3_vtab base; /* first, so that a pointer to one is a pointer to the other */
    struct store *store;
};

struct cursor {
    sqlite3_vtab_cursor base; /* likewise */
    struct sorter_row row;
    sqlite3_int64 number;
    bool more;
};

enum column { JOB_ID, LINE, CELLS };

static int feed_connect(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    struct feed *feed = calloc(1, sizeof *feed);
    (void)argc;
    (void)argv;
    (void)message;
    if (!feed)
        return SQLITE_NOMEM;
    feed->store = store;
    *out = &feed->base;
    int rc = sqlite3_declare_vtab(db, "CREATE TABLE incoming (job_id TEXT, line INTEGER, cells TEXT)");
    if (rc == SQLITE_OK)
        rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    return rc;
}

static int feed_disconnect(sqlite3_vtab *vtab)
{
    free(vtab);
    return SQLITE_OK;
}

/* There is one way through it. */
static int feed_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    info->estimatedRows = 1000000;
    info->estimatedCost = 1000000;
    return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = calloc(1, sizeof *cursor);
    (void)vtab;
    *out = cursor ? &cursor->base : NULL;
    return cursor ? SQLITE_OK : SQLITE_NOMEM;
}

static int feed_close(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static int said(sqlite3_vtab *vtab, enum result result, const struct error *err)
{
    if (result == RESULT_OK)
        return SQLITE_OK;
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = sqlite3_mprintf("%s", err->text);
    return SQLITE_ERROR;
}

static int feed_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    struct sorter *sorter = ((struct feed *)base->pVtab)->store->sorter;
    struct error err;
    cursor->number++;
    return said(base->pVtab, sorter_next(sorter, &cursor->row, &cursor->more, &err), &err);
}

static int feed_filter(sqlite3_vtab_cursor *base, int index, const char *plan, int argc, sqlite3_value **argv)
{
    struct error err;
    (void)index;
    (void)plan;
    (void)argc;
    (void)argv;
    int rc = said(base->pVtab, sorter_rewind(((struct feed *)base->pVtab)->store->sorter, &err), &err);
    return rc == SQLITE_OK ? feed_next(base) : rc;
}

static int feed_eof(sqlite3_vtab_cursor *base)
{
    return !((struct cursor *)base)->more;
}

static int feed_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    const struct sorter_row *row = &((struct cursor *)base)->row;
    struct text text = column == JOB_ID ? row->job_id : row->cells;
    if (column == LINE)
        sqlite3_result_int64(out, (sqlite3_int64)row->line);
    else if (text.bytes)
        sqlite3_result_text64(out, text.bytes, text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((struct cursor *)base)->number;
    return SQLITE_OK;
}

/* Without a way to create it, it is there by its name alone. */
static const sqlite3_module feed_module = {
    .xConnect = feed_connect,
    .xBestIndex = feed_best_index,
    .xDisconnect = feed_disconnect,
    .xOpen = feed_open,
    .xClose = feed_close,
    .xFilter = feed_filter,
    .xNext = feed_next,
    .xEof = feed_eof,
    .xColumn = feed_column,
    .xRowid = feed_rowid,
};

enum result feed_register(struct store *store, struct error *err)
{
    if (sqlite3_create_module_v2(store->db, "incoming", &feed_module, store, NULL) != SQLITE_OK)
        return store_failure(store, "can't be used", err);
    return RESULT_OK;
}
