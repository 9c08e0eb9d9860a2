/* SPDX-License-Identifier: MIT */
/*
 * What --bench prints: the speed of every table, and for products the share of the peak
 * that this very run measures, 2 flops for each fused multiply-add of a lane.
 */
#ifndef KERNEL_BENCH_H
#define KERNEL_BENCH_H

#include "check.h"

#include "../bench/clock.h"
#include "../bench/peak.h"

/* Each figure is the best of so many runs of at least so many seconds. */
enum { BENCH_RUNS = 5 };

#define BENCH_SECONDS 0.2

typedef void (*bench_fn)(void *data);

/* Seconds for one call. */
static double bench_best(bench_fn run, void *data)
{
    double best = INFINITY;
    size_t calls = 1;
    int i = 0;

    while (i < BENCH_RUNS) {
        const double begin = bench_now();
        double elapsed;
        size_t c;

        for (c = 0; c < calls; c++)
            run(data);
        elapsed = bench_now() - begin;
        if (elapsed < BENCH_SECONDS) {
            calls *= 2;
            continue;
        }
        best = fmin(best, elapsed / (double)calls);
        i++;
    }
    return best;
}

struct bench {
    table *kernels;
    double peak;
    struct BP_REAL(product) product;
    struct BP_REAL(activation) activation;
    struct bp_rule rule;
    struct BP_REAL(span) span;
    real *x, *y, *w;
    size_t rows, cols;
    volatile real answer;
};

/* Numbers of each of the three arrays. */
enum { BENCH_COUNT = 2064 * 2064 };

static void run_product(void *data)
{
    const struct bench *const b = data;
    struct bp_pool pool = {.threads = 1};

    b->kernels->product(&pool, &b->product);
}

static void bench_product(struct bench *b, size_t rows, size_t cols, size_t depth)
{
    const double flops = 2.0 * (double)rows * (double)cols * (double)depth;
    int transposed;

    for (transposed = 0; transposed < 2; transposed++) {
        const size_t a_stride = bp_padded(transposed ? rows : depth);
        double rate;

        b->product = (struct BP_REAL(product)){.rows = rows,
                                               .cols = cols,
                                               .depth = depth,
                                               .a = b->x,
                                               .a_row = transposed ? 1 : a_stride,
                                               .a_depth = transposed ? a_stride : 1,
                                               .b = b->y,
                                               .b_depth = bp_padded(cols),
                                               .b_col = 1,
                                               .c = b->w,
                                               .c_stride = bp_padded(cols)};
        rate = flops * 1e-9 / bench_best(run_product, b);
        printf("  product %4zu x %4zu x %4zu %s %8.1f GFLOP/s", rows, cols, depth,
               transposed ? "A^T" : "A  ", rate);
        if (b->peak > 0)
            printf(" %5.1f %% of the peak", 100 * rate / b->peak);
        printf("\n");
    }
}

static void run_activate(void *data)
{
    const struct bench *const b = data;
    struct bp_pool pool = {.threads = 1};

    b->kernels->activate(&pool, &b->activation);
}

static void run_derive(void *data)
{
    const struct bench *const b = data;
    struct bp_pool pool = {.threads = 1};

    b->kernels->derive(&pool, &b->activation);
}

static void bench_activations(struct bench *b)
{
    const size_t rows = 128, cols = 512;
    int32_t kind;

    for (kind = BP_ACTIVATION_SIGMOID; kind <= BP_ACTIVATION_LOG_SOFTMAX; kind++) {
        const double each = 1e9 / (double)(rows * cols);
        double forward, backward;

        b->activation = (struct BP_REAL(activation)){.kind = kind,
                                                     .slope = REAL_C(0.01),
                                                     .rows = rows,
                                                     .cols = cols,
                                                     .stride = cols,
                                                     .z = b->x,
                                                     .a = b->y,
                                                     .g = b->w};
        memset(b->w, 0, rows * cols * sizeof(real));
        forward = each * bench_best(run_activate, b);
        backward = each * bench_best(run_derive, b);
        printf("  %-14s %8.3f ns forward %8.3f ns backward, a number\n",
               bp_activation_name(kind), forward, backward);
    }
}

static void run_sum_rows(void *data)
{
    struct bench *const b = data;

    b->kernels->sum_rows(b->x, b->rows, b->cols, bp_padded(b->cols), b->y);
}

static void run_largest(void *data)
{
    struct bench *const b = data;

    b->answer = b->kernels->largest(b->x, b->rows * b->cols);
}

static void run_update(void *data)
{
    struct bench *const b = data;
    struct bp_pool pool = {.threads = 1};

    b->kernels->update(&pool, &b->rule, &b->span);
}

static void bench_moves(struct bench *b)
{
    const double each = 1e9 / (784.0 * 512.0);

    b->rows = 784;
    b->cols = 512;
    printf("  784 x 512: sum_rows %.3f, largest %.3f ns a number\n",
           each * bench_best(run_sum_rows, b), each * bench_best(run_largest, b));
}

static void bench_updates(struct bench *b)
{
    const double each = 1e9 / (784.0 * 512.0);
    const size_t count = 784 * 512;

    b->rule = (struct bp_rule){.kind = BP_OPTIMIZER_SGD, .beta2 = 0.9, .epsilon = 1e-8};
    b->span = (struct BP_REAL(span)){
        .w = b->w, .g = b->x, .state = {b->y, b->y + count}, .count = count, .rows = 1};
    memset(b->w, 0, count * sizeof(real));
    memset(b->y, 0, 2 * count * sizeof(real));
    printf("  784 x 512: sgd %.3f", each * bench_best(run_update, b));
    b->rule.momentum = 0.5;
    printf(", with momentum %.3f", each * bench_best(run_update, b));
    b->rule.kind = BP_OPTIMIZER_ADAM;
    printf(", adam %.3f ns a number\n", each * bench_best(run_update, b));
}

static void bench_table(struct bench *b)
{
    const struct bench_peak peak = {b->kernels->isa, BP_PRECISION, 1, BENCH_RUNS,
                                    BENCH_SECONDS};

    b->peak = bench_peak(&peak);
    printf("isa %d, %d bits: peak %.1f GFLOP/s\n", (int)b->kernels->isa, BP_PRECISION,
           b->peak);
    bench_product(b, 1, 100, 784);
    bench_product(b, 3, 512, 784);
    bench_product(b, 10, 10, 30);
    bench_product(b, 10, 30, 784);
    bench_product(b, 784, 30, 10);
    bench_product(b, 128, 10, 512);
    bench_product(b, 128, 96, 784);
    bench_product(b, 128, 512, 784);
    bench_product(b, 784, 512, 128);
    if (b->kernels->isa != BP_ISA_SCALAR) {
        bench_product(b, 256, 2048, 2048);
        bench_product(b, 256, 2064, 2048);
    }
    bench_moves(b);
    bench_updates(b);
    bench_activations(b);
}

static int bench_all(void)
{
    struct array x = array_of(BENCH_COUNT);
    struct array y = array_of(BENCH_COUNT);
    struct array w = array_of(BENCH_COUNT);
    struct bench b = {.x = x.at, .y = y.at, .w = w.at};
    size_t count, t, i;
    table *const *const tables = all_tables(&count);

    for (i = 0; i < BENCH_COUNT; i++) {
        x.at[i] = random_real();
        y.at[i] = random_real();
    }
    for (t = 0; t < count; t++) {
        b.kernels = tables[t];
        bench_table(&b);
    }
    array_free(&x);
    array_free(&y);
    array_free(&w);
    return 0;
}

#endif
