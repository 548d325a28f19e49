/* What the schedule of --wait costs and how late it is, by simulation, beside the vendor's loop and a backoff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fetcher.h"

#define JOBS 20000
#define BATCH 50 /* jobs that run at the same time: none of them knows of another's end */
#define MOST_LATE_MS 15000 /* and the job's own life: however wrong what was learned, no completion is known later */
#define WAIT_MOST_MS 600000

struct life {
    int64_t ms;
    const char *model;
};
typedef struct life draw_life(void);

static uint64_t random_state;

/* SplitMix64: 0 to below 1. */
static double uniform(void)
{
    random_state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random_state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* (1 + x/n)^n, to the second order. Without libm the numbers are the same on every machine. */
static double exp_of(double x)
{
    double step = x / 65536;
    double y = 1 + step + step * step / 2;
    for (int i = 0; i < 16; i++)
        y *= y;
    return y;
}

static double normal(void)
{
    double sum = -24;
    for (int i = 0; i < 48; i++)
        sum += uniform();
    return sum / 2;
}

/* Of mean 1. */
static double exponential(void)
{
    double a = normal(), b = normal();
    return (a * a + b * b) / 2;
}

static struct life life_of(double seconds, const char *model)
{
    return (struct life){(int64_t)(seconds * 1000), model};
}

static double long_tailed(double median)
{
    return median * exp_of(1.16410 * normal()); /* ln(15) / 2.32635: 99 % are below 15 medians */
}

static struct life lognormal(void)
{
    return life_of(long_tailed(4), "a");
}

static struct life lognormal_40s(void)
{
    return life_of(long_tailed(40), "a");
}

static struct life exponential_10s(void)
{
    return life_of(10 * exponential(), "a");
}

static struct life uniform_60s(void)
{
    return life_of(60 * uniform(), "a");
}

static struct life bimodal(void)
{
    return life_of((uniform() < 0.8 ? 3 : 300) * exp_of(0.15 * normal()), "a");
}

static struct life constant_8s(void)
{
    return life_of(8, "a");
}

static struct life constant_300s(void)
{
    return life_of(300, "a");
}

/* At least 2 s, the mean is barely finite; cut at 4 hours. */
static struct life pareto(void)
{
    double seconds = 2 * exp_of(exponential() / 1.1);
    return life_of(seconds < 14400 ? seconds : 14400, "a");
}

static struct life two_models(void)
{
    if (uniform() < 0.5)
        return life_of(3 * exp_of(0.2 * normal()), "quick");
    return life_of(12 * exp_of(0.2 * normal()), "slow");
}

/* The same lives, but nobody says whose. */
static struct life two_unnamed(void)
{
    return life_of(two_models().ms / 1000.0, NULL);
}

enum policy { VENDOR, BACKOFF, LEARNED, POLICY_COUNT };

/* Means over the jobs: requests after the one at which the job's watch begins, and seconds from when a completion could
 * be known to when it was. */
struct figures {
    double requests[POLICY_COUNT];
    double late[POLICY_COUNT];
    double life;
};

static int64_t wait_of(enum policy policy, const struct fetch_schedule *schedule, const char *model, int64_t age,
                       unsigned asked)
{
    static const int64_t backoff[] = {1000, 2000, 4000, 8000, 16000, 30000};
    if (policy == VENDOR)
        return 2000;
    if (policy == BACKOFF)
        return backoff[asked < 5 ? asked : 5];
    int64_t wait = fetch_schedule_wait(schedule, text_of(model), age);
    assert_in_range(wait, FETCH_POLL_MIN_MS, WAIT_MOST_MS);
    return wait;
}

static void watch(struct figures *sum, const struct fetch_schedule *schedule, struct life life, int64_t start)
{
    int64_t knowable = life.ms > start ? life.ms : start;
    for (enum policy p = VENDOR; p < POLICY_COUNT; p++) {
        int64_t age = start;
        unsigned asked = 0;
        for (; age < life.ms; asked++)
            age += wait_of(p, schedule, life.model, age, asked);
        sum->requests[p] += asked;
        sum->late[p] += (double)(age - knowable) / 1000;
        if (p == LEARNED && age - knowable > MOST_LATE_MS + life.ms)
            fail_msg("a job of %lld ms is known %lld ms late", (long long)life.ms, (long long)(age - knowable));
    }
    sum->life += (double)life.ms / 1000;
}

static void report(const char *name, struct figures *f)
{
    f->life /= JOBS;
    for (enum policy p = VENDOR; p < POLICY_COUNT; p++) {
        f->requests[p] /= JOBS;
        f->late[p] /= JOBS;
    }
    print_message("# %-38s life %6.1f s; requests: loop %6.2f, backoff %5.2f, learned %5.2f; "
                  "late: loop %4.2f s, backoff %5.2f s, learned %5.2f s\n",
                  name, f->life, f->requests[VENDOR], f->requests[BACKOFF], f->requests[LEARNED], f->late[VENDOR],
                  f->late[BACKOFF], f->late[LEARNED]);
}

static struct fetch_schedule *schedule_of(draw_life *past, int jobs)
{
    struct fetch_schedule *schedule = fetch_schedule_new();
    assert_non_null(schedule);
    random_state = 1;
    for (int i = 0; past && i < jobs; i++) {
        struct life life = past();
        fetch_schedule_learn(schedule, text_of(life.model), life.ms);
    }
    return schedule;
}

struct scenario {
    const char *name;
    draw_life *past;    /* what was learned before; NULL: nothing */
    draw_life *now;
    bool learning;      /* as the run goes */
    int64_t begins_ms;  /* the watch begins at an age below this */
    double of_backoff;  /* bound: requests, as a share of the backoff's */
    double of_life;     /* bound: seconds late, as a share of the mean life */
};

static struct figures simulate(const struct scenario *scenario)
{
    struct figures f = {.life = 0};
    struct fetch_schedule *schedule = schedule_of(scenario->past, JOBS);
    random_state = 42;
    for (int done = 0; done < JOBS; done += BATCH) {
        struct life lives[BATCH];
        for (int i = 0; i < BATCH; i++) {
            lives[i] = scenario->now();
            watch(&f, schedule, lives[i], (int64_t)((double)scenario->begins_ms * uniform()));
        }
        for (int i = 0; scenario->learning && i < BATCH; i++)
            fetch_schedule_learn(schedule, text_of(lives[i].model), lives[i].ms);
    }
    fetch_schedule_free(schedule);
    report(scenario->name, &f);
    return f;
}

static void assert_at_most(const char *name, const char *what, double value, double bound)
{
    if (!(value <= bound))
        fail_msg("%s: %s %.3f, more than %.3f", name, what, value, bound);
}

/* The yardsticks are the goal's own: the vendor's loop counts its ask at creation (5.4 requests per job); the backoff
 * (3.0) and the schedule do not, they begin with a wait. */
static void assert_goal(const char *name, const struct figures *f, double late_of_backoff)
{
    assert_at_most(name, "requests", f->requests[LEARNED], 0.4 * (1 + f->requests[VENDOR]));
    assert_at_most(name, "requests", f->requests[LEARNED], 0.75 * f->requests[BACKOFF]);
    assert_at_most(name, "seconds late", f->late[LEARNED], late_of_backoff * f->late[BACKOFF]);
}

/* With an ask at creation for all three, as when a run begins with a new job. No schedule can spend 0.4 of the loop's
 * requests then and be no later than 0.85 of the backoff: it would have 1.2 for what takes at least 1.9. */
static void assert_like_for_like(const char *name, const struct figures *f)
{
    assert_at_most(name, "requests of the loop's", (1 + f->requests[LEARNED]) / (1 + f->requests[VENDOR]), 0.59);
    assert_at_most(name, "requests of the backoff's", (1 + f->requests[LEARNED]) / (1 + f->requests[BACKOFF]), 0.8);
}

static void the_goal_is_met_on_a_long_tail(void **state)
{
    (void)state;
    static const struct scenario scenarios[] = {
        {.name = "lognormal, learned before", .past = lognormal, .now = lognormal},
        {.name = "lognormal, learned before and on", .past = lognormal, .now = lognormal, .learning = true},
        {.name = "lognormal, learned as it goes", .now = lognormal, .learning = true},
    };
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct figures f = simulate(&scenarios[i]);
        assert_in_range((int64_t)(100 * f.requests[VENDOR]), 430, 460);
        assert_in_range((int64_t)(100 * f.requests[BACKOFF]), 290, 310);
        assert_in_range((int64_t)(100 * f.late[BACKOFF]), 340, 370);
        assert_goal(scenarios[i].name, &f, 0.85);
        assert_like_for_like(scenarios[i].name, &f);
    }
}

static void without_data_it_is_no_later_than_the_backoff(void **state)
{
    (void)state;
    static const struct scenario prior = {.name = "lognormal, nothing learned", .now = lognormal};
    struct figures f = simulate(&prior);
    assert_goal(prior.name, &f, 1);
}

/* Never more requests than the loop; at most 1.05 times the backoff's, mostly far fewer; late by a stated share of the
 * mean life; and for each single job what watch() demands. */
static void it_degrades_gently(void **state)
{
    (void)state;
    static const struct scenario scenarios[] = {
        {"exponential", NULL, exponential_10s, true, 0, 0.7, 0.4},
        {"uniform", NULL, uniform_60s, true, 0, 0.6, 0.3},
        {"bimodal", NULL, bimodal, true, 0, 0.6, 0.15},
        {"bimodal, watched late", bimodal, bimodal, true, 60000, 0.4, 0.15},
        {"constant 8 s", NULL, constant_8s, true, 0, 0.3, 0.04},
        {"constant 300 s", NULL, constant_300s, true, 0, 0.4, 0.04},
        {"Pareto", NULL, pareto, true, 0, 0.75, 0.4},
        {"two models", NULL, two_models, true, 0, 0.55, 0.2},
        {"lognormal, watched up to 60 s late", lognormal, lognormal, true, 60000, 0.7, 0.12},
        {"lognormal, watched up to 600 s late", lognormal, lognormal, true, 600000, 0.7, 0.02},
        {"ten times longer", NULL, lognormal_40s, true, 0, 0.5, 0.4},
        {"ten times longer, never learned", NULL, lognormal_40s, false, 0, 0.95, 0.45},
        {"constant 300 s, never learned", NULL, constant_300s, false, 0, 0.7, 1},
        {"drift to ten times longer", lognormal, lognormal_40s, true, 0, 0.5, 0.4},
        {"drift to ten times longer, unlearned", lognormal, lognormal_40s, false, 0, 1.05, 0.45},
        {"drift to ten times shorter", lognormal_40s, lognormal, true, 0, 0.7, 0.65},
        {"drift to ten times shorter, unlearned", lognormal_40s, lognormal, false, 0, 0.5, 1.7},
        {"drift from constant 300 s", constant_300s, lognormal, true, 0, 0.7, 0.9},
        {"drift from bimodal", bimodal, exponential_10s, true, 0, 0.7, 0.55},
        {"drift from bimodal, unlearned", bimodal, exponential_10s, false, 0, 0.8, 1.2},
    };
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        const struct scenario *s = &scenarios[i];
        struct figures f = simulate(s);
        assert_at_most(s->name, "requests", f.requests[LEARNED], f.requests[VENDOR]);
        assert_at_most(s->name, "requests of the backoff's", f.requests[LEARNED] / f.requests[BACKOFF], s->of_backoff);
        assert_at_most(s->name, "late per life", f.late[LEARNED] / f.life, s->of_life);
    }
}

static void knowing_the_model_pays(void **state)
{
    (void)state;
    static const struct scenario named = {"two models, named", two_models, two_models, false, 0, 0, 0};
    static const struct scenario unnamed = {"two models, unnamed", two_unnamed, two_unnamed, false, 0, 0, 0};
    struct figures with = simulate(&named);
    struct figures without = simulate(&unnamed);
    assert_at_most(named.name, "requests", with.requests[LEARNED], 0.9 * without.requests[LEARNED]);
    assert_at_most(named.name, "seconds late", with.late[LEARNED], 0.85 * without.late[LEARNED]);
}

/* All jobs are created at once and the short lives are learned first: what was just learned knows nothing of the ages
 * that the open jobs have reached. */
static void a_batch_that_begins_at_once_does_not_mislead(void **state)
{
    (void)state;
    struct figures f = {.life = 0};
    struct fetch_schedule *schedule = schedule_of(lognormal, JOBS);
    struct life *lives = calloc(JOBS, sizeof *lives);
    int64_t *asks = calloc(JOBS, sizeof *asks);
    assert_true(lives && asks);
    random_state = 42;
    for (int i = 0; i < JOBS; i++) {
        lives[i] = lognormal();
        watch(&f, schedule, lives[i], 0);
    }
    f.requests[LEARNED] = 0;
    f.late[LEARNED] = 0;
    int open = JOBS;
    for (int64_t now = 0; open > 0; now += 100) {
        for (int i = 0; i < JOBS; i++) {
            if (asks[i] < 0 || asks[i] > now)
                continue;
            f.requests[LEARNED] += asks[i] > 0;
            if (asks[i] < lives[i].ms) {
                asks[i] += wait_of(LEARNED, schedule, lives[i].model, asks[i], 0);
                continue;
            }
            fetch_schedule_learn(schedule, text_of(lives[i].model), lives[i].ms);
            f.late[LEARNED] += (double)(asks[i] - lives[i].ms) / 1000;
            asks[i] = -1;
            open--;
        }
    }
    report("lognormal, all at once", &f);
    assert_at_most("all at once", "requests", f.requests[LEARNED], 0.75 * f.requests[BACKOFF]);
    assert_at_most("all at once", "seconds late", f.late[LEARNED], 1.05 * f.late[BACKOFF]);
    free(asks);
    free(lives);
    fetch_schedule_free(schedule);
}

static int64_t wait_for(const struct fetch_schedule *schedule, const char *model, int64_t age)
{
    return fetch_schedule_wait(schedule, text_of(model), age);
}

static void learn(struct fetch_schedule *schedule, const char *model, int64_t took_ms, int times)
{
    for (int i = 0; i < times; i++)
        fetch_schedule_learn(schedule, text_of(model), took_ms);
}

static void it_waits_until_jobs_are_usually_done(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(constant_300s, JOBS);
    assert_in_range(wait_for(schedule, "a", 200000), 100000, 110000);
    assert_in_range(wait_for(schedule, "a", 295000), 5000, 15000);
    assert_in_range(wait_for(schedule, "never seen", 200000), 100000, 110000);
    assert_in_range(wait_for(schedule, NULL, 200000), 100000, 110000);
    fetch_schedule_free(schedule);
}

static void beyond_what_was_seen_the_wait_grows_with_the_age(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(lognormal, 1000);
    assert_in_range(wait_for(schedule, "a", 400000), 300000, 400000);
    assert_int_equal(wait_for(schedule, "a", 1000000), WAIT_MOST_MS);
    assert_int_equal(wait_for(schedule, "a", INT64_MAX), WAIT_MOST_MS);
    learn(schedule, "a", INT64_MAX, 10000);
    assert_int_equal(wait_for(schedule, "a", (INT64_C(1) << 24) - 1), WAIT_MOST_MS);
    fetch_schedule_free(schedule);
}

/* Else the wait at 4 s would be 3.5 s, by age alone. */
static void the_prior_stays_for_ages_without_data(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    learn(schedule, NULL, 1000, 100000);
    assert_in_range(wait_for(schedule, NULL, 4000), 4200, 5500);
    fetch_schedule_free(schedule);
}

static void every_wait_is_within_bounds(void **state)
{
    (void)state;
    static const int64_t lives[] = {0, 1, 2000, 60000, 17000000, INT64_MAX};
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        struct fetch_schedule *schedule = schedule_of(NULL, 0);
        learn(schedule, "a", lives[i], 10000);
        for (int64_t age = 1; age < INT64_MAX / 2; age += age / 64 + 1) {
            assert_in_range(wait_for(schedule, "a", age), FETCH_POLL_MIN_MS, WAIT_MOST_MS);
            assert_in_range(wait_for(schedule, NULL, age), FETCH_POLL_MIN_MS, WAIT_MOST_MS);
        }
        assert_int_equal(wait_for(schedule, "a", INT64_MIN), wait_for(schedule, "a", 0));
        fetch_schedule_free(schedule);
    }
}

static void a_life_below_zero_is_not_learned(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    struct fetch_schedule *untouched = schedule_of(NULL, 0);
    learn(schedule, "a", -1, 1000);
    learn(schedule, "a", INT64_MIN, 1000);
    for (int64_t age = 0; age < 100000; age += 100)
        assert_int_equal(wait_for(schedule, "a", age), wait_for(untouched, "a", age));
    fetch_schedule_free(untouched);
    fetch_schedule_free(schedule);
}

static void new_times_outweigh_old_ones(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    learn(schedule, "a", 3000, 1000000);
    assert_in_range(wait_for(schedule, "a", 0), 3000, 3200);
    learn(schedule, "a", 12000, 5000);
    assert_in_range(wait_for(schedule, "a", 0), 12000, 12500);
    fetch_schedule_free(schedule);
}

static void a_model_with_little_data_leans_on_all(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    learn(schedule, "common", 12000, 1000);
    learn(schedule, "rare", 3000, 2);
    assert_in_range(wait_for(schedule, "rare", 0), 12000, 12500);
    learn(schedule, "rare", 3000, 50);
    assert_in_range(wait_for(schedule, "rare", 0), 3000, 3200);
    assert_in_range(wait_for(schedule, "common", 0), 12000, 12500);
    fetch_schedule_free(schedule);
}

/* A name of its own for each job must cost no memory, nor what is known of the models really used. */
static void names_without_end_do_not_oust_the_models_in_use(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    for (int i = 0; i < 40000; i++) {
        char name[2] = {(char)(i % 256), (char)(i / 256)};
        fetch_schedule_learn(schedule, (struct text){name, sizeof name}, 12000);
        if (i % 10 == 0)
            learn(schedule, "in use", 3000, 1);
    }
    assert_in_range(wait_for(schedule, "in use", 0), 3000, 3200);
    assert_in_range(wait_for(schedule, "new", 0), 12000, 12500);
    fetch_schedule_free(schedule);
}

static void models_no_longer_used_give_way(void **state)
{
    (void)state;
    struct fetch_schedule *schedule = schedule_of(NULL, 0);
    for (char old[] = "A"; old[0] < 'A' + 40; old[0]++)
        learn(schedule, old, 12000, 1000);
    for (int i = 0; i < 40000; i++)
        learn(schedule, i % 4 ? "new, slow" : "new, quick", i % 4 ? 12000 : 3000, 1);
    assert_in_range(wait_for(schedule, "new, quick", 0), 3000, 3200);
    assert_in_range(wait_for(schedule, "new, slow", 0), 12000, 12500);
    fetch_schedule_free(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_goal_is_met_on_a_long_tail),
        cmocka_unit_test(without_data_it_is_no_later_than_the_backoff),
        cmocka_unit_test(it_degrades_gently),
        cmocka_unit_test(knowing_the_model_pays),
        cmocka_unit_test(a_batch_that_begins_at_once_does_not_mislead),
        cmocka_unit_test(it_waits_until_jobs_are_usually_done),
        cmocka_unit_test(beyond_what_was_seen_the_wait_grows_with_the_age),
        cmocka_unit_test(the_prior_stays_for_ages_without_data),
        cmocka_unit_test(every_wait_is_within_bounds),
        cmocka_unit_test(a_life_below_zero_is_not_learned),
        cmocka_unit_test(new_times_outweigh_old_ones),
        cmocka_unit_test(a_model_with_little_data_leans_on_all),
        cmocka_unit_test(names_without_end_do_not_oust_the_models_in_use),
        cmocka_unit_test(models_no_longer_used_give_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
