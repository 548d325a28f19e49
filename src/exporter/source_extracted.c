#include <stdlib.h>

#include "flatten.h"
#include "names.h"
#include "source.h"
#include "table.h"

/* The answers are read twice: for the paths, which are the header, and for the rows. */
struct extraction {
    struct writer *writer;
    struct json_reader *json;
    struct names paths;
    struct strbuf path;
    struct strbuf header;       /* the paths as columns, one behind the other */
    const struct json **values; /* of the row in hand, one for each path; NULL: none */
    struct strbuf arrays;       /* of the row in hand */
};

static enum result read_data(struct extraction *x, const struct table *table, const struct json **data,
                             struct error *err)
{
    struct text document = table_hidden(table, 0);
    *data = NULL;
    if (!document.bytes)
        return RESULT_OK;
    const char *problem;
    const struct json *root = json_read(x->json, document, &problem);
    if (!root) {
        char name[JOB_ID_MAX + 1];
        return error_set(err, RESULT_LEDGER, "the archived answer of %s can't be read: %s",
                         text_printable(table->cells[0].text, 0, name, sizeof name), problem);
    }
    *data = extracted_data(root);
    return RESULT_OK;
}

static bool note_path(void *ctx, struct text path, const struct json *value)
{
    struct extraction *x = ctx;
    size_t index;
    (void)value;
    return names_add(&x->paths, path, &index);
}

static enum result note_paths(void *ctx, struct table *table, struct error *err)
{
    struct extraction *x = ctx;
    const struct flatten_visitor visitor = {x, note_path};
    const struct json *data;
    enum result result = read_data(x, table, &data, err);
    if (result == RESULT_OK && !flatten(data, &x->path, &visitor))
        result = error_memory(err);
    return result;
}

static enum result collect_paths(struct extraction *x, struct store *store, const struct report_query *query,
                                 struct error *err)
{
    struct table table;
    enum result result = table_open(&table, store, query, 1, 0, err);
    if (result == RESULT_OK)
        result = table_each(&table, note_paths, x, err);
    table_close(&table);
    return result;
}

static bool is_fixed(const struct table *table, struct text name)
{
    for (size_t i = 0; i < table->fixed; i++)
        if (text_equal(table->columns[i].name, name))
            return true;
    return false;
}

static enum result write_header(struct extraction *x, struct table *table, const char *report, struct error *err)
{
    size_t start = 0;
    for (size_t i = 0; i < x->paths.count; i++) {
        struct text path = names_at(&x->paths, i);
        size_t before = x->header.len;
        strbuf_puts(&x->header, is_fixed(table, path) ? "data." : "");
        strbuf_append(&x->header, path.bytes, path.len);
        table->columns[table->fixed + i].name = (struct text){"", x->header.len - before};
    }
    if (x->header.failed)
        return error_memory(err);
    for (size_t i = table->fixed; i < table->count; i++) {
        table->columns[i].name.bytes = x->header.bytes + start;
        start += table->columns[i].name.len;
    }
    return x->writer->begin(x->writer, report, table->columns, table->count, err);
}

static bool note_value(void *ctx, struct text path, const struct json *value)
{
    struct extraction *x = ctx;
    size_t index = names_find(&x->paths, path);
    if (index != NAMES_NONE)
        x->values[index] = value;
    return true;
}

static enum result fill_cells(struct extraction *x, struct table *table, struct error *err)
{
    const struct flatten_visitor visitor = {x, note_value};
    const struct json *data;
    struct cell *cells = table->cells + table->fixed;
    for (size_t i = 0; i < x->paths.count; i++)
        x->values[i] = NULL;
    enum result result = read_data(x, table, &data, err);
    if (result != RESULT_OK)
        return result;
    if (!flatten(data, &x->path, &visitor))
        return error_memory(err);
    strbuf_clear(&x->arrays);
    for (size_t i = 0; i < x->paths.count; i++)
        cells[i] = cell_of_json(x->values[i], &x->arrays);
    if (x->arrays.failed)
        return error_memory(err);
    /* Only now do the arrays have their final place. */
    size_t start = 0;
    for (size_t i = 0; i < x->paths.count; i++) {
        if (cells[i].kind != CELL_JSON)
            continue;
        cells[i].text.bytes = x->arrays.bytes + start;
        start += cells[i].text.len;
    }
    return RESULT_OK;
}

static enum result write_row(void *ctx, struct table *table, struct error *err)
{
    struct extraction *x = ctx;
    enum result result = fill_cells(x, table, err);
    return result == RESULT_OK ? x->writer->row(x->writer, table->cells, table->count, err) : result;
}

static enum result write_table(struct extraction *x, struct store *store, const struct report_query *query,
                                 struct error *err)
{
    struct table table = {0};
    x->values = calloc(x->paths.count + 1, sizeof *x->values);
    enum result result = x->values ? table_open(&table, store, query, 1, x->paths.count, err) : error_memory(err);
    if (result == RESULT_OK)
        result = write_header(x, &table, query->report, err);
    if (result == RESULT_OK)
        result = table_each(&table, write_row, x, err);
    table_close(&table);
    return result;
}

enum result source_extracted(struct store *store, const struct report_query *query, struct writer *writer,
                             struct error *err)
{
    struct extraction x = {.writer = writer, .json = json_reader_new()};
    enum result result = x.json ? collect_paths(&x, store, query, err) : error_memory(err);
    if (result == RESULT_OK)
        result = write_table(&x, store, query, err);
    json_reader_free(x.json);
    names_free(&x.paths);
    strbuf_free(&x.path);
    strbuf_free(&x.header);
    strbuf_free(&x.arrays);
    free(x.values);
    return result;
}
