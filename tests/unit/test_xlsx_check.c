#include "workbook.h"

#include <minizip/zip.h>

#include "src/exporter/xlsx_check.h"

#define SHEET "xl/worksheets/sheet1.xml"
#define HEAD "<?xml version=\"1.0\"?>\n<worksheet><cols><col min=\"1\"/></cols><sheetData>"
#define ROWS "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row><row r=\"2\"><c r=\"A2\"/></row>"
#define TAIL "</sheetData><c2/><autoFilter ref=\"A1:B2\"/></worksheet>"

static const struct xlsx_tally tally = {.rows = 2, .cells = 3, .bytes = sizeof ROWS - 1};

static void add_part(zipFile zip, const char *name, const char *bytes, size_t len)
{
    assert_int_equal(zipOpenNewFileInZip(zip, name, NULL, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 6), ZIP_OK);
    assert_int_equal(zipWriteInFileInZip(zip, bytes, (unsigned)len), ZIP_OK);
    assert_int_equal(zipCloseFileInZip(zip), ZIP_OK);
}

/* An archive of two parts, the first of which is always whole. */
static const char *archive(struct scratch *s, const char *name, const char *xml)
{
    const char *path = at(s, "book.xlsx");
    zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    assert_non_null(zip);
    add_part(zip, "_rels/.rels", "<?xml?><R><r a=\"/\"/></R>", 24);
    add_part(zip, name, xml, strlen(xml));
    assert_int_equal(zipClose(zip, NULL), ZIP_OK);
    return path;
}

static void a_part_that_is_cut_or_not_what_was_given_is_noticed(void **state)
{
    static const struct {
        const char *name, *xml;
        const char *wrong; /* NULL: nothing */
    } cases[] = {
        {SHEET, HEAD ROWS TAIL, NULL},
        {SHEET, HEAD ROWS "</sheetData></worksheet>", NULL},
        {SHEET, HEAD ROWS "</sheetData></worksheet", "sheet1.xml came out damaged"},
        {SHEET, HEAD ROWS "</sheetData>", "sheet1.xml came out damaged"},
        {SHEET, HEAD ROWS, "sheet1.xml came out damaged"},
        {SHEET, "", "sheet1.xml came out damaged"},
        {SHEET, "<?xml?>", "sheet1.xml came out damaged"},
        {SHEET, "</worksheet><worksheet>", "sheet1.xml came out damaged"},
        {SHEET, HEAD "<row r=\"1\"><c r=\"A1\"/><c r=\"B1\"/></row>" TAIL, "sheet1.xml came out with 1 of 2 rows"},
        {SHEET, HEAD "<row r=\"1\"><c r=\"A1\"/></row><row r=\"2\"><c r=\"A2\"/></row>" TAIL, "with 2 of 2 rows"},
        {SHEET, HEAD ROWS " " TAIL, "with 2 of 2 rows"}, /* a byte too many */
        {"xl/worksheets/sheet2.xml", HEAD ROWS TAIL, "sheet2.xml came out with 2 of 0 rows"},
        {"xl/styles.xml", "<a><b/></a>", "with 0 of 1 sheets"},
        {"xl/styles.xml", "<a><b/>", "xl/styles.xml came out damaged"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct error err = {""};
        const char *path = archive(*state, cases[i].name, cases[i].xml);
        assert_int_equal(xlsx_check(path, &tally, 1, &err), cases[i].wrong ? RESULT_REPORT : RESULT_OK);
        if (cases[i].wrong && !strstr(err.text, cases[i].wrong))
            fail_msg("%zu: %s", i, err.text);
    }
}

/* Tags and names that stand across the border of two chunks. */
static void where_a_chunk_ends_makes_no_difference(void **state)
{
    enum { CHUNK = 1 << 16 };
    for (size_t shift = 0; shift < sizeof ROWS + 40; shift++) {
        struct strbuf xml = {0};
        struct error err = {""};
        strbuf_puts(&xml, "<?xml?><worksheet><t>");
        while (xml.len < CHUNK - shift)
            strbuf_putc(&xml, 'x');
        strbuf_puts(&xml, "</t><sheetData>" ROWS TAIL);
        if (xlsx_check(archive(*state, SHEET, xml.bytes), &tally, 1, &err) != RESULT_OK)
            fail_msg("%zu: %s", shift, err.text);
        strbuf_free(&xml);
    }
}

static void damage_anywhere_in_what_is_packed_is_noticed(void **state)
{
    struct error err;
    const char *path = archive(*state, SHEET, HEAD ROWS TAIL);
    struct strbuf file = read_file(path);
    const char *packed = NULL; /* the last of the three places that name the part is in the directory */
    for (const char *p = file.bytes; p < file.bytes + file.len - sizeof SHEET && !packed; p++)
        if (memcmp(p, SHEET, sizeof SHEET - 1) == 0)
            packed = p + sizeof SHEET - 1;
    assert_non_null(packed);
    for (size_t i = 1; i < 60; i++) { /* the first says whether this is the last block, which it is anyway */
        size_t place = (size_t)(packed - file.bytes) + i;
        FILE *out = fopen(path, "w");
        file.bytes[place] ^= 1;
        assert_int_equal(fwrite(file.bytes, 1, file.len, out), file.len);
        fclose(out);
        file.bytes[place] ^= 1;
        if (xlsx_check(path, &tally, 1, &err) != RESULT_REPORT)
            fail_msg("byte %zu of %zu behind the name", i, file.len);
    }
    for (size_t len = 0; len < file.len; len++) {
        FILE *out = fopen(path, "w");
        assert_int_equal(fwrite(file.bytes, 1, len, out), len);
        fclose(out);
        assert_int_equal(xlsx_check(path, &tally, 1, &err), RESULT_REPORT);
    }
    strbuf_free(&file);
    assert_int_equal(xlsx_check(at(*state, "none"), &tally, 1, &err), RESULT_REPORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_part_that_is_cut_or_not_what_was_given_is_noticed),
        scratch_test(where_a_chunk_ends_makes_no_difference),
        scratch_test(damage_anywhere_in_what_is_packed_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
