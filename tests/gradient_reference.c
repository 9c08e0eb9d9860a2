/* SPDX-License-Identifier: MIT */
#include "gradient_reference.h"

#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { WIDEST = 16 };

/* About the cube root of epsilon. */
#define STEP 6e-6

static double *read_tensor(const bp_network *network, size_t layer, int32_t which,
                           size_t count)
{
    double *values = calloc(count, sizeof *values);

    assert_non_null(values);
    ok(bp_network_get_parameter_f64(network, layer, which, values, count));
    return values;
}

static void read_layer(struct reference_layer *layer, const bp_network *network,
                       size_t index)
{
    bp_layer_info info = {.struct_size = sizeof info};

    ok(bp_network_layer_info(network, index, &info));
    assert_true(info.inputs <= WIDEST && info.outputs <= WIDEST);
    layer->index = index;
    layer->inputs = info.inputs;
    layer->outputs = info.outputs;
    layer->weights =
        read_tensor(network, index, BP_PARAMETER_WEIGHT, info.inputs * info.outputs);
    layer->biases = info.has_bias
                        ? read_tensor(network, index, BP_PARAMETER_BIAS, info.outputs)
                        : calloc(info.outputs, sizeof(double));
    assert_non_null(layer->biases);
}

void reference_init(struct reference *reference, const struct gradient_case *c,
                    const bp_network *network)
{
    const size_t stride = c->apart ? 2 : 1;

    *reference = (struct reference){.c = c, .count = c->hidden[0] != NULL ? 3 : 1};
    for (size_t i = 0; i < reference->count; ++i) {
        read_layer(&reference->layers[i], network, i * stride);
        reference->layers[i].activation =
            i + 1 == reference->count ? c->last : c->hidden[i];
    }
}

void reference_free(struct reference *reference)
{
    for (size_t i = 0; i < reference->count; ++i) {
        free(reference->layers[i].weights);
        free(reference->layers[i].biases);
    }
}

static void weigh(const struct reference_layer *layer, const double *x, double *z)
{
    for (size_t to = 0; to < layer->outputs; ++to) {
        z[to] = layer->biases[to];
        for (size_t from = 0; from < layer->inputs; ++from)
            z[to] += layer->weights[to * layer->inputs + from] * x[from];
    }
}

void reference_forward(const struct reference *reference, const double *x, bool activate,
                       double *a)
{
    double z[WIDEST];

    memcpy(a, x, reference->layers[0].inputs * sizeof *a);
    for (size_t i = 0; i < reference->count; ++i) {
        const struct reference_layer *layer = &reference->layers[i];

        weigh(layer, a, z);
        if (i + 1 < reference->count || activate)
            layer->activation->formula(z, a, layer->outputs, layer->activation->slope);
        else
            memcpy(a, z, layer->outputs * sizeof *a);
    }
}

double reference_cost(const struct reference *reference, const struct case_data *data)
{
    const struct gradient_case *c = reference->c;
    const struct cost_record *cost = c->cost;
    const bool activate = !pair_skips_activation(c->last, cost);
    const double scale = cost->scale > 0 ? cost->scale : 1;
    double a[WIDEST];
    double sum = 0;

    for (size_t row = 0; row < data->rows; ++row) {
        reference_forward(reference, data->x + row * data->inputs, activate, a);
        sum += cost->formula(a, data->y + row * data->outputs, data->outputs, scale);
    }
    return sum / (double)data->rows / (cost->per_element ? (double)data->outputs : 1);
}

static double cost_beside(const struct reference *reference, const struct case_data *data,
                          double *parameter, double step)
{
    const double value = *parameter;
    double cost;

    *parameter = value + step;
    cost = reference_cost(reference, data);
    *parameter = value;
    return cost;
}

double reference_difference(const struct reference *reference,
                            const struct case_data *data, double *parameter)
{
    return (cost_beside(reference, data, parameter, STEP) -
            cost_beside(reference, data, parameter, -STEP)) /
           (2 * STEP);
}
