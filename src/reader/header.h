/* What the first row says: is it a header, which column holds the job IDs, what are the others. Pure. */
#ifndef JOBLEDGER_READER_HEADER_H
#define JOBLEDGER_READER_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "reader.h"

#define READER_HEADER_LIST_SIZE 600 /* of a list of columns in a message */

enum reader_certainty {
    READER_UNUSABLE,  /* no ID column */
    READER_AS_TOLD,   /* the options say so, and nothing in the row does */
    READER_CERTAIN,   /* by a column's name, or a valid job ID in its place */
};

struct reader_choice {
    enum reader_certainty certainty;
    bool header;      /* else the first row is data */
    size_t id_column; /* from 0 */
};

/* RESULT_USAGE where the options contradict each other. */
enum result reader_header_check(const struct reader_options *options, struct error *err);

/* The name that id_column gives, without blanks around it; TEXT_NONE where it is a number or absent. */
struct text reader_header_id_name(const struct reader_options *options);

/* options have passed reader_header_check(). */
struct reader_choice reader_header_choose(const struct text *cells, size_t count, const struct reader_options *options);

struct reader_columns {
    struct reader_column *list;
    size_t count;
    char *names; /* what the names point into */
};

/* The columns of a first row, as chosen from it. False: out of memory. */
bool reader_columns_make(const struct text *cells, size_t count, struct reader_choice choice,
                         struct reader_columns *columns);
void reader_columns_free(struct reader_columns *columns);

/* Names of columns, printable, for a message; cut where there are many. */
void reader_header_list(const struct text *cells, size_t count, char out[static READER_HEADER_LIST_SIZE]);

/* RESULT_INPUT: the first row has no ID column; lists what it has. name is printable. */
enum result reader_header_unusable(const char *name, const struct text *cells, size_t count,
                                   const struct reader_options *options, struct error *err);

#endif
