/* SPDX-License-Identifier: MIT */
/* Cost, accuracy and metrics over a data set. */
#include "evaluate.h"

/** The sums so far. */
struct sums {
    struct bp_look look;
    bool fused; /**< Cost and last activation. */
    struct bp_tally *tally;
    double weight; /**< Of all rows. */
    bp_evaluation result;
};

/* Costs that need a form this precision has not are told apart before any work. */
static bp_status check_forms(const struct bp_network *network,
                             const struct bp_cost_spec *cost, struct bp_text *text)
{
    if (cost->kind == BP_COST_CUSTOM && network->engine == &bp_engine_f64 &&
        cost->ops.value_f64 == NULL)
        return bp_fail(text, BP_EUNSUPPORTED, "cost '%s' has no value callback in double",
                       cost->name);
    return BP_OK;
}

static uint64_t count_correct(const struct bp_workspace *workspace)
{
    const struct bp_pass *pass = &workspace->pass;
    uint64_t correct = 0;
    size_t row;

    for (row = 0; row < pass->rows; row++)
        correct += bp_workspace_class(workspace, row) == pass->labels[row];
    return correct;
}

static bp_status fail_stopped(struct bp_workspace *workspace)
{
    return bp_fail(&workspace->text, BP_ESTOPPED, "an operation stopped the evaluation");
}

static bp_status add_cost(struct bp_workspace *workspace, struct sums *sums)
{
    const struct bp_cost_run run =
        bp_pass_cost_run(&workspace->pass, sums->look.cost, sums->fused);

    if (bp_pass_cost(&workspace->pass, sums->look.cost, &run, &sums->result.cost) != 0)
        return fail_stopped(workspace);
    sums->weight += bp_pass_weight(&workspace->pass);
    if (sums->result.has_accuracy)
        sums->result.correct += count_correct(workspace);
    return BP_OK;
}

/* ---- metrics ---- */

static bp_status fail_output(struct bp_workspace *workspace, size_t row, size_t col,
                             double value)
{
    return bp_fail(&workspace->text, BP_EDATA,
                   "output %zu of row %zu is %s, expected a finite number", col, row,
                   bp_number(value).text);
}

/* Row @p i of the pass, which is row @p number of the data, as the metrics see it. */
static bp_status add_row(struct bp_workspace *workspace, const struct sums *sums,
                         const struct bp_dataset *data, size_t i, size_t number)
{
    const struct bp_network *network = workspace->network;
    const size_t width = bp_network_width(network);
    double *outputs = sums->look.metrics->row;
    double *targets = outputs + width;
    const float *numbers = bp_dataset_target_row(data, number);
    const struct bp_metrics_row row = {.outputs = outputs,
                                       .targets = numbers != NULL ? targets : NULL,
                                       .label = bp_dataset_label_at(data, number),
                                       .range = bp_network_range(network),
                                       .weight = bp_dataset_weight_at(data, number)};
    size_t j;

    network->engine->store_f64(
        bp_pass_row(&workspace->pass, bp_pass_last(&workspace->pass)->output, width, i),
        1, outputs, width);
    for (j = 0; j < width; j++) {
        if (outputs[j] - outputs[j] != 0)
            return fail_output(workspace, number, j, outputs[j]);
        if (numbers != NULL)
            targets[j] = (double)numbers[j];
    }
    bp_metrics_take(sums->look.metrics, sums->tally, &row);
    return BP_OK;
}

static bp_status add_metrics(struct bp_workspace *workspace, const struct bp_batch *part,
                             const struct sums *sums)
{
    bp_status status = BP_OK;
    size_t i;

    for (i = 0; i < part->rows && status == BP_OK; i++)
        status = add_row(workspace, sums, part->data, i, part->first + i);
    return status;
}

/* ---- all rows ---- */

/* One part of the data set is added to the sums. */
static bp_status add_part(struct bp_workspace *workspace, const struct bp_batch *part,
                          struct sums *sums)
{
    struct bp_pass *pass = &workspace->pass;
    bp_status status = BP_OK;

    if (sums->look.cost != NULL)
        status = bp_batch_check_targets(pass->network, sums->look.cost, part,
                                        &workspace->text);
    if (status != BP_OK)
        return status;
    bp_batch_load(part, pass);
    if (bp_pass_forward(pass) != 0)
        return fail_stopped(workspace);
    if (sums->look.cost != NULL)
        status = add_cost(workspace, sums);
    if (status == BP_OK && sums->look.metrics != NULL)
        status = add_metrics(workspace, part, sums);
    return status;
}

static bp_status add_all(struct bp_workspace *workspace, const bp_dataset *data,
                         struct sums *sums)
{
    const size_t rows = bp_dataset_rows(data);
    const size_t capacity = workspace->pass.capacity;
    struct bp_batch part = {.data = data};
    bp_status status = BP_OK;

    workspace->busy = true;
    for (; part.first < rows && status == BP_OK; part.first += capacity) {
        part.rows = rows - part.first < capacity ? rows - part.first : capacity;
        status = add_part(workspace, &part, sums);
    }
    workspace->busy = false;
    return status;
}

/* What is summed over all rows becomes a mean. */
static bp_status finish(struct bp_workspace *workspace, size_t rows, struct sums *sums)
{
    const size_t width = bp_network_width(workspace->network);
    bp_evaluation *result = &sums->result;

    if (!(sums->weight > 0))
        return bp_fail(&workspace->text, BP_ESTATE,
                       "the weights of data sum to %s, expected above 0",
                       bp_number(sums->weight).text);
    result->rows = rows;
    result->cost /= bp_cost_divisor(sums->look.cost, sums->weight, width);
    if (result->has_accuracy)
        result->accuracy = (double)result->correct / (double)rows;
    if (result->cost - result->cost != 0)
        return bp_fail(&workspace->text, BP_EDATA,
                       "the cost of the data is %s, expected finite",
                       bp_number(result->cost).text);
    return BP_OK;
}

/* ---- what fits ---- */

bp_status bp_evaluate_check_metrics(const struct bp_network *network,
                                    const struct bp_metrics *metrics,
                                    const struct bp_dataset *data, struct bp_text *text)
{
    const size_t width = bp_network_width(network);

    if (bp_dataset_outputs(data) == 0 && bp_dataset_classes(data) == 0)
        return bp_fail(text, BP_ESTATE, "data has neither targets nor labels");
    if (metrics->outputs != width)
        return bp_fail(text, BP_ESHAPE,
                       "metrics has %zu outputs, expected the network's %zu",
                       metrics->outputs, width);
    if (bp_dataset_classes(data) > metrics->classes)
        return bp_fail(text, BP_ESHAPE, "data has %zu classes, expected at most %zu",
                       bp_dataset_classes(data), metrics->classes);
    if (bp_dataset_outputs(data) != 0 && bp_dataset_outputs(data) != width)
        return bp_fail(text, BP_ESHAPE,
                       "data has %zu targets, expected the network's %zu outputs",
                       bp_dataset_outputs(data), width);
    return BP_OK;
}

static bp_status check(struct bp_workspace *workspace, const struct bp_dataset *data,
                       struct sums *sums)
{
    const struct bp_network *network = workspace->network;
    const struct bp_cost_spec *cost = sums->look.cost;
    struct bp_text *text = &workspace->text;
    bp_status status = BP_OK;

    if (cost != NULL)
        status = check_forms(network, cost, text);
    if (status == BP_OK)
        status = bp_batch_check_data(network, cost, data, text);
    if (status == BP_OK && cost != NULL)
        status = bp_cost_fit(cost, network, &sums->fused, text);
    if (status == BP_OK && sums->look.metrics != NULL)
        status = bp_evaluate_check_metrics(network, sums->look.metrics, data, text);
    return status;
}

/* Room for scores is made before any work. */
static bp_status begin(struct bp_workspace *workspace, const struct bp_dataset *data,
                       struct sums *sums)
{
    struct bp_metrics *metrics = sums->look.metrics;

    if (metrics == NULL)
        return BP_OK;
    if (bp_dataset_classes(data) > 0 &&
        bp_metrics_reserve(metrics, bp_dataset_rows(data)) != BP_OK)
        return bp_fail(&workspace->text, BP_ENOMEM, "%.200s", metrics->text.line);
    sums->tally = bp_metrics_begin(metrics);
    return BP_OK;
}

bp_status bp_evaluate(struct bp_workspace *workspace, const struct bp_look *look,
                      const struct bp_dataset *data, bp_evaluation *result)
{
    struct sums sums = {.look = *look, .result = {.struct_size = sizeof sums.result}};
    bp_status status = check(workspace, data, &sums);

    if (status == BP_OK)
        status = begin(workspace, data, &sums);
    if (status != BP_OK)
        return status;
    sums.result.has_accuracy = bp_dataset_classes(data) > 0;
    status = add_all(workspace, data, &sums);
    if (status == BP_OK && look->cost != NULL)
        status = finish(workspace, bp_dataset_rows(data), &sums);
    if (look->metrics != NULL)
        bp_metrics_end(look->metrics, status == BP_OK);
    if (status == BP_OK && look->cost != NULL)
        *result = sums.result;
    return status;
}

/* ---- the two calls ---- */

bp_status bp_network_evaluate(const bp_network *network, bp_workspace *workspace,
                              const bp_cost *cost, const bp_dataset *data,
                              bp_evaluation *result)
{
    bp_status status = bp_workspace_check(network, workspace);
    struct bp_look look = {NULL, NULL};

    if (status != BP_OK)
        return status;
    if (cost == NULL || data == NULL || result == NULL)
        return bp_fail_null(&workspace->text, cost == NULL   ? "cost"
                                              : data == NULL ? "data"
                                                             : "result");
    if (result->struct_size != sizeof *result)
        return bp_fail(&workspace->text, BP_EINVAL,
                       "result.struct_size is %u, expected %zu",
                       (unsigned)result->struct_size, sizeof *result);
    look.cost = &cost->spec;
    return bp_evaluate(workspace, &look, data, result);
}

bp_status bp_network_measure(const bp_network *network, bp_workspace *workspace,
                             const bp_dataset *data, bp_metrics *metrics)
{
    const struct bp_look look = {.metrics = metrics};
    const bp_status status = bp_workspace_check(network, workspace);

    if (status != BP_OK)
        return status;
    if (data == NULL || metrics == NULL)
        return bp_fail_null(&workspace->text, data == NULL ? "data" : "metrics");
    return bp_evaluate(workspace, &look, data, NULL);
}
