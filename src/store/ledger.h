/* What the files of this room share. */
#ifndef JOBLEDGER_STORE_LEDGER_H
#define JOBLEDGER_STORE_LEDGER_H

#include <sqlite3.h>

#include "chain.h"
#include "history.h"
#include "sha256.h"
#include "sorter.h"
#include "sql.h"
#include "store.h"
#include "strbuf.h"
#include "tally.h"
#include "took.h"

/* KiB of pages in memory. Readers and a fetch go through the ledger once, and the system keeps what they read; many rows
 * are merged into it in the order of their IDs, where a smaller one has the same pages read again and again. */
#define CACHE_READING "PRAGMA cache_size = -4000"
#define CACHE_WRITING "PRAGMA cache_size = -8000"
#define CACHE_MERGING "PRAGMA cache_size = -32000"
#define PAGE_SIZE 256 /* LIMIT of queries/open_page.sql and select_page.sql; that of due_take.sql is less */

struct queued_job {
    int64_t place; /* where the next page begins: the last run that asked, or the place among the selected */
    int64_t key;
    char job_id[JOB_ID_MAX + 1];
};

/* A page of jobs that are handed out one by one. */
struct page {
    struct queued_job jobs[PAGE_SIZE];
    size_t len;
    size_t at;
};

/* Whether any source states ground truth. */
enum statements_known { STATEMENTS_UNKNOWN, STATEMENTS_NONE, STATEMENTS_SOME };

/* What a run has come to, and the archive with it. */
struct run_state {
    struct store_run run;
    int64_t bytes;             /* of the bodies that it archived */
    int64_t seen;              /* how often the answers of the archive were seen, all added up */
    int64_t seen_at;           /* when those seen more than once were seen last, likewise */
    uint8_t link[SHA256_SIZE]; /* of the newest answer */
};

struct store {
    sqlite3 *db;
    struct store_reader reader;
    char *name;                              /* the path, for messages: already escaped */
    sqlite3_stmt *statements[SQL_COUNT];     /* prepared at first use */
    bool in_transaction;
    bool trial;        /* nothing is committed */
    bool query_only;   /* SQLite refuses every write */
    const struct store_filter *filter; /* what reports see; NULL: everything */
    enum store_scope scope;
    int snapshots;     /* nested store_snapshot_begin() */
    const volatile sig_atomic_t *signal; /* see store_stop_on() */

    /* The source that is being taken in. */
    int64_t source_id;
    struct timestamp ingested_at;
    size_t column_count;
    struct store_counts counts;
    struct strbuf cells;
    struct sorter *sorter; /* its rows; made at first use */
    struct sorter_row incoming; /* the one in hand */
    bool states;       /* it holds, or held, ground truth */

    /* What is derived. */
    enum statements_known statements_known;
    struct history *history;  /* made at first use */
    struct json_reader *json; /* likewise */
    struct strbuf scratch;

    struct tally tally;
    struct took took;
    struct figures *figures; /* those that are being gathered; NULL: none */
    struct visit *visit;     /* of store_each_job(); NULL: none is under way */

    int64_t run_id;
    struct run_state now;
    struct run_state kept; /* as of the last commit */
    bool unsaved; /* changes since then */

    /* The jobs that the run asks for, and those that it asks again. */
    bool selected; /* those in temp.selected, else the open ones */
    bool asked_all;
    struct page page;
    struct page due;

    int64_t request_day; /* of the requests that are not saved yet */
    uint64_t day_requests;
};

/* RESULT_USAGE where the ledger has no source of that name. */
enum result store_check_source(struct store *store, const char *name, struct error *err);

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

/* A cell of the row in hand; valid until the next one. */
struct text call_column_text(const struct call *call, int column);

/* Runs a statement that gives no rows. */
enum result call_run(struct call *call, struct error *err);
/* The next row; *more is false behind the last. A caller that stops earlier ends with call_end(). */
enum result call_row(struct call *call, bool *more, struct error *err);
void call_end(struct call *call);

/* Runs SQL that takes no values. */
enum result store_exec(struct store *store, const char *sql, struct error *err);

/* The API's spelling of a decimal, where it is not the one that the number alone would be given; else TEXT_NONE. */
struct text store_spelling(const struct measure *measure);

/* Binds the ten columns that a job has from its job object, from parameter `first` on, in the order of queries/job_object.sql. */
void store_bind_object(struct call *call, int first, const struct reading *object);
/* The anomalies of the job object (NULL: there is none), and whether the API has forgotten the job since, in place of those
 * that are there. */
enum result store_save_anomalies(struct store *store, int64_t key, const struct reading *object, bool gone,
                                 struct error *err);

/* The number that a statement without parameters gives; 0 where it gives none. */
enum result store_single_int(struct store *store, enum sql_id id, int64_t *value, struct error *err);

/* Jobs are handed out from the first one on again. */
void store_queue_restart(struct store *store);

/* Writes what was counted since the last commit. */
enum result store_save_requests_of_day(struct store *store, struct error *err);

/* ---- derive.c ---- */

/* Whether any source states ground truth. */
enum result store_has_statements(struct store *store, bool *has, struct error *err);
/* Holds the job's data against its ground truth, in place of what was found before. */
enum result store_judge_job(struct store *store, int64_t key, struct error *err);
/* Does so and hands each verdict to a statement of the parameters of queries/verdict_insert.sql. */
enum result store_judge(struct store *store, int64_t key, enum sql_id insert, struct error *err);
/* Likewise for all jobs in temp.rejudge. */
enum result store_rejudge(struct store *store, struct error *err);

/* Goes through all archived answers of a job: store->history is then behind the last. each (NULL: nobody) is called
 * behind every one of them. Those that are pruned are left out; *pruned: there were such. */
typedef enum result relived(void *ctx, int64_t answer_id, struct error *err);
enum result store_relive(struct store *store, int64_t key, relived *each, void *ctx, bool *pruned, struct error *err);
/* Keeps what the last answer in store->history changed. */
enum result store_note_changes(struct store *store, int64_t key, int64_t answer_id, struct error *err);

/* Whether what is derived is from this version of the reader. */
enum result store_is_derived(struct store *store, bool *derived, struct error *err);
/* Where it is not, derives all of it anew. In the transaction of the caller's. */
enum result store_derive(struct store *store, struct error *err);

/* ---- linking.c ---- */

/* The sum in a column; false where there is none. */
bool store_sum(const struct call *call, int column, uint8_t out[static SHA256_SIZE]);
/* A run in the columns of queries/verify_runs.sql, but for its last answer's link. */
struct chain_run store_chain_run(const struct call *call);

/* The link of the newest answer into store->now. */
enum result store_chain_load(struct store *store, struct error *err);
/* Gives every run that has none its digest. */
enum result store_chain_close_runs(struct store *store, struct error *err);
/* Links all answers, for a ledger from before there was a chain. */
enum result store_chain_make(struct store *store, struct error *err);

/* ---- copy.c ---- */

/* Keeps a copy beside the ledger at that path; its name goes into path. */
enum result store_copy_before_migration(struct store *store, const char *ledger, int version, struct strbuf *path,
                                        struct error *err);
enum result store_note_migration_copy(struct store *store, const char *path, struct error *err);

/* ---- migrate.c ---- */

/* Creates the views of sql/ in the ledger or, temporary, in front of those; but for the names in left_out, which
 * ends with NULL (NULL: none is); and drops those that are there. */
enum result store_make_views(struct store *store, bool temporary, const char *const *left_out, struct error *err);
enum result store_drop_views(struct store *store, bool temporary, const char *const *left_out, struct error *err);

/* Opens the transaction that the next writes belong to, where none is open. */
enum result store_write_begin(struct store *store, struct error *err);
/* Makes the open transaction durable, unless this is a trial. On failure it is rolled back. */
enum result store_write_end(struct store *store, struct error *err);
void store_rollback(struct store *store);

#endif
