/* SPDX-License-Identifier: MIT */
/*
 * Activations against the formulas in long double, derivatives against differences of
 * those formulas, and every table against the scalar one.
 */
#ifndef KERNEL_CHECK_ACTIVATE_H
#define KERNEL_CHECK_ACTIVATE_H

#include "check.h"

enum { KINDS = BP_ACTIVATION_LOG_SOFTMAX + 1 };

static long double elu_wide(long double z, long double alpha)
{
    return z > 0 ? z : alpha * expm1l(z);
}

static long double gelu_tanh_wide(long double z)
{
    const long double c = 0.79788456080286535587989211986876L;

    return z / 2 * (1 + tanhl(c * (z + (long double)REAL_C(0.044715) * z * z * z)));
}

/* f(z) for the kinds that work on each number alone. */
static long double element_wide(int32_t kind, long double z, long double slope)
{
    switch (kind) {
    case BP_ACTIVATION_SIGMOID: return 1 / (1 + expl(-z));
    case BP_ACTIVATION_TANH: return tanhl(z);
    case BP_ACTIVATION_RELU: return z < 0 ? 0 : z;
    case BP_ACTIVATION_LEAKY_RELU: return z > 0 ? z : slope * z;
    case BP_ACTIVATION_ELU: return elu_wide(z, slope);
    case BP_ACTIVATION_SELU:
        return 1.0507009873554804934193349852946L *
               elu_wide(z, 1.6732632423543772848170429916717L);
    case BP_ACTIVATION_GELU: return z / 2 * (1 + erfl(z * sqrtl(0.5L)));
    case BP_ACTIVATION_GELU_TANH: return gelu_tanh_wide(z);
    case BP_ACTIVATION_SILU: return z / (1 + expl(-z));
    case BP_ACTIVATION_SOFTPLUS: return z > 20 ? z : log1pl(expl(z));
    case BP_ACTIVATION_SOFTSIGN: return z / (1 + fabsl(z));
    case BP_ACTIVATION_HARD_SIGMOID: return fminl(1, fmaxl(0, z / 6 + 0.5L));
    default: return z;
    }
}

static bool reads_z(int32_t kind)
{
    switch (kind) {
    case BP_ACTIVATION_LEAKY_RELU:
    case BP_ACTIVATION_ELU:
    case BP_ACTIVATION_SELU:
    case BP_ACTIVATION_GELU:
    case BP_ACTIVATION_GELU_TANH:
    case BP_ACTIVATION_SILU:
    case BP_ACTIVATION_SOFTPLUS:
    case BP_ACTIVATION_SOFTSIGN: return true;
    default: return false;
    }
}

/* An activation's arrays; g as it was is kept. */
struct activate_case {
    struct BP_REAL(activation) work;
    struct array z, a, g, g_before;
    size_t used; /* elements from the first to the last padding */
};

static void activate_case_init(struct activate_case *x, int32_t kind, size_t rows,
                               size_t cols, size_t gap)
{
    const size_t stride = bp_padded(cols) + gap;

    x->used = rows * stride;
    x->z = array_of(x->used);
    x->a = array_of(x->used);
    x->g = array_of(x->used);
    x->g_before = array_of(x->used);
    x->work = (struct BP_REAL(activation)){.kind = kind,
                                           .slope = REAL_C(0.25),
                                           .rows = rows,
                                           .cols = cols,
                                           .stride = stride,
                                           .z = x->z.at,
                                           .a = x->a.at,
                                           .g = x->g.at};
}

static void activate_case_fill(struct activate_case *x, draw_fn draw, real scale)
{
    const struct BP_REAL(activation) *const w = &x->work;
    size_t i;

    fill(x->z.at, w->rows, w->cols, w->stride, draw, 0);
    for (i = 0; i < x->used; i++)
        if (x->z.at[i] != CANARY)
            x->z.at[i] *= scale;
    fill(x->g.at, w->rows, w->cols, w->stride, draw, 0);
    memcpy(x->g_before.at, x->g.at, x->used * sizeof(real));
}

static void activate_case_free(struct activate_case *x)
{
    array_free(&x->z);
    array_free(&x->a);
    array_free(&x->g);
    array_free(&x->g_before);
}

/* Some of the rounding is in z: a few units of |f|, and of |z f'|. */
static void forward_against_wide(const struct activate_case *x, int32_t isa)
{
    const struct BP_REAL(activation) *const w = &x->work;
    size_t r, j;

    for (r = 0; r < w->rows; r++)
        for (j = 0; j < w->cols; j++) {
            const long double z = (long double)w->z[r * w->stride + j];
            const long double f = element_wide(w->kind, z, (long double)w->slope);

            assert_near(w->a[r * w->stride + j], (wide)f,
                        (wide)(8 * UNIT * (fabsl(f) + fminl(fabsl(z), 1))), "activate",
                        isa);
        }
}

static void backward_against_wide(const struct activate_case *x, int32_t isa)
{
    const struct BP_REAL(activation) *const w = &x->work;
    const long double h = 1e-6L;
    size_t r, j;

    for (r = 0; r < w->rows; r++)
        for (j = 0; j < w->cols; j++) {
            const size_t i = r * w->stride + j;
            const long double z = (long double)x->z.at[i];
            const long double slope = (long double)w->slope;
            const long double rise =
                element_wide(w->kind, z + h, slope) - element_wide(w->kind, z - h, slope);
            const long double expected = (long double)x->g_before.at[i] * rise / (2 * h);

            assert_near(w->g[i], (wide)expected, (wide)(64 * UNIT + 1e-10L), "derive",
                        isa);
        }
}

/* Rows of softmax or log-softmax, and their derivatives by the whole Jacobian. */
static void softmax_against_wide(const struct activate_case *x, size_t r, int32_t isa)
{
    const struct BP_REAL(activation) *const w = &x->work;
    const bool logarithm = w->kind == BP_ACTIVATION_LOG_SOFTMAX;
    const real *const z = x->z.at + r * w->stride;
    const real *const g = x->g_before.at + r * w->stride;
    long double sum = 0, max = -INFINITY, ga = 0, g_sum = 0;
    const long double bound = (long double)(w->cols + 20) * UNIT;
    size_t j;

    for (j = 0; j < w->cols; j++)
        max = fmaxl(max, (long double)z[j]);
    for (j = 0; j < w->cols; j++)
        sum += expl((long double)z[j] - max);
    for (j = 0; j < w->cols; j++) {
        ga += (long double)g[j] * expl((long double)z[j] - max) / sum;
        g_sum += (long double)g[j];
    }
    for (j = 0; j < w->cols; j++) {
        const long double p = expl((long double)z[j] - max) / sum;
        const long double a = logarithm ? (long double)z[j] - max - logl(sum) : p;
        const long double dz =
            logarithm ? (long double)g[j] - p * g_sum : p * ((long double)g[j] - ga);

        assert_near(w->a[r * w->stride + j], (wide)a, (wide)(bound * (1 + fabsl(a))),
                    "softmax", isa);
        assert_near(w->g[r * w->stride + j], (wide)dz,
                    (wide)(8 * bound * (1 + (long double)w->cols)), "softmax derive",
                    isa);
    }
}

static void activate_run(table *k, struct activate_case *x)
{
    const struct BP_REAL(activation) *const w = &x->work;
    struct BP_REAL(activation) back = x->work;
    struct bp_pool pool = {.threads = 1};
    size_t i;

    for (i = 0; i < x->used; i++)
        x->a.at[i] = x->z.at[i] == CANARY ? CANARY : 0;
    memcpy(x->g.at, x->g_before.at, x->used * sizeof(real));
    k->activate(&pool, w);
    /* What can do without z is given a in its place. */
    back.z = reads_z(w->kind) ? w->z : w->a;
    k->derive(&pool, &back);
    assert_padding(w->g, w->rows, w->cols, w->stride, "derive");
}

static void activate_check(int32_t kind, size_t rows, size_t cols, size_t gap)
{
    struct activate_case x;
    size_t count, t, r;
    table *const *const tables = all_tables(&count);

    activate_case_init(&x, kind, rows, cols, gap);
    activate_case_fill(&x, random_real, 6);
    for (t = 0; t < count; t++) {
        activate_run(tables[t], &x);
        if (kind == BP_ACTIVATION_SOFTMAX || kind == BP_ACTIVATION_LOG_SOFTMAX) {
            for (r = 0; r < rows; r++)
                softmax_against_wide(&x, r, tables[t]->isa);
            assert_padding(x.a.at, rows, cols, x.work.stride, "softmax");
        } else {
            forward_against_wide(&x, tables[t]->isa);
            backward_against_wide(&x, tables[t]->isa);
        }
    }
    activate_case_free(&x);
}

static void activations_follow_their_formulas(void **state)
{
    int32_t kind;

    (void)state;
    for (kind = 0; kind < KINDS; kind++) {
        activate_check(kind, 1, 1, 0);
        activate_check(kind, 3, 10, BP_LANES);
        activate_check(kind, 5, 37, 0);
        activate_check(kind, 2, 160, 0);
        activate_check(kind, 700, 24, 0);
        activate_check(kind, 0, 5, 0);
        activate_check(kind, 1, 5003, 0);
        activate_check(kind, 1501, 3, 0);
    }
}

/* Forward in place, and on special numbers, has the same bits on every table. */
static void same_bits_check(int32_t kind, size_t rows, size_t cols, real scale)
{
    struct activate_case x;
    struct array a, g;
    size_t count, t, r;
    table *const *const tables = all_tables(&count);
    struct bp_pool pool = {.threads = 1};

    activate_case_init(&x, kind, rows, cols, 0);
    activate_case_fill(&x, random_special, scale);
    a = array_of(x.used);
    g = array_of(x.used);
    for (t = 0; t < count; t++) {
        struct BP_REAL(activation) in_place = x.work;

        activate_run(tables[t], &x);
        if (t == 0) {
            memcpy(a.at, x.a.at, x.used * sizeof(real));
            memcpy(g.at, x.g.at, x.used * sizeof(real));
        }
        memcpy(x.a.at, x.z.at, x.used * sizeof(real));
        in_place.z = in_place.a;
        tables[t]->activate(&pool, &in_place);
        for (r = 0; r < rows; r++) {
            const size_t row = r * x.work.stride;

            assert_same(x.a.at + row, a.at + row, cols, "activate", tables[t]->isa);
            assert_same(x.g.at + row, g.at + row, cols, "derive", tables[t]->isa);
        }
    }
    array_free(&a);
    array_free(&g);
    activate_case_free(&x);
}

static void activations_have_the_same_bits(void **state)
{
    int32_t kind;

    (void)state;
    for (kind = 0; kind < KINDS; kind++) {
        same_bits_check(kind, 1, 1, 1);
        same_bits_check(kind, 50, 3, 1);
        same_bits_check(kind, 40, 37, 1);
        same_bits_check(kind, 40, 200, REAL_C(0.1));
        same_bits_check(kind, 20, 61, 100);
        same_bits_check(kind, 0, 7, 1);
        same_bits_check(kind, 2, 20011, 1);
        same_bits_check(kind, 20011, 2, 1);
    }
}

/* f(z) and f'(z) at kinks and far out. */
struct point {
    int32_t kind;
    real slope, z, a, slope_at;
};

static const struct point points[] = {
    {BP_ACTIVATION_RELU, 0, 0, 0, 0},
    {BP_ACTIVATION_RELU, 0, REAL_C(-0.0), REAL_C(-0.0), 0},
    {BP_ACTIVATION_RELU, 0, -REAL_INFINITY, 0, 0},
    {BP_ACTIVATION_RELU, 0, REAL_INFINITY, REAL_INFINITY, 1},
    {BP_ACTIVATION_RELU, 0, REAL_NAN, REAL_NAN, 0},
    {BP_ACTIVATION_LEAKY_RELU, REAL_C(0.5), 0, 0, REAL_C(0.5)},
    {BP_ACTIVATION_LEAKY_RELU, -2, -3, 6, -2},
    {BP_ACTIVATION_LEAKY_RELU, 0, -3, REAL_C(-0.0), 0},
    {BP_ACTIVATION_LEAKY_RELU, 2, REAL_NAN, REAL_NAN, 2},
    {BP_ACTIVATION_ELU, 2, 0, 0, 2},
    {BP_ACTIVATION_ELU, -2, -REAL_INFINITY, 2, REAL_C(-0.0)},
    {BP_ACTIVATION_HARD_SIGMOID, 0, 3, 1, 0},
    {BP_ACTIVATION_HARD_SIGMOID, 0, -3, 0, 0},
    {BP_ACTIVATION_HARD_SIGMOID, 0, 0, REAL_C(0.5), 1 / REAL_C(6.0)},
    {BP_ACTIVATION_HARD_SIGMOID, 0, REAL_NAN, REAL_NAN, 0},
    {BP_ACTIVATION_HARD_SIGMOID, 0, REAL_INFINITY, 1, 0},
    {BP_ACTIVATION_SOFTPLUS, 0, 25, 25, 1},
    {BP_ACTIVATION_SOFTPLUS, 0, REAL_LARGEST, REAL_LARGEST, 1},
    {BP_ACTIVATION_SOFTPLUS, 0, -REAL_LARGEST, 0, 0},
    {BP_ACTIVATION_SIGMOID, 0, -REAL_LARGEST, 0, 0},
    {BP_ACTIVATION_SIGMOID, 0, REAL_INFINITY, 1, 0},
    {BP_ACTIVATION_SIGMOID, 0, 0, REAL_C(0.5), REAL_C(0.25)},
    {BP_ACTIVATION_TANH, 0, REAL_INFINITY, 1, 0},
    {BP_ACTIVATION_TANH, 0, REAL_NAN, REAL_NAN, REAL_NAN},
    {BP_ACTIVATION_GELU, 0, REAL_LARGEST, REAL_LARGEST, 1},
    {BP_ACTIVATION_GELU_TANH, 0, REAL_LARGEST, REAL_LARGEST, 1},
    {BP_ACTIVATION_GELU_TANH, 0, 100, 100, 1},
    {BP_ACTIVATION_GELU_TANH, 0, -100, REAL_C(-0.0), 0},
    {BP_ACTIVATION_GELU_TANH, 0, REAL_NAN, REAL_NAN, REAL_NAN},
    {BP_ACTIVATION_SILU, 0, REAL_LARGEST, REAL_LARGEST, 1},
    {BP_ACTIVATION_SOFTSIGN, 0, -1, REAL_C(-0.5), REAL_C(0.25)},
    {BP_ACTIVATION_SOFTMAX, 0, 1000, 1, 0},
    {BP_ACTIVATION_LOG_SOFTMAX, 0, -1000, 0, 0},
    {BP_ACTIVATION_LINEAR, 0, REAL_NAN, REAL_NAN, 1},
};

static void activations_keep_their_word_at_the_kinks(void **state)
{
    size_t count, t, i;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < sizeof points / sizeof points[0]; i++) {
            const struct point *const p = &points[i];
            struct activate_case x;

            activate_case_init(&x, p->kind, 1, 1, 0);
            activate_case_fill(&x, random_real, 1);
            x.work.slope = p->slope;
            x.z.at[0] = p->z;
            x.g_before.at[0] = 1;
            activate_run(tables[t], &x);
            if (!same(x.a.at[0], p->a) || !same(x.g.at[0], p->slope_at))
                fail_msg("point %zu, isa %d: a %.9g, derivative %.9g", i,
                         (int)tables[t]->isa, (double)x.a.at[0], (double)x.g.at[0]);
            activate_case_free(&x);
        }
}

/* A row with a NaN in it is all NaN; its neighbours are not. */
static void softmax_does_not_hide_a_nan(void **state)
{
    size_t count, t, at, j;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (at = 0; at < 40; at++) {
            struct activate_case x;

            activate_case_init(
                &x, at % 2 ? BP_ACTIVATION_SOFTMAX : BP_ACTIVATION_LOG_SOFTMAX, 2, 20, 0);
            activate_case_fill(&x, random_real, 1);
            x.z.at[at / 20 * x.work.stride + at % 20] = REAL_NAN;
            activate_run(tables[t], &x);
            for (j = 0; j < 40; j++)
                assert_true(!isnan(x.a.at[j / 20 * x.work.stride + j % 20]) ==
                            (j / 20 != at / 20));
            activate_case_free(&x);
        }
}

#endif
