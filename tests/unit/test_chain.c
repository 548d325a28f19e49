/* The chain over the archive. What is expected was computed by Python's hashlib from the words of src/store/chain.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/store/chain.h"

#define LINK_1 "72ced8a9cc731c2421dc60652dd9a0ef275a4ec60aa7b56a61c61ad3f7febb71"
#define LINK_2 "2441600ac98fef0aeb5eb074c4e7d535197a91a260ab41f5827ba5fa25975de5"
#define DIGEST_1 "36172ca43bc8da9ec64c172e261faa8c8e87c1b6c6afc415892bb646f850c772"
#define DIGEST_2 "48c0e760e84f679120dd760d18574dd71270a77263fba053a34c9d9e7e5deeea"
#define DIGEST_3 "0ecb1a1c15e76fe097e44a1464bf7b3982e08ad789bef011159c3243961e7e9d"

static void assert_sum(const uint8_t *sum, const char *expected)
{
    char hex[CHAIN_HEX_SIZE];
    chain_hex(sum, hex);
    assert_string_equal(hex, expected);
}

static void links(uint8_t first[static SHA256_SIZE], uint8_t second[static SHA256_SIZE])
{
    uint8_t body[SHA256_SIZE];
    sha256_of(text_of("{}"), body);
    const struct chain_answer one = {text_of("job_1"), 1, 1734318600, 200, text_of("req_1"), 17, body};
    const struct chain_answer two = {text_of("job_2"), 1, 1734318601, 404, TEXT_NONE, -1, body};
    assert_true(chain_link(NULL, &one, first));
    assert_true(chain_link(first, &two, second));
}

static void each_answer_is_linked_to_the_one_before(void **state)
{
    (void)state;
    uint8_t first[SHA256_SIZE];
    uint8_t second[SHA256_SIZE];
    links(first, second);
    assert_sum(first, LINK_1);
    assert_sum(second, LINK_2);
    /* The place before may be the place after. */
    uint8_t body[SHA256_SIZE];
    sha256_of(text_of("{}"), body);
    const struct chain_answer two = {text_of("job_2"), 1, 1734318601, 404, TEXT_NONE, -1, body};
    assert_true(chain_link(first, &two, first));
    assert_sum(first, LINK_2);
}

static void every_part_of_an_answer_counts(void **state)
{
    (void)state;
    uint8_t body[SHA256_SIZE] = {1};
    uint8_t other[SHA256_SIZE] = {2};
    const struct chain_answer answer = {text_of("job_1"), 1, 10, 200, text_of("r"), 5, body};
    struct chain_answer changed[8];
    uint8_t sums[8][SHA256_SIZE];
    for (size_t i = 0; i < 8; i++)
        changed[i] = answer;
    changed[1].job_id = text_of("job_2");
    changed[2].run = 2;
    changed[3].received_at = 11;
    changed[4].http_status = 201;
    changed[5].request_id = TEXT_NONE;
    changed[6].server_ms = -1;
    changed[7].sha256 = other;
    for (size_t i = 0; i < 8; i++) {
        assert_true(chain_link(body, &changed[i], sums[i]));
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(sums[i], sums[j], SHA256_SIZE);
    }
    uint8_t behind_another[SHA256_SIZE];
    assert_true(chain_link(other, &answer, behind_another));
    assert_memory_not_equal(behind_another, sums[0], SHA256_SIZE);
}

static void a_run_without_figures_is_one_from_before_there_were_any(void **state)
{
    (void)state;
    uint8_t first[SHA256_SIZE];
    uint8_t second[SHA256_SIZE];
    uint8_t digest[SHA256_SIZE];
    links(first, second);
    struct chain_run run = {1, 1734318600, 2, second, {{0}}};
    assert_true(chain_digest(NULL, &run, digest));
    assert_sum(digest, DIGEST_1);
    /* What it has beside them does not count then. */
    run.figures[CHAIN_REQUESTS] = (struct chain_number){true, 7};
    assert_true(chain_digest(NULL, &run, digest));
    assert_sum(digest, DIGEST_1);
}

static void a_run_is_digested_with_all_its_figures(void **state)
{
    (void)state;
    static const int64_t figures[CHAIN_FIGURES] = {1734405009, 5, 1, 0, 0, 0, 4, 2, 1, 143, 0, 3, 1734405003};
    uint8_t first[SHA256_SIZE];
    uint8_t second[SHA256_SIZE];
    uint8_t digest[SHA256_SIZE];
    links(first, second);
    struct chain_run one = {1, 1734318600, 2, second, {{0}}};
    struct chain_run two = {2, 1734405000, 2, second, {{0}}};
    struct chain_run three = {3, -5, 0, NULL, {{0}}}; /* killed before anything came */
    for (int i = 0; i < CHAIN_FIGURES; i++) {
        two.figures[i] = (struct chain_number){true, figures[i]};
        three.figures[i] = (struct chain_number){i != CHAIN_ENDED_AT && i != CHAIN_EXIT_STATUS, 0};
    }
    assert_true(chain_digest(NULL, &one, digest));
    assert_true(chain_digest(digest, &two, digest));
    assert_sum(digest, DIGEST_2);
    assert_true(chain_digest(digest, &three, digest));
    assert_sum(digest, DIGEST_3);
    for (int i = 0; i < CHAIN_FIGURES; i++) {
        uint8_t changed[SHA256_SIZE];
        two.figures[i].value++;
        assert_true(chain_digest(NULL, &two, changed));
        two.figures[i].value--;
        assert_true(chain_digest(NULL, &two, digest));
        assert_memory_not_equal(changed, digest, SHA256_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_is_linked_to_the_one_before),
        cmocka_unit_test(every_part_of_an_answer_counts),
        cmocka_unit_test(a_run_without_figures_is_one_from_before_there_were_any),
        cmocka_unit_test(a_run_is_digested_with_all_its_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
