#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/fetcher/quota.h"

static const struct limits silent = {0};

static struct limits left(int64_t remaining, int64_t reset_ms)
{
    return (struct limits){.known = true, .limit = 100, .remaining = remaining, .reset = LIMITS_RESET_IN,
                           .reset_ms = reset_ms, .grain_ms = 1000};
}

static struct ticket send(struct quota *quota, int64_t now_ms)
{
    return quota_send(quota, now_ms, QUOTA_WANTED);
}

static void answer(struct quota *quota, const struct ticket *ticket, int64_t now_ms, struct limits limits)
{
    quota_done(quota, ticket, now_ms, now_ms, true, &limits);
}

static struct quota after_first(int64_t remaining, int64_t reset_ms)
{
    struct quota quota = {0};
    struct ticket ticket = send(&quota, 0);
    answer(&quota, &ticket, 10, left(remaining, reset_ms));
    return quota;
}

static void nothing_is_limited_before_something_is_stated(void **state)
{
    (void)state;
    struct quota quota = {0};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(quota_wait(&quota, i, i, 3), 0);
        struct ticket ticket = send(&quota, i);
        answer(&quota, &ticket, i, silent);
    }
}

static void as_many_are_sent_as_are_left(void **state)
{
    (void)state;
    struct quota quota = after_first(5, 60000);
    assert_int_equal(quota_left(&quota), 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(quota_wait(&quota, 10, i, 0), 0);
        send(&quota, 10);
    }
    assert_true(quota_wait(&quota, 10, 5, 0) > 0);
}

static void a_statement_that_may_be_older_than_other_requests_counts_them_all(void **state)
{
    (void)state;
    struct quota quota = after_first(9, 60000);
    struct ticket tickets[4];
    for (int i = 0; i < 4; i++)
        tickets[i] = send(&quota, 20);
    /* It was counted first or last of the four: five are left in either case. */
    answer(&quota, &tickets[3], 30, left(8, 60000));
    assert_int_equal(quota_left(&quota), 5);
    answer(&quota, &tickets[0], 40, left(5, 60000));
    assert_int_equal(quota_left(&quota), 5);
    answer(&quota, &tickets[2], 50, left(7, 60000));
    answer(&quota, &tickets[1], 60, left(6, 60000));
    assert_int_equal(quota_left(&quota), 5);
}

static void what_came_back_meanwhile_is_seen_when_all_are_answered(void **state)
{
    (void)state;
    struct quota quota = after_first(9, 60000);
    struct ticket tickets[4];
    for (int i = 0; i < 4; i++)
        tickets[i] = send(&quota, 20);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(quota_left(&quota), 5);
        answer(&quota, &tickets[i], 30 + i, left(8, 60000));
    }
    assert_int_equal(quota_left(&quota), 8);
}

static void an_answer_that_says_nothing_leaves_it_unseen(void **state)
{
    (void)state;
    struct quota quota = after_first(9, 60000);
    struct ticket tickets[2] = {send(&quota, 20), send(&quota, 20)};
    answer(&quota, &tickets[0], 30, left(8, 60000));
    quota_done(&quota, &tickets[1], 40, 40, false, &silent);
    assert_int_equal(quota_left(&quota), 7);
}

static void less_than_was_granted_shows_others_and_is_heeded(void **state)
{
    (void)state;
    struct quota quota = after_first(50, 60000);
    struct ticket ticket = send(&quota, 20);
    answer(&quota, &ticket, 30, left(30, 60000));
    assert_int_equal(quota_left(&quota), 30);
    assert_true(quota.margin >= 19);
    /* A late statement from before that does not raise it again. */
    struct ticket late = send(&quota, 40);
    struct ticket newer = send(&quota, 50);
    answer(&quota, &newer, 60, left(3, 60000));
    assert_in_range(quota_left(&quota), 0, 3);
    answer(&quota, &late, 70, left(29, 60000));
    assert_in_range(quota_left(&quota), 0, 3);
}

static void the_last_one_is_kept_unless_it_is_the_last_job(void **state)
{
    (void)state;
    struct quota quota = after_first(1, 60000);
    assert_int_equal(quota_wait(&quota, 10, 0, 1), 0);
    int64_t wait_ms = quota_wait(&quota, 10, 0, 2);
    assert_in_range(wait_ms, 1000, 59000);
    assert_int_equal(quota_wait(&quota, 10 + wait_ms, 0, 2), 0);
}

static void a_reset_is_believed_once_and_late(void **state)
{
    (void)state;
    struct quota quota = after_first(0, 30000);
    int64_t wait_ms = quota_wait(&quota, 10, 0, 3);
    assert_in_range(wait_ms, 31000, 31020); /* it may be rounded down */
    assert_int_equal(quota_wait(&quota, 10 + wait_ms, 0, 3), 0);
    struct ticket ticket = send(&quota, 10 + wait_ms);
    assert_true(quota_wait(&quota, 20 + wait_ms, 1, 3) == QUOTA_NEVER);
    answer(&quota, &ticket, 100 + wait_ms, left(99, 60000));
    assert_int_equal(quota_left(&quota), 99);
}

static void a_request_that_fails_after_the_reset_is_followed_by_another(void **state)
{
    (void)state;
    struct quota quota = after_first(0, 1000);
    struct ticket ticket = send(&quota, 5000);
    assert_true(quota_wait(&quota, 5001, 1, 3) == QUOTA_NEVER);
    quota_done(&quota, &ticket, 5010, 5010, false, &silent);
    assert_int_equal(quota_wait(&quota, 5010, 0, 3), 0);
}

static void nothing_left_without_a_reset_is_asked_for_ever_more_rarely(void **state)
{
    (void)state;
    struct quota quota = {0};
    struct limits nothing = {.known = true};
    int64_t now = 0;
    int64_t last_ms = 0;
    for (int i = 0; i < 10; i++) {
        int64_t wait_ms = quota_wait(&quota, now, 0, 3);
        assert_true(wait_ms >= last_ms && wait_ms <= 61000);
        now += wait_ms;
        last_ms = wait_ms;
        struct ticket ticket = send(&quota, now);
        answer(&quota, &ticket, now + 1, nothing);
    }
    assert_true(last_ms >= 59000);
}

static void a_limit_that_is_stated_no_more_is_forgotten(void **state)
{
    (void)state;
    struct quota quota = after_first(2, 60000);
    int64_t now = 100;
    int sent = 0;
    while (quota.stated && sent < 100) {
        now += quota_wait(&quota, now, 0, 3);
        struct ticket ticket = send(&quota, now);
        answer(&quota, &ticket, now, silent);
        sent++;
    }
    assert_int_equal(sent, 20);
    assert_int_equal(quota_wait(&quota, now, 500, 3), 0);
}

static void a_bucket_shows_its_refill_by_resets_that_move_away(void **state)
{
    (void)state;
    struct quota quota = {0};
    for (int i = 0; i < 19; i++) { /* 100 a minute: each request puts the reset off by 600 ms */
        struct ticket ticket = send(&quota, i);
        answer(&quota, &ticket, i, left(19 - i, (600 * (i + 1) + 999) / 1000 * 1000));
    }
    assert_in_range(quota.refill_per_day, 144000 * 3 / 4, 144000);
}

static void a_window_shows_none(void **state)
{
    (void)state;
    struct quota quota = {0};
    for (int i = 0; i < 100; i++) {
        struct ticket ticket = send(&quota, i * 300);
        answer(&quota, &ticket, i * 300 + 50, left(99 - i, (60000 - i * 300 + 999) / 1000 * 1000));
    }
    assert_int_equal(quota.refill_per_day, 0);
    int64_t now = 99 * 300 + 50;
    assert_in_range(now + quota_wait(&quota, now, 0, 3), 60000, 61200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_limited_before_something_is_stated),
        cmocka_unit_test(as_many_are_sent_as_are_left),
        cmocka_unit_test(a_statement_that_may_be_older_than_other_requests_counts_them_all),
        cmocka_unit_test(what_came_back_meanwhile_is_seen_when_all_are_answered),
        cmocka_unit_test(an_answer_that_says_nothing_leaves_it_unseen),
        cmocka_unit_test(less_than_was_granted_shows_others_and_is_heeded),
        cmocka_unit_test(the_last_one_is_kept_unless_it_is_the_last_job),
        cmocka_unit_test(a_reset_is_believed_once_and_late),
        cmocka_unit_test(a_request_that_fails_after_the_reset_is_followed_by_another),
        cmocka_unit_test(nothing_left_without_a_reset_is_asked_for_ever_more_rarely),
        cmocka_unit_test(a_limit_that_is_stated_no_more_is_forgotten),
        cmocka_unit_test(a_bucket_shows_its_refill_by_resets_that_move_away),
        cmocka_unit_test(a_window_shows_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
