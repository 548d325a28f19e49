#include "migrate.h"

#include <stdio.h>
#include <string.h>

#define VIEW_NAME_SIZE 64

static const char migrations[] = "migrations/";
static const char views[] = "views/";
static const char reports[] = "reports/";

static bool is_in(const struct sql_text *text, const char *folder)
{
    return strncmp(text->name, folder, strlen(folder)) == 0;
}

/* They come first among the texts, in order. */
int migrate_newest(void)
{
    int n = 0;
    while (n < SQL_COUNT && is_in(&sql_texts[n], migrations))
        n++;
    return n;
}

enum result migrate_int(struct store *store, const char *sql, int64_t *value, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *value = sqlite3_column_int64(stmt, 0);
    enum result result = rc == SQLITE_ROW ? RESULT_OK : store_failure(store, "can't be read as a ledger", err);
    sqlite3_finalize(stmt);
    return result;
}

/* The view that a text makes, "failure_causes" of "reports/failure-causes"; false where it makes none: a report
 * whose view has more than its columns has that in views/. */
static bool view_name(const struct sql_text *text, char name[static VIEW_NAME_SIZE])
{
    const char *slash = strchr(text->name, '/');
    if (!is_in(text, views) && !is_in(text, reports))
        return false;
    snprintf(name, VIEW_NAME_SIZE, "%s", slash + 1);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    for (int i = 0; is_in(text, reports) && i < SQL_COUNT; i++)
        if (is_in(&sql_texts[i], views) && strcmp(sql_texts[i].name + strlen(views), name) == 0)
            return false;
    return true;
}

static bool is_left_out(const char *name, const char *const *left_out)
{
    for (const char *const *p = left_out; p && *p; p++)
        if (strcmp(*p, name) == 0)
            return true;
    return false;
}

enum result store_make_views(struct store *store, bool temporary, const char *const *left_out, struct error *err)
{
    enum result result = RESULT_OK;
    for (int i = 0; result == RESULT_OK && i < SQL_COUNT; i++) {
        char name[VIEW_NAME_SIZE];
        if (!view_name(&sql_texts[i], name) || is_left_out(name, left_out))
            continue;
        struct strbuf sql = {0};
        strbuf_printf(&sql, "CREATE %sVIEW %s AS\n%s", temporary ? "TEMP " : "", name, sql_texts[i].text);
        result = sql.failed ? error_memory(err) : store_exec(store, sql.bytes, err);
        strbuf_free(&sql);
    }
    return result;
}

/* The tables under them may change, and they themselves from version to version. Views of the user's own stay. */
enum result store_drop_views(struct store *store, bool temporary, const char *const *left_out, struct error *err)
{
    enum result result = RESULT_OK;
    for (int i = 0; result == RESULT_OK && i < SQL_COUNT; i++) {
        char name[VIEW_NAME_SIZE];
        char sql[VIEW_NAME_SIZE + 32];
        if (!view_name(&sql_texts[i], name) || is_left_out(name, left_out))
            continue;
        snprintf(sql, sizeof sql, "DROP VIEW IF EXISTS %s.%s", temporary ? "temp" : "main", name);
        result = store_exec(store, sql, err);
    }
    return result;
}

/* What the steps need beside their SQL, once they are done. */
static enum result finish(struct store *store, int from, const char *copy, struct error *err)
{
    char stamp[96];
    snprintf(stamp, sizeof stamp, "PRAGMA user_version = %d; PRAGMA application_id = %d", migrate_newest(),
             APPLICATION_ID);
    enum result result = RESULT_OK;
    if (from <= SQL_MIGRATIONS_004_LASTING)
        result = store_chain_make(store, err);
    if (result == RESULT_OK && copy)
        result = store_note_migration_copy(store, copy, err);
    if (result == RESULT_OK)
        result = store_make_views(store, false, NULL, err);
    return result == RESULT_OK ? store_exec(store, stamp, err) : result;
}

static enum result take_steps(struct store *store, const char *copy, struct error *err)
{
    int64_t from = 0; /* another program may have been faster */
    enum result result = migrate_int(store, "PRAGMA user_version", &from, err);
    if (result != RESULT_OK || from >= migrate_newest())
        return result;
    result = store_drop_views(store, false, NULL, err);
    for (int v = (int)from; result == RESULT_OK && v < migrate_newest(); v++) {
        result = store_exec(store, sql_texts[v].text, err);
        if (result == RESULT_OK)
            result = store_drop_views(store, false, NULL, err); /* which the first step makes */
    }
    return result == RESULT_OK ? finish(store, (int)from, copy, err) : result;
}

/* All of it is one transaction: a crash leaves the ledger as it was. A table that is made anew is dropped once, and
 * what refers to it must not mind, nor what the user's own views find missing until ours are there again. */
static enum result bring_up_to_date(struct store *store, const char *copy, struct error *err)
{
    enum result result = store_exec(store, "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON", err);
    if (result == RESULT_OK)
        result = store_write_begin(store, err);
    if (result == RESULT_OK)
        result = take_steps(store, copy, err);
    if (result == RESULT_OK)
        result = store_derive(store, err);
    if (result == RESULT_OK)
        result = store_write_end(store, err);
    else
        store_rollback(store);
    enum result end = store_exec(store, "PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON",
                                 result == RESULT_OK ? err : NULL);
    return result == RESULT_OK ? end : result;
}

enum result migrate(struct store *store, const char *path, struct error *err)
{
    int64_t version = 0;
    bool derived = false;
    struct strbuf copy = {0};
    enum result result = migrate_int(store, "PRAGMA user_version", &version, err);
    if (result == RESULT_OK && version == migrate_newest())
        result = store_is_derived(store, &derived, err);
    if (result == RESULT_OK && path && version > 0 && version < migrate_newest())
        result = store_copy_before_migration(store, path, (int)version, &copy, err);
    if (result == RESULT_OK && !derived)
        result = bring_up_to_date(store, copy.bytes, err);
    strbuf_free(&copy);
    return result;
}
