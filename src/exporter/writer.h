/* How rows of typed cells become bytes: one implementation for each format. */
#ifndef JOBLEDGER_EXPORTER_WRITER_H
#define JOBLEDGER_EXPORTER_WRITER_H

#include <stdio.h>

#include "exporter.h"
#include "text.h"

enum cell_kind {
    CELL_NULL,
    CELL_TEXT,
    CELL_NUMBER, /* decimal digits as they are to appear */
    CELL_BOOL,   /* "true" or "false" */
    CELL_JSON,   /* compact JSON of an array */
};

struct cell {
    enum cell_kind kind;
    struct text text; /* TEXT_NONE for CELL_NULL */
};

/* A writer is used so: header() once, row() for each row, each with the same number of cells, finish() once, free().
 * Spans need only live during the call. Output may be held back until finish(). RESULT_REPORT where it can't be
 * written. */
struct writer {
    enum result (*header)(struct writer *writer, const struct text *names, size_t count, struct error *err);
    enum result (*row)(struct writer *writer, const struct cell *cells, size_t count, struct error *err);
    enum result (*finish)(struct writer *writer, struct error *err);
    void (*free)(struct writer *writer);
};

/* CSV (RFC 4180) to out, which stays the caller's. NULL: out of memory. */
struct writer *csv_writer_new(FILE *out, const struct export_options *options);

#endif
