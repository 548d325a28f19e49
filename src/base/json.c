/* json-c has a type of this name, we have another. */
#define json_type json_c_type
#include <json-c/json.h>
#undef json_type

#include "json.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json_mend.h"
#include "strbuf.h"

struct scratch {
    struct scratch *next;
    struct strbuf buf;
};

struct json_reader {
    struct json_tokener *tokener;
    struct json_object *root;
    struct strbuf mended; /* its memory serves one document after another */
    struct scratch *scratch;
    bool repaired;
};

/* A value is json-c's own object under another name. Only null, which json-c has no object for, is one of ours. */
struct json {
    char unused;
};
static const struct json null_value;

static const struct json *wrap(struct json_object *object)
{
    return object ? (const struct json *)object : &null_value;
}

/* json-c asks for writable objects even where it only reads. */
static struct json_object *unwrap(const struct json *value)
{
    return value == &null_value ? NULL : (struct json_object *)(uintptr_t)value;
}

struct json_reader *json_reader_new(void)
{
    struct json_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    /* json-c counts a scalar as a level of its own; the limit that counts is json_mend()'s. */
    reader->tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    if (!reader->tokener) {
        free(reader);
        return NULL;
    }
    return reader;
}

/* Lets go of the document read last. */
static void forget(struct json_reader *reader)
{
    json_object_put(reader->root);
    reader->root = NULL;
    reader->repaired = false;
    while (reader->scratch) {
        struct scratch *next = reader->scratch->next;
        strbuf_free(&reader->scratch->buf);
        free(reader->scratch);
        reader->scratch = next;
    }
}

void json_reader_free(struct json_reader *reader)
{
    if (!reader)
        return;
    forget(reader);
    json_tokener_free(reader->tokener);
    strbuf_free(&reader->mended);
    free(reader);
}

struct strbuf *json_scratch(struct json_reader *reader)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->next = reader->scratch;
    reader->scratch = scratch;
    return &scratch->buf;
}

static size_t count_members(const struct json_object *object)
{
    size_t count = 0;
    if (json_object_is_type(object, json_type_object)) {
        struct lh_entry *entry;
        lh_foreach(json_object_get_object(object), entry)
            count += 1 + count_members(lh_entry_v(entry));
    } else if (json_object_is_type(object, json_type_array)) {
        size_t length = json_object_array_length(object);
        for (size_t i = 0; i < length; i++)
            count += count_members(json_object_array_get_idx(object, i));
    }
    return count;
}

/* False where memory runs out: nothing else can go wrong with a document that json_mend() let pass. */
static bool parse(struct json_reader *reader)
{
    int len = (int)reader->mended.len + 1; /* with the NUL: after a bare literal json-c would wait for more */
    json_tokener_reset(reader->tokener);
    reader->root = json_tokener_parse_ex(reader->tokener, reader->mended.bytes, len);
    if (json_tokener_get_error(reader->tokener) != json_tokener_success)
        return false;
    return reader->root || strcmp(reader->mended.bytes, "null") == 0;
}

const struct json *json_read(struct json_reader *reader, struct text document, const char **problem)
{
    return json_read_outline(reader, document, NULL, problem);
}

const struct json *json_read_outline(struct json_reader *reader, struct text document, const char *const *opaque,
                                     const char **problem)
{
    struct json_mended mended;
    forget(reader);
    strbuf_clear(&reader->mended);
    if (!json_mend(document, opaque, &reader->mended, &mended)) {
        *problem = mended.problem;
        return NULL;
    }
    if (reader->mended.failed || reader->mended.len >= INT_MAX || !parse(reader)) {
        *problem = "too large for the memory there is";
        return NULL;
    }
    /* Of duplicates json-c keeps one, so that fewer are left than were read. */
    reader->repaired = mended.altered || mended.unsure || count_members(reader->root) != mended.members;
    return wrap(reader->root);
}

bool json_was_repaired(const struct json_reader *reader)
{
    return reader->repaired;
}

enum json_type json_type(const struct json *value)
{
    struct json_object *object = unwrap(value);
    switch (json_object_get_type(object)) {
    case json_type_boolean:
        return JSON_BOOL;
    case json_type_array:
        return JSON_ARRAY;
    case json_type_object:
        return JSON_OBJECT;
    case json_type_string:
        return json_object_get_string(object)[0] == JSON_TAG_NUMBER ? JSON_NUMBER : JSON_STRING;
    default:
        return JSON_NULL;
    }
}

struct text json_text(const struct json *value)
{
    struct json_object *object = unwrap(value);
    if (json_object_is_type(object, json_type_boolean))
        return text_of(json_object_get_boolean(object) ? "true" : "false");
    if (!json_object_is_type(object, json_type_string))
        return TEXT_NONE;
    return (struct text){json_object_get_string(object) + 1, (size_t)json_object_get_string_len(object) - 1};
}

bool json_is_true(const struct json *value)
{
    struct json_object *object = unwrap(value);
    return json_object_is_type(object, json_type_boolean) && json_object_get_boolean(object);
}

const struct json *json_member(const struct json *object, const char *name)
{
    struct json_object *member;
    if (json_type(object) != JSON_OBJECT || !json_object_object_get_ex(unwrap(object), name, &member))
        return NULL;
    return wrap(member);
}

size_t json_length(const struct json *array)
{
    return json_type(array) == JSON_ARRAY ? json_object_array_length(unwrap(array)) : 0;
}

const struct json *json_at(const struct json *array, size_t index)
{
    return index < json_length(array) ? wrap(json_object_array_get_idx(unwrap(array), index)) : NULL;
}

struct json_members json_members(const struct json *object)
{
    if (json_type(object) != JSON_OBJECT)
        return (struct json_members){0};
    return (struct json_members){.next = lh_table_head(json_object_get_object(unwrap(object)))};
}

bool json_next(struct json_members *it)
{
    const struct lh_entry *entry = it->next;
    if (!entry)
        return false;
    it->name = text_of(lh_entry_k(entry));
    it->value = wrap(lh_entry_v(entry));
    it->next = lh_entry_next(entry);
    return true;
}
