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

/* What the sources say that hold a job, the latest first: of these, the first with a column decides. job_id is for messages.
 * Then fills labels_count() cells, which are valid until the next labels_begin(). */
void labels_begin(struct labels *labels);
enum result labels_take(struct labels *labels, int64_t source, struct text cells, struct text job_id, struct error *err);
void labels_cells(const struct labels *labels, struct cell *cells);

/* All of that, for who has not got what the sources say at hand. */
enum result labels_of(struct labels *labels, struct text job_id, struct cell *cells, struct error *err);

#endif
