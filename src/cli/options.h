/* The table of options: arguments, config files, --help, completion and the nearest word all read it. */
#ifndef JOBLEDGER_CLI_OPTIONS_H
#define JOBLEDGER_CLI_OPTIONS_H

#include "cli.h"

enum value_kind {
    VALUE_NONE,     /* but true or false may be given as --name=VALUE */
    VALUE_REQUIRED,
    VALUE_OPTIONAL, /* only as --name=VALUE; true is the same as none */
};

struct option;

/* Takes a value in; cli->command is known. RESULT_USAGE names what was wrong. value is NULL where none was given. */
typedef enum result option_setter(struct cli *cli, const struct option *option, const char *value, struct error *err);

struct option {
    char letter; /* '\0': only the long name */
    const char *name;
    enum value_kind kind;
    const char *value; /* for --help: "FILE". FILE and DIR are completed as such, LIST as words between commas */
    unsigned commands; /* bits 1 << enum command_id; 0: every command, and none */
    option_setter *set;
    size_t offset; /* of the field in struct cli, for the setters of one field */
    int min, max;  /* for set_int */
    const char *help;

    /* What follows may be left out. */
    const char *preset;       /* the value where none is given */
    const char *const *words; /* up to NULL: the values, or those that have a name */
    const char *ledger;       /* the query that finds values in the ledger, for completion */
    const char *set_by;       /* the option that sets this one, too */
    bool repeats;             /* every value counts; else the last */
    bool argument_only;       /* has no place in a config file */
    bool secret;              /* the value is not shown */
};

#define OPTIONS_MAX 128
extern const struct option options[];
extern const size_t option_count; /* OPTIONS_MAX at most */

bool option_belongs(const struct option *option, enum command_id command);

/* The option of that name of the command; where the command has none, another command's. NULL: there is none. Options that
 * share a name agree on whether they take a value. */
const struct option *option_find(struct text name, enum command_id command);
const struct option *option_of_letter(char letter);

/* The nearest name among the options of these commands (bits), or NULL. */
const char *option_nearest(struct text name, unsigned mask);

/* Sets the field that a value is meant for, when it counts. Understands true and false where a value may be left out. */
enum result option_set(struct cli *cli, const struct option *option, const char *value, struct error *err);

/* One field each. */
option_setter set_flag;    /* bool */
option_setter set_text;    /* const char *, not empty */
option_setter set_any_text; /* const char * */
option_setter set_int;     /* int, from min to max */
option_setter set_seconds; /* int64_t, milliseconds; not 0 */
option_setter set_duration; /* int64_t, milliseconds */

option_setter set_now, set_verbose, set_log_format, set_dir, set_delimiter, set_encoding, set_auth, set_base_url,
    set_fail_on, set_rate, set_digest, set_age, set_when, set_status, set_label, set_timezone, set_threshold,
    set_stale_after, set_burst, set_recheck, set_job, set_wait, set_progress, set_ping, set_format, set_excel, set_cells;

#endif
