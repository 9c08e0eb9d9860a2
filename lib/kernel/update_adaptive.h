/* SPDX-License-Identifier: MIT */
/*
 * Rules that divide by the root of squares. A template; see update.h.
 *
 * Adagrad (Duchi, Hazan and Singer, 2011), the rate divided by 1 + (t - 1) rate_decay:
 *
 *     v = fma(g, g, v)
 *     w = fma(-rate, g / (sqrt(v + initial) + epsilon), w)
 *
 * RMSprop (Hinton, 2012; centred: Graves, 2013):
 *
 *     v = fma(alpha, v, ((1 - alpha) g) g)
 *     u = v; centred: m = fma(alpha, m, (1 - alpha) g), u = fma(-m, m, v), or 0 below it
 *     s = g / (sqrt u + epsilon)
 *     with momentum b = fma(momentum, b, s), s = b
 *     w = fma(-rate, s, w)
 *
 * v - m^2 is a variance, and below 0 only by rounding: NaN would come of its root.
 */
#ifndef BP_KERNEL_UPDATE_ADAPTIVE_H
#define BP_KERNEL_UPDATE_ADAPTIVE_H

#include "kernel/update_terms.h"

static void adagrad(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct terms terms = terms_of(rule);
    const vec rate = vec_set1((real)rule->rate);
    const vec initial = vec_set1((real)rule->initial);
    const vec epsilon = vec_set1((real)rule->epsilon);
    real *const squares = span->state[0];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec g = gradient_at(&terms, w, span->g + i);
        const vec v = vec_fma(g, g, vec_load(squares + i));
        const vec size = vec_add(vec_sqrt(vec_add(v, initial)), epsilon);

        vec_store(squares + i, v);
        vec_store(span->w + i, vec_fnma(rate, vec_div(g, size), w));
    }
}

struct rmsprop_scalars {
    vec rate, alpha, rest, momentum, epsilon;
};

static inline struct rmsprop_scalars rmsprop_scalars(const struct bp_rule *rule)
{
    return (struct rmsprop_scalars){
        .rate = vec_set1((real)rule->rate),
        .alpha = vec_set1((real)rule->alpha),
        .rest = vec_set1((real)(1 - rule->alpha)),
        .momentum = vec_set1((real)rule->momentum),
        .epsilon = vec_set1((real)rule->epsilon),
    };
}

/* v - m^2, with the mean kept up. */
KERNEL_INLINE vec variance(const struct rmsprop_scalars *k, real *mean, vec v, vec g)
{
    const vec m = vec_fma(k->alpha, vec_load(mean), vec_mul(k->rest, g));

    vec_store(mean, m);
    return vec_max(vec_zero(), vec_fnma(m, m, v));
}

KERNEL_INLINE vec with_momentum(const struct rmsprop_scalars *k, real *buffer, vec s)
{
    const vec b = vec_fma(k->momentum, vec_load(buffer), s);

    vec_store(buffer, b);
    return b;
}

static void rmsprop(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct terms terms = terms_of(rule);
    const struct rmsprop_scalars k = rmsprop_scalars(rule);
    const bool moves = rule->momentum != 0;
    real *const squares = span->state[0];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec g = gradient_at(&terms, w, span->g + i);
        const vec v =
            vec_fma(k.alpha, vec_load(squares + i), vec_mul(vec_mul(k.rest, g), g));
        const vec u = rule->centred ? variance(&k, span->state[1] + i, v, g) : v;
        const vec s = vec_div(g, vec_add(vec_sqrt(u), k.epsilon));

        vec_store(squares + i, v);
        vec_store(
            span->w + i,
            vec_fnma(k.rate, moves ? with_momentum(&k, span->state[2] + i, s) : s, w));
    }
}

#endif
