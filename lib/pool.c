/* SPDX-License-Identifier: MIT */
#include "pool.h"

void bp_parallel_for(struct bp_pool *pool, size_t count, bp_chunk_fn body, void *work)
{
    size_t chunk;

    (void)pool;
    for (chunk = 0; chunk < count; chunk++)
        body(work, chunk);
}
