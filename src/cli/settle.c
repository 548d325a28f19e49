#include "settle.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"

const struct option *given_option(const struct given *given, enum command_id command)
{
    const struct option *option = option_find(text_of(given->name), command);
    bool meant = (given->commands >> command & 1u) != 0;
    return meant && option && option_belongs(option, command) ? option : NULL;
}

void givens_in_force(const struct givens *givens, enum command_id command, bool *in_force)
{
    const struct given *last[OPTIONS_MAX] = {NULL};
    const struct given *given = givens->items;
    for (size_t i = 0; i < givens->count; i++) {
        const struct option *option = given_option(&given[i], command);
        const struct given **best = option ? &last[option - options] : NULL;
        if (best && (!*best || given[i].origin >= (*best)->origin))
            *best = &given[i];
    }
    for (size_t i = 0; i < givens->count; i++) {
        const struct option *option = given_option(&given[i], command);
        const struct given *best = option ? last[option - options] : NULL;
        in_force[i] = best && (best == &given[i] || (option->repeats && best->origin == given[i].origin));
    }
}

/* ---- what was given, origin by origin ---- */

static void add_presets(struct givens *givens)
{
    for (size_t i = 0; i < option_count; i++)
        if (options[i].preset)
            givens_add(givens, (struct given){.name = options[i].name, .value = options[i].preset,
                                              .origin = ORIGIN_DEFAULT,
                                              .commands = options[i].commands ? options[i].commands : GIVEN_FOR_ALL});
}

static void add_variable(struct givens *givens, const char *variable, const char *option)
{
    const char *value = getenv(variable);
    if (value && value[0])
        givens_add(givens, (struct given){.name = option, .value = value, .origin = ORIGIN_ENVIRONMENT,
                                          .commands = GIVEN_FOR_ALL, .variable = variable});
}

/* A key in the environment stands in place of a key file, and is not looked at here. */
static void add_environment(struct givens *givens)
{
    const char *variable = key_variable();
    add_variable(givens, "JOBLEDGER_DB", "db");
    add_variable(givens, "FREDDY_BASE_URL", "base-url");
    if (variable)
        givens_add(givens, (struct given){.name = "api-key-file", .origin = ORIGIN_ENVIRONMENT,
                                          .commands = GIVEN_FOR_ALL, .variable = variable});
}

/* ---- taking it in ---- */

static enum result set(struct cli *cli, const struct option *option, const struct given *given, struct error *err)
{
    struct error why;
    if (given->origin == ORIGIN_ENVIRONMENT && !given->value)
        return RESULT_OK;
    enum result result = option_set(cli, option, given->value, &why);
    if (result == RESULT_OK)
        return RESULT_OK;
    if (given->origin == ORIGIN_ENVIRONMENT)
        return error_set(err, result, "$%s: %s", given->variable, why.text);
    return error_set(err, result, "%s", why.text);
}

/* What does not count must be right all the same: on a copy that is thrown away. */
static enum result check(const struct cli *cli, const struct option *option, const struct given *given,
                         enum command_id command, struct error *err)
{
    struct cli copy = *cli;
    copy.command = command;
    return set(&copy, option, given, err);
}

static enum result refuse(const struct cli *cli, const struct given *given, struct error *err)
{
    if (cli->command == COMMAND_NONE)
        return error_set(err, RESULT_USAGE, "--%s needs a command; see `jobledger --help`", given->name);
    const char *command = commands[cli->command].name;
    return error_set(err, RESULT_USAGE, "--%s is not an option of `jobledger %s`; see `jobledger %s --help`",
                     given->name, command, command);
}

static enum result take_one(struct cli *cli, const struct given *given, bool in_force, struct error *err)
{
    const struct option *option = given_option(given, cli->command);
    if (in_force)
        return set(cli, option, given, err);
    if (given->origin != ORIGIN_ARGUMENT)
        return RESULT_OK;
    return option ? check(cli, option, given, cli->command, err) : refuse(cli, given, err);
}

/* global: only options of every command. They take effect whatever else was wrong: it is logged as they wish. */
static enum result take_all(struct cli *cli, const bool *in_force, bool global, enum result result, struct error *err)
{
    const struct givens *givens = &cli->given;
    for (enum origin origin = ORIGIN_DEFAULT; origin <= ORIGIN_ARGUMENT; origin++) {
        for (size_t i = 0; i < givens->count && (global || result == RESULT_OK); i++) {
            const struct given *given = &givens->items[i];
            const struct option *option = option_find(text_of(given->name), cli->command);
            if (given->origin != origin || (option->commands == 0) != global)
                continue;
            enum result one = take_one(cli, given, in_force[i], result == RESULT_OK ? err : NULL);
            if (result == RESULT_OK)
                result = one;
        }
    }
    return result;
}

static enum result settle(struct cli *cli, enum result result, struct error *err)
{
    struct settings *s = &cli->settings;
    size_t n = cli->given.count;
    bool *in_force = calloc(n + 1, sizeof *in_force);
    s->job_ids = calloc(n + 1, sizeof *s->job_ids);
    s->labels = calloc(n + 1, sizeof *s->labels);
    s->filter = STORE_FILTER_DEFAULT;
    s->export = EXPORT_OPTIONS_DEFAULT;
    if (!in_force || !s->job_ids || !s->labels || cli->given.failed) {
        free(in_force);
        return error_memory(err);
    }
    givens_in_force(&cli->given, cli->command, in_force);
    result = take_all(cli, in_force, true, result, err);
    result = take_all(cli, in_force, false, result, err);
    free(in_force);
    return result;
}

/* The first operand. */
static enum result take_command(struct cli *cli, const char *word, struct error *err)
{
    char shown[200];
    cli->command = command_find(word);
    if (cli->command != COMMAND_NONE)
        return RESULT_OK;
    const char *nearest = command_nearest(word);
    text_printable(text_of(word), 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown command %s; did you mean %s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown command %s; see `jobledger --help`", shown);
}

enum result options_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
    struct arguments arguments = {0};
    size_t used = 0;
    enum result result = arguments_split(&arguments, argc, argv, &cli->given, err);
    cli->command = COMMAND_NONE;
    if (used < arguments.operand_count) {
        enum result one = take_command(cli, arguments.operands[used++], result == RESULT_OK ? err : NULL);
        result = result == RESULT_OK ? one : result;
    }
    cli->settings.operands = arguments.operands;
    cli->settings.arguments = arguments.operands + used;
    cli->settings.argument_count = arguments.operand_count - used;
    add_presets(&cli->given);
    add_environment(&cli->given);
    return settle(cli, result, err);
}

void options_free(struct cli *cli)
{
    free(cli->settings.operands);
    free(cli->settings.job_ids);
    free(cli->settings.labels);
    givens_free(&cli->given);
}
