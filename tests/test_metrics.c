/* SPDX-License-Identifier: MIT */
/*
 * Metrics against scikit-learn (parity/metrics.py), by hand where it has no such figure,
 * and that any way of adding the same rows gives the same.
 */
#include "unit_helpers.h"

#include "parity/metrics_golden.h"

#define CLOSE 1e-14

static bp_metrics *make_metrics(size_t outputs, void **state)
{
    bp_metrics *metrics = NULL;

    ok(bp_metrics_create(outputs, env_of(state), &metrics));
    ok(bp_metrics_set(metrics, BP_METRICS_SCORES, 1));
    ok(bp_metrics_set(metrics, BP_METRICS_TOP_K, 2));
    return metrics;
}

static double value_of(bp_metrics *metrics, int32_t metric, int32_t index)
{
    double value = NAN;

    ok(bp_metrics_value(metrics, metric, index, &value));
    return value;
}

static double value_all(bp_metrics *metrics, int32_t metric)
{
    return value_of(metrics, metric, BP_INDEX_ALL);
}

/* ---- scikit-learn ---- */

struct golden {
    const double *weights;
    const double *accuracy, *top, *loss, *auc_macro, *auc_weighted;
    const double *means[3][3]; /* Of precision, recall, F1: macro, micro, weighted. */
    const double *classes[3];
    const double *confusion, *auc;
    const double *mse, *mae, *r2;
    const double *binary_auc, *binary_loss, *binary_accuracy;
};

#define MEANS(what, suffix)                                             \
    {                                                                   \
        golden_##what##_macro_##suffix, golden_##what##_micro_##suffix, \
            golden_##what##_weighted_##suffix                           \
    }
#define GOLDEN(w, suffix)                                                              \
    {                                                                                  \
        .weights = w, .accuracy = golden_accuracy_##suffix,                            \
        .top = golden_top_2_##suffix, .loss = golden_log_loss_##suffix,                \
        .auc_macro = golden_auc_macro_##suffix,                                        \
        .auc_weighted = golden_auc_weighted_##suffix,                                  \
        .means = {MEANS(precision, suffix), MEANS(recall, suffix), MEANS(f1, suffix)}, \
        .classes = {golden_precision_##suffix, golden_recall_##suffix,                 \
                    golden_f1_##suffix},                                               \
        .confusion = golden_confusion_##suffix, .auc = golden_auc_##suffix,            \
        .mse = golden_mse_##suffix, .mae = golden_mae_##suffix,                        \
        .r2 = golden_r2_##suffix, .binary_auc = golden_binary_auc_##suffix,            \
        .binary_loss = golden_binary_loss_##suffix,                                    \
        .binary_accuracy = golden_binary_accuracy_##suffix                             \
    }

static const struct golden goldens[] = {GOLDEN(NULL, plain),
                                        GOLDEN(golden_weights, weighted)};

static void add_classes(bp_metrics *metrics, const struct golden *golden, size_t first,
                        size_t rows)
{
    ok(bp_metrics_add_labels_f64(metrics, golden_p + first * GOLDEN_CLASSES,
                                 rows * GOLDEN_CLASSES, golden_labels + first,
                                 golden->weights != NULL ? golden->weights + first : NULL,
                                 rows));
}

static void assert_classes(bp_metrics *metrics, const struct golden *golden)
{
    static const int32_t indices[] = {BP_INDEX_ALL, BP_INDEX_MICRO, BP_INDEX_WEIGHTED};

    assert_relative(value_all(metrics, BP_METRIC_ACCURACY), *golden->accuracy, CLOSE);
    assert_relative(value_all(metrics, BP_METRIC_TOP_K), *golden->top, CLOSE);
    assert_relative(value_all(metrics, BP_METRIC_LOG_LOSS), *golden->loss, CLOSE);
    assert_relative(value_all(metrics, BP_METRIC_ROC_AUC), *golden->auc_macro, CLOSE);
    assert_relative(value_of(metrics, BP_METRIC_ROC_AUC, BP_INDEX_WEIGHTED),
                    *golden->auc_weighted, CLOSE);
    for (int32_t m = 0; m < 3; m++)
        for (size_t i = 0; i < 3; i++)
            assert_relative(value_of(metrics, BP_METRIC_PRECISION + m, indices[i]),
                            *golden->means[m][i], CLOSE);
    for (int32_t c = 0; c < GOLDEN_CLASSES; c++) {
        for (int32_t m = 0; m < 3; m++)
            assert_relative(value_of(metrics, BP_METRIC_PRECISION + m, c),
                            golden->classes[m][c], CLOSE);
        assert_relative(value_of(metrics, BP_METRIC_ROC_AUC, c), golden->auc[c], CLOSE);
        for (int32_t f = 0; f < GOLDEN_CLASSES; f++) {
            double cell = NAN;

            ok(bp_metrics_confusion(metrics, (size_t)c, (size_t)f, &cell));
            assert_same_f64(cell, golden->confusion[c * GOLDEN_CLASSES + f]);
        }
    }
}

static void classes_as_scikit_learn(void **state)
{
    for (size_t i = 0; i < COUNT(goldens); i++) {
        bp_metrics *metrics = make_metrics(GOLDEN_CLASSES, state);

        add_classes(metrics, &goldens[i], 0, GOLDEN_ROWS);
        assert_classes(metrics, &goldens[i]);
        assert_same_f64(value_all(metrics, BP_METRIC_ROWS), GOLDEN_ROWS);
        bp_metrics_destroy(metrics);
    }
}

static void one_output_as_scikit_learn(void **state)
{
    for (size_t i = 0; i < COUNT(goldens); i++) {
        const struct golden *golden = &goldens[i];
        bp_metrics *metrics = make_metrics(1, state);

        ok(bp_metrics_add_labels_f64(metrics, golden_scores, GOLDEN_ROWS, golden_binary,
                                     golden->weights, GOLDEN_ROWS));
        assert_relative(value_all(metrics, BP_METRIC_ROC_AUC), *golden->binary_auc,
                        CLOSE);
        assert_relative(value_of(metrics, BP_METRIC_ROC_AUC, 0), *golden->binary_auc,
                        CLOSE);
        assert_relative(value_all(metrics, BP_METRIC_LOG_LOSS), *golden->binary_loss,
                        CLOSE);
        assert_relative(value_all(metrics, BP_METRIC_ACCURACY), *golden->binary_accuracy,
                        CLOSE);
        assert_same_f64(value_all(metrics, BP_METRIC_TOP_K), 1); /* k is 2 */
        bp_metrics_destroy(metrics);
    }
}

static void regression_as_scikit_learn(void **state)
{
    for (size_t i = 0; i < COUNT(goldens); i++) {
        const struct golden *golden = &goldens[i];
        const double *expected[] = {golden->mse, golden->mae, golden->r2};
        bp_metrics *metrics = make_metrics(GOLDEN_COLUMNS, state);

        ok(bp_metrics_add_targets_f64(metrics, golden_a, GOLDEN_ROWS * GOLDEN_COLUMNS,
                                      golden_y, golden->weights, GOLDEN_ROWS));
        for (int32_t m = 0; m < 3; m++) {
            for (int32_t col = 0; col < GOLDEN_COLUMNS; col++)
                assert_close(value_of(metrics, BP_METRIC_MSE + m, col), expected[m][col],
                             1e-13, CLOSE);
            assert_close(value_all(metrics, BP_METRIC_MSE + m),
                         expected[m][GOLDEN_COLUMNS], 1e-13, CLOSE);
        }
        bp_metrics_destroy(metrics);
    }
}

/* ---- by hand ---- */

/* Wilson's interval of 8 of 10 at 95 %: textbooks give 0.4902 to 0.9433. */
static void interval_of_the_accuracy(void **state)
{
    static const double p[] = {0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1, 0.1};
    static const int32_t labels[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double z = 1.9599639845400545;
    const double centre = (0.8 + z * z / 20) / (1 + z * z / 10);
    const double half = z * sqrt(0.16 / 10 + z * z / 400) / (1 + z * z / 10);
    bp_metrics *metrics = make_metrics(1, state);

    ok(bp_metrics_add_labels_f64(metrics, p, 10, labels, NULL, 10));
    assert_relative(value_all(metrics, BP_METRIC_ACCURACY_LOW), centre - half, 1e-13);
    assert_relative(value_all(metrics, BP_METRIC_ACCURACY_HIGH), centre + half, 1e-13);
    assert_absolute(value_all(metrics, BP_METRIC_ACCURACY_LOW), 0.4902, 5e-5);
    assert_absolute(value_all(metrics, BP_METRIC_ACCURACY_HIGH), 0.9433, 5e-5);
    ok(bp_metrics_set(metrics, BP_METRICS_CONFIDENCE, 0.999999)); /* z = 4.8916... */
    assert_true(value_all(metrics, BP_METRIC_ACCURACY_LOW) < 0.2);
    ok(bp_metrics_set(metrics, BP_METRICS_CONFIDENCE, 1e-9));
    assert_absolute(value_all(metrics, BP_METRIC_ACCURACY_LOW), 0.8, 1e-6);
    bp_metrics_destroy(metrics);
}

/* A weight of 2 is the same row twice, for all figures but the interval. */
static void a_weight_counts_as_rows(void **state)
{
    static const double twos[GOLDEN_ROWS] = {2, 2, 2};
    static const int32_t metrics_of[] = {BP_METRIC_ACCURACY, BP_METRIC_LOG_LOSS,
                                         BP_METRIC_F1, BP_METRIC_TOP_K};
    bp_metrics *weighted = make_metrics(GOLDEN_CLASSES, state);
    bp_metrics *twice = make_metrics(GOLDEN_CLASSES, state);

    ok(bp_metrics_add_labels_f64(weighted, golden_p, GOLDEN_ROWS * GOLDEN_CLASSES,
                                 golden_labels, twos, GOLDEN_ROWS));
    add_classes(twice, &goldens[0], 0, 3);
    add_classes(twice, &goldens[0], 0, 3);
    for (size_t i = 0; i < COUNT(metrics_of); i++)
        assert_relative(value_all(weighted, metrics_of[i]),
                        value_all(twice, metrics_of[i]), 1e-15);
    bp_metrics_destroy(weighted);
    bp_metrics_destroy(twice);
}

/* Logits, probabilities and log-probabilities of the same rows. */
static void ranges_say_the_same(void **state)
{
    static const int32_t ranges[] = {BP_RANGE_REAL, BP_RANGE_PROBABILITY,
                                     BP_RANGE_LOG_PROBABILITY};
    double logs[GOLDEN_ROWS * GOLDEN_CLASSES];
    double one[GOLDEN_ROWS];
    double loss[2][3];

    for (size_t i = 0; i < COUNT(logs); i++)
        logs[i] = log(golden_p[i]);
    for (size_t r = 0; r < 3; r++) {
        bp_metrics *metrics = make_metrics(GOLDEN_CLASSES, state);
        bp_metrics *single = make_metrics(1, state);

        for (size_t i = 0; i < GOLDEN_ROWS; i++) {
            const double p = fmin(golden_scores[i], 0.984375);

            one[i] = ranges[r] == BP_RANGE_PROBABILITY ? p
                     : ranges[r] == BP_RANGE_REAL      ? log(p / (1 - p))
                                                       : log(p);
        }
        ok(bp_metrics_set(metrics, BP_METRICS_RANGE, ranges[r]));
        ok(bp_metrics_set(single, BP_METRICS_RANGE, ranges[r]));
        ok(bp_metrics_add_labels_f64(metrics,
                                     ranges[r] == BP_RANGE_PROBABILITY ? golden_p : logs,
                                     COUNT(logs), golden_labels, NULL, GOLDEN_ROWS));
        ok(bp_metrics_add_labels_f64(single, one, GOLDEN_ROWS, golden_binary, NULL,
                                     GOLDEN_ROWS));
        loss[0][r] = value_all(metrics, BP_METRIC_LOG_LOSS);
        loss[1][r] = value_all(single, BP_METRIC_LOG_LOSS);
        bp_metrics_destroy(metrics);
        bp_metrics_destroy(single);
    }
    for (size_t k = 0; k < 2; k++) {
        assert_relative(loss[k][1], loss[k][0], 1e-13);
        assert_relative(loss[k][2], loss[k][0], 1e-13);
    }
}

/* A sure mistake costs -ln 2^-52, and a log-probability of less than -100 costs 100. */
static void losses_are_bounded(void **state)
{
    static const double sure[] = {1, 0};
    static const double logs[] = {0, -1e6};
    static const int32_t label[] = {1};
    bp_metrics *metrics = make_metrics(2, state);

    ok(bp_metrics_add_labels_f64(metrics, sure, 2, label, NULL, 1));
    assert_relative(value_all(metrics, BP_METRIC_LOG_LOSS), 52 * log(2), 1e-14);
    ok(bp_metrics_reset(metrics));
    ok(bp_metrics_set(metrics, BP_METRICS_RANGE, BP_RANGE_LOG_PROBABILITY));
    ok(bp_metrics_add_labels_f64(metrics, logs, 2, label, NULL, 1));
    assert_same_f64(value_all(metrics, BP_METRIC_LOG_LOSS), 100);
    bp_metrics_destroy(metrics);
}

/* The first of equal outputs is the class, and comes first among the best k. */
static void ties(void **state)
{
    static const float p[] = {0.25f, 0.25f, 0.25f, 0.25f};
    static const int32_t labels[] = {0, 1, 2, 3};
    bp_metrics *metrics = make_metrics(4, state);

    for (size_t i = 0; i < 4; i++) {
        ok(bp_metrics_add_labels(metrics, p, 4, labels + i, NULL, 1));
        if (i == 1)
            assert_same_f64(value_all(metrics, BP_METRIC_TOP_K), 1);
    }
    assert_same_f64(value_of(metrics, BP_METRIC_PREDICTED, 0), 4);
    assert_same_f64(value_all(metrics, BP_METRIC_ACCURACY), 0.25);
    assert_same_f64(value_all(metrics, BP_METRIC_TOP_K), 0.5);
    for (int32_t c = 0; c < 4; c++)
        assert_same_f64(value_of(metrics, BP_METRIC_ROC_AUC, c), 0.5);
    bp_metrics_destroy(metrics);
}

/* Probabilities count as parts of their sum. */
static void parts_of_a_sum(void **state)
{
    static const double p[] = {0.5, 0.5, 0.5, 0.5};
    static const int32_t label[] = {2};
    bp_metrics *metrics = make_metrics(4, state);

    ok(bp_metrics_set(metrics, BP_METRICS_RANGE, BP_RANGE_UNIT));
    ok(bp_metrics_add_labels_f64(metrics, p, 4, label, NULL, 1));
    assert_relative(value_all(metrics, BP_METRIC_LOG_LOSS), log(4), 1e-14);
    bp_metrics_destroy(metrics);
}

/* Class 2 occurs nowhere; class 1 does not occur but was found, and counts as 0. */
static void classes_that_do_not_occur(void **state)
{
    static const double p[] = {0.75, 0.25, 0, 0.25, 0.75, 0};
    static const int32_t labels[] = {0, 0};
    bp_metrics *metrics = make_metrics(3, state);

    ok(bp_metrics_add_labels_f64(metrics, p, 6, labels, NULL, 2));
    assert_same_f64(value_of(metrics, BP_METRIC_PRECISION, 0), 1);
    assert_same_f64(value_all(metrics, BP_METRIC_PRECISION), 0.5);
    assert_same_f64(value_all(metrics, BP_METRIC_RECALL), 0.25);
    assert_same_f64(value_of(metrics, BP_METRIC_RECALL, BP_INDEX_WEIGHTED), 0.5);
    bp_metrics_destroy(metrics);
}

/* ---- ways of adding ---- */

static void one_by_one(void **state)
{
    bp_metrics *all = make_metrics(GOLDEN_CLASSES, state);
    bp_metrics *single = make_metrics(GOLDEN_CLASSES, state);

    add_classes(all, &goldens[1], 0, GOLDEN_ROWS);
    for (size_t i = 0; i < GOLDEN_ROWS; i++)
        add_classes(single, &goldens[1], i, 1);
    assert_classes(single, &goldens[1]);
    assert_same_f64(value_all(single, BP_METRIC_LOG_LOSS),
                    value_all(all, BP_METRIC_LOG_LOSS));
    bp_metrics_destroy(all);
    bp_metrics_destroy(single);
}

static void merged_parts(void **state)
{
    for (size_t first = 0; first <= GOLDEN_ROWS; first += 20) {
        bp_metrics *a = make_metrics(GOLDEN_CLASSES, state);
        bp_metrics *b = make_metrics(GOLDEN_CLASSES, state);

        add_classes(a, &goldens[1], 0, first);
        add_classes(b, &goldens[1], first, GOLDEN_ROWS - first);
        ok(bp_metrics_merge(a, b));
        assert_classes(a, &goldens[1]);
        ok(bp_metrics_reset(b));
        assert_status(bp_metrics_value(b, BP_METRIC_ACCURACY, -1, &(double){0}),
                      BP_ESTATE);
        add_classes(b, &goldens[0], 0, GOLDEN_ROWS);
        assert_classes(b, &goldens[0]);
        bp_metrics_destroy(a);
        bp_metrics_destroy(b);
    }
}

static void merged_regressions(void **state)
{
    for (size_t first = 0; first <= GOLDEN_ROWS; first += 15) {
        bp_metrics *a = make_metrics(GOLDEN_COLUMNS, state);
        bp_metrics *b = make_metrics(GOLDEN_COLUMNS, state);
        const size_t cut = first * GOLDEN_COLUMNS;
        const size_t rest = (GOLDEN_ROWS - first) * GOLDEN_COLUMNS;

        ok(bp_metrics_add_targets_f64(a, golden_a, cut, golden_y, golden_weights, first));
        ok(bp_metrics_add_targets_f64(b, golden_a + cut, rest, golden_y + cut,
                                      golden_weights + first, GOLDEN_ROWS - first));
        ok(bp_metrics_merge(a, b));
        for (int32_t col = 0; col < GOLDEN_COLUMNS; col++)
            assert_close(value_of(a, BP_METRIC_R2, col), golden_r2_weighted[col], 1e-13,
                         1e-13);
        bp_metrics_destroy(a);
        bp_metrics_destroy(b);
    }
}

/* Far from 0 a difference of large sums would lose all digits of the spread. */
static void targets_far_from_zero(void **state)
{
    const double y[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
    const double a[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 5};
    bp_metrics *metrics = make_metrics(1, state);

    ok(bp_metrics_add_targets_f64(metrics, a, 4, y, NULL, 4));
    assert_same_f64(value_all(metrics, BP_METRIC_R2), 0.8); /* 1 - 1 / 5 */
    bp_metrics_destroy(metrics);
}

/* ---- what is refused ---- */

static void settings_before_rows(void **state)
{
    bp_metrics *metrics = make_metrics(GOLDEN_CLASSES, state);
    double value = 0;

    add_classes(metrics, &goldens[0], 0, 1);
    assert_status(bp_metrics_set(metrics, BP_METRICS_TOP_K, 3), BP_ESTATE);
    assert_line(bp_metrics_error(metrics), "top k");
    assert_status(bp_metrics_set(metrics, BP_METRICS_SCORES, 0), BP_ESTATE);
    ok(bp_metrics_get(metrics, BP_METRICS_TOP_K, &value));
    assert_same_f64(value, 2);
    ok(bp_metrics_reset(metrics));
    ok(bp_metrics_set(metrics, BP_METRICS_TOP_K, 3));
    ok(bp_metrics_set(metrics, BP_METRICS_SCORES, 0));
    add_classes(metrics, &goldens[0], 0, GOLDEN_ROWS);
    assert_status(bp_metrics_value(metrics, BP_METRIC_ROC_AUC, -1, &value), BP_ESTATE);
    assert_line(bp_metrics_error(metrics), "scores are not kept");
    bp_metrics_destroy(metrics);
}

static void figures_that_are_not_defined(void **state)
{
    static const double zero[GOLDEN_ROWS] = {0};
    static const int32_t same[] = {1, 1};
    bp_metrics *metrics = make_metrics(GOLDEN_CLASSES, state);
    double value = 7;

    assert_status(bp_metrics_value(metrics, BP_METRIC_R2, -1, &value), BP_ESTATE);
    assert_line(bp_metrics_error(metrics), "no row with targets");
    ok(bp_metrics_add_labels_f64(metrics, golden_p, 2 * GOLDEN_CLASSES, same, zero, 2));
    assert_status(bp_metrics_value(metrics, BP_METRIC_F1, -1, &value), BP_ESTATE);
    assert_line(bp_metrics_error(metrics), "no row with a label");
    ok(bp_metrics_reset(metrics));
    ok(bp_metrics_add_labels_f64(metrics, golden_p, 2 * GOLDEN_CLASSES, same, NULL, 2));
    assert_status(bp_metrics_value(metrics, BP_METRIC_ROC_AUC, 1, &value), BP_ESTATE);
    assert_line(bp_metrics_error(metrics), "class 1");
    assert_same_f64(value, 7);
    assert_same_f64(value_of(metrics, BP_METRIC_RECALL, 3), 0);
    bp_metrics_destroy(metrics);
}

/* A bad row in the middle: none of the call's rows counts. */
static void all_or_nothing(void **state)
{
    bp_metrics *metrics = make_metrics(GOLDEN_CLASSES, state);
    double p[GOLDEN_ROWS * GOLDEN_CLASSES];

    memcpy(p, golden_p, sizeof p);
    p[77] = NAN;
    add_classes(metrics, &goldens[0], 0, GOLDEN_ROWS);
    assert_status(
        bp_metrics_add_labels_f64(metrics, p, COUNT(p), golden_labels, NULL, GOLDEN_ROWS),
        BP_EDATA);
    assert_line(bp_metrics_error(metrics), "row 19, column 1 is nan");
    assert_classes(metrics, &goldens[0]);
    bp_metrics_destroy(metrics);
}

/* ---- of a network ---- */

static void of_a_network(void **state)
{
    static const size_t widths[] = {3, 6, 4};
    const struct net_recipe recipe = {
        env_of(state), widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};
    bp_network *network = make_network(&recipe, 12);
    bp_dataset *data = make_dataset(29, 3, 4, env_of(state));
    bp_metrics *measured = make_metrics(4, state);
    bp_metrics *added = make_metrics(4, state);
    bp_workspace *workspace = NULL;
    float x[29 * 3];
    float a[29 * 4];
    float y[29 * 4];
    int32_t labels[29];

    for (size_t i = 0; i < 29; i++) {
        ok(bp_dataset_get_inputs(data, i, x + 3 * i, 3));
        ok(bp_dataset_get_targets(data, i, y + 4 * i, 4));
        ok(bp_dataset_get_label(data, i, &labels[i]));
    }
    ok(bp_workspace_create(network, 8, &workspace));
    ok(bp_network_predict(network, workspace, x, 29 * 3, a, 29 * 4));
    ok(bp_metrics_add_labels(added, a, 29 * 4, labels, NULL, 29));
    ok(bp_metrics_add_targets(added, a, 29 * 4, y, NULL, 29));
    ok(bp_network_measure(network, workspace, data, measured));
    for (int32_t m = BP_METRIC_ACCURACY; m <= BP_METRIC_ROWS; m++)
        assert_same_f64(value_all(measured, m), value_all(added, m));
    ok(bp_network_measure(network, workspace, data, measured));
    assert_same_f64(value_all(measured, BP_METRIC_ROWS), 58);
    bp_workspace_destroy(workspace);
    bp_metrics_destroy(measured);
    bp_metrics_destroy(added);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* An output that overflows in a late row: the earlier rows do not count either. */
static void a_measure_that_fails(void **state)
{
    bp_network *network =
        make_identity(2, BP_ACTIVATION_LINEAR, BP_PRECISION_F32, env_of(state));
    bp_dataset *data = NULL;
    bp_metrics *metrics = make_metrics(2, state);
    bp_workspace *workspace = NULL;
    const float x[] = {1, 2, 3, 4, 5, 6, 7, 3e38f};
    const float weights[] = {1, 0, 0, 2};
    const int32_t labels[] = {0, 1, 0, 1};

    ok(bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, weights, 4));
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, 4, 2, 2));
    ok(bp_dataset_set_labels(data, labels, 4, 2));
    ok(bp_workspace_create(network, 1, &workspace));
    assert_status(bp_network_measure(network, workspace, data, metrics), BP_EDATA);
    assert_line(bp_workspace_error(workspace), "output 1 of row 3 is inf");
    assert_same_f64(value_all(metrics, BP_METRIC_ROWS), 0);
    bp_workspace_destroy(workspace);
    bp_metrics_destroy(metrics);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

static void names(void **state)
{
    (void)state;
    for (int32_t m = BP_METRIC_ACCURACY; m <= BP_METRIC_ROWS; m++)
        assert_non_null(bp_metric_name(m));
    assert_null(bp_metric_name(0));
    assert_null(bp_metric_name(BP_METRIC_ROWS + 1));
    assert_string_equal(bp_metric_name(BP_METRIC_ROC_AUC), "roc_auc");
    assert_int_equal(bp_metric_higher_is_better(BP_METRIC_F1), 1);
    assert_int_equal(bp_metric_higher_is_better(BP_METRIC_MSE), 0);
    assert_int_equal(bp_metric_higher_is_better(-3), 0);
}

/* What counts is how many rows there are, not the unit of their weights. */
static void interval_of_weighted_rows(void **state)
{
    static const double twice[] = {2, 2, 2, 2};
    static const double one_row[] = {4, 1e-9, 1e-9, 1e-9};
    const double *const weights[] = {NULL, twice, one_row};
    static const float outputs[] = {0.9f, 0.1f, 0.8f, 0.2f, 0.3f, 0.7f, 0.6f, 0.4f};
    static const int32_t labels[] = {0, 0, 1, 1};
    double low[3] = {0};
    double high[3] = {0};

    for (size_t i = 0; i < 3; i++) {
        bp_metrics *metrics = NULL;

        ok(bp_metrics_create(2, env_of(state), &metrics));
        ok(bp_metrics_add_labels(metrics, outputs, 8, labels, weights[i], 4));
        ok(bp_metrics_value(metrics, BP_METRIC_ACCURACY_LOW, BP_INDEX_ALL, &low[i]));
        ok(bp_metrics_value(metrics, BP_METRIC_ACCURACY_HIGH, BP_INDEX_ALL, &high[i]));
        bp_metrics_destroy(metrics);
    }
    assert_relative(low[1], low[0], 1e-14);
    assert_relative(high[1], high[0], 1e-14);
    assert_true(high[2] - low[2] > high[0] - low[0]); /* one row counts, and is right */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(classes_as_scikit_learn),
        HOST_TEST(one_output_as_scikit_learn),
        HOST_TEST(regression_as_scikit_learn),
        HOST_TEST(interval_of_the_accuracy),
        HOST_TEST(a_weight_counts_as_rows),
        HOST_TEST(ranges_say_the_same),
        HOST_TEST(losses_are_bounded),
        HOST_TEST(ties),
        HOST_TEST(parts_of_a_sum),
        HOST_TEST(classes_that_do_not_occur),
        HOST_TEST(one_by_one),
        HOST_TEST(merged_parts),
        HOST_TEST(merged_regressions),
        HOST_TEST(targets_far_from_zero),
        HOST_TEST(settings_before_rows),
        HOST_TEST(figures_that_are_not_defined),
        HOST_TEST(all_or_nothing),
        HOST_TEST(of_a_network),
        HOST_TEST(a_measure_that_fails),
        cmocka_unit_test(names),
        HOST_TEST(interval_of_weighted_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
