/* SPDX-License-Identifier: MIT */
/* Transposition, sums of rows, the test for finite numbers. */
#ifndef KERNEL_CHECK_MOVE_H
#define KERNEL_CHECK_MOVE_H

#include "check.h"

static const size_t widths[] = {1, 2, 3, 7, 15, 16, 17, 31, 33, 48, 65, 130};

enum { WIDTHS = sizeof widths / sizeof widths[0] };

static void sum_rows_check(table *k, size_t rows, size_t cols, draw_fn draw)
{
    const size_t stride = bp_padded(cols) + BP_LANES;
    struct array x = array_of(rows * stride);
    struct array sums = array_of(bp_padded(cols));
    size_t r, j;

    fill(x.at, rows, cols, stride, draw, REAL_NAN);
    k->sum_rows(x.at, rows, cols, stride, sums.at);
    assert_padding(sums.at, 1, cols, bp_padded(cols), "sum_rows");
    for (j = 0; j < cols; j++) {
        real sum = 0;

        for (r = 0; r < rows; r++)
            sum += x.at[r * stride + j];
        if (!same(sums.at[j], sum))
            fail_msg("sum_rows, isa %d, %zu x %zu: column %zu", (int)k->isa, rows, cols,
                     j);
    }
    array_free(&x);
    array_free(&sums);
}

static void sum_rows_is_one_chain_a_column(void **state)
{
    size_t count, t, i, rows;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < WIDTHS; i++)
            for (rows = 0; rows < 20; rows++) {
                sum_rows_check(tables[t], rows, widths[i], random_real);
                sum_rows_check(tables[t], rows, widths[i], random_special);
            }
    for (t = 0; t < count; t++) {
        sum_rows_check(tables[t], 4, 0, random_real);
        sum_rows_check(tables[t], 20001, 3, random_real);
        sum_rows_check(tables[t], 2, 40001, random_special);
    }
}

/* Each position, or every `step`-th, of each length gets each kind of number that is
 * not finite; the array ends where the count does, and before it lies a NaN. */
static void largest_check(table *k, size_t count, size_t step)
{
    static const real bad[] = {REAL_NAN, REAL_INFINITY, -REAL_INFINITY};
    real *const x = malloc((count + 2) * sizeof *x);
    size_t i, b;

    assert_non_null(x);
    x[0] = REAL_NAN;
    x[count + 1] = REAL_INFINITY;
    for (i = 0; i < count; i++)
        x[i + 1] = i % 2 ? REAL_LARGEST : -REAL_MIN_NORMAL / 2;
    assert_true(k->largest(x + 1, count) < REAL_INFINITY);
    for (i = 0; i < count; i += step)
        for (b = 0; b < 3; b++) {
            const real kept = x[i + 1];

            x[i + 1] = bad[b];
            assert_true(k->largest(x + 1, count) == REAL_INFINITY);
            x[i + 1] = kept;
        }
    for (i = 0; i < count; i++)
        x[i + 1] = REAL_MIN_NORMAL;
    for (i = 0; i < count; i += step) {
        x[i + 1] = i % 2 ? -2 : 2;
        assert_true(k->largest(x + 1, count) == 2);
        x[i + 1] = REAL_MIN_NORMAL;
    }
    free(x);
}

static void largest_is_found_wherever_it_is(void **state)
{
    size_t count, t, n;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++) {
        for (n = 0; n < 140; n++)
            largest_check(tables[t], n, 1);
        largest_check(tables[t], 100003, 3701);
    }
}

#endif
