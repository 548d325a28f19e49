#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetcher.h"
#include "src/fetcher/incoming.h"

static bool header(struct incoming *in, const char *line)
{
    return incoming_header(in, line, strlen(line));
}

static void wanted_headers_are_kept_whatever_their_case(void **state)
{
    (void)state;
    struct incoming in = {0};
    struct reply reply;
    assert_true(header(&in, "HTTP/1.1 200 OK\r\n"));
    assert_true(header(&in, "X-REQUEST-ID: \t req 1 \r\n"));
    assert_true(header(&in, "retry-after:7\n"));
    assert_true(header(&in, "Retry-After: 8\r\n"));
    assert_true(header(&in, "Dated: no\r\n"));
    assert_true(header(&in, "no colon\r\n"));
    assert_true(header(&in, "freddy-processing-ms:\r\n"));
    incoming_lend(&in, &reply);
    assert_true(text_is(reply.headers[HEADER_REQUEST_ID], "req 1"));
    assert_true(text_is(reply.headers[HEADER_RETRY_AFTER], "7"));
    assert_true(text_is(reply.headers[HEADER_PROCESSING_MS], ""));
    assert_null(reply.headers[HEADER_DATE].bytes);
    assert_true(text_is(reply.body, ""));
    incoming_free(&in);
}

static void headers_of_an_interim_answer_are_forgotten(void **state)
{
    (void)state;
    struct incoming in = {0};
    struct reply reply;
    header(&in, "HTTP/1.1 103 Early Hints\r\n");
    header(&in, "x-request-id: early\r\n");
    header(&in, "HTTP/1.1 200 OK\r\n");
    incoming_lend(&in, &reply);
    assert_null(reply.headers[HEADER_REQUEST_ID].bytes);
    incoming_free(&in);
}

static void headers_are_bounded_interim_answers_included(void **state)
{
    (void)state;
    struct incoming in = {0};
    size_t taken = 0;
    while (header(&in, "HTTP/1.1 100 Continue\r\n"))
        taken += strlen("HTTP/1.1 100 Continue\r\n");
    assert_int_equal(in.failure, FAILURE_HEADER_SIZE);
    assert_in_range(taken, INCOMING_HEADERS_MAX - 23, INCOMING_HEADERS_MAX);
    incoming_clear(&in);
    assert_int_equal(in.failure, FAILURE_NONE);
    assert_true(header(&in, "HTTP/1.1 200 OK\r\n"));
    incoming_free(&in);
}

static void headers_end_with_a_blank_line_and_trailers_do_not_undo_that(void **state)
{
    (void)state;
    struct incoming in = {0};
    header(&in, "HTTP/1.1 103 Early Hints\r\n");
    header(&in, "\r\n");
    assert_true(in.head_ended);
    header(&in, "HTTP/1.1 200 OK\r\n");
    header(&in, "x-request-id: 1\r\n");
    assert_false(in.head_ended);
    header(&in, "\r\n");
    header(&in, "x-sum: 2\r\n");
    assert_true(in.head_ended);
    incoming_clear(&in);
    assert_false(in.head_ended);
    incoming_free(&in);
}

static void a_body_may_be_as_long_as_the_bound_and_no_longer(void **state)
{
    (void)state;
    static const char piece[1u << 16];
    struct incoming in = {0};
    for (size_t n = 0; n < FETCH_BODY_MAX / sizeof piece; n++)
        assert_true(incoming_body(&in, piece, sizeof piece));
    assert_int_equal(in.body.len, FETCH_BODY_MAX);
    assert_false(incoming_body(&in, piece, 1));
    assert_int_equal(in.failure, FAILURE_BODY_SIZE);
    incoming_clear(&in);
    assert_null(in.body.bytes);
    incoming_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wanted_headers_are_kept_whatever_their_case),
        cmocka_unit_test(headers_of_an_interim_answer_are_forgotten),
        cmocka_unit_test(headers_are_bounded_interim_answers_included),
        cmocka_unit_test(headers_end_with_a_blank_line_and_trailers_do_not_undo_that),
        cmocka_unit_test(a_body_may_be_as_long_as_the_bound_and_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
