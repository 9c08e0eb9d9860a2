/* SPDX-License-Identifier: MIT */
/*
 * Costs on the arrays of a batch, in double. Softmax cross-entropy on logits z, with
 * m = max z and p = softmax z, is for each row
 *
 *     C = -sum_j y_j ln p_j,   ln p_j = (z_j - m) - ln sum_i e^(z_i - m)
 *     dC/dz_j = p_j sum_i y_i - y_j
 *
 * where sum y = 1 but for targets that are no distribution. A label stands for y = 1 at
 * its place and 0 elsewhere. With smoothing s, (1 - s) y + s / D takes the place of y. A
 * row counts by its weight. A template: activation.h is included before it.
 */
#include "kernel/math.h"

static double target(const struct bp_cost_run *run, size_t r, size_t j)
{
    if (run->targets == NULL)
        return run->labels[r] == (int32_t)j ? 1 : 0;
    return ((const real *)run->targets)[r * run->stride + j];
}

/* A factor of 1 changes no bit. */
static double weight_of(const struct bp_cost_run *run, size_t r)
{
    return run->weights != NULL ? run->weights[r] : 1;
}

static double class_target(const struct bp_cost_run *run, size_t r, size_t j)
{
    const double y = target(run, r, j);

    if (run->smoothing == 0)
        return y;
    return (1 - run->smoothing) * y + run->smoothing / (double)run->cols;
}

static const real *output_row(const struct bp_cost_run *run, size_t r)
{
    return (const real *)run->outputs + r * run->stride;
}

static real *gradient_row(const struct bp_cost_run *run, size_t r)
{
    return (real *)run->gradient + r * run->stride;
}

static double row_max(const real *z, size_t count)
{
    double m = z[0];
    size_t j;

    for (j = 1; j < count; j++)
        m = z[j] > m ? z[j] : m;
    return m;
}

/* e^(z - m) of so many columns at a time. */
enum { EXP_COLUMNS = 32 };

static size_t row_exp(const struct bp_cost_run *run, const real *z, double m, size_t from,
                      double e[EXP_COLUMNS])
{
    const size_t rest = run->cols - from;
    const size_t count = rest < EXP_COLUMNS ? rest : EXP_COLUMNS;
    size_t j;

    for (j = 0; j < count; j++)
        e[j] = (double)z[from + j] - m;
    bp_engine_f64.exp(run->wide, e, count);
    return count;
}

static double row_sum_exp(const struct bp_cost_run *run, const real *z, double m)
{
    double e[EXP_COLUMNS];
    double sum = 0;
    size_t from, count, j;

    for (from = 0; from < run->cols; from += count) {
        count = row_exp(run, z, m, from, e);
        for (j = 0; j < count; j++)
            sum += e[j];
    }
    return sum;
}

/* 0 ln 0 is 0: only where there is a target does the logarithm count. */
static double softmax_row_value(const struct bp_cost_run *run, size_t r)
{
    const real *z = output_row(run, r);
    const double m = row_max(z, run->cols);
    const double log_sum = bp_log_f64(row_sum_exp(run, z, m));
    double value = 0;
    size_t j;

    for (j = 0; j < run->cols; j++) {
        const double y = class_target(run, r, j);

        if (y != 0)
            value -= y * (((double)z[j] - m) - log_sum);
    }
    return value;
}

static double row_target_sum(const struct bp_cost_run *run, size_t r)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < run->cols; j++)
        sum += class_target(run, r, j);
    return sum;
}

static void softmax_row_gradient(const struct bp_cost_run *run, size_t r)
{
    const real *z = output_row(run, r);
    real *g = gradient_row(run, r);
    const double m = row_max(z, run->cols);
    const double sum = row_sum_exp(run, z, m);
    const double whole = run->targets != NULL ? row_target_sum(run, r) : 1;
    const double weight = weight_of(run, r);
    double e[EXP_COLUMNS];
    size_t from, count, j;

    for (from = 0; from < run->cols; from += count) {
        count = row_exp(run, z, m, from, e);
        for (j = 0; j < count; j++) {
            const double p = e[j] / sum;
            const double y = class_target(run, r, from + j);

            g[from + j] = (real)(weight * (p * whole - y) / run->divisor);
        }
    }
}

static double element_row_value(const struct bp_cost_run *run, size_t r,
                                const struct bp_cost_element *element)
{
    const real *a = output_row(run, r);
    double value = 0;
    size_t j;

    for (j = 0; j < run->cols; j++)
        value += element->value(a[j], target(run, r, j), run->scale);
    return value;
}

static void element_row_gradient(const struct bp_cost_run *run, size_t r,
                                 const struct bp_cost_element *element)
{
    const real *a = output_row(run, r);
    real *g = gradient_row(run, r);
    const double weight = weight_of(run, r);
    size_t j;

    for (j = 0; j < run->cols; j++) {
        const double slope = element->slope(a[j], target(run, r, j), run->scale);

        g[j] = (real)(weight * slope / run->divisor);
    }
}

static double cost_value(const struct bp_cost_run *run, double total)
{
    const struct bp_cost_element *element = bp_cost_element(run->kind, run->fused);
    size_t r;

    for (r = 0; r < run->rows; r++)
        total += weight_of(run, r) * (element != NULL ? element_row_value(run, r, element)
                                                      : softmax_row_value(run, r));
    return total;
}

static void cost_gradient(const struct bp_cost_run *run)
{
    const struct bp_cost_element *element = bp_cost_element(run->kind, run->fused);
    size_t r;

    for (r = 0; r < run->rows; r++) {
        if (element != NULL)
            element_row_gradient(run, r, element);
        else
            softmax_row_gradient(run, r);
    }
    clear_padding(run->gradient, run->rows, run->cols, run->stride);
}

static uint64_t row_branches(const struct bp_cost_run *run, size_t r,
                             const struct bp_cost_element *element, uint64_t hash)
{
    size_t j;

    for (j = 0; j < run->cols; j++)
        hash = bp_mix(
            hash, element->side(output_row(run, r)[j], target(run, r, j), run->scale));
    return hash;
}

static uint64_t cost_branches(const struct bp_cost_run *run, uint64_t hash)
{
    const struct bp_cost_element *element = bp_cost_element(run->kind, run->fused);
    size_t r;

    if (element == NULL || element->side == NULL)
        return hash;
    for (r = 0; r < run->rows; r++)
        hash = row_branches(run, r, element, hash);
    return hash;
}
