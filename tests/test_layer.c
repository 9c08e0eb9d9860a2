/* SPDX-License-Identifier: MIT */
/* Descriptions of layers: defaults, settings of each kind, and copies in networks. */
#include "unit_helpers.h"

static bp_layer *dense(void **state, int32_t activation)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_dense(4, activation, env_of(state), &layer));
    return layer;
}

static bp_layer *shape(void **state, int32_t activation)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_activation(activation, env_of(state), &layer));
    return layer;
}

static double get(const bp_layer *layer, int32_t key)
{
    double value = (double)NAN;

    ok(bp_layer_get(layer, key, &value));
    return value;
}

static bool has_slope(int32_t activation)
{
    return activation == BP_ACTIVATION_LEAKY_RELU || activation == BP_ACTIVATION_ELU;
}

static void defaults_of_a_dense_layer(void **state)
{
    for (int32_t a = 0; a <= BP_ACTIVATION_LOG_SOFTMAX; a++) {
        bp_layer *layer = dense(state, a);
        double slope = 77;

        assert_string_equal(bp_layer_error(layer), "");
        assert_same_f64(get(layer, BP_LAYER_BIAS), 1);
        assert_same_f64(get(layer, BP_LAYER_WEIGHT_INIT), BP_INIT_DEFAULT);
        assert_same_f64(get(layer, BP_LAYER_BIAS_INIT), BP_INIT_DEFAULT);
        assert_same_f64(get(layer, BP_LAYER_GAIN), 0);
        assert_status(bp_layer_get(layer, BP_LAYER_SLOPE, &slope),
                      has_slope(a) ? BP_OK : BP_EINVAL);
        assert_same_f64(slope, a == BP_ACTIVATION_LEAKY_RELU ? 0.01
                               : a == BP_ACTIVATION_ELU      ? 1
                                                             : 77);
        bp_layer_destroy(layer);
    }
}

/* An activation layer has no parameters: no setting of theirs either. */
static void activation_layers_have_a_slope_at_most(void **state)
{
    static const int32_t others[] = {BP_LAYER_BIAS, BP_LAYER_WEIGHT_INIT,
                                     BP_LAYER_BIAS_INIT, BP_LAYER_GAIN};

    for (int32_t a = 0; a <= BP_ACTIVATION_LOG_SOFTMAX; a++) {
        bp_layer *layer = shape(state, a);
        double value = 77;

        for (size_t i = 0; i < COUNT(others); i++) {
            assert_status(bp_layer_set(layer, others[i], 1), BP_EINVAL);
            assert_line(bp_layer_error(layer), "a setting that this layer has");
            assert_status(bp_layer_get(layer, others[i], &value), BP_EINVAL);
        }
        assert_status(bp_layer_set(layer, BP_LAYER_SLOPE, 0.5),
                      has_slope(a) ? BP_OK : BP_EINVAL);
        assert_same_f64(value, 77);
        bp_layer_destroy(layer);
    }
}

static void settings_within_their_ranges(void **state)
{
    static const struct {
        int32_t key;
        double value;
        bp_status status;
    } rows[] = {
        {BP_LAYER_BIAS, 0, BP_OK},
        {BP_LAYER_BIAS, 2, BP_EINVAL},
        {BP_LAYER_BIAS, 0.5, BP_EINVAL},
        {BP_LAYER_SLOPE, -1000, BP_OK},
        {BP_LAYER_SLOPE, 1000, BP_OK},
        {BP_LAYER_SLOPE, 1000.5, BP_EINVAL},
        {BP_LAYER_SLOPE, (double)NAN, BP_EINVAL},
        {BP_LAYER_WEIGHT_INIT, BP_INIT_NORMAL, BP_OK},
        {BP_LAYER_WEIGHT_INIT, BP_INIT_NORMAL + 1, BP_EINVAL},
        {BP_LAYER_WEIGHT_INIT, -1, BP_EINVAL},
        {BP_LAYER_WEIGHT_INIT, 1.5, BP_EINVAL},
        {BP_LAYER_BIAS_INIT, BP_INIT_NORMAL + 1, BP_EINVAL},
        {BP_LAYER_GAIN, 1000, BP_OK},
        {BP_LAYER_GAIN, 1e-300, BP_OK},
        {BP_LAYER_GAIN, 1001, BP_EINVAL},
        {BP_LAYER_GAIN, -1e-9, BP_EINVAL},
        {0, 1, BP_EINVAL},
        {6, 1, BP_EINVAL},
    };
    bp_layer *layer = dense(state, BP_ACTIVATION_ELU);

    for (size_t i = 0; i < COUNT(rows); i++) {
        double before = 0;
        double after = 0;
        const bp_status known = bp_layer_get(layer, rows[i].key, &before);

        assert_status(bp_layer_set(layer, rows[i].key, rows[i].value), rows[i].status);
        assert_int_equal(bp_layer_get(layer, rows[i].key, &after), known);
        assert_same_f64(after, rows[i].status == BP_OK ? rows[i].value : before);
    }
    bp_layer_destroy(layer);
}

/* Schemes that look at the layer's widths both ways make no sense for biases. */
static void bias_takes_four_schemes(void **state)
{
    bp_layer *layer = dense(state, BP_ACTIVATION_RELU);

    for (int32_t init = BP_INIT_DEFAULT; init <= BP_INIT_NORMAL; init++) {
        const bool fits = init == BP_INIT_DEFAULT || init == BP_INIT_ZERO ||
                          init == BP_INIT_FAN_IN_UNIFORM || init == BP_INIT_NORMAL;

        assert_status(bp_layer_set(layer, BP_LAYER_BIAS_INIT, init),
                      fits ? BP_OK : BP_EINVAL);
        if (!fits)
            assert_line(bp_layer_error(layer), "bias init is");
        else
            assert_same_f64(get(layer, BP_LAYER_BIAS_INIT), init);
        ok(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, init));
    }
    bp_layer_destroy(layer);
}

static void networks_keep_copies(void **state)
{
    bp_layer *layer = dense(state, BP_ACTIVATION_TANH);
    bp_network *network = NULL;
    bp_layer_info info = {.struct_size = sizeof info};

    ok(bp_network_create(3, env_of(state), &network));
    ok(bp_network_add(network, layer));
    ok(bp_layer_set(layer, BP_LAYER_BIAS, 0));
    ok(bp_network_add(network, layer));
    ok(bp_network_add(network, layer));
    ok(bp_layer_set(layer, BP_LAYER_BIAS, 1));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    for (size_t i = 0; i < 3; i++) {
        ok(bp_network_layer_info(network, i, &info));
        assert_int_equal(info.kind, BP_LAYER_KIND_DENSE);
        assert_int_equal(info.activation, BP_ACTIVATION_TANH);
        assert_int_equal(info.has_bias, i == 0);
        assert_int_equal(info.parameters, i == 0 ? 3 * 4 + 4 : 4 * 4);
    }
    bp_network_destroy(network);
}

/* The slope is the layer's own: two leaky layers of one network with two slopes. */
static void each_layer_its_slope(void **state)
{
    bp_layer *leaky = shape(state, BP_ACTIVATION_LEAKY_RELU);
    bp_network *network = NULL;
    const double input = -1;
    double output = 0;

    ok(bp_network_create(1, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_layer_set(leaky, BP_LAYER_SLOPE, 0.5));
    ok(bp_network_add(network, leaky));
    ok(bp_layer_set(leaky, BP_LAYER_SLOPE, 0.125));
    ok(bp_network_add(network, leaky));
    bp_layer_destroy(leaky);
    ok(bp_network_build(network, 1));
    predict_f64(network, &input, &output, 1);
    assert_same_f64(output, -0.0625);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(defaults_of_a_dense_layer),
        HOST_TEST(activation_layers_have_a_slope_at_most),
        HOST_TEST(settings_within_their_ranges),
        HOST_TEST(bias_takes_four_schemes),
        HOST_TEST(networks_keep_copies),
        HOST_TEST(each_layer_its_slope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
