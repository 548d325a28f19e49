#include "cli.h"

#include <unistd.h>

#include "terminal.h"

enum result cli_fail(struct cli *cli, enum result result, const struct error *err)
{
    log_line(&cli->log, result == RESULT_LOOSE_ENDS ? LOG_WARNING : LOG_ERROR, "%s", err->text);
    return result;
}

void cli_count(struct cli *cli, const char *before, uint64_t n, const char *what)
{
    strbuf_puts(&cli->summary, before);
    figure_append_count(&cli->summary, n, isatty(STDERR_FILENO) && !cli->log.json);
    strbuf_printf(&cli->summary, " %s", what);
}

void cli_summary(struct cli *cli, enum result result)
{
    if (cli->summary.bytes)
        log_line(&cli->log, result == RESULT_LOOSE_ENDS ? LOG_WARNING : LOG_NOTICE, "%s: %s",
                 commands[cli->command].name, cli->summary.bytes);
}

enum result cli_interrupted(const struct cli *cli)
{
    sig_atomic_t number = *cli->signal;
    return number == SIGINT ? RESULT_SIGINT : number != 0 ? RESULT_SIGTERM : RESULT_OK;
}
