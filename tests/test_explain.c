/* SPDX-License-Identifier: MIT */
/*
 * The trace beyond the grid: the lesson's 2-2-1 network by hand, paths against all that
 * there are, nudges against the truth, operations with callbacks, saturated units, and
 * what becomes of an object from call to call.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bp_trace *trace_of(const bp_network *network, int32_t kind)
{
    bp_cost *cost = make_cost(kind, NULL);
    bp_trace *trace = NULL;

    ok(bp_trace_create(network, cost, &trace));
    bp_cost_destroy(cost);
    return trace;
}

static bp_connection weight(size_t layer, size_t to, size_t from)
{
    return (bp_connection){.struct_size = sizeof(bp_connection),
                           .kind = BP_CONNECTION_WEIGHT,
                           .layer = layer,
                           .to = to,
                           .from = from};
}

/* ---- by hand ---- */

static void near(double actual, double expected)
{
    if (!(fabs(actual - expected) < 5e-10))
        fail_msg("%.12g, expected %.12g", actual, expected);
}

/*
 * Inputs 1 and 0.5, sigmoid units, quadratic cost, target 1:
 *
 *     z1 = 0.4 * 1 - 0.2 * 0.5 + 0.1 = 0.4      a1 = 0.598687660
 *     z2 = 0.3 * 1 + 0.6 * 0.5 - 0.2 = 0.4      a2 = 0.598687660
 *     z  = 0.7 a1 - 0.5 a2 + 0.2 = 0.319737532  a  = 0.579260285
 *
 *     dC/da = a - 1 = -0.420739715      da/dz = a (1 - a) = 0.243717807
 *     dC/dz = -0.102541761
 *     dC/da1 = 0.7 dC/dz = -0.071779232    da1/dz1 = a1 (1 - a1) = 0.240260746
 *     dC/dw11 = 1 * 0.240260746 * -0.071779232 = -0.017245732
 */
static bp_network *lesson_network(void)
{
    static const double w1[] = {0.4, -0.2, 0.3, 0.6}, b1[] = {0.1, -0.2};
    static const double w2[] = {0.7, -0.5}, b2[] = {0.2};
    static const size_t widths[] = {2, 2, 1};
    const struct net_recipe recipe = {
        NULL, widths, 3, BP_ACTIVATION_SIGMOID, BP_ACTIVATION_SIGMOID, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);

    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w1, 4));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, b1, 2));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w2, 2));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, b2, 1));
    return network;
}

static const double lesson_x[] = {1, 0.5}, lesson_y[] = {1};

static void test_lesson(void **state)
{
    bp_network *network = lesson_network();
    bp_trace *trace = trace_of(network, BP_COST_QUADRATIC);
    bp_connection at = weight(0, 0, 0);
    bp_chain chain = {.struct_size = sizeof chain};
    bp_trace_info info = {.struct_size = sizeof info};

    (void)state;
    ok(bp_trace_run_f64(trace, lesson_x, 2, lesson_y, 1));
    ok(bp_trace_get_chain(trace, &at, &chain));
    near(chain.value, 0.4);
    near(chain.z, 0.4);
    near(chain.a, 0.598687660112);
    near(chain.dz_dw, 1);
    near(chain.da_dz, 0.240260745742);
    near(chain.dc_da, -0.071779232447);
    near(chain.gradient, -0.017245731917);
    at = weight(1, 0, 1);
    ok(bp_trace_get_chain(trace, &at, &chain));
    near(chain.z, 0.319737532022);
    near(chain.da_dz, 0.243717807165);
    near(chain.dc_da, -0.420739714640);
    near(chain.gradient, -0.061390486741);
    ok(bp_trace_get_info(trace, &info));
    near(info.cost, 0.088510953738);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- paths ---- */

static int by_size(const void *left, const void *right)
{
    const double a = fabs(*(const double *)left);
    const double b = fabs(*(const double *)right);

    return (a < b) - (a > b);
}

/* Every product over 4 units (a hidden softmax, coupled) and 3 outputs, by hand. */
static size_t all_products(bp_trace *trace, const bp_network *network, double *products)
{
    double x[3], slope[3], jacobian[4], w1[12], w2[12], a_grad[3], last[3];
    size_t found = 0;

    ok(bp_trace_get_values(trace, 0, 0, BP_TRACE_INPUT, x, 3));
    ok(bp_trace_get_values(trace, 0, 0, BP_TRACE_SLOPE, slope, 3));
    ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w1, 12));
    ok(bp_network_get_parameter_f64(network, 2, BP_PARAMETER_WEIGHT, w2, 12));
    ok(bp_trace_get_values(trace, 0, 2, BP_TRACE_COST_A, a_grad, 3));
    ok(bp_trace_get_values(trace, 0, 2, BP_TRACE_SLOPE, last, 3));
    for (size_t j = 0; j < 4; ++j) {
        ok(bp_trace_get_jacobian(trace, 0, 1, j, jacobian, 4));
        for (size_t i = 0; i < 4; ++i)
            for (size_t k = 0; k < 3; ++k)
                products[found++] = x[2] * slope[1] * w1[j * 3 + 1] * jacobian[i] *
                                    w2[k * 4 + i] * last[k] * a_grad[k];
    }
    return found;
}

static bp_network *softmax_inside(void)
{
    bp_network *network = NULL;

    ok(bp_network_create(3, NULL, &network));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH));
    ok(bp_network_add_dense(network, 4, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_SIGMOID));
    ok(bp_network_build(network, 11));
    return network;
}

static void test_strongest(void **state)
{
    static const float x[] = {0.5f, -1, 2}, y[] = {1, 0, 0};
    bp_network *network = softmax_inside();
    bp_trace *trace = trace_of(network, BP_COST_QUADRATIC);
    bp_connection at = weight(0, 1, 2);
    bp_path_summary summary = {.struct_size = sizeof summary};
    bp_path path = {.struct_size = sizeof path};
    double products[48];
    size_t count;

    (void)state;
    ok(bp_trace_run(trace, x, 3, y, 3));
    count = all_products(trace, network, products);
    assert_int_equal(count, 48);
    qsort(products, count, sizeof *products, by_size);
    for (size_t wanted = 1; wanted < 60; ++wanted) {
        ok(bp_trace_find_paths(trace, &at, wanted, &summary));
        assert_int_equal(summary.found, wanted < count ? wanted : count);
        assert_true(summary.paths == 48);
        for (size_t i = 0; i < summary.found; ++i) {
            ok(bp_trace_get_path(trace, i, &path));
            assert_true(fabs(path.product - products[i]) <= 1e-14 * fabs(products[i]));
            assert_true(fabs(path.share * summary.gradient - path.product) <=
                        1e-14 * fabs(path.product));
            assert_int_equal(path.layer, 0);
            assert_int_equal(path.layers, 3);
            assert_int_equal(path.z_units[0], 1);
            assert_int_equal(path.a_units[0], 1);
            assert_true(path.z_units[1] < 4 && path.a_units[1] < 4);
            assert_int_equal(path.z_units[2], path.a_units[2]);
        }
        assert_status(bp_trace_get_path(trace, summary.found, &path), BP_EINVAL);
    }
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* A dead unit carries nothing: no path is kept, and the gradient is 0. */
static void test_dead(void **state)
{
    static const size_t widths[] = {1, 2, 1};
    const struct net_recipe recipe = {
        NULL, widths, 3, BP_ACTIVATION_RELU, BP_ACTIVATION_LINEAR, 0};
    bp_network *network = make_network(&recipe, 1);
    bp_trace *trace = trace_of(network, BP_COST_MSE);
    const bp_connection at = weight(0, 0, 0);
    bp_path_summary summary = {.struct_size = sizeof summary};

    (void)state;
    ok(bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, (float[]){-1, 1}, 2));
    ok(bp_trace_run(trace, (float[]){1}, 1, (float[]){5}, 1));
    ok(bp_trace_find_paths(trace, &at, 9, &summary));
    assert_int_equal(summary.found, 0);
    assert_true(summary.paths == 1 && summary.gradient == 0 && summary.sum == 0);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- nudges ---- */

static double cost_with(const bp_network *network, const double *x, const double *y)
{
    bp_trace *trace = trace_of(network, BP_COST_QUADRATIC);
    double cost;

    ok(bp_trace_run_f64(trace, x, 3, y, 3));
    ok(bp_trace_get_costs(trace, &cost, 1));
    bp_trace_destroy(trace);
    return cost;
}

/* What is real is what a network with that weight gives. */
static void check_real(const bp_network *network, const double *x, const double *y,
                       const bp_nudge *nudge)
{
    bp_network *copy = NULL;
    double w[9];

    ok(bp_network_clone(network, &copy));
    ok(bp_network_get_parameter_f64(copy, 0, BP_PARAMETER_WEIGHT, w, 9));
    assert_true(w[1 * 3 + 2] == nudge->value);
    w[1 * 3 + 2] += nudge->change;
    ok(bp_network_set_parameter_f64(copy, 0, BP_PARAMETER_WEIGHT, w, 9));
    assert_true(cost_with(copy, x, y) - nudge->cost == nudge->real);
    bp_network_destroy(copy);
}

/* The gap shrinks with the square of the change. */
static void test_nudge(void **state)
{
    static const double x[] = {0.5, -1, 2}, y[] = {1, 0, 0.25};
    bp_network *network = NULL;
    bp_trace *trace;
    const bp_connection at = weight(0, 1, 2);
    bp_nudge nudge = {.struct_size = sizeof nudge};
    double predicted[4], real[4], gap = 0;

    (void)state;
    ok(bp_network_create(3, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH));
    ok(bp_network_add_dense(network, 4, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_SIGMOID));
    ok(bp_network_build(network, 11));
    trace = trace_of(network, BP_COST_QUADRATIC);
    ok(bp_trace_run_f64(trace, x, 3, y, 3));
    assert_status(bp_trace_get_nudge(trace, 0, BP_TRACE_Z, predicted, real, 3),
                  BP_ESTATE);
    for (double change = 0.25; change > 1e-4; change /= 2) {
        double last;
        ok(bp_trace_nudge(trace, &at, change, &nudge));
        check_real(network, x, y, &nudge);
        ok(bp_trace_get_nudge(trace, 0, BP_TRACE_Z, predicted, real, 3));
        assert_true(predicted[1] == 2 * change && fabs(real[1] - predicted[1]) < 1e-14);
        assert_true(predicted[0] == 0 && real[0] == 0 && real[2] == 0);
        ok(bp_trace_get_nudge(trace, 1, BP_TRACE_A, predicted, real, 4));
        last = fabs(predicted[0] - real[0]);
        assert_true(gap == 0 || (last < 0.35 * gap && last > 0.15 * gap));
        gap = last;
        assert_true(fabs(nudge.predicted - nudge.real) < 4 * change * change);
        assert_true(nudge.predicted * nudge.real > 0);
    }
    ok(bp_trace_nudge(trace, &at, 0, &nudge));
    assert_true(nudge.real == 0 && nudge.predicted == 0);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void test_nudge_others(void **state)
{
    bp_network *network = lesson_network();
    bp_trace *trace = trace_of(network, BP_COST_QUADRATIC);
    bp_connection at = weight(0, 1, 1);
    bp_nudge nudge = {.struct_size = sizeof nudge};
    double predicted[2], real[2];

    (void)state;
    ok(bp_trace_run_f64(trace, lesson_x, 2, lesson_y, 1));
    at.kind = BP_CONNECTION_BIAS;
    ok(bp_trace_nudge(trace, &at, 1e-4, &nudge));
    assert_true(nudge.value == -0.2);
    ok(bp_trace_get_nudge(trace, 0, BP_TRACE_Z, predicted, real, 2));
    assert_true(predicted[0] == 0 && predicted[1] == 1e-4);
    assert_true(fabs(nudge.predicted / nudge.real - 1) < 1e-3);
    at.kind = BP_CONNECTION_INPUT;
    ok(bp_trace_nudge(trace, &at, 1e-4, &nudge));
    assert_true(nudge.value == 0.5);
    ok(bp_trace_get_nudge(trace, 0, BP_TRACE_Z, predicted, real, 2));
    assert_true(fabs(predicted[0] - -0.2e-4) < 1e-18 && fabs(real[1] - 0.6e-4) < 1e-15);
    assert_true(fabs(nudge.predicted / nudge.real - 1) < 1e-3);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- saturation ---- */

/* Far beyond where a probability is 0 in double: the chain still sums to a - y. */
static void check_saturated(int32_t activation, int32_t cost, double z)
{
    static const size_t widths[] = {1, 2};
    const struct net_recipe recipe = {NULL, widths, 2, 0, activation, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);
    bp_trace *trace = trace_of(network, cost);
    double z_grad[2], a_grad[2], links[2];

    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, (double[]){z, -z},
                                    2));
    ok(bp_trace_run_f64(trace, (double[]){1}, 1, (double[]){0, 1}, 2));
    ok(bp_trace_get_values(trace, 0, 0, BP_TRACE_COST_Z, z_grad, 2));
    ok(bp_trace_get_values(trace, 0, 0, BP_TRACE_COST_A, a_grad, 2));
    assert_true(fabs(z_grad[0] - 1) < 1e-12 && fabs(z_grad[1] + 1) < 1e-12);
    ok(bp_trace_get_jacobian(trace, 0, 0, 1, links, 2));
    assert_true(fabs(links[0] * a_grad[0] + links[1] * a_grad[1] + 1) < 1e-12);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void test_saturated(void **state)
{
    (void)state;
    for (double z = 40; z < 1e5; z *= 3) {
        check_saturated(BP_ACTIVATION_SOFTMAX, BP_COST_SOFTMAX_CROSS_ENTROPY, z);
        check_saturated(BP_ACTIVATION_LOG_SOFTMAX, BP_COST_SOFTMAX_CROSS_ENTROPY, z);
        check_saturated(BP_ACTIVATION_SIGMOID, BP_COST_CROSS_ENTROPY, z);
    }
}

static void test_overflow(void **state)
{
    static const size_t widths[] = {1, 1};
    const struct net_recipe recipe = {
        NULL, widths, 2, 0, BP_ACTIVATION_LINEAR, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);
    bp_trace *trace = trace_of(network, BP_COST_MSE);
    bp_trace_info info = {.struct_size = sizeof info};

    (void)state;
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, (double[]){1}, 1));
    ok(bp_trace_run_f64(trace, (double[]){2}, 1, (double[]){1}, 1));
    assert_status(bp_trace_run_f64(trace, (double[]){1e200}, 1, (double[]){1}, 1),
                  BP_EDATA);
    assert_true(strstr(bp_trace_error(trace), "row 0") != NULL);
    ok(bp_trace_get_info(trace, &info));
    assert_true(info.rows == 1 && info.cost == 1);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- operations with callbacks ---- */

struct own {
    struct custom_state custom;
    bp_network *network;
    bp_cost *cost;
};

static void own_up(struct own *own, bool forms_f64)
{
    bp_activation_ops activation = custom_activation(&own->custom);
    bp_layer_ops layer = custom_layer(&own->custom);
    bp_cost_ops cost = custom_cost(&own->custom);
    bp_layer *made = NULL;

    if (!forms_f64) {
        activation.forward_f64 = activation.backward_f64 = NULL;
        layer.forward_f64 = layer.backward_f64 = layer.initialise_f64 = NULL;
        cost.value_f64 = cost.gradient_f64 = NULL;
    }
    ok(bp_network_create(3, NULL, &own->network));
    ok(bp_layer_create_dense(3, BP_ACTIVATION_LINEAR, NULL, &made));
    ok(bp_layer_set_activation(made, &activation));
    ok(bp_network_add(own->network, made));
    bp_layer_destroy(made);
    ok(bp_layer_create_custom(&layer, NULL, &made));
    ok(bp_network_add(own->network, made));
    bp_layer_destroy(made);
    ok(bp_network_add_dense(own->network, 2, BP_ACTIVATION_TANH));
    ok(bp_network_build(own->network, 3));
    ok(bp_cost_create_custom(&cost, NULL, &own->cost));
}

static void own_down(struct own *own)
{
    bp_cost_destroy(own->cost);
    bp_network_destroy(own->network);
}

static const float own_x[] = {0.5f, -1, 2, 1, 0.25f, -0.75f}, own_y[] = {1, 0, 0, 1};

static void compare_tensor(bp_trace *trace, const bp_trainer *trainer, size_t layer,
                           int32_t which, size_t count)
{
    double own[9], trained[9];

    ok(bp_trace_get_gradient(trace, layer, which, own, count));
    ok(bp_trainer_get_gradient_f64(trainer, layer, which, trained, count));
    for (size_t i = 0; i < count; ++i)
        assert_true(fabs(own[i] - trained[i]) < 1e-6);
}

static void check_paths_of_own(bp_trace *trace, double tolerance)
{
    bp_connection at = weight(0, 1, 2);
    bp_chain chain = {.struct_size = sizeof chain};
    bp_path_summary summary = {.struct_size = sizeof summary};

    at.row = 1;
    ok(bp_trace_get_chain(trace, &at, &chain));
    assert_int_equal(chain.coupled, 1);
    ok(bp_trace_find_paths(trace, &at, 1000, &summary));
    assert_true(summary.paths == 3 * 3 * 2);
    assert_true(fabs(summary.sum - chain.gradient) <= tolerance);
    assert_true(fabs(chain.da_dz - (1 + chain.z / 2)) <= tolerance);
    assert_true(summary.gradient == chain.gradient && chain.gradient != 0);
    at.kind = BP_CONNECTION_INPUT;
    ok(bp_trace_find_paths(trace, &at, 1000, &summary));
    assert_true(summary.paths == 3 * 3 * 3 * 2 && summary.found == 3 * 2);
    assert_true(fabs(summary.sum - summary.gradient) <= tolerance);
}

static void check_own(bool forms_f64)
{
    struct own own = {.network = NULL};
    bp_optimizer *sgd = make_sgd(0.1, 0, NULL);
    bp_trainer *trainer = NULL;
    bp_trace *trace = NULL;
    bp_trace_info info = {.struct_size = sizeof info};
    double slopes[3];

    own_up(&own, forms_f64);
    ok(bp_trace_create(own.network, own.cost, &trace));
    ok(bp_trace_run(trace, own_x, 6, own_y, 4));
    ok(bp_trace_get_info(trace, &info));
    assert_int_equal(info.in_float, !forms_f64);
    ok(bp_trainer_create(own.network, own.cost, sgd, &trainer));
    ok(bp_trainer_build(trainer, 1));
    ok(bp_trainer_gradient(trainer, own_x, 6, own_y, 4, NULL));
    compare_tensor(trace, trainer, 0, BP_PARAMETER_WEIGHT, 9);
    compare_tensor(trace, trainer, 1, BP_PARAMETER_WEIGHT, 3);
    compare_tensor(trace, trainer, 2, BP_PARAMETER_BIAS, 2);
    check_paths_of_own(trace, forms_f64 ? 1e-14 : 1e-6);
    assert_status(bp_trace_get_values(trace, 0, 0, BP_TRACE_SLOPE, slopes, 3),
                  BP_EUNSUPPORTED);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(sgd);
    bp_trace_destroy(trace);
    own_down(&own);
}

static void test_own(void **state)
{
    (void)state;
    check_own(true);
    check_own(false);
}

/* Each callback in turn stops the work: what the trace held stays. */
static void test_own_stops(void **state)
{
    struct own own = {.network = NULL};
    bp_trace *trace = NULL;
    double before = 0;
    double after = 0;

    (void)state;
    own_up(&own, true);
    ok(bp_trace_create(own.network, own.cost, &trace));
    ok(bp_trace_run(trace, own_x, 3, own_y, 2));
    ok(bp_trace_get_costs(trace, &before, 1));
    for (size_t stop = 1; stop <= 6; ++stop) {
        own.custom.calls = 0;
        own.custom.stop_after = stop;
        assert_status(bp_trace_run(trace, own_x + 3, 3, own_y, 2), BP_ESTOPPED);
        ok(bp_trace_get_costs(trace, &after, 1));
        assert_true(before == after);
    }
    own.custom.calls = 0;
    own.custom.stop_after = 7;
    ok(bp_trace_run(trace, own_x + 3, 3, own_y, 2));
    bp_trace_destroy(trace);
    own_down(&own);
}

static void call_back(struct custom_state *state, const bp_run *run)
{
    bp_trace *trace = state->hook_user;
    const bp_connection at = weight(0, 0, 0);
    bp_chain chain = {.struct_size = sizeof chain};

    (void)run;
    assert_status(bp_trace_run(trace, own_x, 3, own_y, 2), BP_EBUSY);
    assert_status(bp_trace_get_chain(trace, &at, &chain), BP_EBUSY);
}

static void test_own_busy(void **state)
{
    struct own own = {.network = NULL};
    bp_trace *trace = NULL;

    (void)state;
    own_up(&own, true);
    ok(bp_trace_create(own.network, own.cost, &trace));
    own.custom.hook = call_back;
    own.custom.hook_user = trace;
    ok(bp_trace_run(trace, own_x, 3, own_y, 2));
    bp_trace_destroy(trace);
    own_down(&own);
}

static void test_own_without_backward(void **state)
{
    struct custom_state custom = {0};
    bp_activation_ops ops = custom_activation(&custom);
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_trace *trace;

    (void)state;
    ops.backward = ops.backward_f64 = NULL;
    ok(bp_network_create(3, NULL, &network));
    ok(bp_layer_create_dense(2, BP_ACTIVATION_LINEAR, NULL, &layer));
    ok(bp_layer_set_activation(layer, &ops));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    trace = trace_of(network, BP_COST_MSE);
    assert_status(bp_trace_run(trace, own_x, 3, own_y, 2), BP_EUNSUPPORTED);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* ---- from call to call ---- */

/* A trace is a picture of its moment: training goes on, and the next run sees it. */
static void test_snapshot(void **state)
{
    bp_network *network = lesson_network();
    bp_trace *trace = trace_of(network, BP_COST_QUADRATIC);
    const bp_connection at = weight(0, 0, 0);
    bp_chain chain = {.struct_size = sizeof chain};
    bp_path_summary summary = {.struct_size = sizeof summary};
    bp_path path = {.struct_size = sizeof path};

    (void)state;
    ok(bp_trace_run_f64(trace, lesson_x, 2, lesson_y, 1));
    ok(bp_trace_find_paths(trace, &at, 1, &summary));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT,
                                    (double[]){1, 1, 1, 1}, 4));
    ok(bp_trace_get_chain(trace, &at, &chain));
    near(chain.value, 0.4);
    ok(bp_trace_run_f64(trace, lesson_x, 2, lesson_y, 1));
    ok(bp_trace_get_chain(trace, &at, &chain));
    near(chain.value, 1);
    assert_status(bp_trace_get_path(trace, 0, &path), BP_EINVAL);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void test_data(void **state)
{
    static const size_t widths[] = {3, 4, 2};
    const struct net_recipe recipe = {
        NULL, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};
    bp_network *network = make_network(&recipe, 1);
    bp_trace *trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY);
    bp_dataset *data = make_dataset(6, 3, 2, NULL);
    float x[3];
    int32_t label = 0;
    double of_data = 0;
    double of_labels = 0;

    (void)state;
    for (size_t row = 0; row < 6; ++row) {
        ok(bp_trace_run_data(trace, data, row, 1));
        ok(bp_trace_get_costs(trace, &of_data, 1));
        ok(bp_dataset_get_inputs(data, row, x, 3));
        ok(bp_dataset_get_label(data, row, &label));
        ok(bp_trace_run_labels(trace, x, 3, &label, 1));
        ok(bp_trace_get_costs(trace, &of_labels, 1));
        assert_true(of_data == of_labels && of_data > 0);
    }
    bp_dataset_destroy(data);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lesson),
        cmocka_unit_test(test_strongest),
        cmocka_unit_test(test_dead),
        cmocka_unit_test(test_nudge),
        cmocka_unit_test(test_nudge_others),
        cmocka_unit_test(test_saturated),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_own_stops),
        cmocka_unit_test(test_own_busy),
        cmocka_unit_test(test_own_without_backward),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
