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

static void adaptive_scalars(struct scalars *k, const struct bp_rule *rule)
{
    k->centred = rule->centred;
    k->moves = rule->momentum != 0;
    k->momentum = vec_set1((real)rule->momentum);
    k->epsilon = vec_set1((real)rule->epsilon);
    k->alpha = vec_set1((real)rule->alpha);
    k->alpha_rest = vec_set1((real)(1 - rule->alpha));
    k->initial = vec_set1((real)rule->initial);
}

KERNEL_INLINE void adagrad(const struct scalars *k, const struct span_row *row, size_t i,
                           bool terms)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec g = gradient_at(k, terms, w, row->g + i);
    const vec v = vec_fma(g, g, vec_load(row->state[0] + i));
    const vec size = vec_add(vec_sqrt(vec_add(v, k->initial)), k->epsilon);

    vec_store(row->state[0] + i, v);
    vec_store(row->w + i, vec_fnma(k->rate, vec_div(g, size), w));
}

/* v - m^2, with the mean kept up. */
KERNEL_INLINE vec variance(const struct scalars *k, real *mean, vec v, vec g)
{
    const vec m = vec_fma(k->alpha, vec_load(mean), vec_mul(k->alpha_rest, g));

    vec_store(mean, m);
    return vec_max(vec_zero(), vec_fnma(m, m, v));
}

KERNEL_INLINE vec with_momentum(const struct scalars *k, real *buffer, vec s)
{
    const vec b = vec_fma(k->momentum, vec_load(buffer), s);

    vec_store(buffer, b);
    return b;
}

KERNEL_INLINE void rmsprop(const struct scalars *k, const struct span_row *row, size_t i,
                           bool terms)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec g = gradient_at(k, terms, w, row->g + i);
    const vec fresh = vec_mul(vec_mul(k->alpha_rest, g), g);
    const vec v = vec_fma(k->alpha, vec_load(row->state[0] + i), fresh);
    const vec u = k->centred ? variance(k, row->state[1] + i, v, g) : v;
    const vec s = vec_div(g, vec_add(vec_sqrt(u), k->epsilon));

    vec_store(row->state[0] + i, v);
    vec_store(
        row->w + i,
        vec_fnma(k->rate, k->moves ? with_momentum(k, row->state[2] + i, s) : s, w));
}

RULE(adagrad)
RULE(rmsprop)

#endif
