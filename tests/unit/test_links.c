#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/fetcher/links.h"

static int listening(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
    return fd;
}

/* A watched connection to the listener; its local port. */
static int connected(struct links *links, const struct sockaddr_in *to, long *port)
{
    struct sockaddr_in own;
    socklen_t len = sizeof own;
    int fd = links_open(links, AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)to, sizeof *to), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
    *port = ntohs(own.sin_port);
    return fd;
}

static bool ended(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void one_that_went_silent_is_ended_and_no_other(void **state)
{
    (void)state;
    struct links links;
    struct sockaddr_in address;
    long silent_port;
    long lively_port;
    int listener = listening(&address);
    assert_true(links_make(&links, 4));
    int silent = connected(&links, &address, &silent_port);
    int lively = connected(&links, &address, &lively_port);
    links_heard(&links, silent_port, 1000);
    links_heard(&links, lively_port, 2000);
    links_end_silent(&links, silent_port, 1000); /* something came since */
    assert_false(ended(silent));
    links_end_silent(&links, silent_port, 1001);
    links_end_silent(&links, lively_port, 1001);
    assert_true(ended(silent));
    assert_false(ended(lively));
    links_end_silent(&links, 0, INT64_MAX); /* a request that never had a connection */
    assert_false(ended(lively));
    links_close(&links, silent);
    links_close(&links, lively);
    links_free(&links);
    close(listener);
}

static void what_a_connection_brought_is_known_after_its_end(void **state)
{
    (void)state;
    struct links links;
    struct sockaddr_in address;
    long port;
    long other_port;
    int listener = listening(&address);
    assert_true(links_make(&links, 2));
    int fd = connected(&links, &address, &port);
    assert_false(links_served(&links, port));
    links_heard(&links, port, 5);
    assert_true(links_served(&links, port));
    assert_int_equal(links_close(&links, fd), 0);
    assert_true(links_served(&links, port));
    /* Places of such that brought nothing go first, then this one's. */
    int second = connected(&links, &address, &other_port);
    assert_true(links_served(&links, port));
    assert_false(links_served(&links, other_port));
    int third = connected(&links, &address, &other_port);
    assert_false(links_served(&links, port));
    links_close(&links, second);
    links_close(&links, third);
    links_free(&links);
    close(listener);
}

static void connections_beyond_the_room_are_not_watched(void **state)
{
    (void)state;
    struct links links;
    struct sockaddr_in address;
    long ports[2];
    int listener = listening(&address);
    assert_true(links_make(&links, 1));
    int first = connected(&links, &address, &ports[0]);
    int second = connected(&links, &address, &ports[1]);
    links_heard(&links, ports[0], 1);
    links_heard(&links, ports[1], 1);
    assert_true(links_served(&links, ports[0]));
    assert_false(links_served(&links, ports[1]));
    links_end_silent(&links, ports[1], 2);
    assert_false(ended(second));
    assert_int_equal(links_close(&links, second), 0);
    assert_int_equal(links_close(&links, first), 0);
    assert_int_equal(links_close(&links, -1), -1);
    links_free(&links);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_went_silent_is_ended_and_no_other),
        cmocka_unit_test(what_a_connection_brought_is_known_after_its_end),
        cmocka_unit_test(connections_beyond_the_room_are_not_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
