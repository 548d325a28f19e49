#include "cli.h"

static enum result check_arguments(struct cli *cli, struct error *err)
{
    enum result result = ingest_check(cli, "jobledger run FILE... --out DIR, jobledger run --dir DIR --out DIR", err);
    if (result == RESULT_OK && !cli->settings.output && !cli->settings.dry_run)
        result = error_set(err, RESULT_USAGE, "run needs a folder for the reports: --out DIR");
    if (result == RESULT_OK)
        result = export_check(cli, NULL, err);
    return result == RESULT_OK ? settings_filter(cli, err) : result;
}

static enum result fetch_step(struct cli *cli, struct store *store)
{
    struct error err;
    char *key;
    enum result result = key_load(cli->settings.api_key_file, &key, &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = fetch_jobs(cli, store, key);
    key_free(key);
    return result;
}

static bool interrupted(enum result result)
{
    return result == RESULT_SIGINT || result == RESULT_SIGTERM;
}

/* What the ledger holds is exported whatever became of the fetch, since that is what the morning looks at. */
static enum result run_steps(struct cli *cli, struct store *store)
{
    enum result result = ingest_files(cli, store);
    if (cli->settings.dry_run || interrupted(result) || result == RESULT_USAGE || result == RESULT_LEDGER)
        return result;
    result = result_worse(result, fetch_step(cli, store));
    if (interrupted(result))
        return result;
    return result_worse(result, export_all(cli, store, cli->settings.output));
}

enum result command_run(struct cli *cli)
{
    struct error err;
    struct ledger ledger;
    enum result result = check_arguments(cli, &err);
    if (result != RESULT_OK)
        return cli_fail(cli, result, &err);
    result = ledger_open(cli, STORE_CREATE, &ledger);
    if (result != RESULT_OK)
        return result;
    result = ledger_end(cli, &ledger, run_steps(cli, ledger.store));
    cli_summary(cli, result);
    return result;
}
