#include <errno.h>
#include <string.h>

#include "ledger.h"

/* The system's error behind one of SQLite's, where it tells more than SQLite's own words; else 0. SQLite does not keep
 * that of a commit. */
static int system_error(sqlite3 *db, int rc, int last)
{
    static const int telling[] = {EDQUOT, EFBIG, EROFS, EMFILE, ENFILE};
    int error = sqlite3_system_errno(db);
    error = error ? error : last;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        if (error == telling[i] && (rc == SQLITE_IOERR || rc == SQLITE_CANTOPEN))
            return error;
    return 0;
}

static const char *way_out(int rc, int error)
{
    switch (error == EDQUOT || error == EFBIG ? SQLITE_FULL : rc) {
    case SQLITE_FULL:
        return "; free some space and run again, what was saved is kept";
    case SQLITE_IOERR:
        return "; look at the disk and run again, what was saved is kept";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "; another program is writing to it, try again when it is done";
    case SQLITE_NOTADB:
        return "; name a ledger with --db";
    case SQLITE_CORRUPT:
        return "; take a copy of it, then restore a backup or try `sqlite3 FILE .recover`";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return "; look at its owner and mode, and those of its folder";
    default:
        return "";
    }
}

enum result store_failure(struct store *store, const char *doing, struct error *err)
{
    int last = errno;
    char message[512];
    int rc = sqlite3_errcode(store->db) & 0xFF;
    int error = system_error(store->db, rc, last);
    text_printable(text_of(sqlite3_errmsg(store->db)), 0, message, sizeof message);
    return error_set(err, RESULT_LEDGER, "%s: %s: %s%s%s%s%s", store->name, doing, message, error ? " (" : "",
                     error ? strerror(error) : "", error ? ")" : "", way_out(rc, error));
}

struct call call_of(struct store *store, enum sql_id id)
{
    struct call call = {store, store->statements[id], SQLITE_OK};
    if (!call.stmt) {
        call.rc = sqlite3_prepare_v3(store->db, sql_texts[id].text, -1, SQLITE_PREPARE_PERSISTENT, &call.stmt, NULL);
        store->statements[id] = call.stmt;
    }
    return call;
}

void call_int(struct call *call, int index, int64_t value)
{
    if (call->rc == SQLITE_OK)
        call->rc = sqlite3_bind_int64(call->stmt, index, value);
}

void call_int_or_null(struct call *call, int index, bool known, int64_t value)
{
    if (known)
        call_int(call, index, value);
    else if (call->rc == SQLITE_OK)
        call->rc = sqlite3_bind_null(call->stmt, index);
}

void call_text(struct call *call, int index, struct text value)
{
    if (call->rc == SQLITE_OK)
        call->rc = sqlite3_bind_text64(call->stmt, index, value.bytes, value.len, SQLITE_STATIC, SQLITE_UTF8);
}

void call_blob(struct call *call, int index, const void *bytes, size_t len)
{
    if (call->rc == SQLITE_OK)
        call->rc = sqlite3_bind_blob64(call->stmt, index, bytes, len, SQLITE_STATIC);
}

struct text call_column_text(const struct call *call, int column)
{
    const char *bytes = (const char *)sqlite3_column_text(call->stmt, column);
    return (struct text){bytes, bytes ? (size_t)sqlite3_column_bytes(call->stmt, column) : 0};
}

void call_end(struct call *call)
{
    if (call->stmt) {
        sqlite3_reset(call->stmt);
        sqlite3_clear_bindings(call->stmt);
    }
}

enum result call_row(struct call *call, bool *more, struct error *err)
{
    *more = false;
    if (call->rc == SQLITE_OK)
        call->rc = sqlite3_step(call->stmt);
    if (call->rc == SQLITE_ROW) {
        call->rc = SQLITE_OK;
        *more = true;
        return RESULT_OK;
    }
    enum result result = call->rc == SQLITE_DONE ? RESULT_OK : store_failure(call->store, "can't be used", err);
    call_end(call);
    return result;
}

enum result call_run(struct call *call, struct error *err)
{
    bool more;
    enum result result = call_row(call, &more, err);
    if (more)
        call_end(call);
    return result;
}

enum result store_single_int(struct store *store, enum sql_id id, int64_t *value, struct error *err)
{
    struct call call = call_of(store, id);
    bool found;
    enum result result = call_row(&call, &found, err);
    *value = 0;
    if (found) {
        *value = sqlite3_column_int64(call.stmt, 0);
        call_end(&call);
    }
    return result;
}

enum result store_exec(struct store *store, const char *sql, struct error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? RESULT_OK
                                                                       : store_failure(store, "can't be used", err);
}

enum result store_write_begin(struct store *store, struct error *err)
{
    if (store->in_transaction && !sqlite3_get_autocommit(store->db))
        return RESULT_OK;
    if (store->in_transaction) /* SQLite rolled back by itself: what was gathered is gone with it */
        store_rollback(store);
    enum result result = store_exec(store, "BEGIN IMMEDIATE", err);
    store->in_transaction = result == RESULT_OK;
    return result;
}

enum result store_write_end(struct store *store, struct error *err)
{
    enum result result = tally_write(store, err);
    if (result == RESULT_OK)
        result = took_write(store, err);
    if (store->trial)
        return result;
    if (result == RESULT_OK)
        result = store_exec(store, "COMMIT", err);
    if (result == RESULT_OK)
        store->kept = store->now;
    store_rollback(store);
    return result;
}

void store_rollback(struct store *store)
{
    /* SQLite may have rolled back by itself already, on a full disk for instance. */
    if (store->in_transaction && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->in_transaction = false;
    store->now = store->kept;
    tally_clear(&store->tally);
    took_clear(&store->took);
}
