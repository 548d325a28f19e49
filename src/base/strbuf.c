#include "strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool strbuf_reserve(struct strbuf *buf, size_t more)
{
    if (buf->failed)
        return false;
    if (more < buf->size - buf->len)
        return true;
    if (more >= SIZE_MAX / 2 - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t size = buf->size ? buf->size : 64;
    while (size - buf->len <= more)
        size *= 2;
    char *bytes = realloc(buf->bytes, size);
    if (!bytes) {
        buf->failed = true;
        return false;
    }
    buf->bytes = bytes;
    buf->size = size;
    return true;
}

void strbuf_puts(struct strbuf *buf, const char *text)
{
    strbuf_append(buf, text, strlen(text));
}

void strbuf_put_int(struct strbuf *buf, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (value < 0)
        *--at = '-';
    strbuf_append(buf, at, (size_t)(digits + sizeof digits - at));
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        buf->failed = true;
        return;
    }
    if (!strbuf_reserve(buf, (size_t)len))
        return;
    va_start(args, format);
    vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

void strbuf_clear(struct strbuf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->bytes)
        buf->bytes[0] = '\0';
}

void strbuf_free(struct strbuf *buf)
{
    free(buf->bytes);
    *buf = (struct strbuf){0};
}
