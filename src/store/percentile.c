#include "percentile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

#define HELD_MAX (1u << 20) /* numbers: 8 MB */
#define CHUNK 4096          /* numbers that are read at once */
#define BUCKET_BITS_MAX 12
#define BUCKET_BITS_MIN 4

static enum result temporary_error(const char *what, struct error *err)
{
    return error_set(err, RESULT_LEDGER, "figures can't be %s a temporary file ($TMPDIR): %s; free some space, or name "
                     "a folder that has it", what, strerror(errno));
}

static bool grow(struct sample *sample)
{
    if (sample->len < sample->size)
        return true;
    size_t size = sample->size ? sample->size * 2 : 16;
    int64_t *values = realloc(sample->values, size * sizeof *values);
    if (!values)
        return false;
    sample->values = values;
    sample->size = size;
    return true;
}

enum result sample_add(struct pool *pool, struct sample *sample, int64_t value, struct error *err)
{
    if (!grow(sample))
        return error_memory(err);
    if (sample->count == 0 || value < sample->min)
        sample->min = value;
    if (sample->count == 0 || value > sample->max)
        sample->max = value;
    sample->values[sample->len++] = value;
    sample->count++;
    pool->held++;
    return RESULT_OK;
}

bool pool_is_full(const struct pool *pool)
{
    return pool->held >= HELD_MAX;
}

static enum result write_values(struct pool *pool, const struct sample *sample, struct error *err)
{
    const char *bytes = (const char *)sample->values;
    size_t left = sample->len * sizeof *sample->values;
    while (left > 0) {
        ssize_t n = pwrite(pool->fd, bytes, left, pool->end);
        if (n < 0 && errno != EINTR)
            return temporary_error("put aside in", err);
        bytes += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
        pool->end += n > 0 ? n : 0;
    }
    return RESULT_OK;
}

static void let_go(struct pool *pool, struct sample *sample)
{
    pool->held -= sample->len;
    free(sample->values);
    sample->values = NULL;
    sample->len = sample->size = 0;
}

enum result sample_put_aside(struct pool *pool, struct sample *sample, struct error *err)
{
    if (sample->len == 0)
        return RESULT_OK;
    struct block *blocks = realloc(sample->blocks, (sample->block_count + 1) * sizeof *blocks);
    if (!blocks)
        return error_memory(err);
    sample->blocks = blocks;
    if (pool->fd < 0)
        pool->fd = temporary_file();
    if (pool->fd < 0)
        return temporary_error("put aside in", err);
    blocks[sample->block_count++] = (struct block){pool->end, sample->len};
    enum result result = write_values(pool, sample, err);
    if (result == RESULT_OK)
        let_go(pool, sample);
    return result;
}

/* A range of numbers in equal parts, and how many numbers are in each. */
struct buckets {
    int64_t low;
    int64_t high;
    unsigned shift; /* each part spans 2^shift numbers */
    uint64_t counts[1u << BUCKET_BITS_MAX];
};

static void count(struct buckets *buckets, const int64_t *values, size_t len)
{
    const int64_t low = buckets->low;
    const uint64_t span = (uint64_t)(buckets->high - low);
    for (size_t i = 0; i < len; i++) {
        uint64_t at = (uint64_t)(values[i] - low); /* beyond the span where it is less than low, too */
        if (at <= span)
            buckets->counts[at >> buckets->shift]++;
    }
}

static enum result count_block(const struct pool *pool, struct buckets *buckets, const struct block *block,
                               struct error *err)
{
    int64_t values[CHUNK];
    size_t done = 0;
    while (done < block->count) {
        size_t wanted = block->count - done < CHUNK ? block->count - done : CHUNK;
        size_t bytes = 0;
        while (bytes < wanted * sizeof *values) {
            ssize_t n = pread(pool->fd, (char *)values + bytes, wanted * sizeof *values - bytes,
                              block->at + (off_t)(done * sizeof *values + bytes));
            if (n == 0)
                errno = EIO;
            if (n == 0 || (n < 0 && errno != EINTR))
                return temporary_error("read from", err);
            bytes += n > 0 ? (size_t)n : 0;
        }
        count(buckets, values, wanted);
        done += wanted;
    }
    return RESULT_OK;
}

/* As many parts as there are numbers, about. */
static unsigned parts_shift(uint64_t span, uint64_t count)
{
    unsigned bits = BUCKET_BITS_MIN;
    unsigned shift = 0;
    while (bits < BUCKET_BITS_MAX && count >> bits > 0)
        bits++;
    while (span >> shift >= (uint64_t)1 << bits)
        shift++;
    return shift;
}

/* Narrows the range down to the part that holds the place, which becomes the place in that part. */
static void narrow(struct buckets *buckets, uint64_t *place)
{
    size_t part = 0;
    while (*place > buckets->counts[part])
        *place -= buckets->counts[part++];
    int64_t width = (int64_t)((uint64_t)1 << buckets->shift);
    int64_t low = buckets->low + (int64_t)part * width;
    if (buckets->high - low >= width)
        buckets->high = low + width - 1;
    buckets->low = low;
}

enum result sample_at(const struct pool *pool, const struct sample *sample, uint64_t place, int64_t *value,
                      struct error *err)
{
    struct buckets buckets;
    enum result result = RESULT_OK;
    buckets.low = sample->min;
    buckets.high = sample->max;
    while (result == RESULT_OK && buckets.low < buckets.high) {
        uint64_t span = (uint64_t)(buckets.high - buckets.low);
        buckets.shift = parts_shift(span, sample->count);
        memset(buckets.counts, 0, ((size_t)(span >> buckets.shift) + 1) * sizeof *buckets.counts);
        count(&buckets, sample->values, sample->len);
        for (size_t i = 0; result == RESULT_OK && i < sample->block_count; i++)
            result = count_block(pool, &buckets, &sample->blocks[i], err);
        if (result == RESULT_OK)
            narrow(&buckets, &place);
    }
    *value = buckets.low;
    return result;
}

void sample_free(struct pool *pool, struct sample *sample)
{
    let_go(pool, sample);
    free(sample->blocks);
    *sample = (struct sample){0};
}

void pool_free(struct pool *pool)
{
    if (pool->fd >= 0)
        close(pool->fd);
    *pool = (struct pool){.fd = -1};
}
