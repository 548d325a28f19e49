#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/exporter/data.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each value as PATH:KIND:TEXT and a line end; the kind is one letter. */
static bool note(void *ctx, struct text path, const struct json *value)
{
    static const char letters[] = {
        [CELL_NULL] = '0', [CELL_TEXT] = 't', [CELL_NUMBER] = 'n', [CELL_BOOL] = 'b', [CELL_JSON] = 'j',
    };
    struct strbuf *out = ctx;
    struct strbuf arrays = {0};
    struct cell cell = data_cell(value, &arrays);
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
    struct extracted_path path = {0};
    struct strbuf out = {0};
    const struct extracted_visitor visitor = {.ctx = &out, .value = note};
    const char *problem = "";
    assert_non_null(reader);
    const struct json *root = json_read(reader, text_of(document), &problem);
    if (!root)
        fail_msg("%s: %s", document, problem);
    assert_true(extracted_walk(extracted_data(root), &path, &visitor));
    assert_string_equal(out.bytes ? out.bytes : "", expected);
    strbuf_free(&out);
    extracted_path_free(&path);
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
    struct extracted_path path = {0};
    const char *problem = "";
    int left = 2;
    const struct extracted_visitor visitor = {.ctx = &left, .value = stop};
    const char *data = "{\"a\":{\"b\":1,\"c\":2},\"d\":3}";
    assert_false(extracted_walk(json_read(reader, text_of(data), &problem), &path, &visitor));
    assert_int_equal(left, 0);
    extracted_path_free(&path);
    json_reader_free(reader);
}

/* Each item as PATH (PLAIN) #NUMBER VALUE. */
static bool note_item(void *ctx, const struct extracted_item *item)
{
    struct strbuf *out = ctx;
    strbuf_append(out, item->path.bytes, item->path.len);
    strbuf_puts(out, " (");
    strbuf_append(out, item->plain.bytes, item->plain.len);
    strbuf_printf(out, ") #%zu ", item->number);
    json_write(out, item->value);
    strbuf_putc(out, '\n');
    return true;
}

static void assert_walk(const char *data, const struct extracted_visitor *like, const char *expected)
{
    struct json_reader *reader = json_reader_new();
    struct extracted_path path = {0};
    struct strbuf out = {0};
    struct extracted_visitor visitor = *like;
    const char *problem = "";
    visitor.ctx = &out;
    assert_true(extracted_walk(json_read(reader, text_of(data), &problem), &path, &visitor));
    assert_string_equal(out.bytes ? out.bytes : "", expected);
    strbuf_free(&out);
    extracted_path_free(&path);
    json_reader_free(reader);
}

static void test_items_in_the_order_of_the_document(void **state)
{
    (void)state;
    const struct extracted_visitor items = {.item = note_item};
    assert_walk("{\"l\":[{\"p\":1,\"t\":[{\"r\":2},{\"r\":3}]},{\"p\":4}],\"m\":{\"n\":[{}]}}", &items,
                "l (l) #1 {\"p\":1,\"t\":[{\"r\":2},{\"r\":3}]}\n"
                "l[1].t (l.t) #1 {\"r\":2}\n"
                "l[1].t (l.t) #2 {\"r\":3}\n"
                "l (l) #2 {\"p\":4}\n"
                "m.n (m.n) #1 {}\n");
    assert_walk("[{\"a\":[{\"b\":1}]}]", &items, " () #1 {\"a\":[{\"b\":1}]}\n[1].a (.a) #1 {\"b\":1}\n");
    /* A place in the array is counted whatever stands beside. */
    assert_walk("{\"a\":[1,{\"b\":2},[{\"c\":3}]]}", &items, "a (a) #2 {\"b\":2}\na[3] (a) #1 {\"c\":3}\n");
    assert_walk("{\"a\":[],\"b\":[1,2],\"c\":null}", &items, "");
}

static void test_a_deep_walk_visits_each_value_once(void **state)
{
    (void)state;
    const struct extracted_visitor deep = {.value = note, .deep = true};
    assert_walk("{\"l\":[{\"p\":1,\"t\":[{\"r\":2}],\"s\":[1]},{\"q.q\":null}],\"n\":3}", &deep,
                "l[1].p:n:1\nl[1].t[1].r:n:2\nl[1].s:j:[1]\nl[2].q\\.q:0:\nn:n:3\n");
    assert_walk("{\"a\":[1,{\"b\":[{\"c\":2}]}]}", &deep, "a:j:[1,{\"b\":[{\"c\":2}]}]\n");
    assert_walk("[{\"a\":1}]", &deep, "[1].a:n:1\n");
}

static void test_what_stands_at_a_path(void **state)
{
    (void)state;
    static const char data[] = "{\"a\":{\"b\":1,\"\":2},\"c.d\":3,\"l\":[{\"p\":4},{\"p\":5,\"t\":[[6,7]]}],"
                               "\"e[\":8,\"f\\\\\":9,"
                               "\"\":{\"x\":10},\"g\":[1,2],\"h\":null,\"i]\":11}";
    static const struct {
        const char *path;
        const char *expected; /* NULL: nothing is there */
    } cases[] = {
        {"a.b", "1"},       {"a.", "2"},          {"c\\.d", "3"},    {"c.d", NULL},    {"l[1].p", "4"},
        {"l[2].p", "5"},    {"l[3].p", NULL},     {"l[0].p", NULL},   {"l[2].t[1][2]", "7"}, {"l.p", NULL},
        {"e\\[", "8"},      {"f\\\\", "9"},       {".x", "10"},       {"g", "[1,2]"},   {"g[2]", "2"},
        {"g[2", NULL},      {"g[]", NULL},        {"g[1]x", NULL},    {"g[99999999999999999999]", NULL},
        {"h", "null"},      {"h.x", NULL},        {"i]", "11"},       {"A.b", NULL},    {"a.b.c", NULL},
        {"", "{\"x\":10}"}, {"[1]", NULL},        {".", NULL},
    };
    struct json_reader *reader = json_reader_new();
    const char *problem = "";
    const struct json *root = json_read(reader, text_of(data), &problem);
    assert_non_null(root);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = {0};
        const struct json *value = extracted_at(root, text_of(cases[i].path));
        if (value)
            json_write(&out, value);
        if (!cases[i].expected != !value || (value && strcmp(out.bytes, cases[i].expected) != 0))
            fail_msg("%s: %s", cases[i].path, value ? out.bytes : "nothing");
        strbuf_free(&out);
    }
    json_reader_free(reader);
}

struct round_trip {
    const struct json *root;
    int visited;
};

static bool find_again(void *ctx, struct text path, const struct json *value)
{
    struct round_trip *x = ctx;
    x->visited++;
    return extracted_at(x->root, path) == value;
}

static void test_every_path_of_a_walk_leads_back(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        int values;
    } cases[] = {
        {"{\"a.b\":{\"[c]\":1,\"d\\\\\":[{\"e.\":[{\"f\":2}]},{\"g\":[true]}]},\"\\\\.[\":[[3]]}", 4},
        {"{\"\":1,\"a\":{\"\":{\"\":2}}}", 2},
        {"{\"\":[{\"\":1},{\"a\":2}]}", 2},
        {"{\"\":{\"\":[{\"\":1}],\"a\":2}}", 2},
        {"[{\"\":1,\"a\":[{\"b\":2}]}]", 2},
        {"[1]", 1},
        {"1", 1},
    };
    struct json_reader *reader = json_reader_new();
    struct extracted_path path = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *problem = "";
        struct round_trip x = {json_read(reader, text_of(cases[i].data), &problem), 0};
        const struct extracted_visitor visitor = {.ctx = &x, .value = find_again, .deep = true};
        if (!extracted_walk(x.root, &path, &visitor) || x.visited != cases[i].values)
            fail_msg("%s: %d", cases[i].data, x.visited);
    }
    extracted_path_free(&path);
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
        cmocka_unit_test(test_items_in_the_order_of_the_document),
        cmocka_unit_test(test_a_deep_walk_visits_each_value_once),
        cmocka_unit_test(test_what_stands_at_a_path),
        cmocka_unit_test(test_every_path_of_a_walk_leads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
