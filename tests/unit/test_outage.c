#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetcher.h"
#include "src/fetcher/outage.h"

static void a_row_over_several_jobs_is_full_at_its_bound(void **state)
{
    (void)state;
    struct outage outage = {0};
    for (int64_t n = 1; n < FETCH_FAILED_ROW_MAX; n++)
        assert_false(outage_failed(&outage, n, n, n));
    assert_true(outage_failed(&outage, 1, 99, 99));
    outage_over(&outage);
    assert_false(outage_failed(&outage, 1, 100, 100));
}

static void one_job_alone_never_fills_it(void **state)
{
    (void)state;
    struct outage outage = {0};
    for (int64_t n = 1; n < 3 * FETCH_FAILED_ROW_MAX; n++)
        assert_false(outage_failed(&outage, 7, n, n));
    assert_true(outage_failed(&outage, 8, 999, 999));
}

static void what_was_under_way_on_a_broken_connection_counts_once_but_is_spaced(void **state)
{
    (void)state;
    struct outage outage = {0};
    for (int64_t n = 1; n <= 64; n++)
        assert_false(outage_failed(&outage, n, 900 + n % 10, 1000));
    assert_true(outage_wait(&outage, 1000) > 0);
    /* Those that fail afterwards, one by one, fill the row. */
    for (int64_t n = 2; n < FETCH_FAILED_ROW_MAX; n++)
        assert_false(outage_failed(&outage, n, 1000 + n, 2000 + n));
    assert_true(outage_failed(&outage, 1, 1100, 2100));
}

static void the_next_row_begins_anew(void **state)
{
    (void)state;
    struct outage outage = {0};
    assert_false(outage_failed(&outage, 1, 1000, 1000));
    outage_over(&outage);
    assert_int_equal(outage_wait(&outage, 1000), 0);
    /* Sent after the first row began, before the second did. */
    for (int64_t n = 1; n <= 64; n++)
        assert_false(outage_failed(&outage, n, 1500, 2000));
    assert_true(outage_only_failures(&(struct outage){.any_failed = true}));
    assert_false(outage_only_failures(&outage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_over_several_jobs_is_full_at_its_bound),
        cmocka_unit_test(one_job_alone_never_fills_it),
        cmocka_unit_test(what_was_under_way_on_a_broken_connection_counts_once_but_is_spaced),
        cmocka_unit_test(the_next_row_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
