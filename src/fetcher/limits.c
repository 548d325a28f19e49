#include "limits.h"

#include <string.h>

#include "retry.h"

#define EPOCH_S_FROM INT64_C(1000000000)   /* seconds above are a moment (2001), below a duration */
#define EPOCH_S_TO INT64_C(100000000000)   /* the year 5138 */
#define EPOCH_MS_FROM INT64_C(1000000000000) /* some servers count in milliseconds */
#define EPOCH_MS_TO INT64_C(100000000000000)
#define DIGITS_MAX 15

static const struct {
    enum header limit;
    enum header remaining;
    enum header reset;
} families[] = {
    {HEADER_X_LIMIT, HEADER_X_REMAINING, HEADER_X_RESET},
    {HEADER_REQUESTS_LIMIT, HEADER_REQUESTS_REMAINING, HEADER_REQUESTS_RESET},
    {HEADER_DRAFT_LIMIT, HEADER_DRAFT_REMAINING, HEADER_DRAFT_RESET},
};

/* A decimal number in thousandths: digits beyond are dropped. */
struct number {
    int64_t thousandths;
    int64_t grain; /* what its last digit stands for */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes a number without sign off the start of t. */
static bool take_number(struct text *t, struct number *out)
{
    size_t n = 0;
    *out = (struct number){0, 1000};
    while (n < t->len && is_digit(t->bytes[n]) && n < DIGITS_MAX)
        out->thousandths = out->thousandths * 10 + (t->bytes[n++] - '0');
    out->thousandths *= 1000;
    bool ok = n > 0;
    if (ok && n + 1 < t->len && t->bytes[n] == '.' && is_digit(t->bytes[n + 1])) {
        n++;
        for (; n < t->len && is_digit(t->bytes[n]); n++) {
            if (out->grain == 1)
                continue;
            out->grain /= 10;
            out->thousandths += (t->bytes[n] - '0') * out->grain;
        }
    }
    t->bytes += n;
    t->len -= n;
    return ok;
}

/* Up to the first of these characters, which is taken off with it. */
static struct text take_until(struct text *t, const char *ends)
{
    size_t n = 0;
    while (n < t->len && (t->bytes[n] == '\0' || !strchr(ends, t->bytes[n])))
        n++;
    struct text part = text_trim((struct text){t->bytes, n});
    size_t taken = n < t->len ? n + 1 : n;
    t->bytes += taken;
    t->len -= taken;
    return part;
}

/* -1 where it is no count of requests. The drafts let a list of policies follow: "100, 100;w=60". */
static int64_t count_of(struct text value)
{
    struct text rest = value.bytes ? value : text_of("");
    struct text first = take_until(&rest, ",;");
    struct number number;
    if (!take_number(&first, &number) || first.len > 0 || number.thousandths / 1000 > LIMITS_REQUESTS_MAX)
        return -1;
    return number.thousandths / 1000;
}

/* Milliseconds of the unit at the start of t, as Go spells durations; 0 for those below a millisecond, -1: none. */
static int64_t take_unit(struct text *t)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"us", 0}, {"\xC2\xB5s", 0}, {"ns", 0}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
                 {"d", 86400000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t len = strlen(units[i].name);
        if (t->len < len || memcmp(t->bytes, units[i].name, len) != 0)
            continue;
        t->bytes += len;
        t->len -= len;
        return units[i].ms;
    }
    return -1;
}

/* "1m30s", "6s", "250ms", "1.5s". */
static bool duration_of(struct text t, struct limits *out)
{
    int64_t ms = 0;
    int64_t grain = 0;
    bool ok = t.len > 0;
    while (ok && t.len > 0) {
        struct number number;
        ok = take_number(&t, &number);
        int64_t unit = ok ? take_unit(&t) : -1;
        ok = unit >= 0 && number.thousandths / 1000 <= LIMITS_RESET_MAX_MS / (unit > 0 ? unit : 1);
        if (ok) {
            ms += number.thousandths * unit / 1000;
            grain = number.grain * unit / 1000;
        }
        ok = ok && ms <= LIMITS_RESET_MAX_MS;
    }
    out->reset = LIMITS_RESET_IN;
    out->reset_ms = ms;
    out->grain_ms = grain > 1000 ? 1000 : grain > 0 ? grain : 1; /* "1h" is not known to the hour only */
    return ok;
}

static bool number_of(struct text t, struct limits *out)
{
    struct number number;
    if (!take_number(&t, &number) || t.len > 0)
        return false;
    int64_t whole = number.thousandths / 1000;
    out->reset = whole > EPOCH_S_FROM ? LIMITS_RESET_AT : LIMITS_RESET_IN;
    out->reset_ms = number.thousandths;
    out->grain_ms = number.grain;
    if (whole >= EPOCH_MS_FROM && whole < EPOCH_MS_TO) {
        out->reset_ms = whole;
        out->grain_ms = 1;
        return true;
    }
    return whole < EPOCH_S_TO;
}

static bool moment_of(struct text t, struct timestamp now, struct limits *out)
{
    struct timestamp at;
    if (!timestamp_parse(t, &at) && !http_date_parse(t, now, &at))
        return false;
    out->reset = LIMITS_RESET_AT;
    out->reset_ms = timestamp_ms(at);
    out->grain_ms = at.nsec == 0 ? 1000 : 1;
    return true;
}

/* Milliseconds from the moment that the answer was made. */
static int64_t reset_in(const struct limits *limits, struct timestamp now)
{
    if (limits->reset == LIMITS_RESET_IN)
        return limits->reset_ms;
    return limits->reset_ms - (limits->date_ms > 0 ? limits->date_ms : timestamp_ms(now));
}

static void read_reset(struct text value, struct timestamp now, struct limits *out)
{
    struct text t = text_trim(value);
    bool ok = t.len > 0 && (number_of(t, out) || duration_of(t, out) || moment_of(t, now, out));
    if (!ok || reset_in(out, now) > LIMITS_RESET_MAX_MS || reset_in(out, now) < -LIMITS_RESET_PAST_MS) {
        out->reset = LIMITS_RESET_NONE;
        out->reset_ms = 0;
        out->grain_ms = 0;
    }
}

/* Fewer requests, or as many and later more of them. */
static void take_stricter(struct limits *best, const struct limits *other, struct timestamp now)
{
    if (!other->known)
        return;
    bool later = other->reset != LIMITS_RESET_NONE &&
                 (best->reset == LIMITS_RESET_NONE || reset_in(other, now) > reset_in(best, now));
    if (!best->known || other->remaining < best->remaining || (other->remaining == best->remaining && later))
        *best = *other;
}

static bool is_one_of(struct text name, const char *a, const char *b)
{
    return text_is(name, a) || text_is(name, b);
}

/* `"default";r=50;t=30` with a list of policies, or `limit=100, remaining=50, reset=30`, as the drafts have it
 * (draft-ietf-httpapi-ratelimit-headers 8 and later, and 7). */
static void read_combined(struct text value, int64_t date_ms, struct timestamp now, struct limits *best)
{
    struct limits item = {.date_ms = date_ms};
    struct text rest = value.bytes ? value : text_of("");
    while (rest.len > 0) {
        struct text part = take_until(&rest, ",;");
        struct text name = take_until(&part, "=");
        if (part.len == 0) { /* the name of the next policy */
            take_stricter(best, &item, now);
            item = (struct limits){.date_ms = date_ms};
            continue;
        }
        int64_t count = count_of(part);
        if (is_one_of(name, "r", "remaining") && count >= 0) {
            item.known = true;
            item.remaining = count;
        } else if (is_one_of(name, "q", "limit") && count >= 0) {
            item.limit = count;
        } else if (is_one_of(name, "t", "reset")) {
            read_reset(part, now, &item);
        }
    }
    take_stricter(best, &item, now);
}

/* The limit that `"default";q=100;w=60` states; 0: none. Of several the smallest. */
static int64_t policy_limit(struct text value)
{
    int64_t limit = 0;
    struct text rest = value.bytes ? value : text_of("");
    while (rest.len > 0) {
        struct text part = take_until(&rest, ",;");
        if (!text_is(take_until(&part, "="), "q"))
            continue;
        int64_t count = count_of(part);
        if (count > 0 && (limit == 0 || count < limit))
            limit = count;
    }
    return limit;
}

static bool states_nothing(const struct text headers[static HEADER_COUNT])
{
    static const enum header stating[] = {
        HEADER_X_LIMIT, HEADER_X_REMAINING, HEADER_X_RESET, HEADER_REQUESTS_LIMIT, HEADER_REQUESTS_REMAINING,
        HEADER_REQUESTS_RESET, HEADER_DRAFT_LIMIT, HEADER_DRAFT_REMAINING, HEADER_DRAFT_RESET, HEADER_RATE_LIMIT,
    };
    for (size_t i = 0; i < sizeof stating / sizeof stating[0]; i++)
        if (headers[stating[i]].bytes)
            return false;
    return true;
}

struct limits limits_read(const struct text headers[static HEADER_COUNT], struct timestamp now)
{
    struct timestamp date = {0};
    if (states_nothing(headers))
        return (struct limits){0};
    http_date_parse(headers[HEADER_DATE], now, &date);
    int64_t date_ms = date.sec > 0 ? timestamp_ms(date) : 0;
    struct limits best = {.date_ms = date_ms};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        struct limits limits = {.date_ms = date_ms};
        int64_t limit = count_of(headers[families[i].limit]);
        int64_t remaining = count_of(headers[families[i].remaining]);
        limits.limit = limit > 0 ? limit : 0;
        limits.known = remaining >= 0;
        limits.remaining = remaining >= 0 ? remaining : 0;
        read_reset(headers[families[i].reset], now, &limits);
        take_stricter(&best, &limits, now);
    }
    read_combined(headers[HEADER_RATE_LIMIT], date_ms, now, &best);
    if (best.known && best.limit == 0)
        best.limit = policy_limit(headers[HEADER_RATE_LIMIT_POLICY]);
    return best;
}
