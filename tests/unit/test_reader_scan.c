/* The scanner and libcsv behind it: what rows and cells come out, on which lines, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reader.h"
#include "src/reader/delimiter.h"
#include "src/reader/rows.h"
#include "strbuf.h"

static const char *const fault_names[] = {
    [READER_SCAN_MORE] = "more",
    [READER_SCAN_ROW] = "row",
    [READER_SCAN_END] = "end",
    [READER_SCAN_OPEN_QUOTE] = "open quote",
    [READER_SCAN_CELL_TOO_LONG] = "cell too long",
    [READER_SCAN_ROW_TOO_LONG] = "row too long",
    [READER_SCAN_TOO_MANY_CELLS] = "too many cells",
    [READER_SCAN_NO_MEMORY] = "no memory",
    [READER_SCAN_MISREAD] = "misread",
};

/* Rows as "LINE[cell][cell]", then what it ended with, and where that is a fault, the lines it names. */
static void spell_rows(struct text input, size_t step, char delimiter, struct strbuf *out)
{
    struct reader_rows rows;
    reader_rows_init(&rows, delimiter);
    struct text chunk = {input.bytes, 0};
    size_t given = 0;
    enum reader_scan_result found;
    do {
        found = reader_rows_next(&rows, &chunk, given == input.len && chunk.len == 0);
        if (found == READER_SCAN_ROW) {
            strbuf_printf(out, "%u", (unsigned)rows.scan.row_line);
            for (size_t i = 0; i < rows.count; i++)
                strbuf_printf(out, "[%.*s]", (int)rows.cells[i].len, rows.cells[i].bytes);
            strbuf_putc(out, ' ');
        } else if (found == READER_SCAN_MORE) {
            assert_int_equal(chunk.len, 0);
            size_t n = step < input.len - given ? step : input.len - given;
            chunk = (struct text){input.bytes + given, n};
            given += n;
        }
    } while (found == READER_SCAN_ROW || found == READER_SCAN_MORE);
    strbuf_puts(out, fault_names[found]);
    if (found != READER_SCAN_END) {
        strbuf_printf(out, " %u %u", (unsigned)rows.scan.cell_line, (unsigned)rows.scan.row_line);
        assert_int_equal(reader_rows_next(&rows, &chunk, true), found);
    }
    reader_rows_free(&rows);
}

static void assert_rows(const char *input, char delimiter, const char *expected)
{
    size_t len = strlen(input);
    for (size_t step = 1; step <= len + 1; step++) {
        /* A copy of exact size, so that a byte read beyond a chunk is found by the sanitizer. */
        char *copy = malloc(len ? len : 1);
        struct strbuf out = {0};
        assert_non_null(copy);
        memcpy(copy, input, len);
        spell_rows((struct text){copy, len}, step, delimiter, &out);
        assert_string_equal(out.bytes, expected);
        strbuf_free(&out);
        free(copy);
    }
}

static void every_sample_reads_the_same_at_every_chunk_size(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        const char *expected;
    } samples[] = {
        {"", "end"},
        {"a", "1[a] end"},
        {"a,b\nc,d\n", "1[a][b] 2[c][d] end"},
        {"a,b\r\nc,d\r\n", "1[a][b] 2[c][d] end"},
        {"a,b\rc,d\r", "1[a][b] 2[c][d] end"},
        {"a\rb\nc\r\nd\n\re", "1[a] 2[b] 3[c] 4[d] 6[e] end"},
        {"a\r\r\nb\n\nc", "1[a] 3[b] 5[c] end"},
        {"a,", "1[a][] end"},
        {",a\n,\n", "1[][a] end"},
        {"a,,b", "1[a][][b] end"},
        {" a ,\tb\t", "1[ a ][\tb\t] end"},
        {"\"a\",\"b\"", "1[a][b] end"},
        {"\"a,b\";c", "1[a,b;c] end"},
        {"\"\",x", "1[][x] end"},
        {"\"\"\"\",x", "1[\"][x] end"},
        {"\"a\"\"b\",c", "1[a\"b][c] end"},
        {"\"Acme\" AG,5\n6,7\n", "1[Acme AG][5] 2[6][7] end"},
        {"\"a\" ,b", "1[a ][b] end"},
        {"\"a\"b\"c\"\"d\",e\nf", "1[ab\"c\"\"d\"][e] 2[f] end"},
        {"\"a\" \"b\"\n", "1[a \"b\"] end"},
        {" \"a\",b", "1[ \"a\"][b] end"},
        {"5\" disk,3'\nx", "1[5\" disk][3'] 2[x] end"},
        {"a\"\nb", "1[a\"] 2[b] end"},
        {"\"a\nb\",c\nd", "1[a\nb][c] 3[d] end"},
        {"\"a\r\nb\",c\r\nd", "1[a\r\nb][c] 3[d] end"},
        {"\"a\rb\n\r\",c\nd", "1[a\rb\n\r][c] 5[d] end"},
        {"\"a\r\"\nb", "1[a\r] 3[b] end"},
        {"\"a\r\"\"\nb\"\nc", "1[a\r\"\nb] 4[c] end"},
        {"\"a\"\rb", "1[a] 2[b] end"},
        {"\n\r\n \t\n,\n\" \",\"\"\na", "6[a] end"},
        {"a\n\n \t,\n\r\n", "1[a] end"},
        {"\"\n\"\nb", "1[\n] 3[b] end"},
        {"\xC3\xBC,\xE2\x82\xAC", "1[\xC3\xBC][\xE2\x82\xAC] end"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_rows(samples[i].input, ',', samples[i].expected);
}

static void an_open_quote_is_named_by_its_line(void **state)
{
    (void)state;
    assert_rows("a,\"b", ',', "open quote 1 1");
    assert_rows("a\n\"b\nc\",\"d\ne\n", ',', "1[a] open quote 3 2");
    assert_rows("a\n\"", ',', "1[a] open quote 2 2");
    assert_rows("a\n\"x\"\"", ',', "1[a] open quote 2 2");
}

static void any_delimiter_separates(void **state)
{
    (void)state;
    assert_rows("a;\"b;c\";d,e\n", ';', "1[a][b;c][d,e] end");
    assert_rows("a\t\tb\t \n\t\n", '\t', "1[a][][b][ ] end");
    assert_rows("a b  \"c d\"\n", ' ', "1[a][b][][c d] end");
    assert_rows("a|\"b\"|\n", '|', "1[a][b][] end");
    assert_rows("axb", 'x', "1[a][b] end");
}

static char *filled(size_t len, char c)
{
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, c, len);
    return bytes;
}

static enum reader_scan_result first_row(struct text input, size_t step, struct reader_rows *rows)
{
    reader_rows_init(rows, ',');
    enum reader_scan_result found = READER_SCAN_MORE;
    while (found == READER_SCAN_MORE) {
        struct text chunk = {input.bytes, step < input.len ? step : input.len};
        input.bytes += chunk.len;
        input.len -= chunk.len;
        found = reader_rows_next(rows, &chunk, input.len == 0);
    }
    return found;
}

static void a_cell_may_be_as_long_as_the_cap_and_no_longer(void **state)
{
    (void)state;
    size_t steps[] = {SIZE_MAX, 4093, READER_CELL_MAX};
    char *bytes = filled(READER_CELL_MAX + 3, 'x');
    struct reader_rows rows;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(first_row((struct text){bytes, READER_CELL_MAX}, steps[i], &rows), READER_SCAN_ROW);
        assert_int_equal(rows.cells[0].len, READER_CELL_MAX);
        reader_rows_free(&rows);
        assert_int_equal(first_row((struct text){bytes, READER_CELL_MAX + 1}, steps[i], &rows),
                         READER_SCAN_CELL_TOO_LONG);
        reader_rows_free(&rows);
    }
    /* Its own quotes don't count. */
    bytes[0] = '"';
    bytes[READER_CELL_MAX + 1] = '"';
    assert_int_equal(first_row((struct text){bytes, READER_CELL_MAX + 2}, SIZE_MAX, &rows), READER_SCAN_ROW);
    assert_int_equal(rows.cells[0].len, READER_CELL_MAX);
    reader_rows_free(&rows);
    bytes[READER_CELL_MAX + 1] = 'x';
    assert_int_equal(first_row((struct text){bytes, READER_CELL_MAX + 3}, 4093, &rows), READER_SCAN_CELL_TOO_LONG);
    reader_rows_free(&rows);
    free(bytes);
}

static void a_row_may_be_as_long_as_the_cap_and_no_longer(void **state)
{
    (void)state;
    char *bytes = filled(READER_ROW_MAX + 1, '"');
    struct reader_rows rows;
    /* Cells of half the cap, all quotes: what the normal form makes the most of. */
    bytes[0] = 'x';
    for (size_t i = READER_CELL_MAX / 2; i < READER_ROW_MAX; i += READER_CELL_MAX / 2) {
        bytes[i] = ',';
        bytes[i + 1] = 'x';
    }
    assert_int_equal(first_row((struct text){bytes, READER_ROW_MAX}, 70001, &rows), READER_SCAN_ROW);
    assert_int_equal(rows.count, 32);
    reader_rows_free(&rows);
    assert_int_equal(first_row((struct text){bytes, READER_ROW_MAX + 1}, 70001, &rows), READER_SCAN_ROW_TOO_LONG);
    reader_rows_free(&rows);
    bytes[READER_ROW_MAX] = ',';
    assert_int_equal(first_row((struct text){bytes, READER_ROW_MAX + 1}, SIZE_MAX, &rows), READER_SCAN_ROW_TOO_LONG);
    reader_rows_free(&rows);
    free(bytes);
}

static void a_row_may_have_as_many_cells_as_the_cap_and_no_more(void **state)
{
    (void)state;
    char *bytes = filled(READER_COLUMNS_MAX, ',');
    struct reader_rows rows;
    bytes[0] = 'x';
    assert_int_equal(first_row((struct text){bytes, READER_COLUMNS_MAX}, 7, &rows), READER_SCAN_ROW);
    assert_int_equal(rows.count, READER_COLUMNS_MAX);
    reader_rows_free(&rows);
    bytes[0] = ',';
    assert_int_equal(first_row((struct text){bytes, READER_COLUMNS_MAX}, 7, &rows), READER_SCAN_TOO_MANY_CELLS);
    reader_rows_free(&rows);
    free(bytes);
}

static char detected(const char *sample, bool whole, const char *id_column, bool no_header)
{
    struct reader_options options = {.id_column = id_column, .no_header = no_header};
    char delimiter = 0;
    assert_true(reader_delimiter_detect(text_of(sample), whole, &options, &delimiter));
    return delimiter;
}

static void the_most_consistent_delimiter_is_found(void **state)
{
    (void)state;
    assert_int_equal(detected("job_id,client\njob_1,x\n", true, NULL, false), ',');
    assert_int_equal(detected("job_id;client\njob_1;x\n", true, NULL, false), ';');
    assert_int_equal(detected("job_id\tclient\njob_1\tx\n", true, NULL, false), '\t');
    assert_int_equal(detected("job_id|client\njob_1|x\n", true, NULL, false), '|');
    assert_int_equal(detected("client;job_id\n\"a,b,c\";job_1\n\"d\ne,f\";job_2\n", true, NULL, false), ';');
    assert_int_equal(detected("client;job_id\na,b;job_1\na,b;job_2\na,b;job_3", true, NULL, false), ';');
    assert_int_equal(detected("a;b;job_id\n1,5;2,5;job_1\n", true, "job_id", false), ';');
    assert_int_equal(detected("job_id\njob_1\njob_2\n", true, NULL, false), ',');
    assert_int_equal(detected("job_id\njob_1;a\njob_2;b\n", true, NULL, false), ';');
    assert_int_equal(detected("", true, NULL, false), ',');
    assert_int_equal(detected("x;y\tz\nx;y\tz\n", true, NULL, false), ';');
    assert_int_equal(detected("x;y\tz\nxy\tz\n", true, NULL, false), '\t');
}

static void of_equal_delimiters_the_one_that_gives_job_ids_is_found(void **state)
{
    (void)state;
    assert_int_equal(detected("job_1;1,50\njob_2;2,75\n", true, NULL, false), ';');
    assert_int_equal(detected("job_1;1,50\njob_2;2,75\n", true, NULL, true), ';');
    assert_int_equal(detected("job_1;1,50\njob_2;2,75\n", true, "1", false), ';');
    assert_int_equal(detected("a,b;key\n1,2;job_1\n", true, "key", false), ';');
}

static void a_row_cut_off_by_the_sample_counts_only_alone(void **state)
{
    (void)state;
    assert_int_equal(detected("job_id;a\njob_1;\"b\njob_2,c,d,e", false, NULL, false), ';');
    assert_int_equal(detected("job_id;a;b", false, NULL, false), ';');
    assert_int_equal(detected("job_id;\"a", false, NULL, false), ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_reads_the_same_at_every_chunk_size),
        cmocka_unit_test(an_open_quote_is_named_by_its_line),
        cmocka_unit_test(any_delimiter_separates),
        cmocka_unit_test(a_cell_may_be_as_long_as_the_cap_and_no_longer),
        cmocka_unit_test(a_row_may_be_as_long_as_the_cap_and_no_longer),
        cmocka_unit_test(a_row_may_have_as_many_cells_as_the_cap_and_no_more),
        cmocka_unit_test(the_most_consistent_delimiter_is_found),
        cmocka_unit_test(of_equal_delimiters_the_one_that_gives_job_ids_is_found),
        cmocka_unit_test(a_row_cut_off_by_the_sample_counts_only_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
