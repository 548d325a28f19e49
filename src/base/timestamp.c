#include "timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400
#define YEAR_0_DAYS INT64_C(-719528)  /* 0000-01-01, from 1970-01-01 */
#define YEAR_10000_DAYS INT64_C(2932897)

/* Years begin in March, so that the leap day is their last. */
int64_t timestamp_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : lengths[month - 1];
}

/* A cursor over the text: every step that finds something else than it wants makes it fail for good. */
struct scan {
    const char *s;
    size_t len;
    bool ok;
};

static int scan_digits(struct scan *in, size_t n)
{
    int value = 0;
    if (in->len < n)
        in->ok = false;
    for (size_t i = 0; in->ok && i < n; i++) {
        if (in->s[i] < '0' || in->s[i] > '9')
            in->ok = false;
        else
            value = value * 10 + (in->s[i] - '0');
    }
    if (in->ok) {
        in->s += n;
        in->len -= n;
    }
    return value;
}

static char scan_one_of(struct scan *in, const char *wanted)
{
    if (!in->ok || in->len == 0 || in->s[0] == '\0' || !strchr(wanted, in->s[0])) {
        in->ok = false;
        return '\0';
    }
    in->len--;
    return *in->s++;
}

static int32_t scan_fraction(struct scan *in)
{
    int32_t nsec = 0;
    int digits = 0;
    scan_one_of(in, ".");
    while (in->ok && in->len > 0 && in->s[0] >= '0' && in->s[0] <= '9') {
        int digit = scan_digits(in, 1);
        if (digits < 9)
            nsec = nsec * 10 + digit;
        digits++;
    }
    if (digits == 0)
        in->ok = false;
    for (; digits < 9; digits++)
        nsec *= 10;
    return nsec;
}

/* Seconds east of UTC. */
static int scan_zone(struct scan *in)
{
    if (!in->ok || in->len == 0)
        return 0;
    char sign = scan_one_of(in, "Zz+-");
    if (sign == 'Z' || sign == 'z')
        return 0;
    int hours = scan_digits(in, 2);
    scan_one_of(in, ":");
    int minutes = scan_digits(in, 2);
    if (hours > 23 || minutes > 59)
        in->ok = false;
    return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

bool timestamp_parse(struct text t, struct timestamp *out)
{
    struct scan in = {t.bytes, t.len, t.bytes != NULL};
    int year = scan_digits(&in, 4);
    scan_one_of(&in, "-");
    int month = scan_digits(&in, 2);
    scan_one_of(&in, "-");
    int day = scan_digits(&in, 2);
    scan_one_of(&in, "Tt ");
    int hour = scan_digits(&in, 2);
    scan_one_of(&in, ":");
    int minute = scan_digits(&in, 2);
    scan_one_of(&in, ":");
    int second = scan_digits(&in, 2);
    int32_t nsec = in.ok && in.len > 0 && in.s[0] == '.' ? scan_fraction(&in) : 0;
    int zone = scan_zone(&in);
    if (!in.ok || in.len > 0 || month < 1 || month > 12 || day < 1 || day > month_length(year, month) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t days = timestamp_days(year, month, day);
    int64_t sec = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - zone;
    if (sec < YEAR_0_DAYS * SECONDS_PER_DAY || sec >= YEAR_10000_DAYS * SECONDS_PER_DAY)
        return false;
    *out = (struct timestamp){sec, nsec};
    return true;
}

static char *put_two(char *out, unsigned value, char behind)
{
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
    out[2] = behind;
    return out + 3;
}

static char *put_fraction(char *out, unsigned nsec)
{
    if (nsec == 0)
        return out;
    out[0] = '.';
    for (int i = 9; i > 0; i--) {
        out[i] = (char)('0' + nsec % 10);
        nsec /= 10;
    }
    char *end = out + 10;
    while (end[-1] == '0')
        end--;
    return end;
}

/* By hand: reports have four of these in a row. */
size_t timestamp_format(struct timestamp t, char out[static TIMESTAMP_TEXT_MAX])
{
    int64_t days = t.sec / SECONDS_PER_DAY;
    int64_t rest = t.sec % SECONDS_PER_DAY;
    if (rest < 0) {
        days--;
        rest += SECONDS_PER_DAY;
    }
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    unsigned second = (unsigned)rest;
    put_two(out, (unsigned)year / 100, ' ');
    char *at = put_two(out + 2, (unsigned)year % 100, '-');
    at = put_two(at, (unsigned)month, '-');
    at = put_two(at, (unsigned)day, 'T');
    at = put_two(at, second / 3600, ':');
    at = put_two(at, second / 60 % 60, ':');
    at = put_fraction(put_two(at, second % 60, 'Z') - 1, (unsigned)t.nsec);
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - out);
}

int64_t timestamp_ms(struct timestamp t)
{
    return t.sec * 1000 + t.nsec / 1000000;
}

struct timestamp timestamp_back(struct timestamp t, int64_t ms)
{
    t.sec -= ms / 1000;
    t.nsec -= (int32_t)(ms % 1000) * 1000000;
    if (t.nsec < 0) {
        t.nsec += 1000000000;
        t.sec--;
    }
    return t;
}

static bool years_back(int years, struct timestamp now, struct timestamp *out)
{
    int year, month, day;
    int64_t days = (now.sec >= 0 ? now.sec : now.sec - (SECONDS_PER_DAY - 1)) / SECONDS_PER_DAY;
    civil_from_days(days, &year, &month, &day);
    year -= years;
    if (year < 0)
        return false;
    int last = month_length(year, month);
    *out = now;
    out->sec += (timestamp_days(year, month, day < last ? day : last) - days) * SECONDS_PER_DAY;
    return true;
}

bool timestamp_before(const char *age, struct timestamp now, struct timestamp *out)
{
    struct scan in = {age, strlen(age), true};
    int64_t ms = 0;
    if (in.len >= 2 && in.len <= 5 && age[in.len - 1] == 'y') {
        int years = scan_digits(&in, in.len - 1);
        return in.ok && years > 0 && years_back(years, now, out);
    }
    if (!duration_parse(age, &ms) || ms == 0)
        return false;
    *out = timestamp_back(now, ms);
    return true;
}

int timestamp_compare(struct timestamp a, struct timestamp b)
{
    if (a.sec != b.sec)
        return a.sec < b.sec ? -1 : 1;
    return (a.nsec > b.nsec) - (a.nsec < b.nsec);
}

bool duration_parse(const char *s, int64_t *ms)
{
    static const int64_t limit = INT64_C(36525) * SECONDS_PER_DAY; /* a hundred years */
    int64_t value = 0;
    const char *p = s;
    for (; *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (*p - '0');
        if (value > limit)
            return false;
    }
    if (p == s)
        return false;
    int64_t unit = *p == '\0' || *p == 's' ? 1 : *p == 'm' ? 60 : *p == 'h' ? 3600 : *p == 'd' ? SECONDS_PER_DAY : 0;
    if (unit == 0 || (*p != '\0' && p[1] != '\0') || value > limit / unit)
        return false;
    *ms = value * unit * 1000;
    return true;
}

struct timestamp clock_now(const struct clock *clock)
{
    if (clock->fixed)
        return clock->at;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct timestamp){now.tv_sec, (int32_t)now.tv_nsec};
}

int64_t clock_monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
