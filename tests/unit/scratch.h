/* A folder for one test, looks into it, and processes that may be killed. */
#ifndef JOBLEDGER_TESTS_SCRATCH_H
#define JOBLEDGER_TESTS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "result.h"
#include "sha256.h"
#include "strbuf.h"

#define UNUSED __attribute__((unused))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY 65534 /* the uid and gid without rights of their own */
#define PATHS_MAX 8
#define NAMES_MAX 64

extern char **environ;

struct scratch {
    char *folder;
    struct strbuf paths[PATHS_MAX]; /* what at() gives, in turn */
    unsigned next;
};

static UNUSED int make_scratch(void **state)
{
    struct scratch *s = calloc(1, sizeof *s);
    assert_non_null(s);
    const char *base = getenv("TMPDIR");
    struct strbuf folder = {0};
    strbuf_printf(&folder, "%s/jobledger.XXXXXX", base && base[0] == '/' ? base : "/tmp");
    s->folder = folder.bytes;
    assert_non_null(s->folder);
    assert_non_null(mkdtemp(s->folder));
    assert_int_equal(chmod(s->folder, 0755), 0);
    *state = s;
    return 0;
}

static UNUSED int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static UNUSED int remove_scratch(void **state)
{
    struct scratch *s = *state;
    nftw(s->folder, remove_one, NAMES_MAX, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 0; i < PATHS_MAX; i++)
        strbuf_free(&s->paths[i]);
    free(s->folder);
    free(s);
    return 0;
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, make_scratch, remove_scratch)

/* The path of a name in the folder; good for PATHS_MAX more calls. */
static UNUSED const char *at(struct scratch *s, const char *name)
{
    struct strbuf *path = &s->paths[s->next++ % PATHS_MAX];
    strbuf_clear(path);
    strbuf_printf(path, "%s/%s", s->folder, name);
    assert_false(path->failed);
    return path->bytes;
}

static UNUSED void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

/* NUL-terminated; the caller's to free. */
static UNUSED struct strbuf read_file(const char *path)
{
    struct strbuf buf = {0};
    char part[4096];
    size_t n;
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("%s can't be read", path);
    do {
        n = fread(part, 1, sizeof part, in);
        strbuf_append(&buf, part, n);
    } while (n > 0);
    fclose(in);
    assert_false(buf.failed);
    return buf;
}

static UNUSED void assert_file(const char *path, const char *expected)
{
    struct strbuf found = read_file(path);
    assert_string_equal(found.bytes, expected);
    strbuf_free(&found);
}

static UNUSED mode_t mode_of(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        fail_msg("%s is not there", path);
    return st.st_mode & 07777;
}

static UNUSED bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static UNUSED int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static UNUSED void describe(struct strbuf *out, const char *folder, const char *name)
{
    char path[1024];
    struct stat st;
    uint8_t sum[SHA256_SIZE] = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(lstat(path, &st), 0);
    if (S_ISREG(st.st_mode)) {
        struct strbuf bytes = read_file(path);
        sha256_of((struct text){bytes.bytes, bytes.len}, sum);
        strbuf_free(&bytes);
    }
    strbuf_printf(out, "%s %o ", name, (unsigned)st.st_mode);
    for (size_t i = 0; i < 8; i++)
        strbuf_printf(out, "%02x", sum[i]);
    strbuf_putc(out, '\n');
}

/* Each name with its mode and the digest of its bytes, in order: two equal ones mean that nothing was touched. The
 * caller's to free. */
static UNUSED char *folder_state(const char *folder)
{
    char *names[NAMES_MAX];
    size_t count = 0;
    struct strbuf out = {0};
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_true(count < NAMES_MAX);
        names[count++] = strdup(entry->d_name);
    }
    closedir(dir);
    qsort(names, count, sizeof names[0], by_text);
    strbuf_puts(&out, "");
    for (size_t i = 0; i < count; i++) {
        describe(&out, folder, names[i]);
        free(names[i]);
    }
    assert_false(out.failed);
    return out.bytes;
}

static UNUSED void assert_folder_state(const char *folder, const char *expected)
{
    char *found = folder_state(folder);
    assert_string_equal(found, expected);
    free(found);
}

/* Runs a program to its end, its output into a file that is then read: the caller's to free. */
static UNUSED struct strbuf output_of(struct scratch *s, const char *const *arguments)
{
    char path[512];
    char *argv[16] = {NULL};
    for (size_t i = 0; arguments[i]; i++) {
        assert_true(i + 1 < COUNT(argv));
        argv[i] = strdup(arguments[i]);
    }
    snprintf(path, sizeof path, "%s.output", s->folder);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    struct strbuf out = read_file(path);
    unlink(path);
    if (status != 0)
        fail_msg("%s ended with %d: %s", argv[0], status, out.bytes ? out.bytes : "");
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    return out;
}

/* ---- processes ---- */

struct child {
    pid_t pid;
    int ready; /* where it says that it has come to the point */
};

static int child_ready = -1; /* the child's own end */

/* For children, where what cmocka's assertions say is lost. */
#define child_must(call) child_must_be((call), RESULT_OK, &err, #call)

static UNUSED void child_must_be(enum result result, enum result wanted, const struct error *err, const char *what)
{
    if (result == wanted)
        return;
    fprintf(stderr, "%s: %d, not %d: %s\n", what, (int)result, (int)wanted, err->text);
    _exit(99);
}

static UNUSED void child_must_hold(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    _exit(98);
}

static UNUSED struct child start_child(int (*body)(void *ctx), void *ctx)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child_ready = ends[1];
        setenv("CMOCKA_TEST_ABORT", "1", 1); /* cmocka would go on here with the parent's tests */
        alarm(300); /* not to outlive a parent that failed */
        _exit(body(ctx));
    }
    close(ends[1]);
    return (struct child){pid, ends[0]};
}

/* Says that the point is reached, and waits there to be killed. */
static UNUSED _Noreturn void wait_for_death(void)
{
    child_must_hold(write(child_ready, "r", 1) == 1, "the parent is told");
    for (;;)
        pause();
}

/* The exit status; 1000 and the signal where one ended it. */
static UNUSED int end_of(struct child child)
{
    int status;
    close(child.ready);
    assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static UNUSED void wait_until_ready(struct child child)
{
    char c;
    ssize_t n = read(child.ready, &c, 1);
    if (n != 1)
        fail_msg("the child ended early, with %d", end_of(child));
}

static UNUSED void kill_child(struct child child)
{
    assert_int_equal(kill(child.pid, SIGKILL), 0);
    assert_int_equal(end_of(child), 1000 + SIGKILL);
}

static UNUSED void run_child(int (*body)(void *ctx), void *ctx)
{
    assert_int_equal(end_of(start_child(body, ctx)), 0);
}

/* Gives up root's rights, which no mode holds back. */
static UNUSED void child_becomes_nobody(void)
{
    if (geteuid() == 0)
        child_must_hold(setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "nobody's rights");
}

/* Makes it nobody's, where this process is root and its child becomes nobody. */
static UNUSED void give_to_nobody(const char *path)
{
    if (geteuid() == 0)
        assert_int_equal(chown(path, NOBODY, NOBODY), 0);
}

#endif
