/* SPDX-License-Identifier: MIT */
/* Numbers of a trace, copied out. */
#include "explain/trace_norm.h"

#include <string.h>

bp_status bp_trace_get_info(const bp_trace *trace, bp_trace_info *info)
{
    const struct bp_record *record;
    double sum = 0;
    double total;
    bool in_float;
    size_t i;

    if (trace == NULL || info == NULL || info->struct_size != sizeof *info)
        return BP_EINVAL;
    record = &trace->record;
    in_float = record->cost_in_float;
    for (i = 0; trace->ran && i < record->network->count; i++)
        in_float = in_float || record->slots[i].in_float;
    for (i = 0; i < record->rows; i++)
        sum += bp_record_row(record, i)[record->weight] *
               bp_record_row(record, i)[record->cost_value];
    total = trace->ran ? bp_record_total(record) : 0;
    info->in_float = in_float;
    info->rows = record->rows;
    info->cost = total > 0 ? sum / total : 0;
    info->mode = record->training ? BP_MODE_TRAIN : BP_MODE_PREDICT;
    info->joined = record->joined;
    return BP_OK;
}

/* The slot of a layer that is there. */
static bp_status find_slot(const struct bp_trace *trace, size_t layer,
                           const struct bp_trace_slot **slot)
{
    if (!trace->ran)
        return BP_ESTATE;
    if (layer >= trace->record.network->count)
        return BP_EINVAL;
    *slot = &trace->record.slots[layer];
    return BP_OK;
}

bp_status bp_trace_get_layer(const bp_trace *trace, size_t layer, bp_trace_layer *info)
{
    const struct bp_trace_slot *slot = NULL;
    bp_status status;

    if (trace == NULL || info == NULL || info->struct_size != sizeof *info)
        return BP_EINVAL;
    status = find_slot(trace, layer, &slot);
    if (status != BP_OK)
        return status;
    info->coupled = slot->coupled;
    info->in_float = slot->in_float;
    info->reserved = 0;
    info->inputs = trace->record.network->nodes[layer].inputs;
    info->z_count = slot->z_count;
    info->a_count = slot->a_count;
    return BP_OK;
}

/** An array of a block. */
struct span {
    size_t offset, count;
};

static bool find_span(const struct bp_record *record, size_t layer, int32_t what,
                      struct span *span)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    const size_t inputs = record->network->nodes[layer].inputs;
    const size_t before =
        layer > 0 ? record->slots[layer - 1].a_grad : record->input_grad;

    switch (what) {
    case BP_TRACE_INPUT:
        *span = (struct span){bp_record_input(record, layer), inputs};
        return true;
    case BP_TRACE_Z: *span = (struct span){slot->z, slot->z_count}; return true;
    case BP_TRACE_A: *span = (struct span){slot->a, slot->a_count}; return true;
    case BP_TRACE_SLOPE: *span = (struct span){slot->slope, slot->z_count}; return true;
    case BP_TRACE_COST_A: *span = (struct span){slot->a_grad, slot->a_count}; return true;
    case BP_TRACE_COST_Z: *span = (struct span){slot->z_grad, slot->z_count}; return true;
    case BP_TRACE_COST_INPUT: *span = (struct span){before, inputs}; return true;
    default: return false;
    }
}

static bool has_slopes(const struct bp_record *record, size_t layer)
{
    const struct bp_layer_spec *spec = &record->network->nodes[layer].spec;

    return spec->kind != BP_LAYER_KIND_CUSTOM && spec->activation != BP_ACTIVATION_CUSTOM;
}

bp_status bp_trace_get_values(const bp_trace *trace, size_t row, size_t layer,
                              int32_t what, double *values, size_t count)
{
    const struct bp_trace_slot *slot = NULL;
    struct span span;
    bp_status status;

    if (trace == NULL || values == NULL)
        return BP_EINVAL;
    status = find_slot(trace, layer, &slot);
    if (status != BP_OK)
        return status;
    if (row >= trace->record.rows || !find_span(&trace->record, layer, what, &span))
        return BP_EINVAL;
    if (what == BP_TRACE_SLOPE && !has_slopes(&trace->record, layer))
        return BP_EUNSUPPORTED;
    if (count != span.count)
        return BP_ESHAPE;
    memcpy(values, bp_record_row(&trace->record, row) + span.offset,
           count * sizeof *values);
    return BP_OK;
}

bp_status bp_trace_get_costs(const bp_trace *trace, double *values, size_t count)
{
    size_t i;

    if (trace == NULL || values == NULL)
        return BP_EINVAL;
    if (!trace->ran)
        return BP_ESTATE;
    if (count != trace->record.rows)
        return BP_ESHAPE;
    for (i = 0; i < count; i++)
        values[i] = bp_record_row(&trace->record, i)[trace->record.cost_value];
    return BP_OK;
}

/* ---- gradients ---- */

/* dC/dw of one row. */
static double gradient_at(const struct bp_record *record, const double *row, size_t layer,
                          int32_t which, size_t index)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];

    if (node->spec.kind == BP_LAYER_KIND_CUSTOM)
        return row[slot->param_grads + index];
    if (bp_layer_normalises(node->spec.kind))
        return row[slot->a_grad + index] *
               (which == BP_PARAMETER_BIAS ? 1 : bp_norm_of(record, layer, row, index));
    if (which == BP_PARAMETER_BIAS)
        return row[slot->z_grad + index];
    return row[bp_record_input(record, layer) + index % node->inputs] *
           row[slot->z_grad + index / node->inputs];
}

/* Add a row's gradient, times a weight. */
static void add_gradient(const struct bp_record *record, size_t row, size_t layer,
                         int32_t which, double weight, double *values)
{
    const struct bp_place *place = bp_network_place(record->network, layer, which);
    const size_t count = place->rows * place->cols;
    size_t i;

    for (i = 0; i < count; i++)
        values[i] +=
            weight * gradient_at(record, bp_record_row(record, row), layer, which, i);
}

static void mean_gradient(const struct bp_record *record, size_t layer, int32_t which,
                          double *values, size_t count)
{
    const double total = bp_record_total(record);
    size_t row;
    size_t i;

    memset(values, 0, count * sizeof *values);
    for (row = 0; row < record->rows; row++)
        add_gradient(record, row, layer, which, bp_record_share(record, row), values);
    for (i = 0; i < count && total > 0; i++)
        values[i] /= total;
}

static bp_status get_gradient(const struct bp_trace *trace, size_t layer, int32_t which,
                              double *values, size_t count)
{
    const struct bp_place *place;

    if (values == NULL)
        return BP_EINVAL;
    if (!trace->ran)
        return BP_ESTATE;
    place = bp_network_place(trace->record.network, layer, which);
    if (place == NULL)
        return BP_EINVAL;
    return count == place->rows * place->cols ? BP_OK : BP_ESHAPE;
}

bp_status bp_trace_get_gradient(const bp_trace *trace, size_t layer, int32_t which,
                                double *values, size_t count)
{
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = get_gradient(trace, layer, which, values, count);
    if (status == BP_OK)
        mean_gradient(&trace->record, layer, which, values, count);
    return status;
}

bp_status bp_trace_get_row_gradient(const bp_trace *trace, size_t row, size_t layer,
                                    int32_t which, double *values, size_t count)
{
    bp_status status;

    if (trace == NULL)
        return BP_EINVAL;
    status = get_gradient(trace, layer, which, values, count);
    if (status == BP_OK && row >= trace->record.rows)
        return BP_EINVAL;
    if (status != BP_OK)
        return status;
    memset(values, 0, count * sizeof *values);
    add_gradient(&trace->record, row, layer, which, 1, values);
    return BP_OK;
}
