/* The labels of jobs, one column for each name that any source has. */
#ifndef JOBLEDGER_EXPORTER_LABELS_H
#define JOBLEDGER_EXPORTER_LABELS_H

#include "store.h"
#include "writer.h"

struct labels;

/* Reads which labels there are. To be used within one snapshot. */
enum result labels_open(struct store *store, struct labels **out, struct error *err);
void labels_close(struct labels *labels); /* NULL is allowed */

size_t labels_count(const struct labels *labels);
struct text labels_column(const struct labels *labels, size_t index); /* "label.client" */

/* Fills labels_count() cells for the job: of the sources that hold it, the latest with a column decides. Cells are
 * valid until the next call. */
enum result labels_of(struct labels *labels, struct text job_id, struct cell *cells, struct error *err);

#endif
