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

static void adam_scalars(struct scalars *k, const struct bp_rule *rule)
{
    k->beta1_rest = vec_set1((real)(1 - rule->beta1));
    k->beta2 = vec_set1((real)rule->beta2);
    k->beta2_rest = vec_set1((real)(1 - rule->beta2));
    k->root = vec_set1((real)rule->root);
    k->epsilon = vec_set1((real)rule->epsilon);
}

/* Keep the larger of both. */
KERNEL_INLINE vec larger(real *largest, vec v)
{
    const vec u = vec_max(vec_load(largest), v);

    vec_store(largest, u);
    return u;
}

KERNEL_INLINE void adam_at(const struct scalars *k, const struct span_row *row, size_t i,
                           bool terms, bool keeps_largest)
{
    const vec w = weight_at(k, terms, row->w + i);
    const vec g = gradient_at(k, terms, w, row->g + i);
    const vec kept = vec_load(row->state[0] + i);
    const vec m = vec_fma(k->beta1_rest, vec_sub(g, kept), kept);
    const vec fresh = vec_mul(vec_mul(k->beta2_rest, g), g);
    const vec v = vec_fma(k->beta2, vec_load(row->state[1] + i), fresh);
    const vec u = keeps_largest ? larger(row->state[2] + i, v) : v;
    const vec size = vec_fma(vec_sqrt(u), k->root, k->epsilon);

    vec_store(row->state[0] + i, m);
    vec_store(row->state[1] + i, v);
    vec_store(row->w + i, vec_fnma(k->rate, vec_div(m, size), w));
}

KERNEL_INLINE void adam(const struct scalars *k, const struct span_row *row, size_t i,
                        bool terms)
{
    adam_at(k, row, i, terms, false);
}

KERNEL_INLINE void amsgrad(const struct scalars *k, const struct span_row *row, size_t i,
                           bool terms)
{
    adam_at(k, row, i, terms, true);
}

RULE(adam)
RULE(amsgrad)

#endif
