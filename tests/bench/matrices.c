/* SPDX-License-Identifier: MIT */
#include "matrices.h"

#include "clock.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Elements of C that are compared; bytes from which on memory is asked for in large
 * pages, for whoever multiplies. */
enum { SAMPLES = 2000, LARGE_PAGE = 2 << 20 };

static float *pages(size_t count)
{
    const size_t alignment = count * sizeof(float) < LARGE_PAGE ? 64 : LARGE_PAGE;
    const size_t size = (count * sizeof(float) + alignment - 1) / alignment * alignment;
    float *const at = aligned_alloc(alignment, size);

    if (at == NULL)
        worker_die("no memory");
#if defined(MADV_HUGEPAGE)
    madvise(at, size, MADV_HUGEPAGE);
#endif
    return at;
}

static struct matrix make_matrix(size_t rows, size_t cols, int transposed,
                                 size_t (*stride)(size_t width))
{
    const size_t lines = transposed ? cols : rows, width = transposed ? rows : cols;
    struct matrix m = {NULL, rows, cols, stride(width), transposed};
    size_t i;

    m.at = pages(lines * m.stride);
    for (i = 0; i < lines * m.stride; i++)
        m.at[i] = i % m.stride < width ? bench_number(rows, i) : 0;
    return m;
}

static float *element(const struct matrix *m, size_t row, size_t col)
{
    return m->transposed ? &m->at[col * m->stride + row] : &m->at[row * m->stride + col];
}

struct matrices make_matrices(const struct request *request, int turned_a, int turned_b,
                              size_t (*stride)(size_t width))
{
    const size_t batch = request_count(request, "rows");
    const size_t outputs = request_count(request, "outputs");
    const size_t inputs = request_count(request, "inputs");
    size_t rows = batch, depth = inputs, cols = outputs;
    struct matrices m;

    if (request_is(request, "kind", "weights")) {
        rows = inputs;
        depth = batch;
    } else if (request_is(request, "kind", "inputs")) {
        depth = outputs;
        cols = inputs;
    }
    m.a = make_matrix(rows, depth, turned_a, stride);
    m.b = make_matrix(depth, cols, turned_b, stride);
    m.c = make_matrix(rows, cols, 0, stride);
    return m;
}

void destroy_matrices(struct matrices *m)
{
    free(m->a.at);
    free(m->b.at);
    free(m->c.at);
}

/* The error of an element of C, as a share of what k roundings may do to it. */
static double error_of(const struct matrices *m, size_t row, size_t col)
{
    double sum = 0, size = 0;
    size_t k;

    for (k = 0; k < m->a.cols; k++) {
        const double product =
            (double)*element(&m->a, row, k) * (double)*element(&m->b, k, col);

        sum += product;
        size += fabs(product);
    }
    sum = fabs(sum - (double)*element(&m->c, row, col));
    return sum / (((double)m->a.cols + 2) * 0x1p-24 * size);
}

static double worst_error(const struct matrices *m)
{
    double worst = 0;
    size_t i;

    for (i = 0; i < SAMPLES; i++) {
        const size_t place = (size_t)(((double)bench_number(77, i) + 1) / 2 *
                                      (double)(m->c.rows * m->c.cols));
        const double error = error_of(m, place / m->c.cols, place % m->c.cols);

        worst = error <= worst ? worst : error; /* so that a NaN stays */
    }
    return worst;
}

void answer_product(const struct request *request, const struct matrices *m,
                    void (*multiply)(const struct matrices *m, void *data), void *data)
{
    const double least = request_number(request, "seconds");
    const double flops = 2 * (double)m->c.rows * (double)m->c.cols * (double)m->a.cols;
    size_t count = 0, share = 1, i;
    double begin, elapsed = 0;

    multiply(m, data);
    begin = bench_now();
    while (elapsed < least) {
        for (i = 0; i < share; i++)
            multiply(m, data);
        count += share;
        elapsed = bench_now() - begin;
        share = elapsed < least / 16 ? share * 2 : share;
    }
    answer("{\"seconds\": %.9g, \"count\": %zu, \"flops\": %.9g, \"deviation\": %.6g}",
           elapsed, count, flops, worst_error(m));
}
