#include "members.h"

#include <string.h>
#include <strings.h>

#include "strbuf.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* By rank. */
static const char *const id_names[] = {"job_id", "jobId", "job_ids", "jobIds", "id"};
static const char *const batch_names[] = {"job_ids", "jobIds"};

static const char *const batch_own[] = {
    "success", "total_documents", "totalDocuments", "created_at", "createdAt",
};

static size_t rank(struct text name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && (strlen(names[i]) != name.len || strncasecmp(names[i], name.bytes, name.len) != 0))
        i++;
    return i;
}

static bool find(const struct json *object, const char *const *names, size_t count, struct json_members *found)
{
    size_t best = count;
    struct json_members it = json_members(object);
    while (best > 0 && json_next(&it)) {
        size_t place = rank(it.name, names, count);
        if (place < best) {
            best = place;
            *found = it;
        }
    }
    return best < count;
}

bool reader_members_id(const struct json *object, struct text wanted, struct json_members *id)
{
    if (!wanted.bytes)
        return find(object, id_names, COUNT_OF(id_names), id);
    *id = json_members(object);
    while (json_next(id))
        if (text_equal(id->name, wanted))
            return true;
    return find(object, batch_names, COUNT_OF(batch_names), id);
}

static bool is_own(struct text name)
{
    for (size_t i = 0; i < COUNT_OF(batch_own); i++)
        if (text_is(name, batch_own[i]))
            return true;
    return false;
}

bool reader_members_next(struct json_members *it, const struct json_members *id, struct text *name)
{
    bool batch = json_type(id->value) == JSON_ARRAY;
    while (json_next(it)) {
        if (text_equal(it->name, id->name) || (batch && is_own(it->name)))
            continue;
        *name = batch && text_is(it->name, "batchId") ? text_of("batch_id") : it->name;
        return true;
    }
    return false;
}

struct text reader_members_cell(struct json_reader *json, const struct json *value)
{
    if (json_type(value) == JSON_NULL)
        return (struct text){"", 0};
    if (json_type(value) != JSON_ARRAY && json_type(value) != JSON_OBJECT)
        return json_text(value);
    struct strbuf *compact = json_scratch(json);
    if (!compact)
        return TEXT_NONE;
    json_write(compact, value);
    return compact->failed ? TEXT_NONE : (struct text){compact->bytes, compact->len};
}
