/* The file of --sql. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

#define SQL_BYTES_MAX (1u << 20)

static enum result read_all(FILE *file, struct strbuf *text, const char *shown, struct error *err)
{
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode))
        return error_set(err, RESULT_USAGE, "--sql %s: is a folder; name a file with one SELECT", shown);
    if (!strbuf_reserve(text, SQL_BYTES_MAX + 1))
        return error_memory(err);
    text->len = fread(text->bytes, 1, SQL_BYTES_MAX + 1, file);
    text->bytes[text->len < SQL_BYTES_MAX ? text->len : SQL_BYTES_MAX] = '\0';
    if (ferror(file))
        return error_set(err, RESULT_USAGE, "--sql %s: can't be read: %s", shown, strerror(errno));
    if (text->len > SQL_BYTES_MAX)
        return error_set(err, RESULT_USAGE, "--sql %s: is too large for a SELECT: more than %u bytes", shown,
                         SQL_BYTES_MAX);
    if (strlen(text->bytes) != text->len || utf8_valid_prefix(text->bytes, text->len) != text->len)
        return error_set(err, RESULT_USAGE, "--sql %s: is not a text in UTF-8", shown);
    return RESULT_OK;
}

enum result own_sql_load(const char *path, struct own_sql *own, struct error *err)
{
    const char *slash = strrchr(path, '/');
    *own = (struct own_sql){0};
    text_printable(text_of(path), 120, own->shown, sizeof own->shown);
    snprintf(own->name, sizeof own->name, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(own->name, '.');
    if (dot && dot != own->name)
        *dot = '\0';
    FILE *file = fopen(path, "r");
    if (!file)
        return error_set(err, RESULT_USAGE, "--sql %s: can't be opened: %s", own->shown, strerror(errno));
    enum result result = read_all(file, &own->text, own->shown, err);
    fclose(file);
    own->report = (struct report){own->name, NULL, own->text.bytes, own->shown};
    return result;
}

void own_sql_free(struct own_sql *own)
{
    strbuf_free(&own->text);
}
