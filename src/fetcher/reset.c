#include "reset.h"

/* Statements of a reset that is as far away as this are taken for statements of the same one as long as they agree.
 * Nearer ones may well be of two. */
#define SAME_FROM_MS 5000

#define SECOND_MS 1000
#define WELL_KNOWN_MS 100 /* no request is delayed to know it better */

static bool narrow(struct span *span, struct span by)
{
    if (by.lo > span->lo)
        span->lo = by.lo;
    if (by.hi < span->hi)
        span->hi = by.hi;
    return span->lo <= span->hi;
}

void reset_hear_date(struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms,
                     int64_t wall_ms)
{
    struct span heard = {wall_ms - now_ms, wall_ms - now_ms};
    if (limits->date_ms > 0)
        heard = (struct span){limits->date_ms - now_ms, limits->date_ms + 1000 - sent_ms};
    if (!reset->clock_known || limits->date_ms == 0 || !narrow(&reset->clock, heard))
        reset->clock = heard;
    reset->clock_known = true;
}

struct span reset_stated(const struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms)
{
    if (limits->reset == LIMITS_RESET_AT)
        return (struct span){limits->reset_ms - reset->clock.hi, limits->reset_ms - reset->clock.lo};
    return (struct span){sent_ms + limits->reset_ms, now_ms + limits->reset_ms};
}

static struct span rounded(struct span stated, enum rounding rounding, int64_t grain)
{
    int64_t below = rounding == ROUNDED_UP ? grain : rounding == ROUNDED_NEAREST ? (grain + 1) / 2 : 0;
    int64_t above = rounding == ROUNDED_DOWN ? grain : rounding == ROUNDED_NEAREST ? (grain + 1) / 2 : 0;
    return (struct span){stated.lo - below, stated.hi + above};
}

static bool may_be_same(const struct reset *reset, const struct limits *limits)
{
    if (!reset->known || reset->kind != limits->reset)
        return false;
    if (limits->reset == LIMITS_RESET_AT)
        return reset->stated_ms == limits->reset_ms;
    struct span span = reset_span(reset);
    return span.lo - reset->since_ms >= SAME_FROM_MS;
}

void reset_state(struct reset *reset, const struct limits *limits, int64_t sent_ms, int64_t now_ms, bool anew)
{
    struct span stated = reset_stated(reset, limits, sent_ms, now_ms);
    struct span narrowed[ROUNDINGS];
    bool same = !anew && may_be_same(reset, limits);
    for (int i = 0; i < ROUNDINGS && same; i++) {
        narrowed[i] = reset->spans[i];
        same = narrow(&narrowed[i], rounded(stated, (enum rounding)i, limits->grain_ms));
    }
    if (!same)
        reset->since_ms = now_ms;
    for (int i = 0; i < ROUNDINGS; i++)
        reset->spans[i] = same ? narrowed[i] : rounded(stated, (enum rounding)i, limits->grain_ms);
    reset->kind = limits->reset;
    reset->stated_ms = limits->reset_ms;
    reset->known = true;
}

void reset_happened(struct reset *reset, int64_t after_ms, int64_t by_ms)
{
    bool any = false;
    for (int i = 0; i < ROUNDINGS; i++) {
        reset->refuted[i] = reset->refuted[i] || reset->spans[i].hi + RESET_MARGIN_MS < after_ms ||
                            reset->spans[i].lo - RESET_MARGIN_MS > by_ms;
        any = any || !reset->refuted[i];
    }
    for (int i = 0; i < ROUNDINGS && !any; i++)
        reset->refuted[i] = false;
}

void reset_set(struct reset *reset, int64_t at_ms)
{
    reset->known = true;
    reset->kind = LIMITS_RESET_NONE;
    for (int i = 0; i < ROUNDINGS; i++)
        reset->spans[i] = (struct span){at_ms, at_ms};
}

struct span reset_span(const struct reset *reset)
{
    struct span all = {INT64_MAX, INT64_MIN};
    for (int i = 0; i < ROUNDINGS; i++) {
        if (reset->refuted[i])
            continue;
        if (reset->spans[i].lo < all.lo)
            all.lo = reset->spans[i].lo;
        if (reset->spans[i].hi > all.hi)
            all.hi = reset->spans[i].hi;
    }
    all.hi += RESET_MARGIN_MS;
    return all;
}

int64_t reset_telling(const struct reset *reset, int64_t from_ms)
{
    /* What is stated changes at full seconds: of the server's clock, or before the reset. */
    struct span tick = reset->kind == LIMITS_RESET_AT ? (struct span){-reset->clock.hi, -reset->clock.lo}
                                                      : reset->spans[ROUNDED_UP];
    int64_t width = tick.hi - tick.lo;
    if (!reset->known || width < WELL_KNOWN_MS || from_ms + 2 * SECOND_MS > reset_span(reset).lo)
        return from_ms;
    int64_t late = (from_ms - (tick.lo + width / 2)) % SECOND_MS;
    return from_ms + (late > 0 ? SECOND_MS - late : -late);
}
