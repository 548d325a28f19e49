/* Lines for people and machines on standard error. */
#ifndef JOBLEDGER_CLI_LOG_H
#define JOBLEDGER_CLI_LOG_H

#include <stdbool.h>

#include "timestamp.h"

enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_NOTICE, /* not with --quiet */
    LOG_DETAIL, /* with --verbose */
};

struct log {
    bool quiet;
    int verbose;
    bool json;       /* one object a line: time, level, message */
    bool line_shown; /* a progress line stands on the terminal */
    const struct clock *clock;
};

/* Writes one line. Text from outside in it must be escaped already. */
void log_line(struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the progress line away, where there is one. */
void log_clear_line(struct log *log);

#endif
