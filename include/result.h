/* What a function came to, and the one line that says why. */
#ifndef JOBLEDGER_RESULT_H
#define JOBLEDGER_RESULT_H

/* The values are the program's exit statuses, so that cli need not translate. Where several apply to a
 * run, cli picks the first of: interrupted, locked, usage, credentials, ledger, input, report, api, loose ends. */
enum result {
    RESULT_OK = 0,
    RESULT_LOOSE_ENDS = 1,  /* done, but rows were rejected or jobs left without an answer */
    RESULT_USAGE = 2,       /* an option, a report name */
    RESULT_CREDENTIALS = 3, /* the API refused the key, or there is none that can be used */
    RESULT_INPUT = 4,       /* an input file is missing, unreadable or not usable as CSV or JSON */
    RESULT_LEDGER = 5,      /* the ledger can't be opened, written or trusted */
    RESULT_API = 6,         /* the API can't be reached or answers nothing usable */
    RESULT_REPORT = 7,      /* a report can't be written */
    RESULT_LOCKED = 8,      /* another run holds the ledger */
    RESULT_SIGINT = 130,
    RESULT_SIGTERM = 143,
};

/* Filled only where a function returns something other than RESULT_OK. One line without a line end; it
 * names the thing, the place and the way out. Text from outside in it is already escaped. */
struct error {
    char text[1024];
};

/* Fills err and returns result, so that a failing function can end with `return error_set(...)`.
 * A text too long is cut. err may be NULL. */
enum result error_set(struct error *err, enum result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Likewise for a failed allocation: RESULT_LEDGER, since a run out of memory can't vouch for its ledger. */
enum result error_memory(struct error *err);

/* The one of the two that decides the exit status of a run in which both happened. */
enum result result_worse(enum result a, enum result b);

#endif
