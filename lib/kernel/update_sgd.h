/* SPDX-License-Identifier: MIT */
/*
 * Stochastic gradient descent. A template; see update.h.
 *
 *     v = g                                         the first time
 *     v = fma(momentum, v, (1 - dampening) g)       later
 *     s = v, with Nesterov fma(momentum, v, g), without momentum g
 *     w = fma(-rate, s, w)
 */
#ifndef BP_KERNEL_UPDATE_SGD_H
#define BP_KERNEL_UPDATE_SGD_H

#include "kernel/update_terms.h"

static void sgd_scalars(struct scalars *k, const struct bp_rule *rule)
{
    k->first = rule->first;
    k->nesterov = rule->nesterov;
    k->momentum = vec_set1((real)rule->momentum);
    k->fresh = vec_set1(1 - (real)rule->dampening);
}

/* Without momentum there need be no velocities: they are not touched. */
KERNEL_INLINE void sgd(const struct scalars *k, const struct span_row *row, size_t i,
                       bool terms)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec g = gradient_at(k, terms, w, row->g + i);

    vec_store(row->w + i, vec_fnma(k->rate, g, w));
}

KERNEL_INLINE void sgd_momentum(const struct scalars *k, const struct span_row *row,
                                size_t i, bool terms)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec g = gradient_at(k, terms, w, row->g + i);
    const vec before = vec_load(row->state[0] + i);
    const vec kept = vec_fma(k->momentum, before, vec_mul(k->fresh, g));
    const vec v = k->first ? g : kept;

    vec_store(row->state[0] + i, v);
    vec_store(row->w + i,
              vec_fnma(k->rate, k->nesterov ? vec_fma(k->momentum, v, g) : v, w));
}

RULE(sgd)
RULE(sgd_momentum)

#endif
