#include "data.h"

#include <stdlib.h>

void data_free(struct data *data)
{
    names_free(&data->paths);
    names_free(&data->columns);
    strbuf_free(&data->arrays);
    free(data->values);
    *data = (struct data){0};
}

bool data_note_path(void *ctx, struct text path, const struct json *value)
{
    struct data *data = ctx;
    size_t index;
    (void)value;
    return names_add(&data->paths, path, &index);
}

static bool is_taken(const struct table *table, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(table->columns[i].name, name))
            return true;
    return false;
}

/* The name of a path's column: with the prefix, as often as it takes to be told from all others, where a column before
 * the paths has that name already. */
static bool name_column(struct data *data, const struct table *table, size_t first, struct text path)
{
    struct strbuf name = {0};
    bool taken = true;
    for (size_t prefixes = 0; taken && !name.failed; prefixes++) {
        strbuf_clear(&name);
        for (size_t i = 0; i < prefixes; i++)
            strbuf_puts(&name, "data.");
        strbuf_append(&name, path.bytes, path.len);
        struct text text = {name.bytes, name.len};
        taken = is_taken(table, first, text) ||
                (prefixes > 0 && (names_find(&data->paths, text) != NAMES_NONE ||
                                  names_find(&data->columns, text) != NAMES_NONE));
    }
    size_t index;
    bool named = !name.failed && names_add(&data->columns, (struct text){name.bytes, name.len}, &index);
    strbuf_free(&name);
    return named;
}

enum result data_columns(struct data *data, struct table *table, size_t first, struct error *err)
{
    data->values = calloc(data->paths.count + 1, sizeof *data->values);
    if (!data->values)
        return error_memory(err);
    for (size_t i = 0; i < data->paths.count; i++)
        if (!name_column(data, table, first, names_at(&data->paths, i)))
            return error_memory(err);
    for (size_t i = 0; i < data->paths.count; i++)
        table->columns[first + i].name = names_at(&data->columns, i);
    return RESULT_OK;
}

void data_row_begin(struct data *data)
{
    for (size_t i = 0; i < data->paths.count; i++)
        data->values[i] = NULL;
}

bool data_note_value(void *ctx, struct text path, const struct json *value)
{
    struct data *data = ctx;
    size_t index = names_find(&data->paths, path);
    if (index != NAMES_NONE)
        data->values[index] = value;
    return true;
}

struct cell data_cell(const struct json *value, struct strbuf *arrays)
{
    switch (json_type(value)) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        return (struct cell){CELL_BOOL, json_text(value)};
    case JSON_NUMBER:
        return (struct cell){CELL_NUMBER, json_text(value)};
    case JSON_STRING:
        return (struct cell){CELL_TEXT, json_text(value)};
    case JSON_ARRAY:
    case JSON_OBJECT: {
        size_t start = arrays->len;
        json_write(arrays, value);
        return (struct cell){CELL_JSON, {NULL, arrays->len - start}};
    }
    }
    return (struct cell){CELL_NULL, TEXT_NONE};
}

enum result data_cells(struct data *data, struct cell *cells, struct error *err)
{
    strbuf_clear(&data->arrays);
    for (size_t i = 0; i < data->paths.count; i++)
        cells[i] = data_cell(data->values[i], &data->arrays);
    if (data->arrays.failed)
        return error_memory(err);
    size_t start = 0;
    for (size_t i = 0; i < data->paths.count; i++) {
        if (cells[i].kind != CELL_JSON)
            continue;
        cells[i].text.bytes = data->arrays.bytes + start;
        start += cells[i].text.len;
    }
    return RESULT_OK;
}

enum result data_read(struct json_reader *json, const struct table *table, const struct json **out,
                      struct error *err)
{
    struct text document = table_hidden(table, 0);
    *out = NULL;
    if (!document.bytes)
        return RESULT_OK;
    const char *problem;
    const struct json *root = json_read(json, document, &problem);
    if (!root) {
        char name[JOB_ID_MAX + 1];
        return error_set(err, RESULT_LEDGER, "the archived answer of %s can't be read: %s",
                         text_printable(table->cells[0].text, 0, name, sizeof name), problem);
    }
    *out = extracted_data(root);
    return RESULT_OK;
}
