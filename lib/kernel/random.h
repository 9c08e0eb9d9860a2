/* SPDX-License-Identifier: MIT */
/*
 * Dropout and noise: numbers whose randomness is a function of their place. A template;
 * see kernel.h.
 *
 * Dropout, for element i: word (i mod 64) / 16 of counter 16 (i / 64) + i mod 16, whose
 * upper 24 bits are u in [0, 2^24):
 *
 *     y = 0 where u < threshold, else x scale
 *
 * Noise, for element i: n is the normal number of counter i, see normal.h; in double,
 * rounded once at the end:
 *
 *     y = x + deviation n
 */
#ifndef BP_KERNEL_RANDOM_H
#define BP_KERNEL_RANDOM_H

#include "kernel/philox.h"

/* Elements in a chunk for the pool: whole groups of words. */
#define RANDOM_CHUNK 8192

typedef void (*random_fn)(const struct BP_REAL(random) * work, size_t begin, size_t end);

/* Where element i lies. */
static size_t random_place(const struct BP_REAL(random) * work, size_t i)
{
    return work->gap > 0 ? i + i / work->width * work->gap : i;
}

/* Up to 64 elements from i on, which have all their words from one call of the cipher. */
static void drop_group(const struct BP_REAL(random) * work, size_t i, size_t count)
{
    const vec threshold = vec_set1((real)work->threshold);
    const vec scale = vec_set1((real)work->scale);
    uint32_t words[PHILOX_WORDS];
    real u[PHILOX_WORDS];
    const real *const x = work->x + random_place(work, i);
    real *const y = work->y + random_place(work, i);
    size_t j;

    philox(&work->counter, (uint32_t)(i / 4), words);
    for (j = 0; j < PHILOX_WORDS; j++)
        u[j] = (real)(int32_t)(words[j] >> 8);
    for (j = 0; j < count; j += VEC_LANES) {
        const vec kept = vec_mul(vec_load(x + j), scale);
        const vmask dropped = vec_lt(vec_load(u + j), threshold);

        vec_store(y + j, vec_select(dropped, vec_zero(), kept));
    }
}

static void drop_range(const struct BP_REAL(random) * work, size_t begin, size_t end)
{
    size_t i;

    for (i = begin; i < end; i += PHILOX_WORDS)
        drop_group(work, i, end - i < PHILOX_WORDS ? end - i : PHILOX_WORDS);
}

static void blur_range(const struct BP_REAL(random) * work, size_t begin, size_t end)
{
    double normal[PHILOX_COUNTERS];
    size_t i, b;

    for (i = begin; i < end; i += PHILOX_COUNTERS) {
        const size_t at = random_place(work, i);

        work->normals(&work->counter, (uint32_t)i, normal);
        for (b = 0; b < PHILOX_COUNTERS; b++)
            work->y[at + b] =
                (real)((double)work->x[at + b] + work->deviation * normal[b]);
    }
}

struct random_grid {
    const struct BP_REAL(random) * work;
    random_fn run;
};

static void random_chunk(void *data, size_t chunk)
{
    const struct random_grid *const grid = data;
    const size_t begin = chunk * RANDOM_CHUNK;
    const size_t rest = grid->work->count - begin;

    grid->run(grid->work, begin, begin + (rest < RANDOM_CHUNK ? rest : RANDOM_CHUNK));
}

static void random_all(struct bp_pool *pool, const struct BP_REAL(random) * work,
                       random_fn run)
{
    const size_t chunks = work->count / RANDOM_CHUNK + (work->count % RANDOM_CHUNK != 0);
    struct random_grid grid = {work, run};

    if (chunks <= 1)
        run(work, 0, work->count);
    else
        bp_parallel_for(pool, chunks, random_chunk, &grid);
}

static void drop(struct bp_pool *pool, const struct BP_REAL(random) * work)
{
    random_all(pool, work, drop_range);
}

static void blur(struct bp_pool *pool, const struct BP_REAL(random) * work)
{
    random_all(pool, work, blur_range);
}

#endif
