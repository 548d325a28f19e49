/* Rows of a source on their way into the ledger: few, many, repeated, and larger than what is meant for them. */
#include "tests/unit/random.h"
#include "tests/unit/scratch.h"

#include "src/store/sorter.h"

#define ROWS 3000
#define LITTLE 4096
#define LARGE (600u << 10)

struct model {
    char job_id[32];
    uint64_t line;
    size_t cells_len; /* 0: there are none */
};

static char large[LARGE];

/* Some IDs share all their first bytes, some are the beginning of others. */
static void make_rows(struct model *rows, size_t count)
{
    memset(large, 'x', sizeof large);
    for (size_t i = 0; i < count; i++) {
        rows[i].line = i + 2;
        rows[i].cells_len = i == count / 2 ? sizeof large : random_below(3) * 10;
        snprintf(rows[i].job_id, sizeof rows[i].job_id, random_below(2) ? "job_%d" : "job_aaaaaaaa%d", random_int(900));
    }
}

static void add_rows(struct sorter *sorter, const struct model *rows, size_t count)
{
    struct error err = {""};
    for (size_t i = 0; i < count; i++) {
        const struct sorter_row row = {text_of(rows[i].job_id), rows[i].line,
                                       rows[i].cells_len ? (struct text){large, rows[i].cells_len} : TEXT_NONE};
        assert_int_equal(sorter_add(sorter, &row, &err), RESULT_OK);
    }
}

static void assert_next(struct sorter *sorter, const struct model *expected)
{
    struct error err = {""};
    struct sorter_row row;
    bool more;
    assert_int_equal(sorter_next(sorter, &row, &more, &err), RESULT_OK);
    assert_true(more);
    assert_int_equal(row.job_id.len, strlen(expected->job_id));
    assert_memory_equal(row.job_id.bytes, expected->job_id, row.job_id.len);
    assert_int_equal(row.line, expected->line);
    assert_int_equal(row.cells.len, expected->cells_len);
    assert_int_equal(row.cells.bytes != NULL, expected->cells_len > 0);
    if (expected->cells_len > 0)
        assert_memory_equal(row.cells.bytes, large, expected->cells_len);
}

static void assert_end(struct sorter *sorter)
{
    struct error err = {""};
    struct sorter_row row;
    bool more = true;
    assert_int_equal(sorter_next(sorter, &row, &more, &err), RESULT_OK);
    assert_false(more);
}

static void few_rows_keep_their_order(void **state)
{
    (void)state;
    static const struct model rows[] = {{"job_b", 2, 5}, {"job_a", 3, 0}, {"job_b", 4, 0}};
    struct error err = {""};
    struct sorter *sorter = sorter_new(LITTLE, LITTLE);
    assert_int_equal(sorter_rewind(sorter, &err), RESULT_OK);
    assert_end(sorter);
    add_rows(sorter, rows, COUNT(rows));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(sorter_rewind(sorter, &err), RESULT_OK);
        for (size_t i = 0; i < COUNT(rows); i++)
            assert_next(sorter, &rows[i]);
        assert_end(sorter);
    }
    sorter_free(sorter);
}

static int by_id_and_line(const void *a, const void *b)
{
    const struct model *x = a;
    const struct model *y = b;
    int order = strcmp(x->job_id, y->job_id);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void of_many_each_job_s_first_comes_in_the_order_of_ids(void **state)
{
    (void)state;
    static struct model rows[ROWS];
    struct error err = {""};
    /* In many pieces, and then in one. */
    for (int source = 0; source < 4; source++) {
        struct sorter *sorter = sorter_new(LITTLE, source < 3 ? LITTLE : 4u << 20);
        make_rows(rows, ROWS);
        add_rows(sorter, rows, ROWS / 2);
        sorter_clear(sorter);
        add_rows(sorter, rows, ROWS);
        qsort(rows, ROWS, sizeof *rows, by_id_and_line);
        for (int round = 0; round < 2; round++) {
            assert_int_equal(sorter_rewind(sorter, &err), RESULT_OK);
            for (size_t i = 0; i < ROWS; i++)
                if (i == 0 || strcmp(rows[i].job_id, rows[i - 1].job_id) != 0)
                    assert_next(sorter, &rows[i]);
            assert_end(sorter);
        }
        sorter_free(sorter);
    }
}

static void what_can_t_be_put_aside_says_where(void **state)
{
    struct scratch *s = *state;
    static struct model rows[200];
    struct error err = {""};
    enum result result = RESULT_OK;
    make_rows(rows, COUNT(rows));
    setenv("TMPDIR", at(s, "is-not-there"), 1);
    struct sorter *sorter = sorter_new(LITTLE, LITTLE);
    for (size_t i = 0; result == RESULT_OK && i < COUNT(rows); i++) {
        const struct sorter_row row = {text_of(rows[i].job_id), rows[i].line, text_of("[\"a label of some length\"]")};
        result = sorter_add(sorter, &row, &err);
    }
    unsetenv("TMPDIR");
    assert_int_equal(result, RESULT_LEDGER);
    assert_non_null(strstr(err.text, "$TMPDIR"));
    sorter_free(sorter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_rows_keep_their_order),
        cmocka_unit_test(of_many_each_job_s_first_comes_in_the_order_of_ids),
        scratch_test(what_can_t_be_put_aside_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
