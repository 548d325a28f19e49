#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "sheet.h"
#include "source.h"
#include "values.h"

#define NAME_CHARS_MAX 120

struct reader {
    char name[4 * NAME_CHARS_MAX]; /* printable */
    struct reader_source *source;
    struct reader_columns columns;
    bool json;
    struct reader_sheet sheet;   /* unless json */
    struct reader_values values; /* where json */
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
        result = reader_source_open(-1, "", options, &source, err);
    reader_source_close(source);
    return result;
}

/* Back to the descriptor's place `start`. */
static enum result read_again(struct reader *reader, int fd, off_t start, const struct reader_options *options,
                              struct error *err)
{
    reader_source_close(reader->source);
    reader->source = NULL;
    if (start < 0 || lseek(fd, start, SEEK_SET) < 0)
        return error_set(err, RESULT_INPUT, "%s: JSON is read twice, and this can't be: %s", reader->name,
                         strerror(errno));
    return reader_source_open(fd, reader->name, options, &reader->source, err);
}

static enum result begin(struct reader *reader, int fd, const struct reader_options *options, struct error *err)
{
    off_t start = lseek(fd, 0, SEEK_CUR);
    struct text chunk;
    enum result result = reader_source_open(fd, reader->name, options, &reader->source, err);
    if (result == RESULT_OK)
        result = reader_source_next(reader->source, 1, &chunk, err);
    if (result != RESULT_OK)
        return result;
    reader->json = reader_source_is_json(reader->source);
    if (!reader->json) {
        reader->sheet = (struct reader_sheet){.name = reader->name, .source = reader->source, .chunk = chunk};
        return reader_sheet_open(&reader->sheet, options, &reader->columns, err);
    }
    reader->values = (struct reader_values){.name = reader->name, .source = reader->source, .chunk = chunk};
    result = reader_values_survey(&reader->values, options, &reader->columns, err);
    if (result == RESULT_OK)
        result = read_again(reader, fd, start, options, err);
    reader->values.source = reader->source;
    return result;
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
    result = begin(reader, fd, options, err);
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
    reader_sheet_free(&reader->sheet);
    reader_values_free(&reader->values);
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

/* A row of either format: its ID is judged here. */
static void judge(struct reader_row *row)
{
    struct text id = text_trim(row->id);
    if (row->reason)
        return;
    if (job_id_valid(id))
        row->id = id;
    else
        row->reason = why_rejected(id);
}

enum result reader_next(struct reader *reader, struct reader_row *row, bool *end, struct error *err)
{
    struct reader_row found;
    *end = false;
    enum result result = reader->json ? reader_values_next(&reader->values, &found, end, err)
                                      : reader_sheet_next(&reader->sheet, &found, end, err);
    if (result != RESULT_OK || *end)
        return result;
    judge(&found);
    *row = found;
    return RESULT_OK;
}
