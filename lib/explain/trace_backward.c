/* SPDX-License-Identifier: MIT */
/*
 * Backward. With g = dC/da and d = dC/dz:
 *
 *     d_j = sum over i of da_i/dz_j g_i        one term, but for coupled units
 *     dC/d input_i = sum over k of w_ki d_k
 *
 * and dC/dw_ki = input_i d_k is left to whoever asks for it.
 */
#include "explain/trace.h"
#include "explain/trace_callback.h"
#include "explain/trace_curve.h"
#include "explain/trace_norm.h"

#include "kernel/math.h"

#include <string.h>

static double floored(double a)
{
    return a < BP_LEAST_PROBABILITY ? BP_LEAST_PROBABILITY : a;
}

/* Softmax: da_i/dz_j = a_i ([i = j] - a_j). Its logarithm: [i = j] - e^a_j. */
static double coupled_slope(bool logarithm, const double *a, size_t i, size_t j)
{
    const double own = i == j ? 1 : 0;

    return logarithm ? own - bp_exp_f64(a[j]) : floored(a[i]) * (own - a[j]);
}

/* The sum over i, of which all but one term are the same for every j. */
static void coupled(const struct bp_node *node, const double *a, const double *g,
                    double *d)
{
    const bool logarithm = node->spec.activation == BP_ACTIVATION_LOG_SOFTMAX;
    double sum = 0;
    size_t j;

    for (j = 0; j < node->outputs; j++)
        sum += logarithm ? g[j] : floored(a[j]) * g[j];
    for (j = 0; j < node->outputs; j++)
        d[j] =
            logarithm ? g[j] - bp_exp_f64(a[j]) * sum : floored(a[j]) * g[j] - a[j] * sum;
}

static int32_t activation(struct bp_record *record, size_t layer, double *row)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];
    size_t j;

    if (bp_callback_node(node))
        return bp_callback_backward(record, layer, row,
                                    &(struct bp_callback_grads){row + slot->a_grad,
                                                                row + slot->z_grad,
                                                                row + slot->param_grads});
    if (node->spec.kind == BP_LAYER_KIND_LAYER_NORM)
        bp_norm_backward(record, layer, row);
    else if (slot->coupled)
        coupled(node, row + slot->a, row + slot->a_grad, row + slot->z_grad);
    for (j = 0; j < slot->z_count && !slot->coupled; j++)
        row[slot->z_grad + j] = row[slot->slope + j] * row[slot->a_grad + j];
    return 0;
}

static void input_gradient(const struct bp_record *record, size_t layer,
                           const double *row, double *grad)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const double *d = row + record->slots[layer].z_grad;
    const size_t stride = node->weight.row_stride;
    size_t i;
    size_t k;

    if (node->spec.kind != BP_LAYER_KIND_DENSE) {
        memcpy(grad, d, node->inputs * sizeof *grad);
        return;
    }
    for (i = 0; i < node->inputs; i++) {
        const double *w = bp_record_param(record, &node->weight, 0, i);

        grad[i] = 0;
        for (k = 0; k < node->outputs; k++)
            grad[i] += w[k * stride] * d[k];
    }
}

static int32_t backward_layer(struct bp_record *record, size_t layer,
                              const struct bp_record_rows *rows)
{
    const size_t before =
        layer > 0 ? record->slots[layer - 1].a_grad : record->input_grad;
    int32_t answer = 0;
    size_t i;

    if (record->slots[layer].joins)
        bp_norm_join_backward(record, layer, rows);
    for (i = 0; i < rows->count && answer == 0; i++) {
        double *row = bp_rows_at(record, rows, i);

        if (!record->slots[layer].joins)
            answer = activation(record, layer, row);
        if (answer == 0)
            input_gradient(record, layer, row, row + before);
    }
    return answer;
}

int32_t bp_record_backward(struct bp_record *record, const struct bp_record_rows *rows)
{
    int32_t answer = 0;
    size_t layer;

    for (layer = record->network->count; layer-- > 0 && answer == 0;)
        answer = backward_layer(record, layer, rows);
    return answer;
}

/* ---- single links ---- */

double bp_record_weight(const struct bp_record *record, size_t layer, size_t to,
                        size_t from)
{
    const struct bp_node *node = &record->network->nodes[layer];

    if (node->spec.kind != BP_LAYER_KIND_DENSE)
        return to == from ? 1 : 0;
    return *bp_record_param(record, &node->weight, to, from);
}

/* Callbacks give a row of the Jacobian for each unit vector in place of dC/da; they work
 * in places of the first block after the rows that no nudge needs. */
static int32_t ask_jacobian(struct bp_record *record, size_t row, size_t layer)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    double *spare = bp_record_row(record, record->rows);
    double *unit = spare + slot->a_grad;
    double *to = (double *)record->arena.base + record->jacobian;
    int32_t answer = 0;
    size_t i;

    memset(unit, 0, slot->a_count * sizeof *unit);
    for (i = 0; i < slot->a_count && answer == 0; i++) {
        unit[i] = 1;
        answer = bp_callback_backward(
            record, layer, bp_record_row(record, row),
            &(struct bp_callback_grads){unit, to + i * bp_padded(slot->z_count),
                                        spare + slot->param_grads});
        unit[i] = 0;
    }
    return answer;
}

int32_t bp_record_prepare(struct bp_record *record, size_t row, size_t layer)
{
    int32_t answer;

    if (!bp_callback_node(&record->network->nodes[layer]) ||
        (record->has_jacobian && record->jacobian_row == row &&
         record->jacobian_layer == layer))
        return 0;
    record->has_jacobian = false;
    answer = ask_jacobian(record, row, layer);
    record->has_jacobian = answer == 0;
    record->jacobian_row = row;
    record->jacobian_layer = layer;
    return answer;
}

double bp_record_slope(const struct bp_record *record, size_t row, size_t layer, size_t i,
                       size_t j)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double *numbers = bp_record_row(record, row);

    if (bp_callback_node(node))
        return ((const double *)record->arena
                    .base)[record->jacobian + i * bp_padded(slot->z_count) + j];
    if (node->spec.kind == BP_LAYER_KIND_LAYER_NORM)
        return bp_norm_slope(record, layer, numbers, i, j);
    if (slot->coupled)
        return coupled_slope(node->spec.activation == BP_ACTIVATION_LOG_SOFTMAX,
                             numbers + slot->a, i, j);
    return i == j ? numbers[slot->slope + j] : 0;
}
