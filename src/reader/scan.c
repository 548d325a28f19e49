#include "scan.h"

#include <string.h>

#include "reader.h"

enum stop {
    STOP_PLAIN = 1,
    STOP_QUOTED = 2,
};

void reader_scan_init(struct reader_scan *scan, char delimiter)
{
    *scan = (struct reader_scan){.state = READER_SCAN_ROW_START, .delimiter = delimiter, .line = 1};
    scan->stops[(unsigned char)delimiter] = STOP_PLAIN;
    scan->stops['"'] = STOP_PLAIN | STOP_QUOTED;
    scan->stops['\r'] = STOP_PLAIN | STOP_QUOTED;
    scan->stops['\n'] = STOP_PLAIN | STOP_QUOTED;
}

void reader_scan_free(struct reader_scan *scan)
{
    strbuf_free(&scan->normal);
}

static size_t run_length(const struct reader_scan *scan, struct text chunk, enum stop stop)
{
    size_t n = 0;
    while (n < chunk.len && !(scan->stops[(unsigned char)chunk.bytes[n]] & stop))
        n++;
    return n;
}

static void skip(struct text *chunk, size_t n)
{
    chunk->bytes += n;
    chunk->len -= n;
}

/* Of two caps that a run would pass, the one that is reached first counts: so a run may be cut anywhere. */
static enum reader_scan_result take_content(struct reader_scan *scan, struct text *chunk, size_t n)
{
    size_t cell_room = READER_CELL_MAX - scan->cell_len;
    size_t row_room = READER_ROW_MAX - scan->row_len;
    if (n > cell_room || n > row_room)
        return cell_room <= row_room ? READER_SCAN_CELL_TOO_LONG : READER_SCAN_ROW_TOO_LONG;
    if (scan->blank)
        scan->blank = text_trim((struct text){chunk->bytes, n}).len == 0;
    strbuf_append(&scan->normal, chunk->bytes, n);
    scan->cell_len += n;
    scan->row_len += n;
    skip(chunk, n);
    return READER_SCAN_MORE;
}

static enum reader_scan_result take_literal_quote(struct reader_scan *scan, struct text *chunk)
{
    strbuf_putc(&scan->normal, '"');
    return take_content(scan, chunk, 1);
}

static enum reader_scan_result take_markup(struct reader_scan *scan, struct text *chunk)
{
    if (scan->row_len == READER_ROW_MAX)
        return READER_SCAN_ROW_TOO_LONG;
    scan->row_len++;
    skip(chunk, 1);
    return READER_SCAN_MORE;
}

static enum reader_scan_result begin_cell(struct reader_scan *scan)
{
    if (scan->cells == READER_COLUMNS_MAX)
        return READER_SCAN_TOO_MANY_CELLS;
    scan->cells++;
    scan->cell_len = 0;
    scan->cell_line = scan->line;
    strbuf_putc(&scan->normal, '"');
    scan->state = READER_SCAN_CELL_START;
    return READER_SCAN_MORE;
}

static enum reader_scan_result end_cell(struct reader_scan *scan, struct text *chunk)
{
    enum reader_scan_result result = take_markup(scan, chunk);
    if (result != READER_SCAN_MORE)
        return result;
    strbuf_append(&scan->normal, (const char[]){'"', scan->delimiter}, 2);
    return begin_cell(scan);
}

static enum reader_scan_result begin_row(struct reader_scan *scan, struct text *chunk)
{
    bool same_line_end = scan->after_cr && chunk->bytes[0] == '\n';
    scan->after_cr = false;
    if (same_line_end) {
        skip(chunk, 1);
        return READER_SCAN_MORE;
    }
    scan->row_line = scan->line;
    scan->row_len = 0;
    scan->cells = 0;
    scan->blank = true;
    strbuf_clear(&scan->normal);
    return begin_cell(scan);
}

/* A blank row leaves nothing to tell of. */
static enum reader_scan_result end_row(struct reader_scan *scan)
{
    scan->state = READER_SCAN_ROW_START;
    if (scan->blank)
        return READER_SCAN_MORE;
    strbuf_append(&scan->normal, "\"\n", 2);
    return scan->normal.failed ? READER_SCAN_NO_MEMORY : READER_SCAN_ROW;
}

static enum reader_scan_result end_line(struct reader_scan *scan, struct text *chunk)
{
    scan->after_cr = chunk->bytes[0] == '\r';
    scan->line++;
    skip(chunk, 1);
    return end_row(scan);
}

static enum reader_scan_result scan_cell_start(struct reader_scan *scan, struct text *chunk)
{
    if (chunk->bytes[0] != '"') {
        scan->state = READER_SCAN_PLAIN;
        return READER_SCAN_MORE;
    }
    scan->state = READER_SCAN_QUOTED;
    return take_markup(scan, chunk);
}

static enum reader_scan_result scan_plain(struct reader_scan *scan, struct text *chunk)
{
    size_t n = run_length(scan, *chunk, STOP_PLAIN);
    if (n > 0) {
        enum reader_scan_result result = take_content(scan, chunk, n);
        if (result != READER_SCAN_MORE || chunk->len == 0)
            return result;
    }
    char c = chunk->bytes[0];
    if (c == '"')
        return take_literal_quote(scan, chunk);
    return c == scan->delimiter ? end_cell(scan, chunk) : end_line(scan, chunk);
}

static enum reader_scan_result scan_quoted(struct reader_scan *scan, struct text *chunk)
{
    size_t n = run_length(scan, *chunk, STOP_QUOTED);
    if (n > 0) {
        scan->after_cr = false;
        return take_content(scan, chunk, n);
    }
    char c = chunk->bytes[0];
    if (c == '"') {
        scan->after_cr = false;
        scan->state = READER_SCAN_QUOTE_SEEN;
        return take_markup(scan, chunk);
    }
    if (!(c == '\n' && scan->after_cr))
        scan->line++;
    scan->after_cr = c == '\r';
    return take_content(scan, chunk, 1);
}

static enum reader_scan_result scan_quote_seen(struct reader_scan *scan, struct text *chunk)
{
    if (chunk->bytes[0] != '"') {
        scan->state = READER_SCAN_PLAIN;
        return READER_SCAN_MORE;
    }
    scan->state = READER_SCAN_QUOTED;
    return take_literal_quote(scan, chunk);
}

static enum reader_scan_result scan_step(struct reader_scan *scan, struct text *chunk)
{
    switch (scan->state) {
    case READER_SCAN_ROW_START:
        return begin_row(scan, chunk);
    case READER_SCAN_CELL_START:
        return scan_cell_start(scan, chunk);
    case READER_SCAN_PLAIN:
        return scan_plain(scan, chunk);
    case READER_SCAN_QUOTED:
        return scan_quoted(scan, chunk);
    case READER_SCAN_QUOTE_SEEN:
        break;
    }
    return scan_quote_seen(scan, chunk);
}

enum reader_scan_result reader_scan_feed(struct reader_scan *scan, struct text *chunk)
{
    enum reader_scan_result result = scan->fault;
    while (result == READER_SCAN_MORE && chunk->len > 0)
        result = scan_step(scan, chunk);
    if (result != READER_SCAN_ROW)
        scan->fault = result;
    return result;
}

enum reader_scan_result reader_scan_finish(struct reader_scan *scan)
{
    if (scan->fault != READER_SCAN_MORE)
        return scan->fault;
    if (scan->state == READER_SCAN_QUOTED) {
        scan->fault = READER_SCAN_OPEN_QUOTE;
        return scan->fault;
    }
    enum reader_scan_result result = READER_SCAN_MORE;
    if (scan->state != READER_SCAN_ROW_START)
        result = end_row(scan);
    return result == READER_SCAN_MORE ? READER_SCAN_END : result;
}
