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
    {784, 30, 12, 0, 0},
};

enum {
    SHAPES = sizeof shapes / sizeof shapes[0]
};

/* One product and its arrays; A is read with strides of (row, depth). */
struct product_case {
    struct BP_REAL(product) work;
    struct array a, b, c, init;
};

static void product_case_init(struct product_case *x, const struct shape *s,
                              bool transposed, bool with_init, draw_fn draw)
{
    const size_t a_stride = bp_padded(transposed ? s->rows : s->depth) + BP_LANES;
    const size_t a_rows = transposed ? s->depth : s->rows;
    struct BP_REAL(product) *const w = &x->work;

    w->rows = s->rows;
    w->cols = s->cols;
    w->depth = s->depth;
    w->a_row = transposed ? 1 : a_stride;
    w->a_depth = transposed ? a_stride : 1;
    w->b_stride = bp_padded(s->cols) + s->b_gap * BP_LANES;
    w->c_stride = bp_padded(s->cols) + s->c_gap * BP_LANES;
    x->a = array_of(a_rows * a_stride);
    x->b = array_of(s->depth * w->b_stride);
    x->c = array_of(s->rows * w->c_stride);
    x->init = array_of(bp_padded(s->cols));
    fill(x->a.at, a_rows, transposed ? s->rows : s->depth, a_stride, draw, REAL_NAN);
    fill(x->b.at, s->depth, s->cols, w->b_stride, draw, 0);
    fill(x->init.at, 1, s->cols, bp_padded(s->cols), draw, 0);
    w->a = x->a.at;
    w->b = x->b.at;
    w->c = x->c.at;
    w->init = with_init ? x->init.at : NULL;
}

static void product_case_free(struct product_case *x)
{
    array_free(&x->a);
    array_free(&x->b);
    array_free(&x->c);
    array_free(&x->init);
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
                                  (wide)w->b[k * w->b_stride + j];

                sum += term;
                size += term < 0 ? -term : term;
            }
            assert_near(w->c[r * w->c_stride + j], sum,
                        (wide)(w->depth + 2) * (wide)UNIT * size, "product", isa);
        }
}

static void product_check(const struct shape *s, bool transposed, bool with_init,
                          draw_fn draw)
{
    struct product_case x;
    struct array scalar;
    struct bp_pool pool = {1};
    size_t count, t;
    table *const *const tables = all_tables(&count);

    product_case_init(&x, s, transposed, with_init, draw);
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
        product_check(&shapes[i], false, true, random_real);
        product_check(&shapes[i], true, false, random_real);
    }
}

static void product_has_the_same_bits_on_special_numbers(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < SHAPES; i++) {
        product_check(&shapes[i], i % 2 != 0, true, random_special);
        product_check(&shapes[i], i % 2 == 0, false, random_special);
    }
}

/* Every height and width of a tile, and one more. */
static void product_has_every_tile(void **state)
{
    struct shape s = {0, 0, 5, 0, 0};

    (void)state;
    for (s.rows = 1; s.rows <= 14; s.rows++)
        for (s.cols = 1; s.cols <= 9 * BP_LANES; s.cols += 7)
            product_check(&s, false, true, random_real);
}

/* One chain of fma, k ascending: a sum in another order gives 0 here, or 2. */
static void product_adds_in_order(void **state)
{
    const real a[4] = {REAL_LARGEST, -REAL_LARGEST, 1, 0};
    struct array b = array_of(4 * BP_LANES);
    struct array c = array_of(BP_LANES);
    struct bp_pool pool = {1};
    struct BP_REAL(product) w = {.rows = 1,
                                 .cols = 1,
                                 .depth = 3,
                                 .a = a,
                                 .a_row = 4,
                                 .a_depth = 1,
                                 .b = b.at,
                                 .b_stride = BP_LANES,
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
