/* What the parts of verify share. */
#ifndef JOBLEDGER_STORE_VERIFY_H
#define JOBLEDGER_STORE_VERIFY_H

#include "ledger.h"

struct verification {
    struct store *store;
    const struct store_verify *options;
    struct store_verdict *verdict;
    struct json_reader *json;
    struct error *err;
};

typedef enum result verify_check(struct verification *v);

/* One after the other. Damage that ends one check is found by it, and must not keep the others from naming what they find. */
enum result verify_run(struct verification *v, verify_check *const checks[], size_t count);

/* Checks that run beside those of the caller, on a thread and a connection of their own. */
struct verify_aside;
/* NULL where there can be no second connection or thread: the caller runs them itself. */
struct verify_aside *verify_aside_start(const struct verification *v, verify_check *const checks[], size_t count);
/* Waits for their end (at once where the caller has failed: `so_far`), and tells what they found. Frees aside. */
enum result verify_aside_end(struct verify_aside *aside, struct verification *v, enum result so_far);

#define VERIFY_LINE_SIZE 1024 /* with its end */
/* One line of what differs. */
enum result verify_found(struct verification *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The archive, answer by answer in the order of the chain, and the runs. */
enum result verify_archive(struct verification *v);
/* Jobs with more than one answer that counts, changes, verdicts: derived anew. */
enum result verify_derived(struct verification *v);

/* Whether the job's columns are what the reading gives; call stands on a row with the columns of
 * queries/verify_job.sql from `first` on. NULL, or what differs: static. */
const char *verify_columns(const struct call *call, int first, const struct reading *object);
/* Likewise the error's. */
const char *verify_error(const struct call *call, int first, const struct reading *said);
/* All of the job held against the facts; first is 0. NULL, or what differs: static. */
const char *verify_facts(const struct call *job, const struct facts *facts);
/* Whether the ledger's anomalies of the job are those of the reading (NULL: there is none), and gone. */
enum result verify_anomalies(struct store *store, int64_t key, const struct reading *object, bool gone, bool *same,
                             struct error *err);

/* Columns of queries/verify_job.sql. */
enum verify_column {
    VERIFY_JOB_ID,
    VERIFY_STATUS,
    VERIFY_EVER_RESOLVED,
    VERIFY_IN_TROUBLE,
    VERIFY_LAST_ANSWER,
    VERIFY_OBJECT_ANSWER,
    VERIFY_RESOLVED_AT,
    VERIFY_MODEL,
    VERIFY_TIME,
    VERIFY_TIME_SPELLING,
    VERIFY_COST,
    VERIFY_CONFIDENCE,
    VERIFY_CONFIDENCE_SPELLING,
    VERIFY_CREATED,
    VERIFY_CREATED_NSEC,
    VERIFY_COMPLETED,
    VERIFY_COMPLETED_NSEC,
    VERIFY_ERROR_CODE,
    VERIFY_ERROR_MESSAGE,
    VERIFY_TRACE_ID,
    VERIFY_HTTP_STATUS,
};

#endif
