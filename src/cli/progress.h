/* One line on a terminal that is drawn anew while work lasts. */
#ifndef JOBLEDGER_CLI_PROGRESS_H
#define JOBLEDGER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "log.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct progress {
    struct log *log;
    const char *what; /* "fetch" */
    bool draws;       /* else a line a minute on the log, with --verbose */
    int64_t started_ms;
    int64_t next_ms;
};

/* auto: on a terminal, unless quiet or in JSON. The log clears the line before it writes one of its own. */
void progress_start(struct progress *progress, enum progress_mode mode, struct log *log, const char *what);

/* True where it is time for progress_show(): cheap enough to be asked for every row. */
bool progress_due(const struct progress *progress);

/* done of total units (total 0: unknown), with what else is to be told behind them. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *unit, const char *more);
void progress_end(struct progress *progress);

#endif
