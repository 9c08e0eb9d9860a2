/* SPDX-License-Identifier: MIT */
#include "gradient_reference.h"

#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { WIDEST = 16, MOST_ROWS = 8 };

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

static void read_between(struct reference *reference, const bp_network *network)
{
    const struct layer_record *between = reference->c->between;
    bp_layer_info info = {.struct_size = sizeof info};

    if (between == NULL || !record_is_affine(between))
        return;
    ok(bp_network_layer_info(network, reference->between, &info));
    reference->scale =
        read_tensor(network, reference->between, BP_PARAMETER_WEIGHT, info.outputs);
    reference->shift =
        read_tensor(network, reference->between, BP_PARAMETER_BIAS, info.outputs);
}

void reference_init(struct reference *reference, const struct gradient_case *c,
                    const bp_network *network)
{
    const bool deep = c->hidden[0] != NULL;
    const size_t stride = c->apart ? 2 : 1;

    *reference = (struct reference){
        .c = c, .count = deep ? 3 : 1, .behind = deep ? 1 : 0, .between = deep * stride};
    for (size_t i = 0; i < reference->count; ++i) {
        const size_t shifted = c->between != NULL && i >= reference->behind;

        read_layer(&reference->layers[i], network, i * stride + shifted);
        reference->layers[i].activation =
            i + 1 == reference->count ? c->last : c->hidden[i];
    }
    read_between(reference, network);
}

void reference_free(struct reference *reference)
{
    for (size_t i = 0; i < reference->count; ++i) {
        free(reference->layers[i].weights);
        free(reference->layers[i].biases);
    }
    free(reference->scale);
    free(reference->shift);
}

static void weigh(const struct reference_layer *layer, const double *x, double *z)
{
    for (size_t to = 0; to < layer->outputs; ++to) {
        z[to] = layer->biases[to];
        for (size_t from = 0; from < layer->inputs; ++from)
            z[to] += layer->weights[to * layer->inputs + from] * x[from];
    }
}

/* In place, as all that follows. */
static void run_dense(const struct reference_layer *layer, size_t rows, bool activate,
                      double *a)
{
    double z[WIDEST * MOST_ROWS];

    for (size_t row = 0; row < rows; ++row)
        weigh(layer, a + row * layer->inputs, z + row * layer->outputs);
    memcpy(a, z, rows * layer->outputs * sizeof *a);
    for (size_t row = 0; activate && row < rows; ++row)
        layer->activation->formula(z + row * layer->outputs, a + row * layer->outputs,
                                   layer->outputs, layer->activation->slope);
}

static void run_between(const struct reference *reference, size_t rows, size_t cols,
                        double *a)
{
    double x[WIDEST * MOST_ROWS];
    const struct layer_batch batch = {.record = reference->c->between,
                                      .rows = rows,
                                      .cols = cols,
                                      .x = x,
                                      .scale = reference->scale,
                                      .shift = reference->shift,
                                      .index = reference->between,
                                      .seed = CASE_SEED};

    memcpy(x, a, rows * cols * sizeof *x);
    reference->c->between->formula(&batch, a);
}

void reference_forward(const struct reference *reference, const struct case_data *data,
                       bool activate, double *a)
{
    assert_true(data->rows <= MOST_ROWS);
    memcpy(a, data->x, data->rows * data->inputs * sizeof *a);
    for (size_t i = 0; i < reference->count; ++i) {
        const struct reference_layer *layer = &reference->layers[i];

        if (reference->c->between != NULL && i == reference->behind)
            run_between(reference, data->rows, layer->inputs, a);
        run_dense(layer, data->rows, i + 1 < reference->count || activate, a);
    }
}

double reference_cost(const struct reference *reference, const struct case_data *data)
{
    const struct gradient_case *c = reference->c;
    const struct cost_record *cost = c->cost;
    const bool activate = !pair_skips_activation(c->last, cost);
    const double scale = cost->scale > 0 ? cost->scale : 1;
    double a[WIDEST * MOST_ROWS];
    double sum = 0;

    reference_forward(reference, data, activate, a);
    for (size_t row = 0; row < data->rows; ++row)
        sum += cost->formula(a + row * data->outputs, data->y + row * data->outputs,
                             data->outputs, scale);
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
