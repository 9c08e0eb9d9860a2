/* SPDX-License-Identifier: MIT */
/*
 * Initial weights and biases. Every number has its own address (seed, tensor, element),
 * so it depends on no order: tensor 2 l holds the weights of layer l, tensor 2 l + 1 its
 * biases, and element to * inputs + from is w[to][from]. Drawn in double, so that a
 * network in float starts with the rounded numbers of its twin in double.
 */
#include "network.h"
#include "rng.h"

#include <math.h>

/* A distribution with mean 0: uniform in [-scale, scale), or normal with that deviation.
 * */
struct distribution {
    bool normal;
    double scale;
};

/* Leaky relu's gain sqrt(2 / (1 + slope^2)) is relu's at slope 0; He et al., 2015. */
static double gain_of(const struct bp_layer_spec *spec)
{
    const struct bp_activation_traits *traits = bp_activation_traits(spec->activation);
    const double gain = bp_layer_setting(spec, BP_LAYER_GAIN);
    const double slope = bp_layer_setting(spec, BP_LAYER_SLOPE);

    if (gain > 0)
        return gain;
    if (spec->activation == BP_ACTIVATION_LEAKY_RELU)
        return sqrt(2 / (1 + slope * slope));
    return traits != NULL ? traits->gain : 1;
}

static int32_t default_scheme(const struct bp_layer_spec *spec)
{
    const struct bp_activation_traits *traits = bp_activation_traits(spec->activation);

    return traits != NULL && traits->he ? BP_INIT_HE_NORMAL : BP_INIT_XAVIER_UNIFORM;
}

static struct distribution scheme(int32_t init, double gain, double in, double out)
{
    switch (init) {
    case BP_INIT_XAVIER_UNIFORM:
        return (struct distribution){false, gain * sqrt(6 / (in + out))};
    case BP_INIT_XAVIER_NORMAL:
        return (struct distribution){true, gain * sqrt(2 / (in + out))};
    case BP_INIT_HE_UNIFORM: return (struct distribution){false, gain * sqrt(3 / in)};
    case BP_INIT_HE_NORMAL: return (struct distribution){true, gain / sqrt(in)};
    case BP_INIT_LECUN_UNIFORM: return (struct distribution){false, sqrt(3 / in)};
    case BP_INIT_LECUN_NORMAL: return (struct distribution){true, 1 / sqrt(in)};
    case BP_INIT_FAN_IN_UNIFORM: return (struct distribution){false, 1 / sqrt(in)};
    case BP_INIT_NORMAL: return (struct distribution){true, 1};
    default: return (struct distribution){false, 0};
    }
}

static double draw(const struct distribution *how, const struct bp_rng *rng,
                   uint64_t element)
{
    if (how->normal)
        return how->scale * bp_rng_normal_at(rng, element);
    return how->scale * (2 * bp_rng_uniform_at(rng, element) - 1);
}

static void draw_tensor(const struct bp_network *network, const struct bp_place *place,
                        const struct distribution *how, const struct bp_rng *rng)
{
    size_t row;
    size_t col;

    for (row = 0; row < place->rows; row++) {
        void *to = bp_network_row(network, &network->params, place, row);

        for (col = 0; col < place->cols; col++) {
            const double value = draw(how, rng, (uint64_t)row * place->cols + col);

            network->engine->load_f64(
                bp_at(to, network->engine->element_size, col * place->col_stride), 1,
                &value, 1);
        }
    }
}

static void draw_dense(const struct bp_network *network, const struct bp_node *node,
                       struct bp_rng *rng)
{
    const struct bp_layer_spec *spec = &node->spec;
    const int32_t asked = (int32_t)bp_layer_setting(spec, BP_LAYER_WEIGHT_INIT);
    const int32_t weight = asked == BP_INIT_DEFAULT ? default_scheme(spec) : asked;
    const int32_t bias = (int32_t)bp_layer_setting(spec, BP_LAYER_BIAS_INIT);
    const double in = (double)node->inputs;
    const double out = (double)node->outputs;
    struct distribution how = scheme(weight, gain_of(spec), in, out);

    draw_tensor(network, &node->weight, &how, rng);
    rng->tensor++;
    how = scheme(bias, 1, in, out);
    draw_tensor(network, &node->bias, &how, rng);
}

static void fill(const struct bp_network *network, const struct bp_arena *arena,
                 const struct bp_place *place, double value)
{
    size_t col;

    for (col = 0; place->rows > 0 && col < place->cols; col++)
        network->engine->load_f64(bp_at(bp_network_row(network, arena, place, 0),
                                        network->engine->element_size, col),
                                  1, &value, 1);
}

/* Nothing is scaled, nothing is shifted, until something is learnt. */
static void fill_norm(const struct bp_network *network, const struct bp_node *node)
{
    fill(network, &network->params, &node->weight, 1);
    fill(network, &network->params, &node->bias, 0);
    fill(network, &network->state, &node->mean, 0);
    fill(network, &network->state, &node->variance, 1);
}

static int32_t draw_custom(const struct bp_network *network, const struct bp_node *node,
                           uint64_t seed)
{
    const bool f64 = network->engine == &bp_engine_f64;
    const bp_layer_ops *ops = &node->spec.layer_ops;
    const bp_run_fn call = f64 ? ops->initialise_f64 : ops->initialise;
    const bp_run run = {
        .struct_size = sizeof run,
        .precision = f64 ? BP_PRECISION_F64 : BP_PRECISION_F32,
        .inputs = node->inputs,
        .outputs = node->outputs,
        .parameters = bp_network_row(network, &network->params, &node->weight, 0),
        .parameter_count = node->weight.cols,
        .seed = seed,
        .element = (uint64_t)(node - network->nodes),
        .user = ops->user,
    };

    return call != NULL ? call(&run) : 0;
}

int32_t bp_init_parameters(struct bp_network *network, uint64_t seed)
{
    struct bp_rng rng = {.seed = seed, .stream = BP_STREAM_INIT};
    int32_t answer = 0;
    size_t i;

    for (i = 0; i < network->count && answer == 0; i++) {
        const struct bp_node *node = &network->nodes[i];

        rng.tensor = (uint32_t)(2 * i);
        if (node->spec.kind == BP_LAYER_KIND_DENSE)
            draw_dense(network, node, &rng);
        else if (bp_layer_normalises(node->spec.kind))
            fill_norm(network, node);
        else if (node->spec.kind == BP_LAYER_KIND_CUSTOM)
            answer = draw_custom(network, node, seed);
    }
    return answer;
}
