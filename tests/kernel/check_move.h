/* SPDX-License-Identifier: MIT */
/* Transposition, sums of rows, the test for finite numbers, and SGD. */
#ifndef KERNEL_CHECK_MOVE_H
#define KERNEL_CHECK_MOVE_H

#include "check.h"

static const size_t widths[] = {1, 2, 3, 7, 15, 16, 17, 31, 33, 48, 65, 130};

enum {
    WIDTHS = sizeof widths / sizeof widths[0]
};

static void transpose_check(table *k, size_t rows, size_t cols)
{
    const size_t from_stride = bp_padded(cols) + BP_LANES;
    const size_t to_stride = bp_padded(rows) + BP_LANES;
    struct array from = array_of(rows * from_stride);
    struct array to = array_of(cols * to_stride);
    size_t i, j;

    fill(from.at, rows, cols, from_stride, random_special, REAL_NAN);
    k->transpose(from.at, rows, cols, from_stride, to.at, to_stride);
    assert_padding(to.at, cols, rows, to_stride, "transpose");
    for (i = 0; i < rows; i++)
        for (j = 0; j < cols; j++)
            assert_true(same(to.at[j * to_stride + i], from.at[i * from_stride + j]));
    array_free(&from);
    array_free(&to);
}

static void transpose_moves_every_element(void **state)
{
    size_t count, t, i, j;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < WIDTHS; i++)
            for (j = 0; j < WIDTHS; j++)
                transpose_check(tables[t], widths[i], widths[j]);
}

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
}

/* Each position of each length gets each kind of number that is not finite; the array
 * ends where the count does, and before it lies a NaN. */
static void finite_check(table *k, size_t count)
{
    static const real bad[] = {REAL_NAN, REAL_INFINITY, -REAL_INFINITY};
    real *const x = malloc((count + 2) * sizeof *x);
    size_t i, b;

    assert_non_null(x);
    x[0] = REAL_NAN;
    x[count + 1] = REAL_INFINITY;
    for (i = 0; i < count; i++)
        x[i + 1] = i % 2 ? REAL_LARGEST : -REAL_MIN_NORMAL / 2;
    assert_true(k->finite(x + 1, count));
    for (i = 0; i < count; i++)
        for (b = 0; b < 3; b++) {
            const real kept = x[i + 1];

            x[i + 1] = bad[b];
            assert_false(k->finite(x + 1, count));
            x[i + 1] = kept;
        }
    free(x);
}

static void finite_finds_every_other_number(void **state)
{
    size_t count, t, n;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (n = 0; n < 140; n++)
            finite_check(tables[t], n);
}

#if BP_PRECISION == 32
#define FMA  fmaf
#define SQRT sqrtf
#else
#define FMA  fma
#define SQRT sqrt
#endif

enum {
    UPDATE_ARRAYS = 2 + BP_RULE_STATES
};

/* The documented sequences, number by number. */
static void sgd_reference(const struct bp_rule *rule, const struct BP_REAL(span) * s)
{
    const real decay = (real)rule->decay, momentum = (real)rule->momentum;
    real *const velocity = s->state[0];
    size_t i;

    for (i = 0; i < s->count; i++) {
        const real g = decay != 0 ? FMA(decay, s->w[i], s->g[i]) : s->g[i];
        real step = g;

        if (momentum != 0) {
            const real fresh = (1 - (real)rule->dampening) * g;

            velocity[i] = rule->first ? g : FMA(momentum, velocity[i], fresh);
            step = rule->nesterov ? FMA(momentum, velocity[i], g) : velocity[i];
        }
        s->w[i] = FMA(-(real)rule->rate, step, s->w[i]);
    }
}

static void adam_reference(const struct bp_rule *rule, const struct BP_REAL(span) * s)
{
    const real decay = (real)rule->decay;
    const real rest1 = (real)(1 - rule->beta1), rest2 = (real)(1 - rule->beta2);
    size_t i;

    for (i = 0; i < s->count; i++) {
        const real g = decay != 0 ? FMA(decay, s->w[i], s->g[i]) : s->g[i];
        const real square = rest2 * g * g;
        real *const m = &s->state[0][i], *const v = &s->state[1][i];

        *m = FMA(rest1, g - *m, *m);
        *v = FMA((real)rule->beta2, *v, square);
        s->w[i] = FMA(-(real)rule->rate,
                      *m / FMA(SQRT(*v), (real)rule->root, (real)rule->epsilon), s->w[i]);
    }
}

/* A second moment is no less than 0. */
static void update_fill(struct array *x, size_t count, draw_fn draw)
{
    size_t i, j;

    for (i = 0; i < UPDATE_ARRAYS; i++) {
        x[i] = array_of(count);
        fill(x[i].at, 1, count, count, draw, 0);
    }
    for (j = 0; j < count; j++)
        x[3].at[j] = x[3].at[j] < 0 ? -x[3].at[j] : x[3].at[j];
}

static struct BP_REAL(span) update_span(const struct array *x, size_t count,
                                        size_t states)
{
    struct BP_REAL(span) span = {.w = x[0].at, .g = x[1].at, .count = count};
    size_t s;

    for (s = 0; s < states; s++)
        span.state[s] = x[2 + s].at;
    return span;
}

static void update_check(table *k, const struct bp_rule *rule, size_t count, draw_fn draw)
{
    const bool adam = rule->kind == BP_OPTIMIZER_ADAM;
    const size_t states = adam ? 2 : rule->momentum != 0;
    struct array x[2][UPDATE_ARRAYS];
    struct bp_pool pool = {1};
    struct BP_REAL(span) span;
    size_t i;

    update_fill(x[0], count, draw);
    for (i = 0; i < UPDATE_ARRAYS; i++) {
        x[1][i] = array_of(count);
        memcpy(x[1][i].at, x[0][i].at, count * sizeof(real));
    }
    span = update_span(x[0], count, states);
    (adam ? adam_reference : sgd_reference)(rule, &span);
    span = update_span(x[1], count, states);
    k->update(&pool, rule, &span);
    for (i = 0; i < UPDATE_ARRAYS; i++) {
        assert_same(x[1][i].at, x[0][i].at, count, adam ? "adam" : "sgd", k->isa);
        array_free(&x[0][i]);
        array_free(&x[1][i]);
    }
}

static const size_t update_counts[] = {0, 16, 48, 1024, 16384 + 16, 3 * 16384};

static void sgd_is_the_documented_sequence(void **state)
{
    size_t count, t, c, bits;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 6; c++)
            for (bits = 0; bits < 32; bits++) {
                const struct bp_rule rule = {.kind = BP_OPTIMIZER_SGD,
                                             .rate = 0.1,
                                             .momentum = bits & 1 ? 0.9 : 0,
                                             .decay = bits & 2 ? 0.01 : 0,
                                             .dampening = bits & 4 ? 0.3 : 0,
                                             .nesterov = (bits & 8) != 0,
                                             .first = (bits & 16) != 0};

                update_check(tables[t], &rule, update_counts[c], random_real);
                update_check(tables[t], &rule, update_counts[c], random_special);
            }
}

static void adam_is_the_documented_sequence(void **state)
{
    size_t count, t, c, bits;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 6; c++)
            for (bits = 0; bits < 4; bits++) {
                const struct bp_rule rule = {.kind = BP_OPTIMIZER_ADAM,
                                             .rate = bits & 1 ? 0.001 : 0.01,
                                             .decay = bits & 2 ? 0.01 : 0,
                                             .beta1 = 0.9,
                                             .beta2 = 0.999,
                                             .epsilon = 1e-8,
                                             .root = bits & 1 ? 31.6 : 1.5};

                update_check(tables[t], &rule, update_counts[c], random_real);
                update_check(tables[t], &rule, update_counts[c], random_special);
            }
}

#endif
