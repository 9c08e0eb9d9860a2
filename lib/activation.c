/* SPDX-License-Identifier: MIT */
#include "activation.h"

#include <string.h>

/* Gains: PyTorch's `calculate_gain`; sqrt 2 for what He's scheme serves. */
#define SQRT_2 1.4142135623730951

static const struct bp_activation_traits table[] = {
    [BP_ACTIVATION_LINEAR] = {.name = "linear", .gain = 1},
    [BP_ACTIVATION_SIGMOID] = {.name = "sigmoid", .range = BP_RANGE_UNIT, .gain = 1},
    [BP_ACTIVATION_TANH] = {.name = "tanh", .gain = 5.0 / 3.0},
    [BP_ACTIVATION_RELU] = {.name = "relu", .he = true, .gain = SQRT_2},
    [BP_ACTIVATION_LEAKY_RELU] = {.name = "leaky_relu",
                                  .needs_z = true,
                                  .he = true,
                                  .gain = SQRT_2,
                                  .slope = 0.01,
                                  .has_slope = true},
    [BP_ACTIVATION_ELU] = {.name = "elu",
                           .needs_z = true,
                           .he = true,
                           .gain = SQRT_2,
                           .slope = 1,
                           .has_slope = true},
    [BP_ACTIVATION_SELU] = {.name = "selu", .needs_z = true, .gain = 0.75},
    [BP_ACTIVATION_GELU] = {.name = "gelu", .needs_z = true, .he = true, .gain = SQRT_2},
    [BP_ACTIVATION_GELU_TANH] = {.name = "gelu_tanh",
                                 .needs_z = true,
                                 .he = true,
                                 .gain = SQRT_2},
    [BP_ACTIVATION_SILU] = {.name = "silu", .needs_z = true, .he = true, .gain = SQRT_2},
    [BP_ACTIVATION_SOFTPLUS] = {.name = "softplus",
                                .needs_z = true,
                                .he = true,
                                .gain = SQRT_2},
    [BP_ACTIVATION_SOFTSIGN] = {.name = "softsign", .needs_z = true, .gain = 1},
    [BP_ACTIVATION_HARD_SIGMOID] = {.name = "hard_sigmoid",
                                    .range = BP_RANGE_UNIT,
                                    .gain = 1},
    [BP_ACTIVATION_SOFTMAX] = {.name = "softmax",
                               .range = BP_RANGE_PROBABILITY,
                               .gain = 1},
    [BP_ACTIVATION_LOG_SOFTMAX] = {.name = "log_softmax",
                                   .range = BP_RANGE_LOG_PROBABILITY,
                                   .gain = 1},
};

enum { COUNT = sizeof table / sizeof table[0] };

const struct bp_activation_traits *bp_activation_traits(int32_t activation)
{
    return activation >= 0 && activation < COUNT ? &table[activation] : NULL;
}

const char *bp_activation_name(int32_t activation)
{
    const struct bp_activation_traits *traits = bp_activation_traits(activation);

    return traits != NULL ? traits->name : NULL;
}

bp_status bp_activation_find(const char *name, int32_t *activation)
{
    int32_t i;

    if (name == NULL || activation == NULL)
        return BP_EINVAL;
    for (i = 0; i < COUNT; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *activation = i;
            return BP_OK;
        }
    }
    return BP_EINVAL;
}
