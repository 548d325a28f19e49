/* The log of requests. A line is in the file before its answer leaves. Safe to use from all threads. */
#ifndef FREDDYSIM_REQUEST_LOG_H
#define FREDDYSIM_REQUEST_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct request_log;

struct log_line {
    int64_t now_ns;
    const char *method;
    const char *path;   /* as sent, percent-encoding and query included */
    int http;           /* 0: the connection is reset */
    const char *auth;   /* ok, bad, none */
    const char *header; /* name of the header that held the key; NULL: none */
    uintptr_t connection;
};

/* NULL: errno says why. The file is emptied. start_ns is the zero of the times in it. */
struct request_log *request_log_open(const char *path, int64_t start_ns);

/* log NULL: nothing to do. */
void request_log_write(struct request_log *log, const struct log_line *line);

/* False where a line could not be written. */
bool request_log_close(struct request_log *log);

#endif
