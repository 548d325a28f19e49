/* A growable run of bytes. A failed allocation is remembered, so that one look at `failed` at the end is enough. */
#ifndef FREDDYSIM_BUF_H
#define FREDDYSIM_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is empty. bytes has a NUL after its len bytes whenever it is not NULL. */
struct buf {
    char *bytes;
    size_t len;
    size_t size;
    bool failed;
};

bool buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const char *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as the inside of a JSON string, without the quotes. */
void buf_json(struct buf *b, const char *text);

/* A path or word that may stand in a TSV cell: controls, blanks and bytes beyond ASCII as %XX. */
void buf_cell(struct buf *b, const char *text);
void buf_free(struct buf *b);

/* The whole file in out. On failure errno says why. */
bool buf_read_file(struct buf *out, const char *path);

#endif
