#include "doubt.h"

#define HTTP_FORBIDDEN 403

bool doubt_may_begin(const struct doubt *doubt, uint64_t begun)
{
    return doubt->over || begun < FETCH_DOUBT_JOBS;
}

static bool is_doubtful(const struct kept *item, const struct reading *reading, bool nothing_resolved_yet,
                        enum doubt_kind *kind)
{
    *kind = reading->outcome == OUTCOME_REFUSED ? DOUBT_REFUSED : DOUBT_UNKNOWN;
    if (*kind == DOUBT_REFUSED)
        return item->answer.http_status == HTTP_FORBIDDEN;
    return nothing_resolved_yet && reading->outcome == OUTCOME_NOT_FOUND &&
           text_is(reading->error_code, "JOB_NOT_FOUND");
}

enum doubt_step doubt_gave_up(struct doubt *doubt)
{
    bool was_over = doubt->over;
    doubt->over = true;
    return was_over ? DOUBT_NONE : DOUBT_RESOLVED;
}

enum doubt_step doubt_step(struct doubt *doubt, const struct kept *item, const struct reading *reading,
                           bool nothing_resolved_yet)
{
    enum doubt_kind kind;
    if (doubt->over)
        return DOUBT_NONE;
    if (!is_doubtful(item, reading, nothing_resolved_yet, &kind) || (doubt->kept.count > 0 && kind != doubt->kind) ||
        !kept_add(&doubt->kept, item))
        return doubt_gave_up(doubt);
    doubt->kind = kind;
    return doubt->kept.count == FETCH_DOUBT_JOBS ? DOUBT_PROVEN : DOUBT_HOLD;
}
