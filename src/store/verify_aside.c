/* A second thread for verify: its checks take as long as the walk through the archive, and neither needs what the other
 * finds. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify.h"

struct verify_aside {
    struct verification v; /* nothing in it belongs to the caller but the reader */
    struct store_verify options;
    struct store_verdict verdict;
    struct error err;
    enum result result;
    FILE *found; /* lines that wait for the caller: in a file, since there may be one for each job */
    verify_check *const *checks;
    size_t count;
    pthread_t thread;
};

static void keep(void *ctx, const char *line)
{
    struct verify_aside *aside = ctx;
    fputs(line, aside->found); /* a failure stays in the file's error */
    fputc('\n', aside->found);
}

static void *run(void *ctx)
{
    struct verify_aside *aside = ctx;
    aside->result = store_snapshot_begin(aside->v.store, &aside->err);
    if (aside->result != RESULT_OK)
        return NULL;
    aside->result = verify_run(&aside->v, aside->checks, aside->count);
    store_snapshot_end(aside->v.store);
    return NULL;
}

/* Signals are for the thread that has always had them. */
static bool start(struct verify_aside *aside)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool started = pthread_create(&aside->thread, NULL, run, aside) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void free_aside(struct verify_aside *aside)
{
    store_close(aside->v.store);
    if (aside->found)
        fclose(aside->found);
    free(aside);
}

struct verify_aside *verify_aside_start(const struct verification *v, verify_check *const checks[], size_t count)
{
    const char *path = sqlite3_db_filename(v->store->db, "main");
    struct verify_aside *aside = path && *path && sqlite3_threadsafe() ? calloc(1, sizeof *aside) : NULL;
    if (!aside)
        return NULL;
    aside->checks = checks;
    aside->count = count;
    aside->options = (struct store_verify){.found = keep, .ctx = aside};
    aside->v = (struct verification){.options = &aside->options, .verdict = &aside->verdict, .err = &aside->err};
    aside->found = tmpfile();
    if (aside->found && store_open(path, STORE_READ, &v->store->reader, &aside->v.store, &aside->err) == RESULT_OK) {
        store_stop_on(aside->v.store, v->store->signal);
        if (start(aside))
            return aside;
    }
    free_aside(aside);
    return NULL;
}

/* False where some of it could not be kept. */
static bool tell(struct verify_aside *aside, struct verification *v)
{
    char line[VERIFY_LINE_SIZE + 1];
    bool kept = fflush(aside->found) == 0 && !ferror(aside->found);
    rewind(aside->found);
    while (fgets(line, sizeof line, aside->found)) {
        line[strcspn(line, "\n")] = '\0';
        verify_found(v, "%s", line);
    }
    return kept && !ferror(aside->found);
}

enum result verify_aside_end(struct verify_aside *aside, struct verification *v, enum result so_far)
{
    if (so_far != RESULT_OK)
        sqlite3_interrupt(aside->v.store->db);
    pthread_join(aside->thread, NULL);
    bool told = tell(aside, v);
    enum result result = so_far;
    if (result == RESULT_OK && aside->result != RESULT_OK) {
        *v->err = aside->err;
        result = aside->result;
    }
    if (result == RESULT_OK && !told)
        result = error_set(v->err, RESULT_LEDGER, "not all that differs could be kept in a temporary file; make room "
                           "in /tmp");
    free_aside(aside);
    return result;
}
