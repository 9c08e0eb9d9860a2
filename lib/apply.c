/* SPDX-License-Identifier: MIT */
/*
 * From the gradient of a batch to a changed network: gradients of several batches are
 * collected, clipped, and used at the rate of the moment.
 */
#include "trainer.h"

#include <math.h>
#include <string.h>

static double setting(const struct bp_trainer *trainer, int32_t key)
{
    return trainer->settings[key - 1];
}

static struct bp_spans spans_of(const struct bp_trainer *trainer)
{
    return (struct bp_spans){trainer->network->kernels, trainer->model.pass.pool,
                             trainer->network->params_count};
}

/* ---- the rate ---- */

double bp_trainer_base_rate(const struct bp_trainer *trainer)
{
    return trainer->optimizer.spec.rule.rate;
}

static double next_rate(const struct bp_trainer *trainer)
{
    const struct bp_schedule_spec *schedule = &trainer->schedule;
    const double base = bp_trainer_base_rate(trainer);

    if (schedule->kind == BP_SCHEDULE_NONE)
        return base;
    return bp_schedule_rate_at(schedule, &trainer->plateau, base,
                               bp_schedule_by_update(schedule)
                                   ? trainer->optimizer_state.updates
                                   : trainer->epoch);
}

static bool is_rate(double rate)
{
    return rate >= 0 && rate <= 1e6;
}

bp_status bp_trainer_get_rate(const bp_trainer *trainer, double *rate)
{
    double found;

    if (trainer == NULL || rate == NULL)
        return BP_EINVAL;
    found = next_rate(trainer);
    if (!is_rate(found))
        return BP_EDATA;
    *rate = found;
    return BP_OK;
}

bp_status bp_trainer_take_rate(struct bp_trainer *trainer)
{
    const double rate = next_rate(trainer);

    if (!is_rate(rate))
        return bp_fail(&trainer->text, BP_EDATA,
                       "the schedule's rate is %s, expected at least 0 and at most 1e6",
                       bp_number(rate).text);
    trainer->rate = rate;
    return BP_OK;
}

bp_status bp_trainer_set_schedule(bp_trainer *trainer, const bp_schedule *schedule)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check_idle(trainer);
    if (status != BP_OK)
        return status;
    trainer->schedule = schedule != NULL
                            ? schedule->spec
                            : (struct bp_schedule_spec){.kind = BP_SCHEDULE_NONE};
    trainer->plateau = (struct bp_plateau){.seen = false};
    return BP_OK;
}

bp_status bp_trainer_observe(bp_trainer *trainer, double value)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check_idle(trainer);
    if (status != BP_OK)
        return status;
    if (trainer->schedule.kind != BP_SCHEDULE_PLATEAU)
        return bp_fail(&trainer->text, BP_ESTATE,
                       "the trainer has no schedule that is a plateau");
    if (value - value != 0)
        return bp_fail(&trainer->text, BP_EDATA, "value is %s, expected a finite number",
                       bp_number(value).text);
    bp_plateau_see(&trainer->schedule, &trainer->plateau, bp_trainer_base_rate(trainer),
                   value);
    return BP_OK;
}

static void see(struct bp_trainer *trainer, int32_t what, double value)
{
    if (bp_schedule_watches(&trainer->schedule, what))
        bp_plateau_see(&trainer->schedule, &trainer->plateau,
                       bp_trainer_base_rate(trainer), value);
}

void bp_trainer_see_epoch(struct bp_trainer *trainer, double cost)
{
    see(trainer, BP_SCHEDULE_EPOCHS, cost);
}

void bp_trainer_see_look(struct bp_trainer *trainer, double monitored)
{
    see(trainer, BP_SCHEDULE_LOOKS, monitored);
}

/* ---- several batches ---- */

/* The sum of the gradients of batches, each times the weight of its rows. */
static void *sum_of(const struct bp_trainer *trainer)
{
    return bp_trainer_state_at(trainer, trainer->states);
}

static bool collects(const struct bp_trainer *trainer)
{
    return setting(trainer, BP_TRAINER_ACCUMULATE) > 1;
}

static void collect(struct bp_trainer *trainer)
{
    const struct bp_spans spans = spans_of(trainer);
    const double weight = bp_pass_weight(&trainer->model.pass);
    void *const sum = sum_of(trainer);

    trainer->network->engine->line(&spans, sum, weight, trainer->model.grads.base,
                                   trainer->sum_batches > 0 ? sum : NULL);
    bp_pass_settle(&trainer->model.pass);
    trainer->sum_rows += weight;
    trainer->sum_batches++;
    trainer->has_gradient = false;
    trainer->step++;
}

/* The mean over the rows of all batches by their weights, in place of the last one's
 * gradient. Where nothing weighs, all gradients are 0 already. The sum stays, in case the
 * update is refused. */
static void take_mean(struct bp_trainer *trainer)
{
    const struct bp_spans spans = spans_of(trainer);
    const struct bp_engine *engine = trainer->network->engine;
    const double weight = bp_pass_weight(&trainer->model.pass);
    const double all = trainer->sum_rows + weight;
    void *const gradient = trainer->model.grads.base;

    if (trainer->sum_batches == 0 || all == 0)
        return;
    engine->line(&spans, gradient, weight / all, gradient, NULL);
    engine->line(&spans, gradient, 1 / all, sum_of(trainer), gradient);
}

/* ---- clipping ---- */

static bp_status clip_norm(struct bp_trainer *trainer, double limit)
{
    const struct bp_spans spans = spans_of(trainer);
    void *const gradient = trainer->model.grads.base;
    const double norm = sqrt(bp_trainer_square_norm(trainer));
    const double factor = limit / (norm + 1e-6);

    if (norm - norm != 0)
        return bp_fail(&trainer->text, BP_EDATA, "the norm of the gradient is %s",
                       bp_number(norm).text);
    if (factor < 1)
        trainer->network->engine->line(&spans, gradient, factor, gradient, NULL);
    return BP_OK;
}

static bp_status clip(struct bp_trainer *trainer)
{
    const struct bp_spans spans = spans_of(trainer);
    const double value = setting(trainer, BP_TRAINER_CLIP_VALUE);
    const double norm = setting(trainer, BP_TRAINER_CLIP_NORM);

    if (value > 0)
        trainer->network->engine->clamp(&spans, trainer->model.grads.base, value);
    return norm > 0 ? clip_norm(trainer, norm) : BP_OK;
}

/* ---- L-BFGS ---- */

static bp_status evaluate(void *user, double *value)
{
    struct bp_trainer *trainer = user;
    struct bp_text text = trainer->text;
    bp_status status;

    trainer->network->busy = true;
    status = bp_model_repeat(&trainer->model, value, &text);
    trainer->network->busy = false;
    bp_trainer_clear_frozen(trainer);
    if (status != BP_OK && status != BP_EDATA)
        trainer->text = text;
    return status;
}

/* Moments are those at the place where the step began, before the search overwrites them;
 * training does not read what they move. */
static void settle(struct bp_trainer *trainer)
{
    if (trainer->running.size > 0)
        memcpy(trainer->running.base, trainer->network->state.base,
               trainer->running.size);
    bp_pass_settle(&trainer->model.pass);
}

static void unsettle(struct bp_trainer *trainer)
{
    if (trainer->running.size > 0)
        memcpy(trainer->network->state.base, trainer->running.base,
               trainer->running.size);
}

static bp_status minimise(struct bp_trainer *trainer)
{
    const struct bp_lbfgs_options options =
        bp_optimizer_lbfgs(&trainer->optimizer.spec, trainer->rate);
    const struct bp_lbfgs_problem problem = {
        .engine = trainer->network->engine,
        .spans = spans_of(trainer),
        .x = trainer->network->params.base,
        .gradient = trainer->model.grads.base,
        .evaluate = evaluate,
        .user = trainer,
        .memory = trainer->state.base,
        .slots = trainer->slots,
    };
    double value = trainer->cost_value;
    bp_status status;

    if (options.history + options.iterations > trainer->slots)
        return bp_fail(&trainer->text, BP_ESTATE,
                       "history and iterations are %zu together, expected at most the "
                       "%zu of when the trainer was built",
                       options.history + options.iterations, trainer->slots);
    bp_trainer_clear_frozen(trainer);
    settle(trainer);
    status = bp_lbfgs_step(&problem, &options, &trainer->lbfgs, &value);
    trainer->has_gradient = false;
    if (status != BP_OK) {
        unsettle(trainer);
        return status;
    }
    trainer->optimizer_state.updates++;
    trainer->step++;
    return BP_OK;
}

/* ---- the second half of a step ---- */

static bp_status move(struct bp_trainer *trainer)
{
    bp_status status;

    take_mean(trainer);
    status = clip(trainer);
    if (status != BP_OK) {
        trainer->has_gradient = false;
        return status;
    }
    bp_trainer_run_update(trainer);
    bp_trainer_limit_norms(trainer);
    trainer->sum_batches = 0;
    trainer->sum_rows = 0;
    return BP_OK;
}

bool bp_trainer_is_plain(const struct bp_trainer *trainer)
{
    return trainer->optimizer.spec.kind != BP_OPTIMIZER_LBFGS && !collects(trainer) &&
           setting(trainer, BP_TRAINER_CLIP_VALUE) == 0 &&
           setting(trainer, BP_TRAINER_CLIP_NORM) == 0 && bp_groups_are_one(trainer);
}

bp_status bp_trainer_finish(struct bp_trainer *trainer, bool last)
{
    bp_status status;

    if (collects(trainer) && !last &&
        (double)(trainer->sum_batches + 1) < setting(trainer, BP_TRAINER_ACCUMULATE)) {
        collect(trainer);
        return BP_OK;
    }
    status = bp_trainer_take_rate(trainer);
    if (status != BP_OK)
        return status;
    return trainer->optimizer.spec.kind == BP_OPTIMIZER_LBFGS ? minimise(trainer)
                                                              : move(trainer);
}
