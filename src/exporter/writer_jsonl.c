/* JSON lines (https://jsonlines.org): one object a row, its members the columns in order. */
#include <stdlib.h>

#include "json.h"
#include "sink.h"
#include "writer.h"

struct jsonl_writer {
    struct writer base; /* first, so that a pointer to one is a pointer to the other */
    struct sink sink;
    struct strbuf names; /* each as a JSON string with the colon behind it, one after the other */
    size_t *ends;        /* of each name in names */
    size_t count;
};

/* The ledger holds UTF-8; what a user's own SELECT makes may be anything. */
static void put_string(struct strbuf *out, struct text t)
{
    if (utf8_valid_prefix(t.bytes, t.len) == t.len) {
        json_write_string(out, t);
        return;
    }
    struct strbuf mended = {0};
    utf8_mend(&mended, t);
    json_write_string(out, (struct text){mended.bytes, mended.len});
    out->failed |= mended.failed;
    strbuf_free(&mended);
}

static void put_cell(struct strbuf *out, const struct cell *cell)
{
    if (cell->kind == CELL_NULL || cell->text.len == 0)
        strbuf_puts(out, "null");
    else if (cell->kind == CELL_TEXT || cell->kind == CELL_TIME)
        put_string(out, cell->text);
    else
        strbuf_append(out, cell->text.bytes, cell->text.len);
}

static enum result jsonl_begin(struct writer *writer, const char *report, const struct column *columns, size_t count,
                               struct error *err)
{
    struct jsonl_writer *jsonl = (struct jsonl_writer *)writer;
    (void)report;
    jsonl->ends = calloc(count + 1, sizeof *jsonl->ends);
    jsonl->count = count;
    for (size_t i = 0; jsonl->ends && i < count; i++) {
        put_string(&jsonl->names, columns[i].name);
        strbuf_putc(&jsonl->names, ':');
        jsonl->ends[i] = jsonl->names.len;
    }
    return jsonl->ends && !jsonl->names.failed ? RESULT_OK : error_memory(err);
}

static enum result jsonl_row(struct writer *writer, const struct cell *cells, size_t count, struct error *err)
{
    struct jsonl_writer *jsonl = (struct jsonl_writer *)writer;
    struct strbuf *out = &jsonl->sink.buf;
    strbuf_putc(out, '{');
    for (size_t i = 0; i < count; i++) {
        size_t start = i > 0 ? jsonl->ends[i - 1] : 0;
        if (i > 0)
            strbuf_putc(out, ',');
        strbuf_append(out, jsonl->names.bytes + start, jsonl->ends[i] - start);
        put_cell(out, &cells[i]);
    }
    strbuf_puts(out, "}\n");
    return sink_row_end(&jsonl->sink, err);
}

static enum result jsonl_finish(struct writer *writer, struct error *err)
{
    return sink_finish(&((struct jsonl_writer *)writer)->sink, err);
}

static void jsonl_free(struct writer *writer)
{
    struct jsonl_writer *jsonl = (struct jsonl_writer *)writer;
    sink_free(&jsonl->sink);
    strbuf_free(&jsonl->names);
    free(jsonl->ends);
    free(jsonl);
}

struct writer *jsonl_writer_new(FILE *out, const struct export_options *options)
{
    struct jsonl_writer *jsonl = calloc(1, sizeof *jsonl);
    (void)options;
    if (!jsonl)
        return NULL;
    jsonl->base = (struct writer){jsonl_begin, jsonl_row, jsonl_finish, jsonl_free};
    jsonl->sink.out = out;
    return &jsonl->base;
}
