/* SPDX-License-Identifier: MIT */
/*
 * Update rules on flat spans. A template; see kernel.h.
 *
 * Stochastic gradient descent, in exactly these operations, each rounded once:
 *
 *     g = fma(decay, w, g)                          where decay is not 0
 *     v = g                                         the first time
 *     v = fma(momentum, v, (1 - dampening) g)       later
 *     s = v, with Nesterov fma(momentum, v, g), without momentum g
 *     w = w - rate s                                fused
 */
#ifndef BP_KERNEL_UPDATE_H
#define BP_KERNEL_UPDATE_H

#define UPDATE_CHUNK 16384

static inline vec sgd_gradient(const struct BP_REAL(sgd) * s, size_t i)
{
    const vec g = vec_load(s->g + i);

    return s->decay != 0 ? vec_fma(vec_set1(s->decay), vec_load(s->w + i), g) : g;
}

static inline vec sgd_velocity(const struct BP_REAL(sgd) * s, size_t i, vec g)
{
    const vec fresh = vec_mul(vec_set1(1 - s->dampening), g);

    return s->first ? g : vec_fma(vec_set1(s->momentum), vec_load(s->v + i), fresh);
}

static inline void sgd_move(const struct BP_REAL(sgd) * s, size_t i, vec step)
{
    vec_store(s->w + i, vec_fnma(vec_set1(s->rate), step, vec_load(s->w + i)));
}

static void sgd_plain(const struct BP_REAL(sgd) * s, size_t begin, size_t end)
{
    size_t i;

    for (i = begin; i < end; i += VEC_LANES)
        sgd_move(s, i, sgd_gradient(s, i));
}

static void sgd_momentum(const struct BP_REAL(sgd) * s, size_t begin, size_t end)
{
    size_t i;

    for (i = begin; i < end; i += VEC_LANES) {
        const vec g = sgd_gradient(s, i);
        const vec v = sgd_velocity(s, i, g);

        vec_store(s->v + i, v);
        sgd_move(s, i, s->nesterov ? vec_fma(vec_set1(s->momentum), v, g) : v);
    }
}

/* Without momentum there need be no velocities: they are not touched. */
static void sgd_span(const struct BP_REAL(sgd) * s, size_t begin, size_t end)
{
    const struct BP_REAL(sgd) local = *s;

    if (s->momentum != 0)
        sgd_momentum(&local, begin, end);
    else
        sgd_plain(&local, begin, end);
}

static void sgd_chunk(void *work, size_t chunk)
{
    const struct BP_REAL(sgd) *const s = *(const struct BP_REAL(sgd) **)work;
    const size_t begin = chunk * UPDATE_CHUNK;
    const size_t rest = s->count - begin;

    sgd_span(s, begin, begin + (rest < UPDATE_CHUNK ? rest : UPDATE_CHUNK));
}

static void sgd(struct bp_pool *pool, const struct BP_REAL(sgd) * s)
{
    const size_t chunks = s->count / UPDATE_CHUNK + (s->count % UPDATE_CHUNK != 0);

    if (chunks <= 1)
        sgd_span(s, 0, s->count);
    else
        bp_parallel_for(pool, chunks, sgd_chunk, &s);
}

#endif
