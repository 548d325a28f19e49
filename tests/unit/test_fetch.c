#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch_world.h"

static const struct spec good = {.status = 200};
static const struct spec busy = {.status = 503};

static struct spec all_good(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 200, .takes_ms = 10 + job % 7};
}

static void every_job_is_asked_once_and_answered(void **state)
{
    (void)state;
    struct world *w = world_new(100, all_good);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->sent_count, 100);
    assert_int_equal(count_events(w, false), 100);
    for (int64_t job = 1; job <= 100; job++) {
        assert_int_equal(w->sent[job - 1].job, job);
        assert_int_equal(event_of(w, job)->outcome, OUTCOME_JOB);
        assert_int_equal(event_of(w, job)->requests, 1);
    }
    free(w);
}

static void a_run_without_jobs_asks_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(0, all_good);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->sent_count, 0);
    free(w);
}

static struct spec slow_first(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 200, .takes_ms = job == 1 ? 777 : 50};
}

static void one_request_goes_first_then_as_many_as_allowed(void **state)
{
    (void)state;
    struct world *w = world_new(60, slow_first);
    assert_int_equal(world_run(w), RESULT_OK);
    int64_t first_ms = w->sent[0].at_ms;
    for (size_t i = 1; i < 9; i++)
        assert_int_equal(w->sent[i].at_ms, first_ms + 777);
    assert_int_equal(w->most_under_way, 8);
    free(w);
}

static struct spec down_then_up(struct world *w, int64_t job, unsigned nth)
{
    (void)job;
    (void)nth;
    return w->sent_count < 5 ? (struct spec){.failure = FAILURE_CONNECT} : good;
}

static void a_failure_does_not_open_the_gates(void **state)
{
    (void)state;
    struct world *w = world_new(30, down_then_up);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 30);
    for (size_t i = 1; i < 5; i++)
        assert_true(w->sent[i].at_ms > w->sent[i - 1].at_ms);
    assert_int_equal(w->summary.gave_up, 0);
    free(w);
}

static struct spec job_3_is_busy(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return job == 3 ? busy : good;
}

static void a_job_gives_up_after_its_retries_with_the_last_answer(void **state)
{
    (void)state;
    struct world *w = world_new(40, job_3_is_busy);
    assert_int_equal(world_run(w), RESULT_OK);
    const struct event *event = event_of(w, 3);
    assert_false(event->abandoned);
    assert_int_equal(event->outcome, OUTCOME_BAD);
    assert_int_equal(event->requests, 6);
    assert_int_equal(event->http_status, 503);
    assert_string_equal(event->body, "<html>busy</html>");
    assert_string_equal(event->code, "HTTP_503");
    assert_int_equal(w->summary.requests, 45);
    assert_int_equal(w->summary.retries, 5);
    assert_int_equal(w->summary.gave_up, 1);
    free(w);
}

static void without_retries_a_job_is_asked_once(void **state)
{
    (void)state;
    struct world *w = world_new(5, job_3_is_busy);
    w->options.retries = 0;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(event_of(w, 3)->requests, 1);
    assert_int_equal(w->summary.retries, 0);
    free(w);
}

static struct spec answered_then_lost(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    if (job != 2)
        return good;
    return nth == 1 ? busy : (struct spec){.failure = FAILURE_TIMEOUT};
}

static void a_job_whose_last_request_brought_nothing_has_no_answer(void **state)
{
    (void)state;
    struct world *w = world_new(3, answered_then_lost);
    w->options.retries = 1;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_false(event_of(w, 2)->has_answer);
    assert_string_equal(event_of(w, 2)->code, "TIMEOUT");
    free(w);
}

static struct spec job_2_wants_a_minute(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job == 2 && nth == 1 ? (struct spec){.status = 503, .retry_after = "60"} : good;
}

static void retry_after_of_a_busy_server_holds_that_job_alone(void **state)
{
    (void)state;
    struct world *w = world_new(20, job_2_wants_a_minute);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_in_range(nth_sent_ms(w, 2, 2) - nth_sent_ms(w, 2, 1), 60001, 60200);
    assert_in_range(nth_sent_ms(w, 20, 1), 5000, 6000);
    assert_int_equal(event_of(w, 2)->outcome, OUTCOME_JOB);
    assert_int_equal(event_of(w, 2)->requests, 2);
    free(w);
}

static struct spec third_request_limited(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job == 3 && nth == 1 ? (struct spec){.status = 429, .retry_after = "10", .takes_ms = 20}
                                : (struct spec){.status = 200, .takes_ms = 50};
}

static void a_429_holds_the_whole_run_and_its_job_goes_first(void **state)
{
    (void)state;
    struct world *w = world_new(30, third_request_limited);
    assert_int_equal(world_run(w), RESULT_OK);
    int64_t limited_ms = nth_sent_ms(w, 3, 1) + 20;
    size_t after = 0;
    while (after < w->sent_count && w->sent[after].at_ms < limited_ms)
        after++;
    assert_int_equal(w->sent[after].job, 3);
    assert_in_range(w->sent[after].at_ms, limited_ms + 10000, limited_ms + 10100);
    assert_true(w->sent[after + 1].at_ms > w->sent[after].at_ms);
    assert_int_equal(count_events(w, false), 30);
    assert_int_equal(w->summary.rate_limited, 1);
    assert_int_equal(w->summary.retries, 0);
    assert_int_equal(event_of(w, 3)->requests, 2);
    free(w);
}

static struct spec forty_429s_per_job(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    return nth <= 40 ? (struct spec){.status = 429} : good;
}

static void refusals_for_the_rate_use_up_no_retries_and_break_nothing(void **state)
{
    (void)state;
    struct world *w = world_new(3, forty_429s_per_job);
    w->options.retries = 0;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.rate_limited, 120);
    assert_int_equal(w->summary.retries, 0);
    assert_int_equal(w->summary.gave_up, 0);
    for (int64_t job = 1; job <= 3; job++) {
        assert_int_equal(event_of(w, job)->outcome, OUTCOME_JOB);
        assert_int_equal(event_of(w, job)->requests, 41);
    }
    for (unsigned nth = 2; nth <= 12; nth++) {
        int64_t bound = retry_bound_ms(PACE_HOLD_BASE_MS, PACE_HOLD_CAP_MS, nth - 2);
        assert_in_range(nth_sent_ms(w, 1, nth) - nth_sent_ms(w, 1, nth - 1), bound / 2, bound + 200);
    }
    free(w);
}

static struct spec limited_then_busy(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job != 2 ? good : nth <= 5 ? (struct spec){.status = 429} : busy;
}

static void a_job_has_all_its_retries_after_refusals_for_the_rate(void **state)
{
    (void)state;
    struct world *w = world_new(3, limited_then_busy);
    w->options.retries = 2;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(event_of(w, 2)->requests, 5 + 1 + 2);
    assert_int_equal(w->summary.retries, 2);
    free(w);
}

static struct spec eight_limited_at_once(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return job > 1 && job < 10 && nth == 1 ? (struct spec){.status = 429, .takes_ms = job} : good;
}

static void refusals_that_come_together_are_one_hold(void **state)
{
    (void)state;
    struct world *w = world_new(20, eight_limited_at_once);
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(w->summary.rate_limited, 8);
    assert_in_range(nth_sent_ms(w, 2, 2) - nth_sent_ms(w, 2, 1), 500, 1200);
    for (int64_t job = 3; job < 10; job++)
        assert_true(nth_sent_ms(w, job, 2) - nth_sent_ms(w, 2, 2) < 100);
    free(w);
}

static struct spec unauthorized_at_20(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    if (job == 20)
        return (struct spec){.status = 401, .code = "INVALID_API_KEY", .request_id = "req\x1b_9", .takes_ms = 10};
    return (struct spec){.status = 200, .takes_ms = job > 20 ? 400 : 20};
}

static void a_401_ends_the_run_at_once(void **state)
{
    (void)state;
    struct world *w = world_new(100, unauthorized_at_20);
    assert_int_equal(world_run(w), RESULT_CREDENTIALS);
    assert_true(event_of(w, 20)->abandoned);
    assert_int_equal(event_of(w, 20)->requests, 1);
    assert_int_equal(w->sent[w->sent_count - 1].at_ms <= nth_sent_ms(w, 20, 1) + 10, true);
    assert_int_equal(w->event_count, w->sent_count);
    assert_non_null(strstr(w->err.text, "401"));
    assert_non_null(strstr(w->err.text, "INVALID_API_KEY"));
    assert_non_null(strstr(w->err.text, "req\\x1B_9"));
    assert_non_null(strstr(w->err.text, "--auth"));
    free(w);
}

static struct spec unauthorized_and_indiscreet(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)job;
    (void)nth;
    return (struct spec){.status = 401, .code = "NO_ak_secret_1", .request_id = "of-ak_secret_1"};
}

static void the_key_is_not_repeated_from_an_answer(void **state)
{
    (void)state;
    struct world *w = world_new(3, unauthorized_and_indiscreet);
    assert_int_equal(world_run(w), RESULT_CREDENTIALS);
    assert_null(strstr(w->err.text, "ak_secret_1"));
    free(w);
}

static struct spec slow(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    (void)nth;
    return (struct spec){.status = 200, .takes_ms = job % 40 == 0 ? 20000 : 300};
}

static void a_signal_ends_the_run_within_seconds(void **state)
{
    (void)state;
    struct world *w = world_new(1000, slow);
    w->signal_at_ms = 9000;
    assert_int_equal(world_run(w), RESULT_SIGTERM);
    assert_in_range(w->now, 9000, 10200);
    assert_true(w->sent[w->sent_count - 1].at_ms <= 9000);
    assert_int_equal(w->event_count, w->sent_count);
    assert_int_equal(count_events(w, true), w->under_way);
    assert_true(w->under_way > 0);
    free(w);
}

static void a_port_that_fails_ends_the_run_without_another_call(void **state)
{
    (void)state;
    struct world *w = world_new(100, all_good);
    w->next_fails_at = 30;
    assert_int_equal(world_run(w), RESULT_LEDGER);
    assert_string_equal(w->err.text, "the disk is full");
    free(w);

    w = world_new(100, all_good);
    w->answered_fails = true;
    assert_int_equal(world_run(w), RESULT_LEDGER);
    assert_int_equal(w->event_count, 1);
    free(w);
}

static struct spec every_third_fails_twice(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return (struct spec){.status = job % 3 == 0 && nth <= 2 ? 500 : 200, .takes_ms = 5 + job % 11};
}

static void a_flaky_server_loses_no_job_and_bears_no_more_than_allowed(void **state)
{
    (void)state;
    struct world *w = world_new(1000, every_third_fails_twice);
    w->options.parallel = 3;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 1000);
    assert_int_equal(w->most_under_way, 3);
    assert_int_equal(w->summary.retries, 666);
    assert_int_equal(w->summary.gave_up, 0);
    for (int64_t job = 1; job <= 1000; job++)
        assert_int_equal(event_of(w, job)->requests, job % 3 == 0 ? 3 : 1);
    free(w);
}

static struct spec hours(struct world *w, int64_t job, unsigned nth)
{
    (void)w;
    return nth == 1 && job > 1 ? (struct spec){.status = job % 2 == 0 ? 503 : 200, .retry_after = "3600"} : good;
}

static void only_a_bounded_number_of_jobs_wait_for_a_retry(void **state)
{
    (void)state;
    struct world *w = world_new(200, hours);
    w->options.parallel = 2;
    assert_int_equal(world_run(w), RESULT_OK);
    assert_int_equal(count_events(w, false), 200);
    size_t in_first_hour = 0;
    for (int64_t job = 2; job <= 200; job += 2)
        in_first_hour += nth_sent_ms(w, job, 1) < 3600000;
    assert_int_equal(in_first_hour, 10);
    assert_true(w->polls < 1000 * 1000 && w->polls > 3600 * 10);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_asked_once_and_answered),
        cmocka_unit_test(a_run_without_jobs_asks_nothing),
        cmocka_unit_test(one_request_goes_first_then_as_many_as_allowed),
        cmocka_unit_test(a_failure_does_not_open_the_gates),
        cmocka_unit_test(a_job_gives_up_after_its_retries_with_the_last_answer),
        cmocka_unit_test(without_retries_a_job_is_asked_once),
        cmocka_unit_test(a_job_whose_last_request_brought_nothing_has_no_answer),
        cmocka_unit_test(retry_after_of_a_busy_server_holds_that_job_alone),
        cmocka_unit_test(a_429_holds_the_whole_run_and_its_job_goes_first),
        cmocka_unit_test(refusals_for_the_rate_use_up_no_retries_and_break_nothing),
        cmocka_unit_test(a_job_has_all_its_retries_after_refusals_for_the_rate),
        cmocka_unit_test(refusals_that_come_together_are_one_hold),
        cmocka_unit_test(a_401_ends_the_run_at_once),
        cmocka_unit_test(the_key_is_not_repeated_from_an_answer),
        cmocka_unit_test(a_signal_ends_the_run_within_seconds),
        cmocka_unit_test(a_port_that_fails_ends_the_run_without_another_call),
        cmocka_unit_test(a_flaky_server_loses_no_job_and_bears_no_more_than_allowed),
        cmocka_unit_test(only_a_bounded_number_of_jobs_wait_for_a_retry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
