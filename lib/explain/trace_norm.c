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

static double join_slope(const struct bp_record *record, size_t layer, size_t unit,
                         const double *s, const double *t)
{
    const double share = 1 / (double)record->rows;
    const double own = s == t ? 1 : 0;

    return scale_of(record, layer, unit) * r_of(record, layer, t, unit) *
           (own - share -
            share * bp_norm_of(record, layer, s, unit) *
                bp_norm_of(record, layer, t, unit));
}

static double own_slope(const struct bp_record *record, size_t layer, const double *row,
                        size_t j)
{
    const struct bp_trace_slot *slot = &record->slots[layer];

    if (slot->coupled)
        return bp_norm_slope(record, layer, row, j, j);
    if (slot->joins)
        return join_slope(record, layer, j, row, row);
    return scale_of(record, layer, j) * r_of(record, layer, row, j);
}

void bp_norm_forward(const struct bp_record *record, size_t layer, double *row)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    size_t j;

    if (!slot->joins)
        find_moments(record, layer, row);
    for (j = 0; j < slot->a_count; j++) {
        row[slot->a + j] =
            scale_of(record, layer, j) * bp_norm_of(record, layer, row, j) +
            shift_of(record, layer, j);
        row[slot->slope + j] = own_slope(record, layer, row, j);
    }
}

/* ---- rows that are joined ---- */

/* Mean and r of one unit, to each row. */
static void join_unit(const struct bp_record *record, size_t layer,
                      const struct bp_record_rows *rows, size_t j)
{
    const struct bp_node *node = node_of(record, layer);
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double count = (double)rows->count;
    double mean = 0;
    double variance = 0;
    size_t i;

    for (i = 0; i < rows->count; i++)
        mean += bp_rows_at(record, rows, i)[slot->z + j] / count;
    for (i = 0; i < rows->count; i++) {
        const double apart = bp_rows_at(record, rows, i)[slot->z + j] - mean;

        variance += apart * apart / count;
    }
    for (i = 0; i < rows->count; i++) {
        double *moments = bp_rows_at(record, rows, i) + slot->moments;

        moments[j] = mean;
        moments[bp_norm_moments(node) + j] =
            1 / sqrt(variance + bp_layer_setting(&node->spec, BP_LAYER_EPSILON));
    }
}

void bp_norm_join(const struct bp_record *record, size_t layer,
                  const struct bp_record_rows *rows)
{
    size_t j;

    for (j = 0; j < record->slots[layer].z_count; j++)
        join_unit(record, layer, rows, j);
}

/* d_t = scale r (g_t - mean g - n_t mean (g n)), the means over the rows. */
static void join_unit_backward(const struct bp_record *record, size_t layer,
                               const struct bp_record_rows *rows, size_t j)
{
    const struct bp_trace_slot *slot = &record->slots[layer];
    const double count = (double)rows->count;
    double g = 0;
    double gn = 0;
    size_t i;

    for (i = 0; i < rows->count; i++) {
        const double *row = bp_rows_at(record, rows, i);

        g += row[slot->a_grad + j] / count;
        gn += row[slot->a_grad + j] * bp_norm_of(record, layer, row, j) / count;
    }
    for (i = 0; i < rows->count; i++) {
        double *row = bp_rows_at(record, rows, i);

        row[slot->z_grad + j] =
            scale_of(record, layer, j) * r_of(record, layer, row, j) *
            (row[slot->a_grad + j] - g - bp_norm_of(record, layer, row, j) * gn);
    }
}

void bp_norm_join_backward(const struct bp_record *record, size_t layer,
                           const struct bp_record_rows *rows)
{
    size_t j;

    for (j = 0; j < record->slots[layer].z_count; j++)
        join_unit_backward(record, layer, rows, j);
}

double bp_norm_join_slope(const struct bp_record *record, size_t layer, size_t unit,
                          size_t s, size_t t)
{
    return join_slope(record, layer, unit, bp_record_row(record, s),
                      bp_record_row(record, t));
}

/* ---- layer norm ---- */

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
