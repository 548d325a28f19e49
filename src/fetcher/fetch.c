#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "loop.h"

#define JOBS_PATH "/v1/documents/jobs/"
#define TOLD_HOLD_MS 10000    /* a person is told of holds as long as this */
#define NO_DEADLINE_MS (INT64_MAX / 2)
#define POLL_MS 100          /* a signal is seen within this */
#define TICK_MS 100          /* with the poll between, well below the 250 ms that are promised */
#define WIND_DOWN_MS 1000    /* for what is under way when a signal comes */
#define TASKS_PER_REQUEST 5  /* one under way, four that wait for a retry */

/* Descriptors: what the program, its ledger, libcurl and the resolver hold besides connections; and for each request a
 * connection, with some to spare for a second address that is tried meanwhile. */
#define FDS_RESERVED 20
#define REQUESTS_IN_FDS(fds) ((fds) / 3 * 2)

static int64_t now_ms(const struct loop *loop)
{
    return loop->transport->now_ms(loop->transport->self);
}

/* RFC 3986, 2.3: what isn't unreserved is spelled as %HH. */
static void job_path(const char *job_id, char *out, size_t size)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t len = sizeof JOBS_PATH - 1;
    memcpy(out, JOBS_PATH, len);
    for (const char *c = job_id; *c != '\0' && len + 4 <= size; c++) {
        if (strchr(unreserved, *c))
            out[len++] = *c;
        else
            len += (size_t)snprintf(out + len, size - len, "%%%02X", (unsigned char)*c);
    }
    out[len] = '\0';
}

/* How many requests wait to be sent, as far as the pace needs to know. */
static int wanted(const struct loop *loop, int64_t now)
{
    int due = 0;
    /* In a heap the first n are in its first n rows. */
    for (size_t i = 0; i < loop->tasks.waiting && i < 1u << QUOTA_WANTED; i++)
        due += loop->tasks.heap[i]->due_ms <= now;
    return due < QUOTA_WANTED ? due : QUOTA_WANTED;
}

/* No request is sent any more; what is under way comes in. */
static void close_run(struct loop *loop, enum fetch_end why)
{
    if (!loop->closing)
        loop->summary->end = why;
    loop->closing = true;
}

static enum result send_request(struct loop *loop, struct task *task)
{
    char path[sizeof JOBS_PATH + 3 * JOB_ID_MAX + 1];
    int64_t now = now_ms(loop);
    if (!loop->ports->spend(loop->ports->ctx)) {
        tasks_wait(&loop->tasks, task, now);
        close_run(loop, FETCH_OUT_OF_BUDGET);
        return RESULT_OK;
    }
    job_path(task->job.job_id, path, sizeof path);
    enum result result = loop->transport->start(loop->transport->self, path, task, loop->err);
    if (result != RESULT_OK)
        return result;
    if (task->requests > 0 && !task->limited)
        loop->summary->retries++;
    task->limited = false;
    task->requests++;
    task->sent_ms = now;
    task->ticket = pace_sent(&loop->pace, now, 1 + wanted(loop, now));
    loop->summary->requests++;
    loop->under_way++;
    return RESULT_OK;
}

/* Milliseconds until a job may be taken from the port. */
static int64_t port_wait(const struct loop *loop, int64_t now)
{
    if (loop->ended || loop->tasks.idle_count == 0 || !doubt_may_begin(&loop->doubt, loop->begun))
        return PACE_NEVER;
    return loop->next_ms > now ? loop->next_ms - now : 0;
}

/* Takes a job from the port, to be sent for at once; *task is NULL where it has none now. */
static enum result take_job(struct loop *loop, struct task **task)
{
    int64_t wait_ms = 0;
    struct task *taken = tasks_take(&loop->tasks);
    enum result result = loop->ports->next(loop->ports->ctx, &taken->job, &wait_ms, loop->err);
    loop->port_failed = result != RESULT_OK;
    *task = result == RESULT_OK && wait_ms == 0 ? taken : NULL;
    if (*task)
        loop->begun++;
    else
        tasks_give_back(&loop->tasks, taken);
    loop->ended = wait_ms == FETCH_NO_MORE;
    if (wait_ms > 0)
        loop->next_ms = now_ms(loop) + wait_ms;
    return result;
}

static bool is_done(const struct loop *loop)
{
    return loop->ended && loop->under_way == 0 && loop->tasks.waiting == 0;
}

/* Milliseconds until there is a job to send a request for. */
static int64_t job_wait(const struct loop *loop, int64_t now)
{
    int64_t port_ms = port_wait(loop, now);
    const struct task *next = tasks_next(&loop->tasks);
    int64_t task_ms = !next ? PACE_NEVER : next->due_ms > now ? next->due_ms - now : 0;
    return port_ms < task_ms ? port_ms : task_ms;
}

/* Milliseconds until a request may and can be sent, where as many are wanted. */
static int64_t send_wait(const struct loop *loop, int64_t now, int count)
{
    int64_t pace_ms = pace_wait(&loop->pace, now, loop->under_way, count);
    int64_t outage_ms = outage_wait(&loop->outage, now);
    int64_t job_ms = job_wait(loop, now);
    int64_t wait_ms = pace_ms > outage_ms ? pace_ms : outage_ms;
    return wait_ms > job_ms ? wait_ms : job_ms;
}

/* The pace keeps requests back only for others that follow: looks whether there are any, so that the last jobs of a run
 * need not wait. */
static enum result look_ahead(struct loop *loop, int64_t now, int *count)
{
    enum result result = RESULT_OK;
    *count = wanted(loop, now);
    while (result == RESULT_OK && *count < QUOTA_WANTED && port_wait(loop, now) == 0) {
        struct task *task;
        result = take_job(loop, &task);
        if (task)
            tasks_wait(&loop->tasks, task, now);
        *count = wanted(loop, now);
    }
    return result;
}

static enum result send_next(struct loop *loop, int64_t now)
{
    const struct task *next = tasks_next(&loop->tasks);
    if (next && next->due_ms <= now)
        return send_request(loop, tasks_wake(&loop->tasks));
    struct task *task;
    enum result result = take_job(loop, &task);
    return task ? send_request(loop, task) : result;
}

/* Nothing is going on that could show whether what was held back counts, and nothing is to come soon: it does. */
static enum result deliver_idle(struct loop *loop)
{
    doubt_gave_up(&loop->doubt);
    enum result result = reply_deliver_kept(loop, &loop->doubt.kept);
    if (result == RESULT_OK)
        result = reply_deliver_kept(loop, &loop->outage.kept);
    loop->next_ms = INT64_MIN;
    return result;
}

static void tell_hold(struct loop *loop, int64_t now, int64_t wait_ms, int count)
{
    enum pace_reason reason = pace_reason(&loop->pace, now, loop->under_way, count);
    if (wait_ms < TOLD_HOLD_MS || now < loop->told_ms || (reason != PACE_REFUSED && reason != PACE_USED_UP))
        return;
    char line[120];
    loop->told_ms = now + wait_ms;
    snprintf(line, sizeof line, "the API%s; going on in %lld s",
             reason == PACE_REFUSED ? " asks to wait" : "'s limit is used up", (long long)(wait_ms + 999) / 1000);
    if (loop->ports->notice)
        loop->ports->notice(loop->ports->ctx, false, line);
}

/* Nothing can be sent for so long. */
static enum result rest(struct loop *loop, int64_t now, int64_t wait_ms, int count)
{
    if (loop->under_way > 0 || wait_ms == PACE_NEVER)
        return RESULT_OK;
    if (loop->tasks.waiting == 0 && loop->next_ms > now && loop->doubt.kept.count + loop->outage.kept.count > 0)
        return deliver_idle(loop);
    if (wait_ms >= loop->deadline_ms - now)
        close_run(loop, FETCH_OUT_OF_TIME);
    else
        tell_hold(loop, now, wait_ms, count);
    return RESULT_OK;
}

/* Sends what may be sent; *poll_ms: how long to wait for answers. */
static enum result send_due(struct loop *loop, int *poll_ms)
{
    enum result result = RESULT_OK;
    *poll_ms = POLL_MS;
    while (result == RESULT_OK && loop->stopped == RESULT_OK && !loop->closing) {
        int64_t now = now_ms(loop);
        int count = QUOTA_WANTED;
        int64_t wait_ms = send_wait(loop, now, count);
        if (wait_ms > 0 && send_wait(loop, now, 1) == 0) {
            result = look_ahead(loop, now, &count);
            wait_ms = send_wait(loop, now, count);
            if (wait_ms >= loop->deadline_ms - now)
                wait_ms = send_wait(loop, now, 1); /* there is nothing to keep one for */
        }
        if (wait_ms > 0) {
            *poll_ms = wait_ms < POLL_MS ? (int)wait_ms : POLL_MS;
            if (result == RESULT_OK && !is_done(loop))
                result = rest(loop, now, wait_ms, count);
            break;
        }
        if (result == RESULT_OK)
            result = send_next(loop, now);
    }
    return result;
}

static enum result tick(struct loop *loop)
{
    int64_t now = now_ms(loop);
    if (now - loop->ticked_ms < TICK_MS)
        return RESULT_OK;
    loop->ticked_ms = now;
    enum result result = loop->ports->tick(loop->ports->ctx, loop->err);
    loop->port_failed = result != RESULT_OK;
    return result;
}

static enum result take_replies(struct loop *loop)
{
    struct reply reply;
    enum result result = RESULT_OK;
    while (result == RESULT_OK && loop->transport->take(loop->transport->self, &reply)) {
        result = reply_handle(loop, &reply);
        if (result == RESULT_OK)
            result = tick(loop);
    }
    return result;
}

static bool is_over(struct loop *loop)
{
    int64_t now = now_ms(loop);
    sig_atomic_t signal = loop->options->signal ? *loop->options->signal : 0;
    if (signal != 0 && loop->stopped == RESULT_OK) {
        loop->stopped = signal == SIGTERM ? RESULT_SIGTERM : RESULT_SIGINT;
        loop->stop_ms = now + WIND_DOWN_MS;
    }
    if (loop->stopped != RESULT_OK)
        return loop->under_way == 0 || now >= loop->stop_ms;
    if (is_done(loop)) {
        loop->summary->end = FETCH_DONE;
        return true;
    }
    if (now >= loop->deadline_ms)
        close_run(loop, FETCH_OUT_OF_TIME);
    return loop->closing && (loop->under_way == 0 || now >= loop->deadline_ms + FETCH_GRACE_MS);
}

static enum result abandon_tasks(struct loop *loop)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < loop->tasks.count; i++) {
        const struct task *task = &loop->tasks.all[i];
        if (task->state != TASK_FREE && task->requests > 0)
            result = reply_abandon(loop, &task->job, task->requests);
    }
    return result;
}

/* What is still held back when the run ends with `why`: delivered where the run came to its end, abandoned where it was
 * cut off. Jobs that gave up did so for good even if a signal came afterwards. */
static enum result settle(struct loop *loop, enum result why)
{
    if (loop->port_failed)
        return why;
    bool undisturbed = why == RESULT_OK && loop->stopped == RESULT_OK;
    bool complete = undisturbed && loop->summary->end == FETCH_DONE;
    enum result result = complete ? reply_deliver_kept(loop, &loop->doubt.kept)
                                  : reply_abandon_kept(loop, &loop->doubt.kept);
    if (result == RESULT_OK)
        result = why == RESULT_OK ? reply_deliver_kept(loop, &loop->outage.kept)
                                  : reply_abandon_kept(loop, &loop->outage.kept);
    if (result == RESULT_OK)
        result = abandon_tasks(loop);
    if (result == RESULT_OK && undisturbed && outage_only_failures(&loop->outage))
        return reply_only_failures(loop);
    if (result == RESULT_OK && loop->stopped != RESULT_OK)
        error_set(loop->err, loop->stopped,
                  "ended by a signal; what was answered is kept, the next run goes on from here");
    return result_worse(result_worse(why, loop->stopped), result);
}

static enum result loop_open(struct loop *loop)
{
    loop->json = json_reader_new();
    loop->kept_json = json_reader_new();
    if (!loop->json || !loop->kept_json)
        return error_memory(loop->err);
    return tasks_make(&loop->tasks, (size_t)loop->options->parallel * TASKS_PER_REQUEST, loop->err);
}

static void loop_close(struct loop *loop)
{
    tasks_free(&loop->tasks);
    kept_clear(&loop->doubt.kept);
    kept_clear(&loop->outage.kept);
    json_reader_free(loop->json);
    json_reader_free(loop->kept_json);
}

enum result fetch_loop(const struct fetch_options *options, const struct fetch_ports *ports,
                       const struct transport *transport, struct fetch_summary *summary, struct error *err)
{
    int64_t start_ms = transport->now_ms(transport->self);
    struct loop loop = {
        .options = options,
        .ports = ports,
        .transport = transport,
        .summary = summary,
        .err = err,
        .jitter = {options->seed},
        .pace = pace_start(&options->rate, options->parallel, start_ms),
        .ticked_ms = start_ms,
        .next_ms = INT64_MIN,
        .told_ms = start_ms,
        .deadline_ms = options->max_time_ms > 0 ? start_ms + options->max_time_ms : NO_DEADLINE_MS,
    };
    *summary = (struct fetch_summary){0};
    pace_recall(&loop.pace, &options->quota, start_ms, clock_now(options->clock));
    enum result result = loop_open(&loop);
    while (result == RESULT_OK && !is_over(&loop)) {
        int poll_ms;
        result = send_due(&loop, &poll_ms);
        if (result == RESULT_OK)
            result = transport->poll(transport->self, poll_ms, err);
        if (result == RESULT_OK)
            result = take_replies(&loop);
        if (result == RESULT_OK)
            result = tick(&loop);
    }
    result = settle(&loop, result);
    summary->quota = pace_learned(&loop.pace, now_ms(&loop), clock_now(options->clock));
    loop_close(&loop);
    return result;
}

/* As many requests as the limit on descriptors allows. */
static int bearable_parallel(const struct fetch_options *options, const struct fetch_ports *ports)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= FDS_RESERVED + 2 * FETCH_PARALLEL_MAX)
        return options->parallel;
    int fds = (int)limit.rlim_cur - FDS_RESERVED;
    int bearable = fds >= 3 ? REQUESTS_IN_FDS(fds) : 1;
    if (options->parallel <= bearable)
        return options->parallel;
    char line[160];
    snprintf(line, sizeof line, "--parallel %d is cut to %d: only %d file descriptors are allowed (ulimit -n)",
             options->parallel, bearable, (int)limit.rlim_cur);
    if (ports->notice)
        ports->notice(ports->ctx, true, line);
    return bearable;
}

enum result fetch_run(const struct fetch_options *options, const struct fetch_ports *ports,
                      struct fetch_summary *summary, struct error *err)
{
    struct fetch_options own = *options;
    struct transport transport;
    *summary = (struct fetch_summary){0};
    own.parallel = bearable_parallel(options, ports);
    enum result result = transport_curl_open(&own, &transport, err);
    if (result == RESULT_OK)
        result = fetch_loop(&own, ports, &transport, summary, err);
    transport_curl_close(&transport);
    return result;
}
