/* How rows of typed cells become bytes: one implementation for each format. */
#ifndef JOBLEDGER_EXPORTER_WRITER_H
#define JOBLEDGER_EXPORTER_WRITER_H

#include <stdio.h>

#include "column.h"
#include "exporter.h"

enum cell_kind {
    CELL_NULL,
    CELL_TEXT,
    CELL_NUMBER, /* decimal digits as they are to appear */
    CELL_TIME,   /* as timestamp_format() has it: text that needs no care */
    CELL_BOOL,   /* "true" or "false" */
    CELL_JSON,   /* compact JSON of an array */
};

struct cell {
    enum cell_kind kind;
    struct text text; /* TEXT_NONE for CELL_NULL */
};

/* A writer is used so: begin() for a report and row() for each of its rows, with as many cells as there are columns;
 * where the format holds several reports, again for the next; finish() once, free(). Spans need only live during the
 * call. Output may be held back until finish(). RESULT_REPORT where it can't be written. */
struct writer {
    enum result (*begin)(struct writer *writer, const char *report, const struct column *columns, size_t count,
                         struct error *err);
    enum result (*row)(struct writer *writer, const struct cell *cells, size_t count, struct error *err);
    enum result (*finish)(struct writer *writer, struct error *err);
    void (*free)(struct writer *writer);
};

/* To out, which stays the caller's. NULL: out of memory. */
struct writer *csv_writer_new(FILE *out, const struct export_options *options); /* RFC 4180, also with tabs */
struct writer *jsonl_writer_new(FILE *out, const struct export_options *options);
struct writer *xlsx_writer_new(FILE *out, const struct export_options *options); /* the one that holds several reports */

#endif
