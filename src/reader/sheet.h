/* Rows out of a CSV file: the delimiter, the header, then row by row. */
#ifndef JOBLEDGER_READER_SHEET_H
#define JOBLEDGER_READER_SHEET_H

#include "header.h"
#include "rows.h"
#include "source.h"

/* Begins as {0} with name, source and its first chunk. */
struct reader_sheet {
    const char *name; /* printable, for messages; this and the source are the caller's */
    struct reader_source *source;
    struct text chunk; /* what is left of the one handed out last */
    struct reader_rows rows;
    size_t id_column;
    bool first_is_data; /* the row in `rows` has not been handed out yet */
};

/* Finds the delimiter, the header and the columns. RESULT_INPUT where the file is not usable. */
enum result reader_sheet_open(struct reader_sheet *sheet, const struct reader_options *options,
                              struct reader_columns *columns, struct error *err);

/* Of the row, the ID is not yet judged: reason is NULL. */
enum result reader_sheet_next(struct reader_sheet *sheet, struct reader_row *row, bool *end, struct error *err);
void reader_sheet_free(struct reader_sheet *sheet);

#endif
