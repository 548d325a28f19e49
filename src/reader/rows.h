/* Rows and their cells out of chunks of CSV: the scanner, and libcsv behind it. */
#ifndef JOBLEDGER_READER_ROWS_H
#define JOBLEDGER_READER_ROWS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>

#include "scan.h"
#include "text.h"

struct reader_rows {
    struct reader_scan scan;
    struct csv_parser parser;
    size_t least;       /* a row of fewer cells is filled up with empty ones */
    struct text *cells; /* this and count: valid after READER_SCAN_ROW, until the next call */
    size_t count;
    size_t room;
    char *bytes; /* what the cells point into */
    size_t used;
    size_t size;
};

void reader_rows_init(struct reader_rows *rows, char delimiter);
void reader_rows_free(struct reader_rows *rows);

/* The next row that is not blank, from the front of the chunk; READER_SCAN_MORE where the chunk doesn't hold its end.
 * With `last`, nothing follows the chunk. */
enum reader_scan_result reader_rows_next(struct reader_rows *rows, struct text *chunk, bool last);

#endif
