/* Finds out what separates the cells. Pure. */
#ifndef JOBLEDGER_READER_DELIMITER_H
#define JOBLEDGER_READER_DELIMITER_H

#include <stdbool.h>

#include "reader.h"

/* From the beginning of a file (UTF-8 without BOM), `whole` where that is all of it: of comma, semicolon, tab and
 * pipe the one
 * - under which the first row has an ID column (no other could be read),
 * - that splits the largest share of the first rows into the same number of cells, at least two,
 * - that comes first in this order; so comma where the file has one column.
 * False: out of memory. */
bool reader_delimiter_detect(struct text sample, bool whole, const struct reader_options *options, char *delimiter);

#endif
