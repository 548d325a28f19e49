#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/exporter/writer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CELL(kind, s) {CELL_##kind, {(s), sizeof(s) - 1}}
#define NAME(s) {{(s), sizeof(s) - 1}, COLUMN_TEXT}
#define CELLS_MAX 4

static void check(const struct column *columns, const struct cell *cells, size_t count, const char *expected)
{
    char *bytes = NULL;
    size_t len = 0;
    const struct export_options options = {.format = EXPORT_JSONL};
    FILE *out = open_memstream(&bytes, &len);
    assert_non_null(out);
    struct writer *writer = jsonl_writer_new(out, &options);
    assert_non_null(writer);
    assert_int_equal(writer->begin(writer, "jobs", columns, count, NULL), RESULT_OK);
    if (cells)
        assert_int_equal(writer->row(writer, cells, count, NULL), RESULT_OK);
    assert_int_equal(writer->finish(writer, NULL), RESULT_OK);
    writer->free(writer);
    fclose(out);
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void members_are_the_columns_in_order(void **state)
{
    (void)state;
    static const struct {
        struct cell cells[CELLS_MAX];
        const char *expected;
    } rows[] = {
        {{CELL(TEXT, "b"), CELL(NUMBER, "1250.00"), CELL(BOOL, "true"), CELL(JSON, "[1,\"x\"]")},
         "{\"z\":\"b\",\"a\":1250.00,\"label.\\\"q\\\"\":true,\"\":[1,\"x\"]}\n"},
        {{CELL(TEXT, ""), {CELL_NULL, {NULL, 0}}, CELL(NUMBER, "1E5"), CELL(TEXT, "=1+1")},
         "{\"z\":null,\"a\":null,\"label.\\\"q\\\"\":1E5,\"\":\"=1+1\"}\n"},
        {{CELL(TEXT, "a\n\t\"\\\x01"), CELL(TEXT, "Zürich"), CELL(BOOL, "false"), CELL(JSON, "[]")},
         "{\"z\":\"a\\n\\t\\\"\\\\\\u0001\",\"a\":\"Zürich\",\"label.\\\"q\\\"\":false,\"\":[]}\n"},
        {{CELL(TEXT, "a\xFF\xE2\x82z"), CELL(TEXT, "\xC3"), CELL(TEXT, "-5"), CELL(NUMBER, "-5")},
         "{\"z\":\"a\xEF\xBF\xBD\xEF\xBF\xBDz\",\"a\":\"\xEF\xBF\xBD\",\"label.\\\"q\\\"\":\"-5\",\"\":-5}\n"},
    };
    static const struct column columns[] = {NAME("z"), NAME("a"), NAME("label.\"q\""), NAME("")};
    for (size_t i = 0; i < COUNT(rows); i++)
        check(columns, rows[i].cells, COUNT(columns), rows[i].expected);
}

static void a_report_without_rows_is_an_empty_file(void **state)
{
    (void)state;
    static const struct column columns[] = {NAME("job_id")};
    check(columns, NULL, COUNT(columns), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_the_columns_in_order),
        cmocka_unit_test(a_report_without_rows_is_an_empty_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
