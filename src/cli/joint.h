/* Joins the fetcher to the ledger: the ports through which jobs and answers pass between them. */
#ifndef JOBLEDGER_CLI_JOINT_H
#define JOBLEDGER_CLI_JOINT_H

#include "cli.h"

struct joint {
    struct cli *cli;
    struct store *store;
    struct fetch_schedule *schedule; /* of asking again; NULL: nobody waits */
    struct progress progress;
    uint64_t total;      /* jobs to ask for */
    uint64_t begun;      /* of these, those that were handed to the fetcher */
    uint64_t done;       /* and those that came to something */
    uint64_t under_way;
    int64_t started_ms;  /* these two on the monotonic clock */
    int64_t committed_ms;
    int64_t day;         /* UTC, in days since 1970-01-01 */
    uint64_t spent;      /* requests of that day, over all runs */
};

/* Ready for fetch_run(): the jobs are selected, what earlier runs know is loaded. joint_close() in any case. */
enum result joint_open(struct joint *joint, struct cli *cli, struct store *store, struct error *err);
void joint_close(struct joint *joint);

struct fetch_ports joint_ports(struct joint *joint);

#endif
