#include "answer_reading.h"

#include <stdio.h>

#define ENVELOPE(code, rest) \
    "{\"success\":false,\"error\":{\"code\":\"" code "\",\"message\":\"The message.\"," \
    "\"trace_id\":\"trace_1\"" rest "}}"
#define DETAILS(id) ",\"details\":{\"job_id\":\"" id "\"}"
#define STATUS_LINE "the server answered with HTTP status "
#define BARE_404 "HTTP status 404 without a word on this job: a proxy, or a wrong base URL?"
#define BARE(status) "HTTP status " status " without the API's error envelope: a proxy, or a wrong base URL?"
#define REDIRECTED "the server redirects, which is never followed: a wrong base URL?"
#define BAD(code, message, trace_id) OUTCOME_BAD, JOB_NEW, code, message, trace_id
#define USELESS(message) BAD("BAD_RESPONSE", message, NULL)
#define REFUSED(code) OUTCOME_REFUSED, JOB_ERROR, code, "The message.", "trace_1"
#define UNKNOWN(code) OUTCOME_NOT_FOUND, JOB_NOT_FOUND, code, "The message.", "trace_1"

static const struct {
    int http_status;
    const char *body;
    enum outcome outcome;
    enum job_status status;
    const char *code;
    const char *message;
    const char *trace_id;
} meanings[] = {
    {200, OBJECT(",\"status\":\"processing\""), OUTCOME_JOB, JOB_PROCESSING, NULL, NULL, NULL},
    {200, OBJECT(",\"status\":\"pending\",\"error\":{\"code\":\"X\",\"trace_id\":\"t\"}"),
     OUTCOME_JOB, JOB_PENDING, NULL, NULL, NULL},
    {200, "", USELESS("the answer is not JSON")},
    {200, "<html></html>", USELESS("the answer is not JSON")},
    {200, OBJECT(",\"status\":\"pending\"") "x", USELESS("the answer is not JSON")},
    {200, OBJECT(",\"status\":\"pending\",\"cost_chf\":1."), USELESS("the answer is not JSON")},
    {200, OBJECT(",\"status\":\"pending\",\"cost_chf\":NaN"), USELESS("the answer is not JSON")},
    {200, "[]", USELESS("the answer is not a JSON object")},
    {200, "null", USELESS("the answer is not a JSON object")},
    {200, "\"completed\"", USELESS("the answer is not a JSON object")},
    {200, "{}", USELESS("`success` is not true")},
    {200, "{\"success\":\"true\",\"job_id\":\"" JOB "\",\"status\":\"pending\"}", USELESS("`success` is not true")},
    {200, "{\"success\":1,\"job_id\":\"" JOB "\",\"status\":\"pending\"}", USELESS("`success` is not true")},
    {200, "{\"success\":true,\"success\":false,\"job_id\":\"" JOB "\",\"status\":\"pending\"}",
     USELESS("`success` is not true")},
    {200, ENVELOPE("JOB_NOT_FOUND", ""), BAD("BAD_RESPONSE", "`success` is not true", "trace_1")},
    {200, "{\"success\":true,\"status\":\"pending\"}", USELESS("the answer has no `job_id`")},
    {200, "{\"success\":true,\"job_id\":null,\"status\":\"pending\"}", USELESS("the answer has no `job_id`")},
    {200, "{\"success\":true,\"job_id\":7,\"status\":\"pending\"}", USELESS("the answer is for another job")},
    {200, "{\"success\":true,\"job_id\":\"" JOB "7\",\"status\":\"pending\"}",
     USELESS("the answer is for another job")},
    {200, "{\"success\":true,\"job_id\":\"JOB_abc123def456\",\"status\":\"pending\"}",
     USELESS("the answer is for another job")},
    {200, "{\"success\":true,\"job_id\":\"" JOB "\\u0000\",\"status\":\"pending\"}",
     USELESS("the answer is for another job")},
    {200, OBJECT(""), USELESS("the answer has no `status`")},
    {200, OBJECT(",\"status\":null"), USELESS("the answer has no `status`")},
    {200, OBJECT(",\"status\":3"), USELESS("`status` is not text")},
    {200, OBJECT(",\"status\":\"completed\",\"status\":[]"), USELESS("`status` is not text")},
    {201, OBJECT(",\"status\":\"pending\""), USELESS("HTTP status 201 instead of 200")},
    {204, "", USELESS("HTTP status 204 instead of 200")},
    {299, "", USELESS("HTTP status 299 instead of 200")},
    {999, "", USELESS("HTTP status 999 instead of 200")},
    {301, "", BAD("REDIRECT", REDIRECTED, NULL)},
    {304, ENVELOPE("X", ""), BAD("REDIRECT", REDIRECTED, "trace_1")},
    {308, "{", BAD("REDIRECT", REDIRECTED, NULL)},
    {401, ENVELOPE("INVALID_API_KEY", ""),
     OUTCOME_UNAUTHORIZED, JOB_NEW, "INVALID_API_KEY", "The message.", "trace_1"},
    {401, "", OUTCOME_UNAUTHORIZED, JOB_NEW, "HTTP_401", STATUS_LINE "401", NULL},
    {404, ENVELOPE("JOB_NOT_FOUND", ""), UNKNOWN("JOB_NOT_FOUND")},
    {404, ENVELOPE("JOB_NOT_FOUND", DETAILS("job_other")), UNKNOWN("JOB_NOT_FOUND")},
    {404, ENVELOPE("GONE", DETAILS(JOB)), UNKNOWN("GONE")},
    {404, "{\"error\":{\"code\":\"GONE\",\"traceId\":\"t\",\"details\":{\"jobId\":\"" JOB "\"}}}",
     OUTCOME_NOT_FOUND, JOB_NOT_FOUND, "GONE", NULL, "t"},
    {404, ENVELOPE("GONE", DETAILS("job_other")), BAD("HTTP_404", BARE_404, "trace_1")},
    {404, ENVELOPE("ROUTE_NOT_FOUND", ""), BAD("HTTP_404", BARE_404, "trace_1")},
    {404, ENVELOPE("job_not_found", ""), BAD("HTTP_404", BARE_404, "trace_1")},
    {404, "{\"error\":{\"details\":{\"job_id\":\"" JOB "\"}}}", BAD("HTTP_404", BARE_404, NULL)},
    {404, "{\"code\":\"JOB_NOT_FOUND\"}", BAD("HTTP_404", BARE_404, NULL)},
    {404, "<html>", BAD("HTTP_404", BARE_404, NULL)},
    {400, ENVELOPE("BAD_ID", ""), REFUSED("BAD_ID")},
    {403, ENVELOPE("ACCESS_DENIED", DETAILS(JOB)), REFUSED("ACCESS_DENIED")},
    {403, ENVELOPE("JOB_NOT_FOUND", ""), REFUSED("JOB_NOT_FOUND")},
    {410, "{\"error\":{\"code\":\"GONE\",\"message\":7,\"trace_id\":[]}}",
     OUTCOME_REFUSED, JOB_ERROR, "GONE", NULL, NULL},
    {422, ENVELOPE("UNPROCESSABLE", ""), REFUSED("UNPROCESSABLE")},
    {499, ENVELOPE("X", ""), REFUSED("X")},
    {400, "{\"error\":\"BAD_ID\"}", BAD("HTTP_400", BARE("400"), NULL)},
    {403, "{\"error\":{\"code\":403}}", BAD("HTTP_403", BARE("403"), NULL)},
    {403, "{\"error\":{\"code\":\"\"}}", BAD("HTTP_403", BARE("403"), NULL)},
    {410, "[{\"error\":{\"code\":\"X\"}}]", BAD("HTTP_410", BARE("410"), NULL)},
    {407, "", BAD("HTTP_407", BARE("407"), NULL)},
    {408, "", BAD("HTTP_408", STATUS_LINE "408", NULL)},
    {408, ENVELOPE("SLOW", ""), BAD("SLOW", "The message.", "trace_1")},
    {425, ENVELOPE("EARLY", ""), BAD("EARLY", "The message.", "trace_1")},
    {425, "", BAD("HTTP_425", STATUS_LINE "425", NULL)},
    {429, ENVELOPE("RATE_LIMIT_EXCEEDED", ""),
     OUTCOME_LIMITED, JOB_NEW, "RATE_LIMIT_EXCEEDED", "The message.", "trace_1"},
    {429, "slow down", OUTCOME_LIMITED, JOB_NEW, "HTTP_429", STATUS_LINE "429", NULL},
    {500, ENVELOPE("INTERNAL_ERROR", ""), BAD("INTERNAL_ERROR", "The message.", "trace_1")},
    {500, ENVELOPE("JOB_NOT_FOUND", DETAILS(JOB)), BAD("JOB_NOT_FOUND", "The message.", "trace_1")},
    {503, "<html>busy</html>", BAD("HTTP_503", STATUS_LINE "503", NULL)},
    {503, OBJECT(",\"status\":\"completed\""), BAD("HTTP_503", STATUS_LINE "503", NULL)},
    {599, "", BAD("HTTP_599", STATUS_LINE "599", NULL)},
};

static void test_what_an_answer_means(void **state)
{
    for (size_t i = 0; i < COUNT(meanings); i++) {
        char where[64];
        snprintf(where, sizeof where, "row %zu (HTTP %d)", i, meanings[i].http_status);
        struct reading reading = read_body(*state, meanings[i].http_status, meanings[i].body);
        if (reading.outcome != meanings[i].outcome || reading.status != meanings[i].status)
            fail_msg("%s: outcome %d, status %d", where, (int)reading.outcome, (int)reading.status);
        assert_text(reading.error_code, meanings[i].code, where);
        assert_text(reading.error_message, meanings[i].message, where);
        assert_text(reading.trace_id, meanings[i].trace_id, where);
        assert_empty(&reading, where);
        assert_false(reading.holds_key);
    }
}

static void test_every_http_status_has_a_meaning(void **state)
{
    for (int status = 100; status < 600; status++) {
        struct reading reading = read_body(*state, status, "");
        bool other = status == 401 || status == 429;
        assert_int_equal(reading.outcome == OUTCOME_BAD, !other);
        assert_true(reading.error_code.len > 0 && reading.error_message.len > 0);
        assert_empty(&reading, "any status");
    }
}

static void test_a_body_that_is_absent(void **state)
{
    struct reading reading = read_bytes(*state, 200, TEXT_NONE);
    assert_int_equal(reading.outcome, OUTCOME_BAD);
    assert_text(reading.error_message, "the answer is not JSON", "absent");
}

static void test_nesting_too_deep_is_a_bad_answer(void **state)
{
    struct strbuf body = {0};
    strbuf_puts(&body, "{\"success\":true,\"job_id\":\"" JOB "\",\"status\":\"pending\",\"extracted_data\":");
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        strbuf_putc(&body, '[');
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        strbuf_putc(&body, ']');
    strbuf_putc(&body, '}');
    struct reading reading = read_bytes(*state, 200, (struct text){body.bytes, body.len});
    assert_int_equal(reading.outcome, OUTCOME_BAD);
    assert_text(reading.error_code, "BAD_RESPONSE", "deep");
    assert_text(reading.error_message, "the answer is JSON nested deeper than 512 levels", "deep");
    strbuf_free(&body);
}

/* ---- the key ---- */

static const struct {
    int http_status;
    const char *body;
    enum outcome outcome;
    const char *code;
} leaks[] = {
    {200, OBJECT(",\"status\":\"pending\",\"echo\":\"" KEY "\""), OUTCOME_BAD, "BAD_RESPONSE"},
    {200, OBJECT(",\"status\":\"pending\",\"echo\":\"x-" KEY "-y\""), OUTCOME_BAD, "BAD_RESPONSE"},
    {200, OBJECT(",\"status\":\"pending\",\"echo\":[{\"k\":\"ak_live\\/0123456789\"}]"), OUTCOME_BAD, "BAD_RESPONSE"},
    {200, OBJECT(",\"status\":\"pending\",\"a\\u006b_live/0123456789\":1"), OUTCOME_BAD, "BAD_RESPONSE"},
    {200, "not JSON: " KEY, OUTCOME_BAD, "BAD_RESPONSE"},
    {302, KEY, OUTCOME_BAD, "BAD_RESPONSE"},
    {401, ENVELOPE("INVALID_API_KEY", ",\"system_message\":\"" KEY "\""), OUTCOME_UNAUTHORIZED, "HTTP_401"},
    {404, ENVELOPE("JOB_NOT_FOUND", ",\"system_message\":\"" KEY "\""), OUTCOME_BAD, "BAD_RESPONSE"},
    {403, ENVELOPE("DENIED", ",\"system_message\":\"\\u0061k_live/0123456789\""), OUTCOME_BAD, "BAD_RESPONSE"},
    {429, ENVELOPE("SLOW", ",\"system_message\":\"" KEY "\""), OUTCOME_LIMITED, "HTTP_429"},
    {500, ENVELOPE("OOPS", ",\"system_message\":\"" KEY "\""), OUTCOME_BAD, "BAD_RESPONSE"},
};

static void test_nothing_is_told_of_an_answer_with_the_key(void **state)
{
    for (size_t i = 0; i < COUNT(leaks); i++) {
        struct reading reading = read_body(*state, leaks[i].http_status, leaks[i].body);
        assert_true(reading.holds_key);
        assert_int_equal(reading.outcome, leaks[i].outcome);
        assert_text(reading.error_code, leaks[i].code, leaks[i].body);
        if (reading.outcome == OUTCOME_BAD)
            assert_text(reading.error_message, "the answer contains the API key", leaks[i].body);
        assert_text(reading.trace_id, NULL, leaks[i].body);
        assert_text(reading.repaired, NULL, leaks[i].body);
        assert_empty(&reading, leaks[i].body);
    }
}

static void test_parts_of_the_key_are_not_the_key(void **state)
{
    struct reading reading = read_body(
        *state, 200, OBJECT(",\"status\":\"pending\",\"echo\":[\"ak_live/012345678\",\"ak_ak_live\\/\","
                            "\"k_live/0123456789\"]"));
    assert_int_equal(reading.outcome, OUTCOME_JOB);
    assert_false(reading.holds_key);
}

static void test_the_key_in_the_request_id(void **state)
{
    static const struct {
        const char *request_id;
        const char *key;
        bool held;
    } rows[] = {{"r-" KEY, KEY, true}, {"r-" KEY, NULL, false}, {"r-1", KEY, false}, {NULL, KEY, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct answer answer = {
            .http_status = 200,
            .body = text_of(OBJECT(",\"status\":\"pending\"")),
            .request_id = text_of(rows[i].request_id),
        };
        struct reading reading;
        answer_read(*state, JOB, &answer, rows[i].key, &reading);
        assert_int_equal(reading.holds_key, rows[i].held);
        assert_int_equal(reading.outcome, rows[i].held ? OUTCOME_BAD : OUTCOME_JOB);
    }
}

/* ---- broken documents ---- */

static const struct {
    int http_status;
    const char *body;
    const char *repaired; /* NULL: as it came */
} repairs[] = {
    {200, OBJECT(", \"status\" : \"pending\""), NULL},
    {200, OBJECT(",\"status\":\"pending\",\"x\":\"\\u00e9\\ud83d\\ude00\xC3\xA9\""), NULL},
    {200, "\xEF\xBB\xBF" OBJECT(",\"status\":\"pending\""), OBJECT(",\"status\":\"pending\"")},
    {200, OBJECT(", \"status\" : \"pending\", \"x\" : [1.50, \"\xFF\"]"),
     OBJECT(",\"status\":\"pending\",\"x\":[1.50,\"" FFFD "\"]")},
    {200, OBJECT(",\"status\":\"pending\",\"x\":\"a\\u0000b\""),
     OBJECT(",\"status\":\"pending\",\"x\":\"a" FFFD "b\"")},
    {200, OBJECT(",\"status\":\"pending\",\"x\":\"\\ud83d\""),
     OBJECT(",\"status\":\"pending\",\"x\":\"" FFFD "\"")},
    {200, OBJECT(",\"status\":\"new\",\"status\":\"pending\""), OBJECT(",\"status\":\"pending\"")},
    {404, "{\"error\":{\"code\":\"JOB_NOT_FOUND\",\"message\":\"\xE2\x82\"}}",
     "{\"error\":{\"code\":\"JOB_NOT_FOUND\",\"message\":\"" FFFD "\"}}"},
    {403, "{\"error\":{\"code\":\"A\",\"code\":\"B\"}}", "{\"error\":{\"code\":\"B\"}}"},
};

static void test_broken_documents_come_with_a_repaired_form(void **state)
{
    for (size_t i = 0; i < COUNT(repairs); i++) {
        struct reading reading = read_body(*state, repairs[i].http_status, repairs[i].body);
        assert_int_not_equal(reading.outcome, OUTCOME_BAD);
        assert_text(reading.repaired, repairs[i].repaired, repairs[i].body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_an_answer_means),
        cmocka_unit_test(test_every_http_status_has_a_meaning),
        cmocka_unit_test(test_a_body_that_is_absent),
        cmocka_unit_test(test_nesting_too_deep_is_a_bad_answer),
        cmocka_unit_test(test_nothing_is_told_of_an_answer_with_the_key),
        cmocka_unit_test(test_parts_of_the_key_are_not_the_key),
        cmocka_unit_test(test_the_key_in_the_request_id),
        cmocka_unit_test(test_broken_documents_come_with_a_repaired_form),
    };
    return cmocka_run_group_tests_name("answer", tests, make_reader, free_reader);
}
