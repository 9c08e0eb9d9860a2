/* SPDX-License-Identifier: MIT */
/* Bad arguments: workspaces, predict and evaluate, costs, optimizers. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_workspace(void **state)
{
    struct world *w = *state;

    BAD(bp_workspace_create, network, "NULL", BP_EINVAL, NOTHING,
        bp_workspace_create(NULL, 1, &w->out.workspace));
    BAD(bp_workspace_create, state, "not built", BP_ESTATE, NOTHING,
        bp_workspace_create(w->open, 1, &w->out.workspace));
    BAD(bp_workspace_create, rows, "0", BP_EINVAL, NOTHING,
        bp_workspace_create(w->net, 0, &w->out.workspace));
    BAD(bp_workspace_create, rows, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_workspace_create(w->net, SIZE_MAX, &w->out.workspace));
    BAD(bp_workspace_create, rows, "overflows in bytes", BP_EINVAL, NOTHING,
        bp_workspace_create(w->net, SIZE_MAX / 4, &w->out.workspace));
    w->host.largest = (size_t)1 << 16;
    BAD(bp_workspace_create, rows, "more than memory", BP_ENOMEM, NOTHING,
        bp_workspace_create(w->net, 10000, &w->out.workspace));
    w->host.largest = (size_t)1 << 30;
    BAD(bp_workspace_create, workspace, "NULL", BP_EINVAL, NOTHING,
        bp_workspace_create(w->net, 1, NULL));
    ANY(bp_workspace_destroy, workspace, "accepts NULL");
    BAD(bp_workspace_error, workspace, "NULL", BP_EINVAL, NOTHING,
        refused(bp_workspace_error(NULL) != NULL && bp_workspace_error(NULL)[0] == '\0'));
}

/* What the two forms of predict have in common; two rows each. */
#define BAD_PREDICT(function, in, out)                                               \
    do {                                                                             \
        const size_t nx = 2 * WORLD_INPUTS;                                          \
        const size_t ny = 2 * WORLD_OUTPUTS;                                         \
        BAD(function, network, "NULL", BP_EINVAL, w->ws,                             \
            function(NULL, w->ws, in, nx, out, ny));                                 \
        BAD(function, state, "network not built", BP_EINVAL, w->ws,                  \
            function(w->open, w->ws, in, nx, out, ny));                              \
        BAD(function, workspace, "NULL", BP_EINVAL, NOTHING,                         \
            function(w->net, NULL, in, nx, out, ny));                                \
        BAD(function, workspace, "of another network", BP_EINVAL, w->ws,             \
            function(w->net64, w->ws, in, nx, out, ny));                             \
        BAD(function, inputs, "NULL", BP_EINVAL, w->ws,                              \
            function(w->net, w->ws, NULL, nx, out, ny));                             \
        BAD(function, inputs_count, "1", BP_ESHAPE, w->ws,                           \
            function(w->net, w->ws, in, 1, out, ny));                                \
        BAD(function, inputs_count, "one too few", BP_ESHAPE, w->ws,                 \
            function(w->net, w->ws, in, nx - 1, out, ny));                           \
        BAD(function, inputs_count, "one too many", BP_ESHAPE, w->ws,                \
            function(w->net, w->ws, in, nx + 1, out, ny));                           \
        BAD(function, inputs_count, "no whole rows near SIZE_MAX", BP_ESHAPE, w->ws, \
            function(w->net, w->ws, in, SIZE_MAX - 1, out, ny));                     \
        BAD(function, outputs_count, "SIZE_MAX inputs", BP_ESHAPE, w->ws,            \
            function(w->net, w->ws, in, SIZE_MAX, out, ny));                         \
        BAD(function, outputs_count, "no inputs", BP_ESHAPE, w->ws,                  \
            function(w->net, w->ws, in, 0, out, ny));                                \
        BAD(function, outputs, "NULL", BP_EINVAL, w->ws,                             \
            function(w->net, w->ws, in, nx, NULL, ny));                              \
        BAD(function, outputs_count, "0", BP_ESHAPE, w->ws,                          \
            function(w->net, w->ws, in, nx, out, 0));                                \
        BAD(function, outputs_count, "one too few", BP_ESHAPE, w->ws,                \
            function(w->net, w->ws, in, nx, out, ny - 1));                           \
        BAD(function, outputs_count, "one too many", BP_ESHAPE, w->ws,               \
            function(w->net, w->ws, in, nx, out, ny + 1));                           \
        BAD(function, outputs_count, "SIZE_MAX", BP_ESHAPE, w->ws,                   \
            function(w->net, w->ws, in, nx, out, SIZE_MAX));                         \
    } while (0)

/* Not finite at the first and last element of five rows, so that a later batch of the
 * workspace, which has two rows, is looked at before the first is answered. */
static void test_predict(void **state)
{
    struct world *w = *state;
    const size_t x = 5 * WORLD_INPUTS;
    const size_t y = 5 * WORLD_OUTPUTS;

    BAD_PREDICT(bp_network_predict, w->in.f, w->out.f);
    BAD_PREDICT(bp_network_predict_f64, w->in.d, w->out.d);
    for (size_t i = 0; i < x; i += x - 1) {
        const float f = w->in.f[i];
        const double d = w->in.d[i];
        w->in.f[i] = (float)NAN;
        BAD(bp_network_predict, inputs, "NaN", BP_EDATA, w->ws,
            bp_network_predict(w->net, w->ws, w->in.f, x, w->out.f, y));
        BAD(bp_network_predict, inputs, "NaN, double", BP_EDATA, w->ws64,
            bp_network_predict(w->net64, w->ws64, w->in.f, x, w->out.f, y));
        w->in.f[i] = (float)INFINITY;
        BAD(bp_network_predict, inputs, "inf", BP_EDATA, w->ws,
            bp_network_predict(w->net, w->ws, w->in.f, x, w->out.f, y));
        BAD(bp_network_classify, inputs, "inf", BP_EDATA, w->ws,
            bp_network_classify(w->net, w->ws, w->in.f, x, w->out.i, 5));
        w->in.f[i] = f;
        w->in.d[i] = -(double)INFINITY;
        BAD(bp_network_predict_f64, inputs, "inf", BP_EDATA, w->ws64,
            bp_network_predict_f64(w->net64, w->ws64, w->in.d, x, w->out.d, y));
        w->in.d[i] = 1e300;
        BAD(bp_network_predict_f64, inputs, "inf after rounding", BP_EDATA, w->ws,
            bp_network_predict_f64(w->net, w->ws, w->in.d, x, w->out.d, y));
        w->in.d[i] = d;
    }
}

static void test_classify(void **state)
{
    struct world *w = *state;
    const size_t x = 2 * WORLD_INPUTS;

    BAD(bp_network_classify, network, "NULL", BP_EINVAL, w->ws,
        bp_network_classify(NULL, w->ws, w->in.f, x, w->out.i, 2));
    BAD(bp_network_classify, workspace, "NULL", BP_EINVAL, NOTHING,
        bp_network_classify(w->net, NULL, w->in.f, x, w->out.i, 2));
    BAD(bp_network_classify, workspace, "of another network", BP_EINVAL, w->ws,
        bp_network_classify(w->unit, w->ws, w->in.f, x, w->out.i, 2));
    BAD(bp_network_classify, inputs, "NULL", BP_EINVAL, w->ws,
        bp_network_classify(w->net, w->ws, NULL, x, w->out.i, 2));
    BAD(bp_network_classify, inputs_count, "one too few", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x - 1, w->out.i, 2));
    BAD(bp_network_classify, rows, "SIZE_MAX inputs", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, SIZE_MAX, w->out.i, 2));
    BAD(bp_network_classify, classes, "NULL", BP_EINVAL, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x, NULL, 2));
    BAD(bp_network_classify, rows, "0", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x, w->out.i, 0));
    BAD(bp_network_classify, rows, "one too few", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x, w->out.i, 1));
    BAD(bp_network_classify, rows, "one too many", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x, w->out.i, 3));
    BAD(bp_network_classify, rows, "SIZE_MAX", BP_ESHAPE, w->ws,
        bp_network_classify(w->net, w->ws, w->in.f, x, w->out.i, SIZE_MAX));
}

static void test_evaluate(void **state)
{
    struct world *w = *state;
    bp_cost *textbook = make_cost(BP_COST_CROSS_ENTROPY, w->env);
    bp_dataset *wide = make_dataset(3, WORLD_INPUTS, 3, w->env);
    bp_dataset *narrow = make_dataset(3, 2, WORLD_OUTPUTS, w->env);
    bp_evaluation *result = &w->out.evaluation;

    BAD(bp_network_evaluate, network, "NULL", BP_EINVAL, w->ws,
        bp_network_evaluate(NULL, w->ws, w->cost, w->data, result));
    BAD(bp_network_evaluate, workspace, "NULL", BP_EINVAL, NOTHING,
        bp_network_evaluate(w->net, NULL, w->cost, w->data, result));
    BAD(bp_network_evaluate, workspace, "of another network", BP_EINVAL, w->ws,
        bp_network_evaluate(w->net64, w->ws, w->cost, w->data, result));
    BAD(bp_network_evaluate, cost, "NULL", BP_EINVAL, w->ws,
        bp_network_evaluate(w->net, w->ws, NULL, w->data, result));
    BAD(bp_network_evaluate, data, "NULL", BP_EINVAL, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, NULL, result));
    BAD(bp_network_evaluate, result, "NULL", BP_EINVAL, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, w->data, NULL));
    BAD(bp_network_evaluate, result, "wrong struct_size", BP_EINVAL, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, w->data, &w->out.bad_evaluation));
    BAD(bp_network_evaluate, cost, "outside its domain", BP_EDOMAIN, w->ws,
        bp_network_evaluate(w->net, w->ws, textbook, w->data, result));
    BAD(bp_network_evaluate, data, "inputs of another width", BP_ESHAPE, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, narrow, result));
    BAD(bp_network_evaluate, data, "targets of another width", BP_ESHAPE, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, wide, result));
    BAD(bp_network_evaluate, state, "empty", BP_ESTATE, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, w->empty, result));
    BAD(bp_network_evaluate, state, "neither targets nor labels", BP_ESTATE, w->ws,
        bp_network_evaluate(w->net, w->ws, w->cost, w->inputs, result));
    BAD(bp_network_evaluate, state, "a cost without labels", BP_ESTATE, w->ws,
        bp_network_evaluate(w->net, w->ws, w->huber, w->labelled, result));
    bp_cost_destroy(textbook);
    bp_dataset_destroy(wide);
    bp_dataset_destroy(narrow);
}

/* Callbacks that stop: nothing of the results is written, at any call. */
static void test_predict_stops(void **state)
{
    struct world *w = *state;

    w->custom.answer = 1;
    BAD(bp_network_predict, state, "stopped", BP_ESTOPPED, w->ws_own,
        bp_network_predict(w->net_own, w->ws_own, w->in.f, WORLD_INPUTS, w->out.f,
                           WORLD_OUTPUTS));
    BAD(bp_network_classify, state, "stopped", BP_ESTOPPED, w->ws_own,
        bp_network_classify(w->net_own, w->ws_own, w->in.f, WORLD_INPUTS, w->out.i, 1));
    w->custom.answer = 0;
    for (size_t stop = 1; stop <= 9; ++stop) {
        w->custom.calls = 0;
        w->custom.stop_after = stop;
        BAD(bp_network_evaluate, state, "stopped", BP_ESTOPPED, w->ws_own,
            bp_network_evaluate(w->net_own, w->ws_own, w->cost_own, w->data,
                                &w->out.evaluation));
    }
    w->custom.stop_after = 0;
}

static void test_cost(void **state)
{
    struct world *w = *state;

    BAD_CODES(bp_cost_name, cost, 1, BP_COST_POISSON, NOTHING,
              refused(bp_cost_name(code) == NULL));
    BAD(bp_cost_find, name, "NULL", BP_EINVAL, NOTHING, bp_cost_find(NULL, &w->out.code));
    BAD(bp_cost_find, name, "empty", BP_EINVAL, NOTHING, bp_cost_find("", &w->out.code));
    BAD(bp_cost_find, name, "unknown", BP_EINVAL, NOTHING,
        bp_cost_find("ms", &w->out.code));
    BAD(bp_cost_find, cost, "NULL", BP_EINVAL, NOTHING, bp_cost_find("mse", NULL));
    BAD_CODES(bp_cost_create, kind, 1, BP_COST_POISSON, NOTHING,
              bp_cost_create(code, w->env, &w->out.cost));
    BAD_ENVS(bp_cost_create, bp_cost_create(1, env, &w->out.cost));
    BAD(bp_cost_create, cost, "NULL", BP_EINVAL, NOTHING,
        bp_cost_create(1, w->env, NULL));
    ANY(bp_cost_destroy, cost, "accepts NULL");
    BAD(bp_cost_error, cost, "NULL", BP_EINVAL, NOTHING,
        refused(bp_cost_error(NULL) != NULL && bp_cost_error(NULL)[0] == '\0'));

    BAD(bp_cost_set, cost, "NULL", BP_EINVAL, NOTHING,
        bp_cost_set(NULL, BP_COST_SCALE, 1));
    BAD_CODES(bp_cost_set, key, 1, BP_COST_SMOOTHING, w->huber,
              bp_cost_set(w->huber, code, 1));
    BAD(bp_cost_set, key, "not of this cost", BP_EINVAL, w->cost,
        bp_cost_set(w->cost, BP_COST_SCALE, 1));
    BAD(bp_cost_set, key, "not of this cost", BP_EINVAL, w->huber,
        bp_cost_set(w->huber, BP_COST_SMOOTHING, 0.5));
    BAD_SETTING(bp_cost_set, "smoothing", w->cost,
                bp_cost_set(w->cost, BP_COST_SMOOTHING, number), -1e-300, 1);
    BAD_SETTING(bp_cost_set, "scale", w->huber,
                bp_cost_set(w->huber, BP_COST_SCALE, number), 0, -1, 1.1e6);
    BAD(bp_cost_get, cost, "NULL", BP_EINVAL, NOTHING,
        bp_cost_get(NULL, BP_COST_SCALE, &w->out.value));
    BAD_CODES(bp_cost_get, key, 1, BP_COST_SMOOTHING, NOTHING,
              bp_cost_get(w->huber, code, &w->out.value));
    BAD(bp_cost_get, key, "not of this cost", BP_EINVAL, NOTHING,
        bp_cost_get(w->cost, BP_COST_SCALE, &w->out.value));
    BAD(bp_cost_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_cost_get(w->huber, BP_COST_SCALE, NULL));
}

static void test_optimizer(void **state)
{
    struct world *w = *state;

    BAD_CODES(bp_optimizer_create, kind, 1, BP_OPTIMIZER_LBFGS, NOTHING,
              bp_optimizer_create(code, w->env, &w->out.optimizer));
    BAD_ENVS(bp_optimizer_create, bp_optimizer_create(1, env, &w->out.optimizer));
    BAD(bp_optimizer_create, optimizer, "NULL", BP_EINVAL, NOTHING,
        bp_optimizer_create(1, w->env, NULL));
    ANY(bp_optimizer_destroy, optimizer, "accepts NULL");
    BAD(bp_optimizer_error, optimizer, "NULL", BP_EINVAL, NOTHING,
        refused(bp_optimizer_error(NULL) != NULL && bp_optimizer_error(NULL)[0] == '\0'));

    BAD(bp_optimizer_set, optimizer, "NULL", BP_EINVAL, NOTHING,
        bp_optimizer_set(NULL, BP_OPTIMIZER_RATE, 1));
    BAD_CODES(bp_optimizer_set, key, 1, BP_OPTIMIZER_TOLERANCE_CHANGE, w->sgd,
              bp_optimizer_set(w->sgd, code, 1));
    BAD_SETTING(bp_optimizer_set, "rate", w->sgd,
                bp_optimizer_set(w->sgd, BP_OPTIMIZER_RATE, number), 0, -0.1, 1.1e6);
    BAD_SETTING(bp_optimizer_set, "momentum", w->sgd,
                bp_optimizer_set(w->sgd, BP_OPTIMIZER_MOMENTUM, number), -0.1, 1, 2);
    BAD_SETTING(bp_optimizer_set, "nesterov", w->sgd,
                bp_optimizer_set(w->sgd, BP_OPTIMIZER_NESTEROV, number), -1, 0.5, 2);
    BAD_SETTING(bp_optimizer_set, "weight decay", w->sgd,
                bp_optimizer_set(w->sgd, BP_OPTIMIZER_WEIGHT_DECAY, number), -0.1, 1001);
    BAD_SETTING(bp_optimizer_set, "dampening", w->sgd,
                bp_optimizer_set(w->sgd, BP_OPTIMIZER_DAMPENING, number), -0.1, 1.1);
    BAD(bp_optimizer_get, optimizer, "NULL", BP_EINVAL, NOTHING,
        bp_optimizer_get(NULL, BP_OPTIMIZER_RATE, &w->out.value));
    BAD_CODES(bp_optimizer_get, key, 1, BP_OPTIMIZER_TOLERANCE_CHANGE, NOTHING,
              bp_optimizer_get(w->sgd, code, &w->out.value));
    BAD(bp_optimizer_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_optimizer_get(w->sgd, BP_OPTIMIZER_RATE, NULL));
}

BAD_GROUP(test_workspace, test_predict, test_classify, test_evaluate, test_predict_stops,
          test_cost, test_optimizer)
