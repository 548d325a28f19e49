#include "json_mend.h"

#include <string.h>

#include "json.h"
#include "strbuf.h"

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define BOM "\xEF\xBB\xBF"
#define ESCAPE_LEN 6u /* \uXXXX */
#define SEEN_MAX 24   /* names of an object that are compared with each other */

struct mender {
    const char *at;
    const char *end;
    size_t depth;
    size_t odd_escapes; /* so far: those that json_write_repaired() would spell otherwise */
    struct strbuf *out;
    const char *const *opaque; /* names of members of the root that are not written out, up to NULL; NULL: none */
    bool muted;                /* in one of these */
    struct json_mended *mended;
};

static void put(struct mender *m, const char *bytes, size_t len)
{
    if (!m->muted)
        strbuf_append(m->out, bytes, len);
}

/* NUL at the end of the document: outside of strings it is no part of JSON either way. */
static char peek(const struct mender *m)
{
    return m->at < m->end ? *m->at : '\0';
}

static bool take(struct mender *m, char c)
{
    if (m->at == m->end || *m->at != c)
        return false;
    m->at++;
    return true;
}

static bool pass(struct mender *m, char c)
{
    if (!take(m, c))
        return false;
    put(m, &c, 1);
    return true;
}

static void skip_blanks(struct mender *m)
{
    while (m->at < m->end && (*m->at == ' ' || *m->at == '\n' || *m->at == '\r' || *m->at == '\t'))
        m->at++;
}

static bool literal(struct mender *m, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(m->end - m->at) < len || memcmp(m->at, word, len) != 0)
        return false;
    m->at += len;
    put(m, word, len);
    return true;
}

static bool digits(struct mender *m)
{
    const char *start = m->at;
    while (m->at < m->end && *m->at >= '0' && *m->at <= '9')
        m->at++;
    return m->at > start;
}

static bool number(struct mender *m)
{
    static const char opening[] = {'"', JSON_TAG_NUMBER};
    const char *start = m->at;
    take(m, '-');
    if (!take(m, '0') && !digits(m))
        return false;
    if (take(m, '.') && !digits(m))
        return false;
    if (take(m, 'e') || take(m, 'E')) {
        if (!take(m, '+'))
            take(m, '-');
        if (!digits(m))
            return false;
    }
    put(m, opening, sizeof opening);
    put(m, start, (size_t)(m->at - start));
    put(m, "\"", 1);
    return true;
}

/* The UTF-16 unit of the \uXXXX at s, or -1 where there is none. */
static int utf16_unit(const char *s, size_t len)
{
    if (len < ESCAPE_LEN || s[0] != '\\' || s[1] != 'u')
        return -1;
    int unit = 0;
    for (size_t i = 2; i < ESCAPE_LEN; i++) {
        int digit;
        if (s[i] >= '0' && s[i] <= '9')
            digit = s[i] - '0';
        else if (s[i] >= 'A' && s[i] <= 'F')
            digit = s[i] - 'A' + 10;
        else if (s[i] >= 'a' && s[i] <= 'f')
            digit = s[i] - 'a' + 10;
        else
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool is_high_surrogate(int unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Length of the escape at s, a whole surrogate pair being one; 0 where it is none. */
static size_t escape(const char *s, size_t len, bool *broken)
{
    *broken = false;
    if (len < 2)
        return 0;
    if (s[1] != 'u')
        return s[1] != '\0' && strchr("\"\\/bfnrt", s[1]) ? 2 : 0;
    int unit = utf16_unit(s, len);
    if (unit < 0)
        return 0;
    if (is_high_surrogate(unit) && is_low_surrogate(utf16_unit(s + ESCAPE_LEN, len - ESCAPE_LEN)))
        return 2 * ESCAPE_LEN;
    *broken = unit == 0 || is_high_surrogate(unit) || is_low_surrogate(unit);
    return ESCAPE_LEN;
}

/* Whether json_write_repaired() would spell the escape so. */
static bool is_our_spelling(const char *s, size_t len, bool in_name)
{
    if (len != ESCAPE_LEN)
        return len < ESCAPE_LEN && s[1] != '/';
    int unit = utf16_unit(s, len);
    if (unit == '"')
        return in_name;
    bool has_letter = unit == '\b' || unit == '\t' || unit == '\n' || unit == '\f' || unit == '\r';
    return unit < 0x20 && !has_letter && !(s[ESCAPE_LEN - 1] >= 'A' && s[ESCAPE_LEN - 1] <= 'F');
}

/* Length of the escape or character at s that is not plain ASCII; 0 where JSON does not allow it. */
static size_t special(const char *s, size_t len, bool *broken)
{
    if (*s == '\\')
        return escape(s, len, broken);
    if ((unsigned char)*s < 0x20)
        return 0;
    size_t n = utf8_sequence(s, len);
    *broken = n == 0;
    return n > 0 ? n : utf8_broken(s, len);
}

static bool is_plain(char c)
{
    return c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* The rest of a string after its opening quote, the closing one included. */
static bool string_rest(struct mender *m, bool is_name)
{
    const char *good = m->at;
    for (;;) {
        while (m->at < m->end && is_plain(*m->at))
            m->at++;
        if (m->at == m->end)
            return false;
        if (*m->at == '"')
            break;
        bool broken;
        size_t n = special(m->at, (size_t)(m->end - m->at), &broken);
        if (n == 0)
            return false;
        m->odd_escapes += *m->at == '\\' && !is_our_spelling(m->at, n, is_name);
        if (broken) {
            put(m, good, (size_t)(m->at - good));
            put(m, REPLACEMENT, sizeof REPLACEMENT - 1);
            m->mended->altered = true;
            good = m->at + n;
        }
        m->at += n;
    }
    m->at++;
    put(m, good, (size_t)(m->at - good));
    return true;
}

static bool string(struct mender *m)
{
    if (!pass(m, '"'))
        return false;
    static const char tag = JSON_TAG_STRING;
    put(m, &tag, 1);
    return string_rest(m, false);
}

/* *out: the name as it is spelled, between its quotes. */
static bool name(struct mender *m, struct text *out)
{
    skip_blanks(m);
    const char *start = m->at + 1;
    if (!pass(m, '"') || !string_rest(m, true))
        return false;
    *out = (struct text){start, (size_t)(m->at - 1 - start)};
    for (const char *p = start; (p = memchr(p, '\\', (size_t)(m->at - p))) != NULL; p += 2) {
        int unit = utf16_unit(p, (size_t)(m->at - p));
        m->mended->altered |= p[1] == '"' || (unit >= ' ' && unit <= '~' && unit != '"');
    }
    m->mended->members += !m->muted;
    skip_blanks(m);
    return pass(m, ':');
}

static bool value(struct mender *m);

/* Arrays of objects alone are taken apart by who reads them; all others are shown as they are written. */
static bool elements(struct mender *m)
{
    bool objects_alone = true;
    size_t odd_escapes = m->odd_escapes;
    do {
        skip_blanks(m);
        objects_alone &= peek(m) == '{';
        if (!value(m))
            return false;
        skip_blanks(m);
    } while (pass(m, ','));
    m->mended->altered |= !objects_alone && m->odd_escapes > odd_escapes;
    return true;
}

/* The names of an object that is not written out, where nobody else will find those that come twice. */
struct seen {
    struct text names[SEEN_MAX];
    size_t count;
};

/* True where it can't be said that the name has not come before. */
static bool may_repeat(struct seen *seen, struct text name)
{
    if (seen->count == SEEN_MAX || memchr(name.bytes, '\\', name.len))
        return true;
    for (size_t i = 0; i < seen->count; i++)
        if (text_equal(seen->names[i], name))
            return true;
    seen->names[seen->count++] = name;
    return false;
}

static bool is_opaque(const struct mender *m, struct text name)
{
    for (const char *const *p = m->opaque; m->depth == 1 && p && *p; p++)
        if (text_is(name, *p))
            return true;
    return false;
}

/* Of arrays and objects no more than what they are. */
static bool opaque_value(struct mender *m)
{
    skip_blanks(m);
    char open = peek(m);
    if (open != '{' && open != '[')
        return value(m);
    strbuf_puts(m->out, open == '{' ? "{}" : "[]");
    m->muted = true;
    bool ok = value(m);
    m->muted = false;
    return ok;
}

static bool members(struct mender *m)
{
    struct seen seen = {.count = 0};
    do {
        struct text key;
        if (!name(m, &key))
            return false;
        if (m->muted)
            m->mended->unsure |= may_repeat(&seen, key);
        if (!(is_opaque(m, key) ? opaque_value(m) : value(m)))
            return false;
        skip_blanks(m);
    } while (pass(m, ','));
    return true;
}

static bool container(struct mender *m, char open, char close)
{
    if (m->depth == JSON_DEPTH_MAX) {
        m->mended->problem = "JSON nested deeper than " STRINGIFY(JSON_DEPTH_MAX) " levels";
        return false;
    }
    m->depth++;
    pass(m, open);
    skip_blanks(m);
    if (peek(m) != close && !(open == '{' ? members(m) : elements(m)))
        return false;
    m->depth--;
    return pass(m, close);
}

static bool value(struct mender *m)
{
    skip_blanks(m);
    switch (peek(m)) {
    case '{':
        return container(m, '{', '}');
    case '[':
        return container(m, '[', ']');
    case '"':
        return string(m);
    case 't':
        return literal(m, "true");
    case 'f':
        return literal(m, "false");
    case 'n':
        return literal(m, "null");
    default:
        return number(m);
    }
}

bool json_mend(struct text document, const char *const *opaque, struct strbuf *out, struct json_mended *mended)
{
    *mended = (struct json_mended){.problem = "not JSON"};
    if (document.len == 0)
        return false;
    struct mender m = {.at = document.bytes, .end = document.bytes + document.len, .out = out, .opaque = opaque,
                       .mended = mended};
    if (document.len >= strlen(BOM) && memcmp(document.bytes, BOM, strlen(BOM)) == 0) {
        m.at += strlen(BOM);
        mended->altered = true;
    }
    if (!value(&m))
        return false;
    skip_blanks(&m);
    return m.at == m.end;
}
