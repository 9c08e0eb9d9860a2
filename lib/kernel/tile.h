/* SPDX-License-Identifier: MIT */
/*
 * Tiles of registers, the heart of a product. A template; see product.h.
 *
 * A tile is r rows by v vectors of C. Its r v accumulators stay in registers while k runs
 * over the depth; each step loads v vectors of B once and r numbers of A, and does r v
 * fused multiply-adds. Lanes are outputs, never k, so that each output is the one chain
 * c = fma(a_k, b_k, c) that the contract asks for, whatever the tile.
 *
 * The processor wants about ten independent chains to hide the latency of an fma, and
 * more products than loads. Many rows get tall tiles, three vectors wide at most; a few
 * rows get wide ones.
 */
#ifndef BP_KERNEL_TILE_H
#define BP_KERNEL_TILE_H

#include "kernel/lanes.h"

/* Tiles have at most so many rows and vectors. */
#define TILE_ROWS 12
#define TILE_VECS 8

struct tile {
    const real *a;
    size_t a_row, a_depth;
    size_t a_next; /* from a tile to the one below, for each of its rows */
    const real *b;
    size_t b_depth;
    const real *init; /* NULL: 0 */
    real *c;
    size_t c_stride;
    size_t depth;
    bool resume; /* C holds the chains so far */
    size_t last; /* columns in the last vector; the rest of it is padding */
};

KERNEL_INLINE void tile_begin(const struct tile *t, const real *c, size_t rows,
                              size_t vecs, vec acc[TILE_ROWS][TILE_VECS])
{
    size_t r, v;

    if (t->resume) {
        KERNEL_UNROLL
        for (r = 0; r < rows; r++) {
            KERNEL_UNROLL
            for (v = 0; v < vecs; v++)
                acc[r][v] = vec_load(c + r * t->c_stride + v * VEC_LANES);
        }
        return;
    }
    KERNEL_UNROLL
    for (v = 0; v < vecs; v++) {
        vec start = vec_zero();

        if (t->init != NULL)
            start = vec_load_partial(t->init + v * VEC_LANES,
                                     v + 1 < vecs ? VEC_LANES : t->last);
        KERNEL_UNROLL
        for (r = 0; r < rows; r++)
            acc[r][v] = start;
    }
}

/* One step of k. */
KERNEL_INLINE void tile_step(const real *a, size_t a_row, const real *b, size_t rows,
                             size_t vecs, vec acc[TILE_ROWS][TILE_VECS])
{
    vec b_k[TILE_VECS];
    size_t r, v;

    KERNEL_UNROLL
    for (v = 0; v < vecs; v++)
        b_k[v] = vec_load(b + v * VEC_LANES);
    KERNEL_UNROLL
    for (r = 0; r < rows; r++) {
        const vec a_k = vec_set1(a[r * a_row]);

        KERNEL_UNROLL
        for (v = 0; v < vecs; v++)
            acc[r][v] = vec_fma(a_k, b_k[v], acc[r][v]);
    }
}

KERNEL_INLINE void tile_end(real *c, size_t c_stride, vmask valid, size_t rows,
                            size_t vecs, vec acc[TILE_ROWS][TILE_VECS])
{
    size_t r, v;

    KERNEL_UNROLL
    for (r = 0; r < rows; r++) {
        KERNEL_UNROLL
        for (v = 0; v + 1 < vecs; v++)
            vec_store(c + r * c_stride + v * VEC_LANES, acc[r][v]);
        vec_store(c + r * c_stride + (vecs - 1) * VEC_LANES,
                  vec_select(valid, acc[r][vecs - 1], vec_zero()));
    }
}

/* Tile under tile, in one function: what lies between two of them costs as much as ten
 * steps of k. */
KERNEL_INLINE void tile_run(const struct tile *t, size_t count, size_t rows, size_t vecs)
{
    const size_t a_row = t->a_row, a_depth = t->a_depth, b_depth = t->b_depth;
    const vmask valid = lane_mask(0, t->last);
    size_t n, k;

    for (n = 0; n < count; n++) {
        vec acc[TILE_ROWS][TILE_VECS];
        const real *a = t->a + n * rows * t->a_next;
        const real *b = t->b;
        real *const c = t->c + n * rows * t->c_stride;

        tile_begin(t, c, rows, vecs, acc);
        for (k = t->depth; k > 0; k--) {
            tile_step(a, a_row, b, rows, vecs, acc);
            a += a_depth;
            b += b_depth;
        }
        tile_end(c, t->c_stride, valid, rows, vecs, acc);
    }
}

/* `count` tiles, one under the other. */
typedef void (*tile_fn)(const struct tile *t, size_t count);

#define TILE(r, v)                                                 \
    static void tile_##r##x##v(const struct tile *t, size_t count) \
    {                                                              \
        tile_run(t, count, r, v);                                  \
    }

/* clang-format off */

/* Sixteen registers: twelve accumulators at most. */
TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(1, 4) TILE(1, 5) TILE(1, 6) TILE(1, 7) TILE(1, 8)
TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(2, 4) TILE(2, 5) TILE(2, 6)
TILE(3, 1) TILE(3, 2) TILE(3, 3) TILE(3, 4)
TILE(4, 1) TILE(4, 2) TILE(4, 3)
TILE(5, 1) TILE(5, 2)
TILE(6, 1) TILE(6, 2)
TILE(7, 1) TILE(8, 1) TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1)

#if PRODUCT_REGISTERS >= 32
/* Thirty-two: up to 24. */
TILE(5, 3) TILE(6, 3) TILE(7, 2) TILE(7, 3) TILE(8, 2) TILE(8, 3)
#define TILE_WIDE(r, v) tile_##r##x##v
#define TILE_USUAL_VECS 3
#define TILE_USUAL_ROWS 8
static const size_t tile_widest[TILE_ROWS + 1] = {0, 8, 6, 4, 3, 3, 3, 3, 3, 1, 1, 1, 1};
static const size_t tile_tallest[TILE_USUAL_VECS + 1] = {0, 12, 8, 8};
#else
#define TILE_WIDE(r, v) NULL
#define TILE_USUAL_VECS 2
#define TILE_USUAL_ROWS 6
static const size_t tile_widest[TILE_ROWS + 1] = {0, 8, 6, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1};
static const size_t tile_tallest[TILE_USUAL_VECS + 1] = {0, 12, 6};
#endif

/* clang-format on */

static const tile_fn tiles[TILE_ROWS + 1][TILE_VECS + 1] = {
    {NULL},
    {NULL, tile_1x1, tile_1x2, tile_1x3, tile_1x4, tile_1x5, tile_1x6, tile_1x7,
     tile_1x8},
    {NULL, tile_2x1, tile_2x2, tile_2x3, tile_2x4, tile_2x5, tile_2x6},
    {NULL, tile_3x1, tile_3x2, tile_3x3, tile_3x4},
    {NULL, tile_4x1, tile_4x2, tile_4x3},
    {NULL, tile_5x1, tile_5x2, TILE_WIDE(5, 3)},
    {NULL, tile_6x1, tile_6x2, TILE_WIDE(6, 3)},
    {NULL, tile_7x1, TILE_WIDE(7, 2), TILE_WIDE(7, 3)},
    {NULL, tile_8x1, TILE_WIDE(8, 2), TILE_WIDE(8, 3)},
    {NULL, tile_9x1},
    {NULL, tile_10x1},
    {NULL, tile_11x1},
    {NULL, tile_12x1},
};

#endif
