/* The program's one pass over the jobs against the views that say in SQL what models and daily are. */
#include "tests/unit/random.h"
#include "tests/unit/store_look.h"

#include "zone.h"

#define JOBS 600

static char ids[JOBS][16];
static char times[JOBS][16];
static char costs[JOBS][24];
static char confidences[JOBS][16];
static char created[JOBS][32];

static const char *perhaps(const char *value)
{
    return random_below(8) ? value : NULL;
}

static void describe_job(int i, struct job_spec *spec)
{
    static const char *const states[] = {"completed", "completed", "failed", "pending", "not_found", "error"};
    static const char *const models[] = {"ftg-3.0", "ftg-2.5", "", "(none)", "\xC3\xBC", "ftg-3.0-mini"};
    snprintf(ids[i], sizeof ids[i], "job_%d", i);
    snprintf(times[i], sizeof times[i], "%d.%03d", random_int(4), random_int(1000));
    snprintf(costs[i], sizeof costs[i], "%d.%09d", random_int(3), random_int(1000000000));
    snprintf(confidences[i], sizeof confidences[i], "0.%05d", random_int(100000));
    /* Around both changes of the clocks in Zurich. */
    snprintf(created[i], sizeof created[i], "2024-%s-%02dT%02d:%02d:%02dZ", random_below(2) ? "03" : "10",
             26 + random_int(6), random_int(24), random_int(60), random_int(60));
    *spec = (struct job_spec){.job_id = ids[i], .status = states[random_int((int)COUNT(states))],
                              .model = perhaps(models[random_int((int)COUNT(models))]), .time = perhaps(times[i]),
                              .cost = perhaps(costs[i]), .confidence = perhaps(confidences[i]),
                              .created_at = perhaps(created[i])};
}

static void fill_at_random(struct ledger *ledger)
{
    static struct job_spec specs[JOBS];
    static const char *const columns[] = {"client", NULL};
    static const char *const clients[] = {"Meier AG", "", "B\xC3\xBChler", "Meier AG ", "M"};
    for (int i = 0; i < JOBS; i++)
        describe_job(i, &specs[i]);
    begin_source(ledger, "a.csv", columns);
    for (int i = 0; i < JOBS; i++)
        add_job(ledger, (uint64_t)i + 2, ids[i], &clients[random_int((int)COUNT(clients))], 1);
    end_source(ledger);
    fetch(ledger, specs, JOBS);
}

static void assert_as_the_views_say(struct store *store, const struct store_filter *filter)
{
    static const char *const queries[] = {"reports/models", "reports/daily", "queries/models_by_label",
                                          "queries/daily_by_label"};
    struct error err = {""};
    must(store_look(store, filter, &err));
    size_t first = filter->by ? 2 : 0;
    for (size_t i = first; i < first + 2; i++) {
        must(store_scope(store, STORE_SCOPE_JOBS, &err));
        struct strbuf views = cells_of(store, queries[i], NULL, ALL_COLUMNS);
        must(store_scope(store, STORE_SCOPE_FIGURES, &err));
        for (int round = 0; round < 2; round++) {
            struct strbuf figures = cells_of(store, queries[i], NULL, ALL_COLUMNS);
            assert_string_equal(figures.bytes, views.bytes);
            strbuf_free(&figures);
        }
        must(store_scope(store, STORE_SCOPE_JOBS, &err));
        strbuf_free(&views);
    }
}

static void one_pass_comes_to_what_the_views_say(void **state)
{
    struct ledger *ledger = *state;
    struct error err = {""};
    const struct store_label client = {text_of("client"), text_of("Meier AG")};
    const struct store_filter filters[] = {
        STORE_FILTER_DEFAULT,
        {.threshold_nano = STORE_THRESHOLD, .in_zone = true},
        {.threshold_nano = STORE_THRESHOLD, .by = "client"},
        {.threshold_nano = STORE_THRESHOLD, .by = "client", .in_zone = true,
         .since = moment_of("2024-10-27T00:30:00Z")},
        {.threshold_nano = STORE_THRESHOLD, .until = moment_of("2024-03-31T01:00:00Z"), .labels = &client,
         .label_count = 1},
        {.threshold_nano = STORE_THRESHOLD, .model = "(none)"},
        {.threshold_nano = STORE_THRESHOLD, .model = "is not there"},
        {.threshold_nano = STORE_THRESHOLD, .states = 1u << JOB_FAILED},
    };
    fill_at_random(ledger);
    static const char *const zones[] = {"UTC", "Europe/Zurich", "Pacific/Apia", "America/St_Johns"};
    for (size_t zone = 0; zone < COUNT(zones); zone++) {
        must(zone_use(zones[zone], &err));
        for (size_t i = 0; i < COUNT(filters); i++)
            assert_as_the_views_say(ledger->store, &filters[i]);
    }
    must(zone_use("UTC", &err));
}

static void a_ledger_without_jobs_has_no_figures(void **state)
{
    assert_as_the_views_say(((struct ledger *)*state)->store, &STORE_FILTER_DEFAULT);
}

static void what_gathers_them_is_of_no_use_to_others(void **state)
{
    struct store *store = ((struct ledger *)*state)->store;
    struct error err = {""};
    struct store_rows *rows;
    bool more;
    must(store_query_own(store, "SELECT figures_add(1, 2, 3, 4, 5, 6, 7)", "own.sql", &rows, &err));
    must_fail(store_next(rows, &more, &err), RESULT_USAGE);
    assert_non_null(strstr(err.text, "of use to jobledger alone"));
    store_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_pass_comes_to_what_the_views_say, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(a_ledger_without_jobs_has_no_figures, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(what_gathers_them_is_of_no_use_to_others, open_ledger, close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
