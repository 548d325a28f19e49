/* What the shells ask when the Tab key is pressed: `jobledger --complete WORD...`. */
#ifndef JOBLEDGER_CLI_COMPLETE_H
#define JOBLEDGER_CLI_COMPLETE_H

#include <signal.h>

#include "result.h"

/* argv[0] is passed over; then come the words of a command line behind the program's name, up to the one under the
 * cursor, which may be empty. Prints what that one can become, a line each: the whole word, and behind a tab what it means.
 * A line without a word, "\tfile" or "\tfolder", leaves it to the shell to find one. What can't be known, since there is no
 * ledger, say, is left out in silence. */
enum result complete(int argc, char **argv, const volatile sig_atomic_t *signal);

#endif
