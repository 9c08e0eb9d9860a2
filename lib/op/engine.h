/* SPDX-License-Identifier: MIT */
/*
 * All that depends on the precision of a network, as one table for each: the rooms above
 * are written once, and move arrays of either precision as void pointers.
 */
#ifndef BP_OP_ENGINE_H
#define BP_OP_ENGINE_H

#include "op/cost_run.h"
#include "op/op.h"

struct bp_engine {
    size_t element_size;
    const void *(*kernels)(int32_t isa);
    const struct bp_op *const *ops; /**< By `BP_LAYER_KIND_` value. */

    /* Between the caller's arrays and elements `stride` apart. */
    void (*load_f32)(void *to, size_t stride, const float *from, size_t count);
    void (*load_f64)(void *to, size_t stride, const double *from, size_t count);
    void (*store_f32)(const void *from, size_t stride, float *to, size_t count);
    void (*store_f64)(const void *from, size_t stride, double *to, size_t count);

    void (*clear)(void *x, size_t count); /**< All 0. */
    bool (*finite)(const void *kernels, const void *x, size_t count);

    /** @return @p total plus the cost of each row, in their order. */
    double (*cost_value)(const struct bp_cost_run *run, double total);
    /** dC/da, or dC/dz if fused, of the mean over the batch. */
    void (*cost_gradient)(const struct bp_cost_run *run);
    uint64_t (*cost_branches)(const struct bp_cost_run *run, uint64_t hash);

    /** The optimizer's step on @p count numbers from @p offset on, whose gradients lie in
     *  @p grads. */
    void (*update)(const struct bp_update *update, const void *grads, size_t offset,
                   size_t count);
};

extern const struct bp_engine bp_engine_f32;
extern const struct bp_engine bp_engine_f64;

/** The engine of a `BP_PRECISION_` value. */
static inline const struct bp_engine *bp_engine(int32_t precision)
{
    return precision == BP_PRECISION_F64 ? &bp_engine_f64 : &bp_engine_f32;
}

/** One step of an FNV-1a hash, for the sides of kinks. */
static inline uint64_t bp_mix(uint64_t hash, int side)
{
    return (hash ^ (uint64_t)(side + 2)) * UINT64_C(1099511628211);
}

#endif
