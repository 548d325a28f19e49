/* The report jobs, which is put together by the program, against its SELECT, and by both ways to read it. */
#include "tests/unit/random.h"
#include "tests/unit/store_look.h"

#define JOBS 400

static char ids[JOBS][16];
static char times[JOBS][16];
static char costs[JOBS][24];
static char created[JOBS][40];

static const char *perhaps(const char *value)
{
    return random_below(6) ? value : NULL;
}

static void describe_job(int i, struct job_spec *spec)
{
    static const char *const states[] = {"completed", "failed", "pending", "processing", "not_found", "error", "bad"};
    static const char *const confidences[] = {"0.9", "0.90", "1", "1.0", "0", "0.123456789", "9e-1", "0.000"};
    static const char *const ends[] = {"", "0", "e0", "000"};
    snprintf(ids[i], sizeof ids[i], "job_%d", i);
    const char *confidence = confidences[random_below(COUNT(confidences))];
    snprintf(times[i], sizeof times[i], "%d.%d%s", random_int(2000), random_int(1000), ends[random_below(COUNT(ends))]);
    snprintf(costs[i], sizeof costs[i], "%d.%0*d", random_int(3000), 1 + random_int(9), random_int(10));
    snprintf(created[i], sizeof created[i], "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", random_int(10000),
             1 + random_int(12), 1 + random_int(28), random_int(24), random_int(60), random_int(60),
             random_below(2) ? 0 : random_int(1000) * 1000000);
    *spec = (struct job_spec){.job_id = ids[i], .status = states[random_below(COUNT(states))],
                              .model = perhaps(random_below(2) ? "ftg-3.0" : ""), .time = perhaps(times[i]),
                              .cost = perhaps(costs[i]), .confidence = perhaps(confidence),
                              .created_at = perhaps(created[i]), .completed_at = perhaps(created[i]),
                              .error_code = perhaps("CODE"), .error_message = perhaps("said so, or not")};
}

/* Some jobs are never asked for. */
static void fill_at_random(struct ledger *ledger)
{
    static struct job_spec specs[JOBS];
    for (int i = 0; i < JOBS; i++)
        describe_job(i, &specs[i]);
    begin_source(ledger, "a.csv", NULL);
    for (int i = 0; i < JOBS; i++)
        add_job(ledger, (uint64_t)i + 2, ids[i], NULL, 0);
    end_source(ledger);
    fetch(ledger, specs, JOBS - 20);
}

static char *exported_with(struct ledger *ledger, const struct export_options *options,
                           const struct store_filter *filter)
{
    struct error err = {""};
    must(store_look(ledger->store, filter, &err));
    return exported(ledger, "jobs", options);
}

static const struct store_filter everything = {.threshold_nano = STORE_THRESHOLD,
                                               .states = (1u << JOB_STATUS_COUNT) - 1};

static void cells_are_those_of_the_select(void **state)
{
    struct ledger *ledger = *state;
    struct error err = {""};
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    options.no_header = true;
    options.delimiter = '|';
    fill_at_random(ledger);
    char *within = exported_with(ledger, &options, &STORE_FILTER_DEFAULT);
    must(store_scope(ledger->store, STORE_SCOPE_ALL, &err));
    struct strbuf expected = cells_of(ledger->store, "reports/jobs", NULL, ALL_COLUMNS);
    char *to = expected.bytes;
    for (const char *from = expected.bytes; *from; from++)
        if (*from != '~')
            *to++ = *from;
    *to = '\0';
    assert_string_equal(within, expected.bytes);
    /* With a filter, though it leaves none out, they are read in another way. */
    char *filtered = exported_with(ledger, &options, &everything);
    assert_string_equal(filtered, expected.bytes);
    free(filtered);
    free(within);
    strbuf_free(&expected);
}

/* Of three sources with labels and one without; some cells have to be unescaped. */
static void fill_with_labels(struct ledger *ledger)
{
    static const char *const columns[4][CELLS_MAX] = {{"client", "note", NULL}, {"note", NULL}, {NULL},
                                                      {"expected.total", "client", "city", NULL}};
    static const char *const cells[] = {"Meier AG", "", "\"quoted\", \\ and \t", "Z\xC3\xBCrich", "a,b", "[\"x\"]"};
    for (int source = 0; source < 4; source++) {
        char name[8];
        snprintf(name, sizeof name, "%d.csv", source);
        size_t width = begin_source(ledger, name, columns[source]);
        for (int i = 0; i < 60; i++) {
            const char *row[CELLS_MAX];
            for (size_t k = 0; k < CELLS_MAX; k++)
                row[k] = cells[random_below(COUNT(cells))];
            snprintf(ids[i], sizeof ids[i], "job_%d", random_int(80));
            add_job(ledger, (uint64_t)i + 2, ids[i], row, width);
        }
        end_source(ledger);
    }
}

static void labels_are_those_of_the_view(void **state)
{
    struct ledger *ledger = *state;
    struct error err = {""};
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    options.format = EXPORT_JSONL;
    fill_with_labels(ledger);
    char *within = exported_with(ledger, &options, &STORE_FILTER_DEFAULT);
    char *filtered = exported_with(ledger, &options, &everything);
    assert_string_equal(within, filtered);
    must(store_scope(ledger->store, STORE_SCOPE_ALL, &err));
    struct store_rows *rows;
    bool more;
    size_t found = 0;
    static const char sql[] = "SELECT '\"job_id\":' || json_quote(job_id) || ',', '\"label.' || name || '\":' || "
                              "iif(value = '', 'null', json_quote(value)) FROM labels";
    must(store_query_own(ledger->store, sql, "own.sql", &rows, &err));
    for (must(store_next(rows, &more, &err)); more; must(store_next(rows, &more, &err))) {
        char *line = strstr(within, store_text(rows, 0).bytes);
        assert_non_null(line);
        char *end = strchr(line, '\n');
        *end = '\0';
        if (!strstr(line, store_text(rows, 1).bytes))
            fail_msg("%s: no %s", line, store_text(rows, 1).bytes);
        *end = '\n';
        found++;
    }
    assert_true(found > 100);
    store_rows_free(rows);
    free(filtered);
    free(within);
}

static void what_hands_them_over_is_of_no_use_to_others(void **state)
{
    struct store *store = ((struct ledger *)*state)->store;
    struct error err = {""};
    struct store_rows *rows;
    bool more;
    must(store_query_own(store, "SELECT jobs_add(1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20)", "own.sql", &rows,
                         &err));
    must_fail(store_next(rows, &more, &err), RESULT_USAGE);
    assert_non_null(strstr(err.text, "of use to jobledger alone"));
    store_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_those_of_the_select, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(labels_are_those_of_the_view, open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(what_hands_them_over_is_of_no_use_to_others, open_ledger, close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
