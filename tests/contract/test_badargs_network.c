/* SPDX-License-Identifier: MIT */
/* Bad arguments: base, activations, layers, networks. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

/* Functions without a status answer bad arguments with a value that means nothing. */
static void test_base(void **state)
{
    struct world *w = *state;

    BAD_CODES(bp_status_text, status, -11, 0, NOTHING,
              refused(bp_status_text(code) != NULL && bp_status_text(code)[0] != '\0'));
    BAD_CODES(bp_activation_name, activation, BP_ACTIVATION_LINEAR,
              BP_ACTIVATION_LOG_SOFTMAX, NOTHING,
              refused(bp_activation_name(code) == NULL));
    BAD(bp_activation_find, name, "NULL", BP_EINVAL, NOTHING,
        bp_activation_find(NULL, &w->out.code));
    BAD(bp_activation_find, name, "empty", BP_EINVAL, NOTHING,
        bp_activation_find("", &w->out.code));
    BAD(bp_activation_find, name, "unknown", BP_EINVAL, NOTHING,
        bp_activation_find("tan", &w->out.code));
    BAD(bp_activation_find, name, "more than a name", BP_EINVAL, NOTHING,
        bp_activation_find("tanh ", &w->out.code));
    BAD(bp_activation_find, name, "upper case", BP_EINVAL, NOTHING,
        bp_activation_find("Tanh", &w->out.code));
    BAD(bp_activation_find, activation, "NULL", BP_EINVAL, NOTHING,
        bp_activation_find("tanh", NULL));
}

static void test_layer_create(void **state)
{
    struct world *w = *state;

    BAD(bp_layer_create_dense, outputs, "0", BP_EINVAL, NOTHING,
        bp_layer_create_dense(0, BP_ACTIVATION_TANH, w->env, &w->out.layer));
    BAD_CODES(bp_layer_create_dense, activation, 0, BP_ACTIVATION_LOG_SOFTMAX, NOTHING,
              bp_layer_create_dense(1, code, w->env, &w->out.layer));
    BAD_ENVS(bp_layer_create_dense, bp_layer_create_dense(1, 0, env, &w->out.layer));
    BAD(bp_layer_create_dense, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_dense(1, 0, w->env, NULL));
    BAD_CODES(bp_layer_create_activation, activation, 0, BP_ACTIVATION_LOG_SOFTMAX,
              NOTHING, bp_layer_create_activation(code, w->env, &w->out.layer));
    BAD_ENVS(bp_layer_create_activation,
             bp_layer_create_activation(0, env, &w->out.layer));
    BAD(bp_layer_create_activation, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_activation(0, w->env, NULL));
    BAD_NUMBERS(bp_layer_create_dropout, p, NOTHING,
                bp_layer_create_dropout(number, w->env, &w->out.layer), -1, -1e-300, 1.5);
    BAD_ENVS(bp_layer_create_dropout, bp_layer_create_dropout(0.5, env, &w->out.layer));
    BAD(bp_layer_create_dropout, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_dropout(0.5, w->env, NULL));
    BAD_NUMBERS(bp_layer_create_noise, deviation, NOTHING,
                bp_layer_create_noise(number, w->env, &w->out.layer), -1, -1e-300,
                1000.5);
    BAD_ENVS(bp_layer_create_noise, bp_layer_create_noise(0.5, env, &w->out.layer));
    BAD(bp_layer_create_noise, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_noise(0.5, w->env, NULL));
    BAD_ENVS(bp_layer_create_layer_norm, bp_layer_create_layer_norm(env, &w->out.layer));
    BAD(bp_layer_create_layer_norm, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_layer_norm(w->env, NULL));
    BAD_ENVS(bp_layer_create_batch_norm, bp_layer_create_batch_norm(env, &w->out.layer));
    BAD(bp_layer_create_batch_norm, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_create_batch_norm(w->env, NULL));
    ANY(bp_layer_destroy, layer, "accepts NULL");
    BAD(bp_layer_error, layer, "NULL", BP_EINVAL, NOTHING,
        refused(bp_layer_error(NULL) != NULL && bp_layer_error(NULL)[0] == '\0'));
}

static void test_layer_set(void **state)
{
    struct world *w = *state;

    BAD(bp_layer_set, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_set(NULL, BP_LAYER_SLOPE, 0.5));
    BAD_CODES(bp_layer_set, key, 1, BP_LAYER_AFFINE, w->dense,
              bp_layer_set(w->dense, code, 1));
    BAD(bp_layer_set, key, "no biases in an activation layer", BP_EINVAL, w->shape,
        bp_layer_set(w->shape, BP_LAYER_BIAS, 0));
    BAD(bp_layer_set, key, "no setting in a custom layer", BP_EINVAL, w->own,
        bp_layer_set(w->own, BP_LAYER_GAIN, 1));
    BAD(bp_layer_set, key, "no probability in a dense layer", BP_EINVAL, w->dense,
        bp_layer_set(w->dense, BP_LAYER_PROBABILITY, 0.5));
    BAD(bp_layer_set, key, "no biases in a dropout layer", BP_EINVAL, w->drop,
        bp_layer_set(w->drop, BP_LAYER_BIAS, 0));
    BAD(bp_layer_set, key, "no slope in a batch norm", BP_EINVAL, w->norm,
        bp_layer_set(w->norm, BP_LAYER_SLOPE, 0));
    BAD(bp_layer_set, key, "no momentum in a noise layer", BP_EINVAL, w->blur,
        bp_layer_set(w->blur, BP_LAYER_MOMENTUM, 0));
    BAD_SETTING(bp_layer_set, "probability", w->drop,
                bp_layer_set(w->drop, BP_LAYER_PROBABILITY, number), -1e-300, 1.5);
    BAD_SETTING(bp_layer_set, "deviation", w->blur,
                bp_layer_set(w->blur, BP_LAYER_DEVIATION, number), -1e-300, 1000.5);
    BAD_SETTING(bp_layer_set, "epsilon", w->norm,
                bp_layer_set(w->norm, BP_LAYER_EPSILON, number), -1, 0, 1.5);
    BAD_SETTING(bp_layer_set, "momentum", w->norm,
                bp_layer_set(w->norm, BP_LAYER_MOMENTUM, number), -1e-300, 1.5);
    BAD_SETTING(bp_layer_set, "affine", w->norm,
                bp_layer_set(w->norm, BP_LAYER_AFFINE, number), -1, 0.5, 2);
    BAD_SETTING(bp_layer_set, "bias", w->dense,
                bp_layer_set(w->dense, BP_LAYER_BIAS, number), -1, 0.5, 2);
    BAD_SETTING(bp_layer_set, "slope", w->dense,
                bp_layer_set(w->dense, BP_LAYER_SLOPE, number), -1000.5, 1000.5, 1e300);
    BAD_SETTING(bp_layer_set, "weight init", w->dense,
                bp_layer_set(w->dense, BP_LAYER_WEIGHT_INIT, number), -1, 10, 1.5);
    BAD_SETTING(bp_layer_set, "bias init", w->dense,
                bp_layer_set(w->dense, BP_LAYER_BIAS_INIT, number), -1, 10, 0.5,
                BP_INIT_XAVIER_UNIFORM, BP_INIT_HE_NORMAL, BP_INIT_LECUN_NORMAL);
    BAD_SETTING(bp_layer_set, "gain", w->dense,
                bp_layer_set(w->dense, BP_LAYER_GAIN, number), -1, -1e-300, 1000.5);

    BAD(bp_layer_get, layer, "NULL", BP_EINVAL, NOTHING,
        bp_layer_get(NULL, BP_LAYER_SLOPE, &w->out.value));
    BAD_CODES(bp_layer_get, key, 1, BP_LAYER_AFFINE, NOTHING,
              bp_layer_get(w->dense, code, &w->out.value));
    BAD(bp_layer_get, key, "no biases in an activation layer", BP_EINVAL, NOTHING,
        bp_layer_get(w->shape, BP_LAYER_BIAS, &w->out.value));
    BAD(bp_layer_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_layer_get(w->dense, BP_LAYER_SLOPE, NULL));
}

static void test_network_create(void **state)
{
    struct world *w = *state;

    BAD(bp_network_create, inputs, "0", BP_EINVAL, NOTHING,
        bp_network_create(0, w->env, &w->out.network));
    BAD(bp_network_create, inputs, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_network_create(SIZE_MAX, w->env, &w->out.network));
    BAD_ENVS(bp_network_create, bp_network_create(1, env, &w->out.network));
    BAD(bp_network_create, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_create(1, w->env, NULL));
    ANY(bp_network_destroy, network, "accepts NULL");
    BAD(bp_network_error, network, "NULL", BP_EINVAL, NOTHING,
        refused(bp_network_error(NULL) != NULL && bp_network_error(NULL)[0] == '\0'));
    BAD(bp_network_clone, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_clone(NULL, &w->out.network));
    BAD(bp_network_clone, state, "not built", BP_ESTATE, NOTHING,
        bp_network_clone(w->open, &w->out.network));
    BAD(bp_network_clone, copy, "NULL", BP_EINVAL, NOTHING,
        bp_network_clone(w->net, NULL));
}

static void test_network_set(void **state)
{
    struct world *w = *state;

    BAD(bp_network_set, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_set(NULL, BP_NETWORK_THREADS, 1));
    BAD_CODES(bp_network_set, key, 1, BP_NETWORK_THREADS, w->open,
              bp_network_set(w->open, code, 1));
    BAD_SETTING(bp_network_set, "precision", w->open,
                bp_network_set(w->open, BP_NETWORK_PRECISION, number), 0, 1.5, 3, -1);
    BAD_SETTING(bp_network_set, "isa", w->open,
                bp_network_set(w->open, BP_NETWORK_ISA, number), -1, 0.5, 5);
    BAD_SETTING(bp_network_set, "threads", w->net,
                bp_network_set(w->net, BP_NETWORK_THREADS, number), -1, 1.5, 257);
    BAD(bp_network_set, state, "built", BP_ESTATE, w->net,
        bp_network_set(w->net, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    BAD(bp_network_set, state, "built", BP_ESTATE, w->net,
        bp_network_set(w->net, BP_NETWORK_ISA, BP_ISA_SCALAR));

    BAD(bp_network_get, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_get(NULL, BP_NETWORK_THREADS, &w->out.value));
    BAD_CODES(bp_network_get, key, 1, BP_NETWORK_THREADS, NOTHING,
              bp_network_get(w->net, code, &w->out.value));
    BAD(bp_network_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_network_get(w->net, BP_NETWORK_THREADS, NULL));
}

static void test_network_add(void **state)
{
    struct world *w = *state;
    bp_layer *huge = NULL;

    BAD(bp_network_add, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_add(NULL, w->dense));
    BAD(bp_network_add, layer, "NULL", BP_EINVAL, w->open, bp_network_add(w->open, NULL));
    BAD(bp_network_add, state, "built", BP_ESTATE, w->net,
        bp_network_add(w->net, w->dense));
    ok(bp_layer_create_dense(SIZE_MAX, 0, w->env, &huge));
    BAD(bp_network_add, layer, "a layer larger than memory", BP_ELIMIT, w->open,
        bp_network_add(w->open, huge));
    bp_layer_destroy(huge);
    w->custom.answer = 1;
    BAD(bp_network_add, state, "its plan stops", BP_ESTOPPED, w->open,
        bp_network_add(w->open, w->own));
    w->custom.answer = 0;

    BAD(bp_network_add_dense, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_add_dense(NULL, 1, 0));
    BAD(bp_network_add_dense, outputs, "0", BP_EINVAL, w->open,
        bp_network_add_dense(w->open, 0, 0));
    BAD(bp_network_add_dense, outputs, "SIZE_MAX", BP_ELIMIT, w->open,
        bp_network_add_dense(w->open, SIZE_MAX, 0));
    BAD_CODES(bp_network_add_dense, activation, 0, BP_ACTIVATION_LOG_SOFTMAX, w->open,
              bp_network_add_dense(w->open, 1, code));
    BAD(bp_network_add_dense, state, "built", BP_ESTATE, w->net,
        bp_network_add_dense(w->net, 1, 0));
}

static void test_network_build(void **state)
{
    struct world *w = *state;

    BAD(bp_network_build, network, "NULL", BP_EINVAL, NOTHING, bp_network_build(NULL, 1));
    BAD(bp_network_build, state, "no layer", BP_ESTATE, w->bare,
        bp_network_build(w->bare, 1));
    BAD(bp_network_build, state, "built", BP_ESTATE, w->net, bp_network_build(w->net, 1));
    ANY(bp_network_build, seed, "every value is a seed");
    w->custom.answer = 1;
    BAD(bp_network_build, state, "initialise stops", BP_ESTOPPED, w->open_own,
        bp_network_build(w->open_own, 1));
    w->custom.answer = 0;
    BAD(bp_network_initialise, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_initialise(NULL, 1));
    BAD(bp_network_initialise, state, "not built", BP_ESTATE, w->open,
        bp_network_initialise(w->open, 1));
    w->custom.answer = 1;
    BAD(bp_network_initialise, state, "initialise stops", BP_ESTOPPED, w->net_own,
        bp_network_initialise(w->net_own, 77));
    w->custom.answer = 0;
    ANY(bp_network_initialise, seed, "every value is a seed");
}

static void test_network_figures(void **state)
{
    struct world *w = *state;

    BAD(bp_network_inputs, network, "NULL", BP_EINVAL, NOTHING,
        refused(bp_network_inputs(NULL) == 0));
    BAD(bp_network_outputs, network, "NULL", BP_EINVAL, NOTHING,
        refused(bp_network_outputs(NULL) == 0));
    BAD(bp_network_outputs, network, "no layer: as wide as the inputs", BP_EINVAL,
        NOTHING, refused(bp_network_outputs(w->bare) == WORLD_INPUTS));
    BAD(bp_network_layers, network, "NULL", BP_EINVAL, NOTHING,
        refused(bp_network_layers(NULL) == 0));
    BAD(bp_network_parameters, network, "NULL", BP_EINVAL, NOTHING,
        refused(bp_network_parameters(NULL) == 0));

    BAD(bp_network_layer_info, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_layer_info(NULL, 0, &w->out.layer_info));
    BAD(bp_network_layer_info, layer, "one past the last", BP_EINVAL, NOTHING,
        bp_network_layer_info(w->net, 2, &w->out.layer_info));
    BAD(bp_network_layer_info, layer, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_network_layer_info(w->net, SIZE_MAX, &w->out.layer_info));
    BAD(bp_network_layer_info, layer, "no layer", BP_EINVAL, NOTHING,
        bp_network_layer_info(w->bare, 0, &w->out.layer_info));
    BAD(bp_network_layer_info, info, "NULL", BP_EINVAL, NOTHING,
        bp_network_layer_info(w->net, 0, NULL));
    BAD(bp_network_layer_info, info, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_network_layer_info(w->net, 0, &w->out.bad_layer_info));

    BAD(bp_network_parameter_info, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_parameter_info(NULL, 0, 0, &w->out.parameter_info));
    BAD(bp_network_parameter_info, state, "not built", BP_ESTATE, NOTHING,
        bp_network_parameter_info(w->open, 0, 0, &w->out.parameter_info));
    BAD(bp_network_parameter_info, layer, "one past the last", BP_EINVAL, NOTHING,
        bp_network_parameter_info(w->net, 2, 0, &w->out.parameter_info));
    BAD(bp_network_parameter_info, layer, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_network_parameter_info(w->net, SIZE_MAX, 0, &w->out.parameter_info));
    BAD_CODES(bp_network_parameter_info, which, 0, BP_PARAMETER_BIAS, NOTHING,
              bp_network_parameter_info(w->net, 0, code, &w->out.parameter_info));
    BAD(bp_network_parameter_info, which, "a custom layer has no biases", BP_EINVAL,
        NOTHING,
        bp_network_parameter_info(w->net_own, 0, BP_PARAMETER_BIAS,
                                  &w->out.parameter_info));
    BAD(bp_network_parameter_info, which, "running statistics are in no view", BP_EINVAL,
        NOTHING,
        bp_network_parameter_info(w->net_norm, 1, BP_PARAMETER_RUNNING_MEAN,
                                  &w->out.parameter_info));
    BAD(bp_network_parameter_info, info, "NULL", BP_EINVAL, NOTHING,
        bp_network_parameter_info(w->net, 0, 0, NULL));
    BAD(bp_network_parameter_info, info, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_network_parameter_info(w->net, 0, 0, &w->out.bad_parameter_info));
}

/* The four functions that copy parameters, for every bad argument but the values. */
#define BAD_PARAMETER(function, object, array)                                          \
    do {                                                                                \
        BAD(function, network, "NULL", BP_EINVAL, NOTHING,                              \
            function(NULL, 1, 0, array, WORLD_WEIGHTS));                                \
        BAD(function, layer, "one past the last", BP_EINVAL, object,                    \
            function(w->net, 2, 0, array, WORLD_WEIGHTS));                              \
        BAD(function, layer, "SIZE_MAX", BP_EINVAL, object,                             \
            function(w->net, SIZE_MAX, 0, array, WORLD_WEIGHTS));                       \
        BAD_CODES(function, which, 0, BP_PARAMETER_BIAS, object,                        \
                  function(w->net, 1, code, array, WORLD_WEIGHTS));                     \
        BAD(function, values, "NULL", BP_EINVAL, object,                                \
            function(w->net, 1, 0, NULL, WORLD_WEIGHTS));                               \
        BAD(function, count, "0", BP_ESHAPE, object, function(w->net, 1, 0, array, 0)); \
        BAD(function, count, "1", BP_ESHAPE, object, function(w->net, 1, 0, array, 1)); \
        BAD(function, count, "one too few", BP_ESHAPE, object,                          \
            function(w->net, 1, 0, array, WORLD_WEIGHTS - 1));                          \
        BAD(function, count, "one too many", BP_ESHAPE, object,                         \
            function(w->net, 1, 0, array, WORLD_WEIGHTS + 1));                          \
        BAD(function, count, "SIZE_MAX", BP_ESHAPE, object,                             \
            function(w->net, 1, 0, array, SIZE_MAX));                                   \
    } while (0)

static void test_get_parameter(void **state)
{
    struct world *w = *state;

    BAD_PARAMETER(bp_network_get_parameter, NOTHING, w->out.f);
    BAD(bp_network_get_parameter, state, "not built", BP_ESTATE, NOTHING,
        bp_network_get_parameter(w->open, 1, 0, w->out.f, WORLD_WEIGHTS));
    BAD(bp_network_get_parameter, which, "no biases", BP_EINVAL, NOTHING,
        bp_network_get_parameter(w->net_own, 0, BP_PARAMETER_BIAS, w->out.f, 3));
    BAD(bp_network_get_parameter, which, "no running mean", BP_EINVAL, NOTHING,
        bp_network_get_parameter(w->net, 0, BP_PARAMETER_RUNNING_MEAN, w->out.f, 4));
    BAD(bp_network_get_parameter, layer, "no running mean there", BP_EINVAL, NOTHING,
        bp_network_get_parameter(w->net_norm, SIZE_MAX, BP_PARAMETER_RUNNING_MEAN,
                                 w->out.f, WORLD_INPUTS));
    BAD(bp_network_get_parameter, count, "one too few", BP_ESHAPE, NOTHING,
        bp_network_get_parameter(w->net_norm, 1, BP_PARAMETER_RUNNING_VARIANCE, w->out.f,
                                 WORLD_INPUTS - 1));
    BAD_PARAMETER(bp_network_get_parameter_f64, NOTHING, w->out.d);
    BAD(bp_network_get_parameter_f64, state, "not built", BP_ESTATE, NOTHING,
        bp_network_get_parameter_f64(w->open, 1, 0, w->out.d, WORLD_WEIGHTS));
}

static void test_set_parameter(void **state)
{
    struct world *w = *state;

    BAD_PARAMETER(bp_network_set_parameter, w->net, w->in.f);
    BAD(bp_network_set_parameter, state, "not built", BP_ESTATE, w->open,
        bp_network_set_parameter(w->open, 1, 0, w->in.f, WORLD_WEIGHTS));
    BAD_PARAMETER(bp_network_set_parameter_f64, w->net, w->in.d);
    BAD(bp_network_set_parameter_f64, state, "not built", BP_ESTATE, w->open,
        bp_network_set_parameter_f64(w->open, 1, 0, w->in.d, WORLD_WEIGHTS));
    BAD(bp_network_set_parameter, values, "a variance below 0", BP_EDATA, w->net_norm,
        bp_network_set_parameter(w->net_norm, 1, BP_PARAMETER_RUNNING_VARIANCE, w->in.f,
                                 WORLD_INPUTS));
    BAD(bp_network_set_parameter, which, "no running mean", BP_EINVAL, w->net_norm,
        bp_network_set_parameter(w->net_norm, 0, BP_PARAMETER_RUNNING_MEAN, w->in.f,
                                 WORLD_INPUTS));
    for (size_t i = 0; i < WORLD_WEIGHTS; i += WORLD_WEIGHTS - 1) {
        const float f = w->in.f[i];
        const double d = w->in.d[i];
        w->in.f[i] = (float)NAN;
        BAD(bp_network_set_parameter, values, "NaN", BP_EDATA, w->net,
            bp_network_set_parameter(w->net, 1, 0, w->in.f, WORLD_WEIGHTS));
        w->in.f[i] = -(float)INFINITY;
        BAD(bp_network_set_parameter, values, "inf", BP_EDATA, w->net,
            bp_network_set_parameter(w->net, 1, 0, w->in.f, WORLD_WEIGHTS));
        w->in.f[i] = f;
        w->in.d[i] = (double)NAN;
        BAD(bp_network_set_parameter_f64, values, "NaN", BP_EDATA, w->net64,
            bp_network_set_parameter_f64(w->net64, 1, 0, w->in.d, WORLD_WEIGHTS));
        w->in.d[i] = 1e300;
        BAD(bp_network_set_parameter_f64, values, "inf after rounding", BP_EDATA, w->net,
            bp_network_set_parameter_f64(w->net, 1, 0, w->in.d, WORLD_WEIGHTS));
        w->in.d[i] = d;
    }
}

static void test_view(void **state)
{
    struct world *w = *state;

    BAD(bp_network_get_view, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_get_view(NULL, &w->out.view, &w->out.count));
    BAD(bp_network_get_view, values, "NULL", BP_EINVAL, w->net,
        bp_network_get_view(w->net, NULL, &w->out.count));
    BAD(bp_network_get_view, count, "NULL", BP_EINVAL, w->net,
        bp_network_get_view(w->net, &w->out.view, NULL));
    BAD(bp_network_get_view, state, "not built", BP_ESTATE, w->open,
        bp_network_get_view(w->open, &w->out.view, &w->out.count));
    BAD(bp_network_get_view, state, "double", BP_ESTATE, w->net64,
        bp_network_get_view(w->net64, &w->out.view, &w->out.count));
    BAD(bp_network_get_view_f64, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_get_view_f64(NULL, &w->out.view_f64, &w->out.count));
    BAD(bp_network_get_view_f64, values, "NULL", BP_EINVAL, w->net64,
        bp_network_get_view_f64(w->net64, NULL, &w->out.count));
    BAD(bp_network_get_view_f64, count, "NULL", BP_EINVAL, w->net64,
        bp_network_get_view_f64(w->net64, &w->out.view_f64, NULL));
    BAD(bp_network_get_view_f64, state, "float", BP_ESTATE, w->net,
        bp_network_get_view_f64(w->net, &w->out.view_f64, &w->out.count));
    BAD(bp_network_view_changed, network, "NULL", BP_EINVAL, NOTHING,
        bp_network_view_changed(NULL));
    BAD(bp_network_view_changed, state, "not built", BP_ESTATE, w->open,
        bp_network_view_changed(w->open));
}

BAD_GROUP(test_base, test_layer_create, test_layer_set, test_network_create,
          test_network_set, test_network_add, test_network_build, test_network_figures,
          test_get_parameter, test_set_parameter, test_view)
