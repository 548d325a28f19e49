/* Preloaded: file systems are of the type in FAULT_STATFS (a number), and what is written to files whose name holds
 * FAULT_WRITE fails with the error of FAULT_ERRNO (a number). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

static int is_failing(int fd)
{
    char link[64];
    char path[4096] = "";
    const char *wanted = getenv("FAULT_WRITE");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!wanted || readlink(link, path, sizeof path - 1) < 0 || !strstr(path, wanted))
        return 0;
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

/* ISO C has no cast from what dlsym() gives. */
#define REAL(name) (*(__typeof__(&name) *)(void *[]){dlsym(RTLD_NEXT, #name)})

ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return is_failing(fd) ? -1 : REAL(pwrite)(fd, from, n, at);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
    return is_failing(fd) ? -1 : REAL(pwrite64)(fd, from, n, at);
}

ssize_t write(int fd, const void *from, size_t n)
{
    return is_failing(fd) ? -1 : REAL(write)(fd, from, n);
}

int statfs(const char *path, struct statfs *out)
{
    int result = REAL(statfs)(path, out);
    if (result == 0 && getenv("FAULT_STATFS"))
        out->f_type = (__typeof__(out->f_type))strtoul(getenv("FAULT_STATFS"), NULL, 0);
    return result;
}

int statfs64(const char *path, struct statfs64 *out)
{
    int result = REAL(statfs64)(path, out);
    if (result == 0 && getenv("FAULT_STATFS"))
        out->f_type = (__typeof__(out->f_type))strtoul(getenv("FAULT_STATFS"), NULL, 0);
    return result;
}
