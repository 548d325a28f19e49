#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sha256.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_sum(const uint8_t *sum, const char *expected)
{
    char hex[2 * SHA256_SIZE + 1];
    for (size_t i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    assert_string_equal(hex, expected);
}

/* NIST, "Cryptographic Standards and Guidelines: Examples with Intermediate Values", SHA-256. */
static const struct {
    const char *message, *sum;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};
static const char million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void the_published_vectors(void **state)
{
    (void)state;
    uint8_t sum[SHA256_SIZE];
    for (size_t i = 0; i < COUNT(vectors); i++) {
        sha256_of(text_of(vectors[i].message), sum);
        assert_sum(sum, vectors[i].sum);
    }
    sha256_of(TEXT_NONE, sum);
    assert_sum(sum, vectors[0].sum);
}

static void in_any_two_pieces_and_again_with_the_same_sum(void **state)
{
    (void)state;
    struct sha256 *sum = sha256_new();
    uint8_t out[SHA256_SIZE];
    assert_non_null(sum);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        struct text whole = text_of(vectors[i].message);
        for (size_t cut = 0; cut <= whole.len; cut++) {
            sha256_add(sum, (struct text){whole.bytes, cut});
            sha256_add(sum, (struct text){whole.bytes + cut, whole.len - cut});
            sha256_finish(sum, out);
            assert_sum(out, vectors[i].sum);
        }
    }
    char many[997];
    memset(many, 'a', sizeof many);
    for (size_t left = 1000000; left > 0;) {
        size_t n = left < sizeof many ? left : sizeof many;
        sha256_add(sum, (struct text){many, n});
        left -= n;
    }
    sha256_finish(sum, out);
    assert_sum(out, million_a);
    sha256_free(sum);
    sha256_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors),
        cmocka_unit_test(in_any_two_pieces_and_again_with_the_same_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
