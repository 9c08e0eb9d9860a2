/* SPDX-License-Identifier: MIT */
/*
 * The cost of one example and dC/da. Where training computes the last activation and the
 * cost as one formula, the chain's own factors are
 *
 *     softmax        C = -sum y_i ln a_i    dC/da_i = -y_i / a_i
 *     log-softmax    C = -sum y_i a_i       dC/da_i = -y_i
 *     sigmoid        the cross-entropies    dC/da = (1 - y) / (1 - a) - y / a
 *
 * with 1 - a taken as sigmoid(-z), so that it keeps its digits where a is nearly 1. The
 * value is taken from z, as in training.
 */
#include "explain/trace.h"
#include "explain/trace_callback.h"
#include "explain/trace_curve.h"

static double divisor(const struct bp_record *record)
{
    return bp_cost_divisor(&record->cost, 1, bp_network_width(record->network));
}

/* Targets of softmax cross-entropy, with label smoothing. */
static double smooth(const struct bp_record *record, double y)
{
    const double s = record->cost.settings[BP_COST_SMOOTHING - 1];

    return (1 - s) * y + s / (double)bp_network_width(record->network);
}

/* -sum y ln p, by the logarithms of p, which lie in `log_p` for as long. */
static double entropy(const struct bp_record *record, const double *z, const double *y,
                      double *log_p)
{
    const size_t count = bp_network_width(record->network);
    double value = 0;
    size_t j;

    bp_curve_softmax(z, count, NULL, log_p);
    for (j = 0; j < count; j++)
        if (smooth(record, y[j]) != 0)
            value -= smooth(record, y[j]) * log_p[j];
    return value;
}

static double elements(const struct bp_record *record, const double *a, const double *y,
                       size_t count)
{
    const struct bp_cost_element *element =
        bp_cost_element(record->cost.kind, record->fused);
    double value = 0;
    size_t j;

    for (j = 0; j < count; j++)
        value += element->value(a[j], y[j], record->cost.settings[BP_COST_SCALE - 1]);
    return value;
}

int32_t bp_record_cost(struct bp_record *record, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[record->network->count - 1];
    const double *from = row + (record->fused ? slot->z : slot->a);
    const double *y = row + record->targets;
    double value;

    if (record->cost.kind == BP_COST_CUSTOM)
        return bp_callback_cost(record, row);
    value = record->cost.kind == BP_COST_SOFTMAX_CROSS_ENTROPY
                ? entropy(record, from, y, row + slot->a_grad)
                : elements(record, from, y, slot->a_count);
    row[record->cost_value] = value / divisor(record);
    return 0;
}

static double floored(double a)
{
    return a < BP_LEAST_PROBABILITY ? BP_LEAST_PROBABILITY : a;
}

static double sum_of(const struct bp_record *record, const double *y)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < bp_network_width(record->network); j++)
        sum += smooth(record, y[j]);
    return sum;
}

static void softmax_gradient(const struct bp_record *record, const double *row,
                             double *grad)
{
    const size_t last = record->network->count - 1;
    const struct bp_trace_slot *slot = &record->slots[last];
    const int32_t activation = record->network->nodes[last].spec.activation;
    const double *y = row + record->targets;
    const double *a = row + slot->a;
    const double sum = sum_of(record, y);
    size_t j;

    if (!record->fused) /* a are logits, and the cost has the softmax in it */
        bp_curve_softmax(a, slot->a_count, grad, NULL);
    for (j = 0; j < slot->a_count; j++) {
        const double t = smooth(record, y[j]);

        if (!record->fused)
            grad[j] = grad[j] * sum - t;
        else
            grad[j] = activation == BP_ACTIVATION_SOFTMAX ? -t / floored(a[j]) : -t;
    }
}

static double sigmoid_entropy_slope(double z, double y)
{
    double a;
    double rest;

    bp_curve_sigmoid(z, &a, &rest);
    return (1 - y) / rest - y / a;
}

static void element_gradient(const struct bp_record *record, const double *row,
                             double *grad)
{
    const struct bp_trace_slot *slot = &record->slots[record->network->count - 1];
    const struct bp_cost_element *element = bp_cost_element(record->cost.kind, false);
    const double scale = record->cost.settings[BP_COST_SCALE - 1];
    const double *y = row + record->targets;
    size_t j;

    for (j = 0; j < slot->a_count; j++)
        grad[j] = (record->fused ? sigmoid_entropy_slope(row[slot->z + j], y[j])
                                 : element->slope(row[slot->a + j], y[j], scale)) /
                  divisor(record);
}

int32_t bp_record_cost_gradient(struct bp_record *record, double *row)
{
    double *grad = row + record->slots[record->network->count - 1].a_grad;

    int32_t answer = 0;
    size_t j;

    if (record->cost.kind == BP_COST_CUSTOM)
        answer = bp_callback_cost_gradient(record, row);
    else if (record->cost.kind == BP_COST_SOFTMAX_CROSS_ENTROPY)
        softmax_gradient(record, row, grad);
    else
        element_gradient(record, row, grad);
    for (j = 0; j < bp_network_width(record->network) && record->joined; j++)
        grad[j] *= row[record->weight];
    return answer;
}
