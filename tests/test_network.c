/* SPDX-License-Identifier: MIT */
/* The network object: settings, shapes, places in the view, copies, instruction sets. */
#define _POSIX_C_SOURCE 200112L

#include "unit_helpers.h"

static const size_t widths[] = {5, 17, 16, 3};

enum { LAYERS = COUNT(widths) - 1, LARGEST = 17 * 16 };

static struct net_recipe recipe_of(void **state, int32_t precision)
{
    return (struct net_recipe){env_of(state),        widths,
                               COUNT(widths),        BP_ACTIVATION_TANH,
                               BP_ACTIVATION_LINEAR, precision};
}

static bp_network *built(void **state, int32_t precision)
{
    const struct net_recipe recipe = recipe_of(state, precision);

    return make_network(&recipe, 3);
}

static double get(const bp_network *network, int32_t key)
{
    double value = (double)NAN;

    ok(bp_network_get(network, key, &value));
    return value;
}

/* ---- settings ---- */

static void defaults(void **state)
{
    bp_network *network = NULL;

    ok(bp_network_create(7, env_of(state), &network));
    assert_string_equal(bp_network_error(network), "");
    assert_same_f64(get(network, BP_NETWORK_PRECISION), BP_PRECISION_F32);
    assert_same_f64(get(network, BP_NETWORK_ISA), BP_ISA_BEST);
    assert_same_f64(get(network, BP_NETWORK_THREADS), 0);
    assert_int_equal(bp_network_inputs(network), 7);
    assert_int_equal(bp_network_outputs(network), 7);
    assert_int_equal(bp_network_layers(network), 0);
    assert_int_equal(bp_network_parameters(network), 0);
    bp_network_destroy(network);
}

static void settings_within_their_ranges(void **state)
{
    static const struct {
        int32_t key;
        double value;
        bp_status status;
    } rows[] = {
        {BP_NETWORK_PRECISION, BP_PRECISION_F64, BP_OK},
        {BP_NETWORK_PRECISION, 0, BP_EINVAL},
        {BP_NETWORK_PRECISION, 3, BP_EINVAL},
        {BP_NETWORK_PRECISION, 1.5, BP_EINVAL},
        {BP_NETWORK_ISA, BP_ISA_NEON, BP_OK},
        {BP_NETWORK_ISA, BP_ISA_SCALAR, BP_OK},
        {BP_NETWORK_ISA, 5, BP_EINVAL},
        {BP_NETWORK_ISA, -1, BP_EINVAL},
        {BP_NETWORK_THREADS, 256, BP_OK},
        {BP_NETWORK_THREADS, 257, BP_EINVAL},
        {BP_NETWORK_THREADS, 0, BP_OK},
        {BP_NETWORK_THREADS, (double)NAN, BP_EINVAL},
        {0, 1, BP_EINVAL},
        {4, 1, BP_EINVAL},
    };
    bp_network *network = NULL;

    ok(bp_network_create(7, env_of(state), &network));
    for (size_t i = 0; i < COUNT(rows); i++) {
        double before = 0;
        double after = 0;
        const bp_status known = bp_network_get(network, rows[i].key, &before);

        assert_status(bp_network_set(network, rows[i].key, rows[i].value),
                      rows[i].status);
        assert_int_equal(bp_network_get(network, rows[i].key, &after), known);
        assert_same_f64(after, rows[i].status == BP_OK ? rows[i].value : before);
    }
    bp_network_destroy(network);
}

static void fixed_once_built(void **state)
{
    bp_network *network = built(state, BP_PRECISION_F32);
    bp_layer *layer = NULL;
    const double isa = get(network, BP_NETWORK_ISA);

    ok(bp_layer_create_dense(2, BP_ACTIVATION_RELU, env_of(state), &layer));
    assert_status(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F32),
                  BP_ESTATE);
    assert_line(bp_network_error(network), "is built");
    assert_status(bp_network_set(network, BP_NETWORK_ISA, BP_ISA_SCALAR), BP_ESTATE);
    assert_same_f64(get(network, BP_NETWORK_ISA), isa);
    ok(bp_network_set(network, BP_NETWORK_THREADS, 4));
    assert_same_f64(get(network, BP_NETWORK_THREADS), 4);
    assert_status(bp_network_add(network, layer), BP_ESTATE);
    assert_status(bp_network_add_dense(network, 2, BP_ACTIVATION_RELU), BP_ESTATE);
    assert_status(bp_network_build(network, 1), BP_ESTATE);
    assert_int_equal(bp_network_layers(network), LAYERS);
    bp_layer_destroy(layer);
    bp_network_destroy(network);
}

static void nothing_before_the_build(void **state)
{
    const struct net_recipe recipe = recipe_of(state, 0);
    bp_network *network = make_open_network(&recipe);
    bp_network *copy = NULL;
    bp_workspace *workspace = NULL;
    bp_parameter_info info = {.struct_size = sizeof info};
    float w[LARGEST];
    float *view = NULL;
    size_t count = 0;

    assert_status(bp_network_initialise(network, 1), BP_ESTATE);
    assert_status(bp_network_clone(network, &copy), BP_ESTATE);
    assert_status(bp_workspace_create(network, 1, &workspace), BP_ESTATE);
    assert_status(bp_network_parameter_info(network, 0, 0, &info), BP_ESTATE);
    assert_status(bp_network_get_parameter(network, 0, 0, w, 85), BP_ESTATE);
    assert_status(bp_network_get_view(network, &view, &count), BP_ESTATE);
    assert_status(bp_network_view_changed(network), BP_ESTATE);
    assert_null(copy);
    assert_null(workspace);
    assert_null(view);
    bp_network_destroy(network);
    ok(bp_network_create(3, env_of(state), &network));
    assert_status(bp_network_build(network, 1), BP_ESTATE); /* no layer */
    assert_line(bp_network_error(network), "no layer");
    bp_network_destroy(network);
}

/* ---- shapes ---- */

static void layer_info(void **state)
{
    bp_network *network = built(state, BP_PRECISION_F32);
    size_t sum = 0;

    for (size_t i = 0; i < LAYERS; i++) {
        bp_layer_info info = {.struct_size = sizeof info};

        ok(bp_network_layer_info(network, i, &info));
        assert_int_equal(info.kind, BP_LAYER_KIND_DENSE);
        assert_int_equal(info.activation,
                         i + 1 < LAYERS ? BP_ACTIVATION_TANH : BP_ACTIVATION_LINEAR);
        assert_int_equal(info.has_bias, 1);
        assert_int_equal(info.inputs, widths[i]);
        assert_int_equal(info.outputs, widths[i + 1]);
        assert_int_equal(info.parameters, (widths[i] + 1) * widths[i + 1]);
        sum += info.parameters;
    }
    assert_int_equal(bp_network_parameters(network), sum);
    assert_int_equal(bp_network_inputs(network), 5);
    assert_int_equal(bp_network_outputs(network), 3);
    bp_network_destroy(network);
}

static void layers_without_parameters(void **state)
{
    bp_network *network = NULL;
    bp_layer *shape = NULL;
    bp_layer *plain = NULL;
    bp_layer_info info = {.struct_size = sizeof info};
    bp_parameter_info place = {.struct_size = sizeof place};

    ok(bp_layer_create_activation(BP_ACTIVATION_SILU, env_of(state), &shape));
    ok(bp_layer_create_dense(3, BP_ACTIVATION_LINEAR, env_of(state), &plain));
    ok(bp_layer_set(plain, BP_LAYER_BIAS, 0));
    ok(bp_network_create(4, env_of(state), &network));
    ok(bp_network_add(network, plain));
    ok(bp_network_add(network, shape));
    ok(bp_network_build(network, 1));
    ok(bp_network_layer_info(network, 1, &info));
    assert_int_equal(info.kind, BP_LAYER_KIND_ACTIVATION);
    assert_int_equal(info.activation, BP_ACTIVATION_SILU);
    assert_int_equal(info.has_bias, 0);
    assert_int_equal(info.inputs, 3);
    assert_int_equal(info.outputs, 3);
    assert_int_equal(info.parameters, 0);
    assert_int_equal(bp_network_parameters(network), 12);
    assert_status(bp_network_parameter_info(network, 0, BP_PARAMETER_BIAS, &place),
                  BP_EINVAL);
    assert_status(bp_network_parameter_info(network, 1, BP_PARAMETER_WEIGHT, &place),
                  BP_EINVAL);
    assert_status(bp_network_layer_info(network, 2, &info), BP_EINVAL);
    bp_layer_destroy(shape);
    bp_layer_destroy(plain);
    bp_network_destroy(network);
}

/* More layers than the first array of them holds. */
static void one_description_many_times(void **state)
{
    enum { TIMES = 23 };
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    ok(bp_layer_create_dense(6, BP_ACTIVATION_TANH, env_of(state), &layer));
    ok(bp_network_create(2, env_of(state), &network));
    for (size_t i = 0; i < TIMES; i++) {
        ok(bp_network_add(network, layer));
        assert_int_equal(bp_network_layers(network), i + 1);
        assert_int_equal(bp_network_parameters(network), 3 * 6 + i * 7 * 6);
    }
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    for (size_t i = 0; i < TIMES; i++) {
        bp_layer_info info = {.struct_size = sizeof info};

        ok(bp_network_layer_info(network, i, &info));
        assert_int_equal(info.inputs, i == 0 ? 2 : 6);
        assert_int_equal(info.outputs, 6);
    }
    bp_network_destroy(network);
}

/* What no memory can hold is refused when it is added, and the network goes on. */
static void too_large(void **state)
{
    bp_network *network = NULL;
    static const size_t outputs[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 16,
                                     SIZE_MAX / 1000};

    ok(bp_network_create(1000, env_of(state), &network));
    for (size_t i = 0; i < COUNT(outputs); i++) {
        assert_status(bp_network_add_dense(network, outputs[i], BP_ACTIVATION_RELU),
                      BP_ELIMIT);
        assert_line(bp_network_error(network), "more parameters than memory");
        assert_int_equal(bp_network_layers(network), 0);
        assert_int_equal(bp_network_outputs(network), 1000);
    }
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_RELU));
    ok(bp_network_build(network, 1));
    assert_int_equal(bp_network_parameters(network), 2002);
    bp_network_destroy(network);
}

/* ---- parameters and the view ---- */

static bp_parameter_info place_of(const bp_network *network, size_t layer, int32_t which)
{
    bp_parameter_info info = {.struct_size = sizeof info};

    ok(bp_network_parameter_info(network, layer, which, &info));
    assert_int_equal(info.which, which);
    assert_int_equal(info.rows, which == BP_PARAMETER_WEIGHT ? widths[layer + 1] : 1);
    assert_int_equal(info.cols, widths[which == BP_PARAMETER_WEIGHT ? layer : layer + 1]);
    return info;
}

/* Marks each element of the tensor in `seen`, and sees that none is marked twice. */
static void check_tensor(const bp_network *network, const float *view, size_t layer,
                         int32_t which, unsigned char *seen)
{
    const bp_parameter_info info = place_of(network, layer, which);
    float w[LARGEST];

    ok(bp_network_get_parameter(network, layer, which, w, info.rows * info.cols));
    for (size_t to = 0; to < info.rows; to++)
        for (size_t from = 0; from < info.cols; from++) {
            const size_t at = info.offset + to * info.row_stride + from * info.col_stride;

            assert_int_equal(seen[at], 0);
            seen[at] = 1;
            assert_same_f32(view[at], w[to * info.cols + from]);
        }
}

static void view_and_tensors_agree(void **state)
{
    bp_network *network = built(state, BP_PRECISION_F32);
    float *view = NULL;
    size_t count = 0;
    size_t marked = 0;
    unsigned char *seen;

    ok(bp_network_get_view(network, &view, &count));
    assert_int_equal((uintptr_t)view % 64, 0);
    seen = calloc(count, 1);
    assert_non_null(seen);
    for (size_t layer = 0; layer < LAYERS; layer++) {
        check_tensor(network, view, layer, BP_PARAMETER_WEIGHT, seen);
        check_tensor(network, view, layer, BP_PARAMETER_BIAS, seen);
    }
    for (size_t i = 0; i < count; i++) {
        marked += seen[i];
        if (!seen[i])
            assert_same_f32(view[i], 0); /* padding */
    }
    assert_int_equal(marked, bp_network_parameters(network));
    free(seen);
    bp_network_destroy(network);
}

/* w[to][from]: unit `to` of the layer, unit `from` of the one before. */
static void weights_are_to_from(void **state)
{
    static const size_t two_three[] = {3, 2};
    const struct net_recipe recipe = {env_of(state),        two_three,       2, 0,
                                      BP_ACTIVATION_LINEAR, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 1);
    static const double w[] = {1, 2, 3, 10, 20, 30};
    static const double b[] = {0.5, 0.25};
    static const double x[] = {1, 100, 10000};
    double a[2];

    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, w, 6));
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, b, 2));
    predict_f64(network, x, a, 1);
    assert_bits_f64(a, ((const double[]){30201.5, 302010.25}), 2);
    bp_network_destroy(network);
}

static void set_gives_back_what_was_set(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = built(state, precision);
        double given[LARGEST];
        double found[LARGEST];
        double other[16];
        float narrow[LARGEST];

        spread_f64(given, LARGEST, 0);
        ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_BIAS, other, 16));
        ok(bp_network_set_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, given, LARGEST));
        ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, found, LARGEST));
        ok(bp_network_get_parameter(network, 1, BP_PARAMETER_WEIGHT, narrow, LARGEST));
        for (size_t i = 0; i < LARGEST; i++) {
            assert_same_f32(narrow[i], (float)given[i]);
            if (precision == BP_PRECISION_F32)
                given[i] = (double)(float)given[i];
        }
        assert_bits_f64(found, given, LARGEST);
        ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_BIAS, found, 16));
        assert_bits_f64(found, other, 16);
        spread_f32(narrow, LARGEST, 999);
        ok(bp_network_set_parameter(network, 1, BP_PARAMETER_WEIGHT, narrow, LARGEST));
        ok(bp_network_get_parameter_f64(network, 1, BP_PARAMETER_WEIGHT, found, LARGEST));
        for (size_t i = 0; i < LARGEST; i++)
            assert_same_f64(found[i], (double)narrow[i]);
        bp_network_destroy(network);
    }
}

/* A refusal names the value and leaves all as it was; 1e300 is no float. */
static void set_takes_finite_numbers_only(void **state)
{
    bp_network *network = built(state, BP_PRECISION_F32);
    bp_network *wide = built(state, BP_PRECISION_F64);
    bp_network *before = NULL;
    double values[3] = {1, 2, 1e300};

    ok(bp_network_clone(network, &before));
    assert_status(bp_network_set_parameter_f64(network, 2, 1, values, 3), BP_EDATA);
    assert_line(bp_network_error(network), "values[2] is 1e+300, expected a finite");
    ok(bp_network_set_parameter_f64(wide, 2, 1, values, 3));
    values[2] = (double)INFINITY;
    assert_status(bp_network_set_parameter_f64(wide, 2, 1, values, 3), BP_EDATA);
    assert_status(
        bp_network_set_parameter(network, 2, 1, ((const float[]){1, (float)NAN, 2}), 3),
        BP_EDATA);
    assert_line(bp_network_error(network), "values[1] is");
    assert_status(bp_network_set_parameter_f64(network, 2, 1, values, 2), BP_ESHAPE);
    assert_true(same_parameters(network, before));
    bp_network_destroy(network);
    bp_network_destroy(wide);
    bp_network_destroy(before);
}

/* All of the view is written to: what are parameters stays, what is padding is 0. */
static void view_changed_clears_padding(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = built(state, precision);
        const size_t parameters = bp_network_parameters(network);
        float *f = NULL;
        double *d = NULL;
        size_t count = 0;
        size_t ones = 0;
        size_t zeros = 0;

        assert_status(bp_network_get_view(network, &f, &count),
                      precision == BP_PRECISION_F32 ? BP_OK : BP_ESTATE);
        assert_status(bp_network_get_view_f64(network, &d, &count),
                      precision == BP_PRECISION_F64 ? BP_OK : BP_ESTATE);
        for (size_t i = 0; i < count; i++)
            if (f != NULL)
                f[i] = 1;
            else
                d[i] = 1;
        ok(bp_network_view_changed(network));
        for (size_t i = 0; i < count; i++) {
            const double value = f != NULL ? (double)f[i] : d[i];

            ones += value == 1;
            zeros += value == 0;
        }
        assert_int_equal(ones, parameters);
        assert_int_equal(zeros, count - parameters);
        assert_true(zeros > 0);
        bp_network_destroy(network);
    }
}

/* The view is the network's own memory, and predict sees what was written there. */
static void view_is_no_copy(void **state)
{
    bp_network *network = make_identity(2, BP_ACTIVATION_LINEAR, 0, env_of(state));
    const double x[] = {3, 5};
    double a[2];
    float *view = NULL;
    size_t count = 0;
    bp_parameter_info info = {.struct_size = sizeof info};

    ok(bp_network_get_view(network, &view, &count));
    ok(bp_network_parameter_info(network, 0, BP_PARAMETER_WEIGHT, &info));
    view[info.offset + 1 * info.row_stride + 0 * info.col_stride] = 4; /* w[1][0] */
    ok(bp_network_view_changed(network));
    predict_f64(network, x, a, 1);
    assert_bits_f64(a, ((const double[]){3, 17}), 2);
    bp_network_destroy(network);
}

/* ---- copies ---- */

static void clones_are_independent(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        bp_network *network = built(state, precision);
        bp_network *copy = NULL;
        bp_layer_info info = {.struct_size = sizeof info};
        double x[10];
        double first[6];
        double again[6];

        spread_f64(x, 10, 0);
        ok(bp_network_set(network, BP_NETWORK_THREADS, 3));
        ok(bp_network_clone(network, &copy));
        assert_true(same_parameters(network, copy));
        assert_same_f64(get(copy, BP_NETWORK_PRECISION), precision);
        assert_same_f64(get(copy, BP_NETWORK_THREADS), 3);
        assert_same_f64(get(copy, BP_NETWORK_ISA), get(network, BP_NETWORK_ISA));
        predict_f64(network, x, first, 2);
        ok(bp_network_initialise(network, 99));
        assert_false(same_parameters(network, copy));
        predict_f64(copy, x, again, 2);
        assert_bits_f64(again, first, 6);
        bp_network_destroy(network);
        predict_f64(copy, x, again, 2); /* outlives what it came from */
        assert_bits_f64(again, first, 6);
        ok(bp_network_layer_info(copy, LAYERS - 1, &info));
        assert_int_equal(info.outputs, 3);
        bp_network_destroy(copy);
    }
}

/* The same seed in both precisions: doubles are the floats before they were rounded. */
static void precisions_agree(void **state)
{
    bp_network *narrow = built(state, BP_PRECISION_F32);
    bp_network *wide = built(state, BP_PRECISION_F64);
    double x[5];
    double a[3];
    double b[3];

    for (size_t layer = 0; layer < LAYERS; layer++) {
        const size_t count = widths[layer] * widths[layer + 1];
        float f[LARGEST];
        double d[LARGEST];

        ok(bp_network_get_parameter(narrow, layer, 0, f, count));
        ok(bp_network_get_parameter_f64(wide, layer, 0, d, count));
        for (size_t i = 0; i < count; i++)
            assert_same_f32(f[i], (float)d[i]);
    }
    spread_f64(x, 5, 0);
    predict_f64(narrow, x, a, 1);
    predict_f64(wide, x, b, 1);
    assert_close_f64(a, b, 3, 2e-6, 0);
    assert_true(a[0] != b[0] || a[1] != b[1] || a[2] != b[2]);
    bp_network_destroy(narrow);
    bp_network_destroy(wide);
}

/* ---- instruction sets ---- */

static bp_network *capped(void **state, int32_t cap, int32_t precision)
{
    const struct net_recipe recipe = recipe_of(state, precision);
    bp_network *network = make_open_network(&recipe);

    ok(bp_network_set(network, BP_NETWORK_ISA, cap));
    ok(bp_network_build(network, 3));
    return network;
}

static void outputs_under(void **state, int32_t cap, int32_t precision, double *a)
{
    bp_network *network = capped(state, cap, precision);
    double x[4 * 5];

    spread_f64(x, 20, 0);
    predict_f64(network, x, a, 4);
    bp_network_destroy(network);
}

static double isa_under(void **state, int32_t cap)
{
    bp_network *network = capped(state, cap, BP_PRECISION_F32);
    const double isa = get(network, BP_NETWORK_ISA);

    bp_network_destroy(network);
    return isa;
}

/* On ARM64 there is plain C below NEON, and the caps of other machines are none. */
static double at_most(double isa, int32_t cap)
{
    if (isa == BP_ISA_NEON)
        return cap == BP_ISA_SCALAR ? BP_ISA_SCALAR : BP_ISA_NEON;
    return fmin(isa, cap);
}

/* What was there before goes back after the test. */
static void isa_is_capped(void **state)
{
    static const char *const words[] = {"scalar", "avx2", "avx512"};
    const char *set = getenv("BP_MAX_ISA");
    char before[32] = "";
    double best;

    if (set != NULL)
        snprintf(before, sizeof before, "%s", set);
    assert_int_equal(unsetenv("BP_MAX_ISA"), 0);
    best = isa_under(state, BP_ISA_BEST);
    assert_true(best >= BP_ISA_SCALAR && best <= BP_ISA_NEON);
    for (int32_t cap = BP_ISA_SCALAR; cap <= BP_ISA_AVX512; cap++)
        assert_same_f64(isa_under(state, cap), at_most(best, cap));
    for (int32_t word = BP_ISA_SCALAR; word <= BP_ISA_AVX512; word++) {
        assert_int_equal(setenv("BP_MAX_ISA", words[word - 1], 1), 0);
        for (int32_t cap = BP_ISA_SCALAR; cap <= BP_ISA_AVX512; cap++)
            assert_same_f64(isa_under(state, cap), at_most(at_most(best, word), cap));
        assert_same_f64(isa_under(state, BP_ISA_BEST), at_most(best, word));
    }
    assert_int_equal(setenv("BP_MAX_ISA", "abacus", 1), 0);
    assert_same_f64(isa_under(state, BP_ISA_BEST), best);
    assert_int_equal(unsetenv("BP_MAX_ISA"), 0);
    if (before[0] != '\0')
        assert_int_equal(setenv("BP_MAX_ISA", before, 1), 0);
}

static void isa_does_not_show_in_the_bits(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        double best[12];
        double a[12];

        outputs_under(state, BP_ISA_BEST, precision, best);
        for (int32_t cap = BP_ISA_SCALAR; cap <= BP_ISA_NEON; cap++) {
            outputs_under(state, cap, precision, a);
            assert_bits_f64(a, best, 12);
        }
    }
}

/* The cap is asked for once: at the build. */
static void clones_keep_the_isa(void **state)
{
    bp_network *network = capped(state, BP_ISA_SCALAR, BP_PRECISION_F32);
    bp_network *copy = NULL;

    ok(bp_network_clone(network, &copy));
    assert_same_f64(get(copy, BP_NETWORK_ISA), BP_ISA_SCALAR);
    bp_network_destroy(network);
    bp_network_destroy(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(defaults),
        HOST_TEST(settings_within_their_ranges),
        HOST_TEST(fixed_once_built),
        HOST_TEST(nothing_before_the_build),
        HOST_TEST(layer_info),
        HOST_TEST(layers_without_parameters),
        HOST_TEST(one_description_many_times),
        HOST_TEST(too_large),
        HOST_TEST(view_and_tensors_agree),
        HOST_TEST(weights_are_to_from),
        HOST_TEST(set_gives_back_what_was_set),
        HOST_TEST(set_takes_finite_numbers_only),
        HOST_TEST(view_changed_clears_padding),
        HOST_TEST(view_is_no_copy),
        HOST_TEST(clones_are_independent),
        HOST_TEST(precisions_agree),
        HOST_TEST(isa_is_capped),
        HOST_TEST(isa_does_not_show_in_the_bits),
        HOST_TEST(clones_keep_the_isa),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
