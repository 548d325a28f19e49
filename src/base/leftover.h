/* New files that a process had begun when it was killed. */
#ifndef JOBLEDGER_BASE_LEFTOVER_H
#define JOBLEDGER_BASE_LEFTOVER_H

#include <stdbool.h>

/* Behind a dot and the name of the file that is to be, cut to LEFTOVER_BASE_MAX bytes; mkstemp() fills in the rest. */
#define LEFTOVER_SUFFIX ".jobledger-XXXXXX"
#define LEFTOVER_BASE_MAX 200

/* Marks the new file behind fd as being written, as long as fd is open. False where another process has taken it for a
 * leftover: then it is removed, and another one is to be made. */
bool leftover_claim(int fd);

/* Removes those that nobody writes any more, with what SQLite may have had beside them. folder ends with a slash. */
void leftovers_remove(const char *folder, const char *base);

#endif
