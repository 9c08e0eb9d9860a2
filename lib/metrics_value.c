/* SPDX-License-Identifier: MIT */
/* Sums into figures. What is a fraction of nothing is 0, as scikit-learn has it. */
#include "metrics.h"

#include "kernel/math.h"

#include <math.h>

static const struct bp_tally *tally_of(const struct bp_metrics *metrics)
{
    return &metrics->tallies[metrics->now];
}

static double fraction(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* ---- accuracy ---- */

/*
 * The z of a two-sided confidence c: erf(z / sqrt 2) = c. Newton's steps from 0 rise to
 * it, as erf is concave there.
 */
static double normal_quantile(double c)
{
    const double root_half = 0.70710678118654752440;
    const double peak = 0.79788456080286535588; /* sqrt(2 / pi) */
    double z = 0;
    int i;

    for (i = 0; i < 100; i++)
        z += (c - bp_erf_f64(z * root_half)) / (peak * bp_exp_f64(-z * z / 2));
    return z;
}

/*
 * Wilson's interval, 1927, for a share p of n rows:
 * (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
 * Of weighted rows n is Kish's (sum w)^2 / sum w^2; without weights the number of rows.
 */
static double wilson(const struct bp_metrics *metrics, double sign)
{
    const struct bp_tally *tally = tally_of(metrics);
    const double z = normal_quantile(bp_metrics_setting(metrics, BP_METRICS_CONFIDENCE));
    const double n = tally->weight * tally->weight / tally->weight_squares;
    const double p = tally->correct / tally->weight;
    const double centre = p + z * z / (2 * n);
    const double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

    return fmin(fmax((centre + sign * half) / (1 + z * z / n), 0), 1);
}

/* ---- classes ---- */

static double cell(const struct bp_metrics *metrics, size_t target, size_t predicted)
{
    return tally_of(metrics)->confusion[target * metrics->classes + predicted];
}

/* Weight of the rows of a class, */
static double support(const struct bp_metrics *metrics, size_t class)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < metrics->classes; j++)
        sum += cell(metrics, class, j);
    return sum;
}

/* and of those that were taken for it. */
static double predicted(const struct bp_metrics *metrics, size_t class)
{
    double sum = 0;
    size_t j;

    for (j = 0; j < metrics->classes; j++)
        sum += cell(metrics, j, class);
    return sum;
}

static double of_class(const struct bp_metrics *metrics, int32_t metric, size_t class)
{
    const double hit = cell(metrics, class, class);
    const double rows = support(metrics, class);
    const double taken = predicted(metrics, class);

    switch (metric) {
    case BP_METRIC_SUPPORT: return rows;
    case BP_METRIC_PREDICTED: return taken;
    case BP_METRIC_PRECISION: return fraction(hit, taken);
    case BP_METRIC_RECALL: return fraction(hit, rows);
    default: return fraction(2 * hit, rows + taken); /* F1 */
    }
}

/* The mean over the classes that occur or were taken to, or by their support. */
static double mean_over_classes(const struct bp_metrics *metrics, int32_t metric,
                                bool weighted)
{
    double sum = 0;
    double whole = 0;
    size_t c;

    for (c = 0; c < metrics->classes; c++) {
        const double rows = support(metrics, c);
        const double share = weighted ? rows : rows + predicted(metrics, c) > 0;

        sum += share * of_class(metrics, metric, c);
        whole += share;
    }
    return fraction(sum, whole);
}

static bp_status class_value(struct bp_metrics *metrics, int32_t metric, int32_t index,
                             double *value)
{
    const struct bp_tally *tally = tally_of(metrics);
    const bool sums = metric == BP_METRIC_SUPPORT || metric == BP_METRIC_PREDICTED;

    if (index >= 0)
        *value = of_class(metrics, metric, (size_t)index);
    else if (sums)
        *value = tally->weight;
    else if (index == BP_INDEX_MICRO)
        *value = fraction(tally->correct, tally->weight);
    else
        *value = mean_over_classes(metrics, metric, index == BP_INDEX_WEIGHTED);
    return BP_OK;
}

/* ---- all rows together ---- */

static bp_status row_value(struct bp_metrics *metrics, int32_t metric, int32_t index,
                           double *value)
{
    const struct bp_tally *tally = tally_of(metrics);

    (void)index;
    switch (metric) {
    case BP_METRIC_ROWS: *value = (double)tally->rows; break;
    case BP_METRIC_ACCURACY: *value = tally->correct / tally->weight; break;
    case BP_METRIC_ACCURACY_LOW: *value = wilson(metrics, -1); break;
    case BP_METRIC_ACCURACY_HIGH: *value = wilson(metrics, 1); break;
    case BP_METRIC_TOP_K: *value = tally->near / tally->weight; break;
    default: *value = tally->log_loss / tally->weight; break;
    }
    return BP_OK;
}

/* ---- columns ---- */

/* R^2 of targets that are all the same is 1 where nothing was missed, else 0. */
static double of_column(const struct bp_metrics *metrics, int32_t metric, size_t col)
{
    const struct bp_tally *tally = tally_of(metrics);
    const struct bp_metrics_column *column = &tally->columns[col];

    switch (metric) {
    case BP_METRIC_MSE: return column->square / tally->numbers_weight;
    case BP_METRIC_MAE: return column->absolute / tally->numbers_weight;
    default:
        if (column->spread > 0)
            return 1 - column->square / column->spread;
        return column->square == 0 ? 1 : 0;
    }
}

static bp_status column_value(struct bp_metrics *metrics, int32_t metric, int32_t index,
                              double *value)
{
    double sum = 0;
    size_t j;

    if (index >= 0) {
        *value = of_column(metrics, metric, (size_t)index);
        return BP_OK;
    }
    for (j = 0; j < metrics->outputs; j++)
        sum += of_column(metrics, metric, j);
    *value = sum / (double)metrics->outputs;
    return BP_OK;
}

/* ---- which of them ---- */

static bp_status auc_value(struct bp_metrics *metrics, int32_t metric, int32_t index,
                           double *value)
{
    (void)metric;
    return bp_metrics_auc(metrics, index, value);
}

enum { ALL_ONLY, CLASSES, CLASSES_OR_MEANS, COLUMNS };

struct metric {
    const char *name;
    int indices; /**< Which of them make sense. */
    bool higher; /**< Is better. */
    bp_status (*value)(struct bp_metrics *metrics, int32_t metric, int32_t index,
                       double *value);
};

static const struct metric known[] = {
    [BP_METRIC_ACCURACY] = {"accuracy", ALL_ONLY, true, row_value},
    [BP_METRIC_ACCURACY_LOW] = {"accuracy_low", ALL_ONLY, true, row_value},
    [BP_METRIC_ACCURACY_HIGH] = {"accuracy_high", ALL_ONLY, true, row_value},
    [BP_METRIC_TOP_K] = {"top_k", ALL_ONLY, true, row_value},
    [BP_METRIC_PRECISION] = {"precision", CLASSES_OR_MEANS, true, class_value},
    [BP_METRIC_RECALL] = {"recall", CLASSES_OR_MEANS, true, class_value},
    [BP_METRIC_F1] = {"f1", CLASSES_OR_MEANS, true, class_value},
    [BP_METRIC_LOG_LOSS] = {"log_loss", ALL_ONLY, false, row_value},
    [BP_METRIC_ROC_AUC] = {"roc_auc", CLASSES_OR_MEANS, true, auc_value},
    [BP_METRIC_MSE] = {"mse", COLUMNS, false, column_value},
    [BP_METRIC_MAE] = {"mae", COLUMNS, false, column_value},
    [BP_METRIC_R2] = {"r2", COLUMNS, true, column_value},
    [BP_METRIC_SUPPORT] = {"support", CLASSES, true, class_value},
    [BP_METRIC_PREDICTED] = {"predicted", CLASSES, true, class_value},
    [BP_METRIC_ROWS] = {"rows", ALL_ONLY, true, row_value},
};

static bool is_known(int32_t metric)
{
    return metric > 0 && metric < (int32_t)(sizeof known / sizeof known[0]);
}

const char *bp_metric_name(int32_t metric)
{
    return is_known(metric) ? known[metric].name : NULL;
}

int32_t bp_metric_higher_is_better(int32_t metric)
{
    return is_known(metric) && known[metric].higher;
}

static bool index_ok(const struct bp_metrics *metrics, int32_t metric, int32_t index)
{
    const int indices = known[metric].indices;
    const size_t count = indices == COLUMNS ? metrics->outputs : metrics->classes;

    if (index == BP_INDEX_ALL)
        return true;
    if (index == BP_INDEX_MICRO)
        return indices == CLASSES_OR_MEANS && metric != BP_METRIC_ROC_AUC;
    if (index == BP_INDEX_WEIGHTED)
        return indices == CLASSES_OR_MEANS;
    return indices != ALL_ONLY && index >= 0 && (size_t)index < count;
}

bp_status bp_metrics_check(const struct bp_metrics *metrics, int32_t metric,
                           int32_t index, struct bp_text *text)
{
    if (!is_known(metric))
        return bp_fail(text, BP_EINVAL, "metric is %d, expected a BP_METRIC_ value",
                       (int)metric);
    if (!index_ok(metrics, metric, index))
        return bp_fail(text, BP_EINVAL,
                       "index is %d, expected BP_INDEX_ALL or one that %s has",
                       (int)index, known[metric].name);
    return BP_OK;
}

bp_status bp_metrics_value(bp_metrics *metrics, int32_t metric, int32_t index,
                           double *value)
{
    const struct bp_tally *tally;
    bool columns;
    bp_status status;

    if (metrics == NULL)
        return BP_EINVAL;
    if (value == NULL)
        return bp_fail_null(&metrics->text, "value");
    status = bp_metrics_check(metrics, metric, index, &metrics->text);
    if (status != BP_OK)
        return status;
    tally = tally_of(metrics);
    columns = known[metric].indices == COLUMNS;
    if (metric != BP_METRIC_ROWS &&
        !((columns ? tally->numbers_weight : tally->weight) > 0))
        return bp_fail(&metrics->text, BP_ESTATE, "no row with %s has been added",
                       columns ? "targets" : "a label");
    return known[metric].value(metrics, metric, index, value);
}

bp_status bp_metrics_confusion(const bp_metrics *metrics, size_t target, size_t found,
                               double *weight)
{
    if (metrics == NULL || weight == NULL || target >= metrics->classes ||
        found >= metrics->classes)
        return BP_EINVAL;
    *weight = cell(metrics, target, found);
    return BP_OK;
}
