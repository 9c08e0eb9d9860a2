/* SPDX-License-Identifier: MIT */
/* The product: every tile, edge and way of packing. */
#ifndef KERNEL_CHECK_PRODUCT_H
#define KERNEL_CHECK_PRODUCT_H

#include "check.h"

struct shape {
    size_t rows, cols, depth;
    size_t b_gap, c_gap; /* beyond the padded width, in BP_LANES */
};

static const struct shape shapes[] = {
    {0, 5, 5, 0, 0},        {5, 0, 5, 0, 0},      {5, 5, 0, 0, 1},
    {1, 1, 1, 0, 0},        {1, 16, 1, 0, 0},     {1, 17, 2, 1, 1},
    {1, 100, 33, 0, 0},     {1, 129, 7, 0, 1},    {2, 95, 11, 0, 0},
    {3, 3, 3, 0, 0},        {3, 200, 5, 2, 0},    {4, 33, 9, 0, 0},
    {5, 31, 300, 0, 1},     {6, 48, 13, 0, 0},    {7, 8, 65, 0, 0},
    {8, 144, 21, 1, 0},     {9, 4, 30, 0, 0},     {10, 10, 30, 0, 0},
    {11, 12, 19, 0, 1},     {12, 16, 40, 0, 0},   {13, 49, 26, 0, 0},
    {25, 97, 10, 0, 0},     {31, 20, 257, 0, 0},  {33, 1, 64, 0, 0},
    {40, 70, 300, 70, 1},   {45, 61, 513, 64, 0}, {300, 200, 20, 0, 0},
    {260, 401, 130, 40, 1}, {1, 1000, 300, 0, 0}, {17, 385, 50, 0, 0},
    {784, 30, 12, 0, 0},    {70, 300, 1, 0, 1},   {50, 33, 270, 0, 0},
    {133, 101, 129, 1, 0},  {62, 256, 195, 1, 0}, {301, 260, 200, 0, 1},
    {1, 40001, 3, 0, 0},    {20001, 1, 2, 0, 0},  {2, 3, 40001, 0, 0},
    {3, 1025, 1031, 0, 1},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* One product and its arrays; A is read with strides of (row, depth). */
struct product_case {
    struct BP_REAL(product) work;
    struct array a, b, c, init, room;
};

/* Which operands lie transposed. */
enum { PLAIN = 0, A_TRANSPOSED = 1, B_TRANSPOSED = 2 };

/* Beyond the width of a transposed B there may be anything. */
static void product_case_b(struct product_case *x, const struct shape *s, bool transposed,
                           draw_fn draw)
{
    struct BP_REAL(product) *const w = &x->work;
    const size_t rows = transposed ? s->cols : s->depth;
    const size_t cols = transposed ? s->depth : s->cols;
    const size_t stride = bp_padded(cols) + s->b_gap * BP_LANES;

    w->b_depth = transposed ? 1 : stride;
    w->b_col = transposed ? stride : 1;
    x->b = array_of(rows * stride);
    fill(x->b.at, rows, cols, stride, draw, transposed ? REAL_NAN : 0);
    w->b = x->b.at;
}

static void product_case_init(struct product_case *x, const struct shape *s, int layout,
                              bool with_init, draw_fn draw)
{
    const bool transposed = layout & A_TRANSPOSED;
    const size_t a_stride = bp_padded(transposed ? s->rows : s->depth) + BP_LANES;
    const size_t a_rows = transposed ? s->depth : s->rows;
    struct BP_REAL(product) *const w = &x->work;

    w->rows = s->rows;
    w->cols = s->cols;
    w->depth = s->depth;
    w->a_row = transposed ? 1 : a_stride;
    w->a_depth = transposed ? a_stride : 1;
    w->c_stride = bp_padded(s->cols) + s->c_gap * BP_LANES;
    x->a = array_of(a_rows * a_stride);
    w->step = NULL;
    product_case_b(x, s, layout & B_TRANSPOSED, draw);
    x->c = array_of(s->rows * w->c_stride);
    x->init = array_of(bp_padded(s->cols));
    x->room = array_of(s->rows * s->depth);
    fill(x->a.at, a_rows, transposed ? s->rows : s->depth, a_stride, draw, REAL_NAN);
    fill(x->init.at, 1, s->cols, bp_padded(s->cols), draw, 0);
    w->a = x->a.at;
    w->c = x->c.at;
    w->room = x->room.at;
    w->init = with_init ? x->init.at : NULL;
}

static void product_case_free(struct product_case *x)
{
    array_free(&x->a);
    array_free(&x->b);
    array_free(&x->c);
    array_free(&x->init);
    array_free(&x->room);
}

/* |c - sum| <= (k + 2) u sum of |a b|, the start being one of the terms. */
static void product_against_wide(const struct BP_REAL(product) * w, int32_t isa)
{
    size_t r, j, k;

    for (r = 0; r < w->rows; r++)
        for (j = 0; j < w->cols; j++) {
            wide sum = w->init != NULL ? w->init[j] : 0;
            wide size = sum < 0 ? -sum : sum;

            for (k = 0; k < w->depth; k++) {
                const wide term = (wide)w->a[r * w->a_row + k * w->a_depth] *
                                  (wide)w->b[k * w->b_depth + j * w->b_col];

                sum += term;
                size += term < 0 ? -term : term;
            }
            assert_near(w->c[r * w->c_stride + j], sum,
                        (wide)(w->depth + 2) * (wide)UNIT * size, "product", isa);
        }
}

static void product_check(const struct shape *s, int layout, bool with_init, draw_fn draw)
{
    struct product_case x;
    struct array scalar;
    struct bp_pool pool = {.threads = 1};
    size_t count, t;
    table *const *const tables = all_tables(&count);

    product_case_init(&x, s, layout, with_init, draw);
    scalar = array_of(x.c.count);
    for (t = 0; t < count; t++) {
        fill(x.c.at, s->rows, s->cols, x.work.c_stride, random_real, REAL_NAN);
        tables[t]->product(&pool, &x.work);
        assert_padding(x.c.at, s->rows, s->cols, x.work.c_stride, "product");
        if (draw == random_real)
            product_against_wide(&x.work, tables[t]->isa);
        if (t == 0)
            memcpy(scalar.at, x.c.at, x.c.count * sizeof(real));
        assert_same(x.c.at, scalar.at, x.c.count, "product", tables[t]->isa);
    }
    array_free(&scalar);
    product_case_free(&x);
}

static void product_is_within_its_bound(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < SHAPES; i++) {
        product_check(&shapes[i], PLAIN, true, random_real);
        product_check(&shapes[i], A_TRANSPOSED, false, random_real);
        product_check(&shapes[i], B_TRANSPOSED, false, random_real);
        product_check(&shapes[i], A_TRANSPOSED | B_TRANSPOSED, true, random_real);
    }
}

static void product_has_the_same_bits_on_special_numbers(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < SHAPES; i++) {
        product_check(&shapes[i], (int)(i % 4), true, random_special);
        product_check(&shapes[i], (int)(3 - i % 4), false, random_special);
    }
}

/* Every height and width of a tile, and one more. */
static void product_has_every_tile(void **state)
{
    struct shape s = {0, 0, 5, 0, 0};

    (void)state;
    for (s.rows = 1; s.rows <= 14; s.rows++)
        for (s.cols = 1; s.cols <= 9 * BP_LANES; s.cols += 7)
            product_check(&s, PLAIN, true, random_real);
}

/* A step that takes the product for gradients gives what the two give one after the
 * other, and leaves alone what is not of the matrix. */
struct step_case {
    struct product_case product;
    struct bp_rule rule;
    struct BP_REAL(step) step;
    struct array w[2], state[2][BP_RULE_STATES];
};

static void step_case_init(struct step_case *x, const struct shape *s, int32_t kind)
{
    struct BP_REAL(product) *const p = &x->product.work;
    size_t i, j, k, n;

    product_case_init(&x->product, s, A_TRANSPOSED, false, random_real);
    for (k = 0; k < s->depth; k++) { /* rows that a step may pass over */
        for (i = 0; i < s->rows; i += 3)
            x->product.a.at[k * p->a_depth + i] = 0;
        for (i = s->rows / 4; i < s->rows / 2; i++)
            x->product.a.at[k * p->a_depth + i] = i % 2 ? -(real)0 : 0;
    }
    x->rule = (struct bp_rule){.kind = kind,
                               .rate = 0.1,
                               .momentum = s->rows % 2 ? 0.9 : 0,
                               .decay = s->cols % 3 ? 0.01 : 0,
                               .beta1 = 0.9,
                               .beta2 = 0.99,
                               .epsilon = 1e-8,
                               .root = 2};
    n = s->rows * p->c_stride;
    for (i = 0; i < 2; i++) {
        x->w[i] = array_of(n);
        for (j = 0; j < BP_RULE_STATES; j++)
            x->state[i][j] = array_of(n);
    }
    fill(x->w[0].at, s->rows, s->cols, p->c_stride, random_real, 0);
    memcpy(x->w[1].at, x->w[0].at, n * sizeof(real));
    for (j = 0; j < BP_RULE_STATES; j++) {
        fill(x->state[0][j].at, s->rows, s->cols, p->c_stride, random_real, 0);
        for (i = 0; i < n; i++)
            x->state[0][j].at[i] =
                x->state[0][j].at[i] < 0 ? -x->state[0][j].at[i] : x->state[0][j].at[i];
        memcpy(x->state[1][j].at, x->state[0][j].at, n * sizeof(real));
    }
}

static struct BP_REAL(span) step_span(struct step_case *x, size_t which)
{
    struct BP_REAL(span) span = {.w = x->w[which].at, .stride = x->product.work.c_stride};
    size_t j;

    for (j = 0; j < BP_RULE_STATES; j++)
        span.state[j] = x->state[which][j].at;
    return span;
}

static void step_check(table *k, const struct shape *s, int32_t kind)
{
    struct step_case x;
    struct bp_pool pool = {.threads = 1};
    size_t r, j;

    step_case_init(&x, s, kind);
    k->product(&pool, &x.product.work);
    for (r = 0; r < s->rows; r++) {
        struct BP_REAL(span) row = step_span(&x, 0);

        row.rows = 1;
        row.count = bp_padded(s->cols);
        row.g = x.product.work.c + r * x.product.work.c_stride;
        row.w += r * row.stride;
        for (j = 0; j < BP_RULE_STATES; j++)
            row.state[j] += r * row.stride;
        k->update(&pool, &x.rule, &row);
    }
    x.step.rule = &x.rule;
    x.step.span = step_span(&x, 1);
    x.product.work.step = &x.step;
    x.product.work.c = x.step.span.w;
    k->product(&pool, &x.product.work);
    assert_same(x.w[1].at, x.w[0].at, x.w[0].count, "step", k->isa);
    array_free(&x.w[0]);
    array_free(&x.w[1]);
    for (j = 0; j < BP_RULE_STATES; j++) {
        assert_same(x.state[1][j].at, x.state[0][j].at, x.state[0][j].count, "state",
                    k->isa);
        array_free(&x.state[0][j]);
        array_free(&x.state[1][j]);
    }
    product_case_free(&x.product);
}

static void a_step_on_tiles_is_the_step_on_the_whole(void **state)
{
    size_t count, t, i;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < SHAPES; i++) {
            step_check(tables[t], &shapes[i], BP_OPTIMIZER_SGD);
            step_check(tables[t], &shapes[i], BP_OPTIMIZER_ADAM);
        }
}

/* Numbers of which most are 0, of either sign, or so small that a product is. */
static real random_sparse(void)
{
    const real x = random_real();
    const real size = x < 0 ? -x : x;

    if (size > (real)0.9)
        return x;
    if (size > (real)0.8)
        return x * REAL_MIN_NORMAL;
    return x < 0 ? -(real)0 : 0;
}

/* A single row goes a way of its own; it gives what the same row gives among others. */
static void row_alone_check(table *k, size_t cols, size_t depth, bool with_init)
{
    const struct shape s = {3, cols, depth, 1, 1};
    struct product_case x;
    struct bp_pool pool = {.threads = 1};
    struct array alone;

    product_case_init(&x, &s, PLAIN, with_init, random_sparse);
    alone = array_of(x.work.c_stride);
    fill(alone.at, 1, cols, x.work.c_stride, random_real, REAL_NAN);
    k->product(&pool, &x.work);
    memcpy(x.c.at, x.c.at + x.work.c_stride, x.work.c_stride * sizeof(real));
    x.work.a += x.work.a_row;
    x.work.rows = 1;
    x.work.c = alone.at;
    k->product(&pool, &x.work);
    assert_same(alone.at, x.c.at, bp_padded(cols), "row alone", k->isa);
    array_free(&alone);
    product_case_free(&x);
}

static void a_row_alone_is_as_among_others(void **state)
{
    static const size_t depths[] = {1, 63, 64, 65, 200, 511, 512, 513, 1300};
    size_t count, t, i, cols;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < sizeof depths / sizeof depths[0]; i++)
            for (cols = 1; cols < 12 * BP_LANES; cols += 13) {
                row_alone_check(tables[t], cols, depths[i], false);
                row_alone_check(tables[t], cols, depths[i], true);
            }
}

/* One chain of fma, k ascending: a sum in another order gives 0 here, or 2. */
static void product_adds_in_order(void **state)
{
    const real a[4] = {REAL_LARGEST, -REAL_LARGEST, 1, 0};
    struct array b = array_of(4 * BP_LANES);
    struct array c = array_of(BP_LANES);
    struct bp_pool pool = {.threads = 1};
    struct BP_REAL(product) w = {.rows = 1,
                                 .cols = 1,
                                 .depth = 3,
                                 .a = a,
                                 .a_row = 4,
                                 .a_depth = 1,
                                 .b = b.at,
                                 .b_depth = BP_LANES,
                                 .b_col = 1,
                                 .c = c.at,
                                 .c_stride = BP_LANES};
    size_t count, t, k;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (k = 0; k < 4 * BP_LANES; k++)
        b.at[k] = k % BP_LANES == 0;
    for (t = 0; t < count; t++) {
        tables[t]->product(&pool, &w);
        assert_true(c.at[0] == 1);
    }
    array_free(&b);
    array_free(&c);
}

#endif
