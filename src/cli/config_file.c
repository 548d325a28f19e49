#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "options.h"

#define BLANKS " \t"
#define BOM "\xEF\xBB\xBF"

const char *config_file_place(const char *path, unsigned line, char *out, size_t size)
{
    char name[256];
    snprintf(out, size, "%s:%u", text_printable(text_of(path), 120, name, sizeof name), line);
    return out;
}

/* ---- reading ---- */

static enum result read_all(int fd, const char *name, struct strbuf *text, struct error *err)
{
    char chunk[4096];
    ssize_t n = 1;
    while (n > 0 && text->len <= CONFIG_FILE_MAX) {
        n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            strbuf_append(text, chunk, (size_t)n);
    }
    strbuf_puts(text, ""); /* so that an empty file is an empty string */
    if (n < 0)
        return error_set(err, RESULT_USAGE, "%s: the config file can't be read: %s", name, strerror(errno));
    if (text->failed)
        return error_memory(err);
    if (text->len > CONFIG_FILE_MAX)
        return error_set(err, RESULT_USAGE, "%s: longer than %u bytes; is this a config file?", name, CONFIG_FILE_MAX);
    return RESULT_OK;
}

static enum result check_text(const char *path, const struct strbuf *text, struct error *err)
{
    const char *nul = memchr(text->bytes, '\0', text->len);
    size_t len = nul ? (size_t)(nul - text->bytes) : text->len;
    size_t good = utf8_valid_prefix(text->bytes, len);
    unsigned line = 1;
    char place[300];
    if (good == text->len)
        return RESULT_OK;
    for (size_t i = 0; i < good; i++)
        line += text->bytes[i] == '\n';
    config_file_place(path, line, place, sizeof place);
    return error_set(err, RESULT_USAGE, "%s: a byte 0x%02X is not UTF-8 text", place,
                     (unsigned)(unsigned char)text->bytes[good]);
}

enum result config_file_read(const char *path, struct strbuf *text, struct error *err)
{
    char name[256];
    text_printable(text_of(path), 120, name, sizeof name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set(err, RESULT_USAGE, "%s: the config file can't be opened: %s", name, strerror(errno));
    enum result result = read_all(fd, name, text, err);
    close(fd);
    return result == RESULT_OK ? check_text(path, text, err) : result;
}

/* ---- values ---- */

static bool starts_comment(char c)
{
    return c == '#' || c == ';';
}

/* `delimiter = ;` means what it says: a mark that is all there is of a value, but for a comment, starts none. */
static bool is_whole_value(const char *value)
{
    if (!starts_comment(*value))
        return false;
    const char *behind = value + 1 + strspn(value + 1, BLANKS);
    return *behind == '\0' || (behind > value + 1 && starts_comment(*behind));
}

/* Takes the quotes off in place: two of them within stand for one. NULL where the closing one is missing or followed by
 * anything but a comment. */
static char *unquote(char *value)
{
    char *to = value;
    char *from = value + 1;
    while (*from && !(from[0] == '"' && from[1] != '"')) {
        from += *from == '"';
        *to++ = *from++;
    }
    if (*from == '\0')
        return NULL;
    from += 1 + strspn(from + 1, BLANKS);
    *to = '\0';
    return *from == '\0' || starts_comment(*from) ? value : NULL;
}

/* What stands behind the `=`, without quotes, comment and blanks around it; NULL where the quotes are wrong. A comment
 * starts behind a blank. */
static char *read_value(char *rest)
{
    char *value = rest + strspn(rest, BLANKS);
    if (*value == '"')
        return unquote(value);
    char *end = is_whole_value(value) ? value + 1 : rest;
    while (*end && !(strchr(BLANKS, *end) && starts_comment(end[1])))
        end++;
    while (end > value && strchr(BLANKS, end[-1]))
        end--;
    *(end > value ? end : value) = '\0';
    return value;
}

static bool needs_quotes(const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || value[0] == '"' || starts_comment(value[0]) || value[0] == ' ' || value[len - 1] == ' ')
        return true;
    for (const char *p = strchr(value, ' '); p; p = strchr(p + 1, ' '))
        if (starts_comment(p[1]))
            return true;
    return false;
}

bool config_file_spell(struct strbuf *out, const char *value)
{
    struct strbuf shown = {0};
    bool quoted = needs_quotes(value);
    text_escape(&shown, text_of(value), 0);
    bool plain = text_is((struct text){shown.bytes, shown.len}, value) || value[0] == '\0';
    if (plain && quoted)
        strbuf_putc(out, '"');
    for (const char *p = value; plain && *p; p++) {
        if (*p == '"' && quoted)
            strbuf_putc(out, '"');
        strbuf_putc(out, *p);
    }
    if (plain && quoted)
        strbuf_putc(out, '"');
    strbuf_free(&shown);
    return plain;
}

/* ---- lines ---- */

struct parse {
    const char *path;
    struct givens *givens;
    char *next;     /* the text that inih has not seen */
    char *rest;     /* of the line that it has in hand: what stands behind the first `=` */
    unsigned line;
    unsigned wrong; /* the line of the first mistake; 0: none */
    struct error *err;
};

static void mistake(struct parse *in, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void mistake(struct parse *in, const char *format, ...)
{
    char place[300];
    char what[500];
    va_list args;
    if (in->wrong)
        return;
    in->wrong = in->line;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_set(in->err, RESULT_USAGE, "%s: %s", config_file_place(in->path, in->line, place, sizeof place), what);
}

static void malformed(struct parse *in)
{
    mistake(in, "expected option = value, [COMMAND] or a comment");
}

static void unknown_section(struct parse *in, const char *section)
{
    char shown[200];
    const char *nearest = command_nearest(section);
    text_printable(text_of(section), 60, shown, sizeof shown);
    if (nearest)
        mistake(in, "unknown command [%s]; did you mean [%s]?", shown, nearest);
    else
        mistake(in, "unknown command [%s]; see `jobledger --help`", shown);
}

/* A section without lines, and what follows its name, would be passed over in silence. Returns what inih is to see. */
static size_t check_section(struct parse *in, char *line)
{
    size_t len = strcspn(line, "]");
    if (line[len] == '\0')
        return len;
    char *rest = line + len + 1 + strspn(line + len + 1, BLANKS);
    if (*rest && !starts_comment(*rest))
        malformed(in);
    line[len] = '\0';
    if (command_find(line + 1) == COMMAND_NONE)
        unknown_section(in, line + 1);
    line[len] = ']';
    return len + 1;
}

/* inih takes ` ;` for a comment wherever it stands, and cuts lines at 200 bytes, unless it was built otherwise: so it
 * sees each line up to its `=`, and what stands behind is ours. It sees no blanks at the start, which for it would
 * make a line the continuation of the one before. */
static char *next_line(char *to, int size, void *ctx)
{
    struct parse *in = ctx;
    if (*in->next == '\0')
        return NULL;
    char *line = in->next + strspn(in->next, BLANKS);
    char *end = line + strcspn(line, "\n");
    in->next = *end ? end + 1 : end;
    in->line++;
    while (end > line && strchr(BLANKS "\r", end[-1]))
        end--;
    *end = '\0';
    size_t equals = strcspn(line, "=");
    in->rest = line + equals + (line[equals] == '=');
    size_t len = (size_t)(in->rest - line);
    if (starts_comment(line[0]))
        len = 0;
    else if (line[0] == '[')
        len = check_section(in, line);
    if (len + 2 > (size_t)size) {
        malformed(in); /* no option and no command has so long a name */
        len = 0;
    }
    memcpy(to, line, len);
    to[len] = '\0';
    return to;
}

/* ---- names ---- */

/* People will try; what they typed as its value must not be shown. */
static bool names_a_key(const char *name)
{
    static const char *const names[] = {"api-key", "api_key", "key", "freddy-api-key", "freddy_api_key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void unknown_name(struct parse *in, const char *name, enum command_id command)
{
    bool section = command != COMMAND_NONE;
    const char *word = section ? commands[command].name : "";
    const char *nearest = option_nearest(text_of(name), section ? 1u << command : GIVEN_FOR_ALL);
    char shown[200];
    char what[300];
    text_printable(text_of(name), 60, shown, sizeof shown);
    snprintf(what, sizeof what, section ? "%s is not an option of %s" : "unknown option %s%s", shown, word);
    if (names_a_key(name))
        mistake(in, "%s; the key itself has no place here: name its file with api-key-file", what);
    else if (nearest)
        mistake(in, "%s; did you mean %s?", what, nearest);
    else
        mistake(in, "%s; see `jobledger %s%s--help`", what, word, section ? " " : "");
}

/* Called by inih for each `name =`; found is what it takes for the value, and empty unless there is a `:` before. */
static int take_line(void *ctx, const char *section, const char *name, const char *found)
{
    struct parse *in = ctx;
    enum command_id command = section[0] ? command_find(section) : COMMAND_NONE;
    const struct option *option = option_find(text_of(name), command);
    const char *value = NULL;
    if (found[0])
        malformed(in);
    else if (section[0] && command == COMMAND_NONE)
        unknown_section(in, section);
    else if (!option || (section[0] && !option_belongs(option, command)))
        unknown_name(in, name, command);
    else if (option->argument_only)
        mistake(in, "%s has no place in a config file", name);
    else if (!(value = read_value(in->rest)))
        mistake(in, "%s: the quotes around the value are not closed, or something follows them", name);
    if (value)
        givens_add(in->givens, (struct given){.name = option->name, .value = value, .origin = ORIGIN_FILE,
                                              .commands = section[0] ? 1u << command : GIVEN_FOR_ALL,
                                              .line = in->line});
    return 1;
}

enum result config_file_parse(const char *path, struct strbuf *text, struct givens *givens, struct error *err)
{
    bool bom = strncmp(text->bytes, BOM, strlen(BOM)) == 0;
    struct parse in = {.path = path, .givens = givens, .next = text->bytes + (bom ? strlen(BOM) : 0), .err = err};
    int line = ini_parse_stream(next_line, &in, take_line, &in);
    if (line > 0 && (!in.wrong || (unsigned)line < in.wrong)) {
        in.line = (unsigned)line;
        in.wrong = 0;
        malformed(&in);
    }
    return line < 0 ? error_memory(err) : in.wrong ? RESULT_USAGE : RESULT_OK;
}
