#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ping.h"
#include "src/fetcher/url.h"
#include "timestamp.h"

static void a_word_becomes_the_last_part_of_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *word;
        const char *expected;
    } cases[] = {
        {"https://hc-ping.com/uuid", "start", "https://hc-ping.com/uuid/start"},
        {"https://hc-ping.com/uuid/", "143", "https://hc-ping.com/uuid/143"},
        {"https://hc-ping.com/uuid//", "1", "https://hc-ping.com/uuid/1"},
        {"https://hc-ping.com/key/slug?create=1", "start", "https://hc-ping.com/key/slug/start?create=1"},
        {"https://hc-ping.com/key/slug/?a=/b/", "fail", "https://hc-ping.com/key/slug/fail?a=/b/"},
        {"https://hc-ping.com", "start", "https://hc-ping.com/start"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf out = {0};
        url_append(&out, cases[i].url, cases[i].word);
        assert_string_equal(out.bytes, cases[i].expected);
        strbuf_free(&out);
    }
}

static void addresses_that_may_be_pinged_are_taken(void **state)
{
    (void)state;
    static const char *const right[] = {
        "https://hc-ping.com/uuid", "https://hc-ping.com/key/slug?create=1", "HTTPS://hc.example.com:8443/ping/uuid",
        "http://localhost/uuid", "http://127.0.0.1:8000/uuid?a=b", "http://[::1]/uuid",
    };
    struct error err;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        if (ping_check_url(right[i], &err) != RESULT_OK)
            fail_msg("%s", err.text);
}

static void others_are_refused_and_never_shown(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "secret", "http://hc-ping.com/secret", "ftp://127.0.0.1/secret", "https://secret@hc-ping.com/",
        "https://hc-ping.com/secret#a", "https:///secret", "https://hc-ping.com:99999/secret", "https://h h/secret",
        "https://hc-ping.com/secret\n", "file:///secret",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err;
        assert_int_equal(ping_check_url(wrong[i], &err), RESULT_USAGE);
        assert_null(strstr(err.text, "secret"));
        assert_non_null(strstr(err.text, "--ping"));
    }
}

/* A listener that nobody serves: connections are made and then nothing comes. */
static int open_silent(char url[static 64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &len), 0);
    snprintf(url, 64, "http://127.0.0.1:%d/secret", (int)ntohs(address.sin_port));
    return fd;
}

static void all_tries_together_keep_to_their_time(void **state)
{
    (void)state;
    char url[64];
    struct error err = {""};
    int fd = open_silent(url);
    const struct ping ping = {.url = url, .within_ms = 300};
    int64_t began = clock_monotonic_ms();
    assert_int_equal(ping_send(&ping, "start", text_of(""), &err), RESULT_API);
    assert_in_range(clock_monotonic_ms() - began, 290, 60000);
    assert_non_null(strstr(err.text, "127.0.0.1: Timeout"));
    assert_null(strstr(err.text, "secret"));
    close(fd);
}

static void one_who_has_stopped_waits_for_nothing(void **state)
{
    (void)state;
    char url[64];
    struct error err = {""};
    volatile sig_atomic_t stop = SIGTERM;
    int fd = open_silent(url);
    const struct ping ping = {.url = url, .within_ms = 600000, .stop = &stop};
    assert_int_equal(ping_send(&ping, NULL, text_of("body"), &err), RESULT_API);
    assert_non_null(strstr(err.text, "given up"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_becomes_the_last_part_of_the_path),
        cmocka_unit_test(addresses_that_may_be_pinged_are_taken),
        cmocka_unit_test(others_are_refused_and_never_shown),
        cmocka_unit_test(all_tries_together_keep_to_their_time),
        cmocka_unit_test(one_who_has_stopped_waits_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
