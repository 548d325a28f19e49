/* A disk that fails at the first call of a night, at the second, and so on, until a night passes without its failing:
 * each time there is a clear error, nothing that was kept is lost, and the ledger is sound. */
#include "tests/unit/store_world.h"
#include "tests/unit/faulty_disk.h"

/* What a night has come to: all of it was said to be kept. */
struct night {
    const char *path;
    struct timestamp now;
    int sources;
    int64_t answers;
    int foreign_jobs; /* beyond those that take_in() makes */
    char other[512]; /* a copy's path */
};

typedef enum result part(struct night *night, struct store *store, struct error *err);

/* ---- the parts ---- */

static enum result take_in(struct night *night, struct store *store, struct error *err)
{
    static const uint8_t sum[SHA256_SIZE] = {7};
    const struct store_column label = {false, {"client", 6}};
    const struct store_source source = {"in.csv", sum, 1, INGEST_TIME};
    const struct text cell = {"Acme", 4};
    bool known = false;
    enum result result = store_source_known(store, &source, &known, err);
    if (result != RESULT_OK || known)
        return result;
    result = store_source_begin(store, &source, &label, 1, err);
    if (result != RESULT_OK)
        return result;
    for (int i = 1; result == RESULT_OK && i <= WORLD_JOBS; i++) {
        char id[32];
        snprintf(id, sizeof id, "job_%d", i);
        result = store_source_job(store, (uint64_t)i + 1, text_of(id), &cell, err);
    }
    if (result == RESULT_OK)
        result = store_source_reject(store, 99, text_of("x"), "no job ID", err);
    enum result end = store_source_end(store, result == RESULT_OK, NULL, result == RESULT_OK ? err : NULL);
    result = result == RESULT_OK ? end : result;
    night->sources += result == RESULT_OK;
    return result;
}

static enum result answer_one(struct night *night, struct store *store, int64_t key, const char *job_id,
                              struct error *err)
{
    char body[4000];
    struct reading reading;
    enum job_status after;
    struct json_reader *json = json_reader_new();
    assert_non_null(json);
    snprintf(body, sizeof body, "{\"success\":true,\"job_id\":\"%s\",\"status\":\"completed\",\"cost_chf\":1,"
             "\"extracted_data\":{\"at\":%d,\"long\":\"%03000d\"}}", job_id, (int)night->now.sec, 7);
    struct answer answer = {200, text_of(body), text_of("req_1"), 12, night->now};
    READER.read(json, job_id, &answer, &reading);
    enum result result = store_save(store, key, &answer, &reading, 1, night->now, &after, err);
    json_reader_free(json);
    return result;
}

static enum result ask_all(struct night *night, struct store *store, struct error *err)
{
    const struct store_selection all = {.states = (1u << JOB_STATUS_COUNT) - 1};
    char job_id[JOB_ID_MAX + 1];
    uint64_t count;
    int64_t key;
    int64_t saved = 0;
    bool end = false;
    night->now.sec += 60;
    enum result result = store_select(store, &all, &count, err);
    if (result == RESULT_OK)
        result = store_run_begin(store, night->now, err);
    while (result == RESULT_OK && !end) {
        result = store_next_job(store, &key, job_id, &end, err);
        if (result != RESULT_OK || end)
            break;
        store_count_request(store, 20000);
        result = answer_one(night, store, key, job_id, err);
        saved++;
        if (result == RESULT_OK && saved % 2 == 0) {
            result = store_commit(store, err);
            night->answers += result == RESULT_OK ? 2 : 0;
        }
    }
    struct store_run run = store_run_so_far(store);
    /* The program does so even when the run went wrong. */
    enum result ended = store_run_end(store, &run, result, night->now, result == RESULT_OK ? err : NULL);
    return result == RESULT_OK ? ended : result;
}

static void note_finding(void *ctx, const char *line)
{
    struct strbuf *lines = ctx;
    strbuf_puts(lines, line);
    strbuf_putc(lines, '\n');
}

static enum result verify(struct night *night, struct store *store, struct error *err)
{
    (void)night;
    struct strbuf lines = {0};
    struct store_verdict verdict;
    const struct store_verify options = {.found = note_finding, .ctx = &lines};
    enum result result = store_verify(store, &options, &verdict, err);
    if (result == RESULT_OK && verdict.findings > 0 && !disk.failed)
        fail_msg("%s", lines.bytes);
    if (result == RESULT_OK && verdict.findings > 0) /* it may take the disk's word for damage, but must say so */
        result = error_set(err, RESULT_LEDGER, "found: %.*s", (int)strcspn(lines.bytes, "\n"), lines.bytes);
    strbuf_free(&lines);
    return result;
}

static enum result back_up(struct night *night, struct store *store, struct error *err)
{
    return store_copy(store, night->other, NULL, NULL, err);
}

static enum result prune(struct night *night, struct store *store, struct error *err)
{
    struct store_pruned done;
    const struct timestamp later = {night->now.sec + 1000, 0};
    return store_prune(store, later, later, &done, err);
}

static enum result nothing(struct night *night, struct store *store, struct error *err)
{
    (void)night;
    (void)store;
    (void)err;
    return RESULT_OK;
}

static enum result a_night(struct night *night, enum store_mode mode, part *const *parts, struct error *err)
{
    struct store *store = NULL;
    enum result result = store_open(night->path, mode, &READER, &store, err);
    for (size_t i = 0; result == RESULT_OK && parts[i]; i++)
        result = parts[i](night, store, err);
    store_close(store);
    return result;
}

/* ---- what must hold ---- */

static void assert_clear(const struct night *night, enum result result, const struct error *err)
{
    if (result != RESULT_LEDGER && result != RESULT_REPORT)
        fail_msg("%d: %s", (int)result, err->text);
    assert_true(strlen(err->text) > 20);
    assert_null(strchr(err->text, '\n'));
    const char *named = result == RESULT_REPORT ? night->other : night->path;
    if (!strstr(err->text, named) && strncmp(err->text, "found: ", 7) != 0)
        fail_msg("does not name %s: %s", named, err->text);
}

static int64_t number(struct store *store, const char *select)
{
    struct error err = {""};
    struct store_rows *rows;
    bool more;
    must(store_query_own(store, select, "test", &rows, &err));
    must(store_next(rows, &more, &err));
    int64_t value = store_int(rows, 0);
    store_rows_free(rows);
    return value;
}

static void assert_intact(const char *path, enum store_mode mode, const struct night *night)
{
    struct error err = {""};
    struct store *store = NULL;
    disk.failed = false;
    must(store_open(path, mode, &READER, &store, &err));
    must(verify(NULL, store, &err));
    assert_true(number(store, "SELECT count(*) FROM answer") >= night->answers);
    assert_true(number(store, "SELECT count(*) FROM source") >= night->sources);
    assert_int_equal(number(store, "SELECT count(*) FROM job") % WORLD_JOBS, night->foreign_jobs);
    store_close(store);
}

/* The ledger on a sound disk: verify finds nothing, and what was said to be kept is there. */
static void assert_sound(struct night *night)
{
    disk_is_sound();
    assert_intact(night->path, STORE_WRITE, night);
    if (exists(night->other))
        assert_intact(night->other, STORE_READ, night);
}

static void copy_file(const char *from, const char *to)
{
    struct strbuf bytes = read_file(from);
    FILE *out = fopen(to, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes.bytes, 1, bytes.len, out), bytes.len);
    assert_int_equal(fclose(out), 0);
    strbuf_free(&bytes);
}

static void remove_ledger(const char *path)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal", ".v3", ".v3.2"};
    for (size_t i = 0; i < COUNT(beside); i++) {
        char name[600];
        snprintf(name, sizeof name, "%s%s", path, beside[i]);
        unlink(name);
    }
}

/* Temporary files of copies. */
static void assert_no_leftovers(struct scratch *s)
{
    char *names = folder_state(s->folder);
    if (names[0] == '.' || strstr(names, "\n."))
        fail_msg("left behind: %s", names);
    free(names);
}

/* How a night's disk fails: at each of its calls in turn. */
struct failing {
    bool for_good;
    bool full;
};

/* Failing once is tried at every call, the other ways at some; all at all with JOBLEDGER_CHECK_ALL, and fewer where
 * JOBLEDGER_SAMPLE says that the tests run slowly. */
static long step_of(struct failing failing)
{
    const char *all = getenv("JOBLEDGER_CHECK_ALL");
    const char *sample = getenv("JOBLEDGER_SAMPLE");
    if (sample && sample[0])
        return 37;
    return (failing.for_good || failing.full) && !(all && all[0]) ? 7 : 1;
}

/* before: what is in the ledger at `template` (NULL: there is none). How often it ended with an error. */
static long fail_at_each_call(struct scratch *s, const char *template, const struct night *before, enum store_mode mode,
                              part *const *parts, struct failing failing)
{
    char path[512];
    long errors = 0;
    long step = step_of(failing);
    snprintf(path, sizeof path, "%s", at(s, "l.db"));
    for (long n = 1;; n += step) {
        struct error err = {""};
        struct night night = *before;
        night.path = path;
        snprintf(night.other, sizeof night.other, "%s", at(s, "copy.db"));
        unlink(night.other);
        remove_ledger(path);
        if (template)
            copy_file(template, path);
        disk_fails(n, failing.for_good, failing.full);
        enum result result = a_night(&night, mode, parts, &err);
        bool failed = disk.failed;
        disk_is_sound();
        if (result != RESULT_OK)
            assert_clear(&night, result, &err);
        if (result != RESULT_OK && !failed)
            fail_msg("without a fault: %s", err.text);
        errors += result != RESULT_OK;
        assert_no_leftovers(s);
        if (exists(path) && (template || night.sources > 0))
            assert_sound(&night);
        /* The next night goes on from there. */
        if (failed && n / step % 3 == 0) {
            disk.failed = false;
            must(a_night(&night, mode == STORE_READ ? STORE_READ : STORE_CREATE, parts, &err));
            assert_sound(&night);
        }
        if (!failed)
            return errors;
    }
}

/* A ledger of some nights, as one file. */
static struct night make_template(struct scratch *s, const char *path)
{
    static part *const parts[] = {take_in, ask_all, ask_all, NULL};
    struct error err = {""};
    struct night night = {.path = path, .now = FETCH_TIME};
    disk_is_sound();
    must(a_night(&night, STORE_CREATE, parts, &err));
    struct strbuf said = sql(s, path, "PRAGMA journal_mode = DELETE");
    strbuf_free(&said);
    assert_int_equal(night.answers, 2 * WORLD_JOBS);
    return night;
}

static const struct failing ways[] = {{false, false}, {true, false}, {false, true}, {true, true}};

static void each_way(void **state, bool from_template, enum store_mode mode, part *const *parts, long least)
{
    struct scratch *s = *state;
    char template[512];
    snprintf(template, sizeof template, "%s", at(s, "template.db"));
    struct night before = {.now = FETCH_TIME};
    if (from_template)
        before = make_template(s, template);
    for (size_t i = 0; i < COUNT(ways); i++) {
        long errors = fail_at_each_call(s, from_template ? template : NULL, &before, mode, parts, ways[i]);
        if (!ways[i].full && errors < least / step_of(ways[i]))
            fail_msg("only %ld errors", errors);
    }
}

/* ---- the tests ---- */

static void a_new_ledger(void **state)
{
    static part *const parts[] = {nothing, NULL};
    each_way(state, false, STORE_CREATE, parts, 100);
}

static void an_ingest_and_a_fetch(void **state)
{
    static part *const parts[] = {take_in, ask_all, NULL};
    each_way(state, false, STORE_CREATE, parts, 200);
}

static void a_fetch_that_asks_again(void **state)
{
    static part *const parts[] = {ask_all, NULL};
    each_way(state, true, STORE_WRITE, parts, 100);
}

static void a_verify(void **state)
{
    static part *const parts[] = {verify, NULL};
    each_way(state, true, STORE_READ, parts, 70);
}

static void a_backup(void **state)
{
    static part *const parts[] = {back_up, NULL};
    each_way(state, true, STORE_READ, parts, 70);
}

static void a_prune(void **state)
{
    static part *const parts[] = {prune, NULL};
    each_way(state, true, STORE_WRITE, parts, 100);
}

static void an_upgrade(void **state)
{
    static part *const parts[] = {nothing, NULL};
    const struct night before = {.now = FETCH_TIME, .sources = 3, .answers = 21, .foreign_jobs = 14 % WORLD_JOBS};
    for (size_t i = 0; i < COUNT(ways); i++) {
        long errors = fail_at_each_call(*state, "tests/ledgers/v3.db", &before, STORE_WRITE, parts, ways[i]);
        assert_true(ways[i].full || errors > 200 / step_of(ways[i]) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_new_ledger),  scratch_test(an_ingest_and_a_fetch), scratch_test(a_fetch_that_asks_again),
        scratch_test(a_verify),      scratch_test(a_backup),              scratch_test(a_prune),
        scratch_test(an_upgrade),
    };
    return cmocka_run_group_tests(tests, make_disk, NULL);
}
