#include "given.h"

#include <stdlib.h>
#include <string.h>

void givens_add(struct givens *givens, struct given given)
{
    if (givens->count == givens->room) {
        size_t room = givens->room ? givens->room * 2 : 64;
        struct given *items = givens->failed ? NULL : realloc(givens->items, room * sizeof *items);
        if (!items) {
            givens->failed = true;
            return;
        }
        givens->items = items;
        givens->room = room;
    }
    givens->items[givens->count++] = given;
}

bool givens_have(const struct givens *givens, const char *name, enum origin origin)
{
    for (size_t i = 0; i < givens->count; i++)
        if (givens->items[i].origin == origin && strcmp(givens->items[i].name, name) == 0)
            return true;
    return false;
}

void givens_free(struct givens *givens)
{
    free(givens->items);
    *givens = (struct givens){0};
}
