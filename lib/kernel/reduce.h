/* SPDX-License-Identifier: MIT */
/* Passes over matrices that move or add numbers. A template; see kernel.h. */
#ifndef BP_KERNEL_REDUCE_H
#define BP_KERNEL_REDUCE_H

#include "kernel/lanes.h"

/* Square blocks, so that the lines which are written stay in the cache until full. */
#define TRANSPOSE_BLOCK 16

static void transpose_block(const real *from, size_t rows, size_t cols,
                            size_t from_stride, real *to, size_t to_stride)
{
    size_t i, j;

    for (j = 0; j < cols; j++)
        for (i = 0; i < rows; i++)
            to[j * to_stride + i] = from[i * from_stride + j];
}

static size_t block_rest(size_t total, size_t done)
{
    return total - done < TRANSPOSE_BLOCK ? total - done : TRANSPOSE_BLOCK;
}

static void transpose(const real *from, size_t rows, size_t cols, size_t from_stride,
                      real *to, size_t to_stride)
{
    size_t i, j;

    for (j = 0; j < cols; j++)
        for (i = rows; i < bp_padded(rows); i++)
            to[j * to_stride + i] = 0;
    for (i = 0; i < rows; i += TRANSPOSE_BLOCK)
        for (j = 0; j < cols; j += TRANSPOSE_BLOCK)
            transpose_block(from + i * from_stride + j, block_rest(rows, i),
                            block_rest(cols, j), from_stride, to + j * to_stride + i,
                            to_stride);
}

/* One chain a column, from 0, rows ascending, in as many vectors at once as fill a line
 * or two of the cache. */
KERNEL_INLINE void sum_columns(const real *x, size_t rows, size_t stride,
                               vec sum[LANE_VECS])
{
    size_t r, v;

    KERNEL_UNROLL
    for (v = 0; v < LANE_VECS; v++)
        sum[v] = vec_zero();
    for (r = 0; r < rows; r++, x += stride) {
        KERNEL_UNROLL
        for (v = 0; v < LANE_VECS; v++)
            sum[v] = vec_add(sum[v], vec_load(x + v * VEC_LANES));
    }
}

static void sum_rows(const real *x, size_t rows, size_t cols, size_t stride, real *sums)
{
    size_t j, v;

    for (j = 0; j < cols; j += BP_LANES) {
        vec sum[LANE_VECS];

        sum_columns(x + j, rows, stride, sum);
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
        good = mask_and(good,
                        vec_lt(vec_abs(vec_load_partial(x + i, count - i)), infinity));
    return !mask_any(mask_not(good));
}

#endif
