/* Chance that is the same in every run. */
#ifndef JOBLEDGER_TESTS_RANDOM_H
#define JOBLEDGER_TESTS_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 20241216;

/* xorshift64 (Marsaglia 2003). */
static uint64_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % n;
}

static __attribute__((unused)) int random_int(int n)
{
    return (int)random_below((uint64_t)n);
}

#endif
