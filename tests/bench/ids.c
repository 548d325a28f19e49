/* ids SEED FROM COUNT [STEP [NEW_EVERY]]: a CSV of job IDs with two labels, the same for the same arguments. The jobs
 * are number FROM, FROM + STEP, ... of the series SEED; with NEW_EVERY the first of every so many rows is a job of no
 * other list. IDs are random, and never the same for two numbers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NEVER_LISTED (UINT64_C(1) << 48)

/* SplitMix64's scrambling: a permutation of the 64-bit numbers. */
static uint64_t scramble(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint64_t argument(int argc, char **argv, int i, uint64_t otherwise)
{
    return i < argc ? strtoull(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: ids SEED FROM COUNT [STEP [NEW_EVERY]]\n");
        return 2;
    }
    uint64_t seed = scramble(argument(argc, argv, 1, 0));
    uint64_t from = argument(argc, argv, 2, 0);
    uint64_t count = argument(argc, argv, 3, 0);
    uint64_t step = argument(argc, argv, 4, 1);
    uint64_t new_every = argument(argc, argv, 5, 0);
    puts("job_id,client,cost_center");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = from + i * step;
        if (new_every > 0 && i % new_every == 0)
            number += NEVER_LISTED;
        uint64_t id = scramble(seed + number);
        printf("job_%016" PRIx64 ",client %04u,cc-%03u\n", id, (unsigned)(id % 1000), (unsigned)(id / 1000 % 200));
    }
    return ferror(stdout) || fclose(stdout) != 0;
}
