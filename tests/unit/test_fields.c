#include "answer_reading.h"

#define NANO(units) ((int64_t)((units) * INT64_C(1000000000)))

/* ---- the vendor's own examples ---- */

static const char completed_example[] =
    "{\"success\": true, \"job_id\": \"" JOB "\", \"status\": \"completed\",\n"
    " \"extracted_data\": {\"invoice_number\": \"INV-2024-001\", \"total_amount\": 1250.00},\n"
    " \"confidence\": 0.95, \"processing_time\": 2.3, \"cost_chf\": 0.015, \"model_used\": \"gpt-4o\",\n"
    " \"created_at\": \"2024-12-16T10:30:00Z\", \"completed_at\": \"2024-12-16T10:30:02Z\"}";

static void assert_completed_example(const struct reading *reading)
{
    assert_int_equal(reading->outcome, OUTCOME_JOB);
    assert_int_equal(reading->status, JOB_COMPLETED);
    assert_text(reading->error_code, NULL, "error_code");
    assert_text(reading->error_message, NULL, "error_message");
    assert_text(reading->trace_id, NULL, "trace_id");
    assert_text(reading->model_used, "gpt-4o", "model_used");
    assert_true(reading->processing_time.known && reading->cost_chf.known && reading->confidence.known);
    assert_int_equal(reading->processing_time.nano, INT64_C(2300000000));
    assert_text(reading->processing_time.spelling, "2.3", "processing_time");
    assert_int_equal(reading->cost_chf.nano, INT64_C(15000000));
    assert_text(reading->cost_chf.spelling, "0.015", "cost_chf");
    assert_int_equal(reading->confidence.nano, INT64_C(950000000));
    assert_text(reading->confidence.spelling, "0.95", "confidence");
    assert_true(reading->created_at.known && reading->completed_at.known);
    assert_int_equal(reading->created_at.at.sec, INT64_C(1734345000));
    assert_int_equal(reading->completed_at.at.sec, INT64_C(1734345002));
    assert_int_equal(reading->anomaly_count, 0);
    assert_text(reading->repaired, NULL, "repaired");
    assert_false(reading->holds_key);
}

static void test_completed(void **state)
{
    struct reading reading = read_body(*state, 200, completed_example);
    assert_completed_example(&reading);
}

static void test_completed_in_camel_case(void **state)
{
    struct reading reading = read_body(
        *state, 200,
        "{\"success\":true,\"jobId\":\"" JOB "\",\"status\":\"completed\",\"extractedData\":[],\"confidence\":0.95,"
        "\"processingTime\":2.3,\"costChf\":0.015,\"modelUsed\":\"gpt-4o\",\"createdAt\":\"2024-12-16T10:30:00Z\","
        "\"completedAt\":\"2024-12-16T10:30:02Z\"}");
    assert_completed_example(&reading);
}

static void test_snake_case_goes_first_unless_null(void **state)
{
    struct reading reading = read_body(
        *state, 200,
        "{\"success\":true,\"jobId\":\"job_other\",\"job_id\":\"" JOB "\",\"status\":\"processing\",\"costChf\":1,"
        "\"cost_chf\":2,\"modelUsed\":\"camel\",\"model_used\":null,\"processing_time\":\"x\",\"processingTime\":3}");
    assert_int_equal(reading.outcome, OUTCOME_JOB);
    assert_text(reading.cost_chf.spelling, "2", "cost_chf");
    assert_text(reading.model_used, "camel", "model_used");
    assert_false(reading.processing_time.known);
    assert_int_equal(reading.anomaly_count, 1);
}

static void test_pending(void **state)
{
    struct reading reading = read_body(
        *state, 200,
        "{\"success\":true,\"job_id\":\"" JOB "\",\"status\":\"pending\",\"extracted_data\":null,\"confidence\":null,"
        "\"processing_time\":null,\"cost_chf\":null,\"model_used\":null,\"created_at\":\"2024-12-16T10:30:00Z\","
        "\"completed_at\":null,\"error_message\":\"not yet\"}");
    assert_int_equal(reading.outcome, OUTCOME_JOB);
    assert_int_equal(reading.status, JOB_PENDING);
    assert_true(reading.created_at.known);
    assert_false(reading.completed_at.known);
    reading.created_at.known = false;
    assert_empty(&reading, "pending");
    assert_text(reading.error_code, NULL, "error_code");
    assert_text(reading.error_message, NULL, "error_message");
}

static void test_failed(void **state)
{
    struct reading reading = read_body(
        *state, 200,
        "{\"success\":true,\"job_id\":\"" JOB "\",\"status\":\"failed\",\"extracted_data\":null,\"confidence\":null,"
        "\"processing_time\":1.5,\"cost_chf\":0.0,\"model_used\":null,"
        "\"error_message\":\"Document is corrupted or unreadable\",\"created_at\":\"2024-12-16T10:30:00Z\","
        "\"completed_at\":\"2024-12-16T10:30:01Z\"}");
    assert_int_equal(reading.outcome, OUTCOME_JOB);
    assert_int_equal(reading.status, JOB_FAILED);
    assert_text(reading.error_code, "EXTRACTION_FAILED", "error_code");
    assert_text(reading.error_message, "Document is corrupted or unreadable", "error_message");
    assert_true(reading.cost_chf.known);
    assert_int_equal(reading.cost_chf.nano, 0);
    assert_text(reading.cost_chf.spelling, "0.0", "cost_chf");
    assert_int_equal(reading.anomaly_count, 0);
}

/* ---- anomalies ---- */

#define COMPLETED "\"status\":\"completed\","
#define PENDING "\"status\":\"pending\","
#define FULL COMPLETED "\"extracted_data\":{},\"cost_chf\":1,\"model_used\":\"m\",\"processing_time\":1,"

/* A member twice: the last counts, so a row may say of FULL only what differs. */
static const struct {
    const char *members;
    const char *anomalies; /* field problem value; */
} oddities[] = {
    {FULL "\"x\":1", ""},
    {"\"status\":\"queued\"", "status unknown_status queued;"},
    {"\"status\":\"\"", "status unknown_status ;"},
    {"\"status\":\"Completed\"", "status unknown_status Completed;"},
    {"\"status\":\"new\"", "status unknown_status new;"},
    {"\"status\":\"not_found\"", "status unknown_status not_found;"},
    {"\"status\":\"error\"", "status unknown_status error;"},
    {COMPLETED "\"x\":1", "extracted_data missing ;cost_chf missing ;model_used missing ;processing_time missing ;"},
    {PENDING "\"x\":1", ""},
    {"\"status\":\"failed\"", ""},
    {FULL "\"extracted_data\":null", "extracted_data missing ;"},
    {FULL "\"extracted_data\":false", ""},
    {FULL "\"extracted_data\":0", ""},
    {FULL "\"extracted_data\":\"\"", ""},
    {FULL "\"cost_chf\":null", "cost_chf missing ;"},
    {FULL "\"cost_chf\":\"0.015\"", "cost_chf wrong_type 0.015;"},
    {FULL "\"cost_chf\":true", "cost_chf wrong_type true;"},
    {FULL "\"cost_chf\":[ 1.50, {\"a\" : \"\\u00e9/\\n\"} ]", "cost_chf wrong_type [1.50,{\"a\":\"\xC3\xA9/\\n\"}];"},
    {FULL "\"cost_chf\":-0.01", "cost_chf out_of_range -0.01;"},
    {FULL "\"cost_chf\":-0.0000000001", "cost_chf out_of_range -0.0000000001;"},
    {FULL "\"cost_chf\":-1e-400", "cost_chf out_of_range -1e-400;"},
    {FULL "\"cost_chf\":-0", ""},
    {FULL "\"cost_chf\":-0.0E5", ""},
    {FULL "\"cost_chf\":999999.999999999", ""},
    {FULL "\"cost_chf\":999999.9999999999", "cost_chf out_of_range 999999.9999999999;"},
    {FULL "\"cost_chf\":1000000", "cost_chf out_of_range 1000000;"},
    {FULL "\"cost_chf\":1e6", "cost_chf out_of_range 1e6;"},
    {FULL "\"cost_chf\":1e999999999999", "cost_chf out_of_range 1e999999999999;"},
    {FULL "\"cost_chf\":99999999999999999999999", "cost_chf out_of_range 99999999999999999999999;"},
    {FULL "\"processing_time\":\"2.3s\"", "processing_time wrong_type 2.3s;"},
    {FULL "\"processing_time\":-2", "processing_time out_of_range -2;"},
    {FULL "\"processing_time\":1E6", "processing_time out_of_range 1E6;"},
    {FULL "\"model_used\":4", "model_used wrong_type 4;"},
    {FULL "\"model_used\":{}", "model_used wrong_type {};"},
    {FULL "\"model_used\":\"\"", ""},
    {PENDING "\"model_used\":[]", "model_used wrong_type [];"},
    {FULL "\"confidence\":null", ""},
    {FULL "\"confidence\":0", ""},
    {FULL "\"confidence\":1", ""},
    {FULL "\"confidence\":1.000", ""},
    {FULL "\"confidence\":10e-1", ""},
    {FULL "\"confidence\":0.99999999999", ""},
    {FULL "\"confidence\":1.0000000001", "confidence out_of_range 1.0000000001;"},
    {FULL "\"confidence\":10.000000001e-1", "confidence out_of_range 10.000000001e-1;"},
    {FULL "\"confidence\":1.1", "confidence out_of_range 1.1;"},
    {FULL "\"confidence\":95", "confidence out_of_range 95;"},
    {FULL "\"confidence\":-0.5", "confidence out_of_range -0.5;"},
    {FULL "\"confidence\":-1e-10", "confidence out_of_range -1e-10;"},
    {FULL "\"confidence\":\"high\"", "confidence wrong_type high;"},
    {FULL "\"confidence\":{\"overall\":0.5,\"date\":7}", ""},
    {FULL "\"confidence\":{\"overall\":1.5}", "confidence out_of_range 1.5;"},
    {FULL "\"confidence\":{\"overall\":\"0.5\"}", "confidence wrong_type {\"overall\":\"0.5\"};"},
    {FULL "\"confidence\":{\"overall\":null}", "confidence wrong_type {\"overall\":null};"},
    {FULL "\"confidence\":{ }", "confidence wrong_type {};"},
    {FULL "\"confidence\":[0.5]", "confidence wrong_type [0.5];"},
    {FULL "\"created_at\":1734345000", "created_at wrong_type 1734345000;"},
    {FULL "\"created_at\":\"yesterday\"", "created_at wrong_type yesterday;"},
    {FULL "\"created_at\":\"\"", "created_at wrong_type ;"},
    {FULL "\"completed_at\":{}", "completed_at wrong_type {};"},
    {FULL "\"created_at\":\"2024-12-16T10:30:00Z\",\"completed_at\":\"2024-12-16T10:30:00.000Z\"", ""},
    {FULL "\"created_at\":\"2024-12-16T10:30:00Z\",\"completed_at\":\"2024-12-16T10:29:59.5Z\"",
     "completed_at before_created_at 2024-12-16T10:29:59.5Z;"},
    {FULL "\"created_at\":\"2024-12-16T10:30:00Z\",\"completed_at\":\"2024-12-16T11:30:00+02:00\"",
     "completed_at before_created_at 2024-12-16T11:30:00+02:00;"},
    {"\"status\":\"failed\",\"error_message\":null", ""},
    {"\"status\":\"failed\",\"error_message\":{\"de\":\"kaputt\"}", "error_message wrong_type {\"de\":\"kaputt\"};"},
    {PENDING "\"error_message\":7", ""},
    {"\"status\":\"\\ud800\"", "status unknown_status " FFFD ";"},
    {"\"status\":\"failed!\",\"extracted_data\":1,\"cost_chf\":{},\"model_used\":{},\"processing_time\":{},"
     "\"confidence\":{},\"error_message\":{},\"created_at\":{},\"completed_at\":{}",
     "status unknown_status failed!;model_used wrong_type {};processing_time wrong_type {};cost_chf wrong_type {};"
     "confidence wrong_type {};created_at wrong_type {};completed_at wrong_type {};"},
    {"\"status\":\"failed\",\"cost_chf\":{},\"model_used\":{},\"processing_time\":{},"
     "\"confidence\":{},\"error_message\":{},\"created_at\":{},\"completed_at\":{}",
     "model_used wrong_type {};processing_time wrong_type {};cost_chf wrong_type {};"
     "confidence wrong_type {};created_at wrong_type {};completed_at wrong_type {};error_message wrong_type {};"},
};

static void test_oddities_never_lose_a_job(void **state)
{
    for (size_t i = 0; i < COUNT(oddities); i++) {
        struct strbuf body = {0};
        struct strbuf found = {0};
        strbuf_printf(&body, "{\"success\":true,\"job_id\":\"" JOB "\",%s}", oddities[i].members);
        struct reading reading = read_bytes(*state, 200, (struct text){body.bytes, body.len});
        assert_int_equal(reading.outcome, OUTCOME_JOB);
        strbuf_puts(&found, "");
        for (size_t n = 0; n < reading.anomaly_count; n++) {
            const struct anomaly *anomaly = &reading.anomalies[n];
            assert_non_null(anomaly->value.bytes);
            strbuf_printf(&found, "%s %s %.*s;", anomaly->field, anomaly->problem, (int)anomaly->value.len,
                          anomaly->value.bytes);
        }
        assert_text((struct text){found.bytes, found.len}, oddities[i].anomalies, oddities[i].members);
        strbuf_free(&body);
        strbuf_free(&found);
    }
}

static struct reading read_members(struct json_reader *json, const char *members)
{
    struct strbuf body = {0};
    strbuf_printf(&body, "{\"success\":true,\"job_id\":\"" JOB "\",%s}", members);
    struct reading reading = read_bytes(json, 200, (struct text){body.bytes, body.len});
    strbuf_free(&body); /* optional fields live in the document, not in the bytes it was read from */
    return reading;
}

static void test_an_unknown_status_is_processing(void **state)
{
    struct reading reading = read_members(*state, "\"status\":\"queued\",\"cost_chf\":1.50");
    assert_int_equal(reading.status, JOB_PROCESSING);
    assert_text(reading.cost_chf.spelling, "1.50", "cost_chf");
}

static void test_odd_values_leave_their_columns_empty(void **state)
{
    struct reading reading = read_members(
        *state, COMPLETED "\"cost_chf\":-1,\"processing_time\":1e9,\"confidence\":2,"
                          "\"model_used\":1,\"created_at\":\"x\"");
    assert_false(reading.cost_chf.known || reading.processing_time.known || reading.confidence.known);
    assert_false(reading.created_at.known);
    assert_text(reading.model_used, NULL, "model_used");
}

static void test_early_completion_is_kept(void **state)
{
    struct reading reading = read_members(
        *state, FULL "\"created_at\":\"2024-12-16T10:30:00Z\",\"completed_at\":\"2024-12-16T10:29:00Z\"");
    assert_true(reading.completed_at.known);
    assert_int_equal(reading.completed_at.at.sec, INT64_C(1734344940));
}

static const struct {
    const char *spelling;
    int64_t nano;
} numbers[] = {
    {"-0", 0},
    {"-0.0", 0},
    {"0.0e0", 0},
    {"1250.00", NANO(1250)},
    {"1.5E1", NANO(15)},
    {"0.0000000005", 0},                       /* half to even */
    {"0.0000000015", 2},
    {"0.00000000050000000000000000001", 1},
    {"0.123456789012345678901234567890", 123456789},
    {"999999.9999999994", NANO(1000000) - 1},
    {"0.000001e6", NANO(1)},
    {"100000000000000000000000e-20", NANO(1000)},
};

static void test_numbers_are_exact_and_keep_their_spelling(void **state)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct strbuf members = {0};
        strbuf_printf(&members, "\"status\":\"failed\",\"cost_chf\":%s", numbers[i].spelling);
        struct reading reading = read_members(*state, members.bytes);
        assert_true(reading.cost_chf.known);
        assert_text(reading.cost_chf.spelling, numbers[i].spelling, numbers[i].spelling);
        if (reading.cost_chf.nano != numbers[i].nano)
            fail_msg("%s: %lld", numbers[i].spelling, (long long)reading.cost_chf.nano);
        strbuf_free(&members);
    }
}

static void test_confidence_of_an_object(void **state)
{
    struct reading reading = read_members(*state, FULL "\"confidence\":{\"date\":0.1,\"overall\":9.0e-1}");
    assert_true(reading.confidence.known);
    assert_int_equal(reading.confidence.nano, INT64_C(900000000));
    assert_text(reading.confidence.spelling, "9.0e-1", "confidence");
}

static void test_texts_are_mended(void **state)
{
    struct reading reading = read_members(
        *state, "\"status\":\"failed\",\"model_used\":\"gpt\\u0000\xC3\","
                "\"error_message\":\"\xF0\x9F\x98 kaputt\\udead\"");
    assert_text(reading.model_used, "gpt" FFFD FFFD, "model_used");
    assert_text(reading.error_message, FFFD " kaputt" FFFD, "error_message");
    reading = read_body(*state, 404, "{\"error\":{\"code\":\"JOB_NOT_FOUND\",\"message\":\"\xE2\x82!\"}}");
    assert_text(reading.error_message, FFFD "!", "error_message");
}

static void test_the_last_of_duplicates_counts(void **state)
{
    struct reading reading = read_members(
        *state, "\"status\":\"new\",\"cost_chf\":{},\"status\":\"failed\",\"cost_chf\":2,"
                "\"error_message\":1,\"error_message\":\"b\"");
    assert_int_equal(reading.status, JOB_FAILED);
    assert_text(reading.cost_chf.spelling, "2", "cost_chf");
    assert_text(reading.error_message, "b", "error_message");
    assert_int_equal(reading.anomaly_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completed),
        cmocka_unit_test(test_completed_in_camel_case),
        cmocka_unit_test(test_snake_case_goes_first_unless_null),
        cmocka_unit_test(test_pending),
        cmocka_unit_test(test_failed),
        cmocka_unit_test(test_oddities_never_lose_a_job),
        cmocka_unit_test(test_an_unknown_status_is_processing),
        cmocka_unit_test(test_odd_values_leave_their_columns_empty),
        cmocka_unit_test(test_early_completion_is_kept),
        cmocka_unit_test(test_numbers_are_exact_and_keep_their_spelling),
        cmocka_unit_test(test_confidence_of_an_object),
        cmocka_unit_test(test_texts_are_mended),
        cmocka_unit_test(test_the_last_of_duplicates_counts),
    };
    return cmocka_run_group_tests_name("fields", tests, make_reader, free_reader);
}
