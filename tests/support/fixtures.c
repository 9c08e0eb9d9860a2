/* SPDX-License-Identifier: MIT */
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

void require_status(bp_status status, bp_status expected, const char *call,
                    const char *file, int line)
{
    if (status == expected)
        return;
    print_error("%s\n  gave %d (%s), expected %d (%s)\n", call, (int)status,
                bp_status_text(status), (int)expected, bp_status_text(expected));
    _fail(file, line);
}

bp_network *make_open_network(const struct net_recipe *recipe)
{
    bp_network *network = NULL;

    ok(bp_network_create(recipe->widths[0], recipe->env, &network));
    if (recipe->precision != 0)
        ok(bp_network_set(network, BP_NETWORK_PRECISION, recipe->precision));
    for (size_t i = 1; i < recipe->count; ++i)
        ok(bp_network_add_dense(network, recipe->widths[i],
                                i + 1 < recipe->count ? recipe->activation
                                                      : recipe->last));
    return network;
}

bp_network *make_network(const struct net_recipe *recipe, uint64_t seed)
{
    bp_network *network = make_open_network(recipe);

    ok(bp_network_build(network, seed));
    return network;
}

bp_cost *make_cost(int32_t kind, const bp_env *env)
{
    bp_cost *cost = NULL;

    ok(bp_cost_create(kind, env, &cost));
    return cost;
}

bp_optimizer *make_sgd(double rate, double momentum, const bp_env *env)
{
    bp_optimizer *sgd = NULL;

    ok(bp_optimizer_create(BP_OPTIMIZER_SGD, env, &sgd));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, rate));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_MOMENTUM, momentum));
    return sgd;
}

bp_trainer *make_trainer_with(bp_network *network, int32_t kind, bp_optimizer *optimizer,
                              size_t batch, uint64_t seed)
{
    bp_cost *cost = make_cost(kind, NULL);
    bp_trainer *trainer = NULL;

    ok(bp_trainer_create(network, cost, optimizer, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)batch));
    ok(bp_trainer_build(trainer, seed));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(optimizer);
    return trainer;
}

bp_trainer *make_trainer(bp_network *network, int32_t kind, size_t batch, uint64_t seed)
{
    return make_trainer_with(network, kind, make_sgd(0.125, 0.5, NULL), batch, seed);
}

/* Spread over [-1, 1] by steps of an irrational part of it: no two are the same. */
static float spread(size_t i)
{
    return (float)(2 * fmod(0.61803398874989485 * (double)(i + 1), 1.0) - 1);
}

static void fill_rows(float *inputs, float *targets, int32_t *labels,
                      const size_t shape[3])
{
    for (size_t row = 0; row < shape[0]; ++row) {
        labels[row] = (int32_t)(row % shape[2]);
        for (size_t col = 0; col < shape[1]; ++col)
            inputs[row * shape[1] + col] = spread(row * shape[1] + col);
        for (size_t col = 0; col < shape[2]; ++col)
            targets[row * shape[2] + col] = col == row % shape[2] ? 1.0f : 0.0f;
    }
}

bp_dataset *make_dataset(size_t rows, size_t inputs, size_t classes, const bp_env *env)
{
    float *x = malloc(rows * inputs * sizeof *x);
    float *y = malloc(rows * classes * sizeof *y);
    int32_t *labels = malloc(rows * sizeof *labels);
    bp_dataset *data = NULL;

    assert_true(x != NULL && y != NULL && labels != NULL);
    fill_rows(x, y, labels, (const size_t[]){rows, inputs, classes});
    ok(bp_dataset_create(env, &data));
    ok(bp_dataset_set_inputs(data, x, rows, inputs, inputs));
    ok(bp_dataset_set_targets(data, y, rows, classes, classes));
    ok(bp_dataset_set_labels(data, labels, rows, classes));
    free(x);
    free(y);
    free(labels);
    return data;
}

static size_t copy_layer(const bp_network *network, size_t layer, double *values)
{
    size_t done = 0;

    for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_BIAS; ++which) {
        bp_parameter_info info = {.struct_size = sizeof info};
        if (bp_network_parameter_info(network, layer, which, &info) != BP_OK)
            continue;
        ok(bp_network_get_parameter_f64(network, layer, which, values + done,
                                        info.rows * info.cols));
        done += info.rows * info.cols;
    }
    return done;
}

double *copy_parameters(const bp_network *network, size_t *count)
{
    double *values = malloc((bp_network_parameters(network) + 1) * sizeof *values);

    assert_non_null(values);
    *count = 0;
    for (size_t layer = 0; layer < bp_network_layers(network); ++layer)
        *count += copy_layer(network, layer, values + *count);
    assert_int_equal(*count, bp_network_parameters(network));
    return values;
}
