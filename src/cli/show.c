#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* Text from outside, escaped; a missing one as a dash. */
static void print_text(const char *before, struct text t, const char *after)
{
    struct strbuf shown = {0};
    text_escape(&shown, t, 0);
    printf("%s%s%s", before, t.bytes ? (shown.bytes ? shown.bytes : "") : "-", after);
    strbuf_free(&shown);
}

static enum result open_query(struct store *store, const char *name, struct text job_id, struct store_rows **rows,
                              struct error *err)
{
    enum result result = store_query(store, name, rows, err);
    return result == RESULT_OK ? store_bind_text(*rows, 1, job_id, err) : result;
}

static enum result print_job(struct store *store, struct text job_id, bool *found, struct error *err)
{
    struct store_rows *rows;
    *found = false;
    enum result result = open_query(store, "queries/show_job", job_id, &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, found, err);
    for (int i = 0; *found && i < store_columns(rows); i++) {
        struct text value = store_text(rows, i);
        if (!value.bytes)
            continue;
        printf("%-16s", store_column_name(rows, i));
        print_text("", value, "\n");
    }
    store_rows_free(rows);
    return result;
}

static enum result print_sources(struct store *store, struct text job_id, struct error *err)
{
    struct store_rows *rows;
    int64_t last = 0;
    enum result result = open_query(store, "queries/show_sources", job_id, &rows, err);
    bool more = result == RESULT_OK;
    while (more) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        if (store_int(rows, 0) != last) {
            print_text("\nsource ", store_text(rows, 1), "");
            printf(", line %" PRId64 ", ingested %s\n", store_int(rows, 2), store_text(rows, 3).bytes);
        }
        last = store_int(rows, 0);
        if (!store_text(rows, 4).bytes)
            continue;
        printf("  %s ", store_text(rows, 4).bytes);
        print_text("", store_text(rows, 5), " = ");
        print_text("", store_text(rows, 6), "\n");
    }
    store_rows_free(rows);
    return result;
}

static enum result print_anomalies(struct store *store, struct text job_id, struct error *err)
{
    struct store_rows *rows;
    enum result result = open_query(store, "queries/show_anomalies", job_id, &rows, err);
    bool more = result == RESULT_OK;
    while (more) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        printf("\nanomaly %s: %s", store_text(rows, 0).bytes, store_text(rows, 1).bytes);
        if (store_text(rows, 2).len > 0)
            print_text(": ", store_text(rows, 2), "");
        putchar('\n');
    }
    store_rows_free(rows);
    return result;
}

/* Line by line, so that a document that was sent with line ends stays readable. */
static void print_body(struct text body)
{
    while (body.len > 0) {
        const char *end = memchr(body.bytes, '\n', body.len);
        size_t len = end ? (size_t)(end - body.bytes) : body.len;
        print_text("  ", (struct text){body.bytes, len}, "\n");
        len += end != NULL;
        body.bytes += len;
        body.len -= len;
    }
}

static enum result print_answers(struct store *store, struct text job_id, struct error *err)
{
    struct store_rows *rows;
    enum result result = open_query(store, "queries/show_answers", job_id, &rows, err);
    bool more = result == RESULT_OK;
    while (more) {
        result = store_next(rows, &more, err);
        if (!more)
            break;
        printf("\n%s %s, HTTP %" PRId64, store_text(rows, 0).bytes, store_text(rows, 1).bytes, store_int(rows, 2));
        if (store_text(rows, 3).bytes)
            print_text(", request ID ", store_text(rows, 3), "");
        if (store_int(rows, 4) > 1)
            printf(", seen %" PRId64 " times", store_int(rows, 4));
        if (store_text(rows, 5).bytes)
            printf(", SHA-256 %s", store_text(rows, 5).bytes);
        if (store_text(rows, 7).bytes)
            printf(", %" PRId64 " bytes, pruned %s", store_int(rows, 8), store_text(rows, 7).bytes);
        putchar('\n');
        print_body(store_text(rows, 6));
    }
    store_rows_free(rows);
    return result;
}

static enum result show(struct store *store, struct text job_id, struct error *err)
{
    bool found;
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = print_job(store, job_id, &found, err);
    if (result == RESULT_OK && !found) {
        char shown[300];
        result = error_set(err, RESULT_LOOSE_ENDS, "%s: no such job in the ledger",
                           text_printable(job_id, 80, shown, sizeof shown));
    }
    if (result == RESULT_OK)
        result = print_sources(store, job_id, err);
    if (result == RESULT_OK)
        result = print_anomalies(store, job_id, err);
    if (result == RESULT_OK)
        result = print_answers(store, job_id, err);
    store_snapshot_end(store);
    return result;
}

enum result command_show(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    if (cli->settings.argument_count != 1) {
        error_set(&err, RESULT_USAGE, "show needs one job ID: jobledger show JOB_ID");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    enum result result = ledger_open(cli, STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    result = show(ledger.store, text_of(cli->settings.arguments[0]), &err);
    ledger_close(&ledger);
    return result == RESULT_OK ? result : cli_fail(cli, result, &err);
}
