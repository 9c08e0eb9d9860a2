/* SPDX-License-Identifier: MIT */
/* Epochs over a data set, and what watches over them. */
#ifndef BP_FIT_H
#define BP_FIT_H

#include "evaluate.h"
#include "history.h"
#include "stream.h"
#include "trainer.h"

/** Room for the order of the rows, until the trainer takes it. */
struct bp_order {
    size_t *rows; /**< NULL: the trainer's own is enough. */
    size_t count;
};

/** Looks at held-out rows after epochs, and keeps the best parameters. */
struct bp_watch {
    bp_fit_options options;
    struct bp_trainer *trainer;
    const struct bp_dataset *train; /**< What is trained on; of a stream a window. */
    struct bp_feed feed;            /**< Of a stream. */
    const struct bp_dataset *held;  /**< What is looked at; NULL: the epoch's cost is. */
    struct bp_dataset *parts[2];    /**< Where the fit itself split them. */
    struct bp_workspace *workspace;
    struct bp_order order;
    struct bp_arena kept; /**< Parameters, then running statistics; reserved if the best
                               are to be kept. */

    uint64_t looked; /**< Epoch of the last look; 0: none. */
    uint64_t waited; /**< Looks since the best. */
    double validation_cost, monitored, best;
    uint64_t best_epoch;
};

/** What a fit carries from step to step. */
struct bp_fit {
    struct bp_trainer *trainer;
    const struct bp_dataset *data; /**< With a feed: its current window. */
    struct bp_feed *feed;          /**< Or NULL. */
    uint64_t epochs;               /**< To be completed in this call. */
    uint64_t done;                 /**< Of these. */
    bp_progress_fn progress;
    void *user;
    struct bp_watch *watch; /**< Or NULL. */
    bool due;               /**< The last epoch is complete, but not looked at yet. */
    bool kept;              /**< The state is in a file as it is now. */
    double kept_at;         /**< Clock when that was written. */
    int32_t reason;         /**< Not 0: it ended before its time, a `BP_FIT_` value. */
    double weight; /**< Of the rows done of the epoch: its cost is divided by it. */
    double step_cost;
    double began;   /**< Clock at the beginning. */
    double trained; /**< Rows, in this call. */
    double planned; /**< Rows, in this call. */
};

/** Whether trainer and data fit each other. */
bp_status bp_fit_check(struct bp_trainer *trainer, const struct bp_dataset *data);

/** Whether batches of @p rows rows have a gradient, the last one too. */
bp_status bp_fit_check_batches(struct bp_trainer *trainer, size_t rows);

/** Make room for the order of @p rows. @return ::BP_ENOMEM with a line in @p text. */
bp_status bp_fit_reserve_order(const struct bp_trainer *trainer, size_t rows,
                               struct bp_order *order, struct bp_text *text);
void bp_fit_take_order(struct bp_trainer *trainer, struct bp_order *order);
void bp_fit_release_order(const struct bp_trainer *trainer, struct bp_order *order);

/** Train; what to train on, for how long, and who watches are set. */
bp_status bp_fit_run(struct bp_fit *fit);

/** Mean cost of the epoch so far. */
double bp_fit_cost(const struct bp_fit *fit);

/** Reserve what the watch needs. @p watch has its options and its trainer, and @p train
 *  is the whole data set. */
bp_status bp_watch_create(struct bp_watch *watch);

/** Also for one whose creation failed. */
void bp_watch_release(struct bp_watch *watch);

/** An epoch begins: the history has room for it. */
bp_status bp_watch_begin(struct bp_watch *watch);

/** An epoch of the fit is complete: look, if it is time to. */
bp_status bp_watch_look(struct bp_watch *watch, struct bp_fit *fit);

/** Where a fit with a watch stands; what is kept is lent. */
struct bp_carry bp_fit_carry(const struct bp_fit *fit);

/** A fit goes on from what its trainer carries, if there is anything. The watch was
 *  created, and the fit has its first fields.
 * @return ::BP_ESTATE if the best parameters are asked for and are not there. */
bp_status bp_watch_resume(struct bp_watch *watch, struct bp_fit *fit);

/** After a step, an epoch and the whole fit: write the files that are due. The last gives
 *  @p status back, or what failed. */
bp_status bp_fit_keep_step(struct bp_fit *fit);
bp_status bp_fit_keep_epoch(struct bp_fit *fit);
bp_status bp_fit_keep_end(struct bp_fit *fit, bp_status status);

/** The fit ended: the best parameters come back. */
void bp_watch_restore(const struct bp_watch *watch);

#endif
