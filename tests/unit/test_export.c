#include "ledger_fixture.h"

#define JOBS_HEADER                                                                                                \
    "job_id,status,model_used,processing_time,cost_chf,confidence,error_code,error_message,http_status,"           \
    "created_at,completed_at,first_seen_at,resolved_at,polls"
#define FAILURES_HEADER                                                                                            \
    "job_id,status,error_code,error_message,http_status,model_used,processing_time,cost_chf,created_at,"           \
    "completed_at,attempts,last_attempt_at,trace_id\n"
#define RECONCILE_HEADER                                                                                           \
    "source,ingested_at,rows,jobs,duplicates,rejected,new,pending,processing,completed,failed,not_found,error,"    \
    "cost_chf_total,oldest_open_created_at\n"
#define SEEN "2024-12-16T10:30:00Z"
#define ASKED "2024-12-16T10:40:00Z"

static void test_the_table_of_reports(void **state)
{
    (void)state;
    static const char *const names[] = {
        "jobs",    "models", "daily",     "failures", "failure-causes", "extracted",   "items", "reconcile", "rejects",
        "review", "anomalies", "accuracy", "mismatches", "calibration", "stale", "changes", "runs",
    };
    const struct report *reports;
    assert_int_equal(export_reports(&reports), COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(reports[i].name, names[i]);
        assert_ptr_equal(export_report(names[i]), &reports[i]);
        assert_true(strlen(reports[i].summary) > 0);
    }
    assert_null(export_report("job"));
    assert_null(export_report("jobs "));
}

static void test_an_empty_ledger_gives_headers(void **state)
{
    assert_report(*state, "jobs", JOBS_HEADER "\n");
    assert_report(*state, "models",
                  "model_used,jobs,completed,failed,failure_rate,cost_chf_total,cost_chf_mean,processing_time_mean,"
                  "processing_time_p50,processing_time_p95,processing_time_max,confidence_mean,confidence_min\n");
    assert_report(*state, "daily",
                  "date,model_used,jobs,completed,failed,cost_chf_total,processing_time_mean,processing_time_p95\n");
    assert_report(*state, "failures", FAILURES_HEADER);
    assert_report(*state, "extracted", "job_id,created_at,model_used,confidence\n");
    assert_report(*state, "reconcile", RECONCILE_HEADER);
    assert_report(*state, "rejects", "source,line,value,reason\n");
}

static void test_jobs_are_spelled_as_the_api_did(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_b", .status = "completed", .model = "gpt-4o", .time = "2.30", .cost = "0.0150",
         .confidence = "0.95", .created_at = "2024-12-16T10:30:00+01:00", .completed_at = "2024-12-16T09:30:02.5000Z"},
        {.job_id = "job_a", .status = "failed", .time = "1E1", .cost = "1.5", .confidence = "1.0",
         .error_code = "EXTRACTION_FAILED", .error_message = "=HYPERLINK(\"x\", 1)",
         .created_at = "0001-01-01T00:00:00Z", .completed_at = "0000-01-01T00:00:00.000000001Z"},
        {.job_id = "job_B", .status = "completed", .model = "", .time = "0", .cost = "0", .confidence = "0",
         .created_at = "9999-12-31T23:59:59.99Z", .completed_at = "1969-12-31T23:59:59.5Z"},
        {.job_id = "job_-", .status = "processing", .model = "Gr\xC3\xB6\xC3\x9F" "er", .time = "10",
         .cost = "999999.999999999", .confidence = "0.123456789012"},
        {.job_id = "job_c", .status = "bad", .error_code = "HTTP_503", .error_message = "line\nbreak"},
        {.job_id = "job_d", .status = "not_found", .error_code = "JOB_NOT_FOUND", .error_message = "gone, \"so\""},
    };
    static const struct row_spec never_asked[] = {{.job_id = "job_a0"}};
    fill(*state, specs, COUNT(specs));
    ingest(*state, "more.csv", NULL, never_asked, COUNT(never_asked));
    assert_report(*state, "jobs",
                  JOBS_HEADER "\n"
                  "job_-,processing,Gr\xC3\xB6\xC3\x9F" "er,10,999999.999999999,0.123456789012,,,200,,," SEEN ",,1\n"
                  "job_B,completed,,0,0.00,0,,,200,9999-12-31T23:59:59.99Z,1969-12-31T23:59:59.5Z,"
                  SEEN "," ASKED ",1\n"
                  "job_a,failed,,1E1,1.50,1.0,EXTRACTION_FAILED,\"'=HYPERLINK(\"\"x\"\", 1)\",200,"
                  "0001-01-01T00:00:00Z,0000-01-01T00:00:00.000000001Z," SEEN "," ASKED ",1\n"
                  "job_a0,new,,,,,,,,,," SEEN ",,0\n"
                  "job_b,completed,gpt-4o,2.30,0.015,0.95,,,200,2024-12-16T09:30:00Z,2024-12-16T09:30:02.5Z,"
                  SEEN "," ASKED ",1\n"
                  "job_c,new,,,,,HTTP_503,\"line\nbreak\",503,,," SEEN ",,1\n"
                  "job_d,not_found,,,,,JOB_NOT_FOUND,\"gone, \"\"so\"\"\",404,,," SEEN "," ASKED ",1\n");
}

static void test_options_reach_the_writer(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed", .model = "-1.5", .time = "2.3", .cost = "0.015"},
    };
    static const struct export_options german = {
        .delimiter = ';', .no_header = true, .bom = true, .crlf = true, .decimal_comma = true,
    };
    fill(*state, specs, COUNT(specs));
    char *actual = exported(*state, "jobs", &german);
    assert_string_equal(actual, "\xEF\xBB\xBFjob_1;completed;-1.5;2,3;0,015;;;;200;;;" SEEN ";" ASKED ";1\r\n");
    free(actual);
}

static void test_labels_come_from_the_latest_source_that_has_them(void **state)
{
    static const char *const first[] = {"client", "expected.total", "note", NULL};
    static const char *const second[] = {"cost_center", "client", NULL};
    static const char *const third[] = {"=x", NULL};
    static const struct row_spec one[] = {
        {"job_1", {"Acme", "1250.00", "a\nb"}},
        {"job_2", {"M\xC3\xBCller", "1", "=SUM(A1)"}},
        {"job_3", {"Old", "", ""}},
    };
    static const struct row_spec two[] = {{"job_3", {"K1", ""}}, {"job_2", {"K2", "Meier"}}, {"job_4", {"K3", "New"}}};
    static const struct row_spec bare[] = {{.job_id = "job_1"}, {.job_id = "job_5"}};
    static const struct row_spec four[] = {{"job_1", {"x"}}};
    ingest(*state, "1.csv", first, one, COUNT(one));
    ingest(*state, "2.csv", second, two, COUNT(two));
    ingest(*state, "3.csv", NULL, bare, COUNT(bare));
    ingest(*state, "4.csv", third, four, COUNT(four));
    assert_report(*state, "jobs",
                  JOBS_HEADER ",label.client,label.note,label.cost_center,label.=x\n"
                  "job_1,new,,,,,,,,,," SEEN ",,0,Acme,\"a\nb\",,x\n"
                  "job_2,new,,,,,,,,,," SEEN ",,0,Meier,'=SUM(A1),K2,\n"
                  "job_3,new,,,,,,,,,," SEEN ",,0,,,K1,\n"
                  "job_4,new,,,,,,,,,," SEEN ",,0,New,,K3,\n"
                  "job_5,new,,,,,,,,,," SEEN ",,0,,,,\n");
}

static void test_many_label_columns(void **state)
{
    enum { SOURCES = 200 };
    struct strbuf expected = {0};
    char name[32];
    const char *const columns[] = {name, NULL};
    for (int i = 0; i < SOURCES; i++) {
        snprintf(name, sizeof name, "label %d", i);
        const struct row_spec row[] = {{"job_1", {name}}};
        ingest(*state, "many.csv", columns, row, 1);
    }
    strbuf_puts(&expected, "job_1,new,,,,,,,,,," SEEN ",,0");
    for (int i = 0; i < SOURCES; i++)
        strbuf_printf(&expected, ",label %d", i);
    strbuf_puts(&expected, "\n");
    assert_rows(*state, "jobs", expected.bytes);
    strbuf_free(&expected);
}

static void test_failures(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_6", .status = "completed", .cost = "1"},
        {.job_id = "job_5", .status = "pending"},
        {.job_id = "job_4", .status = "bad", .error_code = "TIMEOUT", .error_message = "no answer in time"},
        {.job_id = "job_3", .status = "error", .error_code = "ACCESS_DENIED", .error_message = "no"},
        {.job_id = "job_2", .status = "not_found", .error_code = "JOB_NOT_FOUND"},
        {.job_id = "job_1", .status = "failed", .model = "m", .time = "1.50", .cost = "0.0",
         .error_code = "EXTRACTION_FAILED", .error_message = "Document is corrupted or unreadable",
         .created_at = "2024-12-16T10:30:00.25Z", .completed_at = "2024-12-16T10:30:01Z"},
    };
    static const struct job_spec again[] = {{.job_id = "job_5", .status = "bad", .error_code = "DNS"}};
    fill(*state, specs, COUNT(specs));
    assert_report(*state, "failures",
                  FAILURES_HEADER
                  "job_1,failed,EXTRACTION_FAILED,Document is corrupted or unreadable,200,m,1.50,0.00,"
                  "2024-12-16T10:30:00.25Z,2024-12-16T10:30:01Z,0," ASKED ",\n"
                  "job_2,not_found,JOB_NOT_FOUND,,404,,,,,,0," ASKED ",trace_1\n"
                  "job_3,error,ACCESS_DENIED,no,422,,,,,,0," ASKED ",trace_1\n"
                  "job_4,new,TIMEOUT,no answer in time,503,,,,,,1," ASKED ",\n");
    fetch(*state, again, COUNT(again));
    assert_rows(*state, "failures",
                "job_1,failed,EXTRACTION_FAILED,Document is corrupted or unreadable,200,m,1.50,0.00,"
                "2024-12-16T10:30:00.25Z,2024-12-16T10:30:01Z,0," ASKED ",\n"
                "job_2,not_found,JOB_NOT_FOUND,,404,,,,,,0," ASKED ",trace_1\n"
                "job_3,error,ACCESS_DENIED,no,422,,,,,,0," ASKED ",trace_1\n"
                "job_4,new,TIMEOUT,no answer in time,503,,,,,,1," ASKED ",\n"
                "job_5,pending,DNS,,503,,,,,,1," ASKED ",\n");
}

static void test_reconcile_and_rejects(void **state)
{
    struct ledger *ledger = *state;
    struct error err = {""};
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed", .cost = "0.1"},
        {.job_id = "job_2", .status = "pending", .cost = "0.005", .created_at = "2024-12-01T00:00:00.5Z"},
        {.job_id = "job_3", .status = "processing", .created_at = "2024-12-01T00:00:00.25Z"},
        {.job_id = "job_4", .status = "failed", .cost = "1", .created_at = "0001-01-01T00:00:00Z"},
        {.job_id = "job_5", .status = "not_found"},
        {.job_id = "job_6", .status = "error"},
    };
    static const struct row_spec again[] = {{.job_id = "job_1"}, {.job_id = "job_2"}, {.job_id = "job_8"}};
    begin_source(ledger, "=b.csv", NULL);
    for (size_t i = 0; i < COUNT(specs); i++)
        add_job(ledger, i + 1, specs[i].job_id, NULL, 0);
    add_job(ledger, 7, "job_7", NULL, 0);
    add_job(ledger, 8, "job_1", NULL, 0);
    must(store_source_reject(ledger->store, 10, text_of("-no\nID"), "not a job ID", &err));
    must(store_source_reject(ledger->store, 9, text_of(""), "empty", &err));
    end_source(ledger);
    begin_source(ledger, "a.csv", NULL);
    must(store_source_reject(ledger->store, 1, text_of("12.5"), "not a job ID", &err));
    end_source(ledger);
    ingest(ledger, "c.csv", NULL, again, COUNT(again));
    fetch(ledger, specs, COUNT(specs));
    assert_report(ledger, "reconcile",
                  RECONCILE_HEADER
                  "'=b.csv," SEEN ",10,7,1,2,1,1,1,1,1,1,1,1.105,2024-12-01T00:00:00.25Z\n"
                  "a.csv," SEEN ",1,0,0,1,0,0,0,0,0,0,0,0.00,\n"
                  "c.csv," SEEN ",3,3,0,0,1,1,0,1,0,0,0,0.105,2024-12-01T00:00:00.5Z\n");
    assert_report(ledger, "rejects",
                  "source,line,value,reason\n"
                  "'=b.csv,9,,empty\n"
                  "'=b.csv,10,\"'-no\nID\",not a job ID\n"
                  "a.csv,1,12.5,not a job ID\n");
}

static void test_a_delimiter_that_cannot_be(void **state)
{
    struct ledger *ledger = *state;
    static const char impossible[] = {'\0', '"', '\r', '\n', '\xE9'};
    for (size_t i = 0; i < COUNT(impossible); i++) {
        struct export_options options = EXPORT_OPTIONS_DEFAULT;
        struct error err = {""};
        options.delimiter = impossible[i];
        assert_int_equal(export_write(ledger->store, export_report("jobs"), 1, &options, stdout, &err), RESULT_USAGE);
        assert_non_null(strstr(err.text, "delimiter"));
    }
}

static void test_a_full_disk_is_noticed(void **state)
{
    struct ledger *ledger = *state;
    const struct export_options options = EXPORT_OPTIONS_DEFAULT;
    const struct report *reports;
    size_t count = export_reports(&reports);
    for (size_t i = 0; i < count; i++) {
        struct error err = {""};
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        assert_int_equal(export_write(ledger->store, &reports[i], 1, &options, full, &err), RESULT_REPORT);
        assert_non_null(strstr(err.text, "No space left on device"));
        fclose(full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_of_reports),
        cmocka_unit_test_setup_teardown(test_an_empty_ledger_gives_headers, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_jobs_are_spelled_as_the_api_did, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_options_reach_the_writer, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_labels_come_from_the_latest_source_that_has_them, open_ledger,
                                        close_ledger),
        cmocka_unit_test_setup_teardown(test_many_label_columns, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_failures, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_reconcile_and_rejects, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_a_delimiter_that_cannot_be, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_a_full_disk_is_noticed, open_ledger, close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
