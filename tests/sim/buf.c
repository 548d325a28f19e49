#include "buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 1024
#define READ_CHUNK 65536

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (more < b->size - b->len)
        return true;
    size_t size = b->size ? b->size : FIRST_SIZE;
    while (size - b->len <= more && size <= SIZE_MAX / 2)
        size *= 2;
    char *bytes = size - b->len > more ? realloc(b->bytes, size) : NULL;
    if (!bytes) {
        b->failed = true;
        return false;
    }
    b->bytes = bytes;
    b->size = size;
    return true;
}

void buf_add(struct buf *b, const char *bytes, size_t len)
{
    if (!buf_reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->bytes + b->len, bytes, len);
    b->len += len;
    b->bytes[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    if (!buf_reserve(b, FIRST_SIZE / 4))
        return;
    for (;;) {
        size_t room = b->size - b->len;
        va_list args;
        va_start(args, format);
        int len = vsnprintf(b->bytes + b->len, room, format, args);
        va_end(args);
        if (len < 0) {
            b->failed = true;
            return;
        }
        if ((size_t)len < room) {
            b->len += (size_t)len;
            return;
        }
        if (!buf_reserve(b, (size_t)len))
            return;
    }
}

static bool is_plain_json(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

void buf_json(struct buf *b, const char *text)
{
    while (*text) {
        size_t n = 0;
        while (text[n] && is_plain_json((unsigned char)text[n]))
            n++;
        buf_add(b, text, n);
        text += n;
        if (*text == '"' || *text == '\\')
            buf_printf(b, "\\%c", *text);
        else if (*text)
            buf_printf(b, "\\u%04x", (unsigned)(unsigned char)*text);
        if (*text)
            text++;
    }
}

void buf_cell(struct buf *b, const char *text)
{
    while (*text) {
        size_t n = 0;
        while (text[n] > 0x20 && text[n] < 0x7F)
            n++;
        buf_add(b, text, n);
        text += n;
        if (*text)
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*text++);
    }
}

void buf_free(struct buf *b)
{
    free(b->bytes);
    *b = (struct buf){0};
}

bool buf_read_file(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t n = 1;
    while (n > 0 && buf_reserve(out, READ_CHUNK)) {
        n = fread(out->bytes + out->len, 1, READ_CHUNK, file);
        out->len += n;
        out->bytes[out->len] = '\0';
    }
    int reason = out->failed ? ENOMEM : ferror(file) ? errno : 0;
    fclose(file);
    errno = reason;
    return reason == 0;
}
