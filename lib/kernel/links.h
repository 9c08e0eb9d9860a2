/* SPDX-License-Identifier: MIT */
/*
 * A single example through a small network: z = x W + b and a = f(z) layer by layer, back
 * again, and the outer products x^T g, with no more around the arithmetic than loops. The
 * operations and their order are those of the product, of the sum of rows and of the
 * activations, so the bits are, too. A template; see kernel.h.
 */
#ifndef BP_KERNEL_LINKS_H
#define BP_KERNEL_LINKS_H

#include "kernel/activate.h"
#include "kernel/row.h"

/* Vectors of half a block of BP_LANES outputs. */
#define HALF_VECS ((LANE_VECS + 1) / 2)

/* Chains of dC/dx beside each other: they hide each other's latency. */
#define TURNED_ROWS 4

/* Outputs from j on, so many vectors of them. */
KERNEL_INLINE void link_outputs(const struct BP_REAL(link) * l, const real *x, size_t j,
                                size_t vecs)
{
    const real *w = l->w + j;
    vec acc[LANE_VECS];
    size_t k, v;

    KERNEL_UNROLL
    for (v = 0; v < vecs; v++)
        acc[v] = l->b != NULL ? vec_load(l->b + j + v * VEC_LANES) : vec_zero();
    for (k = 0; k < l->inputs; k++, w += l->stride) {
        const vec x_k = vec_set1(x[k]);

        KERNEL_UNROLL
        for (v = 0; v < vecs; v++)
            acc[v] = vec_fma(x_k, vec_load(w + v * VEC_LANES), acc[v]);
    }
    KERNEL_UNROLL
    for (v = 0; v < vecs; v++)
        vec_store(l->z + j + v * VEC_LANES,
                  vec_select(lane_mask(v, l->outputs - j), acc[v], vec_zero()));
    KERNEL_UNROLL
    for (v = vecs; v < LANE_VECS; v++)
        vec_store(l->z + j + v * VEC_LANES, vec_zero());
}

static void link_forward(const struct BP_REAL(link) * l, const real *x)
{
    size_t j;

    for (j = 0; j < l->outputs; j += BP_LANES)
        if (l->outputs - j <= HALF_VECS * VEC_LANES)
            link_outputs(l, x, j, HALF_VECS);
        else
            link_outputs(l, x, j, LANE_VECS);
    forward[l->activation.kind](&l->activation);
}

/* 0 times what is not finite is NaN. */
static bool all_finite(const real *x, size_t count)
{
    vec odd = vec_zero();
    size_t i;

    for (i = 0; i < count; i += VEC_LANES)
        odd = vec_fma(vec_zero(), vec_load_partial(x + i, count - i), odd);
    return !mask_any(mask_not(vec_eq(odd, vec_zero())));
}

static bool links_forward(const struct BP_REAL(link) * links, size_t count, const real *x)
{
    size_t i;

    link_forward(&links[0], x);
    for (i = 1; i < count; i++)
        link_forward(&links[i], links[i].x);
    return all_finite(x, links[0].inputs);
}

/* dC/dx of so many inputs from k on, as row_turned(). Padding is 0 and stays so. */
KERNEL_INLINE void link_turned(const struct BP_REAL(link) * l, size_t k, size_t rows)
{
    const real *const w = l->w + k * l->stride;
    const real *const g = l->activation.g;
    real chain[TURNED_ROWS] = {0};
    size_t j, r;

    for (j = 0; j < l->outputs; j++) {
        KERNEL_UNROLL
        for (r = 0; r < rows; r++)
            chain[r] = ROW_FMA(g[j], w[r * l->stride + j], chain[r]);
    }
    KERNEL_UNROLL
    for (r = 0; r < rows; r++)
        l->x_grad[k + r] = chain[r];
}

static void link_backward(const struct BP_REAL(link) * l)
{
    size_t k;

    for (k = 0; k + TURNED_ROWS <= l->inputs; k += TURNED_ROWS)
        link_turned(l, k, TURNED_ROWS);
    for (; k < l->inputs; k++)
        link_turned(l, k, 1);
}

static void links_backward(const struct BP_REAL(link) * links, size_t count, bool fused)
{
    size_t i;

    for (i = count; i-- > 0;) {
        const struct BP_REAL(link) *const l = &links[i];

        if (!fused || i + 1 < count)
            backward[l->activation.kind](&l->activation);
        if (l->x_grad != NULL)
            link_backward(l);
    }
}

/* x^T dC/dz and dC/db of a block of outputs. What is not finite makes `odd` NaN; if it is
 * in dC/db, it is in all of the other. */
KERNEL_INLINE void link_block_gradient(const struct BP_REAL(link) * l, const real *x,
                                       size_t j, real *grads, vec odd[LANE_VECS])
{
    real *w_grad = grads + l->w_grad + j;
    vec g[LANE_VECS];
    size_t k, v;

    KERNEL_UNROLL
    for (v = 0; v < LANE_VECS; v++)
        g[v] = vec_load(l->activation.g + j + v * VEC_LANES);
    for (k = 0; k < l->inputs; k++, w_grad += l->stride) {
        const vec x_k = vec_set1(x[k]);

        KERNEL_UNROLL
        for (v = 0; v < LANE_VECS; v++) {
            const vec product = vec_fma(x_k, g[v], vec_zero());

            vec_store(w_grad + v * VEC_LANES, product);
            odd[v] = vec_fma(product, vec_zero(), odd[v]);
        }
    }
    if (l->b == NULL)
        return;
    KERNEL_UNROLL
    for (v = 0; v < LANE_VECS; v++)
        vec_store(grads + l->b_grad + j + v * VEC_LANES, vec_add(vec_zero(), g[v]));
}

KERNEL_INLINE void link_gradient(const struct BP_REAL(link) * l, const real *x,
                                 real *grads, vec odd[LANE_VECS])
{
    size_t j;

    for (j = 0; j < l->outputs; j += BP_LANES)
        link_block_gradient(l, x, j, grads, odd);
}

static bool links_gradient(const struct BP_REAL(link) * links, size_t count,
                           const real *x, real *grads)
{
    vec odd[LANE_VECS];
    size_t i, v;

    for (v = 0; v < LANE_VECS; v++)
        odd[v] = vec_zero();
    for (i = 0; i < count; i++)
        link_gradient(&links[i], i == 0 ? x : links[i].x, grads, odd);
    for (v = 1; v < LANE_VECS; v++)
        odd[0] = vec_add(odd[0], odd[v]);
    return !mask_any(mask_not(vec_eq(odd[0], vec_zero())));
}

#endif
