/* SPDX-License-Identifier: MIT */
/* Rows into the sums. */
#include "metrics.h"

#include "kernel/math.h"

#include <math.h>
#include <string.h>

/* ---- one row ---- */

static bool is_unit(int32_t range)
{
    return range == BP_RANGE_UNIT || range == BP_RANGE_PROBABILITY;
}

int32_t bp_metrics_class(const double *outputs, size_t count, int32_t range)
{
    size_t best = 0;
    size_t j;

    if (count == 1)
        return outputs[0] >= (is_unit(range) ? 0.5 : 0);
    for (j = 1; j < count; j++)
        if (outputs[j] > outputs[best])
            best = j;
    return (int32_t)best;
}

/* Whether the label is among the k best: less than k outputs come before its own, the
 * first of equals first. */
static bool is_near(const struct bp_metrics *metrics, const struct bp_metrics_row *row,
                    int32_t found)
{
    const double k = bp_metrics_setting(metrics, BP_METRICS_TOP_K);
    double before = 0;
    size_t j;

    if (metrics->outputs == 1)
        return k >= 2 || found == row->label;
    for (j = 0; j < metrics->outputs; j++)
        before += row->outputs[j] > row->outputs[row->label] ||
                  (row->outputs[j] == row->outputs[row->label] && j < (size_t)row->label);
    return before < k;
}

/* A probability as scikit-learn takes it to the logarithm: by 2^-52 away from 0 and 1. */
static double inside(double p)
{
    const double least = 0x1p-52;

    return fmin(fmax(p, least), 1 - least);
}

/* -ln p of the label, where the classes' probabilities are taken to sum to 1. */
static double loss_of_probabilities(const double *p, size_t count, size_t label)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < count; j++)
        sum += inside(p[j]);
    return bp_log_f64(sum) - bp_log_f64(inside(p[label]));
}

/* -ln softmax of the label: ln sum e^(z_i - m) - (z - m). */
static double loss_of_logits(const double *z, size_t count, size_t label)
{
    double m = z[0];
    double sum = 0;
    size_t j;

    for (j = 1; j < count; j++)
        m = z[j] > m ? z[j] : m;
    for (j = 0; j < count; j++)
        sum += bp_exp_f64(z[j] - m);
    return bp_log_f64(sum) - (z[label] - m);
}

/* One output is that of class 1. */
static double loss_of_one(double a, int32_t label, int32_t range)
{
    const double pair[2] = {1 - a, a};
    const double z = label == 1 ? a : -a;

    if (is_unit(range))
        return loss_of_probabilities(pair, 2, (size_t)label);
    if (range == BP_RANGE_LOG_PROBABILITY)
        return label == 1 ? fmin(-a, 100) : fmin(-bp_log1p_f64(-bp_exp_f64(a)), 100);
    return fmax(-z, 0) + bp_log1p_f64(bp_exp_f64(-fabs(z)));
}

static double log_loss(const struct bp_metrics_row *row, size_t count)
{
    const size_t label = (size_t)row->label;

    if (count == 1)
        return loss_of_one(row->outputs[0], row->label, row->range);
    if (is_unit(row->range))
        return loss_of_probabilities(row->outputs, count, label);
    if (row->range == BP_RANGE_LOG_PROBABILITY)
        return fmin(-row->outputs[label], 100);
    return loss_of_logits(row->outputs, count, label);
}

static void keep_score(struct bp_metrics *metrics, const struct bp_metrics_row *row)
{
    struct bp_scores *scores = &metrics->scores;

    if (bp_metrics_setting(metrics, BP_METRICS_SCORES) == 0)
        return;
    memcpy(scores->values + scores->rows * metrics->outputs, row->outputs,
           metrics->outputs * sizeof *row->outputs);
    scores->weights[scores->rows] = row->weight;
    scores->labels[scores->rows] = row->label;
    scores->rows++;
}

static void take_label(struct bp_metrics *metrics, struct bp_tally *tally,
                       const struct bp_metrics_row *row)
{
    const int32_t found = bp_metrics_class(row->outputs, metrics->outputs, row->range);
    const size_t cell = (size_t)row->label * metrics->classes + (size_t)found;

    tally->rows++;
    tally->weight += row->weight;
    tally->weight_squares += row->weight * row->weight;
    tally->correct += found == row->label ? row->weight : 0;
    tally->near += is_near(metrics, row, found) ? row->weight : 0;
    tally->log_loss += row->weight * log_loss(row, metrics->outputs);
    tally->confusion[cell] += row->weight;
    keep_score(metrics, row);
}

/* Mean and spread by West's update, 1979: never a difference of large sums. */
static void take_targets(const struct bp_metrics *metrics, struct bp_tally *tally,
                         const struct bp_metrics_row *row)
{
    const double w = row->weight;
    size_t j;

    tally->numbers++;
    tally->numbers_weight += w;
    for (j = 0; j < metrics->outputs && w > 0; j++) {
        struct bp_metrics_column *column = &tally->columns[j];
        const double error = row->outputs[j] - row->targets[j];
        const double apart = row->targets[j] - column->mean;

        column->mean += apart * (w / tally->numbers_weight);
        column->spread += w * apart * (row->targets[j] - column->mean);
        column->square += w * error * error;
        column->absolute += w * fabs(error);
    }
}

void bp_metrics_take(struct bp_metrics *metrics, struct bp_tally *tally,
                     const struct bp_metrics_row *row)
{
    if (row->label >= 0)
        take_label(metrics, tally, row);
    if (row->targets != NULL)
        take_targets(metrics, tally, row);
}

/* ---- rows of a caller ---- */

/** What the four functions have in common. */
struct rows {
    const float *outputs;
    const double *outputs_f64;
    const float *targets;
    const double *targets_f64;
    const int32_t *labels;
    const double *weights;
    size_t count; /**< Rows. */
    bool labelled;
};

static double output_at(const struct rows *rows, size_t i)
{
    return rows->outputs != NULL ? (double)rows->outputs[i] : rows->outputs_f64[i];
}

static double target_at(const struct rows *rows, size_t i)
{
    return rows->targets != NULL ? (double)rows->targets[i] : rows->targets_f64[i];
}

static bool is_finite(double x)
{
    return x - x == 0;
}

static bp_status check_arguments(struct bp_metrics *metrics, const struct rows *rows,
                                 size_t outputs_count)
{
    struct bp_text *text = &metrics->text;
    size_t expected;

    if (rows->outputs == NULL && rows->outputs_f64 == NULL)
        return bp_fail_null(text, "outputs");
    if (rows->labelled && rows->labels == NULL)
        return bp_fail_null(text, "labels");
    if (!rows->labelled && rows->targets == NULL && rows->targets_f64 == NULL)
        return bp_fail_null(text, "targets");
    if (!bp_mul(rows->count, metrics->outputs, &expected) || outputs_count != expected)
        return bp_fail(text, BP_ESHAPE,
                       "outputs_count is %zu, expected %zu rows of %zu outputs",
                       outputs_count, rows->count, metrics->outputs);
    return BP_OK;
}

static bp_status fail_value(struct bp_metrics *metrics, const char *name, size_t i,
                            double value)
{
    return bp_fail(&metrics->text, BP_EDATA,
                   "%s row %zu, column %zu is %s, expected a finite number", name,
                   i / metrics->outputs, i % metrics->outputs, bp_number(value).text);
}

static bp_status check_values(struct bp_metrics *metrics, const struct rows *rows)
{
    const size_t count = rows->count * metrics->outputs;
    size_t i;

    for (i = 0; i < count; i++) {
        if (!is_finite(output_at(rows, i)))
            return fail_value(metrics, "outputs", i, output_at(rows, i));
        if (!rows->labelled && !is_finite(target_at(rows, i)))
            return fail_value(metrics, "targets", i, target_at(rows, i));
    }
    return BP_OK;
}

static bp_status check_rows(struct bp_metrics *metrics, const struct rows *rows)
{
    size_t r;

    for (r = 0; r < rows->count; r++) {
        const double weight = rows->weights != NULL ? rows->weights[r] : 1;

        if (rows->labelled &&
            (rows->labels[r] < 0 || (size_t)rows->labels[r] >= metrics->classes))
            return bp_fail(&metrics->text, BP_EDATA,
                           "labels[%zu] is %ld, expected 0 to %zu", r,
                           (long)rows->labels[r], metrics->classes - 1);
        if (!is_finite(weight) || weight < 0)
            return bp_fail(&metrics->text, BP_EDATA,
                           "weights[%zu] is %s, expected a finite number, 0 or more", r,
                           bp_number(weight).text);
    }
    return BP_OK;
}

static void take_row(struct bp_metrics *metrics, const struct rows *rows, size_t r)
{
    const size_t width = metrics->outputs;
    double *targets = metrics->row + width;
    const struct bp_metrics_row row = {
        .outputs = metrics->row,
        .targets = rows->labelled ? NULL : targets,
        .label = rows->labelled ? rows->labels[r] : -1,
        .range = (int32_t)bp_metrics_setting(metrics, BP_METRICS_RANGE),
        .weight = rows->weights != NULL ? rows->weights[r] : 1,
    };
    size_t j;

    for (j = 0; j < width; j++) {
        metrics->row[j] = output_at(rows, r * width + j);
        if (!rows->labelled)
            targets[j] = target_at(rows, r * width + j);
    }
    bp_metrics_take(metrics, &metrics->tallies[metrics->now], &row);
}

static bp_status add(struct bp_metrics *metrics, const struct rows *rows,
                     size_t outputs_count)
{
    bp_status status;
    size_t r;

    if (metrics == NULL)
        return BP_EINVAL;
    status = check_arguments(metrics, rows, outputs_count);
    if (status == BP_OK)
        status = check_values(metrics, rows);
    if (status == BP_OK)
        status = check_rows(metrics, rows);
    if (status == BP_OK && rows->labelled)
        status = bp_metrics_reserve(metrics, rows->count);
    if (status != BP_OK)
        return status;
    metrics->scores.rows = metrics->scores.kept;
    for (r = 0; r < rows->count; r++)
        take_row(metrics, rows, r);
    metrics->scores.kept = metrics->scores.rows;
    return BP_OK;
}

bp_status bp_metrics_add_labels(bp_metrics *metrics, const float *outputs,
                                size_t outputs_count, const int32_t *labels,
                                const double *weights, size_t rows)
{
    const struct rows all = {.outputs = outputs,
                             .labels = labels,
                             .weights = weights,
                             .count = rows,
                             .labelled = true};

    return add(metrics, &all, outputs_count);
}

bp_status bp_metrics_add_labels_f64(bp_metrics *metrics, const double *outputs,
                                    size_t outputs_count, const int32_t *labels,
                                    const double *weights, size_t rows)
{
    const struct rows all = {.outputs_f64 = outputs,
                             .labels = labels,
                             .weights = weights,
                             .count = rows,
                             .labelled = true};

    return add(metrics, &all, outputs_count);
}

bp_status bp_metrics_add_targets(bp_metrics *metrics, const float *outputs,
                                 size_t outputs_count, const float *targets,
                                 const double *weights, size_t rows)
{
    const struct rows all = {
        .outputs = outputs, .targets = targets, .weights = weights, .count = rows};

    return add(metrics, &all, outputs_count);
}

bp_status bp_metrics_add_targets_f64(bp_metrics *metrics, const double *outputs,
                                     size_t outputs_count, const double *targets,
                                     const double *weights, size_t rows)
{
    const struct rows all = {.outputs_f64 = outputs,
                             .targets_f64 = targets,
                             .weights = weights,
                             .count = rows};

    return add(metrics, &all, outputs_count);
}
