/* The schema's versions, and the steps between them. */
#ifndef JOBLEDGER_STORE_MIGRATE_H
#define JOBLEDGER_STORE_MIGRATE_H

#include "ledger.h"

#define APPLICATION_ID 0x4A4F424C /* "JOBL" */

/* How many steps there are: the version that this program writes. */
int migrate_newest(void);

/* Brings the ledger to the newest version, with its views and what is derived from its answers. path is where it stands: a copy
 * of it as it was is kept beside it (NULL: none is). */
enum result migrate(struct store *store, const char *path, struct error *err);

/* The number that a statement gives in its first row. */
enum result migrate_int(struct store *store, const char *sql, int64_t *value, struct error *err);

#endif
