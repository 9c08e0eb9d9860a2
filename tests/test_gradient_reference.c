/* SPDX-License-Identifier: MIT */
/*
 * The cost and the gradient that a trainer gives, against the reference: a wrong cost
 * with its own right derivative passes any check of the two against each other, but not
 * this. Also where a fused formula must hold and the textbook's breaks down.
 */
#include "compare.h"
#include "fixtures.h"
#include "gradient_reference.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bounds, and the floor of the measure: a tenth of the tensor's largest gradient. The
 * data are fixed, and none of the steps of a difference happens to cross a kink. */
#define VALUE_F64    1e-10
#define VALUE_F32    2e-5
#define GRADIENT_F64 1e-6
#define GRADIENT_F32 3e-5
#define FLOOR        0.1
/* Biases before a batch norm have gradients near 0, of which much is rounding: then the
 * floor is at least this. */
#define SMALL_F64 1e-3
#define SMALL_F32 1e-2

/** What has been compared. */
struct score {
    const struct gradient_case *c;
    const struct reference *reference;
    const struct case_data *data;
    size_t compared, failed;
};

static bool is_f64(const struct gradient_case *c)
{
    return c->precision == BP_PRECISION_F64;
}

static void compare_one(struct score *score, double *parameter, double gradient,
                        double floor)
{
    const double difference =
        reference_difference(score->reference, score->data, parameter);
    const double size = fmax(fmax(fabs(gradient), fabs(difference)), floor);
    const double error = size > 0 ? fabs(gradient - difference) / size : 0;

    ++score->compared;
    if (error <= (is_f64(score->c) ? GRADIENT_F64 : GRADIENT_F32))
        return;
    ++score->failed;
    print_error("%s: gradient %.12g, reference %.12g\n", case_text(score->c), gradient,
                difference);
}

/** A tensor: where the library has its gradient, and the reference its numbers. */
struct tensor {
    size_t layer;
    int32_t which;
    double *numbers;
    size_t count;
};

static void compare_tensor(struct score *score, const bp_trainer *trainer,
                           const struct tensor *tensor)
{
    const double small = is_f64(score->c) ? SMALL_F64 : SMALL_F32;
    double *gradient = calloc(tensor->count, sizeof *gradient);
    double largest = score->c->between != NULL ? small / FLOOR : 0;

    assert_non_null(gradient);
    ok(bp_trainer_get_gradient_f64(trainer, tensor->layer, tensor->which, gradient,
                                   tensor->count));
    for (size_t i = 0; i < tensor->count; ++i)
        largest = fmax(largest, fabs(gradient[i]));
    for (size_t i = 0; i < tensor->count; ++i)
        compare_one(score, &tensor->numbers[i], gradient[i], FLOOR * largest);
    free(gradient);
}

static void compare_dense(struct score *score, const bp_trainer *trainer,
                          const struct reference_layer *own)
{
    const struct tensor weights = {own->index, BP_PARAMETER_WEIGHT, own->weights,
                                   own->inputs * own->outputs};
    const struct tensor biases = {own->index, BP_PARAMETER_BIAS, own->biases,
                                  own->outputs};

    compare_tensor(score, trainer, &weights);
    if (score->c->bias)
        compare_tensor(score, trainer, &biases);
}

/* Scale and shift of the layer between. */
static void compare_between(struct score *score, const bp_trainer *trainer)
{
    const struct reference *own = score->reference;
    const size_t width = own->layers[own->behind].inputs;
    const struct tensor scale = {own->between, BP_PARAMETER_WEIGHT, own->scale, width};
    const struct tensor shift = {own->between, BP_PARAMETER_BIAS, own->shift, width};

    if (own->scale == NULL)
        return;
    compare_tensor(score, trainer, &scale);
    compare_tensor(score, trainer, &shift);
}

static void compare_cost(struct score *score, double cost)
{
    const double expected = reference_cost(score->reference, score->data);
    const double bound = is_f64(score->c) ? VALUE_F64 : VALUE_F32;

    if (fabs(cost - expected) <= bound * (fabs(expected) + 1e-3))
        return;
    ++score->failed;
    print_error("%s: cost %.17g, reference %.17g\n", case_text(score->c), cost, expected);
}

static void compare_all(struct score *score, bp_trainer *trainer)
{
    double cost = 0;

    ok(case_gradient(score->c, trainer, score->data, &cost));
    compare_cost(score, cost);
    for (size_t i = 0; i < score->reference->count; ++i)
        compare_dense(score, trainer, &score->reference->layers[i]);
    compare_between(score, trainer);
}

/* Three batches on one trainer, the second smaller: nothing of one shows in the next. Of
 * two rows a batch norm would make 1 and -1, whatever they are. */
static void run_case(const struct gradient_case *c, struct score *total)
{
    const size_t rows[] = {CASE_ROWS, c->between != NULL ? 4 : 2, CASE_ROWS + 1};
    bp_network *network = case_network(c);
    bp_trainer *trainer = case_trainer(c, network, CASE_ROWS + 1);
    struct reference reference;

    ok(bp_trainer_build(trainer, CASE_SEED));
    reference_init(&reference, c, network);
    for (size_t i = 0; i < 3; ++i) {
        struct case_data data = case_data_make(c, rows[i], i);
        struct score score = {.c = c, .reference = &reference, .data = &data};

        compare_all(&score, trainer);
        total->compared += score.compared;
        total->failed += score.failed;
        case_data_free(&data);
    }
    reference_free(&reference);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

struct shape {
    bool deep, apart, bias;
    int32_t precision;
};

static void run_shape(void **state)
{
    const struct shape *shape = *state;
    struct score total = {.c = NULL};

    for (size_t a = 0; a < activation_record_count; ++a)
        for (size_t k = 0; k < cost_record_count; ++k) {
            struct gradient_case c = case_of(a, k, shape->deep);
            c.apart = shape->apart;
            c.bias = shape->bias;
            c.precision = shape->precision;
            if (pair_allowed(c.last, c.cost))
                run_case(&c, &total);
        }
    assert_int_equal(total.failed, 0);
    assert_true(total.compared > 0);
}

/* Every layer between, at every pair, with both of its neighbours. */
static void run_between(void **state)
{
    const struct shape *shape = *state;
    struct score total = {.c = NULL};

    for (size_t i = 0; i < layer_record_count; ++i)
        for (size_t a = 0; a < activation_record_count; ++a)
            for (size_t k = 0; k < cost_record_count; ++k) {
                struct gradient_case c = case_of(a, k, shape->deep);
                c.apart = shape->apart;
                c.between = &layer_records[i];
                c.precision = shape->precision;
                if (case_between(c.between, a, k))
                    run_case(&c, &total);
            }
    assert_int_equal(total.failed, 0);
    assert_true(total.compared > 0);
}

/* ---- predictions ---- */

static void compare_outputs(const struct gradient_case *c)
{
    bp_network *network = case_network(c);
    bp_workspace *workspace = NULL;
    struct case_data data = case_data_make(c, CASE_ROWS, 1);
    double outputs[CASE_ROWS * CASE_OUTPUTS];
    double expected[CASE_ROWS * 16];
    struct reference reference;

    reference_init(&reference, c, network);
    ok(bp_workspace_create(network, 2, &workspace));
    ok(bp_network_predict_f64(network, workspace, data.x, CASE_ROWS * CASE_INPUTS,
                              outputs, CASE_ROWS * CASE_OUTPUTS));
    reference_forward(&reference, &data, true, expected);
    assert_close_f64(outputs, expected, CASE_ROWS * CASE_OUTPUTS, 1e-13, 1e-11);
    bp_workspace_destroy(workspace);
    case_data_free(&data);
    reference_free(&reference);
    bp_network_destroy(network);
}

/* Also that a softmax layer predicts probabilities, a log-softmax layer logarithms. */
static void test_outputs(void **state)
{
    (void)state;
    for (size_t a = 0; a < activation_record_count; ++a)
        for (int shape = 0; shape < 4; ++shape) {
            struct gradient_case c = case_of(a, 0, shape & 1);
            c.apart = (shape & 2) != 0;
            compare_outputs(&c);
        }
}

/* ---- where only the fused formula holds ---- */

/** One unit per output, its weighted inputs given; one row. */
struct extreme {
    int32_t activation, cost;
    bool apart;
    double z[2], y[2];
    double value, gradient[2]; /**< Of the biases: dC/dz. */
};

static bp_network *extreme_network(const struct extreme *e, int32_t precision)
{
    const double weights[2] = {0, 0};
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(1, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add_dense(network, 2, e->apart ? BP_ACTIVATION_LINEAR : e->activation));
    if (e->apart) {
        ok(bp_layer_create_activation(e->activation, NULL, &layer));
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
    }
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, weights, 2));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, e->z, 2));
    return network;
}

static void check_extreme(const struct extreme *e, int32_t precision)
{
    const double x = 1;
    const double bound = precision == BP_PRECISION_F64 ? 1e-14 : 1e-6;
    bp_network *network = extreme_network(e, precision);
    bp_trainer *trainer = make_trainer(network, e->cost, 1, 1);
    double gradient[2];
    double value = 0;

    ok(bp_trainer_gradient_f64(trainer, &x, 1, e->y, 2, &value));
    assert_close(value, e->value, 0, bound);
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, gradient, 2));
    assert_close_f64(gradient, e->gradient, 2, 0, bound);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

#define SOFTMAX     BP_ACTIVATION_SOFTMAX
#define LOG_SOFTMAX BP_ACTIVATION_LOG_SOFTMAX
#define SIGMOID     BP_ACTIVATION_SIGMOID
#define SCE         BP_COST_SOFTMAX_CROSS_ENTROPY
#define CE          BP_COST_CROSS_ENTROPY
#define BCE         BP_COST_BINARY_CROSS_ENTROPY
#define BCE_LOGITS  BP_COST_BINARY_CROSS_ENTROPY_LOGITS

/* In float a sigmoid is exactly 1 from 17 on, and e^z overflows from 89 on, in double
 * from 710 on; the costs here are linear in z to the last bit. */
static const struct extreme extremes[] = {
    {SOFTMAX, SCE, false, {1000, 0}, {0, 1}, 1000, {1, -1}},
    {SOFTMAX, SCE, true, {1000, 0}, {0, 1}, 1000, {1, -1}},
    {LOG_SOFTMAX, SCE, false, {1000, 0}, {0, 1}, 1000, {1, -1}},
    {LOG_SOFTMAX, SCE, true, {1000, 0}, {0, 1}, 1000, {1, -1}},
    {BP_ACTIVATION_LINEAR, SCE, false, {-1000, 0}, {1, 0}, 1000, {-1, 1}},
    {BP_ACTIVATION_LINEAR, SCE, false, {800, 2000}, {0.5, 0.5}, 600, {-0.5, 0.5}},
    {LOG_SOFTMAX, BP_COST_KL_DIVERGENCE, false, {1000, 0}, {0, 1}, 1000, {1, -1}},
    {SIGMOID, CE, false, {60, -900}, {0, 1}, 960, {1, -1}},
    {SIGMOID, CE, true, {60, -900}, {0, 1}, 960, {1, -1}},
    {SIGMOID, BCE, false, {60, -900}, {0, 1}, 480, {0.5, -0.5}},
    {SIGMOID, BCE, true, {60, -900}, {0, 1}, 480, {0.5, -0.5}},
    {BP_ACTIVATION_LINEAR, BCE_LOGITS, false, {60, -900}, {0, 1}, 480, {0.5, -0.5}},
};

static void test_extremes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; ++i) {
        check_extreme(&extremes[i], BP_PRECISION_F64);
        check_extreme(&extremes[i], BP_PRECISION_F32);
    }
}

/* ---- derivatives at the kinks, of docs/numerics.md ---- */

/* f'(z) of one unit: the gradient of its bias under the quadratic cost, y = a - 1. */
static double slope_at(int32_t activation, double z)
{
    const double x = 1;
    const double zero = 0;
    bp_network *network = NULL;
    bp_workspace *workspace = NULL;
    bp_trainer *trainer;
    double a = 0;
    double gradient = 0;

    ok(bp_network_create(1, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, 1, activation));
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &zero, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, &z, 1));
    ok(bp_workspace_create(network, 1, &workspace));
    ok(bp_network_predict_f64(network, workspace, &x, 1, &a, 1));
    a -= 1;
    trainer = make_trainer(network, BP_COST_QUADRATIC, 1, 1);
    ok(bp_trainer_gradient_f64(trainer, &x, 1, &a, 1, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, &gradient, 1));
    bp_trainer_destroy(trainer);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
    return gradient;
}

static void test_kinks_of_activations(void **state)
{
    (void)state;
    assert_same_f64(slope_at(BP_ACTIVATION_RELU, 0), 0.0);
    assert_same_f64(slope_at(BP_ACTIVATION_LEAKY_RELU, 0), 0.01);
    assert_same_f64(slope_at(BP_ACTIVATION_HARD_SIGMOID, 3), 0.0);
    assert_same_f64(slope_at(BP_ACTIVATION_HARD_SIGMOID, -3), 0.0);
    assert_relative(slope_at(BP_ACTIVATION_ELU, 0), 1.0, 1e-15);
    assert_relative(slope_at(BP_ACTIVATION_SELU, 0), 1.7580993408473766, 1e-15);
    assert_relative(slope_at(BP_ACTIVATION_SOFTPLUS, 21), 1.0, 1e-15);
    assert_relative(slope_at(BP_ACTIVATION_SOFTSIGN, 0), 1.0, 1e-15);
}

/* dC/da of one linear unit. */
static double cost_slope_at(int32_t kind, double a, double y)
{
    const double x = 1;
    const double zero = 0;
    bp_network *network = NULL;
    bp_trainer *trainer;
    double gradient = 0;

    ok(bp_network_create(1, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, 1, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &zero, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, &a, 1));
    trainer = make_trainer(network, kind, 1, 1);
    ok(bp_trainer_gradient_f64(trainer, &x, 1, &y, 1, NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, &gradient, 1));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return gradient;
}

static void test_kinks_of_costs(void **state)
{
    (void)state;
    assert_close(cost_slope_at(BP_COST_MAE, 0.5, 0.5), 0.0, 0, 0);
    assert_close(cost_slope_at(BP_COST_HINGE, 1, 1), 0.0, 0, 0);
    assert_close(cost_slope_at(BP_COST_HINGE, -1, -1), 0.0, 0, 0);
    assert_close(cost_slope_at(BP_COST_HUBER, 1.5, 0.5), 1.0, 0, 0);
    assert_close(cost_slope_at(BP_COST_SMOOTH_L1, -0.5, 0.5), -1.0, 0, 0);
}

/* Binary cross-entropy on probabilities that are not a sigmoid's: a hard sigmoid at 0 or
 * 1 has a cost of 100 a wrong unit, and no gradient to carry on. */
static void test_clamped_logarithm(void **state)
{
    const struct extreme e = {
        BP_ACTIVATION_HARD_SIGMOID, BCE, false, {9, -9}, {0, 1}, 100, {0, 0}};

    (void)state;
    check_extreme(&e, BP_PRECISION_F64);
    check_extreme(&e, BP_PRECISION_F32);
}

/* ---- NaN ---- */

static void set_all(bp_network *network, size_t layer, double value, double sign)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    double values[64];

    ok(bp_network_parameter_info(network, layer, BP_PARAMETER_WEIGHT, &info));
    assert_true(info.rows * info.cols <= 64);
    for (size_t i = 0; i < info.rows * info.cols; ++i)
        values[i] = i % info.cols % 2 == 0 ? value : sign * value;
    ok(bp_network_set_parameter_f64(network, layer, BP_PARAMETER_WEIGHT, values,
                                    info.rows * info.cols));
}

/* The first layer overflows, and the last one gets inf - inf. */
static bool tells_not_a_number(const struct gradient_case *c)
{
    bp_network *network = case_network(c);
    bp_trainer *trainer = case_trainer(c, network, 2);
    struct case_data data = case_data_make(c, 2, 0);
    double cost = -1;
    bp_status status;
    bool told;

    ok(bp_trainer_build(trainer, 1));
    for (size_t i = 0; i < data.rows * data.inputs; ++i)
        data.x[i] = 2e38;
    set_all(network, 0, 2, 1);
    set_all(network, 1, 1, -1);
    status = case_gradient(c, trainer, &data, &cost);
    told = status == BP_EDATA && cost == -1 &&
           strstr(bp_trainer_error(trainer), "cost of the batch") != NULL;
    if (!told)
        print_error("%s: status %d, cost %g, \"%s\"\n", case_text(c), (int)status, cost,
                    bp_trainer_error(trainer));
    case_data_free(&data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return told;
}

/* No activation, cost or clamp may take a NaN for a number. */
static void test_not_a_number(void **state)
{
    size_t silent = 0;

    (void)state;
    for (size_t a = 0; a < activation_record_count; ++a)
        for (size_t k = 0; k < cost_record_count; ++k) {
            struct gradient_case c = case_of(a, k, true);

            c.precision = BP_PRECISION_F32;
            c.hidden[0] = &activation_records[0]; /* linear */
            c.hidden[1] = &activation_records[0];
            silent += pair_allowed(c.last, c.cost) && !tells_not_a_number(&c);
        }
    assert_int_equal(silent, 0);
}

#define F32 BP_PRECISION_F32
#define F64 BP_PRECISION_F64

static struct shape shapes[] = {
    {false, false, true, F64}, {false, true, true, F64}, {true, false, true, F64},
    {true, true, false, F64},  {true, false, true, F32}, {true, true, true, F64},
};

#define AGAINST(name, index)                                      \
    {                                                             \
        "reference: " name, run_shape, NULL, NULL, &shapes[index] \
    }

#define BETWEEN(name, index)                                      \
    {                                                             \
        "between: " name, run_between, NULL, NULL, &shapes[index] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        AGAINST("one layer", 0),
        AGAINST("one layer, activation apart", 1),
        AGAINST("three layers", 2),
        AGAINST("three layers, activations apart, no biases", 3),
        AGAINST("three layers, float", 4),
        BETWEEN("before the only layer", 0),
        BETWEEN("after the first layer", 2),
        BETWEEN("after the first layer, activations apart", 5),
        BETWEEN("after the first layer, float", 4),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_kinks_of_activations),
        cmocka_unit_test(test_kinks_of_costs),
        cmocka_unit_test(test_clamped_logarithm),
        cmocka_unit_test(test_not_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
