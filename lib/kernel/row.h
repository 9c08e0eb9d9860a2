/* SPDX-License-Identifier: MIT */
/*
 * A product whose C is a single row: a single example on its way forth or back. There is
 * no other row to share B with, so it is read once, as it lies. A template; see
 * product.h.
 *
 * Elements of A that are 0 are left out if they are many: fma(0, b, c) is c where b is
 * finite and c is not 0. A chain that ends in 0 is run again with all of them, as only
 * that tells its sign.
 */
#ifndef BP_KERNEL_ROW_H
#define BP_KERNEL_ROW_H

#include "kernel/tile.h"
#include "kernel/zeros.h"

#include <math.h>

#if BP_PRECISION == 64
#define ROW_FMA fma
#else
#define ROW_FMA fmaf
#endif

/* Steps of k at a time. */
#define ROW_DEPTH 512

/* In a row of fewer numbers, or for fewer outputs, zeros are not looked for: to look
 * would take as long as the product. Otherwise so small a share (one in ...) of what
 * matters makes it pay to leave the rest out. */
#define ROW_FEW    64
#define ROW_NARROW 32
#define ROW_SHARE  2

/* Products of a transposed B up to which it is not worth turning. */
#define ROW_TURNED 256

/* The chains of a tile of one row, over the places of A that are not 0. */
KERNEL_INLINE void row_places(const struct tile *t, const uint32_t *places, size_t found,
                              size_t vecs)
{
    const vmask valid = lane_mask(0, t->last);
    vec acc[TILE_ROWS][TILE_VECS];
    size_t n, v;

    tile_begin(t, t->c, 1, vecs, acc);
    for (n = 0; n < found; n++)
        tile_step(t->a + places[n] * t->a_depth, 0, t->b + places[n] * t->b_depth, 1,
                  vecs, acc);
    KERNEL_UNROLL
    for (v = 0; v < vecs; v++)
        vec_store(t->c + v * VEC_LANES,
                  v + 1 < vecs ? acc[0][v] : vec_select(valid, acc[0][v], vec_zero()));
}

#define ROW(v)                                                                      \
    static void row_##v(const struct tile *t, const uint32_t *places, size_t found) \
    {                                                                               \
        row_places(t, places, found, v);                                            \
    }

/* clang-format off */
ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6) ROW(7) ROW(8)
    /* clang-format on */

    typedef void (*row_fn)(const struct tile *t, const uint32_t *places, size_t found);

static const row_fn row_tiles[TILE_VECS + 1] = {NULL,  row_1, row_2, row_3, row_4,
                                                row_5, row_6, row_7, row_8};

/* Whether a vector among the tile's outputs has a chain that ended in 0. */
static bool ends_in_zero(const struct tile *t, size_t vecs)
{
    size_t v;

    for (v = 0; v < vecs; v++) {
        const vmask zero = vec_eq(vec_load(t->c + v * VEC_LANES), vec_zero());

        if (mask_any(v + 1 < vecs ? zero : mask_and(zero, lane_mask(0, t->last))))
            return true;
    }
    return false;
}

/* Again, with all elements of A, where a chain ended in 0. */
static void row_again(const struct tile *t, const vec *before, size_t vecs)
{
    vec short_of[TILE_VECS];
    struct tile whole = *t;
    vec room[TILE_VECS];
    size_t v;

    for (v = 0; v < vecs; v++) {
        short_of[v] = vec_load(t->c + v * VEC_LANES);
        room[v] = before[v];
    }
    whole.c = (real *)room;
    tiles[1][vecs](&whole, 1);
    for (v = 0; v < vecs; v++)
        vec_store(t->c + v * VEC_LANES,
                  vec_select(vec_eq(short_of[v], vec_zero()), room[v], short_of[v]));
}

static void row_tile(const struct tile *t, const uint32_t *places, size_t found,
                     size_t vecs)
{
    vec before[TILE_VECS];
    size_t v;

    if (places == NULL) {
        tiles[1][vecs](t, 1);
        return;
    }
    for (v = 0; v < vecs; v++)
        before[v] = t->resume ? vec_load(t->c + v * VEC_LANES) : vec_zero();
    row_tiles[vecs](t, places, found);
    if (ends_in_zero(t, vecs))
        row_again(t, before, vecs);
}

/* Vectors of the next tile, of which `cols` columns are left: two even ones rather than
 * a wide and a narrow one. */
static size_t row_width(size_t cols)
{
    const size_t vecs = cols / VEC_LANES + (cols % VEC_LANES != 0);

    if (vecs <= TILE_VECS)
        return vecs;
    return vecs < 2 * TILE_VECS ? vecs - vecs / 2 : TILE_VECS;
}

/* One stretch of the depth, tile beside tile; `t` ends beyond the last of them. */
static void row_stretch(struct tile *t, size_t cols)
{
    uint32_t places[ROW_DEPTH];
    size_t found = 0;
    bool skips = false;
    size_t j, vecs;

    if (t->depth > ROW_FEW && cols > ROW_NARROW) {
        found = places_of(t->a, t->a_depth, t->depth, places);
        skips = found <= t->depth / ROW_SHARE;
    }
    for (j = 0; j < cols; j += vecs * VEC_LANES) {
        vecs = row_width(cols - j);
        t->last =
            cols - j < vecs * VEC_LANES ? cols - j - (vecs - 1) * VEC_LANES : VEC_LANES;
        row_tile(t, skips ? places : NULL, found, vecs);
        t->b += vecs * VEC_LANES;
        t->c += vecs * VEC_LANES;
        t->init = t->init != NULL ? t->init + vecs * VEC_LANES : NULL;
    }
}

/* B as it lies. `t` is the row's first tile, of the whole depth, and is used up. */
static void row_run(struct tile *t, size_t cols)
{
    const struct tile first = *t;
    size_t k;

    t->depth = first.depth < ROW_DEPTH ? first.depth : ROW_DEPTH;
    row_stretch(t, cols);
    for (k = t->depth; k < first.depth; k += t->depth) {
        t->depth = first.depth - k < ROW_DEPTH ? first.depth - k : ROW_DEPTH;
        t->a = first.a + k * first.a_depth;
        t->b = first.b + k * first.b_depth;
        t->c = first.c;
        t->resume = true;
        row_stretch(t, cols);
    }
}

/* B transposed, and so small that it is not worth turning: chain by chain. */
static void row_turned(const struct BP_REAL(product) * p, size_t row, size_t col,
                       size_t cols)
{
    const real *const a = p->a + row * p->a_row;
    real *const c = p->c + row * p->c_stride + col;
    size_t j, k;

    for (j = 0; j < cols; j++) {
        const real *const b = p->b + (col + j) * p->b_col;
        real chain = p->init != NULL ? p->init[col + j] : 0;

        for (k = 0; k < p->depth; k++)
            chain = ROW_FMA(a[k * p->a_depth], b[k], chain);
        c[j] = chain;
    }
    for (; j < bp_padded(cols); j++)
        c[j] = 0;
}

#endif
