/* SPDX-License-Identifier: MIT */
/*
 * A recorder against a callback of the test's own that asks the trainer step by step; its
 * thinning; that a recorded training has the bits of one that is not.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUTS = 2,
    UNITS = 3,
    OUTPUTS = 2,
    ROWS = 10,
    BATCH = 4,
    EPOCHS = 9,
    STEPS = 27,
    BINS = 24
};
enum { W = UNITS * INPUTS };

#define TOLERANCE 1e-12

static const size_t widths[] = {INPUTS, UNITS, OUTPUTS};

/** What the test's own eye saw after each step. */
struct eye {
    bp_recorder *recorder;
    const bp_network *network;
    bp_trainer *trainer;
    size_t steps;
    double w[STEPS + 1][W], b[STEPS + 1][UNITS];
    double cost[STEPS + 1];
};

static bp_network *network_of(int32_t precision)
{
    const struct net_recipe recipe = {
        NULL, widths, 3, BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX, precision};

    return make_network(&recipe, 5);
}

static bp_trainer *trainer_of(bp_network *network)
{
    bp_optimizer *adam = NULL;

    ok(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_RATE, 0.05));
    return make_trainer_with(network, BP_COST_SOFTMAX_CROSS_ENTROPY, adam, BATCH, 3);
}

static void see(struct eye *eye, double cost)
{
    ok(bp_network_get_parameter_f64(eye->network, 0, BP_PARAMETER_WEIGHT,
                                    eye->w[eye->steps], W));
    ok(bp_network_get_parameter_f64(eye->network, 0, BP_PARAMETER_BIAS,
                                    eye->b[eye->steps], UNITS));
    eye->cost[eye->steps] = cost;
}

static int32_t watch(const bp_progress *progress, void *user)
{
    struct eye *eye = user;

    if (progress->event == BP_EVENT_STEP) {
        eye->steps++;
        see(eye, progress->step_cost);
    }
    return bp_recorder_progress(progress, eye->recorder);
}

static size_t column(const bp_recorder *recorder, const char *name)
{
    for (size_t i = 0; i < bp_recorder_columns(recorder); ++i)
        if (strcmp(bp_recorder_column_name(recorder, i), name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static double value(const bp_recorder *recorder, size_t sample, const char *name)
{
    double found = 0;

    ok(bp_recorder_get_value(recorder, sample, column(recorder, name), &found));
    return found;
}

static double length(const double *a, const double *b, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; ++i)
        sum += (a[i] - (b != NULL ? b[i] : 0)) * (a[i] - (b != NULL ? b[i] : 0));
    return sum;
}

static void check_sample(const bp_recorder *recorder, const struct eye *eye,
                         size_t sample, size_t step)
{
    const double norm =
        sqrt(length(eye->w[step], NULL, W) + length(eye->b[step], NULL, UNITS));
    const double before =
        sqrt(length(eye->w[step - 1], NULL, W) + length(eye->b[step - 1], NULL, UNITS));
    const double moved = sqrt(length(eye->w[step], eye->w[step - 1], W) +
                              length(eye->b[step], eye->b[step - 1], UNITS));
    const double ratio = moved / before;
    double found = value(recorder, sample, "layer_0_weight_norm");

    assert_true(value(recorder, sample, "step") == (double)step);
    assert_true(value(recorder, sample, "step_cost") == eye->cost[step]);
    assert_close_f64(&norm, &found, 1, TOLERANCE, TOLERANCE);
    found = value(recorder, sample, "layer_0_update_ratio");
    assert_close_f64(&ratio, &found, 1, TOLERANCE, TOLERANCE);
    assert_true(value(recorder, sample, "w_0_1_1") == eye->w[step][1 * INPUTS + 1]);
    assert_true(value(recorder, sample, "b_0_2") == eye->b[step][2]);
}

static void start(struct eye *eye, int32_t event, size_t samples, const bp_dataset *probe)
{
    const bp_connection kept[] = {
        {.struct_size = sizeof *kept, .kind = BP_CONNECTION_WEIGHT, .to = 1, .from = 1},
        {.struct_size = sizeof *kept, .kind = BP_CONNECTION_BIAS, .to = 2}};
    bp_recorder_options options;

    ok(bp_recorder_options_init(&options));
    options.event = event;
    options.samples = samples;
    options.probe = probe;
    options.regions = probe != NULL;
    options.connections = kept;
    options.connections_count = 2;
    ok(bp_recorder_create(eye->trainer, &eye->recorder));
    ok(bp_recorder_start(eye->recorder, &options));
    see(eye, 0);
}

/* 27 samples in 8 places: every 4th step from the first on. */
static void test_steps_are_thinned(void **state)
{
    bp_network *network = network_of(BP_PRECISION_F64);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    struct eye *eye = calloc(1, sizeof *eye);

    (void)state;
    assert_non_null(eye);
    eye->network = network;
    eye->trainer = trainer_of(network);
    start(eye, BP_EVENT_STEP, 8, NULL);
    ok(bp_trainer_fit(eye->trainer, data, EPOCHS, watch, eye));
    assert_int_equal(bp_recorder_samples(eye->recorder), 7);
    for (size_t i = 0; i < 7; ++i)
        check_sample(eye->recorder, eye, i, 1 + 4 * i);
    bp_recorder_destroy(eye->recorder);
    bp_trainer_destroy(eye->trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(eye);
}

static void test_epochs(void **state)
{
    bp_network *network = network_of(BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    struct eye *eye = calloc(1, sizeof *eye);
    double gradient[OUTPUTS * UNITS], bias[OUTPUTS], norm, found;

    (void)state;
    assert_non_null(eye);
    eye->network = network;
    eye->trainer = trainer_of(network);
    start(eye, BP_EVENT_EPOCH, 16, data);
    ok(bp_trainer_set(eye->trainer, BP_TRAINER_KEEP_GRADIENT, 1));
    ok(bp_trainer_fit(eye->trainer, data, EPOCHS, watch, eye));
    assert_int_equal(bp_recorder_samples(eye->recorder), EPOCHS);
    for (size_t i = 0; i < EPOCHS; ++i) {
        check_sample(eye->recorder, eye, i, 3 + 3 * i);
        assert_true(value(eye->recorder, i, "epoch") == (double)(i + 1));
        assert_true(isnan(value(eye->recorder, i, "validation_cost")));
    }
    ok(bp_trainer_get_gradient_f64(eye->trainer, 1, BP_PARAMETER_WEIGHT, gradient,
                                   OUTPUTS * UNITS));
    ok(bp_trainer_get_gradient_f64(eye->trainer, 1, BP_PARAMETER_BIAS, bias, OUTPUTS));
    norm = sqrt(length(gradient, NULL, OUTPUTS * UNITS) + length(bias, NULL, OUTPUTS));
    found = value(eye->recorder, EPOCHS - 1, "layer_1_gradient_norm");
    assert_close_f64(&norm, &found, 1, TOLERANCE, TOLERANCE);
    bp_recorder_destroy(eye->recorder);
    bp_trainer_destroy(eye->trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(eye);
}

/* Means over the probe, taken again by predicting with the first layer alone. */
static void test_activations(void **state)
{
    bp_network *network = network_of(BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    struct eye *eye = calloc(1, sizeof *eye);
    double sum = 0, zeros = 0, found;

    (void)state;
    assert_non_null(eye);
    eye->network = network;
    eye->trainer = trainer_of(network);
    start(eye, BP_EVENT_EPOCH, 16, data);
    ok(bp_trainer_fit(eye->trainer, data, EPOCHS, watch, eye));
    for (size_t i = 0; i < ROWS * UNITS; ++i) {
        const double *w = eye->w[STEPS] + INPUTS * (i % UNITS);
        float x[INPUTS];
        double z;

        ok(bp_dataset_get_inputs(data, i / UNITS, x, INPUTS));
        z = w[0] * x[0] + w[1] * x[1] + eye->b[STEPS][i % UNITS];
        sum += z > 0 ? z : 0;
        zeros += z <= 0;
    }
    sum /= ROWS * UNITS;
    found = value(eye->recorder, EPOCHS - 1, "layer_0_a_mean");
    assert_close_f64(&sum, &found, 1, 1e-6, 1e-6);
    assert_true(value(eye->recorder, EPOCHS - 1, "layer_0_a_zero") ==
                zeros / (ROWS * UNITS));
    found = value(eye->recorder, EPOCHS - 1, "layer_1_a_mean");
    sum = 0.5;
    assert_close_f64(&sum, &found, 1, 1e-6, 1e-6);
    bp_recorder_destroy(eye->recorder);
    bp_trainer_destroy(eye->trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(eye);
}

static double *trained(bool recorded, size_t *count)
{
    bp_network *network = network_of(BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    struct eye *eye = calloc(1, sizeof *eye);
    double *params, keeps = 1;

    assert_non_null(eye);
    eye->network = network;
    eye->trainer = trainer_of(network);
    if (recorded)
        start(eye, BP_EVENT_EPOCH, 4, data);
    ok(bp_trainer_fit(eye->trainer, data, EPOCHS, recorded ? bp_recorder_progress : NULL,
                      eye->recorder));
    params = copy_parameters(network, count);
    bp_recorder_destroy(eye->recorder);
    ok(bp_trainer_get(eye->trainer, BP_TRAINER_KEEP_GRADIENT, &keeps));
    assert_true(keeps == 0);
    bp_trainer_destroy(eye->trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(eye);
    return params;
}

static void test_same_bits(void **state)
{
    size_t count = 0, again = 0;
    double *plain = trained(false, &count);
    double *recorded = trained(true, &again);

    (void)state;
    assert_int_equal(count, again);
    assert_memory_equal(plain, recorded, count * sizeof *plain);
    free(recorded);
    free(plain);
}

/* ---- as text ---- */

struct text {
    char bytes[65536];
    size_t used;
};

static int32_t collect(const void *bytes, size_t size, void *user)
{
    struct text *text = user;

    assert_true(text->used + size < sizeof text->bytes);
    memcpy(text->bytes + text->used, bytes, size);
    text->used += size;
    return 0;
}

static size_t count_of(const struct text *text, const char *word)
{
    size_t count = 0;

    for (const char *at = text->bytes; (at = strstr(at, word)) != NULL; ++at)
        ++count;
    return count;
}

/* One histogram: all activations are in it, and none lies farther from the middle of its
 * bin than half a bin. @return where it ends. */
static const char *check_histogram(const char *at, double mean, size_t expected)
{
    double low, high, sum = 0;
    size_t all = 0;
    int used = 0;

    at = strstr(at, "{\"low\":");
    assert_non_null(at);
    assert_int_equal(
        sscanf(at, "{\"low\":%lf,\"high\":%lf,\"counts\":[%n", &low, &high, &used), 2);
    assert_true(used > 0 && high > low);
    at += used;
    for (size_t bin = 0; bin < BINS; ++bin, ++at) {
        char *end;
        const unsigned long count = strtoul(at, &end, 10);

        sum += (double)count * (low + ((double)bin + 0.5) * (high - low) / BINS);
        all += count;
        at = end;
    }
    assert_true(at[-1] == ']');
    assert_int_equal(all, expected);
    assert_true(fabs(sum / (double)all - mean) <= 0.5 * (high - low) / BINS);
    return at;
}

static void test_write(void **state)
{
    bp_network *network = network_of(BP_PRECISION_F32);
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_trainer *trainer = trainer_of(network);
    struct eye *eye = calloc(1, sizeof *eye);
    struct text *text = calloc(1, sizeof *text);
    const char *at;
    double cost;

    (void)state;
    assert_non_null(eye);
    assert_non_null(text);
    eye->network = network;
    eye->trainer = trainer;
    start(eye, BP_EVENT_EPOCH, 16, data);
    ok(bp_trainer_fit(trainer, data, 3, bp_recorder_progress, eye->recorder));
    ok(bp_recorder_write(eye->recorder, BP_RECORD_CSV, collect, text));
    assert_int_equal(count_of(text, "\n"), 4);
    assert_int_equal(count_of(text, ","), 4 * (bp_recorder_columns(eye->recorder) - 1));
    assert_int_equal(strncmp(text->bytes, "step,epoch,seconds,cost,", 24), 0);
    assert_int_equal(sscanf(strchr(text->bytes, '\n'), "%*f,%*f,%*f,%lf", &cost), 1);
    assert_true(cost == value(eye->recorder, 0, "cost"));
    memset(text, 0, sizeof *text);
    ok(bp_recorder_write(eye->recorder, BP_RECORD_JSON_LINES, collect, text));
    assert_int_equal(count_of(text, "\n"), 3);
    assert_int_equal(count_of(text, "\"counts\":["), 3 * 2);
    assert_int_equal(count_of(text, "\"validation_cost\":null"), 3);
    at = text->bytes;
    for (size_t i = 0; i < 3; ++i) {
        at = check_histogram(at, value(eye->recorder, i, "layer_0_a_mean"), ROWS * UNITS);
        at = check_histogram(at, value(eye->recorder, i, "layer_1_a_mean"),
                             ROWS * OUTPUTS);
    }
    bp_recorder_destroy(eye->recorder);
    bp_trainer_destroy(trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    free(text);
    free(eye);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_are_thinned),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
