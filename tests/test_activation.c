/* SPDX-License-Identifier: MIT */
/*
 * Activations through the public functions, against the formulas of docs/numerics.md
 * written a second time in long double with the C library: values, derivatives, kinks,
 * and what is not a number.
 */
#include "unit_helpers.h"

#include <float.h>

#define SLOPE 0.01L
#define ALPHA 1.0L

static const char *const names[] = {"linear",       "sigmoid", "tanh",       "relu",
                                    "leaky_relu",   "elu",     "selu",       "gelu",
                                    "gelu_tanh",    "silu",    "softplus",   "softsign",
                                    "hard_sigmoid", "softmax", "log_softmax"};

enum { KINDS = BP_ACTIVATION_LOG_SOFTMAX + 1, ELEMENTWISE = BP_ACTIVATION_SOFTMAX };

static long double sigmoid(long double z)
{
    return 1 / (1 + expl(-z));
}

static long double tanh_inner(long double z)
{
    return sqrtl(2 / acosl(-1)) * (z + 0.044715L * z * z * z);
}

/* exp(-x^2 / 2) / sqrt(2 pi), and its integral. */
static long double bell(long double z)
{
    return expl(-z * z / 2) / sqrtl(2 * acosl(-1));
}

static long double below(long double z)
{
    return erfcl(-z / sqrtl(2)) / 2;
}

static const long double selu_alpha = 1.67326324235437728481704L;
static const long double selu_scale = 1.05070098735548049341933L;

static long double value_of(int32_t kind, long double z)
{
    switch (kind) {
    case BP_ACTIVATION_SIGMOID: return sigmoid(z);
    case BP_ACTIVATION_TANH: return tanhl(z);
    case BP_ACTIVATION_RELU: return z > 0 ? z : 0;
    case BP_ACTIVATION_LEAKY_RELU: return z > 0 ? z : SLOPE * z;
    case BP_ACTIVATION_ELU: return z > 0 ? z : ALPHA * expm1l(z);
    case BP_ACTIVATION_SELU: return selu_scale * (z > 0 ? z : selu_alpha * expm1l(z));
    case BP_ACTIVATION_GELU: return z * below(z);
    case BP_ACTIVATION_GELU_TANH: return z / 2 * (1 + tanhl(tanh_inner(z)));
    case BP_ACTIVATION_SILU: return z * sigmoid(z);
    case BP_ACTIVATION_SOFTPLUS: return z > 20 ? z : log1pl(expl(z));
    case BP_ACTIVATION_SOFTSIGN: return z / (1 + fabsl(z));
    case BP_ACTIVATION_HARD_SIGMOID: return fminl(1, fmaxl(0, z / 6 + 0.5L));
    default: return z;
    }
}

/* dt/dz of the approximation with tanh; no infinity meets its 0. */
static long double gelu_tanh_slope(long double z)
{
    const long double t = tanhl(tanh_inner(z));
    const long double speed = sqrtl(2 / acosl(-1)) * (1 + 3 * 0.044715L * z * z);

    return (1 + t) / 2 + (1 - t * t > 0 ? z / 2 * (1 - t * t) * speed : 0);
}

static long double slope_of(int32_t kind, long double z)
{
    const long double s = sigmoid(z);

    switch (kind) {
    case BP_ACTIVATION_SIGMOID: return s * sigmoid(-z);
    case BP_ACTIVATION_TANH: return 1 / (coshl(z) * coshl(z));
    case BP_ACTIVATION_RELU: return z > 0;
    case BP_ACTIVATION_LEAKY_RELU: return z > 0 ? 1 : SLOPE;
    case BP_ACTIVATION_ELU: return z > 0 ? 1 : ALPHA * expl(z);
    case BP_ACTIVATION_SELU: return selu_scale * (z > 0 ? 1 : selu_alpha * expl(z));
    case BP_ACTIVATION_GELU: return below(z) + z * bell(z);
    case BP_ACTIVATION_GELU_TANH: return gelu_tanh_slope(z);
    case BP_ACTIVATION_SILU: return s + z * s * sigmoid(-z);
    case BP_ACTIVATION_SOFTPLUS: return z > 20 ? 1 : s;
    case BP_ACTIVATION_SOFTSIGN: return 1 / ((1 + fabsl(z)) * (1 + fabsl(z)));
    case BP_ACTIVATION_HARD_SIGMOID: return fabsl(z) < 3 ? 1 / 6.0L : 0;
    default: return 1;
    }
}

/* Error allowed, in epsilons: relative, and absolute where 1 + f(z) loses what f has.
 * The functions of the library are right within 1 or 2 ULP; each operation adds 1/2. */
struct bound {
    double relative, absolute;
};

static const struct bound value_bounds[ELEMENTWISE] = {
    [BP_ACTIVATION_SIGMOID] = {2, 0},        [BP_ACTIVATION_TANH] = {2, 0},
    [BP_ACTIVATION_LEAKY_RELU] = {1, 0},     [BP_ACTIVATION_ELU] = {3, 0},
    [BP_ACTIVATION_SELU] = {4, 0},           [BP_ACTIVATION_GELU] = {3, 1},
    [BP_ACTIVATION_GELU_TANH] = {3, 1},      [BP_ACTIVATION_SILU] = {3, 0},
    [BP_ACTIVATION_SOFTPLUS] = {4, 0},       [BP_ACTIVATION_SOFTSIGN] = {2, 0},
    [BP_ACTIVATION_HARD_SIGMOID] = {1, 0.5},
};

static const struct bound slope_bounds[ELEMENTWISE] = {
    [BP_ACTIVATION_SIGMOID] = {3, 2},      [BP_ACTIVATION_TANH] = {3, 4},
    [BP_ACTIVATION_LEAKY_RELU] = {1, 0},   [BP_ACTIVATION_ELU] = {3, 0},
    [BP_ACTIVATION_SELU] = {4, 0},         [BP_ACTIVATION_GELU] = {4, 4},
    [BP_ACTIVATION_GELU_TANH] = {4, 8},    [BP_ACTIVATION_SILU] = {4, 4},
    [BP_ACTIVATION_SOFTPLUS] = {2, 0},     [BP_ACTIVATION_SOFTSIGN] = {3, 0},
    [BP_ACTIVATION_HARD_SIGMOID] = {1, 0},
};

/* Both signs are taken. Kinks, thresholds, ends of ranges and what lies beside them. */
static const double magnitudes[] = {
    0,     1e-45, 1e-38, 1e-20,     1e-8, 1e-4,   0.01,  0.1,    0.25, 0.5,   0.75,
    1,     1.25,  1.5,   2,         2.5,  2.9375, 3,     3.0625, 4,    5,     6,
    7.5,   8,     9,     10,        12,   15,     16,    16.5,   17,   19.75, 20,
    20.25, 25,    30,    40,        60,   80,     87,    89,     100,  103,   150,
    300,   700,   709,   710,       745,  1000,   12345, 1e6,    1e10, 1e20,  1e30,
    1e38,  3.25,  0.001, 0.0000305, 11,   0.6875, 0.875, 1.75,   2.25, 3.5};

enum { POINTS = 2 * COUNT(magnitudes) };

static void points(double *z)
{
    for (size_t i = 0; i < COUNT(magnitudes); i++) {
        z[2 * i] = (double)(float)magnitudes[i];
        z[2 * i + 1] = -(double)(float)magnitudes[i];
    }
}

/* Rows of one number through one layer, the activation's own kind or a dense one. */
static bp_network *network_of(void **state, bool own, int32_t kind, int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    if (!own)
        return make_identity(1, kind, precision, env_of(state));
    ok(bp_network_create(1, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_activation(kind, env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    return network;
}

/* Says which activation and where; the comparison says the numbers. */
static void assert_value(int32_t kind, double z, double actual, double expected,
                         const double bound[2])
{
    const struct comparison how = HOW_WITHIN(bound[0], bound[1]);
    struct mismatch mismatch;

    if (!compare_f64(&actual, &expected, 1, &how, &mismatch))
        fail_msg("%s of %.17g: %s", names[kind], z, mismatch.text);
}

/* Numbers below the smallest normal one have fewer digits: `tiny` is their step. */
static void check_bound(int32_t kind, const struct bound *bound, int32_t precision,
                        const double numbers[3])
{
    const bool f64 = precision == BP_PRECISION_F64;
    const double epsilon = f64 ? DBL_EPSILON : (double)FLT_EPSILON;
    const double tiny = f64 ? 4.9406564584124654e-324 : 1.401298464324817e-45;
    const double size = fmax(1, fabs(numbers[0]));
    const double within[2] = {bound->absolute * epsilon * fmin(size, 64) +
                                  8 * tiny * fmin(size, 1024),
                              bound->relative * epsilon};

    assert_value(kind, numbers[0], numbers[1], numbers[2], within);
}

static void values_of(void **state, int32_t kind, int32_t precision, bool own)
{
    bp_network *network = network_of(state, own, kind, precision);
    double z[POINTS];
    double a[POINTS];

    points(z);
    predict_f64(network, z, a, POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        const long double exact = value_of(kind, (long double)z[i]);
        const double expected =
            precision == BP_PRECISION_F32 ? (double)(float)exact : (double)exact;

        check_bound(kind, &value_bounds[kind], precision,
                    (const double[]){z[i], a[i], expected});
    }
    bp_network_destroy(network);
}

static void values(void **state)
{
    need_long_double();
    for (int32_t kind = 0; kind < ELEMENTWISE; kind++)
        for (int own = 0; own < 2; own++) {
            values_of(state, kind, BP_PRECISION_F32, own != 0);
            values_of(state, kind, BP_PRECISION_F64, own != 0);
        }
}

/* dC/db is dC/dz = f'(z) dC/da, and dC/da of the mean absolute error far below is 1. */
static double derivative(bp_trainer *trainer, bp_network *network, double z)
{
    const double input = 0;
    const double target = -1e300;
    const double target_f32 = -1e38;
    double precision = 0;
    double slope = 0;

    ok(bp_network_get(network, BP_NETWORK_PRECISION, &precision));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, &z, 1));
    ok(bp_trainer_gradient_f64(trainer, &input, 1,
                               precision == BP_PRECISION_F64 ? &target : &target_f32, 1,
                               NULL));
    ok(bp_trainer_get_gradient_f64(trainer, 0, BP_PARAMETER_BIAS, &slope, 1));
    return slope;
}

static void derivatives_of(void **state, int32_t kind, int32_t precision)
{
    bp_network *network = make_identity(1, kind, precision, env_of(state));
    bp_trainer *trainer = make_trainer(network, BP_COST_MAE, 1, 1);
    double z[POINTS];

    points(z);
    for (size_t i = 0; i < POINTS; i++) {
        const double expected = (double)slope_of(kind, (long double)z[i]);

        if (fabs(z[i]) > 9e37) /* the target is not below it */
            continue;
        check_bound(kind, &slope_bounds[kind], precision,
                    (const double[]){z[i], derivative(trainer, network, z[i]), expected});
    }
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void derivatives(void **state)
{
    need_long_double();
    for (int32_t kind = 0; kind < ELEMENTWISE; kind++) {
        derivatives_of(state, kind, BP_PRECISION_F32);
        derivatives_of(state, kind, BP_PRECISION_F64);
    }
}

static double slope_at(void **state, int32_t kind, double z)
{
    bp_network *network = make_identity(1, kind, BP_PRECISION_F64, env_of(state));
    bp_trainer *trainer = make_trainer(network, BP_COST_MAE, 1, 1);
    const double slope = derivative(trainer, network, z);

    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return slope;
}

static double value_at(void **state, int32_t kind, double z)
{
    bp_network *network = network_of(state, true, kind, BP_PRECISION_F64);
    double a = (double)NAN;

    predict_f64(network, &z, &a, 1);
    bp_network_destroy(network);
    return a;
}

static void kinks(void **state)
{
    static const struct {
        int32_t kind;
        double z, slope;
    } rows[] = {
        {BP_ACTIVATION_RELU, 0, 0},
        {BP_ACTIVATION_RELU, 5e-324, 1},
        {BP_ACTIVATION_LEAKY_RELU, 0, 0.01},
        {BP_ACTIVATION_LEAKY_RELU, 5e-324, 1},
        {BP_ACTIVATION_ELU, 0, 1},
        {BP_ACTIVATION_HARD_SIGMOID, 3, 0},
        {BP_ACTIVATION_HARD_SIGMOID, -3, 0},
        {BP_ACTIVATION_HARD_SIGMOID, 2.999999999, 1.0 / 6},
        {BP_ACTIVATION_HARD_SIGMOID, -2.999999999, 1.0 / 6},
        {BP_ACTIVATION_HARD_SIGMOID, 3.000000001, 0},
        {BP_ACTIVATION_SOFTPLUS, 20.000000001, 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_same_f64(slope_at(state, rows[i].kind, rows[i].z), rows[i].slope);
    assert_true(slope_at(state, BP_ACTIVATION_SOFTPLUS, 20) < 1);
    assert_true(value_at(state, BP_ACTIVATION_SOFTPLUS, 20) > 20);
    assert_same_f64(value_at(state, BP_ACTIVATION_SOFTPLUS, 20.000000000000004),
                    20.000000000000004);
    assert_same_f64(value_at(state, BP_ACTIVATION_HARD_SIGMOID, 3), 1);
    assert_same_f64(value_at(state, BP_ACTIVATION_HARD_SIGMOID, -3), 0);
}

/* The setting, of leaky relu and of elu; at 0 leaky relu is on the side of the slope. */
static void slope_setting(void **state)
{
    static const int32_t kinds[] = {BP_ACTIVATION_LEAKY_RELU, BP_ACTIVATION_ELU};
    static const double z[] = {-2, -0.5, 0, 3};
    double a[4];

    for (size_t k = 0; k < COUNT(kinds); k++) {
        const bool leaky = kinds[k] == BP_ACTIVATION_LEAKY_RELU;
        bp_network *network = NULL;
        bp_layer *layer = NULL;

        ok(bp_network_create(1, env_of(state), &network));
        ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
        ok(bp_layer_create_activation(kinds[k], env_of(state), &layer));
        ok(bp_layer_set(layer, BP_LAYER_SLOPE, -2.5));
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
        ok(bp_network_build(network, 1));
        predict_f64(network, z, a, COUNT(z));
        assert_relative(a[0], leaky ? 5 : -2.5 * expm1(-2), 1e-15);
        assert_relative(a[1], leaky ? 1.25 : -2.5 * expm1(-0.5), 1e-15);
        assert_true(a[2] == 0 && signbit(a[2])); /* -2.5 times 0 */
        assert_same_f64(a[3], 3);
        bp_network_destroy(network);
    }
}

/* Two units overflow to infinities of both signs, their sum is none: it must be seen. */
static bp_network *overflowing(void **state, int32_t kind, const double signs[2])
{
    static const double huge[] = {1e300, 1e300};
    const size_t widths[] = {1, 2, 1};
    const struct net_recipe recipe = {env_of(state),        widths, 3,
                                      BP_ACTIVATION_LINEAR, kind,   BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);

    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, huge, 2));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, signs, 2));
    return network;
}

static void nan_survives(void **state)
{
    static const double signs[] = {1, -1};
    const double input = 1e300;

    for (int32_t kind = 0; kind < KINDS; kind++) {
        bp_network *network = overflowing(state, kind, signs);
        double output = 0;

        predict_f64(network, &input, &output, 1);
        if (!isnan(output))
            fail_msg("%s of NaN is %g", names[kind], output);
        bp_network_destroy(network);
    }
}

static void infinities(void **state)
{
    static const double signs[2][2] = {{1, 1}, {-1, -1}};
    static const struct {
        int32_t kind;
        double above, below;
    } rows[] = {
        {BP_ACTIVATION_LINEAR, (double)INFINITY, -(double)INFINITY},
        {BP_ACTIVATION_SIGMOID, 1, 0},
        {BP_ACTIVATION_TANH, 1, -1},
        {BP_ACTIVATION_RELU, (double)INFINITY, 0},
        {BP_ACTIVATION_LEAKY_RELU, (double)INFINITY, -(double)INFINITY},
        {BP_ACTIVATION_ELU, (double)INFINITY, -1},
        {BP_ACTIVATION_SELU, (double)INFINITY, -1.7580993408473766},
        {BP_ACTIVATION_SOFTPLUS, (double)INFINITY, 0},
        {BP_ACTIVATION_HARD_SIGMOID, 1, 0},
    };
    const double input = 1e300;

    for (size_t i = 0; i < COUNT(rows); i++)
        for (int side = 0; side < 2; side++) {
            bp_network *network = overflowing(state, rows[i].kind, signs[side]);
            double output = (double)NAN;

            predict_f64(network, &input, &output, 1);
            assert_ulp_f64(output, side == 0 ? rows[i].above : rows[i].below, 1);
            bp_network_destroy(network);
        }
}

/* ---- softmax and log-softmax ---- */

enum { WIDEST = 40 };

static void softmax_row(void **state, int32_t kind, const double *z, size_t width,
                        double *a)
{
    bp_network *network = make_identity(width, kind, BP_PRECISION_F64, env_of(state));

    predict_f64(network, z, a, 1);
    bp_network_destroy(network);
}

static void softmax_formula(void **state)
{
    double z[WIDEST];
    double p[WIDEST];
    double log_p[WIDEST];

    need_long_double();
    for (size_t width = 1; width <= WIDEST; width++) {
        long double sum = 0;
        long double total = 0;

        for (size_t j = 0; j < width; j++) {
            z[j] = 8 * spread_at(j + width);
            sum += expl((long double)z[j]);
        }
        softmax_row(state, BP_ACTIVATION_SOFTMAX, z, width, p);
        softmax_row(state, BP_ACTIVATION_LOG_SOFTMAX, z, width, log_p);
        for (size_t j = 0; j < width; j++) {
            total += (long double)p[j];
            assert_relative(p[j], (double)(expl((long double)z[j]) / sum), 1e-15);
            assert_close(log_p[j], (double)((long double)z[j] - logl(sum)), 4e-16, 4e-16);
        }
        assert_absolute((double)total, 1, 4e-16);
    }
}

/* Powers of two, so that the shift itself is exact. */
static void softmax_does_not_see_a_shift(void **state)
{
    static const int32_t kinds[] = {BP_ACTIVATION_SOFTMAX, BP_ACTIVATION_LOG_SOFTMAX};
    static const double shifts[] = {1, -64, 1024, -65536};
    double z[5] = {0.5, -1.25, 2, 0, 1.75};
    double a[5];
    double moved[5];

    for (size_t k = 0; k < COUNT(kinds); k++)
        for (size_t s = 0; s < COUNT(shifts); s++) {
            double by[5];

            for (size_t j = 0; j < 5; j++)
                by[j] = z[j] + shifts[s];
            softmax_row(state, kinds[k], z, 5, a);
            softmax_row(state, kinds[k], by, 5, moved);
            assert_bits_f64(moved, a, 5);
        }
}

static void softmax_of_huge_numbers(void **state)
{
    static const double z[] = {-1.7e308, 1.7e308, 1e300, 1.7e308};
    double a[4];

    softmax_row(state, BP_ACTIVATION_SOFTMAX, z, 4, a);
    assert_bits_f64(a, ((const double[]){0, 0.5, 0, 0.5}), 4);
    softmax_row(state, BP_ACTIVATION_LOG_SOFTMAX, z + 1, 3, a);
    assert_ulp_f64(a[0], -0.69314718055994531, 1);
    assert_true(a[1] < -1.6e308 && a[1] >= -DBL_MAX);
    softmax_row(state, BP_ACTIVATION_SOFTMAX, (const double[]){-1000, -1001, -1002}, 3,
                a);
    assert_relative(a[0], 1 / (1 + exp(-1) + exp(-2)), 4e-16);
}

/* (x - m) - log sum: with x - (m + log sum), log 2 would be lost beside m. */
static void log_softmax_order(void **state)
{
    static const double z[] = {9007199254740992, 9007199254740992};
    double a[2];
    bp_network *network =
        make_identity(2, BP_ACTIVATION_LOG_SOFTMAX, BP_PRECISION_F32, env_of(state));

    softmax_row(state, BP_ACTIVATION_LOG_SOFTMAX, z, 2, a);
    assert_ulp_f64(a[0], -0.69314718055994531, 1);
    assert_ulp_f64(a[1], -0.69314718055994531, 1);
    predict_f64(network, (const double[]){16777216, 16777216}, a, 1);
    assert_ulp_f32((float)a[0], -0.6931471806f, 1);
    bp_network_destroy(network);
}

/* ---- names ---- */

static void names_both_ways(void **state)
{
    (void)state;
    assert_int_equal(COUNT(names), KINDS);
    for (int32_t kind = 0; kind < KINDS; kind++) {
        int32_t found = -7;

        assert_string_equal(bp_activation_name(kind), names[kind]);
        ok(bp_activation_find(names[kind], &found));
        assert_int_equal(found, kind);
    }
}

static void unknown_names(void **state)
{
    static const char *const unknown[] = {"",      "Tanh",     "relu ",
                                          "leaky", "softmax2", "leaky relu"};
    static const int32_t codes[] = {-1, KINDS, 1000, INT32_MIN, INT32_MAX};
    int32_t found = -7;

    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_status(bp_activation_find(unknown[i], &found), BP_EINVAL);
    assert_int_equal(found, -7);
    for (size_t i = 0; i < COUNT(codes); i++)
        assert_null(bp_activation_name(codes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(values),
        HOST_TEST(derivatives),
        HOST_TEST(kinks),
        HOST_TEST(slope_setting),
        HOST_TEST(nan_survives),
        HOST_TEST(infinities),
        HOST_TEST(softmax_formula),
        HOST_TEST(softmax_does_not_see_a_shift),
        HOST_TEST(softmax_of_huge_numbers),
        HOST_TEST(log_softmax_order),
        cmocka_unit_test(names_both_ways),
        cmocka_unit_test(unknown_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
