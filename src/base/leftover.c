#include "leftover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "strbuf.h"
#include "text.h"

#define UNIQUE 6 /* characters that mkstemp() fills in */

bool leftover_claim(int fd)
{
    struct stat st;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, &st) != 0 || st.st_nlink > 0;
}

/* Where it is locked somebody writes it. What can't be locked is left alone. */
static void remove_unlocked(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
    close(fd);
}

/* What SQLite has beside a database goes once that is gone. */
static void remove_beside(int folder, const char *name, size_t main_len)
{
    struct stat st;
    struct strbuf main_name = {0};
    strbuf_append(&main_name, name, main_len);
    if (!main_name.failed && fstatat(folder, main_name.bytes, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        unlinkat(folder, name, 0);
    strbuf_free(&main_name);
}

static bool is_sqlite_suffix(const char *s)
{
    return strcmp(s, "-wal") == 0 || strcmp(s, "-shm") == 0 || strcmp(s, "-journal") == 0;
}

static void remove_matching(DIR *dir, struct text prefix, bool beside)
{
    rewinddir(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        const char *name = entry->d_name;
        size_t main_len = prefix.len + UNIQUE;
        if (strncmp(name, prefix.bytes, prefix.len) != 0 || strlen(name) < main_len)
            continue;
        if (beside && is_sqlite_suffix(name + main_len))
            remove_beside(dirfd(dir), name, main_len);
        else if (!beside && name[main_len] == '\0')
            remove_unlocked(dirfd(dir), name);
    }
}

void leftovers_remove(const char *folder, const char *base)
{
    struct strbuf prefix = {0};
    strbuf_printf(&prefix, ".%.*s%s", LEFTOVER_BASE_MAX, base, LEFTOVER_SUFFIX);
    DIR *dir = prefix.failed ? NULL : opendir(folder);
    if (dir) {
        struct text begin = {prefix.bytes, prefix.len - UNIQUE};
        remove_matching(dir, begin, false);
        remove_matching(dir, begin, true);
        closedir(dir);
    }
    strbuf_free(&prefix);
}
