/* The HTTP side: libmicrohttpd's daemon and what it calls. */
#ifndef FREDDYSIM_SERVER_H
#define FREDDYSIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "delay.h"
#include "plan.h"
#include "request_log.h"

struct server_options {
    const char *bind; /* a numeric address */
    int64_t port;     /* 0: any free one */
    int64_t threads;
    const char *cert; /* PEM; NULL: plain HTTP */
    const char *key;
};

/* Zeroed, but for sim and log, before server_start(). */
struct server {
    struct sim sim;
    struct request_log *log; /* NULL: none */
    struct delay *delay;
    struct MHD_Daemon *daemon;
    uint16_t port;
};

/* False: one line is on standard error. */
bool server_start(struct server *server, const struct server_options *options);
void server_stop(struct server *server);

#endif
