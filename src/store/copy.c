/* Copies of the ledger, by SQLite's own way of copying a database that is in use. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "migrate.h"

#define PAGES_AT_ONCE 4096 /* between looks at a signal */
#define COPIES_MAX 1000
#define COMPARED 65536

static enum result copy_failure(sqlite3 *to, const char *path, int rc, struct error *err)
{
    char name[256];
    char message[400];
    text_printable(text_of(path), 120, name, sizeof name);
    text_printable(text_of(to ? sqlite3_errmsg(to) : sqlite3_errstr(rc)), 0, message, sizeof message);
    return error_set(err, RESULT_REPORT, "%s: the copy can't be written: %s; look at the space and the mode of its "
                     "folder", name, message);
}

/* The backup says only what went wrong, not in which of the two; into the copy it does nothing but write. */
static bool is_of_ledger(int rc)
{
    switch (rc) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMLOCK:
        return true;
    default:
        return (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB;
    }
}

static int copy_pages(struct store *store, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
    if (!backup)
        return sqlite3_errcode(to);
    int rc = SQLITE_OK;
    /* The snapshot around it keeps the copy from beginning anew whenever somebody writes. */
    while (rc == SQLITE_OK && !(store->signal && *store->signal))
        rc = sqlite3_backup_step(backup, PAGES_AT_ONCE);
    int end = sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? end : rc == SQLITE_OK ? SQLITE_INTERRUPT : rc;
}

/* SQLite takes these away itself, unless it can't. */
static void remove_beside(const char *temporary)
{
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        struct strbuf path = {0};
        strbuf_printf(&path, "%s%s", temporary, beside[i]);
        if (!path.failed)
            unlink(path.bytes);
        strbuf_free(&path);
    }
}

/* Into a file that is there and empty. Whether it is on the disk for good is the caller's to see to. */
static enum result copy_into(struct store *store, const char *temporary, const char *path, struct error *err)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(temporary, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = copy_pages(store, to);
    /* One file, which can be read where nothing may be written; opened as a ledger it gets its log back. */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    enum result result = RESULT_OK;
    if (rc == SQLITE_INTERRUPT)
        result = error_set(err, *store->signal == SIGINT ? RESULT_SIGINT : RESULT_SIGTERM,
                           "interrupted, no copy was made");
    else if (is_of_ledger(rc))
        result = error_set(err, RESULT_LEDGER, "%s: can't be read for the copy: %s; look at the disk, and at what "
                           "`jobledger verify` says", store->name, sqlite3_errstr(rc));
    else if (rc != SQLITE_OK)
        result = copy_failure(to, path, rc, err);
    sqlite3_close(to);
    remove_beside(temporary);
    return result;
}

enum result store_copy(struct store *store, const char *path, store_copy_check *check, void *ctx, struct error *err)
{
    struct atomic_file *file;
    enum result result = atomic_file_open(path, &file, err);
    if (result != RESULT_OK)
        return result;
    char name[256];
    if (!atomic_file_path(file))
        result = error_set(err, RESULT_REPORT, "%s: is not a file; name one for the copy",
                           text_printable(text_of(path), 120, name, sizeof name));
    if (result == RESULT_OK)
        result = atomic_file_make_private(file, err);
    if (result == RESULT_OK)
        result = store_snapshot_begin(store, err);
    if (result == RESULT_OK) {
        result = copy_into(store, atomic_file_path(file), path, err);
        store_snapshot_end(store);
    }
    if (result == RESULT_OK && check)
        result = check(ctx, atomic_file_path(file), err);
    if (result == RESULT_OK)
        return atomic_file_commit(file, err);
    atomic_file_discard(file);
    return result;
}

static enum result note_copy(struct store *store, const char *path, int64_t now, const char *kind, struct error *err)
{
    struct call call = call_of(store, SQL_QUERIES_COPY_UPSERT);
    call_text(&call, 1, text_of(path));
    call_int(&call, 2, now);
    call_text(&call, 3, text_of(kind));
    return call_run(&call, err);
}

enum result store_note_backup(struct store *store, const char *path, struct timestamp now, struct error *err)
{
    char *real = realpath(path, NULL);
    enum result result = store_write_begin(store, err);
    if (result == RESULT_OK) {
        result = note_copy(store, real ? real : path, now.sec, "backup", err);
        if (result == RESULT_OK)
            result = store_write_end(store, err);
        else
            store_rollback(store);
    }
    free(real);
    return result;
}

enum result store_note_migration_copy(struct store *store, const char *path, struct error *err)
{
    struct stat st;
    int64_t made_at = stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
    return note_copy(store, path, made_at, "migration", err);
}

/* ---- before a migration ---- */

static bool same_bytes(const char *a, const char *b)
{
    static char blocks[2][COMPARED];
    FILE *files[2] = {fopen(a, "r"), fopen(b, "r")};
    bool same = files[0] && files[1];
    size_t n = COMPARED;
    while (same && n == COMPARED) {
        n = fread(blocks[0], 1, COMPARED, files[0]);
        same = fread(blocks[1], 1, COMPARED, files[1]) == n && memcmp(blocks[0], blocks[1], n) == 0;
    }
    for (int i = 0; i < 2; i++)
        if (files[i])
            fclose(files[i]);
    return same;
}

struct earlier {
    const char *path;
    bool compared;
    bool is_same;
};

/* None is ever written over: the same bytes need not be kept twice, others need another name. */
static enum result compare_earlier(void *ctx, const char *temporary, struct error *err)
{
    struct earlier *earlier = ctx;
    earlier->compared = true;
    earlier->is_same = same_bytes(temporary, earlier->path);
    return error_set(err, RESULT_REPORT, "%s", "there is a copy of that name");
}

/* FILE.v3, or where that is taken FILE.v3.2 and so on. A migration that was cut short has left its copy. */
static enum result copy_to_free_name(struct store *store, const char *ledger, int version, struct strbuf *path,
                                     struct error *err)
{
    for (int i = 1; i < COPIES_MAX; i++) {
        struct stat st;
        strbuf_clear(path);
        if (i == 1)
            strbuf_printf(path, "%s.v%d", ledger, version);
        else
            strbuf_printf(path, "%s.v%d.%d", ledger, version, i);
        if (path->failed)
            return error_memory(err);
        struct earlier earlier = {.path = path->bytes};
        bool taken = lstat(path->bytes, &st) == 0;
        enum result result = store_copy(store, path->bytes, taken ? compare_earlier : NULL, &earlier, err);
        if (result == RESULT_OK || earlier.is_same)
            return RESULT_OK;
        if (!earlier.compared)
            return result;
    }
    return error_set(err, RESULT_REPORT, "there are too many copies of schema %d beside it", version);
}

enum result store_copy_before_migration(struct store *store, const char *ledger, int version, struct strbuf *path,
                                        struct error *err)
{
    struct error why;
    enum result result = copy_to_free_name(store, ledger, version, path, &why);
    if (result == RESULT_OK || result == RESULT_SIGINT || result == RESULT_SIGTERM)
        return result;
    return error_set(err, RESULT_LEDGER, "%s: is of schema %d, and no copy could be kept before it is brought up to "
                     "date: %s", store->name, version, why.text);
}
