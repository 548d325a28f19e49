/* The sums and percentiles behind models and daily, in one pass over the jobs: tables of SQLite's, figures_of_models and
 * figures_of_days, with the columns of the views model_totals and day_totals (the day as days since 1970-01-01, or NULL).
 * SQLite alone would sort all jobs twice. */
#ifndef JOBLEDGER_STORE_FIGURES_H
#define JOBLEDGER_STORE_FIGURES_H

#include "ledger.h"

/* Makes the tables known to the connection. They show the jobs that are in scope when they are read. */
enum result figures_register(struct store *store, struct error *err);

#endif
