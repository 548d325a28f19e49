#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* What may be written over: nothing, an empty file, or a ledger that is not the one in use. */
static enum result check_place(const struct cli *cli, const char *path, struct error *err)
{
    struct stat place;
    char name[256];
    text_printable(text_of(path), 120, name, sizeof name);
    if (ledger_owns(cli, path))
        return error_set(err, RESULT_USAGE,
                         "%s: this is the ledger itself, or belongs to it; name another file for the backup", name);
    if (stat(path, &place) != 0)
        return RESULT_OK;
    if (S_ISDIR(place.st_mode))
        return error_set(err, RESULT_USAGE, "%s: is a folder; name a file in it for the backup", name);
    if (S_ISREG(place.st_mode) && place.st_size > 0 && !store_is_ledger(path))
        return error_set(err, RESULT_USAGE, "%s: is there and is no ledger; name another file, or remove it first",
                         name);
    return RESULT_OK;
}

static void note_finding(void *ctx, const char *line)
{
    struct error *first = ctx;
    if (!first->text[0])
        error_set(first, RESULT_LEDGER, "%s", line);
}

/* A copy of what is broken would be found out when it is too late. */
static enum result check_copy(void *ctx, const char *temporary, struct error *err)
{
    struct cli *cli = ctx;
    struct store *copy = NULL;
    struct error first = {""};
    struct store_verdict verdict = {0};
    const struct store_verify options = {.found = note_finding, .ctx = &first};
    enum result result = store_open(temporary, STORE_READ, ledger_reader(), &copy, err);
    if (result == RESULT_OK) {
        store_stop_on(copy, cli->signal);
        result = store_verify(copy, &options, &verdict, err);
    }
    store_close(copy);
    if (result == RESULT_OK && cli_interrupted(cli) != RESULT_OK)
        result = error_set(err, cli_interrupted(cli), "interrupted, no backup was made");
    if (result == RESULT_OK && verdict.findings > 0)
        return error_set(err, RESULT_LEDGER, "no backup was made, since the ledger is not intact: %s; see "
                         "`jobledger verify`", first.text);
    if (result == RESULT_OK) {
        cli_count(cli, "", verdict.answers, "answers");
        cli_count(cli, " of ", verdict.runs, "runs, verified");
    }
    return result;
}

/* Not under the lock, which a run may hold for long: a row of its own disturbs nobody. */
static void remember(struct cli *cli, const char *path)
{
    struct error err;
    struct store *store = NULL;
    bool writable = access(cli->settings.db, W_OK) == 0;
    enum result result = writable ? store_open(cli->settings.db, STORE_WRITE, ledger_reader(), &store, &err)
                                  : error_set(&err, RESULT_LEDGER, "it can't be written");
    if (result == RESULT_OK)
        result = store_note_backup(store, path, clock_now(&cli->settings.clock), &err);
    store_close(store);
    if (result != RESULT_OK)
        log_line(&cli->log, writable ? LOG_WARNING : LOG_DETAIL, "the backup is good, but could not be noted in the "
                 "ledger, so that prune won't name it: %s", err.text);
}

enum result command_backup(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    const struct settings *s = &cli->settings;
    char name[256];
    enum result result = RESULT_OK;
    if (s->argument_count != 1)
        result = error_set(&err, RESULT_USAGE, "backup needs the file to make: jobledger backup FILE");
    if (result == RESULT_OK)
        result = check_place(cli, s->arguments[0], &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = ledger_open(cli, STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    store_stop_on(ledger.store, cli->signal);
    result = store_copy(ledger.store, s->arguments[0], check_copy, cli, &err);
    ledger_close(&ledger);
    /* Wherever the signal found it. */
    if (result != RESULT_OK && cli_interrupted(cli) != RESULT_OK)
        result = error_set(&err, cli_interrupted(cli), "interrupted, no backup was made");
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    strbuf_printf(&cli->summary, ", in %s", text_printable(text_of(s->arguments[0]), 120, name, sizeof name));
    remember(cli, s->arguments[0]);
    cli_summary(cli, result);
    return result;
}
