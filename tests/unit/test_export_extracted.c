#include "ledger_fixture.h"

#define HEADER "job_id,created_at,model_used,confidence"

static void test_columns_come_in_order_of_first_appearance(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_2", .status = "completed", .model = "m", .confidence = "0.950",
         .created_at = "2024-12-16T10:30:00Z",
         .body = "{\"extracted_data\":{\"z\":\"\xC3\xBC\",\"a\":1250.00,\"tags\":[\"x\", 1],\"lines\":[{\"p\":1}]}}"},
        {.job_id = "job_1", .status = "completed",
         .body = "{\"extractedData\":{\"vendor\":{\"city\":\"Z\xC3\xBCrich\",\"none\":null},\"a\":-5}}"},
        {.job_id = "job_3", .status = "completed", .body = "{\"extracted_data\":null}"},
        {.job_id = "job_4", .status = "failed", .body = "{\"extracted_data\":{\"never\":1}}"},
        {.job_id = "job_5", .status = "completed",
         .body = "{\"extracted_data\":{\"z\":\"=1\",\"ok\":true,\"tags\":[],\"a\":{\"b\":\"say \\\"x\\\"\"}}}"},
        {.job_id = "job_6", .status = "completed", .body = "{\"extracted_data\":[[1],[2]]}"},
    };
    fill(*state, specs, COUNT(specs));
    assert_report(*state, "extracted",
                  HEADER ",vendor.city,vendor.none,a,z,tags,ok,a.b,\n"
                  "job_1,,,,Z\xC3\xBCrich,,-5,,,,,\n"
                  "job_2,2024-12-16T10:30:00Z,m,0.950,,,1250.00,\xC3\xBC,\"[\"\"x\"\",1]\",,,\n"
                  "job_3,,,,,,,,,,,\n"
                  "job_5,,,,,,,'=1,[],true,\"say \"\"x\"\"\",\n"
                  "job_6,,,,,,,,,,,\"[[1],[2]]\"\n");
}

static void test_paths_like_fixed_columns_get_a_prefix(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed",
         .body = "{\"extracted_data\":{\"job_id\":1,\"confidence\":0.5,\"status\":\"x\",\"-sum\":2,\"a.b\":3}}"},
    };
    fill(*state, specs, COUNT(specs));
    assert_report(*state, "extracted",
                  HEADER ",data.job_id,data.confidence,status,'-sum,a\\.b\n"
                  "job_1,,,,1,0.5,x,2,3\n");
}

static void test_numbers_and_texts_are_told_apart(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed", .confidence = "0.5",
         .body = "{\"extracted_data\":{\"number\":1250.00,\"text\":\"1250.00\",\"power\":-1.5E3}}"},
    };
    static const struct export_options german = {.delimiter = ';', .no_header = true, .decimal_comma = true};
    fill(*state, specs, COUNT(specs));
    char *actual = exported(*state, "extracted", &german);
    assert_string_equal(actual, "job_1;;;0,5;1250,00;1250.00;-1,5E3\n");
    free(actual);
}

static void test_documents_that_cannot_be_read_are_named(void **state)
{
    struct ledger *ledger = *state;
    static const struct job_spec specs[] = {{.job_id = "job_1", .status = "completed", .body = "{\"extracted_data\":"}};
    const struct export_options options = EXPORT_OPTIONS_DEFAULT;
    struct error err = {""};
    fill(ledger, specs, COUNT(specs));
    FILE *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(export_write(ledger->store, export_report("extracted"), 1, &options, out, &err), RESULT_LEDGER);
    assert_non_null(strstr(err.text, "the archived answer of job_1 can't be read: "));
    fclose(out);
}

static void test_many_columns(void **state)
{
    enum { JOBS = 300 };
    struct strbuf header = {0};
    struct strbuf body = {0};
    struct job_spec specs[JOBS];
    char ids[JOBS][32];
    char *bodies[JOBS];
    strbuf_puts(&header, HEADER);
    for (int i = 0; i < JOBS; i++) {
        snprintf(ids[i], sizeof ids[i], "job_%03d", i);
        strbuf_clear(&body);
        strbuf_printf(&body, "{\"extracted_data\":{\"field %d\":%d,\"list\":[%d]}}", i, i, i);
        bodies[i] = strdup(body.bytes);
        specs[i] = (struct job_spec){.job_id = ids[i], .status = "completed", .body = bodies[i]};
        strbuf_printf(&header, i == 0 ? ",field %d,list" : ",field %d", i);
    }
    strbuf_puts(&header, "\njob_000,,,,0,[0],");
    fill(*state, specs, JOBS);
    const struct export_options options = EXPORT_OPTIONS_DEFAULT;
    char *actual = exported(*state, "extracted", &options);
    assert_memory_equal(actual, header.bytes, header.len);
    assert_non_null(strstr(actual, "\njob_001,,,,,[1],1,,"));
    assert_string_equal(strrchr(actual, ','), ",299\n");
    free(actual);
    for (int i = 0; i < JOBS; i++)
        free(bodies[i]);
    strbuf_free(&header);
    strbuf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_columns_come_in_order_of_first_appearance, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_paths_like_fixed_columns_get_a_prefix, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_numbers_and_texts_are_told_apart, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_documents_that_cannot_be_read_are_named, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_many_columns, open_ledger, close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
