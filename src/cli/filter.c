/* What --since, --until, --timezone and the like come to together. */
#include <string.h>

#include "cli.h"
#include "zone.h"

#define DATE_LEN 10 /* YYYY-MM-DD */

/* A date is the midnight with which it begins. */
static bool parse_date(struct text text, struct timestamp *at)
{
    char full[] = "YYYY-MM-DDT00:00:00Z";
    if (text.len != DATE_LEN)
        return false;
    memcpy(full, text.bytes, DATE_LEN);
    return timestamp_parse(text_of(full), at);
}

bool when_valid(struct text text)
{
    struct timestamp at;
    int64_t ms;
    return parse_date(text, &at) || timestamp_parse(text, &at) || duration_parse(text.bytes, &ms);
}

/* What names no zone is meant in the one in use. */
static bool names_zone(struct text timestamp)
{
    char last = timestamp.bytes[timestamp.len - 1];
    bool has_offset = timestamp.len > DATE_LEN && strpbrk(timestamp.bytes + DATE_LEN, "+-");
    return last == 'Z' || last == 'z' || has_offset;
}

static struct moment moment_of(const char *value, struct timestamp now)
{
    struct text text = text_of(value);
    struct moment moment = {.known = value != NULL};
    int64_t ms = 0;
    if (!value)
        return moment;
    if (parse_date(text, &moment.at) || (timestamp_parse(text, &moment.at) && !names_zone(text))) {
        moment.at.sec = zone_first(moment.at.sec);
    } else if (!timestamp_parse(text, &moment.at)) {
        duration_parse(value, &ms);
        moment.at = timestamp_back(now, ms);
    }
    return moment;
}

enum result settings_filter(struct cli *cli, struct error *err)
{
    struct settings *s = &cli->settings;
    struct store_filter *filter = &s->filter;
    const char *zone = s->timezone ? s->timezone : "UTC";
    enum result result = zone_use(zone, err);
    if (result != RESULT_OK)
        return result;
    struct timestamp now = clock_now(&s->clock);
    filter->in_zone = strcmp(zone, "UTC") != 0;
    filter->since = moment_of(s->since, now);
    filter->until = moment_of(s->until, now);
    filter->source = s->selection.source;
    filter->now = (struct moment){s->clock.fixed, now};
    s->export.by = filter->by;
    if (filter->since.known && filter->until.known && timestamp_compare(filter->since.at, filter->until.at) >= 0)
        return error_set(err, RESULT_USAGE, "--until is not behind --since: no job could be shown");
    return RESULT_OK;
}
