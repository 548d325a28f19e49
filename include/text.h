/* Text from outside: a span of bytes that need not be NUL-terminated or valid UTF-8. */
#ifndef JOBLEDGER_TEXT_H
#define JOBLEDGER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf;

/* bytes NULL: absent (JSON null, SQL NULL). A span never owns its bytes. */
struct text {
    const char *bytes;
    size_t len;
};

#define TEXT_NONE ((struct text){NULL, 0})

/* The span of a NUL-terminated string; of NULL, TEXT_NONE. */
struct text text_of(const char *s);
bool text_equal(struct text a, struct text b);
bool text_is(struct text a, const char *s);

/* FNV-1a, 64 bits (Fowler, Noll, Vo): for tables in memory, not for anything that is kept. */
uint64_t text_hash(struct text t);

/* The span without blanks (space, tab) at either end. */
struct text text_trim(struct text t);
/* The same, and without line ends there. */
struct text text_trim_space(struct text t);

/* Length in bytes (1 to 4) of the well-formed UTF-8 sequence at the start of s (RFC 3629: no overlong
 * forms, no surrogates, nothing above U+10FFFF), or 0 where there is none. */
size_t utf8_sequence(const char *s, size_t len);

/* Length (1 to 3) of the maximal broken part at the start of s, where utf8_sequence() is 0 and len > 0:
 * what one U+FFFD stands for (Unicode 15, 3.9, "substitution of maximal subparts"). */
size_t utf8_broken(const char *s, size_t len);

/* Offset of the first byte that is not part of well-formed UTF-8; len where there is none. */
size_t utf8_valid_prefix(const char *s, size_t len);

/* Appends t with U+FFFD in place of each of its broken parts. */
void utf8_mend(struct strbuf *out, struct text t);

/* Appends t for a person's eyes: control characters (C0, DEL, C1), line separators and bytes that are not
 * UTF-8 are shown as \n, \t, \xHH or \u{HHHH}, a backslash as itself. Cut to at most max_chars characters, then "…";
 * 0: not cut. */
void text_escape(struct strbuf *out, struct text t, size_t max_chars);

/* text_escape into a fixed array, always NUL-terminated, for use in messages. Returns out. */
const char *text_printable(struct text t, size_t max_chars, char *out, size_t size);

/* A search for the word nearest to another (Levenshtein), which is near enough to be meant. */
struct nearest {
    const char *word;
    size_t least;
    char found[128]; /* NUL-terminated; empty: none is near enough */
};
struct nearest nearest_to(const char *word);
void nearest_offer(struct nearest *nearest, struct text candidate);

/* Levenshtein's nearest word to `word` among n words, NULL where none is near enough to be meant. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

#endif
