#include "inputs.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "strbuf.h"
#include "text.h"

/* Takes over the path. */
static enum result add(struct inputs *inputs, char *path, struct error *err)
{
    char **paths = path ? realloc(inputs->paths, (inputs->count + 1) * sizeof *paths) : NULL;
    if (!paths) {
        free(path);
        return error_memory(err);
    }
    inputs->paths = paths;
    inputs->paths[inputs->count++] = path;
    return RESULT_OK;
}

void inputs_free(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        free(inputs->paths[i]);
    free(inputs->paths);
    *inputs = (struct inputs){0};
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct inputs *inputs)
{
    if (inputs->count > 0)
        qsort(inputs->paths, inputs->count, sizeof *inputs->paths, compare);
}

static enum result no_match(const char *pattern, int code, struct error *err)
{
    char shown[256];
    text_printable(text_of(pattern), 120, shown, sizeof shown);
    if (code == GLOB_NOSPACE)
        return error_memory(err);
    if (code == GLOB_NOMATCH)
        return error_set(err, RESULT_INPUT, "%s: there is no such file, and as a pattern it matches none", shown);
    return error_set(err, RESULT_INPUT, "%s: a folder in this pattern can't be read: %s", shown, strerror(errno));
}

enum result inputs_of_argument(const char *name, struct inputs *inputs, struct error *err)
{
    struct stat info;
    if (!strpbrk(name, "*?[") || lstat(name, &info) == 0)
        return add(inputs, strdup(name), err);
    glob_t found;
    int code = glob(name, GLOB_ERR | GLOB_NOSORT, NULL, &found);
    if (code != 0)
        return no_match(name, code, err);
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < found.gl_pathc; i++)
        result = add(inputs, strdup(found.gl_pathv[i]), err);
    globfree(&found);
    sort(inputs);
    return result;
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name);
    return len >= strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

static bool is_finished(const char *name)
{
    return name[0] != '.' && !ends_in(name, "~") && !ends_in(name, ".tmp") && !ends_in(name, ".part");
}

static char *join(const char *folder, const char *name)
{
    struct strbuf path = {0};
    strbuf_printf(&path, "%s%s%s", folder, ends_in(folder, "/") ? "" : "/", name);
    if (!path.failed)
        return path.bytes;
    strbuf_free(&path);
    return NULL;
}

/* What can't be looked at stays in the list, for the error that opening it brings. */
static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 || S_ISREG(info.st_mode);
}

static enum result folder_error(const char *folder, struct error *err)
{
    int error = errno;
    char shown[256];
    text_printable(text_of(folder), 120, shown, sizeof shown);
    if (error == ENOTDIR)
        return error_set(err, RESULT_INPUT, "%s: is not a folder; name it without --dir", shown);
    return error_set(err, RESULT_INPUT, "%s: the folder can't be read: %s", shown, strerror(error));
}

enum result inputs_of_folder(const char *name, struct inputs *inputs, struct error *err)
{
    enum result result = RESULT_OK;
    DIR *folder = opendir(name);
    if (!folder)
        return folder_error(name, err);
    for (errno = 0; result == RESULT_OK; errno = 0) {
        const struct dirent *entry = readdir(folder);
        if (!entry)
            break;
        if (!is_finished(entry->d_name))
            continue;
        char *path = join(name, entry->d_name);
        if (!path || is_file(path))
            result = add(inputs, path, err);
        else
            free(path);
    }
    if (result == RESULT_OK && errno != 0)
        result = folder_error(name, err);
    closedir(folder);
    sort(inputs);
    return result;
}
