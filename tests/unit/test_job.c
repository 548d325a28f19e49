#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "job.h"
#include "result.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void job_ids(void **state)
{
    (void)state;
    static const char *const good[] = {"job_1", "job_a", "job_-", "job__", "job_AZaz09_-", "job_job_"};
    static const char *const bad[] = {
        "", "job", "job_", "Job_1", "JOB_1", "jo_1", "xjob_1", " job_1", "job_1 ", "job_1\n", "job_a.b", "job_a/b",
        "job_..", "job_\xC3\xA4", "job-1", "job_a b",
    };
    for (size_t i = 0; i < COUNT(good); i++)
        if (!job_id_valid(text_of(good[i])))
            fail_msg("\"%s\" is refused", good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (job_id_valid(text_of(bad[i])))
            fail_msg("\"%s\" is taken", bad[i]);
    assert_false(job_id_valid(TEXT_NONE));
    assert_false(job_id_valid((struct text){"job_1\0", 6}));
    assert_true(job_id_valid((struct text){"job_1 ", 5}));
}

static void every_byte_at_every_place_of_a_job_id(void **state)
{
    (void)state;
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    for (size_t place = 0; place < 8; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char id[] = "job_abcd";
            bool same = id[place] == (char)byte;
            id[place] = (char)byte;
            bool expected = place < 4 ? same : byte != 0 && strchr(allowed, byte) != NULL;
            if (job_id_valid((struct text){id, 8}) != expected)
                fail_msg("byte %d at %zu", byte, place);
        }
    }
}

static void the_length_of_a_job_id(void **state)
{
    (void)state;
    char id[200];
    memset(id, 'x', sizeof id);
    memcpy(id, "job_", 4);
    for (size_t len = 0; len <= sizeof id; len++)
        assert_int_equal(job_id_valid((struct text){id, len}), len >= 5 && len <= 4 + 124);
    assert_int_equal(JOB_ID_MAX, 4 + 124);
}

static void statuses(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool open;
    } expected[] = {
        {"new", true}, {"pending", true}, {"processing", true}, {"completed", false}, {"failed", false},
        {"not_found", false}, {"error", false},
    };
    static const char *const none[] = {"", "New", "NEW", "new ", "complete", "completedx", "in_progress", "not found"};
    assert_int_equal(COUNT(expected), JOB_STATUS_COUNT);
    enum job_status status = JOB_ERROR;
    for (int i = 0; i < JOB_STATUS_COUNT; i++) {
        assert_string_equal(job_status_name((enum job_status)i), expected[i].name);
        assert_true(job_status_parse(text_of(expected[i].name), &status));
        assert_int_equal(status, i);
        assert_int_equal(job_status_open(status), expected[i].open);
    }
    status = JOB_FAILED;
    for (size_t i = 0; i < COUNT(none); i++)
        assert_false(job_status_parse(text_of(none[i]), &status));
    assert_false(job_status_parse(TEXT_NONE, &status));
    assert_false(job_status_parse((struct text){"new\0", 4}, &status));
    assert_int_equal(status, JOB_FAILED);
}

/* "Where several apply, the first of 130/143, 8, 2, 3, 5, 4, 7, 6, 1 wins." */
static void the_worse_result_decides(void **state)
{
    (void)state;
    static const int order[] = {130, 143, 8, 2, 3, 5, 4, 7, 6, 1, 0};
    for (size_t i = 0; i < COUNT(order); i++) {
        for (size_t k = 0; k < COUNT(order); k++) {
            enum result a = (enum result)order[i];
            enum result b = (enum result)order[k];
            assert_int_equal(result_worse(a, b), order[i < k ? i : k]);
        }
    }
}

static void an_error_is_one_text_cut_to_its_room(void **state)
{
    (void)state;
    struct error err = {"before"};
    char endless[4096];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_int_equal(error_set(&err, RESULT_INPUT, "%s:%d: %s", "a.csv", 3, "no"), RESULT_INPUT);
    assert_string_equal(err.text, "a.csv:3: no");
    assert_int_equal(error_set(&err, RESULT_API, "%s", endless), RESULT_API);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(error_set(NULL, RESULT_USAGE, "%s", "nobody listens"), RESULT_USAGE);
    assert_int_equal(error_memory(NULL), RESULT_LEDGER);
    assert_int_equal(error_memory(&err), RESULT_LEDGER);
    assert_non_null(strstr(err.text, "memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_ids),
        cmocka_unit_test(every_byte_at_every_place_of_a_job_id),
        cmocka_unit_test(the_length_of_a_job_id),
        cmocka_unit_test(statuses),
        cmocka_unit_test(the_worse_result_decides),
        cmocka_unit_test(an_error_is_one_text_cut_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
