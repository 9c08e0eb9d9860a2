/* SPDX-License-Identifier: MIT */
#include "gradient_case.h"

#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#define INPUT_SCALE  2.0
#define WEIGHT_SCALE 0.9
#define BIAS_SCALE   0.6

struct gradient_case case_of(size_t activation, size_t cost, bool deep)
{
    const size_t count = activation_record_count;
    const size_t turn = activation + 3 * cost;

    return (struct gradient_case){
        .last = &activation_records[activation],
        .hidden = {deep ? &activation_records[(turn + 1) % count] : NULL,
                   deep ? &activation_records[(turn + 9) % count] : NULL},
        .cost = &cost_records[cost],
        .precision = BP_PRECISION_F64,
        .bias = true,
    };
}

bool case_between(const struct layer_record *between, size_t activation, size_t cost)
{
    const bool chosen = !between->variant || (activation + 2 * cost) % 5 == 0;

    return chosen && pair_allowed(&activation_records[activation], &cost_records[cost]);
}

const char *case_text(const struct gradient_case *c)
{
    static char text[256];
    const bool deep = c->hidden[0] != NULL;

    snprintf(text, sizeof text, "%s%s%s%s%s%s%s under %s, %s%s%s",
             deep ? c->hidden[0]->text : "", deep ? ", " : "",
             c->between != NULL ? c->between->text : "", c->between != NULL ? ", " : "",
             deep ? c->hidden[1]->text : "", deep ? ", " : "", c->last->text,
             c->cost->text, c->precision == BP_PRECISION_F64 ? "double" : "float",
             c->apart ? ", layers of their own" : "", c->bias ? "" : ", no biases");
    return text;
}

static void add(bp_network *network, bp_layer *layer)
{
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void set_slope(bp_layer *layer, const struct activation_record *activation)
{
    if (activation->sets_slope)
        ok(bp_layer_set(layer, BP_LAYER_SLOPE, activation->slope));
}

static void add_layer(const struct gradient_case *c, bp_network *network, size_t width,
                      const struct activation_record *activation)
{
    bp_layer *layer = NULL;

    ok(bp_layer_create_dense(width, c->apart ? BP_ACTIVATION_LINEAR : activation->kind,
                             NULL, &layer));
    ok(bp_layer_set(layer, BP_LAYER_BIAS, c->bias ? 1 : 0));
    if (!c->apart)
        set_slope(layer, activation);
    add(network, layer);
    if (!c->apart)
        return;
    ok(bp_layer_create_activation(activation->kind, NULL, &layer));
    set_slope(layer, activation);
    add(network, layer);
}

static void set_tensor(bp_network *network, size_t layer, int32_t which, double size)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    double *values;
    size_t i;

    if (bp_network_parameter_info(network, layer, which, &info) != BP_OK)
        return;
    values = calloc(info.rows * info.cols, sizeof *values);
    assert_non_null(values);
    for (i = 0; i < info.rows * info.cols; ++i)
        values[i] = size * pattern(i + 31 * layer + 17 * (size_t)which);
    ok(bp_network_set_parameter_f64(network, layer, which, values,
                                    info.rows * info.cols));
    free(values);
}

void set_pattern(bp_network *network, double weights, double biases)
{
    for (size_t layer = 0; layer < bp_network_layers(network); ++layer) {
        set_tensor(network, layer, BP_PARAMETER_WEIGHT, weights);
        set_tensor(network, layer, BP_PARAMETER_BIAS, biases);
    }
}

bp_network *case_network(const struct gradient_case *c)
{
    bp_network *network = NULL;

    ok(bp_network_create(CASE_INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, c->precision));
    if (c->hidden[0] != NULL)
        add_layer(c, network, 5, c->hidden[0]);
    if (c->between != NULL)
        add(network, record_layer(c->between));
    if (c->hidden[0] != NULL)
        add_layer(c, network, 6, c->hidden[1]);
    add_layer(c, network, CASE_OUTPUTS, c->last);
    ok(bp_network_build(network, 1));
    set_pattern(network, WEIGHT_SCALE, BIAS_SCALE);
    return network;
}

bp_cost *case_cost(const struct gradient_case *c)
{
    const bool smooths = c->cost->kind == BP_COST_SOFTMAX_CROSS_ENTROPY;
    bp_cost *cost = make_cost(c->cost->kind, NULL);

    if (c->cost->scale > 0)
        ok(bp_cost_set(cost, smooths ? BP_COST_SMOOTHING : BP_COST_SCALE,
                       c->cost->scale));
    return cost;
}

bp_trainer *case_trainer(const struct gradient_case *c, bp_network *network, size_t batch)
{
    bp_cost *cost = case_cost(c);
    bp_optimizer *sgd = make_sgd(0.125, 0, NULL);
    bp_trainer *trainer = NULL;

    ok(bp_trainer_create(network, cost, sgd, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)batch));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    return trainer;
}

struct case_data case_data_make(const struct gradient_case *c, size_t rows, size_t seed)
{
    struct case_data data = {
        .rows = rows, .inputs = CASE_INPUTS, .outputs = CASE_OUTPUTS};

    data.x = calloc(rows * data.inputs, sizeof *data.x);
    data.y = calloc(rows * data.outputs, sizeof *data.y);
    data.labels = calloc(rows, sizeof *data.labels);
    assert_true(data.x != NULL && data.y != NULL && data.labels != NULL);
    for (size_t i = 0; i < rows * data.inputs; ++i)
        data.x[i] = (float)(INPUT_SCALE * pattern(i + 101 * seed));
    for (size_t row = 0; row < rows; ++row)
        for (size_t col = 0; col < data.outputs; ++col) {
            const double y =
                target_value(c->cost->targets, row + 7 * seed, col, data.outputs);
            data.y[row * data.outputs + col] = (float)y;
            if (c->cost->targets == TARGETS_LABEL && y == 1)
                data.labels[row] = (int32_t)col;
        }
    return data;
}

void case_data_free(struct case_data *data)
{
    free(data->x);
    free(data->y);
    free(data->labels);
}

static float *to_floats(const double *values, size_t count)
{
    float *floats = calloc(count, sizeof *floats);

    assert_non_null(floats);
    for (size_t i = 0; i < count; ++i)
        floats[i] = (float)values[i];
    return floats;
}

bp_dataset *case_dataset(const struct gradient_case *c, const struct case_data *data)
{
    float *x = to_floats(data->x, data->rows * data->inputs);
    float *y = to_floats(data->y, data->rows * data->outputs);
    bp_dataset *set = NULL;

    ok(bp_dataset_create(NULL, &set));
    ok(bp_dataset_set_inputs(set, x, data->rows, data->inputs, data->inputs));
    if (c->cost->targets == TARGETS_LABEL)
        ok(bp_dataset_set_labels(set, data->labels, data->rows, data->outputs));
    else
        ok(bp_dataset_set_targets(set, y, data->rows, data->outputs, data->outputs));
    free(x);
    free(y);
    return set;
}

bp_status case_gradient(const struct gradient_case *c, bp_trainer *trainer,
                        const struct case_data *data, double *cost)
{
    const size_t inputs = data->rows * data->inputs;
    bp_status status;
    float *x;

    if (c->cost->targets != TARGETS_LABEL)
        return bp_trainer_gradient_f64(trainer, data->x, inputs, data->y,
                                       data->rows * data->outputs, cost);
    x = to_floats(data->x, inputs);
    status =
        bp_trainer_gradient_labels(trainer, x, inputs, data->labels, data->rows, cost);
    free(x);
    return status;
}
