/* Proves the ledger intact: the file, the accounts, the archive, and what follows from it. */
#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum result verify_found(struct verification *v, const char *format, ...)
{
    char line[VERIFY_LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    v->verdict->findings++;
    v->options->found(v->options->ctx, line);
    return RESULT_OK;
}

/* ---- the file ---- */

/* Each row of a check of SQLite's own, but for "ok". */
static enum result check_file(struct verification *v, enum sql_id query)
{
    struct call call = call_of(v->store, query);
    bool more;
    enum result result = call_row(&call, &more, v->err);
    while (result == RESULT_OK && more) {
        char shown[600];
        struct text text = call_column_text(&call, 0);
        if (!text_is(text, "ok"))
            verify_found(v, "the file: %s", text_printable(text, 0, shown, sizeof shown));
        result = call_row(&call, &more, v->err);
    }
    return result;
}

/* ---- what adds up ---- */

static enum result check_sources(struct verification *v)
{
    struct call call = call_of(v->store, SQL_QUERIES_VERIFY_SOURCES);
    bool more;
    enum result result = call_row(&call, &more, v->err);
    while (result == RESULT_OK && more) {
        char name[400];
        int64_t n[6];
        text_printable(call_column_text(&call, 0), 80, name, sizeof name);
        for (int i = 0; i < 6; i++)
            n[i] = sqlite3_column_int64(call.stmt, i + 1);
        verify_found(v, "source %s: %" PRId64 " rows are not its %" PRId64 " jobs, %" PRId64 " duplicates and %" PRId64
                     " rejected rows; the ledger holds %" PRId64 " jobs and %" PRId64 " rejected rows of it", name,
                     n[0], n[1], n[2], n[3], n[4], n[5]);
        result = call_row(&call, &more, v->err);
    }
    return result;
}

/* Rows that say of what something is wrong, and what. */
static enum result check_rows(struct verification *v, enum sql_id query)
{
    struct call call = call_of(v->store, query);
    bool more;
    enum result result = call_row(&call, &more, v->err);
    while (result == RESULT_OK && more) {
        char name[400];
        char what[200];
        text_printable(call_column_text(&call, 0), 80, name, sizeof name);
        text_printable(call_column_text(&call, 1), 0, what, sizeof what);
        verify_found(v, "%s: %s", name, what);
        result = call_row(&call, &more, v->err);
    }
    return result;
}

static enum result check_tallies(struct verification *v)
{
    return check_rows(v, SQL_QUERIES_VERIFY_TALLIES);
}

static enum result check_took(struct verification *v)
{
    return check_rows(v, SQL_QUERIES_VERIFY_TOOK);
}

static enum result check_jobs(struct verification *v)
{
    return check_rows(v, SQL_QUERIES_VERIFY_JOBS);
}

static enum result check_prunes(struct verification *v)
{
    return check_rows(v, SQL_QUERIES_VERIFY_PRUNES);
}

static enum result check_verdicts(struct verification *v)
{
    return check_rows(v, SQL_QUERIES_VERIFY_VERDICTS);
}

enum result store_answer_count(struct store *store, uint64_t *count, struct error *err)
{
    int64_t newest = 0;
    enum result result = store_single_int(store, SQL_QUERIES_ANSWER_NEWEST, &newest, err);
    *count = (uint64_t)newest; /* none is ever taken out */
    return result;
}

/* ---- all of it ---- */

static enum result check_whole(struct verification *v)
{
    return check_file(v, SQL_QUERIES_VERIFY_FILE);
}

static enum result check_keys(struct verification *v)
{
    return check_file(v, SQL_QUERIES_VERIFY_KEYS);
}

/* Whether the check ended because of what is in the file, and not because of the machine. */
static bool is_damage(struct store *store)
{
    int rc = sqlite3_errcode(store->db) & 0xFF;
    return rc == SQLITE_CORRUPT || rc == SQLITE_ERROR || rc == SQLITE_MISMATCH;
}

enum result verify_run(struct verification *v, verify_check *const checks[], size_t count)
{
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < count; i++) {
        result = checks[i](v);
        if (result == RESULT_LEDGER && is_damage(v->store))
            result = verify_found(v, "%s", v->err->text);
    }
    return result;
}

static enum result check_all(struct verification *v)
{
    static verify_check *const accounts[] = {
        check_whole, check_keys, check_sources, check_tallies, check_took, check_jobs, check_verdicts,
    };
    static verify_check *const archive[] = {verify_archive, check_prunes, verify_derived};
    const size_t account_count = sizeof accounts / sizeof accounts[0];
    enum result result = store_exec(v->store, sql_texts[SQL_QUERIES_VERIFY_TABLES].text, v->err);
    if (result != RESULT_OK)
        return result;
    struct verify_aside *aside = verify_aside_start(v, accounts, account_count);
    if (!aside)
        result = verify_run(v, accounts, account_count);
    if (result == RESULT_OK)
        result = verify_run(v, archive, sizeof archive / sizeof archive[0]);
    return aside ? verify_aside_end(aside, v, result) : result;
}

enum result store_verify(struct store *store, const struct store_verify *options, struct store_verdict *verdict,
                         struct error *err)
{
    struct verification v = {store, options, verdict, json_reader_new(), err};
    *verdict = (struct store_verdict){0};
    if (!v.json)
        return error_memory(err);
    /* Only to temporary tables. */
    enum result result = store_exec(store, "PRAGMA query_only = OFF", err);
    if (result == RESULT_OK)
        result = store_snapshot_begin(store, err);
    if (result == RESULT_OK) {
        result = check_all(&v);
        store_snapshot_end(store);
    }
    if (store->query_only)
        store_exec(store, "PRAGMA query_only = ON", NULL);
    json_reader_free(v.json);
    return result;
}
