#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/exporter/writer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(s) {CELL_TEXT, {(s), sizeof(s) - 1}}
#define NUMBER(s) {CELL_NUMBER, {(s), sizeof(s) - 1}}
#define NOTHING {CELL_NULL, {NULL, 0}}
#define CELLS_MAX 8

struct line {
    struct export_options options;
    struct cell cells[CELLS_MAX];
    size_t count;
    const char *expected;
};

/* What a writer makes of a header (NULL: none is handed over) and one row. */
static char *written(const struct export_options *options, const struct text *names, const struct cell *cells,
                     size_t count)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);
    assert_non_null(out);
    struct writer *writer = csv_writer_new(out, options);
    assert_non_null(writer);
    struct column columns[CELLS_MAX] = {{{NULL, 0}, COLUMN_TEXT}};
    for (size_t i = 0; names && i < count; i++)
        columns[i].name = names[i];
    if (names)
        assert_int_equal(writer->begin(writer, "jobs", columns, count, NULL), RESULT_OK);
    if (cells)
        assert_int_equal(writer->row(writer, cells, count, NULL), RESULT_OK);
    assert_int_equal(writer->finish(writer, NULL), RESULT_OK);
    writer->free(writer);
    fclose(out);
    return bytes;
}

static void check(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *actual = written(&lines[i].options, NULL, lines[i].cells, lines[i].count);
        assert_string_equal(actual, lines[i].expected);
        free(actual);
    }
}

static void test_quotes_only_where_needed(void **state)
{
    (void)state;
    static const struct export_options comma = {.delimiter = ','};
    static const struct export_options semicolon = {.delimiter = ';'};
    static const struct export_options tab = {.delimiter = '\t'};
    const struct line lines[] = {
        {comma, {TEXT("a"), TEXT("b c"), NOTHING, NUMBER("1.50")}, 4, "a,b c,,1.50\n"},
        {comma, {TEXT(" a "), TEXT("it's"), TEXT("\xC3\xBC;|")}, 3, " a ,it's,\xC3\xBC;|\n"},
        {comma, {TEXT("a,b"), TEXT("say \"hi\""), TEXT("\"")}, 3, "\"a,b\",\"say \"\"hi\"\"\",\"\"\"\"\n"},
        {comma, {TEXT("a\nb"), TEXT("a\rb"), TEXT("a\r\n")}, 3, "\"a\nb\",\"a\rb\",\"a\r\n\"\n"},
        {semicolon, {TEXT("a,b"), TEXT("a;b")}, 2, "a,b;\"a;b\"\n"},
        {tab, {TEXT("a,b"), TEXT("a\tb")}, 2, "a,b\t\"a\tb\"\n"},
        {comma, {NOTHING, NOTHING}, 2, ",\n"},
        {comma, {TEXT(""), TEXT("")}, 2, ",\n"},
    };
    check(lines, COUNT(lines));
}

static void test_a_lone_empty_cell_is_no_blank_line(void **state)
{
    (void)state;
    static const struct export_options comma = {.delimiter = ','};
    const struct line lines[] = {
        {comma, {NOTHING}, 1, "\"\"\n"},
        {comma, {TEXT("")}, 1, "\"\"\n"},
        {comma, {TEXT("x")}, 1, "x\n"},
    };
    check(lines, COUNT(lines));
}

static void test_formulas_are_defused(void **state)
{
    (void)state;
    static const struct export_options safe = {.delimiter = ','};
    static const struct export_options verbatim = {.delimiter = ',', .verbatim = true};
    static const struct export_options apostrophe = {.delimiter = '\''};
    const struct line lines[] = {
        {safe, {TEXT("=1+1"), TEXT("+41 44"), TEXT("-x"), TEXT("@SUM(A1)")}, 4, "'=1+1,'+41 44,'-x,'@SUM(A1)\n"},
        {safe, {TEXT("\tx"), TEXT("\rx"), TEXT("\nx")}, 3, "'\tx,\"'\rx\",\"'\nx\"\n"},
        {safe, {TEXT("=a,\"b\""), TEXT("-")}, 2, "\"'=a,\"\"b\"\"\",'-\n"},
        {safe, {TEXT("-5"), TEXT("-0.50"), TEXT("+5"), TEXT("-1E5")}, 4, "-5,-0.50,'+5,'-1E5\n"},
        {safe, {TEXT("-05"), TEXT("-.5"), TEXT("-5."), TEXT("--5")}, 4, "'-05,'-.5,'-5.,'--5\n"},
        {safe, {TEXT("'=1"), TEXT("a=1"), TEXT(" =1")}, 3, "'=1,a=1, =1\n"},
        {safe, {NUMBER("-5"), NUMBER("-1E5"), NUMBER("-0")}, 3, "-5,-1E5,-0\n"},
        {safe, {{CELL_JSON, {"[-1]", 4}}, {CELL_BOOL, {"true", 4}}}, 2, "[-1],true\n"},
        {verbatim, {TEXT("=1+1"), TEXT("@x"), TEXT("\tx")}, 3, "=1+1,@x,\tx\n"},
        {apostrophe, {TEXT("=1"), TEXT("1")}, 2, "\"'=1\"'1\n"},
    };
    check(lines, COUNT(lines));
}

static void test_decimal_comma_is_for_numbers_alone(void **state)
{
    (void)state;
    static const struct export_options german = {.delimiter = ';', .decimal_comma = true};
    static const struct export_options clash = {.delimiter = ',', .decimal_comma = true};
    static const struct export_options dots = {.delimiter = '.', .decimal_comma = true};
    static const struct export_options dot = {.delimiter = '.'};
    const struct line lines[] = {
        {german, {NUMBER("0.015"), NUMBER("12"), TEXT("0.015"), NUMBER("-1.5E3")}, 4, "0,015;12;0.015;-1,5E3\n"},
        {clash, {NUMBER("0.015"), NUMBER("12"), TEXT("0.015")}, 3, "\"0,015\",12,0.015\n"},
        {dots, {NUMBER("0.015"), TEXT("0.015")}, 2, "0,015.\"0.015\"\n"},
        {dot, {NUMBER("0.015"), NUMBER("1")}, 2, "\"0.015\".1\n"},
    };
    check(lines, COUNT(lines));
}

static void test_header(void **state)
{
    (void)state;
    const struct text names[] = {{"job_id", 6}, {"=cmd", 4}, {"a,b", 3}, {"", 0}};
    const struct cell row[] = {TEXT("x"), NOTHING, NOTHING, NUMBER("1")};
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    char *actual = written(&options, names, row, COUNT(names));
    assert_string_equal(actual, "job_id,'=cmd,\"a,b\",\nx,,,1\n");
    free(actual);

    options = (struct export_options){.delimiter = ';', .bom = true, .crlf = true, .verbatim = true};
    actual = written(&options, names, row, COUNT(names));
    assert_string_equal(actual, "\xEF\xBB\xBFjob_id;=cmd;a,b;\r\nx;;;1\r\n");
    free(actual);

    options.no_header = true;
    actual = written(&options, names, row, COUNT(names));
    assert_string_equal(actual, "\xEF\xBB\xBFx;;;1\r\n");
    free(actual);
    actual = written(&options, names, NULL, COUNT(names));
    assert_string_equal(actual, "\xEF\xBB\xBF");
    free(actual);
}

/* More than is held back at once. */
static void test_many_rows(void **state)
{
    (void)state;
    enum { ROWS = 200000 };
    const struct cell row[] = {TEXT("abc"), NUMBER("12")};
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);
    assert_non_null(out);
    struct writer *writer = csv_writer_new(out, &options);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(writer->row(writer, row, COUNT(row), NULL), RESULT_OK);
    assert_int_equal(writer->finish(writer, NULL), RESULT_OK);
    writer->free(writer);
    fclose(out);
    assert_int_equal(len, ROWS * strlen("abc,12\n"));
    for (size_t i = 0; i < len; i += strlen("abc,12\n"))
        assert_memory_equal(bytes + i, "abc,12\n", strlen("abc,12\n"));
    free(bytes);
}

static void test_a_full_disk_is_noticed(void **state)
{
    (void)state;
    const struct cell row[] = {TEXT("abc")};
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    struct error err = {""};
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    struct writer *writer = csv_writer_new(full, &options);
    assert_int_equal(writer->row(writer, row, COUNT(row), &err), RESULT_OK);
    assert_int_equal(writer->finish(writer, &err), RESULT_REPORT);
    assert_string_equal(err.text,
                        "the report can't be written: No space left on device; free some space and run again");
    writer->free(writer);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_only_where_needed),
        cmocka_unit_test(test_a_lone_empty_cell_is_no_blank_line),
        cmocka_unit_test(test_formulas_are_defused),
        cmocka_unit_test(test_decimal_comma_is_for_numbers_alone),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_a_full_disk_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
