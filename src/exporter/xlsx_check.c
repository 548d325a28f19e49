#include "xlsx_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <minizip/unzip.h>

#include "text.h"

#define CHUNK (1u << 16)

/* What has been seen of the XML of one part. What begins with `<` is a tag: elsewhere it is escaped. */
struct scan {
    uint64_t at; /* bytes before the chunk in hand */
    bool in_tag;
    uint64_t tag_start;
    char name[16]; /* of the tag, '/' included; more of it is of no interest */
    size_t name_len;
    bool name_ended;
    char last; /* character in the tag */

    uint64_t elements;
    uint64_t open; /* of them, not closed yet */
    bool broken;
    uint64_t rows_start;
    struct xlsx_tally seen;
};

static bool tag_is(const struct scan *scan, const char *name)
{
    return text_equal((struct text){scan->name, scan->name_len}, text_of(name));
}

static void tag_starts(struct scan *scan, uint64_t at)
{
    scan->in_tag = true;
    scan->tag_start = at;
    scan->name_len = 0;
    scan->name_ended = false;
    scan->last = '\0';
}

static void tag_goes_on(struct scan *scan, char c)
{
    scan->name_ended |= c == ' ' || (c == '/' && scan->name_len > 0);
    if (!scan->name_ended && scan->name_len < sizeof scan->name)
        scan->name[scan->name_len++] = c;
    scan->last = c;
}

static void tag_ends(struct scan *scan, uint64_t after)
{
    scan->in_tag = false;
    if (scan->name_len == 0 || scan->name[0] == '?')
        return;
    if (scan->name[0] == '/') {
        scan->broken |= scan->open == 0;
        scan->open -= scan->open > 0;
        if (tag_is(scan, "/sheetData"))
            scan->seen.bytes = scan->tag_start - scan->rows_start;
        return;
    }
    scan->elements++;
    scan->open += scan->last != '/';
    scan->seen.rows += tag_is(scan, "row");
    scan->seen.cells += tag_is(scan, "c");
    if (tag_is(scan, "sheetData"))
        scan->rows_start = after;
}

static void scan_chunk(struct scan *scan, const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len) {
        if (!scan->in_tag) {
            const char *tag = memchr(bytes + i, '<', len - i);
            if (!tag)
                break;
            i = (size_t)(tag - bytes);
            tag_starts(scan, scan->at + i);
        } else if (bytes[i] == '>') {
            tag_ends(scan, scan->at + i + 1);
        } else {
            tag_goes_on(scan, bytes[i]);
        }
        i++;
    }
    scan->at += len;
}

/* minizip looks at the checksum only where it came to the end: so the size has to be what the directory says. */
static bool scan_part(unzFile zip, uint64_t size, struct scan *scan)
{
    char chunk[CHUNK];
    *scan = (struct scan){0};
    if (unzOpenCurrentFile(zip) != UNZ_OK)
        return false;
    int n = unzReadCurrentFile(zip, chunk, sizeof chunk);
    for (; n > 0; n = unzReadCurrentFile(zip, chunk, sizeof chunk))
        scan_chunk(scan, chunk, (size_t)n);
    bool ok = unzCloseCurrentFile(zip) == UNZ_OK && n == 0 && scan->at == size;
    return ok && !scan->broken && !scan->in_tag && scan->elements > 0 && scan->open == 0;
}

/* The number of the sheet that is in the part, from 1; 0: it is no sheet. */
static size_t sheet_number(const char *part)
{
    static const char start[] = "xl/worksheets/sheet";
    if (strncmp(part, start, sizeof start - 1) != 0)
        return 0;
    return strtoul(part + sizeof start - 1, NULL, 10);
}

static enum result check_part(unzFile zip, const struct xlsx_tally *sheets, size_t count, size_t *found,
                              struct error *err)
{
    char name[64];
    unz_file_info64 info;
    struct scan scan;
    if (unzGetCurrentFileInfo64(zip, &info, name, sizeof name, NULL, 0, NULL, 0) != UNZ_OK)
        return error_set(err, RESULT_REPORT, "its directory is damaged");
    name[sizeof name - 1] = '\0';
    if (!scan_part(zip, info.uncompressed_size, &scan))
        return error_set(err, RESULT_REPORT, "%s came out damaged", name);
    size_t sheet = sheet_number(name);
    if (sheet == 0)
        return RESULT_OK;
    ++*found;
    const struct xlsx_tally *given = sheet <= count ? &sheets[sheet - 1] : NULL;
    if (!given || scan.seen.rows != given->rows || scan.seen.cells != given->cells || scan.seen.bytes != given->bytes)
        return error_set(err, RESULT_REPORT, "%s came out with %llu of %llu rows", name,
                         (unsigned long long)scan.seen.rows, (unsigned long long)(given ? given->rows : 0));
    return RESULT_OK;
}

/* minizip takes what is missing of the record at the end for zeros. */
static bool ends_whole(const char *path)
{
    static const char mark[] = {'P', 'K', 5, 6};
    char record[22];
    FILE *file = fopen(path, "rb");
    bool whole = file && fseeko(file, -(off_t)sizeof record, SEEK_END) == 0 &&
                 fread(record, sizeof record, 1, file) == 1 && memcmp(record, mark, sizeof mark) == 0;
    if (file)
        fclose(file);
    return whole;
}

enum result xlsx_check(const char *path, const struct xlsx_tally *sheets, size_t count, struct error *err)
{
    size_t found = 0;
    enum result result = RESULT_OK;
    unzFile zip = ends_whole(path) ? unzOpen64(path) : NULL;
    if (!zip)
        return error_set(err, RESULT_REPORT, "it came out as no workbook");
    int step = unzGoToFirstFile(zip);
    while (result == RESULT_OK && step == UNZ_OK) {
        result = check_part(zip, sheets, count, &found, err);
        step = unzGoToNextFile(zip);
    }
    if (result == RESULT_OK && (step != UNZ_END_OF_LIST_OF_FILE || found != count))
        result = error_set(err, RESULT_REPORT, "it came out with %zu of %zu sheets", found, count);
    unzClose(zip);
    return result;
}
