/* SPDX-License-Identifier: MIT */
/* Where an optimizer's step writes to, as kernels see it. A template. */
#include "kernel/kernel.h"
#include "op/op.h"

/* The parameters from `offset` on, and their state. */
static struct BP_REAL(span) span_at(const struct bp_update *update, size_t offset)
{
    struct BP_REAL(span) span = {.w = (real *)update->params + offset};
    size_t s;

    for (s = 0; s < update->states; s++)
        span.state[s] = (real *)update->state + s * update->count + offset;
    return span;
}
