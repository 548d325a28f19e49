/* Files in any encoding, of any length and from any descriptor; and what is said where they can't be read. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "reader_spell.h"
#include "src/reader/source.h"

#define UTF16_ROWS_LE "j\0o\0b\0_\0i\0d\0;\0n\0\n\0j\0o\0b\0_\0001\0;\0\xFC\0\n\0"
#define UTF16_ROWS_BE "\0j\0o\0b\0_\0i\0d\0;\0n\0\n\0j\0o\0b\0_\0001\0;\0\xFC\0\n"

static void encodings_are_decoded(void **state)
{
    (void)state;
    struct reader_options options = {.encoding = "windows-1252"};
    assert_file(BYTES("id;n\njob_1;Z\xFCrich \x80\n"), &options, "# =n \n2:<job_1> [Z\xC3\xBCrich \xE2\x82\xAC]\n");
    options.encoding = "UTF-16";
    assert_file(BYTES("\xFF\xFE" UTF16_ROWS_LE), &options, "# =n \n2:<job_1> [\xC3\xBC]\n");
    assert_file(BYTES("\xFE\xFF" UTF16_ROWS_BE), &options, "# =n \n2:<job_1> [\xC3\xBC]\n");
    options.encoding = "utf-16le";
    assert_file(BYTES("\xFF\xFE" UTF16_ROWS_LE), &options, "# =n \n2:<job_1> [\xC3\xBC]\n");
    assert_file(BYTES(UTF16_ROWS_LE), &options, "# =n \n2:<job_1> [\xC3\xBC]\n");
    options.encoding = "utf-16be";
    assert_file(BYTES(UTF16_ROWS_BE), &options, "# =n \n2:<job_1> [\xC3\xBC]\n");
    options.encoding = "utf-7"; /* stateful */
    assert_file(BYTES("id,n\njob_1,+MMY-\n"), &options, "# =n \n2:<job_1> [\xE3\x83\x86]\n");
    /* A decoder that keeps back the last letter until it knows what follows. */
    options.encoding = "windows-1258";
    assert_file(BYTES("id,n\njob_1,a"), &options, "# =n \n2:<job_1> [a]\n");
}

static void utf8_goes_by_many_names_and_with_or_without_bom(void **state)
{
    (void)state;
    const char *names[] = {NULL, "utf-8", "UTF8", "Utf_8"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct reader_options options = {.encoding = names[i]};
        assert_file(BYTES("\xEF\xBB\xBFid,n\njob_1,\xF0\x9F\x98\x80\n"), &options,
                    "# =n \n2:<job_1> [\xF0\x9F\x98\x80]\n");
    }
    assert_default("\xEF\xBB\xBF\"\xEF\xBB\xBFjob_id\",n\njob_1,\xEF\xBB\xBF\n", "# =n \n2:<job_1> [\xEF\xBB\xBF]\n");
}

static void unknown_encodings_are_usage_errors(void **state)
{
    (void)state;
    assert_file(BYTES("id\n"), &(struct reader_options){.encoding = "latin-77"},
                "\n2 --encoding latin-77: unknown; `iconv -l` lists the names\n");
    assert_file(BYTES("id\n"), &(struct reader_options){.encoding = "windows-1252//IGNORE"},
                "\n2 --encoding \"windows-1252//IGNORE\": not the name of an encoding\n");
    assert_file(BYTES("id\n"), &(struct reader_options){.encoding = "utf-8/"},
                "\n2 --encoding \"utf-8/\": not the name of an encoding\n");
    assert_file(BYTES("id\n"), &(struct reader_options){.encoding = ""},
                "\n2 --encoding \"\": not the name of an encoding\n");
}

static void broken_utf8_names_line_and_option(void **state)
{
    (void)state;
#define HINT "name the encoding, such as --encoding windows-1252\n"
    assert_default("id,n\r\njob_1,a\rjob_2,Z\xFCrich\n",
                   "# =n \n2:<job_1> [a]\n4 f.csv:3: the byte 0xFC is not UTF-8; " HINT);
    assert_default("id,n\njob_1,\"a\n\r\n\n\xE4", "# =n \n4 f.csv:5: the byte 0xE4 is not UTF-8; " HINT);
    assert_default("id,n\njob_1,\xE2\x82", "# =n \n4 f.csv:2: the byte 0xE2 is not UTF-8; " HINT);
    assert_default("id,\xFC\n", "\n4 f.csv:1: the byte 0xFC is not UTF-8; " HINT);
    assert_default("id\n\xED\xA0\x80\n", "# \n4 f.csv:2: the byte 0xED is not UTF-8; " HINT);
    assert_default("\xEF\xBB\xBF\xFF\xFE", "\n4 f.csv:1: the byte 0xFF is not UTF-8; " HINT);
}

static void utf16_is_recognised_in_the_message(void **state)
{
    (void)state;
    assert_file(BYTES("\xFF\xFE" UTF16_ROWS_LE), &defaults,
                "\n4 f.csv:1: not UTF-8; it begins as utf-16 does: use --encoding utf-16\n");
    assert_file(BYTES("\xFE\xFF" UTF16_ROWS_BE), &defaults,
                "\n4 f.csv:1: not UTF-8; it begins as utf-16 does: use --encoding utf-16\n");
    assert_file(BYTES("\xFF\xFE\0\0j\0\0\0"), &defaults,
                "\n4 f.csv:1: not UTF-8; it begins as utf-32 does: use --encoding utf-32\n");
    assert_file(BYTES(UTF16_ROWS_LE), &defaults,
                "\n4 f.csv:1: a NUL byte; if the file is UTF-16, use --encoding utf-16le\n");
    assert_file(BYTES(UTF16_ROWS_BE), &defaults,
                "\n4 f.csv:1: a NUL byte; if the file is UTF-16, use --encoding utf-16be\n");
    assert_file(BYTES("id\njob_1\njob_2\0\n"), &defaults,
                "# \n2:<job_1>\n4 f.csv:3: a NUL byte; if the file is UTF-16, use --encoding utf-16\n");
}

static void bytes_that_are_not_of_the_named_encoding_name_the_line(void **state)
{
    (void)state;
    assert_file(BYTES("id\njob_1\n\x81\n"), &(struct reader_options){.encoding = "windows-1252"},
                "# \n2:<job_1>\n"
                "4 f.csv:3: the byte 0x81 is not windows-1252; is --encoding windows-1252 right?\n");
    assert_file(BYTES("id\n\xFC\n"), &(struct reader_options){.encoding = "ascii"},
                "# \n4 f.csv:2: the byte 0xFC is not ascii; is --encoding ascii right?\n");
    assert_file(BYTES("i\0d\0\n\0j"), &(struct reader_options){.encoding = "utf-16le"},
                "# \n4 f.csv:2: the file ends within a character; is --encoding utf-16le right?\n");
    assert_file(BYTES("i\0d\0\n\0\x3D\xD8"), &(struct reader_options){.encoding = "utf-16le"},
                "# \n4 f.csv:2: the file ends within a character; is --encoding utf-16le right?\n");
    assert_file(BYTES("i\0d\0\n\0\0\0"), &(struct reader_options){.encoding = "utf-16le"},
                "# \n4 f.csv:2: a NUL character; is --encoding utf-16le right?\n");
    assert_file(BYTES("\xFF\xFEj"), &(struct reader_options){.encoding = "utf-16le"},
                "\n4 f.csv:1: the file ends within a character; is --encoding utf-16le right?\n");
}

static void assert_unusable(const struct strbuf *input, const char *expected)
{
    char *out = spelled((struct text){input->bytes, input->len}, &defaults);
    assert_string_equal(out, expected);
    free(out);
}

static void caps_name_the_line(void **state)
{
    (void)state;
    struct strbuf input = {0};
    strbuf_puts(&input, "id,n\n\njob_1,\"\n");
    for (size_t i = 0; i < READER_CELL_MAX / 8; i++)
        strbuf_puts(&input, "12345\r\n,");
    assert_unusable(&input, "# =n \n4 f.csv:3: a cell that begins here is longer than 1048576 bytes: is its "
                            "closing quote missing?\n");
    strbuf_clear(&input);
    strbuf_puts(&input, "id,n\njob_1");
    for (size_t i = 0; i < READER_COLUMNS_MAX; i++)
        strbuf_puts(&input, ",\"\n\"");
    assert_unusable(&input, "# =n \n4 f.csv:2: the row has more than 10000 cells: is --delimiter right?\n");
    strbuf_clear(&input);
    strbuf_puts(&input, "id,n\njob_1");
    for (size_t i = 0; i < READER_ROW_MAX / 4096; i++)
        strbuf_printf(&input, ",%4095d", 7);
    assert_unusable(&input, "# =n \n4 f.csv:2: the row that begins here is longer than 16777216 bytes: is a "
                            "closing quote missing?\n");
    strbuf_free(&input);
}

/* Row i of the long file: its cell changes its kind from row to row. */
static const char *const long_cells[][2] = {
    {"\"\xC3\xBC\"\"x\r\ny\"", "\xC3\xBC\"x\r\ny"},
    {"\xE2\x82\xAC \xE2\x82\xAC", "\xE2\x82\xAC \xE2\x82\xAC"},
    {"\"\"\"\"\r\n", "\""}, /* and a blank line */
};

static void append_encoded(struct strbuf *out, const char *utf8, const char *encoding)
{
    bool wide = encoding && strcmp(encoding, "utf-16le") == 0;
    while (*utf8) {
        unsigned char c = (unsigned char)*utf8;
        size_t len = utf8_sequence(utf8, strlen(utf8));
        unsigned code = len == 1 ? c : len == 2 ? 0xFC : 0x20AC; /* all that long_cells has */
        if (!encoding)
            strbuf_append(out, utf8, len);
        else if (wide)
            strbuf_append(out, (const char[]){(char)(code & 0xFF), (char)(code >> 8)}, 2);
        else
            strbuf_putc(out, (char)(code == 0x20AC ? 0x80 : code));
        utf8 += len;
    }
}

static void assert_long_file(size_t shift, const char *encoding)
{
    struct strbuf input = {0};
    struct strbuf expected = {0};
    unsigned line = 2;
    for (size_t i = 0; i < shift; i++)
        append_encoded(&input, " ", encoding);
    append_encoded(&input, "id,n\r\n", encoding);
    strbuf_puts(&expected, "# =n ");
    for (unsigned i = 0; input.len < READER_CHUNK_MAX + 1000; i++) {
        const char *const *cell = long_cells[i % 3];
        append_encoded(&input, "job_1,", encoding);
        append_encoded(&input, cell[0], encoding);
        append_encoded(&input, "\r\n", encoding);
        strbuf_printf(&expected, "\n%u:<job_1> [%s]", line, cell[1]);
        line += i % 3 == 1 ? 1 : 2;
    }
    strbuf_putc(&expected, '\n');
    struct reader_options options = {.encoding = encoding};
    char *out = spelled((struct text){input.bytes, input.len}, &options);
    assert_int_equal(strlen(out), expected.len);
    assert_memory_equal(out, expected.bytes, expected.len);
    free(out);
    strbuf_free(&input);
    strbuf_free(&expected);
}

static void nothing_is_lost_where_chunks_meet(void **state)
{
    (void)state;
    static const char *const encodings[] = {NULL, "windows-1252", "utf-16le"};
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        for (size_t shift = 0; shift < 70; shift++) /* more than the three rows have bytes */
            assert_long_file(shift, encodings[i]);
}

static void input_without_text_is_not_the_end(void **state)
{
    (void)state;
    struct strbuf input = {0};
    strbuf_puts(&input, "\x89\x84\x25"); /* id in EBCDIC */
    for (size_t i = 0; i < 2 * READER_CHUNK_MAX; i++)
        strbuf_puts(&input, "\x0E\x0F"); /* shift out, shift in */
    strbuf_puts(&input, "\x91\x96\x82\x6D\xF1\x25");
    char *out = spelled((struct text){input.bytes, input.len}, &(struct reader_options){.encoding = "ibm937"});
    assert_string_equal(out, "# \n2:<job_1>\n");
    free(out);
    strbuf_free(&input);
}

static void a_broken_byte_far_on_names_its_line(void **state)
{
    (void)state;
    struct strbuf input = {0};
    strbuf_puts(&input, "id,n\n");
    for (unsigned i = 0; i < READER_CHUNK_MAX / 4; i++)
        strbuf_puts(&input, "job_1,\xC3\xBC\r\n");
    strbuf_puts(&input, "job_1,\xC3");
    char *out = spelled((struct text){input.bytes, input.len}, &defaults);
    static const char expected[] = "\n4 f.csv:32770: the byte 0xC3 is not UTF-8; " HINT;
    assert_string_equal(out + strlen(out) - strlen(expected), expected);
    free(out);
    strbuf_free(&input);
}

static void reading_starts_at_the_current_place(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_true(fputs("junk\nid\njob_1\n", file) >= 0);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(lseek(fileno(file), 5, SEEK_SET), 5);
    char *out = spelled_fd(fileno(file), &defaults);
    assert_string_equal(out, "# \n2:<job_1>\n");
    free(out);
    fclose(file);
}

static void what_cant_be_read_is_not_usable(void **state)
{
    (void)state;
    int folder = open("/", O_RDONLY);
    assert_true(folder >= 0);
    char *out = spelled_fd(folder, &defaults);
    assert_string_equal(out, "\n4 f.csv: can't be read: Is a directory\n");
    free(out);
    close(folder);
    out = spelled_fd(-1, &(struct reader_options){.encoding = "utf-16"});
    assert_string_equal(out, "\n4 f.csv: can't be read: Bad file descriptor\n");
    free(out);
}

static void names_are_printable_in_messages(void **state)
{
    (void)state;
    struct reader *reader;
    struct error err;
    assert_int_equal(reader_open(-1, "a\x1B[2J\n", &defaults, &reader, &err), RESULT_INPUT);
    assert_string_equal(err.text, "a\\x1B[2J\\n: can't be read: Bad file descriptor");
}

static void on_alarm(int number)
{
    (void)number;
}

static pid_t write_slowly(int fd, const char *text)
{
    pid_t child = fork();
    if (child == 0) {
        for (; *text; text++) {
            nanosleep(&(struct timespec){0, 5000000}, NULL);
            if (write(fd, text, 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    return child;
}

static void signals_dont_end_reading(void **state)
{
    (void)state;
    int ends[2];
    int status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = write_slowly(ends[1], "id\njob_1\n");
    assert_true(child > 0);
    close(ends[1]);
    struct sigaction interrupt = {.sa_handler = on_alarm}; /* without SA_RESTART: read(2) fails with EINTR */
    assert_int_equal(sigaction(SIGUSR1, &interrupt, NULL), 0);
    pid_t parent = getpid();
    pid_t signaller = fork();
    if (signaller == 0) {
        while (getppid() == parent) {
            kill(parent, SIGUSR1);
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
        _exit(0);
    }
    assert_true(signaller > 0);
    char *out = spelled_fd(ends[0], &defaults);
    kill(signaller, SIGKILL);
    assert_int_equal(waitpid(signaller, &status, 0), signaller);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(out, "# \n2:<job_1>\n");
    free(out);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings_are_decoded),
        cmocka_unit_test(utf8_goes_by_many_names_and_with_or_without_bom),
        cmocka_unit_test(unknown_encodings_are_usage_errors),
        cmocka_unit_test(broken_utf8_names_line_and_option),
        cmocka_unit_test(utf16_is_recognised_in_the_message),
        cmocka_unit_test(bytes_that_are_not_of_the_named_encoding_name_the_line),
        cmocka_unit_test(caps_name_the_line),
        cmocka_unit_test(nothing_is_lost_where_chunks_meet),
        cmocka_unit_test(input_without_text_is_not_the_end),
        cmocka_unit_test(a_broken_byte_far_on_names_its_line),
        cmocka_unit_test(reading_starts_at_the_current_place),
        cmocka_unit_test(what_cant_be_read_is_not_usable),
        cmocka_unit_test(names_are_printable_in_messages),
        cmocka_unit_test(signals_dont_end_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
