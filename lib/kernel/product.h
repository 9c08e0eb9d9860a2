/* SPDX-License-Identifier: MIT */
/*
 * C = init + A B, block by block of C. A template; see kernel.h for the contract, and
 * tile.h for the tiles. The grid of blocks and tiles may change without changing a bit.
 *
 * A block goes panel beside panel, each as wide as a tile, tile under tile. For many rows
 * a panel of B is packed first, so that it lies in few pages and in the first level of
 * the cache. Where B is the transpose of what lies in memory, it is turned on the way.
 *
 * Where A is read down its columns, each step of k is in another page. If there is room,
 * A is laid out first as the tiles will read it, once for all blocks.
 *
 * Where an optimizer's step takes C for gradients, C never goes to memory: a tile is
 * stored to a place in the first level of the cache, and the step reads it there. What
 * the step needs besides is asked for before k runs, and has come when it is done.
 */
#ifndef BP_KERNEL_PRODUCT_H
#define BP_KERNEL_PRODUCT_H

#include "kernel/row.h"
#include "kernel/tile.h"
#include "kernel/transpose.h"
#include "kernel/update.h"

/* Chunks of C for the pool, and the work below which one call does all of it. Chunks of a
 * small C are narrower, so that there are some for every thread. */
#define PRODUCT_CHUNK_ROWS 256
#define PRODUCT_CHUNK_COLS 64
#define PRODUCT_CHUNKS     8
#define PRODUCT_SMALL      262144

/* Steps of k after which C is stored, so that what tiles share stays in the caches near
 * them; the chains are resumed from there. Packed, or as it lies. */
#if PRODUCT_REGISTERS >= 32
#define PACK_DEPTH 128
#else
#define PACK_DEPTH 256
#endif
#define PRODUCT_DEPTH 400

/* Packing pays for so many rows of C or more, where A is read down its columns or rows of
 * B are so many bytes apart. */
#define PACK_ROWS   48
#define PACK_STRIDE 4096

/* Laying A out pays for so many columns of C and steps of k or more. So many steps are a
 * chunk, so many tiles go at a time. */
#define LAY_COLS  256
#define LAY_DEPTH 192
#define LAY_STEPS 64
#define LAY_TILES 8

/* Tiles between which the panel beside is asked for. */
#define FETCH_TILES 4

/* Columns of an outer product at a time. */
#define OUTER_COLS 128

#define CACHE_LINE (64 / sizeof(real))

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts_of(size_t total, size_t limit)
{
    return total / limit + (total % limit != 0);
}

/* The largest of the fewest equal parts of `total`, none above `limit`. */
static size_t even_part(size_t total, size_t limit)
{
    return total <= limit ? total : parts_of(total, parts_of(total, limit));
}

/* A block of C, columns from a multiple of VEC_LANES, and of the depth from k. */
struct block {
    size_t row, rows, col, cols, k, depth;
};

/* A panel: the part of a block that is as wide as a tile, tile under tile. */
struct panel {
    const struct BP_REAL(product) * product;
    const struct block *block;
    const struct scalars *scalars; /* of the optimizer's step, if there is one */
    const real *matter; /* NULL; or of each of the block's rows 0 if the step leaves it */
    size_t col, cols;
    size_t vecs, height; /* of a tile */
    bool packed;
    bool laid; /* A is read where it was laid out */
};

/* Packing. */

static bool is_transposed(const struct BP_REAL(product) * p)
{
    return p->b_col != 1;
}

static bool pack_pays(const struct BP_REAL(product) * p, const struct block *block)
{
    return block->rows >= PACK_ROWS &&
           (p->a_depth != 1 || p->b_depth * sizeof(real) >= PACK_STRIDE);
}

static void pack_rows(const struct tile *t, size_t cols, real *packed)
{
    size_t k, j;

    for (k = 0; k < t->depth; k++)
        for (j = 0; j < cols; j += VEC_LANES)
            vec_store(packed + k * cols + j, vec_load(t->b + k * t->b_depth + j));
}

/* What lies beyond the panel's columns in its last vector is 0. */
static void pack_columns(const struct panel *panel, const struct tile *t, real *packed)
{
    const size_t cols = panel->vecs * VEC_LANES;
    size_t k, j;

    transpose_part(t->b, panel->cols, t->depth, panel->product->b_col, packed, cols);
    for (k = 0; panel->cols < cols && k < t->depth; k++)
        for (j = panel->cols; j < cols; j++)
            packed[k * cols + j] = 0;
}

static void pack(const struct panel *panel, struct tile *t, real *packed)
{
    const size_t cols = panel->vecs * VEC_LANES;

    if (is_transposed(panel->product))
        pack_columns(panel, t, packed);
    else
        pack_rows(t, cols, packed);
    t->b = packed;
    t->b_depth = cols;
}

/* While tiles are at work, ask for their share of the panel beside this one, which comes
 * next. Nothing is read, so it may well lie outside of B. */
static void fetch_beside(const struct panel *panel, size_t share, size_t shares)
{
    const struct BP_REAL(product) *const p = panel->product;
    const struct block *const at = panel->block;
    const size_t wide = panel->vecs * VEC_LANES;
    const bool turned = is_transposed(p);
    const size_t rows = turned ? wide : at->depth;
    const size_t cols = turned ? at->depth : wide;
    const size_t stride = turned ? p->b_col : p->b_depth;
    const size_t begin = (panel->col + wide) * p->b_col + at->k * p->b_depth;
    const size_t each = parts_of(rows, shares);
    size_t r, j;

    for (r = share * each; r < least((share + 1) * each, rows); r++)
        for (j = 0; j < cols; j += CACHE_LINE)
            KERNEL_PREFETCH((uintptr_t)p->b + (begin + r * stride + j) * sizeof(real));
}

/* Laying out. */

static bool lays(const struct BP_REAL(product) * p)
{
    return p->room != NULL && p->a_row == 1 && p->rows >= PACK_ROWS &&
           p->cols >= LAY_COLS && p->depth >= LAY_DEPTH;
}

/* A block whose tiles are not as usual reads A as it lies. */
static bool is_laid(const struct BP_REAL(product) * p, const struct block *block)
{
    return block->cols > (TILE_USUAL_VECS - 1) * VEC_LANES && lays(p);
}

/* How rows are cut into tiles. Rows left over are not worth a tile of their own if they
 * are few: the last whole tile shares with them. */
struct cut {
    size_t height, whole;   /* of usual tiles, and how many there are */
    size_t shared, smaller; /* heights of up to two tiles below, or 0 */
};

static struct cut cut_rows(size_t rows, size_t height)
{
    struct cut cut = {height, rows / height, 0, rows % height};

    if (cut.smaller > 0 && 2 * cut.smaller < height && cut.whole > 0) {
        cut.whole--;
        cut.smaller += height;
        cut.shared = cut.smaller - cut.smaller / 2;
        cut.smaller /= 2;
    }
    return cut;
}

/* Steps of k of A's rows from `from` on, as `count` tiles read them, each in a stretch of
 * its own: `to` is the place of the first. */
struct layer {
    const real *from;
    size_t a_depth;
    size_t k, end, depth;
    real *to;
};

/* A usual tile's numbers of one step of k, and some of those beyond. */
static void lay_vecs(const real *from, real *to)
{
    size_t r;

    KERNEL_UNROLL
    for (r = 0; r < TILE_USUAL_ROWS; r += VEC_LANES)
        vec_store(to + r, vec_load(from + r));
}

static void lay_exactly(const real *from, size_t height, real *to)
{
    size_t r;

    for (r = 0; r < height; r++)
        to[r] = from[r];
}

/* What whole vectors write beyond a step is written again by the next one; the last step
 * is exact. */
static void lay_tiles(const struct layer *lay, size_t height, size_t count)
{
    const bool usual = height == TILE_USUAL_ROWS;
    size_t k, n;

    for (k = lay->k; k < lay->end; k++) {
        const bool vecs = usual && k + 1 < lay->end;
        const real *from = lay->from + k * lay->a_depth;
        real *to = lay->to + k * height;

        for (n = 0; n < count; n++) {
            if (vecs)
                lay_vecs(from, to);
            else
                lay_exactly(from, height, to);
            from += height;
            to += height * lay->depth;
        }
    }
}

/* Few tiles at a time: their places all fit into the first level of the cache. */
static void lay_rows(struct layer *lay, size_t height, size_t count)
{
    size_t done, some;

    for (done = 0; done < count; done += some) {
        some = least(LAY_TILES, count - done);
        lay_tiles(lay, height, some);
        lay->from += some * height;
        lay->to += some * height * lay->depth;
    }
}

/* Where a tile of so many rows, from `row` of the block on, finds its part of A. */
static void tile_aim(const struct panel *panel, struct tile *t, size_t row, size_t height)
{
    const struct BP_REAL(product) *const p = panel->product;
    const struct block *const at = panel->block;

    if (panel->laid) {
        t->a = p->room + (at->row + row) * p->depth + at->k * height;
        t->a_depth = height;
        t->a_next = p->depth;
    } else {
        t->a = p->a + (at->row + row) * p->a_row + at->k * p->a_depth;
        t->a_depth = p->a_depth;
        t->a_next = p->a_row;
    }
    t->c = p->c + (at->row + row) * p->c_stride + panel->col;
}

/* Tiles of a panel. */

static void run_tiles(const struct panel *panel, struct tile *t, size_t height,
                      size_t count)
{
    const size_t shares = parts_of(panel->block->rows / panel->height, FETCH_TILES);
    size_t done, some;

    for (done = 0; done < count; done += some) {
        some = least(FETCH_TILES, count - done);
        if (panel->packed && height == panel->height)
            fetch_beside(panel, done / FETCH_TILES, shares);
        tiles[height][panel->vecs](t, some);
        t->a += some * height * t->a_next;
        t->c += some * height * t->c_stride;
    }
}

static void fetch_step(const struct BP_REAL(span) * span)
{
    size_t r, s;

    for (r = 0; r < span->rows; r++) {
        KERNEL_PREFETCH_WRITE(span->w + r * span->stride);
        for (s = 0; s < BP_RULE_STATES && span->state[s] != NULL; s++)
            KERNEL_PREFETCH_WRITE(span->state[s] + r * span->stride);
    }
}

/* Whether a tile of so many rows, from `row` of the block on, is left as it is. */
static bool is_idle(const struct panel *panel, size_t row, size_t height)
{
    bool idle = panel->matter != NULL;
    size_t r;

    for (r = row; idle && r < row + height; r++)
        idle = panel->matter[r] == 0;
    return idle;
}

/* Tile by tile, each followed by the optimizer's step on its place. */
static void run_steps(const struct panel *panel, struct tile *t, size_t height,
                      size_t count)
{
    const struct BP_REAL(step) *const step = panel->product->step;
    const size_t done = (size_t)(t->c - panel->product->c) / t->c_stride;
    const size_t first = done - panel->block->row;
    vec gradient[TILE_ROWS * TILE_VECS];
    struct BP_REAL(span) span = step->span;
    struct tile one = *t;
    size_t n;

    span_move(&span, (size_t)(t->c - step->span.w));
    span.g = (const real *)gradient;
    span.g_stride = panel->vecs * VEC_LANES;
    span.count = span.g_stride;
    span.rows = height;
    one.c = (real *)gradient;
    one.c_stride = span.g_stride;
    for (n = 0; n < count; n++) {
        if (!is_idle(panel, first + n * height, height)) {
            fetch_step(&span);
            tiles[height][panel->vecs](&one, 1);
            panel->scalars->run(panel->scalars, &span);
        }
        span_move(&span, height * span.stride);
        one.a += height * one.a_next;
    }
}

static void panel_tiles(const struct panel *panel, struct tile *t)
{
    void (*const run)(const struct panel *, struct tile *, size_t, size_t) =
        panel->scalars != NULL ? run_steps : run_tiles;
    const struct cut cut = cut_rows(panel->block->rows, panel->height);
    const size_t below = cut.whole * cut.height;

    tile_aim(panel, t, 0, cut.height);
    run(panel, t, cut.height, cut.whole);
    if (cut.shared > 0) {
        tile_aim(panel, t, below, cut.shared);
        run(panel, t, cut.shared, 1);
    }
    if (cut.smaller > 0) {
        tile_aim(panel, t, below + cut.shared, cut.smaller);
        run(panel, t, cut.smaller, 1);
    }
}

/* All of a tile that is the same for the whole panel. */
static struct tile panel_tile(const struct panel *panel)
{
    const struct BP_REAL(product) *const p = panel->product;
    const struct block *const at = panel->block;

    return (struct tile){
        .a_row = p->a_row,
        .b = p->b + at->k * p->b_depth + panel->col * p->b_col,
        .b_depth = p->b_depth,
        .init = p->init != NULL ? p->init + panel->col : NULL,
        .c_stride = p->c_stride,
        .depth = at->depth,
        .resume = at->k > 0,
        .last = panel->cols - (panel->vecs - 1) * VEC_LANES,
    };
}

/* A function of its own, for the sake of the stack. */
static void panel_packed(const struct panel *panel)
{
    vec packed[PACK_DEPTH * TILE_USUAL_VECS];
    struct tile t = panel_tile(panel);

    pack(panel, &t, (real *)packed);
    panel_tiles(panel, &t);
}

static void panel_plain(const struct panel *panel)
{
    struct tile t = panel_tile(panel);

    panel_tiles(panel, &t);
}

/* Blocks. */

/* Panel beside panel, over one stretch of the depth. */
static void product_stretch(const struct BP_REAL(product) * p, const struct block *block,
                            const struct scalars *scalars, const real *matter,
                            bool packed)
{
    const bool laid = is_laid(p, block);
    const size_t vecs = parts_of(block->cols, VEC_LANES);
    const size_t tallest = tile_tallest[least(vecs, TILE_USUAL_VECS)];
    const size_t height =
        packed || laid ? least(block->rows, tallest) : even_part(block->rows, tallest);
    const size_t widest =
        least(tile_widest[height], packed ? TILE_USUAL_VECS : TILE_VECS);
    const size_t width = even_part(vecs, widest);
    struct panel panel = {.product = p,
                          .block = block,
                          .scalars = scalars,
                          .matter = matter,
                          .height = height,
                          .packed = packed,
                          .laid = laid};
    size_t v;

    for (v = 0; v < vecs; v += width) {
        panel.vecs = least(width, vecs - v);
        panel.col = block->col + v * VEC_LANES;
        panel.cols = least(panel.vecs * VEC_LANES, block->cols - v * VEC_LANES);
        if (packed)
            panel_packed(&panel);
        else
            panel_plain(&panel);
    }
}

/* The vectors of padding beyond the last that has a column. */
static void product_pad(const struct BP_REAL(product) * p, const struct block *block)
{
    const size_t begin = bp_round_up(block->cols, VEC_LANES);
    const size_t end = bp_padded(block->cols);
    size_t r, j;

    for (r = block->row; begin < end && r < block->row + block->rows; r++)
        for (j = begin; j < end; j += VEC_LANES)
            vec_store(p->c + r * p->c_stride + block->col + j, vec_zero());
}

static void product_block(const struct BP_REAL(product) * p, struct block *block)
{
    const bool packed = is_transposed(p) || pack_pays(p, block);
    const size_t stretch = even_part(p->depth, packed ? PACK_DEPTH : PRODUCT_DEPTH);

    block->k = 0;
    do {
        block->depth = least(stretch, p->depth - block->k);
        product_stretch(p, block, NULL, NULL, packed);
        block->k += block->depth;
    } while (block->k < p->depth);
    product_pad(p, block);
}

/* Where a gradient of 0 moves nothing, rows of A that are 0 need no step: w - rate 0 is
 * w, to the bit. */
static bool moves_at_zero(const struct bp_rule *rule)
{
    return rule->kind != BP_OPTIMIZER_SGD || rule->momentum != 0 || rule->decay != 0 ||
           rule->shrink != 0 || rule->l1 != 0;
}

/* One row of the gradient of a single example: g = fma(a, b, 0). */
static void outer_row(real a, const real *b, size_t cols, real *g)
{
    const vec a_r = vec_set1(a);
    size_t j;

    for (j = 0; j < cols; j += VEC_LANES)
        vec_store(g + j, vec_fma(a_r, vec_load(b + j), vec_zero()));
}

/* The step of one row, whose input is a. `span` is at the row's beginning. */
static void outer_step(const struct BP_REAL(product) * p, const struct block *block,
                       const struct scalars *scalars, size_t row)
{
    const real a = p->a[row * p->a_row];
    vec gradient[OUTER_COLS / VEC_LANES];
    struct BP_REAL(span) span = p->step->span;
    size_t j;

    span_move(&span, row * span.stride + block->col);
    span.g = (const real *)gradient;
    span.rows = 1;
    for (j = 0; j < block->cols; j += span.count) {
        span.count = bp_round_up(least(OUTER_COLS, block->cols - j), VEC_LANES);
        outer_row(a, p->b + block->col + j, span.count, (real *)gradient);
        scalars->run(scalars, &span);
        span_move(&span, span.count);
    }
}

/* A single example: its gradient is an outer product, made row by row. The padding of B
 * is 0, and so is that of the gradient. */
static void outer_block(const struct BP_REAL(product) * p, const struct block *block,
                        const struct scalars *scalars)
{
    const bool always = moves_at_zero(p->step->rule);
    const size_t end = block->row + block->rows;
    uint32_t places[ROW_DEPTH];
    size_t row, found, n;

    for (row = block->row; row < end; row += ROW_DEPTH) {
        const size_t rows = least(ROW_DEPTH, end - row);

        found = always ? rows : places_of(p->a + row * p->a_row, p->a_row, rows, places);
        for (n = 0; n < found; n++)
            outer_step(p, block, scalars, row + (always ? n : places[n]));
    }
}

/* A step wants whole gradients: the depth is not cut for it. */
static void step_block(const struct BP_REAL(product) * p, struct block *block)
{
    const bool packed =
        is_transposed(p) || (pack_pays(p, block) && p->depth <= PACK_DEPTH);
    const bool looks = p->a_row == 1 && block->rows <= PRODUCT_CHUNK_ROWS &&
                       !moves_at_zero(p->step->rule);
    real matter[PRODUCT_CHUNK_ROWS + VEC_LANES];
    struct scalars scalars;

    scalars_set(&scalars, p->step->rule);
    if (p->depth == 1 && !is_transposed(p)) {
        outer_block(p, block, &scalars);
        return;
    }
    block->k = 0;
    block->depth = p->depth;
    if (looks)
        rows_that_matter(p->a + block->row, p->a_depth, block->rows, p->depth, matter);
    product_stretch(p, block, &scalars, looks ? matter : NULL, packed);
}

/* A single example, forth or back. */
static void row_block(const struct BP_REAL(product) * p, const struct block *block)
{
    struct tile t = {
        .a = p->a + block->row * p->a_row,
        .a_row = p->a_row,
        .a_depth = p->a_depth,
        .b = p->b + block->col,
        .b_depth = p->b_depth,
        .init = p->init != NULL ? p->init + block->col : NULL,
        .c = p->c + block->row * p->c_stride + block->col,
        .c_stride = p->c_stride,
        .depth = p->depth,
        .resume = false,
        .last = 0,
    };

    row_run(&t, block->cols);
    product_pad(p, block);
}

static void run_block(const struct BP_REAL(product) * p, struct block *block)
{
    if (p->step != NULL)
        step_block(p, block);
    else if (block->rows == 1 && !is_transposed(p))
        row_block(p, block);
    else if (block->rows == 1 && block->cols * p->depth <= ROW_TURNED)
        row_turned(p, block->row, block->col, block->cols);
    else
        product_block(p, block);
}

/* The grid of chunks. */

struct product_grid {
    const struct BP_REAL(product) * product;
    size_t rows, cols; /* of a chunk */
    size_t across;     /* chunks beside each other */
};

/* Of the rows of chunks that lie beside each other, some steps of k. */
static void lay_chunk(void *work, size_t chunk)
{
    const struct product_grid *const grid = work;
    const struct BP_REAL(product) *const p = grid->product;
    const size_t deep = parts_of(p->depth, LAY_STEPS);
    const size_t row = chunk / deep * grid->rows;
    const size_t rows = least(grid->rows, p->rows - row);
    const struct cut cut = cut_rows(rows, least(rows, TILE_USUAL_ROWS));
    const size_t k = chunk % deep * LAY_STEPS;
    struct layer lay = {
        .from = p->a + row,
        .a_depth = p->a_depth,
        .k = k,
        .end = least(k + LAY_STEPS, p->depth),
        .depth = p->depth,
        .to = p->room + row * p->depth,
    };

    lay_rows(&lay, cut.height, cut.whole);
    lay_rows(&lay, cut.shared, cut.shared > 0);
    lay_rows(&lay, cut.smaller, cut.smaller > 0);
}

static void product_chunk(void *work, size_t chunk)
{
    const struct product_grid *const grid = work;
    const struct BP_REAL(product) *const p = grid->product;
    struct block block = {0, 0, 0, 0, 0, 0};

    block.row = chunk / grid->across * grid->rows;
    block.rows = least(grid->rows, p->rows - block.row);
    block.col = chunk % grid->across * grid->cols;
    block.cols = least(grid->cols, p->cols - block.col);
    run_block(p, &block);
}

/* Of a chunk, where there are `parts` of them below each other: a whole number of the
 * lanes that all tables share. */
static size_t chunk_cols(size_t cols, size_t parts)
{
    const size_t share = cols / parts_of(PRODUCT_CHUNKS, parts) / BP_LANES * BP_LANES;
    const size_t most = least(share, PRODUCT_CHUNK_COLS);

    return most > BP_LANES ? most : BP_LANES;
}

static void product(struct bp_pool *pool, const struct BP_REAL(product) * p)
{
    if (p->rows == 0 || p->cols == 0)
        return;
    /* Should it overflow, all is done in one call. */
    if (p->rows * p->cols * p->depth < PRODUCT_SMALL) {
        struct block whole = {0, p->rows, 0, p->cols, 0, 0};

        run_block(p, &whole);
    } else {
        const size_t parts = parts_of(p->rows, PRODUCT_CHUNK_ROWS);
        struct product_grid grid = {
            .product = p,
            .rows = parts_of(p->rows, parts),
            .cols = chunk_cols(p->cols, parts),
        };

        grid.across = parts_of(p->cols, grid.cols);
        if (lays(p))
            bp_parallel_for(pool, parts * parts_of(p->depth, LAY_STEPS), lay_chunk,
                            &grid);
        bp_parallel_for(pool, parts_of(p->rows, grid.rows) * grid.across, product_chunk,
                        &grid);
    }
}

#endif
