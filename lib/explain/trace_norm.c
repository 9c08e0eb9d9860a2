/* SPDX-License-Identifier: MIT */
#include "explain/trace_norm.h"

#include <math.h>

static const struct bp_node *node_of(const struct bp_record *record, size_t layer)
{
    return &record->network->nodes[layer];
}

size_t bp_norm_moments(const struct bp_node *node)
{
    return node->spec.kind == BP_LAYER_KIND_LAYER_NORM ? 1 : node->outputs;
}

static double scale_of(const struct bp_record *record, size_t layer, size_t j)
{
    const struct bp_place *place = &node_of(record, layer)->weight;

    return place->rows > 0 ? *bp_record_param(record, place, 0, j) : 1;
}

static double shift_of(const struct bp_record *record, size_t layer, size_t j)
{
    const struct bp_place *place = &node_of(record, layer)->bias;

    return place->rows > 0 ? *bp_record_param(record, place, 0, j) : 0;
}

/* 1 / deviation that belongs to unit j. */
static double r_of(const struct bp_record *record, size_t layer, const double *row,
                   size_t j)
{
    const size_t count = bp_norm_moments(node_of(record, layer));

    return row[record->slots[layer].moments + count + (count > 1 ? j : 0)];
}

double bp_norm_of(const struct bp_record *record, size_t layer, const double *row,
                  size_t j)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    const size_t count = bp_norm_moments(node_of(record, layer));
    const double mean = row[slot->moments + (count > 1 ? j : 0)];

    return (row[slot->z + j] - mean) * r_of(record, layer, row, j);
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < count; j++)
        sum += x[j];
    return sum / (double)count;
}

static double variance_of(const double *x, size_t count, double mean)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < count; j++)
        sum += (x[j] - mean) * (x[j] - mean);
    return sum / (double)count;
}

static void find_moments(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_node *node = node_of(record, layer);
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double epsilon = bp_layer_setting(&node->spec, BP_LAYER_EPSILON);
    const size_t count = bp_norm_moments(node);
    double *const mean = row + slot->moments;
    double *const r = mean + count;
    const double *const state = record->network->state.base;
    size_t j;

    if (node->spec.kind == BP_LAYER_KIND_LAYER_NORM) {
        *mean = mean_of(row + slot->z, slot->z_count);
        *r = 1 / sqrt(variance_of(row + slot->z, slot->z_count, *mean) + epsilon);
        return;
    }
    for (j = 0; j < count; j++) {
        mean[j] = state[node->mean.offset + j];
        r[j] = 1 / sqrt(state[node->variance.offset + j] + epsilon);
    }
}

void bp_norm_forward(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    size_t j;

    find_moments(record, layer, row);
    for (j = 0; j < slot->a_count; j++) {
        row[slot->a + j] =
            scale_of(record, layer, j) * bp_norm_of(record, layer, row, j) +
            shift_of(record, layer, j);
        row[slot->slope + j] =
            slot->coupled ? bp_norm_slope(record, layer, row, j, j)
                          : scale_of(record, layer, j) * r_of(record, layer, row, j);
    }
}

double bp_norm_slope(const struct bp_record *record, size_t layer, const double *row,
                     size_t i, size_t j)
{
    const double share = 1 / (double)node_of(record, layer)->outputs;
    const double own = i == j ? 1 : 0;

    return scale_of(record, layer, i) * r_of(record, layer, row, 0) *
           (own - share -
            share * bp_norm_of(record, layer, row, i) *
                bp_norm_of(record, layer, row, j));
}

/* The column sums of the slopes, with the sums that are the same for all units taken
 * once: d = r (h - mean h - n mean (h n)), h = scale g. */
void bp_norm_backward(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double *const g = row + slot->a_grad;
    const double count = (double)slot->a_count;
    double h = 0;
    double hn = 0;
    size_t j;

    for (j = 0; j < slot->a_count; j++) {
        h += scale_of(record, layer, j) * g[j];
        hn += scale_of(record, layer, j) * g[j] * bp_norm_of(record, layer, row, j);
    }
    for (j = 0; j < slot->z_count; j++)
        row[slot->z_grad + j] = r_of(record, layer, row, 0) *
                                (scale_of(record, layer, j) * g[j] - h / count -
                                 bp_norm_of(record, layer, row, j) * hn / count);
}
