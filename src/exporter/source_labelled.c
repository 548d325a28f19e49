#include "labels.h"
#include "source.h"
#include "table.h"

struct labelling {
    struct labels *labels;
    struct writer *writer;
};

static enum result write_row(void *ctx, struct table *table, struct error *err)
{
    const struct labelling *x = ctx;
    enum result result = labels_of(x->labels, table->cells[0].text, table->cells + table->fixed, err);
    return result == RESULT_OK ? x->writer->row(x->writer, table->cells, table->count, err) : result;
}

enum result source_labelled(struct store *store, const struct report_query *query, struct writer *writer,
                            struct error *err)
{
    struct labelling x = {.writer = writer};
    struct table table = {0};
    enum result result = labels_open(store, &x.labels, err);
    if (result == RESULT_OK)
        result = table_open(&table, store, query, 0, labels_count(x.labels), err);
    for (size_t i = table.fixed; result == RESULT_OK && i < table.count; i++)
        table.columns[i].name = labels_column(x.labels, i - table.fixed);
    if (result == RESULT_OK)
        result = writer->begin(writer, query->report->name, table.columns, table.count, err);
    if (result == RESULT_OK)
        result = table_each(&table, write_row, &x, err);
    table_close(&table);
    labels_close(x.labels);
    return result;
}
