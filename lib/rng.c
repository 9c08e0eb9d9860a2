/* SPDX-License-Identifier: MIT */
#include "strict.h"

#include "rng.h"

#include <math.h>

#include "kernel/math.h"

#define PHILOX_ROUNDS       10
#define PHILOX_MULTIPLIER_0 0xD2511F53u
#define PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define PHILOX_WEYL_0       0x9E3779B9u /* golden ratio */
#define PHILOX_WEYL_1       0xBB67AE85u /* sqrt(3) - 1 */

#define TWO_PI 0x1.921fb54442d18p2

static uint32_t high(uint64_t x)
{
    return (uint32_t)(x >> 32);
}

static uint32_t low(uint64_t x)
{
    return (uint32_t)(x & 0xFFFFFFFFu);
}

static uint64_t join(uint32_t low_half, uint32_t high_half)
{
    return (uint64_t)high_half << 32 | low_half;
}

void bp_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t a = (uint64_t)PHILOX_MULTIPLIER_0 * c0;
        const uint64_t b = (uint64_t)PHILOX_MULTIPLIER_1 * c2;

        c0 = high(b) ^ c1 ^ k0;
        c1 = low(b);
        c2 = high(a) ^ c3 ^ k1;
        c3 = low(a);
        k0 += PHILOX_WEYL_0;
        k1 += PHILOX_WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void block_at(const struct bp_rng *rng, uint64_t element, uint32_t out[4])
{
    const uint32_t counter[4] = {rng->stream, rng->tensor, low(element), high(element)};
    const uint32_t key[2] = {low(rng->seed), high(rng->seed)};

    bp_philox(counter, key, out);
}

double bp_rng_uniform_at(const struct bp_rng *rng, uint64_t element)
{
    uint32_t words[4];

    block_at(rng, element, words);
    return (double)(join(words[0], words[1]) >> 11) * 0x1p-53;
}

float bp_rng_uniform_f32_at(const struct bp_rng *rng, uint64_t element)
{
    uint32_t words[4];

    block_at(rng, element, words);
    return (float)(words[0] >> 8) * 0x1p-24f;
}

/*
 * Box-Muller: sqrt(-2 log u) cos(2 pi v) for uniform u, v. u is taken from (0, 1], where
 * the logarithm is finite. The sine would be a second number, but then an element would
 * not stand alone.
 */
double bp_rng_normal_at(const struct bp_rng *rng, uint64_t element)
{
    uint32_t words[4];
    double u, v;

    block_at(rng, element, words);
    u = (double)((join(words[0], words[1]) >> 11) + 1) * 0x1p-53;
    v = (double)(join(words[2], words[3]) >> 11) * 0x1p-53;
    return sqrt(-2.0 * bp_log_f64(u)) * bp_cos_f64(TWO_PI * v);
}

uint64_t bp_rng_next(struct bp_rng *rng)
{
    uint32_t words[4];

    block_at(rng, rng->element, words);
    rng->element++;
    return join(words[0], words[1]);
}

/* The 128-bit product a b, by halves; returns the upper 64 bits. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low_bits)
{
    const uint64_t first = (uint64_t)low(a) * low(b);
    const uint64_t cross = (uint64_t)high(a) * low(b) + high(first);
    const uint64_t other = (uint64_t)low(a) * high(b) + low(cross);

    *low_bits = join(low(first), low(other));
    return (uint64_t)high(a) * high(b) + high(cross) + high(other);
}

/*
 * Lemire, "Fast random integer generation in an interval", 2019. The upper half of
 * x bound is a number below bound; each has floor or ceil of 2^64 / bound preimages, and
 * refusing those whose lower half is below 2^64 mod bound leaves all equally many.
 */
uint64_t bp_rng_below(struct bp_rng *rng, uint64_t bound)
{
    uint64_t threshold, left, result;

    if (bound == 0)
        return 0;
    result = multiply(bp_rng_next(rng), bound, &left);
    if (left >= bound)
        return result;
    threshold = (UINT64_MAX - bound + 1) % bound;
    while (left < threshold)
        result = multiply(bp_rng_next(rng), bound, &left);
    return result;
}

/* Fisher-Yates, from the end. */
void bp_rng_shuffle(struct bp_rng *rng, size_t *values, size_t count)
{
    for (size_t left = count; left > 1; left--) {
        const size_t chosen = (size_t)bp_rng_below(rng, left);
        const size_t kept = values[left - 1];

        values[left - 1] = values[chosen];
        values[chosen] = kept;
    }
}
