#include "workbook.h"

#include <sys/resource.h>

#include "random.h"
#include "src/exporter/writer.h"
#include "timestamp.h"

#define TEXT(s) {(s), sizeof(s) - 1}
#define CELL(kind, s) {CELL_##kind, TEXT(s)}
#define NOTHING {CELL_NULL, {NULL, 0}}
#define must(call) assert_int_equal((call), RESULT_OK)
#define SHEET1 "xl/worksheets/sheet1.xml"

/* A workbook on its way into a file of the scratch folder. */
struct book {
    char path[512];
    char tmpdir[512];
    FILE *out;
    struct writer *writer;
    struct strbuf warnings;
    struct error err;
};

static void take_warning(void *ctx, const char *line)
{
    struct strbuf *warnings = ctx;
    strbuf_printf(warnings, "%s\n", line);
}

static void start_with(struct book *b, struct scratch *s, struct export_options options)
{
    *b = (struct book){.err = {""}};
    snprintf(b->path, sizeof b->path, "%s", at(s, "book.xlsx"));
    snprintf(b->tmpdir, sizeof b->tmpdir, "%s", at(s, "tmp"));
    mkdir(b->tmpdir, 0700);
    options.format = EXPORT_XLSX;
    options.tmpdir = b->tmpdir;
    options.warn = take_warning;
    options.warn_ctx = &b->warnings;
    b->out = fopen(b->path, "w");
    assert_non_null(b->out);
    b->writer = xlsx_writer_new(b->out, &options);
    assert_non_null(b->writer);
}

static void start(struct book *b, struct scratch *s)
{
    start_with(b, s, (struct export_options){.created = {1700000000, 0}});
}

static void begin(struct book *b, const char *report, const struct column *columns, size_t count)
{
    must(b->writer->begin(b->writer, report, columns, count, &b->err));
}

static void row(struct book *b, const struct cell *cells, size_t count)
{
    must(b->writer->row(b->writer, cells, count, &b->err));
}

static void close_out(struct book *b)
{
    b->writer->free(b->writer);
    fclose(b->out);
    assert_folder_state(b->tmpdir, ""); /* nothing is left there */
}

static void finish(struct book *b)
{
    must(b->writer->finish(b->writer, &b->err));
    close_out(b);
}

/* A, B, ... AA, AB, ... from 0, with the row behind. */
static const char *cell_name(char out[static 16], size_t column, size_t row_number)
{
    if (column < 26)
        snprintf(out, 16, "%c%zu", (char)('A' + column), row_number);
    else
        snprintf(out, 16, "%c%c%zu", (char)('A' + column / 26 - 1), (char)('A' + column % 26), row_number);
    return out;
}

static const struct {
    enum column_kind kind;
    struct cell cell;
    const char *held;
} typed[] = {
    {COLUMN_COUNT, CELL(NUMBER, "42"), "42 as 0"},
    {COLUMN_COUNT, CELL(NUMBER, "1.5"), "1.5 as 0.0##############"}, /* a user's own column of that name */
    {COLUMN_MONEY, CELL(NUMBER, "0.015"), "0.015 as #,##0.00#######"},
    {COLUMN_MONEY, CELL(NUMBER, "-1250.00"), "-1250 as #,##0.00#######"},
    {COLUMN_MONEY, CELL(NUMBER, "999999.999999999"), "999999.999999999 as #,##0.00#######"},
    {COLUMN_MONEY, CELL(NUMBER, "9000000000.123456789"), "text: 9000000000.123456789"},
    {COLUMN_SECONDS, CELL(NUMBER, "2.30"), "2.3 as 0.0##############"},
    {COLUMN_SHARE, CELL(NUMBER, "0.8765"), "0.8765 as 0.00%"},
    {COLUMN_SHARE, CELL(NUMBER, "0.123456789012345678"), "text: 0.123456789012345678"},
    {COLUMN_NUMBER, CELL(NUMBER, "0.9"), "0.9 as 0.0##############"},
    {COLUMN_TIME, CELL(TEXT, "2026-01-02T12:00:00Z"), "46024.5 as yyyy-mm-dd hh:mm:ss"},
    {COLUMN_TIME, CELL(TEXT, "2026-01-02T00:00:00Z"), "46024 as yyyy-mm-dd hh:mm:ss"},
    {COLUMN_TIME, CELL(TEXT, "2026-01-02T00:00:00.5Z"), "46024.000005787 as yyyy-mm-dd hh:mm:ss.000"},
    {COLUMN_TIME, CELL(TEXT, "2026-01-02T00:00:00.0005Z"), "text: 2026-01-02T00:00:00.0005Z"},
    {COLUMN_TIME, CELL(TEXT, "1900-03-01T00:00:00Z"), "61 as yyyy-mm-dd hh:mm:ss"},
    {COLUMN_TIME, CELL(TEXT, "1900-02-28T23:59:59Z"), "text: 1900-02-28T23:59:59Z"},
    {COLUMN_TIME, CELL(TEXT, "0000-01-01T00:00:00Z"), "text: 0000-01-01T00:00:00Z"},
    {COLUMN_TIME, CELL(TEXT, "9999-12-31T00:00:00Z"), "2958465 as yyyy-mm-dd hh:mm:ss"},
    {COLUMN_TIME, CELL(TEXT, "2026-01-02 00:00:00+01:00"), "text: 2026-01-02 00:00:00+01:00"},
    {COLUMN_TIME, CELL(TEXT, "yesterday"), "text: yesterday"},
    {COLUMN_TIME, CELL(NUMBER, "12"), "12 as General"},
    {COLUMN_DATE, CELL(TEXT, "2026-01-02"), "46024 as yyyy-mm-dd"},
    {COLUMN_DATE, CELL(TEXT, "2026-02-30"), "text: 2026-02-30"},
    {COLUMN_DATE, CELL(TEXT, "2026-1-2"), "text: 2026-1-2"},
    {COLUMN_DATE, CELL(TEXT, "1900-02-28"), "text: 1900-02-28"},
    {COLUMN_DATE, CELL(TEXT, "a text that is longer than any date"), "text: a text that is longer than any date"},
    {COLUMN_TEXT, CELL(NUMBER, "1250.00"), "1250 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "1E5"), "100000 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "-0"), "0 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "-0.00"), "0 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "7612345678900"), "7612345678900 as 0"},
    {COLUMN_TEXT, CELL(NUMBER, "3.14159265358979"), "3.14159265358979 as 0.0##############"},
    {COLUMN_TEXT, CELL(NUMBER, "1.0000000000000000000"), "1 as 0.0##############"},
    {COLUMN_TEXT, CELL(NUMBER, "9007199254740993"), "text: 9007199254740993"},
    {COLUMN_TEXT, CELL(NUMBER, "210000000003139471430009017"), "text: 210000000003139471430009017"},
    {COLUMN_TEXT, CELL(NUMBER, "9.99999999999999e307"), "9.99999999999999e+307 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "1e308"), "text: 1e308"},
    {COLUMN_TEXT, CELL(NUMBER, "1e-307"), "1e-307 as General"},
    {COLUMN_TEXT, CELL(NUMBER, "9e-308"), "text: 9e-308"},
    {COLUMN_TEXT, CELL(NUMBER, "1e99999999999999999999"), "text: 1e99999999999999999999"},
    {COLUMN_TEXT, CELL(NUMBER, "INF"), "text: INF"},
    {COLUMN_TEXT, CELL(TEXT, "00123"), "text: 00123"},
    {COLUMN_TEXT, CELL(TEXT, "42"), "text: 42"},
    {COLUMN_TEXT, CELL(TEXT, "CH9300762011623852957"), "text: CH9300762011623852957"},
    {COLUMN_TEXT, CELL(TEXT, "=HYPERLINK(\"x\")"), "text: =HYPERLINK(\"x\")"},
    {COLUMN_TEXT, CELL(TEXT, "https://example.org/"), "text: https://example.org/"},
    {COLUMN_TEXT, CELL(TEXT, "2026-01-02"), "text: 2026-01-02"},
    {COLUMN_TEXT, CELL(TEXT, " a\nb\r<&>\x01_x000D_\xFF "),
     "text:  a\nb_x000D_&lt;&amp;&gt;_x0001__x005F_x000D_\xEF\xBF\xBD "},
    {COLUMN_TEXT, CELL(BOOL, "true"), "true"},
    {COLUMN_TEXT, CELL(BOOL, "false"), "false"},
    {COLUMN_TEXT, CELL(JSON, "[1,\"2\"]"), "text: [1,\"2\"]"},
    {COLUMN_TEXT, CELL(TEXT, ""), ""},
    {COLUMN_COUNT, NOTHING, ""},
};

static void a_cell_is_what_its_column_holds_and_text_where_a_number_would_lose(void **state)
{
    struct book b;
    struct column columns[COUNT(typed)];
    struct cell cells[COUNT(typed)];
    start(&b, *state);
    for (size_t i = 0; i < COUNT(typed); i++) {
        columns[i] = (struct column){TEXT("x"), typed[i].kind};
        cells[i] = typed[i].cell;
    }
    begin(&b, "jobs", columns, COUNT(typed));
    row(&b, cells, COUNT(typed));
    finish(&b);
    char *sheet = part_of(b.path, SHEET1);
    char *styles = part_of(b.path, "xl/styles.xml");
    for (size_t i = 0; i < COUNT(typed); i++) {
        char name[16], held[1100];
        cell_of(sheet, styles, cell_name(name, i, 2), held, sizeof held);
        assert_string_equal(held, typed[i].held);
    }
    assert_null(strstr(sheet, "<f>"));
    assert_null(strstr(sheet, "hyperlink"));
    free(sheet);
    free(styles);
}

/* Writes `rows` cells that make() spells, and hands what they became to check(). */
static void round_trip(struct scratch *s, enum column_kind kind, void (*make)(char out[static 64]),
                       void (*check)(const char *spelled, const char *value))
{
    enum { ROWS = 5000 };
    struct book b;
    const struct column column = {TEXT("x"), kind};
    char(*spelled)[64] = calloc(ROWS, sizeof *spelled);
    start(&b, s);
    begin(&b, "jobs", &column, 1);
    for (size_t i = 0; i < ROWS; i++) {
        make(spelled[i]);
        row(&b, &(struct cell){kind == COLUMN_TIME ? CELL_TEXT : CELL_NUMBER, text_of(spelled[i])}, 1);
    }
    finish(&b);
    char *sheet = part_of(b.path, SHEET1);
    const char *from = sheet;
    for (size_t i = 0; i < ROWS; i++) {
        char value[64];
        from = strstr(from, "<v>");
        assert_true(between(from, "<v>", "</v>", value, sizeof value));
        check(spelled[i], value);
        from += 3;
    }
    free(sheet);
    free(spelled);
}

static void make_number(char out[static 64])
{
    uint64_t digits = random_below(UINT64_C(1000000000000000)) >> random_below(50);
    int decimals = random_int(16);
    char text[32];
    int len = snprintf(text, sizeof text, "%0*llu", decimals + 1, (unsigned long long)digits);
    snprintf(out, 64, "%s%.*s%s%s", random_below(2) && digits ? "-" : "", len - decimals, text, decimals ? "." : "",
             text + len - decimals);
}

static void check_number(const char *spelled, const char *value)
{
    char expected[64], shown[64];
    snprintf(expected, sizeof expected, "%.15g", strtod(spelled, NULL));
    snprintf(shown, sizeof shown, "%.15g", strtod(value, NULL));
    assert_true(strtod(value, NULL) == strtod(spelled, NULL)); /* the nearest one */
    assert_string_equal(shown, expected);                      /* and its digits, which are all there are */
}

static void any_number_of_fifteen_digits_is_read_back_as_it_was(void **state)
{
    round_trip(*state, COLUMN_TEXT, make_number, check_number);
}

static void make_time(char out[static 64])
{
    char spelled[TIMESTAMP_TEXT_MAX];
    static const int64_t first = -2203891200, end = 253402300800; /* 1900-03-01, 10000-01-01 */
    struct timestamp at = {first + (int64_t)random_below((uint64_t)(end - first) >> random_below(3)), 0};
    at.nsec = random_below(2) ? (int32_t)random_below(1000) * 1000000 : 0;
    timestamp_format(at, spelled);
    snprintf(out, 64, "%s", spelled);
}

static void check_time(const char *spelled, const char *value)
{
    struct timestamp at;
    assert_true(timestamp_parse(text_of(spelled), &at));
    double ms = (double)(timestamp_ms(at) + INT64_C(25569) * 86400000);
    double found = strtod(value, NULL) * 86400000;
    assert_true(found >= ms); /* or the second before would be shown */
    assert_true(found < ms + 0.5);
}

static void a_time_is_never_a_little_earlier(void **state)
{
    round_trip(*state, COLUMN_TIME, make_time, check_time);
}

static void a_sheet_has_its_header_frozen_a_filter_and_widths(void **state)
{
    struct book b;
    static const struct column columns[] = {
        {TEXT("job_id"), COLUMN_TEXT}, {TEXT("jobs"), COLUMN_COUNT}, {TEXT("note"), COLUMN_TEXT}};
    static const struct cell cells[][3] = {
        {CELL(TEXT, "job_0123456789012345678"), CELL(NUMBER, "1"), CELL(TEXT, "x")},
        {CELL(TEXT, "job_1"), NOTHING,
         CELL(TEXT, "a text of more than eighty characters, which is far more than anyone wants a column to be wide")},
        {NOTHING, NOTHING, NOTHING},
    };
    start(&b, *state);
    begin(&b, "jobs", columns, COUNT(columns));
    for (size_t i = 0; i < COUNT(cells); i++)
        row(&b, cells[i], COUNT(columns));
    finish(&b);
    char *sheet = part_of(b.path, SHEET1);
    assert_non_null(strstr(sheet, "<pane ySplit=\"1\" topLeftCell=\"A2\" "
                                  "activePane=\"bottomLeft\" state=\"frozen\"/>"));
    assert_non_null(strstr(sheet, "<autoFilter ref=\"A1:C4\"/>"));
    assert_non_null(strstr(sheet, "<col min=\"1\" max=\"1\" width=\"24.7109375\""));
    assert_non_null(strstr(sheet, "<col min=\"2\" max=\"2\" width=\"8.7109375\""));
    assert_non_null(strstr(sheet, "<col min=\"3\" max=\"3\" width=\"60.7109375\""));
    assert_non_null(strstr(sheet, "numberStoredAsText=\"1\""));
    assert_non_null(strstr(sheet, "<t>job_id</t>"));
    free(sheet);
    start_with(&b, *state, (struct export_options){.no_header = true});
    begin(&b, "jobs", columns, COUNT(columns));
    row(&b, cells[0], COUNT(columns));
    finish(&b);
    sheet = part_of(b.path, SHEET1);
    assert_null(strstr(sheet, "<pane"));
    assert_null(strstr(sheet, "autoFilter"));
    assert_null(strstr(sheet, "<t>job_id</t>"));
    assert_non_null(strstr(sheet, "<c r=\"A1\""));
    free(sheet);
}

static void each_report_has_a_sheet_of_its_name(void **state)
{
    struct book b;
    static const struct column one[] = {{TEXT("a"), COLUMN_TEXT}};
    static const struct column two[] = {{TEXT("b"), COLUMN_COUNT}, {TEXT("c"), COLUMN_TEXT}};
    static const struct cell cells[] = {CELL(NUMBER, "7"), CELL(TEXT, "z")};
    start(&b, *state);
    begin(&b, "jobs", one, COUNT(one));
    begin(&b, "failure-causes", two, COUNT(two));
    row(&b, cells, COUNT(two));
    begin(&b, "a name of more than thirty-one characters", one, COUNT(one));
    finish(&b);
    char *workbook = part_of(b.path, "xl/workbook.xml");
    assert_non_null(strstr(workbook, "<sheets><sheet name=\"jobs\" sheetId=\"1\" r:id=\"rId1\"/>"
                                     "<sheet name=\"failure-causes\" sheetId=\"2\" r:id=\"rId2\"/>"
                                     "<sheet name=\"a name of more than thirty-one \""));
    assert_non_null(strstr(workbook, "'failure-causes'!$A$1:$B$2"));
    char *sheet = part_of(b.path, "xl/worksheets/sheet2.xml");
    assert_non_null(strstr(sheet, "<v>7</v>"));
    free(sheet);
    free(workbook);
}

static void text_that_had_to_be_cut_is_named(void **state)
{
    enum { LONG = 40000, ROWS = 12 };
    struct book b;
    char text[LONG];
    static const struct column columns[] = {{TEXT("job_id"), COLUMN_TEXT}, {TEXT("a\nb"), COLUMN_TEXT}};
    memset(text, 'x', sizeof text);
    start(&b, *state);
    begin(&b, "jobs", columns, COUNT(columns));
    for (size_t i = 0; i < ROWS; i++) {
        char id[16];
        snprintf(id, sizeof id, "job_%zu", i);
        const struct cell cells[] = {{CELL_TEXT, text_of(id)}, {CELL_JSON, {text, sizeof text}}};
        row(&b, cells, COUNT(columns));
    }
    finish(&b);
    static const char first[] =
        "sheet jobs: row job_0: column a\\nb: cut to the 32767 characters that a cell can hold, of 40000\n";
    assert_int_equal(strncmp(b.warnings.bytes, first, sizeof first - 1), 0);
    assert_non_null(strstr(b.warnings.bytes, "row job_9:"));
    assert_null(strstr(b.warnings.bytes, "row job_10:"));
    assert_non_null(strstr(b.warnings.bytes, "\n2 more cells were cut to 32767 characters; "));
    strbuf_free(&b.warnings);
    char *sheet = part_of(b.path, SHEET1);
    assert_non_null(strstr(sheet, "xxx\xE2\x80\xA6</t>"));
    free(sheet);
}

static void more_columns_than_a_sheet_has_are_refused(void **state)
{
    enum { MOST = 16384 };
    struct book b;
    struct column *columns = calloc(MOST + 1, sizeof *columns);
    for (size_t i = 0; i <= MOST; i++)
        columns[i].name = (struct text)TEXT("x");
    start(&b, *state);
    begin(&b, "extracted", columns, MOST);
    finish(&b);
    char *sheet = part_of(b.path, SHEET1);
    assert_non_null(strstr(sheet, "<c r=\"XFD1\""));
    free(sheet);
    start(&b, *state);
    assert_int_equal(b.writer->begin(b.writer, "extracted", columns, MOST + 1, &b.err), RESULT_REPORT);
    assert_string_equal(b.err.text, "report extracted has 16385 columns, of which a workbook holds 16384; "
                                    "--format csv takes them all");
    close_out(&b);
    free(columns);
}

static void the_same_rows_and_time_give_the_same_bytes(void **state)
{
    static const struct {
        int64_t sec;
        const char *created;
    } times[] = {{1700000000, "2023-11-14T22:13:20Z"}, {0, "1970-01-01T00:00:01Z"}, {-1, "1969-12-31T23:59:59Z"}};
    static const struct column column = {TEXT("x"), COLUMN_TEXT};
    for (size_t i = 0; i < COUNT(times); i++) {
        struct book b;
        struct strbuf files[2];
        char created[64];
        for (size_t k = 0; k < 2; k++) {
            start_with(&b, *state, (struct export_options){.created = {times[i].sec, 0}});
            begin(&b, "jobs", &column, 1);
            row(&b, &(struct cell)CELL(TEXT, "y"), 1);
            finish(&b);
            files[k] = read_file(b.path);
        }
        assert_int_equal(files[0].len, files[1].len);
        assert_memory_equal(files[0].bytes, files[1].bytes, files[0].len);
        char *core = part_of(b.path, "docProps/core.xml");
        assert_true(between(core, "<dcterms:created xsi:type=\"dcterms:W3CDTF\">", "<", created, sizeof created));
        assert_string_equal(created, times[i].created);
        free(core);
        strbuf_free(&files[0]);
        strbuf_free(&files[1]);
    }
}

static enum result write_rows(struct book *b, size_t rows)
{
    static const struct column columns[] = {{TEXT("job_id"), COLUMN_TEXT}, {TEXT("x"), COLUMN_COUNT}};
    enum result result = b->writer->begin(b->writer, "jobs", columns, COUNT(columns), &b->err);
    for (size_t i = 0; result == RESULT_OK && i < rows; i++) {
        char id[32];
        snprintf(id, sizeof id, "job_%llx", (unsigned long long)i * 0x9E3779B97F4A7C15u);
        const struct cell cells[] = {{CELL_TEXT, text_of(id)}, CELL(NUMBER, "1")};
        result = b->writer->row(b->writer, cells, COUNT(columns), &b->err);
    }
    return result == RESULT_OK ? b->writer->finish(b->writer, &b->err) : result;
}

static void limit_files(rlim_t size)
{
    const struct rlimit limit = {size, RLIM_INFINITY};
    child_must_hold(setrlimit(RLIMIT_FSIZE, &limit) == 0, "a limit on the size of files");
}

/* The library says that all went well wherever it had no room: for the rows, for the sheet, for the whole. */
static int within_limits(void *ctx)
{
    enum { ROWS = 300, LIMITS = 200, STEP = 512 };
    struct book b;
    size_t refused = 0;
    signal(SIGXFSZ, SIG_IGN);
    start(&b, ctx);
    child_must_be(write_rows(&b, ROWS), RESULT_OK, &b.err, "a workbook without limits");
    close_out(&b);
    struct strbuf whole = read_file(b.path);
    for (size_t i = 0; i < LIMITS; i++) {
        start(&b, ctx);
        limit_files(i * STEP);
        enum result result = write_rows(&b, ROWS);
        limit_files(RLIM_INFINITY);
        close_out(&b);
        struct strbuf written = read_file(b.path);
        if (result == RESULT_OK)
            child_must_hold(written.len == whole.len && memcmp(written.bytes, whole.bytes, whole.len) == 0,
                            "what is written is whole");
        else
            child_must_be(result, RESULT_REPORT, &b.err, "what is not");
        refused += result != RESULT_OK;
        strbuf_free(&written);
    }
    child_must_hold(refused > LIMITS / 4 && refused < LIMITS, "there is both");
    strbuf_free(&whole);
    return 0;
}

static void a_workbook_is_whole_or_refused(void **state)
{
    run_child(within_limits, *state);
}

static void a_folder_that_can_not_be_used_is_named(void **state)
{
    struct scratch *s = *state;
    static const struct column column = {TEXT("x"), COLUMN_TEXT};
    struct error err = {""};
    const struct export_options options = {.format = EXPORT_XLSX, .tmpdir = at(s, "none\n")};
    struct writer *writer = xlsx_writer_new(stdout, &options);
    assert_int_equal(writer->begin(writer, "jobs", &column, 1, &err), RESULT_REPORT);
    assert_non_null(strstr(err.text, "/none\\n: No such file or directory; set TMPDIR"));
    writer->free(writer);
}

static void a_full_device_is_noticed(void **state)
{
    struct book b;
    start(&b, *state);
    assert_non_null(freopen("/dev/full", "w", b.out));
    assert_int_equal(write_rows(&b, 10), RESULT_REPORT);
    assert_non_null(strstr(b.err.text, "No space left on device"));
    close_out(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_cell_is_what_its_column_holds_and_text_where_a_number_would_lose),
        scratch_test(any_number_of_fifteen_digits_is_read_back_as_it_was),
        scratch_test(a_time_is_never_a_little_earlier),
        scratch_test(a_sheet_has_its_header_frozen_a_filter_and_widths),
        scratch_test(each_report_has_a_sheet_of_its_name),
        scratch_test(text_that_had_to_be_cut_is_named),
        scratch_test(more_columns_than_a_sheet_has_are_refused),
        scratch_test(the_same_rows_and_time_give_the_same_bytes),
        scratch_test(a_workbook_is_whole_or_refused),
        scratch_test(a_folder_that_can_not_be_used_is_named),
        scratch_test(a_full_device_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
