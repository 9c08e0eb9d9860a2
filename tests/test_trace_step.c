/* SPDX-License-Identifier: MIT */
/*
 * A trace of a step of training: with its masks, its noise and the statistics of its
 * batch. The trainer's own gradient of that step is the oracle, and central differences
 * of the trace's cost for the paths from row to row.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>

/* Wide enough for more than one group of 64 elements in a batch. */
enum { INPUTS = 3, UNITS = 20, FEW = 3, OUTPUTS = 2, ROWS = 6, STEPS = 3, LAYERS = 9 };
enum { LAYER_NORM = 5, SEED = 77, MOST = UNITS * UNITS };

#define TOLERANCE 1e-12

static void add(bp_network *network, bp_layer *layer)
{
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

/* All that is otherwise in training, one after the other, of any width. */
static bp_network *network_of(size_t units, int32_t precision)
{
    bp_layer *layer = NULL;
    bp_network *network = NULL;

    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add_dense(network, units, BP_ACTIVATION_TANH));
    ok(bp_layer_create_dropout(0.25, NULL, &layer));
    add(network, layer);
    ok(bp_layer_create_batch_norm(NULL, &layer));
    add(network, layer);
    ok(bp_layer_create_noise(0.5, NULL, &layer));
    add(network, layer);
    ok(bp_network_add_dense(network, units, BP_ACTIVATION_SIGMOID));
    ok(bp_layer_create_layer_norm(NULL, &layer));
    add(network, layer);
    ok(bp_layer_create_batch_norm(NULL, &layer));
    add(network, layer);
    ok(bp_layer_create_dropout(0.5, NULL, &layer));
    add(network, layer);
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 3));
    return network;
}

static bp_trainer *trainer_of(bp_network *network)
{
    bp_trainer *trainer =
        make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, ROWS, SEED);

    ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_set(trainer, BP_TRAINER_KEEP_GRADIENT, 1));
    return trainer;
}

static bp_trace *trace_of(const bp_network *network, const bp_dataset *data,
                          uint64_t step)
{
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL);
    bp_trace *trace = NULL;

    ok(bp_trace_create(network, cost, &trace));
    bp_cost_destroy(cost);
    ok(bp_trace_set_mode(trace, BP_MODE_TRAIN, SEED, step));
    ok(bp_trace_run_data(trace, data, 0, ROWS));
    return trace;
}

static bp_dataset *data_of(bool weighted)
{
    static const float weights[ROWS] = {0.5f, 2, 0, 1.25f, 3, 1};
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);

    if (weighted)
        ok(bp_dataset_set_weights(data, weights, ROWS));
    return data;
}

/* ---- the gradient of the step ---- */

/** What is held against what. */
struct pair {
    const bp_network *network;
    const bp_trainer *trainer;
    const bp_trace *trace;
    double tolerance;
};

static void compare_tensor(const struct pair *pair, size_t layer, int32_t which)
{
    double expected[MOST], found[MOST], sum = 0;
    bp_parameter_info info = {.struct_size = sizeof info};
    size_t count;

    if (bp_network_parameter_info(pair->network, layer, which, &info) != BP_OK)
        return;
    count = info.rows * info.cols;
    ok(bp_trainer_get_gradient_f64(pair->trainer, layer, which, expected, count));
    ok(bp_trace_get_gradient(pair->trace, layer, which, found, count));
    for (size_t i = 0; i < count; ++i)
        sum += fabs(expected[i]);
    /* A batch norm takes scale and shift away that a layer norm before it gives. */
    assert_true(layer == LAYER_NORM || sum > 1e-4);
    assert_close_f64(found, expected, count, pair->tolerance, pair->tolerance);
}

/* Steps, each traced before it is made. */
static void check_steps(int32_t precision, bool weighted, double tolerance)
{
    bp_network *network = network_of(UNITS, precision);
    bp_dataset *data = data_of(weighted);
    bp_trainer *trainer = trainer_of(network);
    bp_trace_info info = {.struct_size = sizeof info};
    double cost = 0;

    for (uint64_t step = 0; step < STEPS; ++step) {
        bp_trace *trace = trace_of(network, data, step);
        const struct pair pair = {network, trainer, trace, tolerance};

        ok(bp_trainer_epoch(trainer, data, &cost));
        ok(bp_trace_get_info(trace, &info));
        assert_close(info.cost, cost, tolerance, tolerance);
        assert_int_equal(info.mode, BP_MODE_TRAIN);
        assert_int_equal(info.joined, 1);
        for (size_t i = 0; i < LAYERS; ++i) {
            compare_tensor(&pair, i, BP_PARAMETER_WEIGHT);
            compare_tensor(&pair, i, BP_PARAMETER_BIAS);
        }
        bp_trace_destroy(trace);
    }
    bp_trainer_destroy(trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

static void test_the_gradient_of_a_step(void **state)
{
    (void)state;
    check_steps(BP_PRECISION_F64, false, TOLERANCE);
    check_steps(BP_PRECISION_F64, true, TOLERANCE);
    check_steps(BP_PRECISION_F32, true, 2e-5);
}

/* ---- paths ---- */

static void check_paths(bp_trace *trace, const bp_connection *at, double *total)
{
    const double ways = ROWS * FEW * ROWS * OUTPUTS * OUTPUTS;
    bp_path_summary all = {.struct_size = sizeof all};
    bp_path path = {.struct_size = sizeof path};
    size_t others = 0;

    ok(bp_trace_find_paths(trace, at, 100000, &all));
    assert_true(all.paths == ways * FEW * (at->kind == BP_CONNECTION_INPUT ? FEW : 1));
    assert_close(all.sum, all.gradient, TOLERANCE, TOLERANCE);
    *total += all.gradient;
    for (size_t i = 0; i < all.found; ++i) {
        double product = 1;

        ok(bp_trace_get_path(trace, i, &path));
        for (size_t j = 0; j < 2 * path.layers + 1; ++j)
            product *= path.factors[j];
        assert_close(product, path.product, TOLERANCE, TOLERANCE);
        for (size_t j = 0; j < path.layers; ++j)
            assert_true(path.rows[j] < ROWS);
        others += path.rows[path.layers - 1] != at->row;
    }
    assert_true(others > 0 || all.found == 0);
}

static void test_paths_pass_from_row_to_row(void **state)
{
    bp_network *network = network_of(FEW, BP_PRECISION_F64);
    bp_dataset *data = data_of(true);
    bp_trace *trace = trace_of(network, data, 1);
    double gradient[FEW * INPUTS], weight = 0, ignored = 0;
    float one = 0;
    bp_connection at = {.struct_size = sizeof at, .to = 1, .from = 2};

    (void)state;
    ok(bp_trace_get_gradient(trace, 0, BP_PARAMETER_WEIGHT, gradient, FEW * INPUTS));
    for (at.row = 0; at.row < ROWS; ++at.row) {
        double sum = 0;

        at.kind = BP_CONNECTION_INPUT;
        check_paths(trace, &at, &ignored);
        at.kind = BP_CONNECTION_WEIGHT;
        check_paths(trace, &at, &sum);
        ok(bp_dataset_get_weight(data, at.row, &one));
        weight += (double)one;
        gradient[1 * INPUTS + 2] -= sum / 7.75;
    }
    assert_absolute(weight, 7.75, 0);
    assert_absolute(gradient[1 * INPUTS + 2], 0, TOLERANCE);
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* ---- nudges ---- */

/* Link by link the slopes foretell what a change does that is small enough. */
static void check_links(bp_trace *trace, const bp_connection *at)
{
    bp_nudge tiny = {.struct_size = sizeof tiny};
    double predicted[FEW], real[FEW];

    ok(bp_trace_nudge(trace, at, 1e-7, &tiny));
    for (size_t layer = 0; layer < LAYERS - 1; ++layer) {
        ok(bp_trace_get_nudge(trace, layer, BP_TRACE_A, predicted, real, FEW));
        assert_close_f64(predicted, real, FEW, 1e-12, 1e-4);
    }
}

/* Of an input only its own row is moved, of a weight all; what is real is what a trace of
 * the changed network finds. */
static void check_nudge(bp_trace *trace, bp_trace *after, const bp_connection *at,
                        double change)
{
    bp_nudge nudge = {.struct_size = sizeof nudge}, small = {.struct_size = sizeof small};
    double predicted[FEW], real[FEW], a[FEW], b[FEW];

    ok(bp_trace_nudge(trace, at, change / 64, &small));
    ok(bp_trace_nudge(trace, at, change, &nudge));
    assert_true(fabs(nudge.real) > 1e-6);
    assert_true(fabs(small.real - small.predicted) <
                fabs(nudge.real - nudge.predicted) / 1000);
    check_links(trace, at);
    ok(bp_trace_nudge(trace, at, change, &nudge));
    for (size_t layer = 0; layer < LAYERS - 1; ++layer) {
        ok(bp_trace_get_nudge(trace, layer, BP_TRACE_A, predicted, real, FEW));
        ok(bp_trace_get_values(trace, at->row, layer, BP_TRACE_A, a, FEW));
        ok(bp_trace_get_values(after, at->row, layer, BP_TRACE_A, b, FEW));
        for (size_t j = 0; j < FEW; ++j)
            assert_close(real[j], b[j] - a[j], TOLERANCE, TOLERANCE);
    }
}

static double sum_of(const bp_trace *trace)
{
    bp_trace_info info = {.struct_size = sizeof info};

    ok(bp_trace_get_info(trace, &info));
    return info.cost * ROWS;
}

static void test_a_nudge_moves_all_rows(void **state)
{
    bp_network *network = network_of(FEW, BP_PRECISION_F64);
    bp_dataset *data = data_of(false);
    bp_trace *trace = trace_of(network, data, 2), *after;
    bp_connection at = {.struct_size = sizeof at,
                        .kind = BP_CONNECTION_WEIGHT,
                        .row = 3,
                        .to = 1,
                        .from = 2};
    bp_nudge nudge = {.struct_size = sizeof nudge};
    double w[FEW * INPUTS];

    (void)state;
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w, FEW * INPUTS));
    w[1 * INPUTS + 2] += 0.125;
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w, FEW * INPUTS));
    after = trace_of(network, data, 2);
    check_nudge(trace, after, &at, 0.125);
    ok(bp_trace_nudge(trace, &at, 0.125, &nudge));
    assert_close(nudge.cost, sum_of(trace), TOLERANCE, TOLERANCE);
    assert_close(nudge.real, sum_of(after) - sum_of(trace), TOLERANCE, TOLERANCE);
    bp_trace_destroy(after);
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* The derivative by one row's input, by central differences of small nudges. */
static void test_an_input_moves_its_row(void **state)
{
    bp_network *network = network_of(FEW, BP_PRECISION_F64);
    bp_dataset *data = data_of(true);
    bp_trace *trace = trace_of(network, data, 0);
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_INPUT};
    bp_nudge up = {.struct_size = sizeof up}, down = up;
    bp_chain chain = {.struct_size = sizeof chain};

    (void)state;
    for (at.row = 0; at.row < ROWS; ++at.row) {
        at.from = at.row % INPUTS;
        ok(bp_trace_nudge(trace, &at, 1e-5, &up));
        ok(bp_trace_nudge(trace, &at, -1e-5, &down));
        ok(bp_trace_get_chain(trace, &at, &chain));
        assert_close((up.real - down.real) / 2e-5, chain.gradient, 1e-8, 1e-6);
    }
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* ---- the call ---- */

/* A mode is that of the next runs, and predictions are as they were. */
static void test_modes(void **state)
{
    bp_network *network = network_of(FEW, BP_PRECISION_F64);
    bp_dataset *data = data_of(false);
    bp_trace *trace = trace_of(network, data, 0), *plain = trace_of(network, data, 0);
    bp_trace_info info = {.struct_size = sizeof info};
    bp_influence_options options;
    size_t found = 0;

    (void)state;
    assert_status(bp_trace_run_data(trace, data, 0, 1), BP_ESHAPE);
    assert_string_equal(bp_trace_error(trace),
                        "inputs have a batch of 1 row, expected at "
                        "least 2 for a batch norm");
    ok(bp_influence_options_init(&options));
    ok(bp_trace_find_influences(trace, &options, 3, &found));
    options.output = 0;
    assert_status(bp_trace_find_influences(trace, &options, 3, &found), BP_EUNSUPPORTED);
    ok(bp_trace_set_mode(trace, BP_MODE_PREDICT, SEED, 0));
    ok(bp_trace_get_info(trace, &info));
    assert_int_equal(info.mode, BP_MODE_TRAIN);
    ok(bp_trace_run_data(trace, data, 0, ROWS));
    ok(bp_trace_get_info(trace, &info));
    assert_int_equal(info.mode, BP_MODE_PREDICT);
    assert_int_equal(info.joined, 0);
    assert_true(fabs(sum_of(trace) - sum_of(plain)) > 1e-3);
    ok(bp_trace_find_influences(trace, &options, 3, &found));
    bp_trace_destroy(plain);
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_gradient_of_a_step),
        cmocka_unit_test(test_paths_pass_from_row_to_row),
        cmocka_unit_test(test_a_nudge_moves_all_rows),
        cmocka_unit_test(test_an_input_moves_its_row),
        cmocka_unit_test(test_modes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
