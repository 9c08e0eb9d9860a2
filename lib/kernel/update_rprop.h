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

static void rprop_scalars(struct scalars *k, const struct bp_rule *rule)
{
    k->down = vec_set1((real)rule->down);
    k->up = vec_set1((real)rule->up);
    k->least = vec_set1((real)rule->least);
    k->most = vec_set1((real)rule->most);
}

KERNEL_INLINE vec rprop_size(const struct scalars *k, vec size, vec product)
{
    const vec old = vec_select(vec_eq(size, vec_zero()), k->rate, size);
    const vec grown = vec_select(vec_gt(product, vec_zero()), vec_mul(k->up, old), old);
    const vec made =
        vec_select(vec_lt(product, vec_zero()), vec_mul(k->down, old), grown);

    return vec_min(k->most, vec_max(k->least, made));
}

KERNEL_INLINE void rprop(const struct scalars *k, const struct span_row *row, size_t i,
                         bool terms)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec now = gradient_at(k, terms, w, row->g + i);
    const vec product = vec_mul(now, vec_load(row->state[0] + i));
    const vec size = rprop_size(k, vec_load(row->state[1] + i), product);
    const vec g = vec_select(vec_lt(product, vec_zero()), vec_zero(), now);
    const vec step = vec_select(vec_eq(g, vec_zero()), vec_zero(), size);

    vec_store(row->state[0] + i, g);
    vec_store(row->state[1] + i, size);
    vec_store(row->w + i, vec_sub(w, vec_copysign(step, g)));
}

RULE(rprop)

#endif
