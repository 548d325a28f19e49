#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "names.h"

static size_t must_add(struct names *names, struct text name)
{
    size_t index;
    assert_true(names_add(names, name, &index));
    return index;
}

static void test_names_keep_their_order(void **state)
{
    (void)state;
    struct names names = {0};
    assert_int_equal(names_find(&names, text_of("a")), NAMES_NONE);
    assert_int_equal(must_add(&names, text_of("b")), 0);
    assert_int_equal(must_add(&names, text_of("a")), 1);
    assert_int_equal(must_add(&names, text_of("")), 2);
    assert_int_equal(must_add(&names, (struct text){"a\0b", 3}), 3);
    assert_int_equal(must_add(&names, text_of("b")), 0);
    assert_int_equal(must_add(&names, text_of("")), 2);
    assert_int_equal(names.count, 4);
    assert_int_equal(names_find(&names, text_of("a")), 1);
    assert_int_equal(names_find(&names, text_of("ab")), NAMES_NONE);
    assert_true(text_is(names_at(&names, 0), "b"));
    assert_int_equal(names_at(&names, 2).len, 0);
    names_free(&names);
    assert_int_equal(names.count, 0);
}

static void test_many_names(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    struct names names = {0};
    char name[32];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < MANY; i++) {
            snprintf(name, sizeof name, "name %zu", i);
            assert_int_equal(must_add(&names, text_of(name)), i);
        }
    }
    assert_int_equal(names.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "name %zu", i);
        assert_int_equal(names_find(&names, text_of(name)), i);
        assert_true(text_is(names_at(&names, i), name));
    }
    names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_keep_their_order),
        cmocka_unit_test(test_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
