#include "table.h"

#include <stdlib.h>
#include <string.h>

bool column_is_number(const char *name)
{
    static const char *const numbers[] = {
        /* of a job */
        "processing_time", "cost_chf", "confidence", "http_status", "polls", "attempts",
        /* counts */
        "rows", "jobs", "duplicates", "rejected", "new", "pending", "processing", "completed", "failed", "not_found",
        "error",
        /* figures of many jobs */
        "failure_rate", "cost_chf_total", "cost_chf_mean", "processing_time_mean", "processing_time_p50",
        "processing_time_p95", "processing_time_max", "confidence_mean", "confidence_min",
        /* of a run; its counts of jobs are named above */
        "run_id", "requests", "resolved", "errors", "still_open", "retries", "rate_limited", "exit_status",
        /* places */
        "line",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(numbers[i], name) == 0)
            return true;
    return false;
}

static enum result allocate(struct table *table, struct error *err)
{
    size_t room = table->count > 0 ? table->count : 1;
    table->names = calloc(room, sizeof *table->names);
    table->cells = calloc(room, sizeof *table->cells);
    table->is_number = calloc(room, sizeof *table->is_number);
    return table->names && table->cells && table->is_number ? RESULT_OK : error_memory(err);
}

enum result table_open(struct table *table, struct store *store, const char *query, size_t hidden, size_t extra,
                       struct error *err)
{
    *table = (struct table){0};
    enum result result = store_query(store, query, &table->rows, err);
    if (result != RESULT_OK)
        return result;
    table->fixed = (size_t)store_columns(table->rows) - hidden;
    table->count = table->fixed + extra;
    result = allocate(table, err);
    for (size_t i = 0; result == RESULT_OK && i < table->fixed; i++) {
        const char *name = store_column_name(table->rows, (int)i);
        table->names[i] = text_of(name);
        table->is_number[i] = column_is_number(name);
    }
    return result;
}

static void read_row(struct table *table)
{
    for (size_t i = 0; i < table->fixed; i++) {
        struct text text = store_text(table->rows, (int)i);
        enum cell_kind kind = table->is_number[i] ? CELL_NUMBER : CELL_TEXT;
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
    free(table->names);
    free(table->cells);
    free(table->is_number);
    *table = (struct table){0};
}
