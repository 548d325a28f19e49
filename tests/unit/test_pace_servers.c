/* Whole runs against servers of every kind: no request may be refused, and little time may be lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pace_world.h"

#define SEEDS 200
#define JOBS 200

static const int parallels[] = {1, 8, 64};
static const int64_t latencies[] = {2, 40, 300};

struct rate {
    int64_t requests;
    int64_t period_ms;
    int64_t burst;
};

static const struct rate rates[] = {{100, 60000, 20}, {1000, 60000, 1200}, {5, 1000, 5}, {100, 60000, 100}};

/* What a run is judged by. */
struct verdict {
    int64_t ideal_ms;
    int64_t took_ms;
    int64_t refused;
};

static struct verdict run(const struct server *like, uint64_t seed, int parallel, int64_t latency_ms, int64_t lost)
{
    struct client *client = malloc(sizeof *client);
    struct server *server = malloc(sizeof *server);
    assert_non_null(client);
    assert_non_null(server);
    *client = client_new(seed, parallel, JOBS);
    *server = *like;
    client->latency_max_ms = latency_ms;
    client->lost_of_1000 = lost;
    server_start(server, client->now);
    struct verdict verdict = {.ideal_ms = ideal_run(server, client, parallel)};
    verdict.took_ms = client_run(client, server);
    verdict.refused = client->refused;
    free(client);
    free(server);
    return verdict;
}

/* Every rate and spelling, with roundings, latencies and numbers of requests under way as the seeds have it. */
static void run_all(enum limiter_kind kind, bool spent, void (*judge)(const struct server *, const struct verdict *))
{
    static const enum headers headers[] = {HEADERS_X, HEADERS_DRAFT, HEADERS_REQUESTS, HEADERS_BOTH, HEADERS_COMBINED};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct jitter jitter = {seed};
        for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
            for (int spelling = 0; spelling <= SPELL_FINE_DURATION; spelling++) {
                struct server server = {.kind = kind, .requests = rates[r].requests, .period_ms = rates[r].period_ms,
                                        .burst = rates[r].burst, .spelling = (enum spelling)spelling,
                                        .rounding = (enum rounding)(seed % ROUNDINGS), .headers = headers[seed % 5]};
                int64_t all = kind == BUCKET ? server.burst : server.requests;
                server.wall_ms = WORLD_START + jitter_upto(&jitter, 100000);
                /* At least half a window is left: where less is, latency alone decides whether one more is needed. */
                server.phase_ms = kind == WINDOW ? jitter_upto(&jitter, server.period_ms / 2) : 0;
                server.spent = spent ? jitter_upto(&jitter, all - 2) : 0;
                struct verdict verdict = run(&server, seed, parallels[jitter_upto(&jitter, 2)],
                                             latencies[jitter_upto(&jitter, 2)], 0);
                if (verdict.refused > 0)
                    fail_msg("seed %d, rate %d, spelling %d: %d refused", (int)seed, (int)r, spelling,
                             (int)verdict.refused);
                judge(&server, &verdict);
            }
        }
    }
}

static void no_judge(const struct server *server, const struct verdict *verdict)
{
    (void)server;
    (void)verdict;
}

static void assert_swift(const struct server *server, const struct verdict *verdict)
{
    if (verdict->took_ms > verdict->ideal_ms + verdict->ideal_ms / 33 + 1000)
        fail_msg("%d in %d ms, %s: took %d ms instead of %d ms", (int)server->requests, (int)server->period_ms,
                 server->spelling == SPELL_EPOCH ? "epoch" : "delta or duration", (int)verdict->took_ms,
                 (int)verdict->ideal_ms);
}

static int64_t runs;
static int64_t slow_runs;
static int64_t total_ms;
static int64_t total_ideal_ms;

static void count_run(const struct server *server, const struct verdict *verdict)
{
    (void)server;
    runs++;
    slow_runs += verdict->took_ms > verdict->ideal_ms + verdict->ideal_ms / 33 + 1000;
    total_ms += verdict->took_ms;
    total_ideal_ms += verdict->ideal_ms;
}

static void count_afresh(void)
{
    runs = slow_runs = total_ms = total_ideal_ms = 0;
}

static void a_bucket_is_used_to_the_full_and_never_overdrawn(void **state)
{
    (void)state;
    count_afresh();
    run_all(BUCKET, false, count_run);
    assert_true(runs >= SEEDS);
    assert_true(slow_runs <= runs / 50);
    assert_true(total_ms <= total_ideal_ms + total_ideal_ms / 50);
}

static void a_bucket_that_is_partly_spent(void **state)
{
    (void)state;
    count_afresh();
    run_all(BUCKET, true, count_run);
    assert_true(slow_runs <= runs / 20);
    assert_true(total_ms <= total_ideal_ms + total_ideal_ms / 33);
}

/* Windows of a second, stated in whole seconds, can't be used to the full. */
static void judge_window(const struct server *server, const struct verdict *verdict)
{
    if (server->period_ms > 1000)
        assert_true(verdict->took_ms <= verdict->ideal_ms + 3 * 1000);
    else
        assert_true(verdict->took_ms <= 3 * verdict->ideal_ms);
}

static void a_window_is_used_to_the_full_and_never_overdrawn(void **state)
{
    (void)state;
    run_all(WINDOW, false, judge_window);
    run_all(WINDOW, true, no_judge);
}

static void a_window_that_begins_with_its_first_request_is_never_overdrawn(void **state)
{
    (void)state;
    run_all(LAZY_WINDOW, false, no_judge);
    run_all(LAZY_WINDOW, true, no_judge);
}

static void a_sliding_log_is_never_overdrawn(void **state)
{
    (void)state;
    run_all(SLIDING_LOG, false, no_judge);
    run_all(SLIDING_LOG, true, no_judge);
}

static void the_plain_cases_lose_at_most_three_percent_each(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (size_t p = 0; p < 3; p++) {
            for (int spelling = SPELL_EPOCH; spelling <= SPELL_DURATION; spelling++) {
                struct server server = {.kind = BUCKET, .requests = 100, .period_ms = 60000, .burst = 20,
                                        .spelling = (enum spelling)spelling, .wall_ms = WORLD_START + (int64_t)seed};
                struct verdict verdict = run(&server, seed, parallels[p], 300, 0);
                assert_int_equal(verdict.refused, 0);
                assert_swift(&server, &verdict);
                server.kind = WINDOW;
                verdict = run(&server, seed, parallels[p], 100, 0);
                assert_int_equal(verdict.refused, 0);
                assert_swift(&server, &verdict);
            }
        }
    }
}

static void a_reset_that_tells_of_the_next_request_only_is_no_trap(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct server server = {.kind = BUCKET, .requests = 100, .period_ms = 60000, .burst = 20, .next_token = true,
                                .spelling = SPELL_DELTA, .wall_ms = WORLD_START};
        struct verdict verdict = run(&server, seed, parallels[seed % 3], 300, 0);
        assert_int_equal(verdict.refused, 0);
        assert_swift(&server, &verdict);
    }
}

static void requests_that_are_lost_do_not_spoil_the_count(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct server server = {.kind = seed % 2 ? BUCKET : WINDOW, .requests = 100, .period_ms = 60000, .burst = 20,
                                .wall_ms = WORLD_START};
        struct verdict verdict = run(&server, seed, parallels[seed % 3], 300, 30);
        assert_int_equal(verdict.refused, 0);
        /* What is lost costs a request all the same: a second window more at most. */
        assert_true(verdict.took_ms <= verdict.ideal_ms + 60000 + 3000);
    }
}

static void who_shares_the_quota_is_reckoned_with(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct jitter jitter = {seed};
        struct server server = {.kind = seed % 2 ? BUCKET : WINDOW, .requests = 100, .period_ms = 60000, .burst = 20,
                                .wall_ms = WORLD_START, .others_every_ms = 1000 + jitter_upto(&jitter, 3000)};
        struct verdict verdict = run(&server, seed, parallels[seed % 3], 300, 0);
        assert_in_range(verdict.refused, 0, 3);
        assert_true(verdict.took_ms <= 5 * 60000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_is_used_to_the_full_and_never_overdrawn),
        cmocka_unit_test(a_bucket_that_is_partly_spent),
        cmocka_unit_test(a_window_is_used_to_the_full_and_never_overdrawn),
        cmocka_unit_test(a_window_that_begins_with_its_first_request_is_never_overdrawn),
        cmocka_unit_test(a_sliding_log_is_never_overdrawn),
        cmocka_unit_test(the_plain_cases_lose_at_most_three_percent_each),
        cmocka_unit_test(a_reset_that_tells_of_the_next_request_only_is_no_trap),
        cmocka_unit_test(requests_that_are_lost_do_not_spoil_the_count),
        cmocka_unit_test(who_shares_the_quota_is_reckoned_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
