/* SPDX-License-Identifier: MIT */
/*
 * One batch on its way through a network: the memory for all that it leaves behind, and
 * the two directions. After it was created nothing is allocated.
 */
#ifndef BP_PASS_H
#define BP_PASS_H

#include "cost.h"
#include "network.h"

/** Where a layer's numbers lie, in elements of the pass's arena. */
struct bp_slot {
    size_t z, output;
    size_t grad;    /**< In training dC/d output, and dC/dz in the end. */
    size_t moments; /**< Of a layer that normalises, in double. */
};

struct bp_pass {
    const struct bp_network *network;
    size_t capacity; /**< Rows there is room for. */
    bool training;   /**< Every layer keeps its numbers; there is room for gradients. */
    struct bp_slot *slots;
    struct bp_op_run *runs; /**< Of each layer, what is the same for all batches. */
    void *links;            /**< NULL; or of a small network the same for one row. */
    struct bp_arena arena;
    struct bp_pool *pool;
    size_t input, targets, scratch;
    int32_t *labels;
    double *weights; /**< Of each row, */

    /* Of the batch that is in. */
    size_t rows;
    bool weighted;    /**< if this says so; else all are 1. */
    bool has_targets; /**< Else labels, if the cost takes them. */
    int32_t mode;
    uint64_t seed, step;
};

/** Reserve memory.
 * @return ::BP_ENOMEM, ::BP_ELIMIT; nothing is left allocated then. */
bp_status bp_pass_create(struct bp_pass *pass, const struct bp_network *network,
                         size_t rows, bool training);

/** Fill in `runs` and `links`: arrays and network are there. */
void bp_pass_prepare(const struct bp_pass *pass);

/** Also for a pass that is all zero. */
void bp_pass_release(struct bp_pass *pass);

/** Address of element @p offset of the arena. */
static inline void *bp_pass_at(const struct bp_pass *pass, size_t offset)
{
    return bp_at(pass->arena.base, pass->network->engine->element_size, offset);
}

/** Address of row @p row of a matrix of @p width columns at @p offset. */
void *bp_pass_row(const struct bp_pass *pass, size_t offset, size_t width, size_t row);

/** The last layer's numbers. */
static inline const struct bp_slot *bp_pass_last(const struct bp_pass *pass)
{
    return &pass->slots[pass->network->count - 1];
}

/** Inputs to outputs. @return 0, or what a callback answered. */
int32_t bp_pass_forward(const struct bp_pass *pass);

/** dC/da of the last layer, in its slot, to dC/dz of every layer. An operation of the
 *  caller's own writes its gradients to @p grads here.
 * @param fused  what lies there is dC/dz. */
int32_t bp_pass_backward(const struct bp_pass *pass, const struct bp_arena *grads,
                         bool fused);

/** dC/dz to the gradients of all parameters, in @p grads. @return whether all of them are
 *  finite. */
bool bp_pass_gradients(const struct bp_pass *pass, const struct bp_arena *grads);

/** The gradients go into an optimizer's step instead, and only scratch to @p grads: where
 *  bp_pass_steps(), and bp_pass_bound() is finite. */
void bp_pass_update(const struct bp_pass *pass, const struct bp_arena *grads,
                    const struct bp_update *update);

/** Whether bp_pass_update() can do it, and is worth it. */
bool bp_pass_steps(const struct bp_pass *pass);

/** No gradient that bp_pass_update() will find is larger than this. */
double bp_pass_bound(const struct bp_pass *pass);

/** The cost's work on the batch.
 * @param fused  cost and last activation are one formula. */
struct bp_cost_run bp_pass_cost_run(const struct bp_pass *pass,
                                    const struct bp_cost_spec *cost, bool fused);

/** Add the cost of the batch's rows to @p total, not yet divided by the run's divisor. */
int32_t bp_pass_cost(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                     const struct bp_cost_run *run, double *total);

/** What the rows of the batch weigh together. */
double bp_pass_weight(const struct bp_pass *pass);

/** Write dC/da of the mean over the batch, or dC/dz if the run is fused, to the last
 *  slot. */
int32_t bp_pass_cost_gradient(const struct bp_pass *pass, const struct bp_cost_spec *cost,
                              const struct bp_cost_run *run);

/** A step on this batch has succeeded: move what layers keep between batches. */
void bp_pass_settle(const struct bp_pass *pass);

/** Mix into @p hash on which side of its kinks every unit lies. */
uint64_t bp_pass_branches(const struct bp_pass *pass, uint64_t hash);

/** The same of the cost. */
uint64_t bp_pass_cost_branches(const struct bp_pass *pass,
                               const struct bp_cost_spec *cost, bool fused,
                               uint64_t hash);

#endif
