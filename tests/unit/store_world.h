/* A ledger under test, with jobs that are asked for and what comes of it. */
#ifndef JOBLEDGER_TESTS_STORE_WORLD_H
#define JOBLEDGER_TESTS_STORE_WORLD_H

#include "tests/unit/store_look.h"

#define WORLD_JOBS 6

/* job_1 to job_6, and the time, which goes on by a minute with each run. */
struct world {
    struct scratch *scratch;
    struct ledger ledger;
    struct store *store;
    struct timestamp now;
};

struct came {
    enum outcome outcome;
    enum job_status status;
    int http_status;
    const char *body; /* NULL: there was no answer */
    const char *error_code;
    unsigned requests;
};

static UNUSED int make_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *scratch = NULL;
    assert_non_null(w);
    make_scratch(&scratch);
    w->scratch = scratch;
    w->ledger = open_at(at(w->scratch, "l.db"), STORE_CREATE);
    w->store = w->ledger.store;
    w->now = FETCH_TIME;
    ingest_numbered(&w->ledger, "jobs.csv", WORLD_JOBS);
    *state = w;
    return 0;
}

static UNUSED int end_world(void **state)
{
    struct world *w = *state;
    void *scratch = w->scratch;
    store_close(w->store);
    remove_scratch(&scratch);
    free(w);
    return 0;
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, make_world, end_world)

/* A run that begins a minute after the last one. */
static UNUSED void new_run(struct world *w)
{
    struct error err = {""};
    w->now.sec += 60;
    must(store_run_begin(w->store, w->now, &err));
}

static UNUSED struct reading reading_of(const struct came *came)
{
    return (struct reading){
        .outcome = came->outcome, .status = came->status, .error_code = text_of(came->error_code),
        .error_message = came->error_code ? text_of("why") : TEXT_NONE,
        .trace_id = came->outcome == OUTCOME_JOB ? TEXT_NONE : text_of("trace_1"),
    };
}

static UNUSED void save_reading(struct world *w, const char *job_id, const struct came *came,
                                const struct reading *reading)
{
    struct error err = {""};
    const struct answer answer = {came->http_status, text_of(came->body), text_of("req_1"), -1, w->now};
    enum job_status after;
    make_up(&answer, reading);
    must(store_save(w->store, key_of(w->store, job_id), came->body ? &answer : NULL, reading,
                    came->requests ? came->requests : 1, w->now, &after, &err));
}

static UNUSED void save(struct world *w, const char *job_id, struct came came)
{
    const struct reading reading = reading_of(&came);
    save_reading(w, job_id, &came, &reading);
}

static UNUSED void ask(struct world *w, const char *job_id, struct came came)
{
    struct error err = {""};
    new_run(w);
    save(w, job_id, came);
    must(store_commit(w->store, &err));
}

#define COMPLETED(text) ((struct came){OUTCOME_JOB, JOB_COMPLETED, 200, text, NULL, 1})
#define PROCESSING(text) ((struct came){OUTCOME_JOB, JOB_PROCESSING, 200, text, NULL, 1})
#define FAILED(text) ((struct came){OUTCOME_JOB, JOB_FAILED, 200, text, "EXTRACTION_FAILED", 1})
#define NOT_FOUND ((struct came){OUTCOME_NOT_FOUND, JOB_NOT_FOUND, 404, "{\"gone\"}", "JOB_NOT_FOUND", 1})
#define REFUSED ((struct came){OUTCOME_REFUSED, JOB_ERROR, 403, "{\"no\"}", "FORBIDDEN", 1})
#define BAD(status, text, code, requests) ((struct came){OUTCOME_BAD, JOB_NEW, status, text, code, requests})

#endif
