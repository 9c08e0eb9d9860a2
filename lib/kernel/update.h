/* SPDX-License-Identifier: MIT */
/*
 * Update rules on flat spans, in exactly these operations, each rounded once. A template;
 * see kernel.h. Of every rule:
 *
 *     g = fma(decay, w, g)                          where decay is not 0
 *
 * Stochastic gradient descent:
 *
 *     v = g                                         the first time
 *     v = fma(momentum, v, (1 - dampening) g)       later
 *     s = v, with Nesterov fma(momentum, v, g), without momentum g
 *     w = w - rate s                                fused
 *
 * Adam (Kingma and Ba, 2015), with root = 1 / sqrt(1 - beta2^t), and the rate divided by
 * 1 - beta1^t:
 *
 *     m = fma(1 - beta1, g - m, m)
 *     v = fma(beta2, v, ((1 - beta2) g) g)
 *     w = w - rate (m / fma(sqrt v, root, epsilon))     fused
 */
#ifndef BP_KERNEL_UPDATE_H
#define BP_KERNEL_UPDATE_H

#define UPDATE_CHUNK 16384

/* The scalars of a rule in every lane. */
struct sgd_scalars {
    vec rate, decay, momentum, fresh;
};

struct adam_scalars {
    vec rate, decay, beta1_rest, beta2, beta2_rest, root, epsilon;
};

KERNEL_INLINE vec decayed(const struct bp_rule *rule, vec decay, vec w, vec g)
{
    return rule->decay != 0 ? vec_fma(decay, w, g) : g;
}

static inline struct sgd_scalars sgd_scalars(const struct bp_rule *rule)
{
    return (struct sgd_scalars){
        .rate = vec_set1((real)rule->rate),
        .decay = vec_set1((real)rule->decay),
        .momentum = vec_set1((real)rule->momentum),
        .fresh = vec_set1(1 - (real)rule->dampening),
    };
}

/* Without momentum there need be no velocities: they are not touched. */
static void sgd_plain(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct sgd_scalars k = sgd_scalars(rule);
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = vec_load(span->w + i);
        const vec g = decayed(rule, k.decay, w, vec_load(span->g + i));

        vec_store(span->w + i, vec_fnma(k.rate, g, w));
    }
}

static void sgd_momentum(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct sgd_scalars k = sgd_scalars(rule);
    real *const velocity = span->state[0];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = vec_load(span->w + i);
        const vec g = decayed(rule, k.decay, w, vec_load(span->g + i));
        const vec kept = vec_fma(k.momentum, vec_load(velocity + i), vec_mul(k.fresh, g));
        const vec v = rule->first ? g : kept;

        vec_store(velocity + i, v);
        vec_store(span->w + i,
                  vec_fnma(k.rate, rule->nesterov ? vec_fma(k.momentum, v, g) : v, w));
    }
}

static inline struct adam_scalars adam_scalars(const struct bp_rule *rule)
{
    return (struct adam_scalars){
        .rate = vec_set1((real)rule->rate),
        .decay = vec_set1((real)rule->decay),
        .beta1_rest = vec_set1((real)(1 - rule->beta1)),
        .beta2 = vec_set1((real)rule->beta2),
        .beta2_rest = vec_set1((real)(1 - rule->beta2)),
        .root = vec_set1((real)rule->root),
        .epsilon = vec_set1((real)rule->epsilon),
    };
}

static void adam(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    const struct adam_scalars k = adam_scalars(rule);
    real *const first = span->state[0];
    real *const second = span->state[1];
    size_t i;

    for (i = 0; i < span->count; i += VEC_LANES) {
        const vec w = vec_load(span->w + i);
        const vec g = decayed(rule, k.decay, w, vec_load(span->g + i));
        const vec kept = vec_load(first + i);
        const vec m = vec_fma(k.beta1_rest, vec_sub(g, kept), kept);
        const vec v = vec_fma(k.beta2, vec_load(second + i),
                              vec_mul(vec_mul(k.beta2_rest, g), g));
        const vec size = vec_fma(vec_sqrt(v), k.root, k.epsilon);

        vec_store(first + i, m);
        vec_store(second + i, v);
        vec_store(span->w + i, vec_fnma(k.rate, vec_div(m, size), w));
    }
}

/* The one place where a rule finds its formula. */
static void update_span(const struct bp_rule *rule, const struct BP_REAL(span) * span)
{
    if (rule->kind == BP_OPTIMIZER_ADAM)
        adam(rule, span);
    else if (rule->momentum != 0)
        sgd_momentum(rule, span);
    else
        sgd_plain(rule, span);
}

struct update_work {
    const struct bp_rule *rule;
    const struct BP_REAL(span) * span;
};

static void update_chunk(void *data, size_t chunk)
{
    const struct update_work *const work = data;
    struct BP_REAL(span) part = *work->span;
    const size_t begin = chunk * UPDATE_CHUNK;
    const size_t rest = part.count - begin;
    size_t s;

    part.w += begin;
    part.g += begin;
    for (s = 0; s < BP_RULE_STATES; s++)
        if (part.state[s] != NULL)
            part.state[s] += begin;
    part.count = rest < UPDATE_CHUNK ? rest : UPDATE_CHUNK;
    update_span(work->rule, &part);
}

static void update(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) * span)
{
    const size_t chunks = span->count / UPDATE_CHUNK + (span->count % UPDATE_CHUNK != 0);
    struct update_work work = {rule, span};

    if (chunks <= 1)
        update_span(rule, span);
    else
        bp_parallel_for(pool, chunks, update_chunk, &work);
}

#endif
