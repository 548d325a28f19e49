#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "decimal.h"
#include "glance.h"
#include "json.h"
#include "terminal.h"

#define LABEL_COLUMNS 13

#define OPEN_JOBS (1u << JOB_NEW | 1u << JOB_PENDING | 1u << JOB_PROCESSING)
#define USELESS_JOBS (1u << JOB_FAILED | 1u << JOB_NOT_FOUND | 1u << JOB_ERROR)
#define ALL_JOBS ((1u << JOB_STATUS_COUNT) - 1)

/* ---- for people ---- */

static void print_line(const char *label, const char *text)
{
    printf("%-*s%s\n", LABEL_COLUMNS, label, text ? text : "");
}

/* A count under the others, their ends in one column on a terminal. */
static void print_count(const struct terminal *terminal, const char *label, enum tint tint, uint64_t n, int width)
{
    struct strbuf figure = {0};
    struct strbuf shown = {0};
    struct strbuf line = {0};
    figure_append_count(&figure, n, terminal->is);
    strbuf_printf(&shown, "%*s", width, figure.bytes ? figure.bytes : "");
    terminal_paint(&line, terminal, n > 0 ? tint : TINT_DIM, shown.bytes ? shown.bytes : "");
    print_line(label, line.bytes);
    strbuf_free(&figure);
    strbuf_free(&shown);
    strbuf_free(&line);
}

static void print_jobs(const struct terminal *terminal, const struct glance *glance)
{
    static const enum tint tints[JOB_STATUS_COUNT] = {
        [JOB_NEW] = TINT_OPEN,       [JOB_PENDING] = TINT_OPEN, [JOB_PROCESSING] = TINT_OPEN,
        [JOB_COMPLETED] = TINT_GOOD, [JOB_FAILED] = TINT_BAD,   [JOB_NOT_FOUND] = TINT_BAD,
        [JOB_ERROR] = TINT_BAD,
    };
    char label[32];
    struct strbuf total = {0};
    figure_append_count(&total, glance_jobs(glance, ALL_JOBS), terminal->is);
    print_line("jobs", total.bytes);
    for (int i = 0; i < JOB_STATUS_COUNT; i++) {
        snprintf(label, sizeof label, "  %s", job_status_name((enum job_status)i));
        print_count(terminal, label, tints[i], glance->jobs[i], terminal->is ? (int)total.len : 0);
    }
    strbuf_free(&total);
}

static void print_oldest(const struct glance *glance, struct timestamp now)
{
    char since[TIMESTAMP_TEXT_MAX];
    struct strbuf line = {0};
    bool created = glance->oldest_created_at.len > 0;
    if (glance->oldest_id.len == 0)
        return;
    timestamp_format((struct timestamp){glance->oldest_since, 0}, since);
    strbuf_printf(&line, "%s, %s %s", glance->oldest_id.bytes, created ? "created" : "first seen",
                  created ? glance->oldest_created_at.bytes : since);
    if (now.sec > glance->oldest_since) {
        strbuf_puts(&line, ", ");
        figure_append_duration(&line, now.sec - glance->oldest_since);
        strbuf_puts(&line, " ago");
    }
    print_line("oldest open", line.bytes);
    strbuf_free(&line);
}

static void print_glance(const struct cli *cli, const struct terminal *terminal, const struct glance *glance)
{
    char cost[DECIMAL_TEXT_MAX];
    char name[256];
    struct strbuf money = {0};
    decimal_format_money(glance->cost_nano, cost);
    figure_append(&money, cost, terminal->is);
    strbuf_puts(&money, " CHF");
    print_line("ledger", text_printable(text_of(cli->settings.db), 120, name, sizeof name));
    print_jobs(terminal, glance);
    print_line("cost", money.bytes);
    print_oldest(glance, clock_now(&cli->settings.clock));
    if (glance->digest.len > 0) {
        print_line("digest", glance->digest.bytes);
        printf("%-*sof all answers up to run %" PRId64 "\n", LABEL_COLUMNS, "", glance->digest_run);
    }
    strbuf_free(&money);
}

/* What a person would do now. */
static void print_next(const struct glance *glance)
{
    bool open = glance_jobs(glance, OPEN_JOBS) > 0;
    putchar('\n');
    if (glance_jobs(glance, ALL_JOBS) == 0)
        print_line("next", "jobledger ingest FILE.csv");
    else
        print_line("next", open ? "jobledger fetch" : "jobledger export all -o reports");
    if (glance_jobs(glance, USELESS_JOBS) > 0)
        print_line("see", "jobledger export failures");
}

/* The columns of the query, by which the runs are read. */
enum run_column {
    RUN_ID,
    RUN_STARTED,
    RUN_ENDED,
    RUN_REQUESTS,
    RUN_RESOLVED,
    RUN_COMPLETED,
    RUN_FAILED,
    RUN_NOT_FOUND,
    RUN_ERRORS,
    RUN_STILL_OPEN,
    RUN_RETRIES,
    RUN_LIMITED,
    RUN_EXIT_STATUS,
};

/* As they are shown; all of them take WIDE_COLUMNS, those that are not for wide terminals alone fit 80. */
static const struct run_figure {
    const char *head;
    enum run_column column;
    int width;
    bool wide;
} run_figures[] = {
    {"requests", RUN_REQUESTS, 10, false},  {"retries", RUN_RETRIES, 8, true},
    {"429", RUN_LIMITED, 6, true},          {"resolved", RUN_RESOLVED, 10, false},
    {"completed", RUN_COMPLETED, 10, true}, {"failed", RUN_FAILED, 8, true},
    {"not found", RUN_NOT_FOUND, 10, true}, {"errors", RUN_ERRORS, 8, true},
    {"still open", RUN_STILL_OPEN, 11, false},
};
#define WIDE_COLUMNS 134

static void append_took(struct strbuf *line, struct text started, struct text ended)
{
    struct timestamp from;
    struct timestamp to;
    struct strbuf took = {0};
    if (timestamp_parse(started, &from) && timestamp_parse(ended, &to))
        figure_append_duration(&took, to.sec > from.sec ? to.sec - from.sec : 0);
    strbuf_printf(line, "  %-9s", took.bytes ? took.bytes : "(no end)");
    strbuf_free(&took);
}

static void append_run(struct strbuf *line, const struct terminal *terminal, struct store_rows *row)
{
    struct text status = store_text(row, RUN_EXIT_STATUS);
    strbuf_puts(line, store_text(row, RUN_STARTED).bytes);
    append_took(line, store_text(row, RUN_STARTED), store_text(row, RUN_ENDED));
    for (size_t i = 0; i < sizeof run_figures / sizeof run_figures[0]; i++) {
        const struct run_figure *f = &run_figures[i];
        struct strbuf figure = {0};
        if (f->wide && terminal->columns < WIDE_COLUMNS)
            continue;
        figure_append_count(&figure, (uint64_t)store_int(row, f->column), terminal->is);
        strbuf_printf(line, " %*s", f->width, figure.bytes ? figure.bytes : "");
        strbuf_free(&figure);
    }
    strbuf_puts(line, "  ");
    terminal_paint(line, terminal, !status.bytes ? TINT_OPEN : text_is(status, "0") ? TINT_GOOD : TINT_BAD,
                   status.bytes ? status.bytes : "-");
}

static void print_run_heads(const struct terminal *terminal)
{
    printf("\n%-20s  %-9s", "run started", "took");
    for (size_t i = 0; i < sizeof run_figures / sizeof run_figures[0]; i++)
        if (!run_figures[i].wide || terminal->columns >= WIDE_COLUMNS)
            printf(" %*s", run_figures[i].width, run_figures[i].head);
    printf("  exit status\n");
}

static enum result print_runs(struct store *store, const struct terminal *terminal, struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, "queries/status_runs", &rows, err);
    bool more = result == RESULT_OK;
    for (int i = 0; more; i++) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        if (i == 0)
            print_run_heads(terminal);
        struct strbuf line = {0};
        append_run(&line, terminal, rows);
        puts(line.bytes ? line.bytes : "");
        strbuf_free(&line);
    }
    store_rows_free(rows);
    return result;
}

static enum result print_text(const struct cli *cli, struct store *store, const struct glance *glance,
                              struct error *err)
{
    const struct terminal terminal = terminal_of(STDOUT_FILENO);
    print_glance(cli, &terminal, glance);
    enum result result = print_runs(store, &terminal, err);
    if (result == RESULT_OK)
        print_next(glance);
    return result;
}

/* ---- for programs ---- */

/* Members in the order of the columns; times are text, the rest are numbers. */
static enum result runs_as_json(struct store *store, struct strbuf *out, struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, "queries/status_runs", &rows, err);
    bool more = result == RESULT_OK;
    for (int i = 0; more; i++) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        strbuf_puts(out, i == 0 ? "{" : ", {");
        for (int c = 0; c < store_columns(rows); c++) {
            struct text value = store_text(rows, c);
            bool is_time = c == RUN_STARTED || c == RUN_ENDED;
            strbuf_printf(out, "%s\"%s\": ", c ? ", " : "", store_column_name(rows, c));
            if (!value.bytes)
                strbuf_puts(out, "null");
            else if (is_time)
                json_write_string(out, value);
            else
                strbuf_append(out, value.bytes, value.len);
        }
        strbuf_putc(out, '}');
    }
    store_rows_free(rows);
    return result;
}

static enum result print_json(struct store *store, const struct glance *glance, struct error *err)
{
    struct strbuf out = {0};
    char cost[DECIMAL_TEXT_MAX];
    decimal_format_money(glance->cost_nano, cost);
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        strbuf_printf(&out, "%s\"%s\": %" PRIu64, i ? ", " : "{\"jobs\": {", job_status_name((enum job_status)i),
                      glance->jobs[i]);
    strbuf_printf(&out, "}, \"cost_chf_total\": \"%s\", \"oldest_open\": ", cost);
    if (glance->oldest_id.len == 0)
        strbuf_puts(&out, "null");
    else if (glance->oldest_created_at.len == 0)
        strbuf_printf(&out, "{\"job_id\": \"%s\", \"created_at\": null}", glance->oldest_id.bytes);
    else
        strbuf_printf(&out, "{\"job_id\": \"%s\", \"created_at\": \"%s\"}", glance->oldest_id.bytes,
                      glance->oldest_created_at.bytes);
    if (glance->digest.len > 0)
        strbuf_printf(&out, ", \"digest\": {\"run_id\": %" PRId64 ", \"sha256\": \"%s\"}", glance->digest_run,
                      glance->digest.bytes);
    else
        strbuf_puts(&out, ", \"digest\": null");
    strbuf_puts(&out, ", \"runs\": [");
    enum result result = runs_as_json(store, &out, err);
    strbuf_puts(&out, "]}\n");
    if (result == RESULT_OK && out.failed)
        result = error_memory(err);
    if (result == RESULT_OK)
        fwrite(out.bytes, 1, out.len, stdout);
    strbuf_free(&out);
    return result;
}

static enum result print_status(const struct cli *cli, struct store *store, struct error *err)
{
    struct glance glance;
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = glance_read(store, &glance, err);
    if (result == RESULT_OK)
        result = cli->settings.json ? print_json(store, &glance, err) : print_text(cli, store, &glance, err);
    store_snapshot_end(store);
    glance_free(&glance);
    return result;
}

enum result command_status(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    if (cli->settings.argument_count > 0) {
        error_set(&err, RESULT_USAGE, "status takes no arguments; for one job: jobledger show JOB_ID");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    enum result result = ledger_open(cli, STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    result = print_status(cli, ledger.store, &err);
    ledger_close(&ledger);
    return result == RESULT_OK ? result : cli_fail(cli, result, &err);
}
