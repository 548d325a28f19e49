/* The domain: a document-extraction job, an answer of the API about it, and what that answer means. */
#ifndef JOBLEDGER_JOB_H
#define JOBLEDGER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"
#include "timestamp.h"

#define JOB_ID_MAX 128 /* job_ and 1 to 124 of [A-Za-z0-9_-] */

enum job_status {
    JOB_NEW, /* in the ledger, never answered */
    JOB_PENDING,
    JOB_PROCESSING,
    JOB_COMPLETED,
    JOB_FAILED,
    JOB_NOT_FOUND,
    JOB_ERROR, /* the API refuses to speak of it: another 4xx with the vendor's envelope */
    JOB_STATUS_COUNT
};

bool job_id_valid(struct text id);
const char *job_status_name(enum job_status status); /* "new", "pending", …, "not_found", "error" */
bool job_status_parse(struct text name, enum job_status *out);
bool job_status_open(enum job_status status); /* new, pending, processing: still to be asked for */

/* What came over the wire. Spans are valid as long as their owner says. */
struct answer {
    int http_status;
    struct text body;            /* decoded (Content-Encoding), else byte for byte */
    struct text request_id;      /* x-request-id; TEXT_NONE without one */
    int64_t server_ms;           /* freddy-processing-ms; -1 without one */
    struct timestamp received_at;
};

enum outcome {
    OUTCOME_JOB,          /* the job object: `status` and the fields below count */
    OUTCOME_NOT_FOUND,    /* a verdict: the API does not know the job */
    OUTCOME_REFUSED,      /* a verdict: another 4xx with the envelope; status JOB_ERROR */
    OUTCOME_UNAUTHORIZED, /* 401: the key is refused, nothing is said of the job */
    OUTCOME_LIMITED,      /* 429: nothing is said of the job */
    OUTCOME_BAD,          /* to be retried: transport failures, 5xx, answers that are not what was asked for */
};

/* A decimal as the API sent it. */
struct measure {
    bool known;
    int64_t nano;         /* 10^-9 units, rounded half-even */
    struct text spelling; /* the API's own digits */
};

struct moment {
    bool known;
    struct timestamp at;
};

/* An oddity in an answer that did not make it useless. */
struct anomaly {
    const char *field;   /* static */
    const char *problem; /* static: unknown_status, wrong_type, out_of_range, before_created_at, missing, gone */
    struct text value;   /* a string as it is, anything else as JSON text; empty for missing */
};

#define ANOMALIES_MAX 10 /* at most one for each field that is read */

/* What an answer means: a pure function of the answer and the job's ID. */
struct reading {
    enum outcome outcome;
    enum job_status status; /* for JOB, NOT_FOUND and REFUSED */

    /* EXTRACTION_FAILED for a failed job; the envelope's code; or one of ours (BAD_RESPONSE, REDIRECT, HTTP_503,
     * TIMEOUT, CONNECTION, DNS, TLS, ...). The message of a code of ours never holds a job ID, time, port or duration. */
    struct text error_code;
    struct text error_message;
    struct text trace_id; /* the envelope's */

    /* For JOB only. */
    struct text model_used;
    struct measure processing_time; /* seconds, 0 to below 10^6 */
    struct measure cost_chf;        /* 0 to below 10^6 */
    struct measure confidence;      /* 0 to 1 */
    struct moment created_at;
    struct moment completed_at;
    struct anomaly anomalies[ANOMALIES_MAX];
    size_t anomaly_count;

    /* The document with its broken parts mended, where the body as it came would be read differently by other JSON
     * readers; else TEXT_NONE. */
    struct text repaired;

    /* The body or the request ID holds the API key: neither may be kept or shown. */
    bool holds_key;
};

#endif
