#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "strbuf.h"
#include "text.h"
#include "tests/unit/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CODE_POINTS 0x110000u

/* Bytes that are likely to begin, continue or break a sequence. */
static void random_bytes(char *out, size_t len)
{
    static const unsigned char edges[] = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    };
    for (size_t i = 0; i < len; i++)
        out[i] = (char)edges[random_below(COUNT(edges))];
}

/* RFC 3629, section 3; also for the values that it forbids. */
static size_t encode(uint32_t c, char *out)
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    return n;
}

static void every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        char bytes[4];
        size_t n = encode(c, bytes);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        if (utf8_sequence(bytes, n) != (surrogate ? 0 : n))
            fail_msg("U+%04X", (unsigned)c);
        for (size_t cut = 1; cut < n && !surrogate; cut++)
            if (utf8_sequence(bytes, cut) != 0 || utf8_broken(bytes, cut) != cut)
                fail_msg("U+%04X cut to %zu bytes", (unsigned)c, cut);
    }
    assert_int_equal(utf8_sequence("", 0), 0);
    assert_int_equal(utf8_sequence("A", 0), 0);
}

/* Whether the bytes are what encoding their own code point gives: the definition, read backwards. */
static size_t slow_sequence(const char *s, size_t len)
{
    static const unsigned char payload[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    for (size_t n = 1; n <= 4 && n <= len; n++) {
        char again[4];
        uint32_t c = (unsigned char)s[0] & payload[n];
        for (size_t i = 1; i < n; i++)
            c = c << 6 | ((unsigned char)s[i] & 0x3F);
        bool allowed = c < CODE_POINTS && (c < 0xD800 || c > 0xDFFF);
        if (allowed && encode(c, again) == n && memcmp(s, again, n) == 0)
            return n;
    }
    return 0;
}

static void random_byte_sequences(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        char bytes[24];
        size_t len = random_below(sizeof bytes + 1);
        size_t valid = 0;
        random_bytes(bytes, len);
        if (random_below(2) == 0)
            memset(bytes, 'a', len / 2); /* for what is skipped a word at a time */
        while (valid < len && slow_sequence(bytes + valid, len - valid) > 0)
            valid += slow_sequence(bytes + valid, len - valid);
        assert_int_equal(utf8_valid_prefix(bytes, len), valid);
        for (size_t k = 0; k < len; k++)
            assert_int_equal(utf8_sequence(bytes + k, len - k), slow_sequence(bytes + k, len - k));
    }
}

static void what_one_replacement_character_stands_for(void **state)
{
    (void)state;
    /* The examples of Unicode 15, tables 3-8 to 3-11. Well-formed parts are upper case letters. */
    static const struct {
        const char *bytes;
        const char *parts; /* lengths of the broken parts, letters between them */
    } cases[] = {
        {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "11111111A"},
        {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "11111111A"},
        {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "11111A11B"},
        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "2132A"},
        {"\x41\xF1\x80\x80\xE1\x80\xC2\x42\x80\x43\x80\xBF\x44", "A321B1C11D"},
        {"\xF0\x9F\x98", "3"},
        {"\xC2", "1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char parts[32];
        size_t n = 0;
        size_t len = strlen(cases[i].bytes);
        for (size_t k = 0; k < len;) {
            const char *s = cases[i].bytes + k;
            size_t whole = utf8_sequence(s, len - k);
            size_t broken = whole ? 0 : utf8_broken(s, len - k);
            parts[n++] = whole ? *s : (char)('0' + broken);
            k += whole + broken;
        }
        parts[n] = '\0';
        assert_string_equal(parts, cases[i].parts);
    }
}

static void spans(void **state)
{
    (void)state;
    static const struct {
        const char *text, *trimmed;
    } trims[] = {
        {"", ""},   {" ", ""},           {" \t \t", ""},
        {"a", "a"}, {"\t a b\t ", "a b"}, {"\na\r", "\na\r"}, {"\xC2\xA0", "\xC2\xA0"},
    };
    for (size_t i = 0; i < COUNT(trims); i++)
        assert_true(text_is(text_trim(text_of(trims[i].text)), trims[i].trimmed));
    assert_null(text_trim(TEXT_NONE).bytes);
    assert_null(text_of(NULL).bytes);
    assert_int_equal(text_of("abc").len, 3);
    assert_true(text_equal((struct text){"ab", 1}, text_of("a")));
    assert_false(text_equal((struct text){"a\0b", 3}, (struct text){"a\0c", 3}));
    assert_false(text_is(text_of("a"), "ab"));
    assert_false(text_is(text_of("ab"), "a"));
    assert_true(text_is(text_of(""), ""));
    assert_false(text_is(TEXT_NONE, "")); /* absent is not empty */
}

/* ---- for a person's eyes ---- */

static void text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        struct text text;
        size_t max_chars;
        const char *expected;
    } cases[] = {
        {{"", 0}, 0, ""},
        {{NULL, 0}, 5, ""},
        {{"plain \"text\" \\n", 15}, 0, "plain \"text\" \\n"},
        {{"a\nb\r\tc", 6}, 0, "a\\nb\\r\\tc"},
        {{"\0\x01\x1B[31m\x7F", 8}, 0, "\\x00\\x01\\x1B[31m\\x7F"},
        {{"Zürich \xF0\x9F\x98\x80", 12}, 0, "Zürich \xF0\x9F\x98\x80"},
        {{"\xC2\x80\xC2\x85\xC2\x9F\xC2\xA0", 8}, 0, "\\u{0080}\\u{0085}\\u{009F}\xC2\xA0"},
        {{"\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF", 12}, 0, "\xE2\x80\xA7\\u{2028}\\u{2029}\xE2\x80\xAF"},
        {{"\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8F", 9}, 0, "\\u{202E}\\u{2066}\\u{200F}"},
        {{"\xFF\xC3\xED\xA0\x80", 5}, 0, "\\xFF\\xC3\\xED\\xA0\\x80"},
        {{"abcdef", 6}, 6, "abcdef"},
        {{"abcdef", 6}, 5, "abcde…"},
        {{"äöü", 6}, 2, "äö…"},
        {{"\n\n\n", 3}, 2, "\\n\\n…"},
        {{"\xFF\xFF\xFF", 3}, 1, "\\xFF…"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = {0};
        strbuf_puts(&out, ">");
        text_escape(&out, cases[i].text, cases[i].max_chars);
        assert_string_equal(out.bytes + 1, cases[i].expected);
        strbuf_free(&out);
    }
}

static void escaped_text_can_harm_no_terminal(void **state)
{
    (void)state;
    struct strbuf out = {0};
    for (int i = 0; i < 20000; i++) {
        char bytes[16];
        size_t len = random_below(sizeof bytes + 1);
        random_bytes(bytes, len);
        strbuf_clear(&out);
        strbuf_puts(&out, "");
        text_escape(&out, (struct text){bytes, len}, 0);
        assert_int_equal(utf8_valid_prefix(out.bytes, out.len), out.len);
        for (size_t k = 0; k < out.len; k++) {
            unsigned char c = (unsigned char)out.bytes[k];
            assert_true(c >= 0x20 && c != 0x7F);
            assert_false(c == 0xC2 && (unsigned char)out.bytes[k + 1] < 0xA0);
        }
    }
    strbuf_free(&out);
}

static void printable_text_fits_whatever_the_size(void **state)
{
    (void)state;
    const struct text text = text_of("aä€\xF0\x9F\x98\x80\n\xFF" "b");
    struct strbuf whole = {0};
    text_escape(&whole, text, 0);
    for (size_t size = 1; size <= whole.len + 2; size++) {
        char *out = malloc(size); /* so that a byte too far is seen */
        assert_non_null(out);
        assert_ptr_equal(text_printable(text, 0, out, size), out);
        size_t len = strlen(out);
        assert_true(len < size && len + 4 > (size - 1 < whole.len ? size - 1 : whole.len));
        assert_memory_equal(out, whole.bytes, len);
        assert_int_equal(utf8_valid_prefix(out, len), len);
        free(out);
    }
    char cut[32];
    assert_string_equal(text_printable(text, 2, cut, sizeof cut), "aä…");
    assert_string_equal(text_printable(TEXT_NONE, 2, cut, sizeof cut), "");
    strbuf_free(&whole);
}

/* ---- the nearest word ---- */

static size_t slow_distance(const char *a, const char *b)
{
    if (!*a || !*b)
        return strlen(a) + strlen(b);
    size_t replace = slow_distance(a + 1, b + 1) + (*a != *b);
    size_t drop = slow_distance(a + 1, b) + 1;
    size_t add = slow_distance(a, b + 1) + 1;
    size_t least = replace < drop ? replace : drop;
    return least < add ? least : add;
}

static void word_of_number(unsigned number, char *out)
{
    for (; number > 1; number >>= 1)
        *out++ = number & 1 ? 'b' : 'a';
    *out = '\0';
}

static void the_nearest_word_is_within_half_of_the_letters(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 64; i++) {
        for (unsigned k = 1; k < 64; k++) {
            char word[8], other[8];
            word_of_number(i, word);
            word_of_number(k, other);
            const char *const words[] = {other};
            bool near = slow_distance(word, other) <= strlen(word) / 2;
            if ((text_nearest(word, words, 1) != NULL) != near)
                fail_msg("%s and %s", word, other);
        }
    }
}

static void the_word_that_was_meant(void **state)
{
    (void)state;
    static const char *const words[] = {"ingest", "fetch", "export", "run", "status", "show", "verify"};
    static const struct {
        const char *word, *meant;
    } cases[] = {
        {"ingset", "ingest"}, {"fecth", "fetch"}, {"exprt", "export"}, {"status", "status"}, {"stats", "status"},
        {"shwo", "show"},     {"xyzzy", NULL},    {"", NULL},          {"EXPORT", NULL},     {"rum", "run"},
    };
    char endless[100];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *found = text_nearest(cases[i].word, words, COUNT(words));
        if (cases[i].meant)
            assert_string_equal(found, cases[i].meant);
        else
            assert_null(found);
    }
    assert_null(text_nearest(endless, words, COUNT(words)));
    assert_null(text_nearest("run", (const char *const[]){endless}, 1));
    assert_null(text_nearest("run", NULL, 0));
    /* Of equally near ones the first. */
    assert_string_equal(text_nearest("bat", (const char *const[]){"cat", "rat"}, 2), "cat");
}

/* ---- strbuf ---- */

static void a_buffer_holds_what_was_appended(void **state)
{
    (void)state;
    struct strbuf buf = {0};
    char *expected = malloc(1u << 20);
    size_t len = 0;
    assert_non_null(expected);
    for (int i = 0; i < 2000; i++) {
        char piece[200];
        size_t n = random_below(sizeof piece);
        random_bytes(piece, n);
        piece[n] = '\0';
        switch (random_below(4)) {
        case 0:
            strbuf_append(&buf, piece, n);
            break;
        case 1:
            n = strlen(piece);
            strbuf_puts(&buf, piece);
            break;
        case 2:
            n = 1;
            strbuf_putc(&buf, piece[0]);
            break;
        default:
            n = (size_t)snprintf(piece, sizeof piece, "%0*d", (int)n / 2 + 1, i);
            strbuf_printf(&buf, "%s", piece);
        }
        memcpy(expected + len, piece, n);
        len += n;
        assert_int_equal(buf.len, len);
        assert_true(buf.size > buf.len && buf.bytes[len] == '\0');
    }
    assert_false(buf.failed);
    assert_memory_equal(buf.bytes, expected, len);
    strbuf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf.bytes, "");
    assert_true(buf.size > len);
    strbuf_free(&buf);
    assert_null(buf.bytes);
    assert_int_equal(buf.size, 0);
    free(expected);
}

static void a_failure_is_remembered_until_the_buffer_is_cleared(void **state)
{
    (void)state;
    struct strbuf buf = {0};
    strbuf_clear(&buf);
    assert_true(strbuf_reserve(&buf, 10));
    strbuf_puts(&buf, "kept");
    static const size_t too_much[] = {SIZE_MAX, SIZE_MAX - 3, SIZE_MAX / 2, SIZE_MAX / 2 - 4};
    for (size_t i = 0; i < COUNT(too_much); i++) {
        assert_false(strbuf_reserve(&buf, too_much[i]));
        assert_true(buf.failed);
        strbuf_puts(&buf, "lost");
        strbuf_printf(&buf, "%d", 1);
        assert_false(strbuf_reserve(&buf, 0));
        assert_string_equal(buf.bytes, "kept");
        buf.failed = false;
    }
    buf.failed = true;
    strbuf_clear(&buf);
    assert_false(buf.failed);
    strbuf_puts(&buf, "again");
    assert_string_equal(buf.bytes, "again");
    strbuf_append(&buf, NULL, 0);
    assert_int_equal(buf.len, 5);
    strbuf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(random_byte_sequences),
        cmocka_unit_test(what_one_replacement_character_stands_for),
        cmocka_unit_test(spans),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(escaped_text_can_harm_no_terminal),
        cmocka_unit_test(printable_text_fits_whatever_the_size),
        cmocka_unit_test(the_nearest_word_is_within_half_of_the_letters),
        cmocka_unit_test(the_word_that_was_meant),
        cmocka_unit_test(a_buffer_holds_what_was_appended),
        cmocka_unit_test(a_failure_is_remembered_until_the_buffer_is_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
