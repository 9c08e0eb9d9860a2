/* SPDX-License-Identifier: MIT */
/*
 * Dropout and noise through the public interface. A network without dense layers shows
 * what they do: under the quadratic cost with targets 0 the cost is half the sum of the
 * squares of the outputs of training.
 */
#include "compare.h"
#include "fixtures.h"
#include "probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { INPUTS = 40, ROWS = 50, WIDE = 320 };

static bp_layer *dropout(double p)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_dropout(p, NULL, &layer));
    return layer;
}

static bp_layer *noise(double deviation)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_noise(deviation, NULL, &layer));
    return layer;
}

/* The layer, then one unit with weights w and no bias. */
static bp_network *behind(bp_layer *layer, int32_t precision, const double *w)
{
    bp_network *network = NULL;
    bp_layer *dense = NULL;

    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_layer_create_dense(1, BP_ACTIVATION_LINEAR, NULL, &dense));
    ok(bp_layer_set(dense, BP_LAYER_BIAS, 0));
    ok(bp_network_add(network, dense));
    bp_layer_destroy(dense);
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w, INPUTS));
    return network;
}

/* The layer's outputs of one row x, seen through the gradient of the weights behind it:
 * dC/dw = (a - y) x', and a - y is 1 where w is 0 and y is -1. */
static void look(bp_layer *layer, uint64_t seed, size_t steps, const double *x,
                 double *seen)
{
    const double w[INPUTS] = {0};
    const double y = -1;
    bp_network *network = behind(layer, BP_PRECISION_F64, w);
    bp_trainer *trainer = make_trainer(network, BP_COST_QUADRATIC, 1, seed);

    for (size_t i = 0; i < steps; ++i)
        ok(bp_trainer_step_f64(trainer, x, INPUTS, &y, 1, NULL));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w, INPUTS));
    ok(bp_trainer_gradient_f64(trainer, x, INPUTS, &y, 1, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 1, BP_PARAMETER_WEIGHT, seen, INPUTS));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void ones(double *x, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        x[i] = 1;
}

/* Kept numbers are 1 / (1 - p), the others 0; the seed and the step choose them. */
static void test_dropout_scales(void **state)
{
    double x[INPUTS], seen[INPUTS], again[INPUTS], other[INPUTS], later[INPUTS];
    size_t zeros = 0;

    (void)state;
    ones(x, INPUTS);
    look(dropout(0.75), 5, 0, x, seen);
    for (size_t i = 0; i < INPUTS; ++i) {
        assert_true(seen[i] == 0 || seen[i] == 4);
        zeros += seen[i] == 0;
    }
    assert_in_range(zeros, 22, 38);
    look(dropout(0.75), 5, 0, x, again);
    assert_memory_equal(seen, again, sizeof seen);
    look(dropout(0.75), 6, 0, x, other);
    assert_true(memcmp(seen, other, sizeof seen) != 0);
    look(dropout(0.75), 5, 1, x, later);
    assert_true(memcmp(seen, later, sizeof seen) != 0);
}

/* A second layer of the same kind has a mask of its own, and the steps do, too. */
static void test_masks_are_independent(void **state)
{
    double x[INPUTS], seen[INPUTS];
    size_t both = 0;
    bp_network *network = NULL;
    bp_layer *layer = dropout(0.5);
    bp_trainer *trainer;
    const double w[INPUTS] = {0};
    const double y = -1;

    (void)state;
    ones(x, INPUTS);
    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add(network, layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_add_dense(network, 1, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 2, BP_PARAMETER_WEIGHT, w, INPUTS));
    trainer = make_trainer(network, BP_COST_QUADRATIC, 1, 5);
    ok(bp_trainer_gradient_f64(trainer, x, INPUTS, &y, 1, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 2, BP_PARAMETER_WEIGHT, seen, INPUTS));
    for (size_t i = 0; i < INPUTS; ++i)
        both += seen[i] == 4;
    assert_in_range(both, 3, 17); /* a quarter; with one mask it would be half */
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void test_dropout_at_its_ends(void **state)
{
    double x[INPUTS], seen[INPUTS];

    (void)state;
    for (size_t i = 0; i < INPUTS; ++i)
        x[i] = (double)i - 7.25;
    look(dropout(0), 5, 0, x, seen);
    assert_bits_f64(seen, x, INPUTS);
    look(dropout(1), 5, 0, x, seen);
    for (size_t i = 0; i < INPUTS; ++i)
        assert_true(seen[i] == 0 && !signbit(seen[i]));
}

/* Over many steps: the share that is kept, and the mean that stays. */
static void test_dropout_rate(void **state)
{
    double x[INPUTS], seen[INPUTS];
    double kept = 0;

    (void)state;
    ones(x, INPUTS);
    for (uint64_t seed = 0; seed < 500; ++seed) {
        look(dropout(0.2), seed, 0, x, seen);
        for (size_t i = 0; i < INPUTS; ++i)
            kept += seen[i] > 0;
    }
    /* 20000 draws: a deviation of 0.0028. */
    assert_absolute(kept / (500 * INPUTS), 0.8, 0.0115);
}

static void test_noise(void **state)
{
    double x[INPUTS], seen[INPUTS], again[INPUTS];
    double sum = 0;
    double squares = 0;
    const double count = 500 * INPUTS;

    (void)state;
    ones(x, INPUTS);
    for (uint64_t seed = 0; seed < 500; ++seed) {
        look(noise(0.5), seed, 0, x, seen);
        for (size_t i = 0; i < INPUTS; ++i) {
            sum += seen[i] - 1;
            squares += (seen[i] - 1) * (seen[i] - 1);
        }
    }
    assert_absolute(sum / count, 0, 0.0142);             /* 4 deviations of the mean */
    assert_absolute(squares / count, 0.25, 0.25 * 0.04); /* 4 of the variance */
    look(noise(0.5), 499, 0, x, again);
    assert_bits_f64(seen, again, INPUTS);
    look(noise(0.5), 499, 1, x, again);
    assert_true(memcmp(seen, again, sizeof seen) != 0);
    look(noise(0), 1, 0, x, seen);
    assert_bits_f64(seen, x, INPUTS);
}

/* ---- predictions ---- */

/* Before and behind each dense layer, or behind each alone. */
/* Outputs of training on ones. */
static void outputs_of(bp_layer *layer, size_t rows, size_t cols, double *outputs)
{
    static const double given[WIDE * 2];
    static double x[WIDE * 2];
    struct probe probe = {.outputs = outputs, .given = given};
    bp_cost *cost = probe_cost(&probe);
    bp_optimizer *sgd = make_sgd(0.1, 0, NULL);
    bp_network *network = NULL;
    bp_trainer *trainer = NULL;

    ones(x, rows * cols);
    ok(bp_network_create(cols, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_build(trainer, 5));
    ok(bp_trainer_gradient_f64(trainer, x, rows * cols, given, rows * cols, NULL));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
}

/* The number of an element is row * width + column, however far apart rows of that width
 * lie: two rows have the numbers of one that is twice as long. */
static void test_wide_rows(void **state)
{
    static double two[WIDE * 2], one[WIDE * 2];

    (void)state;
    outputs_of(dropout(0.5), 2, WIDE, two);
    outputs_of(dropout(0.5), 1, WIDE * 2, one);
    assert_memory_equal(two, one, sizeof one);
    outputs_of(noise(0.5), 2, WIDE, two);
    outputs_of(noise(0.5), 1, WIDE * 2, one);
    assert_memory_equal(two, one, sizeof one);
    assert_true(two[WIDE] != 1 && two[WIDE * 2 - 1] != 1);
}

static void add_both(bp_network *plain, bp_network *other, size_t units, bool before)
{
    bp_layer *layer = units % 2 ? dropout(0.5) : noise(1);

    ok(bp_network_add_dense(plain, units, BP_ACTIVATION_TANH));
    if (before)
        ok(bp_network_add(other, layer));
    ok(bp_network_add_dense(other, units, BP_ACTIVATION_TANH));
    ok(bp_network_add(other, layer));
    bp_layer_destroy(layer);
}

static void copy_weights(const bp_network *plain, bp_network *other, size_t layer,
                         size_t to)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    static double w[131 * 100];

    ok(bp_network_parameter_info(plain, layer, BP_PARAMETER_WEIGHT, &info));
    ok(bp_network_get_parameter_f64(plain, layer, BP_PARAMETER_WEIGHT, w,
                                    info.rows * info.cols));
    ok(bp_network_set_parameter_f64(other, to, BP_PARAMETER_WEIGHT, w,
                                    info.rows * info.cols));
}

static void predict(const bp_network *network, float *y)
{
    bp_workspace *workspace = NULL;
    float x[ROWS * INPUTS];

    for (size_t i = 0; i < ROWS * INPUTS; ++i)
        x[i] = (float)(i % 17) / 8 - 1;
    ok(bp_workspace_create(network, 7, &workspace));
    ok(bp_network_predict(network, workspace, x, ROWS * INPUTS, y, ROWS * 3));
    bp_workspace_destroy(workspace);
}

/* Whatever layers of training stand between: the same bits as without. The widths are
 * more than a product does at a time, so that none may lie upon its own input. */
static void check_prediction(int32_t precision, bool before)
{
    static const size_t units[] = {100, 131, 3};
    bp_network *plain = NULL, *other = NULL;
    float y[ROWS * 3], z[ROWS * 3];

    ok(bp_network_create(INPUTS, NULL, &plain));
    ok(bp_network_create(INPUTS, NULL, &other));
    ok(bp_network_set(plain, BP_NETWORK_PRECISION, precision));
    ok(bp_network_set(other, BP_NETWORK_PRECISION, precision));
    for (size_t i = 0; i < 3; ++i)
        add_both(plain, other, units[i], before);
    ok(bp_network_build(plain, 1));
    ok(bp_network_build(other, 2));
    for (size_t i = 0; i < 3; ++i)
        copy_weights(plain, other, i, before ? 3 * i + 1 : 2 * i);
    predict(plain, y);
    predict(other, z);
    assert_bits_f32(z, y, ROWS * 3);
    bp_network_destroy(plain);
    bp_network_destroy(other);
}

static void test_prediction(void **state)
{
    (void)state;
    check_prediction(BP_PRECISION_F32, false);
    check_prediction(BP_PRECISION_F32, true);
    check_prediction(BP_PRECISION_F64, false);
    check_prediction(BP_PRECISION_F64, true);
}

/* A network of nothing else puts out what comes in. */
static void test_nothing_but_dropout(void **state)
{
    bp_network *network = NULL;
    bp_workspace *workspace = NULL;
    bp_layer *layer = dropout(0.5);
    float x[6] = {1, -2, 3, -4, 5, -6}, y[6];
    int32_t classes[2];

    (void)state;
    ok(bp_network_create(3, NULL, &network));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    ok(bp_workspace_create(network, 2, &workspace));
    ok(bp_network_predict(network, workspace, x, 6, y, 6));
    assert_bits_f32(y, x, 6);
    ok(bp_network_classify(network, workspace, x, 6, classes, 2));
    assert_int_equal(classes[0], 2);
    assert_int_equal(classes[1], 1);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

/* ---- as layers ---- */

static void test_info(void **state)
{
    bp_network *network = NULL;
    bp_layer *layers[2] = {dropout(0.25), noise(3)};
    const int32_t kinds[2] = {BP_LAYER_KIND_DROPOUT, BP_LAYER_KIND_NOISE};
    const int32_t keys[2] = {BP_LAYER_PROBABILITY, BP_LAYER_DEVIATION};
    const double numbers[2] = {0.25, 3};

    (void)state;
    ok(bp_network_create(3, NULL, &network));
    for (size_t i = 0; i < 2; ++i) {
        bp_layer_info info = {.struct_size = sizeof info};
        double value = 0;

        ok(bp_layer_get(layers[i], keys[i], &value));
        assert_true(value == numbers[i]);
        ok(bp_layer_set(layers[i], keys[i], 0.5));
        ok(bp_layer_get(layers[i], keys[i], &value));
        assert_true(value == 0.5);
        assert_status(bp_layer_get(layers[i], BP_LAYER_GAIN, &value), BP_EINVAL);
        assert_status(bp_layer_get(layers[i], keys[1 - i], &value), BP_EINVAL);
        ok(bp_network_add(network, layers[i]));
        ok(bp_network_layer_info(network, i, &info));
        assert_int_equal(info.kind, kinds[i]);
        assert_int_equal(info.activation, BP_ACTIVATION_LINEAR);
        assert_int_equal(info.inputs, 3);
        assert_int_equal(info.outputs, 3);
        assert_int_equal(info.parameters, 0);
        assert_int_equal(info.has_bias, 0);
        bp_layer_destroy(layers[i]);
    }
    bp_network_destroy(network);
}

/* Behind a sigmoid the numbers are no probabilities any more. */
static void test_range(void **state)
{
    bp_network *network = NULL;
    bp_layer *layer = dropout(0.5);
    bp_cost *cost = make_cost(BP_COST_CROSS_ENTROPY, NULL);
    bp_optimizer *sgd = make_sgd(0.1, 0, NULL);
    bp_trainer *trainer = NULL;

    (void)state;
    ok(bp_network_create(3, NULL, &network));
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SIGMOID));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    ok(bp_trainer_create(network, cost, sgd, &trainer));
    assert_status(bp_trainer_build(trainer, 1), BP_EDOMAIN);
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropout_scales),
        cmocka_unit_test(test_masks_are_independent),
        cmocka_unit_test(test_dropout_at_its_ends),
        cmocka_unit_test(test_dropout_rate),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_wide_rows),
        cmocka_unit_test(test_prediction),
        cmocka_unit_test(test_nothing_but_dropout),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
