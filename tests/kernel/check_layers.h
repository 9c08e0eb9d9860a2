/* SPDX-License-Identifier: MIT */
/* Dropout, noise, and normalisation by columns and by rows. */
#ifndef KERNEL_CHECK_LAYERS_H
#define KERNEL_CHECK_LAYERS_H

#include "check.h"

#include "rng.h"

/* ---- by the cipher of lib/rng.c, one block at a time ---- */

static const struct bp_counter counters[] = {
    {{0, 0}, {0, 0, 0, 0}},
    {{0x12345678, 0x9abcdef0}, {6, 3, 77, 12}},
    {{0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff, 0, 0xffffffff}},
};

static void block_at(const struct bp_counter *counter, size_t n, uint32_t out[4])
{
    const uint32_t word[4] = {counter->word[0], counter->word[1], (uint32_t)n,
                              counter->word[3]};

    bp_philox(word, counter->key, out);
}

static real dropped_at(const struct BP_REAL(random) * work, size_t i)
{
    uint32_t words[4];

    block_at(&work->counter, 16 * (i / 64) + i % 16, words);
    return words[i % 64 / 16] >> 8 < work->threshold ? 0 : work->x[i] * (real)work->scale;
}

static real blurred_at(const struct BP_REAL(random) * work, size_t i)
{
    struct bp_rng rng = {.seed =
                             (uint64_t)work->counter.key[1] << 32 | work->counter.key[0],
                         .stream = work->counter.word[0],
                         .tensor = work->counter.word[1]};
    const uint64_t element = (uint64_t)work->counter.word[3] << 32 | i;

    return (real)((double)work->x[i] + work->deviation * bp_rng_normal_at(&rng, element));
}

static void random_check(table *k, struct BP_REAL(random) work, bool noise, draw_fn draw)
{
    struct array x = array_of(work.count), y = array_of(work.count);
    struct bp_pool pool = {.threads = 1};
    size_t i;

    fill(x.at, 1, work.count, work.count, draw, 0);
    work.x = x.at;
    work.y = y.at;
    work.normals = bp_normals_for(k->isa);
    (noise ? k->blur : k->drop)(&pool, &work);
    for (i = 0; i < work.count; i++) {
        const real expected = noise ? blurred_at(&work, i) : dropped_at(&work, i);

        assert_same(&y.at[i], &expected, 1, noise ? "blur" : "drop", k->isa);
    }
    work.y = x.at;
    (noise ? k->blur : k->drop)(&pool, &work);
    assert_same(x.at, y.at, work.count, "in place", k->isa);
    array_free(&x);
    array_free(&y);
}

/* As lib/rng.c has them, one by one. */
static void normals_are_those_of_the_generator(void **state)
{
    size_t count, t, c, i, b;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 3; c++)
            for (i = 0; i < 40000; i += 16) {
                struct bp_rng rng = {.seed = (uint64_t)counters[c].key[1] << 32 |
                                             counters[c].key[0],
                                     .stream = counters[c].word[0],
                                     .tensor = counters[c].word[1]};
                double found[16], expected[16];

                bp_normals_for(tables[t]->isa)(&counters[c], (uint32_t)i, found);
                for (b = 0; b < 16; b++)
                    expected[b] = bp_rng_normal_at(
                        &rng, (uint64_t)counters[c].word[3] << 32 | (i + b));
                assert_memory_equal(found, expected, sizeof found);
            }
}

static const size_t random_counts[] = {0, 16, 48, 64, 80, 8192 + 32, 2 * 8192};

static void dropout_is_a_function_of_place(void **state)
{
    static const uint32_t thresholds[] = {0, 1, 1 << 22, 1 << 23, (1 << 24) - 1, 1 << 24};
    size_t count, t, c, n, p;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 3; c++)
            for (n = 0; n < 7; n++)
                for (p = 0; p < 6; p++) {
                    const struct BP_REAL(random) work = {.counter = counters[c],
                                                         .count = random_counts[n],
                                                         .threshold = thresholds[p],
                                                         .scale = 1.25};

                    random_check(tables[t], work, false, random_real);
                    random_check(tables[t], work, false, random_special);
                }
    for (t = 0; t < count; t++)
        random_check(tables[t],
                     (struct BP_REAL(random)){.counter = counters[1],
                                              .count = 320016,
                                              .threshold = 1 << 22,
                                              .scale = 1.25},
                     false, random_real);
}

static void noise_is_a_function_of_place(void **state)
{
    size_t count, t, c, n;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (c = 0; c < 3; c++)
            for (n = 0; n < 7; n++) {
                const struct BP_REAL(random) work = {
                    .counter = counters[c], .count = random_counts[n], .deviation = 0.3};

                random_check(tables[t], work, true, random_real);
            }
    for (t = 0; t < count; t++)
        random_check(tables[t],
                     (struct BP_REAL(random)){
                         .counter = counters[1], .count = 100000, .deviation = 0.3},
                     true, random_real);
}

/* ---- normalisation ---- */

/* A batch and all that is made of it. */
struct norm_bench {
    struct BP_REAL(norm) work;
    struct array x, y, g, dx, rows[4]; /* gamma, beta, and their gradients */
    double moments[3][4096];
};

static void norm_open(struct norm_bench *b, size_t rows, size_t cols, bool affine)
{
    const size_t stride = bp_padded(cols) + BP_LANES;
    struct array *const batch[] = {&b->x, &b->y, &b->g, &b->dx};
    size_t i;

    for (i = 0; i < 4; i++) {
        *batch[i] = array_of(rows * stride);
        b->rows[i] = array_of(bp_padded(cols));
        fill(b->rows[i].at, 1, cols, bp_padded(cols), random_real, 0);
    }
    fill(b->x.at, rows, cols, stride, random_real, REAL_NAN);
    fill(b->g.at, rows, cols, stride, random_real, 0);
    for (i = 0; i < rows * stride; i++)
        b->x.at[i] = 3 * b->x.at[i] + 5;
    b->work = (struct BP_REAL(norm)){.rows = rows,
                                     .cols = cols,
                                     .stride = stride,
                                     .epsilon = 1e-3,
                                     .gamma = affine ? b->rows[0].at : NULL,
                                     .beta = affine ? b->rows[1].at : NULL,
                                     .mean = b->moments[0],
                                     .rstd = b->moments[1],
                                     .variance = b->moments[2],
                                     .x = b->x.at,
                                     .y = b->y.at,
                                     .g = b->g.at,
                                     .dx = b->dx.at,
                                     .gamma_grad = affine ? b->rows[2].at : NULL,
                                     .beta_grad = affine ? b->rows[3].at : NULL};
}

static void norm_close(struct norm_bench *b)
{
    size_t i;

    for (i = 0; i < 4; i++)
        array_free(&b->rows[i]);
    array_free(&b->x);
    array_free(&b->y);
    array_free(&b->g);
    array_free(&b->dx);
}

/* Mean and variance of `count` numbers of a step. */
static void plain_moments(const real *x, size_t count, size_t step, long double *mean,
                          long double *variance)
{
    size_t i;

    *mean = *variance = 0;
    for (i = 0; i < count; i++)
        *mean += (long double)x[i * step] / (long double)count;
    for (i = 0; i < count; i++) {
        const long double d = (long double)x[i * step] - *mean;

        *variance += d * d / (long double)count;
    }
}

/* One column, or one row: y, dx, and its part in the gradients, by the formulas. */
static void norm_line(const struct norm_bench *b, bool by_row, size_t line, int32_t isa)
{
    const struct BP_REAL(norm) *const w = &b->work;
    const size_t count = by_row ? w->cols : w->rows, step = by_row ? 1 : w->stride;
    const size_t begin = by_row ? line * w->stride : line;
    const long double bound = BP_PRECISION == 32 ? 4e-7L : 4e-15L;
    long double mean, variance, rstd, h_mean = 0, hn_mean = 0;
    size_t i;

    plain_moments(w->x + begin, count, step, &mean, &variance);
    rstd = 1 / sqrtl(variance + 1e-3L);
    for (i = 0; i < count; i++) {
        const size_t col = by_row ? i : line, at = begin + i * step;
        const long double n = ((long double)w->x[at] - mean) * rstd;
        const long double gamma = w->gamma != NULL ? (long double)w->gamma[col] : 1;
        const long double beta = w->beta != NULL ? (long double)w->beta[col] : 0;
        const long double h = (long double)w->g[at] * gamma;

        assert_near(w->y[at], (wide)(n * gamma + beta), (wide)(8 * bound), "y", isa);
        h_mean += h / (long double)count;
        hn_mean += h * n / (long double)count;
    }
    for (i = 0; i < count; i++) {
        const size_t at = begin + i * step;
        const long double n = ((long double)w->x[at] - mean) * rstd;
        const long double gamma =
            w->gamma != NULL ? (long double)w->gamma[by_row ? i : line] : 1;
        const long double h = (long double)w->g[at] * gamma;

        assert_near(w->dx[at], (wide)(rstd * (h - h_mean - n * hn_mean)),
                    (wide)(100 * bound), "dx", isa);
    }
}

/* Sums down a column; n from y, which was looked at before. */
static void norm_grads(const struct norm_bench *b, int32_t isa)
{
    const struct BP_REAL(norm) *const w = &b->work;
    const long double bound = BP_PRECISION == 32 ? 1e-4L : 1e-12L;
    size_t r, j;

    for (j = 0; w->gamma != NULL && j < w->cols; j++) {
        long double g = 0, gy = 0;

        for (r = 0; r < w->rows; r++) {
            g += (long double)w->g[r * w->stride + j];
            gy += (long double)w->g[r * w->stride + j] * w->y[r * w->stride + j];
        }
        assert_near(w->beta_grad[j], (wide)g, (wide)bound, "beta gradient", isa);
        assert_near((real)((double)w->gamma_grad[j] * w->gamma[j] +
                           (double)w->beta[j] * (double)g),
                    (wide)gy, (wide)bound, "gamma gradient", isa);
    }
}

static void norm_run(table *k, const struct norm_bench *b, bool by_row)
{
    struct bp_pool pool = {.threads = 1};

    if (by_row) {
        k->row_norm(&pool, &b->work);
        k->row_norm_back(&pool, &b->work);
        return;
    }
    k->column_moments(&pool, &b->work);
    k->column_rstd(&b->work);
    k->column_norm(&pool, &b->work);
    k->column_norm_back(&pool, &b->work);
}

/* The scalar table has these numbers, the other one the same bits. */
static void norm_check(table *k, size_t rows, size_t cols, bool by_row, bool affine)
{
    static struct norm_bench plain, other;
    const uint64_t kept = random_state;
    size_t line, i;

    norm_open(&plain, rows, cols, affine);
    random_state = kept;
    norm_open(&other, rows, cols, affine);
    norm_run(BP_REAL(kernels_for)(BP_ISA_SCALAR), &plain, by_row);
    norm_run(k, &other, by_row);
    assert_same(other.y.at, plain.y.at, plain.y.count, "y", k->isa);
    assert_same(other.dx.at, plain.dx.at, plain.dx.count, "dx", k->isa);
    for (i = 2; i < 4; i++)
        assert_same(other.rows[i].at, plain.rows[i].at, bp_padded(cols), "gradient",
                    k->isa);
    assert_padding(other.y.at, rows, cols, other.work.stride, "y");
    assert_padding(other.dx.at, rows, cols, other.work.stride, "dx");
    assert_padding(other.rows[2].at, 1, cols, bp_padded(cols), "gamma gradient");
    for (line = 0; line < (by_row ? rows : cols); line++)
        norm_line(&other, by_row, line, k->isa);
    norm_grads(&other, k->isa);
    norm_close(&plain);
    norm_close(&other);
}

static void norms_follow_their_formulas(void **state)
{
    static const size_t shapes[][2] = {{2, 1},  {5, 7},    {3, 16},   {33, 17},
                                       {8, 63}, {7, 130},  {100, 65}, {200, 200},
                                       {1, 31}, {3001, 3}, {2, 3001}};
    size_t count, t, i, kind;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++)
        for (i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            for (kind = 0; kind < 4; kind++)
                norm_check(tables[t], shapes[i][0], shapes[i][1], kind & 1, kind & 2);
}

/* E[x^2] - E[x]^2 would have no correct figure here. */
static void variance_does_not_cancel(void **state)
{
    const real far = BP_PRECISION == 32 ? REAL_C(1e6) : REAL_C(1e12);
    struct bp_pool pool = {.threads = 1};
    size_t count, t, r;
    table *const *const tables = all_tables(&count);

    (void)state;
    for (t = 0; t < count; t++) {
        struct norm_bench b;

        norm_open(&b, 4, 1, false);
        for (r = 0; r < 4; r++)
            b.x.at[r * b.work.stride] = far + (real)r;
        tables[t]->column_moments(&pool, &b.work);
        assert_true(b.moments[0][0] == (double)far + 1.5);
        assert_true(b.moments[2][0] == 1.25);
        norm_close(&b);
    }
}

#endif
