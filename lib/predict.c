/* SPDX-License-Identifier: MIT */
/* Inputs to outputs, as many rows at a time as the workspace has room for. */
#include "batch.h"
#include "workspace.h"

#include <string.h>

/** Where the outputs go: one of the three. */
struct sink {
    const char *name; /**< Of the argument. */
    float *outputs;
    double *outputs_f64;
    int32_t *classes;
};

static bp_status check_rows(const struct bp_network *network, struct bp_text *text,
                            size_t inputs_count, size_t *rows)
{
    if (inputs_count % network->inputs != 0)
        return bp_fail(text, BP_ESHAPE,
                       "inputs_count is %zu, expected rows of the network's %zu inputs",
                       inputs_count, network->inputs);
    *rows = inputs_count / network->inputs;
    return BP_OK;
}

static bp_status check_outputs(const struct bp_network *network, struct bp_text *text,
                               size_t rows, size_t outputs_count)
{
    const size_t width = bp_network_width(network);
    size_t expected;

    if (bp_mul(rows, width, &expected) && outputs_count == expected)
        return BP_OK;
    return bp_fail(text, BP_ESHAPE,
                   "outputs_count is %zu, expected %zu rows of the network's %zu outputs",
                   outputs_count, rows, width);
}

static void take_row(const struct bp_workspace *workspace, size_t row, size_t to,
                     const struct sink *sink)
{
    const struct bp_pass *pass = &workspace->pass;
    const size_t width = bp_network_width(pass->network);
    const void *from = bp_pass_row(pass, bp_pass_last(pass)->output, width, row);

    if (sink->outputs != NULL)
        pass->network->engine->store_f32(from, 1, sink->outputs + to * width, width);
    else if (sink->outputs_f64 != NULL)
        pass->network->engine->store_f64(from, 1, sink->outputs_f64 + to * width, width);
    else
        sink->classes[to] = bp_workspace_class(workspace, row);
}

/* The part of the batch that fits, from row `first` on. */
static struct bp_batch part_of(const struct bp_batch *batch, size_t width, size_t first,
                               size_t capacity)
{
    struct bp_batch part = *batch;

    part.rows = batch->rows - first < capacity ? batch->rows - first : capacity;
    if (batch->inputs != NULL)
        part.inputs = batch->inputs + first * width;
    else
        part.inputs_f64 = batch->inputs_f64 + first * width;
    return part;
}

static bp_status run(struct bp_workspace *workspace, const struct bp_batch *batch,
                     const struct sink *sink)
{
    struct bp_pass *pass = &workspace->pass;
    size_t first;
    size_t row;

    for (first = 0; first < batch->rows; first += pass->capacity) {
        const struct bp_batch part =
            part_of(batch, pass->network->inputs, first, pass->capacity);

        bp_batch_load(&part, pass);
        if (bp_pass_forward(pass) != 0)
            return bp_fail(&workspace->text, BP_ESTOPPED,
                           "an operation stopped the prediction");
        for (row = 0; row < part.rows; row++)
            take_row(workspace, row, first + row, sink);
    }
    return BP_OK;
}

static bool is_empty(const struct sink *sink)
{
    return sink->outputs == NULL && sink->outputs_f64 == NULL && sink->classes == NULL;
}

/* Counts that fit each other; a class a row takes one place, outputs their width. */
static bp_status check_counts(struct bp_workspace *workspace, size_t inputs_count,
                              const struct sink *sink, size_t count, size_t *rows)
{
    const struct bp_network *network = workspace->network;
    const bp_status status = check_rows(network, &workspace->text, inputs_count, rows);

    if (status != BP_OK)
        return status;
    if (sink->classes == NULL)
        return check_outputs(network, &workspace->text, *rows, count);
    if (count != *rows)
        return bp_fail(&workspace->text, BP_ESHAPE,
                       "rows is %zu, expected the %zu rows of the inputs", count, *rows);
    return BP_OK;
}

static bp_status predict(const struct bp_network *network, struct bp_workspace *workspace,
                         struct bp_batch batch, size_t inputs_count,
                         const struct sink *sink, size_t count)
{
    const bool no_inputs = batch.inputs == NULL && batch.inputs_f64 == NULL;
    bp_status status = bp_workspace_check(network, workspace);

    if (status != BP_OK)
        return status;
    if (no_inputs || is_empty(sink))
        return bp_fail_null(&workspace->text, no_inputs ? "inputs" : sink->name);
    status = check_counts(workspace, inputs_count, sink, count, &batch.rows);
    if (status == BP_OK)
        status = bp_batch_check_inputs(network, &batch, &workspace->text);
    if (status != BP_OK)
        return status;
    workspace->busy = true;
    status = run(workspace, &batch, sink);
    workspace->busy = false;
    return status;
}

/* One row through a small network in float, from array to array. */
static bool predict_row(struct bp_workspace *workspace, const float *inputs,
                        float *outputs)
{
    const struct bp_pass *pass = &workspace->pass;
    const struct bp_network *network = pass->network;

    if (!bp_engine_f32.links_forward(network->kernels, pass->links, network->count,
                                     inputs))
        return false;
    memcpy(outputs, bp_pass_at(pass, bp_pass_last(pass)->output),
           bp_network_width(network) * sizeof *outputs);
    return true;
}

/* Whether all is in order for that. Where it is not, also because an input is not finite,
 * the ordinary way finds out what to say. */
static bool is_row(const struct bp_network *network, const struct bp_workspace *workspace,
                   size_t inputs_count, size_t outputs_count)
{
    return network != NULL && workspace != NULL && workspace->network == network &&
           !workspace->busy && workspace->pass.links != NULL &&
           network->engine == &bp_engine_f32 && inputs_count == network->inputs &&
           outputs_count == bp_network_width(network);
}

bp_status bp_network_predict(const bp_network *network, bp_workspace *workspace,
                             const float *inputs, size_t inputs_count, float *outputs,
                             size_t outputs_count)
{
    const struct sink sink = {.name = "outputs", .outputs = outputs};

    if (inputs != NULL && outputs != NULL &&
        is_row(network, workspace, inputs_count, outputs_count) &&
        predict_row(workspace, inputs, outputs))
        return BP_OK;
    return predict(network, workspace, (struct bp_batch){.inputs = inputs}, inputs_count,
                   &sink, outputs_count);
}

bp_status bp_network_predict_f64(const bp_network *network, bp_workspace *workspace,
                                 const double *inputs, size_t inputs_count,
                                 double *outputs, size_t outputs_count)
{
    const struct sink sink = {.name = "outputs", .outputs_f64 = outputs};

    return predict(network, workspace, (struct bp_batch){.inputs_f64 = inputs},
                   inputs_count, &sink, outputs_count);
}

bp_status bp_network_classify(const bp_network *network, bp_workspace *workspace,
                              const float *inputs, size_t inputs_count, int32_t *classes,
                              size_t rows)
{
    const struct sink sink = {.name = "classes", .classes = classes};

    return predict(network, workspace, (struct bp_batch){.inputs = inputs}, inputs_count,
                   &sink, rows);
}
