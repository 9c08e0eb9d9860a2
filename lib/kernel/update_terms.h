/* SPDX-License-Identifier: MIT */
/*
 * What every rule begins with, each operation rounded once. A template; see kernel.h.
 *
 *     w = (1 - shrink) w                        where decoupled decay is not 0
 *     g = fma(decay, w, g)                      where L2 decay is not 0
 *     g = g + l1 sign(w)                        where L1 is not 0; sign(0) = 0
 *
 * with shrink = rate times decay, and 1 - shrink, computed in double.
 *
 * A rule is written for one vector of parameters; RULE() makes its loop over a span,
 * once without these terms and once with them.
 */
#ifndef BP_KERNEL_UPDATE_TERMS_H
#define BP_KERNEL_UPDATE_TERMS_H

struct scalars;

typedef void (*update_fn)(const struct scalars *k, const struct BP_REAL(span) * span);

/* The scalars of a rule in every lane, and its loop. */
struct scalars {
    update_fn run;
    bool shrinks, decays, sparse;
    bool first, nesterov, centred, moves;
    vec left, decay, l1;
    vec rate, momentum, fresh;
    vec beta1_rest, beta2, beta2_rest, root, epsilon;
    vec alpha, alpha_rest, initial;
    vec down, up, least, most;
};

static void terms_scalars(struct scalars *k, const struct bp_rule *rule)
{
    k->shrinks = rule->shrink != 0;
    k->decays = rule->decay != 0;
    k->sparse = rule->l1 != 0;
    k->left = vec_set1((real)(1 - rule->shrink));
    k->decay = vec_set1((real)rule->decay);
    k->l1 = vec_set1((real)rule->l1);
}

/* A row of a span. */
struct span_row {
    real *w;
    const real *g;
    real *state[BP_RULE_STATES];
};

KERNEL_INLINE vec weight_at(const struct scalars *k, bool terms, const real *w)
{
    return terms && k->shrinks ? vec_mul(k->left, vec_load(w)) : vec_load(w);
}

KERNEL_INLINE vec gradient_at(const struct scalars *k, bool terms, vec w,
                              const real *gradient)
{
    vec g = vec_load(gradient);

    if (terms && k->decays)
        g = vec_fma(k->decay, w, g);
    if (terms && k->sparse) {
        const vec pull = vec_copysign(k->l1, w);

        g = vec_add(g, vec_select(vec_eq(w, vec_zero()), vec_zero(), pull));
    }
    return g;
}

/* One vector of parameters, element i of a row; `terms`: as above. */
typedef void (*rule_fn)(const struct scalars *k, const struct span_row *row, size_t i,
                        bool terms);

KERNEL_INLINE void each_vector(const struct scalars *k, const struct BP_REAL(span) * span,
                               rule_fn rule, bool terms)
{
    size_t r, i, s;

    for (r = 0; r < span->rows; r++) {
        struct span_row row = {
            span->w + r * span->stride, span->g + r * span->g_stride, {NULL}};

        KERNEL_UNROLL
        for (s = 0; s < BP_RULE_STATES; s++)
            if (span->state[s] != NULL)
                row.state[s] = span->state[s] + r * span->stride;
        for (i = 0; i < span->count; i += VEC_LANES)
            rule(k, &row, i, terms);
    }
}

#define RULE(rule)                                                                       \
    static void rule##_plain(const struct scalars *k, const struct BP_REAL(span) * span) \
    {                                                                                    \
        each_vector(k, span, rule, false);                                               \
    }                                                                                    \
    static void rule##_terms(const struct scalars *k, const struct BP_REAL(span) * span) \
    {                                                                                    \
        each_vector(k, span, rule, true);                                                \
    }

#endif
