#include "sheet.h"

#include <inttypes.h>

#include "delimiter.h"

#define WANTED "it needs a line for each job ID, and a header such as job_id,client above them"

static enum result scan_error(const struct reader_sheet *sheet, enum reader_scan_result fault, struct error *err)
{
    const struct reader_scan *scan = &sheet->rows.scan;
    switch (fault) {
    case READER_SCAN_OPEN_QUOTE:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the quote that opens a cell here is never closed",
                         sheet->name, scan->cell_line);
    case READER_SCAN_CELL_TOO_LONG:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": a cell that begins here is longer than %u bytes: is its closing quote "
                         "missing?", sheet->name, scan->cell_line, READER_CELL_MAX);
    case READER_SCAN_ROW_TOO_LONG:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the row that begins here is longer than %u bytes: is a closing quote "
                         "missing?", sheet->name, scan->row_line, READER_ROW_MAX);
    case READER_SCAN_TOO_MANY_CELLS:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the row has more than %u cells: is --delimiter right?", sheet->name,
                         scan->row_line, READER_COLUMNS_MAX);
    case READER_SCAN_MISREAD:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": libcsv can't read the row", sheet->name,
                         scan->row_line);
    default:
        return error_memory(err);
    }
}

/* The next row into sheet->rows. */
static enum result next_row(struct reader_sheet *sheet, bool *end, struct error *err)
{
    bool last = false;
    enum reader_scan_result found = reader_rows_next(&sheet->rows, &sheet->chunk, last);
    while (found == READER_SCAN_MORE) {
        enum result result = reader_source_next(sheet->source, sheet->rows.scan.line, &sheet->chunk, err);
        if (result != RESULT_OK)
            return result;
        last = sheet->chunk.len == 0;
        found = reader_rows_next(&sheet->rows, &sheet->chunk, last);
    }
    *end = found == READER_SCAN_END;
    return found == READER_SCAN_ROW || *end ? RESULT_OK : scan_error(sheet, found, err);
}

static enum result read_first_row(struct reader_sheet *sheet, const struct reader_options *options,
                                  struct reader_columns *columns, struct error *err)
{
    bool end = false;
    enum result result = next_row(sheet, &end, err);
    if (result != RESULT_OK)
        return result;
    if (end)
        return error_set(err, RESULT_INPUT, "%s: the file has only blank rows; " WANTED, sheet->name);
    const struct text *cells = sheet->rows.cells;
    size_t count = sheet->rows.count;
    struct reader_choice choice = reader_header_choose(cells, count, options);
    if (choice.certainty == READER_UNUSABLE)
        return reader_header_unusable(sheet->name, cells, count, options, err);
    if (!reader_columns_make(cells, count, choice, columns))
        return error_memory(err);
    sheet->id_column = choice.id_column;
    sheet->first_is_data = !choice.header;
    sheet->rows.least = count;
    return RESULT_OK;
}

enum result reader_sheet_open(struct reader_sheet *sheet, const struct reader_options *options,
                              struct reader_columns *columns, struct error *err)
{
    char delimiter = options->delimiter;
    if (sheet->chunk.len == 0)
        return error_set(err, RESULT_INPUT, "%s: the file is empty; " WANTED, sheet->name);
    if (!delimiter &&
        !reader_delimiter_detect(sheet->chunk, reader_source_ended(sheet->source), options, &delimiter))
        return error_memory(err);
    reader_rows_init(&sheet->rows, delimiter);
    return read_first_row(sheet, options, columns, err);
}

enum result reader_sheet_next(struct reader_sheet *sheet, struct reader_row *row, bool *end, struct error *err)
{
    if (!sheet->first_is_data) {
        enum result result = next_row(sheet, end, err);
        if (result != RESULT_OK || *end)
            return result;
    }
    sheet->first_is_data = false;
    *row = (struct reader_row){sheet->rows.scan.row_line, sheet->rows.cells[sheet->id_column], NULL, sheet->rows.cells};
    return RESULT_OK;
}

void reader_sheet_free(struct reader_sheet *sheet)
{
    reader_rows_free(&sheet->rows);
}
