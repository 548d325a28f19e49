/* Whether a workbook is whole. minizip sits behind this. */
#ifndef JOBLEDGER_EXPORTER_XLSX_CHECK_H
#define JOBLEDGER_EXPORTER_XLSX_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "result.h"

/* What a sheet was given. */
struct xlsx_tally {
    uint64_t rows; /* with at least one cell */
    uint64_t cells;
    uint64_t bytes; /* of their XML */
};

/* Reads the workbook at path from end to end: each part must have its checksum, be XML whose elements are all closed,
 * and each sheet must hold what it was given. RESULT_REPORT with what is wrong. */
enum result xlsx_check(const char *path, const struct xlsx_tally *sheets, size_t count, struct error *err);

#endif
