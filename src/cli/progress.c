#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "strbuf.h"
#include "text.h"

#define FIRST_MS 1000 /* what is done within a second needs no line */
#define DRAW_MS 250
#define LOG_MS 60000
#define NARROWEST 20

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

/* Asked each time, so that a window that is made smaller is kept to. */
static size_t window_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col > NARROWEST ? size.ws_col : NARROWEST;
}

static void add_duration(struct strbuf *out, int64_t seconds)
{
    if (seconds >= 3600)
        strbuf_printf(out, "%" PRId64 "h %02dm", seconds / 3600, (int)(seconds / 60 % 60));
    else if (seconds >= 60)
        strbuf_printf(out, "%dm %02ds", (int)(seconds / 60), (int)(seconds % 60));
    else
        strbuf_printf(out, "%ds", (int)seconds);
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
    strbuf_printf(out, "%s  %" PRIu64, progress->what, done);
    if (total > 0)
        strbuf_printf(out, "/%" PRIu64, total);
    strbuf_printf(out, " %s", unit);
    add_rate(out, done, elapsed);
    if (total > done && done > 0) {
        strbuf_puts(out, "  ETA ");
        add_duration(out, (int64_t)((total - done) * (uint64_t)elapsed / done / 1000));
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
        size_t len = cut(line.bytes, line.len, window_width() - 1);
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
