#include "unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "text.h"

#define PACKED_MAX (1u << 16)
#define GZIP_MAGIC "\x1F\x8B"
#define GZIP_WINDOW (16 + MAX_WBITS) /* to zlib: gzip, with the largest window that there is */

/* Unpacks from `packed` as much as there is room for. *len may be 0 where more of the file is needed. */
typedef enum result unpacker(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err);

struct reader_unpack {
    int fd;
    const char *name;
    unpacker *step; /* NULL: nothing has been read yet */
    bool eof;
    bool between; /* no member or frame has been begun that isn't complete */
    bool padding; /* zero bytes follow, and nothing else may */
    z_stream gzip;
    ZSTD_DStream *zstd;
    struct text packed; /* what is left of bytes */
    char bytes[PACKED_MAX];
};

static void take(struct reader_unpack *unpack, size_t n)
{
    unpack->packed.bytes += n;
    unpack->packed.len -= n;
}

/* Until the buffer is full, since a magic number must not depend on how a pipe was fed. */
static enum result refill(struct reader_unpack *unpack, struct error *err)
{
    size_t len = 0;
    while (len < sizeof unpack->bytes && !unpack->eof) {
        ssize_t n = read(unpack->fd, unpack->bytes + len, sizeof unpack->bytes - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, RESULT_INPUT, "%s: can't be read: %s", unpack->name, strerror(errno));
        len += (size_t)n;
        unpack->eof = n == 0;
    }
    unpack->packed = (struct text){unpack->bytes, len};
    return RESULT_OK;
}

static enum result copy(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err)
{
    (void)err;
    *len = unpack->packed.len < size ? unpack->packed.len : size;
    memcpy(out, unpack->packed.bytes, *len);
    take(unpack, *len);
    return RESULT_OK;
}

static enum result damaged(const struct reader_unpack *unpack, const char *format, const char *what, struct error *err)
{
    return error_set(err, RESULT_INPUT, "%s: its %s data is damaged (%s); get the file anew", unpack->name, format,
                     what);
}

/* What follows a complete member, as gzip(1) sees it: another one, or zero bytes that fill up a tape's block. */
static enum result next_member(struct reader_unpack *unpack, struct error *err)
{
    while (unpack->packed.len > 0 && unpack->packed.bytes[0] == '\0') {
        unpack->padding = true;
        take(unpack, 1);
    }
    if (unpack->packed.len == 0)
        return RESULT_OK;
    if (unpack->padding || unpack->packed.bytes[0] != GZIP_MAGIC[0])
        return error_set(err, RESULT_INPUT, "%s: something that is not gzip follows its gzip data; get the file anew",
                         unpack->name);
    return inflateReset(&unpack->gzip) == Z_OK ? RESULT_OK : error_memory(err);
}

static enum result gunzip(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err)
{
    z_stream *gzip = &unpack->gzip;
    if (unpack->between) {
        enum result result = next_member(unpack, err);
        if (result != RESULT_OK || unpack->packed.len == 0)
            return result;
        unpack->between = false;
    }
    gzip->next_in = (const Bytef *)unpack->packed.bytes;
    gzip->avail_in = (uInt)unpack->packed.len;
    gzip->next_out = (Bytef *)out;
    gzip->avail_out = (uInt)size;
    int code = inflate(gzip, Z_NO_FLUSH);
    take(unpack, unpack->packed.len - gzip->avail_in);
    *len = size - gzip->avail_out;
    unpack->between = code == Z_STREAM_END;
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
        return RESULT_OK;
    return code == Z_MEM_ERROR ? error_memory(err) : damaged(unpack, "gzip", gzip->msg ? gzip->msg : "zlib", err);
}

static enum result unzstd(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err)
{
    ZSTD_inBuffer in = {unpack->packed.bytes, unpack->packed.len, 0};
    ZSTD_outBuffer to = {out, size, 0};
    size_t left = ZSTD_decompressStream(unpack->zstd, &to, &in);
    take(unpack, in.pos);
    *len = to.pos;
    unpack->between = left == 0;
    if (!ZSTD_isError(left))
        return RESULT_OK;
    switch (ZSTD_getErrorCode(left)) {
    case ZSTD_error_memory_allocation:
        return error_memory(err);
    case ZSTD_error_frameParameter_windowTooLarge:
        return error_set(err, RESULT_INPUT, "%s: unpacking it takes more than 128 MiB; pack it without zstd --long",
                         unpack->name);
    default:
        return damaged(unpack, "zstd", ZSTD_getErrorName(left), err);
    }
}

static bool begins(struct text t, const char *magic)
{
    size_t len = strlen(magic);
    return t.len >= len && memcmp(t.bytes, magic, len) == 0;
}

/* pzstd begins with a frame that is to be skipped: sixteen magic numbers stand for such. */
static bool is_zstd(struct text start)
{
    return begins(start, "\x28\xB5\x2F\xFD") ||
           (start.len >= 4 && (start.bytes[0] & 0xF0) == 0x50 && memcmp(start.bytes + 1, "\x2A\x4D\x18", 3) == 0);
}

static enum result recognise(struct reader_unpack *unpack, struct error *err)
{
    enum result result = refill(unpack, err);
    if (result != RESULT_OK)
        return result;
    unpack->between = true;
    if (begins(unpack->packed, GZIP_MAGIC)) {
        unpack->step = gunzip;
        return inflateInit2(&unpack->gzip, GZIP_WINDOW) == Z_OK ? RESULT_OK : error_memory(err);
    }
    if (is_zstd(unpack->packed)) {
        unpack->step = unzstd;
        unpack->zstd = ZSTD_createDStream();
        return unpack->zstd ? RESULT_OK : error_memory(err);
    }
    unpack->step = copy;
    return RESULT_OK;
}

enum result reader_unpack_open(int fd, const char *name, struct reader_unpack **out, struct error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return error_memory(err);
    (*out)->fd = fd;
    (*out)->name = name;
    return RESULT_OK;
}

void reader_unpack_close(struct reader_unpack *unpack)
{
    if (!unpack)
        return;
    if (unpack->step == gunzip)
        inflateEnd(&unpack->gzip);
    ZSTD_freeDStream(unpack->zstd);
    free(unpack);
}

enum result reader_unpack_read(struct reader_unpack *unpack, char *out, size_t size, size_t *len, struct error *err)
{
    *len = 0;
    enum result result = unpack->step ? RESULT_OK : recognise(unpack, err);
    while (result == RESULT_OK && *len == 0) {
        if (unpack->packed.len == 0)
            result = refill(unpack, err);
        bool all_given = unpack->packed.len == 0;
        if (result != RESULT_OK || (all_given && unpack->between))
            break;
        /* Also with nothing left: there may be more to come out than there was room for. */
        result = unpack->step(unpack, out, size, len, err);
        if (result == RESULT_OK && all_given && *len == 0)
            result = error_set(err, RESULT_INPUT, "%s: is cut short: its compressed data has no end; get the file anew",
                               unpack->name);
    }
    if (result != RESULT_OK)
        *len = 0;
    return result;
}
