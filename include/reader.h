/* Job IDs, labels and ground truth out of CSV as spreadsheets write it, or out of JSON: answers of the batch endpoint,
 * objects and IDs, in lines or arrays. Either may be packed by gzip or zstd. What a file is, is known by its content.
 * libcsv, iconv, zlib and libzstd sit behind this contract. */
#ifndef JOBLEDGER_READER_H
#define JOBLEDGER_READER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "result.h"
#include "text.h"

#define READER_CELL_MAX (1u << 20)     /* bytes of UTF-8 in one cell; a longer one is an error: most likely a lost quote */
#define READER_ROW_MAX (16u << 20)     /* bytes of UTF-8 in one row, likewise; in one JSON value */
#define READER_COLUMNS_MAX 10000u      /* cells in one row, likewise; columns of a JSON file */

struct reader_options {
    const char *id_column; /* a header's or member's name, or a CSV column's number from 1; NULL: job_id or id */
    bool no_header;        /* of CSV, the first row is data; with an id_column that is a name: RESULT_USAGE */
    char delimiter;        /* of CSV; 0: the most consistent of , ; TAB | in the first rows */
    const char *encoding;  /* a name that iconv knows, without a // suffix; NULL: UTF-8, as JSON in ASCII's bytes always is */
    const volatile sig_atomic_t *stop; /* reading ends with RESULT_INPUT once it is not 0; NULL: nothing stops it */
};

/* RESULT_USAGE where the options contradict each other or name an unknown encoding: for a look before any file. */
enum result reader_check(const struct reader_options *options, struct error *err);

enum reader_column_kind {
    READER_IGNORED,  /* nameless, a repeated name, or beside the labels in a report of our own */
    READER_ID,
    READER_LABEL,    /* name is the label's: without `label.` where the file is a report of our own */
    READER_EXPECTED, /* ground truth; name is the path, without `expected.` */
};

struct reader_column {
    enum reader_column_kind kind;
    struct text name;
};

/* One row that is not blank; of JSON, one job ID or what stands in the place of one. Spans are valid until the next
 * reader_next(). */
struct reader_row {
    uint64_t line;            /* of the row's first byte, from 1; LF, CRLF and CR each end a line */
    struct text id;           /* the trimmed cell, where reason is NULL; else the whole cell, or JSON value, as it stands */
    const char *reason;       /* NULL: a valid job ID. Else why the row is rejected: a static text */
    const struct text *cells; /* as many as there are columns: missing ones are empty (not absent), further ones ignored */
};

struct reader;

/* Starts reading from the descriptor, which stays the caller's and is read from its current place, up to its end;
 * name is for messages and must outlive the reader. Recognises the format, and finds the columns: those of CSV in its first
 * row, those of JSON by reading it to the end, for which the descriptor must be one that can be wound back.
 * RESULT_INPUT where the file is not usable (no bytes, no ID column, wrong encoding, ...), RESULT_USAGE for an unknown encoding
 * or options that contradict each other. */
enum result reader_open(int fd, const char *name, const struct reader_options *options, struct reader **out,
                        struct error *err);
void reader_close(struct reader *reader); /* NULL is allowed */

/* The columns of the file: of CSV left to right, without a header one READER_ID and else READER_IGNORED; of JSON the ID,
 * then the members in order of their first appearance. */
size_t reader_columns(const struct reader *reader, const struct reader_column **columns);

/* The next row; *end is set, and row untouched, where there is none. RESULT_INPUT where the file is not usable: the
 * message names file and line. In constant memory, whatever the file's size. */
enum result reader_next(struct reader *reader, struct reader_row *row, bool *end, struct error *err);

#endif
