/* What others are told of a command that works through the night. */
#ifndef JOBLEDGER_CLI_WATCH_H
#define JOBLEDGER_CLI_WATCH_H

#include "cli.h"

/* Runs the command. Where it was asked for, a monitor is told that it begins and how it ended, and figures are left for another
 * one to collect. Returns what it came to. */
enum result watch_command(struct cli *cli);

#endif
