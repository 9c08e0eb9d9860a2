/* SPDX-License-Identifier: MIT */
/* Tables of callbacks: what a plan may say, and forms that are not there. */
#include "unit_helpers.h"

static const int32_t precisions[] = {BP_PRECISION_F32, BP_PRECISION_F64};

/* ---- plans ---- */

static int32_t plan_nothing(size_t inputs, size_t *outputs, size_t *parameters,
                            void *user)
{
    (void)inputs;
    (void)user;
    return *outputs == 0 && *parameters == 0 ? 0 : 9; /* the two are 0 before */
}

static int32_t plan_refuses(size_t inputs, size_t *outputs, size_t *parameters,
                            void *user)
{
    (void)user;
    *outputs = inputs;
    *parameters = 0;
    return inputs == 7;
}

static int32_t plan_huge(size_t inputs, size_t *outputs, size_t *parameters, void *user)
{
    *outputs = user != NULL ? SIZE_MAX : inputs;
    *parameters = user != NULL ? 0 : SIZE_MAX - 3;
    return 0;
}

static void assert_plan(void **state, const bp_layer_ops *ops, size_t inputs,
                        bp_status expected)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_layer_create_custom(ops, env_of(state), &layer));
    ok(bp_network_create(inputs, env_of(state), &network));
    assert_status(bp_network_add(network, layer), expected);
    assert_int_equal(bp_network_layers(network), expected == BP_OK);
    if (expected != BP_OK)
        assert_true(strlen(bp_network_error(network)) > 0);
    bp_layer_destroy(layer);
    bp_network_destroy(network);
}

static void plans(void **state)
{
    bp_layer_ops ops = custom_layer(NULL);

    ops.plan = plan_nothing;
    assert_plan(state, &ops, 3, BP_EINVAL);
    ops.plan = plan_refuses;
    assert_plan(state, &ops, 3, BP_OK);
    assert_plan(state, &ops, 7, BP_ESTOPPED);
    ops.plan = plan_huge;
    assert_plan(state, &ops, 3, BP_ELIMIT);
    ops.user = &ops;
    assert_plan(state, &ops, 3, BP_ELIMIT);
}

/* A layer may have another width than what comes in, and no parameters. */
static int32_t plan_sum(size_t inputs, size_t *outputs, size_t *parameters, void *user)
{
    (void)inputs;
    (void)user;
    *outputs = 1;
    *parameters = 0;
    return 0;
}

static int32_t sum(const bp_run *run)
{
    for (size_t r = 0; r < run->rows; r++) {
        double total = 0;

        for (size_t j = 0; j < run->inputs; j++)
            total += (double)((const float *)run->input)[r * run->input_stride + j];
        ((float *)run->output)[r * run->output_stride] = (float)total;
    }
    return run->parameter_count != 0;
}

static void other_width_without_parameters(void **state)
{
    const bp_layer_ops ops = {.struct_size = sizeof ops,
                              .name = "sum",
                              .range = BP_RANGE_UNIT,
                              .plan = plan_sum,
                              .forward = sum};
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_workspace *workspace = NULL;
    bp_layer_info info = {.struct_size = sizeof info};
    const float x[] = {0.125f, 0.25f, 0.0625f, 0.25f, 0.125f, 0.125f};
    float a[2];
    int32_t classes[2];

    ok(bp_layer_create_custom(&ops, env_of(state), &layer));
    ok(bp_network_create(3, env_of(state), &network));
    ok(bp_network_add(network, layer));
    ok(bp_network_build(network, 1));
    ok(bp_network_layer_info(network, 0, &info));
    assert_int_equal(info.kind, BP_LAYER_KIND_CUSTOM);
    assert_int_equal(info.activation, -1);
    assert_int_equal(info.outputs, 1);
    assert_int_equal(info.parameters, 0);
    ok(bp_workspace_create(network, 2, &workspace));
    ok(bp_network_predict(network, workspace, x, 6, a, 2));
    assert_bits_f32(a, ((const float[]){0.4375f, 0.5f}), 2);
    ok(bp_network_classify(network, workspace, x, 6, classes, 2));
    assert_int_equal(classes[0], 0); /* its range is [0, 1]: from half on */
    assert_int_equal(classes[1], 1);
    bp_workspace_destroy(workspace);
    bp_layer_destroy(layer);
    bp_network_destroy(network);
}

/* ---- forms that are not there ---- */

/* Dense, then the layer, then dense. */
static bp_network *around(void **state, const bp_layer_ops *ops, int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH));
    ok(bp_layer_create_custom(ops, env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_LINEAR));
    return network;
}

static bp_status build_with(void **state, const bp_layer_ops *layer,
                            const bp_cost_ops *cost_ops, int32_t precision)
{
    bp_network *network = around(state, layer, precision);
    bp_optimizer *sgd = make_sgd(1, 0, env_of(state));
    bp_cost *cost = NULL;
    bp_trainer *trainer = NULL;
    bp_status status = bp_network_build(network, 1);

    ok(bp_cost_create_custom(cost_ops, env_of(state), &cost));
    if (status == BP_OK) {
        ok(bp_trainer_create(network, cost, sgd, &trainer));
        status = bp_trainer_build(trainer, 1);
        if (status != BP_OK)
            assert_line(bp_trainer_error(trainer), "callback");
    } else {
        assert_line(bp_network_error(network), "layer 1 has no forward callback");
    }
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    bp_network_destroy(network);
    return status;
}

static void forms_that_are_missing(void **state)
{
    const bp_cost_ops whole = custom_cost(NULL);
    const bp_layer_ops whole_layer = custom_layer(NULL);
    bp_layer_ops layer = whole_layer;
    bp_cost_ops cost = whole;

    for (size_t p = 0; p < COUNT(precisions); p++)
        assert_status(build_with(state, &layer, &whole, precisions[p]), BP_OK);
    layer.backward_f64 = NULL;
    assert_status(build_with(state, &layer, &whole, BP_PRECISION_F64), BP_EUNSUPPORTED);
    assert_status(build_with(state, &layer, &whole, BP_PRECISION_F32), BP_OK);
    layer.forward_f64 = NULL;
    assert_status(build_with(state, &layer, &whole, BP_PRECISION_F64), BP_EUNSUPPORTED);
    layer.backward = NULL;
    assert_status(build_with(state, &layer, &whole, BP_PRECISION_F32), BP_EUNSUPPORTED);
    cost.gradient_f64 = NULL;
    assert_status(build_with(state, &whole_layer, &cost, BP_PRECISION_F64),
                  BP_EUNSUPPORTED);
    assert_status(build_with(state, &whole_layer, &cost, BP_PRECISION_F32), BP_OK);
    cost = whole;
    cost.value_f64 = NULL;
    assert_status(build_with(state, &whole_layer, &cost, BP_PRECISION_F64),
                  BP_EUNSUPPORTED);
    cost.gradient = NULL;
    assert_status(build_with(state, &whole_layer, &cost, BP_PRECISION_F32),
                  BP_EUNSUPPORTED);
}

/* Without a form in double or backward, the network still predicts. */
static void predicts_without_a_backward_form(void **state)
{
    bp_layer_ops ops = custom_layer(NULL);
    bp_network *network;
    const double x[2] = {0.5, 1};
    double a[2];

    ops.backward = ops.backward_f64 = ops.forward_f64 = NULL;
    network = around(state, &ops, BP_PRECISION_F32);
    ok(bp_network_build(network, 1));
    predict_f64(network, x, a, 1);
    assert_true(a[0] != 0 && a[1] != 0);
    bp_network_destroy(network);
}

/* Tables are copied with their names: the caller's may go. */
static void tables_are_copied(void **state)
{
    bp_layer_ops ops = custom_layer(NULL);
    char name[] = "first_name";
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ops.name = name;
    ops.plan = plan_refuses;
    ok(bp_layer_create_custom(&ops, env_of(state), &layer));
    memset(name, '?', sizeof name);
    memset(&ops, 0, sizeof ops);
    ok(bp_network_create(7, env_of(state), &network));
    assert_status(bp_network_add(network, layer), BP_ESTOPPED);
    assert_line(bp_network_error(network), "'first_name'");
    bp_layer_destroy(layer);
    bp_network_destroy(network);
}

/* Names of 1 to 63 bytes; forms that are required; ranges and domains that exist. */
static void tables_are_checked(void **state)
{
    char name[65];
    bp_layer_ops layers[6];
    bp_cost_ops costs[5];
    bp_layer *layer = NULL;
    bp_cost *cost = NULL;

    memset(name, 'n', sizeof name);
    name[64] = '\0';
    for (size_t i = 0; i < COUNT(layers); i++)
        layers[i] = custom_layer(NULL);
    for (size_t i = 0; i < COUNT(costs); i++)
        costs[i] = custom_cost(NULL);
    layers[0].name = costs[0].name = name;
    layers[1].name = costs[1].name = "";
    layers[2].struct_size = costs[2].struct_size = 8;
    layers[3].forward = NULL;
    costs[3].value = NULL;
    layers[4].range = costs[4].domain = 4;
    layers[5].plan = NULL;
    for (size_t i = 0; i < COUNT(layers); i++)
        assert_status(bp_layer_create_custom(&layers[i], env_of(state), &layer),
                      BP_EINVAL);
    for (size_t i = 0; i < COUNT(costs); i++)
        assert_status(bp_cost_create_custom(&costs[i], env_of(state), &cost), BP_EINVAL);
    assert_null(layer);
    assert_null(cost);
    layers[0].name = costs[0].name = name + 1;
    ok(bp_layer_create_custom(&layers[0], env_of(state), &layer));
    ok(bp_cost_create_custom(&costs[0], env_of(state), &cost));
    bp_layer_destroy(layer);
    bp_cost_destroy(cost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(plans),
        HOST_TEST(other_width_without_parameters),
        HOST_TEST(forms_that_are_missing),
        HOST_TEST(predicts_without_a_backward_form),
        HOST_TEST(tables_are_copied),
        HOST_TEST(tables_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
