#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#define MS_PER_S 1000
#define SECONDS_MAX 1000000

bool texts_add(struct texts *texts, const char *bytes, size_t len)
{
    char **items = realloc(texts->items, (texts->n + 1) * sizeof *items);
    if (!items)
        return false;
    texts->items = items;
    items[texts->n] = strndup(bytes, len);
    if (!items[texts->n])
        return false;
    texts->n++;
    return true;
}

void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        free(texts->items[i]);
    free(texts->items);
    *texts = (struct texts){0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads from the opening quote to behind the closing one; NULL: there is none. */
static const char *read_quoted(struct buf *word, const char *at)
{
    at++;
    while (*at && *at != '"') {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        buf_add(word, at++, 1);
    }
    return *at ? at + 1 : NULL;
}

/* A word, or the value in NAME=VALUE, is quoted only where it begins with a quote: raw JSON needs none. */
static const char *read_word(struct buf *word, const char *at)
{
    bool may_quote = true;
    bool named = false;
    while (*at && !is_blank(*at)) {
        if (may_quote && *at == '"') {
            at = read_quoted(word, at);
            return at && (!*at || is_blank(*at)) ? at : NULL;
        }
        may_quote = *at == '=' && !named;
        named = named || *at == '=';
        buf_add(word, at++, 1);
    }
    return at;
}

bool words_split(struct line *line, const char *text)
{
    struct buf word = {0};
    bool ok = true;
    for (;;) {
        while (is_blank(*text))
            text++;
        if (!*text || *text == '#')
            break;
        word.len = 0;
        buf_add(&word, "", 0);
        const char *end = read_word(&word, text);
        if (!end)
            buf_printf(&line->message, "%.*s: a quote is not closed, or text follows it", (int)strcspn(text, "\r\n"),
                       text);
        ok = end && !word.failed && texts_add(&line->words, word.bytes, word.len);
        if (!ok)
            break;
        text = end;
    }
    buf_free(&word);
    return ok;
}

bool number_read(const char *text, int64_t least, int64_t most, int64_t *out)
{
    int64_t n = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (*text - '0');
        if (n > most)
            return false;
    }
    *out = n;
    return n >= least;
}

bool seconds_read(const char *text, int64_t *ms)
{
    char whole[16] = "";
    size_t n = strcspn(text, ".");
    int64_t seconds;
    if (n >= sizeof whole)
        return false;
    memcpy(whole, text, n);
    if (!number_read(whole, 0, SECONDS_MAX, &seconds))
        return false;
    *ms = seconds * MS_PER_S;
    if (!text[n])
        return true;
    int64_t weight = MS_PER_S / 10;
    for (text += n + 1; *text; text++, weight /= 10) {
        if (*text < '0' || *text > '9' || weight == 0)
            return false;
        *ms += (*text - '0') * weight;
    }
    return weight < MS_PER_S / 10;
}
