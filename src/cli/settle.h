/* From all that was given for the options to the settings in force. */
#ifndef JOBLEDGER_CLI_SETTLE_H
#define JOBLEDGER_CLI_SETTLE_H

#include "options.h"

/* The option that this is given for when the command is that one; NULL: it is not for that command. */
const struct option *given_option(const struct given *given, enum command_id command);

/* Which of them decide what the command does: of each option the last of the highest origin, or all of that origin where
 * the option may be repeated. in_force has room for givens->count. */
void givens_in_force(const struct givens *givens, enum command_id command, bool *in_force);

#endif
