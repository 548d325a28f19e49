/* What a reader makes of a file, spelled out; and the same however few bytes each read brings. */
#ifndef JOBLEDGER_TESTS_READER_SPELL_H
#define JOBLEDGER_TESTS_READER_SPELL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reader.h"
#include "stepwise.h"
#include "strbuf.h"

static const struct reader_options defaults = {0};

#define BYTES(literal) ((struct text){literal, sizeof(literal) - 1})

static void spell_columns(const struct reader *reader, struct strbuf *out)
{
    static const char kinds[] = {[READER_IGNORED] = '-', [READER_ID] = '#', [READER_LABEL] = '=',
                                 [READER_EXPECTED] = '?'};
    const struct reader_column *columns;
    size_t count = reader_columns(reader, &columns);
    for (size_t i = 0; i < count; i++) {
        strbuf_putc(out, kinds[columns[i].kind]);
        if (columns[i].kind == READER_LABEL || columns[i].kind == READER_EXPECTED)
            strbuf_append(out, columns[i].name.bytes, columns[i].name.len);
        strbuf_putc(out, ' ');
    }
}

static void spell_row(const struct reader *reader, const struct reader_row *row, struct strbuf *out)
{
    const struct reader_column *columns;
    size_t count = reader_columns(reader, &columns);
    strbuf_printf(out, "\n%u:<%.*s>", (unsigned)row->line, (int)row->id.len, row->id.bytes);
    if (row->reason)
        strbuf_printf(out, " %s", row->reason);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(row->cells[i].bytes);
        if (columns[i].kind == READER_LABEL || columns[i].kind == READER_EXPECTED)
            strbuf_printf(out, " [%.*s]", (int)row->cells[i].len, row->cells[i].bytes);
    }
}

/* The columns, then a line for each row, then the result and message where it went wrong. */
static char *spelled_fd(int fd, const struct reader_options *options)
{
    struct reader *reader;
    struct reader_row row;
    struct error err;
    struct strbuf out = {0};
    bool end = false;
    enum result result = reader_open(fd, "f.csv", options, &reader, &err);
    if (result == RESULT_OK)
        spell_columns(reader, &out);
    else
        assert_null(reader);
    while (result == RESULT_OK && !end) {
        result = reader_next(reader, &row, &end, &err);
        if (result == RESULT_OK && !end)
            spell_row(reader, &row, &out);
    }
    if (result != RESULT_OK)
        strbuf_printf(&out, "\n%d %s", (int)result, err.text);
    reader_close(reader);
    strbuf_putc(&out, '\n');
    assert_false(out.failed);
    return out.bytes;
}

static char *spelled(struct text input, const struct reader_options *options)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(input.bytes, 1, input.len, file), input.len);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    char *out = spelled_fd(fileno(file), options);
    fclose(file);
    return out;
}

/* However few bytes each read brings. */
static char *spelled_in_steps(struct text input, size_t step, const struct reader_options *options)
{
    int fd = stepwise(input, step);
    char *out = spelled_fd(fd, options);
    close(fd);
    return out;
}

static void assert_file(struct text input, const struct reader_options *options, const char *expected)
{
    char *out = spelled(input, options);
    assert_string_equal(out, expected);
    free(out);
    size_t step = input.len > 100 ? input.len / 100 : 1;
    for (; step <= input.len; step++) {
        out = spelled_in_steps(input, step, options);
        assert_string_equal(out, expected);
        free(out);
    }
}

static inline void assert_default(const char *input, const char *expected)
{
    assert_file(text_of(input), &defaults, expected);
}

#endif
