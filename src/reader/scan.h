/* Where rows begin and end: quotes, lines and caps. Turns CSV as spreadsheets write it into a normal form that a
 * parser can't read in two ways: every cell quoted, LF row ends, no blank rows. Pure, and indifferent to how the
 * bytes are cut into chunks. */
#ifndef JOBLEDGER_READER_SCAN_H
#define JOBLEDGER_READER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"
#include "text.h"

enum reader_scan_result {
    READER_SCAN_MORE, /* the chunk is used up */
    READER_SCAN_ROW,  /* `normal` holds a row */
    READER_SCAN_END,
    READER_SCAN_OPEN_QUOTE,     /* since cell_line */
    READER_SCAN_CELL_TOO_LONG,  /* the one that starts in cell_line */
    READER_SCAN_ROW_TOO_LONG,   /* this and the next: the one that starts in row_line */
    READER_SCAN_TOO_MANY_CELLS,
    READER_SCAN_NO_MEMORY,
    READER_SCAN_MISREAD, /* the parser saw something else than the scanner */
};

enum reader_scan_state {
    READER_SCAN_ROW_START,
    READER_SCAN_CELL_START,
    READER_SCAN_PLAIN,      /* outside quotes: before any, or after the closing one */
    READER_SCAN_QUOTED,
    READER_SCAN_QUOTE_SEEN, /* in a quoted cell: the closing quote, or the first half of a doubled one */
};

struct reader_scan {
    enum reader_scan_state state;
    enum reader_scan_result fault; /* READER_SCAN_MORE: none. No way leads on from a fault */
    char delimiter;
    bool after_cr;     /* an LF now belongs to the line end before it */
    bool blank;        /* the row so far: nothing but spaces and tabs in its cells */
    uint64_t line;     /* of the next byte, from 1; LF, CRLF and CR each end a line */
    uint64_t row_line; /* of the row's first byte */
    uint64_t cell_line;
    size_t row_len; /* bytes as they came, without the line end */
    size_t cell_len; /* bytes of content */
    size_t cells;
    unsigned char stops[256];
    struct strbuf normal; /* valid until the next call */
};

/* delimiter: any byte of ASCII but quote, CR and LF. */
void reader_scan_init(struct reader_scan *scan, char delimiter);
void reader_scan_free(struct reader_scan *scan);

/* Takes bytes (without NUL) from the front of the chunk, up to the end of a row. */
enum reader_scan_result reader_scan_feed(struct reader_scan *scan, struct text *chunk);

/* After the last byte: the row that lacks its line end, READER_SCAN_END, or a fault. */
enum reader_scan_result reader_scan_finish(struct reader_scan *scan);

#endif
