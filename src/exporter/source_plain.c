#include "strbuf.h"
#include "source.h"
#include "table.h"

static enum result write_row(void *ctx, struct table *table, struct error *err)
{
    struct writer *writer = ctx;
    return writer->row(writer, table->cells, table->count, err);
}

/* by: the label's name, which the first column gets; NULL: that has its own. */
static enum result write_rows(struct store *store, const struct report_query *query, const char *by,
                              struct writer *writer, struct error *err)
{
    struct table table;
    struct strbuf label = {0};
    enum result result = table_open(&table, store, query, 0, 0, err);
    if (result == RESULT_OK && by) {
        strbuf_printf(&label, "label.%s", by);
        table.columns[0] = (struct column){{label.bytes, label.len}, COLUMN_TEXT};
        result = label.failed ? error_memory(err) : RESULT_OK;
    }
    if (result == RESULT_OK)
        result = writer->begin(writer, query->report->name, table.columns, table.count, err);
    if (result == RESULT_OK)
        result = table_each(&table, write_row, writer, err);
    table_close(&table);
    strbuf_free(&label);
    return result;
}

enum result source_plain(struct store *store, const struct report_query *query, struct writer *writer,
                         struct error *err)
{
    return write_rows(store, query, NULL, writer, err);
}

enum result source_grouped(struct store *store, const struct report_query *query, struct writer *writer,
                           struct error *err)
{
    return write_rows(store, query, query->options->by, writer, err);
}
