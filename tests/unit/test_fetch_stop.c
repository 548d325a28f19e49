#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch_world.h"

static const struct spec good = {.status = 200};
static const struct spec busy = {.status = 503};

static struct spec limited_amid_failures(struct world *w, int64_t job, unsigned nth)
{
    (void)job;
    (void)nth;
    return w->sent_count % 2 == 1 ? (struct spec){.status = 429} : busy;
}

static void a_429_neither_counts_nor_breaks_a_row_of_failures(void **state)
{
    (void)state;
    struct world *w = world_new(50, limited_amid_failures);
    w->options.parallel = 1;
    assert_int_equal(world_run(w), RESULT_API);
    assert_int_equal(w->summary.requests - w->summary.rate_limited, FETCH_FAILED_ROW_MAX);
    free(w);
}

static struct spec all_down(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    (void)nth;
    return (struct spec){.failure = FAILURE_CONNECT};
}

static void twenty_failures_in_a_row_end_the_run_and_cost_no_job_its_state(void **state)
{
    (void)state;
    for (int retries = 0; retries <= 5; retries++) {
        struct world *w = world_new(100, all_down);
        w->options.retries = retries;
        assert_int_equal(world_run(w), RESULT_API);
        assert_int_equal(w->summary.requests, FETCH_FAILED_ROW_MAX);
        assert_int_equal(count_events(w, false), 0);
        assert_int_equal(w->summary.gave_up, 0);
        unsigned requests = 0;
        for (size_t i = 0; i < w->event_count; i++)
            requests += event_of(w, w->events[i].job)->requests;
        assert_int_equal(requests, FETCH_FAILED_ROW_MAX);
        assert_true(w->sent[19].at_ms - w->sent[2].at_ms >= 17 * OUTAGE_SPACE_MS);
        assert_non_null(strstr(w->err.text, "CONNECTION"));
        free(w);
    }
}

static struct spec down_after_50(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job <= 50 ? good : busy;
}

static void an_outage_in_the_middle_keeps_what_came_before(void **state)
{
    (void)state;
    struct world *w = world_new(200, down_after_50);
    w->options.retries = 0;
    assert_int_equal(world_run(w), RESULT_API);
    assert_int_equal(count_events(w, false), 50);
    assert_in_range(count_events(w, true), FETCH_FAILED_ROW_MAX, FETCH_FAILED_ROW_MAX + 8);
    free(w);
}

static struct spec nineteen_bad_then_one_good(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job % 20 == 0 ? good : (struct spec){.status = 500, .code = "INTERNAL"};
}

static void jobs_that_gave_up_are_told_once_the_row_is_broken(void **state)
{
    (void)state;
    struct world *w = world_new(60, nineteen_bad_then_one_good);
    w->options.retries = 0;
    w->options.parallel = 1;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 60);
    for (size_t i = 0; i < 60; i++) {
        char body[WORLD_BODY];
        const struct event *event = &w->events[i];
        assert_int_equal(event->job, i + 1);
        assert_int_equal(event->outcome, event->job % 20 == 0 ? OUTCOME_JOB : OUTCOME_BAD);
        if (event->outcome == OUTCOME_BAD) {
            snprintf(body, sizeof body, "of job_%lld\"", (long long)event->job);
            assert_non_null(strstr(event->body, body));
            assert_string_equal(event->code, "INTERNAL");
        }
    }
    assert_int_equal(w->summary.gave_up, 57);
    free(w);
}

static void one_job_alone_is_limited_by_its_retries_only(void **state)
{
    (void)state;
    struct world *w = world_new(1, all_down);
    w->options.retries = 30;
    assert_int_equal(world_run(w), RESULT_API);
    assert_int_equal(event_of(w, 1)->requests, 31);
    assert_false(event_of(w, 1)->abandoned);
    assert_string_equal(event_of(w, 1)->code, "CONNECTION");
    free(w);
}

static void a_short_run_of_nothing_but_failures_ends_as_an_api_fault(void **state)
{
    (void)state;
    struct world *w = world_new(3, all_down);
    assert_int_equal(world_run(w), RESULT_API);
    assert_int_equal(count_events(w, false), 3);
    assert_int_equal(w->summary.gave_up, 3);
    free(w);
}

static struct spec refused_403(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 403, .code = "ACCESS_DENIED", .takes_ms = 10 + job};
}

static void ten_jobs_refused_with_403_end_the_run_and_stay_as_they_are(void **state)
{
    (void)state;
    struct world *w = world_new(50, refused_403);
    assert_int_equal(world_run(w), RESULT_CREDENTIALS);
    assert_int_equal(w->summary.requests, FETCH_DOUBT_JOBS);
    assert_int_equal(count_events(w, true), FETCH_DOUBT_JOBS);
    assert_int_equal(count_events(w, false), 0);
    assert_non_null(strstr(w->err.text, "ACCESS_DENIED"));
    free(w);
}

static void exactly_ten_jobs_are_enough_for_that(void **state)
{
    (void)state;
    struct world *w = world_new(10, refused_403);
    assert_int_equal(world_run(w), RESULT_CREDENTIALS);
    assert_int_equal(count_events(w, true), 10);
    free(w);
}

static void fewer_jobs_refused_with_403_are_verdicts(void **state)
{
    (void)state;
    struct world *w = world_new(9, refused_403);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 9);
    for (int64_t job = 1; job <= 9; job++) {
        char message[32];
        assert_int_equal(event_of(w, job)->outcome, OUTCOME_REFUSED);
        assert_string_equal(event_of(w, job)->code, "ACCESS_DENIED");
        snprintf(message, sizeof message, "of job_%lld\"", (long long)job);
        assert_non_null(strstr(event_of(w, job)->body, message));
    }
    free(w);
}

static struct spec ten_is_good(struct world *w, int64_t job, unsigned nth)
{
    return job == 10 ? good : refused_403(w, job, nth);
}

static void one_good_answer_clears_the_doubt(void **state)
{
    (void)state;
    struct world *w = world_new(30, ten_is_good);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 30);
    free(w);
}

static struct spec ten_is_bad(struct world *w, int64_t job, unsigned nth)
{
    return job == 10 ? busy : refused_403(w, job, nth);
}

static void a_job_that_gave_up_clears_it_too(void **state)
{
    (void)state;
    struct world *w = world_new(30, ten_is_bad);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 30);
    assert_int_equal(event_of(w, 10)->requests, 6);
    free(w);
}

static struct spec unknown_404(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 404, .code = "JOB_NOT_FOUND", .takes_ms = 10 + job};
}

static void ten_unknown_jobs_end_the_run_where_nothing_was_ever_resolved(void **state)
{
    (void)state;
    struct world *w = world_new(50, unknown_404);
    w->options.nothing_resolved_yet = true;
    assert_int_equal(world_run(w), RESULT_CREDENTIALS);
    assert_int_equal(w->summary.requests, FETCH_DOUBT_JOBS);
    assert_int_equal(count_events(w, false), 0);
    free(w);

    w = world_new(50, unknown_404);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 50);
    free(w);
}

static struct spec refused_and_unknown(struct world *w, int64_t job, unsigned nth)
{
    return job % 2 == 0 ? refused_403(w, job, nth) : unknown_404(w, job, nth);
}

static void two_kinds_of_refusal_clear_each_other(void **state)
{
    (void)state;
    struct world *w = world_new(30, refused_and_unknown);
    w->options.nothing_resolved_yet = true;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 30);
    free(w);
}

static void a_signal_leaves_doubtful_verdicts_alone(void **state)
{
    (void)state;
    struct world *w = world_new(1000, refused_403);
    w->signal_at_ms = w->now + 15;
    assert_int_equal(world_run(w), RESULT_SIGTERM);
    assert_int_equal(count_events(w, false), 0);
    assert_int_equal(count_events(w, true), w->sent_count);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_429_neither_counts_nor_breaks_a_row_of_failures),
        cmocka_unit_test(twenty_failures_in_a_row_end_the_run_and_cost_no_job_its_state),
        cmocka_unit_test(an_outage_in_the_middle_keeps_what_came_before),
        cmocka_unit_test(jobs_that_gave_up_are_told_once_the_row_is_broken),
        cmocka_unit_test(one_job_alone_is_limited_by_its_retries_only),
        cmocka_unit_test(a_short_run_of_nothing_but_failures_ends_as_an_api_fault),
        cmocka_unit_test(ten_jobs_refused_with_403_end_the_run_and_stay_as_they_are),
        cmocka_unit_test(exactly_ten_jobs_are_enough_for_that),
        cmocka_unit_test(fewer_jobs_refused_with_403_are_verdicts),
        cmocka_unit_test(one_good_answer_clears_the_doubt),
        cmocka_unit_test(a_job_that_gave_up_clears_it_too),
        cmocka_unit_test(ten_unknown_jobs_end_the_run_where_nothing_was_ever_resolved),
        cmocka_unit_test(two_kinds_of_refusal_clear_each_other),
        cmocka_unit_test(a_signal_leaves_doubtful_verdicts_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
