/* The table of options: parsing, --help and the nearest word all read it. */
#ifndef JOBLEDGER_CLI_OPTIONS_H
#define JOBLEDGER_CLI_OPTIONS_H

#include "cli.h"

enum value_kind {
    VALUE_NONE,
    VALUE_REQUIRED,
    VALUE_OPTIONAL, /* only as --name=VALUE */
};

struct option;

/* Takes a value in; cli->command is known. RESULT_USAGE names what was wrong. value is NULL where none was given. */
typedef enum result option_setter(struct cli *cli, const struct option *option, const char *value, struct error *err);

struct option {
    char letter; /* '\0': only the long name */
    const char *name;
    enum value_kind kind;
    const char *value; /* for --help: "FILE" */
    unsigned commands; /* bits 1 << enum command_id; 0: every command, and none */
    option_setter *set;
    size_t offset; /* of the field in struct cli, for the setters of one field */
    int min, max;  /* for set_int */
    const char *help;
};

/* One field each. */
option_setter set_flag;    /* bool */
option_setter set_text;    /* const char *, not empty */
option_setter set_int;     /* int, from min to max */
option_setter set_seconds; /* int64_t, milliseconds; not 0 */
option_setter set_duration; /* int64_t, milliseconds */

option_setter set_now, set_verbose, set_log_format, set_delimiter, set_auth, set_base_url, set_fail_on, set_rate,
    set_burst, set_recheck, set_job, set_wait, set_progress, set_format, set_excel, set_cells;

#endif
