#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch_world.h"

static const struct spec good = {.status = 200, .takes_ms = 20};

static struct spec all_good(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    (void)nth;
    return good;
}

static void a_budget_that_is_used_up_ends_the_run_in_order(void **state)
{
    (void)state;
    struct world *w = world_new(100, all_good);
    w->budget = 33;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_BUDGET);
    assert_int_equal(w->sent_count, 33);
    assert_int_equal(count_events(w, false), 33);
    assert_int_equal(w->event_count, 33);
    free(w);
}

static struct spec busy_at_5(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job == 5 ? (struct spec){.status = 503, .takes_ms = 20} : good;
}

static void jobs_that_wait_for_a_retry_are_abandoned_then(void **state)
{
    (void)state;
    struct world *w = world_new(100, busy_at_5);
    w->budget = 12;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_BUDGET);
    assert_true(event_of(w, 5)->abandoned);
    assert_int_equal(w->sent_count, 12);
    free(w);
}

static void a_budget_that_is_just_enough_is_no_reason_to_end(void **state)
{
    (void)state;
    struct world *w = world_new(10, all_good);
    w->budget = 10;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_DONE);
    free(w);
}

static struct spec slow(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 200, .takes_ms = job % 10 == 0 ? 9000 : job % 10 == 5 ? 3000 : 100};
}

static void after_max_time_no_request_is_sent_and_others_get_five_seconds(void **state)
{
    (void)state;
    struct world *w = world_new(1000, slow);
    int64_t start_ms = w->now;
    w->options.max_time_ms = 10000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_true(w->sent[w->sent_count - 1].at_ms < start_ms + 10000);
    assert_in_range(w->now, start_ms + 10000, start_ms + 10000 + FETCH_GRACE_MS + 100);
    assert_int_equal(w->event_count, w->sent_count);
    assert_true(count_events(w, true) > 0);
    free(w);
}

static void what_is_done_in_time_is_done(void **state)
{
    (void)state;
    struct world *w = world_new(20, slow);
    w->options.max_time_ms = 15000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_DONE);
    assert_int_equal(count_events(w, false), 20);
    free(w);
}

static struct spec wait_an_hour(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job == 3 ? (struct spec){.status = 429, .retry_after = "3600"} : good;
}

static void a_hold_beyond_max_time_ends_the_run_at_once(void **state)
{
    (void)state;
    struct world *w = world_new(100, wait_an_hour);
    int64_t start_ms = w->now;
    w->options.max_time_ms = 600000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_true(w->now < start_ms + 1000);
    assert_true(event_of(w, 3)->abandoned);
    assert_int_equal(w->notices, 0);
    free(w);
}

static struct spec retry_in_an_hour(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job == 3 && nth == 1 ? (struct spec){.status = 503, .retry_after = "3600"} : good;
}

static void a_job_whose_retry_would_come_too_late_is_abandoned(void **state)
{
    (void)state;
    struct world *w = world_new(100, retry_in_an_hour);
    int64_t start_ms = w->now;
    w->options.max_time_ms = 600000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_true(w->now < start_ms + 2000);
    assert_int_equal(count_events(w, false), 99);
    assert_true(event_of(w, 3)->abandoned);
    free(w);
}

static struct spec only_429(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    (void)nth;
    return (struct spec){.status = 429};
}

static void nothing_but_429_goes_on_until_max_time(void **state)
{
    (void)state;
    struct world *w = world_new(5, only_429);
    int64_t start_ms = w->now;
    w->options.max_time_ms = 600000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_in_range(w->now, start_ms + 600000 - PACE_HOLD_CAP_MS, start_ms + 600000);
    free(w);
}

/* A window of 20 requests in a minute, since the world's beginning. */
static struct spec window_of_20(struct world *w, int64_t job, unsigned nth)
{
    static char remaining[16];
    static char reset[24];
    int64_t window = w->now / 60000;
    int64_t in_window = 0;
    (void)job;
    (void)nth;
    for (size_t i = 0; i < w->sent_count; i++)
        in_window += w->sent[i].at_ms / 60000 == window;
    snprintf(remaining, sizeof remaining, "%lld", (long long)(in_window < 20 ? 20 - in_window : 0));
    snprintf(reset, sizeof reset, "%lld", (long long)((window + 1) * 60000 - w->now + 999) / 1000);
    return (struct spec){.status = in_window > 20 ? 429 : 200, .remaining = remaining, .reset = reset, .takes_ms = 5};
}

static void the_servers_limit_is_kept_and_a_person_told(void **state)
{
    (void)state;
    struct world *w = world_new(60, window_of_20);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.rate_limited, 0);
    assert_int_equal(count_events(w, false), 60);
    assert_in_range(w->now, 120000, 123000);
    assert_int_equal(w->summary.end, FETCH_DONE);
    assert_int_equal(w->notices, 2);
    assert_non_null(strstr(w->notice, "the API's limit is used up; going on in "));
    assert_true(w->summary.quota.known);
    assert_int_equal(w->summary.quota.remaining, 0);
    free(w);
}

static void the_last_job_does_not_wait_for_another(void **state)
{
    (void)state;
    for (int64_t jobs = 17; jobs <= 20; jobs++) {
        struct world *w = world_new(jobs, window_of_20);
        int64_t start_ms = w->now;
        assert_int_equal(world_run(w), RESULT_OK);
        assert_true(w->now < start_ms + 1000);
        assert_int_equal(w->notices, 0);
        free(w);
    }
}

static void nothing_is_kept_for_what_max_time_does_not_allow(void **state)
{
    (void)state;
    struct world *w = world_new(60, window_of_20);
    w->options.max_time_ms = 30000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_int_equal(count_events(w, false), 20);
    assert_int_equal(w->event_count, 20);
    free(w);
}

static void a_run_that_begins_with_nothing_left_waits_first(void **state)
{
    (void)state;
    struct world *w = world_new(10, all_good);
    int64_t start_ms = w->now;
    w->options.quota = (struct fetch_quota){.known = true, .limit = 100, .stated_at = {w->clock.at.sec - 5, 0},
                                            .reset_at = {w->clock.at.sec + 40, 0}};
    assert_int_equal(world_run(w), RESULT_OK);
    assert_in_range(w->sent[0].at_ms, start_ms + 40000, start_ms + 40200);
    assert_int_equal(w->notices, 1);
    assert_int_equal(w->noticed_ms, start_ms);
    assert_string_equal(w->notice, "the API's limit is used up; going on in 41 s");
    free(w);

    w = world_new(10, all_good);
    start_ms = w->now;
    w->options.quota = (struct fetch_quota){.known = true, .stated_at = {w->clock.at.sec - 5, 0},
                                            .reset_at = {w->clock.at.sec + 40, 0}};
    w->options.max_time_ms = 30000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_int_equal(w->sent_count, 0);
    assert_true(w->now <= start_ms + 100);
    assert_int_equal(w->summary.quota.reset_at.sec, w->clock.at.sec + 40);
    free(w);
}

static struct spec wait_30_s(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job == 3 && nth == 1 ? (struct spec){.status = 429, .retry_after = "30"} : good;
}

static void a_hold_is_told_once(void **state)
{
    (void)state;
    struct world *w = world_new(20, wait_30_s);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->notices, 1);
    assert_string_equal(w->notice, "the API asks to wait; going on in 30 s");
    free(w);
}

/* The second half of the jobs comes later. */
static int64_t in_two_halves(struct world *w)
{
    return w->given == w->jobs / 2 && w->now < 65000 ? 60000 : 0;
}

static void the_port_is_asked_again_when_its_time_has_come_or_a_job_was_answered(void **state)
{
    (void)state;
    struct world *w = world_new(40, all_good);
    w->next_wait = in_two_halves;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 40);
    assert_true(nth_sent_ms(w, 20, 1) < 6000);
    assert_in_range(nth_sent_ms(w, 21, 1), 65000, 65200);
    assert_true(w->next_calls < 40 + 1 + 20 + 5);
    assert_int_equal(w->notices, 0);
    free(w);
}

static void a_job_that_comes_after_max_time_is_not_waited_for(void **state)
{
    (void)state;
    struct world *w = world_new(40, all_good);
    w->next_wait = in_two_halves;
    w->options.max_time_ms = 30000;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
    assert_int_equal(count_events(w, false), 20);
    assert_true(w->now < 7000);
    free(w);
}

static struct spec one_left(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    (void)nth;
    return (struct spec){.status = 200, .remaining = "1", .reset = "3000", .takes_ms = 20};
}

static void one_that_could_be_kept_for_a_job_too_late_is_not_kept(void **state)
{
    (void)state;
    for (int64_t jobs = 2; jobs <= 6; jobs++) {
        struct world *w = world_new(jobs, one_left);
        w->next_wait = in_two_halves;
        w->options.max_time_ms = 30000;
        assert_int_equal(world_run(w), RESULT_OK);
        assert_int_equal(w->summary.end, FETCH_OUT_OF_TIME);
        assert_int_equal(count_events(w, false), jobs / 2);
        assert_true(w->polls < 2000);
        free(w);
    }
}

static struct spec refused(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job <= 4 ? (struct spec){.status = 403, .code = "ACCESS_DENIED"} : good;
}

/* No more while some of those given are unanswered. */
static int64_t after_all_answers(struct world *w)
{
    return w->given == 4 && w->event_count < 4 ? 60000 : 0;
}

static void what_was_held_back_is_told_before_the_run_idles(void **state)
{
    (void)state;
    struct world *w = world_new(8, refused);
    w->next_wait = after_all_answers;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 8);
    assert_int_equal(event_of(w, 2)->outcome, OUTCOME_REFUSED);
    assert_true(w->now < 7000);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_that_is_used_up_ends_the_run_in_order),
        cmocka_unit_test(jobs_that_wait_for_a_retry_are_abandoned_then),
        cmocka_unit_test(a_budget_that_is_just_enough_is_no_reason_to_end),
        cmocka_unit_test(after_max_time_no_request_is_sent_and_others_get_five_seconds),
        cmocka_unit_test(what_is_done_in_time_is_done),
        cmocka_unit_test(a_hold_beyond_max_time_ends_the_run_at_once),
        cmocka_unit_test(a_job_whose_retry_would_come_too_late_is_abandoned),
        cmocka_unit_test(nothing_but_429_goes_on_until_max_time),
        cmocka_unit_test(the_servers_limit_is_kept_and_a_person_told),
        cmocka_unit_test(the_last_job_does_not_wait_for_another),
        cmocka_unit_test(nothing_is_kept_for_what_max_time_does_not_allow),
        cmocka_unit_test(a_run_that_begins_with_nothing_left_waits_first),
        cmocka_unit_test(a_hold_is_told_once),
        cmocka_unit_test(the_port_is_asked_again_when_its_time_has_come_or_a_job_was_answered),
        cmocka_unit_test(a_job_that_comes_after_max_time_is_not_waited_for),
        cmocka_unit_test(one_that_could_be_kept_for_a_job_too_late_is_not_kept),
        cmocka_unit_test(what_was_held_back_is_told_before_the_run_idles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
