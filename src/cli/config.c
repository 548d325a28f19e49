/* The settings in force, written as a config file that would bring them about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"
#include "settle.h"

#define ORIGIN_COLUMN 40

/* What is printed of one command, or with COMMAND_NONE of the options that all have. */
struct section {
    const struct cli *cli;
    enum command_id command;
    const bool *in_force; /* of cli->given */
    bool begun;           /* its [COMMAND] is printed */
};

static void begin(struct section *section)
{
    if (!section->begun && section->command != COMMAND_NONE)
        printf("\n[%s]\n", commands[section->command].name);
    section->begun = true;
}

/* As a comment where there is no value, or none that can be written. */
static void print_line(struct section *section, const char *name, const char *value, const char *origin)
{
    struct strbuf line = {0};
    begin(section);
    strbuf_printf(&line, "%s = ", name);
    bool spelled = value && config_file_spell(&line, value);
    if (value && !spelled)
        text_escape(&line, text_of(value), 0);
    if (line.bytes)
        printf("%s%-*s  # %s%s\n", spelled ? "" : "#", ORIGIN_COLUMN - !spelled, line.bytes, origin,
               value && !spelled ? "; a file can't hold it" : "");
    strbuf_free(&line);
}

static void print_given(struct section *section, const struct given *given, const struct option *option)
{
    char origin[400];
    const char *value = given->value;
    if (given->origin == ORIGIN_FILE)
        config_file_place(section->cli->settings.config, given->line, origin, sizeof origin);
    else if (given->origin == ORIGIN_ENVIRONMENT)
        snprintf(origin, sizeof origin, "%s$%s", value ? "" : "the key: ", given->variable);
    else if (given->origin == ORIGIN_ARGUMENT)
        snprintf(origin, sizeof origin, "option --%s", given->name);
    else
        snprintf(origin, sizeof origin, "default");
    size_t len = strlen(origin);
    if (option->secret) {
        value = NULL;
        snprintf(origin + len, sizeof origin - len, "; a secret, not shown");
    }
    if (!value && option->kind != VALUE_REQUIRED)
        value = "true";
    print_line(section, given->name, value, origin);
}

/* The first in force for the option, or NULL. */
static const struct given *find_given(const struct section *section, const struct option *option)
{
    const struct givens *givens = &section->cli->given;
    for (size_t i = 0; i < givens->count; i++)
        if (section->in_force[i] && given_option(&givens->items[i], section->command) == option)
            return &givens->items[i];
    return NULL;
}

static bool left_to_another(const struct section *section, const struct option *option)
{
    const struct option *other = option->set_by ? option_find(text_of(option->set_by), section->command) : NULL;
    const struct given *given = other ? find_given(section, other) : NULL;
    return given && !(given->value && strcmp(given->value, "false") == 0);
}

static void print_default(struct section *section, const struct option *option)
{
    const struct given *given = find_given(section, option);
    char origin[100];
    if (given && given->origin != ORIGIN_DEFAULT)
        return;
    if (left_to_another(section, option)) {
        snprintf(origin, sizeof origin, "as %s says", option->set_by);
        print_line(section, option->name, NULL, origin);
    } else if (given) {
        print_given(section, given, option);
    } else if (option->kind != VALUE_REQUIRED) {
        print_line(section, option->name, "false", "default");
    } else {
        print_line(section, option->name, NULL, "not set");
    }
}

static void print_defaults(struct section *section)
{
    for (size_t i = 0; i < option_count; i++) {
        bool global = options[i].commands == 0;
        if (!options[i].argument_only && global == (section->command == COMMAND_NONE) &&
            option_belongs(&options[i], section->command))
            print_default(section, &options[i]);
    }
}

/* In the order in which they take effect: --excel and --delimiter go before each other as they come. */
static void print_others(struct section *section)
{
    const struct givens *givens = &section->cli->given;
    for (enum origin origin = ORIGIN_FILE; origin <= ORIGIN_ARGUMENT; origin++) {
        for (size_t i = 0; i < givens->count; i++) {
            const struct given *given = &givens->items[i];
            const struct option *option = given_option(given, section->command);
            if (given->origin != origin || !section->in_force[i] || option->argument_only)
                continue;
            bool for_all = option->commands == 0 && given->commands == GIVEN_FOR_ALL;
            if (for_all == (section->command == COMMAND_NONE))
                print_given(section, given, option);
        }
    }
}

static void print_section(const struct cli *cli, enum command_id command, bool *in_force)
{
    struct section section = {.cli = cli, .command = command, .in_force = in_force};
    givens_in_force(&cli->given, command, in_force);
    print_defaults(&section);
    print_others(&section);
}

enum result command_config(struct cli *cli)
{
    struct error err;
    bool *in_force = NULL;
    if (cli->settings.argument_count > 0) {
        error_set(&err, RESULT_USAGE, "config takes no more than the name of a command");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    in_force = calloc(cli->given.count + 1, sizeof *in_force);
    if (!in_force) {
        error_memory(&err);
        return cli_fail(cli, RESULT_LEDGER, &err);
    }
    print_section(cli, COMMAND_NONE, in_force);
    for (enum command_id c = 0; c < COMMAND_COUNT; c++)
        if (cli->command == COMMAND_CONFIG || cli->command == c)
            print_section(cli, c, in_force);
    free(in_force);
    return RESULT_OK;
}
