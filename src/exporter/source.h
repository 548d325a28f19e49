/* Row sources: what reads the ledger and hands a report's rows to a writer, header included. */
#ifndef JOBLEDGER_EXPORTER_SOURCE_H
#define JOBLEDGER_EXPORTER_SOURCE_H

#include "store.h"
#include "writer.h"

struct report_query {
    const char *report; /* its name */
    const char *sql;    /* its SELECT, by the name below sql/ */
};

typedef enum result row_source(struct store *store, const struct report_query *query, struct writer *writer,
                               struct error *err);

row_source source_plain;     /* the query's rows as they are */
row_source source_labelled;  /* the same with the jobs' labels behind; ordered by job_id, their first column */
row_source source_extracted; /* the last column is a job's answer: one column for each scalar path in its
                              * extracted data instead */

#endif
