/* Figures for Prometheus: the text format that the textfile collector of node_exporter reads. */
#ifndef JOBLEDGER_CLI_METRICS_H
#define JOBLEDGER_CLI_METRICS_H

#include "cli.h"

/* Writes the file that --metrics names, whatever the command came to. own: how a command that fetches ended; NULL: this is another
 * one, and what the ledger remembers is told. Reports its own errors. RESULT_REPORT where the file can't be written. */
enum result metrics_write(struct cli *cli, const struct store_outcome *own);

#endif
