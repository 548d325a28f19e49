#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/exporter/sheet_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(s) {(s), sizeof(s) - 1}
#define MAX 32767
#define MARK "\xE2\x80\xA6"
#define EMOJI "\xF0\x9F\x98\x80"

static void a_cell_holds_what_xml_and_excel_can_hold(void **state)
{
    (void)state;
    static const struct {
        struct text text;
        const char *held;
        size_t units, width;
    } cases[] = {
        {TEXT(""), "", 0, 0},
        {TEXT("=1+1 & <b> \"q\""), "=1+1 & <b> \"q\"", 14, 14},
        {TEXT("Z\xC3\xBCrich"), "Z\xC3\xBCrich", 6, 6},
        {TEXT(" \n\t\r\x01"), " \n\t\r\x01", 5, 5}, /* the library spells the last two */
        {TEXT("\xE6\x9D\xB1\xE4\xBA\xAC"), "\xE6\x9D\xB1\xE4\xBA\xAC", 2, 4},
        {TEXT(EMOJI), EMOJI, 2, 2},
        {TEXT("\xE2\x82\xAC"), "\xE2\x82\xAC", 1, 1},
        {TEXT("a\xFFz\xE2\x82"), "a\xEF\xBF\xBDz\xEF\xBF\xBD", 4, 4},
        {TEXT("a\0z"), "a\xEF\xBF\xBDz", 3, 3},
        {TEXT("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD"), "_xFFFE__xFFFF_\xEF\xBF\xBD", 3, 4},
        {TEXT("_x000D_"), "_x005F_x000D_", 7, 7},
        {TEXT("_x00e4_x0041_"), "_x005F_x00e4_x005F_x0041_", 13, 13},
        {TEXT("_x005F_x0041_"), "_x005F_x005F_x005F_x0041_", 13, 13},
        {TEXT("_x0041\x01"), "_x005F_x0041\x01", 7, 7}, /* what follows begins with a `_` in the end */
        {TEXT("_x004_ x0041_ _X0041_ _xyz12_ _x004"), "_x004_ x0041_ _X0041_ _xyz12_ _x004", 35, 35},
    };
    struct strbuf out = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sheet_text made = sheet_text(&out, cases[i].text);
        assert_string_equal(out.bytes, cases[i].held);
        assert_int_equal(made.units, cases[i].units);
        assert_int_equal(made.width, cases[i].width);
        assert_false(made.cut);
    }
    strbuf_free(&out);
}

/* `what`, so often that the cell overflows by `over` repetitions, gives `kept` of them and the mark. */
static void check_cut(const char *what, size_t fit, size_t over, size_t kept, size_t held_len)
{
    struct strbuf text = {0};
    struct strbuf out = {0};
    for (size_t i = 0; i < fit + over; i++)
        strbuf_puts(&text, what);
    struct sheet_text made = sheet_text(&out, (struct text){text.bytes, text.len});
    assert_false(out.failed);
    assert_int_equal(made.cut, over > 0);
    assert_int_equal(out.len, kept * held_len + (over > 0 ? strlen(MARK) : 0));
    if (over > 0)
        assert_string_equal(out.bytes + out.len - strlen(MARK), MARK);
    assert_int_equal(utf8_valid_prefix(out.bytes, out.len), out.len);
    strbuf_free(&text);
    strbuf_free(&out);
}

static void too_long_a_text_is_cut_at_a_character(void **state)
{
    (void)state;
    check_cut("a", MAX, 0, MAX, 1);
    check_cut("a", MAX, 1, MAX - 1, 1);
    check_cut("a", MAX, 5000, MAX - 1, 1);
    check_cut("\xC3\xBC", MAX, 1, MAX - 1, 2);
    check_cut(EMOJI, MAX / 2, 0, MAX / 2, 4);
    check_cut(EMOJI, MAX / 2, 1, MAX / 2, 4); /* two units each: the mark takes the odd one */
    check_cut("\xFF", MAX, 1, MAX - 1, 3);
    /* The library takes 32,767 characters as they are spelled. */
    check_cut("\xEF\xBF\xBF", MAX / 7, 0, MAX / 7, 7);
    check_cut("\xEF\xBF\xBF", MAX / 7, 1, (MAX - 1) / 7, 7);
}

static void what_was_in_the_buffer_is_gone(void **state)
{
    (void)state;
    struct strbuf out = {0};
    sheet_text(&out, text_of("before"));
    sheet_text(&out, text_of("now"));
    assert_string_equal(out.bytes, "now");
    sheet_text(&out, text_of(""));
    assert_string_equal(out.bytes, "");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_holds_what_xml_and_excel_can_hold),
        cmocka_unit_test(too_long_a_text_is_cut_at_a_character),
        cmocka_unit_test(what_was_in_the_buffer_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
