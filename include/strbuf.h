/* A growable run of bytes. An allocation that fails is remembered: the appends after it do nothing, and
 * one look at `failed` at the end answers for all of them. */
#ifndef JOBLEDGER_STRBUF_H
#define JOBLEDGER_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* {0} is an empty buffer. bytes is NUL-terminated whenever it is not NULL (the NUL is not counted in len);
 * it may also hold NUL bytes. */
struct strbuf {
    char *bytes;
    size_t len;
    size_t size;
    bool failed;
};

/* Makes room for `more` bytes beyond len without changing len. False when that failed. */
bool strbuf_reserve(struct strbuf *buf, size_t more);

/* Here, because the cells of reports are made of little else. */
static inline void strbuf_append(struct strbuf *buf, const char *bytes, size_t len)
{
    if ((buf->failed || len >= buf->size - buf->len) && !strbuf_reserve(buf, len))
        return;
    if (len > 0)
        memcpy(buf->bytes + buf->len, bytes, len);
    buf->len += len;
    buf->bytes[buf->len] = '\0';
}

static inline void strbuf_putc(struct strbuf *buf, char c)
{
    strbuf_append(buf, &c, 1);
}

void strbuf_puts(struct strbuf *buf, const char *text);
void strbuf_put_int(struct strbuf *buf, int64_t value); /* in decimal */
void strbuf_printf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Empties the buffer and clears `failed`, and keeps the memory. */
void strbuf_clear(struct strbuf *buf);
void strbuf_free(struct strbuf *buf);

#endif
