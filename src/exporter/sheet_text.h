/* Text as a cell of a workbook can hold it. */
#ifndef JOBLEDGER_EXPORTER_SHEET_TEXT_H
#define JOBLEDGER_EXPORTER_SHEET_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "strbuf.h"
#include "text.h"

struct sheet_text {
    size_t units; /* of the whole text in UTF-16, as Excel counts */
    size_t width; /* of what is shown, in columns of a fixed-width font */
    bool cut;     /* it was too long: what is left of it ends with "…" */
};

/* Puts the text into out, in place of what is there, for a cell to hold. Broken UTF-8 and NUL become U+FFFD. What XML
 * has no place for is spelled _xHHHH_, as Excel does, and so that it shows what stands here: control characters by
 * libxlsxwriter, the rest here, together with what only looks as if it were so spelled. */
struct sheet_text sheet_text(struct strbuf *out, struct text t);

#endif
