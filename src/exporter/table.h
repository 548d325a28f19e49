/* A query of the store as a table of typed cells. */
#ifndef JOBLEDGER_EXPORTER_TABLE_H
#define JOBLEDGER_EXPORTER_TABLE_H

#include "source.h"
#include "strbuf.h"

/* The first cells of each row are the query's columns, `extra` further ones are the caller's to name and fill. */
struct table {
    struct store_rows *rows;
    size_t fixed; /* columns of the query that are shown */
    size_t count; /* with the extra ones */
    struct column *columns;
    struct cell *cells;
    bool own;          /* the query is the user's */
    struct strbuf hex; /* of the row in hand */
};

/* Starts the report's query. Its last `hidden` columns are not shown: table_hidden() gives them. table_close() in any
 * case. */
enum result table_open(struct table *table, struct store *store, const struct report_query *query, size_t hidden,
                       size_t extra, struct error *err);
/* Hands over one row after another; its cells are valid during the call. Anything but RESULT_OK ends it. */
enum result table_each(struct table *table, enum result (*row)(void *ctx, struct table *table, struct error *err),
                       void *ctx, struct error *err);
/* A hidden cell of the row in hand. */
struct text table_hidden(const struct table *table, size_t index);
void table_close(struct table *table); /* {0} is allowed */

#endif
