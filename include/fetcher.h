/* Asks the API for the status of jobs. libcurl sits behind this contract. The fetcher knows no ledger: jobs come
 * from one port and answers leave through another. */
#ifndef JOBLEDGER_FETCHER_H
#define JOBLEDGER_FETCHER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "job.h"
#include "json.h"
#include "result.h"

#define FETCH_BODY_MAX (16u << 20)  /* decoded bytes of an answer; a longer one is a bad answer and reading stops there */
#define FETCH_PARALLEL_MAX 512
#define FETCH_KEY_MAX 4096
#define FETCH_FAILED_ROW_MAX 20     /* failed requests in a row, over several jobs, that end a run (RESULT_API) */
#define FETCH_GRACE_MS 5000         /* for requests under way after max_time_ms */
#define FETCH_NO_MORE INT64_C(-1)
#define FETCH_POLL_MIN_MS 2000      /* a job is never asked for more often */
#define FETCH_DOUBT_JOBS 10         /* first jobs that must not all be refused, or all be unknown (RESULT_CREDENTIALS) */

enum fetch_auth { FETCH_AUTH_X_API_KEY, FETCH_AUTH_API_KEY, FETCH_AUTH_BEARER };

/* --rate. The server's own limit, where it states one, is kept in any case but NONE. */
enum fetch_rate_kind { FETCH_RATE_AUTO, FETCH_RATE_NONE, FETCH_RATE_FIXED };

struct fetch_rate {
    enum fetch_rate_kind kind;
    int64_t requests;  /* for FIXED: so many ... */
    int64_t period_ms; /* ... in this time */
    int64_t burst;     /* at once after a pause, 1 or more */
};

/* What is known of the server's limit, for a run to begin with and to leave for the next. */
struct fetch_quota {
    bool known;
    int64_t limit;               /* as stated; 0: not stated */
    int64_t remaining;           /* requests that were left at stated_at */
    struct timestamp stated_at;  /* our wall clock */
    struct timestamp reset_at;   /* our wall clock: when more are to be had again; sec 0: not stated */
    int64_t refill_per_day;      /* requests that come back in a day while none is sent, as observed; 0: unknown */
};

struct fetch_options {
    const char *base_url;       /* has passed fetch_check_url() */
    const char *key;            /* has passed fetch_check_key() */
    enum fetch_auth auth;
    int parallel;               /* 1 to FETCH_PARALLEL_MAX */
    int retries;                /* per job, beyond its first request; 429s are not counted */
    int64_t timeout_ms;         /* of one request, from connect to last byte */
    int64_t connect_timeout_ms;
    const char *cacert;         /* NULL: the system's certificates */
    struct fetch_rate rate;
    struct fetch_quota quota;   /* what an earlier run learned; {0}: nothing */
    int64_t max_time_ms;        /* after it no request is sent, and those under way have FETCH_GRACE_MS; 0: no end */
    bool nothing_resolved_yet;  /* no job of this ledger was ever completed or failed: see FETCH_DOUBT_JOBS */
    uint64_t seed;              /* of the jitter */
    const struct clock *clock;
    const volatile sig_atomic_t *signal; /* becomes nonzero when the run shall end: no new request, return within 5 s */
};

/* A job to be asked for. */
struct fetch_job {
    int64_t key; /* the caller's own, carried along */
    char job_id[JOB_ID_MAX + 1];
};

/* The caller's side. Every function gets ctx first. One that returns something other than RESULT_OK ends the run
 * with that result. */
struct fetch_ports {
    void *ctx;

    /* The next job to ask for: *wait_ms is 0 and job is filled. Else there is none now: *wait_ms is the time until it is
     * worth asking again (it is asked again earlier where a job was answered meanwhile), or FETCH_NO_MORE. */
    enum result (*next)(void *ctx, struct fetch_job *job, int64_t *wait_ms, struct error *err);

    /* Called before each request. False: the caller's budget of requests is used up; the run ends in order. */
    bool (*spend)(void *ctx);

    /* What a job came to, after `requests` requests (1 or more). For outcomes JOB, NOT_FOUND and REFUSED answer is what came.
     * OUTCOME_BAD: the retries are used up; answer is the last that came, or NULL where none did. Spans are
     * valid during the call. */
    enum result (*answered)(void *ctx, const struct fetch_job *job, const struct answer *answer,
                            const struct reading *reading, unsigned requests, struct error *err);

    /* The run ends before the job came to anything: `requests` were sent for it, the job keeps its state. */
    enum result (*abandoned)(void *ctx, const struct fetch_job *job, unsigned requests, struct error *err);

    /* Called at least every 250 ms while the run lasts: time to commit. */
    enum result (*tick)(void *ctx, struct error *err);

    /* One line that a person may want to read: a warning, or else what the run is waiting for. */
    void (*notice)(void *ctx, bool warning, const char *line);
};

/* How a run came to its end. */
enum fetch_end {
    FETCH_DONE,        /* every job was asked for */
    FETCH_OUT_OF_TIME, /* max_time_ms, or a hold that reaches past it */
    FETCH_OUT_OF_BUDGET,
};

struct fetch_summary {
    enum fetch_end end;
    struct fetch_quota quota; /* what was learned of the server's limit */
    uint64_t requests;
    uint64_t retries;      /* requests beyond a job's first, but for those after a 429 */
    uint64_t rate_limited; /* answers 429 */
    uint64_t gave_up;      /* jobs that keep an error code after their retries */
};

/* Asks for every job that `next` yields. RESULT_OK also where jobs gave up. RESULT_CREDENTIALS, RESULT_API, RESULT_SIGINT or RESULT_SIGTERM
 * end it early; err says why. summary is filled in any case. */
enum result fetch_run(const struct fetch_options *options, const struct fetch_ports *ports,
                      struct fetch_summary *summary, struct error *err);

/* When to ask again for a job that is not finished: learned from how long finished ones took. Pure: no clock, no I/O. */
struct fetch_schedule;
struct fetch_schedule *fetch_schedule_new(void); /* NULL: out of memory. Owned by the caller. */
void fetch_schedule_free(struct fetch_schedule *schedule); /* NULL is allowed */

/* A job of this model (TEXT_NONE: unknown) took so long from its creation to its completion. In constant memory: old
 * observations and rare models give way. */
void fetch_schedule_learn(struct fetch_schedule *schedule, struct text model, int64_t took_ms);

/* Milliseconds to wait before asking again for a job of this model that was not finished at this age (since its
 * creation; where that is unknown, since it was first asked for). At least FETCH_POLL_MIN_MS. */
int64_t fetch_schedule_wait(const struct fetch_schedule *schedule, struct text model, int64_t age_ms);

/* RESULT_USAGE unless url is https, or http to a loopback address, without user, password, query or fragment. */
enum result fetch_check_url(const char *url, struct error *err);

/* RESULT_CREDENTIALS unless key has 8 to FETCH_KEY_MAX bytes and no control characters. */
enum result fetch_check_key(const char *key, struct error *err);

/* To be raised whenever answer_read() reads any answer otherwise than before. */
#define ANSWER_READER_VERSION 1

/* What an answer means for the job: pure. The spans in reading point into the answer, static text or json's document,
 * and are valid until the next use of json. key (NULL: not checked) must not stand in the answer, however JSON
 * may spell it. */
void answer_read(struct json_reader *json, const char *job_id, const struct answer *answer, const char *key,
                 struct reading *reading);

#endif
