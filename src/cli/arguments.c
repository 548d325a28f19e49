#include "arguments.h"

#include <stdlib.h>
#include <string.h>

/* A walk through argv. */
struct walk {
    struct arguments *arguments;
    struct givens *given;
    int argc;
    char **argv;
    int at;
};

static enum result unknown_option(struct text argument, struct error *err)
{
    char shown[200];
    struct text name = {argument.bytes + 2, argument.len > 2 ? argument.len - 2 : 0};
    const char *nearest = option_nearest(name, GIVEN_FOR_ALL);
    text_printable(argument, 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown option %s; did you mean --%s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown option %s; see `jobledger --help`", shown);
}

static void keep(struct walk *walk, const struct option *option, const char *value)
{
    givens_add(walk->given, (struct given){.name = option->name, .value = value, .origin = ORIGIN_ARGUMENT,
                                           .commands = GIVEN_FOR_ALL});
}

static enum result keep_next(struct walk *walk, const struct option *option, struct error *err)
{
    if (walk->at + 1 >= walk->argc) {
        walk->arguments->unanswered = option;
        return error_set(err, RESULT_USAGE, "--%s needs a value: %s", option->name, option->value);
    }
    keep(walk, option, walk->argv[++walk->at]);
    return RESULT_OK;
}

static enum result take_long(struct walk *walk, struct error *err)
{
    const char *argument = walk->argv[walk->at];
    size_t len = strcspn(argument, "=");
    const struct option *option = option_find((struct text){argument + 2, len - 2}, COMMAND_NONE);
    if (!option)
        return unknown_option((struct text){argument, len}, err);
    const char *value = argument[len] == '=' ? argument + len + 1 : NULL;
    if (option->kind == VALUE_REQUIRED && !value)
        return keep_next(walk, option, err);
    keep(walk, option, value);
    return RESULT_OK;
}

static enum result take_letters(struct walk *walk, struct error *err)
{
    const char *argument = walk->argv[walk->at];
    for (const char *p = argument + 1; *p; p++) {
        const struct option *option = option_of_letter(*p);
        if (!option)
            return unknown_option(text_of(argument), err);
        if (option->kind == VALUE_REQUIRED && p[1] == '\0')
            return keep_next(walk, option, err);
        keep(walk, option, option->kind == VALUE_REQUIRED ? p + 1 : NULL);
        if (option->kind == VALUE_REQUIRED)
            break;
    }
    return RESULT_OK;
}

enum result arguments_split(struct arguments *arguments, int argc, char **argv, struct givens *given,
                            struct error *err)
{
    struct walk walk = {arguments, given, argc, argv, 1};
    enum result result = RESULT_OK;
    arguments->operands = calloc((size_t)argc + 1, sizeof *arguments->operands);
    if (!arguments->operands)
        return error_memory(err);
    for (; walk.at < argc; walk.at++) {
        const char *argument = argv[walk.at];
        struct error *first = result == RESULT_OK ? err : NULL;
        enum result one = RESULT_OK;
        if (arguments->options_end || argument[0] != '-' || argument[1] == '\0')
            arguments->operands[arguments->operand_count++] = argument;
        else if (strcmp(argument, "--") == 0)
            arguments->options_end = true;
        else if (argument[1] == '-')
            one = take_long(&walk, first);
        else
            one = take_letters(&walk, first);
        if (result == RESULT_OK)
            result = one;
    }
    return result;
}

void arguments_free(struct arguments *arguments)
{
    free(arguments->operands);
    *arguments = (struct arguments){0};
}
