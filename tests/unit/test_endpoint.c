#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/fetcher/endpoint.h"

static void assert_base(const char *url, const char *base, bool loopback)
{
    struct fetch_options options = {.base_url = url, .key = "ak_12345"};
    struct endpoint endpoint;
    struct error err;
    assert_int_equal(endpoint_make(&options, &endpoint, &err), RESULT_OK);
    assert_string_equal(endpoint.base, base);
    assert_int_equal(endpoint.loopback, loopback);
    endpoint_free(&endpoint);
}

static void the_base_has_no_slash_at_its_end_and_loopback_is_known(void **state)
{
    (void)state;
    assert_base("https://api.example.com", "https://api.example.com", false);
    assert_base("https://api.example.com/freddy///", "https://api.example.com/freddy", false);
    assert_base("http://localhost:8080/", "http://localhost:8080", true);
    assert_base("https://[::1]:8443", "https://[::1]:8443", true);
    assert_base("https://127.9.9.9", "https://127.9.9.9", true);
    assert_base("https://127.0.0.1.example.com", "https://127.0.0.1.example.com", false);
}

static void the_key_goes_into_the_header_that_was_asked_for(void **state)
{
    (void)state;
    static const char *const lines[] = {
        [FETCH_AUTH_X_API_KEY] = "X-API-Key: ak_12345",
        [FETCH_AUTH_API_KEY] = "api-key: ak_12345",
        [FETCH_AUTH_BEARER] = "Authorization: Bearer ak_12345",
    };
    for (int auth = FETCH_AUTH_X_API_KEY; auth <= FETCH_AUTH_BEARER; auth++) {
        struct fetch_options options = {.base_url = "http://localhost", .key = "ak_12345"};
        struct endpoint endpoint;
        struct error err;
        options.auth = (enum fetch_auth)auth;
        assert_int_equal(endpoint_make(&options, &endpoint, &err), RESULT_OK);
        assert_string_equal(endpoint.key_line, lines[auth]);
        endpoint_free(&endpoint);
        assert_null(endpoint.key_line);
    }
}

static void text_with_the_key_is_overwritten_to_its_end(void **state)
{
    (void)state;
    char text[] = "X-API-Key: ak_12345";
    static const char zeros[sizeof text];
    endpoint_wipe(text);
    assert_memory_equal(text, zeros, sizeof text);
    endpoint_wipe(NULL);
}

static void what_will_not_do_is_a_usage_error(void **state)
{
    (void)state;
    struct fetch_options options = {.base_url = "http://api.example.com", .key = "ak_12345"};
    struct endpoint endpoint;
    struct error err;
    assert_int_equal(endpoint_make(&options, &endpoint, &err), RESULT_USAGE);
    endpoint_free(&endpoint);
    options.base_url = "http://localhost";
    options.cacert = "no/such\n.pem";
    assert_int_equal(endpoint_make(&options, &endpoint, &err), RESULT_USAGE);
    assert_non_null(strstr(err.text, "no/such\\n.pem"));
    endpoint_free(&endpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_has_no_slash_at_its_end_and_loopback_is_known),
        cmocka_unit_test(the_key_goes_into_the_header_that_was_asked_for),
        cmocka_unit_test(text_with_the_key_is_overwritten_to_its_end),
        cmocka_unit_test(what_will_not_do_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
