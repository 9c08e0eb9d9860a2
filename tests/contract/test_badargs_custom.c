/* SPDX-License-Identifier: MIT */
/* Bad arguments: operations of your own. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

/* 63 bytes are a name, 64 are not. */
static const char long_name[] =
    "0123456789012345678901234567890123456789012345678901234567890123";

/* One field of a table is wrong. */
#define BAD_FIELD(function, table, field, value, object, call) \
    do {                                                       \
        ops = w->table;                                        \
        ops.field = value;                                     \
        BAD(function, field, #value, BP_EINVAL, object, call); \
    } while (0)

static void test_activation(void **state)
{
    struct world *w = *state;
    bp_activation_ops ops = w->activation_ops;
    bp_layer *dense = w->dense;

    BAD(bp_layer_set_activation, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_set_activation(NULL, &ops));
    BAD(bp_layer_set_activation, state, "a layer with callbacks", BP_EINVAL, w->own,
        bp_layer_set_activation(w->own, &ops));
    BAD(bp_layer_set_activation, layer, "a layer without activation", BP_EINVAL, w->drop,
        bp_layer_set_activation(w->drop, &ops));
    BAD(bp_layer_set_activation, ops, "NULL", BP_EINVAL, dense,
        bp_layer_set_activation(dense, NULL));
#define BAD_OPS(field, value)                                               \
    BAD_FIELD(bp_layer_set_activation, activation_ops, field, value, dense, \
              bp_layer_set_activation(dense, &ops))
    BAD_OPS(struct_size, 0);
    BAD_OPS(struct_size, (uint32_t)sizeof ops - 1);
    BAD_OPS(struct_size, (uint32_t)sizeof ops + 8);
    BAD_OPS(name, NULL);
    BAD_OPS(name, "");
    BAD_OPS(name, long_name);
    BAD_OPS(range, -1);
    BAD_OPS(range, 4);
    BAD_OPS(forward, NULL);
#undef BAD_OPS
    ops = w->activation_ops;
    ops.name = long_name + 1;
    ok(bp_layer_set_activation(dense, &ops));
}

static void test_layer(void **state)
{
    struct world *w = *state;
    bp_layer_ops ops = w->layer_ops;

    BAD(bp_layer_create_custom, ops, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_custom(NULL, w->env, &w->out.layer));
    BAD_ENVS(bp_layer_create_custom, bp_layer_create_custom(&ops, env, &w->out.layer));
    BAD(bp_layer_create_custom, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_custom(&ops, w->env, NULL));
#define BAD_OPS(field, value)                                           \
    BAD_FIELD(bp_layer_create_custom, layer_ops, field, value, NOTHING, \
              bp_layer_create_custom(&ops, w->env, &w->out.layer))
    BAD_OPS(struct_size, 0);
    BAD_OPS(struct_size, (uint32_t)sizeof ops - 1);
    BAD_OPS(struct_size, (uint32_t)sizeof ops + 8);
    BAD_OPS(name, NULL);
    BAD_OPS(name, "");
    BAD_OPS(name, long_name);
    BAD_OPS(range, -1);
    BAD_OPS(range, 4);
    BAD_OPS(plan, NULL);
    BAD_OPS(forward, NULL);
#undef BAD_OPS
}

static void test_cost(void **state)
{
    struct world *w = *state;
    bp_cost_ops ops = w->cost_ops;

    BAD(bp_cost_create_custom, ops, "NULL", BP_EINVAL, NOTHING,
        bp_cost_create_custom(NULL, w->env, &w->out.cost));
    BAD_ENVS(bp_cost_create_custom, bp_cost_create_custom(&ops, env, &w->out.cost));
    BAD(bp_cost_create_custom, cost, "NULL", BP_EINVAL, NOTHING,
        bp_cost_create_custom(&ops, w->env, NULL));
#define BAD_OPS(field, value)                                         \
    BAD_FIELD(bp_cost_create_custom, cost_ops, field, value, NOTHING, \
              bp_cost_create_custom(&ops, w->env, &w->out.cost))
    BAD_OPS(struct_size, 0);
    BAD_OPS(struct_size, (uint32_t)sizeof ops - 1);
    BAD_OPS(struct_size, (uint32_t)sizeof ops + 8);
    BAD_OPS(name, NULL);
    BAD_OPS(name, "");
    BAD_OPS(name, long_name);
    BAD_OPS(domain, -1);
    BAD_OPS(domain, 4);
    BAD_OPS(value, NULL);
#undef BAD_OPS
}

static int32_t plan_nothing(size_t inputs, size_t *outputs, size_t *parameters,
                            void *user)
{
    (void)inputs;
    (void)outputs;
    (void)parameters;
    (void)user;
    return 0;
}

/* A plan that leaves its results at 0, or asks for more than there is. */
static void test_plan(void **state)
{
    struct world *w = *state;
    bp_layer *layer = NULL;

    w->custom.outputs = SIZE_MAX;
    BAD_SAYS(bp_network_add, layer, "layer", "SIZE_MAX outputs", BP_ELIMIT, w->open,
             bp_network_add(w->open, w->own));
    w->custom.outputs = SIZE_MAX - 14;
    BAD_SAYS(bp_network_add, layer, "layer", "overflows when it is padded", BP_ELIMIT,
             w->open, bp_network_add(w->open, w->own));
    w->custom.outputs = 0;
    w->layer_ops.plan = plan_nothing;
    ok(bp_layer_create_custom(&w->layer_ops, w->env, &layer));
    BAD_SAYS(bp_network_add, layer, "layer", "0 outputs", BP_EINVAL, w->open,
             bp_network_add(w->open, layer));
    bp_layer_destroy(layer);
}

/* Optional callbacks that are missing: BP_EUNSUPPORTED for that use, and only that. */
static void test_missing(void **state)
{
    struct world *w = *state;
    bp_network *network = NULL;
    bp_trainer *trainer = NULL;
    bp_layer *layer = NULL;

    w->layer_ops.backward = NULL;
    w->layer_ops.forward_f64 = NULL;
    ok(bp_layer_create_custom(&w->layer_ops, w->env, &layer));
    ok(bp_network_create(WORLD_INPUTS, w->env, &network));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    BAD(bp_network_build, state, "no double form", BP_EUNSUPPORTED, network,
        bp_network_build(network, 1));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F32));
    ok(bp_network_build(network, 1));
    ok(bp_trainer_create(network, w->huber, w->sgd, &trainer));
    BAD(bp_trainer_build, state, "no backward form", BP_EUNSUPPORTED, trainer,
        bp_trainer_build(trainer, 1));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void test_missing_cost(void **state)
{
    struct world *w = *state;
    bp_trainer *trainer = NULL;
    bp_cost *cost = NULL;

    w->cost_ops.gradient = NULL;
    w->cost_ops.value_f64 = NULL;
    ok(bp_cost_create_custom(&w->cost_ops, w->env, &cost));
    ok(bp_network_evaluate(w->net, w->ws, cost, w->data, &w->out.evaluation));
    BAD(bp_network_evaluate, state, "no double form", BP_EUNSUPPORTED, w->ws64,
        bp_network_evaluate(w->net64, w->ws64, cost, w->data, &w->out.evaluation));
    ok(bp_trainer_create(w->net, cost, w->sgd, &trainer));
    BAD(bp_trainer_build, state, "no gradient", BP_EUNSUPPORTED, trainer,
        bp_trainer_build(trainer, 1));
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
}

BAD_GROUP(test_activation, test_layer, test_cost, test_plan, test_missing,
          test_missing_cost)
