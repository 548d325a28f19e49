#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/fetcher/pace.h"

static const struct timestamp wall = {1735689600, 0};
static const struct limits silent = {0};

static struct pace start(enum fetch_rate_kind kind)
{
    struct fetch_rate rate = {.kind = kind, .requests = 5, .period_ms = 1000, .burst = 2};
    return pace_start(&rate, 4, 1000);
}

static struct limits left(int64_t remaining, int64_t reset_ms)
{
    return (struct limits){.known = true, .limit = 100, .remaining = remaining, .reset = LIMITS_RESET_IN,
                           .reset_ms = reset_ms, .grain_ms = 1};
}

/* One request, sent and answered. */
static void exchange(struct pace *pace, int64_t sent_ms, int64_t now_ms, const struct limits *limits)
{
    struct ticket ticket = pace_sent(pace, sent_ms, QUOTA_WANTED);
    pace_back(pace, &ticket, now_ms, wall, true, limits);
    pace_answered(pace, sent_ms);
}

static void auto_begins_with_one_request_and_none_with_all(void **state)
{
    (void)state;
    struct pace pace = start(FETCH_RATE_AUTO);
    assert_int_equal(pace_wait(&pace, 1000, 0, 3), 0);
    assert_true(pace_wait(&pace, 1000, 1, 3) == PACE_NEVER);
    exchange(&pace, 1000, 1010, &silent);
    assert_int_equal(pace_wait(&pace, 1010, 3, 3), 0);
    assert_true(pace_wait(&pace, 1010, 4, 3) == PACE_NEVER);
    pace = start(FETCH_RATE_NONE);
    assert_int_equal(pace_wait(&pace, 1000, 3, 3), 0);
    assert_true(pace_wait(&pace, 1000, 4, 3) == PACE_NEVER);
}

static void a_fixed_rate_is_kept_over_any_time(void **state)
{
    (void)state;
    struct pace pace = start(FETCH_RATE_FIXED);
    int64_t sent_ms[100];
    int64_t now = 1000;
    for (size_t i = 0; i < 100; i++) {
        now += pace_wait(&pace, now, 0, 3);
        assert_int_equal(pace_wait(&pace, now, 0, 3), 0);
        exchange(&pace, now, now, &silent);
        sent_ms[i] = now;
    }
    assert_int_equal(sent_ms[1], sent_ms[0]);
    assert_int_equal(sent_ms[2], sent_ms[0] + 200);
    assert_int_equal(sent_ms[99], sent_ms[0] + 98 * 200);
    for (size_t i = 7; i < 100; i++)
        assert_true(sent_ms[i] - sent_ms[i - 7] >= 1000);
}

static void a_fixed_rate_allows_its_burst_after_a_pause_and_no_more(void **state)
{
    (void)state;
    struct pace pace = start(FETCH_RATE_FIXED);
    exchange(&pace, 1000, 1000, &silent);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pace_wait(&pace, 3600000, 0, 3), 0);
        exchange(&pace, 3600000, 3600000, &silent);
    }
    assert_int_equal(pace_wait(&pace, 3600000, 0, 3), 200);
    assert_int_equal(pace_reason(&pace, 3600000, 0, 3), PACE_OWN_RATE);
}

static void a_slow_fixed_rate_does_not_overflow(void **state)
{
    (void)state;
    struct fetch_rate rate = {.kind = FETCH_RATE_FIXED, .requests = 1000000, .period_ms = 86400000, .burst = 1000000};
    struct pace pace = pace_start(&rate, 8, 5);
    int64_t year_ms = INT64_C(366) * 86400000;
    for (int i = 0; i < 1000; i++)
        exchange(&pace, year_ms, year_ms, &silent);
    assert_int_equal(pace_wait(&pace, year_ms, 0, 3), 0);
}

static void the_servers_statements_hold_for_a_fixed_rate_too_but_not_for_none(void **state)
{
    (void)state;
    struct limits nothing = left(0, 30000);
    struct pace pace = start(FETCH_RATE_FIXED);
    exchange(&pace, 1000, 1010, &nothing);
    assert_in_range(pace_wait(&pace, 1010, 0, 3), 30000, 30020);
    assert_int_equal(pace_reason(&pace, 1010, 0, 3), PACE_USED_UP);
    pace = start(FETCH_RATE_NONE);
    exchange(&pace, 1000, 1010, &nothing);
    assert_int_equal(pace_wait(&pace, 1010, 0, 3), 0);
    assert_int_equal(pace_learned(&pace, 1010, wall).remaining, 0);
}

static void a_429_holds_the_run_for_as_long_as_it_says(void **state)
{
    (void)state;
    struct jitter jitter = {1};
    struct pace pace = start(FETCH_RATE_AUTO);
    exchange(&pace, 1000, 1010, &silent);
    struct ticket ticket = pace_sent(&pace, 2000, 3);
    pace_back(&pace, &ticket, 2010, wall, true, &silent);
    pace_limited(&pace, 2010, 2000, 7000, &jitter);
    assert_int_equal(pace_wait(&pace, 2010, 0, 3), 7000);
    assert_int_equal(pace_reason(&pace, 2010, 0, 3), PACE_REFUSED);
    assert_int_equal(pace_wait(&pace, 9010, 0, 3), 0);
    assert_true(pace_wait(&pace, 9010, 1, 3) == PACE_NEVER);
}

static void after_a_429_one_request_goes_when_retry_after_says_whatever_else_is_stated(void **state)
{
    (void)state;
    struct jitter jitter = {1};
    struct pace pace = start(FETCH_RATE_AUTO);
    struct limits some = left(50, 60000);
    struct limits nothing = left(0, 60000);
    exchange(&pace, 1000, 1010, &some);
    struct ticket ticket = pace_sent(&pace, 2000, 3);
    pace_back(&pace, &ticket, 2010, wall, true, &nothing);
    pace_limited(&pace, 2010, 2000, 1000, &jitter);
    assert_in_range(pace_wait(&pace, 2010, 0, 3), 1000, 1000 + RESET_MARGIN_MS);
    assert_int_equal(pace_wait(&pace, 3020, 0, 3), 0);
    pace_sent(&pace, 3020, 3);
    assert_true(pace_wait(&pace, 3021, 1, 3) == PACE_NEVER);
}

static void a_429_without_retry_after_waits_for_the_stated_reset(void **state)
{
    (void)state;
    struct jitter jitter = {1};
    struct pace pace = start(FETCH_RATE_AUTO);
    struct limits nothing = left(0, 60000);
    struct ticket ticket = pace_sent(&pace, 2000, 3);
    pace_back(&pace, &ticket, 2010, wall, true, &nothing);
    pace_limited(&pace, 2010, 2000, RETRY_AFTER_NONE, &jitter);
    assert_in_range(pace_wait(&pace, 2010, 0, 3), 60000, 60020);
}

static void what_was_learned_is_what_the_next_run_begins_with(void **state)
{
    (void)state;
    struct pace pace = start(FETCH_RATE_AUTO);
    struct limits nothing = left(0, 30000);
    exchange(&pace, 1000, 1010, &nothing);
    struct fetch_quota quota = pace_learned(&pace, 6010, (struct timestamp){wall.sec + 5, 0});
    assert_true(quota.known);
    assert_int_equal(quota.limit, 100);
    assert_int_equal(quota.remaining, 0);
    assert_int_equal(quota.stated_at.sec, wall.sec + 5);
    assert_int_equal(quota.reset_at.sec, wall.sec + 30);

    struct pace next = start(FETCH_RATE_AUTO);
    pace_recall(&next, &quota, 1000, (struct timestamp){wall.sec + 10, 0});
    assert_in_range(pace_wait(&next, 1000, 0, 3), 20000, 20020);
    assert_int_equal(pace_reason(&next, 1000, 0, 3), PACE_USED_UP);
    /* With nothing new to tell, it is told on. */
    assert_int_equal(pace_learned(&next, 2000, wall).stated_at.sec, quota.stated_at.sec);
    int64_t later = 1000 + pace_wait(&next, 1000, 0, 3);
    assert_int_equal(pace_wait(&next, later, 0, 3), 0);
    pace_sent(&next, later, 3);
    assert_true(pace_wait(&next, later, 1, 3) == PACE_NEVER);
}

static void a_quota_of_another_time_is_no_reason_to_wait(void **state)
{
    (void)state;
    struct fetch_quota quota = {.known = true, .limit = 100, .stated_at = wall, .reset_at = {wall.sec + 30, 0}};
    struct pace pace = start(FETCH_RATE_AUTO);
    pace_recall(&pace, &quota, 1000, (struct timestamp){wall.sec + 31, 0});
    assert_int_equal(pace_wait(&pace, 1000, 0, 3), 0);
    pace = start(FETCH_RATE_AUTO);
    pace_recall(&pace, &quota, 1000, (struct timestamp){wall.sec - 86400, 0});
    assert_int_equal(pace_wait(&pace, 1000, 0, 3), 0);
    quota.remaining = 5;
    pace_recall(&pace, &quota, 1000, wall);
    assert_int_equal(pace_wait(&pace, 1000, 0, 3), 0);
    assert_true(pace_wait(&pace, 1000, 1, 3) == PACE_NEVER);
    quota.remaining = 0;
    quota.reset_at.sec = wall.sec + INT64_C(1000) * 86400 * 365;
    pace_recall(&pace, &quota, 1000, wall);
    assert_int_equal(pace_wait(&pace, 1000, 0, 3), 0);
}

static void a_known_refill_shortens_the_wait_at_the_start(void **state)
{
    (void)state;
    struct fetch_quota quota = {.known = true, .limit = 100, .stated_at = wall, .reset_at = {wall.sec + 60, 0},
                                .refill_per_day = 86400};
    struct pace pace = start(FETCH_RATE_AUTO);
    pace_recall(&pace, &quota, 1000, wall);
    assert_in_range(pace_wait(&pace, 1000, 0, 3), 2000, 2020);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_begins_with_one_request_and_none_with_all),
        cmocka_unit_test(a_fixed_rate_is_kept_over_any_time),
        cmocka_unit_test(a_fixed_rate_allows_its_burst_after_a_pause_and_no_more),
        cmocka_unit_test(a_slow_fixed_rate_does_not_overflow),
        cmocka_unit_test(the_servers_statements_hold_for_a_fixed_rate_too_but_not_for_none),
        cmocka_unit_test(a_429_holds_the_run_for_as_long_as_it_says),
        cmocka_unit_test(after_a_429_one_request_goes_when_retry_after_says_whatever_else_is_stated),
        cmocka_unit_test(a_429_without_retry_after_waits_for_the_stated_reset),
        cmocka_unit_test(what_was_learned_is_what_the_next_run_begins_with),
        cmocka_unit_test(a_quota_of_another_time_is_no_reason_to_wait),
        cmocka_unit_test(a_known_refill_shortens_the_wait_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
