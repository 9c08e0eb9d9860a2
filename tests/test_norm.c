/* SPDX-License-Identifier: MIT */
/*
 * Layer norm and batch norm through the public interface: running statistics above all,
 * when they move, and where they go with their network.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { WIDTH = 3, ROWS = 4 };

#define MEAN     BP_PARAMETER_RUNNING_MEAN
#define VARIANCE BP_PARAMETER_RUNNING_VARIANCE
#define SCALE    BP_PARAMETER_WEIGHT
#define SHIFT    BP_PARAMETER_BIAS

static const double batch[ROWS * WIDTH] = {1, 10, -3, 2, 30, -3, 4, 20, -3, 5, 40, -3};
static const double targets[ROWS * WIDTH] = {0};

/* Means, and variances divided by 4 and by 3. */
static const double means[WIDTH] = {3, 25, -3};
static const double biased[WIDTH] = {2.5, 125, 0};
static const double unbiased[WIDTH] = {10.0 / 3, 500.0 / 3, 0};

static bp_network *norm_network(int32_t kind, int32_t precision, double momentum)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    if (kind == BP_LAYER_KIND_BATCH_NORM) {
        ok(bp_layer_create_batch_norm(NULL, &layer));
        ok(bp_layer_set(layer, BP_LAYER_MOMENTUM, momentum));
    } else {
        ok(bp_layer_create_layer_norm(NULL, &layer));
    }
    ok(bp_network_create(WIDTH, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    return network;
}

static bp_network *batch_network(double momentum)
{
    return norm_network(BP_LAYER_KIND_BATCH_NORM, BP_PRECISION_F64, momentum);
}

static void get(const bp_network *network, int32_t which, double *values)
{
    ok(bp_network_get_parameter_f64(network, 0, which, values, WIDTH));
}

static void assert_tensor(const bp_network *network, int32_t which,
                          const double *expected, double relative)
{
    double found[WIDTH];

    get(network, which, found);
    assert_close_f64(found, expected, WIDTH, 0, relative);
}

static void assert_fresh(const bp_network *network)
{
    static const double zeros[WIDTH] = {0}, ones[WIDTH] = {1, 1, 1};

    assert_tensor(network, MEAN, zeros, 0);
    assert_tensor(network, VARIANCE, ones, 0);
}

static void step(bp_trainer *trainer)
{
    ok(bp_trainer_step_f64(trainer, batch, ROWS * WIDTH, targets, ROWS * WIDTH, NULL));
}

static void predict(const bp_network *network, const double *x, double *y)
{
    bp_workspace *workspace = NULL;

    ok(bp_workspace_create(network, 2, &workspace));
    ok(bp_network_predict_f64(network, workspace, x, ROWS * WIDTH, y, ROWS * WIDTH));
    bp_workspace_destroy(workspace);
}

/* ---- other trainers ---- */

static bp_network *behind_dense(void)
{
    bp_network *network = NULL;
    bp_layer *norm = NULL;

    ok(bp_layer_create_batch_norm(NULL, &norm));
    ok(bp_network_create(WIDTH, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, WIDTH, BP_ACTIVATION_TANH));
    ok(bp_network_add(network, norm));
    ok(bp_network_add_dense(network, WIDTH, BP_ACTIVATION_LINEAR));
    bp_layer_destroy(norm);
    ok(bp_network_build(network, 1));
    return network;
}

/* Half the mean of the squares, so long as *calls is not used up. */
static int32_t value(const bp_run *run)
{
    int *calls = run->user;
    double sum = 0;

    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const double a = ((const double *)run->input)[r * run->output_stride + j];
            sum += a * a / 2;
        }
    *run->cost = sum / (double)run->rows;
    return calls != NULL && --*calls < 0;
}

static int32_t slope(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; ++r)
        for (size_t j = 0; j < run->outputs; ++j) {
            const size_t at = r * run->output_stride + j;
            ((double *)run->input_grad)[at] =
                ((const double *)run->input)[at] / (double)run->rows;
        }
    return 0;
}

/* Not built, with a cost that may stop. */
static bp_status trainer_with(bp_network *network, int32_t kind, int *calls,
                              bp_trainer **trainer)
{
    const bp_cost_ops ops = {.struct_size = sizeof ops,
                             .name = "counted",
                             .domain = BP_DOMAIN_REAL,
                             .value = value, /* never called */
                             .gradient = slope,
                             .value_f64 = value,
                             .gradient_f64 = slope,
                             .user = calls};
    bp_cost *cost = NULL;
    bp_optimizer *optimizer = NULL;
    bp_status status;

    ok(bp_cost_create_custom(&ops, NULL, &cost));
    ok(bp_optimizer_create(kind, NULL, &optimizer));
    status = bp_trainer_create(network, cost, optimizer, trainer);
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return status;
}

/* ---- a new layer ---- */

static void test_begins_with_nothing(void **state)
{
    static const double zeros[WIDTH] = {0}, ones[WIDTH] = {1, 1, 1};
    bp_network *network = batch_network(0.1);
    bp_layer_info info = {.struct_size = sizeof info};
    bp_parameter_info place = {.struct_size = sizeof place};

    (void)state;
    assert_fresh(network);
    assert_tensor(network, SCALE, ones, 0);
    assert_tensor(network, SHIFT, zeros, 0);
    ok(bp_network_layer_info(network, 0, &info));
    assert_int_equal(info.kind, BP_LAYER_KIND_BATCH_NORM);
    assert_int_equal(info.parameters, 2 * WIDTH);
    assert_int_equal(info.has_bias, 1);
    assert_int_equal(bp_network_parameters(network), 2 * WIDTH);
    ok(bp_network_parameter_info(network, 0, SCALE, &place));
    assert_int_equal(place.rows, 1);
    assert_int_equal(place.cols, WIDTH);
    assert_status(bp_network_parameter_info(network, 0, MEAN, &place), BP_EINVAL);
    bp_network_destroy(network);
}

static void test_without_affine(void **state)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    double values[WIDTH];
    double value = 0;

    (void)state;
    ok(bp_layer_create_batch_norm(NULL, &layer));
    ok(bp_layer_get(layer, BP_LAYER_EPSILON, &value));
    assert_true(value == 1e-5);
    ok(bp_layer_get(layer, BP_LAYER_MOMENTUM, &value));
    assert_true(value == 0.1);
    ok(bp_layer_set(layer, BP_LAYER_AFFINE, 0));
    ok(bp_network_create(WIDTH, NULL, &network));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    assert_int_equal(bp_network_parameters(network), 0);
    assert_status(bp_network_get_parameter_f64(network, 0, SCALE, values, WIDTH),
                  BP_EINVAL);
    get(network, MEAN, values);
    bp_network_destroy(network);
}

/* ---- when statistics move ---- */

/* (1 - 0.25) old + 0.25 new, the new variance the unbiased one. */
static void test_a_step_moves_them(void **state)
{
    bp_network *network = batch_network(0.25);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);
    double mean[WIDTH], variance[WIDTH];

    (void)state;
    for (size_t j = 0; j < WIDTH; ++j) {
        mean[j] = 0.25 * means[j];
        variance[j] = 0.75 + 0.25 * unbiased[j];
    }
    step(trainer);
    assert_tensor(network, MEAN, mean, 1e-15);
    assert_tensor(network, VARIANCE, variance, 1e-15);
    for (size_t j = 0; j < WIDTH; ++j) {
        mean[j] = 0.75 * mean[j] + 0.25 * means[j];
        variance[j] = 0.75 * variance[j] + 0.25 * unbiased[j];
    }
    step(trainer);
    assert_tensor(network, MEAN, mean, 1e-15);
    assert_tensor(network, VARIANCE, variance, 1e-15);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* A gradient alone leaves them, its update moves them; so does an epoch. */
static void test_gradient_and_update(void **state)
{
    bp_network *network = batch_network(1);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);

    (void)state;
    for (int i = 0; i < 2; ++i)
        ok(bp_trainer_gradient_f64(trainer, batch, ROWS * WIDTH, targets, ROWS * WIDTH,
                                   NULL));
    assert_fresh(network);
    ok(bp_trainer_update(trainer));
    assert_tensor(network, MEAN, means, 1e-15);
    assert_tensor(network, VARIANCE, unbiased, 1e-15);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void test_gradient_check_leaves_them(void **state)
{
    bp_network *network = batch_network(1);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);
    bp_dataset *data = make_dataset(6, WIDTH, WIDTH, NULL);
    bp_gradient_report report = {.struct_size = sizeof report};

    (void)state;
    ok(bp_gradient_check(trainer, data, NULL, &report));
    assert_int_equal(report.passed, 1);
    assert_fresh(network);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* Steps that fail: one row, data, and a cost that overflows. */
static void test_a_failed_step_leaves_them(void **state)
{
    bp_network *network = batch_network(1);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);
    double bad[ROWS * WIDTH];

    (void)state;
    assert_status(bp_trainer_step_f64(trainer, batch, WIDTH, targets, WIDTH, NULL),
                  BP_ESHAPE);
    assert_non_null(strstr(bp_trainer_error(trainer), "at least 2"));
    memcpy(bad, batch, sizeof bad);
    bad[ROWS * WIDTH - 1] = (double)NAN;
    assert_status(
        bp_trainer_step_f64(trainer, bad, ROWS * WIDTH, targets, ROWS * WIDTH, NULL),
        BP_EDATA);
    for (size_t i = 0; i < ROWS * WIDTH; ++i)
        bad[i] = 1e300;
    assert_status(
        bp_trainer_step_f64(trainer, batch, ROWS * WIDTH, bad, ROWS * WIDTH, NULL),
        BP_EDATA);
    assert_fresh(network);
    step(trainer);
    assert_tensor(network, MEAN, means, 1e-15);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* Each of several batches that make one update counts. */
static void test_collected_batches_move_them(void **state)
{
    bp_network *network = batch_network(0.25);
    bp_trainer *trainer = NULL;
    double mean[WIDTH];

    (void)state;
    ok(trainer_with(network, BP_OPTIMIZER_SGD, NULL, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, 2));
    ok(bp_trainer_build(trainer, 1));
    for (size_t j = 0; j < WIDTH; ++j)
        mean[j] = 0.25 * means[j];
    step(trainer);
    assert_tensor(network, MEAN, mean, 1e-15);
    for (size_t j = 0; j < WIDTH; ++j)
        mean[j] = 0.75 * mean[j] + 0.25 * means[j];
    step(trainer);
    assert_tensor(network, MEAN, mean, 1e-15);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* A search evaluates the cost at many places: statistics move once, by the moments of
 * where it begins, as in a step of SGD; and not at all if it stops on the way. */
static void test_a_search_moves_them_once(void **state)
{
    bp_network *network = behind_dense();
    bp_network *other = NULL;
    bp_trainer *trainer = NULL;
    double found[WIDTH], expected[WIDTH];
    int calls = 3;

    (void)state;
    ok(bp_network_clone(network, &other));
    ok(trainer_with(network, BP_OPTIMIZER_LBFGS, &calls, &trainer));
    ok(bp_trainer_build(trainer, 1));
    assert_status(
        bp_trainer_step_f64(trainer, batch, ROWS * WIDTH, targets, ROWS * WIDTH, NULL),
        BP_ESTOPPED);
    for (int32_t which = MEAN; which <= VARIANCE; ++which) {
        ok(bp_network_get_parameter_f64(network, 1, which, found, WIDTH));
        for (size_t j = 0; j < WIDTH; ++j)
            assert_true(found[j] == (which == MEAN ? 0 : 1));
    }
    calls = 1000;
    step(trainer);
    assert_true(calls < 998);
    bp_trainer_destroy(trainer);
    trainer = make_trainer(other, BP_COST_MSE, ROWS, 1);
    step(trainer);
    for (int32_t which = MEAN; which <= VARIANCE; ++which) {
        ok(bp_network_get_parameter_f64(network, 1, which, found, WIDTH));
        ok(bp_network_get_parameter_f64(other, 1, which, expected, WIDTH));
        assert_memory_equal(found, expected, sizeof found);
    }
    bp_trainer_destroy(trainer);
    bp_network_destroy(other);
    bp_network_destroy(network);
}

/* In float a variance of 1e40 is too large to be kept, but not to divide by. */
static void test_a_variance_beyond_float(void **state)
{
    bp_network *network = norm_network(BP_LAYER_KIND_BATCH_NORM, BP_PRECISION_F32, 1);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);
    double large[ROWS * WIDTH], variance[WIDTH];

    (void)state;
    for (size_t i = 0; i < ROWS * WIDTH; ++i)
        large[i] = 1e20 * batch[i];
    ok(bp_trainer_step_f64(trainer, large, ROWS * WIDTH, targets, ROWS * WIDTH, NULL));
    get(network, VARIANCE, variance);
    assert_true(isfinite(variance[0]) && variance[0] > 3e38);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* ---- what they are for ---- */

static void test_prediction(void **state)
{
    static const double scale[WIDTH] = {2, 3, 4}, shift[WIDTH] = {0.5, -1, 7};
    bp_network *network = batch_network(1);
    double y[ROWS * WIDTH];

    (void)state;
    ok(bp_network_set_parameter_f64(network, 0, MEAN, means, WIDTH));
    ok(bp_network_set_parameter_f64(network, 0, VARIANCE, biased, WIDTH));
    ok(bp_network_set_parameter_f64(network, 0, SCALE, scale, WIDTH));
    ok(bp_network_set_parameter_f64(network, 0, SHIFT, shift, WIDTH));
    predict(network, batch, y);
    for (size_t i = 0; i < ROWS * WIDTH; ++i) {
        const size_t j = i % WIDTH;
        const double n = (batch[i] - means[j]) / sqrt(biased[j] + 1e-5);

        assert_close(y[i], scale[j] * n + shift[j], 1e-12, 1e-14);
    }
    bp_network_destroy(network);
}

/* Rows have moments of their own, in training as in prediction. */
static void test_layer_norm_rows(void **state)
{
    bp_network *network = norm_network(BP_LAYER_KIND_LAYER_NORM, BP_PRECISION_F64, 0);
    bp_trainer *trainer = make_trainer(network, BP_COST_QUADRATIC, ROWS, 1);
    double y[ROWS * WIDTH], values[WIDTH];
    double cost = 0;
    double expected = 0;

    (void)state;
    predict(network, batch, y);
    for (size_t r = 0; r < ROWS; ++r) {
        const double *x = batch + r * WIDTH;
        const double mean = (x[0] + x[1] + x[2]) / 3;
        const double variance =
            (pow(x[0] - mean, 2) + pow(x[1] - mean, 2) + pow(x[2] - mean, 2)) / 3;

        for (size_t j = 0; j < WIDTH; ++j) {
            const double n = (x[j] - mean) / sqrt(variance + 1e-5);

            assert_close(y[r * WIDTH + j], n, 1e-15, 1e-14);
            expected += n * n / 2 / ROWS;
        }
    }
    ok(bp_trainer_step_f64(trainer, batch, ROWS * WIDTH, targets, ROWS * WIDTH, &cost));
    assert_relative(cost, expected, 1e-14);
    ok(bp_trainer_step_f64(trainer, batch, WIDTH, targets, WIDTH, NULL));
    assert_status(bp_network_get_parameter_f64(network, 0, MEAN, values, WIDTH),
                  BP_EINVAL);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* ---- where they go ---- */

static void test_clone_and_initialise(void **state)
{
    bp_network *network = batch_network(1), *copy = NULL;
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, ROWS, 1);

    (void)state;
    step(trainer);
    ok(bp_network_clone(network, &copy));
    assert_tensor(copy, MEAN, means, 1e-15);
    assert_tensor(copy, VARIANCE, unbiased, 1e-15);
    ok(bp_network_initialise(network, 2));
    assert_fresh(network);
    assert_tensor(copy, MEAN, means, 1e-15);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_network_destroy(copy);
}

/* The flat view has scale and shift, and nothing that an optimizer should not move. */
static void test_view(void **state)
{
    bp_network *network = batch_network(0.5);
    double *view = NULL;
    size_t count = 0;

    (void)state;
    ok(bp_network_get_view_f64(network, &view, &count));
    assert_int_equal(count, 32);
    for (size_t i = 0; i < count; ++i)
        assert_true(view[i] == (i < WIDTH ? 1 : 0));
    for (size_t i = 0; i < count; ++i)
        view[i] = 5;
    ok(bp_network_view_changed(network));
    for (size_t i = 0; i < count; ++i)
        assert_true(view[i] == (i % 16 < WIDTH ? 5 : 0));
    assert_fresh(network);
    bp_network_destroy(network);
}

/* Weight decay is for parameters. */
static void test_decay_leaves_them(void **state)
{
    bp_network *network = batch_network(0);
    bp_optimizer *sgd = make_sgd(0.5, 0, NULL);
    bp_trainer *trainer;
    double scale[WIDTH];

    (void)state;
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_WEIGHT_DECAY, 1));
    trainer = make_trainer_with(network, BP_COST_MSE, sgd, ROWS, 1);
    step(trainer);
    assert_fresh(network);
    get(network, SCALE, scale);
    assert_true(scale[2] == 0.5); /* a column that does not vary: decay alone */
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begins_with_nothing),
        cmocka_unit_test(test_without_affine),
        cmocka_unit_test(test_a_step_moves_them),
        cmocka_unit_test(test_gradient_and_update),
        cmocka_unit_test(test_gradient_check_leaves_them),
        cmocka_unit_test(test_a_failed_step_leaves_them),
        cmocka_unit_test(test_collected_batches_move_them),
        cmocka_unit_test(test_a_search_moves_them_once),
        cmocka_unit_test(test_a_variance_beyond_float),
        cmocka_unit_test(test_prediction),
        cmocka_unit_test(test_layer_norm_rows),
        cmocka_unit_test(test_clone_and_initialise),
        cmocka_unit_test(test_view),
        cmocka_unit_test(test_decay_leaves_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
