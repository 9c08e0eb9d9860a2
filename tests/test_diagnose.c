/* SPDX-License-Identifier: MIT */
/* Every finding on a network that was made to have it, and none on one that learns. */
#include "unit_helpers.h"

enum { ROWS = 64 };

struct patient {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

struct recipe {
    int32_t activation, last, cost;
    double rate;
    size_t layers; /* 3: one hidden layer. */
};

static void create(struct patient *p, void **state, const struct recipe *how)
{
    static const size_t widths[] = {2, 8, 8, 8, 8, 8, 2};
    size_t used[7];
    const struct net_recipe recipe = {env_of(state),   used,      how->layers,
                                      how->activation, how->last, 0};

    memcpy(used, widths, sizeof used);
    used[how->layers - 1] = 2;
    p->network = make_network(&recipe, 2);
    p->trainer =
        make_trainer_with(p->network, how->cost, make_sgd(how->rate, 0, NULL), 16, 3);
    ok(bp_dataset_create(env_of(state), &p->data));
    ok(bp_dataset_generate(p->data, BP_GENERATE_MOONS, ROWS, 0.1, 4));
    ok(bp_dataset_one_hot(p->data, 0, 1));
}

static void destroy(struct patient *p)
{
    bp_trainer_destroy(p->trainer);
    bp_network_destroy(p->network);
    bp_dataset_destroy(p->data);
}

/* Another data set in place of the moons: all inputs times, and some added. */
static void replace_data(struct patient *p, void **state, const float scale[2],
                         const float offset[2])
{
    float x[ROWS * 2];
    int32_t labels[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        ok(bp_dataset_get_inputs(p->data, i, x + 2 * i, 2));
        ok(bp_dataset_get_label(p->data, i, &labels[i]));
        for (size_t j = 0; j < 2; j++)
            x[2 * i + j] = x[2 * i + j] * scale[j] + offset[j];
    }
    bp_dataset_destroy(p->data);
    ok(bp_dataset_create(env_of(state), &p->data));
    ok(bp_dataset_set_inputs(p->data, x, ROWS, 2, 2));
    ok(bp_dataset_set_labels(p->data, labels, ROWS, 2));
}

static bp_diagnosis *diagnose(const struct patient *p)
{
    bp_diagnosis *diagnosis = NULL;

    ok(bp_trainer_diagnose(p->trainer, p->data, NULL, &diagnosis));
    return diagnosis;
}

/* The finding of that code; its code is 0 if there is none. */
static bp_finding find(const bp_diagnosis *diagnosis, int32_t code)
{
    bp_finding finding = {.struct_size = sizeof finding};

    for (size_t i = 0; i < bp_diagnosis_findings(diagnosis); i++) {
        ok(bp_diagnosis_get(diagnosis, i, &finding));
        if (finding.code == code)
            return finding;
    }
    return (bp_finding){.code = 0};
}

static const struct recipe healthy = {BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX,
                                      BP_COST_SOFTMAX_CROSS_ENTROPY, 0.1, 3};

static void require_found(const bp_diagnosis *diagnosis, int32_t code, bp_finding *found)
{
    *found = find(diagnosis, code);
    assert_int_equal(found->code, code);
    assert_true(strlen(found->text) > 10);
    assert_true(strlen(found->advice) > 10);
}

/* ---- none ---- */

static void a_network_that_learns(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis;
    size_t count;
    double *before;
    double *after;

    create(&p, state, &healthy);
    ok(bp_trainer_fit(p.trainer, p.data, 20, NULL, NULL));
    before = copy_parameters(p.network, &count);
    diagnosis = diagnose(&p);
    after = copy_parameters(p.network, &count);
    assert_memory_equal(before, after, count * sizeof *after);
    assert_int_equal(bp_diagnosis_findings(diagnosis), 0);
    bp_diagnosis_destroy(diagnosis);
    free(before);
    free(after);
    destroy(&p);
}

/* ---- data ---- */

static void targets_out_of_reach(void **state)
{
    struct recipe how = healthy;
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;

    how.last = BP_ACTIVATION_TANH;
    how.cost = BP_COST_MSE;
    create(&p, state, &how);
    replace_data(&p, state, (const float[]){1, 1}, (const float[]){0, 0});
    ok(bp_dataset_one_hot(p.data, -0.5f, 3));
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_TARGET_RANGE, &found);
    assert_int_equal(found.severity, BP_SEVERITY_FAULT);
    assert_int_equal(found.count, ROWS);
    assert_same_f64(found.value, 3);
    assert_same_f64(found.threshold, 1);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* What the cost itself refuses is a finding as well, and no failure. */
static void targets_that_are_refused(void **state)
{
    struct recipe how = healthy;
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;

    how.last = BP_ACTIVATION_SIGMOID;
    how.cost = BP_COST_CROSS_ENTROPY;
    create(&p, state, &how);
    replace_data(&p, state, (const float[]){1, 1}, (const float[]){0, 0});
    ok(bp_dataset_one_hot(p.data, -1, 1));
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_TARGET_RANGE, &found);
    assert_non_null(strstr(found.text, "expected 0 to 1"));
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

static void columns(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;

    create(&p, state, &healthy);
    replace_data(&p, state, (const float[]){0, 300}, (const float[]){0.5f, 1000});
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_CONSTANT_INPUT, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.index, 0);
    assert_same_f64(found.value, 0.5);
    require_found(diagnosis, BP_FINDING_UNSCALED_INPUT, &found);
    assert_int_equal(found.index, 1);
    assert_true(found.value > 1000);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
    create(&p, state, &healthy); /* one column a thousandth as wide as the other */
    replace_data(&p, state, (const float[]){1, 0.001f}, (const float[]){0, 0});
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_UNSCALED_INPUT, &found);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.index, 0);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* ---- parameters ---- */

static void not_finite(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;
    float *view = NULL;
    size_t count;
    bp_parameter_info info = {.struct_size = sizeof info};

    create(&p, state, &healthy);
    ok(bp_network_get_view(p.network, &view, &count));
    ok(bp_network_parameter_info(p.network, 1, BP_PARAMETER_WEIGHT, &info));
    view[info.offset] = 3e38f; /* overflows on the way */
    view[info.offset + info.col_stride] = 3e38f;
    ok(bp_network_view_changed(p.network));
    {
        float biases[8];

        for (size_t i = 0; i < 8; i++)
            biases[i] = 9;
        ok(bp_network_set_parameter(p.network, 0, BP_PARAMETER_BIAS, biases, 8));
    }
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_NOT_FINITE, &found);
    assert_int_equal(found.layer, 1);
    assert_non_null(strstr(found.text, "outputs"));
    bp_diagnosis_destroy(diagnosis);
    view[info.offset] = NAN;
    diagnosis = NULL;
    assert_status(bp_trainer_diagnose(p.trainer, p.data, NULL, &diagnosis), BP_OK);
    require_found(diagnosis, BP_FINDING_NOT_FINITE, &found);
    assert_int_equal(found.layer, 1);
    assert_non_null(strstr(found.text, "parameters"));
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* Units that are the same on both sides. Biases, or what goes out, tell others apart. */
static void units_alike(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;
    float weights[16];
    float biases[8] = {0};

    create(&p, state, &healthy);
    for (size_t i = 0; i < 16; i++)
        weights[i] = i % 2 == 0 ? 0.25f : -0.5f;
    ok(bp_network_set_parameter(p.network, 0, BP_PARAMETER_WEIGHT, weights, 16));
    diagnosis = diagnose(&p);
    assert_int_equal(find(diagnosis, BP_FINDING_SAME_UNITS).code, 0);
    bp_diagnosis_destroy(diagnosis);
    for (size_t i = 0; i < 16; i++)
        weights[i] = i < 8 ? 0.25f : -0.5f;
    ok(bp_network_set_parameter(p.network, 1, BP_PARAMETER_WEIGHT, weights, 16));
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_SAME_UNITS, &found);
    assert_int_equal(found.severity, BP_SEVERITY_FAULT);
    assert_int_equal(found.layer, 0);
    assert_int_equal(found.count, 8);
    bp_diagnosis_destroy(diagnosis);
    biases[3] = 0.125f;
    ok(bp_network_set_parameter(p.network, 0, BP_PARAMETER_BIAS, biases, 8));
    diagnosis = diagnose(&p);
    assert_int_equal(find(diagnosis, BP_FINDING_SAME_UNITS).code, 0);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* ---- units and gradients ---- */

static void set_biases(bp_network *network, size_t layer, float value, size_t from)
{
    float biases[8] = {0};

    for (size_t i = from; i < 8; i++)
        biases[i] = value;
    ok(bp_network_set_parameter(network, layer, BP_PARAMETER_BIAS, biases, 8));
}

static void saturated_units(void **state)
{
    static const int32_t activations[] = {BP_ACTIVATION_TANH, BP_ACTIVATION_SIGMOID,
                                          BP_ACTIVATION_SOFTSIGN,
                                          BP_ACTIVATION_HARD_SIGMOID};

    for (size_t a = 0; a < COUNT(activations); a++) {
        struct recipe how = healthy;
        struct patient p;
        bp_diagnosis *diagnosis;
        bp_finding found;

        how.activation = activations[a];
        create(&p, state, &how);
        set_biases(p.network, 0, 30, 2);
        diagnosis = diagnose(&p);
        require_found(diagnosis, BP_FINDING_SATURATED, &found);
        assert_int_equal(found.layer, 0);
        assert_int_equal(found.count, 6);
        assert_same_f64(found.value, 0.75);
        bp_diagnosis_destroy(diagnosis);
        set_biases(p.network, 0, 30, 5); /* fewer than half */
        diagnosis = diagnose(&p);
        assert_int_equal(find(diagnosis, BP_FINDING_SATURATED).code, 0);
        bp_diagnosis_destroy(diagnosis);
        destroy(&p);
    }
}

/* The last layer: a fault under the quadratic cost, none under its own cross-entropy. */
static void a_saturated_last_layer(void **state)
{
    for (size_t fused = 0; fused < 2; fused++) {
        struct recipe how = healthy;
        struct patient p;
        bp_diagnosis *diagnosis;
        const float biases[] = {20, -20};

        how.last = BP_ACTIVATION_SIGMOID;
        how.cost = fused ? BP_COST_CROSS_ENTROPY : BP_COST_QUADRATIC;
        create(&p, state, &how);
        ok(bp_network_set_parameter(p.network, 1, BP_PARAMETER_BIAS, biases, 2));
        diagnosis = diagnose(&p);
        assert_int_equal(find(diagnosis, BP_FINDING_SATURATED).code,
                         fused ? 0 : BP_FINDING_SATURATED);
        bp_diagnosis_destroy(diagnosis);
        destroy(&p);
    }
}

static void dead_units(void **state)
{
    static const int32_t severities[] = {BP_SEVERITY_FAULT, BP_SEVERITY_WARNING,
                                         BP_SEVERITY_NOTE};
    static const size_t from[] = {0, 2, 7};

    for (size_t i = 0; i < 3; i++) {
        struct recipe how = healthy;
        struct patient p;
        bp_diagnosis *diagnosis;
        bp_finding found;

        how.activation = BP_ACTIVATION_RELU;
        create(&p, state, &how);
        set_biases(p.network, 0, 50, 0);
        {
            float biases[8];

            for (size_t j = 0; j < 8; j++)
                biases[j] = j >= from[i] ? -50.0f : 50.0f;
            ok(bp_network_set_parameter(p.network, 0, BP_PARAMETER_BIAS, biases, 8));
        }
        diagnosis = diagnose(&p);
        require_found(diagnosis, BP_FINDING_DEAD, &found);
        assert_int_equal(found.count, 8 - from[i]);
        assert_int_equal(found.severity, severities[i]);
        bp_diagnosis_destroy(diagnosis);
        destroy(&p);
    }
}

/* Units that are 0 for some rows only. */
static void units_that_live(void **state)
{
    struct recipe how = healthy;
    struct patient p;
    bp_diagnosis *diagnosis;
    float weights[16] = {0};

    how.activation = BP_ACTIVATION_RELU;
    create(&p, state, &how);
    for (size_t i = 0; i < 8; i++)
        weights[2 * i] = i % 2 == 0 ? 1.0f : -1.0f;
    ok(bp_network_set_parameter(p.network, 0, BP_PARAMETER_WEIGHT, weights, 16));
    diagnosis = diagnose(&p);
    assert_int_equal(find(diagnosis, BP_FINDING_DEAD).code, 0);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* All weights of the hidden layers times a factor: gradients shrink or grow with each. */
static void scale_weights(bp_network *network, float factor)
{
    for (size_t layer = 1; layer + 1 < bp_network_layers(network); layer++) {
        float weights[64];

        ok(bp_network_get_parameter(network, layer, BP_PARAMETER_WEIGHT, weights, 64));
        for (size_t i = 0; i < 64; i++)
            weights[i] *= factor;
        ok(bp_network_set_parameter(network, layer, BP_PARAMETER_WEIGHT, weights, 64));
    }
}

static void gradients_that_vanish_and_explode(void **state)
{
    struct recipe how = healthy;
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;

    how.layers = 7;
    how.activation = BP_ACTIVATION_SIGMOID;
    create(&p, state, &how);
    scale_weights(p.network, 0.25f);
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_VANISHING, &found);
    assert_int_equal(found.layer, 0);
    assert_true(found.value < 1e-3 && found.value > 0);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
    how.activation = BP_ACTIVATION_TANH;
    create(&p, state, &how);
    {
        float tiny[16];

        scale_weights(p.network, 1e-2f);
        for (size_t i = 0; i < 16; i++)
            tiny[i] = 200.0f * (float)spread_at(i);
        ok(bp_network_set_parameter(p.network, 5, BP_PARAMETER_WEIGHT, tiny, 16));
    }
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_EXPLODING, &found);
    assert_true(found.value > 1e3);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

static void rates(void **state)
{
    static const double table[] = {500, 1e-7};
    static const int32_t codes[] = {BP_FINDING_RATE_HIGH, BP_FINDING_RATE_LOW};

    for (size_t i = 0; i < 2; i++) {
        struct recipe how = healthy;
        struct patient p;
        bp_diagnosis *diagnosis;
        bp_finding found;

        how.rate = table[i];
        create(&p, state, &how);
        diagnosis = diagnose(&p);
        require_found(diagnosis, codes[i], &found);
        assert_true(i == 0 ? found.value > found.threshold
                           : found.value < found.threshold);
        assert_int_equal(find(diagnosis, codes[1 - i]).code, 0);
        bp_diagnosis_destroy(diagnosis);
        destroy(&p);
    }
}

static void a_class_that_is_never_predicted(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis;
    bp_finding found;
    const float biases[] = {50, -50};

    create(&p, state, &healthy);
    ok(bp_network_set_parameter(p.network, 1, BP_PARAMETER_BIAS, biases, 2));
    diagnosis = diagnose(&p);
    require_found(diagnosis, BP_FINDING_CLASS_NOT_PREDICTED, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.index, 1);
    assert_same_f64(found.value, ROWS / 2);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* ---- the report ---- */

struct text {
    char bytes[4096];
    size_t size;
    size_t calls, stop_at;
};

static int32_t append(const void *bytes, size_t size, void *user)
{
    struct text *text = user;

    if (++text->calls == text->stop_at)
        return 1;
    assert_true(text->size + size < sizeof text->bytes);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return 0;
}

static void as_text(void **state)
{
    struct patient p;
    struct text text = {.size = 0};
    struct text none = {.size = 0};
    bp_diagnosis *diagnosis;

    create(&p, state, &healthy);
    set_biases(p.network, 0, 30, 2);
    diagnosis = diagnose(&p);
    ok(bp_diagnosis_write(diagnosis, append, &text));
    assert_non_null(strstr(text.bytes, "warning: 6 of 8 units of layer 0 are saturated"));
    assert_non_null(strstr(text.bytes, "\n  Scale the inputs"));
    for (size_t at = 1; at <= text.calls; at++) {
        struct text stopped = {.stop_at = at};

        assert_status(bp_diagnosis_write(diagnosis, append, &stopped), BP_ESTOPPED);
        assert_int_equal(stopped.calls, at);
    }
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
    create(&p, state, &healthy);
    ok(bp_trainer_fit(p.trainer, p.data, 20, NULL, NULL));
    diagnosis = diagnose(&p);
    ok(bp_diagnosis_write(diagnosis, append, &none));
    assert_string_equal(none.bytes, "nothing was found\n");
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

/* Few rows of many. */
static void a_sample(void **state)
{
    struct patient p;
    bp_diagnosis *diagnosis = NULL;
    bp_diagnosis_options options;
    const float biases[] = {50, -50};

    create(&p, state, &healthy);
    ok(bp_network_set_parameter(p.network, 1, BP_PARAMETER_BIAS, biases, 2));
    ok(bp_diagnosis_options_init(&options));
    assert_int_equal(options.rows, 1024);
    options.rows = 21; /* every third row: the classes take turns */
    ok(bp_trainer_diagnose(p.trainer, p.data, &options, &diagnosis));
    assert_same_f64(find(diagnosis, BP_FINDING_CLASS_NOT_PREDICTED).value, 10);
    bp_diagnosis_destroy(diagnosis);
    destroy(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(a_network_that_learns),
        HOST_TEST(targets_out_of_reach),
        HOST_TEST(targets_that_are_refused),
        HOST_TEST(columns),
        HOST_TEST(not_finite),
        HOST_TEST(units_alike),
        HOST_TEST(saturated_units),
        HOST_TEST(a_saturated_last_layer),
        HOST_TEST(dead_units),
        HOST_TEST(units_that_live),
        HOST_TEST(gradients_that_vanish_and_explode),
        HOST_TEST(rates),
        HOST_TEST(a_class_that_is_never_predicted),
        HOST_TEST(as_text),
        HOST_TEST(a_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
