/* SPDX-License-Identifier: MIT */
/*
 * All that depends on the precision of a network, as one table for each: the rooms above
 * are written once, and move arrays of either precision as void pointers.
 */
#ifndef BP_OP_ENGINE_H
#define BP_OP_ENGINE_H

#include "op/cost_run.h"
#include "op/op.h"

/** What works on spans that have the same length. */
struct bp_spans {
    const void *kernels;
    struct bp_pool *pool;
    size_t count; /**< A multiple of ::BP_LANES. */
};

struct bp_engine {
    size_t element_size;
    double most; /**< The largest finite number. */
    const void *(*kernels)(int32_t isa);
    const struct bp_op *const *ops; /**< By `BP_LAYER_KIND_` value. */

    /* Spans, as the kernels of the same names. */
    double (*sum)(const struct bp_spans *spans, const void *x, const void *y);
    void (*line)(const struct bp_spans *spans, void *to, double a, const void *d,
                 const void *x);
    void (*clamp)(const struct bp_spans *spans, void *x, double limit);
    /** A weight's rows `to` within the limit; see bp_place. */
    void (*limit_norms)(const struct bp_spans *spans, void *params,
                        const struct bp_place *weight, double limit);

    /* Between the caller's arrays and elements `stride` apart. */
    void (*load_f32)(void *to, size_t stride, const float *from, size_t count);
    void (*load_f64)(void *to, size_t stride, const double *from, size_t count);
    void (*store_f32)(const void *from, size_t stride, float *to, size_t count);
    void (*store_f64)(const void *from, size_t stride, double *to, size_t count);

    void (*clear)(void *x, size_t count);                    /**< All 0. */
    void (*exp)(const void *kernels, void *x, size_t count); /**< x = e^x */
    /** The largest |x|; infinity if one is not finite. */
    double (*largest)(const void *kernels, const void *x, size_t count);

    /* One example through a small network, see bp_network_is_small(): what is known of a
     * dense layer beforehand, and the kernels of the same names on an array of that. */
    size_t link_size;
    void (*link)(const struct bp_op_run *run, void *link);
    bool (*links_forward)(const void *kernels, const void *links, size_t count,
                          const void *x);
    void (*links_backward)(const void *kernels, const void *links, size_t count,
                           bool fused);
    bool (*links_gradient)(const void *kernels, const void *links, size_t count,
                           const void *x, void *grads);

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
