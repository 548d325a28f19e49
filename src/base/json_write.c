#include "json.h"

#include "strbuf.h"

/* The letter of the short escape of a byte that JSON must escape, 'u' where it has none, 0 where it needs none
 * (RFC 8259, section 7). */
static char escape_letter(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return (unsigned char)c < 0x20 ? 'u' : '\0';
    }
}

void json_write_string(struct strbuf *out, struct text string)
{
    size_t written = 0;
    strbuf_putc(out, '"');
    for (size_t i = 0; i < string.len; i++) {
        char letter = escape_letter(string.bytes[i]);
        if (!letter)
            continue;
        strbuf_append(out, string.bytes + written, i - written);
        written = i + 1;
        if (letter == 'u') {
            strbuf_printf(out, "\\u%04x", (unsigned char)string.bytes[i]);
        } else {
            strbuf_putc(out, '\\');
            strbuf_putc(out, letter);
        }
    }
    if (string.len > written)
        strbuf_append(out, string.bytes + written, string.len - written);
    strbuf_putc(out, '"');
}

static void write_array(struct strbuf *out, const struct json *array)
{
    size_t length = json_length(array);
    strbuf_putc(out, '[');
    for (size_t i = 0; i < length; i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        json_write(out, json_at(array, i));
    }
    strbuf_putc(out, ']');
}

static void write_object(struct strbuf *out, const struct json *object)
{
    struct json_members it = json_members(object);
    bool first = true;
    strbuf_putc(out, '{');
    while (json_next(&it)) {
        if (!first)
            strbuf_putc(out, ',');
        first = false;
        json_write_string(out, it.name);
        strbuf_putc(out, ':');
        json_write(out, it.value);
    }
    strbuf_putc(out, '}');
}

void json_write(struct strbuf *out, const struct json *value)
{
    struct text text = json_text(value);
    switch (json_type(value)) {
    case JSON_NULL:
        strbuf_puts(out, "null");
        break;
    case JSON_BOOL:
    case JSON_NUMBER:
        strbuf_append(out, text.bytes, text.len);
        break;
    case JSON_STRING:
        json_write_string(out, text);
        break;
    case JSON_ARRAY:
        write_array(out, value);
        break;
    case JSON_OBJECT:
        write_object(out, value);
        break;
    }
}
