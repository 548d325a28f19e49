#include "rows.h"

#include <stdlib.h>
#include <string.h>

#define PARSER_BLOCK (1u << 16) /* libcsv's own 128 would mean thousands of reallocations for a long cell */

void reader_rows_init(struct reader_rows *rows, char delimiter)
{
    *rows = (struct reader_rows){0};
    reader_scan_init(&rows->scan, delimiter);
    csv_init(&rows->parser, 0);
    csv_set_delim(&rows->parser, (unsigned char)delimiter);
    csv_set_blk_size(&rows->parser, PARSER_BLOCK);
}

void reader_rows_free(struct reader_rows *rows)
{
    csv_free(&rows->parser);
    reader_scan_free(&rows->scan);
    free(rows->cells);
    free(rows->bytes);
}

static size_t grown(size_t size, size_t needed)
{
    return needed > size * 2 ? needed : size * 2;
}

/* The scanner knows how much is to come, so that libcsv's callback, which can't stop the parser, never needs memory. */
static bool make_room(struct reader_rows *rows)
{
    size_t cells = rows->scan.cells > rows->least ? rows->scan.cells : rows->least;
    if (cells > rows->room) {
        size_t room = grown(rows->room, cells);
        free(rows->cells);
        rows->cells = malloc(room * sizeof *rows->cells);
        rows->room = rows->cells ? room : 0;
    }
    if (rows->scan.row_len > rows->size) {
        size_t size = grown(rows->size, rows->scan.row_len);
        free(rows->bytes);
        rows->bytes = malloc(size);
        rows->size = rows->bytes ? size : 0;
    }
    return rows->cells && rows->bytes;
}

static void keep_cell(void *cell, size_t len, void *data)
{
    struct reader_rows *rows = data;
    /* Never so, as long as libcsv agrees with the scanner; parse_row() finds out. */
    if (rows->count == rows->room || len > rows->size - rows->used)
        return;
    char *bytes = rows->bytes + rows->used;
    memcpy(bytes, cell, len);
    rows->used += len;
    rows->cells[rows->count] = (struct text){bytes, len};
    rows->count++;
}

static enum reader_scan_result parse_row(struct reader_rows *rows)
{
    const struct strbuf *normal = &rows->scan.normal;
    if (!make_room(rows))
        return READER_SCAN_NO_MEMORY;
    rows->count = 0;
    rows->used = 0;
    if (csv_parse(&rows->parser, normal->bytes, normal->len, keep_cell, NULL, rows) != normal->len)
        return csv_error(&rows->parser) == CSV_ENOMEM ? READER_SCAN_NO_MEMORY : READER_SCAN_MISREAD;
    if (rows->count != rows->scan.cells)
        return READER_SCAN_MISREAD;
    for (size_t i = rows->count; i < rows->least; i++)
        rows->cells[i] = (struct text){"", 0};
    return READER_SCAN_ROW;
}

enum reader_scan_result reader_rows_next(struct reader_rows *rows, struct text *chunk, bool last)
{
    enum reader_scan_result result = reader_scan_feed(&rows->scan, chunk);
    if (result == READER_SCAN_MORE && last)
        result = reader_scan_finish(&rows->scan);
    return result == READER_SCAN_ROW ? parse_row(rows) : result;
}
