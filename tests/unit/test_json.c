#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json.h"
#include "strbuf.h"

#define FFFD "\xEF\xBF\xBD"
#define S(literal) {(literal), sizeof(literal) - 1}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MANY 100000

static int make_reader(void **state)
{
    *state = json_reader_new();
    return *state ? 0 : -1;
}

static int free_reader(void **state)
{
    json_reader_free(*state);
    return 0;
}

static const struct json *must_read(struct json_reader *reader, struct text document)
{
    const char *problem = NULL;
    const struct json *root = json_read(reader, document, &problem);
    if (!root)
        fail_msg("refused as %s: %.*s", problem, (int)document.len, document.bytes);
    return root;
}

static void assert_text(struct text actual, const char *expected)
{
    assert_non_null(actual.bytes);
    if (!text_is(actual, expected))
        fail_msg("\"%.*s\" instead of \"%s\"", (int)actual.len, actual.bytes, expected);
}

static void assert_written(const struct json *value, const char *expected)
{
    struct strbuf out = {0};
    json_write(&out, value);
    assert_false(out.failed);
    assert_text((struct text){out.bytes, out.len}, expected);
    strbuf_free(&out);
}

struct document {
    struct text text;
    const char *compact; /* NULL: as it stands */
};

/* What RFC 8259 allows. */
static const struct document accepted[] = {
    {S("[]"), NULL},
    {S("{}"), NULL},
    {S("null"), NULL},
    {S("true"), NULL},
    {S("false"), NULL},
    {S("0"), NULL},
    {S("\"\""), NULL},
    {S(" \t\r\n[ ] \n"), "[]"},
    {S("{ \"a\" : 1 , \"b\" : [ null , true ] }"), "{\"a\":1,\"b\":[null,true]}"},
    {S("[[],[[]],{},{\"\":{}}]"), NULL},
    {S("[1,-0,0.10,1e5,1E+05,1E-5,-0.0e0,0e0]"), NULL},
    {S("[1250.00,12345678901234567890123,-9223372036854775809,1e999999]"), NULL},
    {S("[0.1234567890123456789012345678901234567890]"), NULL},
    {S("\"sn\""), NULL},
    {S("[\"s\",\"n\",\"n1\",1]"), NULL},
    {S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {S("\"\\u0001\\u001F\\u007f\\u0020\""), "\"\\u0001\\u001f\x7F \""},
    {S("\"\\u00e9\\u20AC\\uD83D\\uDE00\""), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {S("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""), NULL},
    {S("\"\\uD800\\uDC00\\uD7FF\\uE000\""), "\"\xF0\x90\x80\x80\xED\x9F\xBF\xEE\x80\x80\""},
    {S("\"\\uDBFF\\uDFFF\\uFFFF\xEF\xBF\xBE\""), "\"\xF4\x8F\xBF\xBF\xEF\xBF\xBF\xEF\xBF\xBE\""},
    {S("{\"\\n\\\"\":\"\\\\u0041\"}"), NULL},
    {S("{\"\\u00fcber\":1}"), "{\"\xC3\xBC" "ber\":1}"},
    {S("[\"//\",\"/* */\",\"'\"]"), NULL},
};

static void test_reads_what_rfc_8259_allows(void **state)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        const struct json *root = must_read(*state, accepted[i].text);
        assert_written(root, accepted[i].compact ? accepted[i].compact : accepted[i].text.bytes);
    }
}

static void test_what_other_readers_would_see_differently(void **state)
{
    static const struct {
        const char *text;
        const char *repaired; /* NULL: as it is */
    } cases[] = {
        {"{\"a\":\"\\u00fc\\/\",\"\\u00fc\":1.0}", NULL},
        {"{\"a\":[{\"b\":\"\\u00fc\"},{}]}", NULL},
        {"[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\"]", NULL},
        {"[\"\\u00fc\"]", "[\"\xC3\xBC\"]"},
        {"[\"\\/\"]", "[\"/\"]"},
        {"[\"\\u001F\"]", "[\"\\u001f\"]"},
        {"[\"\\u000a\"]", "[\"\\n\"]"},
        {"[\"\\uD83D\\uDE00\"]", "[\"\xF0\x9F\x98\x80\"]"},
        {"[\"\\u0022\"]", "[\"\\\"\"]"},
        {"{\"a\":[1,{\"b\":[{\"c\":\"\\/\"}]}]}", "{\"a\":[1,{\"b\":[{\"c\":\"/\"}]}]}"},
        {"{\"a\":[[{\"\\u00fc\":1}]]}", "{\"a\":[[{\"\xC3\xBC\":1}]]}"},
        {"{\"a\\\"b\":1.50}", "{\"a\\u0022b\":1.50}"},
        {"{\"a\\u0022b\":1.50,\"c\\\\\":\"\\\"\"}", NULL},
        {"{\"a\\\\\\\"\":1}", "{\"a\\\\\\u0022\":1}"},
        {"[1,{\"a\\u0022b\":1}]", NULL},
        {"{\"\\u0061b\":{\"b\\u007e\":1.50}}", "{\"ab\":{\"b~\":1.50}}"},
        {"{\"\\u007f\\u00fc\\n\":\"\\u0061\"}", NULL},
        {"{\"a\":1,\"a\":2}", "{\"a\":2}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = {0};
        const struct json *root = must_read(*state, text_of(cases[i].text));
        if (json_was_repaired(*state) != (cases[i].repaired != NULL))
            fail_msg("%s", cases[i].text);
        json_write_repaired(&out, root);
        if (cases[i].repaired)
            assert_string_equal(out.bytes, cases[i].repaired);
        /* Once is enough. */
        root = must_read(*state, (struct text){out.bytes, out.len});
        assert_false(json_was_repaired(*state));
        struct strbuf again = {0};
        json_write_repaired(&again, root);
        assert_string_equal(again.bytes, out.bytes);
        strbuf_free(&again);
        strbuf_free(&out);
    }
}

static const struct text refused[] = {
    S(""), S(" "), S("\n"), S("x"), S("\""), S("'a'"), S("\"a"), S("\"\\\""), S("\"\\"), S("\0"), S("[]\0"),
    /* numbers */
    S("-"), S("+1"), S("01"), S("-01"), S("00"), S("1."), S(".1"), S("-.1"), S("1.e1"), S("1e"), S("1e+"), S("1E-"),
    S("0x10"), S("1_000"), S("1,5"), S("NaN"), S("-NaN"), S("Infinity"), S("-Infinity"), S("nan"), S("1 2"), S("1e1.5"),
    S("[1.]"), S("[-]"), S("[0e]"), S("\xEF\xBC\x91"),
    /* words */
    S("True"), S("NULL"), S("nul"), S("tru"), S("truex"), S("fals"), S("undefined"), S("nulll"),
    /* arrays and objects */
    S("["), S("]"), S("[1"), S("[1,"), S("[1,]"), S("[,1]"), S("[1,,2]"), S("[1 2]"), S("[1}"), S("[]]"), S("[][]"),
    S("{"), S("}"), S("{]"), S("{\"a\""), S("{\"a\":"), S("{\"a\":1"), S("{\"a\":1,"), S("{\"a\":1,}"), S("{,}"),
    S("{\"a\"}"), S("{\"a\" 1}"), S("{\"a\"::1}"), S("{a:1}"), S("{'a':1}"), S("{1:1}"), S("{null:1}"),
    S("{\"a\":1 \"b\":2}"),
    S("{\"a\":1}}"), S("{\"a\":1}x"), S("{\"a\":1}{}"), S("{\"a\":}"), S("{:1}"), S("{[]:1}"),
    /* strings */
    S("\"\n\""), S("\"\t\""), S("\"\x1F\""), S("\"\0\""), S("{\"a\nb\":1}"), S("\"\\x41\""), S("\"\\'\""), S("\"\\a\""),
    S("\"\\\0\""), S("\"\\U0041\""), S("\"\\u\""), S("\"\\u004\""), S("\"\\u004"), S("\"\\u00g0\""), S("\"\\u+041\""),
    S("\"\\uD83D\\u\""), S("\"\\uD83D\\uDE0\""), S("\"\\uD83D\\x\""), S("\"\\\xC3\xA9\""),
    /* what other formats allow */
    S("//\n1"), S("/**/1"), S("[1]//"), S("[1]/**/"), S("#\n1"), S("[1];"), S("\xC2\xA0" "1"), S("\x0B" "1"), S("\f[]"),
    S("\xEF\xBB\xBF"), S("\xEF\xBB\xBF\xEF\xBB\xBF[]"), S("[]\xEF\xBB\xBF"), S("\xEF\xBB{}"), S("\xFF\xFE[\0]\0"),
    S("[\xFF]"), S("\xE9"), S("{\"a\":\xC3\xA9}"), S("<html>"),
};

static void test_refuses_everything_else(void **state)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const char *problem = NULL;
        if (json_read(*state, refused[i], &problem))
            fail_msg("accepted: %.*s", (int)refused[i].len, refused[i].bytes);
        assert_string_equal(problem, "not JSON");
        assert_false(json_was_repaired(*state));
    }
}

static const struct document mended[] = {
    {S("\xEF\xBB\xBF{\"a\":1}"), "{\"a\":1}"},
    {S("\"\\u0000\""), "\"" FFFD "\""},
    {S("\"a\\u0000\\u0000b\""), "\"a" FFFD FFFD "b\""},
    {S("{\"a\\u0000b\":1,\"a\\u0000c\":2}"), "{\"a" FFFD "b\":1,\"a" FFFD "c\":2}"},
    {S("\"\\uD83D\""), "\"" FFFD "\""},
    {S("\"\\uDC00\""), "\"" FFFD "\""},
    {S("\"\\uDFFF\""), "\"" FFFD "\""},
    {S("\"\\uDBFF\\uE000\""), "\"" FFFD "\xEE\x80\x80\""},
    {S("\"\\uDE00\\uD83D\""), "\"" FFFD FFFD "\""},
    {S("\"\\uD83Dx\\uDE00\""), "\"" FFFD "x" FFFD "\""},
    {S("\"\\uD83D\\u0041\""), "\"" FFFD "A\""},
    {S("\"\\uD83D\\uD83D\\uDE00\""), "\"" FFFD "\xF0\x9F\x98\x80\""},
    {S("\"\\uD83D\\\"\""), "\"" FFFD "\\\"\""},
    {S("\"\xFF\""), "\"" FFFD "\""},
    {S("\"a\xC3\""), "\"a" FFFD "\""},
    {S("\"\xC3\xC3\xA9\""), "\"" FFFD "\xC3\xA9\""},
    {S("\"\xE2\x82\""), "\"" FFFD "\""},
    {S("\"\xE2\x82\xE2\x82\xAC\""), "\"" FFFD "\xE2\x82\xAC\""},
    {S("\"\xF0\x9F\x98\""), "\"" FFFD "\""},
    {S("\"\xF0\x9F\x98\\n\""), "\"" FFFD "\\n\""},
    {S("\"\xED\xA0\x80\""), "\"" FFFD FFFD FFFD "\""},
    {S("\"\xC0\x80\xF5\""), "\"" FFFD FFFD FFFD "\""},
    {S("\"\xC3\\u00e9\""), "\"" FFFD "\xC3\xA9\""},
    {S("{\"\xE9t\xE9\":\"\xE9\"}"), "{\"" FFFD "t" FFFD "\":\"" FFFD "\"}"},
    {S("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}"},
    {S("{\"a\":{\"x\":1},\"\\u0061\":null}"), "{\"a\":null}"},
    {S("{\"a\":1,\"a\":{\"x\":[{\"y\":2,\"y\":2}]}}"), "{\"a\":{\"x\":[{\"y\":2}]}}"},
    {S("[{\"\":1,\"\":2}]"), "[{\"\":2}]"},
    {S("{\"a\\u0000\":1,\"a" FFFD "\":2}"), "{\"a" FFFD "\":2}"},
};

static void test_mends_what_other_readers_would_see_differently(void **state)
{
    for (size_t i = 0; i < COUNT(mended); i++) {
        const struct json *root = must_read(*state, mended[i].text);
        assert_true(json_was_repaired(*state));
        assert_written(root, mended[i].compact);
    }
    must_read(*state, (struct text)S("[\"" FFFD "\"]"));
    assert_false(json_was_repaired(*state));
}

static void nest(struct strbuf *out, size_t levels, bool objects)
{
    for (size_t i = 0; i < levels; i++)
        strbuf_puts(out, objects ? "{\"a\":" : "[");
    strbuf_puts(out, "1");
    for (size_t i = 0; i < levels; i++)
        strbuf_putc(out, objects ? '}' : ']');
}

static void test_reads_512_levels_and_no_more(void **state)
{
    for (int objects = 0; objects < 2; objects++) {
        struct strbuf deep = {0};
        nest(&deep, JSON_DEPTH_MAX, objects);
        assert_written(must_read(*state, (struct text){deep.bytes, deep.len}), deep.bytes);
        strbuf_clear(&deep);
        nest(&deep, JSON_DEPTH_MAX + 1, objects);
        const char *problem = NULL;
        assert_null(json_read(*state, (struct text){deep.bytes, deep.len}, &problem));
        assert_string_equal(problem, "JSON nested deeper than 512 levels");
        strbuf_free(&deep);
    }
}

static void test_depth_is_not_length(void **state)
{
    struct strbuf wide = {0};
    strbuf_putc(&wide, '[');
    for (int i = 0; i < MANY; i++)
        strbuf_puts(&wide, "{},[],");
    strbuf_puts(&wide, "0]");
    const struct json *root = must_read(*state, (struct text){wide.bytes, wide.len});
    assert_int_equal(json_length(root), 2 * MANY + 1);
    assert_written(root, wide.bytes);
    strbuf_free(&wide);
}

static void test_types_and_texts(void **state)
{
    const struct json *root = must_read(*state, (struct text)S("[null,true,false,-1.50e0,\"n\\u00e9\",[1],{\"k\":2}]"));
    static const struct {
        enum json_type type;
        const char *text;
    } expected[] = {
        {JSON_NULL, NULL},      {JSON_BOOL, "true"},         {JSON_BOOL, "false"}, {JSON_NUMBER, "-1.50e0"},
        {JSON_STRING, "n\xC3\xA9"}, {JSON_ARRAY, NULL}, {JSON_OBJECT, NULL},
    };
    assert_int_equal(json_type(root), JSON_ARRAY);
    assert_int_equal(json_length(root), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct json *value = json_at(root, i);
        assert_non_null(value);
        assert_int_equal(json_type(value), expected[i].type);
        assert_int_equal(json_is_true(value), i == 1);
        if (expected[i].text)
            assert_text(json_text(value), expected[i].text);
        else
            assert_null(json_text(value).bytes);
    }
    assert_null(json_at(root, COUNT(expected)));
}

static void test_absent_values_are_harmless(void **state)
{
    const struct json *root = must_read(*state, (struct text)S("{\"null\":null,\"text\":\"\"}"));
    assert_null(json_member(root, "none"));
    assert_non_null(json_member(root, "null"));
    assert_int_equal(json_type(json_member(root, "null")), JSON_NULL);
    assert_int_equal(json_text(json_member(root, "text")).len, 0);
    assert_non_null(json_text(json_member(root, "text")).bytes);
    const struct json *useless[] = {NULL, json_member(root, "null"), json_member(root, "text")};
    for (size_t i = 0; i < COUNT(useless); i++) {
        struct json_members it = json_members(useless[i]);
        assert_null(json_member(useless[i], "a"));
        assert_null(json_at(useless[i], 0));
        assert_int_equal(json_length(useless[i]), 0);
        assert_false(json_is_true(useless[i]));
        assert_false(json_next(&it));
    }
    assert_int_equal(json_length(root), 0);
    assert_int_equal(json_type(NULL), JSON_NULL);
    assert_written(NULL, "null");
}

static void test_members_come_in_document_order(void **state)
{
    static const struct {
        const char *name;
        const char *value;
    } expected[] = {{"z", "4"}, {"", "2"}, {"a", "3"}, {"Z", "5"}};
    const struct json *root = must_read(*state, (struct text)S("{\"z\":1,\"\":2,\"a\":3,\"z\":4,\"Z\":5}"));
    struct json_members it = json_members(root);
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_true(json_next(&it));
        assert_text(it.name, expected[i].name);
        assert_text(json_text(it.value), expected[i].value);
    }
    assert_false(json_next(&it));
    assert_false(json_next(&it));
}

static void test_many_members(void **state)
{
    struct strbuf many = {0};
    strbuf_putc(&many, '{');
    for (int i = 0; i < MANY; i++)
        strbuf_printf(&many, "%s\"k%d\":%d", i ? "," : "", i, i);
    strbuf_putc(&many, '}');
    const struct json *root = must_read(*state, (struct text){many.bytes, many.len});
    assert_false(json_was_repaired(*state));
    assert_text(json_text(json_member(root, "k77777")), "77777");
    assert_written(root, many.bytes);
    strbuf_free(&many);
}

static void test_writes_strings(void **state)
{
    static const struct document strings[] = {
        {S(""), "\"\""},
        {S("plain"), "\"plain\""},
        {S("\"\\/"), "\"\\\"\\\\/\""},
        {S("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
        {S("a\0b\x01\x1F\x7F"), "\"a\\u0000b\\u0001\\u001f\x7F\""},
        {S("\xC3\xA9\xE2\x80\xA8"), "\"\xC3\xA9\xE2\x80\xA8\""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        struct strbuf out = {0};
        json_write_string(&out, strings[i].text);
        assert_text((struct text){out.bytes, out.len}, strings[i].compact);
        strbuf_free(&out);
    }
}

static void test_scratch_lasts_as_long_as_the_document(void **state)
{
    must_read(*state, (struct text)S("[1]"));
    struct strbuf *first = json_scratch(*state);
    struct strbuf *second = json_scratch(*state);
    assert_non_null(first);
    assert_non_null(second);
    strbuf_puts(first, "first");
    for (int i = 0; i < MANY; i++)
        strbuf_putc(second, '2');
    assert_string_equal(first->bytes, "first");
    assert_int_equal(second->len, MANY);
    must_read(*state, (struct text)S("[2]")); /* a leak checker watches what becomes of them */
}

static void test_a_refused_document_leaves_the_reader_fit(void **state)
{
    const char *problem = NULL;
    must_read(*state, (struct text)S("{\"a\":1,\"a\":2}"));
    assert_null(json_read(*state, (struct text)S("{\"a\":[1,2"), &problem));
    assert_false(json_was_repaired(*state));
    assert_written(must_read(*state, (struct text)S("[\"again\"]")), "[\"again\"]");
    json_reader_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_rfc_8259_allows),
        cmocka_unit_test(test_what_other_readers_would_see_differently),
        cmocka_unit_test(test_refuses_everything_else),
        cmocka_unit_test(test_mends_what_other_readers_would_see_differently),
        cmocka_unit_test(test_reads_512_levels_and_no_more),
        cmocka_unit_test(test_depth_is_not_length),
        cmocka_unit_test(test_types_and_texts),
        cmocka_unit_test(test_absent_values_are_harmless),
        cmocka_unit_test(test_members_come_in_document_order),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_writes_strings),
        cmocka_unit_test(test_scratch_lasts_as_long_as_the_document),
        cmocka_unit_test(test_a_refused_document_leaves_the_reader_fit),
    };
    return cmocka_run_group_tests_name("json", tests, make_reader, free_reader);
}
