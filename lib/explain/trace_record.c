/* SPDX-License-Identifier: MIT */
/* The memory of a run, and the batch into it. */
#include "explain/trace.h"
#include "explain/trace_callback.h"
#include "explain/trace_curve.h"
#include "explain/trace_norm.h"
#include "explain/trace_random.h"

#include <string.h>

static bool is_coupled(const struct bp_node *node)
{
    return bp_callback_node(node) || node->spec.kind == BP_LAYER_KIND_LAYER_NORM ||
           bp_curve(node->spec.activation) == NULL;
}

static void plan_slot(const struct bp_node *node, bool training,
                      struct bp_trace_slot *slot, struct bp_plan *plan)
{
    const bool dense = node->spec.kind == BP_LAYER_KIND_DENSE;

    slot->z_count = dense ? node->outputs : node->inputs;
    slot->a_count = node->outputs;
    slot->coupled = is_coupled(node);
    slot->random = training && bp_layer_trains_only(node->spec.kind);
    slot->joins = training && node->spec.kind == BP_LAYER_KIND_BATCH_NORM;
    slot->z = bp_plan_matrix(plan, 1, slot->z_count);
    slot->a = bp_plan_matrix(plan, 1, slot->a_count);
    slot->slope = bp_plan_matrix(plan, 1, slot->z_count);
    slot->z_grad = bp_plan_matrix(plan, 1, slot->z_count);
    slot->a_grad = bp_plan_matrix(plan, 1, slot->a_count);
    if (node->spec.kind == BP_LAYER_KIND_CUSTOM)
        slot->param_grads = bp_plan_matrix(plan, 1, node->weight.cols);
    if (bp_layer_normalises(node->spec.kind))
        slot->moments = bp_plan_matrix(plan, 1, 2 * bp_norm_moments(node));
    if (slot->random)
        slot->drawn = bp_plan_matrix(plan, 1, slot->a_count);
}

/* What one row needs. */
static struct bp_plan plan_block(struct bp_record *record)
{
    const struct bp_network *network = record->network;
    struct bp_plan plan = {.element_size = sizeof(double)};
    size_t i;

    record->cost_value = bp_plan_matrix(&plan, 1, 1);
    record->label = bp_plan_matrix(&plan, 1, 1);
    record->weight = bp_plan_matrix(&plan, 1, 1);
    record->input = bp_plan_matrix(&plan, 1, network->inputs);
    record->input_grad = bp_plan_matrix(&plan, 1, network->inputs);
    record->targets = bp_plan_matrix(&plan, 1, bp_network_width(network));
    for (i = 0; i < network->count; i++)
        plan_slot(&network->nodes[i], record->training, &record->slots[i], &plan);
    record->block = plan.count;
    return plan;
}

/* The Jacobian of one operation with callbacks at a time; it lies after the rows. */
static void plan_jacobian(struct bp_record *record, struct bp_plan *plan)
{
    const struct bp_plan before = *plan;
    size_t i;

    record->jacobian = before.count;
    for (i = 0; i < record->network->count; i++) {
        const struct bp_trace_slot *slot = &record->slots[i];
        struct bp_plan one = before;

        if (!bp_callback_node(&record->network->nodes[i]))
            continue;
        (void)bp_plan_matrix(&one, slot->a_count, slot->z_count);
        if (one.overflow || one.count > plan->count)
            *plan = one;
    }
}

static bp_status reserve_doubles(struct bp_record *record)
{
    const struct bp_plan block = plan_block(record);
    struct bp_plan plan = {.element_size = sizeof(double), .overflow = block.overflow};
    size_t rows;

    if (!bp_mul(bp_record_moved(record), 2, &rows) || !bp_add(record->rows, rows, &rows))
        return BP_ELIMIT;
    (void)bp_plan_matrix(&plan, rows, record->block);
    plan_jacobian(record, &plan);
    return bp_arena_reserve(&record->arena, &record->network->host, &plan);
}

/* The operations without a double form take turns in one place. */
static bp_status reserve_floats(struct bp_record *record)
{
    const struct bp_network *network = record->network;
    struct bp_plan largest = {.element_size = sizeof(float)};
    size_t i;

    for (i = 0; i < network->count; i++) {
        struct bp_plan plan = {.element_size = sizeof(float)};
        const bool last = i + 1 == network->count;

        if (record->slots[i].in_float || (last && record->cost_in_float))
            bp_callback_plan(&network->nodes[i], &plan);
        if (plan.overflow || plan.count > largest.count)
            largest = plan;
    }
    return bp_arena_reserve(&record->floats, &network->host, &largest);
}

static bp_status check_forms(struct bp_record *record, struct bp_text *text)
{
    const struct bp_network *network = record->network;
    size_t i;

    for (i = 0; i < network->count; i++) {
        if (bp_callback_node(&network->nodes[i]) &&
            !bp_callback_forms(&network->nodes[i], &record->slots[i].in_float))
            return bp_fail(text, BP_EUNSUPPORTED, "layer %zu has no backward callback",
                           i);
    }
    if (record->cost.kind == BP_COST_CUSTOM &&
        !bp_callback_cost_forms(&record->cost, &record->cost_in_float))
        return bp_fail(text, BP_EUNSUPPORTED, "cost '%s' has no gradient callback",
                       record->cost.name);
    return BP_OK;
}

static bp_status reserve(struct bp_record *record, const struct bp_network *network,
                         struct bp_text *text)
{
    bp_status status = bp_network_convert(network, BP_PRECISION_F64, &record->network);

    if (status != BP_OK)
        return bp_fail(text, status, "no memory for a copy of the network");
    record->slots = bp_host_allocate(&record->network->host,
                                     record->network->count * sizeof *record->slots);
    if (record->slots == NULL)
        return bp_fail(text, BP_ENOMEM, "no memory for %zu layers",
                       record->network->count);
    status = check_forms(record, text);
    if (status != BP_OK)
        return status;
    status = reserve_doubles(record);
    if (status == BP_OK)
        status = reserve_floats(record);
    return status == BP_OK
               ? BP_OK
               : bp_fail(text, status, "no memory for a trace of %zu rows", record->rows);
}

bp_status bp_record_create(struct bp_record *record, const struct bp_network *network,
                           const struct bp_cost_spec *cost,
                           const struct bp_trace_mode *mode, size_t rows,
                           struct bp_text *text)
{
    bp_status status;

    *record = (struct bp_record){
        .cost = *cost,
        .training = mode->training,
        .joined = mode->training && bp_network_needs_rows(network),
        .seed = mode->seed,
        .step = mode->step,
        .rows = rows,
    };
    status = bp_cost_fit(cost, network, &record->fused, text);
    if (status == BP_OK)
        status = reserve(record, network, text);
    if (status != BP_OK)
        bp_record_release(record);
    return status;
}

void bp_record_release(struct bp_record *record)
{
    const struct bp_host *host;

    if (record->network == NULL)
        return;
    host = &record->network->host;
    bp_arena_release(&record->floats, host);
    bp_arena_release(&record->arena, host);
    bp_host_release(host, record->slots, record->network->count * sizeof *record->slots);
    bp_network_destroy(record->network);
    *record = (struct bp_record){.network = NULL};
}

double *bp_record_param(const struct bp_record *record, const struct bp_place *place,
                        size_t to, size_t from)
{
    return (double *)record->network->params.base + place->offset +
           to * place->row_stride + from * place->col_stride;
}

/* ---- the batch ---- */

static void load_floats(double *to, const float *from, size_t count)
{
    bp_engine_f64.load_f32(to, 1, from, count);
}

static void load_inputs(struct bp_record *record, const struct bp_batch *batch, size_t i)
{
    const size_t width = record->network->inputs;
    double *to = bp_record_row(record, i) + record->input;

    if (batch->data != NULL)
        load_floats(to, bp_dataset_input_row(batch->data, batch->first + i), width);
    else if (batch->inputs != NULL)
        load_floats(to, batch->inputs + i * width, width);
    else
        memcpy(to, batch->inputs_f64 + i * width, width * sizeof *to);
}

static void load_targets(struct bp_record *record, const struct bp_batch *batch, size_t i)
{
    const size_t width = bp_network_width(record->network);
    double *to = bp_record_row(record, i) + record->targets;

    if (batch->data != NULL)
        load_floats(to, bp_dataset_target_row(batch->data, batch->first + i), width);
    else if (batch->targets != NULL)
        load_floats(to, batch->targets + i * width, width);
    else
        memcpy(to, batch->targets_f64 + i * width, width * sizeof *to);
}

/* A label is also kept as the targets that it stands for. */
static void load_label(struct bp_record *record, const struct bp_batch *batch, size_t i)
{
    const int32_t label = batch->data != NULL
                              ? bp_dataset_label_at(batch->data, batch->first + i)
                              : batch->labels[i];
    double *row = bp_record_row(record, i);

    row[record->label] = label;
    row[record->targets + (size_t)label] = 1;
}

void bp_record_load(struct bp_record *record, const struct bp_batch *batch)
{
    size_t i;

    record->has_targets =
        batch->data != NULL ? bp_dataset_outputs(batch->data) > 0 : !batch->labelled;
    for (i = 0; i < batch->rows; i++) {
        load_inputs(record, batch, i);
        if (record->has_targets)
            load_targets(record, batch, i);
        else
            load_label(record, batch, i);
        bp_record_row(record, i)[record->weight] =
            batch->data != NULL ? bp_dataset_weight_at(batch->data, batch->first + i) : 1;
        bp_random_draw(record, i);
    }
}

double bp_record_total(const struct bp_record *record)
{
    double total = 0;
    size_t i;

    for (i = 0; i < record->rows; i++)
        total += bp_record_row(record, i)[record->weight];
    return total;
}
