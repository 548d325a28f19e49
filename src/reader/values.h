/* Rows out of a JSON file: the answers of the batch endpoint, objects and job IDs, in lines, in arrays or one behind the
 * other. The file is read twice: what members there are is known only at its end. */
#ifndef JOBLEDGER_READER_VALUES_H
#define JOBLEDGER_READER_VALUES_H

#include "frame.h"
#include "header.h"
#include "json.h"
#include "names.h"
#include "reader.h"
#include "source.h"

/* A value, or the elements of an array, one after the other. */
struct reader_walk {
    const struct json *value;
    size_t at;
    size_t count;
};

/* Begins as {0} with name, source and its first chunk. */
struct reader_values {
    const char *name; /* printable, for messages; this and the source are the caller's */
    struct reader_source *source;
    struct text chunk;  /* what is left of the one handed out last */
    struct text wanted; /* see reader_members_id() */
    struct reader_frame frame;
    struct json_reader *json;
    struct names names;  /* of the members that are columns */
    struct text *cells;  /* the ID, then one for each of the names */
    struct reader_walk entries; /* of the value read last: objects and IDs */
    struct reader_walk ids;     /* of the entry at hand */
    struct reader_frame places; /* walks the same IDs in the text that they were read from, for their lines */
    struct strbuf places_text;
    struct text place;
};

/* Reads to the end. RESULT_INPUT where that is no JSON, or there is no job ID in it. */
enum result reader_values_survey(struct reader_values *values, const struct reader_options *options,
                                 struct reader_columns *columns, struct error *err);

/* After a survey, with a source that begins anew. Of the row, the ID is not yet judged: reason is NULL but where there
 * is none. */
enum result reader_values_next(struct reader_values *values, struct reader_row *row, bool *end, struct error *err);
void reader_values_free(struct reader_values *values);

#endif
