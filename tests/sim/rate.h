/* The rate limit: a token bucket, or a counter per fixed window. Safe to use from all threads. */
#ifndef FREDDYSIM_RATE_H
#define FREDDYSIM_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define RATE_MAX 1000000 /* requests per unit, and the burst: keeps the arithmetic below 2^63 */

/* What the scenario says. */
struct rate_rule {
    int64_t requests; /* per unit; 0: no limit */
    int64_t unit_ns;
    int64_t burst; /* size of the bucket */
    int64_t spent; /* used up already at the start */
    bool window;
};

struct rate {
    struct rate_rule rule;
    pthread_mutex_t lock;
    int64_t start_ns;
    int64_t seen_ns;
    int64_t credit; /* bucket: tokens times unit_ns; window: requests left in it */
};

/* What the headers say. */
struct rate_view {
    bool limited; /* a limit is set */
    bool refused; /* this request goes beyond it */
    int64_t limit;
    int64_t remaining;
    int64_t reset_ns; /* until the bucket is full, or the window over */
    int64_t retry_ns; /* refused: until the next request is taken */
};

bool rate_init(struct rate *rate, const struct rate_rule *rule, int64_t now_ns);
void rate_destroy(struct rate *rate);

/* Takes one request's worth where there is one. */
struct rate_view rate_take(struct rate *rate, int64_t now_ns);

/* The same view without taking. */
struct rate_view rate_look(struct rate *rate, int64_t now_ns);

#endif
