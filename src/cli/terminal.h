/* What is behind an output: a terminal with its width and colours, or a file or pipe, which wants plain text. And figures as
 * people read them. */
#ifndef JOBLEDGER_CLI_TERMINAL_H
#define JOBLEDGER_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strbuf.h"

struct terminal {
    bool is;
    bool colour; /* not with $NO_COLOR (no-color.org), nor on one that has none */
    size_t columns;
};
struct terminal terminal_of(int fd);

/* Asked anew each time, so that a window that is made smaller is kept to. Of no terminal: 80. */
size_t terminal_columns(int fd);

enum tint { TINT_DIM, TINT_GOOD, TINT_OPEN, TINT_BAD };

/* Appends text in that colour, where there are any. */
void terminal_paint(struct strbuf *out, const struct terminal *terminal, enum tint tint, const char *text);

/* Appends a whole number, or plain decimals, with ' between thousands where grouped: 1'234'567.05. It is no decimal sign
 * anywhere, as the comma and the point are, and it is ASCII. */
void figure_append(struct strbuf *out, const char *number, bool grouped);
void figure_append_count(struct strbuf *out, uint64_t n, bool grouped);

/* Appends a time of so many seconds by its two largest units: 3d 04h, 1h 02m, 5m 09s, 7s. */
void figure_append_duration(struct strbuf *out, int64_t seconds);

#endif
