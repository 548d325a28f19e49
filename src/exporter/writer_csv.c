#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "sink.h"
#include "writer.h"

struct csv_writer {
    struct writer base; /* first, so that a pointer to one is a pointer to the other */
    struct sink sink;
    struct export_options options;
    const char *line_end;
    bool quoted_for[UCHAR_MAX + 1]; /* characters for which a cell must be quoted */
    bool plain_numbers;             /* numbers are written as they are */
    bool plain_times;               /* likewise */
};

/* Whether a spreadsheet would run the text as a formula (OWASP, "CSV Injection"). LF counts as well: behind a quote
 * some programs skip it. */
static bool is_formula(struct text t)
{
    switch (t.len > 0 ? t.bytes[0] : '\0') {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case '\r':
    case '\n':
        return !decimal_is_plain(t);
    default:
        return false;
    }
}

static bool needs_quotes(const struct csv_writer *csv, struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (csv->quoted_for[(unsigned char)t.bytes[i]])
            return true;
    return false;
}

static void put_doubling_quotes(struct strbuf *buf, struct text t)
{
    while (t.len > 0) {
        const char *quote = memchr(t.bytes, '"', t.len);
        size_t n = quote ? (size_t)(quote - t.bytes) + 1 : t.len;
        strbuf_append(buf, t.bytes, n);
        if (quote)
            strbuf_putc(buf, '"');
        t.bytes += n;
        t.len -= n;
    }
}

static void put_text(struct csv_writer *csv, struct text t)
{
    struct text mark = {"'", !csv->options.verbatim && is_formula(t) ? 1 : 0};
    bool quoted = needs_quotes(csv, t) || needs_quotes(csv, mark);
    if (quoted)
        strbuf_putc(&csv->sink.buf, '"');
    strbuf_append(&csv->sink.buf, mark.bytes, mark.len);
    if (quoted)
        put_doubling_quotes(&csv->sink.buf, t);
    else
        strbuf_append(&csv->sink.buf, t.bytes, t.len);
    if (quoted)
        strbuf_putc(&csv->sink.buf, '"');
}

static void put_number(struct csv_writer *csv, struct text t)
{
    struct strbuf *buf = &csv->sink.buf;
    size_t start = buf->len;
    strbuf_append(buf, t.bytes, t.len);
    if (csv->plain_numbers || buf->failed)
        return;
    char *point = csv->options.decimal_comma ? memchr(buf->bytes + start, '.', t.len) : NULL;
    if (point)
        *point = ',';
    if (!needs_quotes(csv, (struct text){buf->bytes + start, t.len}))
        return;
    strbuf_puts(buf, "\"\"");
    if (buf->failed)
        return;
    memmove(buf->bytes + start + 1, buf->bytes + start, t.len);
    buf->bytes[start] = '"';
}

static void put_cell(struct csv_writer *csv, const struct cell *cell)
{
    if (cell->kind == CELL_NULL || cell->text.len == 0)
        return;
    if (cell->kind == CELL_NUMBER)
        put_number(csv, cell->text);
    else if (cell->kind == CELL_TIME && csv->plain_times)
        strbuf_append(&csv->sink.buf, cell->text.bytes, cell->text.len);
    else
        put_text(csv, cell->text);
}

static enum result csv_row(struct writer *writer, const struct cell *cells, size_t count, struct error *err)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    size_t start = csv->sink.buf.len;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_putc(&csv->sink.buf, csv->options.delimiter);
        put_cell(csv, &cells[i]);
    }
    /* A line without a byte is skipped by most readers. */
    if (csv->sink.buf.len == start)
        strbuf_puts(&csv->sink.buf, "\"\"");
    strbuf_puts(&csv->sink.buf, csv->line_end);
    return sink_row_end(&csv->sink, err);
}

static enum result csv_begin(struct writer *writer, const char *report, const struct column *columns, size_t count,
                             struct error *err)
{
    (void)report;
    struct csv_writer *csv = (struct csv_writer *)writer;
    if (csv->options.bom)
        strbuf_puts(&csv->sink.buf, "\xEF\xBB\xBF");
    if (csv->options.no_header)
        return RESULT_OK;
    struct cell *cells = calloc(count ? count : 1, sizeof *cells);
    if (!cells)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct cell){CELL_TEXT, columns[i].name};
    enum result result = csv_row(writer, cells, count, err);
    free(cells);
    return result;
}

static enum result csv_finish(struct writer *writer, struct error *err)
{
    return sink_finish(&((struct csv_writer *)writer)->sink, err);
}

static void csv_free(struct writer *writer)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    sink_free(&csv->sink);
    free(csv);
}

struct writer *csv_writer_new(FILE *out, const struct export_options *options)
{
    struct csv_writer *csv = calloc(1, sizeof *csv);
    if (!csv)
        return NULL;
    csv->base = (struct writer){csv_begin, csv_row, csv_finish, csv_free};
    csv->sink.out = out;
    csv->options = *options;
    if (options->format == EXPORT_TSV)
        csv->options.delimiter = '\t';
    csv->line_end = options->crlf ? "\r\n" : "\n";
    csv->quoted_for[(unsigned char)csv->options.delimiter] = true;
    csv->quoted_for['"'] = true;
    csv->quoted_for['\r'] = true;
    csv->quoted_for['\n'] = true;
    csv->plain_times = !strchr("-:.TZ0123456789", csv->options.delimiter);
    csv->plain_numbers = !options->decimal_comma && !strchr("+-.0123456789Ee", csv->options.delimiter);
    return &csv->base;
}
