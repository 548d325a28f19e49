#include "rows.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_BETWEEN_LOOKS 10000 /* of SQLite's machine: well below a millisecond */

enum result store_snapshot_begin(struct store *store, struct error *err)
{
    /* The transaction of one's own writes is a snapshot already. */
    bool begin = store->snapshots == 0 && !store->in_transaction;
    enum result result = begin ? store_exec(store, "BEGIN", err) : RESULT_OK;
    store->snapshots += result == RESULT_OK;
    return result;
}

void store_snapshot_end(struct store *store)
{
    store->snapshots--;
    if (store->snapshots == 0 && !store->in_transaction && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

static int stopped(void *store)
{
    return *((struct store *)store)->signal != 0;
}

void store_stop_on(struct store *store, const volatile sig_atomic_t *signal)
{
    store->signal = signal;
    sqlite3_progress_handler(store->db, signal ? STEPS_BETWEEN_LOOKS : 0, signal ? stopped : NULL, store);
}

static const struct sql_text *find_text(const char *name)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (strcmp(sql_texts[i].name, name) == 0)
            return &sql_texts[i];
    return NULL;
}

enum result store_query(struct store *store, const char *name, struct store_rows **out, struct error *err)
{
    *out = NULL;
    const struct sql_text *sql = find_text(name);
    if (!sql)
        return error_set(err, RESULT_LEDGER, "there is no sql/%s.sql in this program", name);
    struct store_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return error_memory(err);
    rows->store = store;
    rows->name = sql->name;
    if (sqlite3_prepare_v2(store->db, sql->text, -1, &rows->stmt, NULL) != SQLITE_OK) {
        free(rows);
        return store_failure(store, name, err);
    }
    *out = rows;
    return RESULT_OK;
}

enum result store_bind_text(struct store_rows *rows, int index, struct text value, struct error *err)
{
    int rc = sqlite3_bind_text64(rows->stmt, index, value.bytes, value.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    return rc == SQLITE_OK ? RESULT_OK : store_failure(rows->store, rows->name, err);
}

enum result store_bind_int(struct store_rows *rows, int index, int64_t value, struct error *err)
{
    int rc = sqlite3_bind_int64(rows->stmt, index, value);
    return rc == SQLITE_OK ? RESULT_OK : store_failure(rows->store, rows->name, err);
}

/* What the user's own query does wrong, not what is wrong with the ledger. */
static bool is_own_fault(const struct store_rows *rows, int rc)
{
    int primary = rc & 0xFF;
    return rows->own && (primary == SQLITE_ERROR || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG ||
                         primary == SQLITE_RANGE || primary == SQLITE_AUTH);
}

enum result store_next(struct store_rows *rows, bool *more, struct error *err)
{
    int rc = sqlite3_step(rows->stmt);
    *more = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return RESULT_OK;
    if (!is_own_fault(rows, rc))
        return store_failure(rows->store, rows->name, err);
    char message[400];
    text_printable(text_of(sqlite3_errmsg(rows->store->db)), 0, message, sizeof message);
    return error_set(err, RESULT_USAGE, "--sql %s: %s", rows->name, message);
}

void store_rewind(struct store_rows *rows)
{
    sqlite3_reset(rows->stmt);
}

int store_columns(const struct store_rows *rows)
{
    return sqlite3_column_count(rows->stmt);
}

const char *store_column_name(const struct store_rows *rows, int column)
{
    return sqlite3_column_name(rows->stmt, column);
}

enum store_type store_type(struct store_rows *rows, int column)
{
    switch (sqlite3_column_type(rows->stmt, column)) {
    case SQLITE_INTEGER:
        return STORE_INTEGER;
    case SQLITE_FLOAT:
        return STORE_REAL;
    case SQLITE_TEXT:
        return STORE_TEXT;
    case SQLITE_BLOB:
        return STORE_BLOB;
    default:
        return STORE_NULL;
    }
}

struct text store_text(struct store_rows *rows, int column)
{
    if (sqlite3_column_type(rows->stmt, column) == SQLITE_NULL)
        return TEXT_NONE;
    const char *bytes = (const char *)sqlite3_column_text(rows->stmt, column);
    return (struct text){bytes, bytes ? (size_t)sqlite3_column_bytes(rows->stmt, column) : 0};
}

int64_t store_int(struct store_rows *rows, int column)
{
    return sqlite3_column_int64(rows->stmt, column);
}

void store_rows_free(struct store_rows *rows)
{
    if (!rows)
        return;
    sqlite3_finalize(rows->stmt);
    free(rows);
}
