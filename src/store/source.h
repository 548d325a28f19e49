/* What a source leaves in the ledger, inside. */
#ifndef JOBLEDGER_STORE_SOURCE_H
#define JOBLEDGER_STORE_SOURCE_H

#include "ledger.h"

/* Makes the rows of a source on their way in known to the connection, as the table incoming (job_id, line, cells), so
 * that one statement takes them in. */
enum result source_register(struct store *store, struct error *err);

#endif
