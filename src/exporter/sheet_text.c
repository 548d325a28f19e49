#include "sheet_text.h"

#include <string.h>

#include "xlsx.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define CUT_MARK "\xE2\x80\xA6" /* … */

/* One character on its way into a cell. */
struct piece {
    size_t taken;    /* bytes of the text */
    const char *put; /* what stands for them */
    size_t put_len;
    size_t units;   /* in UTF-16 */
    size_t written; /* characters of put, of which libxlsxwriter takes no more than Excel does units */
    size_t width;
};

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Whether Excel might take what begins here for an escape: the `_` at its end can also be that of the next one. */
static bool looks_escaped(struct text t)
{
    return t.len >= 6 && t.bytes[0] == '_' && t.bytes[1] == 'x' && is_hex(t.bytes[2]) && is_hex(t.bytes[3]) &&
           is_hex(t.bytes[4]) && is_hex(t.bytes[5]);
}

static struct piece escape(size_t taken, const char *escaped)
{
    return (struct piece){taken, escaped, strlen(escaped), 1, strlen(escaped), 1};
}

/* East Asian characters take two columns, nearly all of which are at or above U+3000. */
static size_t width_of(const char *s, size_t len)
{
    return len == 4 || (len == 3 && (unsigned char)s[0] >= 0xE3) ? 2 : 1;
}

static struct piece first_piece(struct text t)
{
    size_t len = utf8_sequence(t.bytes, t.len);
    if (len == 0)
        return (struct piece){utf8_broken(t.bytes, t.len), REPLACEMENT, strlen(REPLACEMENT), 1, 1, 1};
    if (t.bytes[0] == '\0')
        return (struct piece){1, REPLACEMENT, strlen(REPLACEMENT), 1, 1, 1};
    if (looks_escaped(t))
        return escape(1, "_x005F_");
    if (len == 3 && memcmp(t.bytes, "\xEF\xBF\xBE", 3) == 0)
        return escape(3, "_xFFFE_");
    if (len == 3 && memcmp(t.bytes, "\xEF\xBF\xBF", 3) == 0)
        return escape(3, "_xFFFF_");
    return (struct piece){len, t.bytes, len, len == 4 ? 2 : 1, 1, width_of(t.bytes, len)};
}

struct sheet_text sheet_text(struct strbuf *out, struct text t)
{
    struct sheet_text made = {0};
    size_t written = 0;
    size_t fits = 0; /* bytes of out with room for the mark behind them */
    strbuf_clear(out);
    strbuf_puts(out, "");
    while (t.len > 0) {
        struct piece piece = first_piece(t);
        made.units += piece.units;
        written += piece.written;
        made.cut |= made.units > XLSX_TEXT_MAX || written > XLSX_TEXT_MAX;
        if (!made.cut) {
            strbuf_append(out, piece.put, piece.put_len);
            made.width += piece.width;
        }
        if (made.units < XLSX_TEXT_MAX && written < XLSX_TEXT_MAX)
            fits = out->len;
        t.bytes += piece.taken;
        t.len -= piece.taken;
    }
    if (made.cut && !out->failed) {
        out->len = fits;
        strbuf_puts(out, CUT_MARK);
    }
    return made;
}
