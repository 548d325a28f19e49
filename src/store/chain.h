/* The chain over the archive. Each answer's link is the SHA-256 of a text of lines, each ending with LF:
 *
 *     the link before it, in lower case hex (64 zeros for the first answer)
 *     the job's ID
 *     the number of the run that archived it
 *     when it was received, in seconds since 1970-01-01T00:00:00Z
 *     its HTTP status
 *     its request ID, or nothing
 *     the server's processing milliseconds, or nothing
 *     the SHA-256 of its body, in lower case hex
 *
 * and a run's digest that of
 *
 *     the digest of the run before it (64 zeros for the first run)
 *     the run's number
 *     when it was started, in seconds
 *     the number of the newest answer at its end, or 0
 *     that answer's link (64 zeros without one)
 *     when it was ended, in seconds, or nothing
 *     its requests, then of the jobs that it asked for those completed, failed, not found, in error and still open,
 *         its retries and how often it was told to slow down: eight lines
 *     its exit status, or nothing
 *     how many bytes the bodies that it archived have
 *     how often the answers of the archive had been seen at its end, all added up
 *     when those seen more than once were seen last, in seconds, all added up
 *
 * of which a run that was made before there was the last but two (there it is NULL) has the first five lines only. How often
 * an answer was seen changes later, so that only the sums of the newest run can be held against the archive. */
#ifndef JOBLEDGER_STORE_CHAIN_H
#define JOBLEDGER_STORE_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "sha256.h"
#include "text.h"

struct chain_answer {
    struct text job_id;
    int64_t run;
    int64_t received_at;
    int64_t http_status;
    struct text request_id; /* TEXT_NONE: without */
    int64_t server_ms;      /* -1: without */
    const uint8_t *sha256;  /* of the body: SHA256_SIZE bytes */
};

/* The lines of a run's digest behind its last answer's link, in their order. */
enum chain_figure {
    CHAIN_ENDED_AT,
    CHAIN_REQUESTS,
    CHAIN_COMPLETED,
    CHAIN_FAILED,
    CHAIN_NOT_FOUND,
    CHAIN_ERRORS,
    CHAIN_STILL_OPEN,
    CHAIN_RETRIES,
    CHAIN_RATE_LIMITED,
    CHAIN_EXIT_STATUS,
    CHAIN_BYTES,
    CHAIN_SEEN,
    CHAIN_SEEN_AT,
    CHAIN_FIGURES,
};

struct chain_run {
    int64_t run;
    int64_t started_at;
    int64_t last_answer;
    const uint8_t *last_link; /* SHA256_SIZE bytes; NULL: there is no answer yet */
    struct chain_number {
        bool known;
        int64_t value;
    } figures[CHAIN_FIGURES]; /* without bytes, none counts */
};

/* before: SHA256_SIZE bytes, NULL for the first; may be the same as out. False: out of memory. */
bool chain_link(const uint8_t *before, const struct chain_answer *answer, uint8_t out[static SHA256_SIZE]);
bool chain_digest(const uint8_t *before, const struct chain_run *run, uint8_t out[static SHA256_SIZE]);

/* Lower case hex of a sum and its NUL. */
#define CHAIN_HEX_SIZE (2 * SHA256_SIZE + 1)
void chain_hex(const uint8_t *sum, char out[static CHAIN_HEX_SIZE]);

#endif
