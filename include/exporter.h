/* Writes reports out of the ledger. libxlsxwriter and minizip sit behind this contract. */
#ifndef JOBLEDGER_EXPORTER_H
#define JOBLEDGER_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "result.h"
#include "timestamp.h"

struct store;

enum export_format {
    EXPORT_CSV,
    EXPORT_TSV,   /* CSV with a tab for the delimiter */
    EXPORT_JSONL, /* one JSON object a row */
    EXPORT_XLSX,  /* an Excel workbook with a sheet for each report */
};

struct export_options {
    enum export_format format;

    /* How CSV and TSV are spelled (RFC 4180 with the options of the contract). */
    char delimiter;     /* of CSV, default ',' */
    bool no_header;
    bool bom;
    bool crlf;
    bool decimal_comma; /* the point of every number cell */
    bool verbatim;      /* don't defuse text that a spreadsheet would run as a formula */

    const char *by;   /* the label in front of models and daily, which the store's filter groups by; NULL: none */
    const char *path; /* the array that items keeps, with or without numbers; NULL: all */
    const char *with; /* paths of extracted data, between commas, that items shows beside each item; NULL: none */

    /* For XLSX, which heeds no_header of the above. */
    struct timestamp created; /* what the workbook says of itself */
    const char *tmpdir;       /* where it is put together; NULL: /tmp */
    void (*warn)(void *ctx, const char *line); /* of text that had to be cut, one line, escaped; NULL: nobody is told */
    void *warn_ctx;
};

#define EXPORT_OPTIONS_DEFAULT ((struct export_options){.delimiter = ','})

const char *export_suffix(enum export_format format); /* of files in that format: "csv" */
bool export_holds_many(enum export_format format);     /* whether one file takes several reports */

struct report {
    const char *name;
    const char *summary; /* one line, for --help */
    const char *sql;     /* NULL, or a SELECT of the user's own in place of a report of ours ... */
    const char *file;    /* ... and where it stands, for messages: escaped */
};

/* All reports, in the order in which `export all` writes them. */
size_t export_reports(const struct report **reports);
const struct report *export_report(const char *name); /* NULL: unknown */

/* Writes reports to out, streaming: one, or several of the table's in a row where the format holds many. RESULT_REPORT
 * where out fails or the format can't hold them, RESULT_LEDGER where the store does, RESULT_USAGE where options name
 * what the ledger has not got, or the user's own SELECT is wrong. */
enum result export_write(struct store *store, const struct report *reports, size_t count,
                         const struct export_options *options, FILE *out, struct error *err);

#endif
