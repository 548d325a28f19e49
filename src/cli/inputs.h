/* Which files an argument or a folder stands for. */
#ifndef JOBLEDGER_CLI_INPUTS_H
#define JOBLEDGER_CLI_INPUTS_H

#include <stddef.h>

#include "result.h"

/* {0} is the empty list. */
struct inputs {
    char **paths; /* in bytewise order */
    size_t count;
};

/* Both add to the list; RESULT_INPUT says why they can't. */
typedef enum result inputs_finder(const char *name, struct inputs *inputs, struct error *err);

/* The path itself; or where there is no such file and it holds * ? or [, the paths that it matches as a pattern. */
inputs_finder inputs_of_argument;

/* The regular files in the folder and not below, without those that a writer has not finished or left over: hidden ones,
 * and those that end in ~, .tmp or .part. */
inputs_finder inputs_of_folder;

void inputs_free(struct inputs *inputs);

#endif
