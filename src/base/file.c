#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "leftover.h"
#include "strbuf.h"
#include "text.h"

#define STREAM_BUFFER (1u << 18)

struct atomic_file {
    FILE *stream;
    char *path;
    char *temporary; /* NULL: written in place */
    char *folder;
    bool standard_output;
};

/* The stream is used as it is: a new file in /dev or /proc would be none of ours to make. */
static bool is_standard_output(const char *path)
{
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(path, names[i]) == 0)
            return true;
    return false;
}

const char *file_way_out(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT: return "; free some space and run again";
    case EACCES:
    case EPERM:
    case EROFS: return "; look at the owner and mode of its folder, or write elsewhere";
    case ENOENT: return "; make its folder first";
    default: return "";
    }
}

static enum result report_error(struct error *err, const char *path, const char *what)
{
    char name[256];
    const char *shown = is_standard_output(path) ? "standard output"
                                                 : text_printable(text_of(path), 120, name, sizeof name);
    return error_set(err, RESULT_REPORT, "%s: %s: %s%s", shown, what, strerror(errno), file_way_out(errno));
}

void atomic_file_discard(struct atomic_file *file)
{
    if (!file)
        return;
    if (file->stream && !file->standard_output)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->path);
    free(file->temporary);
    free(file->folder);
    free(file);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool name_temporary(struct atomic_file *file)
{
    struct strbuf folder = {0};
    struct strbuf name = {0};
    const char *slash = strrchr(file->path, '/');
    const char *base = base_of(file->path);
    if (slash)
        strbuf_append(&folder, file->path, (size_t)(base - file->path));
    else
        strbuf_puts(&folder, "./");
    strbuf_append(&name, folder.bytes, folder.len);
    strbuf_printf(&name, ".%.*s%s", LEFTOVER_BASE_MAX, base, LEFTOVER_SUFFIX);
    file->folder = folder.bytes;
    file->temporary = name.bytes;
    return !folder.failed && !name.failed;
}

/* mkstemp() opens with O_EXCL, so that nothing planted under that name is followed. */
static int make_temporary(char *name)
{
    char *unique = name + strlen(name) - strlen("XXXXXX");
    for (;;) {
        int fd = mkstemp(name);
        if (fd < 0 || leftover_claim(fd))
            return fd;
        close(fd);
        memcpy(unique, "XXXXXX", strlen("XXXXXX"));
    }
}

static int open_temporary(struct atomic_file *file)
{
    leftovers_remove(file->folder, base_of(file->path));
    int fd = make_temporary(file->temporary);
    if (fd < 0) {
        free(file->temporary);
        file->temporary = NULL;
        return -1;
    }
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Devices and pipes can't be replaced, and must not be: `-o /dev/null` would remove the device. */
static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static enum result open_stream(struct atomic_file *file, struct error *err)
{
    if (is_standard_output(file->path)) {
        file->standard_output = true;
        file->stream = stdout;
        return RESULT_OK;
    }
    struct stat st;
    if (stat(file->path, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return report_error(err, file->path, "can't be written");
    }
    int fd = -1;
    if (is_special(file->path)) {
        fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        if (!name_temporary(file))
            return error_memory(err);
        fd = open_temporary(file);
    }
    if (fd < 0)
        return report_error(err, file->path, "can't be written");
    file->stream = fdopen(fd, "w");
    if (!file->stream) {
        enum result result = report_error(err, file->path, "can't be written");
        close(fd);
        return result;
    }
    setvbuf(file->stream, NULL, _IOFBF, STREAM_BUFFER);
    return RESULT_OK;
}

enum result atomic_file_open(const char *path, struct atomic_file **out, struct error *err)
{
    *out = NULL;
    struct atomic_file *file = calloc(1, sizeof *file);
    if (!file)
        return error_memory(err);
    file->path = strdup(path);
    enum result result = file->path ? open_stream(file, err) : error_memory(err);
    if (result == RESULT_OK)
        *out = file;
    else
        atomic_file_discard(file);
    return result;
}

FILE *atomic_file_stream(struct atomic_file *file)
{
    return file->stream;
}

int temporary_file(void)
{
    const char *folder = getenv("TMPDIR");
    struct strbuf path = {0};
    strbuf_printf(&path, "%s/jobledger.XXXXXX", folder && folder[0] ? folder : "/tmp");
    int fd = path.failed ? -1 : mkstemp(path.bytes);
    if (fd >= 0) {
        unlink(path.bytes);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    strbuf_free(&path);
    return fd;
}

enum result atomic_file_make_private(struct atomic_file *file, struct error *err)
{
    return fchmod(fileno(file->stream), 0600) == 0 ? RESULT_OK : report_error(err, file->path, "can't be made private");
}

const char *atomic_file_path(const struct atomic_file *file)
{
    return file->temporary;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES; /* it may be written but not read: the file is there, if not yet for good */
    /* Some file systems can't sync a folder, and say EINVAL. */
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return ok;
}

static bool close_stream(struct atomic_file *file)
{
    bool ok = !ferror(file->stream) && fflush(file->stream) == 0;
    if (file->standard_output)
        return ok;
    if (ok && file->temporary)
        ok = fsync(fileno(file->stream)) == 0;
    int saved = errno;
    if (fclose(file->stream) != 0 && ok)
        ok = false;
    else
        errno = saved;
    file->stream = NULL;
    return ok;
}

enum result atomic_file_commit(struct atomic_file *file, struct error *err)
{
    enum result result = RESULT_OK;
    if (!close_stream(file)) {
        result = report_error(err, file->path, "can't be written in full");
    } else if (file->temporary) {
        if (rename(file->temporary, file->path) != 0) {
            result = report_error(err, file->path, "can't be put in place");
        } else {
            free(file->temporary);
            file->temporary = NULL;
            if (!sync_folder(file->folder))
                result = report_error(err, file->path, "its folder can't be synced");
        }
    }
    atomic_file_discard(file);
    return result;
}
