#include "virtual.h"

#include <stdlib.h>

struct connected {
    sqlite3_vtab base; /* first, so that a pointer to one is a pointer to the other */
    const struct virtual_table *table;
    bool read;
};

struct cursor {
    sqlite3_vtab_cursor base; /* likewise */
    sqlite3_int64 number;
    bool more;
};

static int virtual_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                           char **message)
{
    const struct virtual_table *table = aux;
    struct connected *connected = calloc(1, sizeof *connected);
    (void)argc;
    (void)argv;
    (void)message;
    if (!connected)
        return SQLITE_NOMEM;
    connected->table = table;
    *out = &connected->base;
    int rc = sqlite3_declare_vtab(db, table->declaration);
    if (rc == SQLITE_OK && table->hidden)
        rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    return rc;
}

static int virtual_disconnect(sqlite3_vtab *vtab)
{
    free(vtab);
    return SQLITE_OK;
}

/* There is one way through it. */
static int virtual_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    info->estimatedRows = 1000000;
    info->estimatedCost = 1000000;
    return SQLITE_OK;
}

static int virtual_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
    struct connected *connected = (struct connected *)vtab;
    if (connected->read)
        return SQLITE_LOCKED;
    struct cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    connected->read = true;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int virtual_close(sqlite3_vtab_cursor *cursor)
{
    ((struct connected *)cursor->pVtab)->read = false;
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

static const struct virtual_table *table_of(const sqlite3_vtab_cursor *cursor)
{
    return ((const struct connected *)cursor->pVtab)->table;
}

static int virtual_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    struct error err;
    cursor->number++;
    return said(base->pVtab, table_of(base)->next(table_of(base)->ctx, &cursor->more, &err), &err);
}

static int virtual_filter(sqlite3_vtab_cursor *base, int index, const char *plan, int argc, sqlite3_value **argv)
{
    struct error err;
    (void)index;
    (void)plan;
    (void)argc;
    (void)argv;
    ((struct cursor *)base)->number = 0;
    int rc = said(base->pVtab, table_of(base)->rewind(table_of(base)->ctx, &err), &err);
    return rc == SQLITE_OK ? virtual_next(base) : rc;
}

static int virtual_eof(sqlite3_vtab_cursor *base)
{
    return !((struct cursor *)base)->more;
}

static int virtual_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    table_of(base)->column(table_of(base)->ctx, column, out);
    return SQLITE_OK;
}

static int virtual_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((struct cursor *)base)->number;
    return SQLITE_OK;
}

/* Without a way to create it, a table is there by its name alone. */
static const sqlite3_module virtual_module = {
    .xConnect = virtual_connect,
    .xBestIndex = virtual_best_index,
    .xDisconnect = virtual_disconnect,
    .xOpen = virtual_open,
    .xClose = virtual_close,
    .xFilter = virtual_filter,
    .xNext = virtual_next,
    .xEof = virtual_eof,
    .xColumn = virtual_column,
    .xRowid = virtual_rowid,
};

static void virtual_free(void *aux)
{
    struct virtual_table *table = aux;
    if (table->free)
        table->free(table->ctx);
    free(table);
}

enum result virtual_register(struct store *store, const struct virtual_table *table, struct error *err)
{
    struct virtual_table *copy = malloc(sizeof *copy);
    if (!copy) {
        if (table->free)
            table->free(table->ctx);
        return error_memory(err);
    }
    *copy = *table;
    /* Frees the copy where it fails, too. */
    if (sqlite3_create_module_v2(store->db, table->name, &virtual_module, copy, virtual_free) != SQLITE_OK)
        return store_failure(store, "can't be used", err);
    return RESULT_OK;
}
