#include "joint.h"

#include "terminal.h"

#define COMMIT_EVERY_MS 700 /* within the second that the contract gives, with room for the commit itself */
#define SECONDS_PER_DAY 86400
#define ASK_LATER_MS 60000  /* while answers are under way: the fetcher looks again after each of them anyway */

static struct timestamp now_of(const struct joint *joint)
{
    return clock_now(&joint->cli->settings.clock);
}

static bool wait_is_over(const struct joint *joint, int64_t now_ms)
{
    int64_t wait_ms = joint->cli->settings.wait_ms;
    return wait_ms > 0 && now_ms - joint->started_ms >= wait_ms;
}

/* Unfinished jobs are asked again when their time has come, as long as anybody waits. */
static enum result next_due(struct joint *joint, struct fetch_job *job, int64_t *wait_ms, struct error *err)
{
    int64_t now_ms = clock_monotonic_ms();
    *wait_ms = FETCH_NO_MORE;
    if (!joint->schedule || wait_is_over(joint, now_ms))
        return RESULT_OK;
    enum result result = store_next_due(joint->store, now_ms, &job->key, job->job_id, wait_ms, err);
    int64_t limit_ms = joint->cli->settings.wait_ms;
    if (*wait_ms > 0 && limit_ms > 0 && now_ms + *wait_ms >= joint->started_ms + limit_ms)
        *wait_ms = -1;
    if (*wait_ms < 0)
        *wait_ms = joint->under_way > 0 ? ASK_LATER_MS : FETCH_NO_MORE;
    return result;
}

static enum result next_job(void *ctx, struct fetch_job *job, int64_t *wait_ms, struct error *err)
{
    struct joint *joint = ctx;
    bool end = true;
    enum result result = RESULT_OK;
    *wait_ms = 0;
    if (joint->begun < joint->total)
        result = store_next_job(joint->store, &job->key, job->job_id, &end, err);
    if (result == RESULT_OK && end) {
        joint->total = joint->begun; /* some were resolved since they were counted */
        result = next_due(joint, job, wait_ms, err);
    } else {
        joint->begun++;
    }
    joint->under_way += result == RESULT_OK && *wait_ms == 0;
    return result;
}

static bool spend(void *ctx)
{
    struct joint *joint = ctx;
    int64_t day = now_of(joint).sec / SECONDS_PER_DAY;
    if (day != joint->day) {
        joint->day = day;
        joint->spent = 0;
    }
    int limit = joint->cli->settings.daily_limit;
    if (limit > 0 && joint->spent >= (uint64_t)limit)
        return false;
    joint->spent++;
    store_count_request(joint->store, day);
    return true;
}

static int64_t milliseconds_between(struct timestamp from, struct timestamp to)
{
    return (to.sec - from.sec) * 1000 + (to.nsec - from.nsec) / 1000000;
}

static enum result schedule_again(struct joint *joint, const struct fetch_job *job, const struct reading *reading,
                                  struct error *err)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t age_ms = reading->created_at.known ? milliseconds_between(reading->created_at.at, now_of(joint))
                                               : now_ms - joint->started_ms;
    int64_t wait_ms = fetch_schedule_wait(joint->schedule, reading->model_used, age_ms > 0 ? age_ms : 0);
    return store_set_due(joint->store, job->key, now_ms + wait_ms, err);
}

static enum result answered(void *ctx, const struct fetch_job *job, const struct answer *answer,
                            const struct reading *reading, unsigned requests, struct error *err)
{
    struct joint *joint = ctx;
    enum job_status after;
    joint->under_way--;
    joint->done++;
    enum result result = store_save(joint->store, job->key, answer, reading, requests, now_of(joint), &after, err);
    if (result != RESULT_OK || !joint->schedule)
        return result;
    if (after == JOB_PENDING || after == JOB_PROCESSING)
        return schedule_again(joint, job, reading, err);
    if (after == JOB_COMPLETED && reading->created_at.known && reading->completed_at.known) {
        int64_t took_ms = milliseconds_between(reading->created_at.at, reading->completed_at.at);
        if (took_ms >= 0)
            fetch_schedule_learn(joint->schedule, reading->model_used, took_ms);
    }
    return RESULT_OK;
}

static enum result abandoned(void *ctx, const struct fetch_job *job, unsigned requests, struct error *err)
{
    struct joint *joint = ctx;
    joint->under_way--;
    return store_save_requests(joint->store, job->key, requests, err);
}

/* Only what there is, so that most of it finds room in a narrow window. */
static void add_outcome(struct strbuf *out, const struct progress *progress, uint64_t n, const char *what)
{
    if (n == 0)
        return;
    strbuf_puts(out, out->len > 0 ? "  " : "");
    figure_append_count(out, n, progress->draws);
    strbuf_printf(out, " %s", what);
}

static void show_progress(struct joint *joint)
{
    struct store_run run = store_run_so_far(joint->store);
    const uint64_t *by = run.by_status;
    struct strbuf more = {0};
    uint64_t resolved = by[JOB_COMPLETED] + by[JOB_FAILED] + by[JOB_NOT_FOUND] + by[JOB_ERROR];
    uint64_t open = store_run_open(&run);
    add_outcome(&more, &joint->progress, by[JOB_COMPLETED], "completed");
    add_outcome(&more, &joint->progress, by[JOB_FAILED], "failed");
    add_outcome(&more, &joint->progress, by[JOB_NOT_FOUND], "not found");
    add_outcome(&more, &joint->progress, by[JOB_ERROR], "errors");
    add_outcome(&more, &joint->progress, open, "open");
    /* Who waits for the unfinished counts only what is finished. */
    progress_show(&joint->progress, joint->schedule ? resolved : resolved + open, joint->total, "jobs",
                  more.bytes ? more.bytes : "");
    strbuf_free(&more);
}

static enum result tick(void *ctx, struct error *err)
{
    struct joint *joint = ctx;
    int64_t now_ms = clock_monotonic_ms();
    if (progress_due(&joint->progress))
        show_progress(joint);
    if (now_ms - joint->committed_ms < COMMIT_EVERY_MS)
        return RESULT_OK;
    joint->committed_ms = now_ms;
    return store_commit(joint->store, err);
}

static void notice(void *ctx, bool warning, const char *line)
{
    struct joint *joint = ctx;
    log_line(&joint->cli->log, warning ? LOG_WARNING : LOG_DETAIL, "%s", line);
}

static enum result learn(struct joint *joint, struct error *err)
{
    struct store_rows *rows;
    joint->schedule = fetch_schedule_new();
    if (!joint->schedule)
        return error_memory(err);
    enum result result = store_query(joint->store, "queries/durations", &rows, err);
    bool more = result == RESULT_OK;
    while (more) {
        result = store_next(rows, &more, err);
        if (more)
            fetch_schedule_learn(joint->schedule, store_text(rows, 0), store_int(rows, 1));
    }
    store_rows_free(rows);
    return result;
}

enum result joint_open(struct joint *joint, struct cli *cli, struct store *store, struct error *err)
{
    const struct settings *s = &cli->settings;
    *joint = (struct joint){.cli = cli, .store = store};
    joint->started_ms = joint->committed_ms = clock_monotonic_ms();
    joint->day = now_of(joint).sec / SECONDS_PER_DAY;
    enum result result = store_select(store, &s->selection, &joint->total, err);
    if (s->limit > 0 && joint->total > (uint64_t)s->limit)
        joint->total = (uint64_t)s->limit;
    if (result == RESULT_OK)
        result = store_requests_of_day(store, joint->day, &joint->spent, err);
    if (result == RESULT_OK && s->wait)
        result = learn(joint, err);
    progress_start(&joint->progress, s->progress, &cli->log, "fetch");
    return result;
}

void joint_close(struct joint *joint)
{
    progress_end(&joint->progress);
    fetch_schedule_free(joint->schedule);
    joint->schedule = NULL;
}

struct fetch_ports joint_ports(struct joint *joint)
{
    return (struct fetch_ports){joint, next_job, spend, answered, abandoned, tick, notice};
}
