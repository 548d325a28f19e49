/* A workbook: a sheet for each report, and a further one where a sheet is full. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decimal.h"
#include "sheet_text.h"
#include "sink.h"
#include "timestamp.h"
#include "writer.h"
#include "xlsx.h"

#define WIDTH_MIN 8
#define WIDTH_MAX 60
#define FILTER_WIDTH 3    /* of the button beside a column's name */
#define GENERAL_DIGITS 11 /* that Excel shows of a number without a format of its own */
#define CUTS_NAMED 10

struct xlsx_writer {
    struct writer base; /* first, so that a pointer to one is a pointer to the other */
    FILE *out;
    struct export_options options;
    struct xlsx *book; /* NULL before the first report */
    struct strbuf text;
    size_t cuts;

    /* The report in hand, its spans being those of the caller no longer. */
    struct strbuf report;
    struct strbuf names; /* of the columns, one behind the other */
    struct column *columns;
    uint8_t *widths;
    size_t count;
    unsigned sheets;
};

static void show_width(struct xlsx_writer *w, size_t column, size_t width)
{
    if (width > WIDTH_MAX)
        width = WIDTH_MAX;
    if (width > w->widths[column])
        w->widths[column] = (uint8_t)width;
}

/* row: the cell that tells which row it is. */
static void warn_of_cut(struct xlsx_writer *w, size_t column, size_t units, struct text row)
{
    char name[200], key[200], line[640];
    if (!w->options.warn || ++w->cuts > CUTS_NAMED)
        return;
    text_printable(w->columns[column].name, 60, name, sizeof name);
    text_printable(row, 60, key, sizeof key);
    snprintf(line, sizeof line, "sheet %s: row %s: column %s: cut to the %u characters that a cell can hold, of %zu",
             w->report.bytes, key, name, XLSX_TEXT_MAX, units);
    w->options.warn(w->options.warn_ctx, line);
}

static void put_text(struct xlsx_writer *w, size_t column, struct text text, enum xlsx_style style, struct text row)
{
    struct sheet_text made = sheet_text(&w->text, text);
    if (w->text.failed)
        return;
    xlsx_text(w->book, column, w->text.bytes, style);
    show_width(w, column, made.width + (style == XLSX_HEADER ? FILTER_WIDTH : 1));
    if (made.cut)
        warn_of_cut(w, column, made.units, row);
}

static enum xlsx_style number_style(enum column_kind kind, struct text number)
{
    enum xlsx_style exact = memchr(number.bytes, '.', number.len) ? XLSX_DECIMAL : XLSX_INTEGER;
    switch (kind) {
    case COLUMN_COUNT:
        return exact;
    case COLUMN_MONEY:
        return XLSX_MONEY;
    case COLUMN_SECONDS:
    case COLUMN_NUMBER:
        return XLSX_DECIMAL;
    case COLUMN_SHARE:
        return XLSX_PERCENT;
    case COLUMN_TEXT:
    case COLUMN_TIME:
    case COLUMN_DATE:
        break;
    }
    return number.len > GENERAL_DIGITS && decimal_is_plain(number) ? exact : XLSX_GENERAL;
}

static bool put_number(struct xlsx_writer *w, size_t column, struct text number)
{
    enum xlsx_style style = number_style(w->columns[column].kind, number);
    if (!xlsx_number(w->book, column, number, style))
        return false;
    show_width(w, column, number.len + 1 + (style == XLSX_MONEY ? number.len / 3 : 0));
    return true;
}

/* Only what a cell's time gives back as it is spelled. */
static bool put_time(struct xlsx_writer *w, size_t column, struct text time, bool date)
{
    struct timestamp at;
    char spelled[TIMESTAMP_TEXT_MAX];
    if (!timestamp_parse(time, &at) || !text_equal(time, (struct text){spelled, timestamp_format(at, spelled)}))
        return false;
    if (!xlsx_time(w->book, column, at, date ? XLSX_DATE : at.nsec != 0 ? XLSX_TIME_MS : XLSX_TIME))
        return false;
    show_width(w, column, date ? sizeof "YYYY-MM-DD" : time.len);
    return true;
}

static bool put_date(struct xlsx_writer *w, size_t column, struct text date)
{
    static const char midnight[] = "T00:00:00Z";
    char spelled[TIMESTAMP_TEXT_MAX];
    if (date.len + sizeof midnight > sizeof spelled)
        return false;
    memcpy(spelled, date.bytes, date.len);
    memcpy(spelled + date.len, midnight, sizeof midnight);
    return put_time(w, column, text_of(spelled), true);
}

static void put_cell(struct xlsx_writer *w, size_t column, const struct cell *cell, struct text row)
{
    enum column_kind kind = w->columns[column].kind;
    if (cell->kind == CELL_NULL || cell->text.len == 0)
        return;
    if (cell->kind == CELL_BOOL) {
        xlsx_bool(w->book, column, text_equal(cell->text, text_of("true")));
        return;
    }
    bool is_text = cell->kind == CELL_TEXT || cell->kind == CELL_TIME;
    if ((cell->kind == CELL_NUMBER && put_number(w, column, cell->text)) ||
        (is_text && kind == COLUMN_TIME && put_time(w, column, cell->text, false)) ||
        (is_text && kind == COLUMN_DATE && put_date(w, column, cell->text)))
        return;
    put_text(w, column, cell->text, XLSX_GENERAL, row);
}

static enum result end_row(struct xlsx_writer *w, struct error *err)
{
    return w->text.failed ? error_memory(err) : xlsx_row_end(w->book, err);
}

static enum result start_sheet(struct xlsx_writer *w, struct error *err)
{
    char name[64];
    const char *report = w->report.bytes;
    if (++w->sheets == 1)
        snprintf(name, sizeof name, "%.*s", (int)XLSX_SHEET_NAME_MAX, report);
    else
        snprintf(name, sizeof name, "%.*s (%u)", (int)XLSX_SHEET_NAME_MAX - 8, report, w->sheets);
    memset(w->widths, WIDTH_MIN, w->count);
    enum result result = xlsx_sheet_begin(w->book, name, err);
    if (result != RESULT_OK || w->options.no_header)
        return result;
    for (size_t i = 0; i < w->count; i++)
        put_text(w, i, w->columns[i].name, XLSX_HEADER, text_of("1"));
    return end_row(w, err);
}

static enum result end_sheet(struct xlsx_writer *w, struct error *err)
{
    return xlsx_sheet_end(w->book, w->widths, w->count, !w->options.no_header, err);
}

static bool keep_columns(struct xlsx_writer *w, const char *report, const struct column *columns, size_t count)
{
    strbuf_clear(&w->report);
    strbuf_puts(&w->report, report);
    strbuf_clear(&w->names);
    for (size_t i = 0; i < count; i++)
        strbuf_append(&w->names, columns[i].name.bytes, columns[i].name.len);
    free(w->columns);
    free(w->widths);
    w->columns = calloc(count + 1, sizeof *w->columns);
    w->widths = calloc(count + 1, sizeof *w->widths);
    w->count = count;
    if (w->report.failed || w->names.failed || !w->columns || !w->widths)
        return false;
    const char *name = w->names.bytes;
    for (size_t i = 0; i < count; i++) {
        w->columns[i] = (struct column){{name, columns[i].name.len}, columns[i].kind};
        name += columns[i].name.len;
    }
    return true;
}

static enum result xlsx_begin(struct writer *writer, const char *report, const struct column *columns, size_t count,
                              struct error *err)
{
    struct xlsx_writer *w = (struct xlsx_writer *)writer;
    const char *folder = w->options.tmpdir ? w->options.tmpdir : "/tmp";
    if (count > XLSX_COLUMNS_MAX)
        return error_set(err, RESULT_REPORT,
                         "report %s has %zu columns, of which a workbook holds %u; --format csv takes them all", report,
                         count, XLSX_COLUMNS_MAX);
    enum result result = w->book ? end_sheet(w, err) : xlsx_new(folder, w->options.created, &w->book, err);
    if (result == RESULT_OK && !keep_columns(w, report, columns, count))
        result = error_memory(err);
    w->sheets = 0;
    return result == RESULT_OK ? start_sheet(w, err) : result;
}

static enum result xlsx_row(struct writer *writer, const struct cell *cells, size_t count, struct error *err)
{
    struct xlsx_writer *w = (struct xlsx_writer *)writer;
    enum result result = RESULT_OK;
    if (xlsx_sheet_full(w->book)) {
        result = end_sheet(w, err);
        if (result == RESULT_OK)
            result = start_sheet(w, err);
    }
    for (size_t i = 0; result == RESULT_OK && i < count; i++)
        put_cell(w, i, &cells[i], cells[0].text);
    return result == RESULT_OK ? end_row(w, err) : result;
}

static void sum_up_cuts(const struct xlsx_writer *w)
{
    char line[128];
    if (w->cuts <= CUTS_NAMED)
        return;
    snprintf(line, sizeof line, "%zu more cells were cut to %u characters; --format csv has them whole",
             w->cuts - CUTS_NAMED, XLSX_TEXT_MAX);
    w->options.warn(w->options.warn_ctx, line);
}

static enum result copy(int fd, FILE *out, struct error *err)
{
    char chunk[1 << 16];
    struct sink sink = {.out = out};
    enum result result = RESULT_OK;
    ssize_t n = 1;
    while (result == RESULT_OK && n > 0) {
        n = read(fd, chunk, sizeof chunk);
        if (n > 0)
            strbuf_append(&sink.buf, chunk, (size_t)n);
        result = n < 0 ? error_set(err, RESULT_REPORT, "the workbook can't be read again") : sink_row_end(&sink, err);
    }
    if (result == RESULT_OK)
        result = sink_finish(&sink, err);
    sink_free(&sink);
    return result;
}

static enum result xlsx_writer_finish(struct writer *writer, struct error *err)
{
    struct xlsx_writer *w = (struct xlsx_writer *)writer;
    int fd = -1;
    enum result result = end_sheet(w, err);
    if (result == RESULT_OK)
        result = xlsx_finish(w->book, &fd, err);
    if (result == RESULT_OK)
        result = copy(fd, w->out, err);
    sum_up_cuts(w);
    return result;
}

static void xlsx_writer_free(struct writer *writer)
{
    struct xlsx_writer *w = (struct xlsx_writer *)writer;
    xlsx_free(w->book);
    strbuf_free(&w->text);
    strbuf_free(&w->report);
    strbuf_free(&w->names);
    free(w->columns);
    free(w->widths);
    free(w);
}

struct writer *xlsx_writer_new(FILE *out, const struct export_options *options)
{
    struct xlsx_writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->base = (struct writer){xlsx_begin, xlsx_row, xlsx_writer_finish, xlsx_writer_free};
    w->out = out;
    w->options = *options;
    return &w->base;
}
