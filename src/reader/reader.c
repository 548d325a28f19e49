#include "reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "delimiter.h"
#include "header.h"
#include "job.h"
#include "rows.h"
#include "source.h"

#define NAME_CHARS_MAX 120

struct reader {
    char name[4 * NAME_CHARS_MAX]; /* printable */
    struct reader_source *source;
    struct text chunk; /* what is left of the one handed out last */
    struct reader_rows rows;
    struct reader_columns columns;
    size_t id_column;
    bool first_is_data; /* the row in `rows` has not been handed out yet */
};

static enum result check_options(const struct reader_options *options, struct error *err)
{
    char delimiter[16];
    if (options->delimiter == '"' || options->delimiter == '\r' || options->delimiter == '\n' ||
        (unsigned char)options->delimiter >= 0x80)
        return error_set(err, RESULT_USAGE, "--delimiter %s: not an ASCII character other than quote, CR and LF",
                         text_printable((struct text){&options->delimiter, 1}, 0, delimiter, sizeof delimiter));
    return reader_header_check(options, err);
}

enum result reader_check(const struct reader_options *options, struct error *err)
{
    struct reader_source *source = NULL;
    enum result result = check_options(options, err);
    if (result == RESULT_OK)
        result = reader_source_open(-1, "", options->encoding, &source, err);
    reader_source_close(source);
    return result;
}

static enum result scan_error(const struct reader *reader, enum reader_scan_result fault, struct error *err)
{
    const struct reader_scan *scan = &reader->rows.scan;
    switch (fault) {
    case READER_SCAN_OPEN_QUOTE:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the quote that opens a cell here is never closed",
                         reader->name, scan->cell_line);
    case READER_SCAN_CELL_TOO_LONG:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": a cell that begins here is longer than %u bytes: is its closing quote "
                         "missing?", reader->name, scan->cell_line, READER_CELL_MAX);
    case READER_SCAN_ROW_TOO_LONG:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the row that begins here is longer than %u bytes: is a closing quote "
                         "missing?", reader->name, scan->row_line, READER_ROW_MAX);
    case READER_SCAN_TOO_MANY_CELLS:
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the row has more than %u cells: is --delimiter right?", reader->name,
                         scan->row_line, READER_COLUMNS_MAX);
    case READER_SCAN_MISREAD:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": libcsv can't read the row", reader->name,
                         scan->row_line);
    default:
        return error_memory(err);
    }
}

/* The next row into reader->rows. */
static enum result next_row(struct reader *reader, bool *end, struct error *err)
{
    bool last = false;
    enum reader_scan_result found = reader_rows_next(&reader->rows, &reader->chunk, last);
    while (found == READER_SCAN_MORE) {
        enum result result = reader_source_next(reader->source, reader->rows.scan.line, &reader->chunk, err);
        if (result != RESULT_OK)
            return result;
        last = reader->chunk.len == 0;
        found = reader_rows_next(&reader->rows, &reader->chunk, last);
    }
    *end = found == READER_SCAN_END;
    return found == READER_SCAN_ROW || *end ? RESULT_OK : scan_error(reader, found, err);
}

/* Ends with the rows' scanner ready, and the first chunk in place. */
static enum result start_rows(struct reader *reader, const struct reader_options *options, struct error *err)
{
    char delimiter = options->delimiter;
    enum result result = reader_source_next(reader->source, 1, &reader->chunk, err);
    if (result != RESULT_OK)
        return result;
    if (reader->chunk.len == 0)
        return error_set(err, RESULT_INPUT, "%s: the file is empty; not even a header is there", reader->name);
    if (!delimiter &&
        !reader_delimiter_detect(reader->chunk, reader_source_ended(reader->source), options, &delimiter))
        return error_memory(err);
    reader_rows_init(&reader->rows, delimiter);
    return RESULT_OK;
}

static enum result read_first_row(struct reader *reader, const struct reader_options *options, struct error *err)
{
    bool end;
    enum result result = next_row(reader, &end, err);
    if (result != RESULT_OK)
        return result;
    if (end)
        return error_set(err, RESULT_INPUT, "%s: the file has only blank rows; not even a header is there",
                         reader->name);
    const struct text *cells = reader->rows.cells;
    size_t count = reader->rows.count;
    struct reader_choice choice = reader_header_choose(cells, count, options);
    if (choice.certainty == READER_UNUSABLE)
        return reader_header_unusable(reader->name, cells, count, options, err);
    if (!reader_columns_make(cells, count, choice, &reader->columns))
        return error_memory(err);
    reader->id_column = choice.id_column;
    reader->first_is_data = !choice.header;
    reader->rows.least = count;
    return RESULT_OK;
}

enum result reader_open(int fd, const char *name, const struct reader_options *options, struct reader **out,
                        struct error *err)
{
    *out = NULL;
    enum result result = check_options(options, err);
    if (result != RESULT_OK)
        return result;
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return error_memory(err);
    text_printable(text_of(name), NAME_CHARS_MAX, reader->name, sizeof reader->name);
    result = reader_source_open(fd, reader->name, options->encoding, &reader->source, err);
    if (result == RESULT_OK)
        result = start_rows(reader, options, err);
    if (result == RESULT_OK)
        result = read_first_row(reader, options, err);
    if (result == RESULT_OK)
        *out = reader;
    else
        reader_close(reader);
    return result;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    reader_columns_free(&reader->columns);
    reader_rows_free(&reader->rows);
    reader_source_close(reader->source);
    free(reader);
}

size_t reader_columns(const struct reader *reader, const struct reader_column **columns)
{
    *columns = reader->columns.list;
    return reader->columns.count;
}

/* Why a trimmed cell that is no valid job ID is none. */
static const char *why_rejected(struct text id)
{
    static const struct text prefix = {"job_", 4};
    if (id.len == 0)
        return "empty job ID";
    if (id.len < prefix.len || memcmp(id.bytes, prefix.bytes, prefix.len) != 0)
        return "does not start with job_";
    if (id.len == prefix.len)
        return "nothing after job_";
    /* Before the length, which is one of characters only where all of them are a byte each. */
    for (size_t i = prefix.len; i < id.len; i++)
        if (!job_id_valid((struct text){(const char[]){'j', 'o', 'b', '_', id.bytes[i]}, prefix.len + 1}))
            return "character outside A-Z a-z 0-9 _ -";
    return "longer than 128 characters";
}

enum result reader_next(struct reader *reader, struct reader_row *row, bool *end, struct error *err)
{
    *end = false;
    if (!reader->first_is_data) {
        enum result result = next_row(reader, end, err);
        if (result != RESULT_OK || *end)
            return result;
    }
    reader->first_is_data = false;
    struct text cell = reader->rows.cells[reader->id_column];
    struct text id = text_trim(cell);
    bool valid = job_id_valid(id);
    *row = (struct reader_row){
        .line = reader->rows.scan.row_line,
        .id = valid ? id : cell,
        .reason = valid ? NULL : why_rejected(id),
        .cells = reader->rows.cells,
    };
    return RESULT_OK;
}
