#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define COMMIT_EVERY_MS 700 /* within the second that the contract gives, with room for the commit itself */

/* Joins the fetcher's ports to the store. */
struct joint {
    struct cli *cli;
    struct store *store;
    int64_t committed_at; /* monotonic, milliseconds */
};

static enum result next_job(void *ctx, struct fetch_job *job, bool *end, struct error *err)
{
    struct joint *joint = ctx;
    return store_next_open(joint->store, &job->key, job->job_id, end, err);
}

static enum result answered(void *ctx, const struct fetch_job *job, const struct answer *answer,
                            const struct reading *reading, unsigned requests, struct error *err)
{
    struct joint *joint = ctx;
    struct timestamp now = clock_now(&joint->cli->settings.clock);
    return store_save(joint->store, job->key, answer, reading, requests, now, err);
}

static enum result abandoned(void *ctx, const struct fetch_job *job, unsigned requests, struct error *err)
{
    struct joint *joint = ctx;
    return store_save_requests(joint->store, job->key, requests, err);
}

static enum result tick(void *ctx, struct error *err)
{
    struct joint *joint = ctx;
    int64_t now = clock_monotonic_ms();
    if (now - joint->committed_at < COMMIT_EVERY_MS)
        return RESULT_OK;
    joint->committed_at = now;
    return store_commit(joint->store, err);
}

static void notice(void *ctx, const char *line)
{
    struct joint *joint = ctx;
    log_line(&joint->cli->log, LOG_WARNING, "%s", line);
}

static bool holds(const struct store_run *run, unsigned fail_on)
{
    const uint64_t *by = run->by_status;
    return ((fail_on & FAIL_ON_FAILED) && by[JOB_FAILED] > 0) ||
           ((fail_on & FAIL_ON_NOT_FOUND) && by[JOB_NOT_FOUND] > 0) ||
           ((fail_on & FAIL_ON_OPEN) && by[JOB_NEW] + by[JOB_PENDING] + by[JOB_PROCESSING] > 0);
}

static void summarise(struct cli *cli, const struct store_run *run)
{
    const uint64_t *by = run->by_status;
    strbuf_printf(&cli->summary,
                  "%s%" PRIu64 " requests, %" PRIu64 " completed, %" PRIu64 " failed, %" PRIu64 " not found, %" PRIu64
                  " errors, %" PRIu64 " still open",
                  cli->summary.len ? "; " : "", run->requests, by[JOB_COMPLETED], by[JOB_FAILED], by[JOB_NOT_FOUND],
                  by[JOB_ERROR], by[JOB_NEW] + by[JOB_PENDING] + by[JOB_PROCESSING]);
    if (run->in_trouble > 0)
        strbuf_printf(&cli->summary, " (%" PRIu64 " without a usable answer, see the report failures)",
                      run->in_trouble);
}

/* The run's row is closed even where the run itself went wrong; a ledger that can't be written says so once. */
static enum result close_run(struct cli *cli, struct store *store, const struct fetch_summary *summary,
                             enum result result)
{
    struct error err;
    struct store_run run = store_run_so_far(store);
    run.requests = summary->requests;
    run.retries = summary->retries;
    run.rate_limited = summary->rate_limited;
    if (run.by_status[JOB_ERROR] > 0 || run.in_trouble > 0 || holds(&run, cli->settings.fail_on))
        result = result_worse(result, RESULT_LOOSE_ENDS);
    enum result end = store_run_end(store, &run, result, clock_now(&cli->settings.clock), &err);
    if (end != RESULT_OK && result != RESULT_LEDGER)
        cli_fail(cli, end, &err);
    summarise(cli, &run);
    return result_worse(result, end);
}

enum result fetch_open_jobs(struct cli *cli, struct store *store, const char *key)
{
    struct error err;
    struct joint joint = {.cli = cli, .store = store, .committed_at = clock_monotonic_ms()};
    struct fetch_ports ports = {&joint, next_job, answered, abandoned, tick, notice};
    struct fetch_options options = cli->settings.fetch;
    struct fetch_summary summary = {0};
    struct timestamp now = clock_now(&(struct clock){0});
    bool ever = false;
    options.key = key;
    options.clock = &cli->settings.clock;
    options.signal = cli->signal;
    options.seed = (uint64_t)now.sec * UINT64_C(1000000007) ^ (uint64_t)now.nsec ^ (uint64_t)getpid() << 32;
    enum result result = store_ever_resolved(store, &ever, &err);
    options.nothing_resolved_yet = !ever;
    if (result == RESULT_OK)
        result = store_run_begin(store, clock_now(&cli->settings.clock), &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = fetch_run(&options, &ports, &summary, &err);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    return close_run(cli, store, &summary, result);
}

enum result command_fetch(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    char *key = NULL;
    if (cli->settings.argument_count > 0) {
        error_set(&err, RESULT_USAGE, "fetch takes no arguments: it asks for every open job in the ledger");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    /* Both are looked at, so that the status is the one that comes first where neither will do. */
    enum result result = key_load(cli->settings.api_key_file, &key, &err);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    result = result_worse(result, ledger_open(cli, STORE_WRITE, &ledger));
    if (result == RESULT_OK) {
        result = fetch_open_jobs(cli, ledger.store, key);
        cli_summary(cli, result);
    }
    ledger_close(&ledger);
    key_free(key);
    return result;
}
