/* SPDX-License-Identifier: MIT */
/* Cost and accuracy over a data set, by hand and by any cut into parts. */
#include "unit_helpers.h"

enum { ROWS = 29, INPUTS = 3, CLASSES = 4 };

static bp_network *network_of(void **state, int32_t last, int32_t precision)
{
    static const size_t widths[] = {INPUTS, 6, CLASSES};
    const struct net_recipe recipe = {env_of(state),      widths, 3,
                                      BP_ACTIVATION_TANH, last,   precision};

    return make_network(&recipe, 12);
}

static bp_evaluation evaluate(const bp_network *network, int32_t kind,
                              const bp_dataset *data, size_t rows)
{
    bp_workspace *workspace = NULL;
    bp_cost *cost = make_cost(kind, NULL);
    bp_evaluation result;

    memset(&result, 0xAB, sizeof result);
    result.struct_size = sizeof result;
    ok(bp_workspace_create(network, rows, &workspace));
    ok(bp_network_evaluate(network, workspace, cost, data, &result));
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    return result;
}

/* All that predict and the formulas say, summed here. */
static void by_hand(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = network_of(state, BP_ACTIVATION_SOFTMAX, precision);
        bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
        const double within = precision == BP_PRECISION_F64 ? 1e-14 : 4e-7;
        double quadratic = 0;
        double entropy = 0;
        uint64_t correct = 0;
        bp_evaluation found;

        for (size_t row = 0; row < ROWS; row++) {
            float x[INPUTS];
            double x_f64[INPUTS];
            double a[CLASSES];
            int32_t label = -1;
            size_t best = 0;

            ok(bp_dataset_get_inputs(data, row, x, INPUTS));
            ok(bp_dataset_get_label(data, row, &label));
            for (size_t j = 0; j < INPUTS; j++)
                x_f64[j] = (double)x[j];
            predict_f64(network, x_f64, a, 1);
            for (size_t j = 0; j < CLASSES; j++) {
                const double d = a[j] - ((size_t)label == j);

                quadratic += d * d / 2;
                best = a[j] > a[best] ? j : best;
            }
            entropy -= log(a[label]);
            correct += best == (size_t)label;
        }
        found = evaluate(network, BP_COST_SOFTMAX_CROSS_ENTROPY, data, 8);
        assert_int_equal(found.struct_size, sizeof found);
        assert_int_equal(found.has_accuracy, 1);
        assert_int_equal(found.rows, ROWS);
        assert_int_equal(found.correct, correct);
        assert_same_f64(found.accuracy, (double)correct / ROWS);
        assert_relative(found.cost, entropy / ROWS, within);
        found = evaluate(network, BP_COST_QUADRATIC, data, 8);
        assert_relative(found.cost, quadratic / ROWS, within);
        found = evaluate(network, BP_COST_MSE, data, 8);
        assert_relative(found.cost, 2 * quadratic / ROWS / CLASSES, within);
        assert_true(correct > 0 && correct < ROWS);
        bp_dataset_destroy(data);
        bp_network_destroy(network);
    }
}

static void any_cut_gives_the_same_bits(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 16, ROWS - 1, ROWS, 100};
    static const int32_t costs[] = {BP_COST_SOFTMAX_CROSS_ENTROPY, BP_COST_QUADRATIC,
                                    BP_COST_MAE};
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));

    for (size_t c = 0; c < COUNT(costs); c++) {
        const bp_evaluation whole = evaluate(network, costs[c], data, ROWS);

        for (size_t s = 0; s < COUNT(sizes); s++) {
            const bp_evaluation found = evaluate(network, costs[c], data, sizes[s]);

            assert_same_f64(found.cost, whole.cost);
            assert_int_equal(found.correct, whole.correct);
            assert_int_equal(found.rows, ROWS);
        }
    }
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* What a step says of a batch is what an evaluation says of the same rows. */
static void equals_the_cost_of_a_step(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_SIGMOID, BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
    bp_trainer *trainer = make_trainer(network, BP_COST_CROSS_ENTROPY, ROWS, 1);
    const bp_evaluation before = evaluate(network, BP_COST_CROSS_ENTROPY, data, 5);
    double cost = 0;

    ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_epoch(trainer, data, &cost));
    assert_relative(cost, before.cost, 1e-15);
    assert_true(evaluate(network, BP_COST_CROSS_ENTROPY, data, 5).cost < cost);
    bp_trainer_destroy(trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* The rows of make_dataset() without the one or the other. */
static bp_dataset *part_of(void **state, bool targets, bool labels)
{
    bp_dataset *full = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
    bp_dataset *data = NULL;
    float x[ROWS * INPUTS];
    float y[ROWS * CLASSES];
    int32_t l[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        ok(bp_dataset_get_inputs(full, i, x + i * INPUTS, INPUTS));
        ok(bp_dataset_get_targets(full, i, y + i * CLASSES, CLASSES));
        ok(bp_dataset_get_label(full, i, &l[i]));
    }
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, ROWS, INPUTS, INPUTS));
    if (targets)
        ok(bp_dataset_set_targets(data, y, ROWS, CLASSES, CLASSES));
    if (labels)
        ok(bp_dataset_set_labels(data, l, ROWS, CLASSES));
    bp_dataset_destroy(full);
    return data;
}

static void targets_and_labels(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_dataset *both = part_of(state, true, true);
    bp_dataset *targets = part_of(state, true, false);
    bp_dataset *labels = part_of(state, false, true);
    const bp_evaluation full = evaluate(network, BP_COST_SOFTMAX_CROSS_ENTROPY, both, 8);
    bp_evaluation found = evaluate(network, BP_COST_SOFTMAX_CROSS_ENTROPY, targets, 8);

    assert_int_equal(full.has_accuracy, 1);
    assert_int_equal(found.has_accuracy, 0);
    assert_int_equal(found.correct, 0);
    assert_same_f64(found.accuracy, 0);
    assert_same_f64(found.cost, full.cost);
    found = evaluate(network, BP_COST_SOFTMAX_CROSS_ENTROPY, labels, 8);
    assert_int_equal(found.has_accuracy, 1);
    assert_int_equal(found.correct, full.correct);
    assert_same_f64(found.cost, full.cost);
    bp_dataset_destroy(both);
    bp_dataset_destroy(targets);
    bp_dataset_destroy(labels);
    bp_network_destroy(network);
}

/* Two classes and one unit: 1 from half on. */
static void one_output(void **state)
{
    static const float x[] = {-2, -1, 0, 1, 2, 3};
    static const float y[] = {0, 1, 1, 1, 0, 1};
    static const int32_t labels[] = {0, 1, 1, 1, 0, 1};
    bp_network *network =
        make_identity(1, BP_ACTIVATION_SIGMOID, BP_PRECISION_F64, env_of(state));
    bp_dataset *data = NULL;
    bp_evaluation found;
    double sum = 0;

    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, x, 6, 1, 1));
    ok(bp_dataset_set_targets(data, y, 6, 1, 1));
    ok(bp_dataset_set_labels(data, labels, 6, 2));
    found = evaluate(network, BP_COST_BINARY_CROSS_ENTROPY, data, 4);
    for (size_t i = 0; i < 6; i++) {
        const double p = 1 / (1 + exp(-(double)x[i]));

        sum -= log(labels[i] ? p : 1 - p);
    }
    assert_int_equal(found.correct, 4); /* -1 and 2 are on the wrong side */
    assert_same_f64(found.accuracy, 4.0 / 6);
    assert_relative(found.cost, sum / 6, 1e-14);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* ---- refusals ---- */

struct refusal {
    bp_network *network;
    bp_workspace *workspace;
    bp_evaluation result;
};

static bp_status try(struct refusal *r, int32_t kind, const bp_dataset *data)
{
    bp_cost *cost = make_cost(kind, NULL);
    const bp_status status =
        bp_network_evaluate(r->network, r->workspace, cost, data, &r->result);

    bp_cost_destroy(cost);
    return status;
}

static void refusals_leave_the_result(void **state)
{
    struct refusal r = {.network =
                            network_of(state, BP_ACTIVATION_TANH, BP_PRECISION_F32)};
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
    bp_dataset *labels = part_of(state, false, true);
    bp_dataset *neither = part_of(state, false, false);
    bp_dataset *wide = make_dataset(ROWS, INPUTS + 1, CLASSES, env_of(state));
    bp_dataset *classes = make_dataset(ROWS, INPUTS, CLASSES + 1, env_of(state));
    bp_dataset *empty = NULL;

    ok(bp_workspace_create(r.network, 4, &r.workspace));
    ok(bp_dataset_create(env_of(state), &empty));
    r.result = (bp_evaluation){.struct_size = sizeof r.result, .cost = 7, .rows = 8};
    assert_status(try(&r, BP_COST_CROSS_ENTROPY, data), BP_EDOMAIN);
    assert_line(bp_workspace_error(r.workspace), "cross_entropy");
    assert_status(try(&r, BP_COST_QUADRATIC, labels), BP_ESTATE);
    assert_line(bp_workspace_error(r.workspace), "labels only");
    assert_status(try(&r, BP_COST_QUADRATIC, neither), BP_ESTATE);
    assert_status(try(&r, BP_COST_QUADRATIC, empty), BP_ESTATE);
    assert_status(try(&r, BP_COST_QUADRATIC, wide), BP_ESHAPE);
    assert_line(bp_workspace_error(r.workspace), "4 inputs, expected the network's 3");
    assert_status(try(&r, BP_COST_QUADRATIC, classes), BP_ESHAPE);
    assert_status(try(&r, BP_COST_HINGE, data), BP_EDATA); /* targets 0 and 1 */
    assert_line(bp_workspace_error(r.workspace), "targets row 0, column 1 is 0");
    assert_line(bp_workspace_error(r.workspace), "1 or -1");
    assert_same_f64(r.result.cost, 7);
    assert_int_equal(r.result.rows, 8);
    ok(try(&r, BP_COST_QUADRATIC, data));
    assert_int_equal(r.result.rows, ROWS);
    bp_workspace_destroy(r.workspace);
    bp_network_destroy(r.network);
    bp_dataset_destroy(data);
    bp_dataset_destroy(labels);
    bp_dataset_destroy(neither);
    bp_dataset_destroy(wide);
    bp_dataset_destroy(classes);
    bp_dataset_destroy(empty);
}

static void workspaces_belong_to_one_network(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
    struct refusal r = {.result = {.struct_size = sizeof r.result, .cost = 7}};

    ok(bp_network_clone(network, &r.network));
    ok(bp_workspace_create(network, 4, &r.workspace));
    assert_status(try(&r, BP_COST_QUADRATIC, data), BP_EINVAL);
    assert_same_f64(r.result.cost, 7);
    bp_workspace_destroy(r.workspace);
    bp_network_destroy(r.network);
    bp_network_destroy(network);
    bp_dataset_destroy(data);
}

/* e^1000 is beyond double: a diverged network has no cost that could be compared. */
static void a_cost_that_overflows(void **state)
{
    struct refusal r = {.result = {.struct_size = sizeof r.result, .cost = 7}};
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));
    float biases[CLASSES];

    for (size_t j = 0; j < CLASSES; j++)
        biases[j] = 1000;
    r.network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    ok(bp_network_set_parameter(r.network, 1, BP_PARAMETER_BIAS, biases, CLASSES));
    ok(bp_workspace_create(r.network, 4, &r.workspace));
    assert_status(try(&r, BP_COST_POISSON, data), BP_EDATA);
    assert_line(bp_workspace_error(r.workspace), "the cost of the data is inf");
    assert_same_f64(r.result.cost, 7);
    bp_workspace_destroy(r.workspace);
    bp_network_destroy(r.network);
    bp_dataset_destroy(data);
}

static void evaluations_allocate_nothing(void **state)
{
    struct failing_env *host = *state;
    struct refusal r = {.result = {.struct_size = sizeof r.result}};
    bp_dataset *data = make_dataset(ROWS, INPUTS, CLASSES, env_of(state));

    r.network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    ok(bp_workspace_create(r.network, 4, &r.workspace));
    failing_env_arm(host, 1, true);
    ok(try(&r, BP_COST_SOFTMAX_CROSS_ENTROPY, data)); /* its cost is not of this host */
    assert_int_equal(host->allocations, 0);
    failing_env_arm(host, 0, false);
    bp_workspace_destroy(r.workspace);
    bp_network_destroy(r.network);
    bp_dataset_destroy(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(by_hand),
        HOST_TEST(any_cut_gives_the_same_bits),
        HOST_TEST(equals_the_cost_of_a_step),
        HOST_TEST(targets_and_labels),
        HOST_TEST(one_output),
        HOST_TEST(refusals_leave_the_result),
        HOST_TEST(workspaces_belong_to_one_network),
        HOST_TEST(a_cost_that_overflows),
        HOST_TEST(evaluations_allocate_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
