/* SPDX-License-Identifier: MIT */
/*
 * Forward: z_k = b_k + sum of w_ki a_i, then a = f(z). Loops as plain as can
 * be: this is the text that the kernels are compared with, and not one of them.
 */
#include "explain/trace.h"
#include "explain/trace_callback.h"
#include "explain/trace_curve.h"
#include "explain/trace_norm.h"
#include "explain/trace_random.h"

#include "kernel/math.h"

#include <string.h>

static void start_with_bias(const struct bp_record *record, const struct bp_node *node,
                            double *z)
{
    size_t k;

    for (k = 0; k < node->outputs; k++)
        z[k] = node->bias.rows > 0 ? *bp_record_param(record, &node->bias, 0, k) : 0;
}

/* The weights of one input lie together. */
static void dense(const struct bp_record *record, const struct bp_node *node,
                  const double *input, double *z)
{
    const size_t stride = node->weight.row_stride;
    size_t i;
    size_t k;

    start_with_bias(record, node, z);
    for (i = 0; i < node->inputs; i++) {
        const double *w = bp_record_param(record, &node->weight, 0, i);
        const double a = input[i];

        for (k = 0; k < node->outputs; k++)
            z[k] += w[k * stride] * a;
    }
}

static double setting_of(const struct bp_node *node)
{
    return bp_layer_setting(&node->spec, BP_LAYER_SLOPE);
}

static void activate_each(const struct bp_node *node, const struct bp_curve *curve,
                          const double *z, double *a, double *slope)
{
    const double s = setting_of(node);
    size_t j;

    for (j = 0; j < node->outputs; j++) {
        a[j] = curve->value(z[j], s);
        slope[j] = curve->slope(z[j], s);
    }
}

/* Of a coupled layer the slope is that of a_j for its own z_j. */
static void activate_coupled(const struct bp_node *node, const double *z, double *a,
                             double *slope)
{
    const bool logarithm = node->spec.activation == BP_ACTIVATION_LOG_SOFTMAX;
    size_t j;

    bp_curve_softmax(z, node->outputs, logarithm ? NULL : a, logarithm ? a : NULL);
    for (j = 0; j < node->outputs; j++)
        slope[j] = logarithm ? 1 - bp_exp_f64(a[j]) : a[j] * (1 - a[j]);
}

static void weigh(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double *input = row + bp_record_input(record, layer);

    if (node->spec.kind == BP_LAYER_KIND_DENSE)
        dense(record, node, input, row + slot->z);
    else
        memcpy(row + slot->z, input, slot->z_count * sizeof *row);
}

static int32_t activate(struct bp_record *record, size_t layer, double *row)
{
    const struct bp_node *node = &record->network->nodes[layer];
    const struct bp_trace_slot *slot = &record->slots[layer];
    const struct bp_curve *curve = bp_curve(node->spec.activation);

    if (bp_callback_node(node))
        return bp_callback_forward(record, layer, row);
    if (bp_layer_normalises(node->spec.kind))
        bp_norm_forward(record, layer, row);
    else if (slot->random)
        bp_random_forward(record, layer, row);
    else if (curve != NULL)
        activate_each(node, curve, row + slot->z, row + slot->a, row + slot->slope);
    else
        activate_coupled(node, row + slot->z, row + slot->a, row + slot->slope);
    return 0;
}

static int32_t forward_layer(struct bp_record *record, size_t layer,
                             const struct bp_record_rows *rows)
{
    int32_t answer = 0;
    size_t i;

    for (i = 0; i < rows->count; i++)
        weigh(record, layer, bp_rows_at(record, rows, i));
    if (record->slots[layer].joins)
        bp_norm_join(record, layer, rows);
    for (i = 0; i < rows->count && answer == 0; i++)
        answer = activate(record, layer, bp_rows_at(record, rows, i));
    return answer;
}

int32_t bp_record_forward(struct bp_record *record, const struct bp_record_rows *rows)
{
    int32_t answer = 0;
    size_t layer;

    for (layer = 0; layer < record->network->count && answer == 0; layer++)
        answer = forward_layer(record, layer, rows);
    return answer;
}
