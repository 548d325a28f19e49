#include "source.h"

#include <errno.h>
#include <iconv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alien.h"
#include "unpack.h"

#define NAME_CHARS_MAX 60

static const struct text utf8_bom = {"\xEF\xBB\xBF", 3};

struct window {
    size_t len;
    char bytes[READER_CHUNK_MAX];
};

struct reader_source {
    struct reader_unpack *bytes;
    enum result failed; /* to read: says `why`. RESULT_OK: nothing has */
    struct error why;
    bool eof;
    bool json;
    const volatile sig_atomic_t *stop;
    const char *name;
    const char *encoding; /* NULL: UTF-8, which needs no decoder */
    iconv_t decoder;
    int decode_errno; /* why iconv stopped: EILSEQ, EINVAL; 0 where it didn't */
    bool flushed;     /* the decoder has given what it kept back */
    uint64_t handed;  /* bytes of text handed out before `text` */
    size_t used;      /* of text: handed out last */
    struct window text; /* decoded */
    struct window raw;  /* not decoded yet */
};

/* utf8, UTF-8, utf_8, ...: iconv knows but some of them. */
static bool is_utf8(const char *encoding)
{
    char letters[8];
    size_t n = 0;
    for (; *encoding && n < sizeof letters - 1; encoding++)
        if (*encoding != '-' && *encoding != '_')
            letters[n++] = *encoding;
    letters[n] = '\0';
    return strcasecmp(letters, "utf8") == 0;
}

static enum result open_decoder(struct reader_source *source, struct error *err)
{
    char encoding[8 * NAME_CHARS_MAX];
    text_printable(text_of(source->encoding), NAME_CHARS_MAX, encoding, sizeof encoding);
    /* To iconv, an empty name is the locale's encoding and what follows a slash its own options: lossy ones, too. */
    if (!*source->encoding || strchr(source->encoding, '/'))
        return error_set(err, RESULT_USAGE, "--encoding \"%s\": not the name of an encoding", encoding);
    source->decoder = iconv_open("UTF-8", source->encoding);
    if (source->decoder != (iconv_t)-1)
        return RESULT_OK;
    if (errno == EINVAL)
        return error_set(err, RESULT_USAGE, "--encoding %s: unknown; `iconv -l` lists the names", encoding);
    return error_set(err, RESULT_INPUT, "--encoding %s: can't be used: %s", encoding, strerror(errno));
}

enum result reader_source_open(int fd, const char *name, const struct reader_options *options,
                               struct reader_source **out, struct error *err)
{
    *out = NULL;
    struct reader_source *source = malloc(sizeof *source);
    if (!source)
        return error_memory(err);
    source->failed = RESULT_OK;
    source->eof = false;
    source->json = false;
    source->stop = options->stop;
    source->name = name;
    source->encoding = options->encoding && !is_utf8(options->encoding) ? options->encoding : NULL;
    source->decoder = (iconv_t)-1;
    source->decode_errno = 0;
    source->flushed = false;
    source->handed = 0;
    source->used = 0;
    source->text.len = 0;
    source->raw.len = 0;
    enum result result = reader_unpack_open(fd, name, &source->bytes, err);
    if (result == RESULT_OK && source->encoding)
        result = open_decoder(source, err);
    if (result == RESULT_OK)
        *out = source;
    else
        reader_source_close(source);
    return result;
}

void reader_source_close(struct reader_source *source)
{
    if (!source)
        return;
    if (source->decoder != (iconv_t)-1)
        iconv_close(source->decoder);
    reader_unpack_close(source->bytes);
    free(source);
}

static void drop_front(struct window *window, size_t n)
{
    window->len -= n;
    memmove(window->bytes, window->bytes + n, window->len);
}

/* Until the window is full: chunks must not depend on how a pipe was fed. */
static void fill(struct reader_source *source, struct window *window)
{
    while (window->len < sizeof window->bytes && !source->eof) {
        size_t n;
        source->failed = reader_unpack_read(source->bytes, window->bytes + window->len,
                                            sizeof window->bytes - window->len, &n, &source->why);
        window->len += n;
        source->eof = n == 0; /* likewise where it failed */
    }
}

/* One call of iconv, from raw to text. At the end of the file also what a decoder keeps back until it knows what
 * follows. */
static void convert(struct reader_source *source)
{
    char *in = source->raw.bytes;
    size_t in_left = source->raw.len;
    char *out = source->text.bytes + source->text.len;
    size_t out_left = sizeof source->text.bytes - source->text.len;
    source->decode_errno = 0;
    if (iconv(source->decoder, &in, &in_left, &out, &out_left) == (size_t)-1 && errno != E2BIG)
        source->decode_errno = errno;
    drop_front(&source->raw, source->raw.len - in_left);
    if (source->eof && source->raw.len == 0 && !source->flushed)
        source->flushed = iconv(source->decoder, NULL, NULL, &out, &out_left) != (size_t)-1;
    source->text.len = sizeof source->text.bytes - out_left;
}

/* Input can yield no text (a BOM, a shift); then there must be more of it. */
static void decode(struct reader_source *source)
{
    size_t raw_before;
    do {
        fill(source, &source->raw);
        raw_before = source->raw.len;
        convert(source);
    } while (source->text.len == 0 && source->raw.len < raw_before);
}

static size_t usable_prefix(struct text t)
{
    size_t len = utf8_valid_prefix(t.bytes, t.len);
    const char *nul = memchr(t.bytes, '\0', len);
    return nul ? (size_t)(nul - t.bytes) : len;
}

/* The encoding that a file with such bytes at its very beginning is written in, else NULL. */
static const char *encoding_by_bom(struct text start)
{
    static const struct {
        struct text bom;
        const char *encoding;
    } boms[] = {
        {{"\xFF\xFE\0\0", 4}, "utf-32"},
        {{"\0\0\xFE\xFF", 4}, "utf-32"},
        {{"\xFF\xFE", 2}, "utf-16"},
        {{"\xFE\xFF", 2}, "utf-16"},
    };
    for (size_t i = 0; i < sizeof boms / sizeof boms[0]; i++)
        if (start.len >= boms[i].bom.len && memcmp(start.bytes, boms[i].bom.bytes, boms[i].bom.len) == 0)
            return boms[i].encoding;
    return NULL;
}

/* rest: from the first byte that can't be used; it stands at offset in the file. */
static enum result bad_utf8(const struct reader_source *source, uint64_t line, uint64_t offset, struct text rest,
                            struct error *err)
{
    const char *encoding = offset == 0 ? encoding_by_bom(rest) : NULL;
    unsigned byte = (unsigned char)rest.bytes[0];
    if (source->json && byte != 0)
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the byte 0x%02X is not UTF-8, which JSON has to be",
                         source->name, line, byte);
    if (encoding)
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": not UTF-8; it begins as %s does: use --encoding %s",
                         source->name, line, encoding, encoding);
    if (byte != 0)
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the byte 0x%02X is not UTF-8; name the encoding, such as "
                         "--encoding windows-1252", source->name, line, byte);
    /* In UTF-16, the NUL beside an ASCII character is its first half in BE, its second in LE. */
    static const char *const by_place[] = {"utf-16be", "utf-16le"};
    encoding = offset < sizeof by_place / sizeof by_place[0] ? by_place[offset] : "utf-16";
    return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": a NUL byte; if the file is UTF-16, use --encoding %s",
                     source->name, line, encoding);
}

static enum result bad_bytes(const struct reader_source *source, uint64_t line, bool decoded, struct error *err)
{
    char encoding[8 * NAME_CHARS_MAX];
    text_printable(text_of(source->encoding), NAME_CHARS_MAX, encoding, sizeof encoding);
    if (decoded)
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": a NUL character; is --encoding %s right?",
                         source->name, line, encoding);
    if (source->decode_errno == EINVAL)
        return error_set(err, RESULT_INPUT,
                         "%s:%" PRIu64 ": the file ends within a character; is --encoding %s right?",
                         source->name, line, encoding);
    return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the byte 0x%02X is not %s; is --encoding %s right?",
                     source->name, line, (unsigned)(unsigned char)source->raw.bytes[0], encoding, encoding);
}

static bool begins_as_json(struct text start)
{
    size_t at = start.len >= utf8_bom.len && memcmp(start.bytes, utf8_bom.bytes, utf8_bom.len) == 0 ? utf8_bom.len : 0;
    while (at < start.len && start.bytes[at] != '\0' && strchr(" \t\r\n", start.bytes[at]))
        at++;
    if (at == start.len || (start.bytes[at] != '{' && start.bytes[at] != '['))
        return false;
    return at + 1 == start.len || start.bytes[at + 1] != '\0'; /* else it is UTF-16 */
}

/* Looks at the very first bytes, before any decoder does: what is JSON already is UTF-8. */
static enum result recognise(struct reader_source *source, struct error *err)
{
    struct window *first = source->encoding ? &source->raw : &source->text;
    fill(source, first);
    struct text start = {first->bytes, first->len};
    const char *alien = reader_alien(start);
    if (alien)
        return error_set(err, RESULT_INPUT, "%s: %s", source->name, alien);
    if (source->encoding && begins_as_json(start)) {
        source->encoding = NULL;
        source->text = source->raw;
        source->raw.len = 0;
    }
    return RESULT_OK;
}

enum result reader_source_next(struct reader_source *source, uint64_t line, struct text *chunk, struct error *err)
{
    bool at_start = source->handed == 0 && source->used == 0;
    enum result result = at_start ? recognise(source, err) : RESULT_OK;
    if (result != RESULT_OK)
        return result;
    if (source->stop && *source->stop)
        return error_set(err, RESULT_INPUT, "%s: interrupted", source->name);
    source->handed += source->used;
    drop_front(&source->text, source->used);
    source->used = 0;
    if (source->encoding)
        decode(source);
    else
        fill(source, &source->text);
    struct text text = {source->text.bytes, source->text.len};
    size_t bom = 0;
    if (at_start && text.len >= utf8_bom.len && memcmp(text.bytes, utf8_bom.bytes, utf8_bom.len) == 0)
        bom = utf8_bom.len;
    source->used = usable_prefix(text);
    *chunk = (struct text){text.bytes + bom, source->used - bom};
    if (at_start)
        source->json = begins_as_json(*chunk);
    if (chunk->len > 0)
        return RESULT_OK;
    if (source->failed != RESULT_OK)
        return error_set(err, source->failed, "%s", source->why.text);
    struct text rest = {text.bytes + source->used, text.len - source->used};
    if (rest.len == 0 && source->raw.len == 0)
        return RESULT_OK;
    if (source->encoding)
        return bad_bytes(source, line, rest.len > 0, err);
    return bad_utf8(source, line, source->handed + source->used, rest, err);
}

bool reader_source_ended(const struct reader_source *source)
{
    return source->eof && source->failed == RESULT_OK && source->used == source->text.len && source->raw.len == 0 &&
           (source->flushed || !source->encoding);
}

bool reader_source_is_json(const struct reader_source *source)
{
    return source->json;
}
