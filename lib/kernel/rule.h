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
enum { BP_RULE_STATES = 3 };

struct bp_rule {
    int32_t kind;  /**< A `BP_OPTIMIZER_` value of the list of rules. */
    bool first;    /**< SGD: there is no velocity yet. */
    bool nesterov; /**< SGD. */
    bool centred;  /**< RMSprop. */
    double rate;   /**< Of this step; Adam's and its kin's divided by 1 - beta1^t. */
    double shrink; /**< Decoupled decay: the part of the parameter that goes first. */
    double decay;  /**< L2: times the parameter, added to the gradient. */
    double l1;     /**< L1: times the parameter's sign, added to the gradient. */
    double momentum, dampening;   /**< SGD; RMSprop has momentum only. */
    double beta1, beta2, epsilon; /**< Adam and its kin; Adagrad has epsilon only. */
    double root;                  /**< Adam and its kin: 1 / sqrt(1 - beta2^t). */
    double alpha;                 /**< RMSprop, which has epsilon as well. */
    double initial;               /**< Adagrad. */
    double down, up;              /**< iRPROP-: factors of a step, */
    double least, most;           /**< and its limits. */
};

#endif
