/* SPDX-License-Identifier: MIT */
/*
 * Softmax and log-softmax, row by row. A template over vmath.h.
 *
 *     m = max z_j        s = sum of e^(z_j - m)
 *     softmax      a_j = e^(z_j - m) (1/s)      dC/dz_j = a_j (g_j - sum of g_i a_i)
 *     log-softmax  a_j = (z_j - m) - log s      dC/dz_j = g_j - e^a_j sum of g_i
 *
 * In the sums and the maximum, padding takes part as the neutral number.
 */
#ifndef BP_KERNEL_SOFTMAX_H
#define BP_KERNEL_SOFTMAX_H

#include "kernel/lanes.h"
#include "kernel/vmath.h"

/* A NaN may get lost here, but not in the exponentials. */
static real row_max(const real *z, size_t cols)
{
    const vec lowest = vec_set1(-REAL_INFINITY);
    struct lanes max = lanes_of(-REAL_INFINITY);
    size_t j, v;

    for (j = 0; j < cols; j += BP_LANES)
        for (v = 0; v < LANE_VECS; v++) {
            const vec x = vec_load(z + j + v * VEC_LANES);
            const vec seen = vec_select(lane_mask(v, cols - j), x, lowest);

            max.at[v] = vec_max(max.at[v], seen);
        }
    return lanes_max(&max);
}

/* Sum of e^(z_j - m); stores the terms in `e` unless it is NULL, its padding 0. */
static real row_exp_sum(const real *z, size_t cols, real m, real *e)
{
    const vec shift = vec_set1(m);
    struct lanes sum = lanes_of(0);
    size_t j, v;

    for (j = 0; j < cols; j += BP_LANES)
        for (v = 0; v < LANE_VECS; v++) {
            const size_t at = j + v * VEC_LANES;
            const vec raised = vec_exp(vec_sub(vec_load(z + at), shift));
            const vec term = vec_select(lane_mask(v, cols - j), raised, vec_zero());

            sum.at[v] = vec_add(sum.at[v], term);
            if (e != NULL)
                vec_store(e + at, term);
        }
    return lanes_sum(&sum);
}

static void softmax_rows(const struct BP_REAL(activation) * work)
{
    size_t r, j;

    for (r = 0; r < work->rows; r++) {
        const real *const z = work->z + r * work->stride;
        real *const a = work->a + r * work->stride;
        const real m = row_max(z, work->cols);
        const real scale = REAL_C(1.0) / row_exp_sum(z, work->cols, m, a);

        for (j = 0; j < work->cols; j += VEC_LANES)
            store_row(a, j, work->cols, vec_mul(vec_load(a + j), vec_set1(scale)));
    }
}

static void log_softmax_rows(const struct BP_REAL(activation) * work)
{
    size_t r, j, v;

    for (r = 0; r < work->rows; r++) {
        const real *const z = work->z + r * work->stride;
        real *const a = work->a + r * work->stride;
        const real max = row_max(z, work->cols);
        const real sum = row_exp_sum(z, work->cols, max, NULL);
        const vec m = vec_set1(max);
        const vec log_s = vec_log(vec_set1(sum));

        for (j = 0; j < work->cols; j += BP_LANES)
            for (v = 0; v < LANE_VECS; v++) {
                const size_t at = j + v * VEC_LANES;
                const vec x = vec_sub(vec_sub(vec_load(z + at), m), log_s);

                vec_store(a + at,
                          vec_select(lane_mask(v, work->cols - j), x, vec_zero()));
            }
    }
}

/* Sum of g_j a_j, or of g_j if `a` is NULL. */
static real row_dot(const real *g, const real *a, size_t cols)
{
    struct lanes sum = lanes_of(0);
    size_t j, v;

    for (j = 0; j < cols; j += BP_LANES)
        for (v = 0; v < LANE_VECS; v++) {
            const size_t at = j + v * VEC_LANES;
            const vmask valid = lane_mask(v, cols - j);
            const vec x = vec_select(valid, vec_load(g + at), vec_zero());
            const vec y = a != NULL ? vec_load(a + at) : vec_set1(REAL_C(1.0));

            sum.at[v] = vec_fma(x, vec_select(valid, y, vec_zero()), sum.at[v]);
        }
    return lanes_sum(&sum);
}

static void softmax_back_rows(const struct BP_REAL(activation) * work)
{
    size_t r, j;

    for (r = 0; r < work->rows; r++) {
        const real *const a = work->a + r * work->stride;
        real *const g = work->g + r * work->stride;
        const vec mean = vec_set1(row_dot(g, a, work->cols));

        for (j = 0; j < work->cols; j += VEC_LANES) {
            const vec x = vec_mul(vec_load(a + j), vec_sub(vec_load(g + j), mean));

            store_row(g, j, work->cols, x);
        }
    }
}

static void log_softmax_back_rows(const struct BP_REAL(activation) * work)
{
    size_t r, j;

    for (r = 0; r < work->rows; r++) {
        const real *const a = work->a + r * work->stride;
        real *const g = work->g + r * work->stride;
        const vec sum = vec_set1(row_dot(g, NULL, work->cols));

        for (j = 0; j < work->cols; j += VEC_LANES) {
            const vec x = vec_fnma(vec_exp(vec_load(a + j)), sum, vec_load(g + j));

            store_row(g, j, work->cols, x);
        }
    }
}

#endif
