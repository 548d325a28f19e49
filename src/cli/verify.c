#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct proof {
    struct cli *cli;
    struct progress progress;
    uint64_t total; /* answers */
};

static void print_finding(void *ctx, const char *line)
{
    struct proof *proof = ctx;
    log_clear_line(&proof->cli->log);
    puts(line);
}

static void show_progress(void *ctx, const struct store_verdict *so_far)
{
    struct proof *proof = ctx;
    char more[64];
    if (!progress_due(&proof->progress))
        return;
    snprintf(more, sizeof more, "%" PRIu64 " findings", so_far->findings);
    progress_show(&proof->progress, so_far->answers, proof->total, "answers", more);
}

static void summarise(struct cli *cli, const struct store_verdict *v)
{
    cli_count(cli, "", v->answers, "answers");
    cli_count(cli, " of ", v->runs, "runs");
    cli_count(cli, ", ", v->bytes, "bytes");
    if (v->pruned > 0)
        cli_count(cli, ", ", v->pruned, "pruned");
    strbuf_puts(&cli->summary, v->findings == 0 ? ": intact" : "");
    if (v->findings > 0)
        strbuf_printf(&cli->summary, ": %" PRIu64 " finding%s; take a copy of the ledger as it is, and see which "
                      "of the backups is sound", v->findings, v->findings == 1 ? "" : "s");
    if (v->findings == 0 && v->digest[0])
        strbuf_printf(&cli->summary, "; the digest of run %" PRId64 " is %s", v->digest_run, v->digest);
    if (v->against_run > 0)
        strbuf_printf(&cli->summary, "; the noted digest is that of run %" PRId64, v->against_run);
}

/* The noted state must be one that the chain passes through. */
static void check_against(const struct cli *cli, struct store_verdict *v)
{
    if (!cli->settings.against || v->against_run > 0)
        return;
    printf("digest %s: no run of this ledger ends with it\n", cli->settings.against);
    v->findings++;
}

static enum result verify(struct cli *cli, struct store *store)
{
    struct error err;
    struct proof proof = {.cli = cli};
    struct store_verdict verdict;
    const struct store_verify options = {cli->settings.against, print_finding, show_progress, &proof};
    store_stop_on(store, cli->signal);
    progress_start(&proof.progress, cli->settings.progress, &cli->log, "verify");
    enum result result = store_answer_count(store, &proof.total, &err);
    if (result == RESULT_OK)
        result = store_verify(store, &options, &verdict, &err);
    progress_end(&proof.progress);
    if (cli_interrupted(cli) != RESULT_OK)
        result = error_set(&err, cli_interrupted(cli), "interrupted, nothing is proved");
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    check_against(cli, &verdict);
    summarise(cli, &verdict);
    return verdict.findings == 0 ? RESULT_OK : RESULT_LEDGER;
}

enum result command_verify(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    if (cli->settings.argument_count > 0) {
        error_set(&err, RESULT_USAGE, "verify takes no arguments; a ledger is named with --db");
        return cli_fail(cli, RESULT_USAGE, &err);
    }
    enum result result = ledger_open(cli, STORE_READ, &ledger);
    if (result != RESULT_OK)
        return result;
    result = verify(cli, ledger.store);
    ledger_close(&ledger);
    cli_summary(cli, result);
    return result;
}
