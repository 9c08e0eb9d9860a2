/* SPDX-License-Identifier: MIT */
/*
 * Work cut into chunks, and the threads that share them. The grid of chunks depends on
 * the work alone, never on how many threads there are, and chunks write to disjoint
 * places: so the results have the same bits on any number of threads.
 *
 * A pool belongs to one object and is used by one caller at a time. Its threads start
 * when there is first something to share, look for work for about a millisecond, then
 * sleep. They take no signals. A child process that inherited the pool starts threads of
 * its own. Where no thread can be had, the caller does all by itself.
 */
#ifndef BP_POOL_H
#define BP_POOL_H

#include "base.h"

enum { BP_POOL_MOST = 256 };

struct bp_host;
struct bp_team;

struct bp_pool {
    const struct bp_host *host;
    uint32_t threads;     /**< At most so many, the caller among them; 1 or more. */
    struct bp_team *team; /**< NULL for one thread, or where the host lends its own. */
};

/** The work on one chunk. */
typedef void (*bp_chunk_fn)(void *work, size_t chunk);

/** Reserve what @p threads threads need; none is started.
 * @param host  must live as long as the pool.
 * @return ::BP_ENOMEM; the pool is released then. */
bp_status bp_pool_create(struct bp_pool *pool, const struct bp_host *host,
                         uint32_t threads);

/** Stop the threads. Also for a pool that is all zero. */
void bp_pool_release(struct bp_pool *pool);

/** Do chunks 0 to @p count - 1, in any order; returns when all are done. */
void bp_parallel_for(struct bp_pool *pool, size_t count, bp_chunk_fn body, void *work);

/** Threads of work that one thread would do in @p flops floating-point operations: so
 *  many as help, and no more than there are processors for this process. */
uint32_t bp_pool_threads(double flops);

#endif
