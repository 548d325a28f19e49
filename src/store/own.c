/* Queries of the user's own. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* SQLite's own test of read-only statements lets ATTACH, PRAGMA and the like pass. */
static int allow_reading(void *ctx, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)ctx;
    (void)a;
    (void)c;
    (void)d;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

/* The line of the text at which SQLite found something wrong; 0: unknown. */
static int line_of(struct store *store, const char *sql)
{
    int offset = sqlite3_error_offset(store->db);
    int line = offset < 0 ? 0 : 1;
    for (int i = 0; i < offset && sql[i]; i++)
        line += sql[i] == '\n';
    return line;
}

static enum result refuse(struct store *store, const char *sql, const char *file, struct error *err)
{
    char message[400];
    int line = line_of(store, sql);
    bool denied = sqlite3_errcode(store->db) == SQLITE_AUTH;
    text_printable(text_of(sqlite3_errmsg(store->db)), 0, message, sizeof message);
    if (denied)
        return error_set(err, RESULT_USAGE, "--sql %s: only one SELECT can be run, which can do nothing but read: %s",
                         file, message);
    if (line > 0)
        return error_set(err, RESULT_USAGE, "--sql %s:%d: %s", file, line, message);
    return error_set(err, RESULT_USAGE, "--sql %s: %s", file, message);
}

static enum result check(sqlite3_stmt *stmt, const char *file, struct error *err)
{
    if (!stmt)
        return error_set(err, RESULT_USAGE, "--sql %s: there is no SELECT in it", file);
    if (sqlite3_column_count(stmt) == 0 || !sqlite3_stmt_readonly(stmt) || sqlite3_stmt_isexplain(stmt))
        return error_set(err, RESULT_USAGE, "--sql %s: only one SELECT can be run, and this is none", file);
    if (sqlite3_bind_parameter_count(stmt) > 0)
        return error_set(err, RESULT_USAGE, "--sql %s: parameters (%s) have no value here; write the values into the "
                         "SELECT", file, sqlite3_bind_parameter_name(stmt, 1) ? sqlite3_bind_parameter_name(stmt, 1)
                                                                              : "?");
    return RESULT_OK;
}

/* Behind the SELECT there may be blanks and comments. */
static enum result check_rest(struct store *store, const char *rest, const char *file, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    while (*rest && !stmt) {
        const char *next = NULL;
        if (sqlite3_prepare_v2(store->db, rest, -1, &stmt, &next) != SQLITE_OK)
            break;
        rest = next;
    }
    bool more = stmt || *rest;
    sqlite3_finalize(stmt);
    return more ? error_set(err, RESULT_USAGE, "--sql %s: there is more than one statement in it; only one SELECT can "
                            "be run", file)
                : RESULT_OK;
}

static enum result prepare(struct store *store, const char *sql, const char *file, sqlite3_stmt **stmt,
                           struct error *err)
{
    const char *rest = "";
    if (sqlite3_prepare_v2(store->db, sql, -1, stmt, &rest) != SQLITE_OK)
        return refuse(store, sql, file, err);
    /* Comments before it are statements of their own to SQLite, which are none. */
    while (!*stmt && *rest) {
        if (sqlite3_prepare_v2(store->db, rest, -1, stmt, &rest) != SQLITE_OK)
            return refuse(store, sql, file, err);
    }
    enum result result = check(*stmt, file, err);
    return result == RESULT_OK ? check_rest(store, rest, file, err) : result;
}

enum result store_query_own(struct store *store, const char *sql, const char *file, struct store_rows **out,
                            struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    *out = NULL;
    sqlite3_set_authorizer(store->db, allow_reading, NULL);
    enum result result = prepare(store, sql, file, &stmt, err);
    sqlite3_set_authorizer(store->db, NULL, NULL);
    struct store_rows *rows = result == RESULT_OK ? calloc(1, sizeof *rows) : NULL;
    if (!rows) {
        sqlite3_finalize(stmt);
        return result == RESULT_OK ? error_memory(err) : result;
    }
    *rows = (struct store_rows){.store = store, .stmt = stmt, .name = file, .own = true};
    *out = rows;
    return RESULT_OK;
}
