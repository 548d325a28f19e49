#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"

static enum result wait_for_lock(const struct cli *cli, const char *path, struct lock **lock, struct error *err)
{
    enum result result = lock_acquire(path, cli->settings.wait_lock_ms, cli->signal, lock, err);
    enum result stop = cli_interrupted(cli);
    if (result != RESULT_LOCKED || stop == RESULT_OK)
        return result;
    char name[256];
    return error_set(err, stop, "%s: interrupted while another run held the ledger",
                     text_printable(text_of(path), 120, name, sizeof name));
}

/* Beside the file itself, so that a run which comes by a link finds the same lock. */
static enum result take_lock(const struct cli *cli, struct ledger *ledger, struct error *err)
{
    struct strbuf path = {0};
    struct stat st;
    bool is_link = lstat(cli->settings.db, &st) == 0 && S_ISLNK(st.st_mode);
    char *real = is_link ? realpath(cli->settings.db, NULL) : NULL;
    strbuf_printf(&path, "%s.lock", real ? real : cli->settings.db);
    enum result result = path.failed ? error_memory(err) : wait_for_lock(cli, path.bytes, &ledger->lock, err);
    strbuf_free(&path);
    free(real);
    return result;
}

/* What is in the archive was checked for the key before it came there. */
static void read_answer(struct json_reader *json, const char *job_id, const struct answer *answer,
                        struct reading *reading)
{
    answer_read(json, job_id, answer, NULL, reading);
}

static const struct store_reader reader = {ANSWER_READER_VERSION, read_answer};

const struct store_reader *ledger_reader(void)
{
    return &reader;
}

/* With all links followed; of one that is not there, those of its folder. The caller's to free. */
static char *whole_path(const char *path)
{
    char *whole = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (whole)
        return whole;
    char *folder = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
    char *real = folder ? realpath(folder, NULL) : NULL;
    struct strbuf joined = {0};
    if (real)
        strbuf_printf(&joined, "%s/%s", real, name);
    free(folder);
    free(real);
    return joined.bytes;
}

/* The names of what stands beside a ledger: also FILE.v3, FILE.v3.2 and so on. */
static const char *const beside[] = {"", "-wal", "-shm", "-journal", ".lock"};
#define BESIDE (sizeof beside / sizeof beside[0])

static bool is_named_after(const char *path, const char *db)
{
    size_t len = strlen(db);
    if (strncmp(path, db, len) != 0)
        return false;
    for (size_t i = 0; i < BESIDE; i++)
        if (strcmp(path + len, beside[i]) == 0)
            return true;
    return strncmp(path + len, ".v", 2) == 0 && path[len + 2] >= '0' && path[len + 2] <= '9';
}

static bool is_same_file(const struct stat *file, const char *db)
{
    bool same = false;
    for (size_t i = 0; !same && i < BESIDE; i++) {
        struct stat st;
        struct strbuf path = {0};
        strbuf_printf(&path, "%s%s", db, beside[i]);
        same = !path.failed && stat(path.bytes, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
        strbuf_free(&path);
    }
    return same;
}

bool ledger_owns(const struct cli *cli, const char *path)
{
    struct stat file;
    bool is_stdin = strcmp(path, "-") == 0;
    char *db = whole_path(cli->settings.db);
    char *whole = is_stdin ? NULL : whole_path(path);
    bool there = is_stdin ? fstat(STDIN_FILENO, &file) == 0 : stat(path, &file) == 0;
    bool owns = db && ((whole && is_named_after(whole, db)) || (there && is_same_file(&file, db)));
    free(whole);
    free(db);
    return owns;
}

/* SQLite's locks and ours hold between processes of one machine. */
static void warn_of_network(struct cli *cli)
{
    char name[256];
    const char *network = network_of(cli->settings.db);
    if (network)
        log_line(&cli->log, LOG_WARNING, "%s: is on a network file system (%s), where locks can't be trusted: two runs "
                 "at once may damage it; keep it on a local disk",
                 text_printable(text_of(cli->settings.db), 120, name, sizeof name), network);
}

enum result ledger_open(struct cli *cli, enum store_mode mode, struct ledger *ledger)
{
    struct error err;
    *ledger = (struct ledger){0};
    struct stat st;
    /* Out of an empty file ingest makes a ledger, as out of none. */
    bool there = stat(cli->settings.db, &st) == 0 && !(S_ISREG(st.st_mode) && st.st_size == 0);
    bool scratch = mode == STORE_CREATE && cli->settings.dry_run && !there;
    enum result result = RESULT_OK;
    if (mode != STORE_READ && cli->settings.dry_run)
        mode = STORE_TRIAL;
    /* A lock file beside a ledger that is not there would be left behind for nothing. */
    if (mode == STORE_CREATE || (mode != STORE_READ && there))
        result = take_lock(cli, ledger, &err);
    if (result == RESULT_OK && scratch)
        result = store_open_scratch(&reader, &ledger->store, &err);
    else if (result == RESULT_OK)
        result = store_open(cli->settings.db, mode, &reader, &ledger->store, &err);
    if (result == RESULT_OK && scratch)
        result = store_trial(ledger->store, &err);
    if (result == RESULT_OK) {
        warn_of_network(cli);
        return RESULT_OK;
    }
    ledger_close(ledger);
    return cli_fail(cli, result, &err);
}

void ledger_close(struct ledger *ledger)
{
    store_close(ledger->store);
    lock_release(ledger->lock);
    *ledger = (struct ledger){0};
}

enum result ledger_end(struct cli *cli, struct ledger *ledger, enum result result)
{
    struct error err;
    const struct store_outcome outcome = {cli->started_at, clock_now(&cli->settings.clock), (int)result};
    if (ledger->store && !cli->settings.dry_run) {
        store_stop_on(ledger->store, NULL);
        enum result noted = store_note_outcome(ledger->store, &outcome, &err);
        if (noted != RESULT_OK && result != RESULT_LEDGER)
            cli_fail(cli, noted, &err);
        result = result_worse(result, noted);
    }
    ledger_close(ledger);
    return result;
}
