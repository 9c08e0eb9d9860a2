/* SPDX-License-Identifier: MIT */
/* The trainer: a model, an optimizer with its state, and where training stands. */
#ifndef BP_TRAINER_H
#define BP_TRAINER_H

#include "model.h"
#include "optimizer.h"

enum { BP_TRAINER_SETTINGS = 2 };

struct bp_trainer {
    struct bp_network *network;
    struct bp_text text;
    double settings[BP_TRAINER_SETTINGS];
    struct bp_cost_spec cost;
    struct bp_optimizer optimizer;

    bool built;
    bool busy;         /**< A call works: a callback may not call again. */
    bool has_gradient; /**< The gradients are those of a batch, not yet used. */
    struct bp_model model;
    struct bp_arena state; /**< The optimizer's. */
    struct bp_optimizer_state optimizer_state;

    uint64_t seed;
    uint64_t step, epoch; /**< Completed. */
    size_t row;           /**< Done of an epoch that is not complete, */
    size_t epoch_rows;    /**< of so many rows, */
    double epoch_cost;    /**< whose costs, each times its weight, sum to this. */
    size_t *order;        /**< Of the rows in this epoch. */
    size_t order_capacity;
};

/** What a call that works checks first: built, and not at work. */
bp_status bp_trainer_check(struct bp_trainer *trainer);

/** Whether a setting may have that value, before or after the build. */
bp_status bp_trainer_check_setting(struct bp_trainer *trainer, int32_t key, double value);

/** Forward, cost and backward of a batch that was checked; the trainer is busy. */
bp_status bp_trainer_run_gradient(struct bp_trainer *trainer,
                                  const struct bp_batch *batch, double *cost);

/** Apply the gradients, which are finite. */
void bp_trainer_run_update(struct bp_trainer *trainer);

#endif
