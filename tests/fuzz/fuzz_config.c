/* Any text as a config file: what it gives is of the text, a mistake is told in one line, and every value that can be
 * spelled is read back as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/config_file.h"
#include "text.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void check_spelling(const char *value)
{
    struct strbuf text = {0};
    struct givens givens = {0};
    struct error err;
    strbuf_puts(&text, "db = ");
    if (config_file_spell(&text, value)) {
        strbuf_puts(&text, " # comment\n");
        must(config_file_parse("c", &text, &givens, &err) == RESULT_OK);
        must(givens.count == 1 && strcmp(givens.items[0].value, value) == 0);
    }
    givens_free(&givens);
    strbuf_free(&text);
}

static void check_given(const struct given *given, const struct strbuf *text, unsigned lines)
{
    must(given->line >= 1 && given->line <= lines);
    must(given->value >= text->bytes && given->value <= text->bytes + text->len);
    must(strchr(given->value, '\n') == NULL);
    must(given->commands != 0);
    check_spelling(given->value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text = {0};
    struct givens givens = {0};
    struct error err = {""};
    unsigned lines = 1;
    if (memchr(data, '\0', size) || utf8_valid_prefix((const char *)data, size) != size)
        return 0;
    strbuf_append(&text, (const char *)data, size);
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    enum result result = config_file_parse("c", &text, &givens, &err);
    must(result == RESULT_OK || (result == RESULT_USAGE && strncmp(err.text, "c:", 2) == 0));
    must(strchr(err.text, '\n') == NULL && utf8_valid_prefix(err.text, strlen(err.text)) == strlen(err.text));
    for (size_t i = 0; i < givens.count; i++)
        check_given(&givens.items[i], &text, lines);
    givens_free(&givens);
    strbuf_free(&text);
    return 0;
}
