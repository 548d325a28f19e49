/* Extracted data as columns: one for each path of a value, in order of first appearance. The documents are read twice: for
 * the paths, which are the header, and for the rows. */
#ifndef JOBLEDGER_EXPORTER_DATA_H
#define JOBLEDGER_EXPORTER_DATA_H

#include "extracted.h"
#include "names.h"
#include "table.h"

/* {0} to begin with. */
struct data {
    struct names paths;
    /* private */
    struct names columns;       /* what the paths are called as columns */
    const struct json **values; /* of the row in hand, one for each path; NULL: none */
    struct strbuf arrays;       /* of the row in hand */
};
void data_free(struct data *data);

/* First pass, a visitor of extracted_walk(); ctx is the data. */
bool data_note_path(void *ctx, struct text path, const struct json *value);

/* Between the passes: names the table's columns from `first` on, as many as there are paths. A path that is named like
 * a column before them gets the prefix `data.`, more than once where another path is named so. */
enum result data_columns(struct data *data, struct table *table, size_t first, struct error *err);

/* Second pass, for each row: data_row_begin(), data_note_value() as a visitor, then the cells. These are valid until the
 * next row or document. */
void data_row_begin(struct data *data);
bool data_note_value(void *ctx, struct text path, const struct json *value);
enum result data_cells(struct data *data, struct cell *cells, struct error *err);

/* The value as a cell. Arrays are appended to arrays as compact JSON; their cell has a length, but no bytes yet. */
struct cell data_cell(const struct json *value, struct strbuf *arrays);

/* The extracted data in the table's hidden document, *out NULL where there is none. */
enum result data_read(struct json_reader *json, const struct table *table, const struct json **out,
                      struct error *err);

#endif
