#include "ledger_fixture.h"

/* Fills the ledger with n jobs of one model, job i with the i-th of the figures. */
static void fill_figures(struct ledger *ledger, const char *model, const char *const *times,
                         const char *const *costs, const char *const *confidences, int n)
{
    struct job_spec *specs = calloc((size_t)n, sizeof *specs);
    char(*ids)[32] = calloc((size_t)n, sizeof *ids);
    assert_non_null(specs);
    assert_non_null(ids);
    for (int i = 0; i < n; i++) {
        snprintf(ids[i], sizeof ids[i], "job_%s_%d", model ? model : "none", i);
        specs[i] = (struct job_spec){
            .job_id = ids[i], .status = "completed", .model = model, .time = times ? times[i] : NULL,
            .cost = costs ? costs[i] : NULL, .confidence = confidences ? confidences[i] : NULL,
        };
    }
    fill(ledger, specs, (size_t)n);
    free(specs);
    free(ids);
}

static void test_models(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed", .model = "b", .time = "2", .cost = "0.1", .confidence = "0.9"},
        {.job_id = "job_2", .status = "failed", .model = "b", .time = "3", .cost = "0.2"},
        {.job_id = "job_3", .status = "failed", .model = "b", .time = "4", .cost = "0.2", .confidence = "1"},
        {.job_id = "job_4", .status = "failed"},
        {.job_id = "job_5", .status = "completed", .model = "(none)", .cost = "1"},
        {.job_id = "job_6", .status = "completed", .model = "=a", .time = "0", .confidence = "0"},
        {.job_id = "job_7", .status = "pending", .model = "b", .time = "100"},
        {.job_id = "job_8", .status = "not_found"},
        {.job_id = "job_9", .status = "completed", .model = "\xC3\xBC", .cost = "0"},
    };
    fill(*state, specs, COUNT(specs));
    assert_rows(*state, "models",
                "(none),2,1,1,0.5000,1.00,1.00,,,,,,\n"
                "'=a,1,1,0,0.0000,0.00,,0.000,0.000,0.000,0.000,0.0000,0.0000\n"
                "b,3,1,2,0.6667,0.50,0.166667,3.000,3.000,4.000,4.000,0.9500,0.9000\n"
                "\xC3\xBC,1,1,0,0.0000,0.00,0.00,,,,,,\n");
}

/* The whole figures 1, 2, ... n as seconds, in an order that is not theirs. */
static void fill_seconds(struct ledger *ledger, const char *model, int n)
{
    char(*texts)[16] = calloc((size_t)n, sizeof *texts);
    const char **times = calloc((size_t)n, sizeof *times);
    assert_non_null(texts);
    assert_non_null(times);
    for (int i = 0; i < n; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", (i * 7 + 3) % n + 1);
        times[i] = texts[i];
    }
    fill_figures(ledger, model, times, NULL, NULL, n);
    free(times);
    free(texts);
}

static void test_percentiles_are_the_nearest_rank(void **state)
{
    fill_seconds(*state, "m01", 1);
    fill_seconds(*state, "m02", 2);
    fill_seconds(*state, "m03", 3);
    fill_seconds(*state, "m19", 19);
    fill_seconds(*state, "m20", 20);
    fill_seconds(*state, "m22", 22);
    fill_seconds(*state, "m40", 40);
    assert_rows(*state, "models",
                "m01,1,1,0,0.0000,0.00,,1.000,1.000,1.000,1.000,,\n"
                "m02,2,2,0,0.0000,0.00,,1.500,1.000,2.000,2.000,,\n"
                "m03,3,3,0,0.0000,0.00,,2.000,2.000,3.000,3.000,,\n"
                "m19,19,19,0,0.0000,0.00,,10.000,10.000,19.000,19.000,,\n"
                "m20,20,20,0,0.0000,0.00,,10.500,10.000,19.000,20.000,,\n"
                "m22,22,22,0,0.0000,0.00,,11.500,11.000,21.000,22.000,,\n"
                "m40,40,40,0,0.0000,0.00,,20.500,20.000,38.000,40.000,,\n");
    assert_rows(*state, "daily",
                ",m01,1,1,0,0.00,1.000,1.000\n"
                ",m02,2,2,0,0.00,1.500,2.000\n"
                ",m03,3,3,0,0.00,2.000,3.000\n"
                ",m19,19,19,0,0.00,10.000,19.000\n"
                ",m20,20,20,0,0.00,10.500,19.000\n"
                ",m22,22,22,0,0.00,11.500,21.000\n"
                ",m40,40,40,0,0.00,20.500,38.000\n");
}

/* A mean is rounded once: 0.0014999995 does not become 0.001500000 first and 0.002 then. */
static void test_ties_go_to_the_even_digit(void **state)
{
    static const char *const down[] = {"0.0005", "0.0005"};
    static const char *const up[] = {"0.0015", "0.0015"};
    static const char *const almost[] = {"0.001499999", "0.001500000"};
    static const char *const beyond[] = {"0.000500001", "0.000500000"};
    static const char *const third[] = {"0.000500001", "0.000500000", "0.0005"};
    static const char *const costs_down[] = {"0.000000001", "0.000000002"}; /* mean 0.0000000015 */
    static const char *const costs_tie[] = {"0.000002", "0.000003"};        /* mean 0.0000025 */
    static const char *const costs_up[] = {"0.000003", "0.000004"};         /* mean 0.0000035 */
    static const char *const costs_odd[] = {"0.000002", "0.000003", "0.000002501"}; /* mean 0.00000250033… */
    static const char *const sure[] = {"0.00005", "0.00005"};
    static const char *const unsure[] = {"0.00015", "0.99985"}; /* mean 0.5 */
    fill_figures(*state, "a", down, costs_down, sure, 2);
    fill_figures(*state, "b", up, costs_tie, unsure, 2);
    fill_figures(*state, "c", almost, costs_up, NULL, 2);
    fill_figures(*state, "d", beyond, NULL, NULL, 2);
    fill_figures(*state, "e", third, costs_odd, NULL, 3);
    assert_rows(*state, "models",
                "a,2,2,0,0.0000,0.000000003,0.00,0.000,0.000,0.000,0.000,0.0000,0.0000\n"
                "b,2,2,0,0.0000,0.000005,0.000002,0.002,0.002,0.002,0.002,0.5000,0.0002\n"
                "c,2,2,0,0.0000,0.000007,0.000004,0.001,0.001,0.002,0.002,,\n"
                "d,2,2,0,0.0000,0.00,,0.001,0.000,0.001,0.001,,\n"
                "e,3,3,0,0.0000,0.000007501,0.000003,0.001,0.000,0.001,0.001,,\n");
}

static void test_failure_rate_ties(void **state)
{
    enum { JOBS = 32 };
    struct job_spec specs[2 * JOBS];
    char ids[2 * JOBS][32];
    /* 1 of 32 is 0.03125, 3 of 32 is 0.09375. */
    for (int i = 0; i < 2 * JOBS; i++) {
        snprintf(ids[i], sizeof ids[i], "job_%d", i);
        specs[i] = (struct job_spec){.job_id = ids[i], .status = "completed", .model = i < JOBS ? "one" : "three"};
    }
    specs[0].status = "failed";
    for (int i = JOBS; i < JOBS + 3; i++)
        specs[i].status = "failed";
    fill(*state, specs, COUNT(specs));
    assert_rows(*state, "models",
                "one,32,31,1,0.0312,0.00,,,,,,,\n"
                "three,32,29,3,0.0938,0.00,,,,,,,\n");
}

static void test_daily(void **state)
{
    static const struct job_spec specs[] = {
        {.job_id = "job_1", .status = "completed", .model = "m", .time = "1", .cost = "0.5",
         .created_at = "2024-12-16T23:59:59.999Z"},
        {.job_id = "job_2", .status = "failed", .model = "m", .time = "2", .cost = "0.25",
         .created_at = "2024-12-16T00:00:00Z"},
        {.job_id = "job_3", .status = "completed", .model = "m", .created_at = "2024-12-17T00:30:00+01:00"},
        {.job_id = "job_4", .status = "completed", .model = "m", .created_at = "2024-12-17T00:00:00Z"},
        {.job_id = "job_5", .status = "completed", .created_at = "2024-12-17T12:00:00Z", .cost = "1"},
        {.job_id = "job_6", .status = "completed", .model = "z"},
        {.job_id = "job_7", .status = "failed", .created_at = "0001-01-01T00:00:00Z"},
        {.job_id = "job_8", .status = "completed", .created_at = "1969-12-31T23:59:59Z"},
        {.job_id = "job_9", .status = "processing", .created_at = "2024-12-17T12:00:00Z"},
    };
    fill(*state, specs, COUNT(specs));
    assert_rows(*state, "daily",
                ",z,1,1,0,0.00,,\n"
                "0001-01-01,(none),1,0,1,0.00,,\n"
                "1969-12-31,(none),1,1,0,0.00,,\n"
                "2024-12-16,m,3,2,1,0.75,1.500,2.000\n"
                "2024-12-17,(none),1,1,0,1.00,,\n"
                "2024-12-17,m,1,1,0,0.00,,\n");
}

static void fill_costs(struct ledger *ledger, int n, const char *each, const char *last)
{
    const char **costs = calloc((size_t)n + 1, sizeof *costs);
    const char **times = calloc((size_t)n + 1, sizeof *times);
    assert_non_null(costs);
    assert_non_null(times);
    for (int i = 0; i < n; i++) {
        costs[i] = each;
        times[i] = "999999.999999999";
    }
    costs[n] = last;
    times[n] = "999999.999999998";
    fill_figures(ledger, "m", times, costs, NULL, n + 1);
    free(costs);
    free(times);
}

/* Sums of seconds don't fit 64 bits here, those of money just do. */
static void test_the_largest_total(void **state)
{
    fill_costs(*state, 9375, "960000", "0");
    assert_rows(*state, "models",
                "m,9376,9376,0,0.0000,9000000000.00,959897.610922,1000000.000,1000000.000,1000000.000,1000000.000,,\n");
    assert_rows(*state, "daily", ",m,9376,9376,0,9000000000.00,1000000.000,1000000.000\n");
    assert_rows(*state, "reconcile",
                "jobs.csv,2024-12-16T10:30:00Z,9376,9376,0,0,0,0,0,9376,0,0,0,9000000000.00,\n");
}

static void assert_total_refused(struct ledger *ledger)
{
    static const char *const names[] = {"models", "daily", "reconcile"};
    const struct export_options options = EXPORT_OPTIONS_DEFAULT;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct error err = {""};
        FILE *out = tmpfile();
        assert_non_null(out);
        assert_int_equal(export_write(ledger->store, export_report(names[i]), 1, &options, out, &err), RESULT_LEDGER);
        assert_non_null(strstr(err.text, names[i]));
        assert_non_null(strstr(err.text, "a total is beyond 9000000000 CHF"));
        fclose(out);
    }
}

static void test_a_total_just_too_large(void **state)
{
    fill_costs(*state, 9375, "960000", "0.000000001");
    assert_total_refused(*state);
}

static void test_a_total_beyond_64_bits(void **state)
{
    fill_costs(*state, 9300, "999999.999999999", "0");
    assert_total_refused(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_models, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_percentiles_are_the_nearest_rank, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_ties_go_to_the_even_digit, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_failure_rate_ties, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_daily, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_the_largest_total, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_a_total_just_too_large, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(test_a_total_beyond_64_bits, open_ledger, close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
