/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <math.h>

bp_status bp_batch_check_data(const struct bp_network *network,
                              const struct bp_cost_spec *cost,
                              const struct bp_dataset *data, struct bp_text *text)
{
    const size_t outputs = bp_network_width(network);

    if (bp_dataset_rows(data) == 0 || bp_dataset_inputs(data) == 0)
        return bp_fail(text, BP_ESTATE, "data has %zu rows of %zu inputs, expected some",
                       bp_dataset_rows(data), bp_dataset_inputs(data));
    if (bp_dataset_inputs(data) != network->inputs)
        return bp_fail(text, BP_ESHAPE, "data has %zu inputs, expected the network's %zu",
                       bp_dataset_inputs(data), network->inputs);
    if (cost == NULL)
        return BP_OK;
    if (bp_dataset_outputs(data) == 0 && bp_dataset_classes(data) == 0)
        return bp_fail(text, BP_ESTATE, "data has neither targets nor labels");
    if (bp_dataset_outputs(data) == 0 && !bp_cost_takes_labels(cost))
        return bp_fail(text, BP_ESTATE,
                       "data has labels only, expected targets for this "
                       "cost: see bp_dataset_one_hot()");
    if (bp_dataset_outputs(data) == 0 && bp_dataset_classes(data) > outputs)
        return bp_fail(text, BP_ESHAPE,
                       "data has %zu classes, expected at most the "
                       "network's %zu outputs",
                       bp_dataset_classes(data), outputs);
    if (bp_dataset_outputs(data) != 0 && bp_dataset_outputs(data) != outputs)
        return bp_fail(text, BP_ESHAPE,
                       "data has %zu targets, expected the network's %zu "
                       "outputs",
                       bp_dataset_outputs(data), outputs);
    return BP_OK;
}

/* A number minus itself is 0, or NaN. */
static bool is_finite(const struct bp_network *network, double value)
{
    const double kept = network->engine == &bp_engine_f64 ? value : (double)(float)value;

    return kept - kept == 0;
}

/* The fast look at a whole array; only if it fails is the place looked for. */
static bool all_finite(const struct bp_network *network, const struct bp_batch *batch,
                       size_t count)
{
    const bool f64 = batch->inputs_f64 != NULL;
    const struct bp_engine *engine = f64 ? &bp_engine_f64 : &bp_engine_f32;
    const void *inputs = f64 ? (const void *)batch->inputs_f64 : batch->inputs;

    return (!f64 || network->engine == engine) &&
           isfinite(engine->largest(engine->kernels(network->isa), inputs, count));
}

bp_status bp_batch_check_inputs(const struct bp_network *network,
                                const struct bp_batch *batch, struct bp_text *text)
{
    const size_t count = batch->rows * network->inputs;
    size_t i;

    if (batch->data != NULL || all_finite(network, batch, count))
        return BP_OK;
    for (i = 0; i < count; i++) {
        const double value =
            batch->inputs != NULL ? (double)batch->inputs[i] : batch->inputs_f64[i];

        if (!is_finite(network, value))
            return bp_fail(
                text, BP_EDATA, "inputs row %zu, column %zu is %s, expected finite",
                i / network->inputs, i % network->inputs, bp_number(value).text);
    }
    return BP_OK;
}

static size_t data_row(const struct bp_batch *batch, size_t i)
{
    return batch->order != NULL ? batch->order[batch->first + i] : batch->first + i;
}

/* As a line names it. */
static unsigned long long named_row(const struct bp_batch *batch, size_t i)
{
    return batch->origin + data_row(batch, i);
}

static const float *target_row(const struct bp_batch *batch, size_t row, size_t width)
{
    if (batch->data != NULL)
        return bp_dataset_target_row(batch->data, data_row(batch, row));
    return batch->targets != NULL ? batch->targets + row * width : NULL;
}

static bool has_targets(const struct bp_batch *batch)
{
    return batch->data != NULL ? bp_dataset_outputs(batch->data) > 0 : !batch->labelled;
}

static int32_t label_of(const struct bp_batch *batch, size_t row)
{
    return batch->data != NULL ? bp_dataset_label_at(batch->data, data_row(batch, row))
                               : batch->labels[row];
}

static bp_status check_labels(const struct bp_network *network,
                              const struct bp_batch *batch, struct bp_text *text)
{
    const size_t outputs = bp_network_width(network);
    size_t row;

    for (row = 0; row < batch->rows; row++) {
        const int32_t label = label_of(batch, row);

        if (label < 0 || (size_t)label >= outputs)
            return bp_fail(text, BP_EDATA, "label of row %llu is %d, expected 0 to %zu",
                           named_row(batch, row), (int)label, outputs - 1);
    }
    return BP_OK;
}

static bp_status check_target_row(const struct bp_network *network,
                                  const struct bp_cost_spec *cost,
                                  const struct bp_batch *batch, size_t row,
                                  struct bp_text *text)
{
    const size_t width = bp_network_width(network);
    const float *targets = target_row(batch, row, width);
    size_t j;

    if (targets != NULL && bp_cost_targets_ok(cost, targets, width))
        return BP_OK;
    for (j = 0; j < width; j++) {
        const double y =
            targets != NULL ? (double)targets[j] : batch->targets_f64[row * width + j];

        if (!is_finite(network, y) || !bp_cost_target_ok(cost, y))
            return bp_fail(
                text, BP_EDATA, "targets row %llu, column %zu is %s, expected %s",
                named_row(batch, row), j, bp_number(y).text, bp_cost_target_text(cost));
    }
    return BP_OK;
}

bp_status bp_batch_check_targets(const struct bp_network *network,
                                 const struct bp_cost_spec *cost,
                                 const struct bp_batch *batch, struct bp_text *text)
{
    bp_status status = BP_OK;
    size_t row;

    if (!has_targets(batch))
        return check_labels(network, batch, text);
    for (row = 0; row < batch->rows && status == BP_OK; row++)
        status = check_target_row(network, cost, batch, row, text);
    return status;
}

static void load_inputs(const struct bp_batch *batch, const struct bp_pass *pass,
                        size_t i)
{
    const struct bp_engine *engine = pass->network->engine;
    const size_t width = pass->network->inputs;
    void *to = bp_pass_row(pass, pass->input, width, i);

    if (batch->data != NULL)
        engine->load_f32(to, 1, bp_dataset_input_row(batch->data, data_row(batch, i)),
                         width);
    else if (batch->inputs != NULL)
        engine->load_f32(to, 1, batch->inputs + i * width, width);
    else
        engine->load_f64(to, 1, batch->inputs_f64 + i * width, width);
}

static void load_targets(const struct bp_batch *batch, const struct bp_pass *pass,
                         size_t i)
{
    const struct bp_engine *engine = pass->network->engine;
    const size_t width = bp_network_width(pass->network);
    const float *targets = target_row(batch, i, width);
    void *to = bp_pass_row(pass, pass->targets, width, i);

    if (targets != NULL)
        engine->load_f32(to, 1, targets, width);
    else if (batch->targets_f64 != NULL)
        engine->load_f64(to, 1, batch->targets_f64 + i * width, width);
}

void bp_batch_load(const struct bp_batch *batch, struct bp_pass *pass)
{
    const bool labelled =
        batch->labelled || (batch->data != NULL && bp_dataset_classes(batch->data) > 0);
    size_t i;

    pass->rows = batch->rows;
    pass->has_targets = has_targets(batch);
    pass->weighted = batch->data != NULL && bp_dataset_has_weights(batch->data);
    for (i = 0; i < batch->rows; i++) {
        load_inputs(batch, pass, i);
        load_targets(batch, pass, i);
        if (labelled)
            pass->labels[i] = label_of(batch, i);
        if (pass->weighted)
            pass->weights[i] = bp_dataset_weight_at(batch->data, data_row(batch, i));
    }
}
