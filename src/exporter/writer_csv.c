#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "strbuf.h"
#include "writer.h"

#define CHUNK (1u << 16) /* bytes handed on at once: few calls, and a pipe that was closed is noticed soon */

struct csv_writer {
    struct writer base; /* first, so that a pointer to one is a pointer to the other */
    FILE *out;
    struct export_options options;
    const char *line_end;
    bool quoted_for[UCHAR_MAX + 1]; /* characters for which a cell must be quoted */
    struct strbuf buf;
};

static enum result hand_on(struct csv_writer *csv, struct error *err)
{
    if (csv->buf.failed)
        return error_memory(err);
    if (csv->buf.len > 0 && fwrite(csv->buf.bytes, 1, csv->buf.len, csv->out) != csv->buf.len)
        return error_set(err, RESULT_REPORT, "the report can't be written: %s", strerror(errno));
    strbuf_clear(&csv->buf);
    return RESULT_OK;
}

/* Whether a spreadsheet would run the text as a formula (OWASP, "CSV Injection"). LF counts as well: behind a quote
 * some programs skip it. */
static bool is_formula(struct text t)
{
    static const char starts[] = {'=', '+', '-', '@', '\t', '\r', '\n'};
    return t.len > 0 && memchr(starts, t.bytes[0], sizeof starts) && !decimal_is_plain(t);
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
    const char *defused = !csv->options.verbatim && is_formula(t) ? "'" : "";
    if (!needs_quotes(csv, t) && !needs_quotes(csv, text_of(defused))) {
        strbuf_puts(&csv->buf, defused);
        strbuf_append(&csv->buf, t.bytes, t.len);
        return;
    }
    strbuf_putc(&csv->buf, '"');
    strbuf_puts(&csv->buf, defused);
    put_doubling_quotes(&csv->buf, t);
    strbuf_putc(&csv->buf, '"');
}

static void put_number(struct csv_writer *csv, struct text t)
{
    struct strbuf *buf = &csv->buf;
    size_t start = buf->len;
    strbuf_append(buf, t.bytes, t.len);
    if (buf->failed)
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
    else
        put_text(csv, cell->text);
}

static enum result csv_row(struct writer *writer, const struct cell *cells, size_t count, struct error *err)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    size_t start = csv->buf.len;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_putc(&csv->buf, csv->options.delimiter);
        put_cell(csv, &cells[i]);
    }
    /* A line without a byte is skipped by most readers. */
    if (csv->buf.len == start)
        strbuf_puts(&csv->buf, "\"\"");
    strbuf_puts(&csv->buf, csv->line_end);
    return csv->buf.len < CHUNK && !csv->buf.failed ? RESULT_OK : hand_on(csv, err);
}

static enum result csv_header(struct writer *writer, const struct text *names, size_t count, struct error *err)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    if (csv->options.bom)
        strbuf_puts(&csv->buf, "\xEF\xBB\xBF");
    if (csv->options.no_header)
        return RESULT_OK;
    struct cell *cells = calloc(count ? count : 1, sizeof *cells);
    if (!cells)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct cell){CELL_TEXT, names[i]};
    enum result result = csv_row(writer, cells, count, err);
    free(cells);
    return result;
}

static enum result csv_finish(struct writer *writer, struct error *err)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    enum result result = hand_on(csv, err);
    if (result == RESULT_OK && (fflush(csv->out) != 0 || ferror(csv->out)))
        result = error_set(err, RESULT_REPORT, "the report can't be written: %s", strerror(errno));
    return result;
}

static void csv_free(struct writer *writer)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    strbuf_free(&csv->buf);
    free(csv);
}

struct writer *csv_writer_new(FILE *out, const struct export_options *options)
{
    struct csv_writer *csv = calloc(1, sizeof *csv);
    if (!csv)
        return NULL;
    csv->base = (struct writer){csv_header, csv_row, csv_finish, csv_free};
    csv->out = out;
    csv->options = *options;
    csv->line_end = options->crlf ? "\r\n" : "\n";
    csv->quoted_for[(unsigned char)options->delimiter] = true;
    csv->quoted_for['"'] = true;
    csv->quoted_for['\r'] = true;
    csv->quoted_for['\n'] = true;
    return &csv->base;
}
