/* A descriptor that gives exactly so many bytes to each read. */
#ifndef JOBLEDGER_TESTS_STEPWISE_H
#define JOBLEDGER_TESTS_STEPWISE_H

#include <sys/socket.h>
#include <unistd.h>

#include "text.h"

/* A socket that keeps packets apart, and holds the input in packets of `step` bytes. To be closed by the caller. */
static int stepwise(struct text input, size_t step)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    for (size_t i = 0; i < input.len; i += step) {
        size_t n = step < input.len - i ? step : input.len - i;
        assert_int_equal(send(ends[0], input.bytes + i, n, MSG_DONTWAIT), n);
    }
    close(ends[0]);
    return ends[1];
}

#endif
