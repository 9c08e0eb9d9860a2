/* SPDX-License-Identifier: MIT */
/* One look at a data set: its cost, its metrics, or both in one pass. */
#ifndef BP_EVALUATE_H
#define BP_EVALUATE_H

#include "batch.h"
#include "metrics.h"
#include "workspace.h"

/** What is looked at; either may be NULL. */
struct bp_look {
    const struct bp_cost_spec *cost;
    struct bp_metrics *metrics;
};

/** Run @p data through the network of @p workspace. Nothing is changed if it fails, with
 *  a line in the workspace. Arguments are there; widths are checked here.
 * @param result  filled if there is a cost. */
bp_status bp_evaluate(struct bp_workspace *workspace, const struct bp_look *look,
                      const struct bp_dataset *data, bp_evaluation *result);

/** Whether metrics, a network's outputs and a data set go together.
 * @return ::BP_ESTATE or ::BP_ESHAPE with a line in @p text. */
bp_status bp_evaluate_check_metrics(const struct bp_network *network,
                                    const struct bp_metrics *metrics,
                                    const struct bp_dataset *data, struct bp_text *text);

#endif
