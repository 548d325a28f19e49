#include "rate.h"

static int64_t full(const struct rate_rule *rule)
{
    return rule->window ? rule->requests : rule->burst * rule->unit_ns;
}

/* What one request costs. */
static int64_t price(const struct rate_rule *rule)
{
    return rule->window ? 1 : rule->unit_ns;
}

bool rate_init(struct rate *rate, const struct rate_rule *rule, int64_t now_ns)
{
    *rate = (struct rate){.rule = *rule, .start_ns = now_ns, .seen_ns = now_ns};
    if (rule->requests > 0) {
        int64_t most = full(rule) / price(rule);
        rate->credit = rule->spent < most ? full(rule) - rule->spent * price(rule) : 0;
    }
    return pthread_mutex_init(&rate->lock, NULL) == 0;
}

void rate_destroy(struct rate *rate)
{
    pthread_mutex_destroy(&rate->lock);
}

static int64_t round_up(int64_t n, int64_t by)
{
    return (n + by - 1) / by;
}

static void advance(struct rate *rate, int64_t now_ns)
{
    const struct rate_rule *rule = &rate->rule;
    if (now_ns <= rate->seen_ns)
        return; /* another thread has read the clock later and come first */
    if (rule->window) {
        int64_t before = (rate->seen_ns - rate->start_ns) / rule->unit_ns;
        if ((now_ns - rate->start_ns) / rule->unit_ns != before)
            rate->credit = rule->requests;
    } else if (now_ns - rate->seen_ns >= round_up(full(rule) - rate->credit, rule->requests)) {
        rate->credit = full(rule);
    } else {
        rate->credit += (now_ns - rate->seen_ns) * rule->requests;
    }
    rate->seen_ns = now_ns;
}

static struct rate_view view(const struct rate *rate)
{
    const struct rate_rule *rule = &rate->rule;
    struct rate_view v = {.limited = true, .limit = rule->requests, .remaining = rate->credit / price(rule)};
    if (rule->window) {
        v.reset_ns = rule->unit_ns - (rate->seen_ns - rate->start_ns) % rule->unit_ns;
        v.retry_ns = v.reset_ns;
    } else {
        v.reset_ns = round_up(full(rule) - rate->credit, rule->requests);
        v.retry_ns = rate->credit < rule->unit_ns ? round_up(rule->unit_ns - rate->credit, rule->requests) : 0;
    }
    return v;
}

static struct rate_view look(struct rate *rate, int64_t now_ns, bool take)
{
    if (rate->rule.requests == 0)
        return (struct rate_view){0};
    pthread_mutex_lock(&rate->lock);
    advance(rate, now_ns);
    bool refused = rate->credit < price(&rate->rule);
    if (take && !refused)
        rate->credit -= price(&rate->rule);
    struct rate_view v = view(rate);
    v.refused = take && refused;
    pthread_mutex_unlock(&rate->lock);
    return v;
}

struct rate_view rate_take(struct rate *rate, int64_t now_ns)
{
    return look(rate, now_ns, true);
}

struct rate_view rate_look(struct rate *rate, int64_t now_ns)
{
    return look(rate, now_ns, false);
}
