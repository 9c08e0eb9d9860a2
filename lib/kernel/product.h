/* SPDX-License-Identifier: MIT */
/*
 * C = init + A B in tiles of registers. A template; see kernel.h for the contract.
 *
 * A tile is r rows by v vectors of C. Its r v accumulators stay in registers while k runs
 * over the whole depth; each step loads v vectors of B once and r numbers of A, and does
 * r v fused multiply-adds. Lanes are outputs, never k, so that each output is the one
 * chain c = fma(a_k, b_k, c) that the contract asks for, whatever the tile, and the grid
 * of tiles may change without changing a bit.
 *
 * The processor wants about ten independent chains to hide the latency of an fma, and
 * more products than loads. Many rows get tall tiles, three vectors wide at most; a few
 * rows get wide ones.
 */
#ifndef BP_KERNEL_PRODUCT_H
#define BP_KERNEL_PRODUCT_H

#include "kernel/lanes.h"

/* Chunks of C for the pool, and the work below which one call does all of it. */
#define PRODUCT_CHUNK_ROWS 256
#define PRODUCT_CHUNK_COLS 192
#define PRODUCT_SMALL      262144

/* Steps of k after which C is stored, so that what the tiles of a panel share stays in
 * the caches near them; the chains are resumed from there. */
#define PRODUCT_DEPTH 256
#define PACK_DEPTH    128

/* Rows of B so many bytes apart are packed for so many rows of C or more. */
#define PACK_STRIDE 4096
#define PACK_ROWS   32

#define CACHE_LINE (64 / sizeof(real))

/* Tiles have at most so many rows and vectors. */
#define TILE_ROWS 12
#define TILE_VECS 8

struct tile {
    const real *a;
    size_t a_row, a_depth;
    const real *b;
    size_t b_stride;
    const real *init; /* NULL: 0 */
    real *c;
    size_t c_stride;
    size_t depth;
    bool resume; /* C holds the chains so far */
    size_t last; /* columns in the last vector; the rest of it is padding */
};

KERNEL_INLINE void tile_begin(const struct tile *t, size_t rows, size_t vecs,
                              vec acc[TILE_ROWS][TILE_VECS])
{
    size_t r, v;

    if (t->resume) {
        KERNEL_UNROLL
        for (r = 0; r < rows; r++) {
            KERNEL_UNROLL
            for (v = 0; v < vecs; v++)
                acc[r][v] = vec_load(t->c + r * t->c_stride + v * VEC_LANES);
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

KERNEL_INLINE void tile_end(const struct tile *t, size_t rows, size_t vecs,
                            vec acc[TILE_ROWS][TILE_VECS])
{
    const vmask valid = lane_mask(0, t->last);
    size_t r, v;

    KERNEL_UNROLL
    for (r = 0; r < rows; r++) {
        real *const c = t->c + r * t->c_stride;
        const vec last = vec_select(valid, acc[r][vecs - 1], vec_zero());

        KERNEL_UNROLL
        for (v = 0; v + 1 < vecs; v++)
            vec_store(c + v * VEC_LANES, acc[r][v]);
        vec_store(c + (vecs - 1) * VEC_LANES, last);
    }
}

KERNEL_INLINE void tile_run(const struct tile *t, size_t rows, size_t vecs)
{
    vec acc[TILE_ROWS][TILE_VECS];
    const real *a = t->a;
    const real *b = t->b;
    size_t k, r, v;

    tile_begin(t, rows, vecs, acc);
    for (k = t->depth; k > 0; k--) {
        vec b_k[TILE_VECS];

        KERNEL_UNROLL
        for (v = 0; v < vecs; v++)
            b_k[v] = vec_load(b + v * VEC_LANES);
        KERNEL_UNROLL
        for (r = 0; r < rows; r++) {
            const vec a_k = vec_set1(a[r * t->a_row]);

            KERNEL_UNROLL
            for (v = 0; v < vecs; v++)
                acc[r][v] = vec_fma(a_k, b_k[v], acc[r][v]);
        }
        a += t->a_depth;
        b += t->b_stride;
    }
    tile_end(t, rows, vecs, acc);
}

typedef void (*tile_fn)(const struct tile *t);

#define TILE(r, v)                                   \
    static void tile_##r##x##v(const struct tile *t) \
    {                                                \
        tile_run(t, r, v);                           \
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
static const size_t tile_widest[TILE_ROWS + 1] = {0, 8, 6, 4, 3, 3, 3, 3, 3, 1, 1, 1, 1};
static const size_t tile_tallest[TILE_USUAL_VECS + 1] = {0, 12, 8, 8};
#else
#define TILE_WIDE(r, v) NULL
#define TILE_USUAL_VECS 2
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

/* The largest of the fewest equal parts of `total`, none above `limit`. */
static size_t even_part(size_t total, size_t limit)
{
    size_t parts;

    if (total <= limit)
        return total;
    parts = (total + limit - 1) / limit;
    return (total + parts - 1) / parts;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A block of C, columns from a multiple of VEC_LANES, and of the depth from k. */
struct block {
    size_t row, rows, col, cols, k, depth;
};

/* A panel: the part of a block that is as wide as a tile, tile under tile. */
struct panel {
    const struct BP_REAL(product) * product;
    const struct block *block;
    size_t col, cols;
    size_t vecs, height; /* of a tile */
    bool packed;
};

/*
 * Rows of B a page or more apart cost an entry of the TLB each, and if their distance is
 * near a power of two they fall into few sets of the caches. So a panel's part of B is
 * copied to the stack, where many tiles will use it.
 */
static bool pack_pays(const struct BP_REAL(product) * p, const struct block *block)
{
    return block->rows >= PACK_ROWS && p->b_stride * sizeof(real) >= PACK_STRIDE;
}

static void pack(struct tile *t, size_t vecs, real *packed)
{
    const size_t cols = vecs * VEC_LANES;
    size_t k, j;

    for (k = 0; k < t->depth; k++)
        for (j = 0; j < cols; j += VEC_LANES)
            vec_store(packed + k * cols + j, vec_load(t->b + k * t->b_stride + j));
    t->b = packed;
    t->b_stride = cols;
}

/* While a tile is at work, ask for its share of the panel beside this one, which is
 * packed next. Nothing is read, so it may well lie outside of B. */
static void fetch_beside(const struct panel *panel, size_t row)
{
    const struct block *const at = panel->block;
    const size_t stride = panel->product->b_stride;
    const size_t cols = panel->vecs * VEC_LANES;
    const size_t tiles_down = (at->rows + panel->height - 1) / panel->height;
    const size_t share = (at->depth + tiles_down - 1) / tiles_down;
    const size_t begin = least((row - at->row) / panel->height * share, at->depth);
    const size_t end = least(begin + share, at->depth);
    const uintptr_t b = (uintptr_t)panel->product->b;
    size_t k, j;

    for (k = begin; k < end; k++)
        for (j = panel->col + cols; j < panel->col + 2 * cols; j += CACHE_LINE)
            KERNEL_PREFETCH(b + ((at->k + k) * stride + j) * sizeof(real));
}

/* All of a tile that is the same for the whole panel. */
static void panel_tile(const struct panel *panel, struct tile *t)
{
    const struct BP_REAL(product) *const p = panel->product;
    const struct block *const at = panel->block;

    t->a_row = p->a_row;
    t->a_depth = p->a_depth;
    t->b = p->b + at->k * p->b_stride + panel->col;
    t->b_stride = p->b_stride;
    t->init = p->init != NULL ? p->init + panel->col : NULL;
    t->c_stride = p->c_stride;
    t->depth = at->depth;
    t->resume = at->k > 0;
    t->last = panel->cols - (panel->vecs - 1) * VEC_LANES;
}

static void panel_tiles(const struct panel *panel, struct tile *t)
{
    const struct BP_REAL(product) *const p = panel->product;
    const struct block *const at = panel->block;
    const size_t end = at->row + at->rows;
    size_t row, rows;

    for (row = at->row; row < end; row += rows) {
        rows = least(panel->height, end - row);
        t->a = p->a + row * p->a_row + at->k * p->a_depth;
        t->c = p->c + row * p->c_stride + panel->col;
        if (panel->packed)
            fetch_beside(panel, row);
        tiles[rows][panel->vecs](t);
    }
}

static void panel_packed(const struct panel *panel)
{
    vec packed[PACK_DEPTH * TILE_USUAL_VECS];
    struct tile t;

    panel_tile(panel, &t);
    pack(&t, panel->vecs, (real *)packed);
    panel_tiles(panel, &t);
}

static void panel_plain(const struct panel *panel)
{
    struct tile t;

    panel_tile(panel, &t);
    panel_tiles(panel, &t);
}

/* Panel beside panel, over one stretch of the depth. */
static void product_stretch(const struct BP_REAL(product) * p, const struct block *block)
{
    const size_t vecs = (block->cols + VEC_LANES - 1) / VEC_LANES;
    const size_t tallest = tile_tallest[least(vecs, TILE_USUAL_VECS)];
    const size_t height = even_part(block->rows, tallest);
    const size_t width = even_part(vecs, tile_widest[height]);
    struct panel panel = {.product = p, .block = block, .height = height};
    size_t v;

    panel.packed = width <= TILE_USUAL_VECS && pack_pays(p, block);
    for (v = 0; v < vecs; v += width) {
        panel.vecs = least(width, vecs - v);
        panel.col = block->col + v * VEC_LANES;
        panel.cols = least(panel.vecs * VEC_LANES, block->cols - v * VEC_LANES);
        if (panel.packed)
            panel_packed(&panel);
        else
            panel_plain(&panel);
    }
}

/* The vectors of padding beyond the last that has a column. */
static void product_pad(const struct BP_REAL(product) * p, const struct block *block)
{
    const size_t begin = (block->cols + VEC_LANES - 1) / VEC_LANES * VEC_LANES;
    const size_t end = bp_padded(block->cols);
    size_t r, j;

    for (r = block->row; begin < end && r < block->row + block->rows; r++)
        for (j = begin; j < end; j += VEC_LANES)
            vec_store(p->c + r * p->c_stride + block->col + j, vec_zero());
}

static void product_block(const struct BP_REAL(product) * p, struct block *block)
{
    const size_t stretch = pack_pays(p, block) ? PACK_DEPTH : PRODUCT_DEPTH;

    block->k = 0;
    do {
        block->depth = least(stretch, p->depth - block->k);
        product_stretch(p, block);
        block->k += block->depth;
    } while (block->k < p->depth);
    product_pad(p, block);
}

struct product_grid {
    const struct BP_REAL(product) * product;
    size_t across; /* chunks beside each other */
};

static void product_chunk(void *work, size_t chunk)
{
    const struct product_grid *const grid = work;
    const struct BP_REAL(product) *const p = grid->product;
    struct block block = {0, 0, 0, 0, 0, 0};

    block.row = chunk / grid->across * PRODUCT_CHUNK_ROWS;
    block.rows = least(PRODUCT_CHUNK_ROWS, p->rows - block.row);
    block.col = chunk % grid->across * PRODUCT_CHUNK_COLS;
    block.cols = least(PRODUCT_CHUNK_COLS, p->cols - block.col);
    product_block(p, &block);
}

static void product(struct bp_pool *pool, const struct BP_REAL(product) * p)
{
    if (p->rows == 0 || p->cols == 0)
        return;
    /* Should it overflow, all is done in one call. */
    if (p->rows * p->cols * p->depth < PRODUCT_SMALL) {
        struct block whole = {0, p->rows, 0, p->cols, 0, 0};

        product_block(p, &whole);
    } else {
        const size_t down = (p->rows + PRODUCT_CHUNK_ROWS - 1) / PRODUCT_CHUNK_ROWS;
        struct product_grid grid = {p, (p->cols + PRODUCT_CHUNK_COLS - 1) /
                                           PRODUCT_CHUNK_COLS};

        bp_parallel_for(pool, down * grid.across, product_chunk, &grid);
    }
}

#endif
