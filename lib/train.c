/* SPDX-License-Identifier: MIT */
/* One step on a batch of the caller's, whole or in its two halves. */
#include "trainer.h"

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

bp_status bp_trainer_run_gradient(struct bp_trainer *trainer,
                                  const struct bp_batch *batch, double *cost)
{
    bp_status status;

    trainer->has_gradient = false;
    trainer->model.pass.seed = trainer->seed;
    trainer->model.pass.step = trainer->step;
    trainer->network->busy = true;
    status = bp_model_gradient(&trainer->model, batch, cost, &trainer->text);
    trainer->network->busy = false;
    trainer->has_gradient = status == BP_OK;
    return status;
}

void bp_trainer_run_update(struct bp_trainer *trainer)
{
    const struct bp_network *network = trainer->network;
    struct bp_pool pool = bp_network_pool(network);
    const struct bp_optimizer_spec *spec = &trainer->optimizer.spec;
    const struct bp_rule rule = bp_optimizer_rule(spec, &trainer->optimizer_state);
    const struct bp_update update = {
        .rule = &rule,
        .kernels = network->kernels,
        .pool = &pool,
        .params = network->params.base,
        .count = network->params_count,
        .state = trainer->state.base,
        .states = bp_optimizer_states(spec),
    };

    network->engine->update(&update, trainer->model.grads.base, 0, update.count);
    bp_pass_settle(&trainer->model.pass);
    bp_optimizer_advance(spec, &trainer->optimizer_state);
    trainer->has_gradient = false;
    trainer->step++;
}

/* What was checked is done: the gradient, and the update if `whole`. */
static bp_status work(struct bp_trainer *trainer, const struct bp_batch *batch,
                      bool whole, double *cost)
{
    double value = 0;
    bp_status status;

    trainer->busy = true;
    status = bp_trainer_run_gradient(trainer, batch, &value);
    if (status == BP_OK && whole)
        bp_trainer_run_update(trainer);
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

bp_status bp_trainer_step(bp_trainer *trainer, const float *inputs, size_t inputs_count,
                          const float *targets, size_t targets_count, double *cost)
{
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

bp_status bp_trainer_update(bp_trainer *trainer)
{
    const struct bp_network *network;
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    status = bp_trainer_check(trainer);
    if (status != BP_OK)
        return status;
    if (!trainer->has_gradient)
        return bp_fail(&trainer->text, BP_ESTATE,
                       "there is no gradient, expected bp_trainer_gradient() before");
    network = trainer->network;
    if (!network->engine->finite(network->kernels, trainer->model.grads.base,
                                 network->params_count))
        return bp_fail(&trainer->text, BP_EDATA, "a gradient is not finite");
    bp_trainer_run_update(trainer);
    return BP_OK;
}
