/* gauge FILE COMMAND [ARGUMENT...]: runs the command, and writes into FILE what it took: seconds by the clock, seconds
 * of CPU with all its children's, the most memory that one of them had resident in KiB, and its exit status. A program
 * of its own, and a small one, because a process starts with its parent's peak of memory. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int report(const char *path, double wall_s, int status)
{
    struct rusage used;
    FILE *out = fopen(path, "w");
    if (!out || getrusage(RUSAGE_CHILDREN, &used) != 0) {
        perror(path);
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(out, "%.6f %.6f %ld %d\n", wall_s, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, code);
    return fclose(out) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    int status = 0;
    if (argc < 3) {
        fprintf(stderr, "usage: gauge FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    double start_s = clock_s();
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        perror("gauge");
        return 1;
    }
    return report(argv[1], clock_s() - start_s, status);
}
