#include "kept.h"

#include <stdlib.h>
#include <string.h>

static struct text copy_to(char **place, struct text t)
{
    if (!t.bytes)
        return TEXT_NONE;
    struct text copy = {*place, t.len};
    memcpy(*place, t.bytes, t.len);
    *place += t.len;
    return copy;
}

bool kept_add(struct kept_list *list, const struct kept *item)
{
    size_t size = item->answer.body.len + item->answer.request_id.len;
    if (list->count == KEPT_MAX || size > KEPT_BYTES_MAX - list->bytes)
        return false;
    struct kept *kept = &list->items[list->count];
    char *place = malloc(size + 1); /* never of no bytes, so that NULL is a failure */
    if (!place)
        return false;
    *kept = *item;
    kept->bytes = place;
    kept->answer.body = copy_to(&place, item->answer.body);
    kept->answer.request_id = copy_to(&place, item->answer.request_id);
    list->count++;
    list->bytes += size;
    return true;
}

void kept_clear(struct kept_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].bytes);
    list->count = 0;
    list->bytes = 0;
}
