#include "fetcher.h"

#include <stdlib.h>

/* The rule: ask again when DONE_PERCENT of the jobs that have lived as long as this one are done. A lower share is
 * sooner known and costs more. Where lives are lognormal (median 4 s, 99 % below 60 s), 45 % takes 2.19 requests per
 * job and is 2.75 s late, 47 % 2.10 and 2.9 s, 50 % 1.94 and 3.25 s, 55 % 1.8 and 3.8 s. The goals are 2.19 requests
 * and 3.0 s: 47 % has room on both sides (tests/unit/test_schedule.c). */
#define DONE_PERCENT 47

/* However sure the past makes it, a wait is at most the job's age and LEAP_MS. So when times change, a job is still
 * known to be done within its own life and LEAP_MS after its end. */
#define LEAP_MS 15000
#define WAIT_MAX_MS (10 * 60 * 1000)

/* Buckets are GRAIN_MS wide up to 4 s, then there are PER_OCTAVE in each doubling: a life is known to 3 %. The last
 * bucket, from 4.7 hours on, has no end. */
#define GRAIN_MS 64
#define PER_OCTAVE 32
#define OCTAVES 12
#define LAST ((size_t)PER_OCTAVE * (2 + OCTAVES))
#define LIFE_MAX_MS ((INT64_C(2) * PER_OCTAVE * GRAIN_MS) << OCTAVES)

#define ONE 256u             /* the weight of a new observation: it is halved eight times before it is lost */
#define SUM_MAX (4096 * ONE) /* where a histogram is halved, so that the old gives way to the new */
#define LEAN 16u             /* all jobs together count for a model as so many observations of its own */
#define MODELS 32

/* The medians of 32 equal shares of that lognormal distribution: what is believed before there is data. They stay, as
 * so many observations of all jobs, for ages the data says nothing of. */
static const int64_t prior_ms[] = {
    326, 569, 768, 956, 1141, 1329, 1521, 1721, 1930, 2150, 2383, 2630, 2895, 3180, 3488, 3822,
    4187, 4588, 5032, 5526, 6083, 6716, 7443, 8291, 9297, 10518, 12042, 14022, 16742, 20837, 28141, 49086,
};

struct histogram {
    uint32_t sum;
    uint32_t counts[LAST + 1];
};

struct model {
    uint64_t name; /* its hash: names have no bound */
    uint64_t uses; /* 0: the slot is free */
    struct histogram lives;
};

struct fetch_schedule {
    struct histogram all;
    struct model models[MODELS];
};

static size_t bucket_of(int64_t ms)
{
    if (ms >= LIFE_MAX_MS)
        return LAST;
    size_t grains = (size_t)(ms / GRAIN_MS);
    size_t octave = 0;
    for (; grains >= 2 * PER_OCTAVE; grains /= 2)
        octave++;
    return octave * PER_OCTAVE + grains;
}

static int64_t bucket_end(size_t bucket)
{
    size_t octave = bucket < PER_OCTAVE ? 0 : bucket / PER_OCTAVE - 1;
    return (int64_t)(bucket - octave * PER_OCTAVE + 1) * GRAIN_MS << octave;
}

static void add(struct histogram *h, int64_t ms, uint32_t weight)
{
    h->counts[bucket_of(ms)] += weight;
    h->sum += weight;
}

static void halve(struct histogram *h)
{
    h->sum = 0;
    for (size_t i = 0; i <= LAST; i++) {
        h->counts[i] /= 2;
        h->sum += h->counts[i];
    }
}

static void add_prior(struct histogram *h, uint32_t weight)
{
    for (size_t i = 0; i < sizeof prior_ms / sizeof prior_ms[0]; i++)
        add(h, prior_ms[i], weight);
}

struct fetch_schedule *fetch_schedule_new(void)
{
    struct fetch_schedule *schedule = calloc(1, sizeof *schedule);
    if (schedule)
        add_prior(&schedule->all, ONE);
    return schedule;
}

void fetch_schedule_free(struct fetch_schedule *schedule)
{
    free(schedule);
}

static bool holds(const struct model *m, uint64_t name)
{
    return m->uses > 0 && m->name == name;
}

/* The slot of this model, else the one least used. */
static size_t slot_of(const struct fetch_schedule *schedule, uint64_t name)
{
    size_t least = 0;
    for (size_t i = 0; i < MODELS; i++) {
        if (holds(&schedule->models[i], name))
            return i;
        if (schedule->models[i].uses < schedule->models[least].uses)
            least = i;
    }
    return least;
}

static void learn_model(struct fetch_schedule *schedule, uint64_t name, int64_t took_ms)
{
    struct model *m = &schedule->models[slot_of(schedule, name)];
    if (!holds(m, name))
        *m = (struct model){.name = name};
    m->uses++;
    add(&m->lives, took_ms, ONE);
    if (m->lives.sum >= SUM_MAX)
        halve(&m->lives);
}

void fetch_schedule_learn(struct fetch_schedule *schedule, struct text model, int64_t took_ms)
{
    if (took_ms < 0)
        return;
    if (model.bytes)
        learn_model(schedule, text_hash(model), took_ms);
    add(&schedule->all, took_ms, ONE);
    if (schedule->all.sum < SUM_MAX)
        return;
    halve(&schedule->all);
    add_prior(&schedule->all, ONE / 2);
    for (size_t i = 0; i < MODELS; i++)
        schedule->models[i].uses /= 2;
}

/* What a model's jobs and all jobs say together. */
struct mixture {
    const uint32_t *own;
    const uint32_t *all;
    uint64_t own_factor;
    uint64_t all_factor;
    uint64_t one; /* the weight of one observation */
};

static struct mixture mixture_of(const struct fetch_schedule *schedule, struct text model)
{
    const struct histogram *all = &schedule->all;
    uint64_t name = text_hash(model);
    const struct model *m = &schedule->models[slot_of(schedule, name)];
    if (!model.bytes || !holds(m, name))
        return (struct mixture){all->counts, all->counts, 0, 1, ONE};
    return (struct mixture){m->lives.counts, all->counts, all->sum, LEAN * ONE, (uint64_t)all->sum * ONE};
}

static uint64_t weight_at(const struct mixture *mix, size_t bucket)
{
    return mix->own[bucket] * mix->own_factor + mix->all[bucket] * mix->all_factor;
}

/* Beside what was observed, each job may be one that lives on for no one knows how long: as one observation of a life
 * that passes any age t with the chance age/t. Alone it makes the wait grow in proportion to the age; and where many
 * longer lives were observed, it is not felt. */
int64_t fetch_schedule_wait(const struct fetch_schedule *schedule, struct text model, int64_t age_ms)
{
    int64_t age = age_ms < 0 ? 0 : age_ms;
    if (age >= LIFE_MAX_MS)
        return WAIT_MAX_MS;
    int64_t longest = LEAP_MS + age;
    if (longest > WAIT_MAX_MS)
        longest = WAIT_MAX_MS;

    struct mixture mix = mixture_of(schedule, model);
    size_t first = bucket_of(age);
    uint64_t rest = 0;
    for (size_t i = first; i <= LAST; i++)
        rest += weight_at(&mix, i);
    uint64_t open = (rest + mix.one) * (100 - DONE_PERCENT) / 100;
    for (size_t i = first; i < LAST && bucket_end(i) - age < longest; i++) {
        rest -= weight_at(&mix, i);
        int64_t wait = bucket_end(i) - age;
        if (rest + mix.one * (uint64_t)age / (uint64_t)bucket_end(i) <= open)
            return wait < FETCH_POLL_MIN_MS ? FETCH_POLL_MIN_MS : wait;
    }
    return longest;
}
