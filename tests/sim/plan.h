/* Decides what a request is answered with. Knows no HTTP library. */
#ifndef FREDDYSIM_PLAN_H
#define FREDDYSIM_PLAN_H

#include <stdint.h>

#include "buf.h"
#include "jobs.h"
#include "rate.h"
#include "scenario.h"

#define REQUEST_ID_SIZE 24

struct sim {
    struct scenario scenario;
    struct jobs *jobs;
    struct rate rate;
};

enum auth { AUTH_NONE, AUTH_BAD, AUTH_OK };

struct ask {
    const char *method;
    const char *path; /* as sent */
    const char *key;  /* NULL: none was sent */
    int64_t now_ns;
    uint64_t number; /* of the request */
};

struct plan {
    enum auth auth;
    int http;                /* 0: reset the connection */
    struct buf body;         /* owned */
    const char *type;        /* of the body */
    const struct rule *rule; /* never NULL; how it is sent, and headers in place of ours */
    struct rate_view rate;
    int64_t latency_ms;
    unsigned processing_ms;
    char request_id[REQUEST_ID_SIZE];
};

/* False: no memory. The body is the caller's in any case. */
bool plan_make(struct sim *sim, const struct ask *ask, struct plan *plan);

#endif
