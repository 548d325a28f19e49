/* What a job's answers come to, one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/store/history.h"
#include "strbuf.h"
#include "tests/unit/answer_reader.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OBJECT(rest) "{\"success\":true,\"job_id\":\"job_1\"," rest "}"
#define COMPLETED(rest) OBJECT("\"status\":\"completed\"," rest)
#define NOT_FOUND "{\"success\":false,\"error\":{\"code\":\"JOB_NOT_FOUND\",\"message\":\"no\"}}"
#define REFUSED "{\"success\":false,\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"not yours\"}}"
#define PRUNED NULL

struct step {
    int http_status;
    const char *body;    /* PRUNED: it is, of a job that was once resolved */
    const char *expected; /* status, ever, gone, when resolved; then each change, in order of field: field:old>new */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct changes {
    char *lines[32];
    size_t count;
};

static enum result note(void *ctx, struct text field, struct text old, struct text new, struct error *err)
{
    (void)err;
    struct changes *changes = ctx;
    char line[400];
    assert_true(changes->count < COUNT(changes->lines));
    snprintf(line, sizeof line, "\n%.*s:%.*s>%.*s", (int)field.len, field.bytes, (int)old.len,
             old.bytes ? old.bytes : "", (int)new.len, new.bytes ? new.bytes : "");
    changes->lines[changes->count++] = strdup(line);
    return RESULT_OK;
}

static void describe(struct history *history, struct strbuf *out)
{
    struct error err = {""};
    struct changes changes = {.count = 0};
    const struct facts *now = history_now(history);
    strbuf_printf(out, "%s%s%s", job_status_name(now->status), now->ever_resolved ? " ever" : "",
                  now->gone ? " gone" : "");
    if (!job_status_open(now->status))
        strbuf_printf(out, " %d", (int)now->resolved_at);
    assert_int_equal(history_changes(history, note, &changes, &err), RESULT_OK);
    qsort(changes.lines, changes.count, sizeof changes.lines[0], by_text);
    for (size_t i = 0; i < changes.count; i++) {
        strbuf_puts(out, changes.lines[i]);
        free(changes.lines[i]);
    }
}

/* Each step is an answer that comes a second after the one before. */
static void assert_steps(const struct step *steps, size_t count)
{
    struct error err = {""};
    struct history *history = history_new(&READER);
    assert_non_null(history);
    history_start(history, "job_1");
    for (size_t i = 0; i < count; i++) {
        struct strbuf found = {0};
        struct answer answer = {.http_status = steps[i].http_status, .body = text_of(steps[i].body), .server_ms = -1,
                                .received_at = {(int64_t)i + 1, 0}};
        if (!steps[i].body) {
            history_skip(history, true);
            continue;
        }
        if (history_add(history, &answer, &err) != RESULT_OK)
            fail_msg("step %zu: %s", i + 1, err.text);
        describe(history, &found);
        if (strcmp(found.bytes, steps[i].expected) != 0)
            fail_msg("step %zu:\n%s\nis not\n%s", i + 1, found.bytes, steps[i].expected);
        strbuf_free(&found);
    }
    history_free(history);
}

#define assert_history(...) \
    do { \
        static const struct step steps[] = {__VA_ARGS__}; \
        assert_steps(steps, COUNT(steps)); \
    } while (0)

static void unfinished_jobs_change_without_a_word(void **state)
{
    (void)state;
    assert_history({200, OBJECT("\"status\":\"pending\""), "pending"},
                   {200, OBJECT("\"status\":\"processing\",\"model_used\":\"m\""), "processing"},
                   {200, COMPLETED("\"cost_chf\":1.5"), "completed ever 3"});
}

static void fields_of_a_resolved_job_are_compared_as_reports_show_them(void **state)
{
    (void)state;
    assert_history({200, COMPLETED("\"cost_chf\":1.5,\"confidence\":0.90,\"processing_time\":3"), "completed ever 1"},
                   {200, COMPLETED("\"cost_chf\":1.50,\"confidence\":0.90,\"processing_time\":3"), "completed ever 1"},
                   {200, COMPLETED("\"cost_chf\":2,\"confidence\":0.9,\"created_at\":\"2024-12-16T10:30:00Z\""),
                    "completed ever 1\nconfidence:0.90>0.9\ncost_chf:1.50>2.00\ncreated_at:>2024-12-16T10:30:00Z"
                    "\nprocessing_time:3>"});
}

static void a_changed_state_is_resolved_anew_and_an_unchanged_one_is_not(void **state)
{
    (void)state;
    assert_history({200, OBJECT("\"status\":\"failed\",\"error_message\":\"torn\""), "failed ever 1"},
                   {200, OBJECT("\"status\":\"failed\",\"error_message\":\"wet\""),
                    "failed ever 1\nerror_message:torn>wet"},
                   {200, COMPLETED("\"cost_chf\":1"),
                    "completed ever 3\ncost_chf:>1.00\nerror_message:wet>\nstatus:failed>completed"},
                   {200, OBJECT("\"status\":\"pending\""),
                    "pending ever\ncost_chf:1.00>\nstatus:completed>pending"},
                   {200, COMPLETED("\"cost_chf\":1"), "completed ever 5"});
}

static void extracted_data_is_compared_path_by_path(void **state)
{
    (void)state;
    assert_history({200, COMPLETED("\"extracted_data\":{\"a\":1,\"b\":{\"c\":\"x\"},\"l\":[1,2],"
                                   "\"i\":[{\"n\":1},{\"n\":2}],"
                                   "\"same\":null,\"gone\":\"g\"}"), "completed ever 1"},
                   {200, COMPLETED("\"extracted_data\":{\"a\":1.0,\"b\":{\"c\":\"y\"},\"l\":[1,3],\"i\":[{\"n\":1}],"
                                   "\"same\":null,\"new\":true}"),
                    "completed ever 1\nextracted_data.a:1>1.0\nextracted_data.b.c:x>y\nextracted_data.gone:g>"
                    "\nextracted_data.i[2].n:2>\nextracted_data.l:[1,2]>[1,3]\nextracted_data.new:>true"});
    assert_history({200, COMPLETED("\"extracted_data\":{\"a\":{\"b\":1}}"), "completed ever 1"},
                   {200, COMPLETED("\"extracted_data\":{\"a\":5}"),
                    "completed ever 1\nextracted_data.a.b:1>\nextracted_data.a:>5"},
                   {200, COMPLETED("\"extracted_data\":null"), "completed ever 1\nextracted_data.a:5>"},
                   {200, COMPLETED("\"extracted_data\":[1,2]"), "completed ever 1\nextracted_data:>[1,2]"});
}

static void a_job_that_is_forgotten_keeps_its_result(void **state)
{
    (void)state;
    assert_history({404, NOT_FOUND, "not_found 1"}, {200, COMPLETED("\"cost_chf\":1"),
                   "completed ever 2\ncost_chf:>1.00\nerror_message:no>\nstatus:not_found>completed"},
                   {404, NOT_FOUND, "completed ever gone 2"}, {404, NOT_FOUND, "completed ever gone 2"},
                   {200, COMPLETED("\"cost_chf\":2"), "completed ever 2\ncost_chf:1.00>2.00"},
                   {403, REFUSED, "error ever 6\nerror_message:>not yours\nstatus:completed>error"},
                   {404, NOT_FOUND, "error ever gone 6"});
}

static void what_is_pruned_leaves_only_that_it_was_once_resolved(void **state)
{
    (void)state;
    assert_history({200, PRUNED, ""}, {404, NOT_FOUND, "new ever gone"}, {200, COMPLETED("\"cost_chf\":1"),
                   "completed ever 3"}, {200, COMPLETED("\"cost_chf\":2"), "completed ever 3\ncost_chf:1.00>2.00"});
}

static void what_is_no_archived_answer_is_an_error(void **state)
{
    (void)state;
    static const struct step wrong[] = {
        {200, "not JSON", NULL}, {200, "{}", NULL}, {500, NOT_FOUND, NULL}, {429, REFUSED, NULL}, {404, "{}", NULL},
        {200, OBJECT("\"status\":5"), NULL}, {401, REFUSED, NULL},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct error err = {""};
        struct history *history = history_new(&READER);
        struct answer answer = {.http_status = wrong[i].http_status, .body = text_of(wrong[i].body), .server_ms = -1};
        assert_non_null(history);
        history_start(history, "job_1");
        assert_int_equal(history_add(history, &answer, &err), RESULT_LEDGER);
        assert_non_null(strstr(err.text, "job_1"));
        history_free(history);
    }
}

static enum result refuse(void *ctx, struct text field, struct text old, struct text new, struct error *err)
{
    (void)field;
    (void)old;
    (void)new;
    ++*(int *)ctx;
    return error_set(err, RESULT_LEDGER, "no more");
}

static void a_visitor_ends_the_comparison(void **state)
{
    (void)state;
    struct error err = {""};
    struct history *history = history_new(&READER);
    int calls = 0;
    assert_non_null(history);
    history_start(history, "job_1");
    for (int i = 1; i <= 2; i++) {
        char body[200];
        snprintf(body, sizeof body, COMPLETED("\"extracted_data\":{\"a\":%d,\"b\":%d,\"c\":%d}"), i, i, i);
        struct answer answer = {.http_status = 200, .body = text_of(body), .server_ms = -1};
        assert_int_equal(history_add(history, &answer, &err), RESULT_OK);
    }
    assert_int_equal(history_changes(history, refuse, &calls, &err), RESULT_LEDGER);
    assert_int_equal(calls, 1);
    history_free(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unfinished_jobs_change_without_a_word),
        cmocka_unit_test(fields_of_a_resolved_job_are_compared_as_reports_show_them),
        cmocka_unit_test(a_changed_state_is_resolved_anew_and_an_unchanged_one_is_not),
        cmocka_unit_test(extracted_data_is_compared_path_by_path),
        cmocka_unit_test(a_job_that_is_forgotten_keeps_its_result),
        cmocka_unit_test(what_is_pruned_leaves_only_that_it_was_once_resolved),
        cmocka_unit_test(what_is_no_archived_answer_is_an_error),
        cmocka_unit_test(a_visitor_ends_the_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
