#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <regex.h>

#include <cmocka.h>

#include "decimal.h"
#include "strbuf.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BOUND INT64_C(1000000)
#define DECIMALS 9
#define EXPONENT_MAX 20000 /* more makes no difference to the numbers that are written out here */
#define SLOW_MAX 60000     /* digits that there is room for */

/* ---- the slow reading: the number written out digit by digit, rounded as on paper ---- */

/* The digits before the point, with the point moved `exponent` places to the right, then exactly DECIMALS, then the
 * rest. */
static void write_out(const char *digits, long point, char *kept, char *rest)
{
    long count = (long)strlen(digits);
    long first = point < 0 ? point : 0;
    size_t k = 0;
    size_t r = 0;
    for (long i = first; i < point + DECIMALS || i < count; i++) {
        char c = i >= 0 && i < count ? digits[i] : '0';
        if (i < point + DECIMALS)
            kept[k++] = c;
        else
            rest[r++] = c;
    }
    kept[k] = '\0';
    rest[r] = '\0';
}

static void add_one(char *digits)
{
    size_t i = strlen(digits);
    while (i > 0 && digits[i - 1] == '9')
        digits[--i] = '0';
    if (i > 0) {
        digits[i - 1]++;
    } else {
        memmove(digits + 1, digits, strlen(digits) + 1);
        digits[0] = '1';
    }
}

static bool round_up(const char *kept, const char *rest)
{
    size_t len = strlen(kept);
    bool odd = len > 0 && (kept[len - 1] - '0') % 2 == 1;
    bool beyond = rest[0] != '\0' && rest[1 + strspn(rest + 1, "0")] != '\0';
    return rest[0] > '5' || (rest[0] == '5' && (beyond || odd));
}

/* number must have JSON's syntax. */
static bool slow_parse(const char *number, int64_t bound, int64_t *nano)
{
    static char digits[SLOW_MAX], kept[SLOW_MAX], rest[SLOW_MAX];
    char limit[32];
    size_t n = 0;
    long point = -1;
    const char *p = number + (number[0] == '-');
    for (; *p && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.')
            point = (long)n;
        else
            digits[n++] = *p;
    }
    digits[n] = '\0';
    long exponent = *p ? strtol(p + 1, NULL, 10) : 0;
    exponent = exponent > EXPONENT_MAX ? EXPONENT_MAX : exponent < -EXPONENT_MAX ? -EXPONENT_MAX : exponent;
    point = (point < 0 ? (long)n : point) + exponent;
    write_out(digits, point, kept, rest);
    if (round_up(kept, rest))
        add_one(kept);
    const char *figure = kept + strspn(kept, "0");
    snprintf(limit, sizeof limit, "%lld000000000", (long long)bound);
    if (strlen(figure) > strlen(limit) || (strlen(figure) == strlen(limit) && strcmp(figure, limit) >= 0))
        return false;
    *nano = strtoll(figure, NULL, 10) * (number[0] == '-' ? -1 : 1);
    return true;
}

static void assert_as_slow(const char *number, int64_t bound)
{
    int64_t slow = 0;
    int64_t fast = 0;
    bool slow_ok = slow_parse(number, bound, &slow);
    bool fast_ok = decimal_parse(text_of(number), bound, &fast);
    if (slow_ok != fast_ok || slow != fast)
        fail_msg("%.200s: %s %lld, on paper %s %lld", number, fast_ok ? "is" : "refused", (long long)fast,
                 slow_ok ? "is" : "refused", (long long)slow);
}

/* ---- tests ---- */

static void numbers_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        int64_t nano;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"-0.0e5", 0},
        {"1", 1000000000},
        {"-1.5", -1500000000},
        {"0.015", 15000000},
        {"1250.00", INT64_C(1250000000000)},
        {"1E5", INT64_C(100000000000000)},
        {"1e+2", INT64_C(100000000000)},
        {"1e-9", 1},
        {"15e-10", 2},
        {"5e-10", 0},
        {"5.1e-10", 1},
        {"0.0000000005", 0},
        {"0.0000000015", 2},
        {"0.0000000025", 2},
        {"0.00000000250000000000000000001", 3},
        {"0.0000000035", 4},
        {"-0.0000000015", -2},
        {"-0.0000000025", -2},
        {"0.9999999995", 1000000000},
        {"999999.9999999994", INT64_C(999999999999999)},
        {"0e999999999", 0},
        {"0.000e999999999999999999999999", 0},
        {"-0E-999999999999999999999999", 0},
        {"7e-999999999999999999999999", 0},
        {"123456789e-999999999", 0},
        {"0.00000000000000000000000000000000000001e40", INT64_C(100000000000)},
        {"100000000000000000000000000000000000000e-38", 1000000000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t nano = -77;
        if (!decimal_parse(text_of(cases[i].number), BOUND, &nano) || nano != cases[i].nano)
            fail_msg("%s came to %lld", cases[i].number, (long long)nano);
    }
}

static void what_is_no_number_or_out_of_bounds_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",        "-",     "+1",   " 1",   "1 ",       "01",    "-01",  ".5",  "1.",      "1.e5",     "1e",
        "1e+",     "1e1.5", "1,5",  "0x10", "NaN",      "inf",   "1_0",  "--1", "1-",      "1e5e5",    "\xD9\xA1",
        "1000000", "1e6",   "-1e6", "10e5", "0.1e7",    "1e7",   "1e10", "1e19", "1e999999999999999999999999999",
        "999999.9999999995", "-999999.9999999996", "9223372036854775807", "99999999999999999999999999",
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        int64_t nano = -77;
        if (decimal_parse(text_of(refused[i]), BOUND, &nano) || nano != -77)
            fail_msg("\"%s\" came to %lld", refused[i], (long long)nano);
    }
    int64_t nano = -77;
    assert_false(decimal_parse((struct text){"1\0002", 3}, BOUND, &nano));
    assert_false(decimal_parse((struct text){"1\0", 2}, BOUND, &nano));
    assert_false(decimal_parse(TEXT_NONE, BOUND, &nano));
    assert_int_equal(nano, -77);
    assert_true(decimal_parse((struct text){"12345", 2}, BOUND, &nano)); /* the span ends before the text does */
    assert_true(nano == 12 * DECIMAL_ONE);
}

static void the_bound_is_of_the_rounded_number(void **state)
{
    (void)state;
    static const int64_t bounds[] = {1, 2, 10, 1000000, INT64_C(9223372036)};
    for (size_t i = 0; i < COUNT(bounds); i++) {
        char number[64];
        for (int last = 0; last < 10; last++) {
            snprintf(number, sizeof number, "%lld.999999999%d", (long long)bounds[i] - 1, last);
            assert_as_slow(number, bounds[i]);
            snprintf(number, sizeof number, "-%lld.999999998%d", (long long)bounds[i] - 1, last);
            assert_as_slow(number, bounds[i]);
            snprintf(number, sizeof number, "%lld.00000000%d", (long long)bounds[i], last);
            assert_as_slow(number, bounds[i]);
        }
    }
}

static void random_digits(struct strbuf *out, size_t count)
{
    /* Mostly noughts, fives and nines: ties and carries. */
    static const char likely[] = "0000555999";
    bool plain = random_below(2) == 0;
    for (size_t i = 0; i < count; i++)
        strbuf_putc(out, plain ? (char)('0' + random_below(10)) : likely[random_below(sizeof likely - 1)]);
}

static void random_number(struct strbuf *out, size_t digits_max, long exponent_max)
{
    strbuf_clear(out);
    if (random_below(3) == 0)
        strbuf_putc(out, '-');
    if (random_below(3) == 0) {
        strbuf_putc(out, '0');
    } else {
        strbuf_putc(out, (char)('1' + random_below(9)));
        random_digits(out, random_below(digits_max));
    }
    if (random_below(4) != 0) {
        strbuf_putc(out, '.');
        random_digits(out, 1 + random_below(digits_max));
    }
    if (random_below(2) == 0)
        strbuf_printf(out, "%c%+ld", random_below(2) ? 'e' : 'E',
                      (long)random_below((uint64_t)(2 * exponent_max + 1)) - exponent_max);
}

static void random_numbers_are_read_as_on_paper(void **state)
{
    (void)state;
    struct strbuf number = {0};
    for (int i = 0; i < 20000; i++) {
        random_number(&number, 8, 12);
        assert_as_slow(number.bytes, BOUND);
        random_number(&number, 30, 30);
        assert_as_slow(number.bytes, INT64_C(9223372036));
    }
    strbuf_free(&number);
}

/* HEAD, then `count` times `digit`, then TAIL. */
static void long_number(struct strbuf *out, const char *head, char digit, size_t count, const char *tail)
{
    strbuf_clear(out);
    strbuf_puts(out, head);
    for (size_t i = 0; i < count; i++)
        strbuf_putc(out, digit);
    strbuf_puts(out, tail);
}

static void numbers_of_ten_thousand_digits_are_read_as_on_paper(void **state)
{
    (void)state;
    static const struct {
        const char *head, *tail;
    } cases[] = {
        {"0.0000000005", ""},          {"0.0000000005", "1"},     {"0.0000000015", ""},      {"0.", "1e10000"},
        {"0.", "1e9992"},              {"1", "e-10000"},          {"-1", ".5e-10009"},       {"1", "e-10009"},
        {"1", "5e-10011"},             {"5", "e-10010"},          {"5", "1e-10011"},         {"1", ""},
        {"12.5", "e-1"},               {"0.", "e999"},            {"1", "e-9990"},
    };
    struct strbuf number = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        long_number(&number, cases[i].head, '0', 10000, cases[i].tail);
        assert_as_slow(number.bytes, BOUND);
        long_number(&number, cases[i].head, '9', 10000, cases[i].tail);
        assert_as_slow(number.bytes, BOUND);
    }
    for (int i = 0; i < 20; i++) {
        random_number(&number, 10000, 10000);
        assert_as_slow(number.bytes, BOUND);
    }
    strbuf_free(&number);
}

static void an_exponent_may_make_up_for_millions_of_digits(void **state)
{
    (void)state;
    struct strbuf number = {0};
    int64_t nano = 0;
    long_number(&number, "0.", '0', 12000000, "15e12000001");
    assert_true(decimal_parse((struct text){number.bytes, number.len}, BOUND, &nano));
    assert_true(nano == 1500000000);
    long_number(&number, "25", '0', 12000000, "e-12000001");
    assert_true(decimal_parse((struct text){number.bytes, number.len}, BOUND, &nano));
    assert_true(nano == 2500000000);
    strbuf_free(&number);
}

/* ---- syntax, against regular expressions ---- */

static void assert_syntax(const char *word, const regex_t *json, const regex_t *plain)
{
    int64_t nano = 0;
    int64_t slow = 0;
    bool number = regexec(json, word, 0, NULL, 0) == 0;
    bool within = number && slow_parse(word, BOUND, &slow);
    if (decimal_parse(text_of(word), BOUND, &nano) != within || nano != slow)
        fail_msg("\"%s\" came to %lld", word, (long long)nano);
    if (decimal_is_plain(text_of(word)) != (regexec(plain, word, 0, NULL, 0) == 0))
        fail_msg("\"%s\" is taken as plain, or not, wrongly", word);
}

static void every_short_word_and_many_long_ones(void **state)
{
    (void)state;
    static const char alphabet[] = "015-+.eE ";
    const size_t letters = sizeof alphabet - 1;
    regex_t json, plain;
    assert_int_equal(regcomp(&json, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$", REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regcomp(&plain, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$", REG_EXTENDED | REG_NOSUB), 0);
    size_t words = 1;
    for (size_t len = 0; len <= 4; len++, words *= letters) {
        for (size_t n = 0; n < words; n++) {
            char word[8] = "";
            size_t rest = n;
            for (size_t i = 0; i < len; i++, rest /= letters)
                word[i] = alphabet[rest % letters];
            assert_syntax(word, &json, &plain);
        }
    }
    for (int i = 0; i < 20000; i++) {
        char word[16] = "";
        size_t len = 5 + random_below(4);
        for (size_t k = 0; k < len; k++)
            word[k] = alphabet[random_below(letters)];
        assert_syntax(word, &json, &plain);
    }
    regfree(&json);
    regfree(&plain);
    assert_false(decimal_is_plain(TEXT_NONE));
    assert_false(decimal_is_plain((struct text){"1\0", 2}));
    assert_true(decimal_is_plain((struct text){"12e5", 2}));
}

/* ---- spelling ---- */

static void decimals_are_spelled_the_shortest_way_and_money_with_two(void **state)
{
    (void)state;
    static const struct {
        int64_t nano;
        const char *plain, *money;
    } cases[] = {
        {0, "0", "0.00"},
        {1, "0.000000001", "0.000000001"},
        {-1, "-0.000000001", "-0.000000001"},
        {15000000, "0.015", "0.015"},
        {10000000, "0.01", "0.01"},
        {100000000, "0.1", "0.10"},
        {1500000000, "1.5", "1.50"},
        {-5000000000, "-5", "-5.00"},
        {2300000000, "2.3", "2.30"},
        {INT64_C(1000000000000000000), "1000000000", "1000000000.00"},
        {INT64_C(1234567890123456789), "1234567890.123456789", "1234567890.123456789"},
        {INT64_MAX, "9223372036.854775807", "9223372036.854775807"},
        {INT64_MIN, "-9223372036.854775808", "-9223372036.854775808"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DECIMAL_TEXT_MAX];
        assert_int_equal(decimal_format(cases[i].nano, text), strlen(cases[i].plain));
        assert_string_equal(text, cases[i].plain);
        assert_int_equal(decimal_format_money(cases[i].nano, text), strlen(cases[i].money));
        assert_string_equal(text, cases[i].money);
    }
}

static void spelled_and_read_again_is_the_same(void **state)
{
    (void)state;
    const int64_t bound = INT64_C(9223372036);
    for (int i = 0; i < 20000; i++) {
        char text[DECIMAL_TEXT_MAX];
        int64_t back = 0;
        int64_t unit = 1;
        for (uint64_t noughts = random_below(12); noughts > 0; noughts--)
            unit *= 10;
        int64_t nano = (int64_t)(random_below((uint64_t)(bound * DECIMAL_ONE)) >> random_below(63)) / unit * unit;
        nano *= random_below(2) ? 1 : -1;
        size_t len = decimal_format(nano, text);
        assert_true(decimal_is_plain((struct text){text, len}));
        assert_true(decimal_parse(text_of(text), bound, &back) && back == nano);
        assert_true(!strchr(text, '.') || text[len - 1] != '0');
        len = decimal_format_money(nano, text);
        assert_true(decimal_parse(text_of(text), bound, &back) && back == nano);
        const char *point = strchr(text, '.');
        assert_non_null(point);
        assert_true(strlen(point) >= 3 && (strlen(point) == 3 || text[len - 1] != '0'));
    }
}

/* Rounded once more, to fewer decimals, it is what the exact figure would be rounded to. */
static void sticky_keeps_what_a_later_rounding_needs(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        int64_t nano;
    } cases[] = {
        {"0.50005000000001", 500050001}, {"0.5000500000", 500050000}, {"0.0005", 500000},
        {"0.00050000000001", 500001},    {"2.3", 2300000000},         {"0.1234567899", 123456789},
        {"0.1234567850001", 123456786},  {"1.0000000000001", 1000000001}, {"-0.0000000001", -1},
        {"0", 0},                        {"-0", 0},                   {"1E-30", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t nano = -77;
        assert_true(decimal_parse_sticky(text_of(cases[i].number), BOUND, &nano));
        assert_int_equal(nano, cases[i].nano);
    }
    int64_t nano;
    assert_false(decimal_parse_sticky(text_of("1e6"), 1000000, &nano));
    assert_false(decimal_parse_sticky(text_of("1."), BOUND, &nano));
}

static void numbers_by_their_significant_digits(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        const char *digits; /* NULL: refused */
        int64_t exponent;
        bool negative;
    } cases[] = {
        {"0", "", 0, false},
        {"-0.00E7", "", 0, true},
        {"1250.00", "125", 1, false},
        {"-0.0500", "5", -2, true},
        {"1E5", "1", 5, false},
        {"120e-3", "12", -2, false},
        {"10203", "10203", 0, false},
        {"123456789012345", "123456789012345", 0, false},
        {"0.000123456789012345000", "123456789012345", -18, false},
        {"99999999999999900000000000000000000", "999999999999999", 20, false},
        {"1234567890123456", NULL, 0, false},
        {"1000000000000001", NULL, 0, false},
        {"1.0000000000000010", NULL, 0, false},
        {"210000000003139471430009017", NULL, 0, false},
        {"", NULL, 0, false},
        {"+1", NULL, 0, false},
        {"007", NULL, 0, false},
        {"1.", NULL, 0, false},
        {"INF", NULL, 0, false},
        {"1 ", NULL, 0, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decimal_digits d;
        assert_int_equal(decimal_digits(text_of(cases[i].number), &d), cases[i].digits != NULL);
        if (!cases[i].digits)
            continue;
        assert_string_equal(d.digits, cases[i].digits);
        assert_int_equal(d.negative, cases[i].negative);
        assert_int_equal(d.exponent, cases[i].exponent);
    }
    struct decimal_digits d;
    assert_true(decimal_digits(text_of("1e999999999999999999999"), &d) && d.exponent > 1000000);
    assert_false(decimal_digits(TEXT_NONE, &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_by_their_significant_digits),
        cmocka_unit_test(sticky_keeps_what_a_later_rounding_needs),
        cmocka_unit_test(numbers_are_read_exactly),
        cmocka_unit_test(what_is_no_number_or_out_of_bounds_is_refused),
        cmocka_unit_test(the_bound_is_of_the_rounded_number),
        cmocka_unit_test(random_numbers_are_read_as_on_paper),
        cmocka_unit_test(numbers_of_ten_thousand_digits_are_read_as_on_paper),
        cmocka_unit_test(an_exponent_may_make_up_for_millions_of_digits),
        cmocka_unit_test(every_short_word_and_many_long_ones),
        cmocka_unit_test(decimals_are_spelled_the_shortest_way_and_money_with_two),
        cmocka_unit_test(spelled_and_read_again_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
