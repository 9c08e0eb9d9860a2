/* SPDX-License-Identifier: MIT */
/*
 * iRPROP- (Igel and Huesken, 2000): each parameter has a step of its own, which grows
 * while its gradient keeps the sign. A template; see update.h.
 *
 *     p = g times the g kept from before (0 at first)
 *     step = rate where there is none yet
 *     p > 0: step = min(most, max(least, up step))
 *     p < 0: step = min(most, max(least, down step)), and g = 0
 *     p = 0: step = min(most, max(least, step))
 *     w = w - step where g > 0, w + step where g < 0
 *     g is kept
 */
#ifndef BP_KERNEL_UPDATE_RPROP_H
#define BP_KERNEL_UPDATE_RPROP_H

#include "kernel/update_terms.h"

struct rprop_scalars {
    vec rate, down, up, least, most;
};

static inline struct rprop_scalars rprop_scalars(const struct bp_rule *rule)
{
    return (struct rprop_scalars){
        .rate = vec_set1((real)rule->rate),
        .down = vec_set1((real)rule->down),
        .up = vec_set1((real)rule->up),
        .least = vec_set1((real)rule->least),
        .most = vec_set1((real)rule->most),
    };
}

KERNEL_INLINE vec rprop_size(const struct rprop_scalars *k, vec size, vec product)
{
    const vec old = vec_select(vec_eq(size, vec_zero()), k->rate, size);
    const vec grown = vec_select(vec_gt(product, vec_zero()), vec_mul(k->up, old), old);
    const vec made =
        vec_select(vec_lt(product, vec_zero()), vec_mul(k->down, old), grown);

    return vec_min(k->most, vec_max(k->least, made));
}

static void rprop(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct terms terms = terms_of(rule);
    const struct rprop_scalars k = rprop_scalars(rule);
    real *const before = span->state[0];
    real *const sizes = span->state[1];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec now = gradient_at(&terms, w, span->g + i);
        const vec product = vec_mul(now, vec_load(before + i));
        const vec size = rprop_size(&k, vec_load(sizes + i), product);
        const vec g = vec_select(vec_lt(product, vec_zero()), vec_zero(), now);
        const vec step = vec_select(vec_eq(g, vec_zero()), vec_zero(), size);

        vec_store(before + i, g);
        vec_store(sizes + i, size);
        vec_store(span->w + i, vec_sub(w, vec_copysign(step, g)));
    }
}

#endif
