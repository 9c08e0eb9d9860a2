/* SPDX-License-Identifier: MIT */
/*
 * Whole networks against PyTorch: 100 steps from given weights, batches, masks and noise.
 * In double every cost, and at the end every parameter and running statistic, to 1e-10;
 * in float the costs to 1e-4. tests/parity/training.py makes the numbers.
 */
#include "compare.h"
#include "fixtures.h"
#include "parity.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    STEPS = 100,
    BATCH = 8,
    INPUTS = 5,
    MOST = 256 /* numbers in an array */
};

#define SEED UINT64_C(0x9876543210)

/* As in layers.py: from -1 to 1, and exact in float. */
static void numbers(size_t rows, size_t cols, size_t seed, double *to)
{
    for (size_t i = 0; i < rows; ++i)
        for (size_t j = 0; j < cols; ++j) {
            const size_t n = i * 7919 + j * 104729 + seed * 31337 + i * j * j;
            to[i * cols + j] = ((double)(n % 2039) - 1019) / 1024;
        }
}

/* ---- the network of a case ---- */

static bp_layer *make_layer(int32_t kind, double number, size_t units)
{
    bp_layer *layer = NULL;

    switch (kind) {
    case BP_LAYER_KIND_DENSE:
        ok(bp_layer_create_dense(units, (int32_t)number, NULL, &layer));
        break;
    case BP_LAYER_KIND_ACTIVATION:
        ok(bp_layer_create_activation((int32_t)number, NULL, &layer));
        break;
    case BP_LAYER_KIND_DROPOUT: ok(bp_layer_create_dropout(number, NULL, &layer)); break;
    case BP_LAYER_KIND_NOISE: ok(bp_layer_create_noise(number, NULL, &layer)); break;
    case BP_LAYER_KIND_LAYER_NORM: ok(bp_layer_create_layer_norm(NULL, &layer)); break;
    default: ok(bp_layer_create_batch_norm(NULL, &layer));
    }
    return layer;
}

static const struct {
    const char *name;
    int32_t which;
} tensors[] = {{"weight", BP_PARAMETER_WEIGHT},
               {"bias", BP_PARAMETER_BIAS},
               {"mean", BP_PARAMETER_RUNNING_MEAN},
               {"variance", BP_PARAMETER_RUNNING_VARIANCE}};

enum { TENSORS = sizeof tensors / sizeof tensors[0] };

typedef void (*tensor_fn)(const struct parity_case *of, const char *name,
                          bp_network *network, size_t layer, int32_t which);

static void each_tensor(const struct parity_case *of, bp_network *network,
                        const char *when, tensor_fn work)
{
    size_t found = 0;

    for (size_t layer = 0; layer < bp_network_layers(network); ++layer)
        for (size_t i = 0; i < TENSORS; ++i) {
            char name[PARITY_NAME];
            snprintf(name, sizeof name, "%zu.%s.%s", layer, tensors[i].name, when);
            if (!parity_has(of, name))
                continue;
            work(of, name, network, layer, tensors[i].which);
            ++found;
        }
    assert_true(found > 0);
}

static void set_tensor(const struct parity_case *of, const char *name,
                       bp_network *network, size_t layer, int32_t which)
{
    size_t count = 0;
    const double *values = parity_array(of, name, &count);

    ok(bp_network_set_parameter_f64(network, layer, which, values, count));
}

static void compare_tensor(const struct parity_case *of, const char *name,
                           bp_network *network, size_t layer, int32_t which)
{
    size_t count = 0;
    const double *expected = parity_array(of, name, &count);
    double found[MOST];

    assert_true(count <= MOST);
    ok(bp_network_get_parameter_f64(network, layer, which, found, count));
    print_message("%s %s\n", of->name, name);
    assert_close_f64(found, expected, count, 1e-10, 1e-10);
}

static bp_network *make_net(const struct parity_case *of)
{
    size_t count = 0;
    const double *kinds = parity_array(of, "kinds", &count);
    const double *own = parity_values(of, "numbers", count);
    const double *units = parity_values(of, "units", count);
    bp_network *network = NULL;

    ok(bp_network_create(INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, parity_number(of, "precision")));
    for (size_t i = 0; i < count; ++i) {
        bp_layer *layer = make_layer((int32_t)kinds[i], own[i], (size_t)units[i]);
        ok(bp_network_add(network, layer));
        bp_layer_destroy(layer);
    }
    ok(bp_network_build(network, 1));
    each_tensor(of, network, "before", set_tensor);
    return network;
}

/* ---- what is beside the network ---- */

static void set_schedule(const struct parity_case *of, bp_trainer *trainer)
{
    size_t count = 0;
    const double *words = parity_array(of, "schedule", &count);
    bp_schedule *schedule = NULL;

    ok(bp_schedule_create((int32_t)words[0], NULL, &schedule));
    for (size_t i = 1; i + 1 < count; i += 2)
        ok(bp_schedule_set(schedule, (int32_t)words[i], words[i + 1]));
    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

/* Settings of the trainer and of its layers, and a schedule. */
static void set_recipe(const struct parity_case *of, bp_trainer *trainer)
{
    size_t count = 0;
    const double *words = parity_array(of, "trainer", &count);

    for (size_t i = 0; i + 1 < count; i += 2)
        ok(bp_trainer_set(trainer, (int32_t)words[i], words[i + 1]));
    words = parity_array(of, "layers", &count);
    for (size_t i = 0; i + 2 < count; i += 3)
        ok(bp_trainer_set_layer(trainer, (size_t)words[i], (int32_t)words[i + 1],
                                words[i + 2]));
    if (parity_has(of, "schedule"))
        set_schedule(of, trainer);
}

/* From its step on all layers learn. */
static void thaw(const struct parity_case *of, bp_trainer *trainer, size_t layers,
                 size_t step)
{
    if ((double)step != parity_number(of, "thaw"))
        return;
    for (size_t i = 0; i < layers; ++i)
        ok(bp_trainer_set_layer(trainer, i, BP_TRAINER_LAYER_FROZEN, 0));
}

static bp_trainer *make_learner(const struct parity_case *of, bp_network *network)
{
    const int32_t kind = (int32_t)parity_number(of, "cost");
    bp_cost *cost = make_cost(kind, NULL);
    bp_optimizer *optimizer = NULL;
    bp_trainer *trainer = NULL;
    size_t count = 0;
    const double *keys = parity_array(of, "keys", &count);
    const double *settings = parity_values(of, "settings", count);

    if (kind == BP_COST_SOFTMAX_CROSS_ENTROPY)
        ok(bp_cost_set(cost, BP_COST_SMOOTHING, 0.1));
    ok(bp_optimizer_create((int32_t)parity_number(of, "optimizer"), NULL, &optimizer));
    for (size_t i = 0; i < count; ++i)
        ok(bp_optimizer_set(optimizer, (int32_t)keys[i], settings[i]));
    ok(bp_trainer_create(network, cost, optimizer, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    set_recipe(of, trainer);
    ok(bp_trainer_build(trainer, SEED));
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return trainer;
}

/* ---- its training ---- */

static double step_labels(bp_trainer *trainer, const double *x, size_t step,
                          size_t outputs)
{
    float inputs[BATCH * INPUTS];
    int32_t labels[BATCH];
    double cost = 0;

    for (size_t i = 0; i < BATCH * INPUTS; ++i)
        inputs[i] = (float)x[i];
    for (size_t r = 0; r < BATCH; ++r)
        labels[r] = (int32_t)((step * 7 + r * 3 + r * r) % outputs);
    ok(bp_trainer_step_labels(trainer, inputs, BATCH * INPUTS, labels, BATCH, &cost));
    return cost;
}

/* Targets from -1 to 1, for probabilities from 0 to 1. */
static double step_targets(bp_trainer *trainer, const double *x, size_t step,
                           size_t outputs, bool unit)
{
    double y[BATCH * INPUTS];
    double cost = 0;

    assert_true(outputs <= INPUTS);
    numbers(BATCH, outputs, 5000 + step, y);
    for (size_t i = 0; unit && i < BATCH * outputs; ++i)
        y[i] = (y[i] + 1) / 2;
    ok(bp_trainer_step_f64(trainer, x, BATCH * INPUTS, y, BATCH * outputs, &cost));
    return cost;
}

static double one_step(const struct parity_case *of, bp_trainer *trainer, size_t step,
                       size_t outputs)
{
    const int32_t cost = (int32_t)parity_number(of, "cost");
    double x[BATCH * INPUTS];

    numbers(BATCH, INPUTS, 1000 + step, x);
    if (cost == BP_COST_SOFTMAX_CROSS_ENTROPY)
        return step_labels(trainer, x, step, outputs);
    return step_targets(trainer, x, step, outputs, cost == BP_COST_CROSS_ENTROPY);
}

static void follow(const struct parity_case *of)
{
    const bool is_double = parity_number(of, "precision") == BP_PRECISION_F64;
    const double *expected = parity_values(of, "costs", STEPS);
    bp_network *network = make_net(of);
    bp_trainer *trainer = make_learner(of, network);
    double costs[STEPS];

    for (size_t step = 0; step < STEPS; ++step) {
        thaw(of, trainer, bp_network_layers(network), step);
        costs[step] = one_step(of, trainer, step, bp_network_outputs(network));
    }
    print_message("%s costs\n", of->name);
    if (is_double)
        assert_close_f64(costs, expected, STEPS, 0, 1e-10);
    else
        assert_close_f64(costs, expected, STEPS, 0, 1e-4);
    if (is_double)
        each_tensor(of, network, "after", compare_tensor);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void networks_learn_as_pytorchs(void **state)
{
    struct parity_file *file = parity_read("training");
    size_t in_double = 0;

    (void)state;
    for (size_t i = 0; i < file->count; ++i) {
        follow(&file->cases[i]);
        in_double += parity_number(&file->cases[i], "precision") == BP_PRECISION_F64;
    }
    assert_true(in_double > 0 && in_double < file->count);
    parity_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(networks_learn_as_pytorchs)};

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
