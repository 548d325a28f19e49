/* Row sources: what reads the ledger and hands a report's rows to a writer, header included. */
#ifndef JOBLEDGER_EXPORTER_SOURCE_H
#define JOBLEDGER_EXPORTER_SOURCE_H

#include "store.h"
#include "writer.h"

struct row_source {
    const char *query; /* the report's SELECT, by its name below sql/ */
    enum result (*write)(struct store *store, const char *query, struct writer *writer, struct error *err);
};

/* The query's rows as they are. */
enum result source_plain(struct store *store, const char *query, struct writer *writer, struct error *err);

/* The same with the jobs' labels behind. The rows must be ordered by job_id, their first column. */
enum result source_labelled(struct store *store, const char *query, struct writer *writer, struct error *err);

/* The last column of the query is a job's answer: one column for each scalar path in its extracted data instead. */
enum result source_extracted(struct store *store, const char *query, struct writer *writer, struct error *err);

#endif
