/* SPDX-License-Identifier: MIT */
/* Networks for other programs. That these understand them is seen by scripts/interop.sh;
 * here, what the files are made of. */
#include "unit_helpers.h"

#include "format/proto.h"

/* ---- protocol buffers ---- */

struct bytes {
    unsigned char bytes[512];
    size_t size;
};

static bp_status collect(void *user, const void *bytes, size_t size)
{
    struct bytes *to = user;

    assert_true(to->size + size <= sizeof to->bytes);
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
    return BP_OK;
}

static void inner(struct bp_proto *proto, const void *context)
{
    bp_proto_whole(proto, 1, *(const uint64_t *)context);
}

static void assert_bytes(const struct bytes *found, const char *expected, size_t size)
{
    assert_int_equal(found->size, size);
    assert_memory_equal(found->bytes, expected, size);
}

/* The examples of the format's own documentation, and the edges. */
static void fields(void **state)
{
    struct bytes found = {.size = 0};
    struct bp_proto proto = {.sink = collect, .user = &found};
    const uint64_t value = 150;

    (void)state;
    bp_proto_whole(&proto, 1, 150);
    assert_bytes(&found, "\x08\x96\x01", 3);
    found.size = 0;
    bp_proto_text(&proto, 2, "testing");
    assert_bytes(&found, "\x12\x07testing", 9);
    found.size = 0;
    bp_proto_message(&proto, 3, inner, &value);
    assert_bytes(&found, "\x1a\x03\x08\x96\x01", 5);
    found.size = 0;
    bp_proto_whole(&proto, 20, UINT64_MAX);
    assert_bytes(&found, "\xa0\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    found.size = 0;
    bp_proto_float(&proto, 2, 1.5f);
    assert_bytes(&found, "\x15\0\0\xc0\x3f", 5);
    assert_int_equal(proto.size, 3 + 9 + 5 + 12 + 5);
}

/* ---- ONNX ---- */

static const size_t widths[] = {3, 5, 2};

static bp_network *make_one(void **state, int32_t activation, int32_t precision)
{
    return make_network(&(struct net_recipe){env_of(state), widths, 3, activation,
                                             BP_ACTIVATION_SOFTMAX, precision},
                        1);
}

static bool holds(const struct env_file *file, const char *text)
{
    const size_t length = strlen(text);

    for (size_t at = 0; at + length <= file->size; at++)
        if (memcmp((const char *)file->bytes + at, text, length) == 0)
            return true;
    return false;
}

static void file_and_memory(void **state)
{
    struct failing_env *host = *state;

    for (int32_t activation = 0; bp_activation_name(activation) != NULL; activation++)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             precision++) {
            bp_network *network = make_one(state, activation, precision);
            const struct env_file *file;
            unsigned char *bytes;
            size_t size = 0;

            ok(bp_network_export_onnx(network, "file", NULL));
            file = failing_env_find_file(host, "file");
            bytes = malloc(file->size);
            assert_non_null(bytes);
            ok(bp_network_export_onnx_memory(network, NULL, bytes, file->size, &size));
            assert_int_equal(size, file->size);
            assert_memory_equal(bytes, file->bytes, size);
            assert_int_equal(holds(file, "rounded to float"),
                             precision == BP_PRECISION_F64);
            assert_int_equal(holds(file, "sqrt_half"), activation == BP_ACTIVATION_GELU);
            assert_int_equal(holds(file, "sqrt_2_pi"),
                             activation == BP_ACTIVATION_GELU_TANH);
            free(bytes);
            bp_network_destroy(network);
        }
}

static void what_cannot_be(void **state)
{
    struct failing_env *host = *state;
    struct custom_state custom = {.outputs = 0};
    const bp_activation_ops ops = custom_activation(&custom);
    bp_network *network = make_one(state, BP_ACTIVATION_TANH, BP_PRECISION_F64);
    const double large[] = {1, 1e39};
    bp_layer *layer = NULL;

    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, large, 2));
    assert_status(bp_network_export_onnx(network, "file", NULL), BP_EDATA);
    assert_line(bp_network_error(network), "layers.1.bias holds a number beyond float");
    assert_null(failing_env_find_file(host, "file"));
    assert_null(failing_env_find_file(host, "file.bp-save"));
    bp_network_destroy(network);
    ok(bp_network_create(3, env_of(state), &network));
    ok(bp_network_add_dense(network, 3, BP_ACTIVATION_TANH));
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, env_of(state), &layer));
    ok(bp_layer_set_activation(layer, &ops));
    ok(bp_network_add(network, layer));
    ok(bp_network_build(network, 1));
    assert_status(bp_network_export_onnx(network, "file", NULL), BP_EUNSUPPORTED);
    assert_line(bp_network_error(network), "layer 1 has an activation of the caller's");
    bp_layer_destroy(layer);
    bp_network_destroy(network);
}

/* Every file call fails: nothing stays. */
static void faults(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = make_one(state, BP_ACTIVATION_GELU, BP_PRECISION_F64);
    size_t nth = 0;
    bp_status status;

    do {
        failing_env_arm_files(host, ++nth, 28);
        status = bp_network_export_onnx(network, "file", NULL);
        assert_true(status == BP_OK || status == BP_EIO);
        assert_null(failing_env_find_file(host, "file.bp-save"));
        assert_int_equal(host->open_files, 0);
    } while (status != BP_OK);
    assert_true(nth > 50);
    failing_env_arm_files(host, 0, 0);
    bp_network_destroy(network);
}

/* ---- C ---- */

static void c_source(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = make_one(state, BP_ACTIVATION_LEAKY_RELU, BP_PRECISION_F64);
    const struct env_file *file;

    ok(bp_network_export_c(network, "folder", "a_network_1", NULL));
    file = failing_env_find_file(host, "folder/a_network_1.h");
    assert_non_null(file);
    assert_true(holds(file, "enum { a_network_1_inputs = 3, a_network_1_outputs = 2 };"));
    file = failing_env_find_file(host, "folder/a_network_1.c");
    assert_non_null(file);
    assert_true(holds(file, "#include \"a_network_1.h\""));
    assert_true(holds(file, "apply_leaky_relu(b, 5, 0x1.47ae14p-7f);"));
    assert_true(holds(file, "int a_network_1_self_test(void)"));
    assert_int_equal(host->renames, 2);
    bp_network_destroy(network);
}

/* Labels: what 8 bits cost in accuracy. */
static void c_int8(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = make_one(state, BP_ACTIVATION_TANH, BP_PRECISION_F32);
    bp_dataset *data = make_dataset(50, 3, 2, env_of(state));
    bp_dataset *wide = make_dataset(5, 4, 2, env_of(state));
    bp_int8_report report = {.struct_size = sizeof report};
    const struct env_file *file;

    ok(bp_network_export_c_int8(network, "folder", "net", data, NULL, &report));
    file = failing_env_find_file(host, "folder/net.c");
    assert_non_null(file);
    assert_true(holds(file, "static const int8_t weights_1[] = {"));
    assert_false(holds(file, "static const float weights_"));
    assert_int_equal(report.rows, 50);
    assert_int_equal(report.has_accuracy, 1);
    assert_true(report.accuracy_float > 0 && report.accuracy_float < 1);
    assert_true(fabs(report.accuracy - report.accuracy_float) <= 0.1);
    assert_true(report.same_class >= 45 && report.same_class <= 50);
    assert_true(report.largest_error > 1e-5 && report.largest_error < 0.05);
    assert_true(report.mean_error > 0 && report.mean_error <= report.largest_error);
    assert_int_equal(report.bytes_float, 4 * (15 + 5 + 10 + 2));
    assert_int_equal(report.bytes, 25 + 2 * 4 * (5 + 2));
    assert_status(bp_network_export_c_int8(network, "f", "net", wide, NULL, &report),
                  BP_ESHAPE);
    assert_line(bp_network_error(network), "data has 4 columns of inputs, expected 3");
    bp_dataset_destroy(data);
    bp_dataset_destroy(wide);
    bp_network_destroy(network);
}

/* Each file call fails: what stays is whole. */
static void c_faults(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = make_one(state, BP_ACTIVATION_TANH, BP_PRECISION_F32);
    size_t nth = 0;
    bp_status status;

    do {
        failing_env_arm_files(host, ++nth, 28);
        status = bp_network_export_c(network, "f", "n", NULL);
        assert_true(status == BP_OK || status == BP_EIO);
        assert_null(failing_env_find_file(host, "f/n.c.bp-save"));
        assert_null(failing_env_find_file(host, "f/n.h.bp-save"));
        assert_int_equal(host->open_files, 0);
    } while (status != BP_OK);
    assert_true(nth > 8);
    failing_env_arm_files(host, 0, 0);
    bp_network_destroy(network);
}

static void c_beyond_float(void **state)
{
    struct failing_env *host = *state;
    bp_network *network = make_one(state, BP_ACTIVATION_TANH, BP_PRECISION_F64);
    const double large[] = {1, 1e39};
    const double big[] = {3e38, 3e38};

    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, large, 2));
    assert_status(bp_network_export_c(network, "f", "n", NULL), BP_EDATA);
    assert_line(bp_network_error(network), "a parameter is not finite in float");
    ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_BIAS, big, 2));
    ok(bp_network_export_c(network, "f", "n", NULL));
    assert_non_null(failing_env_find_file(host, "f/n.c"));
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields), HOST_TEST(file_and_memory), HOST_TEST(what_cannot_be),
        HOST_TEST(faults),        HOST_TEST(c_source),        HOST_TEST(c_int8),
        HOST_TEST(c_faults),      HOST_TEST(c_beyond_float),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
