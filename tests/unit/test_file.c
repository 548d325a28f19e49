#include "tests/unit/scratch.h"

#include <sys/resource.h>

#include "file.h"

#define must(call) must_be((call), RESULT_OK, &err, #call)

static void must_be(enum result result, enum result wanted, const struct error *err, const char *what)
{
    if (result != wanted)
        fail_msg("%s: %d, not %d: %s", what, (int)result, (int)wanted, err->text);
}

static void publish(const char *path, const char *text)
{
    struct error err = {""};
    struct atomic_file *file;
    must(atomic_file_open(path, &file, &err));
    assert_true(fputs(text, atomic_file_stream(file)) >= 0);
    must(atomic_file_commit(file, &err));
}

/* ---- files that appear whole or not at all ---- */

static void a_reader_sees_the_old_file_or_the_new_one(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct atomic_file *file;
    const char *path = at(s, "report.csv");
    write_file(path, "old\n");
    FILE *reader = fopen(path, "r");
    assert_non_null(reader);
    must(atomic_file_open(path, &file, &err));
    for (int i = 0; i < 200000; i++) /* more than any buffer holds */
        assert_true(fputs("new\n", atomic_file_stream(file)) >= 0);
    assert_file(path, "old\n");
    must(atomic_file_commit(file, &err));
    char line[8];
    assert_string_equal(fgets(line, sizeof line, reader), "old\n");
    assert_null(fgets(line, sizeof line, reader));
    fclose(reader);
    struct strbuf found = read_file(path);
    assert_int_equal(found.len, 800000);
    strbuf_free(&found);
    struct strbuf names = {0};
    describe(&names, s->folder, "report.csv");
    assert_folder_state(s->folder, names.bytes);
    strbuf_free(&names);
}

static void what_is_discarded_leaves_the_old_file_and_nothing_else(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct atomic_file *file;
    write_file(at(s, "report.csv"), "old\n");
    char *before = folder_state(s->folder);
    must(atomic_file_open(at(s, "report.csv"), &file, &err));
    fputs("new\n", atomic_file_stream(file));
    atomic_file_discard(file);
    must(atomic_file_open(at(s, "another.csv"), &file, &err));
    atomic_file_discard(file);
    atomic_file_discard(NULL);
    assert_folder_state(s->folder, before);
    free(before);
}

static void modes_follow_the_umask(void **state)
{
    struct scratch *s = *state;
    static const mode_t masks[] = {0, 022, 027, 077, 0222, 0666};
    mode_t saved = umask(0);
    for (size_t i = 0; i < COUNT(masks); i++) {
        umask(masks[i]);
        publish(at(s, "report.csv"), "new\n"); /* also in place of the one with the earlier mode */
        umask(0);
        assert_int_equal(mode_of(at(s, "report.csv")), 0666 & ~masks[i]);
    }
    umask(saved);
}

static void a_link_in_the_place_is_replaced_and_not_followed(void **state)
{
    struct scratch *s = *state;
    write_file(at(s, "victim"), "untouched\n");
    assert_int_equal(symlink("victim", at(s, "report.csv")), 0);
    assert_int_equal(symlink("nowhere", at(s, "dangling.csv")), 0);
    publish(at(s, "report.csv"), "new\n");
    publish(at(s, "dangling.csv"), "new\n");
    assert_file(at(s, "victim"), "untouched\n");
    assert_file(at(s, "report.csv"), "new\n");
    assert_file(at(s, "dangling.csv"), "new\n");
    assert_false(exists(at(s, "nowhere")));
    struct stat st;
    assert_int_equal(lstat(at(s, "report.csv"), &st), 0);
    assert_true(S_ISREG(st.st_mode));
}

static void names_of_every_kind(void **state)
{
    struct scratch *s = *state;
    char endless[256];
    memset(endless, 'n', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    const char *const names[] = {"XXXXXX", ".hidden", "%s%n", "-", "a b\n", endless};
    for (size_t i = 0; i < COUNT(names); i++) {
        publish(at(s, names[i]), names[i]);
        assert_file(at(s, names[i]), names[i]);
    }
    /* Without a folder in the name. */
    int home = open(".", O_RDONLY | O_DIRECTORY);
    assert_true(home >= 0);
    assert_int_equal(chdir(s->folder), 0);
    publish("bare.csv", "here\n");
    assert_int_equal(fchdir(home), 0);
    close(home);
    assert_file(at(s, "bare.csv"), "here\n");
}

static int write_half(void *path)
{
    static struct atomic_file *file; /* in sight until the end */
    struct error err = {""};
    child_must(atomic_file_open(path, &file, &err));
    fputs("half\n", atomic_file_stream(file));
    fflush(atomic_file_stream(file));
    write_file(atomic_file_path(file), "half\n");
    wait_for_death();
}

static size_t count_names(struct scratch *s)
{
    size_t count = 0;
    char *names = folder_state(s->folder);
    for (const char *p = strchr(names, '\n'); p; p = strchr(p + 1, '\n'))
        count++;
    free(names);
    return count;
}

static void what_a_killed_process_had_begun_is_removed_by_the_next(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "report.csv"));
    struct child child = start_child(write_half, path);
    wait_until_ready(child);
    publish(path, "new\n");
    assert_int_equal(count_names(s), 2); /* it is still being written, for all that is known */
    kill_child(child);
    publish(at(s, "other.csv"), "new\n");
    assert_int_equal(count_names(s), 3); /* of another file */
    publish(path, "newer\n");
    assert_int_equal(count_names(s), 2);
    assert_file(path, "newer\n");
}

static void only_what_was_begun_is_removed(void **state)
{
    struct scratch *s = *state;
    static const char *const kept[] = {
        ".report.csv.backup", ".report.csv.jobledger-1234567", ".report.csv.jobledger-12345",
        "report.csv.jobledger-123456",
        ".report.csv.jobledger-123456-log", ".other.csv.jobledger-123456", ".report.csv.jobledger-", ".report.csv",
        ".report.csv.XXXXXX",
    };
    static const char *const removed[] = {
        ".report.csv.jobledger-123456", ".report.csv.jobledger-123456-wal", ".report.csv.jobledger-123456-shm",
        ".report.csv.jobledger-abcdef-journal",
    };
    for (size_t i = 0; i < COUNT(kept); i++)
        write_file(at(s, kept[i]), "");
    assert_int_equal(mkdir(at(s, ".report.csv.jobledger-folder"), 0755), 0);
    assert_int_equal(symlink(".report.csv", at(s, ".report.csv.jobledger-linked")), 0);
    char *before = folder_state(s->folder);
    for (size_t i = 0; i < COUNT(removed); i++)
        write_file(at(s, removed[i]), "");
    publish(at(s, "report.csv"), "new\n");
    unlink(at(s, "report.csv"));
    assert_folder_state(s->folder, before);
    free(before);
}

static void a_place_that_can_not_be_written_is_named(void **state)
{
    struct scratch *s = *state;
    assert_int_equal(mkdir(at(s, "folder"), 0755), 0);
    assert_int_equal(symlink("folder", at(s, "link")), 0);
    write_file(at(s, "file"), "");
    char *before = folder_state(s->folder);
    static const char *const places[] = {"folder", "link", "missing/report.csv", "file/report.csv", "a\nb/report.csv"};
    for (size_t i = 0; i < COUNT(places); i++) {
        struct error err = {""};
        struct atomic_file *file;
        must_be(atomic_file_open(at(s, places[i]), &file, &err), RESULT_REPORT, &err, places[i]);
        assert_null(file);
        assert_true(strstr(err.text, strchr(places[i], '\n') ? "a\\nb/report.csv: " : places[i]) != NULL);
        assert_null(strchr(err.text, '\n'));
    }
    assert_folder_state(s->folder, before);
    free(before);
}

static int write_beyond_the_limit(void *ctx)
{
    struct error err = {""};
    struct atomic_file *file;
    signal(SIGXFSZ, SIG_IGN);
    child_must_hold(setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096}) == 0, "a limit on the size");
    child_must(atomic_file_open(ctx, &file, &err));
    for (int i = 0; i < 5000; i++)
        fputs("new\n", atomic_file_stream(file));
    child_must_be(atomic_file_commit(file, &err), RESULT_REPORT, &err, "commit");
    child_must_hold(strstr(err.text, ctx) != NULL, "the message names the file");
    return 0;
}

static void what_can_not_be_written_in_full_leaves_the_old_file(void **state)
{
    struct scratch *s = *state;
    write_file(at(s, "report.csv"), "old\n");
    char *before = folder_state(s->folder);
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "report.csv"));
    run_child(write_beyond_the_limit, path);
    assert_folder_state(s->folder, before);
    free(before);
}

/* ---- devices and pipes ---- */

static void a_device_is_written_in_place(void **state)
{
    struct scratch *s = *state;
    assert_int_equal(symlink("/dev/null", at(s, "null")), 0);
    publish(at(s, "null"), "gone\n");
    struct stat st;
    assert_int_equal(lstat(at(s, "null"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void a_full_device_is_a_report_that_failed(void **state)
{
    struct scratch *s = *state;
    static const size_t sizes[] = {1, 1u << 20}; /* seen at the end, and while it is written */
    assert_int_equal(symlink("/dev/full", at(s, "full")), 0);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct error err = {""};
        struct atomic_file *file;
        must(atomic_file_open(at(s, "full"), &file, &err));
        for (size_t k = 0; k < sizes[i]; k++)
            putc('x', atomic_file_stream(file));
        must_be(atomic_file_commit(file, &err), RESULT_REPORT, &err, "commit");
        assert_non_null(strstr(err.text, "/full: "));
        assert_non_null(strstr(err.text, "No space left"));
    }
}

static int read_from_pipe(void *ctx)
{
    char text[64] = "";
    FILE *in = fopen(ctx, "r");
    child_must_hold(in != NULL, "the pipe opens");
    size_t n = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    return n == 6 && strcmp(text, "piped\n") == 0 ? 0 : 1;
}

static void a_pipe_is_written_in_place(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "pipe"));
    assert_int_equal(mkfifo(path, 0600), 0);
    struct child reader = start_child(read_from_pipe, path);
    publish(path, "piped\n");
    assert_int_equal(end_of(reader), 0);
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

struct standard_output {
    const char *file; /* NULL: a pipe that nobody reads */
    const char *name;
};

static int write_standard_output(void *ctx)
{
    const struct standard_output *to = ctx;
    struct error err = {""};
    struct atomic_file *file;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    child_becomes_nobody(); /* a mistake here must not replace /dev/stdout */
    child_must_hold(pipe(ends) == 0, "a pipe");
    close(ends[0]);
    int fd = to->file ? open(to->file, O_WRONLY | O_APPEND) : ends[1];
    child_must_hold(dup2(fd, STDOUT_FILENO) == STDOUT_FILENO, "standard output");
    child_must(atomic_file_open(to->name, &file, &err));
    fputs("report\n", atomic_file_stream(file));
    if (!to->file) {
        child_must_be(atomic_file_commit(file, &err), RESULT_REPORT, &err, "commit");
        child_must_hold(strstr(err.text, "standard output: ") == err.text, "the message names it");
        return 0;
    }
    child_must(atomic_file_commit(file, &err));
    child_must(atomic_file_open(to->name, &file, &err));
    atomic_file_discard(file); /* which leaves it open */
    child_must_hold(fputs("more\n", stdout) >= 0 && fflush(stdout) == 0, "standard output is still open");
    return 0;
}

static void standard_output_by_any_name(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "out"));
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct standard_output to = {path, names[i]};
        write_file(path, "before\n");
        give_to_nobody(path);
        run_child(write_standard_output, &to);
        assert_file(path, "before\nreport\nmore\n");
        to.file = NULL;
        run_child(write_standard_output, &to);
    }
    struct strbuf only = {0};
    describe(&only, s->folder, "out");
    assert_folder_state(s->folder, only.bytes);
    strbuf_free(&only);
}

static int publish_as_nobody(void *ctx)
{
    struct error err = {""};
    struct atomic_file *file;
    child_becomes_nobody();
    child_must(atomic_file_open(ctx, &file, &err));
    fputs("new\n", atomic_file_stream(file));
    child_must(atomic_file_commit(file, &err));
    return 0;
}

static void a_folder_that_may_be_written_but_not_read(void **state)
{
    struct scratch *s = *state;
    char path[512];
    assert_int_equal(mkdir(at(s, "dropbox"), 0300), 0);
    give_to_nobody(at(s, "dropbox"));
    snprintf(path, sizeof path, "%s/report.csv", at(s, "dropbox"));
    run_child(publish_as_nobody, path);
    assert_int_equal(chmod(at(s, "dropbox"), 0700), 0);
    assert_file(path, "new\n");
}

/* ---- the lock ---- */

static int hold(void *ctx)
{
    struct error err = {""};
    static struct lock *lock; /* in sight until the end */
    child_must(lock_acquire(ctx, 0, NULL, &lock, &err));
    wait_for_death();
}

static void the_lock_is_freed_when_its_holder_is_killed(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct lock *lock;
    char path[512];
    char pid[64];
    snprintf(path, sizeof path, "%s", at(s, "ledger.lock"));
    struct child holder = start_child(hold, path);
    wait_until_ready(holder);
    must_be(lock_acquire(path, 0, NULL, &lock, &err), RESULT_LOCKED, &err, "a second holder");
    assert_null(lock);
    snprintf(pid, sizeof pid, "(process %ld)", (long)holder.pid);
    assert_non_null(strstr(err.text, pid));
    assert_non_null(strstr(err.text, path));
    must_be(lock_acquire(path, 150, NULL, &lock, &err), RESULT_LOCKED, &err, "a second holder who waits");
    kill_child(holder);
    must(lock_acquire(path, 0, NULL, &lock, &err));
    snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    assert_file(path, pid);
    lock_release(lock);
    lock_release(NULL);
    assert_true(exists(path)); /* to remove it would let two in */
    must(lock_acquire(path, 0, NULL, &lock, &err));
    lock_release(lock);
}

static int wait_for_lock(void *ctx)
{
    struct error err = {""};
    struct lock *lock;
    child_must_hold(write(child_ready, "r", 1) == 1, "the parent is told");
    child_must(lock_acquire(ctx, 120000, NULL, &lock, &err));
    lock_release(lock);
    return 0;
}

static void one_who_waits_gets_the_lock_when_it_is_freed(void **state)
{
    struct scratch *s = *state;
    char path[512];
    snprintf(path, sizeof path, "%s", at(s, "ledger.lock"));
    struct child holder = start_child(hold, path);
    wait_until_ready(holder);
    struct child waiting = start_child(wait_for_lock, path);
    wait_until_ready(waiting);
    kill_child(holder);
    assert_int_equal(end_of(waiting), 0);
}

static void start_and_release(const char *path)
{
    struct error err = {""};
    struct lock *lock;
    int in[2], out[2];
    int status;
    pid_t pid;
    char c = 'c';
    char cat[] = "cat";
    char *const argv[] = {cat, NULL};
    must(lock_acquire(path, 0, NULL, &lock, &err));
    assert_true(pipe(in) == 0 && pipe(out) == 0);
    assert_true(fcntl(in[1], F_SETFD, FD_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    assert_int_equal(posix_spawnp(&pid, "cat", &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_true(write(in[1], &c, 1) == 1 && read(out[0], &c, 1) == 1); /* so that it runs by now */
    lock_release(lock);
    must(lock_acquire(path, 0, NULL, &lock, &err));
    lock_release(lock);
    for (int i = 0; i < 2; i++) {
        close(in[i]);
        close(out[i]);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_program_that_was_started_does_not_keep_the_lock(void **state)
{
    struct scratch *s = *state;
    start_and_release(at(s, "ledger.lock")); /* which is made, */
    start_and_release(at(s, "ledger.lock")); /* and which is there */
}

static void the_lock_file_is_private_whatever_the_umask(void **state)
{
    struct scratch *s = *state;
    static const mode_t masks[] = {0, 022, 077, 0277, 0777};
    for (size_t i = 0; i < COUNT(masks); i++) {
        struct error err = {""};
        struct lock *lock;
        mode_t saved = umask(masks[i]);
        enum result result = lock_acquire(at(s, "ledger.lock"), 0, NULL, &lock, &err);
        umask(saved);
        must(result);
        assert_int_equal(mode_of(at(s, "ledger.lock")), 0600);
        lock_release(lock);
        assert_int_equal(unlink(at(s, "ledger.lock")), 0);
    }
    /* One that is there keeps the mode that its owner gave it. */
    struct error err = {""};
    struct lock *lock;
    write_file(at(s, "ledger.lock"), "");
    assert_int_equal(chmod(at(s, "ledger.lock"), 0660), 0);
    must(lock_acquire(at(s, "ledger.lock"), 0, NULL, &lock, &err));
    lock_release(lock);
    assert_int_equal(mode_of(at(s, "ledger.lock")), 0660);
}

static void a_lock_that_can_not_be_made_is_named(void **state)
{
    struct scratch *s = *state;
    assert_int_equal(symlink("victim", at(s, "link.lock")), 0);
    assert_int_equal(mkdir(at(s, "folder.lock"), 0755), 0);
    static const char *const places[] = {"link.lock", "folder.lock", "missing/ledger.lock"};
    for (size_t i = 0; i < COUNT(places); i++) {
        struct error err = {""};
        struct lock *lock;
        must_be(lock_acquire(at(s, places[i]), 0, NULL, &lock, &err), RESULT_LEDGER, &err, places[i]);
        assert_null(lock);
        assert_non_null(strstr(err.text, places[i]));
    }
    assert_false(exists(at(s, "victim")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_reader_sees_the_old_file_or_the_new_one),
        scratch_test(what_is_discarded_leaves_the_old_file_and_nothing_else),
        scratch_test(modes_follow_the_umask),
        scratch_test(a_link_in_the_place_is_replaced_and_not_followed),
        scratch_test(names_of_every_kind),
        scratch_test(what_a_killed_process_had_begun_is_removed_by_the_next),
        scratch_test(only_what_was_begun_is_removed),
        scratch_test(a_place_that_can_not_be_written_is_named),
        scratch_test(what_can_not_be_written_in_full_leaves_the_old_file),
        scratch_test(a_device_is_written_in_place),
        scratch_test(a_full_device_is_a_report_that_failed),
        scratch_test(a_pipe_is_written_in_place),
        scratch_test(standard_output_by_any_name),
        scratch_test(a_folder_that_may_be_written_but_not_read),
        scratch_test(the_lock_is_freed_when_its_holder_is_killed),
        scratch_test(one_who_waits_gets_the_lock_when_it_is_freed),
        scratch_test(a_program_that_was_started_does_not_keep_the_lock),
        scratch_test(the_lock_file_is_private_whatever_the_umask),
        scratch_test(a_lock_that_can_not_be_made_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
