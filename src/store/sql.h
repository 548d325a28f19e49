/* The statements of sql/, embedded at build. */
#ifndef JOBLEDGER_STORE_SQL_H
#define JOBLEDGER_STORE_SQL_H

#include "sql_id.h" /* generated: enum sql_id */

struct sql_text {
    const char *name; /* "queries/job_find" */
    const char *text;
};

extern const struct sql_text sql_texts[SQL_COUNT]; /* in the order of enum sql_id */

#endif
