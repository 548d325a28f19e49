/* Runs: whom they ask, what they count, and what is left of them. */
#include "tests/unit/store_world.h"
#include "tests/unit/random.h"

/* ---- the order of asking ---- */

/* All that the run would ask for, in order: the numbers in their IDs. The caller's to free. */
static int *asked_in_order(struct store *store, size_t *count)
{
    struct error err = {""};
    char job_id[JOB_ID_MAX + 1];
    int64_t key;
    bool end = false;
    int *numbers = calloc(2000, sizeof *numbers);
    assert_non_null(numbers);
    *count = 0;
    must(store_next_job(store, &key, job_id, &end, &err));
    while (!end) {
        assert_true(*count < 2000);
        assert_int_equal(key, key_of(store, job_id));
        numbers[(*count)++] = atoi(job_id + strlen("job_"));
        must(store_next_job(store, &key, job_id, &end, &err));
    }
    must(store_next_job(store, &key, job_id, &end, &err)); /* and none after the end */
    assert_true(end);
    return numbers;
}

static void assert_order(struct store *store, const int *expected, size_t count)
{
    size_t found_count;
    int *found = asked_in_order(store, &found_count);
    assert_int_equal(found_count, count);
    assert_memory_equal(found, expected, count * sizeof *found);
    free(found);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Asks for the next `count` jobs; every third is finished by it. */
static void ask_next(struct world *w, int count)
{
    struct error err = {""};
    for (int i = 0; i < count; i++) {
        char job_id[JOB_ID_MAX + 1];
        int64_t key;
        bool end;
        must(store_next_job(w->store, &key, job_id, &end, &err));
        assert_false(end);
        save(w, job_id, i % 3 == 2 ? COMPLETED("{\"c\"}") : i % 3 == 1 ? BAD(503, "busy", "HTTP_503", 1)
                                                                      : PROCESSING("{\"p\"}"));
        if (i % 100 == 99)
            must(store_commit(w->store, &err));
    }
    must(store_commit(w->store, &err));
}

static void never_asked_first_then_least_recently_asked(void **state)
{
    struct world *w = *state;
    enum { JOBS = 1000, FIRST = 700, SECOND = 450 };
    int expected[2 * JOBS];
    size_t count = 0;
    ingest_numbered(&w->ledger, "more.csv", JOBS);
    new_run(w);
    ask_next(w, FIRST);
    /* The second run: 300 that were never asked, then those of the first that are still open. */
    for (int i = FIRST + 1; i <= JOBS; i++)
        expected[count++] = i;
    for (int i = 1; i <= FIRST; i++)
        if (i % 3 != 0)
            expected[count++] = i;
    new_run(w);
    assert_order(w->store, expected, count);
    new_run(w);
    ask_next(w, SECOND);
    /* The third: what the second has left of them, then those of the second that are still open, in order of ingest. */
    int again[2 * JOBS];
    size_t left = 0;
    for (size_t i = SECOND; i < count; i++)
        again[left++] = expected[i];
    size_t rest = left;
    for (size_t i = 0; i < SECOND; i++)
        if (i % 3 != 2)
            again[left++] = expected[i];
    qsort(again + rest, left - rest, sizeof *again, by_number);
    new_run(w);
    assert_order(w->store, again, left);
    assert_open(w->store, left);
}

static void one_whom_the_run_has_asked_is_not_asked_again(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    new_run(w);
    ask_next(w, 4);
    assert_order(w->store, (const int[]){5, 6}, 2);
    new_run(w);
    must(store_save_requests(w->store, key_of(w->store, "job_5"), 1, &err)); /* abandoned: not asked, to any end */
    must(store_commit(w->store, &err));
    new_run(w);
    assert_order(w->store, (const int[]){5, 6, 1, 2, 4}, 5);
}

/* ---- what a run counts ---- */

static void assert_last_run(struct world *w, const char *expected)
{
    struct strbuf found = rows_of(w->store, "queries/status_runs", NULL);
    char *line_end = strchr(found.bytes, '\n');
    assert_non_null(line_end);
    *line_end = '\0';
    assert_string_equal(found.bytes, expected);
    strbuf_free(&found);
}

static void a_run_counts_its_jobs_once_as_they_stand_at_its_end(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    new_run(w);
    save(w, "job_1", PROCESSING("{\"p\"}"));
    save(w, "job_2", BAD(503, "busy", "HTTP_503", 6));
    save(w, "job_3", BAD(503, "busy", "HTTP_503", 6));
    assert_int_equal(store_run_so_far(w->store).in_trouble, 2);
    save(w, "job_1", COMPLETED("{\"c\"}")); /* asked again in the same run */
    save(w, "job_2", FAILED("{\"f\"}"));
    save(w, "job_4", NOT_FOUND);
    save(w, "job_5", REFUSED);
    save(w, "job_6", PROCESSING("{\"p\"}"));
    save(w, "job_6", BAD(0, NULL, "TIMEOUT", 2));
    struct store_run run = store_run_so_far(w->store);
    static const uint64_t expected[JOB_STATUS_COUNT] = {
        [JOB_NEW] = 1,    [JOB_PROCESSING] = 1, [JOB_COMPLETED] = 1,
        [JOB_FAILED] = 1, [JOB_NOT_FOUND] = 1,  [JOB_ERROR] = 1,
    };
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        assert_int_equal(run.by_status[i], expected[i]);
    assert_int_equal(run.in_trouble, 2);
    assert_int_equal(run.requests, 20);
    must(store_commit(w->store, &err)); /* as it stands, should it be killed */
    assert_last_run(w, "1|2024-12-16T10:41:00Z|~|20|4|1|1|1|1|2|0|0|~");
    run.requests = 25;
    run.retries = 3;
    run.rate_limited = 2;
    must(store_run_end(w->store, &run, 143, (struct timestamp){w->now.sec + 9, 5}, &err));
    assert_last_run(w, "1|2024-12-16T10:41:00Z|2024-12-16T10:41:09Z|25|4|1|1|1|1|2|3|2|143");
    new_run(w);
    assert_int_equal(store_run_so_far(w->store).requests, 0);
    must(store_run_end(w->store, &(struct store_run){0}, 0, w->now, &err));
    assert_last_run(w, "2|2024-12-16T10:42:00Z|2024-12-16T10:42:00Z|0|0|0|0|0|0|0|0|0|0");
}

static void ever_resolved_is_only_a_result(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    const struct {
        struct came came;
        bool ever;
    } steps[] = {
        {PROCESSING("{\"p\"}"), false}, {NOT_FOUND, false}, {REFUSED, false}, {BAD(503, "", "HTTP_503", 1), false},
        {FAILED("{\"f\"}"), true},      {NOT_FOUND, true},
    };
    bool ever = true;
    must(store_ever_resolved(w->store, &ever, &err));
    assert_false(ever);
    for (size_t i = 0; i < COUNT(steps); i++) {
        ask(w, "job_1", steps[i].came);
        must(store_ever_resolved(w->store, &ever, &err));
        assert_int_equal(ever, steps[i].ever);
    }
}

/* ---- kill -9 ---- */

static struct world in_child(const char *path, enum store_mode mode)
{
    struct world w = {.now = FETCH_TIME};
    struct error err = {""};
    child_must(store_open(path, mode, &READER, &w.ledger.store, &err));
    w.store = w.ledger.store;
    return w;
}

static int commit_and_die(void *ctx)
{
    static struct world w; /* in sight until the end */
    struct error err = {""};
    w = in_child(ctx, STORE_WRITE);
    new_run(&w);
    save(&w, "job_1", COMPLETED("{\"c\"}"));
    save(&w, "job_2", BAD(503, "busy", "HTTP_503", 6));
    child_must(store_commit(w.store, &err));
    save(&w, "job_3", COMPLETED("{\"c\"}"));
    save(&w, "job_1", NOT_FOUND);
    wait_for_death();
}

static void a_kill_loses_what_was_not_committed_and_nothing_else(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    char path[512];
    snprintf(path, sizeof path, "%s", at(w->scratch, "l.db"));
    store_close(w->store);
    w->store = NULL;
    struct child child = start_child(commit_and_die, path);
    wait_until_ready(child);
    kill_child(child);
    w->store = open_at(path, STORE_WRITE).store;
    assert_query(w->store, "queries/status_jobs", NULL, "completed|1|0\nnew|5|0\n");
    assert_query(w->store, "queries/show_anomalies", "job_1", "");
    assert_query(w->store, "queries/show_answers", "job_2", "useless answer|2024-12-16T10:41:00Z|503|req_1|1|~|busy\n");
    assert_last_run(w, "1|2024-12-16T10:41:00Z|~|7|1|1|0|0|0|1|0|0|~");
    /* The next run goes on from there. */
    w->now.sec += 60;
    must(store_run_begin(w->store, w->now, &err));
    assert_order(w->store, (const int[]){3, 4, 5, 6, 2}, 5);
    assert_sql(w->scratch, path, "PRAGMA integrity_check; PRAGMA foreign_key_check;", "ok\n");
}

static int commit_without_end(void *ctx)
{
    static struct world w; /* in sight until the end */
    struct error err = {""};
    bool told = true;
    w = in_child(ctx, STORE_WRITE);
    while (told) {
        char body[32];
        w.now.sec++;
        child_must(store_run_begin(w.store, w.now, &err));
        for (int i = 1; i <= WORLD_JOBS; i++) {
            char id[16];
            snprintf(id, sizeof id, "job_%d", i);
            snprintf(body, sizeof body, "{\"at\": %d}", (int)(w.now.sec - FETCH_TIME.sec));
            save(&w, id, PROCESSING(body));
        }
        child_must(store_commit(w.store, &err));
        told = write(child_ready, "c", 1) == 1;
    }
    return 1;
}

static void a_kill_at_any_moment_leaves_whole_commits(void **state)
{
    struct world *w = *state;
    char path[512];
    int64_t before = 0;
    snprintf(path, sizeof path, "%s", at(w->scratch, "l.db"));
    store_close(w->store);
    w->store = NULL;
    for (int round = 1; round <= 8; round++) {
        char c;
        int64_t told = 0;
        struct child child = start_child(commit_without_end, path);
        for (; told < 3 * round; told++)
            assert_int_equal(read(child.ready, &c, 1), 1);
        assert_int_equal(kill(child.pid, SIGKILL), 0);
        while (read(child.ready, &c, 1) == 1) /* told before the kill came */
            told++;
        assert_int_equal(end_of(child), 1000 + SIGKILL);
        w->store = open_at(path, STORE_WRITE).store;
        struct strbuf answers = sql(w->scratch, path, "SELECT count(*) FROM answer;");
        int64_t kept = strtoll(answers.bytes, NULL, 10);
        strbuf_free(&answers);
        assert_int_equal(kept % WORLD_JOBS, 0); /* all of a commit or nothing */
        assert_in_range((uint64_t)((kept - before) / WORLD_JOBS), (uint64_t)told, (uint64_t)told + 1);
        before = kept;
        assert_sql(w->scratch, path, "PRAGMA integrity_check; PRAGMA foreign_key_check;", "ok\n");
        store_close(w->store);
        w->store = NULL;
    }
}

/* ---- against a model ---- */

struct model_job {
    enum job_status status;
    bool ever, trouble, asked;
    int polls, attempts, answers, seen;
    int last; /* the answer that was archived last; 0: none */
};

static void model_step(struct model_job *job, struct world *w, const char *job_id)
{
    const struct came kinds[] = {
        PROCESSING("{\"a\"}"), PROCESSING("{\"b\"}"), COMPLETED("{\"a\"}"), COMPLETED("{\"c\"}"), FAILED("{\"f\"}"),
        NOT_FOUND, REFUSED, BAD(503, "busy", "HTTP_503", 0), BAD(0, NULL, "TIMEOUT", 0),
    };
    /* {"a"} with status 200 is one answer, whatever is read in it. */
    static const int answer_of[] = {1, 2, 1, 3, 4, 5, 6, 0, 0};
    int kind = random_int(COUNT(kinds));
    struct came came = kinds[kind];
    came.requests = 1 + (unsigned)random_int(4);
    save(w, job_id, came);
    job->asked = true;
    job->polls += (int)came.requests;
    job->trouble = came.outcome == OUTCOME_BAD;
    job->attempts = job->trouble ? job->attempts + (int)came.requests : 0;
    if (job->trouble)
        return;
    job->answers += answer_of[kind] != job->last;
    job->seen++;
    job->last = answer_of[kind];
    if (came.outcome != OUTCOME_NOT_FOUND || !job->ever)
        job->status = came.status;
    job->ever = job->ever || came.status == JOB_COMPLETED || came.status == JOB_FAILED;
}

static void assert_model(const struct model_job *jobs, struct world *w)
{
    struct error err = {""};
    struct strbuf expected = {0};
    struct store_run run = store_run_so_far(w->store);
    uint64_t by_status[JOB_STATUS_COUNT] = {0};
    uint64_t trouble = 0;
    must(store_commit(w->store, &err));
    for (int i = 0; i < WORLD_JOBS; i++) {
        const struct model_job *j = &jobs[i];
        strbuf_printf(&expected, "job_%d|%s|%d|%d|%d|%d|%d|%d\n", i + 1, job_status_name(j->status), j->polls,
                      j->attempts, j->answers, j->seen, j->trouble, j->trouble);
        if (j->asked) {
            by_status[j->status]++;
            trouble += j->trouble;
        }
    }
    assert_sql(w->scratch, at(w->scratch, "l.db"),
               "SELECT job_id, status, polls, attempts, count(answer.id), coalesce(sum(times_seen), 0), attempts > 0, "
               "failing_since IS NOT NULL FROM job LEFT JOIN answer ON answer.job = job.id GROUP BY job.id;",
               expected.bytes);
    strbuf_free(&expected);
    for (int i = 0; i < JOB_STATUS_COUNT; i++)
        assert_int_equal(run.by_status[i], by_status[i]);
    assert_int_equal(run.in_trouble, trouble);
}

static void random_answers_are_kept_as_the_model_says(void **state)
{
    struct world *w = *state;
    struct model_job jobs[WORLD_JOBS] = {{0}};
    new_run(w);
    for (int i = 0; i < 1500; i++) {
        int which = random_int(WORLD_JOBS);
        char id[16];
        if (random_int(10) == 0) {
            new_run(w);
            for (int k = 0; k < WORLD_JOBS; k++)
                jobs[k].asked = false;
        }
        snprintf(id, sizeof id, "job_%d", which + 1);
        model_step(&jobs[which], w, id);
        if (i % 20 == 0)
            assert_model(jobs, w);
    }
    assert_model(jobs, w);
}

static void note(struct store *store, int64_t started_at, int64_t ended_at, int exit_status)
{
    struct error err = {""};
    const struct store_outcome outcome = {{started_at, 0}, {ended_at, 0}, exit_status};
    must(store_note_outcome(store, &outcome, &err));
}

static void the_last_outcome_is_remembered_and_the_last_that_was_good(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    assert_query(w->store, "queries/metrics_outcome", NULL, "");
    note(w->store, 100, 110, 6);
    assert_query(w->store, "queries/metrics_outcome", NULL, "100|110|6|0\n");
    note(w->store, 200, 210, 0);
    assert_query(w->store, "queries/metrics_outcome", NULL, "200|210|0|210\n");
    note(w->store, 300, 310, 143);
    assert_query(w->store, "queries/metrics_outcome", NULL, "300|310|143|210\n");
    must(store_trial(w->store, &err));
    note(w->store, 400, 410, 0);
    store_close(w->store);
    w->ledger = open_at(at(w->scratch, "l.db"), STORE_WRITE);
    w->store = w->ledger.store;
    assert_query(w->store, "queries/metrics_outcome", NULL, "300|310|143|210\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(never_asked_first_then_least_recently_asked),
        world_test(one_whom_the_run_has_asked_is_not_asked_again),
        world_test(a_run_counts_its_jobs_once_as_they_stand_at_its_end),
        world_test(ever_resolved_is_only_a_result),
        world_test(a_kill_loses_what_was_not_committed_and_nothing_else),
        world_test(a_kill_at_any_moment_leaves_whole_commits),
        world_test(random_answers_are_kept_as_the_model_says),
        world_test(the_last_outcome_is_remembered_and_the_last_that_was_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
