/* SPDX-License-Identifier: MIT */
/* Sums of rows, and the largest of numbers. A template; see kernel.h. */
#ifndef BP_KERNEL_REDUCE_H
#define BP_KERNEL_REDUCE_H

#include "kernel/lanes.h"

/* Strips of so many BP_LANES: their chains are independent, and hide each other's
 * latency. */
#define SUM_WIDE     4
#define LARGEST_WIDE 4

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

/* |x| is finite where it is below infinity; of NaN that is false. A maximum is the same
 * in any order. */
static real largest(const real *x, size_t count)
{
    const vec infinity = vec_set1(REAL_INFINITY);
    vmask good = vec_eq(vec_zero(), vec_zero());
    vec most[LARGEST_WIDE];
    real lanes[VEC_LANES];
    size_t i, v;

    for (v = 0; v < LARGEST_WIDE; v++)
        most[v] = vec_zero();
    for (i = 0; i + LARGEST_WIDE * VEC_LANES <= count; i += LARGEST_WIDE * VEC_LANES) {
        KERNEL_UNROLL
        for (v = 0; v < LARGEST_WIDE; v++) {
            const vec size = vec_abs(vec_load(x + i + v * VEC_LANES));

            good = mask_and(good, vec_lt(size, infinity));
            most[v] = vec_max(most[v], size);
        }
    }
    for (; i < count; i += VEC_LANES) {
        const size_t rest = count - i < VEC_LANES ? count - i : VEC_LANES;
        const vec size = vec_abs(vec_load_partial(x + i, rest));

        good = mask_and(good, vec_lt(size, infinity));
        most[0] = vec_max(most[0], size);
    }
    if (mask_any(mask_not(good)))
        return REAL_INFINITY;
    for (v = 1; v < LARGEST_WIDE; v++)
        most[0] = vec_max(most[0], most[v]);
    vec_store(lanes, most[0]);
    for (v = 1; v < VEC_LANES; v++)
        lanes[0] = lanes[v] > lanes[0] ? lanes[v] : lanes[0];
    return lanes[0];
}

#endif
