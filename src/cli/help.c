#include <stdio.h>
#include <string.h>

#include "options.h"

#define HELP_COLUMN 30
#define HELP_WIDTH 80

/* Words of text, broken to the lines of the help's second column. */
static void print_wrapped(const char *text)
{
    int at = HELP_COLUMN;
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (at > HELP_COLUMN && at + 1 + len > HELP_WIDTH) {
            printf("\n%*s", HELP_COLUMN, "");
            at = HELP_COLUMN;
        } else if (at > HELP_COLUMN) {
            putchar(' ');
            at++;
        }
        printf("%.*s", len, text);
        at += len;
        text += len;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_option(const struct option *option)
{
    char left[96];
    int len = snprintf(left, sizeof left, "  %c%c%c --%s%s%s%s", option->letter ? '-' : ' ',
                       option->letter ? option->letter : ' ', option->letter ? ',' : ' ', option->name,
                       option->kind == VALUE_OPTIONAL ? "[=" : option->value ? " " : "",
                       option->value ? option->value : "", option->kind == VALUE_OPTIONAL ? "]" : "");
    if (len > HELP_COLUMN - 2)
        printf("%s\n%*s", left, HELP_COLUMN, "");
    else
        printf("%-*s", HELP_COLUMN, left);
    print_wrapped(option->help);
}

static void print_options(enum command_id command, bool global)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_belongs(&options[i], command) && (options[i].commands == 0) == global)
            print_option(&options[i]);
}

static void print_reports(void)
{
    const struct report *reports;
    size_t n = export_reports(&reports);
    printf("\nReports:\n");
    for (size_t i = 0; i < n; i++) {
        printf("  %-*s", HELP_COLUMN - 2, reports[i].name);
        print_wrapped(reports[i].summary);
    }
    printf("  %-*s", HELP_COLUMN - 2, "all");
    print_wrapped("every one of them, into a folder");
}

void options_print_help(enum command_id command)
{
    if (command == COMMAND_NONE) {
        printf("Usage: jobledger [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]\n\n"
               "Keeps the document-extraction jobs of the Aitronos Freddy API in a ledger, and\n"
               "reports on them.\n\n"
               "Commands:\n");
        for (int i = 0; i < COMMAND_COUNT; i++) {
            printf("  %-8s%-*s", commands[i].name, HELP_COLUMN - 10, commands[i].arguments);
            print_wrapped(commands[i].summary);
        }
    } else {
        const struct command *c = &commands[command];
        printf("Usage: jobledger %s [OPTIONS]%s%s\n\n%c%s.\n", c->name, c->arguments[0] ? " " : "", c->arguments,
               c->summary[0] - 'a' + 'A', c->summary + 1);
        if (command == COMMAND_EXPORT)
            print_reports();
        printf("\nOptions:\n");
        print_options(command, false);
    }
    printf("\nGlobal options:\n");
    print_options(command, true);
    if (command == COMMAND_NONE)
        printf("\n`jobledger COMMAND --help` says more of a command.\n\n"
               "Exit status: 0 done; 1 done, with loose ends; 2 usage; 3 credentials; 4 an\n"
               "input file; 5 the ledger; 6 the API; 7 a report; 8 another run holds the\n"
               "ledger; 130 and 143 ended by SIGINT and SIGTERM, progress saved.\n");
}
