/* SPDX-License-Identifier: MIT */
/*
 * Rankings against their definition, taken again from what the trace gives of single
 * rows; the update of a step against the trainer; rows that weigh, likewise.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { INPUTS = 3, UNITS = 4, OUTPUTS = 2, ROWS = 5, MANY = 100 };

#define TOLERANCE 1e-12

static const size_t widths[] = {INPUTS, UNITS, OUTPUTS};
static const float weights[ROWS] = {0.5f, 2, 0, 1.25f, 3};

static bp_network *network_of(int32_t last)
{
    const struct net_recipe recipe = {NULL, widths,          3, BP_ACTIVATION_TANH,
                                      last, BP_PRECISION_F64};

    return make_network(&recipe, 5);
}

static bp_trace *trace_of(const bp_network *network, int32_t kind, const bp_dataset *data)
{
    bp_cost *cost = make_cost(kind, NULL);
    bp_trace *trace = NULL;

    ok(bp_trace_create(network, cost, &trace));
    bp_cost_destroy(cost);
    ok(bp_trace_run_data(trace, data, 0, bp_dataset_rows(data)));
    return trace;
}

static bp_influence influence_of(const bp_trace *trace, size_t index)
{
    bp_influence one = {.struct_size = sizeof one};

    ok(bp_trace_get_influence(trace, index, &one));
    return one;
}

static double input_of(const bp_trace *trace, size_t row, size_t layer, size_t unit)
{
    double values[UNITS];

    ok(bp_trace_get_values(trace, row, layer, BP_TRACE_INPUT, values,
                           layer == 0 ? INPUTS : UNITS));
    return values[unit];
}

static double error_of(const bp_trace *trace, size_t row, size_t layer, size_t unit)
{
    double values[UNITS];

    ok(bp_trace_get_values(trace, row, layer, BP_TRACE_COST_Z, values,
                           layer == 0 ? UNITS : OUTPUTS));
    return values[unit];
}

/* All weights there are, each once, in falling order. */
static void assert_falling(const bp_trace *trace, size_t found)
{
    size_t i;

    for (i = 1; i < found; ++i)
        assert_true(influence_of(trace, i - 1).size >= influence_of(trace, i).size);
}

static void test_weights_over_rows(void **state)
{
    bp_network *network = network_of(BP_ACTIVATION_SOFTMAX);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_trace *trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY, data);
    size_t found = 0;
    size_t i, row;

    (void)state;
    ok(bp_trace_find_influences(trace, NULL, MANY, &found));
    assert_int_equal(found, UNITS * INPUTS + OUTPUTS * UNITS);
    assert_falling(trace, found);
    for (i = 0; i < found; ++i) {
        const bp_influence one = influence_of(trace, i);
        double gradient = 0, size = 0, activity = 0, error = 0, w[UNITS * INPUTS];

        for (row = 0; row < ROWS; ++row) {
            const double a = input_of(trace, row, one.layer, one.from);
            const double d = error_of(trace, row, one.layer, one.to);

            gradient += a * d / ROWS;
            size += fabs(one.value * a * d) / ROWS;
            activity += a / ROWS;
            error += d / ROWS;
        }
        ok(bp_network_get_parameter_f64(network, one.layer, BP_PARAMETER_WEIGHT, w,
                                        one.layer == 0 ? UNITS * INPUTS
                                                       : OUTPUTS * UNITS));
        assert_true(w[one.to * (one.layer == 0 ? INPUTS : UNITS) + one.from] ==
                    one.value);
        assert_close_f64(&gradient, &one.gradient, 1, TOLERANCE, TOLERANCE);
        assert_close_f64(&size, &one.size, 1, TOLERANCE, TOLERANCE);
        assert_close_f64(&activity, &one.activity, 1, TOLERANCE, TOLERANCE);
        assert_close_f64(&error, &one.error, 1, TOLERANCE, TOLERANCE);
        gradient *= one.value;
        assert_close_f64(&gradient, &one.part, 1, TOLERANCE, TOLERANCE);
    }
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* da_o/dx, against central differences of the network itself. */
static void check_output(const bp_network *network, bp_trace *trace, size_t output)
{
    bp_influence_options options;
    bp_workspace *workspace = NULL;
    size_t found = 0;
    size_t i;

    ok(bp_influence_options_init(&options));
    options.kind = BP_INFLUENCE_INPUTS;
    options.row = 2;
    options.output = output;
    ok(bp_trace_find_influences(trace, &options, MANY, &found));
    assert_int_equal(found, INPUTS);
    assert_falling(trace, found);
    ok(bp_workspace_create(network, 1, &workspace));
    for (i = 0; i < found; ++i) {
        const bp_influence one = influence_of(trace, i);
        double x[INPUTS], up[OUTPUTS], down[OUTPUTS], slope;

        ok(bp_trace_get_values(trace, 2, 0, BP_TRACE_INPUT, x, INPUTS));
        assert_true(one.value == x[one.from]);
        x[one.from] += 1e-5;
        ok(bp_network_predict_f64(network, workspace, x, INPUTS, up, OUTPUTS));
        x[one.from] -= 2e-5;
        ok(bp_network_predict_f64(network, workspace, x, INPUTS, down, OUTPUTS));
        slope = (up[output] - down[output]) / 2e-5;
        assert_close_f64(&slope, &one.gradient, 1, 1e-8, 1e-8);
        assert_true(one.part == one.value * one.gradient);
    }
    bp_workspace_destroy(workspace);
}

static void test_inputs_of_an_output(void **state)
{
    bp_network *network = network_of(BP_ACTIVATION_SOFTMAX);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_trace *trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY, data);

    (void)state;
    check_output(network, trace, 0);
    check_output(network, trace, 1);
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* A step of plain SGD is -rate times activity times error. */
static void test_changes_of_a_step(void **state)
{
    const struct net_recipe recipe = {NULL,
                                      (const size_t[]){INPUTS, OUTPUTS},
                                      2,
                                      BP_ACTIVATION_TANH,
                                      BP_ACTIVATION_TANH,
                                      BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 9);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_trace *trace = trace_of(network, BP_COST_MSE, data);
    bp_trainer *trainer =
        make_trainer_with(network, BP_COST_MSE, make_sgd(0.25, 0, NULL), ROWS, 1);
    bp_influence_options options;
    size_t found = 0;
    size_t i;

    (void)state;
    ok(bp_influence_options_init(&options));
    options.kind = BP_INFLUENCE_CHANGES;
    ok(bp_trace_find_influences(trace, &options, MANY, &found));
    assert_int_equal(found, 0);
    ok(bp_trainer_epoch(trainer, data, NULL));
    ok(bp_trace_find_influences(trace, &options, 4, &found));
    assert_int_equal(found, 4);
    assert_falling(trace, found);
    for (i = 0; i < found; ++i) {
        const bp_influence one = influence_of(trace, i);
        const double expected = -0.25 * one.gradient;

        assert_close_f64(&expected, &one.part, 1, TOLERANCE, TOLERANCE);
        assert_true(one.size == fabs(one.part));
    }
    bp_trainer_destroy(trainer);
    bp_trace_destroy(trace);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

static void test_rows_weigh(void **state)
{
    bp_network *network = network_of(BP_ACTIVATION_SOFTMAX);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_trainer *trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, ROWS, 1);
    bp_trace_info info = {.struct_size = sizeof info};
    bp_trace *trace;
    double expected[UNITS * INPUTS], found[UNITS * INPUTS], cost = 0;
    size_t kept = 0;

    (void)state;
    ok(bp_dataset_set_weights(data, weights, ROWS));
    trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY, data);
    ok(bp_trainer_set(trainer, BP_TRAINER_KEEP_GRADIENT, 1));
    ok(bp_trainer_epoch(trainer, data, &cost));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_WEIGHT, expected,
                                   UNITS * INPUTS));
    ok(bp_trace_get_gradient(trace, 0, BP_PARAMETER_WEIGHT, found, UNITS * INPUTS));
    assert_close_f64(expected, found, UNITS * INPUTS, TOLERANCE, TOLERANCE);
    ok(bp_trace_get_info(trace, &info));
    assert_close_f64(&cost, &info.cost, 1, TOLERANCE, TOLERANCE);
    ok(bp_trace_find_influences(trace, NULL, 1, &kept));
    assert_int_equal(kept, 1);
    bp_trace_destroy(trace);
    bp_trainer_destroy(trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_over_rows),
        cmocka_unit_test(test_inputs_of_an_output),
        cmocka_unit_test(test_changes_of_a_step),
        cmocka_unit_test(test_rows_weigh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
