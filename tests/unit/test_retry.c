#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/fetcher/retry.h"

/* The moment that RFC 9110, 5.6.7 spells in all three forms. */
static const struct timestamp rfc_moment = {784111777, 0};
static const struct timestamp this_year = {1735689600, 0}; /* 2025-01-01 */

static void assert_date(const char *text, int64_t expected)
{
    struct timestamp at;
    if (!http_date_parse(text_of(text), this_year, &at))
        fail_msg("not read: %s", text);
    assert_int_equal(at.sec, expected);
    assert_int_equal(at.nsec, 0);
}

static void all_three_forms_of_a_date_are_read(void **state)
{
    (void)state;
    assert_date("Sun, 06 Nov 1994 08:49:37 GMT", rfc_moment.sec);
    assert_date("Sunday, 06-Nov-94 08:49:37 GMT", rfc_moment.sec);
    assert_date("Sun Nov  6 08:49:37 1994", rfc_moment.sec);
    assert_date("Sun Nov 16 08:49:37 1994", rfc_moment.sec + 10 * 86400);
    assert_date(" Sun, 06 Nov 1994 08:49:37 GMT\t", rfc_moment.sec);
    assert_date("Tue, 29 Feb 2000 23:59:59 GMT", 951868799);
}

static void a_year_of_two_digits_is_at_most_50_years_ahead(void **state)
{
    (void)state;
    assert_date("Tuesday, 01-Jan-75 00:00:00 GMT", INT64_C(3313526400)); /* 2075 */
    assert_date("Thursday, 01-Jan-76 00:00:00 GMT", 189302400);          /* 1976 */
    assert_date("Wednesday, 01-Jan-25 00:00:00 GMT", this_year.sec);
}

static void what_is_no_date_is_not_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", " ", "Sun", "06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT.", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 94 08:49:37 GMT", "2024-12-16T10:30:00Z",
        "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "w, 06 m 1994 08:49:37 GMT",
    };
    struct timestamp at;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (http_date_parse(text_of(wrong[i]), this_year, &at))
            fail_msg("read: %s", wrong[i]);
    assert_false(http_date_parse(TEXT_NONE, this_year, &at));
}

static int64_t after(const char *value, const char *date)
{
    return retry_after_ms(text_of(value), text_of(date), rfc_moment);
}

static void retry_after_is_read_in_seconds(void **state)
{
    (void)state;
    assert_int_equal(after("0", NULL), 0);
    assert_int_equal(after("1", NULL), 1000);
    assert_int_equal(after(" 120 ", NULL), 120000);
    assert_int_equal(after("000000000000000000000000000007", NULL), 7000);
}

static void retry_after_beyond_all_reason_is_cut(void **state)
{
    (void)state;
    assert_int_equal(after("21599", NULL), RETRY_AFTER_MAX_MS - 1000);
    assert_int_equal(after("21601", NULL), RETRY_AFTER_MAX_MS);
    assert_int_equal(after("99999999999999999999999999999999999999", NULL), RETRY_AFTER_MAX_MS);
    assert_int_equal(after("Sun, 06 Nov 9994 08:49:37 GMT", NULL), RETRY_AFTER_MAX_MS);
}

static void unreadable_retry_after_is_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-1", "+1", "1.5", "5s", "soon", "1 2", "0x10"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(after(wrong[i], NULL), RETRY_AFTER_NONE);
    assert_int_equal(after(NULL, NULL), RETRY_AFTER_NONE);
}

static void a_date_is_read_against_the_servers_own_clock(void **state)
{
    (void)state;
    assert_int_equal(after("Sun, 06 Nov 1994 08:50:07 GMT", NULL), 30000);
    assert_int_equal(after("Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:50:00 GMT"), 7000);
    assert_int_equal(after("Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:00 1994"), 7000);
    assert_int_equal(after("Sun, 06 Nov 1994 08:50:07 GMT", "some day"), 30000);
    assert_int_equal(after("Sun, 06 Nov 1994 08:49:36 GMT", NULL), 0);
    assert_int_equal(after("Sun, 06 Nov 1994 08:50:07 GMT", "Mon, 07 Nov 1994 08:50:00 GMT"), 0);
    struct timestamp between = {rfc_moment.sec, 250000000};
    assert_int_equal(retry_after_ms(text_of("Sun, 06 Nov 1994 08:49:38 GMT"), TEXT_NONE, between), 750);
}

static void backoff_doubles_up_to_its_cap(void **state)
{
    (void)state;
    assert_int_equal(retry_bound_ms(500, 60000, 0), 500);
    assert_int_equal(retry_bound_ms(500, 60000, 1), 1000);
    assert_int_equal(retry_bound_ms(500, 60000, 6), 32000);
    assert_int_equal(retry_bound_ms(500, 60000, 7), 60000);
    assert_int_equal(retry_bound_ms(500, 60000, UINT32_MAX), 60000);
}

static void jitter_is_full(void **state)
{
    (void)state;
    struct jitter jitter = {1};
    int64_t least = INT64_MAX;
    int64_t most = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t ms = retry_backoff_ms(3, &jitter);
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    assert_in_range(least, 0, 20);
    assert_in_range(most, 4 * RETRY_BASE_MS - 20, 4 * RETRY_BASE_MS);
}

static void the_same_seed_gives_the_same_waits(void **state)
{
    (void)state;
    struct jitter a = {42};
    struct jitter b = {42};
    struct jitter other = {43};
    int differing = 0;
    for (unsigned n = 1; n < 20; n++) {
        int64_t ms = retry_backoff_ms(n, &a);
        assert_int_equal(ms, retry_backoff_ms(n, &b));
        differing += ms != retry_backoff_ms(n, &other);
    }
    assert_true(differing > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_forms_of_a_date_are_read),
        cmocka_unit_test(a_year_of_two_digits_is_at_most_50_years_ahead),
        cmocka_unit_test(what_is_no_date_is_not_read),
        cmocka_unit_test(retry_after_is_read_in_seconds),
        cmocka_unit_test(retry_after_beyond_all_reason_is_cut),
        cmocka_unit_test(unreadable_retry_after_is_none),
        cmocka_unit_test(a_date_is_read_against_the_servers_own_clock),
        cmocka_unit_test(backoff_doubles_up_to_its_cap),
        cmocka_unit_test(jitter_is_full),
        cmocka_unit_test(the_same_seed_gives_the_same_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
