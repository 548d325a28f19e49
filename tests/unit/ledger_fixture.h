/* A ledger in a temporary file, filled by way of the store's contract: for the tests of reports. */
#ifndef JOBLEDGER_TESTS_LEDGER_FIXTURE_H
#define JOBLEDGER_TESTS_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decimal.h"
#include "exporter.h"
#include "tests/unit/answer_reader.h"
#include "sha256.h"
#include "store.h"
#include "strbuf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNUSED __attribute__((unused))
#define CELLS_MAX 4

/* On 2024-12-16. */
#define INGEST_TIME ((struct timestamp){1734345000, 0}) /* 10:30:00 */
#define FETCH_TIME ((struct timestamp){1734345600, 0})  /* 10:40:00 */

/* What the API says of a job. NULL: null. */
struct job_spec {
    const char *job_id;
    const char *status; /* or "bad": no usable answer */
    const char *model;
    const char *time;
    const char *cost;
    const char *confidence;
    const char *created_at;
    const char *completed_at;
    const char *error_code;
    const char *error_message;
    const char *body; /* NULL: an object without extracted data */
};

struct row_spec {
    const char *job_id;
    const char *cells[CELLS_MAX];
};

struct ledger {
    struct store *store;
    int sources;
};

#define must(call) must_be_ok((call), &err, #call)

static UNUSED void must_be_ok(enum result result, const struct error *err, const char *what)
{
    if (result != RESULT_OK)
        fail_msg("%s: %s", what, err->text);
}

static UNUSED int open_ledger(void **state)
{
    struct error err = {""};
    struct ledger *ledger = calloc(1, sizeof *ledger);
    assert_non_null(ledger);
    must(store_open_scratch(&READER, &ledger->store, &err));
    *state = ledger;
    return 0;
}

static UNUSED int close_ledger(void **state)
{
    struct ledger *ledger = *state;
    store_close(ledger->store);
    free(ledger);
    return 0;
}

/* Opens a source; columns end with NULL, and may be called `expected.PATH`. */
static UNUSED size_t begin_source(struct ledger *ledger, const char *name, const char *const *columns)
{
    struct error err = {""};
    uint8_t sum[SHA256_SIZE] = {0};
    struct store_column kept[CELLS_MAX] = {{0}};
    size_t count = 0;
    sum[0] = (uint8_t)++ledger->sources;
    for (; columns && columns[count]; count++) {
        bool expected = strncmp(columns[count], "expected.", strlen("expected.")) == 0;
        kept[count] = (struct store_column){expected, text_of(columns[count] + (expected ? strlen("expected.") : 0))};
    }
    const struct store_source source = {name, sum, 1, INGEST_TIME};
    must(store_source_begin(ledger->store, &source, kept, count, &err));
    return count;
}

static UNUSED void add_job(struct ledger *ledger, uint64_t line, const char *job_id, const char *const *cells,
                           size_t count)
{
    struct error err = {""};
    struct text texts[CELLS_MAX];
    for (size_t i = 0; i < count; i++)
        texts[i] = text_of(cells[i] ? cells[i] : "");
    must(store_source_job(ledger->store, line, text_of(job_id), texts, &err));
}

static UNUSED void end_source(struct ledger *ledger)
{
    struct error err = {""};
    must(store_source_end(ledger->store, true, NULL, &err));
}

static UNUSED void ingest(struct ledger *ledger, const char *name, const char *const *columns,
                          const struct row_spec *rows, size_t count)
{
    size_t width = begin_source(ledger, name, columns);
    for (size_t i = 0; i < count; i++)
        add_job(ledger, i + 2, rows[i].job_id, rows[i].cells, width);
    end_source(ledger);
}

static UNUSED struct measure measure_of(const char *s, int64_t bound)
{
    struct measure m = {.known = s != NULL, .spelling = text_of(s)};
    if (s)
        assert_true(decimal_parse(text_of(s), bound, &m.nano));
    return m;
}

static UNUSED struct moment moment_of(const char *s)
{
    struct moment m = {.known = s != NULL};
    if (s)
        assert_true(timestamp_parse(text_of(s), &m.at));
    return m;
}

static UNUSED void answer_job(struct ledger *ledger, int64_t key, const struct job_spec *spec)
{
    struct error err = {""};
    struct answer answer = {.http_status = 200, .server_ms = -1, .received_at = FETCH_TIME};
    struct reading reading = {
        .outcome = OUTCOME_JOB,
        .error_code = text_of(spec->error_code),
        .error_message = text_of(spec->error_message),
        .model_used = text_of(spec->model),
        .processing_time = measure_of(spec->time, 1000000),
        .cost_chf = measure_of(spec->cost, 1000000),
        .confidence = measure_of(spec->confidence, 2),
        .created_at = moment_of(spec->created_at),
        .completed_at = moment_of(spec->completed_at),
    };
    answer.body = text_of(spec->body ? spec->body : "{}");
    if (strcmp(spec->status, "bad") == 0) {
        reading.outcome = OUTCOME_BAD;
        answer.http_status = 503;
    } else {
        assert_true(job_status_parse(text_of(spec->status), &reading.status));
    }
    if (reading.outcome == OUTCOME_JOB && (reading.status == JOB_NOT_FOUND || reading.status == JOB_ERROR)) {
        reading.outcome = reading.status == JOB_ERROR ? OUTCOME_REFUSED : OUTCOME_NOT_FOUND;
        reading.trace_id = text_of("trace_1");
        answer.http_status = reading.status == JOB_ERROR ? 422 : 404;
    }
    enum job_status after;
    make_up(&answer, &reading);
    must(store_save(ledger->store, key, &answer, &reading, 1, FETCH_TIME, &after, &err));
}

/* Asks for all open jobs; those without a spec get no answer. */
static UNUSED void fetch(struct ledger *ledger, const struct job_spec *specs, size_t count)
{
    struct error err = {""};
    char job_id[JOB_ID_MAX + 1];
    int64_t key;
    bool end = false;
    must(store_run_begin(ledger->store, FETCH_TIME, &err));
    must(store_next_job(ledger->store, &key, job_id, &end, &err));
    while (!end) {
        for (size_t i = 0; i < count; i++)
            if (strcmp(specs[i].job_id, job_id) == 0)
                answer_job(ledger, key, &specs[i]);
        must(store_next_job(ledger->store, &key, job_id, &end, &err));
    }
    must(store_commit(ledger->store, &err));
}

/* One source with a row for each spec, and their answers. */
static UNUSED void fill(struct ledger *ledger, const struct job_spec *specs, size_t count)
{
    begin_source(ledger, "jobs.csv", NULL);
    for (size_t i = 0; i < count; i++)
        add_job(ledger, i + 2, specs[i].job_id, NULL, 0);
    end_source(ledger);
    fetch(ledger, specs, count);
}

static UNUSED char *exported(struct ledger *ledger, const char *name, const struct export_options *options)
{
    struct error err = {""};
    char *bytes = NULL;
    size_t len = 0;
    const struct report *report = export_report(name);
    assert_non_null(report);
    FILE *out = open_memstream(&bytes, &len);
    assert_non_null(out);
    must(export_write(ledger->store, report, 1, options, out, &err));
    fclose(out);
    return bytes;
}

/* The rows below the header. */
static UNUSED void assert_rows(struct ledger *ledger, const char *name, const char *expected)
{
    struct export_options options = EXPORT_OPTIONS_DEFAULT;
    options.no_header = true;
    char *actual = exported(ledger, name, &options);
    assert_string_equal(actual, expected);
    free(actual);
}

static UNUSED void assert_report(struct ledger *ledger, const char *name, const char *expected)
{
    const struct export_options options = EXPORT_OPTIONS_DEFAULT;
    char *actual = exported(ledger, name, &options);
    assert_string_equal(actual, expected);
    free(actual);
}

#endif
