/* SPDX-License-Identifier: MIT */
/* Rows on their way into a pass: checked first, so that a bad number changes nothing. */
#ifndef BP_BATCH_H
#define BP_BATCH_H

#include "dataset.h"
#include "pass.h"

/** Where rows come from: arrays of the caller, or a data set. What is NULL is not there.
 * */
struct bp_batch {
    size_t rows;
    const float *inputs;
    const double *inputs_f64;
    const float *targets;
    const double *targets_f64;
    const int32_t *labels;
    bool labelled;                 /**< Arrays: there are labels and no targets. */
    const struct bp_dataset *data; /**< In place of the arrays. */
    const size_t *order; /**< Rows of the data set to take; NULL: as they lie, */
    size_t first;        /**< from this one on (with an order: from this place in it). */
    uint64_t origin;     /**< Lines count the rows of the data set from here on. */
};

/** Whether a data set fits network and cost: widths, targets or labels.
 * @param cost  NULL: only inputs are wanted. */
bp_status bp_batch_check_data(const struct bp_network *network,
                              const struct bp_cost_spec *cost,
                              const struct bp_dataset *data, struct bp_text *text);

/** Whether all inputs are finite, also once they are rounded. */
bp_status bp_batch_check_inputs(const struct bp_network *network,
                                const struct bp_batch *batch, struct bp_text *text);

/** Whether targets or labels are within the cost's limits. */
bp_status bp_batch_check_targets(const struct bp_network *network,
                                 const struct bp_cost_spec *cost,
                                 const struct bp_batch *batch, struct bp_text *text);

/** Copy the batch into the pass; at most its capacity. */
void bp_batch_load(const struct bp_batch *batch, struct bp_pass *pass);

#endif
