#include "source.h"
#include "table.h"

static enum result write_row(void *ctx, struct table *table, struct error *err)
{
    struct writer *writer = ctx;
    return writer->row(writer, table->cells, table->count, err);
}

enum result source_plain(struct store *store, const struct report_query *query, struct writer *writer,
                         struct error *err)
{
    struct table table;
    enum result result = table_open(&table, store, query, 0, 0, err);
    if (result == RESULT_OK)
        result = writer->begin(writer, query->report, table.columns, table.count, err);
    if (result == RESULT_OK)
        result = table_each(&table, write_row, writer, err);
    table_close(&table);
    return result;
}
