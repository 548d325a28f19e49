#include "pace.h"

/* A quota that an earlier run left is believed for so long: of a month at most. */
#define RECALL_MAX_MS LIMITS_RESET_MAX_MS

struct pace pace_start(const struct fetch_rate *rate, int parallel, int64_t now_ms)
{
    return (struct pace){
        .rate = *rate,
        .parallel = parallel,
        .open = rate->kind == FETCH_RATE_NONE,
        .start_ms = now_ms,
        .limited_ms = now_ms,
        .hold_until_ms = now_ms,
    };
}

static struct timestamp timestamp_after(struct timestamp t, int64_t ms)
{
    int64_t nsec = t.nsec + ms % 1000 * 1000000;
    int64_t sec = t.sec + ms / 1000;
    if (nsec < 0) {
        nsec += 1000000000;
        sec--;
    } else if (nsec >= 1000000000) {
        nsec -= 1000000000;
        sec++;
    }
    return (struct timestamp){sec, (int32_t)nsec};
}

void pace_recall(struct pace *pace, const struct fetch_quota *quota, int64_t now_ms, struct timestamp wall)
{
    int64_t wall_ms = timestamp_ms(wall);
    int64_t until_ms = timestamp_ms(quota->reset_at);
    pace->recalled = *quota;
    if (!quota->known || wall_ms < timestamp_ms(quota->stated_at))
        return;
    pace->quota.refill_per_day = quota->refill_per_day;
    if (quota->refill_per_day > 0) { /* two: less might just be missing */
        int64_t refilled_ms = timestamp_ms(quota->stated_at) + 2 * QUOTA_DAY_MS / quota->refill_per_day + 1;
        until_ms = refilled_ms < until_ms ? refilled_ms : until_ms;
    }
    int64_t wait_ms = until_ms - wall_ms;
    if (quota->remaining == 0 && wait_ms > 0 && wait_ms <= RECALL_MAX_MS && pace->rate.kind != FETCH_RATE_NONE)
        quota_begin_empty(&pace->quota, now_ms + wait_ms);
}

struct fetch_quota pace_learned(const struct pace *pace, int64_t now_ms, struct timestamp wall)
{
    const struct quota *quota = &pace->quota;
    if (!quota->stated || quota->newest == 0)
        return pace->recalled;
    struct fetch_quota learned = {
        .known = true,
        .limit = quota->limit,
        .remaining = quota_left(quota),
        .stated_at = wall,
        .refill_per_day = quota->refill_per_day,
    };
    if (quota->reset.known)
        learned.reset_at = timestamp_after(wall, reset_span(&quota->reset).hi - now_ms);
    return learned;
}

/* The user's own rate as a bucket (GCRA): `spent` is the moment, since the start and in units of 1/requests
 * milliseconds, at which the bucket is full again. */
static int64_t own_wait(const struct pace *pace, int64_t now_ms)
{
    const struct fetch_rate *rate = &pace->rate;
    if (rate->kind != FETCH_RATE_FIXED)
        return 0;
    int64_t early = pace->spent - (rate->burst - 1) * rate->period_ms - (now_ms - pace->start_ms) * rate->requests;
    return early > 0 ? (early + rate->requests - 1) / rate->requests : 0;
}

static int64_t stated_wait(const struct pace *pace, int64_t now_ms, int under_way, int wanted)
{
    return pace->rate.kind == FETCH_RATE_NONE ? 0 : quota_wait(&pace->quota, now_ms, under_way, wanted);
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t pace_wait(const struct pace *pace, int64_t now_ms, int under_way, int wanted)
{
    if (under_way >= (pace->open ? pace->parallel : 1))
        return PACE_NEVER;
    int64_t hold_ms = most(pace->hold_until_ms - now_ms, 0);
    return most(most(hold_ms, own_wait(pace, now_ms)), stated_wait(pace, now_ms, under_way, wanted));
}

enum pace_reason pace_reason(const struct pace *pace, int64_t now_ms, int under_way, int wanted)
{
    int64_t wait_ms = pace_wait(pace, now_ms, under_way, wanted);
    if (wait_ms == 0 || wait_ms == PACE_NEVER)
        return PACE_FREE;
    if (pace->hold_until_ms - now_ms >= wait_ms)
        return PACE_REFUSED;
    return own_wait(pace, now_ms) >= wait_ms ? PACE_OWN_RATE : PACE_USED_UP;
}

struct ticket pace_sent(struct pace *pace, int64_t now_ms, int wanted)
{
    int64_t now = (now_ms - pace->start_ms) * pace->rate.requests;
    pace->spent = most(pace->spent, now) + pace->rate.period_ms;
    return quota_send(&pace->quota, now_ms, wanted);
}

void pace_back(struct pace *pace, const struct ticket *ticket, int64_t now_ms, struct timestamp wall, bool answered,
               const struct limits *limits)
{
    quota_done(&pace->quota, ticket, now_ms, timestamp_ms(wall), answered, limits);
}

void pace_limited(struct pace *pace, int64_t now_ms, int64_t sent_ms, int64_t retry_after_ms, struct jitter *jitter)
{
    /* Several requests under way may be refused together: that is one hold, not several. */
    bool anew = pace->holds == 0 || sent_ms > pace->limited_ms;
    int64_t hold_ms = 0;
    if (retry_after_ms > 0) {
        hold_ms = retry_after_ms;
    } else if (anew) {
        int64_t bound = retry_bound_ms(PACE_HOLD_BASE_MS, PACE_HOLD_CAP_MS, pace->holds);
        hold_ms = bound - jitter_upto(jitter, bound / 2);
    }
    if (anew) {
        pace->holds++;
        pace->limited_ms = now_ms;
    }
    pace->hold_until_ms = most(pace->hold_until_ms, now_ms + hold_ms);
    pace->open = false;
    quota_refused(&pace->quota, retry_after_ms > 0 ? pace->hold_until_ms : 0, pace->hold_until_ms);
}

void pace_answered(struct pace *pace, int64_t sent_ms)
{
    if (pace->holds > 0 && sent_ms <= pace->limited_ms)
        return;
    pace->open = true;
    pace->holds = 0;
}
