/* What the commands share: the settings they were given, the log, and the one place that joins the rooms. */
#ifndef JOBLEDGER_CLI_CLI_H
#define JOBLEDGER_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exporter.h"
#include "fetcher.h"
#include "given.h"
#include "log.h"
#include "progress.h"
#include "reader.h"
#include "result.h"
#include "store.h"
#include "strbuf.h"

enum command_id {
    COMMAND_INGEST,
    COMMAND_FETCH,
    COMMAND_EXPORT,
    COMMAND_RUN,
    COMMAND_STATUS,
    COMMAND_SHOW,
    COMMAND_VERIFY,
    COMMAND_BACKUP,
    COMMAND_PRUNE,
    COMMAND_CONFIG,
    COMMAND_COUNT,
    COMMAND_NONE = COMMAND_COUNT,
};

enum fail_on {
    FAIL_ON_FAILED = 1,
    FAIL_ON_NOT_FOUND = 2,
    FAIL_ON_OPEN = 4,
    FAIL_ON_STALE = 8,
};

/* Everything that options, environment and config file say. Strings belong to whatever cli->given says. */
struct settings {
    const char *db;
    const char *config; /* the config file; NULL: there is none */
    struct clock clock;
    int64_t wait_lock_ms;
    bool help;
    bool version;

    struct reader_options reader;
    const char **folders; /* whose files are read as well */
    size_t folder_count;
    bool strict;
    bool again;
    bool dry_run;

    struct fetch_options fetch;
    const char *api_key_file;
    unsigned fail_on; /* of enum fail_on */
    struct store_selection selection;
    const char **job_ids; /* what selection.job_ids points to, where there are any */
    int limit;            /* jobs to ask for; 0: all */
    int daily_limit;      /* requests of a UTC day; 0: no limit */
    bool wait;            /* ask again until all are resolved, */
    int64_t wait_ms;      /* or so long; 0: to the end */
    enum progress_mode progress;
    const char *ping;    /* the URL of a monitor; NULL: there is none */
    const char *metrics; /* the file for another; NULL: there is none */

    struct store_filter filter; /* as far as it does not depend on other settings: see settings_filter() */
    struct store_label *labels; /* what filter.labels points to, where there are any */
    const char *since;          /* NULL: not given */
    const char *until;
    const char *timezone;
    const char *sql;            /* a file */
    struct export_options export;
    const char *output; /* -o, or --out of run */

    bool json;
    const char *against;    /* a digest */
    const char *older_than; /* an age */
    bool yes;

    const char **operands;  /* what is not an option */
    const char **arguments; /* and the rest of it, behind the command */
    size_t argument_count;
};

struct cli {
    enum command_id command;
    bool explain; /* `config COMMAND`: its settings are to be shown, in place of what it does */
    struct givens given;
    struct strbuf config_text; /* of the config file: the strings that it gave are in it */
    struct settings settings;
    struct log log;
    const volatile sig_atomic_t *signal;
    struct timestamp started_at;
    struct strbuf summary; /* what the steps came to, for the one line at the end */
};

/* ---- commands.c ---- */

struct command {
    const char *name;
    const char *arguments; /* for --help */
    const char *summary;
    enum result (*run)(struct cli *cli);
};
extern const struct command commands[COMMAND_COUNT];

enum command_id command_find(const char *name);   /* COMMAND_NONE: there is none */
const char *command_nearest(const char *word);    /* NULL: none is near */

/* ---- settle.c, help.c ---- */

/* Fills cli->command, cli->given and cli->settings from the arguments, the environment, the config file and the
 * defaults. RESULT_USAGE names what was wrong; the options of every command have then taken effect all the same. */
enum result options_parse(struct cli *cli, int argc, char **argv, struct error *err);
void options_free(struct cli *cli); /* gives back what options_parse() took, whatever it came to */
void options_print_help(enum command_id command); /* COMMAND_NONE: of the program */

/* ---- filter.c ---- */

/* Completes settings.filter, and puts the time zone into use. RESULT_USAGE where what was given makes no sense together. */
enum result settings_filter(struct cli *cli, struct error *err);

/* Whether text is what --since takes: a date, a timestamp or a duration. */
bool when_valid(struct text text);

/* ---- export_check.c ---- */

/* RESULT_USAGE where options make no sense with the format, or with the report; NULL: all of them, or the user's own. */
enum result export_check(const struct cli *cli, const struct report *report, struct error *err);

/* ---- own_sql.c ---- */

/* A SELECT of the user's own as a report, which belongs to it. */
struct own_sql {
    struct report report;
    struct strbuf text;
    char name[64];   /* the file's, without folder and suffix */
    char shown[400]; /* the path, escaped */
};
/* RESULT_USAGE where the file can't be read. own_sql_free() in any case. */
enum result own_sql_load(const char *path, struct own_sql *own, struct error *err);
void own_sql_free(struct own_sql *own);

/* ---- the steps, used alone and by run ---- */

/* Every step reports its own errors on the log and adds what it came to to cli->summary. */
enum result ingest_files(struct cli *cli, struct store *store);
/* RESULT_USAGE where no files are named, or the options for reading them don't fit together. */
enum result ingest_check(const struct cli *cli, const char *usage, struct error *err);
enum result fetch_jobs(struct cli *cli, struct store *store, const char *key);
enum result export_all(struct cli *cli, struct store *store, const char *folder);

enum result command_ingest(struct cli *cli);
enum result command_fetch(struct cli *cli);
enum result command_export(struct cli *cli);
enum result command_run(struct cli *cli);
enum result command_status(struct cli *cli);
enum result command_show(struct cli *cli);
enum result command_verify(struct cli *cli);
enum result command_backup(struct cli *cli);
enum result command_prune(struct cli *cli);
enum result command_config(struct cli *cli);

/* ---- key.c ---- */

/* The API key from the file, the environment or the credentials folder, in that order. *key is to be freed with key_free().
 * RESULT_CREDENTIALS where there is none that can be used. */
enum result key_load(const char *file, char **key, struct error *err);
void key_free(char *key); /* wipes it; NULL is allowed */

/* The variable of the environment that a key comes from where no file is named; NULL: none does. */
const char *key_variable(void);

/* ---- ledger.c ---- */

/* Takes the ledger's lock and opens it. The two are given back by ledger_close(). Reports its own errors. */
struct ledger {
    struct lock *lock;
    struct store *store;
};
enum result ledger_open(struct cli *cli, enum store_mode mode, struct ledger *ledger);
/* Whether the path is the ledger, or what stands beside it: its log, its lock, its earlier versions. Who opens and closes one of
 * them takes SQLite's locks from this process, so that others may take its log away. */
bool ledger_owns(const struct cli *cli, const char *path);
/* How the program reads answers. */
const struct store_reader *ledger_reader(void);
void ledger_close(struct ledger *ledger);
/* Closes it at the end of a command that fetches, whose outcome it remembers. Returns what the command came to with that. */
enum result ledger_end(struct cli *cli, struct ledger *ledger, enum result result);

/* ---- for all of them ---- */

/* Reports the error and returns result. */
enum result cli_fail(struct cli *cli, enum result result, const struct error *err);
/* Adds what stands before it, a count, and what is counted to the summary. */
void cli_count(struct cli *cli, const char *before, uint64_t n, const char *what);
/* Prints the summary as "COMMAND: ...": a warning where there are loose ends, which nothing else may have named. */
void cli_summary(struct cli *cli, enum result result);
/* RESULT_SIGINT or RESULT_SIGTERM where one came, else RESULT_OK. */
enum result cli_interrupted(const struct cli *cli);

#endif
