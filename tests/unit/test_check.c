#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetcher.h"

static void urls_that_may_be_asked_are_taken(void **state)
{
    (void)state;
    static const char *const right[] = {
        "https://api.aitronos.com", "https://api.aitronos.com/", "https://api.aitronos.com:8443/freddy/",
        "HTTPS://API.AITRONOS.COM", "https://192.0.2.1", "https://[2001:db8::1]:8443", "https://example.com/a@b",
        "http://localhost", "http://localhost:8080/prefix", "http://LOCALHOST:1", "http://127.0.0.1:80",
        "http://127.255.255.254", "http://[::1]:8080/", "http://[0:0:0:0:0:0:0:1]",
    };
    struct error err;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        if (fetch_check_url(right[i], &err) != RESULT_OK)
            fail_msg("%s", err.text);
}

static void urls_that_would_show_the_key_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "http://api.aitronos.com", "http://128.0.0.1", "http://[::2]", "http://[2001:db8::1]",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com", "http://0.0.0.0", "http://localhos", "http://[::ffff:192.0.2.1]",
        "http://127.0.0.1@example.com", "http://localhost%2eexample.com",
    };
    struct error err;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (fetch_check_url(wrong[i], &err) != RESULT_USAGE)
            fail_msg("taken: %s", wrong[i]);
}

static void assert_fault(const char *url, const char *part)
{
    struct error err = {""};
    assert_int_equal(fetch_check_url(url, &err), RESULT_USAGE);
    if (!strstr(err.text, part))
        fail_msg("%s: no \"%s\" in: %s", url, part, err.text);
}

static void the_message_names_what_is_wrong_with_a_url(void **state)
{
    (void)state;
    assert_fault("https://example.com/?", "query");
    assert_fault("https://example.com?a=b", "query");
    assert_fault("https://example.com/#", "fragment");
    assert_fault("https://@example.com", "user");
    assert_fault("https://user@example.com", "user");
    assert_fault("ftp://example.com", "https://");
    assert_fault("file:///etc/passwd", "https://");
    assert_fault("http://example.com", "loopback");
    assert_fault("http://example.com", "http://example.com");
    assert_fault("example.com", "example.com");
    assert_fault("", "--base-url");
    assert_fault("https://", "--base-url");
    assert_fault("https:///path", "no host");
    assert_fault("https:///user@example.com", "no host");
    assert_fault("https://example.com:99999", "--base-url");
    assert_fault("https://exa mple.com", "--base-url");
    assert_fault("https://example.com/\n", "\\n");
}

static void a_password_in_a_url_is_not_repeated(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(fetch_check_url("https://user:secret@example.com", &err), RESULT_USAGE);
    assert_null(strstr(err.text, "secret"));
    assert_int_equal(fetch_check_url("user:secret@example.com", &err), RESULT_USAGE);
    assert_null(strstr(err.text, "secret"));
}

static void keys_of_printable_characters_are_taken(void **state)
{
    (void)state;
    char longest[FETCH_KEY_MAX + 1];
    memset(longest, 'k', FETCH_KEY_MAX);
    longest[FETCH_KEY_MAX] = '\0';
    assert_int_equal(fetch_check_key("ak_12345", NULL), RESULT_OK);
    assert_int_equal(fetch_check_key("with blank", NULL), RESULT_OK);
    assert_int_equal(fetch_check_key("sch\xC3\xBCssel", NULL), RESULT_OK);
    assert_int_equal(fetch_check_key(longest, NULL), RESULT_OK);
}

static void other_keys_are_refused_and_never_shown(void **state)
{
    (void)state;
    char too_long[FETCH_KEY_MAX + 2];
    memset(too_long, 'k', FETCH_KEY_MAX + 1);
    too_long[FETCH_KEY_MAX + 1] = '\0';
    const char *const wrong[] = {
        "", "1234567", "ak_12345\n", "ak_1\t2345", "ak_1234\x7F" "5", "ak_12\x01" "345", "ak_12345\r\nX-Evil: 1",
        "ak_12\xC2\x85" "345", too_long,
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err;
        assert_int_equal(fetch_check_key(wrong[i], &err), RESULT_CREDENTIALS);
        assert_null(strstr(err.text, "ak_1"));
        assert_null(strstr(err.text, "1234567"));
        assert_null(strstr(err.text, "kkkk"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_that_may_be_asked_are_taken),
        cmocka_unit_test(urls_that_would_show_the_key_are_refused),
        cmocka_unit_test(the_message_names_what_is_wrong_with_a_url),
        cmocka_unit_test(a_password_in_a_url_is_not_repeated),
        cmocka_unit_test(keys_of_printable_characters_are_taken),
        cmocka_unit_test(other_keys_are_refused_and_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
