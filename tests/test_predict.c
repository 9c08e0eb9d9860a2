/* SPDX-License-Identifier: MIT */
/* Prediction and classes: the same bits by any cut, thresholds, ties, and refusals. */
#include "unit_helpers.h"

enum { INPUTS = 7, OUTPUTS = 3, ROWS = 33 };

/* Layers of all kinds, so that places of the workspace take turns in every way. */
static bp_network *network_of(void **state, int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *shape = NULL;

    ok(bp_network_create(INPUTS, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_activation(BP_ACTIVATION_SOFTSIGN, env_of(state), &shape));
    ok(bp_network_add(network, shape));
    ok(bp_network_add_dense(network, 19, BP_ACTIVATION_GELU));
    ok(bp_network_add(network, shape));
    ok(bp_network_add(network, shape));
    ok(bp_network_add_dense(network, 150, BP_ACTIVATION_RELU));
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_LINEAR));
    bp_layer_destroy(shape);
    ok(bp_layer_create_activation(BP_ACTIVATION_SOFTMAX, env_of(state), &shape));
    ok(bp_network_add(network, shape));
    bp_layer_destroy(shape);
    ok(bp_network_build(network, 8));
    return network;
}

/* Any number of rows through a workspace of any size. */
static void any_cut_gives_the_same_bits(void **state)
{
    static const size_t sizes[] = {1, 2, 5, 16, ROWS - 1, ROWS, 64};
    static const size_t parts[] = {1, 2, 7, 16, 17, ROWS};

    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = network_of(state, precision);
        double x[ROWS * INPUTS];
        double whole[ROWS * OUTPUTS];

        spread_f64(x, ROWS * INPUTS, 0);
        predict_f64(network, x, whole, ROWS);
        assert_true(whole[0] != whole[OUTPUTS]);
        for (size_t s = 0; s < COUNT(sizes); s++)
            for (size_t p = 0; p < COUNT(parts); p++) {
                bp_workspace *workspace = NULL;
                double a[ROWS * OUTPUTS];

                ok(bp_workspace_create(network, sizes[s], &workspace));
                for (size_t row = 0; row < ROWS; row += parts[p]) {
                    const size_t rows = ROWS - row < parts[p] ? ROWS - row : parts[p];

                    ok(bp_network_predict_f64(network, workspace, x + row * INPUTS,
                                              rows * INPUTS, a + row * OUTPUTS,
                                              rows * OUTPUTS));
                }
                assert_bits_f64(a, whole, ROWS * OUTPUTS);
                bp_workspace_destroy(workspace);
            }
        bp_network_destroy(network);
    }
}

/* Data in float and in double, networks in float and in double. */
static void twins_agree(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = network_of(state, precision);
        bp_workspace *workspace = NULL;
        float x[ROWS * INPUTS];
        float a[ROWS * OUTPUTS];
        double x_f64[ROWS * INPUTS];
        double a_f64[ROWS * OUTPUTS];

        spread_f32(x, ROWS * INPUTS, 0);
        for (size_t i = 0; i < COUNT(x); i++)
            x_f64[i] = (double)x[i];
        ok(bp_workspace_create(network, 4, &workspace));
        ok(bp_network_predict(network, workspace, x, COUNT(x), a, COUNT(a)));
        ok(bp_network_predict_f64(network, workspace, x_f64, COUNT(x_f64), a_f64,
                                  COUNT(a_f64)));
        for (size_t i = 0; i < COUNT(a); i++) {
            assert_same_f32(a[i], (float)a_f64[i]);
            if (precision == BP_PRECISION_F32)
                assert_same_f64((double)a[i], a_f64[i]);
        }
        bp_workspace_destroy(workspace);
        bp_network_destroy(network);
    }
}

/* A layer by layer feed-forward in double, written a second time. */
static void feeds_forward(void **state)
{
    static const size_t widths[] = {4, 18, 3};
    const struct net_recipe recipe = {
        env_of(state),         widths,          3, BP_ACTIVATION_TANH,
        BP_ACTIVATION_SIGMOID, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 8);
    double w1[18 * 4];
    double b1[18];
    double w2[3 * 18];
    double b2[3];
    double x[4];
    double a[3];

    spread_f64(b1, 18, 50);
    spread_f64(b2, 3, 90);
    spread_f64(x, 4, 0);
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, b1, 18));
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, b2, 3));
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w1, COUNT(w1)));
    ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, w2, COUNT(w2)));
    predict_f64(network, x, a, 1);
    for (size_t k = 0; k < 3; k++) {
        double out = b2[k];

        for (size_t j = 0; j < 18; j++) {
            double z = b1[j];

            for (size_t i = 0; i < 4; i++)
                z += w1[j * 4 + i] * x[i];
            out += w2[k * 18 + j] * tanh(z);
        }
        assert_relative(a[k], 1 / (1 + exp(-out)), 1e-14);
    }
    bp_network_destroy(network);
}

static void no_rows(void **state)
{
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    float x[1] = {(float)NAN};
    float a[1] = {7};
    int32_t class = 7;

    ok(bp_workspace_create(network, 4, &workspace));
    ok(bp_network_predict(network, workspace, x, 0, a, 0));
    ok(bp_network_classify(network, workspace, x, 0, &class, 0));
    assert_same_f32(a[0], 7);
    assert_int_equal(class, 7);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

/* ---- classes ---- */

static int32_t class_of(void **state, int32_t activation, const float *z, size_t width)
{
    bp_network *network = make_identity(width, activation, 0, env_of(state));
    bp_workspace *workspace = NULL;
    int32_t class = -7;

    ok(bp_workspace_create(network, 1, &workspace));
    ok(bp_network_classify(network, workspace, z, width, &class, 1));
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
    return class;
}

static void largest_output_first_of_equals(void **state)
{
    static const struct {
        float z[5];
        int32_t class;
    } rows[] = {
        {{1, 2, 3, 4, 5}, 4},          {{5, 4, 3, 2, 1}, 0}, {{-5, -4, -3, -9, -8}, 2},
        {{2, 7, 7, 1, 7}, 1},          {{0, 0, 0, 0, 0}, 0}, {{-1, -1, -1, -1, 0}, 4},
        {{3, 3, 3, 3.0000002f, 3}, 3},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(class_of(state, BP_ACTIVATION_LINEAR, rows[i].z, 5),
                         rows[i].class);
}

/* One unit: half where its range is [0, 1], else 0. */
static void one_output_has_a_threshold(void **state)
{
    static const struct {
        int32_t activation;
        float z;
        int32_t class;
    } rows[] = {
        {BP_ACTIVATION_SIGMOID, 0, 1},        {BP_ACTIVATION_SIGMOID, -0.01f, 0},
        {BP_ACTIVATION_SIGMOID, 5, 1},        {BP_ACTIVATION_SIGMOID, -5, 0},
        {BP_ACTIVATION_HARD_SIGMOID, 0, 1},   {BP_ACTIVATION_HARD_SIGMOID, -0.01f, 0},
        {BP_ACTIVATION_LINEAR, 0, 1},         {BP_ACTIVATION_LINEAR, 0.25f, 1},
        {BP_ACTIVATION_LINEAR, -1e-30f, 0},   {BP_ACTIVATION_TANH, 0, 1},
        {BP_ACTIVATION_TANH, -0.01f, 0},      {BP_ACTIVATION_RELU, -3, 1},
        {BP_ACTIVATION_SOFTMAX, -100, 1},     {BP_ACTIVATION_LOG_SOFTMAX, -100, 1},
        {BP_ACTIVATION_LEAKY_RELU, -0.5f, 0},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (class_of(state, rows[i].activation, &rows[i].z, 1) != rows[i].class)
            fail_msg("%s of %g: expected class %d",
                     bp_activation_name(rows[i].activation), (double)rows[i].z,
                     (int)rows[i].class);
}

static void classes_follow_the_outputs(void **state)
{
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    float x[ROWS * INPUTS];
    float a[ROWS * OUTPUTS];
    int32_t classes[ROWS];

    for (size_t i = 0; i < COUNT(x); i++)
        x[i] = (float)(40 * spread_at(i));
    ok(bp_workspace_create(network, 4, &workspace));
    ok(bp_network_predict(network, workspace, x, COUNT(x), a, COUNT(a)));
    ok(bp_network_classify(network, workspace, x, COUNT(x), classes, ROWS));
    for (size_t row = 0; row < ROWS; row++)
        for (size_t j = 0; j < OUTPUTS; j++)
            assert_true(a[row * OUTPUTS + (size_t)classes[row]] >= a[row * OUTPUTS + j]);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

/* ---- refusals ---- */

static void workspaces_belong_to_one_network(void **state)
{
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_network *copy = NULL;
    bp_workspace *workspace = NULL;
    float x[INPUTS];
    float a[OUTPUTS] = {7, 7, 7};
    double x_f64[INPUTS] = {0};
    double a_f64[OUTPUTS] = {7, 7, 7};
    int32_t class = 7;

    spread_f32(x, INPUTS, 0);
    ok(bp_network_clone(network, &copy));
    ok(bp_workspace_create(network, 2, &workspace));
    assert_string_equal(bp_workspace_error(workspace), "");
    assert_status(bp_network_predict(copy, workspace, x, INPUTS, a, OUTPUTS), BP_EINVAL);
    assert_line(bp_workspace_error(workspace), "made for another network");
    assert_status(bp_network_predict_f64(copy, workspace, x_f64, INPUTS, a_f64, OUTPUTS),
                  BP_EINVAL);
    assert_status(bp_network_classify(copy, workspace, x, INPUTS, &class, 1), BP_EINVAL);
    assert_same_f32(a[0], 7);
    assert_same_f64(a_f64[0], 7);
    assert_int_equal(class, 7);
    ok(bp_network_predict(network, workspace, x, INPUTS, a, OUTPUTS));
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
    bp_network_destroy(copy);
}

/* The whole call is looked at before any row: no output is written. */
static void inputs_are_finite(void **state)
{
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    static const float wrong[] = {(float)NAN, (float)INFINITY, -(float)INFINITY};
    float x[ROWS * INPUTS];
    float a[ROWS * OUTPUTS];
    double x_f64[INPUTS] = {0, 0, 1e39, 0, 0, 0, 0};
    double a_f64[OUTPUTS] = {7, 7, 7};

    ok(bp_workspace_create(network, 2, &workspace));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        spread_f32(x, COUNT(x), 0);
        for (size_t j = 0; j < COUNT(a); j++)
            a[j] = 7;
        x[(ROWS - 1) * INPUTS + 3] = wrong[i];
        assert_status(bp_network_predict(network, workspace, x, COUNT(x), a, COUNT(a)),
                      BP_EDATA);
        assert_line(bp_workspace_error(workspace), "inputs row 32, column 3 is");
        for (size_t j = 0; j < COUNT(a); j++)
            assert_same_f32(a[j], 7);
    }
    assert_status(
        bp_network_predict_f64(network, workspace, x_f64, INPUTS, a_f64, OUTPUTS),
        BP_EDATA); /* finite, but no float */
    assert_line(bp_workspace_error(workspace), "row 0, column 2 is 1e+39");
    assert_same_f64(a_f64[0], 7);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

static void counts_are_rows(void **state)
{
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    float x[2 * INPUTS] = {0};
    float a[2 * OUTPUTS];
    int32_t classes[2];

    ok(bp_workspace_create(network, 2, &workspace));
    assert_status(bp_network_predict(network, workspace, x, INPUTS + 1, a, OUTPUTS),
                  BP_ESHAPE);
    assert_line(bp_workspace_error(workspace), "inputs_count is 8");
    assert_status(bp_network_predict(network, workspace, x, 2 * INPUTS, a, OUTPUTS),
                  BP_ESHAPE);
    assert_line(bp_workspace_error(workspace), "outputs_count is 3");
    assert_status(bp_network_classify(network, workspace, x, 2 * INPUTS, classes, 1),
                  BP_ESHAPE);
    ok(bp_network_predict(network, workspace, x, 2 * INPUTS, a, 2 * OUTPUTS));
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

static void predictions_allocate_nothing(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = network_of(state, BP_PRECISION_F32);
    bp_workspace *workspace = NULL;
    float x[ROWS * INPUTS];
    float a[ROWS * OUTPUTS];
    int32_t classes[ROWS];

    spread_f32(x, COUNT(x), 0);
    ok(bp_workspace_create(network, 2, &workspace));
    failing_env_arm(host, 1, true);
    ok(bp_network_predict(network, workspace, x, COUNT(x), a, COUNT(a)));
    ok(bp_network_classify(network, workspace, x, COUNT(x), classes, ROWS));
    assert_int_equal(host->allocations, 0);
    failing_env_arm(host, 0, false);
    bp_workspace_destroy(workspace);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(any_cut_gives_the_same_bits),
        HOST_TEST(twins_agree),
        HOST_TEST(feeds_forward),
        HOST_TEST(no_rows),
        HOST_TEST(largest_output_first_of_equals),
        HOST_TEST(one_output_has_a_threshold),
        HOST_TEST(classes_follow_the_outputs),
        HOST_TEST(workspaces_belong_to_one_network),
        HOST_TEST(inputs_are_finite),
        HOST_TEST(counts_are_rows),
        HOST_TEST(predictions_allocate_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
