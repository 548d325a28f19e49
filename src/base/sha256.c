#include "sha256.h"

#include <nettle/sha2.h>
#include <stdlib.h>

struct sha256 {
    struct sha256_ctx ctx;
};

_Static_assert(SHA256_SIZE == SHA256_DIGEST_SIZE, "the size that nettle writes");

struct sha256 *sha256_new(void)
{
    struct sha256 *sum = malloc(sizeof *sum);
    if (sum)
        sha256_init(&sum->ctx);
    return sum;
}

void sha256_add(struct sha256 *sum, struct text bytes)
{
    sha256_update(&sum->ctx, bytes.len, (const uint8_t *)bytes.bytes);
}

void sha256_finish(struct sha256 *sum, uint8_t out[static SHA256_SIZE])
{
    sha256_digest(&sum->ctx, SHA256_DIGEST_SIZE, out);
}

void sha256_free(struct sha256 *sum)
{
    free(sum);
}

void sha256_of(struct text bytes, uint8_t out[static SHA256_SIZE])
{
    struct sha256 sum;
    sha256_init(&sum.ctx);
    sha256_add(&sum, bytes);
    sha256_finish(&sum, out);
}
