/* A run, as the loop and the handling of replies see it. Private to fetch.c and reply.c, but for fetch_loop(), which
 * tests drive with a transport of their own. */
#ifndef JOBLEDGER_LOOP_H
#define JOBLEDGER_LOOP_H

#include "doubt.h"
#include "fetcher.h"
#include "outage.h"
#include "pace.h"
#include "task.h"
#include "transport.h"

struct loop {
    const struct fetch_options *options;
    const struct fetch_ports *ports;
    const struct transport *transport;
    struct fetch_summary *summary;
    struct error *err;
    struct json_reader *json;      /* for the reply in hand */
    struct json_reader *kept_json; /* for what was kept, so that the other's document stays */
    struct tasks tasks;
    struct jitter jitter;
    struct pace pace;
    struct outage outage;
    struct doubt doubt;
    char last_failure[512]; /* of a request, as a person is told of it */
    int under_way;
    uint64_t begun;   /* jobs that were taken from the port */
    bool ended;       /* there are no further jobs */
    int64_t next_ms;  /* the port is not asked for one before */
    bool port_failed; /* then no port is called any more */
    int64_t ticked_ms;
    enum result stopped; /* by a signal; RESULT_OK: not */
    int64_t stop_ms;     /* then what is under way has until here */
    bool closing;        /* no request is sent any more, but for a signal: summary->end says why */
    int64_t deadline_ms; /* no request is sent from here on */
    int64_t told_ms;     /* a person was told of a hold up to here */
};

/* fetch_run() over the given transport, which must bear options->parallel requests and carries the clock. */
enum result fetch_loop(const struct fetch_options *options, const struct fetch_ports *ports,
                       const struct transport *transport, struct fetch_summary *summary, struct error *err);

/* What one reply leads to. Other than RESULT_OK: the run ends with that. */
enum result reply_handle(struct loop *loop, const struct reply *reply);

/* Hands on what was kept, in its order, and clears the list; or says that it never came to anything. */
enum result reply_deliver_kept(struct loop *loop, struct kept_list *list);
enum result reply_abandon_kept(struct loop *loop, struct kept_list *list);

enum result reply_abandon(struct loop *loop, const struct fetch_job *job, unsigned requests);

/* RESULT_API, for a run in which nothing came but failures. */
enum result reply_only_failures(struct loop *loop);

#endif
