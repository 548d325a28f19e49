/* Where JSON values begin and end, and on which lines, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reader.h"
#include "src/reader/frame.h"

static const char *const fault_names[] = {
    [READER_FRAME_MORE] = "more",
    [READER_FRAME_VALUE] = "value",
    [READER_FRAME_END] = "end",
    [READER_FRAME_OPEN] = "open",
    [READER_FRAME_TOO_LONG] = "too long",
    [READER_FRAME_NO_MEMORY] = "no memory",
};

/* Values as "LINE<value>", then what it ended with, and where that is a fault, its line. */
static void spell_values(struct text input, size_t step, struct strbuf *out)
{
    struct reader_frame frame;
    struct text chunk = {input.bytes, 0};
    size_t given = 0;
    enum reader_frame_result found;
    reader_frame_init(&frame);
    do {
        bool last = given == input.len && chunk.len == 0;
        found = last ? reader_frame_finish(&frame) : reader_frame_feed(&frame, &chunk);
        if (found == READER_FRAME_VALUE) {
            strbuf_printf(out, "%u<%.*s> ", (unsigned)frame.value_line, (int)frame.value.len, frame.value.bytes);
        } else if (found == READER_FRAME_MORE) {
            assert_int_equal(chunk.len, 0);
            size_t n = step < input.len - given ? step : input.len - given;
            chunk = (struct text){input.bytes + given, n};
            given += n;
        }
    } while (found == READER_FRAME_VALUE || found == READER_FRAME_MORE);
    strbuf_puts(out, fault_names[found]);
    if (found != READER_FRAME_END) {
        strbuf_printf(out, " %u", (unsigned)frame.value_line);
        assert_int_equal(reader_frame_feed(&frame, &chunk), found);
        assert_int_equal(reader_frame_finish(&frame), found);
    }
    reader_frame_free(&frame);
}

static void assert_values(const char *input, const char *expected)
{
    for (size_t step = 1; step <= strlen(input) + 1; step++) {
        struct strbuf out = {0};
        spell_values(text_of(input), step, &out);
        assert_false(out.failed);
        assert_string_equal(out.bytes, expected);
        strbuf_free(&out);
    }
}

static void an_object_alone_in_the_first_line_makes_json_lines(void **state)
{
    (void)state;
    assert_values("{\"a\":1}\n{\"b\":2}\n", "1<{\"a\":1}> 2<{\"b\":2}> end");
    assert_values("{\"a\":1}", "1<{\"a\":1}> end");
    assert_values("\n \r\n {} \t\r\n\n\"x\"\n7 \n[1,\n]\r\n{\n", "3<{}> 5<\"x\"> 6<7> 7<[1,> 8<]> 9<{> end");
    assert_values("{}\r{}\r\r{}", "1<{}> 2<{}> 4<{}> end");
    assert_values("{}\n{}{} x", "1<{}> 2<{}{} x> end");
    assert_values("{}\n\"a\\\n{}\n", "1<{}> 2<\"a\\> 3<{}> end");
}

static void documents_stand_one_behind_the_other(void **state)
{
    (void)state;
    assert_values("{\n\"a\": [1,\n2]\n}\n", "1<{\n\"a\": [1,\n2]\n}> end");
    assert_values("{\n}{}\r\n{\r\n} {}\n", "1<{\n}> 2<{}> 3<{\r\n}> 4<{}> end");
    assert_values("{}{}\n{\n}", "1<{}> 1<{}> 2<{\n}> end");
    assert_values("{\n}\n\"x\" \n7", "1<{\n}> 3<\"x\"> 4<7> end");
    assert_values("[]{}\n{\n}", "1<{}> 2<{\n}> end");
}

static void the_elements_of_an_array_are_values(void **state)
{
    (void)state;
    assert_values("[]", "end");
    assert_values(" [ \n ] ", "end");
    assert_values("[1,\"a]\", [2, 3] ,\n{\"b\":[{}]}\n]\n", "1<1> 1<\"a]\"> 1<[2, 3]> 2<{\"b\":[{}]}> end");
    assert_values("[1]\n[2][\n3]", "1<1> 2<2> 3<3> end");
    assert_values("[\r\n1\r\n,\r2]", "2<1> 4<2> end");
}

static void quotes_hide_brackets_and_escapes_hide_quotes(void **state)
{
    (void)state;
    assert_values("[\"\\\"]\", \"\\\\\", \"{\"]", "1<\"\\\"]\"> 1<\"\\\\\"> 1<\"{\"> end");
    assert_values("{\"}\\\"}\\\\\":\n\"{\"}", "1<{\"}\\\"}\\\\\":\n\"{\"}> end");
}

/* Each of these is for json_read() to refuse. */
static void what_is_no_json_is_a_value_all_the_same(void **state)
{
    (void)state;
    assert_values("[1,]", "1<1> 1<> end");
    assert_values("[,]", "1<> 1<> end");
    assert_values("[1 2]", "1<1 2> end");
    assert_values("[}]", "1<}> end");
    assert_values("[1]]\n", "1<1> 1<]> end");
    assert_values("{]\nx", "1<{]> 2<x> end");
}

static void what_has_no_end_names_its_line(void **state)
{
    (void)state;
    assert_values("\n{\n\"a\":1\n", "open 2");
    assert_values("{\n}\n[\n", "1<{\n}> open 3");
    assert_values("[\n1,\n", "2<1> open 1");
    assert_values("[\n1\n", "open 1");
    assert_values("[\n1,\n{\n}", "2<1> open 1");
    assert_values("[\n1,\n{\n", "2<1> open 3");
    assert_values("[\n1,\n\"a]\n", "2<1> open 3");
    assert_values("{\"a\n}", "open 1");
}

static void a_value_may_be_as_long_as_a_row(void **state)
{
    (void)state;
    static const size_t lengths[] = {READER_ROW_MAX, READER_ROW_MAX + 1};
    for (size_t i = 0; i < 2; i++) {
        struct strbuf input = {0};
        struct strbuf out = {0};
        strbuf_puts(&input, "\n{\"");
        assert_true(strbuf_reserve(&input, READER_ROW_MAX));
        memset(input.bytes + input.len, 'x', lengths[i] - 4);
        input.len += lengths[i] - 4;
        strbuf_puts(&input, "\"}");
        spell_values((struct text){input.bytes, input.len}, 100000, &out);
        if (i == 0)
            assert_memory_equal(out.bytes + out.len - 4, " end", 4);
        else
            assert_string_equal(out.bytes, "too long 2");
        strbuf_free(&input);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_alone_in_the_first_line_makes_json_lines),
        cmocka_unit_test(documents_stand_one_behind_the_other),
        cmocka_unit_test(the_elements_of_an_array_are_values),
        cmocka_unit_test(quotes_hide_brackets_and_escapes_hide_quotes),
        cmocka_unit_test(what_is_no_json_is_a_value_all_the_same),
        cmocka_unit_test(what_has_no_end_names_its_line),
        cmocka_unit_test(a_value_may_be_as_long_as_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
