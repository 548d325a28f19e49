#include "complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

struct completion {
    struct cli cli;             /* what the words before the last say */
    struct arguments arguments; /* the same words */
    const char *word;           /* the last one, */
    size_t kept;                /* of which so many bytes stand whatever comes: `--auth=`, `failed,` */
};

/* One line for each; a name out of a file that would break it is left out. */
static void offer(const struct completion *c, const char *candidate, const char *meaning)
{
    struct strbuf shown = {0};
    const char *typed = c->word + c->kept;
    text_escape(&shown, text_of(candidate), 0);
    if (shown.bytes && strcmp(shown.bytes, candidate) == 0 && strncmp(candidate, typed, strlen(typed)) == 0)
        printf("%.*s%s%s%s\n", (int)c->kept, c->word, candidate, meaning ? "\t" : "", meaning ? meaning : "");
    strbuf_free(&shown);
}

/* Names with what stands behind them. */
static void offer_from_ledger(struct completion *c, const char *query, const char *behind)
{
    struct ledger ledger;
    struct store_rows *rows = NULL;
    struct strbuf candidate = {0};
    struct error err;
    if (ledger_open(&c->cli, STORE_READ, &ledger) != RESULT_OK)
        return;
    bool more = store_query(ledger.store, query, &rows, &err) == RESULT_OK &&
                store_bind_text(rows, 1, text_of(c->word + c->kept), &err) == RESULT_OK;
    while (more && store_next(rows, &more, &err) == RESULT_OK && more) {
        struct text name = store_text(rows, 0);
        strbuf_clear(&candidate);
        strbuf_append(&candidate, name.bytes, name.len);
        strbuf_puts(&candidate, behind);
        if (!candidate.failed && strlen(candidate.bytes) == candidate.len)
            offer(c, candidate.bytes, NULL);
    }
    strbuf_free(&candidate);
    store_rows_free(rows);
    ledger_close(&ledger);
}

static void offer_place(const char *placeholder)
{
    if (placeholder && strncmp(placeholder, "FILE", 4) == 0)
        puts("\tfile");
    else if (placeholder && strncmp(placeholder, "DIR", 3) == 0)
        puts("\tfolder");
}

static void offer_commands(const struct completion *c)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        offer(c, commands[i].name, commands[i].summary);
}

static void offer_reports(const struct completion *c)
{
    const struct report *reports;
    size_t n = export_reports(&reports);
    for (size_t i = 0; i < n; i++)
        offer(c, reports[i].name, reports[i].summary);
    offer(c, "all", "every one of them, into a folder");
}

static void offer_options(const struct completion *c)
{
    char word[80];
    for (size_t i = 0; i < option_count; i++) {
        snprintf(word, sizeof word, "--%s", options[i].name);
        if (option_belongs(&options[i], c->cli.command))
            offer(c, word, options[i].help);
    }
}

static void offer_values(struct completion *c, const struct option *option)
{
    const char *comma = strrchr(c->word, ',');
    if (option->value && strcmp(option->value, "LIST") == 0 && comma && comma >= c->word + c->kept)
        c->kept = (size_t)(comma + 1 - c->word);
    for (size_t i = 0; option->words && option->words[i]; i++)
        offer(c, option->words[i], NULL);
    if (option->kind == VALUE_NONE) {
        offer(c, "true", NULL);
        offer(c, "false", NULL);
    }
    if (option->ledger)
        offer_from_ledger(c, option->ledger, strcmp(option->value, "NAME=VALUE") == 0 ? "=" : "");
    else
        offer_place(option->value);
}

/* The value that stands behind a `=` in the same word. */
static void offer_joined(struct completion *c, size_t equals)
{
    const struct option *option = option_find((struct text){c->word + 2, equals - 2}, c->cli.command);
    c->kept = equals + 1;
    if (option)
        offer_values(c, option);
}

static void offer_operands(struct completion *c)
{
    const char *wanted = c->cli.command < COMMAND_COUNT ? commands[c->cli.command].arguments : "";
    bool first = c->cli.settings.argument_count == 0;
    if (c->arguments.operand_count == 0 || (first && strcmp(wanted, "[COMMAND]") == 0))
        offer_commands(c);
    else if (c->cli.explain)
        return;
    else if (first && strcmp(wanted, "REPORT") == 0)
        offer_reports(c);
    else if (first && strcmp(wanted, "JOB_ID") == 0)
        offer_from_ledger(c, "queries/complete_jobs", "");
    else
        offer_place(wanted + (wanted[0] == '['));
}

static void offer_all(struct completion *c)
{
    const struct option *unanswered = c->arguments.unanswered;
    size_t equals = strcspn(c->word, "=");
    bool is_option = c->word[0] == '-' && !c->arguments.options_end;
    if (unanswered)
        offer_values(c, option_find(text_of(unanswered->name), c->cli.command));
    else if (is_option && strncmp(c->word, "--", 2) == 0 && c->word[equals] == '=')
        offer_joined(c, equals);
    else if (is_option)
        offer_options(c);
    else
        offer_operands(c);
}

enum result complete(int argc, char **argv, const volatile sig_atomic_t *signal)
{
    struct completion c = {.cli = {.signal = signal}, .word = argc > 1 ? argv[argc - 1] : ""};
    struct givens unused = {0};
    int before = argc > 1 ? argc - 1 : argc;
    if (!freopen("/dev/null", "w", stderr)) /* the line that is being typed is no place for errors */
        return RESULT_OK;
    arguments_split(&c.arguments, before, argv, &unused, NULL);
    options_parse(&c.cli, before, argv, NULL);
    if (c.cli.settings.db)
        offer_all(&c);
    options_free(&c.cli);
    arguments_free(&c.arguments);
    givens_free(&unused);
    return RESULT_OK;
}
