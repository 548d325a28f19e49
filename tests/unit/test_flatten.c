#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/exporter/flatten.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each value as PATH:KIND:TEXT and a line end; the kind is one letter. */
static bool note(void *ctx, struct text path, const struct json *value)
{
    static const char letters[] = {
        [CELL_NULL] = '0', [CELL_TEXT] = 't', [CELL_NUMBER] = 'n', [CELL_BOOL] = 'b', [CELL_JSON] = 'j',
    };
    struct strbuf *out = ctx;
    struct strbuf arrays = {0};
    struct cell cell = cell_of_json(value, &arrays);
    if (cell.kind == CELL_JSON) {
        assert_null(cell.text.bytes);
        cell.text.bytes = arrays.bytes;
    }
    strbuf_append(out, path.bytes, path.len);
    strbuf_printf(out, ":%c:", letters[cell.kind]);
    strbuf_append(out, cell.text.bytes, cell.text.len);
    strbuf_putc(out, '\n');
    strbuf_free(&arrays);
    return true;
}

static void assert_flat(const char *document, const char *expected)
{
    struct json_reader *reader = json_reader_new();
    struct strbuf path = {0};
    struct strbuf out = {0};
    const struct flatten_visitor visitor = {&out, note};
    const char *problem = "";
    assert_non_null(reader);
    const struct json *root = json_read(reader, text_of(document), &problem);
    if (!root)
        fail_msg("%s: %s", document, problem);
    assert_true(flatten(extracted_data(root), &path, &visitor));
    assert_string_equal(out.bytes ? out.bytes : "", expected);
    strbuf_free(&out);
    strbuf_free(&path);
    json_reader_free(reader);
}

static void assert_data(const char *data, const char *expected)
{
    struct strbuf document = {0};
    strbuf_printf(&document, "{\"extracted_data\":%s}", data);
    assert_flat(document.bytes, expected);
    strbuf_free(&document);
}

static void test_scalars(void **state)
{
    (void)state;
    assert_data("{\"a\":\"x\",\"b\":1250.00,\"c\":true,\"d\":null,\"e\":\"\",\"f\":false}",
                "a:t:x\nb:n:1250.00\nc:b:true\nd:0:\ne:t:\nf:b:false\n");
    assert_data("{\"a\":-0,\"b\":1E5,\"c\":12345678901234567890123.10}",
                "a:n:-0\nb:n:1E5\nc:n:12345678901234567890123.10\n");
    assert_data("{\"a\":\"1250.00\"}", "a:t:1250.00\n");
}

static void test_nested_objects(void **state)
{
    (void)state;
    assert_data("{\"vendor\":{\"name\":\"Acme\",\"city\":{\"zip\":8001}},\"total\":1}",
                "vendor.name:t:Acme\nvendor.city.zip:n:8001\ntotal:n:1\n");
    assert_data("{\"a\":{},\"b\":{\"c\":{}},\"d\":1}", "d:n:1\n");
    assert_data("{}", "");
}

static void test_keys_with_marks_of_a_path(void **state)
{
    (void)state;
    assert_data("{\"a.b\":1,\"c[0]\":2,\"d\\\\\":3,\"e]\":4}", "a\\.b:n:1\nc\\[0]:n:2\nd\\\\:n:3\ne]:n:4\n");
    assert_data("{\"a\":{\"b\":1},\"a.b\":2}", "a.b:n:1\na\\.b:n:2\n");
    assert_data("{\"\":1}", ":n:1\n");
    assert_data("{\"\":{\"a\":1},\"a\":{\"\":2}}", ".a:n:1\na.:n:2\n");
}

static void test_arrays(void **state)
{
    (void)state;
    assert_data("{\"a\":[ 1.0, \"x\", null, true ]}", "a:j:[1.0,\"x\",null,true]\n");
    assert_data("{\"a\":[]}", "a:j:[]\n");
    assert_data("{\"a\":[[1, 2], [{\"b\": 3}]]}", "a:j:[[1,2],[{\"b\":3}]]\n");
    assert_data("{\"a\":[\"\\u00fc/\\\"\\n\"]}", "a:j:[\"\xC3\xBC/\\\"\\n\"]\n");
}

static void test_objects_in_arrays_are_left_to_items(void **state)
{
    (void)state;
    assert_data("{\"a\":[{\"b\":1}],\"c\":2}", "c:n:2\n");
    assert_data("{\"a\":{\"b\":[{}]},\"c\":2}", "c:n:2\n");
    assert_data("{\"a\":[{\"b\":1}, 2]}", "a:j:[{\"b\":1},2]\n");
    assert_data("{\"a\":[null, {\"b\":1}]}", "a:j:[null,{\"b\":1}]\n");
}

static void test_data_that_is_no_object(void **state)
{
    (void)state;
    assert_data("[1, 2]", ":j:[1,2]\n");
    assert_data("[]", ":j:[]\n");
    assert_data("[{\"a\":1}]", "");
    assert_data("\"text\"", ":t:text\n");
    assert_data("12.50", ":n:12.50\n");
    assert_data("null", "");
}

static void test_both_names(void **state)
{
    (void)state;
    assert_flat("{\"extractedData\":{\"a\":1}}", "a:n:1\n");
    assert_flat("{\"extracted_data\":{\"a\":1},\"extractedData\":{\"b\":2}}", "a:n:1\n");
    assert_flat("{\"extractedData\":{\"b\":2},\"extracted_data\":null}", "b:n:2\n");
    assert_flat("{\"other\":{\"a\":1}}", "");
    assert_flat("[]", "");
}

static bool stop(void *ctx, struct text path, const struct json *value)
{
    int *left = ctx;
    (void)path;
    (void)value;
    return --*left > 0;
}

static void test_the_visitor_can_end_the_walk(void **state)
{
    (void)state;
    struct json_reader *reader = json_reader_new();
    struct strbuf path = {0};
    const char *problem = "";
    int left = 2;
    const struct flatten_visitor visitor = {&left, stop};
    assert_false(flatten(json_read(reader, text_of("{\"a\":{\"b\":1,\"c\":2},\"d\":3}"), &problem), &path, &visitor));
    assert_int_equal(left, 0);
    strbuf_free(&path);
    json_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_nested_objects),
        cmocka_unit_test(test_keys_with_marks_of_a_path),
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_objects_in_arrays_are_left_to_items),
        cmocka_unit_test(test_data_that_is_no_object),
        cmocka_unit_test(test_both_names),
        cmocka_unit_test(test_the_visitor_can_end_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
