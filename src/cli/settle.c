#include "settle.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "config_file.h"

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

static enum result add_config_file(struct cli *cli, struct error *err)
{
    for (size_t i = 0; i < cli->given.count; i++)
        if (strcmp(cli->given.items[i].name, "config") == 0)
            cli->settings.config = cli->given.items[i].value;
    if (!cli->settings.config || !cli->settings.config[0])
        return RESULT_OK;
    enum result result = config_file_read(cli->settings.config, &cli->config_text, err);
    return result == RESULT_OK ? config_file_parse(cli->settings.config, &cli->config_text, &cli->given, err) : result;
}

/* ---- taking it in ---- */

static enum result set(struct cli *cli, const struct option *option, const struct given *given, struct error *err)
{
    struct error why;
    char place[300];
    if (given->origin == ORIGIN_ENVIRONMENT && !given->value)
        return RESULT_OK;
    enum result result = option_set(cli, option, given->value, &why);
    if (result == RESULT_OK)
        return RESULT_OK;
    if (given->origin == ORIGIN_ENVIRONMENT)
        return error_set(err, result, "$%s: %s", given->variable, why.text);
    if (given->origin != ORIGIN_FILE)
        return error_set(err, result, "%s", why.text);
    config_file_place(cli->settings.config, given->line, place, sizeof place);
    const char *as_in_file = why.text + (strncmp(why.text, "--", 2) == 0 ? 2 : 0);
    return error_set(err, result, "%s: %s", place, as_in_file);
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

/* Whatever the command, for each that the line is meant for. */
static enum result check_line(const struct cli *cli, const struct given *given, struct error *err)
{
    enum command_id good = COMMAND_NONE;
    struct error why;
    for (enum command_id c = 0; c < COMMAND_COUNT; c++) {
        const struct option *option = given_option(given, c);
        enum result result = option ? check(cli, option, given, c, &why) : RESULT_OK;
        if (result != RESULT_OK && good != COMMAND_NONE)
            return error_set(err, result, "%s (for %s; what is for %s alone stands behind [%s])", why.text,
                             commands[c].name, commands[good].name, commands[good].name);
        if (result != RESULT_OK)
            return error_set(err, result, "%s", why.text);
        if (option)
            good = c;
    }
    return RESULT_OK;
}

static enum result check_config_file(const struct cli *cli, struct error *err)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; i < cli->given.count && result == RESULT_OK; i++)
        if (cli->given.items[i].origin == ORIGIN_FILE)
            result = check_line(cli, &cli->given.items[i], err);
    return result;
}

static enum result settle(struct cli *cli, enum result result, struct error *err)
{
    struct settings *s = &cli->settings;
    size_t n = cli->given.count;
    bool *in_force = calloc(n + 1, sizeof *in_force);
    s->job_ids = calloc(n + 1, sizeof *s->job_ids);
    s->labels = calloc(n + 1, sizeof *s->labels);
    s->folders = calloc(n + 1, sizeof *s->folders);
    s->filter = STORE_FILTER_DEFAULT;
    s->export = EXPORT_OPTIONS_DEFAULT;
    if (!in_force || !s->job_ids || !s->labels || !s->folders || cli->given.failed) {
        free(in_force);
        return error_memory(err);
    }
    givens_in_force(&cli->given, cli->command, in_force);
    result = take_all(cli, in_force, true, result, err);
    if (result == RESULT_OK)
        result = check_config_file(cli, err);
    result = take_all(cli, in_force, false, result, err);
    free(in_force);
    return result;
}

static enum result unknown_command(const char *word, struct error *err)
{
    char shown[200];
    const char *nearest = command_nearest(word);
    text_printable(text_of(word), 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown command %s; did you mean %s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown command %s; see `jobledger --help`", shown);
}

/* The first operand is the command, the second of `config` the one that it explains. */
static enum result take_operands(struct cli *cli, const struct arguments *arguments, struct error *err)
{
    const char *word = NULL;
    size_t used = 0;
    cli->command = COMMAND_NONE;
    if (used < arguments->operand_count)
        cli->command = command_find(word = arguments->operands[used++]);
    cli->explain = cli->command == COMMAND_CONFIG;
    if (cli->explain && used < arguments->operand_count)
        cli->command = command_find(word = arguments->operands[used++]);
    cli->settings.operands = arguments->operands;
    cli->settings.arguments = arguments->operands + used;
    cli->settings.argument_count = arguments->operand_count - used;
    return word && cli->command == COMMAND_NONE ? unknown_command(word, err) : RESULT_OK;
}

enum result options_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
    struct arguments arguments = {0};
    enum result split = arguments_split(&arguments, argc, argv, &cli->given, err);
    enum result command = take_operands(cli, &arguments, split == RESULT_OK ? err : NULL);
    enum result result = split == RESULT_OK ? command : split;
    enum result file = add_config_file(cli, result == RESULT_OK ? err : NULL);
    add_presets(&cli->given);
    add_environment(&cli->given);
    return settle(cli, result == RESULT_OK ? file : result, err);
}

void options_free(struct cli *cli)
{
    free(cli->settings.operands);
    free(cli->settings.job_ids);
    free(cli->settings.labels);
    free(cli->settings.folders);
    givens_free(&cli->given);
    strbuf_free(&cli->config_text);
}
