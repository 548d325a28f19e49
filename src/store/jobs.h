/* Jobs one after another, inside. */
#ifndef JOBLEDGER_STORE_JOBS_H
#define JOBLEDGER_STORE_JOBS_H

#include "ledger.h"

/* Makes the function that store_each_job() uses known to the connection. */
enum result jobs_register(struct store *store, struct error *err);

#endif
