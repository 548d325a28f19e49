#include "sorter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#define PREFIX_AT 4              /* behind `job_` */
#define PIECE_BUFFER (256u << 10)
#define NO_CELLS UINT32_MAX

/* What stands in front of a row's job ID and cells. */
struct head {
    uint64_t line;
    uint32_t cells_len; /* NO_CELLS: there are none */
    uint8_t id_len;
};

#define HEAD_SIZE (sizeof(uint64_t) + sizeof(uint32_t) + sizeof(uint8_t))

/* A row in memory. The first bytes of its ID, as a number, decide most comparisons. */
struct key {
    uint64_t prefix;
    size_t at;
};

/* A sorted run of rows in the temporary file, and where a merge stands in it. */
struct piece {
    off_t start;
    off_t end;
    off_t at;          /* of what is not in the buffer yet */
    char *buffer;
    size_t buffer_size;
    size_t len;        /* of what is in the buffer */
    size_t taken;      /* of that, what lies behind */
    struct sorter_row row;
    uint64_t prefix;
    bool ended;
};

struct sorter {
    size_t few;
    char *rows;
    size_t size;
    size_t len;
    struct key *keys;
    size_t count;
    size_t keys_size;

    int fd; /* -1: nothing was put aside */
    struct piece *pieces;
    size_t piece_count;
    size_t *heap; /* of pieces, the one with the least row on top */
    size_t heap_count;

    size_t next; /* in memory */
    char last_id[256];
    size_t last_len;
};

struct sorter *sorter_new(size_t few, size_t memory)
{
    struct sorter *sorter = calloc(1, sizeof *sorter);
    if (!sorter)
        return NULL;
    sorter->fd = -1;
    sorter->few = few;
    sorter->size = memory;
    sorter->rows = malloc(memory);
    if (!sorter->rows) {
        free(sorter);
        return NULL;
    }
    return sorter;
}

void sorter_clear(struct sorter *sorter)
{
    for (size_t i = 0; i < sorter->piece_count; i++)
        free(sorter->pieces[i].buffer);
    free(sorter->pieces);
    free(sorter->heap);
    if (sorter->fd >= 0)
        close(sorter->fd);
    sorter->fd = -1;
    sorter->pieces = NULL;
    sorter->heap = NULL;
    sorter->piece_count = sorter->heap_count = sorter->len = sorter->count = 0;
}

void sorter_free(struct sorter *sorter)
{
    if (!sorter)
        return;
    sorter_clear(sorter);
    free(sorter->rows);
    free(sorter->keys);
    free(sorter);
}

/* ---- rows as bytes ---- */

static void put_head(char *out, const struct head *head)
{
    memcpy(out, &head->line, sizeof head->line);
    memcpy(out + sizeof head->line, &head->cells_len, sizeof head->cells_len);
    memcpy(out + sizeof head->line + sizeof head->cells_len, &head->id_len, sizeof head->id_len);
}

static struct head head_at(const char *bytes)
{
    struct head head;
    memcpy(&head.line, bytes, sizeof head.line);
    memcpy(&head.cells_len, bytes + sizeof head.line, sizeof head.cells_len);
    memcpy(&head.id_len, bytes + sizeof head.line + sizeof head.cells_len, sizeof head.id_len);
    return head;
}

static size_t row_size(const struct head *head)
{
    return HEAD_SIZE + head->id_len + (head->cells_len == NO_CELLS ? 0 : head->cells_len);
}

static struct sorter_row row_at(const char *bytes)
{
    struct head head = head_at(bytes);
    struct text cells = {bytes + HEAD_SIZE + head.id_len, head.cells_len};
    return (struct sorter_row){{bytes + HEAD_SIZE, head.id_len}, head.line,
                               head.cells_len == NO_CELLS ? TEXT_NONE : cells};
}

static uint64_t prefix_of(struct text id)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < sizeof prefix; i++) {
        size_t at = PREFIX_AT + i;
        prefix = prefix << 8 | (at < id.len ? (unsigned char)id.bytes[at] : 0);
    }
    return prefix;
}

static int compare_ids(struct text a, struct text b)
{
    int order = memcmp(a.bytes, b.bytes, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* ---- pieces ---- */

/* qsort() hands on nothing but the two, so the rows' place goes with each comparison in a static. */
static const char *sorted_rows;

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a;
    const struct key *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    int order = compare_ids(row_at(sorted_rows + x->at).job_id, row_at(sorted_rows + y->at).job_id);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static enum result temporary_error(const char *what, struct error *err)
{
    return error_set(err, RESULT_LEDGER, "rows can't be %s a temporary file ($TMPDIR): %s; free some space, or name a "
                     "folder that has it", what, strerror(errno));
}

static enum result write_all(int fd, const char *bytes, size_t len, struct error *err)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return temporary_error("put aside in", err);
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return RESULT_OK;
}

/* Rows that lie apart in memory, written in their order. */
static enum result write_rows(const struct sorter *sorter, off_t *written, struct error *err)
{
    char *buffer = malloc(PIECE_BUFFER);
    size_t len = 0;
    enum result result = buffer ? RESULT_OK : error_memory(err);
    for (size_t i = 0; result == RESULT_OK && i < sorter->count; i++) {
        const char *row = sorter->rows + sorter->keys[i].at;
        struct head head = head_at(row);
        size_t size = row_size(&head);
        *written += (off_t)size;
        if (len + size > PIECE_BUFFER) {
            result = write_all(sorter->fd, buffer, len, err);
            len = 0;
        }
        if (result == RESULT_OK && size > PIECE_BUFFER) {
            result = write_all(sorter->fd, row, size, err);
        } else if (result == RESULT_OK) {
            memcpy(buffer + len, row, size);
            len += size;
        }
    }
    if (result == RESULT_OK)
        result = write_all(sorter->fd, buffer, len, err);
    free(buffer);
    return result;
}

static void sort_rows(struct sorter *sorter)
{
    sorted_rows = sorter->rows;
    qsort(sorter->keys, sorter->count, sizeof *sorter->keys, compare_keys);
}

static enum result put_aside(struct sorter *sorter, struct error *err)
{
    struct piece *pieces = realloc(sorter->pieces, (sorter->piece_count + 1) * sizeof *pieces);
    if (!pieces)
        return error_memory(err);
    sorter->pieces = pieces;
    if (sorter->fd < 0)
        sorter->fd = temporary_file();
    if (sorter->fd < 0)
        return temporary_error("put aside in", err);
    sort_rows(sorter);
    struct piece *piece = &pieces[sorter->piece_count];
    *piece = (struct piece){.start = sorter->piece_count > 0 ? piece[-1].end : 0};
    piece->end = piece->start;
    enum result result = write_rows(sorter, &piece->end, err);
    sorter->piece_count++;
    sorter->len = sorter->count = 0;
    return result;
}

static bool grow_keys(struct sorter *sorter)
{
    if (sorter->count < sorter->keys_size)
        return true;
    size_t size = sorter->keys_size ? sorter->keys_size * 2 : 1024;
    struct key *keys = realloc(sorter->keys, size * sizeof *keys);
    if (!keys)
        return false;
    sorter->keys = keys;
    sorter->keys_size = size;
    return true;
}

/* A single row may be larger than all the memory that was meant for them. */
static bool grow_rows(struct sorter *sorter, size_t size)
{
    if (size <= sorter->size)
        return true;
    char *rows = realloc(sorter->rows, size);
    if (!rows)
        return false;
    sorter->rows = rows;
    sorter->size = size;
    return true;
}

enum result sorter_add(struct sorter *sorter, const struct sorter_row *row, struct error *err)
{
    struct head head = {row->line, row->cells.bytes ? (uint32_t)row->cells.len : NO_CELLS, (uint8_t)row->job_id.len};
    size_t size = row_size(&head);
    enum result result = RESULT_OK;
    if (size > sorter->size - sorter->len && sorter->count > 0)
        result = put_aside(sorter, err);
    if (result != RESULT_OK)
        return result;
    if (!grow_keys(sorter) || !grow_rows(sorter, sorter->len + size))
        return error_memory(err);
    char *at = sorter->rows + sorter->len;
    put_head(at, &head);
    memcpy(at + HEAD_SIZE, row->job_id.bytes, row->job_id.len);
    if (row->cells.len > 0)
        memcpy(at + HEAD_SIZE + row->job_id.len, row->cells.bytes, row->cells.len);
    sorter->keys[sorter->count++] = (struct key){prefix_of(row->job_id), sorter->len};
    sorter->len += size;
    return RESULT_OK;
}

/* ---- merging ---- */

/* Makes sure that `size` bytes of the piece are in its buffer, as far as it has them. */
static enum result fill(const struct sorter *sorter, struct piece *piece, size_t size, struct error *err)
{
    if (piece->len - piece->taken >= size)
        return RESULT_OK;
    memmove(piece->buffer, piece->buffer + piece->taken, piece->len - piece->taken);
    piece->len -= piece->taken;
    piece->taken = 0;
    if (size > piece->buffer_size) {
        char *buffer = realloc(piece->buffer, size);
        if (!buffer)
            return error_memory(err);
        piece->buffer = buffer;
        piece->buffer_size = size;
    }
    while (piece->len < size && piece->at < piece->end) {
        size_t room = piece->buffer_size - piece->len;
        size_t left = (size_t)(piece->end - piece->at);
        ssize_t n = pread(sorter->fd, piece->buffer + piece->len, room < left ? room : left, piece->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return temporary_error("read from", err);
        piece->len += (size_t)n;
        piece->at += n;
    }
    return RESULT_OK;
}

static enum result advance(const struct sorter *sorter, struct piece *piece, struct error *err)
{
    enum result result = fill(sorter, piece, HEAD_SIZE, err);
    piece->ended = piece->len == piece->taken;
    if (result != RESULT_OK || piece->ended)
        return result;
    struct head head = head_at(piece->buffer + piece->taken);
    result = fill(sorter, piece, row_size(&head), err);
    if (result != RESULT_OK)
        return result;
    piece->row = row_at(piece->buffer + piece->taken);
    piece->prefix = prefix_of(piece->row.job_id);
    piece->taken += row_size(&head);
    return RESULT_OK;
}

/* Of the same ID the earlier piece goes first: it holds the earlier lines. */
static bool before(const struct sorter *sorter, size_t a, size_t b)
{
    const struct piece *x = &sorter->pieces[a];
    const struct piece *y = &sorter->pieces[b];
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix;
    int order = compare_ids(x->row.job_id, y->row.job_id);
    return order != 0 ? order < 0 : a < b;
}

static void sift_down(struct sorter *sorter, size_t i)
{
    size_t moved = sorter->heap[i];
    for (size_t child = 2 * i + 1; child < sorter->heap_count; child = 2 * i + 1) {
        if (child + 1 < sorter->heap_count && before(sorter, sorter->heap[child + 1], sorter->heap[child]))
            child++;
        if (!before(sorter, sorter->heap[child], moved))
            break;
        sorter->heap[i] = sorter->heap[child];
        i = child;
    }
    sorter->heap[i] = moved;
}

static enum result start_merge(struct sorter *sorter, struct error *err)
{
    if (!sorter->heap)
        sorter->heap = calloc(sorter->piece_count, sizeof *sorter->heap);
    if (!sorter->heap)
        return error_memory(err);
    enum result result = RESULT_OK;
    sorter->heap_count = 0;
    for (size_t i = 0; result == RESULT_OK && i < sorter->piece_count; i++) {
        struct piece *piece = &sorter->pieces[i];
        piece->at = piece->start;
        piece->len = piece->taken = 0;
        if (!piece->buffer) {
            piece->buffer = malloc(PIECE_BUFFER);
            piece->buffer_size = PIECE_BUFFER;
        }
        result = piece->buffer ? advance(sorter, piece, err) : error_memory(err);
        if (!piece->ended)
            sorter->heap[sorter->heap_count++] = i;
    }
    for (size_t i = sorter->heap_count / 2; i-- > 0;)
        sift_down(sorter, i);
    return result;
}

enum result sorter_rewind(struct sorter *sorter, struct error *err)
{
    enum result result = RESULT_OK;
    if (sorter->piece_count > 0 && sorter->count > 0)
        result = put_aside(sorter, err);
    else if (sorter->len > sorter->few)
        sort_rows(sorter);
    sorter->next = 0;
    sorter->last_len = 0;
    return result == RESULT_OK && sorter->piece_count > 0 ? start_merge(sorter, err) : result;
}

/* The row behind the one that was given out last, which stays valid until then. */
static enum result step(struct sorter *sorter, struct error *err)
{
    struct piece *top = &sorter->pieces[sorter->heap[0]];
    enum result result = advance(sorter, top, err);
    if (top->ended)
        sorter->heap[0] = sorter->heap[--sorter->heap_count];
    if (sorter->heap_count > 0)
        sift_down(sorter, 0);
    return result;
}

static bool is_repeated(const struct sorter *sorter, struct text id)
{
    return sorter->last_len == id.len && memcmp(sorter->last_id, id.bytes, id.len) == 0;
}

static void remember(struct sorter *sorter, struct text id)
{
    sorter->last_len = id.len;
    memcpy(sorter->last_id, id.bytes, id.len);
}

static enum result next_merged(struct sorter *sorter, struct sorter_row *row, bool *more, struct error *err)
{
    enum result result = RESULT_OK;
    if (sorter->last_len > 0)
        result = step(sorter, err);
    while (result == RESULT_OK && sorter->heap_count > 0 &&
           is_repeated(sorter, sorter->pieces[sorter->heap[0]].row.job_id))
        result = step(sorter, err);
    *more = result == RESULT_OK && sorter->heap_count > 0;
    if (!*more)
        return result;
    *row = sorter->pieces[sorter->heap[0]].row;
    remember(sorter, row->job_id);
    return RESULT_OK;
}

enum result sorter_next(struct sorter *sorter, struct sorter_row *row, bool *more, struct error *err)
{
    if (sorter->piece_count > 0)
        return next_merged(sorter, row, more, err);
    bool sorted = sorter->len > sorter->few;
    while (sorter->next < sorter->count) {
        *row = row_at(sorter->rows + sorter->keys[sorter->next++].at);
        *more = true;
        if (sorted && is_repeated(sorter, row->job_id))
            continue;
        if (sorted)
            remember(sorter, row->job_id);
        return RESULT_OK;
    }
    *more = false;
    return RESULT_OK;
}
