/* SHA-256 (FIPS 180-4). nettle sits behind this contract. */
#ifndef JOBLEDGER_SHA256_H
#define JOBLEDGER_SHA256_H

#include <stdint.h>

#include "text.h"

#define SHA256_SIZE 32

struct sha256;
struct sha256 *sha256_new(void); /* NULL: out of memory. Owned by the caller. */
void sha256_add(struct sha256 *sum, struct text bytes);
void sha256_finish(struct sha256 *sum, uint8_t out[static SHA256_SIZE]); /* sum is then empty again */
void sha256_free(struct sha256 *sum); /* NULL is allowed */

void sha256_of(struct text bytes, uint8_t out[static SHA256_SIZE]);

#endif
