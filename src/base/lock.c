#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "text.h"
#include "timestamp.h"

#define POLL_MS 100

struct lock {
    int fd;
};

static void holder_of(int fd, char *out, size_t size)
{
    ssize_t n = pread(fd, out, size - 1, 0);
    out[n > 0 ? n : 0] = '\0';
    out[strspn(out, "0123456789")] = '\0';
}

static enum result wait_for(int fd, const char *path, int64_t wait_ms, const volatile sig_atomic_t *stop,
                            struct error *err)
{
    int64_t deadline = clock_monotonic_ms() + wait_ms;
    char name[256];
    text_printable(text_of(path), 120, name, sizeof name);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            return error_set(err, RESULT_LEDGER, "%s: can't be locked: %s", name, strerror(errno));
        if (clock_monotonic_ms() >= deadline || (stop && *stop)) {
            char pid[24];
            holder_of(fd, pid, sizeof pid);
            return error_set(err, RESULT_LOCKED,
                             "%s: another run holds the ledger (process %s); try again later, or wait with --wait-lock",
                             name, pid[0] ? pid : "unknown");
        }
        nanosleep(&(struct timespec){0, POLL_MS * 1000000L}, NULL);
    }
    return RESULT_OK;
}

/* Private whatever the umask, but one that is there keeps the mode that its owner gave it. */
static int open_lock_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && fchmod(fd, 0600) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

enum result lock_acquire(const char *path, int64_t wait_ms, const volatile sig_atomic_t *stop, struct lock **out,
                         struct error *err)
{
    *out = NULL;
    char name[256];
    struct lock *lock = malloc(sizeof *lock);
    if (!lock)
        return error_memory(err);
    enum result result = RESULT_OK;
    lock->fd = open_lock_file(path);
    if (lock->fd < 0)
        result = error_set(err, RESULT_LEDGER, "%s: the lock file can't be made: %s",
                           text_printable(text_of(path), 120, name, sizeof name), strerror(errno));
    else
        result = wait_for(lock->fd, path, wait_ms, stop, err);
    if (result != RESULT_OK) {
        lock_release(lock);
        return result;
    }
    /* Whose it is, for the message above; the lock itself is the kernel's. */
    char pid[24];
    int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(lock->fd, 0) != 0 || pwrite(lock->fd, pid, (size_t)len, 0) != len)
        result = error_set(err, RESULT_LEDGER, "%s: the lock file can't be written: %s",
                           text_printable(text_of(path), 120, name, sizeof name), strerror(errno));
    if (result == RESULT_OK)
        *out = lock;
    else
        lock_release(lock);
    return result;
}

void lock_release(struct lock *lock)
{
    if (!lock)
        return;
    if (lock->fd >= 0)
        close(lock->fd);
    free(lock);
}
