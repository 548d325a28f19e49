#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/fetcher/limits.h"

static const struct timestamp now = {1735689600, 0}; /* Wed, 01 Jan 2025 00:00:00 GMT */

struct field {
    enum header header;
    const char *value;
};

static struct limits read_fields(const struct field *fields, size_t count)
{
    struct text headers[HEADER_COUNT] = {{NULL, 0}};
    for (size_t i = 0; i < count; i++)
        headers[fields[i].header] = text_of(fields[i].value);
    return limits_read(headers, now);
}

#define READ(...) \
    read_fields((const struct field[]){__VA_ARGS__}, sizeof((const struct field[]){__VA_ARGS__}) / sizeof(struct field))

static void assert_limits(struct limits limits, int64_t limit, int64_t remaining, enum limits_reset reset,
                          int64_t reset_ms, int64_t grain_ms)
{
    assert_true(limits.known);
    assert_int_equal(limits.limit, limit);
    assert_int_equal(limits.remaining, remaining);
    assert_int_equal(limits.reset, reset);
    assert_int_equal(limits.reset_ms, reset_ms);
    assert_int_equal(limits.grain_ms, grain_ms);
}

static void each_family_is_read(void **state)
{
    (void)state;
    assert_limits(READ({HEADER_X_LIMIT, "100"}, {HEADER_X_REMAINING, "95"}, {HEADER_X_RESET, "1735689660"}), 100, 95,
                  LIMITS_RESET_AT, INT64_C(1735689660000), 1000);
    assert_limits(READ({HEADER_REQUESTS_LIMIT, "60"}, {HEADER_REQUESTS_REMAINING, "0"},
                       {HEADER_REQUESTS_RESET, "1m30s"}),
                  60, 0, LIMITS_RESET_IN, 90000, 1000);
    assert_limits(READ({HEADER_DRAFT_LIMIT, "100, 100;w=60"}, {HEADER_DRAFT_REMAINING, " 7 "},
                       {HEADER_DRAFT_RESET, "30"}),
                  100, 7, LIMITS_RESET_IN, 30000, 1000);
    assert_limits(READ({HEADER_RATE_LIMIT, "\"default\";r=50;t=30"},
                       {HEADER_RATE_LIMIT_POLICY, "\"default\";q=100;w=60"}),
                  100, 50, LIMITS_RESET_IN, 30000, 1000);
    assert_limits(READ({HEADER_RATE_LIMIT, "limit=100, remaining=50, reset=5"}), 100, 50, LIMITS_RESET_IN, 5000, 1000);
}

static void of_several_policies_the_stricter_counts(void **state)
{
    (void)state;
    assert_limits(READ({HEADER_RATE_LIMIT, "\"day\";r=900;t=3600, \"burst\";r=5;t=2"},
                       {HEADER_RATE_LIMIT_POLICY, "\"day\";q=1000;w=86400,\"burst\";q=10;w=2"}),
                  10, 5, LIMITS_RESET_IN, 2000, 1000);
    assert_limits(READ({HEADER_X_REMAINING, "10"}, {HEADER_X_RESET, "60"}, {HEADER_REQUESTS_REMAINING, "3"},
                       {HEADER_REQUESTS_RESET, "6s"}),
                  0, 3, LIMITS_RESET_IN, 6000, 1000);
    /* As many, and later more of them. */
    assert_limits(READ({HEADER_X_REMAINING, "3"}, {HEADER_X_RESET, "5"}, {HEADER_DRAFT_REMAINING, "3"},
                       {HEADER_DRAFT_RESET, "50"}),
                  0, 3, LIMITS_RESET_IN, 50000, 1000);
    assert_limits(READ({HEADER_X_REMAINING, "3"}, {HEADER_X_RESET, "1735689605"}, {HEADER_REQUESTS_REMAINING, "3"},
                       {HEADER_REQUESTS_RESET, "4s"}),
                  0, 3, LIMITS_RESET_AT, INT64_C(1735689605000), 1000);
}

static struct limits with_reset(const char *reset)
{
    return READ({HEADER_X_REMAINING, "1"}, {HEADER_X_RESET, reset});
}

static void each_spelling_of_a_reset_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum limits_reset reset;
        int64_t ms;
        int64_t grain_ms;
    } cases[] = {
        {"0", LIMITS_RESET_IN, 0, 1000},
        {"59", LIMITS_RESET_IN, 59000, 1000},
        {"0.25", LIMITS_RESET_IN, 250, 10},
        {"1.23456", LIMITS_RESET_IN, 1234, 1},
        {"6s", LIMITS_RESET_IN, 6000, 1000},
        {"250ms", LIMITS_RESET_IN, 250, 1},
        {"7.66s", LIMITS_RESET_IN, 7660, 10},
        {"1m0s", LIMITS_RESET_IN, 60000, 1000},
        {"1h2m3s", LIMITS_RESET_IN, 3723000, 1000},
        {"2h", LIMITS_RESET_IN, 7200000, 1000},
        {"1d", LIMITS_RESET_IN, 86400000, 1000},
        {"500us", LIMITS_RESET_IN, 0, 1},
        {"1735689660", LIMITS_RESET_AT, INT64_C(1735689660000), 1000},
        {"1735689660.5", LIMITS_RESET_AT, INT64_C(1735689660500), 100},
        {"1735689660123", LIMITS_RESET_AT, INT64_C(1735689660123), 1},
        {"2025-01-01T00:01:00Z", LIMITS_RESET_AT, INT64_C(1735689660000), 1000},
        {"2025-01-01T00:01:00.250Z", LIMITS_RESET_AT, INT64_C(1735689660250), 1},
        {"Wed, 01 Jan 2025 00:01:00 GMT", LIMITS_RESET_AT, INT64_C(1735689660000), 1000},
        {"1735689595", LIMITS_RESET_AT, INT64_C(1735689595000), 1000}, /* just over */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_limits(with_reset(cases[i].text), 0, 1, cases[i].reset, cases[i].ms, cases[i].grain_ms);
}

static void an_absurd_reset_is_as_good_as_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-1", "soon", "1e3", "6 s", "s", "6x", "1.s", "0x10", "99999999999999", "999999999999999999999999",
        "500000000", "1735600000", "1999999999", "400d", "9223372036854775807s", "9999999h9999999h", "NaN", "+5",
        "1m-5s",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct limits limits = with_reset(wrong[i]);
        if (!limits.known || limits.reset != LIMITS_RESET_NONE)
            fail_msg("read: %s", wrong[i]);
    }
    assert_int_equal(with_reset(NULL).reset, LIMITS_RESET_NONE);
}

static void an_absurd_count_is_as_good_as_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-1", "-5", "few", "1e9", "99999999999999999999", "1000000001", "0x5", "+3", "5 5", ";", ",3", "\"3\"",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct limits limits = READ({HEADER_X_LIMIT, "10"}, {HEADER_X_REMAINING, wrong[i]}, {HEADER_X_RESET, "5"});
        if (limits.known)
            fail_msg("read: %s", wrong[i]);
        limits = READ({HEADER_X_LIMIT, wrong[i]}, {HEADER_X_REMAINING, "3"});
        assert_limits(limits, 0, 3, LIMITS_RESET_NONE, 0, 0);
    }
    assert_false(READ({HEADER_X_LIMIT, "10"}, {HEADER_X_RESET, "5"}).known);
    assert_false(READ({HEADER_DATE, "Wed, 01 Jan 2025 00:00:00 GMT"}).known);
    assert_int_equal(READ({HEADER_X_REMAINING, "3.9"}).remaining, 3);
    assert_int_equal(READ({HEADER_X_LIMIT, "0"}, {HEADER_X_REMAINING, "3"}).limit, 0);
}

static void odd_combined_headers_say_what_they_can(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", ";", ",,;;", "\"default\"", "\"default\";r", "\"default\";r=", "r=-3", "=5", "\"a\";t=30", "r=x;t=30",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (READ({HEADER_RATE_LIMIT, wrong[i]}).known)
            fail_msg("read: %s", wrong[i]);
    assert_limits(READ({HEADER_RATE_LIMIT, "\"default\"; r=4 ; t=never"}), 0, 4, LIMITS_RESET_NONE, 0, 0);
    assert_limits(READ({HEADER_RATE_LIMIT, "\"default\";r=4;t=9;pk=:cHsdsRa894==:"}), 0, 4, LIMITS_RESET_IN, 9000,
                  1000);
}

static void a_reset_is_judged_against_the_servers_own_date(void **state)
{
    (void)state;
    /* Two days behind ours: by its own clock the reset is a minute away. */
    struct limits limits = READ({HEADER_DATE, "Mon, 30 Dec 2024 00:00:00 GMT"}, {HEADER_X_REMAINING, "0"},
                                {HEADER_X_RESET, "1735516860"});
    assert_limits(limits, 0, 0, LIMITS_RESET_AT, INT64_C(1735516860000), 1000);
    assert_int_equal(limits.date_ms, INT64_C(1735516800000));
    assert_int_equal(with_reset("1735516860").reset, LIMITS_RESET_NONE);
    assert_int_equal(READ({HEADER_DATE, "yesterday"}, {HEADER_X_REMAINING, "0"}).date_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_family_is_read),
        cmocka_unit_test(of_several_policies_the_stricter_counts),
        cmocka_unit_test(each_spelling_of_a_reset_is_read),
        cmocka_unit_test(an_absurd_reset_is_as_good_as_none),
        cmocka_unit_test(an_absurd_count_is_as_good_as_none),
        cmocka_unit_test(odd_combined_headers_say_what_they_can),
        cmocka_unit_test(a_reset_is_judged_against_the_servers_own_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
