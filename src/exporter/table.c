#include "table.h"

#include <stdlib.h>

#include "decimal.h"

static enum result allocate(struct table *table, struct error *err)
{
    size_t room = table->count > 0 ? table->count : 1;
    table->columns = calloc(room, sizeof *table->columns);
    table->cells = calloc(room, sizeof *table->cells);
    return table->columns && table->cells ? RESULT_OK : error_memory(err);
}

enum result table_open(struct table *table, struct store *store, const struct report_query *query, size_t hidden,
                       size_t extra, struct error *err)
{
    *table = (struct table){0};
    const struct report *report = query->report;
    table->own = report->sql != NULL;
    enum result result = table->own ? store_query_own(store, report->sql, report->file, &table->rows, err)
                                    : store_query(store, query->sql, &table->rows, err);
    if (result != RESULT_OK)
        return result;
    table->fixed = (size_t)store_columns(table->rows) - hidden;
    table->count = table->fixed + extra;
    result = allocate(table, err);
    for (size_t i = 0; result == RESULT_OK && i < table->fixed; i++) {
        const char *name = store_column_name(table->rows, (int)i);
        table->columns[i] = (struct column){text_of(name), column_kind(table->own ? NULL : report->name, name)};
    }
    return result;
}

/* Of the user's own columns only the name, and then SQLite, says what they hold. */
static struct cell own_cell(struct table *table, size_t column)
{
    enum store_type type = store_type(table->rows, (int)column); /* before it is read as text, which converts it */
    struct text text = store_text(table->rows, (int)column);
    bool numeric = column_is_number(table->columns[column].kind) && decimal_is_plain(text);
    switch (type) {
    case STORE_NULL:
        return (struct cell){CELL_NULL, TEXT_NONE};
    case STORE_INTEGER:
        return (struct cell){CELL_NUMBER, text};
    case STORE_REAL: /* which may be infinite */
        return (struct cell){decimal_is_number(text) ? CELL_NUMBER : CELL_TEXT, text};
    case STORE_TEXT:
        return (struct cell){numeric ? CELL_NUMBER : CELL_TEXT, text};
    case STORE_BLOB:
        break;
    }
    size_t start = table->hex.len;
    for (size_t i = 0; i < text.len; i++)
        strbuf_printf(&table->hex, "%02x", (unsigned char)text.bytes[i]);
    return (struct cell){CELL_TEXT, {NULL, table->hex.len - start}};
}

static enum result read_own_row(struct table *table, struct error *err)
{
    strbuf_clear(&table->hex);
    for (size_t i = 0; i < table->fixed; i++)
        table->cells[i] = own_cell(table, i);
    if (table->hex.failed)
        return error_memory(err);
    /* Only now does the text of blobs have its final place. */
    const char *at = table->hex.bytes;
    for (size_t i = 0; i < table->fixed; i++) {
        struct cell *cell = &table->cells[i];
        if (cell->kind != CELL_TEXT || cell->text.bytes)
            continue;
        cell->text.bytes = at;
        at += cell->text.len;
    }
    return RESULT_OK;
}

static enum result read_row(struct table *table, struct error *err)
{
    if (table->own)
        return read_own_row(table, err);
    for (size_t i = 0; i < table->fixed; i++) {
        struct text text = store_text(table->rows, (int)i);
        enum cell_kind kind = column_is_number(table->columns[i].kind) ? CELL_NUMBER : CELL_TEXT;
        table->cells[i] = (struct cell){text.bytes ? kind : CELL_NULL, text};
    }
    return RESULT_OK;
}

enum result table_each(struct table *table, enum result (*row)(void *ctx, struct table *table, struct error *err),
                       void *ctx, struct error *err)
{
    bool more = false;
    enum result result = store_next(table->rows, &more, err);
    while (result == RESULT_OK && more) {
        result = read_row(table, err);
        if (result == RESULT_OK)
            result = row(ctx, table, err);
        if (result == RESULT_OK)
            result = store_next(table->rows, &more, err);
    }
    return result;
}

struct text table_hidden(const struct table *table, size_t index)
{
    return store_text(table->rows, (int)(table->fixed + index));
}

void table_close(struct table *table)
{
    store_rows_free(table->rows);
    free(table->columns);
    free(table->cells);
    strbuf_free(&table->hex);
    *table = (struct table){0};
}
