#include "names.h"

#include <stdlib.h>

struct name {
    size_t start;
    size_t len;
    uint64_t hash;
};

#define SLOTS_MIN 64

/* The slot that holds the name, or the free one where it belongs. The table is never full. */
static size_t slot_of(const struct names *names, struct text name, uint64_t hash)
{
    size_t slot = (size_t)hash & (names->slots_size - 1);
    while (names->slots[slot] != 0) {
        size_t index = names->slots[slot] - 1;
        if (names->entries[index].hash == hash && text_equal(names_at(names, index), name))
            break;
        slot = (slot + 1) & (names->slots_size - 1);
    }
    return slot;
}

static bool grow_slots(struct names *names)
{
    if (names->count < names->slots_size / 2)
        return true;
    size_t size = names->slots_size ? names->slots_size * 2 : SLOTS_MIN;
    size_t *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < names->count; i++) {
        size_t slot = (size_t)names->entries[i].hash & (size - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (size - 1);
        slots[slot] = i + 1;
    }
    free(names->slots);
    names->slots = slots;
    names->slots_size = size;
    return true;
}

static bool grow_entries(struct names *names)
{
    if (names->count < names->entries_size)
        return true;
    size_t size = names->entries_size ? names->entries_size * 2 : SLOTS_MIN;
    struct name *entries = realloc(names->entries, size * sizeof *entries);
    if (!entries)
        return false;
    names->entries = entries;
    names->entries_size = size;
    return true;
}

bool names_add(struct names *names, struct text name, size_t *index)
{
    if (!grow_slots(names) || !grow_entries(names))
        return false;
    uint64_t hash = text_hash(name);
    size_t slot = slot_of(names, name, hash);
    if (names->slots[slot] == 0) {
        size_t start = names->bytes.len;
        strbuf_append(&names->bytes, name.bytes, name.len);
        if (names->bytes.failed)
            return false;
        names->entries[names->count] = (struct name){start, name.len, hash};
        names->slots[slot] = ++names->count;
    }
    *index = names->slots[slot] - 1;
    return true;
}

size_t names_find(const struct names *names, struct text name)
{
    if (names->count == 0)
        return NAMES_NONE;
    size_t slot = slot_of(names, name, text_hash(name));
    return names->slots[slot] != 0 ? names->slots[slot] - 1 : NAMES_NONE;
}

struct text names_at(const struct names *names, size_t index)
{
    const struct name *entry = &names->entries[index];
    return (struct text){names->bytes.bytes + entry->start, entry->len};
}

void names_free(struct names *names)
{
    strbuf_free(&names->bytes);
    free(names->entries);
    free(names->slots);
    *names = (struct names){0};
}
