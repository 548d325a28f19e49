#include "alien.h"

#include <string.h>

#define BYTES(literal) {literal, sizeof(literal) - 1}
#define PACKED(format) "is packed with " format "; unpack it first (gzip and zstd are read as they are)"
#define WANTED "; what is wanted is a list of job IDs, as CSV or JSON"
#define ZIP_HEADER "PK\x03\x04"
#define ZIP_NAME_AT 30 /* from the header of a file in the archive */

static const struct {
    size_t at;
    struct text bytes;
    const char *what;
} aliens[] = {
    {ZIP_NAME_AT, BYTES("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
     "is an OpenDocument spreadsheet (.ods), not CSV; in LibreOffice: Save As, Text CSV, UTF-8"},
    {0, BYTES(ZIP_HEADER), "is a ZIP archive; unpack it, and name the files that were in it"},
    {0, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
     "is an old Office file, such as an Excel workbook (.xls), not CSV; in Excel: Save As, CSV UTF-8"},
    {0, BYTES("%PDF-"), "is a PDF" WANTED},
    {0, BYTES("\x89PNG\r\n"), "is a picture (PNG)" WANTED},
    {0, BYTES("\xFF\xD8\xFF"), "is a picture (JPEG)" WANTED},
    {0, BYTES("PAR1"), "is a Parquet file" WANTED},
    {0, BYTES("SQLite format 3"), "is a SQLite database" WANTED ": sqlite3 -csv -header FILE 'SELECT ...'"},
    {0, BYTES("\xFD" "7zXZ"), PACKED("xz")},
    {4, BYTES("1AY&SY"), PACKED("bzip2")},
    {0, BYTES("\x04\x22\x4D\x18"), PACKED("lz4")},
    {0, BYTES("7z\xBC\xAF"), PACKED("7-Zip")},
    {0, BYTES("\x1F\x9D"), PACKED("compress")},
    {0, BYTES("\x1F\x8B"), "is packed twice; unpack it once"},
    {0, BYTES("\x28\xB5\x2F\xFD"), "is packed twice; unpack it once"},
};

static bool holds(struct text t, size_t at, struct text bytes)
{
    return t.len >= at + bytes.len && memcmp(t.bytes + at, bytes.bytes, bytes.len) == 0;
}

/* The sheets of a workbook are files in the folder xl, which need not come first. */
static bool is_workbook(struct text start)
{
    static const struct text header = BYTES(ZIP_HEADER);
    static const struct text folder = BYTES("xl/");
    if (!holds(start, 0, header))
        return false;
    for (size_t at = 0; at + ZIP_NAME_AT < start.len; at++)
        if (holds(start, at, header) && holds(start, at + ZIP_NAME_AT, folder))
            return true;
    return false;
}

const char *reader_alien(struct text start)
{
    if (is_workbook(start))
        return "is an Excel workbook (.xlsx), not CSV; in Excel: Save As, CSV UTF-8";
    for (size_t i = 0; i < sizeof aliens / sizeof aliens[0]; i++)
        if (holds(start, aliens[i].at, aliens[i].bytes))
            return aliens[i].what;
    return NULL;
}
