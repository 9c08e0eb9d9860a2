/* SPDX-License-Identifier: MIT */
/*
 * What the checks of kernels share. Templates over BP_PRECISION, as the kernels are.
 *
 * Each check runs every table that this machine has against a plain reference in a wider
 * format, and against the scalar table bit for bit. Arrays lie between canaries, and the
 * gap between a row's padding and the next row is one. All checks run twice: with arrays
 * on the library's alignment, and with arrays on that of one number only.
 */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "kernel/kernel.h"

#include "cpu.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if BP_PRECISION == 32
typedef double wide;
#define UNIT 0x1p-24L
#else
typedef long double wide;
#define UNIT 0x1p-53L
#endif

typedef const struct BP_REAL(kernels) table;

enum { GUARD = 64 };

/* No arithmetic gives this number, and no NaN hides it. */
#define CANARY REAL_C(12345.6789)

static table *const *all_tables(size_t *count)
{
    static table *tables[3];
    size_t found = 0;
    int32_t isa;

    for (isa = BP_ISA_SCALAR; isa <= BP_ISA_NEON; isa++)
        if (bp_cpu_isa(isa) == isa)
            tables[found++] = BP_REAL(kernels_for)(isa);
    *count = found;
    return tables;
}

/* How many numbers arrays lie behind the library's alignment. */
static size_t array_shift;

/* An array on that alignment or behind it, with canaries before, behind and inside. */
struct array {
    void *block;
    real *at;
    size_t count;
};

static struct array array_of(size_t count)
{
    struct array array = {
        malloc((array_shift + count + 2 * GUARD) * sizeof(real) + BP_ALIGNMENT), NULL,
        count};
    uintptr_t begin = (uintptr_t)array.block;
    size_t i;

    assert_non_null(array.block);
    begin = (begin + BP_ALIGNMENT - 1) & ~(uintptr_t)(BP_ALIGNMENT - 1);
    array.at = (real *)begin + array_shift + GUARD;
    for (i = 0; i < count + 2 * GUARD; i++)
        array.at[(ptrdiff_t)i - GUARD] = CANARY;
    return array;
}

static bool intact(const real *x, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (!(x[i] == CANARY))
            return false;
    return true;
}

static void array_free(struct array *array)
{
    assert_true(intact(array->at - GUARD, GUARD));
    assert_true(intact(array->at + array->count, GUARD));
    free(array->block);
}

/* The same bits, or both NaN. */
static bool same(real a, real b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void assert_same(const real *actual, const real *expected, size_t count,
                        const char *what, int32_t isa)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (!same(actual[i], expected[i]))
            fail_msg("%s, isa %d: element %zu is %.17g, scalar has %.17g", what, (int)isa,
                     i, (double)actual[i], (double)expected[i]);
}

static void assert_near(real actual, wide expected, wide bound, const char *what,
                        int32_t isa)
{
    if (!(fabsl((long double)actual - (long double)expected) <= (long double)bound))
        fail_msg("%s, isa %d: %.17g, expected %.17Lg within %.3Lg", what, (int)isa,
                 (double)actual, (long double)expected, (long double)bound);
}

/* Numbers in [-1, 1), the same in every run. */
static uint64_t random_state = 1;

static real random_real(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (real)((double)(random_state >> 40) * 0x1p-23 - 1);
}

/* Now and then something else than a plain number. */
static real random_special(void)
{
    static const real specials[] = {0,
                                    REAL_C(-0.0),
                                    REAL_INFINITY,
                                    -REAL_INFINITY,
                                    REAL_NAN,
                                    REAL_MIN_NORMAL / 8,
                                    -REAL_MIN_NORMAL / 2,
                                    REAL_LARGEST,
                                    -REAL_LARGEST,
                                    REAL_MIN_NORMAL,
                                    1,
                                    -3,
                                    3,
                                    20};
    const real x = random_real();
    const size_t pick = (size_t)((double)(random_state >> 33) * 0x1p-31 * 64);

    return pick < sizeof specials / sizeof specials[0] ? specials[pick] : 30 * x * x * x;
}

typedef real (*draw_fn)(void);

/* Rows of numbers; their padding is `padding`, the rest of the stride a canary. */
static void fill(real *x, size_t rows, size_t cols, size_t stride, draw_fn draw,
                 real padding)
{
    size_t r, j;

    for (r = 0; r < rows; r++)
        for (j = 0; j < bp_padded(cols) && j < stride; j++)
            x[r * stride + j] = j < cols ? draw() : padding;
}

/* Padding is 0, and what lies beyond is as it was. */
static void assert_padding(const real *x, size_t rows, size_t cols, size_t stride,
                           const char *what)
{
    size_t r, j;

    for (r = 0; r < rows; r++) {
        for (j = cols; j < bp_padded(cols); j++)
            if (!(x[r * stride + j] == 0))
                fail_msg("%s: padding (%zu, %zu) is %g", what, r, j,
                         (double)x[r * stride + j]);
        if (!intact(x + r * stride + bp_padded(cols), stride - bp_padded(cols)))
            fail_msg("%s: wrote behind the padding of row %zu", what, r);
    }
}

#endif
