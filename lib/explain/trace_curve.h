/* SPDX-License-Identifier: MIT */
/*
 * Activation functions and their derivatives as the textbook writes them, one number at a
 * time in double. On purpose not those of the kernels: a trace is a check of them. The
 * formulas are in docs/numerics.md.
 */
#ifndef BP_EXPLAIN_TRACE_CURVE_H
#define BP_EXPLAIN_TRACE_CURVE_H

#include "base.h"

/** An activation that looks at one z. `s` is ::BP_LAYER_SLOPE. */
struct bp_curve {
    double (*value)(double z, double s);
    double (*slope)(double z, double s);
};

/** NULL for softmax, log-softmax and what is not known. */
const struct bp_curve *bp_curve(int32_t activation);

/** A probability is not less than this where it divides: 0 is none of e^x, only of its
 *  rounding. */
#define BP_LEAST_PROBABILITY 1e-290

/** sigmoid(z) and 1 - sigmoid(z) = sigmoid(-z), neither of them 0. */
void bp_curve_sigmoid(double z, double *a, double *rest);

/** a = softmax of z, and its logarithm. Either may be NULL. */
void bp_curve_softmax(const double *z, size_t count, double *a, double *log_a);

#endif
