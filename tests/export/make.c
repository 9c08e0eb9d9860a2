/* SPDX-License-Identifier: MIT */
/* make FOLDER: networks of every activation as C source, and a scaled one in double. */
#include <backprop.h>

#include <stdio.h>
#include <stdlib.h>

static void need(bp_status status, const char *why)
{
    if (status == BP_OK)
        return;
    fprintf(stderr, "%d: %s\n", (int)status, why);
    exit(1);
}

static bp_network *make_network(int32_t activation, int32_t precision)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    need(bp_network_create(5, NULL, &network), "create");
    need(bp_network_set(network, BP_NETWORK_PRECISION, precision), "precision");
    need(bp_layer_create_dense(70, activation, NULL, &layer), "dense");
    need(bp_layer_set(layer, BP_LAYER_BIAS_INIT, BP_INIT_NORMAL), "biases");
    need(bp_network_add(network, layer), "add");
    bp_layer_destroy(layer);
    need(bp_layer_create_activation(activation, NULL, &layer), "activation");
    need(bp_network_add(network, layer), "add");
    bp_layer_destroy(layer);
    need(bp_layer_create_dense(3, activation, NULL, &layer), "dense");
    need(bp_layer_set(layer, BP_LAYER_BIAS, 0), "no biases");
    need(bp_network_add(network, layer), "add");
    bp_layer_destroy(layer);
    need(bp_network_build(network, (uint64_t)activation + 1), "build");
    return network;
}

static void add(bp_network *network, bp_layer *layer)
{
    need(bp_network_add(network, layer), "add");
    bp_layer_destroy(layer);
}

static void set(bp_network *network, size_t layer, int32_t which, float first, float step)
{
    float values[70];

    for (size_t i = 0; i < 70; i++)
        values[i] = first + step * (float)(i * 29 % 70);
    need(bp_network_set_parameter(network, layer, which, values, 70),
         bp_network_error(network));
}

/* The layers that are there for training, their norms with and without a scale. */
static bp_network *make_norms(void)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;

    need(bp_network_create(5, NULL, &network), "create");
    need(bp_layer_create_noise(1, NULL, &layer), "noise");
    add(network, layer);
    need(bp_network_add_dense(network, 70, BP_ACTIVATION_TANH), "dense");
    need(bp_layer_create_batch_norm(NULL, &layer), "batch norm");
    add(network, layer);
    need(bp_layer_create_dropout(0.5, NULL, &layer), "dropout");
    add(network, layer);
    need(bp_layer_create_layer_norm(NULL, &layer), "layer norm");
    add(network, layer);
    need(bp_layer_create_batch_norm(NULL, &layer), "batch norm");
    need(bp_layer_set(layer, BP_LAYER_AFFINE, 0), "affine");
    add(network, layer);
    need(bp_layer_create_layer_norm(NULL, &layer), "layer norm");
    need(bp_layer_set(layer, BP_LAYER_AFFINE, 0), "affine");
    add(network, layer);
    need(bp_network_build(network, 3), "build");
    set(network, 2, BP_PARAMETER_WEIGHT, -1, 0.037f);
    set(network, 2, BP_PARAMETER_BIAS, 2, -0.061f);
    set(network, 2, BP_PARAMETER_RUNNING_MEAN, -0.5f, 0.013f);
    set(network, 2, BP_PARAMETER_RUNNING_VARIANCE, 0.1f, 0.019f);
    set(network, 4, BP_PARAMETER_WEIGHT, -1, 0.041f);
    set(network, 5, BP_PARAMETER_RUNNING_MEAN, -1, 0.017f);
    set(network, 5, BP_PARAMETER_RUNNING_VARIANCE, 0.3f, 0.023f);
    return network;
}

static void export_one(bp_network *network, const char *folder, const char *name,
                       const bp_scaler *scaler)
{
    bp_save_options options;

    need(bp_save_options_init(&options), "options");
    options.scaler = scaler;
    need(bp_network_export_c(network, folder, name, &options), bp_network_error(network));
    bp_network_destroy(network);
    puts(name);
}

/* In 8 bits, calibrated on rows around what the scaler takes to 0. */
static void export_int8(bp_network *network, const char *folder, const char *name,
                        const bp_scaler *scaler)
{
    static float rows[40 * 5];
    bp_int8_report report = {.struct_size = sizeof report};
    bp_dataset *data = NULL;
    bp_save_options options;

    for (int i = 0; i < 40 * 5; i++) {
        double offset = 0, scale = 1;

        if (scaler != NULL)
            need(bp_scaler_get(scaler, (size_t)(i % 5), &offset, &scale), "scale");
        rows[i] = (float)(offset + ((i * 37 % 41) / 20.0 - 1) / scale);
    }
    need(bp_dataset_create(NULL, &data), "data");
    need(bp_dataset_set_inputs(data, rows, 40, 5, 5), bp_dataset_error(data));
    need(bp_save_options_init(&options), "options");
    options.scaler = scaler;
    need(bp_network_export_c_int8(network, folder, name, data, &options, &report),
         bp_network_error(network));
    /* 8 bits are no float, and yet near it. */
    if (!(report.largest_error > 0 && report.mean_error < 0.1 && report.rows == 40 &&
          report.bytes < report.bytes_float))
        need(-1, name);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
    puts(name);
}

static bp_scaler *make_scaler(void)
{
    static const float rows[] = {1000, -1, 0.25f, 1e-3f, 7, 1010, 3, 0.5f, 2e-3f, 9};
    bp_dataset *data = NULL;
    bp_scaler *scaler = NULL;

    need(bp_dataset_create(NULL, &data), "data");
    need(bp_dataset_set_inputs(data, rows, 2, 5, 5), "inputs");
    need(bp_scaler_create(BP_SCALING_STANDARD, NULL, &scaler), "scaler");
    need(bp_scaler_fit(scaler, data), "fit");
    bp_dataset_destroy(data);
    return scaler;
}

int main(int argc, char **argv)
{
    bp_network *shape = NULL;
    bp_layer *layer = NULL;
    bp_scaler *scaler;

    if (argc != 2)
        return 2;
    for (int32_t i = 0; bp_activation_name(i) != NULL; i++)
        export_one(make_network(i, BP_PRECISION_F32), argv[1], bp_activation_name(i),
                   NULL);
    export_one(make_norms(), argv[1], "norms", NULL);
    scaler = make_scaler();
    export_one(make_network(BP_ACTIVATION_RELU, BP_PRECISION_F64), argv[1], "scaled",
               scaler);
    export_int8(make_network(BP_ACTIVATION_RELU, BP_PRECISION_F64), argv[1],
                "int8_scaled", scaler);
    bp_scaler_destroy(scaler);
    export_int8(make_network(BP_ACTIVATION_TANH, BP_PRECISION_F32), argv[1], "int8_tanh",
                NULL);
    export_int8(make_network(BP_ACTIVATION_SOFTMAX, BP_PRECISION_F32), argv[1],
                "int8_softmax", NULL);
    export_int8(make_norms(), argv[1], "int8_norms", NULL);
    need(bp_network_create(5, NULL, &shape), "create");
    need(bp_layer_create_activation(BP_ACTIVATION_RELU, NULL, &layer), "activation");
    need(bp_network_add(shape, layer), "add");
    bp_layer_destroy(layer);
    need(bp_network_build(shape, 1), "build");
    export_one(shape, argv[1], "shape", NULL);
    return 0;
}
