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

struct scalars;

typedef void (*update_fn)(const struct scalars *k, const struct BP_REAL(span) * span);

/* The scalars of a rule in every lane, and its loop. */
struct scalars {
    update_fn run;
    vec rate, decay;
    vec momentum, fresh;
    vec beta1_rest, beta2, beta2_rest, root, epsilon;
};

KERNEL_INLINE vec decayed(const struct scalars *k, bool decays, vec w, vec g)
{
    return decays ? vec_fma(k->decay, w, g) : g;
}

/* The gradients of a row, and where its parameters and state are. */
struct span_row {
    real *w;
    const real *g;
    real *state[BP_RULE_STATES];
};

KERNEL_INLINE struct span_row row_of(const struct BP_REAL(span) * span, size_t r,
                                     size_t states)
{
    struct span_row row = {
        span->w + r * span->stride, span->g + r * span->g_stride, {NULL}};
    size_t s;

    KERNEL_UNROLL
    for (s = 0; s < states; s++)
        row.state[s] = span->state[s] + r * span->stride;
    return row;
}

/* Without momentum there need be no velocities: they are not touched. */
KERNEL_INLINE void sgd_plain(const struct scalars *k, const struct BP_REAL(span) * span,
                             bool decays)
{
    const vec rate = k->rate;
    size_t r, i;

    for (r = 0; r < span->rows; r++) {
        const struct span_row row = row_of(span, r, 0);

        for (i = 0; i < span->count; i += VEC_LANES) {
            const vec w = vec_load(row.w + i);
            const vec g = decayed(k, decays, w, vec_load(row.g + i));

            vec_store(row.w + i, vec_fnma(rate, g, w));
        }
    }
}

static void sgd(const struct scalars *k, const struct BP_REAL(span) * span)
{
    sgd_plain(k, span, false);
}

static void sgd_decay(const struct scalars *k, const struct BP_REAL(span) * span)
{
    sgd_plain(k, span, true);
}

KERNEL_INLINE void sgd_moving(const struct scalars *k, const struct BP_REAL(span) * span,
                              bool first, bool nesterov, bool decays)
{
    size_t r, i;

    for (r = 0; r < span->rows; r++) {
        const struct span_row row = row_of(span, r, 1);

        for (i = 0; i < span->count; i += VEC_LANES) {
            const vec w = vec_load(row.w + i);
            const vec g = decayed(k, decays, w, vec_load(row.g + i));
            const vec before = vec_load(row.state[0] + i);
            const vec kept = vec_fma(k->momentum, before, vec_mul(k->fresh, g));
            const vec v = first ? g : kept;

            vec_store(row.state[0] + i, v);
            vec_store(row.w + i,
                      vec_fnma(k->rate, nesterov ? vec_fma(k->momentum, v, g) : v, w));
        }
    }
}

/* The loops of SGD with momentum, by what the rule says. */
#define SGD_MOVING(name, first, nesterov, decays)                                \
    static void name(const struct scalars *k, const struct BP_REAL(span) * span) \
    {                                                                            \
        sgd_moving(k, span, first, nesterov, decays);                            \
    }

SGD_MOVING(sgd_moving_0, false, false, false)
SGD_MOVING(sgd_moving_1, false, false, true)
SGD_MOVING(sgd_moving_2, false, true, false)
SGD_MOVING(sgd_moving_3, false, true, true)
SGD_MOVING(sgd_moving_4, true, false, false)
SGD_MOVING(sgd_moving_5, true, false, true)
SGD_MOVING(sgd_moving_6, true, true, false)
SGD_MOVING(sgd_moving_7, true, true, true)

static update_fn sgd_loop(const struct bp_rule *rule)
{
    static const update_fn moving[] = {sgd_moving_0, sgd_moving_1, sgd_moving_2,
                                       sgd_moving_3, sgd_moving_4, sgd_moving_5,
                                       sgd_moving_6, sgd_moving_7};
    const bool decays = rule->decay != 0;

    if (rule->momentum == 0)
        return decays ? sgd_decay : sgd;
    return moving[(rule->first ? 4 : 0) + (rule->nesterov ? 2 : 0) + (decays ? 1 : 0)];
}

KERNEL_INLINE void adam_rows(const struct scalars *k, const struct BP_REAL(span) * span,
                             bool decays)
{
    size_t r, i;

    for (r = 0; r < span->rows; r++) {
        const struct span_row row = row_of(span, r, 2);

        for (i = 0; i < span->count; i += VEC_LANES) {
            const vec w = vec_load(row.w + i);
            const vec g = decayed(k, decays, w, vec_load(row.g + i));
            const vec kept = vec_load(row.state[0] + i);
            const vec m = vec_fma(k->beta1_rest, vec_sub(g, kept), kept);
            const vec v = vec_fma(k->beta2, vec_load(row.state[1] + i),
                                  vec_mul(vec_mul(k->beta2_rest, g), g));
            const vec size = vec_fma(vec_sqrt(v), k->root, k->epsilon);

            vec_store(row.state[0] + i, m);
            vec_store(row.state[1] + i, v);
            vec_store(row.w + i, vec_fnma(k->rate, vec_div(m, size), w));
        }
    }
}

static void adam(const struct scalars *k, const struct BP_REAL(span) * span)
{
    adam_rows(k, span, false);
}

static void adam_decay(const struct scalars *k, const struct BP_REAL(span) * span)
{
    adam_rows(k, span, true);
}

/* The one place where a rule finds its formula. */
static update_fn loop_of(const struct bp_rule *rule)
{
    if (rule->kind == BP_OPTIMIZER_ADAM)
        return rule->decay != 0 ? adam_decay : adam;
    return sgd_loop(rule);
}

static struct scalars scalars_of(const struct bp_rule *rule)
{
    return (struct scalars){
        .run = loop_of(rule),
        .rate = vec_set1((real)rule->rate),
        .decay = vec_set1((real)rule->decay),
        .momentum = vec_set1((real)rule->momentum),
        .fresh = vec_set1(1 - (real)rule->dampening),
        .beta1_rest = vec_set1((real)(1 - rule->beta1)),
        .beta2 = vec_set1((real)rule->beta2),
        .beta2_rest = vec_set1((real)(1 - rule->beta2)),
        .root = vec_set1((real)rule->root),
        .epsilon = vec_set1((real)rule->epsilon),
    };
}

/* The same span, so many elements further on. */
static void span_move(struct BP_REAL(span) * span, size_t elements)
{
    size_t s;

    span->w += elements;
    for (s = 0; s < BP_RULE_STATES && span->state[s] != NULL; s++)
        span->state[s] += elements;
}

struct update_work {
    struct scalars scalars;
    const struct BP_REAL(span) * span;
};

static void update_chunk(void *data, size_t chunk)
{
    const struct update_work *const work = data;
    struct BP_REAL(span) part = *work->span;
    const size_t begin = chunk * UPDATE_CHUNK;
    const size_t rest = part.count - begin;

    span_move(&part, begin);
    part.g += begin;
    part.count = rest < UPDATE_CHUNK ? rest : UPDATE_CHUNK;
    work->scalars.run(&work->scalars, &part);
}

static void update(struct bp_pool *pool, const struct bp_rule *rule,
                   const struct BP_REAL(span) * span)
{
    const size_t chunks = span->count / UPDATE_CHUNK + (span->count % UPDATE_CHUNK != 0);
    struct update_work work = {scalars_of(rule), span};

    bp_parallel_for(pool, chunks, update_chunk, &work);
}

#endif
