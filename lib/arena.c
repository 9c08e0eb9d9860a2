/* SPDX-License-Identifier: MIT */
#include "arena.h"

/* Rows of 16 elements are 64 or 128 bytes: what begins a matrix begins on the alignment.
 * Where 32 can be rounded up to, a stride does not overflow. */
static bool matrix_elements(size_t rows, size_t cols, size_t *count)
{
    return bp_align_up(cols, 2 * BP_LANES, count) && bp_mul(bp_stride(cols), rows, count);
}

size_t bp_plan_matrix(struct bp_plan *plan, size_t rows, size_t cols)
{
    const size_t offset = plan->count;
    size_t count = 0;
    size_t bytes = 0;

    if (!matrix_elements(rows, cols, &count) ||
        !bp_add(plan->count, count, &plan->count) ||
        !bp_mul(plan->count, plan->element_size, &bytes) || bytes > PTRDIFF_MAX)
        plan->overflow = true;
    return offset;
}

bp_status bp_arena_reserve(struct bp_arena *arena, const struct bp_host *host,
                           const struct bp_plan *plan)
{
    size_t size;
    void *base;

    if (plan->overflow)
        return BP_ELIMIT;
    size = plan->count * plan->element_size;
    base = bp_host_allocate(host, size);
    if (base == NULL)
        return BP_ENOMEM;
    arena->base = base;
    arena->size = size;
    return BP_OK;
}

void bp_arena_release(struct bp_arena *arena, const struct bp_host *host)
{
    bp_host_release(host, arena->base, arena->size);
    arena->base = NULL;
    arena->size = 0;
}
