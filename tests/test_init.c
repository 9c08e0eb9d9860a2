/* SPDX-License-Identifier: MIT */
/*
 * Initial parameters: bounds, means and deviations of every scheme, what the defaults
 * are, and that numbers hang on (seed, layer, element) alone. Seeds are fixed, so the
 * statistics are the same in every run; the bounds are four standard errors.
 */
#include "unit_helpers.h"

enum { IN = 150, OUT = 250, WEIGHTS = IN * OUT, SEED = 7 };

struct layer_recipe {
    int32_t activation, weight_init, bias_init;
    double gain;
    size_t out;
};

static bp_network *built(void **state, const struct layer_recipe *recipe,
                         int32_t precision, uint64_t seed)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(IN, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_dense(recipe->out != 0 ? recipe->out : OUT, recipe->activation,
                             env_of(state), &layer));
    ok(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, recipe->weight_init));
    ok(bp_layer_set(layer, BP_LAYER_BIAS_INIT, recipe->bias_init));
    ok(bp_layer_set(layer, BP_LAYER_GAIN, recipe->gain));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, seed));
    return network;
}

static double *weights_of(const bp_network *network, size_t count)
{
    double *w = malloc(count * sizeof *w);

    assert_non_null(w);
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w, count));
    return w;
}

static double *weights_by(void **state, const struct layer_recipe *recipe, uint64_t seed)
{
    bp_network *network = built(state, recipe, BP_PRECISION_F64, seed);
    double *w = weights_of(network, WEIGHTS);

    bp_network_destroy(network);
    return w;
}

/* ---- distributions ---- */

struct moments {
    double mean, deviation, least, greatest;
    double beyond_two; /* share further from 0 than two deviations */
};

static struct moments moments_of(const double *w, size_t count)
{
    struct moments m = {0, 0, w[0], w[0], 0};

    for (size_t i = 0; i < count; i++) {
        m.mean += w[i] / (double)count;
        m.least = fmin(m.least, w[i]);
        m.greatest = fmax(m.greatest, w[i]);
    }
    for (size_t i = 0; i < count; i++)
        m.deviation += (w[i] - m.mean) * (w[i] - m.mean) / (double)count;
    m.deviation = sqrt(m.deviation);
    for (size_t i = 0; i < count; i++)
        m.beyond_two += (fabs(w[i]) > 2 * m.deviation) / (double)count;
    return m;
}

/* The deviation of a variance's estimate is sqrt((k - 1) / n) / 2 of it, where k is the
 * kurtosis: 9/5 for uniform, 3 for normal numbers. */
static void assert_uniform(const double *w, size_t count, double bound)
{
    const struct moments m = moments_of(w, count);
    const double deviation = bound / sqrt(3);

    assert_true(m.least >= -bound && m.greatest < bound);
    assert_close(m.least, -bound, 0, 20.0 / (double)count);
    assert_close(m.greatest, bound, 0, 20.0 / (double)count);
    assert_absolute(m.mean, 0, 4 * deviation / sqrt((double)count));
    assert_relative(m.deviation, deviation, 4 * sqrt(0.8 / (double)count) / 2);
    assert_same_f64(m.beyond_two, 0);
}

static void assert_normal(const double *w, size_t count, double deviation)
{
    const struct moments m = moments_of(w, count);

    assert_absolute(m.mean, 0, 4 * deviation / sqrt((double)count));
    assert_relative(m.deviation, deviation, 4 * sqrt(2.0 / (double)count) / 2);
    assert_absolute(m.beyond_two, 0.0455, 4 * sqrt(0.0455 / (double)count));
    assert_true(m.greatest > 3 * deviation && m.greatest < 8.6 * deviation);
    assert_true(m.least < -3 * deviation && m.least > -8.6 * deviation);
}

static void schemes(void **state)
{
    const double g = 1.75;
    const struct {
        int32_t init;
        bool normal;
        double scale;
    } rows[] = {
        {BP_INIT_XAVIER_UNIFORM, false, g * sqrt(6.0 / (IN + OUT))},
        {BP_INIT_XAVIER_NORMAL, true, g * sqrt(2.0 / (IN + OUT))},
        {BP_INIT_HE_UNIFORM, false, g * sqrt(3.0 / IN)},
        {BP_INIT_HE_NORMAL, true, g / sqrt(IN)},
        {BP_INIT_LECUN_UNIFORM, false, sqrt(3.0 / IN)},
        {BP_INIT_LECUN_NORMAL, true, 1 / sqrt(IN)},
        {BP_INIT_FAN_IN_UNIFORM, false, 1 / sqrt(IN)},
        {BP_INIT_NORMAL, true, 1},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct layer_recipe recipe = {BP_ACTIVATION_TANH, rows[i].init, 0, g, 0};
        double *w = weights_by(state, &recipe, SEED);

        if (rows[i].normal)
            assert_normal(w, WEIGHTS, rows[i].scale);
        else
            assert_uniform(w, WEIGHTS, rows[i].scale);
        free(w);
    }
}

static void assert_all_zero(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_same_f64(fabs(values[i]), 0);
}

static void zero_is_zero(void **state)
{
    const struct layer_recipe recipe = {BP_ACTIVATION_TANH, BP_INIT_ZERO, 0, 2, 0};
    double *w = weights_by(state, &recipe, SEED);

    assert_all_zero(w, WEIGHTS);
    free(w);
}

/* Biases: 0 by default, the gain does not reach them, and they are not the weights. */
static void biases(void **state)
{
    static const int32_t inits[] = {BP_INIT_DEFAULT, BP_INIT_ZERO, BP_INIT_FAN_IN_UNIFORM,
                                    BP_INIT_NORMAL};
    enum { MANY = 5000 };

    for (size_t i = 0; i < COUNT(inits); i++) {
        const struct layer_recipe recipe = {BP_ACTIVATION_RELU, BP_INIT_NORMAL, inits[i],
                                            3, MANY};
        bp_network *network = built(state, &recipe, BP_PRECISION_F64, SEED);
        double *b = malloc(MANY * sizeof *b);
        double *w = weights_of(network, (size_t)IN * MANY);

        assert_non_null(b);
        ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, b, MANY));
        if (inits[i] == BP_INIT_FAN_IN_UNIFORM)
            assert_uniform(b, MANY, 1 / sqrt(IN));
        else if (inits[i] == BP_INIT_NORMAL)
            assert_normal(b, MANY, 1);
        else
            assert_all_zero(b, MANY);
        assert_true(b[0] != w[0] && b[1] != w[1]);
        free(b);
        free(w);
        bp_network_destroy(network);
    }
}

/* ---- defaults ---- */

static const struct {
    int32_t init;
    double gain;
} defaults[] = {
    [BP_ACTIVATION_LINEAR] = {BP_INIT_XAVIER_UNIFORM, 1},
    [BP_ACTIVATION_SIGMOID] = {BP_INIT_XAVIER_UNIFORM, 1},
    [BP_ACTIVATION_TANH] = {BP_INIT_XAVIER_UNIFORM, 5.0 / 3},
    [BP_ACTIVATION_RELU] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_LEAKY_RELU] = {BP_INIT_HE_NORMAL, 1.4141428569978354},
    [BP_ACTIVATION_ELU] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_SELU] = {BP_INIT_XAVIER_UNIFORM, 0.75},
    [BP_ACTIVATION_GELU] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_GELU_TANH] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_SILU] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_SOFTPLUS] = {BP_INIT_HE_NORMAL, 1.4142135623730951},
    [BP_ACTIVATION_SOFTSIGN] = {BP_INIT_XAVIER_UNIFORM, 1},
    [BP_ACTIVATION_HARD_SIGMOID] = {BP_INIT_XAVIER_UNIFORM, 1},
    [BP_ACTIVATION_SOFTMAX] = {BP_INIT_XAVIER_UNIFORM, 1},
    [BP_ACTIVATION_LOG_SOFTMAX] = {BP_INIT_XAVIER_UNIFORM, 1},
};

/* The default draws what the scheme draws when it is named with its gain. */
static void defaults_by_activation(void **state)
{
    assert_int_equal(COUNT(defaults), BP_ACTIVATION_LOG_SOFTMAX + 1);
    for (int32_t a = 0; a <= BP_ACTIVATION_LOG_SOFTMAX; a++) {
        const struct layer_recipe plain = {a, BP_INIT_DEFAULT, 0, 0, 0};
        const struct layer_recipe named = {BP_ACTIVATION_LINEAR, defaults[a].init, 0,
                                           defaults[a].gain, 0};
        double *w = weights_by(state, &plain, SEED);
        double *expected = weights_by(state, &named, SEED);

        assert_close_f64(w, expected, WEIGHTS, 0, 4e-16);
        free(w);
        free(expected);
    }
}

/* Leaky relu's gain follows its slope: sqrt(2 / (1 + slope^2)) is 1 at slope 1. */
static void gain_follows_the_slope(void **state)
{
    const struct layer_recipe named = {BP_ACTIVATION_LINEAR, BP_INIT_HE_NORMAL, 0, 1, 0};
    double *expected = weights_by(state, &named, SEED);
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    double *w;

    ok(bp_network_create(IN, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_layer_create_dense(OUT, BP_ACTIVATION_LEAKY_RELU, env_of(state), &layer));
    ok(bp_layer_set(layer, BP_LAYER_SLOPE, -1));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, SEED));
    w = weights_of(network, WEIGHTS);
    assert_bits_f64(w, expected, WEIGHTS);
    free(w);
    free(expected);
    bp_network_destroy(network);
}

static void gain_setting(void **state)
{
    static const int32_t with[] = {BP_INIT_XAVIER_UNIFORM, BP_INIT_XAVIER_NORMAL,
                                   BP_INIT_HE_UNIFORM, BP_INIT_HE_NORMAL};
    static const int32_t without[] = {BP_INIT_LECUN_UNIFORM, BP_INIT_LECUN_NORMAL,
                                      BP_INIT_FAN_IN_UNIFORM, BP_INIT_NORMAL};

    for (size_t i = 0; i < 8; i++) {
        const bool has = i < 4;
        const int32_t init = has ? with[i] : without[i - 4];
        const struct layer_recipe one = {BP_ACTIVATION_RELU, init, 0, 1, 0};
        const struct layer_recipe four = {BP_ACTIVATION_RELU, init, 0, 4, 0};
        double *w = weights_by(state, &one, SEED);
        double *scaled = weights_by(state, &four, SEED);

        for (size_t j = 0; j < WEIGHTS; j++)
            w[j] *= has ? 4 : 1;
        assert_bits_f64(scaled, w, WEIGHTS); /* 4 is a power of two: exact */
        free(w);
        free(scaled);
    }
}

/* ---- addresses ---- */

static void float_is_the_rounded_double(void **state)
{
    static const int32_t inits[] = {BP_INIT_DEFAULT, BP_INIT_NORMAL,
                                    BP_INIT_FAN_IN_UNIFORM};

    for (size_t i = 0; i < COUNT(inits); i++) {
        const struct layer_recipe recipe = {BP_ACTIVATION_RELU, inits[i], 0, 0, 0};
        bp_network *narrow = built(state, &recipe, BP_PRECISION_F32, SEED);
        double *wide = weights_by(state, &recipe, SEED);
        double *w = weights_of(narrow, WEIGHTS);

        for (size_t j = 0; j < WEIGHTS; j++)
            wide[j] = (double)(float)wide[j];
        assert_bits_f64(w, wide, WEIGHTS);
        free(w);
        free(wide);
        bp_network_destroy(narrow);
    }
}

static void seeds(void **state)
{
    const struct layer_recipe recipe = {BP_ACTIVATION_RELU, BP_INIT_NORMAL, 0, 0, 0};
    double *first = weights_by(state, &recipe, SEED);
    static const uint64_t others[] = {0, SEED + 1, SEED + (UINT64_C(1) << 32),
                                      UINT64_MAX};
    double *again = weights_by(state, &recipe, SEED);

    assert_bits_f64(again, first, WEIGHTS);
    free(again);
    for (size_t i = 0; i < COUNT(others); i++) {
        double *other = weights_by(state, &recipe, others[i]);
        size_t same = 0;

        for (size_t j = 0; j < WEIGHTS; j++)
            same += other[j] == first[j];
        assert_int_equal(same, 0);
        free(other);
    }
    free(first);
}

/* Element to * inputs + from: more units, the same first ones. */
static void units_do_not_move_each_other(void **state)
{
    const struct layer_recipe few = {BP_ACTIVATION_RELU, BP_INIT_HE_NORMAL, 0, 0, 20};
    const struct layer_recipe more = {BP_ACTIVATION_RELU, BP_INIT_HE_NORMAL, 0, 0, 31};
    bp_network *a = built(state, &few, BP_PRECISION_F64, SEED);
    bp_network *b = built(state, &more, BP_PRECISION_F64, SEED);
    double *of_a = weights_of(a, IN * 20);
    double *of_b = weights_of(b, IN * 31);

    assert_bits_f64(of_b, of_a, IN * 20);
    free(of_a);
    free(of_b);
    bp_network_destroy(a);
    bp_network_destroy(b);
}

static bp_network *two_layers(void **state, int32_t init, int32_t bias, bool shaped)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(6, env_of(state), &network));
    ok(bp_layer_create_dense(6, BP_ACTIVATION_TANH, env_of(state), &layer));
    ok(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, init));
    ok(bp_layer_set(layer, BP_LAYER_BIAS, bias));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    if (shaped) {
        ok(bp_layer_create_activation(BP_ACTIVATION_RELU, env_of(state), &layer));
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
    }
    ok(bp_network_add_dense(network, 6, BP_ACTIVATION_TANH));
    ok(bp_network_build(network, SEED));
    return network;
}

static void weights_6x6(const bp_network *network, size_t layer, float *w)
{
    ok(bp_network_get_parameter(network, layer, BP_PARAMETER_WEIGHT, w, 36));
}

static void layers_do_not_move_each_other(void **state)
{
    bp_network *plain = two_layers(state, BP_INIT_DEFAULT, 1, false);
    bp_network *other = two_layers(state, BP_INIT_NORMAL, 0, false);
    bp_network *shaped = two_layers(state, BP_INIT_DEFAULT, 1, true);
    float first[36];
    float second[36];
    float w[36];

    weights_6x6(plain, 0, first);
    weights_6x6(plain, 1, second);
    for (size_t i = 0; i < 36; i++)
        assert_true(first[i] != second[i]);
    weights_6x6(other, 1, w);
    assert_bits_f32(w, second, 36);
    weights_6x6(shaped, 0, w);
    assert_bits_f32(w, first, 36);
    weights_6x6(shaped, 2, w); /* a layer is known by its index */
    for (size_t i = 0; i < 36; i++)
        assert_true(w[i] != second[i]);
    bp_network_destroy(plain);
    bp_network_destroy(other);
    bp_network_destroy(shaped);
}

/* Drawn anew: as a network that is built with that seed; biases and all. */
static void initialise_is_build(void **state)
{
    static const size_t widths[] = {5, 9, 3};
    const struct net_recipe recipe = {env_of(state),        widths, 3, BP_ACTIVATION_GELU,
                                      BP_ACTIVATION_LINEAR, 0};
    bp_network *a = make_network(&recipe, 1);
    bp_network *b = make_network(&recipe, 2);
    float biases[9];

    spread_f32(biases, 9, 0);
    ok(bp_network_set_parameter(a, 0, BP_PARAMETER_BIAS, biases, 9));
    assert_false(same_parameters(a, b));
    ok(bp_network_initialise(a, 2));
    assert_true(same_parameters(a, b));
    bp_network_destroy(a);
    bp_network_destroy(b);
}

/* The draws of this release: w[0][0], w[0][1], w[1][0], w[249][149] from seed 7. They
 * come from Philox and Box-Muller written a second time, in Python. */
static void golden(void **state)
{
    static const struct {
        int32_t init;
        double w[4];
    } rows[] = {
        {BP_INIT_NORMAL,
         {0.6532465416483482, -0.32651041875501935, -2.4747016700759366,
          1.2161887592889247}},
        {BP_INIT_FAN_IN_UNIFORM,
         {0.04821968137816007, 0.0571284138510243, -0.07587226109565644,
          -0.01034873462837674}},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct layer_recipe recipe = {BP_ACTIVATION_TANH, rows[i].init, 0, 0, 0};
        double *w = weights_by(state, &recipe, SEED);
        const double found[] = {w[0], w[1], w[IN], w[WEIGHTS - 1]};

        free(w);
        assert_bits_f64(found, rows[i].w, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(schemes),
        HOST_TEST(zero_is_zero),
        HOST_TEST(biases),
        HOST_TEST(defaults_by_activation),
        HOST_TEST(gain_follows_the_slope),
        HOST_TEST(gain_setting),
        HOST_TEST(float_is_the_rounded_double),
        HOST_TEST(seeds),
        HOST_TEST(units_do_not_move_each_other),
        HOST_TEST(layers_do_not_move_each_other),
        HOST_TEST(initialise_is_build),
        HOST_TEST(golden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
