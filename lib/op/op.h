/* SPDX-License-Identifier: MIT */
/*
 * What a layer of a built network is, and the record of operations: for each kind of
 * layer its forward pass, its backward pass and its kinks, once in each precision.
 *
 * Nothing here can fail but callbacks: shapes were checked and memory reserved before.
 */
#ifndef BP_OP_OP_H
#define BP_OP_OP_H

#include "kernel/rule.h"
#include "layer.h"
#include "pool.h"

/** Where a parameter tensor lies in the arena; as bp_parameter_info. */
struct bp_place {
    size_t offset, rows, cols, row_stride, col_stride;
};

/** One layer of a network: its description, its widths, its places. */
struct bp_node {
    struct bp_layer_spec spec;
    size_t inputs, outputs;
    size_t input_stride, output_stride; /**< From row to row of a batch. */
    struct bp_place weight;             /**< rows is 0 if there is none. */
    struct bp_place bias;               /**< rows is 0 if there is none. */
    struct bp_place mean, variance;     /**< Running ones, in the arena of state; the same
                                             rows. */
    int32_t range;                      /**< What it puts out, a `BP_RANGE_` value. */
    bool needs_z;                       /**< z is kept beside a for the backward pass. */
};

/** Where an optimizer's step writes to. */
struct bp_update {
    const struct bp_rule *rule;
    const void *kernels;
    struct bp_pool *pool;
    void *params;  /**< The network's arena, */
    size_t count;  /**< of so many elements. */
    void *state;   /**< Arrays of `count`, one after the other: */
    size_t states; /**< so many. */
};

/** One layer's work on one batch. */
struct bp_op_run {
    const struct bp_node *node;
    const void *kernels; /**< The network's table of kernels, in its precision. */
    struct bp_pool *pool;
    int32_t mode; /**< A `BP_MODE_` value. */
    size_t rows;
    uint64_t seed, step;
    size_t element;                 /**< Index of the layer. */
    const void *params;             /**< The network's arena. */
    void *state;                    /**< Its arena of state: only settle() writes it. */
    void *grads;                    /**< Backward: laid out as the arena. */
    const struct bp_update *update; /**< Gradient: NULL, or where the gradients of the
                                         weights go in place of `grads`. */
    const void *input;              /**< Activations before. */
    void *z; /**< Weighted inputs; the array of the output if not kept. */
    void *output;
    void *output_grad; /**< Backward: dC/da on entry, dC/dz on return. */
    void *input_grad;  /**< Backward: where dC/d input goes, or NULL. It is `output_grad`
                            itself for a kind that works in place. */
    bool fused;        /**< output_grad is dC/dz already. */
    double *moments; /**< Of a layer that normalises; forward leaves them to backward. */
    void *scratch;   /**< Backward: a batch of a dense layer's inputs; of activations by
                          callbacks, of outputs. */
};

/** The operation of one kind of layer. */
struct bp_op {
    /** @return 0, or what a callback answered. */
    int32_t (*forward)(const struct bp_op_run *run);
    int32_t (*backward)(const struct bp_op_run *run);
    /** The gradients of the parameters, from what backward left in output_grad. NULL if
     *  there are none, or backward has written them. */
    void (*gradient)(const struct bp_op_run *run);
    /** `gradient` can do the optimizer's step, and no gradient is larger than rows times
     *  the largest input and the largest dC/dz. */
    bool steps;
    /** Mix into @p hash on which side of each kink every unit lies. NULL: there is no
     *  kink. */
    uint64_t (*branches)(const struct bp_op_run *run, uint64_t hash);
    /** After a step: move what the layer keeps between batches. NULL: it keeps
     *  nothing. */
    void (*settle)(const struct bp_op_run *run);
};

#endif
