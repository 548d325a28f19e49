/* Reads a file through the reader's contract, and holds it to that. */
#ifndef JOBLEDGER_TESTS_FUZZ_READING_H
#define JOBLEDGER_TESTS_FUZZ_READING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "reader.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

/* A descriptor at the beginning of a file that holds the bytes. The same one each time; not to be closed. */
static int file_of(struct text bytes)
{
    static FILE *file;
    if (!file)
        file = tmpfile();
    must(file != NULL);
    int fd = fileno(file);
    must(ftruncate(fd, 0) == 0);
    must(pwrite(fd, bytes.bytes, bytes.len, 0) == (ssize_t)bytes.len);
    must(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

static void check_row(const struct reader *reader, const struct reader_row *row)
{
    const struct reader_column *columns;
    size_t count = reader_columns(reader, &columns);
    must(row->line > 0);
    must(row->reason != NULL || job_id_valid(row->id));
    must(utf8_valid_prefix(row->id.bytes, row->id.len) == row->id.len);
    for (size_t i = 0; i < count; i++) {
        must(row->cells[i].bytes != NULL);
        must(utf8_valid_prefix(row->cells[i].bytes, row->cells[i].len) == row->cells[i].len);
        must(row->cells[i].len == 0 || memchr(row->cells[i].bytes, '\0', row->cells[i].len) == NULL);
    }
}

static void check_reader(struct text input, const struct reader_options *options)
{
    struct reader *reader;
    struct reader_row row = {0};
    struct error err;
    uint64_t line = 0;
    bool end = false;
    enum result result = reader_open(file_of(input), "fuzz", options, &reader, &err);
    bool opened = result == RESULT_OK;
    while (result == RESULT_OK && !end) {
        result = reader_next(reader, &row, &end, &err);
        if (result == RESULT_OK && !end) {
            check_row(reader, &row);
            must(row.line >= line);
            line = row.line;
        }
    }
    must(result == RESULT_OK || result == RESULT_INPUT);
    if (result != RESULT_OK)
        must(strchr(err.text, '\n') == NULL && utf8_valid_prefix(err.text, strlen(err.text)) == strlen(err.text));
    if (opened)
        reader_close(reader);
}

#endif
