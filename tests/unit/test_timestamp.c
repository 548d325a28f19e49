#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <regex.h>
#include <time.h>

#include <cmocka.h>

#include "timestamp.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY 86400
#define YEAR_0 INT64_C(-62167219200)     /* 0000-01-01T00:00:00Z */
#define YEAR_9999_END INT64_C(253402300799)

static void timestamps_are_read_and_printed_in_utc(void **state)
{
    (void)state;
    static const struct {
        const char *text, *utc;
        int64_t sec;
        int32_t nsec;
    } cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0, 0},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z", -1, 500000000},
        {"2024-12-16T10:30:00Z", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-16t10:30:00z", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-16 10:30:00", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-16T10:30:00.250", "2024-12-16T10:30:00.25Z", 1734345000, 250000000},
        {"2024-12-16T10:30:00.000000Z", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-16T10:30:00.123456789Z", "2024-12-16T10:30:00.123456789Z", 1734345000, 123456789},
        {"2024-12-16T10:30:00.1234567899999Z", "2024-12-16T10:30:00.123456789Z", 1734345000, 123456789},
        {"2024-12-16T10:30:00.0000000019Z", "2024-12-16T10:30:00.000000001Z", 1734345000, 1},
        {"2024-12-16T10:30:00.9999999999Z", "2024-12-16T10:30:00.999999999Z", 1734345000, 999999999},
        {"2024-12-16T11:30:00+01:00", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-16T05:00:00.5-05:30", "2024-12-16T10:30:00.5Z", 1734345000, 500000000},
        {"2024-12-16T10:30:00-00:00", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-12-17T10:29:00+23:59", "2024-12-16T10:30:00Z", 1734345000, 0},
        {"2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00Z", 1709253000, 0},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 1483228800, 0},
        {"2016-12-31T23:59:60.75Z", "2017-01-01T00:00:00.75Z", 1483228800, 750000000},
        {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", YEAR_0, 0},
        {"0000-02-29T00:00:00Z", "0000-02-29T00:00:00Z", YEAR_0 + 59 * DAY, 0},
        {"0000-01-01T01:00:00+01:00", "0000-01-01T00:00:00Z", YEAR_0, 0},
        {"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z", YEAR_9999_END, 999999999},
        {"9999-12-31T22:59:59-01:00", "9999-12-31T23:59:59Z", YEAR_9999_END, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct timestamp t = {0};
        char text[TIMESTAMP_TEXT_MAX];
        if (!timestamp_parse(text_of(cases[i].text), &t) || t.sec != cases[i].sec || t.nsec != cases[i].nsec)
            fail_msg("%s came to %lld and %ld", cases[i].text, (long long)t.sec, (long)t.nsec);
        assert_int_equal(timestamp_format(t, text), strlen(cases[i].utc));
        assert_string_equal(text, cases[i].utc);
    }
}

static void junk_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "", "2024", "2024-12-16", "2024-12-16T", "2024-12-16T10:30", "2024-12-16T10:30Z", "20241216T103000Z",
        " 2024-12-16T10:30:00Z", "2024-12-16T10:30:00Z ", "2024-12-16T10:30:00 Z", "2024-12-16T10:30:00.Z",
        "2024-12-16T10:30:00.", "2024-12-16T10:30:00,5Z", "2024-12-16T10:30:00+01", "2024-12-16T10:30:00+0100",
        "2024-12-16T10:30:00+24:00", "2024-12-16T10:30:00+01:60", "2024-12-16T10:30:00+1:00", "2024-12-16_10:30:00Z",
        "2024-12-16T24:00:00Z", "2024-12-16T10:60:00Z", "2024-12-16T10:30:61Z", "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-04-31T00:00:00Z", "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "-024-01-01T00:00:00Z",
        "+2024-01-01T00:00:00Z", "12024-01-01T00:00:00Z", "1734345000", "Mon, 16 Dec 2024 10:30:00 GMT",
        "2024-12-16T10:30:00ZZ", "2024-12-16T10:30:00+01:00Z", "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01", "null",
    };
    struct timestamp t = {77, 77};
    for (size_t i = 0; i < COUNT(refused); i++)
        if (timestamp_parse(text_of(refused[i]), &t))
            fail_msg("\"%s\" came to %lld", refused[i], (long long)t.sec);
    assert_false(timestamp_parse(TEXT_NONE, &t));
    assert_false(timestamp_parse((struct text){"2024-12-16T10:30:00\0", 20}, &t));
    assert_false(timestamp_parse((struct text){"2024-12-16\0" "10:30:00", 19}, &t));
    assert_true(t.sec == 77 && t.nsec == 77);
    assert_true(timestamp_parse((struct text){"2024-12-16T10:30:00Zjunk", 20}, &t)); /* the span ends before it */
}

/* ---- the calendar, walked day by day ---- */

static int days_in(int year, int month)
{
    if (month == 2)
        return year % 4 != 0 ? 28 : year % 100 != 0 ? 29 : year % 400 != 0 ? 28 : 29;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void assert_day(int64_t days, int year, int month, int day)
{
    char text[64];
    char back[TIMESTAMP_TEXT_MAX];
    struct timestamp t = {0};
    int64_t sec = days * DAY + (days & 1 ? DAY - 1 : 0);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%sZ", year, month, day, days & 1 ? "23:59:59" : "00:00:00");
    if (!timestamp_parse(text_of(text), &t) || t.sec != sec || t.nsec != 0)
        fail_msg("%s came to %lld, not %lld", text, (long long)t.sec, (long long)sec);
    timestamp_format((struct timestamp){sec, 0}, back);
    assert_string_equal(back, text);
}

static void every_day_of_400_years_and_the_edges_of_all_10000(void **state)
{
    (void)state;
    int64_t days = YEAR_0 / DAY;
    for (int year = 0; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            int last = days_in(year, month);
            bool all = year >= 1800 && year < 2200;
            bool edges = month == 1 || month == 2 || month == 12;
            for (int day = 1; day <= last; day++, days++)
                if (all || (edges && (day == 1 || day == last)))
                    assert_day(days, year, month, day);
        }
    }
    assert_true(days == (YEAR_9999_END + 1) / DAY);
}

/* ---- against a regular expression and the C library's calendar ---- */

static const char rfc_3339[] =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
    "(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$";

static bool slow_parse(const char *text, const regex_t *syntax, int64_t *sec)
{
    struct tm tm = {0};
    int zone_hours = 0;
    int zone_minutes = 0;
    if (regexec(syntax, text, 0, NULL, 0) != 0)
        return false;
    sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
           &tm.tm_sec);
    const char *zone = strpbrk(text + strlen("YYYY-MM-DD"), "+-");
    if (zone)
        sscanf(zone + 1, "%2d:%2d", &zone_hours, &zone_minutes);
    if (tm.tm_mday > days_in(tm.tm_year, tm.tm_mon))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int64_t offset = zone_hours * 3600 + zone_minutes * 60;
    *sec = (int64_t)mktime(&tm) - (zone && *zone == '-' ? -offset : offset);
    return *sec >= YEAR_0 && *sec <= YEAR_9999_END;
}

static void assert_as_slow(const char *text, const regex_t *syntax)
{
    int64_t sec = 0;
    struct timestamp t = {0};
    bool slow_ok = slow_parse(text, syntax, &sec);
    bool fast_ok = timestamp_parse(text_of(text), &t);
    if (slow_ok != fast_ok || (fast_ok && t.sec != sec))
        fail_msg("\"%s\" %s %lld, should be %s %lld", text, fast_ok ? "is" : "refused", (long long)t.sec,
                 slow_ok ? "is" : "refused", (long long)sec);
}

static void compile(regex_t *syntax)
{
    assert_int_equal(setenv("TZ", "UTC0", 1), 0);
    tzset();
    assert_int_equal(regcomp(syntax, rfc_3339, REG_EXTENDED | REG_NOSUB), 0);
}

static void one_byte_changed_or_the_end_cut(void **state)
{
    (void)state;
    static const char *const good[] = {
        "2023-02-28T19:59:59.789+01:30", "2024-12-16T10:30:00Z", "1999-11-09t00:00:00-23:59", "9999-12-31 23:59:59",
    };
    regex_t syntax;
    compile(&syntax);
    for (size_t i = 0; i < COUNT(good); i++) {
        char text[64];
        assert_as_slow(good[i], &syntax);
        for (size_t place = 0; place < strlen(good[i]); place++) {
            for (int byte = 0; byte < 256; byte++) { /* byte 0 cuts it there */
                snprintf(text, sizeof text, "%s", good[i]);
                text[place] = (char)byte;
                assert_as_slow(text, &syntax);
            }
        }
    }
    regfree(&syntax);
}

static void random_fields(void **state)
{
    (void)state;
    static const char *const fractions[] = {"", ".5", ".000000001", ".99999999999999999999"};
    static const char *const zones[] = {"", "Z", "+00:00", "-12:34", "+14:00", "-24:00", "+00:60"};
    regex_t syntax;
    compile(&syntax);
    for (int i = 0; i < 20000; i++) {
        char text[96];
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", (int)random_below(10000),
                 (int)random_below(14), (int)random_below(33), (int)random_below(25), (int)random_below(61),
                 (int)random_below(62), fractions[random_below(COUNT(fractions))], zones[random_below(COUNT(zones))]);
        assert_as_slow(text, &syntax);
    }
    regfree(&syntax);
}

static void printed_and_read_again_is_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[TIMESTAMP_TEXT_MAX];
        struct timestamp t = {YEAR_0 + (int64_t)random_below((uint64_t)(YEAR_9999_END - YEAR_0 + 1)), 0};
        int64_t unit = 1;
        for (uint64_t n = random_below(9); n > 0; n--)
            unit *= 10;
        t.nsec = (int32_t)((int64_t)random_below(1000000000) / unit * unit);
        struct timestamp back = {0};
        timestamp_format(t, text);
        assert_true(timestamp_parse(text_of(text), &back));
        assert_int_equal(timestamp_compare(t, back), 0);
    }
}

static void order_is_by_second_then_nanosecond(void **state)
{
    (void)state;
    static const struct timestamp rising[] = {
        {YEAR_0, 0}, {-1, 0}, {-1, 999999999}, {0, 0}, {0, 1}, {1, 0}, {YEAR_9999_END, 999999999},
    };
    for (size_t i = 0; i < COUNT(rising); i++) {
        for (size_t k = 0; k < COUNT(rising); k++) {
            int order = timestamp_compare(rising[i], rising[k]);
            assert_true((i < k && order < 0) || (i == k && order == 0) || (i > k && order > 0));
        }
    }
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"0", 0},          {"90", 90000},       {"90s", 90000},           {"15m", 900000},
        {"2h", 7200000},   {"1d", 86400000},    {"007", 7000},            {"0d", 0},
        {"36525d", INT64_C(3155760000000)},     {"3155760000", INT64_C(3155760000000)},
        {"876600h", INT64_C(3155760000000)},    {"52596000m", INT64_C(3155760000000)},
    };
    static const char *const bad[] = {
        "", "s", "d", "-1", "+1", " 1", "1 ", "1 s", "1.5h", "1,5h", "1w", "1S", "1D", "1ms", "1h30m", "1dd", "0x10",
        "36526d", "876601h", "52596001m", "3155760001", "3155760001s", "99999999999999999999", "18446744073709551617",
        "forever",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t ms = -77;
        if (!duration_parse(good[i].text, &ms) || ms != good[i].ms)
            fail_msg("%s came to %lld", good[i].text, (long long)ms);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ms = -77;
        if (duration_parse(bad[i], &ms) || ms != -77)
            fail_msg("\"%s\" came to %lld", bad[i], (long long)ms);
    }
}

static void clocks(void **state)
{
    (void)state;
    const struct clock fixed = {true, {1734345000, 5}};
    const struct clock wall = {false, {0, 0}};
    assert_int_equal(timestamp_compare(clock_now(&fixed), fixed.at), 0);
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    struct timestamp now = clock_now(&wall);
    clock_gettime(CLOCK_REALTIME, &after);
    assert_true(now.sec >= before.tv_sec && now.sec <= after.tv_sec && now.nsec >= 0 && now.nsec < 1000000000);
    int64_t first = clock_monotonic_ms();
    assert_true(clock_monotonic_ms() >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timestamps_are_read_and_printed_in_utc),
        cmocka_unit_test(junk_is_refused),
        cmocka_unit_test(every_day_of_400_years_and_the_edges_of_all_10000),
        cmocka_unit_test(one_byte_changed_or_the_end_cut),
        cmocka_unit_test(random_fields),
        cmocka_unit_test(printed_and_read_again_is_the_same),
        cmocka_unit_test(order_is_by_second_then_nanosecond),
        cmocka_unit_test(durations),
        cmocka_unit_test(clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
