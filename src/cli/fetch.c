#include <inttypes.h>
#include <unistd.h>

#include "joint.h"

static bool holds(const struct store_run *run, uint64_t stale, unsigned fail_on)
{
    const uint64_t *by = run->by_status;
    return ((fail_on & FAIL_ON_STALE) && stale > 0) ||
           ((fail_on & FAIL_ON_FAILED) && by[JOB_FAILED] > 0) ||
           ((fail_on & FAIL_ON_NOT_FOUND) && by[JOB_NOT_FOUND] > 0) ||
           ((fail_on & FAIL_ON_OPEN) && store_run_open(run) > 0);
}

/* How many open jobs of the ledger, or of the source, are older than they should be; where nobody asks, 0. */
static enum result count_stale(struct joint *joint, uint64_t *stale, struct error *err)
{
    const struct settings *s = &joint->cli->settings;
    struct store_filter filter = {.threshold_nano = STORE_THRESHOLD, .source = s->selection.source,
                                  .stale_after_ms = s->filter.stale_after_ms,
                                  .now = {true, clock_now(&s->clock)}};
    struct store_rows *rows;
    bool more = true;
    *stale = 0;
    if (!(s->fail_on & FAIL_ON_STALE) && filter.stale_after_ms == 0)
        return RESULT_OK;
    enum result result = store_look(joint->store, &filter, err);
    if (result == RESULT_OK)
        result = store_query(joint->store, "queries/stale_count", &rows, err);
    if (result != RESULT_OK)
        return result;
    result = store_next(rows, &more, err);
    if (result == RESULT_OK && more)
        *stale = (uint64_t)store_int(rows, 0);
    store_rows_free(rows);
    filter = STORE_FILTER_DEFAULT;
    return result == RESULT_OK ? store_look(joint->store, &filter, err) : result;
}

static void add_summary(struct cli *cli, const struct store_run *run, uint64_t stale)
{
    const uint64_t *by = run->by_status;
    cli_count(cli, cli->summary.len ? "; " : "", run->requests, "requests");
    cli_count(cli, ", ", by[JOB_COMPLETED], "completed");
    cli_count(cli, ", ", by[JOB_FAILED], "failed");
    cli_count(cli, ", ", by[JOB_NOT_FOUND], "not found");
    cli_count(cli, ", ", by[JOB_ERROR], "errors");
    cli_count(cli, ", ", store_run_open(run), "still open");
    if (run->in_trouble > 0)
        cli_count(cli, " (", run->in_trouble, "without a usable answer, see the report failures)");
    if (stale > 0)
        cli_count(cli, "; ", stale, "stale, see the report stale");
}

/* Says why jobs that were asked for were not reached, and when to go on: those are loose ends. */
static enum result explain_end(const struct joint *joint, enum fetch_end end, const struct store_run *run)
{
    struct log *log = &joint->cli->log;
    uint64_t unfinished = run->by_status[JOB_PENDING] + run->by_status[JOB_PROCESSING];
    uint64_t unasked = joint->total > joint->done ? joint->total - joint->done : 0;
    char day[TIMESTAMP_TEXT_MAX];
    switch (end) {
    case FETCH_OUT_OF_BUDGET:
        timestamp_format((struct timestamp){(joint->day + 1) * 86400, 0}, day);
        log_line(log, LOG_WARNING, "--daily-limit %d is used up; go on after %s, the rest stays open",
                 joint->cli->settings.daily_limit, day);
        return RESULT_LOOSE_ENDS;
    case FETCH_OUT_OF_TIME:
        if (unasked == 0 && (unfinished == 0 || !joint->schedule))
            return RESULT_OK;
        log_line(log, LOG_WARNING, "--max-time is over or would be before the API's limit allows more; %" PRIu64
                 " jobs stay open, the next run goes on with them", unasked + unfinished);
        return RESULT_LOOSE_ENDS;
    case FETCH_DONE:
        if (!joint->schedule || unfinished == 0)
            return RESULT_OK;
        log_line(log, LOG_WARNING, "--wait is over; %" PRIu64 " jobs are still pending or processing", unfinished);
        return RESULT_LOOSE_ENDS;
    }
    return RESULT_OK;
}

static struct fetch_quota quota_of(const struct store_limit *limit)
{
    return (struct fetch_quota){true,          limit->requests, limit->remaining, limit->stated_at,
                                limit->reset_at, limit->refill_per_day};
}

static enum result save_quota(struct joint *joint, const struct fetch_quota *quota, struct error *err)
{
    if (!quota->known)
        return RESULT_OK;
    struct store_limit limit = {quota->limit, quota->remaining, quota->stated_at, quota->reset_at,
                                quota->refill_per_day};
    return store_limit_save(joint->store, joint->cli->settings.fetch.base_url, &limit, err);
}

/* The run's row is closed even where the run itself went wrong; a ledger that can't be written says so once. */
static enum result close_run(struct joint *joint, const struct fetch_summary *summary, enum result result)
{
    struct error err;
    struct cli *cli = joint->cli;
    struct store_run run = store_run_so_far(joint->store);
    run.requests = summary->requests;
    run.retries = summary->retries;
    run.rate_limited = summary->rate_limited;
    if (result == RESULT_OK)
        result = explain_end(joint, summary->end, &run);
    uint64_t stale = 0;
    enum result end = count_stale(joint, &stale, &err);
    if (run.by_status[JOB_ERROR] > 0 || run.in_trouble > 0 || holds(&run, stale, cli->settings.fail_on))
        result = result_worse(result, RESULT_LOOSE_ENDS);
    if (end == RESULT_OK)
        end = save_quota(joint, &summary->quota, &err);
    if (end == RESULT_OK)
        end = store_run_end(joint->store, &run, result, clock_now(&cli->settings.clock), &err);
    if (end != RESULT_OK && result != RESULT_LEDGER)
        cli_fail(cli, end, &err);
    /* Where no request could be made at all, the error has said it. */
    if (run.requests > 0 || result != RESULT_API)
        add_summary(cli, &run, stale);
    return result_worse(result, end);
}

static enum result prepare(struct joint *joint, struct fetch_options *options, struct error *err)
{
    bool ever = false;
    struct store_limit limit;
    enum result result = store_ever_resolved(joint->store, &ever, err);
    options->nothing_resolved_yet = !ever;
    if (result == RESULT_OK)
        result = store_limit_load(joint->store, options->base_url, &limit, &options->quota.known, err);
    if (result == RESULT_OK && options->quota.known)
        options->quota = quota_of(&limit);
    return result;
}

/* About how long n requests take at the rate that is asked for or known of the server; 0: unknown. */
static int64_t minutes_for(const struct fetch_options *options, uint64_t n)
{
    const struct fetch_rate *rate = &options->rate;
    const struct fetch_quota *quota = &options->quota;
    if (rate->kind == FETCH_RATE_FIXED)
        return (int64_t)(n / (uint64_t)rate->requests * (uint64_t)rate->period_ms / 60000) + 1;
    if (rate->kind == FETCH_RATE_AUTO && quota->known && quota->refill_per_day > 0)
        return (int64_t)(n * 1440 / (uint64_t)quota->refill_per_day) + 1;
    return 0;
}

static void estimate(struct cli *cli, const struct joint *joint, const struct fetch_options *options)
{
    struct strbuf *out = &cli->summary;
    int64_t minutes = minutes_for(options, joint->total);
    strbuf_printf(out, "(dry run) %" PRIu64 " jobs would be asked for, with as many requests or more", joint->total);
    if (minutes > 0)
        strbuf_printf(out, ", in about %" PRId64 " min", minutes);
    if (options->quota.known && options->quota.limit > 0)
        strbuf_printf(out, "; the server last stated %" PRId64 " of %" PRId64 " requests left",
                      options->quota.remaining, options->quota.limit);
    strbuf_printf(out, "; %" PRIu64 " requests were sent today", joint->spent);
    if (cli->settings.daily_limit > 0)
        strbuf_printf(out, " of the %d of --daily-limit", cli->settings.daily_limit);
}

static enum result fetch_with(struct joint *joint, struct fetch_options *options)
{
    struct error err;
    struct cli *cli = joint->cli;
    struct fetch_summary summary = {0};
    struct fetch_ports ports = joint_ports(joint);
    enum result result = prepare(joint, options, &err);
    if (result == RESULT_OK && cli->settings.dry_run) {
        estimate(cli, joint, options);
        return RESULT_OK;
    }
    if (result == RESULT_OK)
        result = store_run_begin(joint->store, clock_now(&cli->settings.clock), &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = fetch_run(options, &ports, &summary, &err);
    progress_end(&joint->progress);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    return close_run(joint, &summary, result);
}

enum result fetch_jobs(struct cli *cli, struct store *store, const char *key)
{
    struct error err;
    struct joint joint;
    struct fetch_options options = cli->settings.fetch;
    struct timestamp now = clock_now(&(struct clock){0});
    options.key = key;
    options.clock = &cli->settings.clock;
    options.signal = cli->signal;
    options.seed = (uint64_t)now.sec * UINT64_C(1000000007) ^ (uint64_t)now.nsec ^ (uint64_t)getpid() << 32;
    enum result result = joint_open(&joint, cli, store, &err);
    if (result == RESULT_OK)
        result = fetch_with(&joint, &options);
    else
        cli_fail(cli, result, &err);
    joint_close(&joint);
    return result;
}

enum result command_fetch(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    char *key = NULL;
    enum result result = RESULT_OK;
    if (cli->settings.argument_count > 0) {
        error_set(&err, RESULT_USAGE,
                  "fetch takes no arguments: it asks for every open job in the ledger, or for --job ID");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    /* Both are looked at, so that the status is the one that comes first where neither will do. */
    result = settings_filter(cli, &err);
    if (result == RESULT_OK && !cli->settings.dry_run)
        result = key_load(cli->settings.api_key_file, &key, &err);
    if (result != RESULT_OK)
        cli_fail(cli, result, &err);
    result = result_worse(result, ledger_open(cli, STORE_WRITE, &ledger));
    if (result == RESULT_OK) {
        result = fetch_jobs(cli, ledger.store, key);
        cli_summary(cli, result);
    }
    result = ledger_end(cli, &ledger, result);
    key_free(key);
    return result;
}
