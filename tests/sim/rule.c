#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario.h"

#define LATENCY_MAX_MS 3600000
#define SIZE_LIMIT (INT64_C(1) << 30)
#define HTTP_LEAST 200 /* answers below are interim ones */
#define HTTP_MOST 599

/* How the value of an action is read. */
enum kind {
    KIND_FLAG,
    KIND_NUMBER, /* between least and most */
    KIND_SECONDS,
    KIND_PLAIN,    /* text */
    KIND_STRING,   /* text, kept as a JSON string; null as null */
    KIND_RAW,      /* JSON, kept as it is */
    KIND_RAW_FILE, /* the same, or @FILE */
    KIND_BODY_FILE,
    KIND_BODY_TEXT,
    KIND_HEADER
};

struct action {
    const char *name;
    enum kind kind;
    size_t offset;
    int64_t least;
    int64_t most;
};

#define FIELD(member) offsetof(struct rule, member)

static const struct action actions[] = {
    {"first", KIND_NUMBER, FIELD(first), 1, SIZE_LIMIT},
    {"after", KIND_NUMBER, FIELD(after), 1, SIZE_LIMIT},
    {"status", KIND_STRING, FIELD(status), 0, 0},
    {"life", KIND_SECONDS, FIELD(life_ms), 0, 0},
    {"model", KIND_STRING, FIELD(model), 0, 0},
    {"cost", KIND_RAW, FIELD(cost), 0, 0},
    {"time", KIND_RAW, FIELD(time), 0, 0},
    {"confidence", KIND_RAW, FIELD(confidence), 0, 0},
    {"created", KIND_STRING, FIELD(created), 0, 0},
    {"completed", KIND_STRING, FIELD(completed), 0, 0},
    {"message", KIND_PLAIN, FIELD(message), 0, 0},
    {"data", KIND_RAW_FILE, FIELD(data), 0, 0},
    {"body", KIND_BODY_FILE, FIELD(body), 0, 0},
    {"text", KIND_BODY_TEXT, FIELD(body), 0, 0},
    {"http", KIND_NUMBER, FIELD(http), HTTP_LEAST, HTTP_MOST},
    {"code", KIND_PLAIN, FIELD(code), 0, 0},
    {"noenvelope", KIND_FLAG, FIELD(no_envelope), 0, 0},
    {"header", KIND_HEADER, FIELD(headers), 0, 0},
    {"retry-after", KIND_PLAIN, FIELD(retry_after), 0, 0},
    {"latency", KIND_NUMBER, FIELD(latency_ms), 0, LATENCY_MAX_MS},
    {"reset", KIND_FLAG, FIELD(reset), 0, 0},
    {"truncate", KIND_NUMBER, FIELD(truncate), 0, SIZE_LIMIT},
    {"garbage", KIND_FLAG, FIELD(garbage), 0, 0},
    {"redirect", KIND_PLAIN, FIELD(redirect), 0, 0},
    {"gzip", KIND_FLAG, FIELD(gzip), 0, 0},
    {"chunked", KIND_FLAG, FIELD(chunked), 0, 0},
    {"pad", KIND_NUMBER, FIELD(pad), 0, SIZE_LIMIT},
    {"requestid", KIND_PLAIN, FIELD(request_id), 0, 0},
    {"echokey", KIND_FLAG, FIELD(echo_key), 0, 0},
};

#define ACTION_COUNT (sizeof actions / sizeof *actions)

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    return true;
}

static bool set_text(char **field, const char *text)
{
    free(*field);
    *field = strdup(text);
    return *field != NULL;
}

static bool set_string(char **field, const char *text)
{
    if (strcmp(text, "null") == 0)
        return set_text(field, text);
    struct buf json = {0};
    buf_puts(&json, "\"");
    buf_json(&json, text);
    buf_puts(&json, "\"");
    bool ok = !json.failed && set_text(field, json.bytes);
    buf_free(&json);
    return ok;
}

static bool read_beside(struct buf *out, struct line *line, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s%s", name[0] == '/' ? "" : line->folder, name);
    buf_free(out);
    bool ok = !path.failed && buf_read_file(out, path.bytes);
    if (!ok)
        buf_printf(&line->message, "%s: %s", name, strerror(errno));
    buf_free(&path);
    return ok;
}

static bool set_raw_file(char **field, struct line *line, const char *value)
{
    if (value[0] != '@')
        return set_text(field, value);
    struct buf file = {0};
    bool ok = read_beside(&file, line, value + 1) && set_text(field, file.bytes);
    buf_free(&file);
    return ok;
}

static bool set_body(struct rule *rule, const char *text)
{
    buf_free(&rule->body);
    buf_puts(&rule->body, text);
    return !rule->body.failed;
}

/* Names that libmicrohttpd keeps for itself are refused here, since it would refuse them in every answer. */
static bool add_header(struct rule *rule, struct line *line, const char *value)
{
    const char *colon = strchr(value, ':');
    size_t name_len = colon ? (size_t)(colon - value) : 0;
    const char *content = colon ? colon + 1 + strspn(colon + 1, " ") : "";
    if (name_len == 0 || !*content || !is_printable(value) || strcspn(value, " \t") < name_len) {
        buf_puts(&line->message, "a header is NAME:VALUE");
        return false;
    }
    struct header header = {strndup(value, name_len), strdup(content)};
    struct header *headers = realloc(rule->headers, (rule->header_count + 1) * sizeof *headers);
    if (headers)
        rule->headers = headers;
    if (!headers || !header.name || !header.value) {
        free(header.name);
        free(header.value);
        return false;
    }
    headers[rule->header_count++] = header;
    if (strcasecmp(header.name, "Content-Length") != 0 && strcasecmp(header.name, "Transfer-Encoding") != 0 &&
        strcasecmp(header.name, "Connection") != 0)
        return true;
    buf_printf(&line->message, "%s can't be set (see truncate and chunked)", header.name);
    return false;
}

static bool set_plain(struct rule *rule, const struct action *action, struct line *line, const char *value)
{
    char **field = (char **)(void *)((char *)rule + action->offset);
    bool is_header = field == &rule->retry_after || field == &rule->request_id || field == &rule->redirect;
    if (is_header && (!is_printable(value) || (!*value && field != &rule->request_id))) {
        buf_puts(&line->message, "not fit for a header");
        return false;
    }
    return set_text(field, value);
}

static bool apply(struct rule *rule, const struct action *action, struct line *line, const char *value)
{
    void *field = (char *)rule + action->offset;
    switch (action->kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        return true;
    case KIND_NUMBER:
        if (number_read(value, action->least, action->most, field))
            return true;
        buf_printf(&line->message, "not a number from %lld to %lld", (long long)action->least, (long long)action->most);
        return false;
    case KIND_SECONDS:
        if (seconds_read(value, field))
            return true;
        buf_puts(&line->message, "not seconds, such as 4 or 0.25");
        return false;
    case KIND_PLAIN:
        return set_plain(rule, action, line, value);
    case KIND_STRING:
        return set_string(field, value);
    case KIND_RAW:
        return set_text(field, value);
    case KIND_RAW_FILE:
        return set_raw_file(field, line, value);
    case KIND_BODY_FILE:
        rule->has_body = true;
        return read_beside(field, line, value);
    case KIND_BODY_TEXT:
        rule->has_body = true;
        return set_body(rule, value);
    case KIND_HEADER:
        return add_header(rule, line, value);
    }
    return false;
}

static bool read_action(struct rule *rule, struct line *line, const char *word)
{
    size_t name_len = strcspn(word, "=");
    const struct action *action = NULL;
    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (strlen(actions[i].name) == name_len && memcmp(actions[i].name, word, name_len) == 0)
            action = &actions[i];
    bool has_value = word[name_len] == '=';
    bool ok = false;
    if (!action)
        buf_puts(&line->message, "no such action");
    else if (has_value != (action->kind != KIND_FLAG))
        buf_puts(&line->message, has_value ? "takes no value" : "needs a value");
    else
        ok = apply(rule, action, line, has_value ? word + name_len + 1 : "");
    if (ok || line->message.len == 0)
        return ok;
    struct buf message = {0};
    buf_printf(&message, "%s: %s", word, line->message.bytes);
    buf_free(&line->message);
    line->message = message;
    return false;
}

bool rule_read(struct rule *rule, struct line *line, size_t from)
{
    *rule = (struct rule){.latency_ms = UNSET, .truncate = UNSET, .life_ms = UNSET};
    for (size_t i = from; i < line->words.n; i++)
        if (!read_action(rule, line, line->words.items[i]))
            return false;
    if (rule->code && rule->http < 400) {
        buf_puts(&line->message, "code: needs http=CODE of 400 or more");
        return false;
    }
    if (rule->no_envelope && rule->http == 0)
        rule->http = 502;
    return true;
}

void rule_free(struct rule *rule)
{
    char *const owned[] = {rule->status,      rule->model,      rule->cost,    rule->time,    rule->confidence,
                           rule->created,     rule->completed,  rule->data,    rule->message, rule->code,
                           rule->retry_after, rule->request_id, rule->redirect};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    for (size_t i = 0; i < rule->header_count; i++) {
        free(rule->headers[i].name);
        free(rule->headers[i].value);
    }
    free(rule->headers);
    buf_free(&rule->body);
    texts_free(&rule->globs);
    *rule = (struct rule){0};
}

bool rule_describes_job(const struct rule *rule)
{
    return rule->model || rule->cost || rule->time || rule->confidence || rule->created || rule->completed ||
           rule->data || rule->message || rule->life_ms != UNSET || rule->echo_key;
}
