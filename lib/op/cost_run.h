/* SPDX-License-Identifier: MIT */
/* A built-in cost's work on one batch. */
#ifndef BP_OP_COST_RUN_H
#define BP_OP_COST_RUN_H

#include "base.h"

struct bp_cost_run {
    int32_t kind; /**< A `BP_COST_` value. */
    double scale; /**< delta of Huber, beta of SmoothL1. */
    double
        smoothing; /**< Softmax cross-entropy: this part of the target is shared out. */
    bool fused; /**< `outputs` are z of a sigmoid or softmax, and so is the gradient. */
    size_t rows, cols;
    size_t stride;         /**< Of outputs, targets and gradient. */
    const void *outputs;   /**< a, or z if fused; of the network's precision. */
    const void *targets;   /**< Of the network's precision; or NULL: */
    const int32_t *labels; /**< softmax cross-entropy takes these. */
    const void *wide;      /**< Kernels in double. */
    const double *weights; /**< One a row; NULL: all 1. */
    double divisor;        /**< W or W D, W the sum of the weights: what the gradient is
                                divided by. */
    void *gradient;        /**< Of the network's precision. */
};

/** A cost that is a sum over outputs, each with its own target. In double. */
struct bp_cost_element {
    double (*value)(double a, double y, double scale);
    double (*slope)(double a, double y, double scale); /**< d value / da */
    /** On which side of the kink a lies; NULL: there is none. */
    int (*side)(double a, double y, double scale);
};

/** NULL for softmax cross-entropy, which is no such sum. */
const struct bp_cost_element *bp_cost_element(int32_t kind, bool fused);

#endif
