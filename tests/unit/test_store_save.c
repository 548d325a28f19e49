/* What an answer makes of a job in the ledger. */
#include "tests/unit/store_world.h"

/* status|error_code|trace_id|http_status|resolved_at|polls|attempts|last_attempt_at|failing_since */
static void assert_job(struct world *w, const char *job_id, const char *expected)
{
    struct error err = {""};
    struct strbuf found = {0};
    char text[512];
    must(store_commit(w->store, &err));
    snprintf(text, sizeof text,
             "SELECT status, error_code, trace_id, http_status, substr(resolved_at, 12, 5), polls, attempts, "
             "substr(last_attempt_at, 12, 5), substr(failing_since, 12, 5) FROM jobs WHERE job_id = '%s';", job_id);
    found = output_of(w->scratch, (const char *const[]){"sqlite3", "-batch", "-bail", "-nullvalue", "~",
                                                        at(w->scratch, "l.db"), text, NULL});
    char *line_end = strchr(found.bytes, '\n');
    assert_non_null(line_end);
    *line_end = '\0';
    assert_string_equal(found.bytes, expected);
    strbuf_free(&found);
}

/* http_status and times_seen of each archived answer, oldest first. */
static void assert_archive(struct world *w, const char *job_id, const char *expected)
{
    struct error err = {""};
    char text[256];
    must(store_commit(w->store, &err));
    snprintf(text, sizeof text,
             "SELECT group_concat(http_status || ' ' || body || ' x' || times_seen, ', ') FROM (SELECT * FROM answer "
             "WHERE job = (SELECT id FROM job WHERE job_id = '%s') ORDER BY id);", job_id);
    struct strbuf found = sql(w->scratch, at(w->scratch, "l.db"), text);
    found.bytes[found.len - 1] = '\0';
    assert_string_equal(found.bytes, expected);
    strbuf_free(&found);
}

/* ---- a job object ---- */

static void a_job_object_fills_the_columns(void **state)
{
    struct world *w = *state;
    new_run(w);
    const struct came came = COMPLETED("{\"job_id\": \"job_1\"}");
    struct reading r = reading_of(&came);
    r.model_used = text_of("vision-2");
    r.processing_time = measure_of("2.300", 1000000);
    r.cost_chf = measure_of("0.0150", 1000000);
    r.confidence = measure_of("9E-1", 2);
    r.created_at = moment_of("2024-12-16T09:00:00.5Z");
    r.completed_at = moment_of("2024-12-16T09:00:02.8Z");
    save_reading(w, "job_1", &came, &r);
    assert_query(w->store, "queries/show_job", "job_1",
                 "job_1|completed|vision-2|2.300|0.015|9E-1|~|~|~|200|2024-12-16T09:00:00.5Z|2024-12-16T09:00:02.8Z|"
                 "2024-12-16T10:30:00Z|2024-12-16T10:41:00Z|1|0|2024-12-16T10:41:00Z|~\n");
    assert_query(w->store, "queries/show_answers", "job_1",
                 "answer|2024-12-16T10:41:00Z|200|req_1|1|"
                 "d81351ee9741a8f4fa77c09a95b31904d1be1c6181b45fc0341ae0f4f6ecc217|{\"job_id\": \"job_1\"}\n");
}

static void bounds_of_the_columns(void **state)
{
    struct world *w = *state;
    new_run(w);
    const struct came came = COMPLETED("{}");
    struct reading r = reading_of(&came);
    r.processing_time = measure_of("999999.999999999", 1000000);
    r.cost_chf = measure_of("0.000000001", 1000000);
    r.confidence = measure_of("1.0", 2);
    r.created_at = moment_of("0000-01-01T00:00:00Z");
    r.completed_at = moment_of("9999-12-31T23:59:59.999999999Z");
    save_reading(w, "job_1", &came, &r);
    assert_query(w->store, "queries/show_job", "job_1",
                 "job_1|completed|~|999999.999999999|0.000000001|1.0|~|~|~|200|0000-01-01T00:00:00Z|"
                 "9999-12-31T23:59:59.999999999Z|2024-12-16T10:30:00Z|2024-12-16T10:41:00Z|1|0|"
                 "2024-12-16T10:41:00Z|~\n");
    new_run(w);
    save(w, "job_1", PROCESSING("{\"p\"}")); /* what the last job object does not say is unknown again */
    assert_query(w->store, "queries/show_job", "job_1",
                 "job_1|processing|~|~|~|~|~|~|~|200|~|~|2024-12-16T10:30:00Z|~|2|0|2024-12-16T10:42:00Z|~\n");
}

static void put_hex(struct strbuf *out, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        strbuf_printf(out, "%02X", bytes[i]);
}

static void bodies_are_kept_byte_for_byte(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    new_run(w);
    char bytes[] = "{\"a\": \"\xFF\x00\xED\xA0\x80\r\n\"}";
    const struct answer answer = {200, {bytes, sizeof bytes - 1}, TEXT_NONE, 12, w->now};
    const struct came came = COMPLETED("");
    struct reading reading = reading_of(&came);
    reading.repaired = text_of("{\"a\": \"mended\"}");
    enum job_status after;
    must(store_save(w->store, key_of(w->store, "job_1"), &answer, &reading, 1, w->now, &after, &err));
    assert_int_equal(after, JOB_COMPLETED);
    must(store_commit(w->store, &err));
    uint8_t sum[SHA256_SIZE];
    struct strbuf expected = {0};
    sha256_of(answer.body, sum);
    put_hex(&expected, (const uint8_t *)bytes, sizeof bytes - 1);
    strbuf_putc(&expected, '|');
    put_hex(&expected, sum, sizeof sum);
    strbuf_puts(&expected, "|{\"a\": \"mended\"}|12|\n");
    assert_sql(w->scratch, at(w->scratch, "l.db"),
               "SELECT hex(CAST(body AS BLOB)), hex(sha256), repaired, server_ms, request_id FROM answer;",
               expected.bytes);
    strbuf_free(&expected);
    save(w, "job_2", PROCESSING("")); /* an empty body is a body */
    assert_archive(w, "job_2", "200  x1");
}

/* ---- verdicts ---- */

static void not_found_is_a_verdict_until_the_job_turns_up(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", NOT_FOUND);
    assert_job(w, "job_1", "not_found|JOB_NOT_FOUND|trace_1|404|10:41|1|0|10:41|~");
    assert_open(w->store, 5);
    ask(w, "job_1", NOT_FOUND); /* rechecked: the time of the verdict stays */
    assert_job(w, "job_1", "not_found|JOB_NOT_FOUND|trace_1|404|10:41|2|0|10:42|~");
    assert_query(w->store, "queries/show_anomalies", "job_1", "");
    ask(w, "job_1", COMPLETED("{\"c\"}"));
    assert_job(w, "job_1", "completed|~|~|200|10:43|3|0|10:43|~");
    assert_archive(w, "job_1", "404 {\"gone\"} x2, 200 {\"c\"} x1");
}

static void not_found_after_a_result_leaves_it_with_an_anomaly(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", COMPLETED("{\"c\"}"));
    ask(w, "job_2", FAILED("{\"f\"}"));
    ask(w, "job_1", NOT_FOUND);
    ask(w, "job_2", NOT_FOUND);
    assert_job(w, "job_1", "completed|~|~|404|10:41|2|0|10:43|~");
    assert_job(w, "job_2", "failed|EXTRACTION_FAILED|~|404|10:42|2|0|10:44|~");
    assert_query(w->store, "queries/show_anomalies", "job_1", "status|gone|404\n");
    assert_query(w->store, "queries/show_anomalies", "job_2", "status|gone|404\n");
    assert_archive(w, "job_1", "200 {\"c\"} x1, 404 {\"gone\"} x1");
    ask(w, "job_1", NOT_FOUND);
    assert_query(w->store, "queries/show_anomalies", "job_1", "status|gone|404\n");
    ask(w, "job_1", COMPLETED("{\"c\"}")); /* found again: an answer of its own, since it is not equal to the last */
    assert_query(w->store, "queries/show_anomalies", "job_1", "");
    assert_archive(w, "job_1", "200 {\"c\"} x1, 404 {\"gone\"} x2, 200 {\"c\"} x1");
    assert_job(w, "job_1", "completed|~|~|200|10:41|4|0|10:46|~");
    /* Once resolved and open again, it counts as resolved once. */
    ask(w, "job_1", PROCESSING("{\"p\"}"));
    ask(w, "job_1", NOT_FOUND);
    assert_job(w, "job_1", "processing|~|~|404|~|6|0|10:48|~");
}

static void a_refusal_is_the_status_error(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", REFUSED);
    assert_job(w, "job_1", "error|FORBIDDEN|trace_1|403|10:41|1|0|10:41|~");
    assert_archive(w, "job_1", "403 {\"no\"} x1");
    assert_open(w->store, 5);
    ask(w, "job_1", NOT_FOUND);
    assert_job(w, "job_1", "not_found|JOB_NOT_FOUND|trace_1|404|10:42|2|0|10:42|~");
    /* What an earlier job object said stays. */
    const struct came came = COMPLETED("{\"c\"}");
    struct reading r = reading_of(&came);
    r.cost_chf = measure_of("1.5", 1000000);
    new_run(w);
    save_reading(w, "job_2", &came, &r);
    ask(w, "job_2", REFUSED);
    assert_query(w->store, "queries/show_job", "job_2",
                 "job_2|error|~|~|1.50|~|FORBIDDEN|why|trace_1|403|~|~|2024-12-16T10:30:00Z|2024-12-16T10:44:00Z|2|0|"
                 "2024-12-16T10:44:00Z|~\n");
}

/* ---- trouble ---- */

static void trouble_keeps_the_status_and_adds_up_until_a_useful_answer(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", BAD(503, "busy", "HTTP_503", 6));
    assert_job(w, "job_1", "new|HTTP_503|trace_1|503|~|6|6|10:41|10:41");
    ask(w, "job_1", BAD(0, NULL, "TIMEOUT", 3)); /* no answer: the last one's status stays */
    assert_job(w, "job_1", "new|TIMEOUT|trace_1|503|~|9|9|10:42|10:41");
    assert_open(w->store, 6);
    assert_archive(w, "job_1", "");
    ask(w, "job_1", PROCESSING("{\"p\"}"));
    assert_job(w, "job_1", "processing|~|~|200|~|10|0|10:43|~");
    ask(w, "job_1", BAD(200, "<html>", "BAD_RESPONSE", 2));
    assert_job(w, "job_1", "processing|BAD_RESPONSE|trace_1|200|~|12|2|10:44|10:44");
    ask(w, "job_1", NOT_FOUND); /* a verdict is useful, too */
    assert_job(w, "job_1", "not_found|JOB_NOT_FOUND|trace_1|404|10:45|13|0|10:45|~");
    ask(w, "job_1", COMPLETED("{\"c\"}"));
    ask(w, "job_1", BAD(500, "oops", "INTERNAL", 6));
    assert_job(w, "job_1", "completed|INTERNAL|trace_1|500|10:46|20|6|10:47|10:47");
    ask(w, "job_1", COMPLETED("{\"c\"}"));
    assert_job(w, "job_1", "completed|~|~|200|10:46|21|0|10:48|~");
    assert_archive(w, "job_1", "200 {\"p\"} x1, 404 {\"gone\"} x1, 200 {\"c\"} x2");
}

static void of_useless_answers_the_latest_is_kept_unless_it_holds_the_key(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", BAD(503, "first", "HTTP_503", 1));
    ask(w, "job_1", BAD(502, "second", "HTTP_502", 1));
    ask(w, "job_1", BAD(0, NULL, "DNS", 1));
    const char latest[] = "useless answer|2024-12-16T10:42:00Z|502|req_1|1|~|second\n";
    assert_query(w->store, "queries/show_answers", "job_1", latest);
    const struct came came = BAD(200, "here is your sk-secret", "BAD_RESPONSE", 1);
    struct reading reading = reading_of(&came);
    reading.holds_key = true;
    new_run(w);
    save_reading(w, "job_1", &came, &reading);
    assert_query(w->store, "queries/show_answers", "job_1", latest);
    assert_job(w, "job_1", "new|BAD_RESPONSE|trace_1|200|~|4|4|10:44|10:41");
    struct strbuf all = contents_of(w->scratch, at(w->scratch, "l.db"));
    assert_null(strstr(all.bytes, "sk-secret"));
    strbuf_free(&all);
}

static void requests_without_a_verdict_are_only_counted(void **state)
{
    struct world *w = *state;
    struct error err = {""};
    ask(w, "job_1", PROCESSING("{\"p\"}"));
    new_run(w);
    must(store_save_requests(w->store, key_of(w->store, "job_1"), 4, &err));
    must(store_save_requests(w->store, key_of(w->store, "job_2"), 1, &err));
    assert_job(w, "job_1", "processing|~|~|200|~|5|4|10:41|~");
    assert_job(w, "job_2", "new|~|~|~|~|1|1|~|~");
    struct store_run run = store_run_so_far(w->store);
    assert_int_equal(run.requests, 5);
    assert_int_equal(run.by_status[JOB_PROCESSING], 1);
    assert_int_equal(run.by_status[JOB_NEW], 1);
    must_fail(store_save_requests(w->store, 999, 1, &err), RESULT_LEDGER);
    assert_non_null(strstr(err.text, "999"));
}

/* ---- the archive ---- */

static void equal_answers_are_counted_and_different_ones_appended(void **state)
{
    struct world *w = *state;
    ask(w, "job_1", PROCESSING("{\"a\"}"));
    ask(w, "job_1", PROCESSING("{\"a\"}"));
    ask(w, "job_1", PROCESSING("{\"a\"}"));
    assert_archive(w, "job_1", "200 {\"a\"} x3");
    assert_sql(w->scratch, at(w->scratch, "l.db"), "SELECT received_at, last_seen_at FROM answer;",
               "1734345660|1734345780\n");
    ask(w, "job_1", PROCESSING("{\"b\"}"));
    ask(w, "job_1", BAD(503, "busy", "HTTP_503", 1)); /* does not come between */
    ask(w, "job_1", PROCESSING("{\"b\"}"));
    ask(w, "job_1", PROCESSING("{\"a\"}")); /* as one before the last: a change */
    assert_archive(w, "job_1", "200 {\"a\"} x3, 200 {\"b\"} x2, 200 {\"a\"} x1");
    /* The same bytes with another HTTP status are another answer; those of another job, too. */
    ask(w, "job_1", (struct came){OUTCOME_JOB, JOB_PROCESSING, 203, "{\"a\"}", NULL, 1});
    ask(w, "job_2", PROCESSING("{\"a\"}"));
    assert_archive(w, "job_1", "200 {\"a\"} x3, 200 {\"b\"} x2, 200 {\"a\"} x1, 203 {\"a\"} x1");
    assert_archive(w, "job_2", "200 {\"a\"} x1");
}

static void anomalies_are_those_of_the_last_job_object(void **state)
{
    struct world *w = *state;
    const struct came came = COMPLETED("{\"c\"}");
    struct reading r = reading_of(&came);
    r.anomalies[0] = (struct anomaly){"cost_chf", "out_of_range", text_of("-1")};
    r.anomalies[1] = (struct anomaly){"model_used", "missing", TEXT_NONE};
    r.anomaly_count = 2;
    new_run(w);
    save_reading(w, "job_1", &came, &r);
    const char both[] = "cost_chf|out_of_range|-1\nmodel_used|missing|~\n";
    assert_query(w->store, "queries/show_anomalies", "job_1", both);
    ask(w, "job_1", BAD(503, "busy", "HTTP_503", 1));
    assert_query(w->store, "queries/show_anomalies", "job_1", both);
    ask(w, "job_1", NOT_FOUND);
    assert_query(w->store, "queries/show_anomalies", "job_1",
                 "cost_chf|out_of_range|-1\nmodel_used|missing|~\nstatus|gone|404\n");
    r.anomalies[0] = (struct anomaly){"model_used", "wrong_type", text_of("7")};
    r.anomaly_count = 1;
    new_run(w);
    save_reading(w, "job_1", &came, &r);
    assert_query(w->store, "queries/show_anomalies", "job_1", "model_used|wrong_type|7\n");
    ask(w, "job_1", COMPLETED("{\"c\"}"));
    assert_query(w->store, "queries/show_anomalies", "job_1", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_job_object_fills_the_columns),
        world_test(bounds_of_the_columns),
        world_test(bodies_are_kept_byte_for_byte),
        world_test(not_found_is_a_verdict_until_the_job_turns_up),
        world_test(not_found_after_a_result_leaves_it_with_an_anomaly),
        world_test(a_refusal_is_the_status_error),
        world_test(trouble_keeps_the_status_and_adds_up_until_a_useful_answer),
        world_test(of_useless_answers_the_latest_is_kept_unless_it_holds_the_key),
        world_test(requests_without_a_verdict_are_only_counted),
        world_test(equal_answers_are_counted_and_different_ones_appended),
        world_test(anomalies_are_those_of_the_last_job_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
