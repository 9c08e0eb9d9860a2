/* SPDX-License-Identifier: MIT */
#include "model.h"

static const char *precision_text(const struct bp_network *network)
{
    return network->engine == &bp_engine_f64 ? "double" : "float";
}

static bp_status check_forms(const struct bp_network *network,
                             const struct bp_cost_spec *cost, struct bp_text *text)
{
    const bool f64 = network->engine == &bp_engine_f64;
    const bp_cost_ops *ops = &cost->ops;
    size_t layer = 0;

    if (!bp_network_supports(network, f64 ? BP_PRECISION_F64 : BP_PRECISION_F32, true,
                             &layer))
        return bp_fail(text, BP_EUNSUPPORTED, "layer %zu has no backward callback in %s",
                       layer, precision_text(network));
    if (cost->kind == BP_COST_CUSTOM &&
        (f64 ? ops->value_f64 == NULL || ops->gradient_f64 == NULL
             : ops->gradient == NULL))
        return bp_fail(text, BP_EUNSUPPORTED, "cost '%s' has no gradient callback in %s",
                       cost->name, precision_text(network));
    return BP_OK;
}

static bp_status reserve(struct bp_model *model, size_t rows)
{
    const struct bp_network *network = model->network;
    const struct bp_plan plan = {.element_size = network->engine->element_size,
                                 .count = network->params_count};
    const bp_status status = bp_pass_create(&model->pass, network, rows, true);

    if (status != BP_OK)
        return status;
    return bp_arena_reserve(&model->grads, &network->host, &plan);
}

static void prepare_row(struct bp_model *model)
{
    model->pass.rows = 1;
    model->row = bp_pass_cost_run(&model->pass, &model->cost, model->fused);
    model->pass.rows = 0;
}

bp_status bp_model_create(struct bp_model *model, const struct bp_network *network,
                          const struct bp_cost_spec *cost, size_t rows,
                          struct bp_text *text)
{
    bp_status status;

    *model = (struct bp_model){.network = network, .cost = *cost};
    status = bp_cost_fit(cost, network, &model->fused, text);
    if (status == BP_OK)
        status = check_forms(network, cost, text);
    if (status != BP_OK)
        return status;
    status = reserve(model, rows);
    if (status == BP_OK) {
        prepare_row(model);
        return BP_OK;
    }
    bp_model_release(model);
    return bp_fail(text, status, "no memory for batches of %zu rows", rows);
}

void bp_model_release(struct bp_model *model)
{
    bp_pass_release(&model->pass);
    if (model->network != NULL)
        bp_arena_release(&model->grads, &model->network->host);
}

bp_status bp_model_check_rows(const struct bp_network *network, size_t rows,
                              struct bp_text *text)
{
    if (rows > 1 || !bp_network_needs_rows(network))
        return BP_OK;
    return bp_fail(text, BP_ESHAPE,
                   "inputs have a batch of %zu row, expected at least 2 for a batch norm",
                   rows);
}

static bp_status fail_stopped(struct bp_text *text)
{
    return bp_fail(text, BP_ESTOPPED, "an operation stopped the step");
}

static struct bp_cost_run cost_run_of(const struct bp_model *model)
{
    return bp_pass_cost_run(&model->pass, &model->cost, model->fused);
}

static bp_status find_value(const struct bp_model *model, const struct bp_cost_run *run,
                            double *value, struct bp_text *text)
{
    const struct bp_pass *pass = &model->pass;
    double total = 0;

    if (bp_pass_forward(pass) != 0 || bp_pass_cost(pass, &model->cost, run, &total) != 0)
        return fail_stopped(text);
    total /= run->divisor;
    if (total - total != 0)
        return bp_fail(text, BP_EDATA,
                       "the cost of the batch is %s, expected finite: rate too large or "
                       "inputs not scaled?",
                       bp_number(total).text);
    *value = total;
    return BP_OK;
}

bp_status bp_model_value(const struct bp_model *model, double *value,
                         struct bp_text *text)
{
    const struct bp_cost_run run = cost_run_of(model);

    return find_value(model, &run, value, text);
}

/* Forward, cost, and dC/dz of every layer. */
static bp_status propagate(struct bp_model *model, double *value, struct bp_text *text)
{
    const struct bp_pass *pass = &model->pass;
    const struct bp_cost_run run = cost_run_of(model);
    const bp_status status = find_value(model, &run, value, text);

    if (status == BP_OK && (bp_pass_cost_gradient(pass, &model->cost, &run) != 0 ||
                            bp_pass_backward(pass, &model->grads, model->fused) != 0))
        return fail_stopped(text);
    return status;
}

/* The gradients of what was propagated, to where they are kept. */
static bp_status keep_gradients(struct bp_model *model, struct bp_text *text)
{
    if (!bp_pass_gradients(&model->pass, &model->grads))
        return bp_fail(text, BP_EDATA, "a gradient of the batch is not finite");
    return BP_OK;
}

static void load(struct bp_model *model, const struct bp_batch *batch)
{
    bp_batch_load(batch, &model->pass);
    model->pass.mode = BP_MODE_TRAIN;
}

bp_status bp_model_repeat(struct bp_model *model, double *value, struct bp_text *text)
{
    double found = 0;
    bp_status status = propagate(model, &found, text);

    if (status == BP_OK)
        status = keep_gradients(model, text);
    if (status == BP_OK)
        *value = found;
    return status;
}

bp_status bp_model_gradient(struct bp_model *model, const struct bp_batch *batch,
                            double *value, struct bp_text *text)
{
    load(model, batch);
    return bp_model_repeat(model, value, text);
}

/* A step on tiles of the gradient writes before all of it is there: it must be certain
 * that none of it overflows. A sum of n terms within b is within n b but for rounding. */
static bool is_safe(const struct bp_model *model)
{
    return bp_pass_steps(&model->pass) &&
           bp_pass_bound(&model->pass) < model->network->engine->most / 4;
}

bp_status bp_model_step(struct bp_model *model, const struct bp_batch *batch,
                        const struct bp_update *update, double *value,
                        struct bp_text *text)
{
    double found = 0;
    bp_status status;

    load(model, batch);
    status = propagate(model, &found, text);
    if (status != BP_OK)
        return status;
    if (is_safe(model)) {
        bp_pass_update(&model->pass, &model->grads, update);
    } else {
        status = keep_gradients(model, text);
        if (status != BP_OK)
            return status;
        model->network->engine->update(update, model->grads.base, 0, update->count);
    }
    *value = found;
    return BP_OK;
}

bool bp_model_step_row(struct bp_model *model, const void *inputs, const void *targets,
                       const struct bp_update *update, double *value)
{
    const struct bp_network *network = model->network;
    const struct bp_engine *engine = network->engine;
    const void *const kernels = network->kernels;
    const void *const links = model->pass.links;
    double total;

    model->row.targets = targets;
    if (!engine->links_forward(kernels, links, network->count, inputs))
        return false;
    total = engine->cost_value(&model->row, 0) / model->row.divisor;
    if (total - total != 0)
        return false;
    engine->cost_gradient(&model->row);
    engine->links_backward(kernels, links, network->count, model->fused);
    if (!engine->links_gradient(kernels, links, network->count, inputs,
                                model->grads.base))
        return false;
    engine->update(update, model->grads.base, 0, update->count);
    *value = total;
    return true;
}
