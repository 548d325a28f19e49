#include "values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "members.h"

#define NOTED_OTHERS_MAX 21 /* one more than a message lists */

static struct text text_in(const struct strbuf *buf)
{
    return (struct text){buf->bytes, buf->len};
}

static struct reader_walk walk(const struct json *value)
{
    return (struct reader_walk){value, 0, json_type(value) == JSON_ARRAY ? json_length(value) : 1};
}

static bool step(struct reader_walk *walk, const struct json **value)
{
    if (walk->at == walk->count)
        return false;
    *value = json_type(walk->value) == JSON_ARRAY ? json_at(walk->value, walk->at) : walk->value;
    walk->at++;
    return true;
}

static enum result frame_error(const struct reader_values *values, enum reader_frame_result fault, struct error *err)
{
    switch (fault) {
    case READER_FRAME_OPEN:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the JSON that begins here has no end; get the file anew",
                         values->name, values->frame.value_line);
    case READER_FRAME_TOO_LONG:
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": the JSON value that begins here is longer than %u bytes; "
                         "give the jobs in lines, or in an array of their own",
                         values->name, values->frame.value_line, READER_ROW_MAX);
    default:
        return error_memory(err);
    }
}

static enum result next_value(struct reader_values *values, bool *end, struct error *err)
{
    enum reader_frame_result found = reader_frame_feed(&values->frame, &values->chunk);
    while (found == READER_FRAME_MORE) {
        enum result result = reader_source_next(values->source, values->frame.line, &values->chunk, err);
        if (result != RESULT_OK)
            return result;
        found = values->chunk.len > 0 ? reader_frame_feed(&values->frame, &values->chunk)
                                      : reader_frame_finish(&values->frame);
    }
    *end = found == READER_FRAME_END;
    return found == READER_FRAME_VALUE || *end ? RESULT_OK : frame_error(values, found, err);
}

/* The next value into `entries`. A line of JSON lines that is no JSON is one row lost (*problem is set); elsewhere no
 * one knows where the next value begins. */
static enum result read_value(struct reader_values *values, const char **problem, bool *end, struct error *err)
{
    *problem = NULL;
    enum result result = next_value(values, end, err);
    if (result != RESULT_OK || *end)
        return result;
    const struct json *root = json_read(values->json, text_in(&values->frame.value), problem);
    if (!root && !values->frame.lines)
        return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": what begins here is %s", values->name,
                         values->frame.value_line, *problem);
    values->entries = root ? walk(root) : (struct reader_walk){0};
    return RESULT_OK;
}

/* ---- the first reading ---- */

struct survey {
    struct reader_values *values;
    bool any;            /* value, whatever it is */
    bool found;          /* something that holds a job ID */
    struct names others; /* members of objects without one, for a message */
};

static bool note_members(struct survey *survey, const struct json *object, const struct json_members *id)
{
    struct json_members it = json_members(object);
    struct text name;
    size_t index;
    while (reader_members_next(&it, id, &name))
        if (!names_add(&survey->values->names, name, &index))
            return false;
    return true;
}

static bool note_others(struct survey *survey, const struct json *object)
{
    struct json_members it = json_members(object);
    size_t index;
    while (survey->others.count < NOTED_OTHERS_MAX && json_next(&it))
        if (!names_add(&survey->others, it.name, &index))
            return false;
    return true;
}

static enum result note_entry(struct survey *survey, const struct json *entry, struct error *err)
{
    struct reader_values *values = survey->values;
    struct json_members id;
    bool noted;
    survey->any = true;
    if (reader_members_id(entry, values->wanted, &id)) {
        survey->found = true;
        noted = note_members(survey, entry, &id);
    } else {
        if (json_type(entry) == JSON_STRING && job_id_valid(text_trim(json_text(entry))))
            survey->found = true;
        noted = note_others(survey, entry);
    }
    if (!noted)
        return error_memory(err);
    if (values->names.count < READER_COLUMNS_MAX && values->names.bytes.len <= READER_ROW_MAX)
        return RESULT_OK;
    return error_set(err, RESULT_INPUT, "%s:%" PRIu64 ": more members of different names than can be labels (%u)",
                     values->name, values->frame.value_line, READER_COLUMNS_MAX - 1);
}

static enum result note_all(struct survey *survey, struct error *err)
{
    for (;;) {
        const char *problem;
        const struct json *entry;
        bool end = false;
        enum result result = read_value(survey->values, &problem, &end, err);
        if (result != RESULT_OK || end)
            return result;
        survey->any = survey->any || problem;
        while (result == RESULT_OK && step(&survey->values->entries, &entry))
            result = note_entry(survey, entry, err);
        if (result != RESULT_OK)
            return result;
    }
}

/* The columns' names: the ID, then the members in order of appearance. */
static struct text *names_of(struct text id, const struct names *names)
{
    struct text *list = calloc(names->count + 1, sizeof *list);
    if (!list)
        return NULL;
    list[0] = id;
    for (size_t i = 0; i < names->count; i++)
        list[i + 1] = names_at(names, i);
    return list;
}

static enum result no_ids(const struct survey *survey, struct error *err)
{
    const struct reader_values *values = survey->values;
    char wanted[256] = "job_id or id";
    char list[READER_HEADER_LIST_SIZE] = "";
    struct text *others = names_of(TEXT_NONE, &survey->others);
    if (!others)
        return error_memory(err);
    reader_header_list(others + 1, survey->others.count, list);
    free(others);
    if (values->wanted.bytes)
        text_printable(values->wanted, 60, wanted, sizeof wanted);
    return error_set(err, RESULT_INPUT,
                     "%s: no job ID in this JSON; wanted are batch answers (job_ids), objects with a member %s, or job "
                     "IDs; --id-column names another member%s%s",
                     values->name, wanted, list[0] ? "; the members are: " : "", list);
}

static enum result make_columns(struct reader_values *values, struct reader_columns *columns, struct error *err)
{
    static const struct reader_choice choice = {READER_CERTAIN, true, 0};
    size_t count = values->names.count + 1;
    struct text *list = names_of(values->wanted.bytes ? values->wanted : text_of("job_id"), &values->names);
    values->cells = calloc(count, sizeof *values->cells);
    bool made = list && values->cells && reader_columns_make(list, count, choice, columns);
    free(list);
    return made ? RESULT_OK : error_memory(err);
}

enum result reader_values_survey(struct reader_values *values, const struct reader_options *options,
                                 struct reader_columns *columns, struct error *err)
{
    struct survey survey = {.values = values};
    values->wanted = reader_header_id_name(options);
    values->json = json_reader_new();
    reader_frame_init(&values->frame);
    enum result result = values->json ? note_all(&survey, err) : error_memory(err);
    if (result == RESULT_OK && survey.any && !survey.found)
        result = no_ids(&survey, err);
    if (result == RESULT_OK)
        result = make_columns(values, columns, err);
    names_free(&survey.others);
    reader_frame_free(&values->frame);
    reader_frame_init(&values->frame);
    values->chunk = TEXT_NONE;
    return result;
}

/* ---- the second reading ---- */

/* Where the value of a member spelled `"name": [` begins in it; 0 where that is not so. */
static size_t array_in(struct text member, struct text name)
{
    size_t at = name.len + 2;
    if (member.len <= at || member.bytes[0] != '"' || member.bytes[at - 1] != '"' ||
        memcmp(member.bytes + 1, name.bytes, name.len) != 0)
        return 0;
    while (at < member.len && strchr(": \t\r\n", member.bytes[at]))
        at++;
    return at < member.len && member.bytes[at] == '[' ? at : 0;
}

/* json-c doesn't say where things stood. The members of an object are framed as the elements of an array are; of
 * several with this name the last counts, and one that is spelled with escapes is not found: its IDs get the object's
 * line. */
static bool find_places(struct reader_values *values, struct text name)
{
    struct text rest = {values->frame.value.bytes + 1, values->frame.value.len - 2};
    struct reader_frame members;
    enum reader_frame_result found;
    reader_frame_init(&members);
    members.in_array = true;
    members.line = values->frame.value_line;
    do {
        found = reader_frame_feed(&members, &rest);
        size_t at = array_in(text_in(&members.value), name);
        if (at == 0)
            continue;
        strbuf_clear(&values->places_text);
        strbuf_append(&values->places_text, members.value.bytes, members.value.len);
        values->place = text_in(&values->places_text);
        reader_frame_free(&values->places);
        reader_frame_init(&values->places);
        values->places.line = members.value_line;
        reader_frame_skip(&values->places, &values->place, at);
    } while (found == READER_FRAME_VALUE);
    reader_frame_free(&members);
    return !values->places_text.failed && found != READER_FRAME_NO_MEMORY;
}

static uint64_t next_place(struct reader_values *values)
{
    if (values->place.len > 0 && reader_frame_feed(&values->places, &values->place) == READER_FRAME_VALUE)
        return values->places.value_line;
    return values->frame.value_line;
}

static void clear_cells(struct reader_values *values)
{
    for (size_t i = 0; i <= values->names.count; i++)
        values->cells[i] = (struct text){"", 0};
}

static enum result fill_cells(struct reader_values *values, const struct json *object, const struct json_members *id,
                              struct error *err)
{
    struct json_members it = json_members(object);
    struct text name;
    while (reader_members_next(&it, id, &name)) {
        size_t index = names_find(&values->names, name);
        if (index == NAMES_NONE) /* the file has changed since the survey; the caller finds out */
            continue;
        values->cells[index + 1] = reader_members_cell(values->json, it.value);
        if (!values->cells[index + 1].bytes)
            return error_memory(err);
    }
    return RESULT_OK;
}

static enum result reject(struct reader_values *values, struct text value, const char *reason, struct reader_row *row)
{
    clear_cells(values);
    *row = (struct reader_row){values->frame.value_line, value, reason, values->cells};
    return RESULT_OK;
}

/* Its IDs, or a row that is rejected. */
static enum result begin_entry(struct reader_values *values, const struct json *entry, struct reader_row *row,
                               struct error *err)
{
    struct json_members id;
    bool is_object = json_type(entry) == JSON_OBJECT;
    values->place = TEXT_NONE;
    clear_cells(values);
    if (json_type(entry) == JSON_STRING) {
        values->ids = walk(entry);
        return RESULT_OK;
    }
    if (!is_object || !reader_members_id(entry, values->wanted, &id)) {
        struct text value = reader_members_cell(values->json, entry);
        if (!value.bytes)
            return error_memory(err);
        return reject(values, value, is_object ? "no job ID among its members" : "neither a job ID nor an object", row);
    }
    values->ids = walk(id.value);
    if (json_type(id.value) == JSON_ARRAY && entry == values->entries.value && !find_places(values, id.name))
        return error_memory(err);
    return fill_cells(values, entry, &id, err);
}

static enum result id_row(struct reader_values *values, const struct json *id, struct reader_row *row,
                          struct error *err)
{
    struct text value = reader_members_cell(values->json, id);
    if (!value.bytes)
        return error_memory(err);
    values->cells[0] = value;
    *row = (struct reader_row){next_place(values), value, NULL, values->cells};
    return RESULT_OK;
}

enum result reader_values_next(struct reader_values *values, struct reader_row *row,
                               bool *end, struct error *err)
{
    const struct json *value;
    const char *problem;
    enum result result = RESULT_OK;
    row->reason = NULL;
    while (result == RESULT_OK && !*end && !row->reason) {
        if (step(&values->ids, &value))
            return id_row(values, value, row, err);
        if (step(&values->entries, &value)) {
            result = begin_entry(values, value, row, err);
            continue;
        }
        result = read_value(values, &problem, end, err);
        if (result == RESULT_OK && problem)
            return reject(values, text_in(&values->frame.value), problem, row);
    }
    return result;
}

void reader_values_free(struct reader_values *values)
{
    reader_frame_free(&values->frame);
    reader_frame_free(&values->places);
    strbuf_free(&values->places_text);
    json_reader_free(values->json);
    names_free(&values->names);
    free(values->cells);
}
