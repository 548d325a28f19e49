/* Writes reports out of the ledger. libxlsxwriter sits behind this contract. */
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
};

#define EXPORT_OPTIONS_DEFAULT ((struct export_options){.delimiter = ','})

const char *export_suffix(enum export_format format); /* of files in that format: "csv" */

struct report {
    const char *name;
    const char *summary; /* one line, for --help */
    const char *sql;     /* NULL, or a SELECT of the user's own in place of a report of ours ... */
    const char *file;    /* ... and where it stands, for messages: escaped */
};

/* All reports, in the order in which `export all` writes them. */
size_t export_reports(const struct report **reports);
const struct report *export_report(const char *name); /* NULL: unknown */

/* Writes one report to out, streaming. RESULT_REPORT where out fails, RESULT_LEDGER where the store does,
 * RESULT_USAGE where options name what the ledger has not got, or the user's own SELECT is wrong. */
enum result export_write(struct store *store, const struct report *report, const struct export_options *options,
                         FILE *out, struct error *err);

#endif
