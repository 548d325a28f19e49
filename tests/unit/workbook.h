/* Looks into workbooks: their parts, and what a cell holds and how it shows it. */
#ifndef JOBLEDGER_TESTS_WORKBOOK_H
#define JOBLEDGER_TESTS_WORKBOOK_H

#include "scratch.h"

#include <minizip/unzip.h>

/* One part of the workbook at path, NUL-terminated: the caller's to free. */
static UNUSED char *part_of(const char *path, const char *name)
{
    struct strbuf xml = {0};
    char chunk[4096];
    unzFile zip = unzOpen64(path);
    assert_non_null(zip);
    if (unzLocateFile(zip, name, 1) != UNZ_OK)
        fail_msg("%s has no %s", path, name);
    assert_int_equal(unzOpenCurrentFile(zip), UNZ_OK);
    int n = unzReadCurrentFile(zip, chunk, sizeof chunk);
    for (; n > 0; n = unzReadCurrentFile(zip, chunk, sizeof chunk))
        strbuf_append(&xml, chunk, (size_t)n);
    assert_int_equal(n, 0);
    assert_int_equal(unzCloseCurrentFile(zip), UNZ_OK);
    unzClose(zip);
    assert_false(xml.failed);
    return xml.bytes;
}

/* What stands between the two behind `from`, into out; false where they are not there. */
static UNUSED bool between(const char *from, const char *before, const char *after, char *out, size_t size)
{
    const char *start = from ? strstr(from, before) : NULL;
    const char *end = start ? strstr(start + strlen(before), after) : NULL;
    if (!end)
        return false;
    start += strlen(before);
    assert_true((size_t)(end - start) < size);
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    return true;
}

/* The number format of the style, as it is spelled; the style's other marks are not looked at. */
static UNUSED void format_of(const char *styles, int style, char *out, size_t size)
{
    char id[16], code[64];
    const char *xf = strstr(styles, "<cellXfs");
    for (int i = 0; i <= style; i++) {
        assert_non_null(xf);
        xf = strstr(xf + 1, "<xf ");
    }
    assert_true(between(xf, "numFmtId=\"", "\"", id, sizeof id));
    if (strcmp(id, "0") == 0) {
        snprintf(out, size, "General");
        return;
    }
    snprintf(code, sizeof code, "<numFmt numFmtId=\"%s\" formatCode=\"", id);
    assert_true(between(styles, code, "\"", out, size));
}

/* "text: TEXT" as it stands in the XML, "true", "false", "NUMBER as FORMAT", "" for an empty cell. */
static UNUSED void cell_of(const char *sheet, const char *styles, const char *name, char *out, size_t size)
{
    char start[32], cell[1024], style[16], value[1024], format[64];
    snprintf(start, sizeof start, "<c r=\"%s\"", name);
    if (!between(sheet, start, "</c>", cell, sizeof cell)) {
        snprintf(out, size, "%s", "");
    } else if (strstr(cell, "t=\"inlineStr\"")) {
        const char *text = strstr(cell, "<t");
        assert_non_null(text);
        assert_true(between(text, ">", "</t>", value, sizeof value));
        snprintf(out, size, "text: %s", value);
    } else if (strstr(cell, "t=\"b\"")) {
        snprintf(out, size, "%s", strstr(cell, "<v>1</v>") ? "true" : "false");
    } else {
        bool styled = between(cell, " s=\"", "\"", style, sizeof style);
        assert_true(between(cell, "<v>", "</v>", value, sizeof value));
        format_of(styles, styled ? (int)strtol(style, NULL, 10) : 0, format, sizeof format);
        snprintf(out, size, "%.15g as %s", strtod(value, NULL), format); /* the digits that a spreadsheet shows */
    }
}

#endif
