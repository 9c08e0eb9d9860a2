/* SPDX-License-Identifier: MIT */
/*
 * What one step of an optimizer does to every parameter alike: its rule, with the scalars
 * of this step. They are computed in double, and rounded once by the kernel. Both
 * precisions share it.
 */
#ifndef BP_KERNEL_RULE_H
#define BP_KERNEL_RULE_H

#include "base.h"

/** A rule keeps at most so many numbers for each parameter between steps. */
enum { BP_RULE_STATES = 2 };

struct bp_rule {
    int32_t kind;  /**< A `BP_OPTIMIZER_` value of the list of rules. */
    bool first;    /**< The state is not valid yet. */
    bool nesterov; /**< SGD. */
    double rate;   /**< Adam: divided by 1 - beta1^t. */
    double decay;
    double momentum, dampening;   /**< SGD. */
    double beta1, beta2, epsilon; /**< Adam. */
    double root;                  /**< Adam: 1 / sqrt(1 - beta2^t). */
};

#endif
