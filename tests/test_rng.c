/* SPDX-License-Identifier: MIT */
/*
 * The generator: the published answers of its cipher, the frozen numbers of ours, and
 * enough statistics to catch a wrong formula (the cipher itself has been tested by its
 * authors). Seeds are fixed, so a statistic either passes for ever or fails for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "rng.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DRAWS        200000
#define FROZEN_HASH  UINT64_C(0x781d48259894d9a0)

static struct bp_rng generator(uint64_t seed)
{
    const struct bp_rng rng = {seed, BP_STREAM_USER, 0, 0};

    return rng;
}

/* ---- the cipher and the layout ---------------------------------------------------- */

struct answer {
    uint32_t counter[4];
    uint32_t key[2];
    uint32_t out[4];
};

/* "philox4x32 10" of Random123's kat_vectors. */
static const struct answer answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        uint32_t out[4];

        bp_philox(answers[i].counter, answers[i].key, out);
        assert_memory_equal(out, answers[i].out, sizeof out);
    }
}

/* Counter and key may be where the result goes. */
static void test_cipher_in_place(void **state)
{
    uint32_t words[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};

    (void)state;
    bp_philox(words, answers[2].key, words);
    assert_memory_equal(words, answers[2].out, sizeof words);
}

struct frozen {
    uint64_t element;
    uint64_t bits;
    double uniform;
    float single;
    double normal;
};

/* Seed 0x123456789abcdef0, stream 1, tensor 7: from an independent program, the normal
 * numbers in 50 digits. */
static const struct frozen frozen[] = {
    {0, UINT64_C(0x3366820cf69f2009), 0x1.9b341067b4f9p-3, 0x1.ed3e4p-1f,
     -1.7859519419063449916},
    {1, UINT64_C(0x0cfc32abc0e2620c), 0x1.9f8655781c4cp-5, 0x1.81c4c4p-1f,
     -0.31759026240598830034},
    {2, UINT64_C(0x6a18de0d8b8745e7), 0x1.a86378362e1dp-2, 0x1.170e8ap-1f,
     0.65005786858245336442},
    {UINT64_C(0x123456789a), UINT64_C(0x0328f0c2a2f20a05), 0x1.947861517904p-7,
     0x1.45e414p-1f, 2.4789797996953678307},
};

static void test_frozen_numbers(void **state)
{
    struct bp_rng rng = {UINT64_C(0x123456789abcdef0), BP_STREAM_INIT, 7, 99};

    (void)state;
    for (size_t i = 0; i < COUNT(frozen); i++) {
        const struct frozen *f = &frozen[i];

        assert_true(bp_rng_uniform_at(&rng, f->element) == f->uniform);
        assert_true(bp_rng_uniform_f32_at(&rng, f->element) == f->single);
        assert_true(fabs(bp_rng_normal_at(&rng, f->element) - f->normal) <= 2e-15);
    }
    assert_true(rng.element == 99);
    for (size_t i = 0; i < COUNT(frozen); i++) {
        rng.element = frozen[i].element;
        assert_true(bp_rng_next(&rng) == frozen[i].bits);
        assert_true(rng.element == frozen[i].element + 1);
    }
}

/* FNV-1a over the bits of many normal numbers: the same on every machine. */
static void test_frozen_bits(void **state)
{
    const struct bp_rng rng = generator(1);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    (void)state;
    for (uint64_t i = 0; i < 10000; i++) {
        const double x = bp_rng_normal_at(&rng, i);
        uint64_t bits;

        memcpy(&bits, &x, sizeof bits);
        for (int shift = 0; shift < 64; shift += 8)
            hash = (hash ^ (bits >> shift & 255)) * UINT64_C(0x100000001b3);
    }
    if (hash != FROZEN_HASH)
        fail_msg("hash is 0x%08x%08x", (unsigned)(hash >> 32), (unsigned)hash);
}

static void test_streams_are_frozen(void **state)
{
    (void)state;
    assert_int_equal(BP_STREAM_INIT, 1);
    assert_int_equal(BP_STREAM_SHUFFLE, 2);
    assert_int_equal(BP_STREAM_SPLIT, 3);
    assert_int_equal(BP_STREAM_SAMPLE, 4);
    assert_int_equal(BP_STREAM_GENERATE, 5);
    assert_int_equal(BP_STREAM_DROPOUT, 6);
    assert_int_equal(BP_STREAM_NOISE, 7);
    assert_int_equal(BP_STREAM_USER, 8);
}

/* Every part of the address matters, both halves of the long ones. */
static void test_addresses_differ(void **state)
{
    const uint64_t far = UINT64_C(1) << 32;
    const struct bp_rng rngs[] = {
        {5, 1, 0, 0},       {5, 2, 0, 0}, {5, 1, 1, 0},   {6, 1, 0, 0},
        {5 + far, 1, 0, 0}, {5, 1, 0, 1}, {5, 1, 0, far}, {1, 5, 0, 0},
    };
    uint64_t first[COUNT(rngs)];

    (void)state;
    for (size_t i = 0; i < COUNT(rngs); i++) {
        struct bp_rng rng = rngs[i];

        first[i] = bp_rng_next(&rng);
        for (size_t k = 0; k < i; k++)
            assert_true(first[i] != first[k]);
    }
}

static void test_sequence_passes_32_bits(void **state)
{
    struct bp_rng rng = generator(3);
    const uint64_t last = UINT32_MAX;

    (void)state;
    rng.element = last;
    bp_rng_next(&rng);
    assert_true(rng.element == last + 1);
    assert_true(bp_rng_uniform_at(&rng, last + 1) ==
                (double)(bp_rng_next(&rng) >> 11) * 0x1p-53);
}

/* ---- distributions ---------------------------------------------------------------- */

/* Within five standard errors of the mean. */
static void assert_near(double value, double expected, double deviation)
{
    if (!(fabs(value - expected) <= 5 * deviation / sqrt(DRAWS)))
        fail_msg("%g is not near %g", value, expected);
}

static void test_uniform(void **state)
{
    const struct bp_rng rng = generator(11);
    double sum = 0, squares = 0, product = 0, before = 0;

    (void)state;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const double x = bp_rng_uniform_at(&rng, i);
        const float y = bp_rng_uniform_f32_at(&rng, i);

        assert_true(x >= 0 && x < 1 && y >= 0 && y < 1);
        sum += x;
        squares += x * x;
        product += (x - 0.5) * (before - 0.5);
        before = x;
    }
    assert_near(sum / DRAWS, 0.5, sqrt(1.0 / 12));
    assert_near(squares / DRAWS, 1.0 / 3, sqrt(1.0 / 5 - 1.0 / 9));
    assert_near(product / DRAWS, 0, 1.0 / 12);
}

/* Moments 1 to 4, the share beyond 2, and neighbours. */
static void test_normal(void **state)
{
    const struct bp_rng rng = generator(12);
    double moment[5] = {0}, beyond = 0, product = 0, before = 0;

    (void)state;
    for (uint64_t i = 0; i < DRAWS; i++) {
        const double x = bp_rng_normal_at(&rng, i);

        assert_true(fabs(x) <= 8.58);
        for (int k = 1; k <= 4; k++)
            moment[k] += pow(x, k) / DRAWS;
        beyond += fabs(x) > 2;
        product += x * before;
        before = x;
    }
    assert_near(moment[1], 0, 1);
    assert_near(moment[2], 1, sqrt(2));
    assert_near(moment[3], 0, sqrt(15));
    assert_near(moment[4], 3, sqrt(96));
    assert_near(beyond / DRAWS, erfc(sqrt(2)), 0.21);
    assert_near(product / DRAWS, 0, 1);
}

/* ---- integers --------------------------------------------------------------------- */

static void test_below_small(void **state)
{
    struct bp_rng rng = generator(13);
    double count[10] = {0}, chi = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t x = bp_rng_below(&rng, 10);

        assert_true(x < 10);
        count[x]++;
    }
    for (int i = 0; i < 10; i++)
        chi += (count[i] - DRAWS / 10.0) * (count[i] - DRAWS / 10.0) / (DRAWS / 10.0);
    assert_true(chi > 0.5 && chi < 33.7); /* 9 degrees of freedom, both ends 1e-4 */
    assert_true(rng.element == DRAWS);
}

static void test_below_edges(void **state)
{
    struct bp_rng rng = generator(14);
    const struct bp_rng same = rng;

    (void)state;
    assert_true(bp_rng_below(&rng, 0) == 0 && rng.element == 0);
    for (int i = 0; i < 100; i++)
        assert_true(bp_rng_below(&rng, 1) == 0);
    for (int i = 1; i < 64; i++) {
        const uint64_t bits = (uint64_t)(bp_rng_uniform_at(&same, rng.element) * 0x1p53);
        const uint64_t x = bp_rng_below(&rng, UINT64_C(1) << i);

        assert_true(x >> i == 0 && (i > 53 || x == bits >> (53 - i)));
    }
}

/* Half of all numbers are refused at this bound; accepted ones are uniform. */
static void test_below_refuses(void **state)
{
    const uint64_t bound = (UINT64_C(1) << 63) + 1;
    struct bp_rng rng = generator(15);
    double sum = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t x = bp_rng_below(&rng, bound);

        assert_true(x < bound);
        sum += (double)x / (double)bound;
    }
    assert_near(sum / DRAWS, 0.5, sqrt(1.0 / 12));
    assert_near((double)rng.element / DRAWS, 2, sqrt(2));
}

/* The inverse of an odd number modulo 2^64, by Newton: each step doubles the digits. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t y = odd;

    for (int i = 0; i < 6; i++)
        y *= 2 - odd * y;
    return y;
}

/*
 * The very last product to be refused. For a bound b > 2^63 the threshold is 2^64 - b;
 * x b = -b - 1 modulo 2^64, one below it, if b = -1 / (x + 1).
 */
static void test_below_refuses_the_last(void **state)
{
    int tried = 0;

    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        struct bp_rng rng = generator(21), at = rng;
        uint64_t x, bound;

        rng.element = at.element = i;
        x = bp_rng_next(&at);
        bound = x % 2 == 0 ? 0 - inverse(x + 1) : 0;
        if (bound >> 63 == 0)
            continue;
        assert_true(x * bound == (0 - bound) - 1);
        bp_rng_below(&rng, bound);
        assert_true(rng.element >= i + 2);
        tried++;
    }
    assert_true(tried > 10);
}

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 wide;

/* The definition, with 128-bit arithmetic. */
static uint64_t below_by_definition(struct bp_rng *rng, uint64_t bound)
{
    const uint64_t threshold = (uint64_t)(((wide)1 << 64) % bound);

    for (;;) {
        const wide product = (wide)bp_rng_next(rng) * bound;

        if ((uint64_t)product >= threshold)
            return (uint64_t)(product >> 64);
    }
}

static void test_below_by_definition(void **state)
{
    struct bp_rng a = generator(16), b = a, bounds = generator(17);

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t bound = (bp_rng_next(&bounds) >> (i % 64)) | 1;

        assert_true(bp_rng_below(&a, bound) == below_by_definition(&b, bound));
        assert_true(a.element == b.element);
    }
}
#else
static void test_below_by_definition(void **state)
{
    (void)state;
    skip();
}
#endif

static void test_shuffle(void **state)
{
    struct bp_rng rng = generator(18);
    size_t values[1000], seen[1000] = {0}, fixed = 0;

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        values[i] = i;
    bp_rng_shuffle(&rng, values, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_true(values[i] < 1000);
        seen[values[i]]++;
        fixed += values[i] == i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    assert_true(fixed < 10);
}

static void test_shuffle_of_nothing(void **state)
{
    struct bp_rng rng = generator(19);
    size_t one[1] = {7};

    (void)state;
    bp_rng_shuffle(&rng, NULL, 0);
    bp_rng_shuffle(&rng, one, 1);
    assert_int_equal(one[0], 7);
    assert_true(rng.element == 0);
}

/* All 24 orders of four are equally frequent. */
static void test_shuffle_is_fair(void **state)
{
    struct bp_rng rng = generator(20);
    double count[256] = {0}, chi = 0;
    int orders = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        size_t v[4] = {0, 1, 2, 3};

        bp_rng_shuffle(&rng, v, 4);
        count[v[0] << 6 | v[1] << 4 | v[2] << 2 | v[3]]++;
    }
    for (int i = 0; i < 256; i++) {
        const double expected = DRAWS / 24.0;

        orders += count[i] > 0;
        if (count[i] > 0)
            chi += (count[i] - expected) * (count[i] - expected) / expected;
    }
    assert_int_equal(orders, 24);
    assert_true(chi > 5 && chi < 58); /* 23 degrees of freedom, both ends 1e-4 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_cipher_in_place),
        cmocka_unit_test(test_frozen_numbers),
        cmocka_unit_test(test_frozen_bits),
        cmocka_unit_test(test_streams_are_frozen),
        cmocka_unit_test(test_addresses_differ),
        cmocka_unit_test(test_sequence_passes_32_bits),
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_below_small),
        cmocka_unit_test(test_below_edges),
        cmocka_unit_test(test_below_refuses),
        cmocka_unit_test(test_below_refuses_the_last),
        cmocka_unit_test(test_below_by_definition),
        cmocka_unit_test(test_shuffle),
        cmocka_unit_test(test_shuffle_of_nothing),
        cmocka_unit_test(test_shuffle_is_fair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
