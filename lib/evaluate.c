/* SPDX-License-Identifier: MIT */
/* Cost and accuracy over a data set. */
#include "batch.h"
#include "workspace.h"

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

/* One part of the data set: its cost is added to the total. */
static bp_status add_part(struct bp_workspace *workspace, const struct bp_cost_spec *cost,
                          bool fused, const struct bp_batch *part, bp_evaluation *result)
{
    struct bp_pass *pass = &workspace->pass;
    const bp_status status =
        bp_batch_check_targets(pass->network, cost, part, &workspace->text);

    if (status != BP_OK)
        return status;
    bp_batch_load(part, pass);
    if (bp_pass_forward(pass) != 0 || bp_pass_cost(pass, cost, fused, &result->cost) != 0)
        return bp_fail(&workspace->text, BP_ESTOPPED,
                       "an operation stopped the evaluation");
    if (result->has_accuracy)
        result->correct += count_correct(workspace);
    return BP_OK;
}

static bp_status add_all(struct bp_workspace *workspace, const struct bp_cost_spec *cost,
                         bool fused, const bp_dataset *data, bp_evaluation *result)
{
    const size_t rows = bp_dataset_rows(data);
    const size_t capacity = workspace->pass.capacity;
    struct bp_batch part = {.data = data};
    bp_status status = BP_OK;

    for (; part.first < rows && status == BP_OK; part.first += capacity) {
        part.rows = rows - part.first < capacity ? rows - part.first : capacity;
        status = add_part(workspace, cost, fused, &part, result);
    }
    return status;
}

/* What is summed over all rows becomes a mean. */
static void finish(const struct bp_network *network, const struct bp_cost_spec *cost,
                   size_t rows, bp_evaluation *result)
{
    result->rows = rows;
    result->cost /= bp_cost_divisor(cost, rows, bp_network_width(network));
    if (result->has_accuracy)
        result->accuracy = (double)result->correct / (double)rows;
}

static bp_status check(const struct bp_network *network, struct bp_workspace *workspace,
                       const bp_cost *cost, const bp_dataset *data,
                       const bp_evaluation *result)
{
    struct bp_text *text = &workspace->text;
    bp_status status;

    if (cost == NULL || data == NULL || result == NULL)
        return bp_fail_null(text, cost == NULL   ? "cost"
                                  : data == NULL ? "data"
                                                 : "result");
    if (result->struct_size != sizeof *result)
        return bp_fail(text, BP_EINVAL, "result.struct_size is %u, expected %zu",
                       (unsigned)result->struct_size, sizeof *result);
    status = check_forms(network, &cost->spec, text);
    return status == BP_OK ? bp_batch_check_data(network, &cost->spec, data, text)
                           : status;
}

bp_status bp_network_evaluate(const bp_network *network, bp_workspace *workspace,
                              const bp_cost *cost, const bp_dataset *data,
                              bp_evaluation *result)
{
    bp_evaluation sum = {.struct_size = sizeof sum};
    bool fused = false;
    bp_status status = bp_workspace_check(network, workspace);

    if (status == BP_OK)
        status = check(network, workspace, cost, data, result);
    if (status == BP_OK)
        status = bp_cost_fit(&cost->spec, network, &fused, &workspace->text);
    if (status != BP_OK)
        return status;
    sum.has_accuracy = bp_dataset_classes(data) > 0;
    workspace->busy = true;
    status = add_all(workspace, &cost->spec, fused, data, &sum);
    workspace->busy = false;
    if (status != BP_OK)
        return status;
    finish(network, &cost->spec, bp_dataset_rows(data), &sum);
    if (sum.cost - sum.cost != 0)
        return bp_fail(&workspace->text, BP_EDATA,
                       "the cost of the data is %s, expected finite",
                       bp_number(sum.cost).text);
    *result = sum;
    return BP_OK;
}
