#include "watch.h"

#include <stdio.h>

#include "metrics.h"
#include "ping.h"

#define START_MS 10000
#define END_MS 30000
#define END_AFTER_SIGNAL_MS 2000 /* of the five seconds in which a signal ends the program */

/* The run goes on, or has ended, whatever becomes of it. */
static void ping(struct cli *cli, const struct ping *ping, const char *word, const char *body, const char *what)
{
    struct error err;
    if (ping_send(ping, word, text_of(body), &err) != RESULT_OK)
        log_line(&cli->log, LOG_WARNING, "--ping: the monitor was not told %s: %s", what, err.text);
}

static void ping_start(struct cli *cli)
{
    const struct ping start = {cli->settings.ping, cli->settings.fetch.cacert, START_MS, cli->signal};
    ping(cli, &start, "start", "", "that the run begins");
}

/* The status as it is: who looks at it in the morning has to look at loose ends, too, as one whom cron sends mail. */
static void ping_end(struct cli *cli, enum result result)
{
    bool signalled = cli_interrupted(cli) != RESULT_OK;
    const struct ping end = {cli->settings.ping, cli->settings.fetch.cacert,
                             signalled ? END_AFTER_SIGNAL_MS : END_MS, signalled ? NULL : cli->signal};
    char status[16];
    struct strbuf body = {0};
    snprintf(status, sizeof status, "%d", (int)result);
    strbuf_printf(&body, "%s", commands[cli->command].name);
    if (result != RESULT_OK)
        strbuf_printf(&body, ", exit status %s", status);
    strbuf_printf(&body, ": %s\n", cli->summary.bytes ? cli->summary.bytes : "no summary");
    ping(cli, &end, result == RESULT_OK ? NULL : status, body.bytes ? body.bytes : "", "how the run ended");
    strbuf_free(&body);
}

static enum result leave_metrics(struct cli *cli, enum result result)
{
    const struct store_outcome own = {cli->started_at, clock_now(&cli->settings.clock), (int)result};
    bool fetches = cli->command != COMMAND_STATUS;
    /* A status that can't be told leaves what was told last. */
    if (!fetches && result != RESULT_OK)
        return result;
    return result_worse(result, metrics_write(cli, fetches ? &own : NULL));
}

enum result watch_command(struct cli *cli)
{
    bool pings = cli->settings.ping && !cli->settings.dry_run;
    cli->started_at = clock_now(&cli->settings.clock);
    if (pings)
        ping_start(cli);
    enum result result = commands[cli->command].run(cli);
    if (cli->settings.metrics && !cli->settings.dry_run)
        result = leave_metrics(cli, result);
    if (pings)
        ping_end(cli, result);
    return result;
}
