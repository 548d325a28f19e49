/* The nearest rank of many numbers, in memory and put aside, against those numbers in their order. */
#include "tests/unit/random.h"
#include "tests/unit/scratch.h"

#include "src/store/percentile.h"

#define NUMBERS 20000
#define MOST INT64_C(1000000000000000)

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Groups of different kinds: few values and many, equal ones, and both ends of what there is. */
static int64_t number(int kind)
{
    switch (kind) {
    case 0:
        return 7;
    case 1:
        return (int64_t)random_below(5) * INT64_C(1000000000);
    case 2:
        return (int64_t)random_below((uint64_t)MOST + 1);
    case 3:
        return random_below(2) ? MOST : 0;
    default:
        return (int64_t)(501 + random_below(3000) * 10) * 1000000;
    }
}

static void assert_every_place(const struct pool *pool, const struct sample *sample, int64_t *numbers, size_t count)
{
    struct error err = {""};
    qsort(numbers, count, sizeof *numbers, by_size);
    assert_int_equal(sample->count, count);
    for (size_t place = 1; place <= count; place += place < 20 || place + 20 > count ? 1 : 211) {
        int64_t value = -1;
        assert_int_equal(sample_at(pool, sample, place, &value, &err), RESULT_OK);
        assert_int_equal(value, numbers[place - 1]);
    }
}

static void each_place_is_that_of_the_ordered_numbers(void **state)
{
    (void)state;
    static int64_t numbers[NUMBERS];
    struct error err = {""};
    for (int kind = 0; kind < 5; kind++) {
        for (size_t count = 1; count <= NUMBERS; count = count * 7 + 1) {
            struct pool pool = {.fd = -1};
            struct sample sample = {0};
            for (size_t i = 0; i < count; i++) {
                numbers[i] = number(kind);
                assert_int_equal(sample_add(&pool, &sample, numbers[i], &err), RESULT_OK);
                /* Twice in the middle, so that there are two blocks and a rest. */
                if (i == count / 3 || i == count / 2)
                    assert_int_equal(sample_put_aside(&pool, &sample, &err), RESULT_OK);
            }
            assert_every_place(&pool, &sample, numbers, count);
            sample_free(&pool, &sample);
            assert_int_equal(pool.held, 0);
            pool_free(&pool);
        }
    }
}

static void a_pool_is_full_at_a_few_megabytes(void **state)
{
    (void)state;
    struct error err = {""};
    struct pool pool = {.fd = -1};
    struct sample samples[2] = {{0}};
    size_t count = 0;
    for (; !pool_is_full(&pool); count++)
        assert_int_equal(sample_add(&pool, &samples[count % 2], (int64_t)count, &err), RESULT_OK);
    assert_in_range(count * sizeof(int64_t), 1u << 20, 16u << 20);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(sample_put_aside(&pool, &samples[i], &err), RESULT_OK);
    assert_false(pool_is_full(&pool));
    int64_t value;
    assert_int_equal(sample_at(&pool, &samples[1], count / 2, &value, &err), RESULT_OK);
    assert_int_equal(value, count % 2 ? count - 2 : count - 1);
    for (size_t i = 0; i < 2; i++)
        sample_free(&pool, &samples[i]);
    pool_free(&pool);
}

static void what_can_t_be_put_aside_says_where(void **state)
{
    struct scratch *s = *state;
    struct error err = {""};
    struct pool pool = {.fd = -1};
    struct sample sample = {0};
    assert_int_equal(sample_add(&pool, &sample, 1, &err), RESULT_OK);
    setenv("TMPDIR", at(s, "is-not-there"), 1);
    assert_int_equal(sample_put_aside(&pool, &sample, &err), RESULT_LEDGER);
    unsetenv("TMPDIR");
    assert_non_null(strstr(err.text, "$TMPDIR"));
    sample_free(&pool, &sample);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_is_that_of_the_ordered_numbers),
        cmocka_unit_test(a_pool_is_full_at_a_few_megabytes),
        scratch_test(what_can_t_be_put_aside_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
