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
        line_check(tables[t], 48, random_real);
        line_check(tables[t], 1024, random_special);
    }
}

/* 5 x 21 in a stride of 48: what lies beyond is not touched. */
static void columns_stay_within_their_limit(void **state)
{
    enum { ROWS = 5, COLS = 21, STRIDE = 48 };
    size_t count, t, r, j;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++) {
        struct array x = array_of(ROWS * STRIDE), kept = array_of(ROWS * STRIDE);

        fill(x.at, ROWS, COLS, STRIDE, random_real, 0);
        memcpy(kept.at, x.at, ROWS * STRIDE * sizeof(real));
        tables[t]->limit_columns(x.at, ROWS, COLS, STRIDE, 1.25);
        for (j = 0; j < COLS; j++) {
            double squares = 0, factor = 1;

            for (r = 0; r < ROWS; r++)
                squares +=
                    (double)kept.at[r * STRIDE + j] * (double)kept.at[r * STRIDE + j];
            if (sqrt(squares) > 1.25)
                factor = 1.25 / (sqrt(squares) + 1e-7);
            for (r = 0; r < ROWS; r++)
                assert_true(
                    same(x.at[r * STRIDE + j], (real)factor * kept.at[r * STRIDE + j]));
        }
        assert_padding(x.at, ROWS, COLS, STRIDE, "limit_columns");
        array_free(&x);
        array_free(&kept);
    }
}

#endif
