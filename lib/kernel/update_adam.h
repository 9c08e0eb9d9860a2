/* SPDX-License-Identifier: MIT */
/*
 * Adam (Kingma and Ba, 2015), AMSGrad (Reddi, Kale and Kumar, 2018) and AdamW (Loshchilov
 * and Hutter, 2019: Adam whose decay is decoupled), with root = 1 / sqrt(1 - beta2^t),
 * and the rate divided by 1 - beta1^t. A template; see update.h.
 *
 *     m = fma(1 - beta1, g - m, m)
 *     v = fma(beta2, v, ((1 - beta2) g) g)
 *     u = v, of AMSGrad the largest v so far
 *     w = fma(-rate, m / fma(sqrt u, root, epsilon), w)
 */
#ifndef BP_KERNEL_UPDATE_ADAM_H
#define BP_KERNEL_UPDATE_ADAM_H

#include "kernel/update_terms.h"

struct adam_scalars {
    vec rate, beta1_rest, beta2, beta2_rest, root, epsilon;
};

static inline struct adam_scalars adam_scalars(const struct bp_rule *rule)
{
    return (struct adam_scalars){
        .rate = vec_set1((real)rule->rate),
        .beta1_rest = vec_set1((real)(1 - rule->beta1)),
        .beta2 = vec_set1((real)rule->beta2),
        .beta2_rest = vec_set1((real)(1 - rule->beta2)),
        .root = vec_set1((real)rule->root),
        .epsilon = vec_set1((real)rule->epsilon),
    };
}

/* Keep the larger of both. */
KERNEL_INLINE vec larger(real *largest, vec v)
{
    const vec u = vec_max(vec_load(largest), v);

    vec_store(largest, u);
    return u;
}

KERNEL_INLINE void adam_span(const struct bp_rule *rule,
                             const struct BP_REAL(span) * span, bool keeps_largest)
{
    const struct terms terms = terms_of(rule);
    const struct adam_scalars k = adam_scalars(rule);
    real *const first = span->state[0];
    real *const second = span->state[1];
    real *const largest = span->state[2];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = weight_at(&terms, span->w + i);
        const vec g = gradient_at(&terms, w, span->g + i);
        const vec kept = vec_load(first + i);
        const vec m = vec_fma(k.beta1_rest, vec_sub(g, kept), kept);
        const vec v =
            vec_fma(k.beta2, vec_load(second + i), vec_mul(vec_mul(k.beta2_rest, g), g));
        const vec u = keeps_largest ? larger(largest + i, v) : v;
        const vec size = vec_fma(vec_sqrt(u), k.root, k.epsilon);

        vec_store(first + i, m);
        vec_store(second + i, v);
        vec_store(span->w + i, vec_fnma(k.rate, vec_div(m, size), w));
    }
}

static void adam(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    adam_span(rule, span, false);
}

static void amsgrad(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    adam_span(rule, span, true);
}

#endif
