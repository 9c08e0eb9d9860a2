/* SPDX-License-Identifier: MIT */
/*
 * The trace of layers that predict otherwise than they train, against a twin that needs
 * none of them. Dropout and noise: the network without the layer. A batch norm with
 * running statistics m and v: a dense layer with one weight a unit,
 *
 *     a_j = w_j x_j + b_j      w = scale r      b = shift - scale m r
 *
 * with r = 1 / sqrt(v + e); so dC/dshift = dC/db and dC/dscale = r (dC/dw - m dC/db).
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>

enum { INPUTS = 3, UNITS = 4, OUTPUTS = 2, ROWS = 3 };

#define TOLERANCE 1e-12

static const double x[ROWS * INPUTS] = {0.5, -1, 0.25, 2, 1, -0.5, -0.75, 0.125, 1.5};
static const double y[ROWS * OUTPUTS] = {1, 0, 0, 1, 0.5, -0.5};
static const double scale[UNITS] = {1.5, -0.5, 0.75, 2};
static const double shift[UNITS] = {0.25, -1, 0.5, 0};
static const double mean[UNITS] = {0.125, -0.25, 0.5, 1};
static const double variance[UNITS] = {0.5, 2, 0, 1};

/* Dense, what is between, dense; NULL: nothing. */
static bp_network *network_with(bp_layer *between)
{
    bp_network *network = NULL;

    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, UNITS, BP_ACTIVATION_TANH));
    if (between != NULL)
        ok(bp_network_add(network, between));
    bp_layer_destroy(between);
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_SIGMOID));
    ok(bp_network_build(network, 3));
    return network;
}

static bp_trace *trace_of(const bp_network *network)
{
    bp_cost *cost = make_cost(BP_COST_MSE, NULL);
    bp_trace *trace = NULL;

    ok(bp_trace_create(network, cost, &trace));
    bp_cost_destroy(cost);
    ok(bp_trace_run_f64(trace, x, ROWS * INPUTS, y, ROWS * OUTPUTS));
    return trace;
}

static void copy_layer(const bp_network *from, size_t source, bp_network *to,
                       size_t target)
{
    double values[UNITS * UNITS];
    bp_parameter_info info = {.struct_size = sizeof info};

    for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_BIAS; ++which) {
        ok(bp_network_parameter_info(from, source, which, &info));
        ok(bp_network_get_parameter_f64(from, source, which, values,
                                        info.rows * info.cols));
        ok(bp_network_set_parameter_f64(to, target, which, values,
                                        info.rows * info.cols));
    }
}

static void assert_same_tensor(const bp_trace *a, size_t layer, const bp_trace *b,
                               size_t twin, size_t weights)
{
    double one[UNITS * UNITS], two[UNITS * UNITS];
    const size_t biases = layer == 0 ? UNITS : OUTPUTS;

    ok(bp_trace_get_gradient(a, layer, BP_PARAMETER_WEIGHT, one, weights));
    ok(bp_trace_get_gradient(b, twin, BP_PARAMETER_WEIGHT, two, weights));
    assert_close_f64(one, two, weights, TOLERANCE, TOLERANCE);
    ok(bp_trace_get_gradient(a, layer, BP_PARAMETER_BIAS, one, biases));
    ok(bp_trace_get_gradient(b, twin, BP_PARAMETER_BIAS, two, biases));
    assert_close_f64(one, two, biases, TOLERANCE, TOLERANCE);
}

static void assert_same_cost(const bp_trace *a, const bp_trace *b)
{
    double one[ROWS], two[ROWS];

    ok(bp_trace_get_costs(a, one, ROWS));
    ok(bp_trace_get_costs(b, two, ROWS));
    assert_close_f64(one, two, ROWS, 0, TOLERANCE);
}

/* ---- there in training only ---- */

static void check_identity(bp_layer *layer)
{
    bp_network *network = network_with(layer);
    bp_network *twin = network_with(NULL);
    bp_trace *trace, *plain;
    bp_trace_layer info = {.struct_size = sizeof info};

    copy_layer(network, 0, twin, 0);
    copy_layer(network, 2, twin, 1);
    trace = trace_of(network);
    plain = trace_of(twin);
    assert_same_cost(trace, plain);
    assert_same_tensor(trace, 0, plain, 0, UNITS * INPUTS);
    assert_same_tensor(trace, 2, plain, 1, OUTPUTS * UNITS);
    ok(bp_trace_get_layer(trace, 1, &info));
    assert_int_equal(info.coupled, 0);
    bp_trace_destroy(plain);
    bp_trace_destroy(trace);
    bp_network_destroy(twin);
    bp_network_destroy(network);
}

static void test_dropout_and_noise_pass_on(void **state)
{
    bp_layer *layer = NULL;

    (void)state;
    ok(bp_layer_create_dropout(0.75, NULL, &layer));
    check_identity(layer);
    ok(bp_layer_create_noise(2, NULL, &layer));
    check_identity(layer);
}

/* ---- batch norm ---- */

static double r_of(size_t j)
{
    return 1 / sqrt(variance[j] + 0.01);
}

static bp_network *norm_network(bool affine)
{
    bp_network *network;
    bp_layer *layer = NULL;

    ok(bp_layer_create_batch_norm(NULL, &layer));
    ok(bp_layer_set(layer, BP_LAYER_EPSILON, 0.01));
    ok(bp_layer_set(layer, BP_LAYER_AFFINE, affine));
    network = network_with(layer);
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_RUNNING_MEAN, mean, UNITS));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_RUNNING_VARIANCE, variance,
                                    UNITS));
    if (!affine)
        return network;
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, scale, UNITS));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, shift, UNITS));
    return network;
}

static bp_network *twin_of(const bp_network *network, bool affine)
{
    double w[UNITS * UNITS] = {0}, b[UNITS];
    bp_layer *layer = NULL;
    bp_network *twin;

    ok(bp_layer_create_dense(UNITS, BP_ACTIVATION_LINEAR, NULL, &layer));
    twin = network_with(layer);
    for (size_t j = 0; j < UNITS; ++j) {
        w[j * UNITS + j] = (affine ? scale[j] : 1) * r_of(j);
        b[j] = (affine ? shift[j] : 0) - w[j * UNITS + j] * mean[j];
    }
    copy_layer(network, 0, twin, 0);
    ok(bp_network_set_parameter_f64(twin, 1, BP_PARAMETER_WEIGHT, w, UNITS * UNITS));
    ok(bp_network_set_parameter_f64(twin, 1, BP_PARAMETER_BIAS, b, UNITS));
    copy_layer(network, 2, twin, 2);
    return twin;
}

static void check_affine(const bp_trace *trace, const bp_trace *twin)
{
    double found[UNITS], w[UNITS * UNITS], b[UNITS], expected[UNITS];

    ok(bp_trace_get_gradient(twin, 1, BP_PARAMETER_WEIGHT, w, UNITS * UNITS));
    ok(bp_trace_get_gradient(twin, 1, BP_PARAMETER_BIAS, b, UNITS));
    ok(bp_trace_get_gradient(trace, 1, BP_PARAMETER_BIAS, found, UNITS));
    assert_close_f64(found, b, UNITS, TOLERANCE, TOLERANCE);
    for (size_t j = 0; j < UNITS; ++j)
        expected[j] = r_of(j) * (w[j * UNITS + j] - mean[j] * b[j]);
    ok(bp_trace_get_gradient(trace, 1, BP_PARAMETER_WEIGHT, found, UNITS));
    assert_close_f64(found, expected, UNITS, TOLERANCE, TOLERANCE);
}

static void check_links(bp_trace *trace, bool affine)
{
    double links[UNITS];

    for (size_t j = 0; j < UNITS; ++j) {
        ok(bp_trace_get_jacobian(trace, 1, 1, j, links, UNITS));
        for (size_t i = 0; i < UNITS; ++i)
            assert_true(fabs(links[i] - (i == j ? (affine ? scale[j] : 1) * r_of(j)
                                                : 0)) < TOLERANCE);
    }
}

static void check_batch_norm(bool affine)
{
    bp_network *network = norm_network(affine);
    bp_network *dense = twin_of(network, affine);
    bp_trace *trace = trace_of(network);
    bp_trace *twin = trace_of(dense);

    assert_same_cost(trace, twin);
    assert_same_tensor(trace, 0, twin, 0, UNITS * INPUTS);
    assert_same_tensor(trace, 2, twin, 2, OUTPUTS * UNITS);
    if (affine)
        check_affine(trace, twin);
    check_links(trace, affine);
    bp_trace_destroy(twin);
    bp_trace_destroy(trace);
    bp_network_destroy(dense);
    bp_network_destroy(network);
}

static void test_batch_norm_predicts(void **state)
{
    (void)state;
    check_batch_norm(true);
    check_batch_norm(false);
}

/* A scale is no connection: the text names the layer. */
static void test_a_scale_is_no_connection(void **state)
{
    bp_network *network = norm_network(true);
    bp_trace *trace = trace_of(network);
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_BIAS, .layer = 1};
    bp_chain chain = {.struct_size = sizeof chain};

    (void)state;
    assert_status(bp_trace_get_chain(trace, &at, &chain), BP_EUNSUPPORTED);
    assert_string_equal(bp_trace_error(trace),
                        "connection: layer 1 is not dense, so its parameters, if it has "
                        "any, have no factors");
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- paths ---- */

static bp_network *mixed_network(void)
{
    bp_layer *layers[3] = {NULL};
    bp_network *network = NULL;

    ok(bp_layer_create_batch_norm(NULL, &layers[0]));
    ok(bp_layer_create_layer_norm(NULL, &layers[1]));
    ok(bp_layer_create_dropout(0.5, NULL, &layers[2]));
    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, UNITS, BP_ACTIVATION_TANH));
    for (size_t i = 0; i < 3; ++i) {
        ok(bp_network_add(network, layers[i]));
        bp_layer_destroy(layers[i]);
    }
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 3));
    return network;
}

/* Through norms and dropout too all paths together are the gradient. */
static void test_paths_sum(void **state)
{
    bp_network *network = mixed_network();
    bp_trace *trace;
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT};
    bp_path_summary all = {.struct_size = sizeof all};

    (void)state;
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_RUNNING_MEAN, mean, UNITS));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, scale, UNITS));
    ok(bp_network_set_parameter_f64(network, 2, BP_PARAMETER_WEIGHT, scale, UNITS));
    trace = trace_of(network);
    for (size_t i = 0; i < ROWS * UNITS * INPUTS; ++i) {
        at.row = i % ROWS;
        at.to = i / ROWS % UNITS;
        at.from = i / ROWS / UNITS;
        ok(bp_trace_find_paths(trace, &at, 1000, &all));
        assert_true(all.paths == UNITS * OUTPUTS * OUTPUTS);
        assert_close_f64(&all.gradient, &all.sum, 1, TOLERANCE, TOLERANCE);
    }
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropout_and_noise_pass_on),
        cmocka_unit_test(test_batch_norm_predicts),
        cmocka_unit_test(test_paths_sum),
        cmocka_unit_test(test_a_scale_is_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
