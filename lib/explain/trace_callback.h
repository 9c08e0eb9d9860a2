/* SPDX-License-Identifier: MIT */
/* Operations of the caller's own, asked for one row. */
#ifndef BP_EXPLAIN_TRACE_CALLBACK_H
#define BP_EXPLAIN_TRACE_CALLBACK_H

#include "explain/trace.h"

/** Whether the operation of a layer, or the cost, works through callbacks. */
bool bp_callback_node(const struct bp_node *node);

/** Whether there is no form in double that can be traced; then that in float is taken.
 * @return false if there is no backward form at all. */
bool bp_callback_forms(const struct bp_node *node, bool *in_float);
bool bp_callback_cost_forms(const struct bp_cost_spec *cost, bool *in_float);

/** Floats that an operation without a double form needs as scratch. */
void bp_callback_plan(const struct bp_node *node, struct bp_plan *plan);

/** a of z, or of what comes in. */
int32_t bp_callback_forward(struct bp_record *record, size_t layer, double *row);

/** Where gradients of an operation lie. */
struct bp_callback_grads {
    double *a, *z;
    double *params; /**< Of a layer. */
};

/** dC/dz of dC/da; of a layer also dC/d parameters. */
int32_t bp_callback_backward(struct bp_record *record, size_t layer, double *row,
                             const struct bp_callback_grads *grads);

int32_t bp_callback_cost(struct bp_record *record, double *row);
int32_t bp_callback_cost_gradient(struct bp_record *record, double *row);

#endif
