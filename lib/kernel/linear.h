/* SPDX-License-Identifier: MIT */
/*
 * Sums over flat spans, and lines: what line search and clipping are made of. A template;
 * see kernel.h.
 *
 * Sums are taken in double. A span is cut into at most SUM_PARTS parts, by its length
 * alone; in each, element i goes to lane i mod 16, and lanes are combined by halves.
 * Parts are added in their order: bits depend on neither threads nor instruction set.
 */
#ifndef BP_KERNEL_LINEAR_H
#define BP_KERNEL_LINEAR_H

#define SUM_PARTS 64
#define SUM_PART  16384

static inline double halves_sum(double lane[BP_LANES])
{
    size_t half, i;

    for (half = BP_LANES / 2; half > 0; half /= 2)
        for (i = 0; i < half; i++)
            lane[i] += lane[i + half];
    return lane[0];
}

/* One part: x y, or |x| where y is NULL. */
static double sum_part(const real *x, const real *y, size_t count)
{
    double lane[BP_LANES] = {0};
    size_t i, l;

    for (i = 0; i < count && y != NULL; i += BP_LANES)
        for (l = 0; l < BP_LANES; l++)
            lane[l] += (double)x[i + l] * (double)y[i + l];
    for (i = 0; i < count && y == NULL; i += BP_LANES)
        for (l = 0; l < BP_LANES; l++)
            lane[l] += fabs((double)x[i + l]);
    return halves_sum(lane);
}

struct sum_work {
    const real *x, *y;
    size_t count, part;
    double sums[SUM_PARTS];
};

static void sum_chunk(void *data, size_t chunk)
{
    struct sum_work *const work = data;
    const size_t begin = chunk * work->part;
    const size_t rest = work->count - begin;

    work->sums[chunk] =
        sum_part(work->x + begin, work->y != NULL ? work->y + begin : NULL,
                 rest < work->part ? rest : work->part);
}

/* Sum of x y over a span, or of |x| where y is NULL. */
static double sum(struct bp_pool *pool, const real *x, const real *y, size_t count)
{
    const size_t even = bp_padded(count / SUM_PARTS + 1);
    struct sum_work work = {
        .x = x, .y = y, .count = count, .part = even > SUM_PART ? even : SUM_PART};
    const size_t parts = count / work.part + (count % work.part != 0);
    double total = 0;
    size_t i;

    bp_parallel_for(pool, parts, sum_chunk, &work);
    for (i = 0; i < parts; i++)
        total += work.sums[i];
    return total;
}

/* to = fma(a, d, x), or a d where x is NULL; `to` may be any of them. */
static void line(real *to, double a, const real *d, const real *x, size_t count)
{
    const vec factor = vec_set1((real)a);
    size_t i;

    for (i = 0; i < count; i += VEC_LANES)
        vec_store(to + i, x != NULL ? vec_fma(factor, vec_load(d + i), vec_load(x + i))
                                    : vec_mul(factor, vec_load(d + i)));
}

/* x = min(limit, max(-limit, x)) */
static void clamp(real *x, double limit, size_t count)
{
    const vec high = vec_set1((real)limit);
    const vec low = vec_set1(-(real)limit);
    size_t i;

    for (i = 0; i < count; i += VEC_LANES)
        vec_store(x + i, vec_min(high, vec_max(low, vec_load(x + i))));
}

/* Columns of `rows` x `cols`: where the root of the sum of squares, rows ascending, is
 * over the limit, each of the column's numbers times limit / (root + 1e-7). */
static void limit_columns(real *x, size_t rows, size_t cols, size_t stride, double limit)
{
    size_t j, l, r;

    for (j = 0; j < cols; j += BP_LANES) {
        double lane[BP_LANES] = {0};

        for (r = 0; r < rows; r++)
            for (l = 0; l < BP_LANES; l++)
                lane[l] += (double)x[r * stride + j + l] * (double)x[r * stride + j + l];
        for (l = 0; l < BP_LANES; l++) {
            const double root = sqrt(lane[l]);

            lane[l] = root > limit ? limit / (root + 1e-7) : 1;
        }
        for (r = 0; r < rows; r++)
            for (l = 0; l < BP_LANES; l++)
                x[r * stride + j + l] *= (real)lane[l];
    }
}

#endif
