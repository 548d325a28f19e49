#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/cli/settle.h"

#define FOR(id) (1u << COMMAND_##id)
#define ALL GIVEN_FOR_ALL

/* What was given, in the order in which it was found; in_force has an x for each that counts for the command. */
struct rule_case {
    enum command_id command;
    struct given given[6];
    const char *in_force;
};

static void test_which_of_the_given_counts(void **state)
{
    static const struct rule_case cases[] = {
        {COMMAND_FETCH, {{"retries", "1", ORIGIN_DEFAULT, FOR(FETCH)}}, "x"},
        /* The origin decides, not the order. */
        {COMMAND_FETCH,
         {{"retries", "4", ORIGIN_ARGUMENT, ALL}, {"retries", "1", ORIGIN_DEFAULT, ALL},
          {"retries", "2", ORIGIN_FILE, ALL}},
         "x--"},
        {COMMAND_FETCH,
         {{"base-url", "a", ORIGIN_DEFAULT, ALL}, {"base-url", "b", ORIGIN_ENVIRONMENT, ALL},
          {"base-url", "c", ORIGIN_FILE, ALL}},
         "-x-"},
        /* Of one origin the last counts; of what may be repeated all do. */
        {COMMAND_FETCH, {{"retries", "1", ORIGIN_FILE, ALL}, {"retries", "2", ORIGIN_FILE, ALL}}, "-x"},
        {COMMAND_FETCH,
         {{"job", "1", ORIGIN_FILE, ALL}, {"retries", "2", ORIGIN_FILE, ALL}, {"job", "3", ORIGIN_FILE, FOR(FETCH)}},
         "xxx"},
        {COMMAND_FETCH,
         {{"job", "1", ORIGIN_FILE, ALL}, {"job", "2", ORIGIN_ARGUMENT, ALL}, {"job", "3", ORIGIN_ARGUMENT, ALL}},
         "-xx"},
        /* What is not for the command is no rival. */
        {COMMAND_RUN, {{"retries", "1", ORIGIN_FILE, ALL}, {"retries", "2", ORIGIN_FILE, FOR(FETCH)}}, "x-"},
        {COMMAND_STATUS, {{"retries", "1", ORIGIN_FILE, ALL}, {"db", "2", ORIGIN_FILE, ALL}}, "-x"},
        /* Two options that share a name. */
        {COMMAND_EXPORT,
         {{"delimiter", "auto", ORIGIN_DEFAULT, FOR(INGEST) | FOR(RUN)},
          {"delimiter", "comma", ORIGIN_DEFAULT, FOR(EXPORT)}},
         "-x"},
        {COMMAND_NONE, {{"quiet", NULL, ORIGIN_ARGUMENT, ALL}, {"quiet", "true", ORIGIN_FILE, FOR(FETCH)}}, "x-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct givens givens = {0};
        bool in_force[6] = {false};
        char found[7] = "";
        size_t n = strlen(cases[i].in_force);
        for (size_t k = 0; k < n; k++)
            givens_add(&givens, cases[i].given[k]);
        givens_in_force(&givens, cases[i].command, in_force);
        for (size_t k = 0; k < n; k++)
            found[k] = in_force[k] ? 'x' : '-';
        assert_string_equal(found, cases[i].in_force);
        givens_free(&givens);
    }
}

static void test_many_are_kept_in_order(void **state)
{
    (void)state;
    struct givens givens = {0};
    for (unsigned i = 0; i < 1000; i++)
        givens_add(&givens, (struct given){.name = "job", .line = i});
    assert_int_equal(givens.count, 1000);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(givens.items[i].line, i);
    assert_false(givens.failed);
    assert_true(givens_have(&givens, "job", ORIGIN_DEFAULT));
    assert_false(givens_have(&givens, "job", ORIGIN_ARGUMENT));
    assert_false(givens_have(&givens, "jo", ORIGIN_DEFAULT));
    givens_free(&givens);
}

static void test_every_default_is_a_value_that_its_option_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        struct cli cli = {0};
        struct error err = {""};
        for (enum command_id c = 0; c < COMMAND_COUNT; c++) {
            cli.command = c;
            if (options[i].preset && option_belongs(&options[i], c))
                assert_int_equal(option_set(&cli, &options[i], options[i].preset, &err), RESULT_OK);
        }
    }
}

static void test_options_that_share_a_name_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        for (size_t k = 0; k < i; k++) {
            bool same_letter = options[i].letter && options[i].letter == options[k].letter;
            bool same_name = strcmp(options[i].name, options[k].name) == 0;
            assert_false(same_letter);
            assert_true(!same_name || options[i].kind == options[k].kind);
            assert_true(!same_name || options[i].repeats == options[k].repeats);
            assert_true(!same_name || (options[i].commands & options[k].commands) == 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_of_the_given_counts),
        cmocka_unit_test(test_many_are_kept_in_order),
        cmocka_unit_test(test_every_default_is_a_value_that_its_option_takes),
        cmocka_unit_test(test_options_that_share_a_name_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
