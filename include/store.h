/* The ledger: one file that keeps jobs, their sources and every answer. SQLite sits behind this contract. */
#ifndef JOBLEDGER_STORE_H
#define JOBLEDGER_STORE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"
#include "json.h"
#include "result.h"

struct store;

enum store_mode {
    STORE_READ,   /* must exist; works in a read-only folder too */
    STORE_WRITE,  /* must exist; brought to the newest schema */
    STORE_CREATE, /* made where it is missing, mode 0600 whatever the umask */
    STORE_TRIAL,  /* as STORE_WRITE, but nothing is kept: see store_trial() */
};

/* How answers are read, which is not this room's to know. */
struct store_reader {
    int version; /* another one makes the ledger derive anew what it keeps beside the answers */
    /* What the answer means for the job: pure. Spans in reading point into the answer, static text or json's document,
     * and are valid until the next use of json. */
    void (*read)(struct json_reader *json, const char *job_id, const struct answer *answer, struct reading *reading);
};

/* RESULT_LEDGER where it can't be opened, is no ledger, or was written by a newer version (then untouched). */
enum result store_open(const char *path, enum store_mode mode, const struct store_reader *reader, struct store **out,
                       struct error *err);
/* A ledger in a temporary file that vanishes with the store: for trial runs without a ledger. */
enum result store_open_scratch(const struct store_reader *reader, struct store **out, struct error *err);
void store_close(struct store *store); /* NULL is allowed; what was not committed is gone */

/* From now on nothing is committed: a trial run sees its own writes, and they are gone with store_close(). */
enum result store_trial(struct store *store, struct error *err);

/* ---- sources: a file is taken in whole or not at all ---- */

struct store_source {
    const char *name; /* the path as given; kept for messages and --source */
    const uint8_t *sha256; /* SHA256_SIZE bytes */
    uint64_t bytes;
    struct timestamp ingested_at;
};

struct store_column {
    bool expected;    /* ground truth for the path `name`; else a label of that name */
    struct text name;
};

struct store_counts {
    uint64_t rows; /* = jobs + duplicates + rejected */
    uint64_t new_jobs;
    uint64_t known_jobs; /* already in the ledger from another source */
    uint64_t duplicates;
    uint64_t rejected;
};

/* True in *known where the bytes were ingested before. Then the name is remembered as one more name of that source. */
enum result store_source_known(struct store *store, const struct store_source *source, bool *known,
                               struct error *err);

/* Opens the transaction in which the source's rows are taken in. An earlier reading of the same bytes is replaced. */
enum result store_source_begin(struct store *store, const struct store_source *source,
                               const struct store_column *columns, size_t column_count, struct error *err);
/* cells: one for each column. */
enum result store_source_job(struct store *store, uint64_t line, struct text job_id, const struct text *cells,
                             struct error *err);
enum result store_source_reject(struct store *store, uint64_t line, struct text value, const char *reason,
                                struct error *err);
/* Ends it: all is kept, and counted in counts (may be NULL), or nothing. After keep the store is ready for the next
 * source. */
enum result store_source_end(struct store *store, bool keep, struct store_counts *counts, struct error *err);

/* ---- fetching ---- */

enum result store_run_begin(struct store *store, struct timestamp now, struct error *err);

/* Which jobs a run asks for. {0}: every open one. */
struct store_selection {
    unsigned states;           /* bits 1 << enum job_status; 0: the open ones, or with job_ids any */
    const char *const *job_ids; /* only these; NULL: any */
    size_t job_id_count;
    const char *source;        /* only jobs of sources with this name; NULL: any */
};

/* Says which jobs the next run asks for (without it: every open one), and in count how many they are now. RESULT_USAGE where
 * a job or the source is not in the ledger. */
enum result store_select(struct store *store, const struct store_selection *selection, uint64_t *count,
                         struct error *err);

/* The next selected job that this run has not asked for: never asked first, then least recently asked. */
enum result store_next_job(struct store *store, int64_t *key, char job_id[static JOB_ID_MAX + 1], bool *end,
                           struct error *err);

/* Jobs that are to be asked again within a run: at due_ms, on a clock of the caller's that never runs backwards.
 * store_next_due() gives one whose time has come (*wait_ms 0; it is due no longer), or how long the next one has to
 * wait, or -1 where none is due. */
enum result store_set_due(struct store *store, int64_t key, int64_t due_ms, struct error *err);
enum result store_next_due(struct store *store, int64_t now_ms, int64_t *key, char job_id[static JOB_ID_MAX + 1],
                           int64_t *wait_ms, struct error *err);

/* Requests of a UTC day (in days since 1970-01-01) over all runs. What is counted is kept with the next commit. */
enum result store_requests_of_day(struct store *store, int64_t day, uint64_t *requests, struct error *err);
void store_count_request(struct store *store, int64_t day);

/* What a server last stated of its rate limit; see struct fetch_quota. */
struct store_limit {
    int64_t requests;
    int64_t remaining;
    struct timestamp stated_at;
    struct timestamp reset_at;
    int64_t refill_per_day;
};
enum result store_limit_load(struct store *store, const char *base_url, struct store_limit *limit, bool *known,
                             struct error *err);
enum result store_limit_save(struct store *store, const char *base_url, const struct store_limit *limit,
                             struct error *err);

enum result store_ever_resolved(struct store *store, bool *ever, struct error *err);

/* Takes in what a job came to: archives the answer, brings the job's columns up to date. *after: the job's status then.
 * Kept at the next commit. */
enum result store_save(struct store *store, int64_t key, const struct answer *answer, const struct reading *reading,
                       unsigned requests, struct timestamp now, enum job_status *after, struct error *err);
/* Counts requests that brought no verdict on the job. */
enum result store_save_requests(struct store *store, int64_t key, unsigned requests, struct error *err);
/* Makes all that was saved durable. Does nothing where nothing was. */
enum result store_commit(struct store *store, struct error *err);

struct store_run {
    uint64_t requests;
    uint64_t retries;
    uint64_t rate_limited;
    uint64_t by_status[JOB_STATUS_COUNT]; /* the jobs asked in this run, as they stand now */
    uint64_t in_trouble; /* of these, those whose last attempt brought no usable answer */
};
uint64_t store_run_open(const struct store_run *run); /* the sum of its open states */
/* What was saved in this run so far. Its retries and rate_limited are the fetcher's to know: 0. */
struct store_run store_run_so_far(const struct store *store);
/* Closes the run. Of run the requests, retries and rate_limited count. */
enum result store_run_end(struct store *store, const struct store_run *run, int exit_status, struct timestamp now,
                          struct error *err);

/* Remembers how a command that fetches ended, with all its steps: a run is its fetch alone. */
struct store_outcome {
    struct timestamp started_at;
    struct timestamp ended_at;
    int exit_status;
};
enum result store_note_outcome(struct store *store, const struct store_outcome *outcome, struct error *err);

/* Whether the file at path is a ledger by its first bytes. */
bool store_is_ledger(const char *path);

/* ---- copies ---- */

/* Looks at a copy before it is put in place; anything but RESULT_OK keeps it from there. */
typedef enum result store_copy_check(void *ctx, const char *temporary, struct error *err);

/* Makes a consistent copy at path, mode 0600, in place of what was there, while others may write to the ledger. What was
 * at path is there until the copy is whole and check (NULL: nobody) has found it good. RESULT_REPORT where it can't be
 * written. */
enum result store_copy(struct store *store, const char *path, store_copy_check *check, void *ctx, struct error *err);
/* Remembers a backup that was made, for prune to name. */
enum result store_note_backup(struct store *store, const char *path, struct timestamp now, struct error *err);

/* ---- retention ---- */

struct store_pruned {
    uint64_t jobs;
    uint64_t answers; /* of the archive; the useless ones, of which only the last is kept, are not counted */
    uint64_t bytes;   /* of their bodies */
};

/* What jobs resolved before then still have of answers. */
enum result store_prune_plan(struct store *store, struct timestamp before, struct store_pruned *plan,
                             struct error *err);
/* Removes these, and the extracted data that is kept beside them; where they were, and what their digests were, stays. No value
 * stays behind in free pages. Done in steps that are kept: what was cut short is finished by the next. */
enum result store_prune(struct store *store, struct timestamp before, struct timestamp now, struct store_pruned *done,
                        struct error *err);

/* ---- proof ---- */

struct store_verdict {
    uint64_t findings; /* lines that were found; 0: the ledger is intact */
    uint64_t runs;
    uint64_t answers;
    uint64_t pruned;   /* of these */
    uint64_t bytes;    /* of their bodies */
    char digest[65];   /* the newest that was proved, in lower case hex; empty: there is none */
    int64_t digest_run;
    int64_t against_run; /* the run whose digest is the one asked for; 0: none is */
};

struct store_verify {
    const char *against; /* a digest in lower case hex; NULL: none */
    void (*found)(void *ctx, const char *line);                     /* what differs, one line, escaped */
    void (*tick)(void *ctx, const struct store_verdict *so_far);    /* often; NULL: nobody */
    void *ctx;
};

/* How many answers there are in the archive, pruned ones included. */
enum result store_answer_count(struct store *store, uint64_t *count, struct error *err);

/* Checks that the file is sound, that the counts add up, that every archived answer is what was archived and in its place in
 * the chain, and that reading it again gives what the ledger has. RESULT_OK also where something was found; RESULT_LEDGER
 * where it can't go on. */
enum result store_verify(struct store *store, const struct store_verify *options, struct store_verdict *verdict,
                         struct error *err);

/* ---- reading ---- */

/* All reads between begin and end see one state of the ledger, whatever is written meanwhile. May be nested. */
enum result store_snapshot_begin(struct store *store, struct error *err);
void store_snapshot_end(struct store *store);

/* From now on queries end with RESULT_LEDGER once *signal is not 0, however long they would last; a write that was begun
 * is given up, too. NULL: no longer. */
void store_stop_on(struct store *store, const volatile sig_atomic_t *signal);

/* ---- what reports see ---- */

struct store_label {
    struct text name;
    struct text value; /* as reported; the empty text: an empty one, or none */
};

/* Which jobs the reports are of, and how they are looked at. */
struct store_filter {
    struct moment since; /* of created_at */
    struct moment until; /* exclusive */
    unsigned states;     /* bits 1 << enum job_status; 0: any */
    const char *model;   /* (none): jobs without one; NULL: any */
    const char *source;  /* jobs of sources with this name; NULL: any */
    const struct store_label *labels; /* all of these */
    size_t label_count;

    const char *by;            /* the label by which models and daily are grouped; NULL: none */
    bool in_zone;              /* days are those of the zone in use (zone.h), not UTC's */
    int64_t threshold_nano;    /* of review; STORE_THRESHOLD by default */
    int64_t stale_after_ms;    /* of stale; 0: as the ledger's completed jobs have it */
    struct moment now;         /* of stale; unknown: the clock's */
};

#define STORE_THRESHOLD INT64_C(800000000)
#define STORE_FILTER_DEFAULT ((struct store_filter){.threshold_nano = STORE_THRESHOLD})

/* From now on queries below reports/ and the views see the ledger through the filter, which must outlive the store.
 * RESULT_USAGE where it names a source or label that the ledger has not got. */
enum result store_look(struct store *store, const struct store_filter *filter, struct error *err);

/* What of the filter counts for the next queries. */
enum store_scope {
    STORE_SCOPE_ALL,     /* nothing */
    STORE_SCOPE_JOBS,    /* all of it */
    STORE_SCOPE_FIGURES, /* likewise; model_totals and day_totals come from one pass of the program's over the jobs */
    STORE_SCOPE_SOURCES, /* the source alone */
};
enum result store_scope(struct store *store, enum store_scope scope, struct error *err);

/* ---- jobs ---- */

/* A job as the report jobs shows it, with what one of its sources says of it. Texts are valid during the call. */
struct store_job_row {
    struct text job_id;
    struct text status;
    struct text model_used;
    struct measure processing_time; /* spelling: TEXT_NONE where it is the shortest one; likewise below */
    struct measure cost_chf;
    struct measure confidence;
    struct text error_code;
    struct text error_message;
    int64_t http_status; /* 0: there was no answer */
    struct moment created_at;
    struct moment completed_at;
    struct moment first_seen_at;
    struct moment resolved_at;
    int64_t polls;
    int64_t source_id;
    struct text cells; /* TEXT_NONE: the source, if any, says nothing more */
};
typedef enum result store_job_visitor(void *ctx, const struct store_job_row *row, struct error *err);

/* Every job in scope in the order of their IDs: a row for each source that holds it, the latest first. Quicker than
 * store_query(). Anything but RESULT_OK from the visitor, which may not use the store, ends it. */
enum result store_each_job(struct store *store, store_job_visitor *visit, void *ctx, struct error *err);

/* ---- queries ---- */

/* A query that is kept as a file below sql/, by its name without ".sql" ("reports/models"). */
struct store_rows;
enum result store_query(struct store *store, const char *name, struct store_rows **out, struct error *err);
/* A query of the user's own: one SELECT, which can do nothing but read. file is where it stands, for messages: escaped.
 * RESULT_USAGE where it is something else, or wrong; as long as its rows are read, too. */
enum result store_query_own(struct store *store, const char *sql, const char *file, struct store_rows **out,
                            struct error *err);
/* Binds parameter `index` (from 1) before the first row. */
enum result store_bind_text(struct store_rows *rows, int index, struct text value, struct error *err);
enum result store_bind_int(struct store_rows *rows, int index, int64_t value, struct error *err);
/* The next row, into *more whether there was one. Cells are valid until the next call. */
enum result store_next(struct store_rows *rows, bool *more, struct error *err);
/* Back to before the first row, for other values or once more. */
void store_rewind(struct store_rows *rows);
int store_columns(const struct store_rows *rows);
const char *store_column_name(const struct store_rows *rows, int column);
enum store_type { STORE_NULL, STORE_INTEGER, STORE_REAL, STORE_TEXT, STORE_BLOB };
enum store_type store_type(struct store_rows *rows, int column); /* to be asked for before store_text() */
struct text store_text(struct store_rows *rows, int column); /* NULL: TEXT_NONE; numbers as SQLite spells them */
int64_t store_int(struct store_rows *rows, int column);
void store_rows_free(struct store_rows *rows); /* NULL is allowed */

#endif
