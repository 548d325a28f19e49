#include "quota.h"

#include "retry.h"

#define SILENT_MAX 20         /* answers without a statement, then the limit is forgotten */
#define BLIND_BASE_MS 1000    /* nothing left and no reset stated: doubles */
#define BLIND_CAP_MS 60000
#define REFILL_DOUBT_RESETS 3 /* a refill that proved wrong is not believed for so many times the time to the reset, */
#define REFILL_DOUBT_MS 60000 /* but for this at most at first; doubles */
#define REFILL_DOUBT_CAP_MS 3600000
#define NEAR_MS 3000          /* a reset within this may be that of a small bucket, or of a short window */
#define SOON_MS 2000          /* the last request but one is not kept for longer */
#define ANSWERS_MS 1000       /* the last ones wait for the answers under way, but not for slow ones */
#define MARGIN_MS 60000       /* others with the same key are reckoned with for so long after they were noticed */

static bool is_left(const struct quota *quota, int64_t now_ms, int64_t *left)
{
    int64_t margin = now_ms < quota->margin_to_ms ? quota->margin : 0;
    *left = quota->granted - quota->sent - margin;
    return *left > 0;
}

static bool refill_known(const struct quota *quota, int64_t now_ms)
{
    return quota->refill_per_day > 0 && now_ms >= quota->refill_from_ms;
}

/* Whether the last request should be used to see if a bucket is being refilled. In a window that is over long after, it
 * costs nothing; where the reset is near it may fall into the next one, and so it is done ever more rarely. */
static bool worth_a_try(const struct quota *quota, int64_t now_ms)
{
    bool near = reset_span(&quota->reset).hi - quota->granted_ms <= NEAR_MS;
    return quota->reset.known && (!near || now_ms >= quota->refill_from_ms);
}

/* If all that is missing comes back by the reset, so long until two should be there. all: what there is in all. */
static int64_t two_back_ms(const struct quota *quota, int64_t all)
{
    struct span reset = reset_span(&quota->reset);
    int64_t soonest = reset.lo > quota->heard_ms ? reset.lo : quota->heard_ms;
    return (soonest + (reset.hi - soonest) / 2 - quota->heard_ms) / (all / 2 > 2 ? all / 2 : 2);
}

/* When a request should go after which `left` less one of those known to be allowed remain. */
static int64_t last_ones_at(const struct quota *quota, int64_t now_ms, int64_t left, int under_way)
{
    int64_t answers_ms = under_way > 0 ? ANSWERS_MS : 0; /* they may say that there are more */
    if (left > 2 || (left == 2 && refill_known(quota, now_ms)))
        return now_ms;
    if (refill_known(quota, now_ms))
        return quota->granted_ms + (QUOTA_DAY_MS + quota->refill_per_day - 1) / quota->refill_per_day + answers_ms;
    if (!worth_a_try(quota, now_ms))
        return now_ms;
    /* A bucket may be larger than what was left of it at first: the last but one is for a look at once. */
    int64_t soon_ms = two_back_ms(quota, quota->limit > quota->most ? quota->limit : quota->most);
    if (left == 2)
        return soon_ms <= SOON_MS ? quota->heard_ms + soon_ms + answers_ms : now_ms;
    return reset_telling(&quota->reset, quota->heard_ms + two_back_ms(quota, quota->most)) + answers_ms;
}

int64_t quota_wait(const struct quota *quota, int64_t now_ms, int under_way, int wanted)
{
    int64_t left;
    if (!quota->stated)
        return 0;
    if (is_left(quota, now_ms, &left)) {
        int64_t at_ms = wanted <= left ? now_ms : last_ones_at(quota, now_ms, left, under_way);
        return at_ms > now_ms ? at_ms - now_ms : 0;
    }
    if (quota->newest < quota->believed && under_way > 0)
        return QUOTA_NEVER;
    int64_t at_ms = quota->reset.known ? reset_span(&quota->reset).hi : quota->heard_ms + BLIND_BASE_MS;
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

struct ticket quota_send(struct quota *quota, int64_t now_ms, int wanted)
{
    int64_t left = 0;
    bool known = !quota->stated || is_left(quota, now_ms, &left);
    bool last = left == 1 && wanted > left;
    bool by_refill = last && refill_known(quota, now_ms);
    bool by_try = last && !by_refill && worth_a_try(quota, now_ms);
    quota->sent++;
    if (quota->generation.waiting == 0)
        quota->generation = (struct generation){quota->sent, 1, INT64_MAX, INT64_MAX};
    if (!known) {
        quota->believed = quota->sent;
        if (quota->granted < quota->sent)
            quota->granted = quota->sent;
    }
    return (struct ticket){quota->sent, now_ms, quota->done, quota->granted, by_refill || by_try};
}

static void forget_refill(struct quota *quota, int64_t now_ms)
{
    quota->refill_per_day = 0;
    int64_t doubt_ms = REFILL_DOUBT_MS;
    if (quota->reset.known && reset_span(&quota->reset).hi - now_ms < REFILL_DOUBT_MS / REFILL_DOUBT_RESETS)
        doubt_ms = (reset_span(&quota->reset).hi - now_ms) * REFILL_DOUBT_RESETS;
    if (doubt_ms > 0)
        quota->refill_from_ms = now_ms + retry_bound_ms(doubt_ms, REFILL_DOUBT_CAP_MS, quota->refill_failures);
    if (quota->refill_failures < 16)
        quota->refill_failures++;
    quota->first.set = false;
}

/* At least so many requests came back in at most this time. */
static void learn_refill(struct quota *quota, int64_t requests, int64_t took_ms)
{
    if (requests <= 0 || took_ms <= 0)
        return;
    int64_t per_day = requests > INT64_MAX / QUOTA_DAY_MS ? 0 : requests * QUOTA_DAY_MS / took_ms;
    if (per_day > quota->refill_per_day)
        quota->refill_per_day = per_day;
}

/* A bucket is reset when it is full: the more is missing, the later. In a window the reset only comes nearer. */
static void compare_resets(struct quota *quota, const struct mark *first, const struct mark *mark,
                           const struct limits *limits)
{
    if (first->kind == LIMITS_RESET_NONE || first->kind != mark->kind || mark->remaining >= first->remaining)
        return;
    int64_t least = mark->reset.lo - mark->now_ms - (first->reset.hi - first->sent_ms) - limits->grain_ms;
    int64_t most = mark->reset.hi - mark->sent_ms - (first->reset.lo - first->now_ms) + limits->grain_ms;
    if (least > 0)
        learn_refill(quota, first->remaining - mark->remaining - 1, most);
}

/* More is left than requests explain. A window gives back all at once, and not before its reset. */
static bool is_reset(const struct quota *quota, const struct mark *mark, int64_t overlap)
{
    int64_t all = quota->limit > 0 ? quota->limit : quota->most;
    return mark->remaining + overlap >= all - 1 &&
           (quota->last.kind == LIMITS_RESET_NONE || mark->now_ms >= quota->last.reset_from_ms);
}

/* A reset only moves forward. So of the statements of requests that were under way together the latest counts. */
static void heed_reset(struct quota *quota, const struct ticket *ticket, const struct mark *mark,
                       const struct limits *limits, bool anew)
{
    struct span known = reset_span(&quota->reset);
    bool together = quota->reset.known && ticket->sent_ms < quota->reset_ms && limits->limit == quota->limit;
    bool near = known.lo - mark->now_ms < NEAR_MS;
    if (together && mark->reset.hi + limits->grain_ms < (near ? known.hi : known.lo))
        return;
    reset_state(&quota->reset, limits, ticket->sent_ms, mark->now_ms, anew);
    quota->reset_by = ticket->nth;
    quota->reset_ms = mark->now_ms;
}

/* A statement newer than all before. */
static void compare(struct quota *quota, const struct ticket *ticket, struct mark *mark, const struct limits *limits)
{
    int64_t least = mark->remaining + ticket->done + 1;
    bool more = quota->last.set && least > quota->last.most;
    bool reset = more && is_reset(quota, mark, mark->most - least);
    if (ticket->early && mark->remaining == 0)
        forget_refill(quota, mark->now_ms);
    if (reset && quota->reset_by == quota->last.nth)
        reset_happened(&quota->reset, quota->last.sent_ms, mark->now_ms);
    if (more && !reset && quota->first.set)
        learn_refill(quota, least - quota->first.most - 1, mark->now_ms - quota->first.sent_ms);
    if (!more && quota->first.set)
        compare_resets(quota, &quota->first, mark, limits);
    if (mark->kind != LIMITS_RESET_NONE)
        heed_reset(quota, ticket, mark, limits, more);
    else
        quota->reset.known = false;
    mark->reset_from_ms = quota->reset.known ? reset_span(&quota->reset).lo : mark->now_ms;
    quota->last = *mark;
    if (reset || !quota->first.set)
        quota->first = *mark;
}

static void doubt(struct quota *quota)
{
    quota->doubtful = quota->sent;
    quota->first.set = false;
    quota->last.set = false;
}

static void grant(struct quota *quota, const struct ticket *ticket, int64_t remaining, int64_t now_ms)
{
    int64_t missing = ticket->granted - quota->sent - remaining;
    int64_t granted = remaining + ticket->done + 1;
    if (quota->stated && missing > 0 && ticket->nth > quota->doubtful) {
        doubt(quota);
        quota->granted = granted;
        quota->granted_ms = now_ms;
        if (missing > quota->margin || now_ms >= quota->margin_to_ms)
            quota->margin = missing;
        quota->margin_to_ms = now_ms + MARGIN_MS;
    } else if (!quota->stated || (granted > quota->granted && ticket->nth > quota->doubtful)) {
        quota->granted = granted;
        quota->granted_ms = now_ms;
    }
}

/* After grant(). */
static void close_generation(struct quota *quota, const struct ticket *ticket, int64_t now_ms,
                             const struct limits *limits)
{
    struct generation *generation = &quota->generation;
    int64_t stated = limits->known && ticket->nth > quota->doubtful ? limits->remaining : -1;
    if (stated < generation->lowest)
        generation->lowest = stated;
    if (ticket->nth > generation->last || --generation->waiting > 0)
        return;
    int64_t lowest = generation->lowest < generation->before ? generation->lowest : generation->before;
    if (lowest >= 0 && generation->last + lowest > quota->granted) {
        quota->granted = generation->last + lowest;
        quota->granted_ms = now_ms;
    }
    *generation = (struct generation){quota->sent, quota->sent - quota->done, INT64_MAX, generation->lowest};
}

static void hear(struct quota *quota, const struct ticket *ticket, int64_t now_ms, const struct limits *limits)
{
    struct mark mark = {
        .set = true,
        .nth = ticket->nth,
        .sent_ms = ticket->sent_ms,
        .now_ms = now_ms,
        .most = limits->remaining + quota->sent,
        .remaining = limits->remaining,
        .kind = limits->reset,
        .reset = reset_stated(&quota->reset, limits, ticket->sent_ms, now_ms),
    };
    if (ticket->nth > quota->newest) {
        quota->newest = ticket->nth;
        compare(quota, ticket, &mark, limits);
        quota->limit = limits->limit;
        quota->blind = limits->remaining > 0 || quota->reset.known ? 0 : quota->blind + 1;
        if (quota->blind > 0)
            reset_set(&quota->reset, now_ms + retry_bound_ms(BLIND_BASE_MS, BLIND_CAP_MS, quota->blind - 1));
    } else if (mark.kind != LIMITS_RESET_NONE && mark.reset.lo > reset_span(&quota->reset).hi) {
        heed_reset(quota, ticket, &mark, limits, true); /* it was counted later all the same */
    }
    if (limits->remaining + 1 > quota->most)
        quota->most = limits->remaining + 1;
    grant(quota, ticket, limits->remaining, now_ms);
    quota->stated = true;
    quota->heard_ms = now_ms;
    quota->silent = 0;
}

void quota_done(struct quota *quota, const struct ticket *ticket, int64_t now_ms, int64_t wall_ms, bool answered,
                const struct limits *limits)
{
    if (!answered) { /* whether it counts is unknown, so what is counted from here on starts anew */
        quota->first.set = false;
        quota->last.set = false;
    }
    if (limits->known || (answered && limits->date_ms > 0))
        reset_hear_date(&quota->reset, limits, ticket->sent_ms, now_ms, wall_ms);
    if (limits->known)
        hear(quota, ticket, now_ms, limits);
    else if (answered && ++quota->silent >= SILENT_MAX)
        quota->stated = false;
    quota->done++;
    close_generation(quota, ticket, now_ms, limits);
}

void quota_refused(struct quota *quota, int64_t until_ms, int64_t fallback_ms)
{
    doubt(quota);
    if (quota->granted > quota->sent)
        quota->granted = quota->sent;
    if (until_ms > 0)
        reset_set(&quota->reset, until_ms);
    else if (!quota->reset.known)
        reset_set(&quota->reset, fallback_ms);
}

void quota_begin_empty(struct quota *quota, int64_t until_ms)
{
    quota->stated = true;
    reset_set(&quota->reset, until_ms);
}

int64_t quota_left(const struct quota *quota)
{
    return quota->granted > quota->sent ? quota->granted - quota->sent : 0;
}
