/* What each option's value means. */
#include <string.h>

#include "decimal.h"
#include "options.h"
#include "ping.h"
#include "zone.h"

static enum result bad_value(const struct option *option, const char *value, const char *expected, struct error *err)
{
    char shown[200];
    return error_set(err, RESULT_USAGE, "--%s %s: expected %s", option->name,
                     value[0] ? text_printable(text_of(value), 60, shown, sizeof shown) : "''", expected);
}

/* The index of value among the option's words; else RESULT_USAGE with the nearest of them. */
static enum result choose(const struct option *option, const char *value, size_t *index, struct error *err)
{
    struct strbuf expected = {0};
    size_t n = 0;
    for (; option->words[n]; n++) {
        if (strcmp(value, option->words[n]) == 0) {
            *index = n;
            strbuf_free(&expected);
            return RESULT_OK;
        }
        strbuf_printf(&expected, "%s%s", n == 0 ? "" : option->words[n + 1] ? ", " : " or ", option->words[n]);
    }
    const char *nearest = text_nearest(value, option->words, n);
    if (nearest && n > 1)
        strbuf_printf(&expected, "; did you mean %s?", nearest);
    enum result result = expected.failed ? error_memory(err) : bad_value(option, value, expected.bytes, err);
    strbuf_free(&expected);
    return result;
}

/* A list of words between commas, as the bits that stand for them. */
static enum result choose_several(const struct option *option, const char *value, const unsigned *bits, unsigned *out,
                                  struct error *err)
{
    enum result result = RESULT_OK;
    *out = 0;
    for (const char *p = value; result == RESULT_OK && p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        char word[32] = "";
        size_t index = 0;
        size_t len = strcspn(p, ",");
        if (len < sizeof word)
            memcpy(word, p, len);
        result = choose(option, word[0] ? word : value, &index, err);
        *out |= bits[index];
    }
    return result;
}

/* Where a value may be left out, true says no more than that; false puts back what was given by one who goes after. */
enum result option_set(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    bool may_lack = option->kind != VALUE_REQUIRED;
    if (may_lack && value && strcmp(value, "false") == 0)
        return RESULT_OK;
    if (may_lack && value && strcmp(value, "true") == 0)
        value = NULL;
    if (option->kind == VALUE_NONE && value)
        return bad_value(option, value, "true or false", err);
    return option->set(cli, option, value, err);
}

static void *field_of(struct cli *cli, const struct option *option)
{
    return (char *)cli + option->offset;
}

enum result set_flag(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)value;
    (void)err;
    *(bool *)field_of(cli, option) = true;
    return RESULT_OK;
}

enum result set_text(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (value[0] == '\0')
        return bad_value(option, value, option->value, err);
    return set_any_text(cli, option, value, err);
}

enum result set_any_text(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)err;
    *(const char **)field_of(cli, option) = value;
    return RESULT_OK;
}

static bool parse_int(const char *value, int min, int max, int *out)
{
    int n = 0;
    if (value[0] == '\0' || strlen(value) > 9)
        return false;
    for (const char *p = value; *p; p++) {
        if (*p < '0' || *p > '9')
            return false;
        n = n * 10 + (*p - '0');
    }
    *out = n;
    return n >= min && n <= max;
}

enum result set_int(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    int n;
    if (!parse_int(value, option->min, option->max, &n)) {
        char expected[64];
        struct strbuf text = {0};
        strbuf_printf(&text, "a whole number from %d to %d", option->min, option->max);
        text_printable((struct text){text.bytes, text.len}, 0, expected, sizeof expected);
        strbuf_free(&text);
        return bad_value(option, value, expected, err);
    }
    *(int *)field_of(cli, option) = n;
    return RESULT_OK;
}

/* A number of seconds, fractions allowed, or a duration with its unit. */
enum result set_seconds(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    int64_t nano;
    int64_t ms = 0;
    if (decimal_is_plain(text_of(value)) && decimal_parse(text_of(value), 1000000, &nano))
        ms = nano / 1000000;
    else if (!duration_parse(value, &ms))
        ms = 0;
    if (ms <= 0 || ms > INT32_MAX)
        return bad_value(option, value, "seconds, such as 30 or 2.5", err);
    *(int64_t *)field_of(cli, option) = ms;
    return RESULT_OK;
}

enum result set_duration(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (!duration_parse(value, (int64_t *)field_of(cli, option)))
        return bad_value(option, value, "a duration such as 90, 90s, 15m, 2h or 1d", err);
    return RESULT_OK;
}

enum result set_wait(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    cli->settings.wait = true;
    cli->settings.wait_ms = 0;
    return value ? set_duration(cli, option, value, err) : RESULT_OK;
}

enum result set_now(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    struct clock *clock = &cli->settings.clock;
    if (!timestamp_parse(text_of(value), &clock->at))
        return bad_value(option, value, "a time such as 2026-11-30T03:00:00Z", err);
    clock->fixed = true;
    return RESULT_OK;
}

enum result set_verbose(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)option;
    (void)value;
    (void)err;
    cli->log.verbose++;
    return RESULT_OK;
}

enum result set_log_format(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    size_t index = 0;
    enum result result = choose(option, value, &index, err);
    cli->log.json = index == 1;
    return result;
}

static const struct {
    const char *word;
    char delimiter;
} delimiter_words[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}};

/* For what is read 0 stands for auto; what is written needs a character. */
static bool parse_delimiter(const char *value, bool reading, char *out)
{
    for (size_t i = 0; i < sizeof delimiter_words / sizeof delimiter_words[0]; i++) {
        if (strcmp(value, delimiter_words[i].word) == 0) {
            *out = delimiter_words[i].delimiter;
            return true;
        }
    }
    if (reading && strcmp(value, "auto") == 0) {
        *out = '\0';
        return true;
    }
    *out = value[0];
    return strlen(value) == 1 && !strchr("\"\r\n", value[0]) && (unsigned char)value[0] < 0x80;
}

enum result set_delimiter(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    bool reading = cli->command != COMMAND_EXPORT;
    char *field = reading ? &cli->settings.reader.delimiter : &cli->settings.export.delimiter;
    if (parse_delimiter(value, reading, field))
        return RESULT_OK;
    return bad_value(option, value,
                     reading ? "one ASCII character, comma, semicolon, tab, pipe or auto"
                             : "one ASCII character, comma, semicolon, tab or pipe",
                     err);
}

enum result set_encoding(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)option;
    cli->settings.reader.encoding = value;
    return reader_check(&(struct reader_options){.encoding = value}, err);
}

/* May be repeated, as a job. */
enum result set_dir(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (value[0] == '\0')
        return bad_value(option, value, option->value, err);
    cli->settings.folders[cli->settings.folder_count++] = value;
    return RESULT_OK;
}

enum result set_auth(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const enum fetch_auth kinds[] = {FETCH_AUTH_X_API_KEY, FETCH_AUTH_API_KEY, FETCH_AUTH_BEARER};
    size_t index = 0;
    enum result result = choose(option, value, &index, err);
    cli->settings.fetch.auth = kinds[index];
    return result;
}

enum result set_base_url(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)option;
    cli->settings.fetch.base_url = value;
    return fetch_check_url(value, err);
}

/* auto, none, or N/s, N/min, N/h, N/d. */
enum result set_rate(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    struct fetch_rate *rate = &cli->settings.fetch.rate;
    size_t digits = strspn(value, "0123456789");
    char number[16] = "";
    int n = 0;
    if (strcmp(value, "auto") == 0 || strcmp(value, "none") == 0) {
        rate->kind = value[0] == 'a' ? FETCH_RATE_AUTO : FETCH_RATE_NONE;
        return RESULT_OK;
    }
    if (digits < sizeof number)
        memcpy(number, value, digits);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (value[digits] == '/' && strcmp(value + digits + 1, units[i].unit) == 0 &&
            parse_int(number, 1, INT32_MAX, &n)) {
            rate->kind = FETCH_RATE_FIXED;
            rate->requests = n;
            rate->period_ms = units[i].ms;
            return RESULT_OK;
        }
    }
    return bad_value(option, value, "auto, none, or a rate such as 5/s, 100/min, 1000/h or 10000/d", err);
}

enum result set_burst(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    int n;
    if (!parse_int(value, 1, 1000000, &n))
        return bad_value(option, value, "a whole number from 1 to 1000000", err);
    cli->settings.fetch.rate.burst = n;
    return RESULT_OK;
}

enum result set_recheck(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const unsigned bits[] = {1u << JOB_FAILED, 1u << JOB_NOT_FOUND, 1u << JOB_ERROR, 1u << JOB_COMPLETED,
                                    (1u << JOB_STATUS_COUNT) - 1};
    return choose_several(option, value, bits, &cli->settings.selection.states, err);
}

/* May be repeated: there is room for as many as there are arguments. */
enum result set_job(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (!job_id_valid(text_of(value)))
        return bad_value(option, value, "a job ID: job_ and 1 to 124 of A-Z a-z 0-9 _ -", err);
    struct store_selection *selection = &cli->settings.selection;
    cli->settings.job_ids[selection->job_id_count++] = value;
    selection->job_ids = cli->settings.job_ids;
    return RESULT_OK;
}

enum result set_progress(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const enum progress_mode modes[] = {PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER};
    size_t index = 0;
    enum result result = choose(option, value, &index, err);
    cli->settings.progress = modes[index];
    return result;
}

enum result set_ping(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)option;
    cli->settings.ping = value;
    return ping_check_url(value, err);
}

enum result set_fail_on(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const unsigned bits[] = {FAIL_ON_FAILED, FAIL_ON_NOT_FOUND, FAIL_ON_OPEN, FAIL_ON_STALE};
    return choose_several(option, value, bits, &cli->settings.fail_on, err);
}

enum result set_digest(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (strlen(value) != 64 || strspn(value, "0123456789abcdefABCDEF") != 64)
        return bad_value(option, value, "a digest as `jobledger status` shows it: 64 hexadecimal digits", err);
    *(const char **)field_of(cli, option) = value;
    return RESULT_OK;
}

enum result set_age(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    struct timestamp before;
    if (!timestamp_before(value, (struct timestamp){0}, &before))
        return bad_value(option, value, "an age such as 10y, 3650d or 12h", err);
    *(const char **)field_of(cli, option) = value;
    return RESULT_OK;
}

enum result set_when(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    if (!when_valid(text_of(value)))
        return bad_value(option, value, "a date such as 2026-11-30, a time such as 2026-11-30T03:00:00Z, or a duration "
                         "back from now such as 7d", err);
    *(const char **)field_of(cli, option) = value;
    return RESULT_OK;
}

enum result set_status(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const unsigned bits[] = {1u << JOB_NEW,    1u << JOB_PENDING,   1u << JOB_PROCESSING, 1u << JOB_COMPLETED,
                                    1u << JOB_FAILED, 1u << JOB_NOT_FOUND, 1u << JOB_ERROR};
    return choose_several(option, value, bits, &cli->settings.filter.states, err);
}

/* May be repeated, as --job. */
enum result set_label(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    struct store_filter *filter = &cli->settings.filter;
    const char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return bad_value(option, value, "NAME=VALUE, such as client=Acme", err);
    struct text name = {value, (size_t)(equals - value)};
    cli->settings.labels[filter->label_count++] = (struct store_label){name, text_of(equals + 1)};
    filter->labels = cli->settings.labels;
    return RESULT_OK;
}

enum result set_timezone(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    (void)option;
    cli->settings.timezone = value;
    return zone_check(value, err);
}

enum result set_threshold(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    struct text text = text_of(value);
    struct text point = {strchr(value, '.'), 0};
    int64_t nano = 0;
    bool too_fine = point.bytes && strlen(point.bytes) > 1 + 9;
    if (!decimal_is_plain(text) || too_fine || !decimal_parse(text, 2, &nano) || nano < 0 || nano > DECIMAL_ONE)
        return bad_value(option, value, "a number from 0 to 1, such as 0.8, with at most nine decimals", err);
    cli->settings.filter.threshold_nano = nano;
    return RESULT_OK;
}

enum result set_stale_after(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    int64_t ms = 0;
    if (!duration_parse(value, &ms) || ms == 0)
        return bad_value(option, value, "a duration such as 90s, 15m, 2h or 1d", err);
    cli->settings.filter.stale_after_ms = ms;
    return RESULT_OK;
}

enum result set_format(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    static const enum export_format formats[] = {EXPORT_CSV, EXPORT_TSV, EXPORT_JSONL, EXPORT_XLSX};
    size_t index = 0;
    enum result result = choose(option, value, &index, err);
    cli->settings.export.format = formats[index];
    return result;
}

/* As Excel opens a file by a double click in Switzerland, or in Germany, where the comma is the decimal sign. */
enum result set_excel(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    struct export_options *export = &cli->settings.export;
    size_t index = 0;
    enum result result = value ? choose(option, value, &index, err) : RESULT_OK;
    export->bom = true;
    export->crlf = true;
    export->delimiter = ';';
    export->decimal_comma = export->decimal_comma || index == 1;
    return result;
}

enum result set_cells(struct cli *cli, const struct option *option, const char *value, struct error *err)
{
    size_t index = 0;
    enum result result = choose(option, value, &index, err);
    cli->settings.export.verbatim = index == 1;
    return result;
}
