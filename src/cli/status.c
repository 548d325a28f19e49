#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "decimal.h"
#include "json.h"

#define COST_TOTAL_MAX_CHF INT64_C(9000000000) /* as in the reports */

/* What status tells of the jobs; the runs are read as they are printed. */
struct glance {
    uint64_t jobs[JOB_STATUS_COUNT];
    int64_t cost_nano;
    struct strbuf oldest_id; /* empty: nothing is open */
    struct strbuf oldest_created_at;
    struct strbuf digest; /* of the newest run that is closed; empty: there is none */
    int64_t digest_run;
};

static enum result read_jobs(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, "queries/status_jobs", &rows, err);
    bool more = result == RESULT_OK;
    int64_t chf = 0;
    int64_t rest = 0; /* in 10^-9 CHF, added up apart so that neither can overflow */
    while (more) {
        result = store_next(rows, &more, err);
        enum job_status status;
        if (!more || !job_status_parse(store_text(rows, 0), &status))
            continue;
        glance->jobs[status] = (uint64_t)store_int(rows, 1);
        chf += store_int(rows, 2);
        rest += store_int(rows, 3);
    }
    store_rows_free(rows);
    if (result != RESULT_OK)
        return result;
    chf += rest / DECIMAL_ONE;
    rest %= DECIMAL_ONE;
    if (chf + (rest > 0) > COST_TOTAL_MAX_CHF)
        return error_set(err, RESULT_LEDGER, "the total cost is beyond 9000000000 CHF, more than is added up exactly");
    glance->cost_nano = chf * DECIMAL_ONE + rest;
    return RESULT_OK;
}

static enum result read_oldest(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(store, "queries/status_oldest_open", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    if (more) {
        struct text id = store_text(rows, 0);
        struct text created = store_text(rows, 1);
        strbuf_append(&glance->oldest_id, id.bytes, id.len);
        strbuf_append(&glance->oldest_created_at, created.bytes, created.len);
        if (glance->oldest_id.failed || glance->oldest_created_at.failed)
            result = error_memory(err);
    }
    store_rows_free(rows);
    return result;
}

static enum result read_digest(struct store *store, struct glance *glance, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(store, "queries/status_digest", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    if (more) {
        struct text digest = store_text(rows, 0);
        strbuf_append(&glance->digest, digest.bytes, digest.len);
        glance->digest_run = store_int(rows, 1);
        result = glance->digest.failed ? error_memory(err) : RESULT_OK;
    }
    store_rows_free(rows);
    return result;
}

static void print_glance(const struct cli *cli, const struct glance *glance)
{
    char cost[DECIMAL_TEXT_MAX];
    char name[256];
    uint64_t total = 0;
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        total += glance->jobs[i];
    decimal_format_money(glance->cost_nano, cost);
    printf("ledger       %s\n", text_printable(text_of(cli->settings.db), 120, name, sizeof name));
    printf("jobs         %" PRIu64 "\n", total);
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        printf("  %-11s%" PRIu64 "\n", job_status_name((enum job_status)i), glance->jobs[i]);
    printf("cost         %s CHF\n", cost);
    if (glance->oldest_id.len > 0)
        printf("oldest open  %s, created %s\n", glance->oldest_id.bytes,
               glance->oldest_created_at.len ? glance->oldest_created_at.bytes : "at an unknown time");
    if (glance->digest.len > 0)
        printf("digest       %s (run %" PRId64 ")\n", glance->digest.bytes, glance->digest_run);
}

static enum result print_runs(struct store *store, struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, "queries/status_runs", &rows, err);
    bool more = result == RESULT_OK;
    for (int i = 0; more; i++) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        if (i == 0)
            printf("\n%-20s  %-20s  %8s %8s %10s  %s\n", "run started", "ended", "requests", "resolved", "still open",
                   "exit status");
        struct text ended = store_text(rows, 2);
        struct text status = store_text(rows, 12);
        printf("%-20s  %-20s  %8" PRId64 " %8" PRId64 " %10" PRId64 "  %s\n", store_text(rows, 1).bytes,
               ended.bytes ? ended.bytes : "(not ended)", store_int(rows, 3), store_int(rows, 4), store_int(rows, 9),
               status.bytes ? status.bytes : "-");
    }
    store_rows_free(rows);
    return result;
}

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
            bool is_time = c == 1 || c == 2;
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
    struct glance glance = {0};
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = read_jobs(store, &glance, err);
    if (result == RESULT_OK)
        result = read_oldest(store, &glance, err);
    if (result == RESULT_OK)
        result = read_digest(store, &glance, err);
    if (result == RESULT_OK && cli->settings.json) {
        result = print_json(store, &glance, err);
    } else if (result == RESULT_OK) {
        print_glance(cli, &glance);
        result = print_runs(store, err);
    }
    store_snapshot_end(store);
    strbuf_free(&glance.oldest_id);
    strbuf_free(&glance.oldest_created_at);
    strbuf_free(&glance.digest);
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
