/* What the columns of reports hold, by their names. */
#ifndef JOBLEDGER_EXPORTER_COLUMN_H
#define JOBLEDGER_EXPORTER_COLUMN_H

#include <stdbool.h>

#include "text.h"

enum column_kind {
    COLUMN_TEXT,    /* also extracted data, of which each cell knows what it is */
    COLUMN_COUNT,   /* whole numbers: counts, numbers of lines and runs, whole seconds */
    COLUMN_MONEY,   /* CHF */
    COLUMN_SECONDS,
    COLUMN_SHARE,   /* from 0 to 1: rates, confidences, accuracies */
    COLUMN_NUMBER,  /* other decimals */
    COLUMN_TIME,    /* YYYY-MM-DDTHH:MM:SSZ, perhaps with a fraction */
    COLUMN_DATE,    /* YYYY-MM-DD */
};

struct column {
    struct text name;
    enum column_kind kind;
};

/* What a column of this name holds in a report; report NULL: in any. */
enum column_kind column_kind(const char *report, const char *name);

/* Whether its cells are numbers. */
bool column_is_number(enum column_kind kind);

#endif
