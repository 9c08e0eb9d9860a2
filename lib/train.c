/* SPDX-License-Identifier: MIT */
/* One step on a batch of the caller's, whole or in its two halves. */
#include "trainer.h"

#include <math.h>

static bp_status check_inputs(struct bp_trainer *trainer, size_t inputs_count,
                              size_t *rows)
{
    const size_t width = trainer->network->inputs;
    const size_t capacity = trainer->model.pass.capacity;

    if (inputs_count == 0 || inputs_count % width != 0)
        return bp_fail(&trainer->text, BP_ESHAPE,
                       "inputs_count is %zu, expected rows of the network's %zu inputs",
                       inputs_count, width);
    *rows = inputs_count / width;
    if (*rows > capacity)
        return bp_fail(&trainer->text, BP_ESHAPE,
                       "inputs have %zu rows, expected at most the batch of %zu", *rows,
                       capacity);
    return bp_model_check_rows(trainer->network, *rows, &trainer->text);
}

/* NULL in place of an array, or a trainer that cannot work now. */
static bp_status check_call(struct bp_trainer *trainer, const struct bp_batch *batch)
{
    if (batch->inputs == NULL && batch->inputs_f64 == NULL)
        return bp_fail_null(&trainer->text, "inputs");
    if (batch->labelled && batch->labels == NULL)
        return bp_fail_null(&trainer->text, "labels");
    if (!batch->labelled && batch->targets == NULL && batch->targets_f64 == NULL)
        return bp_fail_null(&trainer->text, "targets");
    return bp_trainer_check(trainer);
}

static bp_status check_targets(struct bp_trainer *trainer, const struct bp_batch *batch,
                               size_t targets_count)
{
    const size_t width = batch->labelled ? 1 : bp_network_width(trainer->network);

    if (batch->labelled && !bp_cost_takes_labels(&trainer->cost))
        return bp_fail(&trainer->text, BP_ESTATE,
                       "the cost does not take labels, expected targets");
    if (targets_count != batch->rows * width)
        return bp_fail(&trainer->text, BP_ESHAPE, "%s is %zu, expected %zu rows of %zu",
                       batch->labelled ? "labels_count" : "targets_count", targets_count,
                       batch->rows, width);
    return bp_batch_check_targets(trainer->network, &trainer->cost, batch,
                                  &trainer->text);
}

/* What a call that runs the network sets before. */
static void begin(struct bp_trainer *trainer)
{
    trainer->has_gradient = false;
    trainer->keeps_gradient = false;
    trainer->model.pass.seed = trainer->seed;
    trainer->model.pass.step = trainer->step;
    trainer->network->busy = true;
}

static bp_status run_gradient(struct bp_trainer *trainer, const struct bp_batch *batch,
                              double *cost)
{
    bp_status status;

    begin(trainer);
    status = bp_model_gradient(&trainer->model, batch, cost, &trainer->text);
    trainer->network->busy = false;
    trainer->has_gradient = status == BP_OK;
    trainer->keeps_gradient = trainer->has_gradient;
    if (status == BP_OK)
        trainer->cost_value = *cost;
    return status;
}

static struct bp_update update_of(struct bp_trainer *trainer, const struct bp_rule *rule)
{
    const struct bp_network *network = trainer->network;

    return (struct bp_update){
        .rule = rule,
        .kernels = network->kernels,
        .pool = trainer->model.pass.pool,
        .params = network->params.base,
        .count = network->params_count,
        .state = trainer->state.base,
        .states = bp_optimizer_states(&trainer->optimizer.spec),
    };
}

static struct bp_rule rule_of(const struct bp_trainer *trainer)
{
    return bp_optimizer_rule(&trainer->optimizer.spec, trainer->rate,
                             &trainer->optimizer_state);
}

static void advance(struct bp_trainer *trainer)
{
    bp_pass_settle(&trainer->model.pass);
    bp_optimizer_advance(&trainer->optimizer.spec, &trainer->optimizer_state);
    trainer->has_gradient = false;
    trainer->step++;
}

void bp_trainer_run_update(struct bp_trainer *trainer)
{
    const struct bp_rule rule = rule_of(trainer);
    const struct bp_update update = update_of(trainer, &rule);

    bp_groups_update(trainer, &update);
    bp_groups_count(trainer);
    advance(trainer);
}

/* Nobody asked for the gradients: they need not be written anywhere. */
static bp_status run_fused(struct bp_trainer *trainer, const struct bp_batch *batch,
                           double *cost)
{
    const struct bp_rule rule = rule_of(trainer);
    const struct bp_update update = update_of(trainer, &rule);
    bp_status status;

    begin(trainer);
    status = bp_model_step(&trainer->model, batch, &update, cost, &trainer->text);
    trainer->network->busy = false;
    if (status == BP_OK)
        advance(trainer);
    return status;
}

static bp_status run_halves(struct bp_trainer *trainer, const struct bp_batch *batch,
                            bool last, double *cost)
{
    bp_status status = run_gradient(trainer, batch, cost);

    if (status == BP_OK)
        status = bp_trainer_finish(trainer, last);
    trainer->has_gradient = trainer->has_gradient && status == BP_OK;
    return status;
}

bp_status bp_trainer_run_step(struct bp_trainer *trainer, const struct bp_batch *batch,
                              bool last, double *cost)
{
    bp_status status;

    if (trainer->settings[BP_TRAINER_KEEP_GRADIENT - 1] != 0 ||
        !bp_trainer_is_plain(trainer))
        return run_halves(trainer, batch, last, cost);
    status = bp_trainer_take_rate(trainer);
    return status == BP_OK ? run_fused(trainer, batch, cost) : status;
}

/* What was checked is done: the gradient, or a whole step. */
static bp_status work(struct bp_trainer *trainer, const struct bp_batch *batch,
                      bool whole, double *cost)
{
    double value = 0;
    bp_status status;

    trainer->busy = true;
    status = whole ? bp_trainer_run_step(trainer, batch, false, &value)
                   : run_gradient(trainer, batch, &value);
    trainer->busy = false;
    if (status == BP_OK && cost != NULL)
        *cost = value;
    return status;
}

static bp_status run(struct bp_trainer *trainer, struct bp_batch batch,
                     size_t inputs_count, size_t targets_count, bool whole, double *cost)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check_call(trainer, &batch);
    if (status == BP_OK)
        status = check_inputs(trainer, inputs_count, &batch.rows);
    if (status == BP_OK)
        status = bp_batch_check_inputs(trainer->network, &batch, &trainer->text);
    if (status == BP_OK)
        status = check_targets(trainer, &batch, targets_count);
    return status == BP_OK ? work(trainer, &batch, whole, cost) : status;
}

static struct bp_batch of_f32(const float *inputs, const float *targets)
{
    return (struct bp_batch){.inputs = inputs, .targets = targets};
}

static struct bp_batch of_f64(const double *inputs, const double *targets)
{
    return (struct bp_batch){.inputs_f64 = inputs, .targets_f64 = targets};
}

static struct bp_batch of_labels(const float *inputs, const int32_t *labels)
{
    return (struct bp_batch){.inputs = inputs, .labels = labels, .labelled = true};
}

/* Whether a step on one example can go the short way of bp_model_step_row(): all is in
 * order, and nobody is to be asked or told anything. Where it is not, the ordinary way
 * does the step, or says what is wrong. */
static bool is_row(const struct bp_trainer *trainer, size_t inputs_count,
                   const float *targets, size_t targets_count)
{
    const struct bp_network *network = trainer->network;

    return trainer->built && !trainer->busy && !network->busy &&
           trainer->model.pass.links != NULL && network->engine == &bp_engine_f32 &&
           inputs_count == network->inputs && targets_count == trainer->model.row.cols &&
           trainer->cost.kind != BP_COST_CUSTOM &&
           trainer->schedule.kind == BP_SCHEDULE_NONE &&
           trainer->settings[BP_TRAINER_KEEP_GRADIENT - 1] == 0 &&
           bp_trainer_is_plain(trainer) &&
           bp_cost_targets_ok(&trainer->cost, targets, targets_count);
}

static bool run_row(struct bp_trainer *trainer, const float *inputs, const float *targets,
                    double *cost)
{
    struct bp_rule rule;
    struct bp_update update;
    double value;

    trainer->rate = bp_trainer_base_rate(trainer);
    rule = rule_of(trainer);
    update = update_of(trainer, &rule);
    if (!bp_model_step_row(&trainer->model, inputs, targets, &update, &value))
        return false;
    trainer->keeps_gradient = false;
    advance(trainer);
    if (cost != NULL)
        *cost = value;
    return true;
}

bp_status bp_trainer_step(bp_trainer *trainer, const float *inputs, size_t inputs_count,
                          const float *targets, size_t targets_count, double *cost)
{
    if (trainer != NULL && inputs != NULL && targets != NULL &&
        is_row(trainer, inputs_count, targets, targets_count) &&
        run_row(trainer, inputs, targets, cost))
        return BP_OK;
    return run(trainer, of_f32(inputs, targets), inputs_count, targets_count, true, cost);
}

bp_status bp_trainer_step_f64(bp_trainer *trainer, const double *inputs,
                              size_t inputs_count, const double *targets,
                              size_t targets_count, double *cost)
{
    return run(trainer, of_f64(inputs, targets), inputs_count, targets_count, true, cost);
}

bp_status bp_trainer_step_labels(bp_trainer *trainer, const float *inputs,
                                 size_t inputs_count, const int32_t *labels,
                                 size_t labels_count, double *cost)
{
    return run(trainer, of_labels(inputs, labels), inputs_count, labels_count, true,
               cost);
}

bp_status bp_trainer_gradient(bp_trainer *trainer, const float *inputs,
                              size_t inputs_count, const float *targets,
                              size_t targets_count, double *cost)
{
    return run(trainer, of_f32(inputs, targets), inputs_count, targets_count, false,
               cost);
}

bp_status bp_trainer_gradient_f64(bp_trainer *trainer, const double *inputs,
                                  size_t inputs_count, const double *targets,
                                  size_t targets_count, double *cost)
{
    return run(trainer, of_f64(inputs, targets), inputs_count, targets_count, false,
               cost);
}

bp_status bp_trainer_gradient_labels(bp_trainer *trainer, const float *inputs,
                                     size_t inputs_count, const int32_t *labels,
                                     size_t labels_count, double *cost)
{
    return run(trainer, of_labels(inputs, labels), inputs_count, labels_count, false,
               cost);
}

static bp_status check_update(struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    bp_status status = bp_trainer_check(trainer);

    if (status == BP_OK)
        status = bp_trainer_check_rule(trainer, "half a step");
    if (status != BP_OK)
        return status;
    if (!trainer->has_gradient)
        return bp_fail(&trainer->text, BP_ESTATE,
                       "there is no gradient, expected bp_trainer_gradient() before");
    if (!isfinite(network->engine->largest(network->kernels, trainer->model.grads.base,
                                           network->params_count)))
        return bp_fail(&trainer->text, BP_EDATA, "a gradient is not finite");
    return BP_OK;
}

bp_status bp_trainer_update(bp_trainer *trainer)
{
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = check_update(trainer);
    if (status != BP_OK)
        return status;
    trainer->busy = true;
    status = bp_trainer_finish(trainer, false);
    trainer->busy = false;
    return status;
}
