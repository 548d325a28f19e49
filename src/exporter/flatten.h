/* Extracted data as columns: each scalar in it has a path of keys. */
#ifndef JOBLEDGER_EXPORTER_FLATTEN_H
#define JOBLEDGER_EXPORTER_FLATTEN_H

#include "json.h"
#include "strbuf.h"
#include "writer.h"

/* What becomes of the scalars. False ends the walk. path is valid during the call. */
struct flatten_visitor {
    void *ctx;
    bool (*visit)(void *ctx, struct text path, const struct json *value);
};

/* Visits, in document order, every value of data that has a column of its own: null, true, false, numbers, texts, and
 * arrays that are not made of objects alone (those are items). Data that is itself no object has the empty path; null
 * has none. path is scratch space. False where the visitor said so, or out of memory (path->failed). */
bool flatten(const struct json *data, struct strbuf *path, const struct flatten_visitor *visitor);

/* Appends a key to a path: the first one where first is set, else behind a dot. */
void path_append(struct strbuf *path, bool first, struct text key);

/* The extracted data in an answer, under either of its names; NULL or JSON_NULL where it has none. */
const struct json *extracted_data(const struct json *document);

/* The value as a cell. Arrays are appended to arrays as compact JSON; their cell has a length, but no bytes yet. */
struct cell cell_of_json(const struct json *value, struct strbuf *arrays);

#endif
