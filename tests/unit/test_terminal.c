#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/cli/terminal.h"

static void thousands_are_set_apart_before_the_point_alone(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        const char *grouped;
    } cases[] = {
        {"0", "0"},
        {"7", "7"},
        {"100", "100"},
        {"999", "999"},
        {"1000", "1'000"},
        {"12345", "12'345"},
        {"123456", "123'456"},
        {"1234567", "1'234'567"},
        {"9007199254740993", "9'007'199'254'740'993"},
        {"0.00", "0.00"},
        {"999.1234567", "999.1234567"},
        {"1000.000000001", "1'000.000000001"},
        {"123456.50", "123'456.50"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf out = {0};
        figure_append(&out, cases[i].number, true);
        assert_string_equal(out.bytes, cases[i].grouped);
        strbuf_clear(&out);
        figure_append(&out, cases[i].number, false);
        assert_string_equal(out.bytes, cases[i].number);
        strbuf_free(&out);
    }
}

static void the_largest_count_has_room(void **state)
{
    (void)state;
    struct strbuf out = {0};
    figure_append_count(&out, UINT64_MAX, true);
    assert_string_equal(out.bytes, "18'446'744'073'709'551'615");
    strbuf_free(&out);
}

static void a_duration_is_told_by_its_two_largest_units(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {59, "59s"},
        {60, "1m 00s"},
        {309, "5m 09s"},
        {3599, "59m 59s"},
        {3600, "1h 00m"},
        {86399, "23h 59m"},
        {86400, "1d 00h"},
        {272345, "3d 03h"},
        {INT64_C(86400) * 40000, "40000d 00h"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf out = {0};
        figure_append_duration(&out, cases[i].seconds);
        assert_string_equal(out.bytes, cases[i].text);
        strbuf_free(&out);
    }
}

static void paint_is_put_on_where_there_are_colours(void **state)
{
    (void)state;
    struct strbuf out = {0};
    terminal_paint(&out, &(struct terminal){.is = true, .colour = true}, TINT_BAD, "12");
    terminal_paint(&out, &(struct terminal){.is = true}, TINT_BAD, "12");
    assert_string_equal(out.bytes, "\033[31m12\033[m12");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_are_set_apart_before_the_point_alone),
        cmocka_unit_test(the_largest_count_has_room),
        cmocka_unit_test(a_duration_is_told_by_its_two_largest_units),
        cmocka_unit_test(paint_is_put_on_where_there_are_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
