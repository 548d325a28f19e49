#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_URL "https://api.aitronos.com"
#define COMMAND(id) (1u << (COMMAND_##id))
#define READS (COMMAND(INGEST) | COMMAND(RUN))
#define FETCHES (COMMAND(FETCH) | COMMAND(RUN))
#define EXPORTS (COMMAND(EXPORT) | COMMAND(RUN))
#define SETTING(field) offsetof(struct cli, settings.field)

static const struct option options[] = {
    {'\0', "id-column", VALUE_REQUIRED, "NAME|NUMBER", READS, set_text, SETTING(reader.id_column), 0, 0,
     "the column of job IDs (default: job_id or id)"},
    {'\0', "no-header", VALUE_NONE, NULL, READS, set_flag, SETTING(reader.no_header), 0, 0,
     "the first row is data"},
    {'\0', "delimiter", VALUE_REQUIRED, "CHAR|WORD", READS, set_delimiter, 0, 0, 0,
     "of the input: comma, semicolon, tab, pipe or auto (default)"},
    {'\0', "encoding", VALUE_REQUIRED, "NAME", READS, set_text, SETTING(reader.encoding), 0, 0,
     "of the input: windows-1252, utf-16, ... (default UTF-8)"},
    {'\0', "strict", VALUE_NONE, NULL, READS, set_flag, SETTING(strict), 0, 0,
     "one rejected row fails its file"},
    {'\0', "again", VALUE_NONE, NULL, READS, set_flag, SETTING(again), 0, 0,
     "read files anew that were ingested before"},
    {'\0', "dry-run", VALUE_NONE, NULL, READS | FETCHES, set_flag, SETTING(dry_run), 0, 0,
     "say what would be done, and keep nothing"},

    {'\0', "base-url", VALUE_REQUIRED, "URL", FETCHES, set_base_url, 0, 0, 0,
     "of the API (else $FREDDY_BASE_URL, else " BASE_URL ")"},
    {'\0', "api-key-file", VALUE_REQUIRED, "FILE", FETCHES, set_text, SETTING(api_key_file), 0, 0,
     "holds the key (else $FREDDY_API_KEY, else the file freddy_api_key in $CREDENTIALS_DIRECTORY)"},
    {'\0', "auth", VALUE_REQUIRED, "HEADER", FETCHES, set_auth, 0, 0, 0,
     "how the key is sent: x-api-key (default), api-key or bearer"},
    {'j', "parallel", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(fetch.parallel), 1, FETCH_PARALLEL_MAX,
     "requests under way at once (default 8)"},
    {'\0', "retries", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(fetch.retries), 0, 100,
     "of one job, where an answer is of no use (default 5)"},
    {'\0', "timeout", VALUE_REQUIRED, "SEC", FETCHES, set_seconds, SETTING(fetch.timeout_ms), 0, 0,
     "for one request, from connect to last byte (default 30)"},
    {'\0', "connect-timeout", VALUE_REQUIRED, "SEC", FETCHES, set_seconds, SETTING(fetch.connect_timeout_ms), 0, 0,
     "for the connection (default 10)"},
    {'\0', "cacert", VALUE_REQUIRED, "FILE", FETCHES, set_text, SETTING(fetch.cacert), 0, 0,
     "certificates to trust in place of the system's"},
    {'\0', "rate", VALUE_REQUIRED, "RATE", FETCHES, set_rate, 0, 0, 0,
     "auto (default: as the server's headers allow), none, or N/s, N/min, N/h, N/d"},
    {'\0', "burst", VALUE_REQUIRED, "N", FETCHES, set_burst, 0, 0, 0,
     "requests at once after a pause, with --rate N/... (default 1)"},
    {'\0', "daily-limit", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(daily_limit), 1, 999999999,
     "requests of a UTC day, over all runs"},
    {'\0', "max-time", VALUE_REQUIRED, "DURATION", FETCHES, set_duration, SETTING(fetch.max_time_ms), 0, 0,
     "after it no request is sent (default 6h; 0: no end)"},
    {'\0', "wait", VALUE_OPTIONAL, "DURATION", FETCHES, set_wait, SETTING(wait_ms), 0, 0,
     "ask again for unfinished jobs until all are resolved, or so long"},
    {'\0', "recheck", VALUE_REQUIRED, "LIST", FETCHES, set_recheck, 0, 0, 0,
     "ask for jobs in these states instead: failed, not_found, error, completed, or all"},
    {'\0', "job", VALUE_REQUIRED, "ID", FETCHES, set_job, 0, 0, 0,
     "ask for this job only; may be repeated"},
    {'\0', "source", VALUE_REQUIRED, "FILE", COMMAND(FETCH), set_text, SETTING(selection.source), 0, 0,
     "ask for jobs of this source only"},
    {'\0', "limit", VALUE_REQUIRED, "N", FETCHES, set_int, SETTING(limit), 1, 999999999,
     "ask for so many jobs at most"},
    {'\0', "progress", VALUE_REQUIRED, "WHEN", READS | FETCHES, set_progress, 0, 0, 0,
     "auto (default: on a terminal), always or never"},
    {'\0', "fail-on", VALUE_REQUIRED, "LIST", FETCHES, set_fail_on, 0, 0, 0,
     "exit status 1 too where jobs are failed, not_found or open"},

    {'o', "output", VALUE_REQUIRED, "FILE|-", COMMAND(EXPORT), set_text, SETTING(output), 0, 0,
     "where to write (default -: standard output); for `all` a folder"},
    {'\0', "out", VALUE_REQUIRED, "DIR", COMMAND(RUN), set_text, SETTING(output), 0, 0,
     "the folder of the reports"},
    {'\0', "format", VALUE_REQUIRED, "FORMAT", EXPORTS, set_format, 0, 0, 0,
     "csv (default), tsv or jsonl"},
    {'\0', "delimiter", VALUE_REQUIRED, "CHAR|WORD", COMMAND(EXPORT), set_delimiter, 0, 0, 0,
     "between cells: comma (default), semicolon, tab or pipe"},
    {'\0', "no-header", VALUE_NONE, NULL, COMMAND(EXPORT), set_flag, SETTING(export.no_header), 0, 0,
     "leave out the row of column names"},
    {'\0', "excel", VALUE_OPTIONAL, "ch|de", EXPORTS, set_excel, 0, 0, 0,
     "as Excel opens it in Switzerland (default) or Germany"},
    {'\0', "bom", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.bom), 0, 0,
     "begin with a byte order mark"},
    {'\0', "crlf", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.crlf), 0, 0,
     "end rows with CR LF"},
    {'\0', "decimal-comma", VALUE_NONE, NULL, EXPORTS, set_flag, SETTING(export.decimal_comma), 0, 0,
     "write 0,015 for 0.015 in number cells"},
    {'\0', "cells", VALUE_REQUIRED, "MODE", EXPORTS, set_cells, 0, 0, 0,
     "safe (default): a ' before text that a spreadsheet would run as a formula; verbatim: never"},

    {'\0', "json", VALUE_NONE, NULL, COMMAND(STATUS), set_flag, SETTING(json), 0, 0,
     "as one JSON object"},

    {'d', "db", VALUE_REQUIRED, "FILE", 0, set_text, SETTING(db), 0, 0,
     "the ledger (else $JOBLEDGER_DB, else jobledger.db)"},
    {'\0', "wait-lock", VALUE_REQUIRED, "DURATION", READS | FETCHES, set_duration, SETTING(wait_lock_ms), 0, 0,
     "wait so long for another run to end: 90s, 15m, 2h (default 0)"},
    {'q', "quiet", VALUE_NONE, NULL, 0, set_flag, offsetof(struct cli, log.quiet), 0, 0,
     "say nothing when all is well"},
    {'v', "verbose", VALUE_NONE, NULL, 0, set_verbose, 0, 0, 0,
     "say more; may be repeated"},
    {'\0', "log-format", VALUE_REQUIRED, "FORMAT", 0, set_log_format, 0, 0, 0,
     "of standard error: text (default) or json"},
    {'\0', "now", VALUE_REQUIRED, "TIME", 0, set_now, 0, 0, 0,
     "take this for the present time: 2026-11-30T03:00:00Z"},
    {'\0', "help", VALUE_NONE, NULL, 0, set_flag, SETTING(help), 0, 0,
     "this text"},
    {'\0', "version", VALUE_NONE, NULL, 0, set_flag, SETTING(version), 0, 0,
     "the program's version"},
};

static const size_t option_count = sizeof options / sizeof options[0];

static bool belongs(const struct option *option, enum command_id command)
{
    return option->commands == 0 || (command != COMMAND_NONE && (option->commands & (1u << command)));
}

/* An option as it stood among the arguments. Its meaning may depend on the command, which may come later. */
struct given {
    const char *name; /* without dashes; a letter is looked up at once */
    const char *value;
};

/* Any option of that name will do to know whether it takes a value: those that share a name agree on it. */
static const struct option *find_name(const char *name, size_t len, enum command_id command)
{
    const struct option *other = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (strlen(options[i].name) != len || memcmp(options[i].name, name, len) != 0)
            continue;
        other = &options[i];
        if (belongs(other, command))
            break;
    }
    return other;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (options[i].letter == letter && letter != '\0')
            return &options[i];
    return NULL;
}

static enum result unknown_option(const char *argument, size_t len, struct error *err)
{
    const char *names[sizeof options / sizeof options[0]];
    char word[80] = "";
    char shown[200];
    for (size_t i = 0; i < option_count; i++)
        names[i] = options[i].name;
    size_t name_len = len > 2 ? len - 2 : 0;
    if (name_len < sizeof word)
        memcpy(word, argument + (len - name_len), name_len);
    const char *nearest = word[0] ? text_nearest(word, names, option_count) : NULL;
    text_printable((struct text){argument, len}, 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown option %s; did you mean --%s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown option %s; see `jobledger --help`", shown);
}

/* A walk through argv. */
struct parser {
    int argc;
    char **argv;
    int at;
    struct given *given; /* room for one for each byte of argv */
    size_t given_count;
    const char **operands;
    size_t operand_count;
};

static enum result need_value(struct parser *in, const struct option *option, const char **value, struct error *err)
{
    if (in->at + 1 >= in->argc)
        return error_set(err, RESULT_USAGE, "--%s needs a value: %s", option->name, option->value);
    *value = in->argv[++in->at];
    return RESULT_OK;
}

static void keep(struct parser *in, const struct option *option, const char *value)
{
    in->given[in->given_count++] = (struct given){option->name, value};
}

static enum result parse_long(struct parser *in, struct error *err)
{
    const char *argument = in->argv[in->at];
    size_t len = strcspn(argument, "=");
    const struct option *option = find_name(argument + 2, len - 2, COMMAND_NONE);
    if (!option)
        return unknown_option(argument, len, err);
    const char *value = argument[len] == '=' ? argument + len + 1 : NULL;
    if (option->kind == VALUE_NONE && value)
        return error_set(err, RESULT_USAGE, "--%s takes no value", option->name);
    enum result result = RESULT_OK;
    if (option->kind == VALUE_REQUIRED && !value)
        result = need_value(in, option, &value, err);
    if (result == RESULT_OK)
        keep(in, option, value);
    return result;
}

static enum result parse_letters(struct parser *in, struct error *err)
{
    const char *argument = in->argv[in->at];
    for (const char *p = argument + 1; *p; p++) {
        const struct option *option = find_letter(*p);
        if (!option)
            return unknown_option(argument, strlen(argument), err);
        const char *value = NULL;
        if (option->kind == VALUE_REQUIRED) {
            enum result result = RESULT_OK;
            value = p + 1;
            if (*value == '\0')
                result = need_value(in, option, &value, err);
            keep(in, option, value);
            return result;
        }
        keep(in, option, value);
    }
    return RESULT_OK;
}

/* Goes on behind a mistake, which is to be logged in the format that is named later. */
static enum result split(struct parser *in, struct error *err)
{
    enum result result = RESULT_OK;
    bool options_end = false;
    for (in->at = 1; in->at < in->argc; in->at++) {
        const char *argument = in->argv[in->at];
        struct error *first = result == RESULT_OK ? err : NULL;
        enum result one = RESULT_OK;
        if (options_end || argument[0] != '-' || argument[1] == '\0')
            in->operands[in->operand_count++] = argument;
        else if (strcmp(argument, "--") == 0)
            options_end = true;
        else if (argument[1] == '-')
            one = parse_long(in, first);
        else
            one = parse_letters(in, first);
        if (result == RESULT_OK)
            result = one;
    }
    return result;
}

static enum result find_command(const char *word, enum command_id *command, struct error *err)
{
    const char *names[COMMAND_COUNT];
    char shown[200];
    for (int i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i].name;
        if (strcmp(word, names[i]) == 0) {
            *command = (enum command_id)i;
            return RESULT_OK;
        }
    }
    const char *nearest = text_nearest(word, names, COMMAND_COUNT);
    text_printable(text_of(word), 60, shown, sizeof shown);
    if (nearest)
        return error_set(err, RESULT_USAGE, "unknown command %s; did you mean %s?", shown, nearest);
    return error_set(err, RESULT_USAGE, "unknown command %s; see `jobledger --help`", shown);
}

static enum result apply(struct cli *cli, const struct given *given, bool global, struct error *err)
{
    const struct option *option = find_name(given->name, strlen(given->name), cli->command);
    if ((option->commands == 0) != global)
        return RESULT_OK;
    if (belongs(option, cli->command))
        return option->set(cli, option, given->value, err);
    if (cli->command == COMMAND_NONE)
        return error_set(err, RESULT_USAGE, "--%s needs a command; see `jobledger --help`", option->name);
    return error_set(err, RESULT_USAGE, "--%s is not an option of `jobledger %s`; see `jobledger %s --help`",
                     option->name, commands[cli->command].name, commands[cli->command].name);
}

/* global: only options of every command. They take effect whatever else was wrong: it is logged as they wish. */
static enum result apply_all(struct cli *cli, const struct parser *in, bool global, enum result result,
                             struct error *err)
{
    for (size_t i = 0; i < in->given_count && (global || result == RESULT_OK); i++) {
        enum result one = apply(cli, &in->given[i], global, result == RESULT_OK ? err : NULL);
        if (result == RESULT_OK)
            result = one;
    }
    return result;
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

static void set_defaults(struct settings *s)
{
    s->db = environment("JOBLEDGER_DB");
    if (!s->db)
        s->db = "jobledger.db";
    s->fetch.parallel = 8;
    s->fetch.retries = 5;
    s->fetch.timeout_ms = 30000;
    s->fetch.connect_timeout_ms = 10000;
    s->fetch.max_time_ms = 6 * 3600 * 1000;
    s->fetch.rate.burst = 1;
    s->fetch.base_url = BASE_URL;
    s->export = EXPORT_OPTIONS_DEFAULT;
}

static bool overrides_url(const struct parser *in)
{
    for (size_t i = 0; i < in->given_count; i++)
        if (strcmp(in->given[i].name, "base-url") == 0)
            return true;
    return false;
}

static enum result take_url(struct cli *cli, const struct parser *in, struct error *err)
{
    const char *url = environment("FREDDY_BASE_URL");
    struct error why;
    if (!url || overrides_url(in) || (cli->command != COMMAND_FETCH && cli->command != COMMAND_RUN))
        return RESULT_OK;
    cli->settings.fetch.base_url = url;
    if (fetch_check_url(url, &why) == RESULT_OK)
        return RESULT_OK;
    return error_set(err, RESULT_USAGE, "$FREDDY_BASE_URL: %s", why.text);
}

static enum result take_in(struct cli *cli, struct parser *in, struct error *err)
{
    enum result result = split(in, err);
    if (result == RESULT_OK && in->operand_count > 0)
        result = find_command(in->operands[0], &cli->command, err);
    if (in->operand_count > 0)
        memmove(in->operands, in->operands + 1, --in->operand_count * sizeof *in->operands);
    cli->settings.arguments = in->operands;
    cli->settings.argument_count = in->operand_count;
    set_defaults(&cli->settings);
    result = apply_all(cli, in, true, result, err);
    if (result == RESULT_OK)
        result = take_url(cli, in, err);
    return apply_all(cli, in, false, result, err);
}

enum result options_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
    size_t room = 1;
    for (int i = 1; i < argc; i++)
        room += strlen(argv[i]);
    struct parser in = {.argc = argc, .argv = argv};
    in.given = calloc(room, sizeof *in.given);
    in.operands = calloc((size_t)argc + 1, sizeof *in.operands);
    cli->settings.job_ids = calloc((size_t)argc + 1, sizeof *cli->settings.job_ids);
    cli->command = COMMAND_NONE;
    enum result result = in.given && in.operands && cli->settings.job_ids ? take_in(cli, &in, err) : error_memory(err);
    free(in.given);
    if (!cli->settings.arguments)
        free(in.operands);
    return result;
}

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
        if (belongs(&options[i], command) && (options[i].commands == 0) == global)
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
