/* gzip and zstd, known by their content: what comes out, however little is read and asked for at once, and what is said
 * of files that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "src/reader/alien.h"
#include "src/reader/unpack.h"
#include "stepwise.h"
#include "strbuf.h"

#define BYTES(literal) ((struct text){literal, sizeof(literal) - 1})
#define ROWS "job_id,client\njob_1,Acme\njob_2,Acme\njob_3,Acme\n"
#define GET_ANEW "; get the file anew"

typedef void packer(struct strbuf *out, struct text content);

static void gzip(struct strbuf *out, struct text content)
{
    z_stream z = {0};
    uLong room = compressBound(content.len) + 64;
    assert_true(strbuf_reserve(out, room));
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)content.bytes;
    z.avail_in = (uInt)content.len;
    z.next_out = (Bytef *)out->bytes + out->len;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void zstd(struct strbuf *out, struct text content)
{
    size_t room = ZSTD_compressBound(content.len);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    assert_non_null(z);
    assert_true(strbuf_reserve(out, room));
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    size_t n = ZSTD_compress2(z, out->bytes + out->len, room, content.bytes, content.len);
    assert_false(ZSTD_isError(n));
    out->len += n;
    ZSTD_freeCCtx(z);
}

static packer *const packers[] = {gzip, zstd};

static struct text text_in(const struct strbuf *buf)
{
    return (struct text){buf->bytes, buf->len};
}

/* The content, asked for `size` bytes at a time, then the result and message where it went wrong. */
static void unpack_fd(int fd, size_t size, struct strbuf *out)
{
    struct reader_unpack *unpack;
    struct error err;
    char *room = malloc(size);
    size_t len;
    enum result result = reader_unpack_open(fd, "f", &unpack, &err);
    assert_int_equal(result, RESULT_OK);
    do {
        result = reader_unpack_read(unpack, room, size, &len, &err);
        strbuf_append(out, room, len);
    } while (result == RESULT_OK && len > 0);
    if (result == RESULT_OK)
        assert_int_equal(reader_unpack_read(unpack, room, size, &len, &err), RESULT_OK);
    else
        strbuf_printf(out, "!%d %s", (int)result, err.text);
    assert_int_equal(len, 0);
    reader_unpack_close(unpack);
    free(room);
}

static void unpack(struct text input, size_t step, size_t size, struct strbuf *out)
{
    int fd = stepwise(input, step);
    unpack_fd(fd, size, out);
    close(fd);
}

static void assert_unpacked(struct text input, const char *expected)
{
    static const size_t steps[] = {1, 7, 1000};
    static const size_t sizes[] = {1, 5, 100000};
    for (size_t i = 0; i < 9; i++) {
        struct strbuf out = {0};
        unpack(input, steps[i / 3] + input.len / 200, sizes[i % 3], &out);
        strbuf_putc(&out, '\0');
        assert_string_equal(out.bytes, expected);
        strbuf_free(&out);
    }
}

static void what_is_not_packed_is_handed_on(void **state)
{
    (void)state;
    assert_unpacked(BYTES(ROWS), ROWS);
    assert_unpacked(BYTES(""), "");
    assert_unpacked(BYTES("\x1F"), "\x1F");
    assert_unpacked(BYTES("\x28\xB5\x2F"), "\x28\xB5\x2F");
    assert_unpacked(BYTES("\x50*M"), "\x50*M");
}

static void gzip_and_zstd_are_unpacked(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        packers[i](&packed, BYTES(ROWS));
        assert_unpacked(text_in(&packed), ROWS);
        strbuf_clear(&packed);
        packers[i](&packed, BYTES(""));
        assert_unpacked(text_in(&packed), "");
        strbuf_free(&packed);
    }
}

static void members_and_frames_are_one_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        packers[i](&packed, BYTES("job_id\n"));
        packers[i](&packed, BYTES(""));
        packers[i](&packed, BYTES("job_1\n"));
        assert_unpacked(text_in(&packed), "job_id\njob_1\n");
        strbuf_free(&packed);
    }
}

static void frames_that_are_to_be_skipped_are(void **state)
{
    (void)state;
    static const char skippable[] = "\x5F\x2A\x4D\x18\x04\0\0\0abcd";
    struct strbuf packed = {0};
    strbuf_append(&packed, skippable, sizeof skippable - 1);
    zstd(&packed, BYTES(ROWS));
    strbuf_append(&packed, skippable, sizeof skippable - 1);
    assert_unpacked(text_in(&packed), ROWS);
    strbuf_free(&packed);
}

static void packed_twice_stays_packed_once(void **state)
{
    (void)state;
    struct strbuf once = {0};
    struct strbuf twice = {0};
    struct strbuf out = {0};
    gzip(&once, BYTES(ROWS));
    zstd(&twice, text_in(&once));
    unpack(text_in(&twice), 1000, 1000, &out);
    assert_int_equal(out.len, once.len);
    assert_memory_equal(out.bytes, once.bytes, once.len);
    assert_string_equal(reader_alien(text_in(&out)), "is packed twice; unpack it once");
    strbuf_free(&once);
    strbuf_free(&twice);
    strbuf_free(&out);
}

static void what_follows_gzip(void **state)
{
    (void)state;
    struct strbuf packed = {0};
    gzip(&packed, BYTES("x\n"));
    size_t len = packed.len;
    for (size_t i = 0; i < 100; i++)
        strbuf_putc(&packed, '\0');
    assert_unpacked(text_in(&packed), "x\n");
    gzip(&packed, BYTES("y\n"));
#define FOLLOWS "x\n!4 f: something that is not gzip follows its gzip data" GET_ANEW
    assert_unpacked(text_in(&packed), FOLLOWS);
    packed.len = len;
    strbuf_puts(&packed, "job_1\n");
    assert_unpacked(text_in(&packed), FOLLOWS);
    packed.len = len;
    strbuf_puts(&packed, "\x1Fjob_1\n");
    assert_unpacked(text_in(&packed), "x\n!4 f: its gzip data is damaged (incorrect header check)" GET_ANEW);
    packed.len = 0;
    zstd(&packed, BYTES("x\n"));
    strbuf_puts(&packed, "job_1\n");
    assert_unpacked(text_in(&packed), "x\n!4 f: its zstd data is damaged (Unknown frame descriptor)" GET_ANEW);
    strbuf_free(&packed);
}

static void what_is_cut_anywhere_is_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        packers[i](&packed, BYTES(ROWS));
        for (size_t len = 4; len < packed.len; len++) {
            struct strbuf out = {0};
            unpack((struct text){packed.bytes, len}, len, 1000, &out);
            strbuf_putc(&out, '\0');
            assert_non_null(strstr(out.bytes, "!4 f: is cut short: its compressed data has no end" GET_ANEW));
            strbuf_free(&out);
        }
        strbuf_free(&packed);
    }
}

/* Changes that do no harm are in headers: a time, a system, a bit that means nothing. */
static void no_change_passes_for_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        size_t harmless = 0;
        packers[i](&packed, BYTES(ROWS));
        for (size_t at = i == 0 ? 2 : 4; at < packed.len; at++) { /* behind the magic number */
            struct strbuf out = {0};
            packed.bytes[at] ^= 0x10;
            unpack(text_in(&packed), 1000, 1000, &out);
            packed.bytes[at] ^= 0x10;
            strbuf_putc(&out, '\0');
            if (!strstr(out.bytes, "!4 f: ")) {
                harmless++;
                assert_string_equal(out.bytes, ROWS);
            }
            strbuf_free(&out);
        }
        assert_in_range(harmless, 1, 8);
        strbuf_free(&packed);
    }
}

static void a_checksum_that_does_not_hold_is_damage(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "!4 f: its gzip data is damaged (incorrect length check)" GET_ANEW,
        "!4 f: its zstd data is damaged (Restored data doesn't match checksum)" GET_ANEW,
    };
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        packers[i](&packed, BYTES(ROWS));
        packed.bytes[packed.len - 1] ^= 1;
        struct strbuf out = {0};
        unpack(text_in(&packed), 1, 1, &out);
        strbuf_putc(&out, '\0');
        assert_non_null(strstr(out.bytes, expected[i]));
        strbuf_free(&out);
        strbuf_free(&packed);
    }
}

static void a_window_that_takes_too_much_memory_is_refused(void **state)
{
    (void)state;
    char packed[100];
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, 28);
    ZSTD_inBuffer in = {ROWS, sizeof ROWS - 1, 0};
    ZSTD_inBuffer none = {"", 0, 0};
    ZSTD_outBuffer out = {packed, sizeof packed, 0};
    /* Without an end in sight the window stays as large as it was asked for. */
    assert_false(ZSTD_isError(ZSTD_compressStream2(z, &out, &in, ZSTD_e_flush)));
    assert_false(ZSTD_isError(ZSTD_compressStream2(z, &out, &none, ZSTD_e_end)));
    ZSTD_freeCCtx(z);
    assert_unpacked((struct text){packed, out.pos},
                    "!4 f: unpacking it takes more than 128 MiB; pack it without zstd --long");
}

/* Much more than there is room for, out of little. */
static void what_swells_comes_piece_by_piece(void **state)
{
    (void)state;
    enum { SIZE = 5000000 };
    char *content = malloc(SIZE);
    memset(content, 'x', SIZE);
    for (size_t i = 0; i < 2; i++) {
        struct strbuf packed = {0};
        struct strbuf out = {0};
        packers[i](&packed, (struct text){content, SIZE});
        assert_true(packed.len < 10000);
        unpack(text_in(&packed), packed.len, 3000, &out);
        assert_int_equal(out.len, SIZE);
        assert_memory_equal(out.bytes, content, SIZE);
        strbuf_free(&packed);
        strbuf_free(&out);
    }
    free(content);
}

static void what_cant_be_read_says_so(void **state)
{
    (void)state;
    struct strbuf out = {0};
    unpack_fd(-1, 10, &out);
    assert_string_equal(out.bytes, "!4 f: can't be read: Bad file descriptor");
    strbuf_free(&out);
}

static void files_that_are_no_text_are_known(void **state)
{
    (void)state;
#define ZIP "PK\x03\x04" "0123456789012345" "01234567" "\x03\0"
    const struct {
        struct text start;
        const char *expected; /* begins so */
    } cases[] = {
        {BYTES(ZIP "a.csv"), "is a ZIP archive; unpack it"},
        {BYTES(ZIP "xl/workbook.xml"), "is an Excel workbook (.xlsx), not CSV; in Excel: Save As, CSV UTF-8"},
        {BYTES(ZIP "[Content_Types].xml" ZIP "xl/a"), "is an Excel workbook (.xlsx)"},
        {BYTES(ZIP "word/a" ZIP "docProps/xl/a"), "is a ZIP archive"},
        {BYTES(ZIP "xl"), "is a ZIP archive"},
        {BYTES("PK\x03\x04"), "is a ZIP archive"},
        {BYTES(ZIP "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "is an OpenDocument spreadsheet"},
        {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "is an old Office file"},
        {BYTES("%PDF-1.7"), "is a PDF; "},
        {BYTES("\x89PNG\r\n\x1A\n"), "is a picture (PNG); "},
        {BYTES("\xFF\xD8\xFF\xE0"), "is a picture (JPEG); "},
        {BYTES("PAR1"), "is a Parquet file; "},
        {BYTES("SQLite format 3"), "is a SQLite database; "},
        {BYTES("\xFD" "7zXZ"), "is packed with xz; unpack it first"},
        {BYTES("BZh91AY&SY"), "is packed with bzip2; "},
        {BYTES("\x04\x22\x4D\x18"), "is packed with lz4; "},
        {BYTES("7z\xBC\xAF"), "is packed with 7-Zip; "},
        {BYTES("\x1F\x9D"), "is packed with compress; "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *what = reader_alien(cases[i].start);
        assert_non_null(what);
        assert_memory_equal(what, cases[i].expected, strlen(cases[i].expected));
    }
    assert_null(reader_alien(BYTES("")));
    assert_null(reader_alien(BYTES("PK\x03")));
    assert_null(reader_alien(BYTES("PKW,job_id\n")));
    assert_null(reader_alien(BYTES("job_id," ZIP "xl/\n")));
    assert_null(reader_alien(BYTES("\xFF\xFEj\0o\0b\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_packed_is_handed_on),
        cmocka_unit_test(gzip_and_zstd_are_unpacked),
        cmocka_unit_test(members_and_frames_are_one_content),
        cmocka_unit_test(frames_that_are_to_be_skipped_are),
        cmocka_unit_test(packed_twice_stays_packed_once),
        cmocka_unit_test(what_follows_gzip),
        cmocka_unit_test(what_is_cut_anywhere_is_cut_short),
        cmocka_unit_test(no_change_passes_for_content),
        cmocka_unit_test(a_checksum_that_does_not_hold_is_damage),
        cmocka_unit_test(a_window_that_takes_too_much_memory_is_refused),
        cmocka_unit_test(what_swells_comes_piece_by_piece),
        cmocka_unit_test(what_cant_be_read_says_so),
        cmocka_unit_test(files_that_are_no_text_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
