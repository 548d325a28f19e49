#include "links.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEVER INT64_MIN

struct link {
    int fd; /* -1: closed, and remembered until its place is needed */
    long port; /* 0: not asked for yet */
    int64_t heard_ms; /* NEVER: nothing came */
};

bool links_make(struct links *links, size_t size)
{
    *links = (struct links){.all = calloc(size, sizeof *links->all), .size = size};
    for (size_t i = 0; links->all && i < size; i++)
        links->all[i] = (struct link){-1, 0, NEVER};
    return links->all != NULL;
}

void links_free(struct links *links)
{
    free(links->all);
    *links = (struct links){0};
}

static struct link *of_fd(const struct links *links, int fd)
{
    for (size_t i = 0; i < links->size; i++)
        if (links->all[i].fd == fd)
            return &links->all[i];
    return NULL;
}

int links_open(struct links *links, int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    struct link *place = NULL;
    for (size_t i = 0; fd >= 0 && i < links->size; i++) {
        /* Those that brought nothing first, then the one closed longest ago. */
        if (links->all[i].fd < 0 && (!place || links->all[i].heard_ms < place->heard_ms))
            place = &links->all[i];
    }
    if (place)
        *place = (struct link){fd, 0, NEVER};
    return fd;
}

int links_close(struct links *links, int fd)
{
    struct link *link = of_fd(links, fd);
    if (link)
        link->fd = -1;
    return close(fd);
}

static long port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t len = sizeof address;
    if (getsockname(fd, &address.any, &len) != 0)
        return 0;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.v4.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}

/* A port may have been that of a closed one, too. */
static struct link *of_port(const struct links *links, long port, bool closed)
{
    for (size_t i = 0; port > 0 && i < links->size; i++) {
        struct link *link = &links->all[i];
        if (link->fd >= 0 && link->port == 0)
            link->port = port_of(link->fd);
        if (link->port == port && (link->fd < 0) == closed)
            return link;
    }
    return NULL;
}

void links_heard(struct links *links, long port, int64_t now_ms)
{
    struct link *link = of_port(links, port, false);
    if (link)
        link->heard_ms = now_ms;
}

bool links_served(const struct links *links, long port)
{
    const struct link *link = of_port(links, port, false);
    if (!link)
        link = of_port(links, port, true);
    return link && link->heard_ms != NEVER;
}

void links_end_silent(struct links *links, long port, int64_t since_ms)
{
    const struct link *link = of_port(links, port, false);
    if (link && link->heard_ms < since_ms)
        shutdown(link->fd, SHUT_RDWR);
}
