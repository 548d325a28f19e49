#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"
#include "timestamp.h"
#include "zone.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int64_t at(const char *time)
{
    struct timestamp t;
    assert_true(timestamp_parse(text_of(time), &t));
    return t.sec;
}

static void use(const char *name)
{
    struct error err = {""};
    if (zone_use(name, &err) != RESULT_OK)
        fail_msg("%s", err.text);
}

static void offsets_follow_the_clocks(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        const char *time;
        int64_t offset;
    } cases[] = {
        {"Europe/Zurich", "2026-03-29T00:59:59Z", 3600}, {"Europe/Zurich", "2026-03-29T01:00:00Z", 7200},
        {"Europe/Zurich", "2026-10-25T00:59:59Z", 7200}, {"Europe/Zurich", "2026-10-25T01:00:00Z", 3600},
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700}, {"America/St_Johns", "2026-01-01T00:00:00Z", -12600},
        {"UTC", "2026-07-01T00:00:00Z", 0}, {"Pacific/Apia", "2011-12-30T09:59:59Z", -36000},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", 50400},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        use(cases[i].zone);
        assert_int_equal(zone_offset(at(cases[i].time)), cases[i].offset);
    }
}

static void the_first_moment_of_a_day(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        const char *local;
        const char *expected;
    } cases[] = {
        {"Europe/Zurich", "2026-03-29T00:00:00Z", "2026-03-28T23:00:00Z"},
        {"Europe/Zurich", "2026-03-30T00:00:00Z", "2026-03-29T22:00:00Z"},
        {"Europe/Zurich", "2026-10-25T00:00:00Z", "2026-10-24T22:00:00Z"},
        {"Europe/Zurich", "2026-10-26T00:00:00Z", "2026-10-25T23:00:00Z"},
        /* Shown never, and twice. */
        {"Europe/Zurich", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z"},
        {"Europe/Zurich", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},
        /* Put forward at midnight; a day left out. */
        {"America/Santiago", "2026-09-06T00:00:00Z", "2026-09-06T04:00:00Z"},
        {"Pacific/Apia", "2011-12-30T00:00:00Z", "2011-12-30T10:00:00Z"},
        {"Asia/Tokyo", "2026-01-01T00:00:00Z", "2025-12-31T15:00:00Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        use(cases[i].zone);
        int64_t first = zone_first(at(cases[i].local));
        if (first != at(cases[i].expected))
            fail_msg("%s %s: %lld s off", cases[i].zone, cases[i].local, (long long)(first - at(cases[i].expected)));
    }
}

static void every_change_is_found(void **state)
{
    (void)state;
    int64_t change = 0;
    use("Europe/Zurich");
    assert_true(zone_next_change(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), &change));
    assert_int_equal(change, at("2026-03-29T01:00:00Z"));
    assert_true(zone_next_change(change, at("2027-01-01T00:00:00Z"), &change));
    assert_int_equal(change, at("2026-10-25T01:00:00Z"));
    assert_false(zone_next_change(change, at("2027-01-01T00:00:00Z"), &change));
    assert_true(zone_next_change(at("0000-01-01T00:00:00Z"), at("1900-01-01T00:00:00Z"), &change));
    assert_int_equal(change, at("1853-07-16T00:00:00Z") - 2048);
    use("UTC");
    assert_false(zone_next_change(at("0000-01-01T00:00:00Z"), at("9999-12-31T00:00:00Z"), &change));
}

static void an_unknown_zone_is_named_with_the_nearest(void **state)
{
    (void)state;
    struct error err = {""};
    assert_int_equal(zone_use("Europe/Zurich1", &err), RESULT_USAGE);
    assert_non_null(strstr(err.text, "did you mean Europe/Zurich?"));
    static const char *const wrong[] = {"", "Europe", "../../etc/passwd", "/etc/localtime", "zone.tab", "CET-1CEST"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(zone_use(wrong[i], &err), RESULT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_follow_the_clocks),
        cmocka_unit_test(the_first_moment_of_a_day),
        cmocka_unit_test(every_change_is_found),
        cmocka_unit_test(an_unknown_zone_is_named_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
