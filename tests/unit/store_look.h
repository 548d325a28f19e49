/* Ledgers in a test's folder, and looks into them: by the program's own queries, and by sqlite3. */
#ifndef JOBLEDGER_TESTS_STORE_LOOK_H
#define JOBLEDGER_TESTS_STORE_LOOK_H

#include "tests/unit/ledger_fixture.h"
#include "tests/unit/scratch.h"

#define must_fail(call, wanted) must_be((call), (wanted), &err, #call)

static UNUSED void must_be(enum result result, enum result wanted, const struct error *err, const char *what)
{
    if (result != wanted)
        fail_msg("%s: %d, not %d: %s", what, (int)result, (int)wanted, result ? err->text : "");
}

static UNUSED struct ledger open_at(const char *path, enum store_mode mode)
{
    struct error err = {""};
    struct ledger ledger = {0};
    must(store_open(path, mode, &READER, &ledger.store, &err));
    return ledger;
}

/* One source of `count` jobs, from job_1. */
static UNUSED void ingest_numbered(struct ledger *ledger, const char *name, int count)
{
    begin_source(ledger, name, NULL);
    for (int i = 1; i <= count; i++) {
        char id[32];
        snprintf(id, sizeof id, "job_%d", i);
        add_job(ledger, (uint64_t)i, id, NULL, 0);
    }
    end_source(ledger);
}

static UNUSED void make_ledger(const char *path, int jobs)
{
    struct ledger ledger = open_at(path, STORE_CREATE);
    ingest_numbered(&ledger, "jobs.csv", jobs);
    store_close(ledger.store);
}

#define ALL_COLUMNS 1000

/* Every row of a query as a line: `|` between its first cells, `~` for NULL. The caller's to free. */
static UNUSED struct strbuf cells_of(struct store *store, const char *query, const char *parameter, int columns)
{
    struct error err = {""};
    struct store_rows *rows;
    struct strbuf out = {0};
    bool more;
    strbuf_puts(&out, "");
    must(store_query(store, query, &rows, &err));
    if (parameter)
        must(store_bind_text(rows, 1, text_of(parameter), &err));
    must(store_next(rows, &more, &err));
    while (more) {
        for (int i = 0; i < store_columns(rows) && i < columns; i++) {
            struct text cell = store_text(rows, i);
            if (i > 0)
                strbuf_putc(&out, '|');
            strbuf_append(&out, cell.bytes ? cell.bytes : "~", cell.bytes ? cell.len : 1);
        }
        strbuf_putc(&out, '\n');
        must(store_next(rows, &more, &err));
    }
    store_rows_free(rows);
    assert_false(out.failed);
    return out;
}

static UNUSED struct strbuf rows_of(struct store *store, const char *query, const char *parameter)
{
    return cells_of(store, query, parameter, ALL_COLUMNS);
}

/* Columns beyond those of the first expected row don't matter. */
static UNUSED void assert_query(struct store *store, const char *query, const char *parameter, const char *expected)
{
    int columns = 1;
    for (const char *p = expected; *p && *p != '\n'; p++)
        columns += *p == '|';
    struct strbuf found = cells_of(store, query, parameter, columns);
    assert_string_equal(found.bytes, expected);
    strbuf_free(&found);
}

static UNUSED void assert_open(struct store *store, uint64_t expected)
{
    struct error err = {""};
    uint64_t count;
    must(store_select(store, &(struct store_selection){0}, &count, &err));
    assert_int_equal(count, expected);
}

static UNUSED int64_t key_of(struct store *store, const char *job_id)
{
    struct strbuf key = rows_of(store, "queries/job_find", job_id);
    int64_t value = strtoll(key.bytes, NULL, 10);
    strbuf_free(&key);
    assert_true(value > 0);
    return value;
}

/* What sqlite3 says to SQL of the test's own. The caller's to free. */
static UNUSED struct strbuf sql(struct scratch *s, const char *path, const char *text)
{
    return output_of(s, (const char *const[]){"sqlite3", "-batch", "-bail", path, text, NULL});
}

static UNUSED void assert_sql(struct scratch *s, const char *path, const char *text, const char *expected)
{
    struct strbuf found = sql(s, path, text);
    assert_string_equal(found.bytes ? found.bytes : "", expected);
    strbuf_free(&found);
}

/* All that is in the ledger, as SQL: two equal ones are the same ledger. The caller's to free. */
static UNUSED struct strbuf contents_of(struct scratch *s, const char *path)
{
    return sql(s, path, ".dump");
}

static UNUSED void assert_contents(struct scratch *s, const char *path, const struct strbuf *expected)
{
    struct strbuf found = contents_of(s, path);
    assert_string_equal(found.bytes, expected->bytes);
    strbuf_free(&found);
}

#endif
