#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"

static enum result take_lock(const struct cli *cli, struct ledger *ledger, struct error *err)
{
    struct strbuf path = {0};
    strbuf_printf(&path, "%s.lock", cli->settings.db);
    enum result result = path.failed ? error_memory(err)
                                     : lock_acquire(path.bytes, cli->settings.wait_lock_ms, &ledger->lock, err);
    strbuf_free(&path);
    return result;
}

enum result ledger_open(struct cli *cli, enum store_mode mode, struct ledger *ledger)
{
    struct error err;
    *ledger = (struct ledger){0};
    bool there = access(cli->settings.db, F_OK) == 0;
    enum result result = RESULT_OK;
    if (mode == STORE_CREATE && cli->settings.dry_run)
        mode = STORE_WRITE;
    /* A lock file beside a ledger that is not there would be left behind for nothing. */
    if (mode == STORE_CREATE || (mode == STORE_WRITE && there))
        result = take_lock(cli, ledger, &err);
    if (result == RESULT_OK && cli->settings.dry_run && !there)
        result = store_open_scratch(&ledger->store, &err);
    else if (result == RESULT_OK)
        result = store_open(cli->settings.db, mode, &ledger->store, &err);
    if (result == RESULT_OK && cli->settings.dry_run)
        result = store_trial(ledger->store, &err);
    if (result == RESULT_OK)
        return RESULT_OK;
    ledger_close(ledger);
    return cli_fail(cli, result, &err);
}

void ledger_close(struct ledger *ledger)
{
    store_close(ledger->store);
    lock_release(ledger->lock);
    *ledger = (struct ledger){0};
}
