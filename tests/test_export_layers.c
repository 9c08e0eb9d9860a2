/* SPDX-License-Identifier: MIT */
/* Exports of every kind of layer and activation: what the files say of them. That they
 * compute the same is seen by tests/export/run.sh and scripts/interop.sh. */
#include "unit_helpers.h"

static bool holds(struct failing_env *host, const char *name, const char *text)
{
    const struct env_file *file = failing_env_find_file(host, name);
    const size_t length = strlen(text);

    assert_non_null(file);
    for (size_t at = 0; at + length <= file->size; at++)
        if (memcmp((const char *)file->bytes + at, text, length) == 0)
            return true;
    return false;
}

static void add(bp_network *network, bp_layer *layer)
{
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

typedef bp_status (*norm_fn)(const bp_env *env, bp_layer **layer);

static const norm_fn norms[] = {bp_layer_create_layer_norm, bp_layer_create_batch_norm};

/* 3-5-2 with a norm between, one in front, dropout, noise and an activation alone. */
static bp_network *make_norms(void **state, norm_fn norm, int affine, int32_t precision)
{
    const bp_env *env = env_of(state);
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(3, env, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_noise(0.5, env, &layer));
    add(network, layer);
    ok(norm(env, &layer));
    ok(bp_layer_set(layer, BP_LAYER_AFFINE, 1 - affine));
    add(network, layer);
    ok(bp_layer_create_dense(5, BP_ACTIVATION_TANH, env, &layer));
    ok(bp_layer_set(layer, BP_LAYER_BIAS, 0));
    add(network, layer);
    ok(norm(env, &layer));
    ok(bp_layer_set(layer, BP_LAYER_AFFINE, affine));
    add(network, layer);
    ok(bp_layer_create_dropout(0.5, env, &layer));
    add(network, layer);
    ok(bp_layer_create_activation(BP_ACTIVATION_ELU, env, &layer));
    add(network, layer);
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 1));
    return network;
}

static void norms_in_all_forms(void **state)
{
    struct failing_env *host = *state;
    bp_dataset *data = make_dataset(40, 3, 2, env_of(state));

    for (size_t norm = 0; norm < COUNT(norms); norm++)
        for (int affine = 0; affine < 2; affine++)
            for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
                 precision++) {
                bp_network *network = make_norms(state, norms[norm], affine, precision);
                bp_int8_report report = {.struct_size = sizeof report};
                const char *call =
                    norm == 0 ? "    layer_norm(weights_" : "    batch_norm(";

                ok(bp_network_export_onnx(network, "file", NULL));
                assert_true(
                    holds(host, "file", norm == 0 ? "ReduceMean" : "running_var"));
                assert_true(
                    holds(host, "file", norm == 0 ? "Sqrt" : "BatchNormalization"));
                ok(bp_network_export_c(network, "f", "n", NULL));
                assert_true(holds(host, "f/n.c", call));
                assert_true(holds(host, "f/n.c", "_norm(NULL, NULL, "));
                assert_int_equal(holds(host, "f/n.c", "static const float means_1[]"),
                                 norm == 1);
                ok(bp_network_export_c_int8(network, "f", "q", data, NULL, &report));
                assert_int_equal(report.rows, 40);
                assert_true(report.largest_error < 0.2);
                assert_true(holds(host, "f/q.c", "static const int8_t weights_"));
                bp_network_destroy(network);
            }
    bp_dataset_destroy(data);
}

/* Each activation, at the end and between, has its function in the source once. */
static void activations_in_c(void **state)
{
    struct failing_env *host = *state;

    for (int32_t activation = 0; bp_activation_name(activation) != NULL; activation++) {
        const size_t widths[] = {3, 4, 2};
        bp_network *network = make_network(
            &(struct net_recipe){env_of(state), widths, 3, activation, activation, 0}, 1);
        char name[64];

        (void)snprintf(name, sizeof name, "apply_%s(", bp_activation_name(activation));
        ok(bp_network_export_c(network, "f", "n", NULL));
        assert_int_equal(holds(host, "f/n.c", name), activation != BP_ACTIVATION_LINEAR);
        bp_network_destroy(network);
    }
}

/* A source that is longer than what is written at once. */
static void long_sources(void **state)
{
    struct failing_env *host = *state;
    const size_t widths[] = {40, 120, 60};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 3, BP_ACTIVATION_RELU,
                                          BP_ACTIVATION_SIGMOID, 0},
                     1);

    ok(bp_network_export_c(network, "f", "long_name_of_9", NULL));
    assert_true(failing_env_find_file(host, "f/long_name_of_9.c")->size > 100000);
    assert_true(holds(host, "f/long_name_of_9.c", "int long_name_of_9_self_test(void)"));
    bp_network_destroy(network);
}

static void names_that_c_refuses(void **state)
{
    static const char *const names[] = {"",      "1a", "a b", "a-b", "{",
                                        "a\x80", "`",  "@",   "["};
    const size_t widths[] = {2, 2};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, BP_ACTIVATION_RELU,
                                          BP_ACTIVATION_RELU, 0},
                     1);

    for (size_t i = 0; i < COUNT(names); i++)
        assert_status(bp_network_export_c(network, "f", names[i], NULL), BP_EINVAL);
    bp_network_destroy(network);
}

/* Rows without labels have no accuracy; weights of 0 have no scale. */
static void int8_of_little(void **state)
{
    static const float rows[] = {1, 2, -1, 0, 3, 1};
    const float zeros[9] = {0};
    const size_t widths[] = {3, 3, 2};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 3, BP_ACTIVATION_TANH,
                                          BP_ACTIVATION_TANH, 0},
                     1);
    bp_dataset *data = NULL;
    bp_int8_report report = {.struct_size = sizeof report};

    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, rows, 2, 3, 3));
    ok(bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, zeros, 9));
    ok(bp_network_export_c_int8(network, "f", "n", data, NULL, &report));
    assert_int_equal(report.rows, 2);
    assert_int_equal(report.has_accuracy, 0);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* Sums of more than INT32_MAX / 127 / 127 products could overflow 32 bits. */
static void int8_of_too_much(void **state)
{
    enum { MOST = 133144 };
    const size_t widths[] = {MOST + 1, 1};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, BP_ACTIVATION_TANH,
                                          BP_ACTIVATION_TANH, 0},
                     1);
    bp_dataset *data = NULL;
    bp_int8_report report = {.struct_size = sizeof report};
    float *row = calloc(MOST + 1, sizeof *row);

    assert_non_null(row);
    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_set_inputs(data, row, 1, MOST + 1, MOST + 1));
    assert_status(bp_network_export_c_int8(network, "f", "n", data, NULL, &report),
                  BP_ELIMIT);
    assert_non_null(strstr(bp_network_error(network), "133144"));
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(row);
}

static void names_that_are_no_text(void **state)
{
    static const char *const wrong[] = {"a", "b\xff"}, *const gap[] = {"a", NULL};
    const size_t widths[] = {2, 2};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, BP_ACTIVATION_RELU,
                                          BP_ACTIVATION_RELU, 0},
                     1);
    bp_save_options options;
    size_t size = 0;

    ok(bp_save_options_init(&options));
    options.class_names = gap;
    options.class_count = 2;
    assert_status(bp_network_export_onnx(network, "file", &options), BP_EINVAL);
    assert_line(bp_network_error(network), "options: a name is NULL");
    options.class_names = wrong;
    assert_status(bp_network_export_onnx(network, "file", &options), BP_EDATA);
    assert_line(bp_network_error(network), "options: a name is not UTF-8");
    assert_status(bp_network_export_onnx_memory(network, NULL, NULL, 5, &size),
                  BP_EINVAL);
    bp_network_destroy(network);
}

/* A running variance that is finite in double, and is not in float. */
static void numbers_beyond_float(void **state)
{
    const double large[] = {1, 1e39, 1};
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(3, env_of(state), &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_layer_create_batch_norm(env_of(state), &layer));
    add(network, layer);
    ok(bp_network_build(network, 1));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_RUNNING_VARIANCE, large, 3));
    assert_status(bp_network_export_c(network, "f", "n", NULL), BP_EDATA);
    assert_line(bp_network_error(network), "a parameter is not finite in float");
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(norms_in_all_forms),     HOST_TEST(activations_in_c),
        HOST_TEST(long_sources),           HOST_TEST(names_that_c_refuses),
        HOST_TEST(int8_of_little),         HOST_TEST(int8_of_too_much),
        HOST_TEST(names_that_are_no_text), HOST_TEST(numbers_beyond_float),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
