/* An Excel workbook, put together in constant memory out of temporary files. libxlsxwriter sits behind this. */
#ifndef JOBLEDGER_EXPORTER_XLSX_H
#define JOBLEDGER_EXPORTER_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"
#include "text.h"
#include "timestamp.h"

/* Excel's bounds. */
#define XLSX_ROWS_MAX 1048576u
#define XLSX_COLUMNS_MAX 16384u
#define XLSX_TEXT_MAX 32767u    /* of one cell, in UTF-16 units */
#define XLSX_SHEET_NAME_MAX 31u /* in characters */

/* How a cell shows what it holds. */
enum xlsx_style {
    XLSX_GENERAL, /* up to eleven digits of a number, text as it is */
    XLSX_HEADER,
    XLSX_INTEGER, /* every digit */
    XLSX_DECIMAL, /* every decimal, at least one */
    XLSX_MONEY,   /* every decimal, at least two, thousands grouped */
    XLSX_PERCENT,
    XLSX_TIME,
    XLSX_TIME_MS, /* with milliseconds */
    XLSX_DATE,
    XLSX_STYLE_COUNT
};

struct xlsx;

/* Temporary files are made in folder, none of which outlives the program. created is what the workbook says of itself.
 * RESULT_REPORT where the folder can't be used. */
enum result xlsx_new(const char *folder, struct timestamp created, struct xlsx **out, struct error *err);
void xlsx_free(struct xlsx *xlsx); /* NULL is allowed */

/* Starts a sheet behind the others. Its name is ASCII, and none of theirs. */
enum result xlsx_sheet_begin(struct xlsx *xlsx, const char *name, struct error *err);

/* Cells of the row in hand, by columns from 0, each at most once. What goes wrong is told by xlsx_row_end(). */
void xlsx_text(struct xlsx *xlsx, size_t column, const char *text, enum xlsx_style style); /* of sheet_text.h */
void xlsx_bool(struct xlsx *xlsx, size_t column, bool value);
/* These two write nothing and are false where a cell's number can't be exactly that. */
bool xlsx_number(struct xlsx *xlsx, size_t column, struct text number, enum xlsx_style style);
bool xlsx_time(struct xlsx *xlsx, size_t column, struct timestamp time, enum xlsx_style style);

enum result xlsx_row_end(struct xlsx *xlsx, struct error *err);

/* Whether the sheet has no room for another row. */
bool xlsx_sheet_full(const struct xlsx *xlsx);

/* Ends the sheet. widths are those of its `columns` columns, in characters. header: the first row stays in sight and
 * has a filter. */
enum result xlsx_sheet_end(struct xlsx *xlsx, const uint8_t *widths, size_t columns, bool header, struct error *err);

/* Puts the sheets together and checks that the workbook holds all that was handed over. *fd is a file that is to be
 * read from its beginning, and the workbook's. */
enum result xlsx_finish(struct xlsx *xlsx, int *fd, struct error *err);

#endif
