#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figures.h"
#include "jobs.h"
#include "migrate.h"
#include "source.h"

#define BUSY_TIMEOUT_MS 10000
#define NAME_MAX_CHARS 200
/* Of 4096 bytes each, five answers of the usual size fit where six nearly would: a sixth of the file would be empty. */
#define PAGE_BYTES 8192
/* The log grows to 32 MB before it is moved into the file: pages that change with each batch are then moved once. */
#define LOG_PAGES 4000
#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

struct identity {
    int64_t application_id;
    int64_t version;
    int64_t tables;
};

static enum result identify(struct store *store, struct identity *who, struct error *err)
{
    enum result result = migrate_int(store, "PRAGMA application_id", &who->application_id, err);
    if (result == RESULT_OK)
        result = migrate_int(store, "PRAGMA user_version", &who->version, err);
    if (result == RESULT_OK)
        result = migrate_int(store, "SELECT count(*) FROM sqlite_schema", &who->tables, err);
    return result;
}

/* What was derived from the answers by another reading of them would be shown beside what this program reads. */
static enum result check_derivation(struct store *store, struct error *err)
{
    bool derived = false;
    enum result result = store_is_derived(store, &derived, err);
    if (result != RESULT_OK || derived)
        return result;
    return error_set(err, RESULT_LEDGER, "%s: was written by a jobledger that read answers otherwise; a command that "
                     "writes, such as `jobledger fetch`, brings it up to date", store->name);
}

static enum result check_identity(struct store *store, enum store_mode mode, bool *fresh, struct error *err)
{
    struct identity who = {0};
    enum result result = identify(store, &who, err);
    if (result != RESULT_OK)
        return result;
    *fresh = who.application_id == 0 && who.version == 0 && who.tables == 0;
    if (*fresh && mode == STORE_CREATE)
        return RESULT_OK;
    if (*fresh)
        return error_set(err, RESULT_LEDGER, "%s: is empty, not a ledger yet; `jobledger ingest` makes one",
                         store->name);
    if (who.application_id != APPLICATION_ID)
        return error_set(err, RESULT_LEDGER, "%s: is a database of another program, not a ledger; name one with --db",
                         store->name);
    if (who.version > migrate_newest())
        return error_set(err, RESULT_LEDGER,
                         "%s: was written by a newer jobledger (schema %lld, this one knows up to %d); use that one",
                         store->name, (long long)who.version, migrate_newest());
    if (who.version < migrate_newest() && mode == STORE_READ)
        return error_set(err, RESULT_LEDGER,
                         "%s: was written by an older jobledger (schema %lld, now %d); "
                         "a command that writes, such as `jobledger fetch`, brings it up to date",
                         store->name, (long long)who.version, migrate_newest());
    return mode == STORE_READ ? check_derivation(store, err) : RESULT_OK;
}

static enum result configure(struct store *store, enum store_mode mode, struct error *err)
{
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_extended_result_codes(store->db, 1);
    /* The schema stays trusted: SQLite 3.40 would refuse the JSON functions in views, and this connection has none that
     * could do harm. */
    if (sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK)
        return store_failure(store, "can't be secured", err);
    enum result result = store_exec(store, mode == STORE_READ ? CACHE_READING : CACHE_WRITING, err);
    int64_t foreign_keys = 0;
    if (result == RESULT_OK)
        result = store_exec(store, "PRAGMA temp_store = FILE; PRAGMA foreign_keys = ON", err);
    if (result == RESULT_OK)
        result = migrate_int(store, "PRAGMA foreign_keys", &foreign_keys, err);
    if (result == RESULT_OK && foreign_keys != 1)
        result = error_set(err, RESULT_LEDGER, "%s: this SQLite was built without foreign keys", store->name);
    if (result == RESULT_OK && mode != STORE_READ)
        result = source_register(store, err);
    if (result == RESULT_OK)
        result = figures_register(store, err);
    if (result == RESULT_OK)
        result = jobs_register(store, err);
    if (result == RESULT_OK && mode == STORE_READ)
        result = store_exec(store, "PRAGMA query_only = ON", err);
    store->query_only = mode == STORE_READ;
    return result;
}

/* In write-ahead mode a kill loses nothing that was committed; FULL makes that true of a power cut, too. */
static enum result make_durable(struct store *store, struct error *err)
{
    return store_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = "
                      STRINGIFY(LOG_PAGES), err);
}

static enum result not_a_file(struct store *store, struct error *err)
{
    return error_set(err, RESULT_LEDGER, "%s: is not a file; name the ledger with --db", store->name);
}

/* Made here and not by SQLite, so that it is private from its first moment on. */
static enum result make_file(struct store *store, const char *path, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        struct stat st;
        return stat(path, &st) == 0 && !S_ISREG(st.st_mode) ? not_a_file(store, err) : RESULT_OK;
    }
    bool ok = fd >= 0 && fchmod(fd, 0600) == 0;
    int saved = errno;
    if (fd >= 0)
        close(fd);
    return ok ? RESULT_OK : error_set(err, RESULT_LEDGER, "%s: can't be made: %s", store->name, strerror(saved));
}

static enum result check_file(struct store *store, const char *path, struct error *err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        return RESULT_OK;
    if (access(path, F_OK) != 0)
        return error_set(err, RESULT_LEDGER, "%s: can't be opened: %s; name the ledger with --db, or make one with "
                         "`jobledger ingest FILE`", store->name, strerror(errno));
    if (S_ISREG(st.st_mode))
        return error_set(err, RESULT_LEDGER, "%s: is empty, not a ledger yet; `jobledger ingest FILE` makes one",
                         store->name);
    return not_a_file(store, err);
}

/* file:PATH with all that has a meaning in a URI escaped (RFC 3986, 2.1). */
static char *file_uri(const char *path, const char *query)
{
    struct strbuf uri = {0};
    /* Else `//x` would name a host, and `:memory:` no file. */
    strbuf_puts(&uri, path[0] == '/' ? "file://" : "file:./");
    for (const char *p = path; *p; p++) {
        if (strchr("?#%", *p))
            strbuf_printf(&uri, "%%%02X", (unsigned char)*p);
        else
            strbuf_putc(&uri, *p);
    }
    strbuf_puts(&uri, query);
    if (uri.failed)
        strbuf_free(&uri);
    return uri.bytes;
}

static bool folder_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    bool ok = folder && access(folder, W_OK) == 0;
    free(folder);
    return ok;
}

static bool log_left_behind(const char *path)
{
    struct strbuf wal = {0};
    struct stat st;
    strbuf_printf(&wal, "%s-wal", path);
    bool left = !wal.failed && stat(wal.bytes, &st) == 0 && st.st_size > 0;
    strbuf_free(&wal);
    return left;
}

static enum result open_database(struct store *store, const char *path, const char *query, int flags,
                                 struct error *err)
{
    sqlite3_close(store->db);
    store->db = NULL;
    /* Before the first connection; later it is refused and changes nothing. No two threads use the same connection, and
     * nobody asks SQLite how much memory it takes. */
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    char *uri = file_uri(path, query);
    if (!uri)
        return error_memory(err);
    int rc = sqlite3_open_v2(uri, &store->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    free(uri);
    if (!store->db)
        return error_memory(err);
    return rc == SQLITE_OK ? RESULT_OK : store_failure(store, "can't be opened", err);
}

/* Where nothing may be written, SQLite can't make the index of the write-ahead log. Without a log the file can
 * be taken as it stands; with one it would be read as it was before the crash, which would be a lie. */
static enum result open_unwritable(struct store *store, const char *path, struct error *err)
{
    int64_t tables;
    enum result result = open_database(store, path, "", SQLITE_OPEN_READONLY, err);
    if (result == RESULT_OK)
        result = migrate_int(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (result == RESULT_OK)
        return RESULT_OK;
    int rc = sqlite3_errcode(store->db) & 0xFF;
    if (rc != SQLITE_CANTOPEN && rc != SQLITE_READONLY)
        return result;
    if (log_left_behind(path))
        return error_set(err, RESULT_LEDGER,
                         "%s: a crash left a write-ahead log beside it, which can't be read in a read-only folder; "
                         "run `jobledger status` once with write access, or copy FILE and FILE-wal elsewhere",
                         store->name);
    return open_database(store, path, "?immutable=1", SQLITE_OPEN_READONLY, err);
}

static enum result open_writable(struct store *store, const char *path, enum store_mode mode, struct error *err)
{
    enum result result = open_database(store, path, "", SQLITE_OPEN_READWRITE, err);
    /* SQLite is content with reading where it can't write. */
    if (result == RESULT_OK && mode != STORE_READ && sqlite3_db_readonly(store->db, "main") == 1)
        return error_set(err, RESULT_LEDGER, "%s: can't be written; look at its owner and mode", store->name);
    return result;
}

static enum result open_path(struct store *store, const char *path, enum store_mode mode, struct error *err)
{
    enum result result = mode == STORE_CREATE ? make_file(store, path, err) : check_file(store, path, err);
    if (result != RESULT_OK)
        return result;
    bool log_left = log_left_behind(path);
    if (mode == STORE_READ && (access(path, W_OK) != 0 || !folder_writable(path)))
        result = open_unwritable(store, path, err);
    else
        result = open_writable(store, path, mode, err);
    bool fresh = false;
    if (result == RESULT_OK)
        result = configure(store, mode, err);
    if (result == RESULT_OK) {
        result = check_identity(store, mode, &fresh, err);
        /* Closing would move the log of a file that is not ours into it. */
        if (result != RESULT_OK && log_left)
            sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    if (result != RESULT_OK || mode == STORE_READ)
        return result;
    store->trial = mode == STORE_TRIAL;
    if (fresh)
        result = store_exec(store, "PRAGMA page_size = " STRINGIFY(PAGE_BYTES), err);
    if (result == RESULT_OK && !store->trial)
        result = make_durable(store, err);
    if (result == RESULT_OK)
        result = migrate(store, store->trial ? NULL : path, err);
    return result == RESULT_OK && store->trial ? store_trial(store, err) : result;
}

static struct store *store_new(const char *path, const struct store_reader *reader)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return NULL;
    store->reader = *reader;
    struct strbuf name = {0};
    text_escape(&name, text_of(path), NAME_MAX_CHARS);
    store->name = name.bytes;
    if (!store->name) {
        free(store);
        return NULL;
    }
    return store;
}

enum result store_open(const char *path, enum store_mode mode, const struct store_reader *reader, struct store **out,
                       struct error *err)
{
    *out = NULL;
    if (path[0] == '\0')
        return error_set(err, RESULT_LEDGER, "the ledger's name is empty; name it with --db");
    struct store *store = store_new(path, reader);
    if (!store)
        return error_memory(err);
    /* The write-ahead log is beside the file itself, not beside a link to it. */
    char *real = realpath(path, NULL);
    enum result result = open_path(store, real ? real : path, mode, err);
    free(real);
    if (result == RESULT_OK)
        *out = store;
    else
        store_close(store);
    return result;
}

enum result store_open_scratch(const struct store_reader *reader, struct store **out, struct error *err)
{
    *out = NULL;
    struct store *store = store_new("a temporary ledger", reader);
    if (!store)
        return error_memory(err);
    enum result result = RESULT_OK;
    /* An empty name is a private file on disk that SQLite deletes at the end. */
    if (sqlite3_open_v2("", &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        result = store->db ? store_failure(store, "can't be made", err) : error_memory(err);
    if (result == RESULT_OK)
        result = configure(store, STORE_CREATE, err);
    if (result == RESULT_OK)
        result = migrate(store, NULL, err);
    if (result == RESULT_OK)
        *out = store;
    else
        store_close(store);
    return result;
}

bool store_is_ledger(const char *path)
{
    /* https://www.sqlite.org/fileformat.html: the magic at 0, the application_id at 68, big-endian. */
    unsigned char header[72] = "";
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(header, 1, sizeof header, file) : 0;
    if (file)
        fclose(file);
    uint32_t id = (uint32_t)header[68] << 24 | (uint32_t)header[69] << 16 | (uint32_t)header[70] << 8 | header[71];
    return n == sizeof header && memcmp(header, "SQLite format 3", 16) == 0 && id == APPLICATION_ID;
}

enum result store_trial(struct store *store, struct error *err)
{
    store->trial = true;
    return store_write_begin(store, err);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_rollback(store);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    history_free(store->history);
    json_reader_free(store->json);
    sorter_free(store->sorter);
    tally_free(&store->tally);
    took_free(&store->took);
    strbuf_free(&store->scratch);
    strbuf_free(&store->cells);
    free(store->name);
    free(store);
}
