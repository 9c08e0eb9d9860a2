/* SPDX-License-Identifier: MIT */
/* The trainer: a model, an optimizer with its state, and where training stands. */
#ifndef BP_TRAINER_H
#define BP_TRAINER_H

#include "model.h"
#include "optimizer.h"
#include "schedule.h"

enum {
    BP_TRAINER_SETTINGS = 7,
    BP_LAYER_GROUP_SETTINGS = 5, /**< Of each layer. */
    BP_LAYER_GROUP_SIZE = BP_LAYER_GROUP_SETTINGS * sizeof(double)
};

struct bp_fit;

/** Where a fit with options stands, for one that goes on from there; all zero: there is
 *  none. */
struct bp_carry {
    bool there;
    bool due;                /**< The last epoch is done, and not looked at yet. */
    uint64_t done;           /**< Epochs of the fit. */
    uint64_t looked, waited; /**< As in struct bp_watch, as what follows. */
    uint64_t best_epoch;
    double weight; /**< Of the rows done of the epoch. */
    double validation_cost, monitored, best;
    struct bp_arena kept; /**< Or NULL: the best parameters, and statistics. */
};

struct bp_trainer {
    struct bp_network *network;
    struct bp_text text;
    double settings[BP_TRAINER_SETTINGS];
    struct bp_cost_spec cost;
    struct bp_optimizer optimizer;
    double *layers; /**< Settings of each layer, see groups.c. */
    struct bp_schedule_spec schedule;
    struct bp_plateau plateau;

    bool built;
    bool busy;           /**< A call works: a callback may not call again. */
    bool has_gradient;   /**< The gradients are those of a batch, not yet used. */
    bool keeps_gradient; /**< They are those of a batch, used or not. */
    struct bp_model model;
    double cost_value;       /**< Of the batch whose gradients they are. */
    double rate;             /**< Of the update that is made. */
    struct bp_arena state;   /**< Spans of the optimizer, */
    size_t states;           /**< so many, and one more where batches are collected. */
    size_t slots;            /**< L-BFGS: pairs there is room for, */
    struct bp_arena running; /**< and running statistics as they were before a step. */
    struct bp_optimizer_state optimizer_state;
    struct bp_lbfgs_state lbfgs;
    uint64_t sum_batches; /**< Collected since the last update, */
    double sum_rows;      /**< whose rows weigh so much. */

    uint64_t seed;
    uint64_t step, epoch; /**< Completed. */
    size_t row;           /**< Done of an epoch that is not complete, */
    size_t epoch_rows;    /**< of so many rows, */
    double epoch_cost;    /**< whose costs, each times its weight, sum to this. */
    size_t *order;        /**< Of the rows in this epoch. */
    size_t order_capacity;
    const struct bp_fit *fit; /**< At work, with options; or NULL. */
    struct bp_carry carry;    /**< Of a fit that was put in and may go on. */
};

/** What a call that works checks first: built, and not at work. */
bp_status bp_trainer_check(struct bp_trainer *trainer);

/** Not at work: what may be called before the build as well checks only this. */
bp_status bp_trainer_check_idle(struct bp_trainer *trainer);

/** Whether the optimizer has a rule for each parameter, which a setting called @p name
 *  needs. */
bp_status bp_trainer_check_rule(struct bp_trainer *trainer, const char *name);

/** One step on a batch that was checked; the trainer is busy.
 * @param last  as for bp_trainer_finish(). */
bp_status bp_trainer_run_step(struct bp_trainer *trainer, const struct bp_batch *batch,
                              bool last, double *cost);

/** The second half of a step, whose gradients are finite: collect them, or clip them and
 *  make an update.
 * @param last  no batch follows: what was collected is used now.
 * @return ::BP_EDATA if a norm or a rate is not finite, ::BP_ESTATE, ::BP_ESTOPPED: no
 *         parameter has changed then. */
bp_status bp_trainer_finish(struct bp_trainer *trainer, bool last);

/** Whether a step is nothing but the optimizer's rule, the same for all parameters, on
 *  the gradient of one batch. */
bool bp_trainer_is_plain(const struct bp_trainer *trainer);

/** Set trainer->rate for the next update. @return ::BP_EDATA. */
bp_status bp_trainer_take_rate(struct bp_trainer *trainer);

/** Apply the gradients at trainer->rate. */
void bp_trainer_run_update(struct bp_trainer *trainer);

/** The optimizer's rate, as it is set. */
double bp_trainer_base_rate(const struct bp_trainer *trainer);

/** An epoch ended with this mean cost. */
void bp_trainer_see_epoch(struct bp_trainer *trainer, double cost);

/** A fit has looked, and this is what it monitors. */
void bp_trainer_see_look(struct bp_trainer *trainer, double monitored);

/** The span of a `BP_STATE_` value, or SIZE_MAX if this trainer keeps none. */
size_t bp_trainer_state_index(const struct bp_trainer *trainer, int32_t state);

/** Whether a `BP_STATE_` value is a sum of squares, or a step. */
bool bp_state_is_never_negative(int32_t state);

/** No fit is to go on. */
void bp_trainer_drop_carry(struct bp_trainer *trainer);

/** Address of span @p index of the optimizer's state. */
void *bp_trainer_state_at(const struct bp_trainer *trainer, size_t index);

/* groups.c: layers that are treated otherwise than the rest. */

bp_status bp_groups_create(struct bp_trainer *trainer);
void bp_groups_release(struct bp_trainer *trainer);

/** An update of every parameter that is not frozen. Its rule is that of all; a layer has
 *  its own from it. */
void bp_groups_update(const struct bp_trainer *trainer, const struct bp_update *update);

/** An update was made: layers that are frozen have missed it. */
void bp_groups_count(const struct bp_trainer *trainer);

/** No layer has missed an update, as training begins. */
void bp_groups_forget(const struct bp_trainer *trainer);

/** Sum of the squares of all gradients that are not frozen. */
double bp_trainer_square_norm(const struct bp_trainer *trainer);

void bp_trainer_clear_frozen(const struct bp_trainer *trainer);
void bp_trainer_limit_norms(const struct bp_trainer *trainer);

/** Whether all parameters are treated alike. */
bool bp_groups_are_one(const struct bp_trainer *trainer);

#endif
