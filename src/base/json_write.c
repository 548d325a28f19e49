#include "json.h"

#include <string.h>

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

static void write_escaped(struct strbuf *out, struct text string)
{
    size_t written = 0;
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
}

void json_write_string(struct strbuf *out, struct text string)
{
    strbuf_putc(out, '"');
    write_escaped(out, string);
    strbuf_putc(out, '"');
}

static void write_name(struct strbuf *out, struct text name)
{
    strbuf_putc(out, '"');
    while (name.len > 0) {
        const char *quote = memchr(name.bytes, '"', name.len);
        size_t len = quote ? (size_t)(quote - name.bytes) : name.len;
        write_escaped(out, (struct text){name.bytes, len});
        strbuf_puts(out, quote ? "\\u0022" : "");
        len += quote != NULL;
        name.bytes += len;
        name.len -= len;
    }
    strbuf_putc(out, '"');
}

static void write_value(struct strbuf *out, const struct json *value, bool repaired);

static void write_array(struct strbuf *out, const struct json *array, bool repaired)
{
    size_t length = json_length(array);
    strbuf_putc(out, '[');
    for (size_t i = 0; i < length; i++) {
        if (i > 0)
            strbuf_putc(out, ',');
        write_value(out, json_at(array, i), repaired);
    }
    strbuf_putc(out, ']');
}

static void write_object(struct strbuf *out, const struct json *object, bool repaired)
{
    struct json_members it = json_members(object);
    bool first = true;
    strbuf_putc(out, '{');
    while (json_next(&it)) {
        if (!first)
            strbuf_putc(out, ',');
        first = false;
        if (repaired)
            write_name(out, it.name);
        else
            json_write_string(out, it.name);
        strbuf_putc(out, ':');
        write_value(out, it.value, repaired);
    }
    strbuf_putc(out, '}');
}

static void write_value(struct strbuf *out, const struct json *value, bool repaired)
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
        write_array(out, value, repaired);
        break;
    case JSON_OBJECT:
        write_object(out, value, repaired);
        break;
    }
}

void json_write(struct strbuf *out, const struct json *value)
{
    write_value(out, value, false);
}

void json_write_repaired(struct strbuf *out, const struct json *value)
{
    write_value(out, value, true);
}
