#include "text.h"

#include <limits.h>
#include <string.h>

#include "strbuf.h"

struct text text_of(const char *s)
{
    return s ? (struct text){s, strlen(s)} : TEXT_NONE;
}

bool text_equal(struct text a, struct text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

bool text_is(struct text a, const char *s)
{
    return a.bytes && text_equal(a, text_of(s));
}

uint64_t text_hash(struct text t)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < t.len; i++)
        hash = (hash ^ (unsigned char)t.bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static struct text trim(struct text t, const char *set, size_t set_len)
{
    while (t.len > 0 && memchr(set, t.bytes[0], set_len)) {
        t.bytes++;
        t.len--;
    }
    while (t.len > 0 && memchr(set, t.bytes[t.len - 1], set_len))
        t.len--;
    return t;
}

struct text text_trim(struct text t)
{
    return trim(t, " \t", 2);
}

struct text text_trim_space(struct text t)
{
    return trim(t, " \t\r\n", 4);
}

/* What may follow a lead byte: how many continuation bytes, and the range of the first of them (Unicode 15,
 * table 3-7). */
struct lead {
    size_t more;
    unsigned char low;
    unsigned char high;
};

static struct lead lead_of(unsigned char c)
{
    if (c < 0x80)
        return (struct lead){0, 0, 0};
    if (c >= 0xC2 && c <= 0xDF)
        return (struct lead){1, 0x80, 0xBF};
    if (c >= 0xE0 && c <= 0xEF)
        return (struct lead){2, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF};
    if (c >= 0xF0 && c <= 0xF4)
        return (struct lead){3, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF};
    return (struct lead){SIZE_MAX, 0, 0};
}

/* Bytes of the sequence at s that are in place, and in *complete whether it is whole. */
static size_t sequence_prefix(const char *s, size_t len, bool *complete)
{
    *complete = false;
    if (len == 0)
        return 0;
    struct lead lead = lead_of((unsigned char)s[0]);
    if (lead.more == SIZE_MAX)
        return 1;
    size_t n = 1;
    while (n <= lead.more && n < len) {
        unsigned char c = (unsigned char)s[n];
        unsigned char low = n == 1 ? lead.low : 0x80;
        unsigned char high = n == 1 ? lead.high : 0xBF;
        if (c < low || c > high)
            return n;
        n++;
    }
    *complete = n == lead.more + 1;
    return n;
}

size_t utf8_sequence(const char *s, size_t len)
{
    bool complete;
    size_t n = sequence_prefix(s, len, &complete);
    return complete ? n : 0;
}

size_t utf8_broken(const char *s, size_t len)
{
    bool complete;
    return sequence_prefix(s, len, &complete);
}

size_t utf8_valid_prefix(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= sizeof word) {
            memcpy(&word, s + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof word;
                continue;
            }
        }
        size_t n = utf8_sequence(s + i, len - i);
        if (n == 0)
            return i;
        i += n;
    }
    return len;
}

void utf8_mend(struct strbuf *out, struct text t)
{
    for (size_t i = 0; i < t.len;) {
        size_t good = utf8_valid_prefix(t.bytes + i, t.len - i);
        strbuf_append(out, t.bytes + i, good);
        i += good;
        if (i == t.len)
            break;
        strbuf_puts(out, "\xEF\xBF\xBD");
        i += utf8_broken(t.bytes + i, t.len - i);
    }
}

static uint32_t decode(const char *s, size_t n)
{
    static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = (unsigned char)s[0] & mask[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s[i] & 0x3F);
    return c;
}

/* Controls, and the characters that make a terminal or a log viewer break or turn a line around. */
static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x200E || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void escape_character(struct strbuf *out, const char *s, size_t n)
{
    uint32_t c = decode(s, n);
    if (!is_harmful(c))
        strbuf_append(out, s, n);
    else if (c == '\n')
        strbuf_puts(out, "\\n");
    else if (c == '\r')
        strbuf_puts(out, "\\r");
    else if (c == '\t')
        strbuf_puts(out, "\\t");
    else if (c < 0x80)
        strbuf_printf(out, "\\x%02X", (unsigned)c);
    else
        strbuf_printf(out, "\\u{%04X}", (unsigned)c);
}

void text_escape(struct strbuf *out, struct text t, size_t max_chars)
{
    size_t chars = 0;
    for (size_t i = 0; i < t.len; chars++) {
        if (max_chars > 0 && chars == max_chars) {
            strbuf_puts(out, "…");
            return;
        }
        size_t n = utf8_sequence(t.bytes + i, t.len - i);
        if (n > 0) {
            escape_character(out, t.bytes + i, n);
            i += n;
        } else {
            strbuf_printf(out, "\\x%02X", (unsigned char)t.bytes[i]);
            i++;
        }
    }
}

const char *text_printable(struct text t, size_t max_chars, char *out, size_t size)
{
    struct strbuf buf = {0};
    text_escape(&buf, t, max_chars);
    size_t len = buf.len < size ? buf.len : size - 1;
    /* A character that the array can't take whole is left out. */
    while (len > 0 && len < buf.len && ((unsigned char)buf.bytes[len] & 0xC0) == 0x80)
        len--;
    if (len > 0)
        memcpy(out, buf.bytes, len);
    out[len] = '\0';
    strbuf_free(&buf);
    return out;
}

#define NEAREST_WORD_MAX 64

static size_t edit_distance(const char *a, const char *b)
{
    size_t alen = strlen(a);
    size_t blen = strlen(b);
    size_t row[NEAREST_WORD_MAX + 1];
    if (alen > NEAREST_WORD_MAX || blen > NEAREST_WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= blen; j++)
        row[j] = j;
    for (size_t i = 1; i <= alen; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= blen; j++) {
            size_t above = row[j];
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[blen];
}

/* Half of the word mistyped is another word. */
static size_t too_far(const char *word)
{
    return strlen(word) / 2 + 1;
}

struct nearest nearest_to(const char *word)
{
    return (struct nearest){.word = word, .least = too_far(word)};
}

void nearest_offer(struct nearest *nearest, struct text candidate)
{
    char word[sizeof nearest->found];
    if (candidate.len >= sizeof word)
        return;
    if (candidate.len > 0)
        memcpy(word, candidate.bytes, candidate.len);
    word[candidate.len] = '\0';
    size_t distance = edit_distance(nearest->word, word);
    if (distance >= nearest->least)
        return;
    nearest->least = distance;
    memcpy(nearest->found, word, sizeof word);
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    const char *nearest = NULL;
    size_t least = too_far(word);
    for (size_t i = 0; i < n; i++) {
        size_t distance = edit_distance(word, words[i]);
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
