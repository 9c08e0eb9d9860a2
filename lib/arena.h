/* SPDX-License-Identifier: MIT */
/*
 * One block of memory for many tensors. A plan hands out offsets and adds up the total;
 * the arena then reserves it. The plan that measures is the plan that places.
 */
#ifndef BP_ARENA_H
#define BP_ARENA_H

#include "env.h"

/** Offsets handed out so far, in elements of @p element_size bytes. */
struct bp_plan {
    size_t element_size;
    size_t count;
    bool overflow; /**< The total does not fit a size_t; offsets are meaningless. */
};

/** Reserve a matrix whose rows are bp_stride() apart.
 * @return its offset in elements, on ::BP_ALIGNMENT bytes. */
size_t bp_plan_matrix(struct bp_plan *plan, size_t rows, size_t cols);

/** The block: all zero when it is reserved. */
struct bp_arena {
    void *base;
    size_t size;
};

/** @return ::BP_ELIMIT if the plan overflowed, ::BP_ENOMEM. */
bp_status bp_arena_reserve(struct bp_arena *arena, const struct bp_host *host,
                           const struct bp_plan *plan);

void bp_arena_release(struct bp_arena *arena, const struct bp_host *host);

/** Address of element @p offset. */
static inline void *bp_at(const void *base, size_t element_size, size_t offset)
{
    return (void *)((const unsigned char *)base + element_size * offset);
}

#endif
