#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "terminal.h"
#include "text.h"

#define FIRST_MS 1000 /* what is done within a second needs no line */
#define DRAW_MS 250
#define LOG_MS 60000

void progress_start(struct progress *progress, enum progress_mode mode, struct log *log, const char *what)
{
    bool draws = mode == PROGRESS_ALWAYS ||
                 (mode == PROGRESS_AUTO && isatty(STDERR_FILENO) && !log->quiet && !log->json);
    int64_t now = clock_monotonic_ms();
    *progress = (struct progress){log, what, draws, now, now + (draws ? FIRST_MS : LOG_MS)};
}

bool progress_due(const struct progress *progress)
{
    return clock_monotonic_ms() >= progress->next_ms;
}

static void add_rate(struct strbuf *out, uint64_t done, int64_t elapsed_ms)
{
    uint64_t per_hour = elapsed_ms > 0 ? done * 3600000 / (uint64_t)elapsed_ms : 0;
    if (per_hour >= 3600 * 5)
        strbuf_printf(out, "  %" PRIu64 "/s", per_hour / 3600);
    else if (per_hour >= 60 * 5)
        strbuf_printf(out, "  %" PRIu64 "/min", per_hour / 60);
    else
        strbuf_printf(out, "  %" PRIu64 "/h", per_hour);
}

static void describe(struct strbuf *out, const struct progress *progress, uint64_t done, uint64_t total,
                     const char *unit, const char *more)
{
    int64_t elapsed = clock_monotonic_ms() - progress->started_ms;
    strbuf_printf(out, "%s  ", progress->what);
    figure_append_count(out, done, progress->draws);
    if (total > 0) {
        strbuf_putc(out, '/');
        figure_append_count(out, total, progress->draws);
    }
    strbuf_printf(out, " %s", unit);
    add_rate(out, done, elapsed);
    if (total > done && done > 0) {
        strbuf_puts(out, "  ETA ");
        figure_append_duration(out, (int64_t)((total - done) * (uint64_t)elapsed / done / 1000));
    }
    if (more[0])
        strbuf_printf(out, "  %s", more);
}

/* The bytes of the first `columns` characters. What is shown here is one column each: figures and our own words. */
static size_t cut(const char *s, size_t len, size_t columns)
{
    size_t at = 0;
    while (at < len && columns > 0) {
        size_t n = utf8_sequence(s + at, len - at);
        at += n ? n : 1;
        columns--;
    }
    return at;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *unit, const char *more)
{
    struct strbuf line = {0};
    progress->next_ms = clock_monotonic_ms() + (progress->draws ? DRAW_MS : LOG_MS);
    describe(&line, progress, done, total, unit, more);
    if (line.bytes && progress->draws) {
        /* One column stays free: a full line would wrap on some terminals. */
        size_t len = cut(line.bytes, line.len, terminal_columns(STDERR_FILENO) - 1);
        fprintf(stderr, "\r%.*s\033[K", (int)len, line.bytes);
        fflush(stderr);
        progress->log->line_shown = true;
    } else if (line.bytes) {
        log_line(progress->log, LOG_DETAIL, "%s", line.bytes);
    }
    strbuf_free(&line);
}

void progress_end(struct progress *progress)
{
    log_clear_line(progress->log);
    progress->next_ms = INT64_MAX;
}
