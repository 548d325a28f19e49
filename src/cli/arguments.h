/* The arguments of the program, told apart: options, and what is none. */
#ifndef JOBLEDGER_CLI_ARGUMENTS_H
#define JOBLEDGER_CLI_ARGUMENTS_H

#include "options.h"

struct arguments {
    const char **operands; /* owned: what is not an option, the command included */
    size_t operand_count;
    const struct option *unanswered; /* the last argument is this option, and its value is missing */
    bool options_end;                /* there was a -- */
};

/* Adds the options to given. Goes on behind a mistake, which is to be logged in the format that is named later:
 * RESULT_USAGE names the first. */
enum result arguments_split(struct arguments *arguments, int argc, char **argv, struct givens *given,
                            struct error *err);
void arguments_free(struct arguments *arguments);

#endif
