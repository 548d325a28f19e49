#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "source.h"

struct itemisation {
    const struct export_options *options;
    struct writer *writer;
    struct json_reader *json;
    struct table *table;
    struct data items;            /* the columns of the items' own values */
    struct data with;             /* those of --with, by the paths that were given */
    struct extracted_path path;   /* of the walk through a document */
    struct extracted_path inside; /* of that through an item */
    const struct json *data;      /* of the document in hand */
    enum result result;
    struct error *err;

    /* What there is, for names that were not found. */
    struct names arrays;
    struct names fields;
    bool *with_found; /* one for each path of --with */
    bool path_found;
    bool names_alone; /* the documents in hand have no rows */
};

/* ---- what is asked for ---- */

static enum result split_with(struct itemisation *x)
{
    const char *at = x->options->with;
    while (at && *at) {
        size_t len = strcspn(at, ",");
        size_t index;
        if (len > 0 && !names_add(&x->with.paths, (struct text){at, len}, &index))
            return error_memory(x->err);
        at += len + (at[len] == ',');
    }
    x->with_found = calloc(x->with.paths.count + 1, sizeof *x->with_found);
    return x->with_found ? RESULT_OK : error_memory(x->err);
}

static bool is_wanted(const struct itemisation *x, const struct extracted_item *item)
{
    const char *path = x->options->path;
    return !path || text_is(item->path, path) || text_is(item->plain, path);
}

/* ---- first pass: the columns ---- */

static bool note_item(void *ctx, const struct extracted_item *item)
{
    struct itemisation *x = ctx;
    const struct extracted_visitor visitor = {.ctx = &x->items, .value = data_note_path};
    size_t index;
    if (!is_wanted(x, item))
        return names_add(&x->arrays, item->plain, &index);
    x->path_found = true;
    return x->names_alone || extracted_walk(item->value, &x->inside, &visitor);
}

static bool note_field(void *ctx, struct text path, const struct json *value)
{
    struct itemisation *x = ctx;
    size_t index;
    (void)value;
    return x->with.paths.count == 0 || names_add(&x->fields, path, &index);
}

static enum result note_document(void *ctx, struct table *table, struct error *err)
{
    struct itemisation *x = ctx;
    const struct extracted_visitor visitor = {.ctx = x, .value = note_field, .item = note_item};
    enum result result = data_read(x->json, table, &x->data, err);
    if (result == RESULT_OK && !extracted_walk(x->data, &x->path, &visitor))
        result = error_memory(err);
    for (size_t i = 0; result == RESULT_OK && i < x->with.paths.count; i++)
        x->with_found[i] |= extracted_at(x->data, names_at(&x->with.paths, i)) != NULL;
    return result;
}

/* ---- between the passes ---- */

static enum result unknown(const struct names *names, const char *option, struct text word, const char *what,
                           struct error *err)
{
    char shown[200];
    char near[400];
    struct strbuf copy = {0};
    strbuf_append(&copy, word.bytes, word.len);
    struct nearest nearest = nearest_to(copy.bytes ? copy.bytes : "");
    for (size_t i = 0; i < names->count; i++)
        nearest_offer(&nearest, names_at(names, i));
    text_printable(word.len > 0 ? word : text_of("''"), 60, shown, sizeof shown);
    strbuf_free(&copy);
    if (nearest.found[0])
        return error_set(err, RESULT_USAGE, "%s %s: %s; did you mean %s?", option, shown, what,
                         text_printable(text_of(nearest.found), 0, near, sizeof near));
    return error_set(err, RESULT_USAGE, "%s %s: %s", option, shown, what);
}

static bool all_found(const struct itemisation *x)
{
    bool found = !x->options->path || x->path_found;
    for (size_t i = 0; i < x->with.paths.count; i++)
        found &= x->with_found[i];
    return found;
}

/* A column that nothing can ever stand in is a slip of the pen; where there is no data yet, nothing can be said. */
static enum result check_names(const struct itemisation *x, struct error *err)
{
    if (x->options->path && !x->path_found && x->arrays.count > 0)
        return unknown(&x->arrays, "--path", text_of(x->options->path), "no extracted data has items there", err);
    for (size_t i = 0; i < x->with.paths.count; i++)
        if (!x->with_found[i] && x->fields.count > 0)
            return unknown(&x->fields, "--with", names_at(&x->with.paths, i), "no extracted data has that field", err);
    return RESULT_OK;
}

static enum result write_header(struct itemisation *x, const char *report, struct error *err)
{
    struct table *table = x->table;
    size_t fixed = table->fixed;
    table->columns[fixed] = (struct column){text_of("path"), COLUMN_TEXT};
    table->columns[fixed + 1] = (struct column){text_of("item"), column_kind(report, "item")};
    enum result result = data_columns(&x->with, table, fixed + 2, err);
    if (result == RESULT_OK)
        result = data_columns(&x->items, table, fixed + 2 + x->with.paths.count, err);
    return result == RESULT_OK ? x->writer->begin(x->writer, report, table->columns, table->count, err) : result;
}

/* ---- second pass: the rows ---- */

static bool write_item(void *ctx, const struct extracted_item *item)
{
    struct itemisation *x = ctx;
    const struct extracted_visitor visitor = {.ctx = &x->items, .value = data_note_value};
    struct cell *cells = x->table->cells + x->table->fixed;
    char number[24];
    if (!is_wanted(x, item))
        return true;
    int len = snprintf(number, sizeof number, "%zu", item->number);
    cells[0] = (struct cell){CELL_TEXT, item->path};
    cells[1] = (struct cell){CELL_NUMBER, {number, (size_t)len}};
    data_row_begin(&x->items);
    if (!extracted_walk(item->value, &x->inside, &visitor))
        x->result = error_memory(x->err);
    if (x->result == RESULT_OK)
        x->result = data_cells(&x->items, cells + 2 + x->with.paths.count, x->err);
    if (x->result == RESULT_OK)
        x->result = x->writer->row(x->writer, x->table->cells, x->table->count, x->err);
    return x->result == RESULT_OK;
}

static enum result write_document(void *ctx, struct table *table, struct error *err)
{
    struct itemisation *x = ctx;
    const struct extracted_visitor visitor = {.ctx = x, .item = write_item};
    enum result result = data_read(x->json, table, &x->data, err);
    if (result != RESULT_OK)
        return result;
    for (size_t i = 0; i < x->with.paths.count; i++)
        x->with.values[i] = extracted_at(x->data, names_at(&x->with.paths, i));
    result = data_cells(&x->with, table->cells + table->fixed + 2, err);
    if (result != RESULT_OK)
        return result;
    x->result = RESULT_OK;
    if (!extracted_walk(x->data, &x->path, &visitor) && x->result == RESULT_OK)
        return error_memory(err);
    return x->result;
}

/* ---- both ---- */

static enum result note_documents(struct itemisation *x, struct store *store, const struct report_query *query)
{
    struct table table;
    enum result result = table_open(&table, store, query, 1, 0, x->err);
    if (result == RESULT_OK)
        result = table_each(&table, note_document, x, x->err);
    table_close(&table);
    return result;
}

/* What only jobs have that were filtered out is no slip of the pen. */
static enum result note_filtered_out(struct itemisation *x, struct store *store, const struct report_query *query)
{
    x->names_alone = true;
    enum result result = store_scope(store, STORE_SCOPE_ALL, x->err);
    if (result == RESULT_OK)
        result = note_documents(x, store, query);
    return result == RESULT_OK ? store_scope(store, STORE_SCOPE_JOBS, x->err) : result;
}

static enum result collect(struct itemisation *x, struct store *store, const struct report_query *query)
{
    enum result result = note_documents(x, store, query);
    if (result == RESULT_OK && !all_found(x))
        result = note_filtered_out(x, store, query);
    return result == RESULT_OK ? check_names(x, x->err) : result;
}

static enum result write_table(struct itemisation *x, struct store *store, const struct report_query *query)
{
    struct table table;
    enum result result = table_open(&table, store, query, 1, 2 + x->with.paths.count + x->items.paths.count, x->err);
    x->table = &table;
    if (result == RESULT_OK)
        result = write_header(x, query->report->name, x->err);
    if (result == RESULT_OK)
        result = table_each(&table, write_document, x, x->err);
    table_close(&table);
    return result;
}

enum result source_items(struct store *store, const struct report_query *query, struct writer *writer,
                         struct error *err)
{
    struct itemisation x = {.options = query->options, .writer = writer, .json = json_reader_new(), .err = err};
    enum result result = x.json ? split_with(&x) : error_memory(err);
    if (result == RESULT_OK)
        result = collect(&x, store, query);
    if (result == RESULT_OK)
        result = write_table(&x, store, query);
    json_reader_free(x.json);
    data_free(&x.items);
    data_free(&x.with);
    extracted_path_free(&x.path);
    extracted_path_free(&x.inside);
    names_free(&x.arrays);
    names_free(&x.fields);
    free(x.with_found);
    return result;
}
