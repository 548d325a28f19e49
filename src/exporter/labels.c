#include "labels.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "names.h"

/* Where a label stands in the cells of its source, and where in the report. */
struct place {
    int64_t source;
    size_t position;
    size_t column;
};

/* A label's value for the job in hand, as a part of labels->values. */
struct value {
    bool known;
    size_t start;
    size_t len;
};

struct labels {
    struct names names; /* with their prefix */
    struct place *places; /* ordered by source and position */
    size_t place_count;
    size_t places_size;
    struct store_rows *rows; /* the cells of one job; NULL where there are no labels */
    struct json_reader *json;
    struct value *values;
    struct strbuf bytes;
};

static enum result add_place(struct labels *labels, int64_t source, size_t position, struct text name,
                             struct error *err)
{
    if (labels->place_count == labels->places_size) {
        size_t size = labels->places_size ? labels->places_size * 2 : 16;
        struct place *places = realloc(labels->places, size * sizeof *places);
        if (!places)
            return error_memory(err);
        labels->places = places;
        labels->places_size = size;
    }
    strbuf_clear(&labels->bytes);
    strbuf_puts(&labels->bytes, "label.");
    strbuf_append(&labels->bytes, name.bytes, name.len);
    struct place place = {source, position, 0};
    if (labels->bytes.failed ||
        !names_add(&labels->names, (struct text){labels->bytes.bytes, labels->bytes.len}, &place.column))
        return error_memory(err);
    labels->places[labels->place_count++] = place;
    return RESULT_OK;
}

static enum result read_columns(struct labels *labels, struct store *store, struct error *err)
{
    struct store_rows *rows;
    bool more = false;
    enum result result = store_query(store, "queries/label_columns", &rows, err);
    if (result == RESULT_OK)
        result = store_next(rows, &more, err);
    while (result == RESULT_OK && more) {
        result = add_place(labels, store_int(rows, 0), (size_t)store_int(rows, 1), store_text(rows, 2), err);
        if (result == RESULT_OK)
            result = store_next(rows, &more, err);
    }
    store_rows_free(rows);
    return result;
}

static enum result start_cells(struct labels *labels, struct store *store, struct error *err)
{
    labels->json = json_reader_new();
    labels->values = calloc(labels->names.count, sizeof *labels->values);
    if (!labels->json || !labels->values)
        return error_memory(err);
    return store_query(store, "queries/labels_of", &labels->rows, err);
}

enum result labels_open(struct store *store, struct labels **out, struct error *err)
{
    *out = NULL;
    struct labels *labels = calloc(1, sizeof *labels);
    if (!labels)
        return error_memory(err);
    enum result result = read_columns(labels, store, err);
    if (result == RESULT_OK && labels->names.count > 0)
        result = start_cells(labels, store, err);
    if (result == RESULT_OK)
        *out = labels;
    else
        labels_close(labels);
    return result;
}

void labels_close(struct labels *labels)
{
    if (!labels)
        return;
    names_free(&labels->names);
    free(labels->places);
    store_rows_free(labels->rows);
    json_reader_free(labels->json);
    free(labels->values);
    strbuf_free(&labels->bytes);
    free(labels);
}

size_t labels_count(const struct labels *labels)
{
    return labels->names.count;
}

struct text labels_column(const struct labels *labels, size_t index)
{
    return names_at(&labels->names, index);
}

/* The first place of a source, or place_count. */
static size_t first_place(const struct labels *labels, int64_t source)
{
    size_t low = 0;
    size_t high = labels->place_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (labels->places[middle].source < source)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void labels_begin(struct labels *labels)
{
    if (labels->names.count > 0)
        memset(labels->values, 0, labels->names.count * sizeof *labels->values);
    strbuf_clear(&labels->bytes);
}

static void take_cell(struct labels *labels, const struct place *place, struct text text)
{
    struct value *value = &labels->values[place->column];
    if (value->known)
        return;
    *value = (struct value){true, labels->bytes.len, text.len};
    strbuf_append(&labels->bytes, text.bytes, text.len);
}

/* Most cells have nothing escaped in them, and so each quote ends a text. False where that is not so. */
static bool take_plain(struct labels *labels, const struct place *place, const struct place *end, struct text cells)
{
    const char *at = cells.bytes;
    const char *last = cells.bytes + cells.len;
    if (memchr(at, '\\', cells.len))
        return false;
    for (size_t position = 0; place < end; position++) {
        const char *open = memchr(at, '"', (size_t)(last - at));
        const char *close = open ? memchr(open + 1, '"', (size_t)(last - open - 1)) : NULL;
        if (!close)
            return false;
        if (position == place->position)
            take_cell(labels, place++, (struct text){open + 1, (size_t)(close - open - 1)});
        at = close + 1;
    }
    return true;
}

enum result labels_take(struct labels *labels, int64_t source, struct text cells, struct text job_id, struct error *err)
{
    if (labels->place_count == 0)
        return RESULT_OK;
    const struct place *place = labels->places + first_place(labels, source);
    const struct place *end = place;
    while (end < labels->places + labels->place_count && end->source == source)
        end++;
    if (place == end || take_plain(labels, place, end, cells))
        return labels->bytes.failed ? error_memory(err) : RESULT_OK;
    const char *problem;
    const struct json *array = json_read(labels->json, cells, &problem);
    if (!array) {
        char name[JOB_ID_MAX + 1];
        return error_set(err, RESULT_LEDGER, "the labels of %s in source %lld can't be read: %s",
                         text_printable(job_id, 0, name, sizeof name), (long long)source, problem);
    }
    for (; place < end; place++)
        take_cell(labels, place, json_text(json_at(array, place->position)));
    return labels->bytes.failed ? error_memory(err) : RESULT_OK;
}

void labels_cells(const struct labels *labels, struct cell *cells)
{
    for (size_t i = 0; i < labels->names.count; i++) {
        const struct value *value = &labels->values[i];
        const char *bytes = labels->bytes.bytes ? labels->bytes.bytes + value->start : "";
        cells[i] = value->known ? (struct cell){CELL_TEXT, {bytes, value->len}} : (struct cell){CELL_NULL, TEXT_NONE};
    }
}

enum result labels_of(struct labels *labels, struct text job_id, struct cell *cells, struct error *err)
{
    if (labels->names.count == 0)
        return RESULT_OK;
    bool more = true;
    labels_begin(labels);
    store_rewind(labels->rows);
    enum result result = store_bind_text(labels->rows, 1, job_id, err);
    while (result == RESULT_OK && more) {
        result = store_next(labels->rows, &more, err);
        if (result == RESULT_OK && more)
            result = labels_take(labels, store_int(labels->rows, 0), store_text(labels->rows, 1), job_id, err);
    }
    labels_cells(labels, cells);
    return result;
}
