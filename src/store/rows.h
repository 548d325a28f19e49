/* The rows of a query, inside. */
#ifndef JOBLEDGER_STORE_ROWS_H
#define JOBLEDGER_STORE_ROWS_H

#include "ledger.h"

struct store_rows {
    struct store *store;
    sqlite3_stmt *stmt;
    const char *name; /* "reports/models", or the file of a query of the user's own */
    bool own;
};

#endif
