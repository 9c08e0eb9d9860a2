/* SPDX-License-Identifier: MIT */
/* Parameters from safetensors files of other programs. */
#include "bundle_forge.h"

static const size_t widths[] = {2, 3, 1};

static bp_network *make_one(void **state, int32_t precision)
{
    return make_network(&(struct net_recipe){env_of(state), widths, 3, BP_ACTIVATION_RELU,
                                             BP_ACTIVATION_LINEAR, precision},
                        1);
}

/* Element i of the data is i + 1, in each type. */
static void put_numbers(struct forge *forge, size_t offset, const char *dtype,
                        size_t count)
{
    unsigned char *to = forge->bytes + 8 + forge_header_size(forge) + offset;

    for (size_t i = 0; i < count; i++) {
        const float single = (float)(i + 1);
        const double wide = (double)(i + 1);
        uint32_t bits;
        const uint16_t half[] = {0x3C00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600};

        memcpy(&bits, &single, sizeof bits);
        bits >>= 16;
        if (strcmp(dtype, "F64") == 0)
            memcpy(to + 8 * i, &wide, 8);
        else if (strcmp(dtype, "F32") == 0)
            memcpy(to + 4 * i, &single, 4);
        else if (strcmp(dtype, "BF16") == 0)
            memcpy(to + 2 * i, &bits, 2);
        else
            memcpy(to + 2 * i, &half[i % 6], 2);
    }
}

/* The tensors of the network, in an order of data that is none of theirs. */
static struct forge make_file(const char *names[4], const char *dtype, size_t size)
{
    static const size_t counts[] = {6, 3, 3, 1};
    static const char *const shapes[] = {"3,2", "3", "1,3", "1"};
    static const size_t order[] = {3, 1, 0, 2};
    char header[2000] = "{";
    size_t offset[4], at = 0;
    struct forge forge;

    for (size_t i = 0; i < 4; i++) {
        const size_t k = order[i];
        char part[400];

        offset[k] = at;
        (void)snprintf(part, sizeof part,
                       "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,"
                       "%zu]}",
                       i > 0 ? "," : "", names[k], dtype, shapes[k], at,
                       at + counts[k] * size);
        strcat(header, part);
        at += counts[k] * size;
    }
    strcat(header, "}");
    forge = forge_make(header, at);
    for (size_t k = 0; k < 4; k++)
        put_numbers(&forge, offset[k], dtype, counts[k]);
    return forge;
}

static void assert_numbers(const bp_network *network)
{
    static const size_t counts[][2] = {{6, 3}, {3, 1}};

    for (size_t layer = 0; layer < 2; layer++)
        for (int32_t which = 0; which < 2; which++) {
            double values[6];

            ok(bp_network_get_parameter_f64(network, layer, which, values,
                                            counts[layer][which]));
            for (size_t i = 0; i < counts[layer][which]; i++)
                assert_true(values[i] == (double)(i + 1));
        }
}

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}};

static void every_type_and_precision(void **state)
{
    const char *names[4] = {"0.weight", "0.bias", "2.weight", "2.bias"};

    for (size_t i = 0; i < COUNT(dtypes); i++)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            struct forge forge = make_file(names, dtypes[i].name, dtypes[i].size);
            bp_network *network = make_one(state, precision);

            ok(bp_network_import_memory(network, forge.bytes, forge.size, NULL));
            assert_numbers(network);
            bp_network_destroy(network);
            forge_free(&forge);
        }
}

static void names_with_numbers(void **state)
{
    static const char *names[][4] = {
        {"0.weight", "0.bias", "1.weight", "1.bias"},
        {"net.2.weight", "net.2.bias", "net.10.weight", "net.10.bias"},
        {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"},
        {"layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"},
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        struct forge forge = make_file(names[i], "F32", 4);
        bp_network *network = make_one(state, BP_PRECISION_F32);

        ok(bp_network_import_memory(network, forge.bytes, forge.size, NULL));
        assert_numbers(network);
        bp_network_destroy(network);
        forge_free(&forge);
    }
}

static void names_that_do_not_fit(void **state)
{
    static const struct {
        const char *names[4];
        const char *words;
    } rows[] = {
        {{"a.weight", "0.bias", "2.weight", "2.bias"}, "a name with a number before"},
        {{"0.weight", "0.bias", "2.weight", "2.scale"}, "a name with a number before"},
        {{"0.weight", "0.bias", "2.weight", "2"}, "a name with a number before"},
        {{"00.weight", "0.bias", "2.weight", "2.bias"}, "a name with a number before"},
        {{"a.0.weight", "a.0.bias", "a.2.weight", "b.2.bias"}, "begins as the others do"},
        {{"0.weight", "0.bias", "2.weight", "3.bias"}, "biases in its place"},
        {{"0.weight", "0.bias", "2.bias", "2.weight"}, "has another shape"},
        {{"2.weight", "2.bias", "0.weight", "0.bias"}, "has another shape than the 3"},
        {{"0.weight", "1.bias", "2.weight", "2.bias"}, "biases in its place"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *names[4];
        struct forge forge;
        bp_network *network = make_one(state, BP_PRECISION_F32);
        bp_network *before = NULL;
        bp_status status;

        memcpy(names, rows[i].names, sizeof names);
        forge = make_file(names, "F32", 4);
        ok(bp_network_clone(network, &before));
        status = bp_network_import_memory(network, forge.bytes, forge.size, NULL);
        assert_line(bp_network_error(network), rows[i].words);
        assert_true(status == BP_EDATA || status == BP_ESHAPE);
        assert_true(same_parameters(network, before));
        bp_network_destroy(network);
        bp_network_destroy(before);
        forge_free(&forge);
    }
}

/* Any names, other tensors beside them, and one tensor for two parameters. */
static void names_of_the_caller(void **state)
{
    const char *file[4] = {"first/W", "first/b", "second/W", "second/b"};
    const char *const names[4] = {"first/W", "first/b", "second/W", "second/b"};
    struct forge forge = make_file(file, "F32", 4);
    bp_network *network = make_one(state, BP_PRECISION_F32);
    bp_import_options options;

    ok(bp_import_options_init(&options));
    options.names = names;
    options.name_count = 4;
    ok(bp_network_import_memory(network, forge.bytes, forge.size, &options));
    assert_numbers(network);
    assert_status(bp_network_import_memory(network, forge.bytes, forge.size, NULL),
                  BP_EDATA);
    bp_network_destroy(network);
    forge_free(&forge);
}

static void numbers_that_are_not_finite(void **state)
{
    const char *names[4] = {"0.weight", "0.bias", "2.weight", "2.bias"};
    struct forge forge = make_file(names, "F64", 8);
    bp_network *network = make_one(state, BP_PRECISION_F32);
    bp_network *before = NULL;
    const double large = 1e39;

    ok(bp_network_clone(network, &before));
    memcpy(forge.bytes + forge.size - 8, &large, 8);
    assert_status(bp_network_import_memory(network, forge.bytes, forge.size, NULL),
                  BP_EDATA);
    assert_line(bp_network_error(network), "tensor \"2.weight\" holds a number");
    assert_true(same_parameters(network, before));
    bp_network_destroy(network);
    bp_network_destroy(before);
    forge_free(&forge);
}

/* Halves of all kinds: subnormal, largest, and those that are no number. */
static void halves(void **state)
{
    static const struct {
        uint16_t bits;
        double value;
    } rows[] = {{0x0001, 0x1p-24},   {0x8001, -0x1p-24}, {0x03FF, 1023 * 0x1p-24},
                {0x0400, 0x1p-14},   {0x7BFF, 65504},    {0x8000, -0.0},
                {0x3555, 0x1.554p-2}};
    static const size_t one[] = {1, 1};
    static const char header[] =
        "{\"0.weight\":{\"dtype\":\"F16\",\"shape\":[1,1],\"data_offsets\":[0,2]},"
        "\"0.bias\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}";

    for (size_t i = 0; i < COUNT(rows) + 2; i++) {
        struct forge forge = forge_make(header, 4);
        bp_network *network =
            make_network(&(struct net_recipe){env_of(state), one, 2, 0, 0, 0}, 1);
        const uint16_t bits =
            (uint16_t)(i < COUNT(rows) ? rows[i].bits : 0x7C00 + (i - COUNT(rows)));
        double value = 0;

        memcpy(forge.bytes + forge.size - 4, &bits, 2);
        assert_int_equal(bp_network_import_memory(network, forge.bytes, forge.size, NULL),
                         i < COUNT(rows) ? BP_OK : BP_EDATA);
        ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &value, 1));
        assert_true(i >= COUNT(rows) || memcmp(&value, &rows[i].value, 8) == 0);
        bp_network_destroy(network);
        forge_free(&forge);
    }
}

/* What bp_network_save() writes has a metadata key, and is imported as well. */
static void our_own_files(void **state)
{
    struct forge forge = forge_model(0);
    bp_network *network = NULL;
    bp_bundle *bundle = NULL;
    bp_layer *shape = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_LEAKY_RELU));
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, env_of(state), &shape));
    ok(bp_network_add(network, shape));
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 99));
    ok(bp_network_import_memory(network, forge.bytes, forge.size, NULL));
    ok(bp_bundle_create(env_of(state), &bundle));
    ok(bp_bundle_load_memory(bundle, forge.bytes, forge.size, NULL));
    assert_true(same_parameters(network, bp_bundle_get_network(bundle)));
    bp_layer_destroy(shape);
    bp_bundle_destroy(bundle);
    bp_network_destroy(network);
    forge_free(&forge);
}

/* ---- norms, as the state_dict of a Sequential has them ---- */

#define TENSOR(name, type, shape, from, to)                                             \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" #from \
    "," #to "]}"

/* clang-format off */
static const char norm_header[] =
    "{" TENSOR("0.weight", "F32", "[3,2]", 0, 24)
    "," TENSOR("0.bias", "F32", "[3]", 24, 36)
    "," TENSOR("1.weight", "F32", "[3]", 36, 48)
    "," TENSOR("1.bias", "F32", "[3]", 48, 60)
    "," TENSOR("1.running_mean", "F32", "[3]", 60, 72)
    "," TENSOR("1.running_var", "F32", "[3]", 72, 84)
    "," TENSOR("1.num_batches_tracked", "I64", "[]", 84, 92)
    "," TENSOR("3.weight", "F32", "[3]", 92, 104)
    "," TENSOR("3.bias", "F32", "[3]", 104, 116) "}";
/* clang-format on */

static bp_network *make_norms(void **state)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_RELU));
    ok(bp_layer_create_batch_norm(env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_layer_create_dropout(0.5, env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_layer_create_layer_norm(env_of(state), &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    return network;
}

/* Number i of the file, which has a 64-bit counter after 21 of them, is i + 1. */
static struct forge make_norm_file(void)
{
    struct forge forge = forge_make(norm_header, 116);
    unsigned char *data = forge.bytes + 8 + forge_header_size(&forge);

    for (size_t i = 0; i < 27; i++) {
        const float value = (float)(i + 1);

        memcpy(data + 4 * i + (i >= 21 ? 8 : 0), &value, sizeof value);
    }
    memset(data + 84, 0xff, 8);
    return forge;
}

static void assert_first(const bp_network *network, size_t layer, int32_t which,
                         double first)
{
    double values[3];

    ok(bp_network_get_parameter_f64(network, layer, which, values, 3));
    assert_true(values[0] == first && values[2] == first + 2);
}

static void norms(void **state)
{
    struct forge forge = make_norm_file();
    bp_network *network = make_norms(state);

    ok(bp_network_import_memory(network, forge.bytes, forge.size, NULL));
    assert_first(network, 0, BP_PARAMETER_BIAS, 7);
    assert_first(network, 1, BP_PARAMETER_WEIGHT, 10);
    assert_first(network, 1, BP_PARAMETER_BIAS, 13);
    assert_first(network, 1, BP_PARAMETER_RUNNING_MEAN, 16);
    assert_first(network, 1, BP_PARAMETER_RUNNING_VARIANCE, 19);
    assert_first(network, 3, BP_PARAMETER_WEIGHT, 22);
    assert_first(network, 3, BP_PARAMETER_BIAS, 25);
    bp_network_destroy(network);
    forge_free(&forge);
}

static void norms_that_do_not_fit(void **state)
{
    static const struct {
        const char *from, *to, *words;
    } rows[] = {
        {"1.running_var", "1.running_vor", "a name with a number before"},
        {"1.running_var", "2.running_var", "running variances in its place"},
        {"1.running_mean", "3.running_mean", "running means in its place"},
        {"\"1.running_var\"", "\"1.num_batches_tracked\"", "has a key twice"},
        {"1.running_var", "4.num_batches_tracked", "the file has 7 tensors, expected 8"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forge forge = make_norm_file();
        bp_network *network = make_norms(state);
        double values[3];

        forge_replace(&forge, rows[i].from, rows[i].to);
        forge_seal(&forge);
        assert_status(bp_network_import_memory(network, forge.bytes, forge.size, NULL),
                      BP_EDATA);
        assert_line(bp_network_error(network), rows[i].words);
        ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_RUNNING_VARIANCE, values,
                                        3));
        assert_true(values[0] == 1 && values[1] == 1 && values[2] == 1);
        bp_network_destroy(network);
        forge_free(&forge);
    }
}

static void variance_below_0(void **state)
{
    struct forge forge = make_norm_file();
    bp_network *network = make_norms(state);
    const float below = -1e-3f;
    double values[3];

    memcpy(forge.bytes + 8 + forge_header_size(&forge) + 80, &below, sizeof below);
    assert_status(bp_network_import_memory(network, forge.bytes, forge.size, NULL),
                  BP_EDATA);
    assert_line(bp_network_error(network),
                "tensor \"1.running_var\" holds a variance below 0");
    ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_RUNNING_VARIANCE, values,
                                    3));
    assert_true(values[0] == 1 && values[2] == 1);
    bp_network_destroy(network);
    forge_free(&forge);
}

/* Rows longer than a piece, and pieces that end within a row. */
static void large_tensors(void **state)
{
    static const size_t shapes[][2] = {{5000, 3}, {3, 5000}, {129, 65}};

    for (size_t i = 0; i < COUNT(shapes); i++) {
        bp_network *from =
            make_network(&(struct net_recipe){env_of(state), shapes[i], 2, 0, 0, 0}, 1);
        bp_network *to =
            make_network(&(struct net_recipe){env_of(state), shapes[i], 2, 0, 0, 0}, 2);

        ok(bp_network_save(from, "file", NULL));
        ok(bp_network_import(to, "file", NULL));
        assert_true(same_parameters(from, to));
        bp_network_destroy(from);
        bp_network_destroy(to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(every_type_and_precision),
        HOST_TEST(names_with_numbers),
        HOST_TEST(names_that_do_not_fit),
        HOST_TEST(names_of_the_caller),
        HOST_TEST(halves),
        HOST_TEST(numbers_that_are_not_finite),
        HOST_TEST(our_own_files),
        HOST_TEST(norms),
        HOST_TEST(norms_that_do_not_fit),
        HOST_TEST(variance_below_0),
        HOST_TEST(large_tensors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
