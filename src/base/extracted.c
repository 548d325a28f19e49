#include "extracted.h"

#include <string.h>

const struct json *extracted_data(const struct json *document)
{
    const struct json *data = json_member(document, "extracted_data");
    if (json_type(data) == JSON_NULL)
        data = json_member(document, "extractedData");
    return json_type(data) == JSON_NULL ? NULL : data;
}

void extracted_path_free(struct extracted_path *path)
{
    strbuf_free(&path->full);
    strbuf_free(&path->plain);
}

struct walk {
    const struct extracted_visitor *visitor;
    struct extracted_path *path;
};

/* Lengths to which a path is cut back when the walk returns. */
struct mark {
    size_t full;
    size_t plain;
};

static struct mark mark_of(const struct walk *w)
{
    return (struct mark){w->path->full.len, w->path->plain.len};
}

static void cut_back(struct walk *w, struct mark mark)
{
    w->path->full.len = mark.full;
    w->path->plain.len = mark.plain;
}

static bool failed(const struct walk *w)
{
    return w->path->full.failed || w->path->plain.failed;
}

static struct text span_of(const struct strbuf *buf)
{
    return (struct text){buf->len > 0 ? buf->bytes : "", buf->len};
}

static bool is_special(char c)
{
    return c == '.' || c == '[' || c == '\\';
}

static void append_key(struct strbuf *path, bool first, struct text key)
{
    if (!first)
        strbuf_putc(path, '.');
    for (size_t i = 0; i < key.len; i++) {
        if (is_special(key.bytes[i]))
            strbuf_putc(path, '\\');
        strbuf_putc(path, key.bytes[i]);
    }
}

static bool all_objects(const struct json *array)
{
    size_t len = json_length(array);
    for (size_t i = 0; i < len; i++)
        if (json_type(json_at(array, i)) != JSON_OBJECT)
            return false;
    return len > 0;
}

static bool visit_value(struct walk *w, const struct json *value)
{
    return !w->visitor->value || w->visitor->value(w->visitor->ctx, span_of(&w->path->full), value);
}

static bool visit_item(struct walk *w, struct mark array, size_t number, const struct json *value)
{
    if (!w->visitor->item)
        return true;
    struct extracted_item item = {span_of(&w->path->full), span_of(&w->path->plain), number, value};
    item.path.len = array.full;
    return w->visitor->item(w->visitor->ctx, &item);
}

static bool walk_elements(struct walk *w, const struct json *array, bool values);

/* values: whether what has a column of its own is visited, or only the items. The depth is bounded by
 * JSON_DEPTH_MAX. */
static bool walk_members(struct walk *w, const struct json *object, bool first, bool values)
{
    struct json_members it = json_members(object);
    struct mark mark = mark_of(w);
    bool go_on = true;
    while (go_on && json_next(&it)) {
        append_key(&w->path->full, first, it.name);
        append_key(&w->path->plain, first, it.name);
        if (failed(w))
            return false;
        if (json_type(it.value) == JSON_OBJECT)
            go_on = walk_members(w, it.value, false, values);
        else if (json_type(it.value) == JSON_ARRAY)
            go_on = walk_elements(w, it.value, values);
        else if (values)
            go_on = visit_value(w, it.value);
        cut_back(w, mark);
    }
    return go_on;
}

static bool walk_elements(struct walk *w, const struct json *array, bool values)
{
    bool items = all_objects(array);
    struct mark mark = mark_of(w);
    size_t len = json_length(array);
    bool go_on = items || !values || visit_value(w, array);
    /* Nothing more to be had: spares a walk through long arrays of scalars. */
    if (!w->visitor->item && !(items && values && w->visitor->deep))
        return go_on;
    for (size_t i = 0; go_on && i < len; i++) {
        const struct json *element = json_at(array, i);
        if (json_type(element) != JSON_OBJECT && json_type(element) != JSON_ARRAY)
            continue;
        strbuf_printf(&w->path->full, "[%zu]", i + 1);
        if (failed(w))
            return false;
        if (json_type(element) == JSON_ARRAY) {
            go_on = walk_elements(w, element, false);
        } else {
            go_on = visit_item(w, mark, i + 1, element) &&
                    walk_members(w, element, false, values && items && w->visitor->deep);
        }
        cut_back(w, mark);
    }
    return go_on;
}

bool extracted_walk(const struct json *data, struct extracted_path *path, const struct extracted_visitor *visitor)
{
    struct walk w = {visitor, path};
    strbuf_clear(&path->full);
    strbuf_clear(&path->plain);
    switch (json_type(data)) {
    case JSON_NULL:
        return true;
    case JSON_OBJECT:
        return walk_members(&w, data, true, true);
    case JSON_ARRAY:
        return walk_elements(&w, data, true);
    default:
        return visit_value(&w, data);
    }
}

/* Takes the key at the start of the path off it, unescaped into key; escapes only ever make it shorter. */
static struct text take_key(struct text *path, struct strbuf *key)
{
    size_t i = 0;
    strbuf_clear(key);
    while (i < path->len && path->bytes[i] != '.' && path->bytes[i] != '[') {
        i += path->bytes[i] == '\\' && i + 1 < path->len && is_special(path->bytes[i + 1]);
        strbuf_putc(key, path->bytes[i]);
        i++;
    }
    path->bytes += i;
    path->len -= i;
    return span_of(key);
}

/* Takes "[n]" off the path; 0 where there is none. */
static size_t take_number(struct text *path)
{
    size_t n = 0;
    size_t i = 1;
    while (i < path->len && path->bytes[i] >= '0' && path->bytes[i] <= '9' && n < 100000000)
        n = n * 10 + (size_t)(path->bytes[i++] - '0');
    if (i == path->len || path->bytes[i] != ']')
        return 0;
    path->bytes += i + 1;
    path->len -= i + 1;
    return n;
}

static const struct json *step(const struct json *value, bool first, struct text *path, struct strbuf *key)
{
    if (path->bytes[0] == '[' && json_type(value) == JSON_ARRAY) {
        size_t n = take_number(path);
        return n > 0 ? json_at(value, n - 1) : NULL;
    }
    if (!first) {
        if (path->bytes[0] != '.')
            return NULL;
        path->bytes++;
        path->len--;
    }
    struct text name = take_key(path, key);
    return key->failed ? NULL : json_member(value, name.bytes);
}

const struct json *extracted_at(const struct json *data, struct text path)
{
    struct strbuf key = {0};
    const struct json *unnamed = path.len == 0 ? json_member(data, "") : NULL;
    const struct json *value = unnamed ? unnamed : data;
    bool first = true;
    while (value && path.len > 0) {
        value = step(value, first, &path, &key);
        first = false;
    }
    strbuf_free(&key);
    return value;
}
