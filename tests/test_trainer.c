/* SPDX-License-Identifier: MIT */
/* One step: the gradient by hand, its two halves, its twins, and steps that fail. */
#include "unit_helpers.h"

enum { INPUTS = 3, OUTPUTS = 2, BATCH = 5, X = BATCH * INPUTS, Y = BATCH * OUTPUTS };

static bp_network *network_of(void **state, int32_t last, int32_t precision)
{
    static const size_t widths[] = {INPUTS, 4, OUTPUTS};
    const struct net_recipe recipe = {env_of(state),      widths, 3,
                                      BP_ACTIVATION_TANH, last,   precision};

    return make_network(&recipe, 21);
}

struct batch {
    float x[X], y[Y];
    double x_f64[X], y_f64[Y];
    int32_t labels[BATCH];
};

/* One-hot targets, so that labels say the same. */
static struct batch batch_of(size_t from)
{
    struct batch b;

    spread_f32(b.x, X, from);
    for (size_t row = 0; row < BATCH; row++) {
        b.labels[row] = (int32_t)((row + from) % OUTPUTS);
        for (size_t j = 0; j < OUTPUTS; j++)
            b.y[row * OUTPUTS + j] = (int32_t)j == b.labels[row] ? 1.0f : 0.0f;
    }
    for (size_t i = 0; i < X; i++)
        b.x_f64[i] = (double)b.x[i];
    for (size_t i = 0; i < Y; i++)
        b.y_f64[i] = (double)b.y[i];
    return b;
}

static bp_position position_of(const bp_trainer *trainer)
{
    bp_position position = {.struct_size = sizeof position};

    ok(bp_trainer_position(trainer, &position));
    return position;
}

static size_t count_of(const bp_network *network, size_t layer, int32_t which)
{
    bp_parameter_info info = {.struct_size = sizeof info};

    ok(bp_network_parameter_info(network, layer, which, &info));
    return info.rows * info.cols;
}

/* ---- the gradient ---- */

/* A 2-2-1 network of sigmoids under the quadratic cost, all four equations by hand. */
static void backpropagation_by_hand(void **state)
{
    static const size_t widths[] = {2, 2, 1};
    const struct net_recipe recipe = {
        env_of(state),         widths,          3, BP_ACTIVATION_SIGMOID,
        BP_ACTIVATION_SIGMOID, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);
    bp_trainer *trainer = make_trainer(network, BP_COST_QUADRATIC, 1, 1);
    static const double w1[] = {0.5, -0.25, 1, 0.75};
    static const double b1[] = {0.125, -0.5};
    static const double w2[] = {1.5, -1};
    static const double b2[] = {0.25};
    static const double x[] = {0.3, -0.8};
    static const double y[] = {0.9};
    double h[2];
    double delta[2];
    double found[4];
    double cost = 0;

    for (size_t j = 0; j < 2; j++)
        h[j] = 1 / (1 + exp(-(w1[2 * j] * x[0] + w1[2 * j + 1] * x[1] + b1[j])));
    const double a = 1 / (1 + exp(-(w2[0] * h[0] + w2[1] * h[1] + b2[0])));
    const double out = (a - y[0]) * a * (1 - a);

    for (size_t j = 0; j < 2; j++)
        delta[j] = w2[j] * out * h[j] * (1 - h[j]);
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w1, 4));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, b1, 2));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w2, 2));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, b2, 1));
    ok(bp_trainer_gradient_f64(trainer, x, 2, y, 1, &cost));
    assert_relative(cost, (y[0] - a) * (y[0] - a) / 2, 1e-14);
    ok(bp_trainer_get_gradient_f64(trainer, 1, BP_PARAMETER_BIAS, found, 1));
    assert_close_f64(found, &out, 1, 0, 1e-14);
    ok(bp_trainer_get_gradient_f64(trainer, 1, BP_PARAMETER_WEIGHT, found, 2));
    assert_close_f64(found, ((const double[]){out * h[0], out * h[1]}), 2, 0, 1e-14);
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, found, 2));
    assert_close_f64(found, delta, 2, 0, 1e-14);
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_WEIGHT, found, 4));
    assert_close_f64(found,
                     ((const double[]){delta[0] * x[0], delta[0] * x[1], delta[1] * x[0],
                                       delta[1] * x[1]}),
                     4, 0, 1e-14);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* The flat view and the tensors show the same; what is padding is 0. */
static void gradient_view(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, precision);
        bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH, 1);
        const struct batch b = batch_of(1);
        float *f = NULL;
        double *d = NULL;
        double sum = 0;
        double flat = 0;
        size_t count = 0;

        ok(bp_trainer_gradient(trainer, b.x, X, b.y, Y, NULL));
        assert_status(bp_trainer_get_gradient_view(trainer, &f, &count),
                      precision == BP_PRECISION_F32 ? BP_OK : BP_ESTATE);
        assert_status(bp_trainer_get_gradient_view_f64(trainer, &d, &count),
                      precision == BP_PRECISION_F64 ? BP_OK : BP_ESTATE);
        for (size_t i = 0; i < count; i++)
            flat += fabs(d != NULL ? d[i] : (double)f[i]);
        for (size_t layer = 0; layer < 2; layer++)
            for (int32_t which = 0; which < 2; which++) {
                bp_parameter_info info = {.struct_size = sizeof info};
                double g[12];

                ok(bp_network_parameter_info(network, layer, which, &info));
                ok(bp_trainer_get_gradient_f64(trainer, layer, which, g,
                                               info.rows * info.cols));
                for (size_t i = 0; i < info.rows * info.cols; i++) {
                    const size_t at = info.offset + i / info.cols * info.row_stride +
                                      i % info.cols * info.col_stride;

                    assert_same_f64(d != NULL ? d[at] : (double)f[at], g[i]);
                    sum += fabs(g[i]);
                }
            }
        assert_true(sum > 0);
        assert_relative(flat, sum, 1e-14);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* A step that keeps its gradients and one that need not end at the same bits; only the
 * first has them to give. */
static void kept_or_not(void **state)
{
    for (int32_t kind = BP_OPTIMIZER_SGD; kind <= BP_OPTIMIZER_ADAM; kind++) {
        bp_network *network[2];
        bp_trainer *trainer[2];
        double *values[2], g[12];
        size_t count = 0;

        for (int keep = 0; keep < 2; keep++) {
            bp_optimizer *optimizer = NULL;

            network[keep] = network_of(state, BP_ACTIVATION_TANH, BP_PRECISION_F32);
            ok(bp_optimizer_create(kind, NULL, &optimizer));
            trainer[keep] =
                make_trainer_with(network[keep], BP_COST_MSE, optimizer, BATCH, 1);
            ok(bp_trainer_set(trainer[keep], BP_TRAINER_KEEP_GRADIENT, keep));
            for (size_t rows = 1; rows <= BATCH; rows++) {
                const struct batch b = batch_of(rows);

                ok(bp_trainer_step(trainer[keep], b.x, rows * INPUTS, b.y, rows * OUTPUTS,
                                   NULL));
                assert_status(bp_trainer_get_gradient_f64(trainer[keep], 0, 0, g, 12),
                              keep ? BP_OK : BP_ESTATE);
            }
            values[keep] = copy_parameters(network[keep], &count);
        }
        for (size_t i = 0; i < count; i++)
            assert_same_f64(values[0][i], values[1][i]);
        for (int keep = 0; keep < 2; keep++) {
            free(values[keep]);
            bp_trainer_destroy(trainer[keep]);
            bp_network_destroy(network[keep]);
        }
    }
}

/* A gradient of the batch is the mean of its rows' gradients; fewer rows than the batch
 * leave nothing of an earlier batch behind. */
static void batch_is_the_mean_of_rows(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_SIGMOID, BP_PRECISION_F64);
    bp_trainer *trainer = make_trainer(network, BP_COST_QUADRATIC, BATCH, 1);
    const struct batch b = batch_of(4);

    for (size_t rows = BATCH; rows > 0; rows--) {
        double mean[12] = {0};
        double mean_cost = 0;
        double g[12];
        double cost = 0;

        for (size_t row = 0; row < rows; row++) {
            ok(bp_trainer_gradient_f64(trainer, b.x_f64 + row * INPUTS, INPUTS,
                                       b.y_f64 + row * OUTPUTS, OUTPUTS, &cost));
            ok(bp_trainer_get_gradient_f64(trainer, 0, 0, g, 12));
            for (size_t i = 0; i < 12; i++)
                mean[i] += g[i] / (double)rows;
            mean_cost += cost / (double)rows;
        }
        ok(bp_trainer_gradient_f64(trainer, b.x_f64, X, b.y_f64, Y, NULL));
        ok(bp_trainer_gradient_f64(trainer, b.x_f64, rows * INPUTS, b.y_f64,
                                   rows * OUTPUTS, &cost));
        ok(bp_trainer_get_gradient_f64(trainer, 0, 0, g, 12));
        assert_close_f64(g, mean, 12, 1e-16, 1e-13);
        assert_relative(cost, mean_cost, 1e-14);
    }
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* ---- a step and its twins ---- */

/* Each way of saying the same ten steps ends at the same bits, momentum and all. */
enum way { STEP, HALVES, STEP_F64, HALVES_F64, STEP_LABELS, HALVES_LABELS, WAYS };

static bp_status gradient_by(enum way way, bp_trainer *t, const struct batch *b,
                             double *cost)
{
    if (way == HALVES)
        return bp_trainer_gradient(t, b->x, X, b->y, Y, cost);
    if (way == HALVES_F64)
        return bp_trainer_gradient_f64(t, b->x_f64, X, b->y_f64, Y, cost);
    return bp_trainer_gradient_labels(t, b->x, X, b->labels, BATCH, cost);
}

static bp_status step_by(enum way way, bp_trainer *t, const struct batch *b, double *cost)
{
    bp_status status;

    if (way == STEP)
        return bp_trainer_step(t, b->x, X, b->y, Y, cost);
    if (way == STEP_F64)
        return bp_trainer_step_f64(t, b->x_f64, X, b->y_f64, Y, cost);
    if (way == STEP_LABELS)
        return bp_trainer_step_labels(t, b->x, X, b->labels, BATCH, cost);
    status = gradient_by(way, t, b, cost);
    return status == BP_OK ? bp_trainer_update(t) : status;
}

static bp_network *trained_by(void **state, enum way way, int32_t precision,
                              double *costs)
{
    bp_network *network = network_of(state, BP_ACTIVATION_SOFTMAX, precision);
    bp_trainer *trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, BATCH, 1);

    for (size_t step = 0; step < 10; step++) {
        const struct batch b = batch_of(7 * step);

        ok(step_by(way, trainer, &b, &costs[step]));
        assert_int_equal(position_of(trainer).step, step + 1);
        assert_int_equal(position_of(trainer).epoch, 0);
        assert_int_equal(position_of(trainer).row, 0);
    }
    bp_trainer_destroy(trainer);
    return network;
}

static void all_ways_are_one(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        double costs[10];
        bp_network *first = trained_by(state, STEP, precision, costs);
        bp_network *start = network_of(state, BP_ACTIVATION_SOFTMAX, precision);

        assert_false(same_parameters(first, start));
        assert_true(costs[9] < costs[0]);
        for (enum way way = HALVES; way < WAYS; way++) {
            double other_costs[10];
            bp_network *other = trained_by(state, way, precision, other_costs);

            assert_true(same_parameters(first, other));
            assert_bits_f64(other_costs, costs, 10);
            bp_network_destroy(other);
        }
        bp_network_destroy(first);
        bp_network_destroy(start);
    }
}

/* The cost is that of the network before the step. */
static void cost_is_taken_before_the_step(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F64);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH, 1);
    const struct batch b = batch_of(2);
    double a[Y];
    double sum = 0;
    double cost = 0;

    predict_f64(network, b.x_f64, a, BATCH);
    for (size_t i = 0; i < Y; i++)
        sum += (a[i] - b.y_f64[i]) * (a[i] - b.y_f64[i]);
    ok(bp_trainer_step_f64(trainer, b.x_f64, X, b.y_f64, Y, &cost));
    assert_relative(cost, sum / Y, 1e-14);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* ---- what must not be ---- */

static void gradient_before_update(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH, 1);
    struct batch b = batch_of(2);

    assert_status(bp_trainer_update(trainer), BP_ESTATE);
    ok(bp_trainer_gradient(trainer, b.x, X, b.y, Y, NULL));
    ok(bp_trainer_update(trainer));
    assert_status(bp_trainer_update(trainer), BP_ESTATE); /* once for each gradient */
    assert_line(bp_trainer_error(trainer), "no gradient");
    ok(bp_trainer_step(trainer, b.x, X, b.y, Y, NULL));
    assert_status(bp_trainer_update(trainer), BP_ESTATE);
    assert_int_equal(position_of(trainer).step, 2);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void shapes_are_checked(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH - 1, 1);
    struct batch b = batch_of(2);
    static const struct {
        size_t inputs, targets;
    } wrong[] = {{0, 0},
                 {X, Y},
                 {INPUTS + 1, OUTPUTS},
                 {INPUTS, 2 * OUTPUTS},
                 {2 * INPUTS, OUTPUTS},
                 {INPUTS - 1, OUTPUTS}};

    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_status(
            bp_trainer_step(trainer, b.x, wrong[i].inputs, b.y, wrong[i].targets, NULL),
            BP_ESHAPE);
    assert_int_equal(position_of(trainer).step, 0);
    ok(bp_trainer_step(trainer, b.x, X - INPUTS, b.y, Y - OUTPUTS, NULL));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* Wrong data name their place, and nothing changes: not even what comes after. */
static void wrong_data_change_nothing(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_network *twin = NULL;
    const struct batch good = batch_of(2);
    struct batch b = good;
    double cost = 7;

    ok(bp_network_clone(network, &twin));
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH, 1);
    bp_trainer *other = make_trainer(twin, BP_COST_MSE, BATCH, 1);

    ok(bp_trainer_step(trainer, good.x, X, good.y, Y, NULL));
    ok(bp_trainer_step(other, good.x, X, good.y, Y, NULL));
    b.x[2 * INPUTS + 1] = (float)NAN;
    assert_status(bp_trainer_step(trainer, b.x, X, b.y, Y, &cost), BP_EDATA);
    assert_line(bp_trainer_error(trainer), "inputs row 2, column 1 is");
    b = good;
    b.y[Y - 1] = (float)INFINITY;
    assert_status(bp_trainer_step(trainer, b.x, X, b.y, Y, &cost), BP_EDATA);
    assert_line(bp_trainer_error(trainer), "targets row 4, column 1 is inf");
    b = good;
    b.x_f64[3] = 1e300; /* finite, but not in the network's precision */
    assert_status(bp_trainer_step_f64(trainer, b.x_f64, X, b.y_f64, Y, &cost), BP_EDATA);
    assert_line(bp_trainer_error(trainer), "inputs row 1, column 0 is 1e+300");
    assert_same_f64(cost, 7);
    assert_int_equal(position_of(trainer).step, 1);
    assert_true(same_parameters(network, twin));
    ok(bp_trainer_step(trainer, good.x, X, good.y, Y, NULL));
    ok(bp_trainer_step(other, good.x, X, good.y, Y, NULL));
    assert_true(same_parameters(network, twin));
    bp_trainer_destroy(trainer);
    bp_trainer_destroy(other);
    bp_network_destroy(network);
    bp_network_destroy(twin);
}

/* Numbers that are finite by themselves overflow on their way: in the cost (e^200 in
 * float's network is still a double), or in the gradient alone. */
static void overflow_changes_nothing(void **state)
{
    bp_network *network =
        make_identity(1, BP_ACTIVATION_LINEAR, BP_PRECISION_F32, env_of(state));
    bp_trainer *poisson = make_trainer(network, BP_COST_POISSON, 1, 1);
    bp_trainer *mse = make_trainer(network, BP_COST_MSE, 1, 1);
    float w = 0;
    double cost = 7;

    assert_status(
        bp_trainer_step(poisson, (const float[]){1000}, 1, (const float[]){1}, 1, &cost),
        BP_EDATA);
    assert_line(bp_trainer_error(poisson), "cost");
    assert_status(
        bp_trainer_step(poisson, (const float[]){200}, 1, (const float[]){1}, 1, &cost),
        BP_EDATA);
    assert_line(bp_trainer_error(poisson), "gradient");
    assert_status(bp_trainer_step(mse, (const float[]){3e38f}, 1, (const float[]){-3e38f},
                                  1, &cost),
                  BP_EDATA);
    assert_same_f64(cost, 7);
    assert_status(bp_trainer_update(mse), BP_ESTATE);
    assert_int_equal(position_of(poisson).step + position_of(mse).step, 0);
    ok(bp_network_get_parameter(network, 0, BP_PARAMETER_WEIGHT, &w, 1));
    assert_same_f32(w, 1);
    bp_trainer_destroy(poisson);
    bp_trainer_destroy(mse);
    bp_network_destroy(network);
}

/* A gradient that the caller spoils is seen by the update. */
static void update_checks_the_gradients(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_trainer *trainer = make_trainer(network, BP_COST_MSE, BATCH, 1);
    struct batch b = batch_of(2);
    bp_network *before = NULL;
    float *g = NULL;
    size_t count = 0;
    float kept;

    ok(bp_network_clone(network, &before));
    ok(bp_trainer_gradient(trainer, b.x, X, b.y, Y, NULL));
    ok(bp_trainer_get_gradient_view(trainer, &g, &count));
    kept = g[0];
    g[0] = (float)NAN;
    assert_status(bp_trainer_update(trainer), BP_EDATA);
    assert_true(same_parameters(network, before));
    assert_int_equal(position_of(trainer).step, 0);
    g[0] = kept;
    ok(bp_trainer_update(trainer));
    assert_false(same_parameters(network, before));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_network_destroy(before);
}

/* ---- two trainers ---- */

/* Each has its own momentum: with the other between, it goes its own way. */
static void two_trainers_on_one_network(void **state)
{
    bp_network *network =
        make_identity(1, BP_ACTIVATION_LINEAR, BP_PRECISION_F64, env_of(state));
    bp_trainer *a = make_trainer(network, BP_COST_QUADRATIC, 1, 1);
    bp_trainer *b = make_trainer(network, BP_COST_QUADRATIC, 1, 1);
    const double x = 0; /* dC/db = b - y: the bias alone moves */
    const double y = 1;
    double bias = 0;
    double v[2] = {0, 0};
    double found = 0;

    for (int step = 0; step < 6; step++) {
        const int who = step % 3 == 2;

        v[who] = 0.5 * v[who] + (bias - y);
        bias -= 0.125 * v[who];
        ok(bp_trainer_step_f64(who ? b : a, &x, 1, &y, 1, NULL));
        ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, &found, 1));
        assert_relative(found, bias, 1e-14);
    }
    assert_int_equal(position_of(a).step, 4);
    assert_int_equal(position_of(b).step, 2);
    bp_trainer_destroy(a);
    bp_trainer_destroy(b);
    bp_network_destroy(network);
}

/* ---- the object ---- */

static void settings_and_states(void **state)
{
    bp_network *network = network_of(state, BP_ACTIVATION_LINEAR, BP_PRECISION_F32);
    bp_cost *cost = make_cost(BP_COST_MSE, env_of(state));
    bp_optimizer *sgd = make_sgd(1, 0, env_of(state));
    bp_trainer *trainer = NULL;
    struct batch b = batch_of(1);
    float g[12];
    double value = 0;

    ok(bp_trainer_create(network, cost, sgd, &trainer));
    assert_string_equal(bp_trainer_error(trainer), "");
    ok(bp_trainer_get(trainer, BP_TRAINER_BATCH, &value));
    assert_same_f64(value, 32);
    ok(bp_trainer_get(trainer, BP_TRAINER_SHUFFLE, &value));
    assert_same_f64(value, 1);
    assert_status(bp_trainer_set(trainer, BP_TRAINER_BATCH, 0), BP_EINVAL);
    assert_status(bp_trainer_set(trainer, BP_TRAINER_BATCH, 1.5), BP_EINVAL);
    assert_status(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 2), BP_EINVAL);
    ok(bp_trainer_get(trainer, BP_TRAINER_KEEP_GRADIENT, &value));
    assert_same_f64(value, 0);
    assert_status(bp_trainer_set(trainer, BP_TRAINER_KEEP_GRADIENT, 2), BP_EINVAL);
    assert_status(bp_trainer_set(trainer, 99, 1), BP_EINVAL);
    assert_status(bp_trainer_step(trainer, b.x, X, b.y, Y, NULL), BP_ESTATE);
    assert_status(bp_trainer_update(trainer), BP_ESTATE);
    assert_status(bp_trainer_get_gradient(trainer, 0, 0, g, 12), BP_ESTATE);
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    ok(bp_trainer_build(trainer, 1));
    assert_status(bp_trainer_build(trainer, 1), BP_ESTATE);
    assert_status(bp_trainer_set(trainer, BP_TRAINER_BATCH, 7), BP_ESTATE);
    ok(bp_trainer_set(trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_get(trainer, BP_TRAINER_BATCH, &value));
    assert_same_f64(value, BATCH);
    ok(bp_trainer_step(trainer, b.x, X, b.y, Y, NULL));
    assert_int_equal(count_of(network, 0, 0), 12);
    assert_status(bp_trainer_get_gradient(trainer, 0, 0, g, 12), BP_ESTATE);
    ok(bp_trainer_gradient(trainer, b.x, X, b.y, Y, NULL));
    assert_status(bp_trainer_get_gradient(trainer, 0, 0, g, 11), BP_ESHAPE);
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    bp_network_destroy(network);
}

/* After the first step nothing is allocated. */
static void steps_allocate_nothing(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = network_of(state, BP_ACTIVATION_SOFTMAX, BP_PRECISION_F32);
    bp_trainer *trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, BATCH, 1);
    struct batch b = batch_of(1);

    failing_env_arm(host, 1, true);
    for (size_t i = 0; i < 10; i++)
        ok(bp_trainer_step(trainer, b.x, X, b.y, Y, NULL));
    assert_int_equal(host->allocations, 0);
    failing_env_arm(host, 0, false);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(backpropagation_by_hand),
        HOST_TEST(gradient_view),
        HOST_TEST(kept_or_not),
        HOST_TEST(batch_is_the_mean_of_rows),
        HOST_TEST(all_ways_are_one),
        HOST_TEST(cost_is_taken_before_the_step),
        HOST_TEST(gradient_before_update),
        HOST_TEST(shapes_are_checked),
        HOST_TEST(wrong_data_change_nothing),
        HOST_TEST(overflow_changes_nothing),
        HOST_TEST(update_checks_the_gradients),
        HOST_TEST(two_trainers_on_one_network),
        HOST_TEST(settings_and_states),
        HOST_TEST(steps_allocate_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
