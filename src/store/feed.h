/* The rows of a sorter as a table of SQLite's, `incoming (job_id, line, cells)`, so that one statement takes them in. */
#ifndef JOBLEDGER_STORE_FEED_H
#define JOBLEDGER_STORE_FEED_H

#include "ledger.h"

/* Makes the table known to the connection. Its rows are those of store->sorter. */
enum result feed_register(struct store *store, struct error *err);

#endif
