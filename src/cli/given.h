/* What was given for the options, and where it came from. What counts of it makes the settings. */
#ifndef JOBLEDGER_CLI_GIVEN_H
#define JOBLEDGER_CLI_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

#define GIVEN_FOR_ALL (~0u)

/* The later goes before the earlier. */
enum origin {
    ORIGIN_DEFAULT,
    ORIGIN_FILE,
    ORIGIN_ENVIRONMENT,
    ORIGIN_ARGUMENT,
};

/* Strings belong to argv, the environment, the table of options or the text of the config file. */
struct given {
    const char *name;     /* of the option, without dashes: what it means may depend on the command */
    const char *value;    /* NULL: none */
    enum origin origin;
    unsigned commands;    /* bits 1 << enum command_id: those that it is given for */
    unsigned line;        /* of the config file */
    const char *variable; /* of the environment */
};

/* In the order in which it was found. An allocation that fails is remembered, and asked for once at the end. */
struct givens {
    struct given *items;
    size_t count;
    size_t room;
    bool failed;
};

void givens_add(struct givens *givens, struct given given);
bool givens_have(const struct givens *givens, const char *name, enum origin origin);
void givens_free(struct givens *givens);

#endif
