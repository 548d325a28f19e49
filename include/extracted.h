/* Extracted data: any JSON that a caller's schema yields, and the paths of what is in it.
 *
 * A path is a row of keys with dots between them: vendor.city. A dot, a [ or a backslash in a key gets a backslash before
 * it. The n-th element of an array (from 1) is [n]: line_items[2].taxes. Data that is itself no object has the empty
 * path, as has a member without a name. */
#ifndef JOBLEDGER_EXTRACTED_H
#define JOBLEDGER_EXTRACTED_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "strbuf.h"

/* The extracted data in an answer, under either of its names; NULL where it has none or null. */
const struct json *extracted_data(const struct json *document);

/* An object in an array: an item, such as an invoice's line. */
struct extracted_item {
    struct text path;  /* of the array: line_items[2].taxes */
    struct text plain; /* the same without the numbers: line_items.taxes */
    size_t number;     /* the place in the array, from 1 */
    const struct json *value;
};

/* Where the parts of a document go, in document order; a function that is NULL is passed over. False ends the walk.
 * Spans are valid during the call. */
struct extracted_visitor {
    void *ctx;
    /* What has a column of its own: null, true, false, numbers, texts, and arrays that are not made of objects alone. */
    bool (*value)(void *ctx, struct text path, const struct json *value);
    /* Objects in arrays, each before the items in it. */
    bool (*item)(void *ctx, const struct extracted_item *item);
    /* The values of items are visited, too, each under its whole path: line_items[2].price. */
    bool deep;
};

/* Room for the paths of a walk; {0} to begin with. */
struct extracted_path {
    struct strbuf full;
    struct strbuf plain;
};
void extracted_path_free(struct extracted_path *path);

/* Visits data, of which null is nothing. False where the visitor said so, or out of memory (path->full.failed or
 * path->plain.failed). */
bool extracted_walk(const struct json *data, struct extracted_path *path, const struct extracted_visitor *visitor);

/* What stands at the path; NULL where nothing does. */
const struct json *extracted_at(const struct json *data, struct text path);

#endif
