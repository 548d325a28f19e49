#include <string.h>

#include "cli.h"

const struct command commands[COMMAND_COUNT] = {
    [COMMAND_INGEST] = {"ingest", "[FILE...]",
                        "takes job IDs from CSV or JSON files into the ledger (- is standard input)", command_ingest},
    [COMMAND_FETCH] = {"fetch", "", "asks the API for every open job in the ledger", command_fetch},
    [COMMAND_EXPORT] = {"export", "REPORT", "writes one report, or all of them", command_export},
    [COMMAND_RUN] = {"run", "[FILE...] --out DIR", "ingest, fetch and export all: the nightly job", command_run},
    [COMMAND_STATUS] = {"status", "", "shows the ledger at a glance", command_status},
    [COMMAND_SHOW] = {"show", "JOB_ID", "shows all that is known of one job", command_show},
    [COMMAND_VERIFY] = {"verify", "", "proves the ledger intact, or says what differs", command_verify},
    [COMMAND_BACKUP] = {"backup", "FILE", "makes a verified copy of the ledger, also while it is in use",
                        command_backup},
    [COMMAND_PRUNE] = {"prune", "--older-than AGE", "removes answers whose time is over; what they were stays provable",
                       command_prune},
    [COMMAND_CONFIG] = {"config", "[COMMAND]", "shows the settings in force, and where each comes from",
                        command_config},
};

const char *command_nearest(const char *word)
{
    const char *names[COMMAND_COUNT];
    for (int i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    return text_nearest(word, names, COMMAND_COUNT);
}

enum command_id command_find(const char *name)
{
    int i = 0;
    while (i < COMMAND_COUNT && strcmp(commands[i].name, name) != 0)
        i++;
    return (enum command_id)i;
}
