/* SPDX-License-Identifier: MIT */
/* Cutting the work; the threads themselves are in pool_posix.c. */
#include "pool_team.h"

/* The work that is worth a thread: a fraction of a millisecond. */
#define FLOPS_OF_A_THREAD 3e6

/* A ticket has room for so many chunks; of more, several go into one piece. */
struct pieces {
    bp_chunk_fn body;
    void *work;
    size_t count, each;
};

static void do_piece(void *data, size_t piece)
{
    const struct pieces *const pieces = data;
    const size_t begin = piece * pieces->each;
    const size_t left = pieces->count - begin;
    const size_t end = begin + (left < pieces->each ? left : pieces->each);
    size_t chunk;

    for (chunk = begin; chunk < end; chunk++)
        pieces->body(pieces->work, chunk);
}

static bool lend(const struct bp_pool *pool, struct pieces *pieces, size_t count)
{
    const bp_parallel *const parallel = &pool->host->parallel;

    return parallel->run != NULL &&
           parallel->run(count, do_piece, pieces, parallel->user) == 0;
}

void bp_parallel_for(struct bp_pool *pool, size_t count, bp_chunk_fn body, void *work)
{
    struct pieces pieces = {body, work, count, count};
    size_t number;

    if (pool->threads > 1 && count > 1) {
        pieces.each = count / BP_TEAM_PIECES + 1;
        number = (count - 1) / pieces.each + 1;
        if (lend(pool, &pieces, number) ||
            (pool->team != NULL && bp_team_run(pool->team, number, do_piece, &pieces)))
            return;
        pieces.each = count;
    }
    if (count > 0)
        do_piece(&pieces, 0);
}

bp_status bp_pool_create(struct bp_pool *pool, const struct bp_host *host,
                         uint32_t threads)
{
    pool->host = host;
    pool->threads = threads;
    pool->team = NULL;
    if (threads < 2 || host->parallel.run != NULL || !bp_team_possible)
        return BP_OK;
    pool->team = bp_team_create(host, threads - 1);
    return pool->team != NULL ? BP_OK : BP_ENOMEM;
}

void bp_pool_release(struct bp_pool *pool)
{
    if (pool->team != NULL)
        bp_team_destroy(pool->team, pool->host);
    pool->team = NULL;
}

uint32_t bp_pool_threads(double flops)
{
    const double helpful = flops / FLOPS_OF_A_THREAD;
    uint32_t processors;

    if (!(helpful >= 2))
        return 1;
    processors = bp_team_processors();
    return helpful >= (double)processors ? processors : (uint32_t)helpful;
}
