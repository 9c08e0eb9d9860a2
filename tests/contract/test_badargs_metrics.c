/* SPDX-License-Identifier: MIT */
/* Bad arguments: metrics. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_object(void **state)
{
    struct world *w = *state;

    BAD_CODES(bp_metric_name, metric, 1, BP_METRIC_ROWS, NOTHING,
              refused(bp_metric_name(code) == NULL));
    BAD_CODES(bp_metric_higher_is_better, metric, 1, BP_METRIC_ROWS, NOTHING,
              refused(bp_metric_higher_is_better(code) == 0));
    BAD(bp_metrics_create, outputs, "0", BP_EINVAL, NOTHING,
        bp_metrics_create(0, w->env, &w->out.metrics));
    BAD(bp_metrics_create, outputs, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_metrics_create(SIZE_MAX, w->env, &w->out.metrics));
    BAD(bp_metrics_create, outputs, "too many to square", BP_EINVAL, NOTHING,
        bp_metrics_create(SIZE_MAX / 8, w->env, &w->out.metrics));
    BAD_ENVS(bp_metrics_create, bp_metrics_create(2, env, &w->out.metrics));
    BAD(bp_metrics_create, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_create(2, w->env, NULL));
    ANY(bp_metrics_destroy, metrics, "accepts NULL");
    BAD(bp_metrics_error, metrics, "NULL", BP_EINVAL, NOTHING,
        refused(bp_metrics_error(NULL) != NULL && bp_metrics_error(NULL)[0] == '\0'));
    BAD(bp_metrics_reset, metrics, "NULL", BP_EINVAL, NOTHING, bp_metrics_reset(NULL));
}

static void test_settings(void **state)
{
    struct world *w = *state;

    BAD(bp_metrics_set, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_set(NULL, BP_METRICS_TOP_K, 1));
    BAD_CODES(bp_metrics_set, key, 1, BP_METRICS_SCORES, w->blank,
              bp_metrics_set(w->blank, code, 1));
    BAD_SETTING(bp_metrics_set, "top k", w->blank,
                bp_metrics_set(w->blank, BP_METRICS_TOP_K, number), 0, 1.5, 1.1e6);
    BAD_SETTING(bp_metrics_set, "confidence", w->blank,
                bp_metrics_set(w->blank, BP_METRICS_CONFIDENCE, number), 0, -1, 1);
    BAD_SETTING(bp_metrics_set, "range", w->blank,
                bp_metrics_set(w->blank, BP_METRICS_RANGE, number), -1, 0.5, 4);
    BAD_SETTING(bp_metrics_set, "scores", w->blank,
                bp_metrics_set(w->blank, BP_METRICS_SCORES, number), -1, 0.5, 2);
    BAD(bp_metrics_set, state, "has rows", BP_ESTATE, w->metrics,
        bp_metrics_set(w->metrics, BP_METRICS_TOP_K, 1));
    BAD(bp_metrics_set, state, "has rows", BP_ESTATE, w->metrics,
        bp_metrics_set(w->metrics, BP_METRICS_SCORES, 0));
    BAD(bp_metrics_get, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_get(NULL, BP_METRICS_TOP_K, &w->out.value));
    BAD_CODES(bp_metrics_get, key, 1, BP_METRICS_SCORES, NOTHING,
              bp_metrics_get(w->blank, code, &w->out.value));
    BAD(bp_metrics_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_get(w->blank, BP_METRICS_TOP_K, NULL));
}

/* What the four functions that add rows have in common: `a` are outputs, y what is known
 * of them. */
#define BAD_ADD(function, a, y, known)                                          \
    do {                                                                        \
        const size_t n = 4 * WORLD_OUTPUTS;                                     \
        BAD(function, metrics, "NULL", BP_EINVAL, NOTHING,                      \
            function(NULL, a, n, y, NULL, 4));                                  \
        BAD(function, outputs, "NULL", BP_EINVAL, w->metrics,                   \
            function(w->metrics, NULL, n, y, NULL, 4));                         \
        BAD(function, known, "NULL", BP_EINVAL, w->metrics,                     \
            function(w->metrics, a, n, NULL, NULL, 4));                         \
        BAD(function, outputs_count, "0", BP_ESHAPE, w->metrics,                \
            function(w->metrics, a, 0, y, NULL, 4));                            \
        BAD(function, outputs_count, "one too few", BP_ESHAPE, w->metrics,      \
            function(w->metrics, a, n - 1, y, NULL, 4));                        \
        BAD(function, outputs_count, "SIZE_MAX", BP_ESHAPE, w->metrics,         \
            function(w->metrics, a, SIZE_MAX, y, NULL, 4));                     \
        BAD(function, rows, "one too many", BP_ESHAPE, w->metrics,              \
            function(w->metrics, a, n, y, NULL, 5));                            \
        BAD(function, rows, "SIZE_MAX", BP_ESHAPE, w->metrics,                  \
            function(w->metrics, a, n, y, NULL, SIZE_MAX));                     \
        for (size_t i = 0; i < 3; ++i) {                                        \
            static const double bad[] = {-1, (double)NAN, (double)INFINITY};    \
            const double weights[] = {1, 0, bad[i], 1};                         \
            BAD_SAYS(function, weights, "weights[2]", "not a weight", BP_EDATA, \
                     w->metrics, function(w->metrics, a, n, y, weights, 4));    \
        }                                                                       \
    } while (0)

static void test_add(void **state)
{
    struct world *w = *state;
    float a[4 * WORLD_OUTPUTS] = {0};
    double d[4 * WORLD_OUTPUTS] = {0};
    int32_t labels[] = {0, 1, 2, 0};

    BAD_ADD(bp_metrics_add_labels, w->in.f, w->in.labels, labels);
    BAD_ADD(bp_metrics_add_labels_f64, w->in.d, w->in.labels, labels);
    BAD_ADD(bp_metrics_add_targets, w->in.f, w->in.targets, targets);
    BAD_ADD(bp_metrics_add_targets_f64, w->in.d, w->in.targets_f64, targets);
    BAD_SAYS(bp_metrics_add_labels, labels, "labels[2]", "too large", BP_EDATA,
             w->metrics, bp_metrics_add_labels(w->metrics, a, 8, labels, NULL, 4));
    labels[2] = -1;
    BAD_SAYS(bp_metrics_add_labels_f64, labels, "labels[2]", "negative", BP_EDATA,
             w->metrics, bp_metrics_add_labels_f64(w->metrics, d, 8, labels, NULL, 4));
    a[7] = NAN;
    d[7] = (double)INFINITY;
    BAD(bp_metrics_add_targets, outputs, "nan", BP_EDATA, w->metrics,
        bp_metrics_add_targets(w->metrics, a, 8, w->in.targets, NULL, 4));
    BAD(bp_metrics_add_targets, targets, "nan", BP_EDATA, w->metrics,
        bp_metrics_add_targets(w->metrics, w->in.f, 8, a, NULL, 4));
    BAD(bp_metrics_add_targets_f64, targets, "inf", BP_EDATA, w->metrics,
        bp_metrics_add_targets_f64(w->metrics, w->in.d, 8, d, NULL, 4));
    BAD(bp_metrics_add_labels_f64, outputs, "inf", BP_EDATA, w->metrics,
        bp_metrics_add_labels_f64(w->metrics, d, 8, w->in.labels, NULL, 4));
}

static void test_merge(void **state)
{
    struct world *w = *state;
    bp_metrics *wide = NULL;

    ok(bp_metrics_create(3, w->env, &wide));
    BAD(bp_metrics_merge, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_merge(NULL, w->metrics));
    BAD(bp_metrics_merge, other, "NULL", BP_EINVAL, w->metrics,
        bp_metrics_merge(w->metrics, NULL));
    BAD(bp_metrics_merge, other, "itself", BP_EINVAL, w->metrics,
        bp_metrics_merge(w->metrics, w->metrics));
    BAD(bp_metrics_merge, other, "another width", BP_ESHAPE, w->metrics,
        bp_metrics_merge(w->metrics, wide));
    BAD(bp_metrics_merge, other, "without scores", BP_EINVAL, w->metrics,
        bp_metrics_merge(w->metrics, w->measured));
    ok(bp_metrics_set(w->blank, BP_METRICS_TOP_K, 1));
    BAD(bp_metrics_merge, other, "another k", BP_EINVAL, w->measured,
        bp_metrics_merge(w->measured, w->blank));
    bp_metrics_destroy(wide);
}

static void test_value(void **state)
{
    struct world *w = *state;
    double *value = &w->out.value;

    BAD(bp_metrics_value, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_value(NULL, BP_METRIC_F1, 0, value));
    BAD_CODES(bp_metrics_value, metric, 1, BP_METRIC_ROWS, w->metrics,
              bp_metrics_value(w->metrics, code, BP_INDEX_ALL, value));
    BAD(bp_metrics_value, value, "NULL", BP_EINVAL, w->metrics,
        bp_metrics_value(w->metrics, BP_METRIC_F1, 0, NULL));
    BAD_CODES(bp_metrics_value, index, BP_INDEX_WEIGHTED, 1, w->metrics,
              bp_metrics_value(w->metrics, BP_METRIC_F1, code, value));
    BAD_CODES(bp_metrics_value, index, BP_INDEX_ALL, 1, w->metrics,
              bp_metrics_value(w->metrics, BP_METRIC_R2, code, value));
    BAD_CODES(bp_metrics_value, index, BP_INDEX_ALL, BP_INDEX_ALL, w->metrics,
              bp_metrics_value(w->metrics, BP_METRIC_ACCURACY, code, value));
    BAD(bp_metrics_value, index, "no micro area", BP_EINVAL, w->metrics,
        bp_metrics_value(w->metrics, BP_METRIC_ROC_AUC, BP_INDEX_MICRO, value));
    BAD(bp_metrics_value, state, "no rows", BP_ESTATE, w->blank,
        bp_metrics_value(w->blank, BP_METRIC_ACCURACY, BP_INDEX_ALL, value));
    BAD(bp_metrics_value, state, "no targets", BP_ESTATE, w->measured,
        bp_metrics_value(w->measured, BP_METRIC_MSE, BP_INDEX_ALL, value));
    BAD(bp_metrics_value, state, "no scores", BP_ESTATE, w->measured,
        bp_metrics_value(w->measured, BP_METRIC_ROC_AUC, BP_INDEX_ALL, value));
    BAD(bp_metrics_confusion, metrics, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_confusion(NULL, 0, 0, value));
    BAD(bp_metrics_confusion, target, "one too large", BP_EINVAL, NOTHING,
        bp_metrics_confusion(w->metrics, 2, 0, value));
    BAD(bp_metrics_confusion, found, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_metrics_confusion(w->metrics, 0, SIZE_MAX, value));
    BAD(bp_metrics_confusion, weight, "NULL", BP_EINVAL, NOTHING,
        bp_metrics_confusion(w->metrics, 0, 0, NULL));
}

static void test_measure(void **state)
{
    struct world *w = *state;
    bp_metrics *wide = NULL;
    bp_dataset *classes = make_dataset(3, WORLD_INPUTS, 3, w->env);

    ok(bp_metrics_create(3, w->env, &wide));
    BAD(bp_network_measure, network, "NULL", BP_EINVAL, w->ws,
        bp_network_measure(NULL, w->ws, w->data, w->metrics));
    BAD(bp_network_measure, workspace, "NULL", BP_EINVAL, NOTHING,
        bp_network_measure(w->net, NULL, w->data, w->metrics));
    BAD(bp_network_measure, workspace, "of another network", BP_EINVAL, w->ws,
        bp_network_measure(w->net64, w->ws, w->data, w->metrics));
    BAD(bp_network_measure, data, "NULL", BP_EINVAL, w->ws,
        bp_network_measure(w->net, w->ws, NULL, w->metrics));
    BAD(bp_network_measure, metrics, "NULL", BP_EINVAL, w->ws,
        bp_network_measure(w->net, w->ws, w->data, NULL));
    BAD(bp_network_measure, metrics, "another width", BP_ESHAPE, w->ws,
        bp_network_measure(w->net, w->ws, w->data, wide));
    BAD(bp_network_measure, data, "more classes", BP_ESHAPE, w->ws,
        bp_network_measure(w->net, w->ws, classes, w->metrics));
    BAD(bp_network_measure, state, "neither targets nor labels", BP_ESTATE, w->ws,
        bp_network_measure(w->net, w->ws, w->inputs, w->metrics));
    BAD(bp_network_measure, state, "empty", BP_ESTATE, w->ws,
        bp_network_measure(w->net, w->ws, w->empty, w->metrics));
    for (size_t stop = 1; stop <= 6; ++stop) {
        w->custom.calls = 0;
        w->custom.stop_after = stop;
        BAD(bp_network_measure, state, "stopped", BP_ESTOPPED, w->ws_own,
            bp_network_measure(w->net_own, w->ws_own, w->data, w->metrics));
    }
    w->custom.stop_after = 0;
    bp_dataset_destroy(classes);
    bp_metrics_destroy(wide);
}

BAD_GROUP(test_object, test_settings, test_add, test_merge, test_value, test_measure)
