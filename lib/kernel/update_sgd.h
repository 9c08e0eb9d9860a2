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

/* Without momentum there need be no velocities: they are not touched. */
static void sgd_plain(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct terms terms = terms_of(rule);
    const vec rate = vec_set1((real)rule->rate);
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec g = gradient_at(&terms, w, span->g + i);

        vec_store(span->w + i, vec_fnma(rate, g, w));
    }
}

static void sgd_momentum(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct terms terms = terms_of(rule);
    const vec rate = vec_set1((real)rule->rate);
    const vec momentum = vec_set1((real)rule->momentum);
    const vec fresh = vec_set1(1 - (real)rule->dampening);
    real *const velocity = span->state[0];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec g = gradient_at(&terms, w, span->g + i);
        const vec kept = vec_fma(momentum, vec_load(velocity + i), vec_mul(fresh, g));
        const vec v = rule->first ? g : kept;

        vec_store(velocity + i, v);
        vec_store(span->w + i,
                  vec_fnma(rate, rule->nesterov ? vec_fma(momentum, v, g) : v, w));
    }
}

#endif
