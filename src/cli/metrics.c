#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "decimal.h"
#include "file.h"
#include "glance.h"

/* What is told. Times are seconds since 1970-01-01T00:00:00Z. */
struct metrics {
    bool has_ledger; /* it could be read; else nothing but the outcome is known */
    struct glance glance;
    int64_t now;

    bool has_fetch;
    int64_t fetch_started_at;
    int64_t requests;
    int64_t retries;
    int64_t rate_limited;

    bool has_outcome;
    int64_t started_at;
    int64_t ended_at;
    int64_t exit_status;
    int64_t succeeded_at; /* 0: never */
};

/* ---- what the ledger knows ---- */

static enum result read_row(struct store *store, const char *query, int64_t *const *values, size_t n, bool *found,
                            struct error *err)
{
    struct store_rows *rows;
    enum result result = store_query(store, query, &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, found, err);
    for (size_t i = 0; result == RESULT_OK && *found && i < n; i++)
        *values[i] = store_int(rows, (int)i);
    store_rows_free(rows);
    return result;
}

static enum result read_ledger(struct store *store, struct metrics *m, struct error *err)
{
    int64_t *const fetch[] = {&m->fetch_started_at, &m->requests, &m->retries, &m->rate_limited};
    int64_t *const outcome[] = {&m->started_at, &m->ended_at, &m->exit_status, &m->succeeded_at};
    enum result result = store_snapshot_begin(store, err);
    if (result != RESULT_OK)
        return result;
    result = glance_read(store, &m->glance, err);
    if (result == RESULT_OK)
        result = read_row(store, "queries/metrics_fetch", fetch, 4, &m->has_fetch, err);
    if (result == RESULT_OK)
        result = read_row(store, "queries/metrics_outcome", outcome, 4, &m->has_outcome, err);
    m->has_ledger = result == RESULT_OK;
    store_snapshot_end(store);
    return result;
}

/* ---- the text ---- */

static void add_family(struct strbuf *out, const char *name, const char *help)
{
    strbuf_printf(out, "# HELP jobledger_%s %s\n# TYPE jobledger_%s gauge\n", name, help, name);
}

static void add_gauge(struct strbuf *out, const char *name, int64_t value, const char *help)
{
    add_family(out, name, help);
    strbuf_printf(out, "jobledger_%s %" PRId64 "\n", name, value);
}

static void add_jobs(struct strbuf *out, const struct metrics *m)
{
    char cost[DECIMAL_TEXT_MAX];
    int64_t since = m->glance.oldest_since;
    bool open = m->glance.oldest_id.len > 0;
    add_family(out, "jobs", "Jobs in the ledger by state.");
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        strbuf_printf(out, "jobledger_jobs{status=\"%s\"} %" PRIu64 "\n", job_status_name((enum job_status)i),
                      m->glance.jobs[i]);
    decimal_format_money(m->glance.cost_nano, cost);
    add_family(out, "cost_chf", "What the jobs in the ledger cost in all, in CHF.");
    strbuf_printf(out, "jobledger_cost_chf %s\n", cost);
    add_gauge(out, "oldest_open_job_age_seconds", open && m->now > since ? m->now - since : 0,
              "Age of the oldest open job when this was written; 0 where none is open.");
    if (open)
        add_gauge(out, "oldest_open_job_timestamp_seconds", since,
                  "When the oldest open job was created, or first seen where that is unknown.");
}

static void add_fetch(struct strbuf *out, const struct metrics *m)
{
    add_gauge(out, "last_fetch_start_timestamp_seconds", m->fetch_started_at, "When the last fetch began.");
    add_gauge(out, "last_fetch_requests", m->requests, "Requests that the last fetch sent.");
    add_gauge(out, "last_fetch_retries", m->retries, "Requests of the last fetch beyond a job's first.");
    add_gauge(out, "last_fetch_rate_limited", m->rate_limited, "Answers 429 to the last fetch.");
}

static void add_outcome(struct strbuf *out, const struct metrics *m)
{
    add_gauge(out, "last_run_start_timestamp_seconds", m->started_at, "When the last fetch or run began.");
    add_gauge(out, "last_run_end_timestamp_seconds", m->ended_at, "When the last fetch or run ended.");
    add_gauge(out, "last_run_duration_seconds", m->ended_at > m->started_at ? m->ended_at - m->started_at : 0,
              "How long the last fetch or run took.");
    add_gauge(out, "last_run_exit_status", m->exit_status, "Exit status of the last fetch or run.");
}

static void add_all(struct strbuf *out, const struct metrics *m)
{
    if (m->has_ledger)
        add_jobs(out, m);
    if (m->has_fetch)
        add_fetch(out, m);
    if (m->has_outcome)
        add_outcome(out, m);
    if (m->has_ledger || m->succeeded_at > 0)
        add_gauge(out, "last_success_timestamp_seconds", m->succeeded_at,
                  "When the last fetch or run that ended with status 0 ended; 0: never.");
}

/* ---- */

static enum result write_text(const char *path, const struct strbuf *text, struct error *err)
{
    struct atomic_file *file;
    if (text->failed)
        return error_memory(err);
    enum result result = atomic_file_open(path, &file, err);
    if (result != RESULT_OK)
        return result;
    if (text->bytes)
        fwrite(text->bytes, 1, text->len, atomic_file_stream(file));
    return atomic_file_commit(file, err);
}

static void take_own(struct metrics *m, const struct store_outcome *own)
{
    m->has_outcome = true;
    m->started_at = own->started_at.sec;
    m->ended_at = own->ended_at.sec;
    m->exit_status = own->exit_status;
    if (own->exit_status == 0)
        m->succeeded_at = own->ended_at.sec;
}

enum result metrics_write(struct cli *cli, const struct store_outcome *own)
{
    struct error err;
    struct store *store = NULL;
    struct strbuf text = {0};
    struct metrics m = {.now = clock_now(&cli->settings.clock).sec};
    enum result result = store_open(cli->settings.db, STORE_READ, ledger_reader(), &store, &err);
    if (result == RESULT_OK)
        result = read_ledger(store, &m, &err);
    /* What went wrong has said so, and the file shall not go on telling of the night before. */
    if (own && own->exit_status > RESULT_LOOSE_ENDS)
        result = RESULT_OK;
    if (own)
        take_own(&m, own);
    add_all(&text, &m);
    if (result == RESULT_OK)
        result = write_text(cli->settings.metrics, &text, &err);
    store_close(store);
    glance_free(&m.glance);
    strbuf_free(&text);
    return result == RESULT_OK ? result : cli_fail(cli, result, &err);
}
