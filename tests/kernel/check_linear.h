/* SPDX-License-Identifier: MIT */
/* Sums and lines over spans, limits: the documented order, number by number. */
#ifndef KERNEL_CHECK_LINEAR_H
#define KERNEL_CHECK_LINEAR_H

#include "check.h"

static const size_t span_counts[] = {0, 16, 48, 16384, 16384 + 32, 65 * 16384 + 16};

enum { SPAN_COUNTS = sizeof span_counts / sizeof span_counts[0] };

/* The parts of a span, each in 16 lanes that are combined by halves. */
static double sum_reference(const real *x, const real *y, size_t count)
{
    const size_t even = (count / 64 + 1 + 15) / 16 * 16;
    const size_t part = even > 16384 ? even : 16384;
    double total = 0;
    size_t begin, i, half;

    for (begin = 0; begin < count; begin += part) {
        double lane[16] = {0};

        for (i = begin; i < count && i < begin + part; i++)
            lane[i % 16] += y != NULL ? (double)x[i] * (double)y[i] : fabs((double)x[i]);
        for (half = 8; half > 0; half /= 2)
            for (i = 0; i < half; i++)
                lane[i] += lane[i + half];
        total += lane[0];
    }
    return total;
}

static void sums_have_the_documented_order(void **state)
{
    size_t count, t, c;
    struct bp_pool pool = {.threads = 1};
    table *const *const tables = all_tables(&count);

    (void)state;
    for (c = 0; c < SPAN_COUNTS; c++) {
        const size_t n = span_counts[c];
        struct array x = array_of(n);
        struct array y = array_of(n);

        fill(x.at, 1, n, n, random_real, 0);
        fill(y.at, 1, n, n, random_real, 0);
        for (t = 0; t < count; t++) {
            const double dot = tables[t]->sum(&pool, x.at, y.at, n);
            const double sum = tables[t]->sum(&pool, x.at, NULL, n);

            assert_true(dot == sum_reference(x.at, y.at, n));
            assert_true(sum == sum_reference(x.at, NULL, n));
        }
        array_free(&x);
        array_free(&y);
    }
}

static void line_check(table *k, size_t n, draw_fn draw)
{
    struct array d = array_of(n), x = array_of(n), to = array_of(n);
    size_t i;

    fill(d.at, 1, n, n, draw, 0);
    fill(x.at, 1, n, n, draw, 0);
    k->line(to.at, 0.3, d.at, x.at, n);
    for (i = 0; i < n; i++) {
        const real factor = REAL_C(0.3);
#if BP_PRECISION == 32
        assert_true(same(to.at[i], fmaf(factor, d.at[i], x.at[i])));
#else
        assert_true(same(to.at[i], fma(factor, d.at[i], x.at[i])));
#endif
    }
    k->line(to.at, 0.3, d.at, NULL, n);
    for (i = 0; i < n; i++)
        assert_true(same(to.at[i], REAL_C(0.3) * d.at[i]));
    k->clamp(x.at, 0.25, n);
    for (i = 0; i < n; i++)
        assert_true(isnan(x.at[i]) || (x.at[i] >= -0.25 && x.at[i] <= 0.25));
    array_free(&d);
    array_free(&x);
    array_free(&to);
}

static void lines_and_clamps(void **state)
{
    size_t count, t;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++) {
        line_check(tables[t], 0, random_real);
        line_check(tables[t], 48, random_real);
        line_check(tables[t], 100000, random_real);
        line_check(tables[t], 1024, random_special);
    }
}

/* One column, as it was and as it is now. */
static void limited_column(const real *x, const real *kept, size_t rows, size_t stride)
{
    double squares = 0, factor = 1;
    size_t r;

    for (r = 0; r < rows; r++)
        squares += (double)kept[r * stride] * (double)kept[r * stride];
    if (sqrt(squares) > 1.25)
        factor = 1.25 / (sqrt(squares) + 1e-7);
    for (r = 0; r < rows; r++)
        assert_true(same(x[r * stride], (real)factor * kept[r * stride]));
}

/* The stride is wider than the padding: what lies beyond is not touched. */
static void limit_columns_check(table *k, size_t rows, size_t cols)
{
    const size_t stride = bp_padded(cols) + BP_LANES;
    struct array x = array_of(rows * stride), kept = array_of(rows * stride);
    size_t j;

    fill(x.at, rows, cols, stride, random_real, 0);
    memcpy(kept.at, x.at, rows * stride * sizeof(real));
    k->limit_columns(x.at, rows, cols, stride, 1.25);
    for (j = 0; j < cols; j++)
        limited_column(x.at + j, kept.at + j, rows, stride);
    assert_padding(x.at, rows, cols, stride, "limit_columns");
    array_free(&x);
    array_free(&kept);
}

static void columns_stay_within_their_limit(void **state)
{
    static const size_t sizes[][2] = {{5, 21}, {0, 3}, {3, 0},    {1, 1},
                                      {7, 16}, {4, 5}, {3001, 5}, {3, 3001}};
    size_t count, t, i;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            limit_columns_check(tables[t], sizes[i][0], sizes[i][1]);
}

#endif
