#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "inputs.h"
#include "sha256.h"

#define NAMED_REJECTS 10
#define NAMED_CHARS 80
#define BLOCK (1u << 16)

struct totals {
    size_t files; /* taken in, or known */
    size_t known_files;
    size_t empty_folders;
    struct store_counts counts;
};

/* A file on its way into the ledger. */
struct intake {
    struct cli *cli;
    struct store *store;
    const char *name;  /* as given, or (stdin) */
    char shown[256];   /* name, escaped */
    int fd;            /* can be read twice */
    struct stat before;
    struct reader *reader;
    struct store_column *columns; /* those that are kept */
    size_t *places;               /* and their places in the file */
    struct text *cells;
    size_t column_count;
    struct store_counts counts;
    struct progress *progress;
    uint64_t rows;
};

#define ROWS_BETWEEN_LOOKS 256 /* at the clock */

static enum result input_error(const struct intake *in, const char *what, int error, struct error *err)
{
    return error_set(err, RESULT_INPUT, "%s: %s: %s", in->shown, what, strerror(error));
}

/* Not RESULT_OK where a signal came. */
static enum result go_on(const struct intake *in, struct error *err)
{
    enum result result = cli_interrupted(in->cli);
    if (result == RESULT_OK)
        return result;
    return error_set(err, result, "%s: interrupted, nothing of it was taken in", in->shown);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* Reads to the end of the file: into sum, and to the descriptor `copy` unless that is -1. */
static enum result hash(const struct intake *in, int copy, struct sha256 *sum, uint64_t *bytes, struct error *err)
{
    static char block[BLOCK];
    *bytes = 0;
    for (;;) {
        enum result result = go_on(in, err);
        if (result != RESULT_OK)
            return result;
        ssize_t n = read(in->fd, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return input_error(in, "can't be read", errno, err);
        if (n == 0)
            return RESULT_OK;
        sha256_add(sum, (struct text){block, (size_t)n});
        *bytes += (uint64_t)n;
        if (copy >= 0 && !write_all(copy, block, (size_t)n))
            return error_set(err, RESULT_LEDGER, "%s: can't be kept in a temporary file ($TMPDIR): %s", in->shown,
                             strerror(errno));
    }
}

/* Hashes the file and winds it back; what can't be wound back is copied first. */
static enum result prepare(struct intake *in, uint8_t sha256[SHA256_SIZE], uint64_t *bytes, struct error *err)
{
    if (fstat(in->fd, &in->before) != 0)
        return input_error(in, "can't be read", errno, err);
    if (S_ISDIR(in->before.st_mode))
        return error_set(err, RESULT_INPUT, "%s: is a folder; to take the files in it: --dir %s", in->shown, in->shown);
    struct sha256 *sum = sha256_new();
    if (!sum)
        return error_memory(err);
    enum result result = RESULT_OK;
    off_t start = lseek(in->fd, 0, SEEK_CUR);
    int spool = -1;
    if (start < 0) {
        start = 0;
        spool = temporary_file();
        if (spool < 0)
            result = error_set(err, RESULT_LEDGER, "%s: no temporary file can be made ($TMPDIR): %s", in->shown,
                               strerror(errno));
    }
    if (result == RESULT_OK)
        result = hash(in, spool, sum, bytes, err);
    if (spool >= 0) {
        close(in->fd);
        in->fd = spool;
        fstat(in->fd, &in->before);
    }
    if (result == RESULT_OK && lseek(in->fd, start, SEEK_SET) < 0)
        result = input_error(in, "can't be read twice", errno, err);
    sha256_finish(sum, sha256);
    sha256_free(sum);
    return result;
}

/* Which of the file's columns the ledger keeps. */
static enum result choose_columns(struct intake *in, struct error *err)
{
    const struct reader_column *all;
    size_t n = reader_columns(in->reader, &all);
    in->columns = calloc(n + 1, sizeof *in->columns);
    in->places = calloc(n + 1, sizeof *in->places);
    in->cells = calloc(n + 1, sizeof *in->cells);
    if (!in->columns || !in->places || !in->cells)
        return error_memory(err);
    for (size_t i = 0; i < n; i++) {
        if (all[i].kind != READER_LABEL && all[i].kind != READER_EXPECTED)
            continue;
        in->columns[in->column_count] = (struct store_column){all[i].kind == READER_EXPECTED, all[i].name};
        in->places[in->column_count++] = i;
    }
    return RESULT_OK;
}

static enum result take_reject(struct intake *in, const struct reader_row *row, struct error *err)
{
    char value[NAMED_CHARS * 8];
    text_printable(row->id, NAMED_CHARS, value, sizeof value);
    if (in->cli->settings.strict)
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": %s: '%s'; with --strict nothing of the file is taken in",
                         in->shown, row->line, row->reason, value);
    if (in->counts.rejected++ < NAMED_REJECTS)
        log_line(&in->cli->log, LOG_WARNING, "%s:%" PRIu64 ": row rejected: %s: '%s'", in->shown, row->line,
                 row->reason, value);
    return store_source_reject(in->store, row->line, row->id, row->reason, err);
}

static enum result take_row(struct intake *in, const struct reader_row *row, struct error *err)
{
    if (row->reason)
        return take_reject(in, row, err);
    for (size_t i = 0; i < in->column_count; i++)
        in->cells[i] = row->cells[in->places[i]];
    return store_source_job(in->store, row->line, row->id, in->cells, err);
}

/* In KB of the file, since how many rows it has is known only at its end. */
static void show_progress(const struct intake *in)
{
    char more[320];
    off_t at = lseek(in->fd, 0, SEEK_CUR);
    snprintf(more, sizeof more, "%" PRIu64 " rows  %s", in->rows, in->shown);
    progress_show(in->progress, (uint64_t)at / 1024, (uint64_t)in->before.st_size / 1024, "KB", more);
}

static enum result take_rows(struct intake *in, struct error *err)
{
    for (;;) {
        struct reader_row row;
        bool end = false;
        enum result result = go_on(in, err);
        if (result == RESULT_OK)
            result = reader_next(in->reader, &row, &end, err);
        if (result == RESULT_OK && !end)
            result = take_row(in, &row, err);
        if (++in->rows % ROWS_BETWEEN_LOOKS == 0 && progress_due(in->progress))
            show_progress(in);
        if (result != RESULT_OK || end)
            return result;
    }
}

/* The bytes that were hashed must be those that were read. */
static enum result check_unchanged(const struct intake *in, struct error *err)
{
    struct stat after;
    const struct stat *before = &in->before;
    if (fstat(in->fd, &after) == 0 && after.st_size == before->st_size &&
        after.st_mtim.tv_sec == before->st_mtim.tv_sec && after.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
        return RESULT_OK;
    return error_set(err, RESULT_INPUT, "%s: changed while it was read; run again when it is complete", in->shown);
}

static enum result take_in(struct intake *in, const struct store_source *source, struct error *err)
{
    enum result result = reader_open(in->fd, in->name, &in->cli->settings.reader, &in->reader, err);
    if (result == RESULT_OK)
        result = choose_columns(in, err);
    if (result == RESULT_OK)
        result = store_source_begin(in->store, source, in->columns, in->column_count, err);
    if (result != RESULT_OK)
        return result;
    result = take_rows(in, err);
    if (result == RESULT_OK)
        result = check_unchanged(in, err);
    /* What went wrong first is what is reported. */
    enum result end = store_source_end(in->store, result == RESULT_OK, &in->counts, result == RESULT_OK ? err : NULL);
    return result == RESULT_OK ? end : result;
}

static void add_counts(struct totals *totals, const struct store_counts *counts)
{
    totals->counts.rows += counts->rows;
    totals->counts.new_jobs += counts->new_jobs;
    totals->counts.known_jobs += counts->known_jobs;
    totals->counts.duplicates += counts->duplicates;
    totals->counts.rejected += counts->rejected;
}

static enum result open_file(struct intake *in, const char *path, struct error *err)
{
    if (ledger_owns(in->cli, path))
        return error_set(err, RESULT_INPUT, "%s: is the ledger itself, or belongs to it; name a list of job IDs",
                         in->shown);
    in->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd >= 0)
        return RESULT_OK;
    int error = errno;
    /* A FIFO that nobody writes to waits here. */
    enum result result = go_on(in, err);
    return result == RESULT_OK ? input_error(in, "can't be opened", error, err) : result;
}

static enum result ingest_file(struct cli *cli, struct store *store, const char *path, struct totals *totals,
                               struct error *err)
{
    struct progress progress;
    struct intake in = {.cli = cli, .store = store, .name = strcmp(path, "-") == 0 ? "(stdin)" : path, .fd = -1};
    in.progress = &progress;
    uint8_t sha256[SHA256_SIZE];
    struct store_source source = {.name = in.name, .sha256 = sha256, .ingested_at = clock_now(&cli->settings.clock)};
    bool known = false;
    text_printable(text_of(in.name), 120, in.shown, sizeof in.shown);
    progress_start(&progress, cli->settings.progress, &cli->log, "ingest");
    enum result result = open_file(&in, path, err);
    if (result == RESULT_OK)
        result = prepare(&in, sha256, &source.bytes, err);
    if (result == RESULT_OK && !cli->settings.again)
        result = store_source_known(store, &source, &known, err);
    if (result == RESULT_OK && known) {
        totals->known_files++;
        log_line(&cli->log, LOG_DETAIL, "%s: these bytes were ingested before, nothing changes", in.shown);
    } else if (result == RESULT_OK) {
        result = take_in(&in, &source, err);
        if (result == RESULT_OK)
            add_counts(totals, &in.counts);
    }
    if (result == RESULT_INPUT || result == RESULT_LEDGER) {
        /* A reader or a store that a signal has stopped knows no better. */
        enum result signal = go_on(&in, err);
        result = signal == RESULT_OK ? result : signal;
    }
    totals->files += result == RESULT_OK;
    progress_end(&progress);
    reader_close(in.reader);
    free(in.columns);
    free(in.places);
    free(in.cells);
    if (in.fd >= 0)
        close(in.fd);
    return result;
}

static void summarise(struct cli *cli, const struct totals *t)
{
    const struct store_counts *c = &t->counts;
    if (t->files == 0 && t->empty_folders == 0)
        return;
    cli_count(cli, cli->settings.dry_run ? "(dry run) " : "", c->rows, "rows");
    cli_count(cli, ", ", c->new_jobs, "new jobs");
    cli_count(cli, ", ", c->known_jobs, "known jobs");
    cli_count(cli, ", ", c->duplicates, "duplicates");
    cli_count(cli, ", ", c->rejected, "rejected");
    if (t->files == 0)
        strbuf_puts(&cli->summary, " (the folder has no files)");
    else if (t->known_files == 1 && t->files == 1)
        strbuf_puts(&cli->summary, " (the file was already ingested before, nothing changes; --again reads it anew)");
    else if (t->known_files > 0)
        strbuf_printf(&cli->summary, " (%zu of %zu files already ingested before)", t->known_files, t->files);
}

/* Trouble with the ledger or a signal ends it; trouble with one file leaves the others their turn. */
static bool goes_on(enum result result)
{
    return result == RESULT_OK || result == RESULT_INPUT || result == RESULT_LOOSE_ENDS;
}

static enum result joined(enum result result, enum result one)
{
    return goes_on(one) ? result_worse(result, one) : one;
}

/* All that a name stands for. */
static enum result ingest_named(struct cli *cli, struct store *store, inputs_finder *find, const char *name,
                                struct totals *totals)
{
    struct inputs inputs = {0};
    struct error err;
    enum result result = find(name, &inputs, &err);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    else
        totals->empty_folders += inputs.count == 0;
    for (size_t i = 0; goes_on(result) && i < inputs.count; i++) {
        if (find == inputs_of_folder && ledger_owns(cli, inputs.paths[i]))
            continue; /* it may stand in the same folder */
        enum result one = ingest_file(cli, store, inputs.paths[i], totals, &err);
        if (one != RESULT_OK)
            cli_fail(cli, one, &err);
        result = joined(result, one);
    }
    inputs_free(&inputs);
    return result;
}

enum result ingest_files(struct cli *cli, struct store *store)
{
    const struct settings *settings = &cli->settings;
    struct totals totals = {0};
    enum result result = RESULT_OK;
    cli->settings.reader.stop = cli->signal;
    store_stop_on(store, cli->signal);
    for (size_t i = 0; goes_on(result) && i < settings->argument_count; i++)
        result = joined(result, ingest_named(cli, store, inputs_of_argument, settings->arguments[i], &totals));
    for (size_t i = 0; goes_on(result) && i < settings->folder_count; i++)
        result = joined(result, ingest_named(cli, store, inputs_of_folder, settings->folders[i], &totals));
    store_stop_on(store, NULL);
    summarise(cli, &totals);
    return totals.counts.rejected > 0 ? result_worse(result, RESULT_LOOSE_ENDS) : result;
}

enum result ingest_check(const struct cli *cli, const char *usage, struct error *err)
{
    if (cli->settings.argument_count == 0 && cli->settings.folder_count == 0)
        return error_set(err, RESULT_USAGE, "%s needs a file or a folder: %s", commands[cli->command].name, usage);
    return reader_check(&cli->settings.reader, err);
}

enum result command_ingest(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    enum result result =
        ingest_check(cli, "jobledger ingest FILE... (- is standard input), jobledger ingest --dir DIR", &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = ledger_open(cli, STORE_CREATE, &ledger);
    if (result != RESULT_OK)
        return result;
    result = ingest_files(cli, ledger.store);
    ledger_close(&ledger);
    cli_summary(cli, result);
    return result;
}
