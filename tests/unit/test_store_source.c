/* Sources: what a file of job IDs leaves in the ledger. */
#include "tests/unit/store_look.h"
#include "tests/unit/random.h"

static struct store_source source_with(const char *name, const uint8_t *sum)
{
    return (struct store_source){name, sum, 1, INGEST_TIME};
}

static void job(struct store *store, uint64_t line, const char *job_id)
{
    struct error err = {""};
    must(store_source_job(store, line, text_of(job_id), NULL, &err));
}

static void begin(struct store *store, const char *name, uint8_t mark)
{
    struct error err = {""};
    const uint8_t sum[SHA256_SIZE] = {mark};
    const struct store_source source = source_with(name, sum);
    must(store_source_begin(store, &source, NULL, 0, &err));
}

static void end(struct store *store, bool keep, struct store_counts expected)
{
    struct error err = {""};
    struct store_counts counts = {0};
    must(store_source_end(store, keep, &counts, &err));
    assert_int_equal(counts.rows, expected.rows);
    assert_int_equal(counts.new_jobs, expected.new_jobs);
    assert_int_equal(counts.known_jobs, expected.known_jobs);
    assert_int_equal(counts.duplicates, expected.duplicates);
    assert_int_equal(counts.rejected, expected.rejected);
}

/* a.csv: two jobs, one twice, a reject; b.csv: one of them and a new one. */
static struct store *two_sources(struct scratch *s)
{
    struct error err = {""};
    struct store *store = open_at(at(s, "l.db"), STORE_CREATE).store;
    begin(store, "a.csv", 1);
    job(store, 2, "job_1");
    job(store, 3, "job_2");
    job(store, 4, "job_1");
    must(store_source_reject(store, 5, text_of(" non\tsense"), "is no job ID", &err));
    end(store, true, (struct store_counts){4, 2, 0, 1, 1});
    begin(store, "b.csv", 2);
    job(store, 2, "job_3");
    job(store, 3, "job_2");
    end(store, true, (struct store_counts){2, 1, 1, 0, 0});
    return store;
}

static const char two_sources_reconciled[] = "a.csv|2024-12-16T10:30:00Z|4|2|1|1|2|0|0|0|0|0|0|0.00|~\n"
                                             "b.csv|2024-12-16T10:30:00Z|2|2|0|0|2|0|0|0|0|0|0|0.00|~\n";

static void rows_are_jobs_duplicates_and_rejects(void **state)
{
    struct store *store = two_sources(*state);
    assert_open(store, 3);
    assert_query(store, "reports/reconcile", NULL, two_sources_reconciled);
    assert_query(store, "reports/rejects", NULL, "a.csv|5| non\tsense|is no job ID\n");
    assert_query(store, "queries/show_sources", "job_1", "1|a.csv|2|2024-12-16T10:30:00Z|~|~|~\n");
    assert_query(store, "queries/show_sources", "job_2",
                 "1|a.csv|3|2024-12-16T10:30:00Z|~|~|~\n2|b.csv|3|2024-12-16T10:30:00Z|~|~|~\n");
    store_close(store);
}

static void known_bytes_change_nothing_but_their_names(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store = two_sources(s);
    const uint8_t known_sum[SHA256_SIZE] = {1};
    const uint8_t other_sum[SHA256_SIZE] = {1, [SHA256_SIZE - 1] = 1};
    struct store_source source = source_with("copy of a.csv", known_sum);
    bool known = false;
    for (int i = 0; i < 2; i++) {
        must(store_source_known(store, &source, &known, &err));
        assert_true(known);
    }
    source = source_with("unknown.csv", other_sum);
    must(store_source_known(store, &source, &known, &err));
    assert_false(known);
    assert_query(store, "reports/reconcile", NULL, two_sources_reconciled);
    store_close(store);
    assert_sql(s, at(s, "l.db"), "SELECT source_id, name FROM source_name ORDER BY 1, 2;",
               "1|a.csv\n1|copy of a.csv\n2|b.csv\n");
}

static void bytes_read_anew_keep_their_place_and_the_jobs_stay(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store = two_sources(s);
    const uint8_t sum[SHA256_SIZE] = {1};
    const struct store_column column = {false, text_of("client")};
    const struct text cell = text_of("Acme");
    const struct store_source source = {"again.csv", sum, 1, {INGEST_TIME.sec + 60, 0}};
    must(store_source_begin(store, &source, &column, 1, &err));
    must(store_source_job(store, 7, text_of("job_2"), &cell, &err));
    must(store_source_job(store, 8, text_of("job_4"), &cell, &err));
    must(store_source_job(store, 9, text_of("job_4"), &cell, &err));
    end(store, true, (struct store_counts){3, 1, 1, 1, 0});
    assert_query(store, "reports/reconcile", NULL,
                 "a.csv|2024-12-16T10:31:00Z|3|2|1|0|2|0|0|0|0|0|0|0.00|~\n"
                 "b.csv|2024-12-16T10:30:00Z|2|2|0|0|2|0|0|0|0|0|0|0.00|~\n");
    assert_query(store, "reports/rejects", NULL, "");
    assert_query(store, "queries/label_columns", NULL, "1|0|client\n");
    assert_query(store, "queries/show_sources", "job_1", ""); /* in no source now, but still a job */
    assert_query(store, "queries/show_sources", "job_4", "1|a.csv|8|2024-12-16T10:31:00Z|label|client|Acme\n");
    assert_open(store, 4);
    begin(store, "c.csv", 3);
    end(store, true, (struct store_counts){0});
    store_close(store);
    assert_sql(s, at(s, "l.db"), "SELECT id, name FROM source ORDER BY id;", "1|a.csv\n2|b.csv\n3|c.csv\n");
    assert_sql(s, at(s, "l.db"), "PRAGMA foreign_key_check; PRAGMA integrity_check;", "ok\n");
}

static void what_is_not_kept_leaves_nothing(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store = two_sources(s);
    struct strbuf before = contents_of(s, at(s, "l.db"));
    for (uint8_t mark = 1; mark <= 3; mark++) { /* known bytes, too: their earlier reading comes back */
        begin(store, "again.csv", mark);
        job(store, 2, "job_1");
        job(store, 3, "job_9");
        must(store_source_reject(store, 4, text_of("x"), "is no job ID", &err));
        end(store, false, (struct store_counts){0});
        assert_query(store, "reports/reconcile", NULL, two_sources_reconciled);
    }
    begin(store, "again.csv", 9);
    job(store, 2, "job_9");
    store_close(store); /* in the middle */
    assert_contents(s, at(s, "l.db"), &before);
    strbuf_free(&before);
}

static int ingest_half(void *ctx)
{
    static struct ledger ledger; /* in sight until the end */
    struct error err = {""};
    child_must(store_open(ctx, STORE_WRITE, &READER, &ledger.store, &err));
    begin_source(&ledger, "killed.csv", NULL);
    for (int i = 0; i < 30000; i++) { /* more than the cache holds */
        char id[32];
        snprintf(id, sizeof id, "job_killed_%d", i);
        child_must(store_source_job(ledger.store, (uint64_t)i + 1, text_of(id), NULL, &err));
    }
    wait_for_death();
}

static void a_kill_in_the_middle_leaves_nothing(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "l.db"));
    store_close(two_sources(s));
    struct strbuf before = contents_of(s, path);
    struct child child = start_child(ingest_half, path);
    wait_until_ready(child);
    kill_child(child);
    assert_contents(s, path, &before);
    strbuf_free(&before);
}

/* ---- trials ---- */

static void a_trial_sees_its_own_writes_and_commits_nothing(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store = two_sources(s);
    struct strbuf before = contents_of(s, at(s, "l.db"));
    must(store_trial(store, &err));
    begin(store, "c.csv", 3);
    job(store, 2, "job_3");
    job(store, 3, "job_4");
    end(store, true, (struct store_counts){2, 1, 1, 0, 0});
    begin(store, "broken.csv", 4); /* one that fails takes nothing with it */
    job(store, 2, "job_5");
    end(store, false, (struct store_counts){0});
    begin(store, "d.csv", 5);
    job(store, 2, "job_4");
    job(store, 3, "job_5");
    end(store, true, (struct store_counts){2, 1, 1, 0, 0});
    bool known = false;
    const uint8_t sum[SHA256_SIZE] = {3};
    const struct store_source source = source_with("c.csv", sum);
    must(store_source_known(store, &source, &known, &err));
    assert_true(known);
    assert_open(store, 5);
    struct strbuf seen = rows_of(store, "reports/reconcile", NULL);
    assert_non_null(strstr(seen.bytes, "\nc.csv|"));
    assert_non_null(strstr(seen.bytes, "\nd.csv|"));
    assert_null(strstr(seen.bytes, "broken.csv"));
    strbuf_free(&seen);
    must(store_run_begin(store, FETCH_TIME, &err));
    must(store_save_requests(store, key_of(store, "job_5"), 1, &err));
    must(store_commit(store, &err));
    assert_contents(s, at(s, "l.db"), &before);
    store_close(store);
    assert_contents(s, at(s, "l.db"), &before);
    strbuf_free(&before);
}

/* ---- labels and ground truth ---- */

static void cells_come_back_byte_for_byte(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    char endless[100001];
    memset(endless, '"', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    const char *const cells[] = {
        "", " ", "plain", "'\"\\/", "a,b;c\td", "line\r\nline", "[1,{\"a\":2}]", "null", "0012.50", "Z\xC3\xBCrich",
        "\xF0\x9F\x98\x80", "\x01\x1F\x7F", "\xEF\xBF\xBF", "\xE2\x80\xA8", endless,
    };
    struct store_column columns[COUNT(cells)];
    struct text texts[COUNT(cells)];
    struct strbuf expected = {0};
    for (size_t i = 0; i < COUNT(cells); i++) {
        columns[i] = (struct store_column){i % 2 == 1, text_of(cells[COUNT(cells) - 1 - i])};
        texts[i] = text_of(cells[i]);
        strbuf_printf(&expected, "1|a.csv|2|2024-12-16T10:30:00Z|%s|%s|%s\n", i % 2 == 1 ? "expected" : "label",
                      columns[i].name.bytes, cells[i]);
    }
    struct store *store = open_at(at(s, "l.db"), STORE_CREATE).store;
    const uint8_t sum[SHA256_SIZE] = {1};
    const struct store_source source = source_with("a.csv", sum);
    must(store_source_begin(store, &source, columns, COUNT(cells), &err));
    must(store_source_job(store, 2, text_of("job_1"), texts, &err));
    texts[0] = text_of("of a later row, which does not count");
    must(store_source_job(store, 3, text_of("job_1"), texts, &err));
    end(store, true, (struct store_counts){2, 1, 0, 1, 0});
    assert_query(store, "queries/show_sources", "job_1", expected.bytes);
    strbuf_free(&expected);
    store_close(store);
}

/* ---- against a model ---- */

#define MODEL_JOBS 12
#define MODEL_SOURCES 8

struct model_source {
    int id; /* the place in the order of ingest; 0: not there */
    struct store_counts counts;
    int line_of[MODEL_JOBS]; /* 0: not in it */
};

struct model {
    struct model_source sources[MODEL_SOURCES];
    bool known[MODEL_JOBS];
    int last_id;
};

/* Reads one of the sources with random rows, kept or not. */
static void model_step(struct model *model, struct store *store)
{
    struct error err = {""};
    struct model after = *model;
    int mark = random_int(MODEL_SOURCES);
    struct model_source *source = &after.sources[mark];
    char name[8] = {(char)('a' + mark), '\0'};
    *source = (struct model_source){.id = source->id ? source->id : ++after.last_id};
    begin(store, name, (uint8_t)(mark + 1));
    for (int line = 1 + random_int(10); line > 0; line--) {
        int which = random_int(MODEL_JOBS + 2);
        int at_line = 100 - line;
        char id[16];
        source->counts.rows++;
        if (which >= MODEL_JOBS) {
            source->counts.rejected++;
            must(store_source_reject(store, (uint64_t)at_line, text_of("x"), "is no job ID", &err));
            continue;
        }
        if (source->line_of[which])
            source->counts.duplicates++;
        else if (after.known[which])
            source->counts.known_jobs++;
        else
            source->counts.new_jobs++;
        source->line_of[which] = source->line_of[which] ? source->line_of[which] : at_line;
        after.known[which] = true;
        snprintf(id, sizeof id, "job_%02d", which);
        job(store, (uint64_t)at_line, id);
    }
    bool keep = random_int(4) != 0;
    end(store, keep, keep ? source->counts : (struct store_counts){0});
    if (keep)
        *model = after;
}

static void assert_model(const struct model *model, struct store *store)
{
    struct strbuf sources = {0};
    strbuf_puts(&sources, "");
    int jobs = 0;
    for (int id = 1; id <= model->last_id; id++) {
        for (int i = 0; i < MODEL_SOURCES; i++) {
            const struct store_counts *c = &model->sources[i].counts;
            int held = (int)(c->new_jobs + c->known_jobs);
            if (model->sources[i].id == id)
                strbuf_printf(&sources, "%c|2024-12-16T10:30:00Z|%d|%d|%d|%d|%d|0|0|0|0|0|0|0.00|~\n", 'a' + i,
                              (int)c->rows, held, (int)c->duplicates, (int)c->rejected, held);
        }
    }
    assert_query(store, "reports/reconcile", NULL, sources.bytes);
    for (int k = 0; k < MODEL_JOBS; k++) {
        char id[16];
        jobs += model->known[k];
        strbuf_clear(&sources);
        for (int place = 1; place <= model->last_id; place++)
            for (int i = 0; i < MODEL_SOURCES; i++)
                if (model->sources[i].id == place && model->sources[i].line_of[k])
                    strbuf_printf(&sources, "%d|%c|%d|2024-12-16T10:30:00Z|~|~|~\n", place, 'a' + i,
                                  model->sources[i].line_of[k]);
        snprintf(id, sizeof id, "job_%02d", k);
        assert_query(store, "queries/show_sources", id, sources.bytes);
    }
    strbuf_free(&sources);
    assert_open(store, (uint64_t)jobs);
}

static void random_sources_are_kept_as_the_model_says(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    for (int trial = 0; trial < 2; trial++) {
        struct model model = {0};
        struct store *store = open_at(at(s, trial ? "trial.db" : "l.db"), STORE_CREATE).store;
        if (trial)
            must(store_trial(store, &err));
        for (int i = 0; i < 100; i++) {
            model_step(&model, store);
            assert_model(&model, store);
        }
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(rows_are_jobs_duplicates_and_rejects),
        scratch_test(known_bytes_change_nothing_but_their_names),
        scratch_test(bytes_read_anew_keep_their_place_and_the_jobs_stay),
        scratch_test(what_is_not_kept_leaves_nothing),
        scratch_test(a_kill_in_the_middle_leaves_nothing),
        scratch_test(a_trial_sees_its_own_writes_and_commits_nothing),
        scratch_test(cells_come_back_byte_for_byte),
        scratch_test(random_sources_are_kept_as_the_model_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
