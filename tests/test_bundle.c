/* SPDX-License-Identifier: MIT */
/* Models in files: what is saved is what is loaded, to the bit. */
#include "bundle_forge.h"

#include "network.h"

/* ---- round trips ---- */

static void assert_same_outputs(const bp_network *one, const bp_network *other)
{
    double inputs[16];
    double first[64];
    double second[64];
    const size_t rows = 2;

    spread_f64(inputs, 16, 0);
    assert_true(bp_network_inputs(one) * rows <= 16);
    assert_true(bp_network_outputs(one) * rows <= 64);
    predict_f64(one, inputs, first, rows);
    predict_f64(other, inputs, second, rows);
    assert_memory_equal(first, second, rows * bp_network_outputs(one) * sizeof *first);
}

static void assert_same_layers(const bp_network *one, const bp_network *other)
{
    assert_int_equal(bp_network_layers(one), bp_network_layers(other));
    for (size_t i = 0; i < bp_network_layers(one); i++) {
        const struct bp_layer_spec *a = &one->nodes[i].spec;
        const struct bp_layer_spec *b = &other->nodes[i].spec;

        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->activation, b->activation);
        assert_int_equal(one->nodes[i].outputs, other->nodes[i].outputs);
        assert_memory_equal(a->settings, b->settings, sizeof a->settings);
    }
}

/* Through a file, with every option; then the loaded one again: the same bytes. */
static void all_comes_back(void **state)
{
    struct failing_env *host = *state;
    const struct forge forge = forge_model(1);
    bp_bundle *bundle = NULL;
    bp_save_options options;
    const char *names[2];
    const char *inputs[2];
    const struct env_file *file;

    ok(bp_bundle_create(&host->env, &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, NULL));
    ok(bp_save_options_init(&options));
    for (size_t i = 0; i < 2; i++) {
        names[i] = bp_bundle_class_name(bundle, i);
        inputs[i] = bp_bundle_input_name(bundle, i);
    }
    assert_string_equal(names[1], "\"\\\x01\xc3\xa9");
    assert_string_equal(inputs[0], "length");
    options.cost = bp_bundle_get_cost(bundle);
    options.scaler = bp_bundle_get_scaler(bundle);
    options.class_names = names;
    options.input_names = inputs;
    options.class_count = options.input_count = 2;
    ok(bp_network_save(bp_bundle_get_network(bundle), "again", &options));
    file = failing_env_find_file(host, "again");
    assert_int_equal(file->size, forge.size);
    assert_memory_equal(file->bytes, forge.bytes, forge.size);
    assert_int_equal(host->syncs, 1);
    assert_int_equal(host->folder_syncs, 1);
    bp_bundle_destroy(bundle);
    free(forge.bytes);
}

/* Every activation, alone and as a layer, with every precision and special numbers. */
static void round_trip(bp_network *network, const bp_env *env)
{
    bp_bundle *bundle = NULL;

    ok(bp_network_save(network, "file", NULL));
    ok(bp_bundle_create(env, &bundle));
    ok(bp_bundle_load(bundle, "file", NULL));
    assert_true(same_parameters(network, bp_bundle_get_network(bundle)));
    assert_same_layers(network, bp_bundle_get_network(bundle));
    assert_same_outputs(network, bp_bundle_get_network(bundle));
    assert_null(bp_bundle_get_cost(bundle));
    assert_null(bp_bundle_get_scaler(bundle));
    assert_int_equal(bp_bundle_classes(bundle), 0);
    assert_null(bp_bundle_class_name(bundle, 0));
    assert_null(bp_bundle_input_name(bundle, 0));
    bp_bundle_destroy(bundle);
}

/* Every layer that is there for training, with its statistics and settings. */
static void layers_of_training(void **state)
{
    const struct forge forge = forge_model(5);
    bp_bundle *bundle = NULL;
    bp_network *network;
    double running[3];

    ok(bp_bundle_create(env_of(state), &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, NULL));
    network = bp_bundle_get_network(bundle);
    round_trip(network, env_of(state));
    ok(bp_network_get_parameter_f64(network, 5, BP_PARAMETER_RUNNING_MEAN, running, 3));
    assert_true(running[0] == 0.25 && running[1] == -0.5 && running[2] == 3);
    ok(bp_network_get_parameter_f64(network, 5, BP_PARAMETER_RUNNING_VARIANCE, running,
                                    3));
    assert_true(running[0] == 0 && running[1] == 1.5 && running[2] == 0.125);
    bp_bundle_destroy(bundle);
    free(forge.bytes);
}

static void set_special(bp_network *network)
{
    static const double special[] = {0.0,    -0.0,    5e-324,   -1e-40,
                                     3.4e38, -3.4e38, 0x1p-126, 1.0 / 3};
    double *values;
    size_t count = 0;
    const size_t rows = bp_network_outputs(network);

    values = calloc(rows * bp_network_inputs(network), sizeof *values);
    assert_non_null(values);
    for (; count < rows * bp_network_inputs(network); count++)
        values[count] = special[count % COUNT(special)];
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, values, count));
    free(values);
}

static void every_activation(void **state)
{
    for (int32_t activation = 0; bp_activation_name(activation) != NULL; activation++)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            bp_network *network = NULL;
            bp_layer *shape = NULL;

            ok(bp_network_create(3, env_of(state), &network));
            ok(bp_network_set(network, BP_NETWORK_PRECISION, precision));
            ok(bp_network_add_dense(network, 5, activation));
            ok(bp_layer_create_activation(activation, env_of(state), &shape));
            ok(bp_network_add(network, shape));
            ok(bp_network_add_dense(network, 1, activation));
            ok(bp_network_build(network, 7));
            round_trip(network, env_of(state));
            bp_layer_destroy(shape);
            bp_network_destroy(network);
        }
}

static void special_numbers(void **state)
{
    static const size_t widths[] = {4, 4};

    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        const struct net_recipe recipe = {env_of(state), widths, 2, 0, 0, precision};
        bp_network *network = make_network(&recipe, 1);
        bp_bundle *bundle = NULL;

        set_special(network);
        ok(bp_network_save(network, "file", NULL));
        ok(bp_bundle_create(env_of(state), &bundle));
        ok(bp_bundle_load(bundle, "file", NULL));
        assert_true(same_parameters(network, bp_bundle_get_network(bundle)));
        bp_bundle_destroy(bundle);
        bp_network_destroy(network);
    }
}

/* Blocks of many shapes: tall, wide, a row longer than a block, odd edges. */
static void every_shape(void **state)
{
    static const size_t shapes[][2] = {{1, 1},    {1, 40},    {40, 1},    {17, 33},
                                       {784, 30}, {1, 70000}, {70000, 1}, {66000, 3},
                                       {16, 16},  {4097, 17}, {33, 4096}};

    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            const struct net_recipe recipe = {env_of(state), shapes[i], 2, 0, 0,
                                              precision};
            bp_network *network = make_network(&recipe, i);
            bp_bundle *bundle = NULL;

            ok(bp_network_save(network, "file", NULL));
            ok(bp_bundle_create(env_of(state), &bundle));
            ok(bp_bundle_load(bundle, "file", NULL));
            assert_true(same_parameters(network, bp_bundle_get_network(bundle)));
            bp_bundle_destroy(bundle);
            bp_network_destroy(network);
        }
}

static void every_cost(void **state)
{
    for (int32_t kind = 1; bp_cost_name(kind) != NULL; kind++) {
        const bool probabilities =
            kind == BP_COST_CROSS_ENTROPY || kind == BP_COST_BINARY_CROSS_ENTROPY;
        static const size_t widths[] = {2, 2};
        const int32_t last = probabilities                   ? BP_ACTIVATION_SIGMOID
                             : kind == BP_COST_KL_DIVERGENCE ? BP_ACTIVATION_LOG_SOFTMAX
                                                             : BP_ACTIVATION_LINEAR;
        bp_network *network =
            make_network(&(struct net_recipe){env_of(state), widths, 2, 0, last, 0}, 1);
        bp_cost *cost = make_cost(kind, env_of(state));
        bp_bundle *bundle = NULL;
        bp_save_options options;
        double scale = 0;
        double smoothing = 0;
        const bool scaled = bp_cost_set(cost, BP_COST_SCALE, 0.1) == BP_OK;
        const bool smoothed = bp_cost_set(cost, BP_COST_SMOOTHING, 0.2) == BP_OK;

        ok(bp_save_options_init(&options));
        options.cost = cost;
        ok(bp_network_save(network, "file", &options));
        ok(bp_bundle_create(env_of(state), &bundle));
        ok(bp_bundle_load(bundle, "file", NULL));
        assert_non_null(bp_bundle_get_cost(bundle));
        assert_int_equal(bp_cost_get(bp_bundle_get_cost(bundle), BP_COST_SCALE, &scale) ==
                             BP_OK,
                         scaled);
        assert_true(!scaled || scale == 0.1);
        assert_int_equal(bp_cost_get(bp_bundle_get_cost(bundle), BP_COST_SMOOTHING,
                                     &smoothing) == BP_OK,
                         smoothed);
        assert_true(!smoothed || smoothing == 0.2);
        bp_bundle_destroy(bundle);
        bp_cost_destroy(cost);
        bp_network_destroy(network);
    }
}

/* ---- what a loaded one is good for ---- */

static void it_trains_on(void **state)
{
    const struct forge forge = forge_model(0);
    bp_bundle *bundle = NULL;
    bp_network *network;
    bp_network *copy = NULL;
    bp_trainer *trainer;
    bp_dataset *data = make_dataset(6, 2, 2, NULL);
    double first;
    double last;

    ok(bp_bundle_create(env_of(state), &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, NULL));
    network = bp_bundle_get_network(bundle);
    ok(bp_network_clone(network, &copy));
    trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, 6, 1);
    ok(bp_trainer_epoch(trainer, data, &first));
    for (int i = 0; i < 50; i++)
        ok(bp_trainer_epoch(trainer, data, &last));
    assert_true(last < first);
    assert_false(same_parameters(network, copy));
    ok(bp_network_initialise(network, 3));
    bp_trainer_destroy(trainer);
    bp_bundle_destroy(bundle);
    assert_int_equal(bp_network_layers(copy), 3);
    bp_network_destroy(copy);
    bp_dataset_destroy(data);
    free(forge.bytes);
}

static void initialised_as_described(void **state)
{
    struct bp_bundle *bundle = NULL;
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(6, env_of(state), &network));
    ok(bp_layer_create_dense(9, BP_ACTIVATION_TANH, env_of(state), &layer));
    ok(bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, BP_INIT_XAVIER_NORMAL));
    ok(bp_layer_set(layer, BP_LAYER_BIAS_INIT, BP_INIT_NORMAL));
    ok(bp_layer_set(layer, BP_LAYER_GAIN, 1.7));
    ok(bp_network_add(network, layer));
    ok(bp_network_build(network, 5));
    ok(bp_network_save(network, "file", NULL));
    ok(bp_bundle_create(env_of(state), &bundle));
    ok(bp_bundle_load(bundle, "file", NULL));
    ok(bp_network_initialise(network, 11));
    assert_false(same_parameters(network, bp_bundle_get_network(bundle)));
    ok(bp_network_initialise(bp_bundle_get_network(bundle), 11));
    assert_true(same_parameters(network, bp_bundle_get_network(bundle)));
    bp_layer_destroy(layer);
    bp_bundle_destroy(bundle);
    bp_network_destroy(network);
}

static void scaler_comes_back(void **state)
{
    static const size_t widths[] = {3, 2};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, 0, 0, 0}, 1);
    bp_dataset *data = make_dataset(7, 3, 2, env_of(state));

    for (int32_t kind = BP_SCALING_STANDARD; kind <= BP_SCALING_MIN_MAX; kind++) {
        bp_scaler *scaler = NULL;
        bp_bundle *bundle = NULL;
        bp_save_options options;

        ok(bp_scaler_create(kind, env_of(state), &scaler));
        ok(bp_scaler_fit(scaler, data));
        ok(bp_save_options_init(&options));
        options.scaler = scaler;
        ok(bp_network_save(network, "file", &options));
        ok(bp_bundle_create(env_of(state), &bundle));
        ok(bp_bundle_load(bundle, "file", NULL));
        for (size_t col = 0; col < 3; col++) {
            double a[2] = {0, 0};
            double b[2] = {1, 1};

            ok(bp_scaler_get(scaler, col, &a[0], &a[1]));
            ok(bp_scaler_get(bp_bundle_get_scaler(bundle), col, &b[0], &b[1]));
            assert_memory_equal(a, b, sizeof a);
        }
        bp_bundle_destroy(bundle);
        bp_scaler_destroy(scaler);
    }
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

/* ---- operations of the caller's own ---- */

static void own_operations(void **state)
{
    const struct forge forge = forge_model(2);
    bp_bundle *bundle = NULL;
    bp_load_options options = *forge_options();
    bp_activation_ops newer = *options.activations[0];
    const bp_activation_ops *const changed[] = {NULL, &newer};
    char line[256];

    ok(bp_bundle_create(env_of(state), &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, &options));
    assert_int_equal(bp_network_layers(bp_bundle_get_network(bundle)), 2);
    bp_bundle_destroy(bundle);
    assert_int_equal(forge_load(&forge, NULL, line), BP_EUNSUPPORTED);
    assert_line(line, "options.layers have none of the name \"");
    options.activation_count = 0;
    assert_int_equal(forge_load(&forge, &options, line), BP_EUNSUPPORTED);
    assert_line(line, "options.activations have none of the name \"");
    options = *forge_options();
    options.cost_count = 0;
    assert_int_equal(forge_load(&forge, &options, line), BP_EUNSUPPORTED);
    assert_line(line, "options.costs have none of the name \"");
    options = *forge_options();
    newer.version++;
    options.activations = changed;
    options.activation_count = 2;
    assert_int_equal(forge_load(&forge, &options, line), BP_EUNSUPPORTED);
    assert_line(line, "the file asks for");
    newer.version--;
    newer.forward = NULL;
    assert_int_equal(forge_load(&forge, &options, line), BP_EINVAL);
    assert_line(line, "options.activations: ops.forward is NULL");
    free(forge.bytes);
}

static void own_layer_that_plans_otherwise(void **state)
{
    const struct forge forge = forge_model(2);
    bp_load_options options = *forge_options();
    struct custom_state wide = {.outputs = 5};
    bp_layer_ops ops = custom_layer(&wide);
    const bp_layer_ops *const layers[] = {&ops};
    char line[256];

    (void)state;
    options.layers = layers;
    assert_int_equal(forge_load(&forge, &options, line), BP_EDATA);
    assert_line(line, "layer 0 puts out 5 numbers a row, the file says 2");
    wide.answer = 1;
    assert_int_equal(forge_load(&forge, &options, line), BP_ESTOPPED);
    wide.answer = 0;
    ops.version++;
    assert_int_equal(forge_load(&forge, &options, line), BP_EUNSUPPORTED);
    free(forge.bytes);
}

/* ---- files of earlier versions, which load for ever ---- */

static void files_of_all_versions(void **state)
{
    for (int i = 0; i < FORGE_MODELS; i++) {
        const struct forge forge = forge_model((size_t)i);
        bp_bundle *bundle = NULL;
        bp_bundle *now = NULL;
        char path[300];

        (void)snprintf(path, sizeof path, "%s/tests/data/model-1.0-%d.safetensors",
                       BP_SOURCE_DIR, i);
        ok(bp_bundle_create(NULL, &bundle));
        if (bp_bundle_load(bundle, path, forge_options()) != BP_OK)
            fail_msg("%s", bp_bundle_error(bundle));
        ok(bp_bundle_create(env_of(state), &now));
        ok(bp_bundle_load_memory(now, forge.bytes, forge.size, forge_options()));
        assert_same_layers(bp_bundle_get_network(bundle), bp_bundle_get_network(now));
        bp_bundle_destroy(bundle);
        bp_bundle_destroy(now);
        free(forge.bytes);
    }
}

/* ---- what cannot be saved ---- */

static void only_finite_numbers(void **state)
{
    struct failing_env *host = *state;
    static const size_t widths[] = {40, 30};
    const float bad[] = {(float)NAN, (float)INFINITY, -(float)INFINITY};
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, 0, 0, 0}, 1);
    float *view;
    size_t count;

    ok(bp_network_save(network, "file", NULL));
    ok(bp_network_get_view(network, &view, &count));
    for (size_t i = 0; i < 3; i++) {
        const float kept = view[7 * 32 + 29];

        view[7 * 32 + 29] = bad[i];
        assert_status(bp_network_save(network, "other", NULL), BP_EDATA);
        assert_line(bp_network_error(network), "layers.0.weight holds a number that");
        view[7 * 32 + 29] = kept;
    }
    assert_null(failing_env_find_file(host, "other"));
    assert_null(failing_env_find_file(host, "other.bp-save"));
    bp_network_destroy(network);
}

static void table_that_only_reads(void **state)
{
    struct failing_env *host = *state;
    static const size_t widths[] = {2, 1};
    bp_files files = host->files;
    const bp_env env = {sizeof env, &host->memory, &files, NULL, NULL};
    bp_network *network;

    files.struct_size = offsetof(bp_files, create);
    network = make_network(&(struct net_recipe){&env, widths, 2, 0, 0, 0}, 1);
    assert_status(bp_network_save(network, "file", NULL), BP_EUNSUPPORTED);
    assert_line(bp_network_error(network), "only reads");
    bp_network_destroy(network);
    files.struct_size = sizeof files;
    files.create = NULL;
    files.write = NULL;
    files.sync = NULL;
    files.rename = NULL;
    files.sync_folder = NULL;
    files.remove = NULL;
    network = make_network(&(struct net_recipe){&env, widths, 2, 0, 0, 0}, 1);
    assert_status(bp_network_save(network, "file", NULL), BP_EUNSUPPORTED);
    bp_network_destroy(network);
}

/* A header that the loader would not take is not written. */
static void header_over_the_limit(void **state)
{
    static const size_t widths[] = {2, 1};
    enum { LONG = 1 << 21 };
    bp_network *network =
        make_network(&(struct net_recipe){env_of(state), widths, 2, 0, 0, 0}, 1);
    char *name = malloc(LONG);
    const char *names[9];
    bp_save_options options;
    size_t size = 0;

    assert_non_null(name);
    memset(name, 'x', LONG - 1);
    name[LONG - 1] = '\0';
    for (size_t i = 0; i < 9; i++)
        names[i] = name;
    ok(bp_save_options_init(&options));
    options.class_names = names;
    options.class_count = 9;
    assert_status(bp_network_save_memory(network, &options, NULL, 0, &size), BP_ELIMIT);
    assert_line(bp_network_error(network), "the header would have 2 tensors in");
    assert_int_equal(size, 0);
    free(name);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(all_comes_back),
        HOST_TEST(every_activation),
        HOST_TEST(layers_of_training),
        HOST_TEST(special_numbers),
        HOST_TEST(every_shape),
        HOST_TEST(every_cost),
        HOST_TEST(it_trains_on),
        HOST_TEST(scaler_comes_back),
        HOST_TEST(own_operations),
        HOST_TEST(only_finite_numbers),
        HOST_TEST(own_layer_that_plans_otherwise),
        HOST_TEST(table_that_only_reads),
        HOST_TEST(header_over_the_limit),
        HOST_TEST(initialised_as_described),
        HOST_TEST(files_of_all_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
