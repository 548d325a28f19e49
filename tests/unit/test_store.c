/* The ledger as a file: made, opened, refused. */
#include "tests/unit/store_look.h"

static void a_ledger_is_private_whatever_the_umask(void **state)
{
    struct scratch *s = *state;
    static const mode_t masks[] = {0, 022, 077, 0177, 0777};
    for (size_t i = 0; i < COUNT(masks); i++) {
        struct error err = {""};
        struct ledger ledger = {0};
        char name[32];
        snprintf(name, sizeof name, "%zu.db", i);
        const char *path = at(s, name);
        mode_t saved = umask(masks[i]);
        enum result result = store_open(path, STORE_CREATE, &READER, &ledger.store, &err);
        if (result == RESULT_OK)
            ingest_numbered(&ledger, "jobs.csv", 3);
        umask(saved);
        must(result);
        static const char *const files[] = {"", "-wal", "-shm"};
        for (size_t k = 0; k < COUNT(files); k++) {
            char beside[32];
            snprintf(beside, sizeof beside, "%s%s", name, files[k]);
            assert_int_equal(mode_of(at(s, beside)), 0600);
        }
        store_close(ledger.store);
        assert_sql(s, path,
                   "PRAGMA application_id; SELECT user_version > 0 FROM pragma_user_version; PRAGMA journal_mode;",
                   "1246708300\n1\nwal\n");
    }
}

static void an_empty_file_becomes_a_ledger_and_keeps_its_mode(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store;
    write_file(at(s, "empty.db"), "");
    assert_int_equal(chmod(at(s, "empty.db"), 0640), 0);
    must_fail(store_open(at(s, "empty.db"), STORE_READ, &READER, &store, &err), RESULT_LEDGER);
    assert_non_null(strstr(err.text, "jobledger ingest"));
    must_fail(store_open(at(s, "empty.db"), STORE_WRITE, &READER, &store, &err), RESULT_LEDGER);
    assert_null(store);
    assert_file(at(s, "empty.db"), "");
    make_ledger(at(s, "empty.db"), 2);
    assert_int_equal(mode_of(at(s, "empty.db")), 0640);
}

static void only_create_makes_a_ledger(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store *store;
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE};
    for (size_t i = 0; i < COUNT(modes); i++) {
        must_fail(store_open(at(s, "l.db"), modes[i], &READER, &store, &err), RESULT_LEDGER);
        assert_null(store);
        assert_non_null(strstr(err.text, "l.db: "));
    }
    must_fail(store_open("", STORE_CREATE, &READER, &store, &err), RESULT_LEDGER);
    must_fail(store_open(at(s, "missing/l.db"), STORE_CREATE, &READER, &store, &err), RESULT_LEDGER);
    assert_int_equal(symlink("nowhere.db", at(s, "link.db")), 0);
    must_fail(store_open(at(s, "link.db"), STORE_CREATE, &READER, &store, &err), RESULT_LEDGER);
    assert_false(exists(at(s, "nowhere.db")));
    assert_int_equal(unlink(at(s, "link.db")), 0);
    assert_folder_state(s->folder, "");
}

/* ---- what is no ledger ---- */

/* Every mode refuses the file, and it and its log stay byte for byte. */
static void assert_refused(struct scratch *s, const char *name, const char *reason)
{
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE, STORE_CREATE};
    char log[64];
    snprintf(log, sizeof log, "%s-wal", name);
    for (size_t i = 0; i < COUNT(modes); i++) {
        struct error err = {""};
        struct store *store;
        struct strbuf before = {0};
        struct strbuf after = {0};
        bool had_log = exists(at(s, log));
        describe(&before, s->folder, name);
        if (had_log)
            describe(&before, s->folder, log);
        must_fail(store_open(at(s, name), modes[i], &READER, &store, &err), RESULT_LEDGER);
        assert_null(store);
        if (!strstr(err.text, name) || !strstr(err.text, reason))
            fail_msg("%s: \"%s\" does not say \"%s\"", name, err.text, reason);
        describe(&after, s->folder, name);
        if (had_log)
            describe(&after, s->folder, log);
        else
            assert_false(exists(at(s, log)));
        assert_string_equal(after.bytes, before.bytes);
        strbuf_free(&before);
        strbuf_free(&after);
    }
}

static void databases_of_other_programs_are_refused_and_untouched(void **state)
{
    struct scratch *s = *state;
    static const struct {
        const char *name, *sql;
    } foreign[] = {
        {"table.db", "CREATE TABLE t (x); INSERT INTO t VALUES (1);"},
        {"stamped.db", "PRAGMA application_id = 252006674; CREATE TABLE t (x);"},
        {"versioned.db", "PRAGMA user_version = 1;"},
        {"wal.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (x);"},
        {"likewise.db", "CREATE TABLE job (id INTEGER PRIMARY KEY, job_id TEXT, status TEXT);"},
    };
    for (size_t i = 0; i < COUNT(foreign); i++) {
        struct strbuf said = sql(s, at(s, foreign[i].name), foreign[i].sql);
        strbuf_free(&said);
        assert_refused(s, foreign[i].name, "another program");
    }
}

static void cut_to(const char *from, const char *to, size_t len)
{
    struct strbuf bytes = read_file(from);
    FILE *out = fopen(to, "w");
    assert_non_null(out);
    assert_true(bytes.len > len);
    assert_int_equal(fwrite(bytes.bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
    strbuf_free(&bytes);
}

static void what_is_no_database_is_refused_and_untouched(void **state)
{
    struct scratch *s = *state;
    char endless[8193];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    write_file(at(s, "short.db"), "job_id\njob_1\n");
    write_file(at(s, "long.db"), endless);
    write_file(at(s, "almost.db"), "SQLite format 3");
    make_ledger(at(s, "l.db"), 50);
    cut_to(at(s, "l.db"), at(s, "header.db"), 100);
    cut_to(at(s, "l.db"), at(s, "cut.db"), 3 * 4096 + 100);
    assert_int_equal(mkdir(at(s, "folder.db"), 0755), 0);
    assert_int_equal(mkfifo(at(s, "pipe.db"), 0600), 0);
    assert_int_equal(symlink("/dev/null", at(s, "null.db")), 0);
    static const struct {
        const char *name, *reason;
    } cases[] = {
        {"short.db", "name a ledger with --db"}, {"long.db", "name a ledger with --db"},
        {"almost.db", "name a ledger with --db"}, {"header.db", ".recover"}, {"cut.db", ".recover"},
        {"folder.db", "is not a file"}, {"pipe.db", "is not a file"}, {"null.db", "is not a file"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(s, cases[i].name, cases[i].reason);
}

/* As after a crash: copies the database and its log while sqlite3 has them open. */
static void leave_log(struct scratch *s, const char *from, const char *text, const char *to)
{
    char copy[2048];
    snprintf(copy, sizeof copy, ".shell cp '%s' '%s' && cp '%s-wal' '%s-wal'", at(s, from), at(s, to), at(s, from),
             at(s, to));
    struct strbuf said =
        output_of(s, (const char *const[]){"sqlite3", "-batch", "-bail", at(s, from), text, copy, NULL});
    strbuf_free(&said);
}

static void a_newer_ledger_is_refused_and_untouched(void **state)
{
    struct scratch *s = *state;
    make_ledger(at(s, "newer.db"), 3);
    struct strbuf said = sql(s, at(s, "newer.db"), "PRAGMA user_version = 999;");
    strbuf_free(&said);
    assert_refused(s, "newer.db", "newer jobledger (schema 999");
}

static void what_a_crash_left_beside_a_refused_file_is_untouched_too(void **state)
{
    struct scratch *s = *state;
    make_ledger(at(s, "l.db"), 3);
    leave_log(s, "l.db", "PRAGMA user_version = 999;", "newer.db");
    assert_refused(s, "newer.db", "newer jobledger (schema 999");
    leave_log(s, "f.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);", "foreign.db");
    assert_refused(s, "foreign.db", "another program");
    assert_sql(s, at(s, "foreign.db"), "SELECT x FROM t;", "1\n");
}

/* ---- odd names ---- */

static void a_name_is_a_name_whatever_is_in_it(void **state)
{
    struct scratch *s = *state;
    static const char *const names[] = {
        "a?b", "a#b", "a%41b", "%", "a b", "q?mode=memory", "file:x", ":memory:", "\xC3\xBC", "-d", "'\"", "new\nline",
        "file:y?immutable=1", "\xFF",
    };
    int home = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(home >= 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(chdir(s->folder), 0);
        make_ledger(names[i], 2); /* relative, then absolute */
        assert_int_equal(fchdir(home), 0);
        struct ledger ledger = open_at(at(s, names[i]), STORE_READ);
        assert_open(ledger.store, 2);
        store_close(ledger.store);
        struct strbuf only = {0};
        describe(&only, s->folder, names[i]);
        assert_folder_state(s->folder, only.bytes);
        strbuf_free(&only);
        assert_int_equal(unlink(at(s, names[i])), 0);
    }
    close(home);
}

static void a_path_may_begin_with_two_slashes(void **state)
{
    struct scratch *s = *state;
    struct strbuf path = {0};
    strbuf_printf(&path, "/%s", at(s, "l.db"));
    assert_memory_equal(path.bytes, "//", 2);
    make_ledger(path.bytes, 2);
    strbuf_free(&path);
    struct ledger ledger = open_at(at(s, "l.db"), STORE_READ);
    assert_open(ledger.store, 2);
    store_close(ledger.store);
}

/* ---- what may not be written ---- */

struct look {
    char path[512];
    enum store_mode mode;
    const char *refusal; /* a part of the message; NULL: it opens */
    uint64_t jobs;
};

static int look_as_nobody(void *ctx)
{
    const struct look *look = ctx;
    struct error err = {""};
    struct store *store;
    uint64_t count = 0;
    child_becomes_nobody();
    enum result result = store_open(look->path, look->mode, &READER, &store, &err);
    if (look->refusal) {
        child_must_be(result, RESULT_LEDGER, &err, "store_open");
        child_must_hold(strstr(err.text, look->refusal) != NULL, err.text);
        return 0;
    }
    child_must(result);
    child_must(store_select(store, &(struct store_selection){0}, &count, &err));
    child_must_hold(count == look->jobs, "all the jobs are seen");
    store_close(store);
    return 0;
}

static void look(const char *path, enum store_mode mode, const char *refusal, uint64_t jobs)
{
    struct look look = {"", mode, refusal, jobs};
    snprintf(look.path, sizeof look.path, "%s", path);
    run_child(look_as_nobody, &look);
}

static void a_ledger_in_a_read_only_folder_can_be_read(void **state)
{
    struct scratch *s = *state;
    make_ledger(at(s, "l.db"), 3);
    give_to_nobody(at(s, "l.db"));
    give_to_nobody(s->folder);
    assert_int_equal(chmod(s->folder, 0555), 0);
    char *before = folder_state(s->folder);
    look(at(s, "l.db"), STORE_READ, NULL, 3);
    look(at(s, "l.db"), STORE_WRITE, "l.db: ", 0);
    look(at(s, "l.db"), STORE_CREATE, "l.db: ", 0);
    look(at(s, "another.db"), STORE_CREATE, "can't be made", 0);
    assert_folder_state(s->folder, before);
    free(before);
    assert_int_equal(chmod(s->folder, 0755), 0);
}

static void a_ledger_that_may_only_be_read(void **state)
{
    struct scratch *s = *state;
    make_ledger(at(s, "l.db"), 3);
    give_to_nobody(at(s, "l.db"));
    give_to_nobody(s->folder);
    assert_int_equal(chmod(at(s, "l.db"), 0400), 0);
    look(at(s, "l.db"), STORE_READ, NULL, 3);
    look(at(s, "l.db"), STORE_WRITE, "look at its owner and mode", 0);
    assert_int_equal(chmod(at(s, "l.db"), 0), 0);
    look(at(s, "l.db"), STORE_READ, "look at its owner and mode", 0);
}

static int ingest_and_die(void *ctx)
{
    static struct ledger ledger; /* in sight until the end */
    struct error err = {""};
    child_must(store_open(ctx, STORE_CREATE, &READER, &ledger.store, &err));
    ingest_numbered(&ledger, "jobs.csv", 7);
    wait_for_death();
}

static void a_log_that_a_crash_left_is_never_overlooked(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "l.db"));
    struct child child = start_child(ingest_and_die, path);
    wait_until_ready(child);
    kill_child(child);
    static const char *const files[] = {"l.db", "l.db-wal", "l.db-shm"};
    for (size_t i = 0; i < COUNT(files); i++)
        give_to_nobody(at(s, files[i]));
    give_to_nobody(s->folder);
    assert_int_equal(chmod(s->folder, 0555), 0);
    look(path, STORE_READ, NULL, 7); /* by way of the index that was left, too */
    assert_int_equal(chmod(s->folder, 0755), 0);
    unlink(at(s, "l.db-shm"));
    assert_true(exists(at(s, "l.db-wal")));
    assert_int_equal(chmod(s->folder, 0555), 0);
    char *before = folder_state(s->folder);
    look(path, STORE_READ, "write-ahead log", 0);
    assert_folder_state(s->folder, before);
    free(before);
    assert_int_equal(chmod(s->folder, 0755), 0);
    look(path, STORE_READ, NULL, 7);
}

/* ---- reading ---- */

static void a_snapshot_sees_one_state_whatever_is_written(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct ledger writer = open_at(at(s, "l.db"), STORE_CREATE);
    ingest_numbered(&writer, "a.csv", 3);
    struct ledger reader = open_at(at(s, "l.db"), STORE_READ);
    must(store_snapshot_begin(reader.store, &err));
    assert_open(reader.store, 3);
    ingest_numbered(&writer, "b.csv", 5);
    must(store_snapshot_begin(reader.store, &err));
    assert_open(reader.store, 3);
    store_snapshot_end(reader.store);
    assert_open(reader.store, 3);
    store_snapshot_end(reader.store);
    assert_open(reader.store, 5);
    store_close(reader.store);
    store_close(writer.store);
}

static void a_snapshot_in_a_trial_sees_the_trial_and_leaves_it(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct ledger ledger = open_at(at(s, "l.db"), STORE_CREATE);
    must(store_trial(ledger.store, &err));
    ingest_numbered(&ledger, "a.csv", 3);
    must(store_snapshot_begin(ledger.store, &err));
    assert_open(ledger.store, 3);
    store_snapshot_end(ledger.store);
    assert_open(ledger.store, 3);
    store_close(ledger.store);
}

static void a_reader_writes_nothing(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    make_ledger(at(s, "l.db"), 3);
    struct strbuf before = contents_of(s, at(s, "l.db"));
    struct ledger reader = open_at(at(s, "l.db"), STORE_READ);
    const struct store_source source = {"x.csv", (const uint8_t[SHA256_SIZE]){9}, 1, INGEST_TIME};
    must_fail(store_source_begin(reader.store, &source, NULL, 0, &err), RESULT_LEDGER);
    must_fail(store_run_begin(reader.store, FETCH_TIME, &err), RESULT_LEDGER);
    assert_open(reader.store, 3);
    store_close(reader.store);
    assert_contents(s, at(s, "l.db"), &before);
    strbuf_free(&before);
}

static void queries_are_known_by_name_and_say_what_they_give(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct store_rows *rows;
    bool more;
    struct ledger ledger = open_at(at(s, "l.db"), STORE_CREATE);
    must_fail(store_query(ledger.store, "queries/nothing", &rows, &err), RESULT_LEDGER);
    assert_null(rows);
    assert_non_null(strstr(err.text, "sql/queries/nothing.sql"));
    must(store_query(ledger.store, "queries/show_job", &rows, &err));
    assert_true(store_columns(rows) > 1);
    assert_string_equal(store_column_name(rows, 0), "job_id");
    must_fail(store_bind_text(rows, 99, text_of("x"), &err), RESULT_LEDGER);
    must_fail(store_bind_int(rows, 99, 1, &err), RESULT_LEDGER);
    must(store_next(rows, &more, &err));
    assert_false(more);
    store_rows_free(rows);
    store_rows_free(NULL);
    store_close(ledger.store);
    store_close(NULL);
}

static void a_temporary_ledger_leaves_nothing(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct ledger ledger = {0};
    int home = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(home >= 0);
    assert_int_equal(chdir(s->folder), 0);
    must(store_open_scratch(&READER, &ledger.store, &err));
    ingest_numbered(&ledger, "a.csv", 3);
    assert_open(ledger.store, 3);
    store_close(ledger.store);
    assert_int_equal(fchdir(home), 0);
    close(home);
    assert_folder_state(s->folder, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_ledger_is_private_whatever_the_umask),
        scratch_test(an_empty_file_becomes_a_ledger_and_keeps_its_mode),
        scratch_test(only_create_makes_a_ledger),
        scratch_test(databases_of_other_programs_are_refused_and_untouched),
        scratch_test(what_is_no_database_is_refused_and_untouched),
        scratch_test(a_newer_ledger_is_refused_and_untouched),
        scratch_test(what_a_crash_left_beside_a_refused_file_is_untouched_too),
        scratch_test(a_name_is_a_name_whatever_is_in_it),
        scratch_test(a_path_may_begin_with_two_slashes),
        scratch_test(a_ledger_in_a_read_only_folder_can_be_read),
        scratch_test(a_ledger_that_may_only_be_read),
        scratch_test(a_log_that_a_crash_left_is_never_overlooked),
        scratch_test(a_snapshot_sees_one_state_whatever_is_written),
        scratch_test(a_snapshot_in_a_trial_sees_the_trial_and_leaves_it),
        scratch_test(a_reader_writes_nothing),
        scratch_test(queries_are_known_by_name_and_say_what_they_give),
        scratch_test(a_temporary_ledger_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
