#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define SYSTEM_SECRETS "/run/secrets"

static bool is_below(const char *path, const char *folder)
{
    char *real = realpath(folder, NULL);
    size_t len = real ? strlen(real) : 0;
    bool below = len > 0 && strncmp(path, real, len) == 0 && path[len] == '/';
    free(real);
    return below;
}

/* The folders of service managers are closed to others, whatever the mode of the files in them. */
static bool is_managed(const char *path)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    char *real = realpath(path, NULL);
    bool managed = real && ((credentials && is_below(real, credentials)) || is_below(real, SYSTEM_SECRETS));
    free(real);
    return managed;
}

static enum result file_error(const char *path, const char *what, const char *way_out, struct error *err)
{
    char name[256];
    return error_set(err, RESULT_CREDENTIALS, "%s: %s%s", text_printable(text_of(path), 120, name, sizeof name), what,
                     way_out);
}

static enum result check_mode(int fd, const char *path, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return file_error(path, "the key file can't be read: ", strerror(errno), err);
    if (S_ISDIR(st.st_mode))
        return file_error(path, "is a folder", "; --api-key-file wants a file", err);
    if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0 && !is_managed(path))
        return file_error(path, "the key file may be read by group or others", "; chmod 600 it", err);
    return RESULT_OK;
}

/* The key and its NUL; a byte of room beyond the longest one shows that a file is too long. */
#define KEY_ROOM (FETCH_KEY_MAX + 4)

static enum result read_all(int fd, const char *path, char *key, struct error *err)
{
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len < KEY_ROOM - 1) {
        n = read(fd, key + len, KEY_ROOM - 1 - len);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            len += (size_t)n;
    }
    if (n < 0)
        return file_error(path, "the key file can't be read: ", strerror(errno), err);
    if (len > 0 && key[len - 1] == '\n') {
        len--;
        if (len > 0 && key[len - 1] == '\r')
            len--;
    }
    key[len] = '\0';
    if (strlen(key) != len)
        return file_error(path, "the key holds a NUL byte", "; it must be one line of printable characters", err);
    return RESULT_OK;
}

static enum result read_file(const char *path, char *key, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return file_error(path, "there is no such key file", "; put the key into it, and chmod 600 it", err);
    if (fd < 0)
        return file_error(path, "the key file can't be opened: ", strerror(errno), err);
    enum result result = check_mode(fd, path, err);
    if (result == RESULT_OK)
        result = read_all(fd, path, key, err);
    close(fd);
    return result;
}

static void credential_path(const char *folder, struct strbuf *path)
{
    strbuf_printf(path, "%s/freddy_api_key", folder);
}

static enum result read_credential(const char *folder, char *key, struct error *err)
{
    struct strbuf path = {0};
    credential_path(folder, &path);
    enum result result = path.failed ? error_memory(err) : read_file(path.bytes, key, err);
    strbuf_free(&path);
    return result;
}

const char *key_variable(void)
{
    const char *variable = getenv("FREDDY_API_KEY");
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    struct strbuf path = {0};
    if (variable && variable[0])
        return "FREDDY_API_KEY";
    if (folder && folder[0])
        credential_path(folder, &path);
    bool there = path.len > 0 && !path.failed && access(path.bytes, F_OK) == 0;
    strbuf_free(&path);
    return there ? "CREDENTIALS_DIRECTORY" : NULL;
}

static enum result find_key(const char *file, char *key, struct error *err)
{
    const char *variable = getenv("FREDDY_API_KEY");
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (file)
        return read_file(file, key, err);
    if (variable && variable[0]) {
        snprintf(key, KEY_ROOM, "%s", variable);
        return RESULT_OK;
    }
    if (folder && folder[0])
        return read_credential(folder, key, err);
    return error_set(err, RESULT_CREDENTIALS,
                     "no API key; put it into a file that only you can read and name that with --api-key-file, "
                     "or set FREDDY_API_KEY");
}

enum result key_load(const char *file, char **key, struct error *err)
{
    *key = calloc(1, KEY_ROOM);
    if (!*key)
        return error_memory(err);
    enum result result = find_key(file, *key, err);
    if (result == RESULT_OK)
        result = fetch_check_key(*key, err);
    if (result != RESULT_OK) {
        key_free(*key);
        *key = NULL;
    }
    return result;
}

void key_free(char *key)
{
    /* Through a volatile pointer, so that the stores are not optimised away. */
    volatile char *p = key;
    for (size_t i = 0; key && i < KEY_ROOM; i++)
        p[i] = '\0';
    free(key);
}
