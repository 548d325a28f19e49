/* What a scenario file says: see README.md for its language. */
#ifndef FREDDYSIM_SCENARIO_H
#define FREDDYSIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "rate.h"

/* An array of owned texts. */
struct texts {
    char **items;
    size_t n;
};

struct header {
    char *name;
    char *value;
};

/* One `on` or `default` line. NULL, 0 or UNSET: the line does not say. Texts are owned. */
#define UNSET (-1)
struct rule {
    struct texts globs;
    int64_t first;
    int64_t after;

    char *status; /* JSON, as are those up to data */
    char *model;
    char *cost;
    char *time;
    char *confidence;
    char *created;
    char *completed;
    char *data;
    char *message; /* plain */
    int64_t life_ms;

    struct buf body; /* with has_body */
    bool has_body;
    int64_t http;
    char *code;
    bool no_envelope;
    bool garbage;
    bool reset;
    bool echo_key;
    char *redirect;

    struct header *headers;
    size_t header_count;
    char *retry_after;
    char *request_id; /* "": no such header */
    int64_t latency_ms;
    int64_t truncate;
    int64_t pad;
    bool gzip;
    bool chunked;
};

enum rate_style { RATE_STYLE_X, RATE_STYLE_REQUESTS, RATE_STYLE_BOTH, RATE_STYLE_DRAFT, RATE_STYLE_NONE };

/* USUAL: epoch for X-RateLimit, duration for the requests family, delta for the draft. */
enum reset_style { RESET_USUAL, RESET_EPOCH, RESET_DELTA, RESET_DURATION };

struct scenario {
    struct texts keys;
    struct rate_rule rate;
    enum rate_style rate_style;
    enum reset_style reset_style;
    int64_t latency_ms;
    struct rule *rules;
    size_t rule_count;
    struct rule fallback; /* `default` */
    size_t header_bytes;  /* the most that one answer adds in headers of its own */
};

/* path NULL: an empty scenario. On failure *error is one line, naming file, line and word, to be freed by the caller
 * (NULL: no memory); scenario is to be freed in any case. */
bool scenario_read(struct scenario *scenario, const char *path, char **error);
void scenario_free(struct scenario *scenario);

/* The rule for this ask of the job; never NULL. */
const struct rule *scenario_rule(const struct scenario *scenario, const char *job_id, uint32_t ask);

/* The rule speaks of the job object's members. */
bool rule_describes_job(const struct rule *rule);

/* Private to the scenario's own files. */

/* What a line is read with. message is filled on failure. */
struct line {
    const char *folder; /* of the scenario, with its slash; or "" */
    struct texts words;
    struct buf message;
};

/* Splits a line into words, without comment; false with a message. */
bool words_split(struct line *line, const char *text);
bool texts_add(struct texts *texts, const char *bytes, size_t len);
void texts_free(struct texts *texts);

/* Reads words[from..] into rule; false with a message. */
bool rule_read(struct rule *rule, struct line *line, size_t from);
void rule_free(struct rule *rule);

/* A decimal number from least to most; and one in seconds with up to three decimals, as milliseconds. */
bool number_read(const char *text, int64_t least, int64_t most, int64_t *out);
bool seconds_read(const char *text, int64_t *ms);

#endif
