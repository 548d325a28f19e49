/* JSON values are framed the same however the bytes are cut, and as json_read() sees them; what was packed comes out
 * again, whatever is read and asked for at once; and a reader takes any JSON and any bytes that claim to be packed. The
 * first two bytes of the input choose what is done. */
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>

#include "json.h"
#include "reading.h"
#include "src/reader/frame.h"
#include "src/reader/unpack.h"
#include "strbuf.h"

/* Each chunk is a copy of its own, so that a byte read beyond it is found. */
static enum reader_frame_result next_value(struct reader_frame *frame, struct text *input, size_t step, char **copy,
                                           struct text *chunk)
{
    enum reader_frame_result found = reader_frame_feed(frame, chunk);
    while (found == READER_FRAME_MORE && input->len > 0) {
        size_t n = step < input->len ? step : input->len;
        free(*copy);
        *copy = malloc(n);
        must(*copy != NULL);
        memcpy(*copy, input->bytes, n);
        *chunk = (struct text){*copy, n};
        input->bytes += n;
        input->len -= n;
        found = reader_frame_feed(frame, chunk);
    }
    return found == READER_FRAME_MORE ? reader_frame_finish(frame) : found;
}

/* Gives the number of values, or -1 where it ended with a fault. */
static int spell_values(struct text input, size_t step, struct strbuf *out)
{
    struct reader_frame frame;
    struct text chunk = {"", 0};
    char *copy = NULL;
    int values = 0;
    reader_frame_init(&frame);
    enum reader_frame_result found = next_value(&frame, &input, step, &copy, &chunk);
    for (; found == READER_FRAME_VALUE; values++) {
        strbuf_printf(out, "\n%u:%zu:", (unsigned)frame.value_line, frame.value.len);
        strbuf_append(out, frame.value.bytes, frame.value.len);
        found = next_value(&frame, &input, step, &copy, &chunk);
    }
    must(found == READER_FRAME_END || found == READER_FRAME_OPEN);
    strbuf_printf(out, "\n%d %u", (int)found, (unsigned)frame.line);
    reader_frame_free(&frame);
    free(copy);
    return found == READER_FRAME_END ? values : -1;
}

static void check_frames(struct text input, size_t step)
{
    static struct json_reader *json;
    const char *problem;
    struct strbuf whole = {0};
    struct strbuf cut = {0};
    if (!json)
        json = json_reader_new();
    int values = spell_values(input, input.len, &whole);
    spell_values(input, step, &cut);
    must(whole.len == cut.len && memcmp(whole.bytes, cut.bytes, cut.len) == 0);
    bool bom = input.len > 0 && input.bytes[0] == '\xEF'; /* to a frame, this is no blank */
    const struct json *root = bom ? NULL : json_read(json, input, &problem);
    if (root && json_type(root) == JSON_ARRAY)
        must(values == (int)json_length(root));
    else if (root && json_type(root) == JSON_OBJECT)
        must(values == 1);
    strbuf_free(&whole);
    strbuf_free(&cut);
}

static void append_gzip(struct strbuf *out, struct text content)
{
    z_stream z = {0};
    uLong room = compressBound(content.len) + 64;
    must(strbuf_reserve(out, room));
    must(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = (Bytef *)(uintptr_t)content.bytes;
    z.avail_in = (uInt)content.len;
    z.next_out = (Bytef *)out->bytes + out->len;
    z.avail_out = (uInt)room;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void append_zstd(struct strbuf *out, struct text content)
{
    size_t room = ZSTD_compressBound(content.len);
    must(strbuf_reserve(out, room));
    size_t n = ZSTD_compress(out->bytes + out->len, room, content.bytes, content.len, 1);
    must(!ZSTD_isError(n));
    out->len += n;
}

/* step: bytes in each member, and asked for at once. */
static void check_packed(struct text input, size_t step, void (*append)(struct strbuf *out, struct text content))
{
    struct strbuf packed = {0};
    struct strbuf out = {0};
    struct reader_unpack *unpack;
    struct error err;
    char room[64];
    size_t len;
    for (size_t i = 0; i == 0 || i < input.len; i += step)
        append(&packed, (struct text){input.bytes + i, step < input.len - i ? step : input.len - i});
    must(reader_unpack_open(file_of((struct text){packed.bytes, packed.len}), "fuzz", &unpack, &err) == RESULT_OK);
    do {
        must(reader_unpack_read(unpack, room, step, &len, &err) == RESULT_OK);
        strbuf_append(&out, room, len);
    } while (len > 0);
    must(out.len == input.len && (out.len == 0 || memcmp(out.bytes, input.bytes, out.len) == 0));
    reader_unpack_close(unpack);
    strbuf_free(&packed);
    strbuf_free(&out);
}

/* Any bytes behind a magic number. */
static void check_claim(struct text input, const char *magic, const struct reader_options *options)
{
    struct strbuf claim = {0};
    strbuf_puts(&claim, magic);
    strbuf_append(&claim, input.bytes, input.len);
    check_reader((struct text){claim.bytes, claim.len}, options);
    strbuf_free(&claim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const id_columns[] = {NULL, NULL, "key", "2"};
    if (size < 2)
        return 0;
    struct text input = {(const char *)data + 2, size - 2};
    struct reader_options options = {.id_column = id_columns[data[1] >> 6]};
    size_t step = (data[1] & 0x3F) + 1u;
    switch (data[0] & 3) {
    case 0:
        check_frames(input, step);
        check_reader(input, &options);
        break;
    case 1:
        check_packed(input, step, data[0] & 4 ? append_gzip : append_zstd);
        break;
    case 2:
        check_claim(input, "\x1F\x8B", &options);
        break;
    default:
        check_claim(input, "\x28\xB5\x2F\xFD", &options);
    }
    return 0;
}
