#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "names.h"

static void name_copy(struct cli *cli, struct text path, const char *what)
{
    char name[400];
    log_line(&cli->log, LOG_WARNING, "%s: this %s of the ledger still holds what was pruned here; remove it when its "
             "time is over, too", text_printable(path, 160, name, sizeof name), what);
}

/* Copies that programs without a word on it in the ledger made, or of a ledger that was moved since. */
static void name_unknown(struct cli *cli, const struct names *known)
{
    struct strbuf pattern = {0};
    glob_t found = {0};
    char *real = realpath(cli->settings.db, NULL);
    for (const char *p = real; p && *p; p++) {
        if (strchr("*?[\\", *p))
            strbuf_putc(&pattern, '\\');
        strbuf_putc(&pattern, *p);
    }
    strbuf_puts(&pattern, ".v[0-9]*");
    if (real && !pattern.failed && glob(pattern.bytes, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (names_find(known, text_of(found.gl_pathv[i])) == NAMES_NONE)
                name_copy(cli, text_of(found.gl_pathv[i]), "earlier version");
    globfree(&found);
    strbuf_free(&pattern);
    free(real);
}

/* Those that the ledger knows, and are still there; then those beside it. */
static enum result name_copies(struct cli *cli, struct store *store, struct error *err)
{
    struct store_rows *rows;
    struct names known = {0};
    bool more = true;
    enum result result = store_query(store, "queries/copies", &rows, err);
    while (result == RESULT_OK && more) {
        struct stat st;
        result = store_next(rows, &more, err);
        if (result != RESULT_OK || !more)
            break;
        struct text path = store_text(rows, 0);
        if (stat(path.bytes, &st) == 0)
            name_copy(cli, path, text_is(store_text(rows, 2), "backup") ? "backup" : "earlier version");
        if (!names_add(&known, path, &(size_t){0}))
            result = error_memory(err);
    }
    store_rows_free(rows);
    if (result == RESULT_OK)
        name_unknown(cli, &known);
    names_free(&known);
    return result;
}

static void summarise(struct cli *cli, const struct store_pruned *p, const char *how)
{
    cli_count(cli, how, p->answers, "answers");
    cli_count(cli, " of ", p->jobs, "jobs");
    cli_count(cli, ", ", p->bytes, "bytes");
}

static enum result prune(struct cli *cli, struct store *store, struct error *err)
{
    struct store_pruned pruned;
    struct timestamp now = clock_now(&cli->settings.clock);
    struct timestamp before;
    if (!timestamp_before(cli->settings.older_than, now, &before))
        return error_set(err, RESULT_USAGE, "--older-than %s: that is before the calendar begins",
                         cli->settings.older_than);
    if (!cli->settings.yes) {
        enum result result = store_prune_plan(store, before, &pruned, err);
        summarise(cli, &pruned, "(dry run) would remove ");
        if (result == RESULT_OK && pruned.answers > 0)
            strbuf_puts(&cli->summary, "; --yes does it");
        return result;
    }
    enum result result = store_prune(store, before, now, &pruned, err);
    summarise(cli, &pruned, "removed ");
    return result == RESULT_OK ? name_copies(cli, store, err) : result;
}

static enum result check(const struct settings *s, struct error *err)
{
    if (s->argument_count > 0)
        return error_set(err, RESULT_USAGE, "prune takes no arguments: jobledger prune --older-than 10y");
    if (!s->older_than)
        return error_set(err, RESULT_USAGE, "prune needs an age: --older-than 10y");
    if (s->yes && s->dry_run)
        return error_set(err, RESULT_USAGE, "--yes and --dry-run contradict each other");
    return RESULT_OK;
}

enum result command_prune(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    enum result result = check(&cli->settings, &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = ledger_open(cli, cli->settings.yes ? STORE_WRITE : STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    store_stop_on(ledger.store, cli->signal);
    result = prune(cli, ledger.store, &err);
    if (result != RESULT_OK && cli_interrupted(cli) != RESULT_OK)
        result = error_set(&err, cli_interrupted(cli), "interrupted: what was pruned so far stays so; run the same "
                           "again for the rest");
    ledger_close(&ledger);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    cli_summary(cli, result);
    return result;
}
