/* SPDX-License-Identifier: MIT */
/*
 * Work cut into chunks. The grid of chunks depends on the work alone, never on how many
 * threads there are, so that a sum over chunks, taken in their order, has the same bits
 * on any number of them. At present the calling thread does all chunks; the threads come
 * here and nowhere else.
 */
#ifndef BP_POOL_H
#define BP_POOL_H

#include "base.h"

struct bp_pool {
    uint32_t threads; /**< At most so many, 1 or more. */
};

/** The work on one chunk. Chunks write to disjoint places. */
typedef void (*bp_chunk_fn)(void *work, size_t chunk);

/** Do chunks 0 to @p count - 1, in any order; returns when all are done. */
void bp_parallel_for(struct bp_pool *pool, size_t count, bp_chunk_fn body, void *work);

#endif
