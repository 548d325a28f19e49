#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "complete.h"
#include "watch.h"

#ifndef JOBLEDGER_VERSION
#define JOBLEDGER_VERSION "dev"
#endif

static volatile sig_atomic_t signal_seen;
static volatile sig_atomic_t signal_second; /* on the monotonic clock: when it came */

/* The first one ends the work in order, one that comes later at once: what was committed is safe either way. timeout(1)
 * and others send it to the process and to its group, which is one wish, not two. */
static void on_signal(int number)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!signal_seen) {
        signal_seen = number;
        signal_second = (sig_atomic_t)now.tv_sec;
    } else if ((sig_atomic_t)now.tv_sec > signal_second + 1) {
        _exit(128 + number);
    }
}

/* A pipe that nobody reads any more, or a file at its limit, is an error of the write, not the end of the program. */
static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

/* A descriptor that is closed at the start would be given to the ledger, and messages written into it. What stands in
 * for it fails as a closed one does, but for standard error. */
static bool standard_streams_open(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            return false;
    return true;
}

static enum result first_steps(struct cli *cli)
{
    static const char *const lines[] = {
        "which command? To begin with:",
        "  jobledger ingest FILE.csv          takes job IDs into a ledger",
        "  jobledger fetch                    asks the API for them",
        "  jobledger export jobs -o jobs.csv  writes a report",
        "or all three at once: jobledger run FILE.csv --out DIR; more: jobledger --help",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        log_line(&cli->log, i == 0 ? LOG_ERROR : LOG_NOTICE, "%s", lines[i]);
    return RESULT_USAGE;
}

/* What was printed must have arrived: a full disk behind standard output is an error. */
static enum result flush_output(struct cli *cli, enum result result)
{
    struct error err;
    bool arrived = fflush(stdout) == 0 && !ferror(stdout);
    if (arrived || result == RESULT_REPORT) /* then it has been said */
        return result;
    error_set(&err, RESULT_REPORT, "standard output: can't be written in full: %s", strerror(errno));
    return result_worse(result, cli_fail(cli, RESULT_REPORT, &err));
}

static enum result run_command(struct cli *cli)
{
    if (cli->settings.help) {
        options_print_help(cli->command);
        return RESULT_OK;
    }
    if (cli->settings.version) {
        printf("jobledger %s\n", JOBLEDGER_VERSION);
        return RESULT_OK;
    }
    if (cli->command == COMMAND_NONE)
        return first_steps(cli);
    return cli->explain ? command_config(cli) : watch_command(cli);
}

int main(int argc, char **argv)
{
    if (!standard_streams_open())
        return RESULT_LEDGER;
    prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L); /* no key in a core dump */
    catch_signals();
    struct cli cli = {.signal = &signal_seen};
    cli.log.clock = &cli.settings.clock;
    struct error err;
    if (argc > 1 && strcmp(argv[1], "--complete") == 0)
        return flush_output(&cli, complete(argc - 1, argv + 1, &signal_seen));
    enum result result = options_parse(&cli, argc, argv, &err);
    if (result == RESULT_OK)
        result = flush_output(&cli, run_command(&cli));
    else
        cli_fail(&cli, result, &err);
    options_free(&cli);
    strbuf_free(&cli.summary);
    return result;
}
