/* SPDX-License-Identifier: MIT */
/* A network under a cost: the gradient of a batch. Trainers and the gradient check stand
 * on this. */
#ifndef BP_MODEL_H
#define BP_MODEL_H

#include "batch.h"

struct bp_model {
    const struct bp_network *network;
    struct bp_cost_spec cost;
    bool fused; /**< Cost and last activation are one formula. */
    struct bp_pass pass;
    struct bp_arena grads; /**< Laid out as the network's parameters. */
    struct bp_cost_run row; /**< Of one example with targets, which are not set. */
};

/** Check that network and cost can be trained together, and reserve memory for batches of
 *  @p rows.
 * @return ::BP_EDOMAIN, ::BP_EUNSUPPORTED, ::BP_ENOMEM, ::BP_ELIMIT. */
bp_status bp_model_create(struct bp_model *model, const struct bp_network *network,
                          const struct bp_cost_spec *cost, size_t rows,
                          struct bp_text *text);

/** Also for a model that is all zero. */
void bp_model_release(struct bp_model *model);

/** Whether a batch of so many rows has a gradient.
 * @return ::BP_ESHAPE with a line if it is too short for a layer's moments. */
bp_status bp_model_check_rows(const struct bp_network *network, size_t rows,
                              struct bp_text *text);

/** Forward, cost, backward. The batch was checked before.
 * @param value  where the mean cost goes.
 * @return ::BP_EDATA if cost or gradient are not finite, ::BP_ESTOPPED. */
bp_status bp_model_gradient(struct bp_model *model, const struct bp_batch *batch,
                            double *value, struct bp_text *text);

/** The same again, on the batch that is in the pass already: for parameters that have
 *  moved. The step is the same, and so is what is drawn in it. */
bp_status bp_model_repeat(struct bp_model *model, double *value, struct bp_text *text);
/** As bp_model_gradient(), and the optimizer's step; the gradients need not be kept.
 * @param update  on the network's parameters. */
bp_status bp_model_step(struct bp_model *model, const struct bp_batch *batch,
                        const struct bp_update *update, double *value,
                        struct bp_text *text);

/** bp_model_step() on one example, of which nothing is copied: for a small network whose
 *  precision is that of the arrays, and a built-in cost.
 * @return false if a number is not finite. The parameters have not changed then, and
 *         bp_model_step() says what it is. */
bool bp_model_step_row(struct bp_model *model, const void *inputs, const void *targets,
                       const struct bp_update *update, double *value);

/** Forward and cost only, on the batch that is in the pass already. */
bp_status bp_model_value(const struct bp_model *model, double *value,
                         struct bp_text *text);

#endif
