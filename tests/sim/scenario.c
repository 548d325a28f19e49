#include "scenario.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define LATENCY_MAX_MS 3600000

static bool fail(struct line *line, const char *word, const char *message)
{
    buf_printf(&line->message, "%s: %s", word, message);
    return false;
}

static bool read_key(struct scenario *scenario, struct line *line)
{
    if (line->words.n != 2 || !*line->words.items[1])
        return fail(line, line->words.items[0], "takes one word");
    return texts_add(&scenario->keys, line->words.items[1], strlen(line->words.items[1]));
}

/* N/s, N/min, N/h */
static bool read_quota(const char *word, struct rate_rule *rate)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"/s", NS_PER_S}, {"/min", 60 * NS_PER_S}, {"/h", 3600 * NS_PER_S}};
    const char *slash = strchr(word, '/');
    char digits[16] = "";
    if (!slash || (size_t)(slash - word) >= sizeof digits)
        return false;
    memcpy(digits, word, (size_t)(slash - word));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(slash, units[i].name) == 0)
            rate->unit_ns = units[i].ns;
    return rate->unit_ns > 0 && number_read(digits, 1, RATE_MAX, &rate->requests);
}

static bool read_rate(struct scenario *scenario, struct line *line)
{
    struct rate_rule rate = {0};
    if (line->words.n < 2)
        return fail(line, line->words.items[0], "needs N/s, N/min or N/h");
    if (!read_quota(line->words.items[1], &rate))
        return fail(line, line->words.items[1], "not N/s, N/min or N/h with N from 1 to 1000000");
    rate.burst = rate.requests;
    for (size_t i = 2; i < line->words.n; i++) {
        const char *word = line->words.items[i];
        bool ok = strcmp(word, "window") == 0;
        if (ok)
            rate.window = true;
        else if (strncmp(word, "burst=", 6) == 0)
            ok = number_read(word + 6, 1, RATE_MAX, &rate.burst);
        else if (strncmp(word, "spent=", 6) == 0)
            ok = number_read(word + 6, 0, RATE_MAX, &rate.spent);
        if (!ok)
            return fail(line, word, "not burst=B, spent=S or window with B from 1 and S from 0 to 1000000");
    }
    scenario->rate = rate;
    return true;
}

/* The place of word in words, -1: none. */
static int place_of(const char *word, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static bool read_headers(struct scenario *scenario, struct line *line)
{
    static const char *const styles[] = {"x", "requests", "both", "draft", "none"};
    static const char *const resets[] = {"", "reset=epoch", "reset=delta", "reset=duration"};
    if (line->words.n < 2 || line->words.n > 3)
        return fail(line, line->words.items[0], "takes x, requests, both, draft or none, and perhaps reset=");
    int style = place_of(line->words.items[1], styles, 5);
    if (style < 0)
        return fail(line, line->words.items[1], "not x, requests, both, draft or none");
    int reset = line->words.n == 3 ? place_of(line->words.items[2], resets, 4) : 0;
    if (reset < 0)
        return fail(line, line->words.items[2], "not reset=epoch, reset=delta or reset=duration");
    scenario->rate_style = (enum rate_style)style;
    scenario->reset_style = (enum reset_style)reset;
    return true;
}

static bool read_latency(struct scenario *scenario, struct line *line)
{
    if (line->words.n != 2)
        return fail(line, line->words.items[0], "takes milliseconds");
    if (!number_read(line->words.items[1], 0, LATENCY_MAX_MS, &scenario->latency_ms))
        return fail(line, line->words.items[1], "not milliseconds up to 3600000");
    return true;
}

static bool read_globs(struct rule *rule, struct line *line)
{
    const char *at = line->words.items[1];
    for (;;) {
        size_t n = strcspn(at, ",");
        if (n == 0)
            return fail(line, line->words.items[1], "an empty pattern");
        if (!texts_add(&rule->globs, at, n))
            return false;
        if (!at[n])
            return true;
        at += n + 1;
    }
}

static bool read_on(struct scenario *scenario, struct line *line)
{
    if (line->words.n < 3)
        return fail(line, line->words.items[0], "needs a pattern and an action");
    struct rule *rules = realloc(scenario->rules, (scenario->rule_count + 1) * sizeof *rules);
    if (!rules)
        return false;
    scenario->rules = rules;
    struct rule *rule = &rules[scenario->rule_count++];
    return rule_read(rule, line, 2) && read_globs(rule, line);
}

static bool read_default(struct scenario *scenario, struct line *line)
{
    if (line->words.n < 2)
        return fail(line, line->words.items[0], "needs an action");
    rule_free(&scenario->fallback);
    if (!rule_read(&scenario->fallback, line, 1))
        return false;
    if (scenario->fallback.first || scenario->fallback.after)
        return fail(line, "default", "first and after belong to `on`");
    return true;
}

static bool read_line(struct scenario *scenario, struct line *line, const char *text)
{
    static const struct {
        const char *name;
        bool (*read)(struct scenario *, struct line *);
    } directives[] = {
        {"key", read_key},         {"rate", read_rate}, {"headers", read_headers},
        {"latency", read_latency}, {"on", read_on},     {"default", read_default},
    };
    if (!words_split(line, text))
        return false;
    if (line->words.n == 0)
        return true;
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        if (strcmp(line->words.items[0], directives[i].name) == 0)
            return directives[i].read(scenario, line);
    return fail(line, line->words.items[0], "not key, rate, headers, latency, on or default");
}

/* The error as "PATH:LINE: message"; NULL where memory ran out, or number 0 and the file can't be read. */
static char *describe(const char *path, size_t number, const struct buf *message)
{
    struct buf out = {0};
    if (number > 0)
        buf_printf(&out, "%s:%zu: %s", path, number, message->len ? message->bytes : "out of memory");
    else
        buf_printf(&out, "%s: %s", path, strerror(errno));
    if (out.failed)
        buf_free(&out);
    return out.bytes;
}

static bool read_lines(struct scenario *scenario, FILE *file, const char *path, const char *folder, char **error)
{
    char *text = NULL;
    size_t size = 0;
    size_t number = 0;
    bool ok = true;
    while (ok && getline(&text, &size, file) >= 0) {
        struct line line = {.folder = folder};
        number++;
        ok = read_line(scenario, &line, text);
        if (!ok)
            *error = describe(path, number, &line.message);
        texts_free(&line.words);
        buf_free(&line.message);
    }
    if (ok && ferror(file)) {
        ok = false;
        *error = describe(path, 0, NULL);
    }
    free(text);
    return ok;
}

static size_t header_bytes(const struct rule *rule)
{
    const size_t frame = sizeof ": \r\n" - 1;
    size_t n = rule->redirect ? strlen(rule->redirect) : 0;
    n += rule->request_id ? strlen(rule->request_id) : 0;
    n += rule->retry_after ? strlen(rule->retry_after) : 0;
    for (size_t i = 0; i < rule->header_count; i++)
        n += strlen(rule->headers[i].name) + strlen(rule->headers[i].value) + frame;
    return n;
}

bool scenario_read(struct scenario *scenario, const char *path, char **error)
{
    *scenario = (struct scenario){.fallback = {.latency_ms = UNSET, .truncate = UNSET, .life_ms = UNSET}};
    *error = NULL;
    if (!path)
        return true;
    FILE *file = fopen(path, "r");
    if (!file) {
        *error = describe(path, 0, NULL);
        return false;
    }
    const char *slash = strrchr(path, '/');
    char *folder = strndup(path, slash ? (size_t)(slash + 1 - path) : 0);
    bool ok = folder && read_lines(scenario, file, path, folder, error);
    free(folder);
    fclose(file);
    scenario->header_bytes = header_bytes(&scenario->fallback);
    for (size_t i = 0; ok && i < scenario->rule_count; i++) {
        size_t n = header_bytes(&scenario->rules[i]);
        if (n > scenario->header_bytes)
            scenario->header_bytes = n;
    }
    return ok;
}

void scenario_free(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->rule_count; i++)
        rule_free(&scenario->rules[i]);
    free(scenario->rules);
    rule_free(&scenario->fallback);
    texts_free(&scenario->keys);
    *scenario = (struct scenario){0};
}

const struct rule *scenario_rule(const struct scenario *scenario, const char *job_id, uint32_t ask)
{
    for (size_t i = 0; i < scenario->rule_count; i++) {
        const struct rule *rule = &scenario->rules[i];
        if ((rule->first && ask > rule->first) || ask <= rule->after)
            continue;
        for (size_t g = 0; g < rule->globs.n; g++)
            if (fnmatch(rule->globs.items[g], job_id, 0) == 0)
                return rule;
    }
    return &scenario->fallback;
}
