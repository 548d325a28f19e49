#include "request_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

struct request_log {
    pthread_mutex_t lock;
    struct buf line;
    uint64_t seq;
    int64_t start_ns;
    int fd;
    bool failed;
};

struct request_log *request_log_open(const char *path, int64_t start_ns)
{
    struct request_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->start_ns = start_ns;
    log->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (log->fd < 0) {
        free(log);
        return NULL;
    }
    int reason = pthread_mutex_init(&log->lock, NULL);
    if (reason != 0) {
        close(log->fd);
        free(log);
        errno = reason;
        return NULL;
    }
    return log;
}

/* A line goes out at once and in one piece: what a test asks for must not depend on a timer. */
static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

void request_log_write(struct request_log *log, const struct log_line *line)
{
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    log->line.len = 0;
    buf_printf(&log->line, "%" PRIu64 "\t%" PRId64 "\t", ++log->seq, (line->now_ns - log->start_ns) / NS_PER_MS);
    buf_cell(&log->line, line->method);
    buf_puts(&log->line, "\t");
    buf_cell(&log->line, line->path);
    buf_printf(&log->line, "\t%d\t%s%s%s\t%" PRIuPTR "\n", line->http, line->auth, line->header ? ":" : "",
               line->header ? line->header : "", line->connection);
    if (log->line.failed || !write_all(log->fd, log->line.bytes, log->line.len))
        log->failed = true;
    pthread_mutex_unlock(&log->lock);
}

bool request_log_close(struct request_log *log)
{
    if (!log)
        return true;
    bool ok = close(log->fd) == 0 && !log->failed;
    pthread_mutex_destroy(&log->lock);
    buf_free(&log->line);
    free(log);
    return ok;
}
