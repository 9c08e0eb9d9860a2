/* SPDX-License-Identifier: MIT */
/* Sums of rows, and the test for finite numbers. A template; see kernel.h. */
#ifndef BP_KERNEL_REDUCE_H
#define BP_KERNEL_REDUCE_H

#include "kernel/lanes.h"

/* Strips of so many BP_LANES: their chains are independent, and hide each other's
 * latency. */
#define SUM_WIDE 4

/* One chain a column, from 0, rows ascending; `lanes` times BP_LANES columns. */
KERNEL_INLINE void sum_strip(const real *x, size_t rows, size_t stride, size_t lanes,
                             vec sum[SUM_WIDE * LANE_VECS])
{
    size_t r, v;

    KERNEL_UNROLL
    for (v = 0; v < lanes * LANE_VECS; v++)
        sum[v] = vec_zero();
    for (r = 0; r < rows; r++, x += stride) {
        KERNEL_UNROLL
        for (v = 0; v < lanes * LANE_VECS; v++)
            sum[v] = vec_add(sum[v], vec_load(x + v * VEC_LANES));
    }
}

static void sum_rows(const real *x, size_t rows, size_t cols, size_t stride, real *sums)
{
    const size_t wide = SUM_WIDE * BP_LANES;
    vec sum[SUM_WIDE * LANE_VECS];
    size_t j, v;

    for (j = 0; j + wide <= cols; j += wide) {
        sum_strip(x + j, rows, stride, SUM_WIDE, sum);
        for (v = 0; v < SUM_WIDE * LANE_VECS; v++)
            vec_store(sums + j + v * VEC_LANES, sum[v]);
    }
    for (; j < cols; j += BP_LANES) {
        sum_strip(x + j, rows, stride, 1, sum);
        for (v = 0; v < LANE_VECS; v++) {
            const vec valid = vec_select(lane_mask(v, cols - j), sum[v], vec_zero());

            vec_store(sums + j + v * VEC_LANES, valid);
        }
    }
}

/* x is finite where |x| < infinity; of NaN that is false. */
static bool all_finite(const real *x, size_t count)
{
    const vec infinity = vec_set1(REAL_INFINITY);
    vmask good = vec_eq(vec_zero(), vec_zero());
    size_t i;

    for (i = 0; i + VEC_LANES <= count; i += VEC_LANES)
        good = mask_and(good, vec_lt(vec_abs(vec_load(x + i)), infinity));
    if (i < count)
        good =
            mask_and(good, vec_lt(vec_abs(vec_load_partial(x + i, count - i)), infinity));
    return !mask_any(mask_not(good));
}

#endif
