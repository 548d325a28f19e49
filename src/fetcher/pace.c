#include "pace.h"

struct pace pace_start(int parallel, int64_t now_ms)
{
    return (struct pace){.parallel = parallel, .limited_ms = now_ms, .hold_until_ms = now_ms};
}

int64_t pace_wait(const struct pace *pace, int64_t now_ms, int under_way)
{
    if (under_way >= (pace->open ? pace->parallel : 1))
        return PACE_NEVER;
    return pace->hold_until_ms > now_ms ? pace->hold_until_ms - now_ms : 0;
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
    if (now_ms + hold_ms > pace->hold_until_ms)
        pace->hold_until_ms = now_ms + hold_ms;
    pace->open = false;
}

void pace_answered(struct pace *pace, int64_t sent_ms)
{
    if (pace->holds > 0 && sent_ms <= pace->limited_ms)
        return;
    pace->open = true;
    pace->holds = 0;
}
