#include "data.h"
#include "source.h"

struct extraction {
    struct writer *writer;
    struct json_reader *json;
    struct data data;
    struct extracted_path path;
};

static enum result visit(struct extraction *x, const struct table *table,
                         bool (*value)(void *ctx, struct text path, const struct json *value), struct error *err)
{
    const struct extracted_visitor visitor = {.ctx = &x->data, .value = value};
    const struct json *data;
    enum result result = data_read(x->json, table, &data, err);
    if (result == RESULT_OK && !extracted_walk(data, &x->path, &visitor))
        result = error_memory(err);
    return result;
}

static enum result note_paths(void *ctx, struct table *table, struct error *err)
{
    return visit(ctx, table, data_note_path, err);
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

static enum result write_row(void *ctx, struct table *table, struct error *err)
{
    struct extraction *x = ctx;
    data_row_begin(&x->data);
    enum result result = visit(x, table, data_note_value, err);
    if (result == RESULT_OK)
        result = data_cells(&x->data, table->cells + table->fixed, err);
    return result == RESULT_OK ? x->writer->row(x->writer, table->cells, table->count, err) : result;
}

static enum result write_table(struct extraction *x, struct store *store, const struct report_query *query,
                               struct error *err)
{
    struct table table;
    enum result result = table_open(&table, store, query, 1, x->data.paths.count, err);
    if (result == RESULT_OK)
        result = data_columns(&x->data, &table, table.fixed, err);
    if (result == RESULT_OK)
        result = x->writer->begin(x->writer, query->report->name, table.columns, table.count, err);
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
    data_free(&x.data);
    extracted_path_free(&x.path);
    return result;
}
