#include "retry.h"

#include <stdio.h>
#include <string.h>

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t jitter_next(struct jitter *jitter)
{
    jitter->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = jitter->state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int64_t jitter_upto(struct jitter *jitter, int64_t bound)
{
    /* The bias of the remainder is below 2^-40 for any bound used here. */
    return (int64_t)(jitter_next(jitter) % ((uint64_t)bound + 1));
}

int64_t retry_bound_ms(int64_t base_ms, int64_t cap_ms, unsigned doublings)
{
    int64_t bound = base_ms;
    for (unsigned i = 0; i < doublings && bound < cap_ms; i++)
        bound *= 2;
    return bound < cap_ms ? bound : cap_ms;
}

int64_t retry_backoff_ms(unsigned failures, struct jitter *jitter)
{
    return jitter_upto(jitter, retry_bound_ms(RETRY_BASE_MS, RETRY_CAP_MS, failures - 1));
}

/* The three forms, a letter of the form for each character of the text: w stands for a day's name of any length, m for
 * a month's name, D for a digit or a blank, and d Y y h i s for digits. All else stands for itself. */
static const char *const date_forms[] = {
    "w, dd m YYYY hh:ii:ss GMT", /* IMF-fixdate */
    "w, dd-m-yy hh:ii:ss GMT",   /* RFC 850 */
    "w m Dd hh:ii:ss YYYY",      /* asctime() */
};

struct date {
    int year;
    bool short_year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
};

static size_t letters_at(struct text t)
{
    size_t n = 0;
    while (n < t.len && ((t.bytes[n] >= 'A' && t.bytes[n] <= 'Z') || (t.bytes[n] >= 'a' && t.bytes[n] <= 'z')))
        n++;
    return n;
}

static int month_at(struct text t)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 0; month < 12 && t.len >= 3; month++)
        if (memcmp(t.bytes, names + 3 * month, 3) == 0)
            return month + 1;
    return 0;
}

static int *number_of(struct date *date, char kind)
{
    switch (kind) {
    case 'D':
    case 'd': return &date->day;
    case 'Y':
    case 'y': return &date->year;
    case 'h': return &date->hour;
    case 'i': return &date->minute;
    case 's': return &date->second;
    default: return NULL;
    }
}

/* Bytes of t that the letter of the form stands for; 0 where there are none. */
static size_t match(struct date *date, char kind, struct text t)
{
    if (t.len == 0)
        return 0;
    if (kind == 'w')
        return letters_at(t);
    if (kind == 'm') {
        date->month = month_at(t);
        return date->month > 0 ? 3 : 0;
    }
    int *number = number_of(date, kind);
    if (!number)
        return t.bytes[0] == kind;
    if (kind == 'D' && t.bytes[0] == ' ')
        return 1;
    if (t.bytes[0] < '0' || t.bytes[0] > '9')
        return 0;
    *number = *number * 10 + (t.bytes[0] - '0');
    if (kind == 'y')
        date->short_year = true;
    return 1;
}

static bool matches(const char *form, struct text t, struct date *date)
{
    *date = (struct date){0};
    for (; *form != '\0'; form++) {
        size_t n = match(date, *form, t);
        if (n == 0)
            return false;
        t.bytes += n;
        t.len -= n;
    }
    return t.len == 0;
}

/* timestamp_parse() knows the calendar, so the date goes there in its spelling. */
static bool timestamp_of(const struct date *date, struct timestamp *out)
{
    char text[96];
    int len = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", date->year, date->month, date->day,
                       date->hour, date->minute, date->second);
    return timestamp_parse((struct text){text, (size_t)len}, out);
}

/* RFC 9110, 5.6.7: a year that seems more than 50 years ahead is the latest past one with these digits. */
static void widen_year(struct date *date, struct timestamp reference)
{
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(reference, now);
    int this_year = (now[0] - '0') * 1000 + (now[1] - '0') * 100 + (now[2] - '0') * 10 + (now[3] - '0');
    date->year += this_year / 100 * 100;
    if (date->year > this_year + 50)
        date->year -= 100;
}

bool http_date_parse(struct text value, struct timestamp reference, struct timestamp *out)
{
    struct text t = text_trim(value);
    for (size_t i = 0; t.bytes && i < sizeof date_forms / sizeof date_forms[0]; i++) {
        struct date date;
        if (!matches(date_forms[i], t, &date))
            continue;
        if (date.short_year)
            widen_year(&date, reference);
        return timestamp_of(&date, out);
    }
    return false;
}

static bool seconds_parse(struct text t, int64_t *ms)
{
    int64_t value = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (t.bytes[i] < '0' || t.bytes[i] > '9')
            return false;
        if (value < RETRY_AFTER_MAX_MS)
            value = value * 10 + (t.bytes[i] - '0');
    }
    *ms = value < RETRY_AFTER_MAX_MS / 1000 ? value * 1000 : RETRY_AFTER_MAX_MS;
    return t.len > 0;
}

int64_t retry_after_ms(struct text value, struct text date, struct timestamp now)
{
    int64_t ms;
    if (seconds_parse(text_trim(value), &ms))
        return ms;
    struct timestamp reference = now;
    http_date_parse(date, now, &reference);
    struct timestamp until;
    if (!http_date_parse(value, reference, &until))
        return RETRY_AFTER_NONE;
    if (timestamp_compare(until, reference) <= 0)
        return 0;
    int64_t seconds = until.sec - reference.sec;
    if (seconds >= RETRY_AFTER_MAX_MS / 1000)
        return RETRY_AFTER_MAX_MS;
    return seconds * 1000 - reference.nsec / 1000000;
}
