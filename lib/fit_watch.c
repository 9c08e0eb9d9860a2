/* SPDX-License-Identifier: MIT */
/* Held-out rows, what is monitored on them, and the best parameters so far. */
#include "fit.h"

#include <math.h>
#include <string.h>

enum {
    LOOK_ROWS = 256,    /**< Rows that are looked at together. */
    FIRST_EPOCHS = 1000 /**< The history has room for so many at first. */
};

static bp_status no_memory(struct bp_watch *watch)
{
    return bp_fail(&watch->trainer->text, BP_ENOMEM, "no memory for the validation");
}

/* A twin is split, as the caller's data set may have no line of ours. */
static bp_status split(struct bp_watch *watch)
{
    const bp_fit_options *options = &watch->options;
    struct bp_dataset *twin = bp_dataset_twin(watch->train);
    bp_status status;

    if (twin == NULL)
        return no_memory(watch);
    status =
        bp_dataset_split(twin, options->validation_fraction, options->validation_split,
                         options->validation_seed, &watch->parts[0], &watch->parts[1]);
    if (status != BP_OK)
        (void)bp_fail(&watch->trainer->text, status,
                      "data cannot be split for the validation: %.160s", twin->text.line);
    bp_dataset_destroy(twin);
    if (status == BP_OK) {
        watch->train = watch->parts[0];
        watch->held = watch->parts[1];
    }
    return status;
}

static bp_status reserve_best(struct bp_watch *watch)
{
    const struct bp_network *network = watch->trainer->network;
    const size_t size = network->engine->element_size;
    const struct bp_plan plan = {.element_size = size,
                                 .count =
                                     (network->params.size + network->state.size) / size};

    if (!watch->options.restore_best)
        return BP_OK;
    if (bp_arena_reserve(&watch->kept, &network->host, &plan) != BP_OK)
        return no_memory(watch);
    return BP_OK;
}

static bp_status reserve_workspace(struct bp_watch *watch)
{
    const size_t rows = bp_dataset_rows(watch->held);
    const bp_status status = bp_workspace_create(
        watch->trainer->network, rows > 0 && rows < LOOK_ROWS ? rows : LOOK_ROWS,
        &watch->workspace);

    return status == BP_OK ? BP_OK : no_memory(watch);
}

/* The fault of a look, in the trainer's line. */
static bp_status fail_look(struct bp_watch *watch, bp_status status, const char *line)
{
    return bp_fail(&watch->trainer->text, status, "validation: %.200s", line);
}

/* Widths and kinds of the held-out rows, before any step. */
static bp_status check_held(struct bp_watch *watch)
{
    struct bp_trainer *trainer = watch->trainer;
    struct bp_text text = {""};
    const struct bp_metrics *metrics = watch->options.metrics;
    bp_status status =
        bp_batch_check_data(trainer->network, &trainer->cost, watch->held, &text);

    if (status == BP_OK && metrics != NULL)
        status = bp_evaluate_check_metrics(trainer->network, metrics, watch->held, &text);
    return status == BP_OK ? BP_OK : fail_look(watch, status, text.line);
}

/* What stays comes last: the history's room, then the order. Most fits then take no
 * memory while they run. */
static bp_status reserve_history(struct bp_watch *watch)
{
    struct bp_history *history = watch->options.history;
    const uint64_t epochs = watch->options.epochs;

    if (history == NULL ||
        bp_history_reserve(history, epochs < FIRST_EPOCHS ? (size_t)epochs
                                                          : FIRST_EPOCHS) == BP_OK)
        return BP_OK;
    return bp_fail(&watch->trainer->text, BP_ENOMEM, "%.200s", history->text.line);
}

bp_status bp_watch_create(struct bp_watch *watch)
{
    bp_status status = BP_OK;

    watch->held = watch->options.validation;
    if (watch->options.validation_fraction > 0)
        status = split(watch);
    if (status == BP_OK && watch->held != NULL)
        status = check_held(watch);
    if (status == BP_OK && watch->held != NULL)
        status = reserve_workspace(watch);
    if (status == BP_OK)
        status = reserve_best(watch);
    if (status == BP_OK)
        status = bp_fit_reserve_order(watch->trainer, bp_dataset_rows(watch->train),
                                      &watch->order, &watch->trainer->text);
    if (status == BP_OK)
        status = reserve_history(watch);
    if (status == BP_OK)
        bp_fit_take_order(watch->trainer, &watch->order);
    return status;
}

void bp_watch_release(struct bp_watch *watch)
{
    bp_fit_release_order(watch->trainer, &watch->order);
    bp_arena_release(&watch->kept, &watch->trainer->network->host);
    bp_workspace_destroy(watch->workspace);
    bp_dataset_destroy(watch->parts[0]);
    bp_dataset_destroy(watch->parts[1]);
}

bp_status bp_watch_begin(struct bp_watch *watch)
{
    struct bp_history *history = watch->options.history;

    if (history == NULL || bp_history_reserve(history, 1) == BP_OK)
        return BP_OK;
    return bp_fail(&watch->trainer->text, BP_ENOMEM, "%.200s", history->text.line);
}

/* ---- a look ---- */

/* Cost, and metrics if there are any, in one pass over the held-out rows. */
static bp_status evaluate(struct bp_watch *watch)
{
    struct bp_metrics *metrics = watch->options.metrics;
    const struct bp_look look = {&watch->trainer->cost, metrics};
    bp_evaluation result = {.struct_size = sizeof result};
    bp_status status;

    if (metrics != NULL)
        (void)bp_metrics_reset(metrics);
    status = bp_evaluate(watch->workspace, &look, watch->held, &result);
    if (status != BP_OK)
        return fail_look(watch, status, watch->workspace->text.line);
    watch->validation_cost = result.cost;
    watch->monitored = result.cost;
    if (watch->options.monitor == BP_MONITOR_COST)
        return BP_OK;
    status = bp_metrics_value(metrics, watch->options.monitor,
                              watch->options.monitor_index, &watch->monitored);
    return status == BP_OK ? BP_OK : fail_look(watch, status, metrics->text.line);
}

/* The first look is the best so far, whatever it is. */
static bool is_better(const struct bp_watch *watch)
{
    const double change = watch->options.minimum_change;

    if (watch->best_epoch == 0)
        return true;
    if (bp_metric_higher_is_better(watch->options.monitor))
        return watch->monitored > watch->best + change;
    return watch->monitored < watch->best - change;
}

/* Where the best running statistics lie. */
static void *best_state(const struct bp_watch *watch)
{
    return bp_at(watch->kept.base, 1, watch->trainer->network->params.size);
}

static void keep(struct bp_watch *watch, uint64_t epoch)
{
    const struct bp_network *network = watch->trainer->network;

    watch->best = watch->monitored;
    watch->best_epoch = epoch;
    watch->waited = 0;
    if (!watch->options.restore_best)
        return;
    memcpy(watch->kept.base, network->params.base, network->params.size);
    if (network->state.size > 0)
        memcpy(best_state(watch), network->state.base, network->state.size);
}

static bool is_time_to(const struct bp_watch *watch, const struct bp_fit *fit)
{
    return fit->done % watch->options.validate_every == 0 || fit->done == fit->epochs ||
           fit->reason != 0;
}

bp_status bp_watch_look(struct bp_watch *watch, struct bp_fit *fit)
{
    bp_status status = BP_OK;

    if (!is_time_to(watch, fit))
        return BP_OK;
    watch->monitored = bp_fit_cost(fit);
    if (watch->held != NULL)
        status = evaluate(watch);
    if (status != BP_OK)
        return status;
    bp_trainer_see_look(watch->trainer, watch->monitored);
    watch->looked = fit->done;
    watch->waited++;
    if (is_better(watch))
        keep(watch, fit->done);
    if (watch->options.patience > 0 && watch->waited >= watch->options.patience)
        fit->reason = BP_FIT_PATIENCE;
    return BP_OK;
}

void bp_watch_restore(const struct bp_watch *watch)
{
    const struct bp_network *network = watch->trainer->network;

    if (!watch->options.restore_best || watch->best_epoch == 0)
        return;
    memcpy(network->params.base, watch->kept.base, network->params.size);
    if (network->state.size > 0)
        memcpy(network->state.base, best_state(watch), network->state.size);
}

/* ---- out and in again ---- */

struct bp_carry bp_fit_carry(const struct bp_fit *fit)
{
    const struct bp_watch *watch = fit->watch;

    return (struct bp_carry){
        .there = true,
        .due = fit->due,
        .done = fit->done,
        .looked = watch->looked,
        .waited = watch->waited,
        .best_epoch = watch->best_epoch,
        .weight = fit->weight,
        .validation_cost = watch->validation_cost,
        .monitored = watch->monitored,
        .best = watch->best,
        .kept = watch->kept,
    };
}

static bp_status take_kept(struct bp_watch *watch, const struct bp_carry *carry)
{
    if (!watch->options.restore_best)
        return BP_OK;
    if (carry->kept.base == NULL && carry->best_epoch > 0)
        return bp_fail(&watch->trainer->text, BP_ESTATE,
                       "options.restore_best is 1, the fit to go on with kept no best "
                       "parameters");
    if (carry->kept.base != NULL)
        memcpy(watch->kept.base, carry->kept.base, watch->kept.size);
    return BP_OK;
}

bp_status bp_watch_resume(struct bp_watch *watch, struct bp_fit *fit)
{
    const struct bp_carry *carry = &watch->trainer->carry;
    bp_status status;

    if (!watch->options.resume || !carry->there)
        return BP_OK;
    status = take_kept(watch, carry);
    if (status != BP_OK)
        return status;
    watch->looked = carry->looked;
    watch->waited = carry->waited;
    watch->best_epoch = carry->best_epoch;
    watch->validation_cost = carry->validation_cost;
    watch->monitored = carry->monitored;
    watch->best = carry->best;
    fit->done = carry->done;
    fit->due = carry->due;
    fit->weight = carry->weight;
    if (watch->options.patience > 0 && watch->waited >= watch->options.patience)
        fit->reason = BP_FIT_PATIENCE;
    return BP_OK;
}
