/* Row sources: what reads the ledger and hands a report's rows to a writer, header included. */
#ifndef JOBLEDGER_EXPORTER_SOURCE_H
#define JOBLEDGER_EXPORTER_SOURCE_H

#include "store.h"
#include "writer.h"

struct report_query {
    const struct report *report;
    const char *sql; /* its SELECT, by the name below sql/ */
    const struct export_options *options;
};

typedef enum result row_source(struct store *store, const struct report_query *query, struct writer *writer,
                               struct error *err);

row_source source_plain;     /* the query's rows as they are */
row_source source_grouped;   /* the same, but the first column is the label of --by */
row_source source_jobs;      /* every job with its labels, quicker than by the query */
row_source source_labelled;  /* the same with the jobs' labels behind; ordered by job_id, their first column */
row_source source_extracted; /* the last column is a job's answer: one column for each scalar path in its
                              * extracted data instead */
row_source source_items;     /* likewise, but a row for each object in an array of it */

#endif
