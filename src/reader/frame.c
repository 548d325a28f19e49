#include "frame.h"

#include "reader.h"

void reader_frame_init(struct reader_frame *frame)
{
    *frame = (struct reader_frame){.state = READER_FRAME_BETWEEN, .line = 1};
}

void reader_frame_free(struct reader_frame *frame)
{
    strbuf_free(&frame->value);
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || is_line_end(c);
}

static void count_line(struct reader_frame *frame, char c)
{
    frame->line += c == '\r' || (c == '\n' && !frame->after_cr);
    frame->after_cr = c == '\r';
}

static void skip(struct text *chunk, size_t n)
{
    chunk->bytes += n;
    chunk->len -= n;
}

void reader_frame_skip(struct reader_frame *frame, struct text *chunk, size_t n)
{
    for (size_t i = 0; i < n; i++)
        count_line(frame, chunk->bytes[i]);
    skip(chunk, n);
}

static enum reader_frame_result take(struct reader_frame *frame, struct text *chunk, size_t n)
{
    if (n > READER_ROW_MAX - frame->value.len)
        return READER_FRAME_TOO_LONG;
    strbuf_append(&frame->value, chunk->bytes, n);
    skip(chunk, n);
    return READER_FRAME_MORE;
}

static enum reader_frame_result end_value(struct reader_frame *frame)
{
    struct strbuf *value = &frame->value;
    frame->state = READER_FRAME_BETWEEN;
    frame->begun = true;
    while (value->len > 0 && is_blank(value->bytes[value->len - 1]))
        value->len--;
    return value->failed ? READER_FRAME_NO_MEMORY : READER_FRAME_VALUE;
}

static void begin_value(struct reader_frame *frame, char c)
{
    strbuf_clear(&frame->value);
    frame->value_line = frame->line;
    frame->depth = 0;
    frame->quoted = false;
    frame->escaped = false;
    if (frame->in_array)
        frame->state = READER_FRAME_ELEMENT;
    else
        frame->state = c == '{' && !frame->lines ? READER_FRAME_OBJECT : READER_FRAME_LINE;
}

static void scan_between(struct reader_frame *frame, struct text *chunk)
{
    char c = chunk->bytes[0];
    if (is_blank(c)) {
        reader_frame_skip(frame, chunk, 1);
    } else if (c == '[' && !frame->in_array && !frame->lines) {
        frame->begun = true;
        frame->in_array = true;
        frame->after_comma = false;
        frame->array_line = frame->line;
        skip(chunk, 1);
    } else if (c == ']' && frame->in_array && !frame->after_comma) {
        frame->in_array = false;
        skip(chunk, 1);
    } else {
        begin_value(frame, c);
    }
}

/* Length of the value's part at the front of the chunk; *ended where what follows it is no part of it. */
static size_t value_length(struct reader_frame *frame, struct text chunk, bool *ended)
{
    *ended = false;
    for (size_t n = 0; n < chunk.len; n++) {
        char c = chunk.bytes[n];
        count_line(frame, c);
        if (frame->quoted) {
            frame->quoted = c != '"' || frame->escaped;
            frame->escaped = c == '\\' && !frame->escaped;
        } else if (c == '"') {
            frame->quoted = true;
        } else if (c == '{' || c == '[') {
            frame->depth++;
        } else if (frame->depth > 0) {
            frame->depth -= c == '}' || c == ']';
            *ended = frame->depth == 0 && frame->state == READER_FRAME_OBJECT;
            if (*ended)
                return n + 1;
        } else if (c == ',' || c == ']') {
            *ended = true;
            return n;
        }
    }
    return chunk.len;
}

static enum reader_frame_result scan_object(struct reader_frame *frame, struct text *chunk)
{
    bool ended;
    size_t n = value_length(frame, *chunk, &ended);
    if (ended)
        frame->state = READER_FRAME_CLOSED;
    return take(frame, chunk, n);
}

static enum reader_frame_result scan_element(struct reader_frame *frame, struct text *chunk)
{
    bool ended;
    size_t n = value_length(frame, *chunk, &ended);
    enum reader_frame_result result = take(frame, chunk, n);
    if (!ended || result != READER_FRAME_MORE)
        return result;
    frame->after_comma = chunk->bytes[0] == ',';
    frame->in_array = frame->after_comma;
    skip(chunk, 1);
    return end_value(frame);
}

/* c: what follows the object in its line. */
static enum reader_frame_result end_object(struct reader_frame *frame, char c)
{
    if (!frame->begun)
        frame->lines = is_line_end(c) && frame->value_line == frame->line;
    return end_value(frame);
}

static enum reader_frame_result scan_closed(struct reader_frame *frame, struct text *chunk)
{
    char c = chunk->bytes[0];
    if (c != ' ' && c != '\t')
        return end_object(frame, c);
    skip(chunk, 1);
    return READER_FRAME_MORE;
}

static enum reader_frame_result scan_line(struct reader_frame *frame, struct text *chunk)
{
    size_t n = 0;
    while (n < chunk->len && !is_line_end(chunk->bytes[n]))
        n++;
    frame->after_cr = false;
    enum reader_frame_result result = take(frame, chunk, n);
    return result == READER_FRAME_MORE && chunk->len > 0 ? end_value(frame) : result;
}

static enum reader_frame_result scan_step(struct reader_frame *frame, struct text *chunk)
{
    switch (frame->state) {
    case READER_FRAME_BETWEEN:
        scan_between(frame, chunk);
        return READER_FRAME_MORE;
    case READER_FRAME_OBJECT:
        return scan_object(frame, chunk);
    case READER_FRAME_CLOSED:
        return scan_closed(frame, chunk);
    case READER_FRAME_ELEMENT:
        return scan_element(frame, chunk);
    case READER_FRAME_LINE:
        break;
    }
    return scan_line(frame, chunk);
}

enum reader_frame_result reader_frame_feed(struct reader_frame *frame, struct text *chunk)
{
    enum reader_frame_result result = frame->fault;
    while (result == READER_FRAME_MORE && chunk->len > 0)
        result = scan_step(frame, chunk);
    if (result != READER_FRAME_VALUE)
        frame->fault = result;
    return result;
}

enum reader_frame_result reader_frame_finish(struct reader_frame *frame)
{
    if (frame->fault != READER_FRAME_MORE)
        return frame->fault;
    switch (frame->state) {
    case READER_FRAME_LINE:
        return end_value(frame);
    case READER_FRAME_CLOSED:
        return end_object(frame, '\n');
    case READER_FRAME_BETWEEN:
        if (!frame->in_array)
            return READER_FRAME_END;
        frame->value_line = frame->array_line;
        break;
    case READER_FRAME_ELEMENT:
        if (frame->depth == 0 && !frame->quoted)
            frame->value_line = frame->array_line;
        break;
    case READER_FRAME_OBJECT:
        break;
    }
    frame->fault = READER_FRAME_OPEN;
    return frame->fault;
}
