#include "flatten.h"

void path_append(struct strbuf *path, bool first, struct text key)
{
    if (!first)
        strbuf_putc(path, '.');
    for (size_t i = 0; i < key.len; i++) {
        char c = key.bytes[i];
        if (c == '.' || c == '[' || c == '\\')
            strbuf_putc(path, '\\');
        strbuf_putc(path, c);
    }
}

/* Arrays with something else beside objects stay whole: no item has a place for it. */
static bool is_items(const struct json *array)
{
    size_t len = json_length(array);
    for (size_t i = 0; i < len; i++)
        if (json_type(json_at(array, i)) != JSON_OBJECT)
            return false;
    return len > 0;
}

/* The depth is bounded by JSON_DEPTH_MAX. */
static bool walk(const struct json *value, bool top, struct strbuf *path, const struct flatten_visitor *visitor)
{
    enum json_type type = json_type(value);
    if (type == JSON_ARRAY && is_items(value))
        return true;
    if (type != JSON_OBJECT)
        return visitor->visit(visitor->ctx, (struct text){path->len > 0 ? path->bytes : "", path->len}, value);
    size_t len = path->len;
    struct json_members it = json_members(value);
    bool go_on = true;
    while (go_on && json_next(&it)) {
        path_append(path, top, it.name);
        go_on = !path->failed && walk(it.value, false, path, visitor);
        path->len = len;
    }
    return go_on;
}

bool flatten(const struct json *data, struct strbuf *path, const struct flatten_visitor *visitor)
{
    strbuf_clear(path);
    return json_type(data) == JSON_NULL || walk(data, true, path, visitor);
}

const struct json *extracted_data(const struct json *document)
{
    const struct json *data = json_member(document, "extracted_data");
    return json_type(data) != JSON_NULL ? data : json_member(document, "extractedData");
}

struct cell cell_of_json(const struct json *value, struct strbuf *arrays)
{
    switch (json_type(value)) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        return (struct cell){CELL_BOOL, json_text(value)};
    case JSON_NUMBER:
        return (struct cell){CELL_NUMBER, json_text(value)};
    case JSON_STRING:
        return (struct cell){CELL_TEXT, json_text(value)};
    case JSON_ARRAY:
    case JSON_OBJECT: {
        size_t start = arrays->len;
        json_write(arrays, value);
        return (struct cell){CELL_JSON, {NULL, arrays->len - start}};
    }
    }
    return (struct cell){CELL_NULL, TEXT_NONE};
}
