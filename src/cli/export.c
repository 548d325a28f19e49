#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"

/* A slip in naming the output must not cost the archive. */
static enum result check_place(const struct cli *cli, const char *path, struct error *err)
{
    char name[256];
    if (strcmp(path, "-") == 0 || !ledger_owns(cli, path))
        return RESULT_OK;
    return error_set(err, RESULT_USAGE, "%s: this is the ledger itself, or belongs to it; name another file for the "
                     "report", text_printable(text_of(path), 120, name, sizeof name));
}

static void warn(void *ctx, const char *line)
{
    struct cli *cli = ctx;
    log_line(&cli->log, LOG_WARNING, "%s", line);
}

static struct export_options export_options(struct cli *cli)
{
    struct export_options options = cli->settings.export;
    const char *tmpdir = getenv("TMPDIR");
    options.created = clock_now(&cli->settings.clock);
    options.tmpdir = tmpdir && tmpdir[0] ? tmpdir : NULL;
    options.warn = warn;
    options.warn_ctx = cli;
    return options;
}

/* One file of one report, or of several where the format holds them. */
static enum result write_file(struct cli *cli, struct store *store, const struct report *reports, size_t count,
                              const char *path, struct error *err)
{
    struct atomic_file *file;
    const struct export_options options = export_options(cli);
    char name[256];
    text_printable(text_of(strcmp(path, "-") == 0 ? "standard output" : path), 120, name, sizeof name);
    enum result result = check_place(cli, path, err);
    if (result == RESULT_OK)
        result = atomic_file_open(path, &file, err);
    if (result != RESULT_OK)
        return result;
    result = export_write(store, reports, count, &options, atomic_file_stream(file), err);
    /* A write to a pipe fails when a signal comes, and is then no failure of the pipe. */
    if (cli_interrupted(cli) != RESULT_OK)
        result = error_set(err, cli_interrupted(cli), "%s: interrupted, not written",
                           count == 1 ? reports->name : name);
    if (result == RESULT_OK)
        return atomic_file_commit(file, err);
    /* The stream knows no more than that it failed: the folder or the device is what a person has to look at. */
    if (result == RESULT_REPORT) {
        struct error why = *err;
        error_set(err, result, "%s: %s", name, why.text);
    }
    atomic_file_discard(file);
    return result;
}

/* Like mkdir -p. */
static enum result make_folder(const char *folder, struct error *err)
{
    struct strbuf path = {0};
    struct stat st;
    strbuf_puts(&path, folder);
    if (path.failed)
        return error_memory(err);
    int error = 0;
    for (size_t i = 1; error == 0 && i <= path.len; i++) {
        if (path.bytes[i] != '/' && path.bytes[i] != '\0')
            continue;
        char end = path.bytes[i];
        path.bytes[i] = '\0';
        if (mkdir(path.bytes, 0777) != 0 && errno != EEXIST && stat(path.bytes, &st) != 0)
            error = errno;
        path.bytes[i] = end;
    }
    strbuf_free(&path);
    if (error == 0 && (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)))
        error = ENOTDIR;
    if (error == 0)
        return RESULT_OK;
    char name[256];
    return error_set(err, RESULT_REPORT, "%s: the folder can't be made: %s",
                     text_printable(text_of(folder), 120, name, sizeof name), strerror(error));
}

/* All reports on their way into a folder. */
struct all_reports {
    struct cli *cli;
    struct store *store;
    const char *folder;
    size_t written;
    struct error told; /* what went wrong last, without the file's name */
    size_t untold;     /* so many others went wrong likewise */
};

/* Of many files that a full disk has no room for, one tells what to do. */
static void tell(struct all_reports *all, enum result result, const char *path, const struct error *err)
{
    char name[256];
    text_printable(text_of(path), 120, name, sizeof name);
    size_t len = strlen(name);
    const char *why = err->text + (strncmp(err->text, name, len) == 0 ? len : 0);
    if (strcmp(why, all->told.text) == 0) {
        all->untold++;
        return;
    }
    error_set(&all->told, result, "%s", why);
    cli_fail(all->cli, result, err);
}

/* What can't be written leaves the other files their turn. */
static enum result write_one_of_all(struct all_reports *all, const struct report *reports, size_t count,
                                    const char *name)
{
    struct error err;
    struct strbuf path = {0};
    strbuf_printf(&path, "%s/%s.%s", all->folder, name, export_suffix(all->cli->settings.export.format));
    enum result result = path.failed ? error_memory(&err)
                                     : write_file(all->cli, all->store, reports, count, path.bytes, &err);
    if (result == RESULT_OK)
        all->written += count;
    else
        tell(all, result, path.bytes ? path.bytes : "", &err);
    strbuf_free(&path);
    return result;
}

static enum result write_all(struct all_reports *all)
{
    const struct report *reports;
    size_t n = export_reports(&reports);
    enum result result = RESULT_OK;
    if (export_holds_many(all->cli->settings.export.format))
        return write_one_of_all(all, reports, n, "jobledger");
    for (size_t i = 0; i < n && cli_interrupted(all->cli) == RESULT_OK; i++)
        result = result_worse(result, write_one_of_all(all, &reports[i], 1, reports[i].name));
    if (all->untold > 0)
        log_line(&all->cli->log, LOG_ERROR, "%zu more reports likewise", all->untold);
    return result_worse(result, cli_interrupted(all->cli));
}

enum result export_all(struct cli *cli, struct store *store, const char *folder)
{
    struct error err;
    char name[256];
    struct all_reports all = {.cli = cli, .store = store, .folder = folder};
    store_stop_on(store, cli->signal);
    enum result result = make_folder(folder, &err);
    if (result == RESULT_OK)
        result = store_snapshot_begin(store, &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = store_look(store, &cli->settings.filter, &err);
    if (result == RESULT_OK)
        result = write_all(&all);
    else
        cli_fail(cli, result, &err);
    store_snapshot_end(store);
    strbuf_printf(&cli->summary, "%s%zu reports in %s", cli->summary.len ? "; " : "", all.written,
                  text_printable(text_of(folder), 120, name, sizeof name));
    return result;
}

static enum result unknown_report(const char *name, struct error *err)
{
    const struct report *reports;
    const char *names[64] = {"all"};
    size_t n = export_reports(&reports);
    for (size_t i = 0; i < n && i + 1 < sizeof names / sizeof names[0]; i++)
        names[i + 1] = reports[i].name;
    char shown[200];
    const char *nearest = text_nearest(name, names, n + 1);
    text_printable(text_of(name), 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown report %s; did you mean %s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown report %s; `jobledger export --help` lists them", shown);
}

/* *report NULL: all of them, or the user's own. */
static enum result check_arguments(const struct cli *cli, const struct report **report, struct error *err)
{
    const struct settings *s = &cli->settings;
    *report = NULL;
    if (s->sql && s->argument_count > 0)
        return error_set(err, RESULT_USAGE, "--sql takes the place of a report: give one of the two");
    if (s->sql)
        return RESULT_OK;
    if (s->argument_count != 1)
        return error_set(err, RESULT_USAGE, "export needs one report, or all; `jobledger export --help` lists them");
    if (strcmp(s->arguments[0], "all") == 0) {
        if (strcmp(s->output, "-") == 0)
            return error_set(err, RESULT_USAGE, "export all needs a folder: -o DIR");
        return RESULT_OK;
    }
    *report = export_report(s->arguments[0]);
    return *report ? RESULT_OK : unknown_report(s->arguments[0], err);
}

static enum result export_one(struct cli *cli, struct store *store, const struct report *report)
{
    struct error err;
    store_stop_on(store, cli->signal);
    enum result result = store_snapshot_begin(store, &err);
    if (result == RESULT_OK) {
        result = store_look(store, &cli->settings.filter, &err);
        if (result == RESULT_OK)
            result = write_file(cli, store, report, 1, cli->settings.output, &err);
        store_snapshot_end(store);
    }
    return result == RESULT_OK ? RESULT_OK : cli_fail(cli, result, &err);
}

static enum result export_from_ledger(struct cli *cli, const struct report *report)
{
    struct ledger ledger;
    enum result result = ledger_open(cli, STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    if (report)
        result = export_one(cli, ledger.store, report);
    else
        result = export_all(cli, ledger.store, cli->settings.output);
    ledger_close(&ledger);
    cli_summary(cli, result);
    return result;
}

enum result command_export(struct cli *cli)
{
    struct error err;
    struct own_sql own = {0};
    const struct report *report;
    enum result result = check_arguments(cli, &report, &err);
    if (result == RESULT_OK)
        result = export_check(cli, report, &err);
    if (result == RESULT_OK)
        result = settings_filter(cli, &err);
    if (result == RESULT_OK && cli->settings.sql) {
        result = own_sql_load(cli->settings.sql, &own, &err);
        report = &own.report;
    }
    result = result == RESULT_OK ? export_from_ledger(cli, report) : cli_fail(cli, result, &err);
    own_sql_free(&own);
    return result;
}
