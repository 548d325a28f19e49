/* Where a text format writes to: a stream behind a large buffer. */
#ifndef JOBLEDGER_EXPORTER_SINK_H
#define JOBLEDGER_EXPORTER_SINK_H

#include <stdio.h>

#include "result.h"
#include "strbuf.h"

struct sink {
    FILE *out;
    struct strbuf buf; /* to be appended to */
};

/* To be called after each row: hands on what is in buf once it is worth it. */
enum result sink_row_end(struct sink *sink, struct error *err);
/* Hands on all of it, down to the file. */
enum result sink_finish(struct sink *sink, struct error *err);
void sink_free(struct sink *sink); /* out stays open */

#endif
