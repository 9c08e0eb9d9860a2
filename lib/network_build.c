/* SPDX-License-Identifier: MIT */
/* From layers to a network that runs: build, initialise, clone, convert. */
#include "network.h"

#include "cpu.h"

#include <string.h>

/* What is needed of a table of callbacks in a precision. */
static bool has_forms(bp_run_fn forward, bp_run_fn backward, bool want_backward)
{
    return forward != NULL && (!want_backward || backward != NULL);
}

static bool node_supports(const struct bp_node *node, bool f64, bool backward)
{
    const bp_layer_ops *layer = &node->spec.layer_ops;
    const bp_activation_ops *activation = &node->spec.activation_ops;

    if (node->spec.kind == BP_LAYER_KIND_CUSTOM)
        return f64 ? has_forms(layer->forward_f64, layer->backward_f64, backward)
                   : has_forms(layer->forward, layer->backward, backward);
    if (node->spec.activation == BP_ACTIVATION_CUSTOM)
        return f64 ? has_forms(activation->forward_f64, activation->backward_f64,
                               backward)
                   : has_forms(activation->forward, activation->backward, backward);
    return true;
}

bool bp_network_supports(const struct bp_network *network, int32_t precision,
                         bool backward, size_t *layer)
{
    size_t i;

    for (i = 0; i < network->count; i++) {
        if (!node_supports(&network->nodes[i], precision == BP_PRECISION_F64, backward)) {
            *layer = i;
            return false;
        }
    }
    return true;
}

static int32_t precision_of(const struct bp_network *network)
{
    return (int32_t)network->settings[BP_NETWORK_PRECISION - 1];
}

void bp_network_release(struct bp_network *network)
{
    bp_arena_release(&network->params, &network->host);
    bp_arena_release(&network->state, &network->host);
}

static bp_status reserve_arenas(struct bp_network *network, size_t element_size)
{
    const struct bp_plan params = {.element_size = element_size,
                                   .count = network->params_count};
    const struct bp_plan state = {.element_size = element_size,
                                  .count = network->state_count};
    bp_status status;

    network->params = network->state = (struct bp_arena){NULL, 0};
    status = bp_arena_reserve(&network->params, &network->host, &params);
    if (status == BP_OK && state.count > 0)
        status = bp_arena_reserve(&network->state, &network->host, &state);
    if (status != BP_OK)
        bp_network_release(network);
    return status;
}

bp_status bp_network_reserve(struct bp_network *network)
{
    const struct bp_engine *engine = bp_engine(precision_of(network));
    const bp_status status = reserve_arenas(network, engine->element_size);

    if (status != BP_OK)
        return bp_fail(&network->text, status, "out of memory for %zu parameters",
                       network->params_count);
    network->engine = engine;
    network->isa = bp_cpu_isa((int32_t)network->settings[BP_NETWORK_ISA - 1]);
    network->kernels = engine->kernels(network->isa);
    network->wide = bp_engine_f64.kernels(network->isa);
    return BP_OK;
}

static bp_status check_layers(struct bp_network *network)
{
    size_t layer = 0;

    if (network->built)
        return bp_fail(&network->text, BP_ESTATE, "the network is built already");
    if (network->count == 0)
        return bp_fail(&network->text, BP_ESTATE,
                       "the network has no layer, expected at least 1");
    if (!bp_network_supports(network, precision_of(network), false, &layer))
        return bp_fail(&network->text, BP_EUNSUPPORTED,
                       "layer %zu has no forward callback in double", layer);
    return BP_OK;
}

static bp_status fail_stopped(struct bp_network *network)
{
    return bp_fail(&network->text, BP_ESTOPPED, "initialise of a layer stopped");
}

bp_status bp_network_build_zero(struct bp_network *network)
{
    bp_status status = check_layers(network);

    if (status == BP_OK)
        status = bp_network_reserve(network);
    network->built = network->built || status == BP_OK;
    return status;
}

bp_status bp_network_build(bp_network *network, uint64_t seed)
{
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    status = bp_network_build_zero(network);
    if (status == BP_OK && bp_init_parameters(network, seed) != 0) {
        network->built = false;
        bp_network_release(network);
        status = fail_stopped(network);
    }
    return status;
}

/* Of one network's arenas into those of another with the same layers and precision. */
static void copy_arenas(const struct bp_network *from, struct bp_network *to)
{
    if (from->params.size > 0)
        memcpy(to->params.base, from->params.base, from->params.size);
    if (from->state.size > 0)
        memcpy(to->state.base, from->state.base, from->state.size);
}

/* Drawn into a second arena first: if a callback stops, the first is as it was. */
bp_status bp_network_initialise(bp_network *network, uint64_t seed)
{
    struct bp_network drawn;
    bp_status status;

    if (network == NULL)
        return BP_EINVAL;
    if (!network->built)
        return bp_fail(&network->text, BP_ESTATE, "the network is not built");
    if (network->busy)
        return bp_fail(&network->text, BP_EBUSY, "the network is in a training step");
    drawn = *network;
    status = bp_network_reserve(&drawn);
    if (status != BP_OK)
        return bp_fail(&network->text, status, "%s", drawn.text.line);
    if (bp_init_parameters(&drawn, seed) != 0)
        status = fail_stopped(network);
    else
        copy_arenas(&drawn, network);
    bp_network_release(&drawn);
    return status;
}

/* Everything but the arena of parameters. */
static bp_status copy_layers(const struct bp_network *network, bp_network **copy)
{
    bp_network *made = bp_host_allocate(&network->host, sizeof *made);
    const size_t size = network->capacity * sizeof *network->nodes;

    if (made == NULL)
        return BP_ENOMEM;
    *made = *network;
    made->text.line[0] = '\0';
    made->params = made->state = (struct bp_arena){NULL, 0};
    made->busy = false;
    made->nodes = bp_host_allocate(&network->host, size);
    if (made->nodes == NULL) {
        bp_network_destroy(made);
        return BP_ENOMEM;
    }
    memcpy(made->nodes, network->nodes, size);
    *copy = made;
    return BP_OK;
}

static void convert_arena(const struct bp_engine *engine, const struct bp_arena *from,
                          struct bp_arena *to, size_t count)
{
    if (engine == &bp_engine_f64)
        engine->load_f32(to->base, 1, from->base, count);
    else
        engine->load_f64(to->base, 1, from->base, count);
}

static void copy_numbers(const struct bp_network *from, struct bp_network *to)
{
    if (to->engine == from->engine) {
        copy_arenas(from, to);
        return;
    }
    convert_arena(to->engine, &from->params, &to->params, from->params_count);
    convert_arena(to->engine, &from->state, &to->state, from->state_count);
}

bp_status bp_network_convert(const struct bp_network *network, int32_t precision,
                             bp_network **copy)
{
    bp_network *made = NULL;
    bp_status status = copy_layers(network, &made);

    if (status != BP_OK)
        return status;
    made->settings[BP_NETWORK_PRECISION - 1] = precision;
    status = bp_network_reserve(made);
    if (status != BP_OK) {
        bp_network_destroy(made);
        return status;
    }
    copy_numbers(network, made);
    *copy = made;
    return BP_OK;
}

bp_status bp_network_clone(const bp_network *network, bp_network **copy)
{
    if (network == NULL || copy == NULL)
        return BP_EINVAL;
    if (!network->built)
        return BP_ESTATE;
    return bp_network_convert(network, precision_of(network), copy);
}
