/* SPDX-License-Identifier: MIT */
/*
 * What every rule begins with, each operation rounded once. A template; see kernel.h.
 *
 *     w = (1 - shrink) w                        where decoupled decay is not 0
 *     g = fma(decay, w, g)                      where L2 decay is not 0
 *     g = g + l1 sign(w)                        where L1 is not 0; sign(0) = 0
 *
 * with shrink = rate times decay, and 1 - shrink, computed in double.
 */
#ifndef BP_KERNEL_UPDATE_TERMS_H
#define BP_KERNEL_UPDATE_TERMS_H

struct terms {
    bool shrinks, decays, sparse;
    vec left, decay, l1;
};

static inline struct terms terms_of(const struct bp_rule *rule)
{
    return (struct terms){
        .shrinks = rule->shrink != 0,
        .decays = rule->decay != 0,
        .sparse = rule->l1 != 0,
        .left = vec_set1((real)(1 - rule->shrink)),
        .decay = vec_set1((real)rule->decay),
        .l1 = vec_set1((real)rule->l1),
    };
}

KERNEL_INLINE vec weight_at(const struct terms *terms, const real *w)
{
    return terms->shrinks ? vec_mul(terms->left, vec_load(w)) : vec_load(w);
}

KERNEL_INLINE vec gradient_at(const struct terms *terms, vec w, const real *gradient)
{
    vec g = vec_load(gradient);

    if (terms->decays)
        g = vec_fma(terms->decay, w, g);
    if (terms->sparse) {
        const vec pull = vec_copysign(terms->l1, w);

        g = vec_add(g, vec_select(vec_eq(w, vec_zero()), vec_zero(), pull));
    }
    return g;
}

#endif
