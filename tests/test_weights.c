/* SPDX-License-Identifier: MIT */
/*
 * Weights of rows and classes: costs, gradients and whole trainings as PyTorch's
 * (parity/weights.py), and what a weight means everywhere else.
 */
#include "unit_helpers.h"

#include "parity/weights_golden.h"

enum { ROWS = 7, INPUTS = 3, CLASSES = 4, STEPS = 20 };
enum { WEIGHTS = INPUTS * CLASSES };

static const int32_t labels[ROWS] = {0, 1, 2, 3, 1, 2, 1};
static const float class_weights[CLASSES] = {1, 0.25f, 2, 0.5f};
static const float row_weights[ROWS] = {1, 0, 2.5f, 0.75f, 1, 3, 0.5f};

static bp_dataset *make_data(void **state, bool targets)
{
    bp_dataset *data = NULL;
    float x[ROWS * INPUTS];

    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (float)golden_x[i];
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, ROWS, INPUTS, INPUTS));
    ok(bp_dataset_set_labels(data, labels, ROWS, CLASSES));
    if (targets)
        ok(bp_dataset_one_hot(data, 0, 1));
    return data;
}

static bp_network *make_linear(void **state, int32_t precision)
{
    static const size_t widths[] = {INPUTS, CLASSES};
    const struct net_recipe recipe = {env_of(state),        widths,   2, 0,
                                      BP_ACTIVATION_LINEAR, precision};
    bp_network *network = make_network(&recipe, 1);

    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, golden_w, WEIGHTS));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, golden_b, CLASSES));
    return network;
}

static bp_trainer *make_plain_trainer(bp_network *network, int32_t cost, size_t batch)
{
    bp_trainer *trainer =
        make_trainer_with(network, cost, make_sgd(0.25, 0, NULL), batch, 3);

    ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
    return trainer;
}

static void copy_all(const bp_network *network, double values[WEIGHTS + CLASSES])
{
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, values, WEIGHTS));
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, values + WEIGHTS,
                                    CLASSES));
}

/* ---- PyTorch ---- */

struct golden {
    int32_t cost;
    bool by_class;
    const double *first, *last;
};

static const struct golden goldens[] = {
    {BP_COST_SOFTMAX_CROSS_ENTROPY, true, golden_classes_first, golden_classes_last},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, false, golden_rows_first, golden_rows_last},
    {BP_COST_MSE, false, golden_mse_first, golden_mse_last},
    {BP_COST_BINARY_CROSS_ENTROPY_LOGITS, false, golden_bce_first, golden_bce_last},
};

static void weigh(bp_dataset *data, const struct golden *golden)
{
    if (golden->by_class)
        ok(bp_dataset_weigh_classes(data, class_weights, CLASSES));
    else
        ok(bp_dataset_set_weights(data, row_weights, ROWS));
}

/* The first update is -rate times the gradient: w' = w - g / 4. */
static void assert_first(const bp_network *network, const struct golden *golden,
                         double cost)
{
    double after[WEIGHTS + CLASSES];
    double expected[WEIGHTS + CLASSES];

    copy_all(network, after);
    for (size_t i = 0; i < COUNT(after); i++)
        expected[i] = (i < WEIGHTS ? golden_w[i] : golden_b[i - WEIGHTS]) -
                      0.25 * golden->first[1 + i];
    assert_relative(cost, golden->first[0], 1e-12);
    assert_close_f64(after, expected, COUNT(after), 1e-15, 1e-12);
}

static void as_pytorch(void **state)
{
    for (size_t g = 0; g < 2 * COUNT(goldens); g++) {
        const struct golden *golden = &goldens[g / 2];
        const bool entropy = golden->cost == BP_COST_SOFTMAX_CROSS_ENTROPY;
        bp_dataset *data = make_data(state, !entropy || g % 2 == 1);
        bp_network *network = make_linear(state, BP_PRECISION_F64);
        bp_trainer *trainer = make_plain_trainer(network, golden->cost, ROWS);
        double values[WEIGHTS + CLASSES];
        double cost = 0;

        weigh(data, golden);
        ok(bp_trainer_epoch(trainer, data, &cost));
        assert_first(network, golden, cost);
        ok(bp_trainer_fit(trainer, data, STEPS - 1, NULL, NULL));
        copy_all(network, values);
        assert_close_f64(values, golden->last, COUNT(values), 1e-14, 1e-10);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
        bp_dataset_destroy(data);
    }
}

/* ---- what a weight means ---- */

static double cost_of(const bp_network *network, int32_t kind, const bp_dataset *data,
                      size_t rows)
{
    bp_workspace *workspace = NULL;
    bp_cost *cost = make_cost(kind, NULL);
    bp_evaluation result = {.struct_size = sizeof result};

    ok(bp_workspace_create(network, rows, &workspace));
    ok(bp_network_evaluate(network, workspace, cost, data, &result));
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    return result.cost;
}

static void evaluations_weigh(void **state)
{
    bp_network *network = make_linear(state, BP_PRECISION_F64);

    for (size_t g = 0; g < COUNT(goldens); g++) {
        bp_dataset *data = make_data(state, true);

        weigh(data, &goldens[g]);
        for (size_t rows = 1; rows <= ROWS; rows++)
            assert_relative(cost_of(network, goldens[g].cost, data, rows),
                            goldens[g].first[0], 1e-12);
        bp_dataset_destroy(data);
    }
    bp_network_destroy(network);
}

/* All 1 is none at all, to the bit, in any batch. */
static void weights_of_one(void **state)
{
    static const float ones[ROWS] = {1, 1, 1, 1, 1, 1, 1};

    for (size_t batch = 1; batch <= ROWS; batch += 2) {
        bp_network *plain = make_linear(state, BP_PRECISION_F32);
        bp_network *weighted = make_linear(state, BP_PRECISION_F32);
        bp_trainer *a = make_plain_trainer(plain, BP_COST_QUADRATIC, batch);
        bp_trainer *b = make_plain_trainer(weighted, BP_COST_QUADRATIC, batch);
        bp_dataset *none = make_data(state, true);
        bp_dataset *one = make_data(state, true);
        double cost[2];

        ok(bp_dataset_set_weights(one, ones, ROWS));
        for (size_t i = 0; i < 5; i++) {
            ok(bp_trainer_epoch(a, none, &cost[0]));
            ok(bp_trainer_epoch(b, one, &cost[1]));
            assert_same_f64(cost[0], cost[1]);
        }
        assert_true(same_parameters(plain, weighted));
        bp_trainer_destroy(a);
        bp_trainer_destroy(b);
        bp_network_destroy(plain);
        bp_network_destroy(weighted);
        bp_dataset_destroy(none);
        bp_dataset_destroy(one);
    }
}

/* Batches of rows that weigh nothing change nothing; the epoch's cost is of the rest. */
static void weights_of_nothing(void **state)
{
    static const float some[ROWS] = {0, 0, 1, 2, 0, 0, 0};
    bp_network *network = make_linear(state, BP_PRECISION_F64);
    bp_trainer *trainer = make_plain_trainer(network, BP_COST_MSE, 2);
    bp_dataset *data = make_data(state, true);
    bp_dataset *first = NULL;
    double before[WEIGHTS + CLASSES];
    double after[WEIGHTS + CLASSES];
    double cost = 7;

    ok(bp_dataset_set_weights(data, some, ROWS));
    ok(bp_dataset_slice(data, 0, 2, &first));
    copy_all(network, before);
    ok(bp_trainer_epoch(trainer, first, &cost));
    copy_all(network, after);
    assert_same_f64(cost, 0);
    assert_bits_f64(after, before, COUNT(after));
    {
        const double expected = cost_of(network, BP_COST_MSE, data, ROWS);

        ok(bp_trainer_epoch(trainer, data, &cost));
        assert_relative(cost, expected, 1e-14);
    }
    bp_dataset_destroy(first);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void an_evaluation_of_nothing(void **state)
{
    static const float none[ROWS] = {0};
    bp_network *network = make_linear(state, BP_PRECISION_F64);
    bp_dataset *data = make_data(state, true);
    bp_workspace *workspace = NULL;
    bp_cost *cost = make_cost(BP_COST_MSE, NULL);
    bp_evaluation result = {.struct_size = sizeof result, .cost = 7};

    ok(bp_dataset_set_weights(data, none, ROWS));
    ok(bp_workspace_create(network, 3, &workspace));
    assert_status(bp_network_evaluate(network, workspace, cost, data, &result),
                  BP_ESTATE);
    assert_line(bp_workspace_error(workspace), "weights of data");
    assert_same_f64(result.cost, 7);
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* An epoch that is stopped and taken up again has the same cost as a whole one. */
static int32_t stop_at_third(const bp_progress *progress, void *user)
{
    (void)user;
    return progress->step == 3;
}

static void a_stopped_epoch_weighs_on(void **state)
{
    double cost[2];

    for (size_t stopped = 0; stopped < 2; stopped++) {
        bp_network *network = make_linear(state, BP_PRECISION_F64);
        bp_trainer *trainer = make_trainer(network, BP_COST_MSE, 2, 9);
        bp_dataset *data = make_data(state, true);

        ok(bp_dataset_set_weights(data, row_weights, ROWS));
        if (stopped)
            assert_status(bp_trainer_fit(trainer, data, 1, stop_at_third, NULL),
                          BP_ESTOPPED);
        ok(bp_trainer_epoch(trainer, data, &cost[stopped]));
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
        bp_dataset_destroy(data);
    }
    assert_same_f64(cost[1], cost[0]);
}

static void metrics_weigh(void **state)
{
    bp_network *network = make_linear(state, BP_PRECISION_F64);
    bp_dataset *data = make_data(state, true);
    bp_metrics *metrics = NULL;
    bp_workspace *workspace = NULL;
    double value = 0;

    ok(bp_dataset_set_weights(data, row_weights, ROWS));
    ok(bp_workspace_create(network, 3, &workspace));
    ok(bp_metrics_create(CLASSES, env_of(state), &metrics));
    ok(bp_network_measure(network, workspace, data, metrics));
    ok(bp_metrics_value(metrics, BP_METRIC_LOG_LOSS, BP_INDEX_ALL, &value));
    assert_relative(value, golden_rows_first[0], 1e-12);
    ok(bp_metrics_value(metrics, BP_METRIC_MSE, BP_INDEX_ALL, &value));
    assert_relative(value, golden_mse_first[0], 1e-12);
    ok(bp_metrics_value(metrics, BP_METRIC_SUPPORT, 2, &value));
    assert_same_f64(value, 5.5);
    bp_metrics_destroy(metrics);
    bp_workspace_destroy(workspace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* Central differences of the weighted cost, for every cost. */
static void gradients_of_weighted_costs(void **state)
{
    for (int32_t kind = BP_COST_QUADRATIC; kind <= BP_COST_POISSON; kind++) {
        static const size_t widths[] = {INPUTS, 5, CLASSES};
        const bool unit =
            kind == BP_COST_CROSS_ENTROPY || kind == BP_COST_BINARY_CROSS_ENTROPY;
        const struct net_recipe recipe = {env_of(state),
                                          widths,
                                          3,
                                          BP_ACTIVATION_TANH,
                                          unit ? BP_ACTIVATION_SIGMOID
                                          : kind == BP_COST_KL_DIVERGENCE
                                              ? BP_ACTIVATION_LOG_SOFTMAX
                                              : BP_ACTIVATION_LINEAR,
                                          BP_PRECISION_F64};
        bp_network *network = make_network(&recipe, 4);
        bp_dataset *data = make_data(state, false);
        bp_trainer *trainer = make_trainer(network, kind, 2, 9);
        bp_gradient_report report = {.struct_size = sizeof report};

        ok(bp_dataset_one_hot(data, kind == BP_COST_HINGE ? -1.0f : 0.0f, 1));
        ok(bp_dataset_set_weights(data, row_weights, ROWS));
        ok(bp_gradient_check(trainer, data, NULL, &report));
        assert_int_equal(report.passed, 1);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
        bp_dataset_destroy(data);
    }
}

/* ---- costs of the caller's own ---- */

struct seen {
    double weights[ROWS];
    size_t rows;
};

static int32_t weighted_value(const bp_run *run)
{
    const double *a = run->input;
    const double *y = run->targets;
    struct seen *seen = run->user;
    double sum = 0;
    double weight = 0;

    seen->rows = run->rows;
    for (size_t r = 0; r < run->rows; r++) {
        const double w = run->weights != NULL ? run->weights[r] : 1;

        seen->weights[r] = w;
        weight += w;
        for (size_t j = 0; j < run->inputs; j++) {
            const double d = a[r * run->input_stride + j] - y[r * run->input_stride + j];

            sum += w * d * d / (double)run->inputs;
        }
    }
    *run->cost = sum / weight;
    return 0;
}

static void costs_of_your_own_see_them(void **state)
{
    struct seen seen = {.rows = 0};
    const bp_cost_ops ops = {.struct_size = sizeof ops,
                             .version = 1,
                             .name = "own_mse",
                             .value = weighted_value,
                             .value_f64 = weighted_value,
                             .user = &seen};
    bp_network *network = make_linear(state, BP_PRECISION_F64);
    bp_dataset *data = make_data(state, true);
    bp_workspace *workspace = NULL;
    bp_cost *cost = NULL;
    bp_evaluation result = {.struct_size = sizeof result};

    ok(bp_dataset_set_weights(data, row_weights, ROWS));
    ok(bp_cost_create_custom(&ops, env_of(state), &cost));
    ok(bp_workspace_create(network, 4, &workspace));
    ok(bp_network_evaluate(network, workspace, cost, data, &result));
    assert_relative(result.cost, golden_mse_first[0], 1e-12);
    assert_int_equal(seen.rows, 3); /* the last part: rows 4 to 6 */
    assert_same_f64(seen.weights[1], 3);
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* ---- in data sets ---- */

static float weight_of(const bp_dataset *data, size_t row)
{
    float weight = -1;

    ok(bp_dataset_get_weight(data, row, &weight));
    return weight;
}

/* They go with their rows: shuffled, sliced and split. */
static void weights_follow_their_rows(void **state)
{
    bp_dataset *data = make_data(state, false);
    bp_dataset *parts[2] = {NULL, NULL};
    size_t found = 0;

    assert_same_f32(weight_of(data, 3), 1);
    ok(bp_dataset_set_weights(data, row_weights, ROWS));
    ok(bp_dataset_shuffle(data, 5));
    ok(bp_dataset_split(data, 0.4, BP_SPLIT_SHUFFLED, 6, &parts[0], &parts[1]));
    for (size_t p = 0; p < 2; p++) {
        for (size_t row = 0; row < bp_dataset_rows(parts[p]); row++) {
            float x[INPUTS];

            ok(bp_dataset_get_inputs(parts[p], row, x, INPUTS));
            for (size_t i = 0; i < ROWS; i++)
                if (x[0] == (float)golden_x[i * INPUTS] &&
                    x[1] == (float)golden_x[i * INPUTS + 1]) {
                    assert_same_f32(weight_of(parts[p], row), row_weights[i]);
                    found++;
                }
        }
        bp_dataset_destroy(parts[p]);
    }
    assert_int_equal(found, ROWS);
    bp_dataset_destroy(data);
}

static void weights_by_class(void **state)
{
    bp_dataset *data = make_data(state, false);
    bp_dataset *early = NULL;

    ok(bp_dataset_set_weights(data, row_weights, ROWS));
    ok(bp_dataset_slice(data, 0, 3, &early));
    ok(bp_dataset_weigh_classes(data, class_weights, CLASSES));
    for (size_t row = 0; row < ROWS; row++)
        assert_same_f32(weight_of(data, row),
                        row_weights[row] * class_weights[labels[row]]);
    assert_same_f32(weight_of(early, 2), row_weights[2]);
    bp_dataset_destroy(early);
    bp_dataset_destroy(data);
}

/* n / (k n_c): 7 rows, 4 classes, class 1 has 3 of them. */
static void balanced_classes(void **state)
{
    bp_dataset *data = make_data(state, false);
    double sum = 0;

    ok(bp_dataset_weigh_classes(data, NULL, CLASSES));
    assert_same_f32(weight_of(data, 1), (float)(7.0 / 12));
    assert_same_f32(weight_of(data, 2), (float)(7.0 / 8));
    assert_same_f32(weight_of(data, 3), (float)(7.0 / 4));
    for (size_t row = 0; row < ROWS; row++)
        sum += (double)weight_of(data, row);
    assert_absolute(sum, 7, 1e-6);
    bp_dataset_destroy(data);
}

/* Several batches that make one update are one large batch, also where rows weigh
 * differently, and where a whole batch weighs nothing. */
static void train_in_batches(void **state, const float *weights, size_t batch,
                             double values[WEIGHTS + CLASSES])
{
    bp_dataset *data = make_data(state, false);
    bp_network *network = make_linear(state, BP_PRECISION_F64);
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL);
    bp_optimizer *sgd = make_sgd(0.25, 0, NULL);
    bp_trainer *trainer = NULL;

    ok(bp_dataset_set_weights(data, weights, ROWS));
    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)batch));
    ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, batch == ROWS ? 1 : 10));
    ok(bp_trainer_build(trainer, 1));
    for (int epoch = 0; epoch < 3; epoch++)
        ok(bp_trainer_epoch(trainer, data, NULL));
    copy_all(network, values);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    bp_dataset_destroy(data);
}

static void collected_batches_weigh(void **state)
{
    static const float some[ROWS] = {0, 0, 2.5f, 0.75f, 1, 3, 0.5f};
    static const float none[ROWS] = {0};
    double parts[WEIGHTS + CLASSES], whole[WEIGHTS + CLASSES];

    train_in_batches(state, some, 2, parts);
    train_in_batches(state, some, ROWS, whole);
    assert_close_f64(parts, whole, COUNT(parts), 1e-14, 1e-12);
    train_in_batches(state, none, 2, parts);
    assert_close_f64(parts, golden_w, WEIGHTS, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(as_pytorch),
        HOST_TEST(evaluations_weigh),
        HOST_TEST(weights_of_one),
        HOST_TEST(weights_of_nothing),
        HOST_TEST(an_evaluation_of_nothing),
        HOST_TEST(a_stopped_epoch_weighs_on),
        HOST_TEST(metrics_weigh),
        HOST_TEST(gradients_of_weighted_costs),
        HOST_TEST(costs_of_your_own_see_them),
        HOST_TEST(weights_follow_their_rows),
        HOST_TEST(weights_by_class),
        HOST_TEST(balanced_classes),
        HOST_TEST(collected_batches_weigh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
