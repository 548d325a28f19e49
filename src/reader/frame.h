/* Where JSON values begin and end in a file, so that one after the other can be read. Counts brackets and quotes only:
 * whether what stands between them is JSON is for json_read() to say. Pure, and indifferent to how the bytes are cut
 * into chunks. */
#ifndef JOBLEDGER_READER_FRAME_H
#define JOBLEDGER_READER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"
#include "text.h"

enum reader_frame_result {
    READER_FRAME_MORE,  /* the chunk is used up */
    READER_FRAME_VALUE, /* `value` holds one, which may be anything; without blanks around it */
    READER_FRAME_END,
    READER_FRAME_OPEN,  /* what begins in value_line has no end */
    READER_FRAME_TOO_LONG, /* likewise, or it is far away */
    READER_FRAME_NO_MEMORY,
};

enum reader_frame_state {
    READER_FRAME_BETWEEN, /* values; in an array, before its next one */
    READER_FRAME_OBJECT,  /* ends with its brace */
    READER_FRAME_CLOSED,  /* an object that has ended; what follows it in its line? */
    READER_FRAME_ELEMENT, /* ends before a comma or the array's bracket */
    READER_FRAME_LINE,    /* ends with its line */
};

/* The file is either JSON lines, where each line that is not blank is a value: so where the first value is an object that has
 * its line to itself. Or it is documents, one behind the other, in as many lines as they like: each an object, or an
 * array, whose elements are the values. */
struct reader_frame {
    enum reader_frame_state state;
    enum reader_frame_result fault; /* READER_FRAME_MORE: none. No way leads on from a fault */
    bool lines;
    bool begun;        /* so that is decided */
    bool in_array;
    bool after_comma;  /* in an array: it may not end here */
    bool quoted;
    bool escaped;      /* the next byte, within quotes */
    bool after_cr;     /* an LF now belongs to the line end before it */
    size_t depth;      /* open brackets in the value */
    uint64_t line;     /* of the next byte, from 1; LF, CRLF and CR each end a line */
    uint64_t value_line; /* of the value's first byte */
    uint64_t array_line;
    struct strbuf value; /* valid until the next call */
};

void reader_frame_init(struct reader_frame *frame);
void reader_frame_free(struct reader_frame *frame);

/* Passes over bytes in front of a value. */
void reader_frame_skip(struct reader_frame *frame, struct text *chunk, size_t n);

/* Takes bytes from the front of the chunk, up to the end of a value. */
enum reader_frame_result reader_frame_feed(struct reader_frame *frame, struct text *chunk);

/* After the last byte: the value that ends with the file, READER_FRAME_END, or a fault. */
enum reader_frame_result reader_frame_finish(struct reader_frame *frame);

#endif
