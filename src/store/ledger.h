/* What the files of this room share. */
#ifndef JOBLEDGER_STORE_LEDGER_H
#define JOBLEDGER_STORE_LEDGER_H

#include <sqlite3.h>

#include "sha256.h"
#include "sql.h"
#include "store.h"
#include "strbuf.h"

#define OPEN_PAGE_SIZE 256 /* LIMIT of queries/open_page.sql */

struct open_job {
    int64_t last_run;
    int64_t key;
    char job_id[JOB_ID_MAX + 1];
};

struct store {
    sqlite3 *db;
    char *name;                              /* the path, for messages: already escaped */
    sqlite3_stmt *statements[SQL_COUNT];     /* prepared at first use */
    bool in_transaction;
    bool trial;        /* nothing is committed */
    int snapshots;     /* nested store_snapshot_begin() */
    const volatile sig_atomic_t *signal; /* see store_stop_on() */

    /* The source that is being taken in. */
    int64_t source_id;
    struct timestamp ingested_at;
    size_t column_count;
    struct store_counts counts;
    struct strbuf cells;

    /* The run, and the page of open jobs it is working through. */
    int64_t run_id;
    struct store_run run;
    bool unsaved; /* changes since the last commit */
    struct open_job page[OPEN_PAGE_SIZE];
    size_t page_len;
    size_t page_at;
    bool page_last;
};

/* RESULT_LEDGER with SQLite's own words and what to do about it. doing: "can't be read", for instance. */
enum result store_failure(struct store *store, const char *doing, struct error *err);

/* A statement under way: binds that fail are remembered until it runs, and whatever it came to, the
 * statement is ready for the next call afterwards. */
struct call {
    struct store *store;
    sqlite3_stmt *stmt; /* NULL: it could not be prepared */
    int rc;
};

struct call call_of(struct store *store, enum sql_id id);
void call_int(struct call *call, int index, int64_t value);
void call_int_or_null(struct call *call, int index, bool known, int64_t value);
void call_text(struct call *call, int index, struct text value); /* TEXT_NONE: NULL. Must live until the call ends. */
void call_blob(struct call *call, int index, const void *bytes, size_t len); /* likewise */

/* Runs a statement that gives no rows. */
enum result call_run(struct call *call, struct error *err);
/* The next row; *more is false behind the last. A caller that stops earlier ends with call_end(). */
enum result call_row(struct call *call, bool *more, struct error *err);
void call_end(struct call *call);

/* Runs SQL that takes no values. */
enum result store_exec(struct store *store, const char *sql, struct error *err);

/* Opens the transaction that the next writes belong to, where none is open. */
enum result store_write_begin(struct store *store, struct error *err);
/* Makes the open transaction durable, unless this is a trial. On failure it is rolled back. */
enum result store_write_end(struct store *store, struct error *err);
void store_rollback(struct store *store);

#endif
