/* A ledger whose answers are read otherwise by a later program: all that follows from them is derived anew. */
#include "tests/unit/store_world.h"

static void read_another_way(struct json_reader *json, const char *job_id, const struct answer *answer,
                             struct reading *reading)
{
    read_any_answer(json, job_id, answer, reading);
    if (reading->outcome != OUTCOME_JOB)
        return;
    if (reading->cost_chf.known)
        reading->cost_chf.nano += DECIMAL_ONE;
    reading->model_used = text_of("another");
    if (reading->status == JOB_PROCESSING && reading->anomaly_count > 0) /* an unknown word, which it knows */
        *reading = (struct reading){.outcome = OUTCOME_JOB, .status = JOB_COMPLETED, .model_used = text_of("another")};
    else if (reading->anomaly_count < ANOMALIES_MAX)
        reading->anomalies[reading->anomaly_count++] = (struct anomaly){"confidence", "wrong_type", {"x", 1}};
}

static const struct store_reader LATER = {ANSWER_READER_VERSION + 1, read_another_way};

#define OBJECT(id, rest) "{\"success\":true,\"job_id\":\"" id "\"," rest "}"

static void save_body(struct world *w, const char *job_id, int http_status, const char *body)
{
    struct error err = {""};
    struct json_reader *json = json_reader_new();
    struct answer answer = {http_status, text_of(body), text_of("req_1"), -1, w->now};
    struct reading reading;
    enum job_status after;
    assert_non_null(json);
    READER.read(json, job_id, &answer, &reading);
    must(store_save(w->store, key_of(w->store, job_id), &answer, &reading, 1, w->now, &after, &err));
    json_reader_free(json);
}

/* Completed and changed; with an unknown word; lost after it was completed; failed, then in trouble. */
static void some_nights(struct world *w)
{
    struct error err = {""};
    new_run(w);
    save_body(w, "job_1", 200, OBJECT("job_1", "\"status\":\"completed\",\"cost_chf\":1,\"extracted_data\":{\"a\":1}"));
    save_body(w, "job_2", 200, OBJECT("job_2", "\"status\":\"archived\",\"cost_chf\":2"));
    save_body(w, "job_3", 200, OBJECT("job_3", "\"status\":\"completed\",\"cost_chf\":3"));
    save_body(w, "job_4", 200, OBJECT("job_4", "\"status\":\"failed\",\"error_message\":\"torn\""));
    must(store_run_end(w->store, &(struct store_run){0}, 0, w->now, &err));
    new_run(w);
    save_body(w, "job_1", 200, OBJECT("job_1", "\"status\":\"completed\",\"cost_chf\":5,\"extracted_data\":{\"a\":2}"));
    save_body(w, "job_3", 404, "{\"success\":false,\"error\":{\"code\":\"JOB_NOT_FOUND\",\"message\":\"no\"}}");
    save(w, "job_4", BAD(503, "busy", "HTTP_503", 1));
    must(store_run_end(w->store, &(struct store_run){0}, 0, w->now, &err));
}

static void note(void *ctx, const char *line)
{
    (void)ctx;
    fail_msg("%s", line);
}

static void assert_intact(struct store *store)
{
    struct error err = {""};
    struct store_verdict verdict;
    must(store_verify(store, &(struct store_verify){.found = note}, &verdict, &err));
    assert_int_equal(verdict.answers, 6);
}

static void columns_anomalies_changes_and_tallies_follow_the_later_reading(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    char path[512];
    snprintf(path, sizeof path, "%s", at(w->scratch, "l.db"));
    some_nights(w);
    assert_query(w->store, "queries/status_jobs", NULL, "completed|2|8\nfailed|1|0\nnew|2|0\nprocessing|1|2\n");
    assert_intact(w->store);
    store_close(w->store);
    w->store = NULL;

    /* Who only reads would show two readings side by side. */
    must_fail(store_open(path, STORE_READ, &LATER, &w->store, &err), RESULT_LEDGER);
    assert_non_null(strstr(err.text, "brings it up to date"));
    must(store_open(path, STORE_WRITE, &LATER, &w->store, &err));
    assert_intact(w->store);
    assert_query(w->store, "queries/status_jobs", NULL, "completed|3|10\nfailed|1|0\nnew|2|0\nprocessing|0|0\n");
    assert_query(w->store, "queries/show_job", "job_1", "job_1|completed|another|~|6.00\n");
    assert_query(w->store, "queries/show_job", "job_2", "job_2|completed|another|~|~\n");
    assert_query(w->store, "queries/show_job", "job_3", "job_3|completed|another|~|4.00|~|~|~\n");
    assert_query(w->store, "queries/show_job", "job_4", "job_4|failed|another|~|~|~|HTTP_503|why\n");
    assert_query(w->store, "queries/show_anomalies", "job_2", "");
    assert_query(w->store, "queries/show_anomalies", "job_3",
                 "confidence|wrong_type|x\nextracted_data|missing|\nmodel_used|missing|\nprocessing_time|missing|\n"
                 "status|gone|404\n");
    assert_query(w->store, "reports/changes", NULL,
                 "job_1|cost_chf|2.00|6.00\njob_1|extracted_data.a|1|2\n");
    store_close(w->store);
    w->store = NULL;

    /* And back. */
    must(store_open(path, STORE_WRITE, &READER, &w->store, &err));
    assert_intact(w->store);
    assert_query(w->store, "queries/status_jobs", NULL, "completed|2|8\nfailed|1|0\nnew|2|0\nprocessing|1|2\n");
    assert_query(w->store, "reports/changes", NULL,
                 "job_1|cost_chf|1.00|5.00\njob_1|extracted_data.a|1|2\n");
}

static void a_trial_sees_the_later_reading_and_leaves_the_ledger(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    char path[512];
    snprintf(path, sizeof path, "%s", at(w->scratch, "l.db"));
    some_nights(w);
    store_close(w->store);
    w->store = NULL;
    struct strbuf before = contents_of(w->scratch, path);
    must(store_open(path, STORE_TRIAL, &LATER, &w->store, &err));
    assert_query(w->store, "queries/show_job", "job_1", "job_1|completed|another|~|6.00\n");
    store_close(w->store);
    w->store = NULL;
    assert_contents(w->scratch, path, &before);
    strbuf_free(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(columns_anomalies_changes_and_tallies_follow_the_later_reading),
        world_test(a_trial_sees_the_later_reading_and_leaves_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
