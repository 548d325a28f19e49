#include "table.h"

#include <stdlib.h>

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
    enum result result = store_query(store, query->sql, &table->rows, err);
    if (result != RESULT_OK)
        return result;
    table->fixed = (size_t)store_columns(table->rows) - hidden;
    table->count = table->fixed + extra;
    result = allocate(table, err);
    for (size_t i = 0; result == RESULT_OK && i < table->fixed; i++) {
        const char *name = store_column_name(table->rows, (int)i);
        table->columns[i] = (struct column){text_of(name), column_kind(query->report, name)};
    }
    return result;
}

static void read_row(struct table *table)
{
    for (size_t i = 0; i < table->fixed; i++) {
        struct text text = store_text(table->rows, (int)i);
        enum cell_kind kind = column_is_number(table->columns[i].kind) ? CELL_NUMBER : CELL_TEXT;
        table->cells[i] = (struct cell){text.bytes ? kind : CELL_NULL, text};
    }
}

enum result table_each(struct table *table, enum result (*row)(void *ctx, struct table *table, struct error *err),
                       void *ctx, struct error *err)
{
    bool more = false;
    enum result result = store_next(table->rows, &more, err);
    while (result == RESULT_OK && more) {
        read_row(table);
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
    *table = (struct table){0};
}
