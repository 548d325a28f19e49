/* A set of names in the order in which they came. */
#ifndef JOBLEDGER_NAMES_H
#define JOBLEDGER_NAMES_H

#include "strbuf.h"
#include "text.h"

/* {0} is the empty set. */
struct names {
    size_t count;
    /* private */
    struct strbuf bytes; /* all names, one behind the other */
    struct name *entries;
    size_t entries_size;
    size_t *slots; /* a hash table of indices + 1; 0: free */
    size_t slots_size;
};

#define NAMES_NONE ((size_t)-1)

/* Puts the name in, where it is not in yet, and gives its index. False: out of memory. */
bool names_add(struct names *names, struct text name, size_t *index);
size_t names_find(const struct names *names, struct text name); /* NAMES_NONE where it is not in */
struct text names_at(const struct names *names, size_t index);  /* valid until the next names_add() */
void names_free(struct names *names);

#endif
