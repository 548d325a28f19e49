#include "terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80
#define NARROWEST 20

size_t terminal_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_COLUMNS;
    return size.ws_col > NARROWEST ? size.ws_col : NARROWEST;
}

struct terminal terminal_of(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    struct terminal terminal = {.is = isatty(fd) == 1, .columns = terminal_columns(fd)};
    bool unwanted = no_color && no_color[0];
    bool able = term && term[0] && strcmp(term, "dumb") != 0;
    terminal.colour = terminal.is && able && !unwanted;
    return terminal;
}

void terminal_paint(struct strbuf *out, const struct terminal *terminal, enum tint tint, const char *text)
{
    static const char *const codes[] = {
        [TINT_DIM] = "\033[2m", [TINT_GOOD] = "\033[32m", [TINT_OPEN] = "\033[33m", [TINT_BAD] = "\033[31m",
    };
    strbuf_printf(out, "%s%s%s", terminal->colour ? codes[tint] : "", text, terminal->colour ? "\033[m" : "");
}

void figure_append(struct strbuf *out, const char *number, bool grouped)
{
    size_t whole = strcspn(number, ".");
    for (size_t i = 0; i < whole; i++) {
        if (grouped && i > 0 && (whole - i) % 3 == 0)
            strbuf_putc(out, '\'');
        strbuf_putc(out, number[i]);
    }
    strbuf_puts(out, number + whole);
}

void figure_append_count(struct strbuf *out, uint64_t n, bool grouped)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, n);
    figure_append(out, digits, grouped);
}

void figure_append_duration(struct strbuf *out, int64_t seconds)
{
    if (seconds >= 86400)
        strbuf_printf(out, "%" PRId64 "d %02dh", seconds / 86400, (int)(seconds / 3600 % 24));
    else if (seconds >= 3600)
        strbuf_printf(out, "%dh %02dm", (int)(seconds / 3600), (int)(seconds / 60 % 60));
    else if (seconds >= 60)
        strbuf_printf(out, "%dm %02ds", (int)(seconds / 60), (int)(seconds % 60));
    else
        strbuf_printf(out, "%ds", (int)seconds);
}
