/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdlib.h>

static const char help[] = "Usage: backprop inspect MODEL\n"
                           "Tell what a model's file holds.\n"
                           "\n"
                           "  -h, --help  display this help and exit\n";

static void print_layer(const struct model *model, size_t layer)
{
    static const char *const kinds[] = {
        [BP_LAYER_KIND_DENSE] = "dense",
        [BP_LAYER_KIND_ACTIVATION] = "activation",
        [BP_LAYER_KIND_CUSTOM] = "custom",
        [BP_LAYER_KIND_DROPOUT] = "dropout",
        [BP_LAYER_KIND_NOISE] = "noise",
        [BP_LAYER_KIND_LAYER_NORM] = "layer norm",
        [BP_LAYER_KIND_BATCH_NORM] = "batch norm",
    };
    bp_layer_info info = {.struct_size = sizeof info};
    const char *activation;

    CHECK_STATUS(bp_network_layer_info(model->network, layer, &info));
    activation = bp_activation_name(info.activation);
    printf("layer %zu: %s, %zu to %zu", layer, kinds[info.kind], info.inputs,
           info.outputs);
    if (info.kind == BP_LAYER_KIND_DENSE || info.kind == BP_LAYER_KIND_ACTIVATION)
        printf(", %s", activation != NULL ? activation : "custom");
    printf(", %zu parameters\n", info.parameters);
}

static void print_inputs(const struct model *model)
{
    const bp_scaler *scaler = bp_bundle_get_scaler(model->bundle);

    for (size_t col = 0; col < model->inputs; col++) {
        double offset = 0, scale = 1;

        printf("input %zu: %s", col,
               model->input_names != NULL ? model->input_names[col] : "without a name");
        if (scaler != NULL) {
            CHECK_STATUS(bp_scaler_get(scaler, col, &offset, &scale));
            printf(", (x - %.6g) * %.6g", offset, scale);
        }
        putchar('\n');
    }
}

static void inspect(const char *path)
{
    struct model model = model_load(path);
    double precision = 0;

    CHECK_STATUS(bp_network_get(model.network, BP_NETWORK_PRECISION, &precision));
    printf("%zu inputs, %zu outputs, %zu layers, %zu weights and biases in %s\n",
           model.inputs, model.outputs, bp_network_layers(model.network),
           bp_network_parameters(model.network),
           precision == (double)BP_PRECISION_F64 ? "double" : "float");
    for (size_t i = 0; i < bp_network_layers(model.network); i++)
        print_layer(&model, i);
    print_inputs(&model);
    for (size_t i = 0; i < model.classes; i++)
        printf("class %zu: %s\n", i, bp_bundle_class_name(model.bundle, i));
    printf("cost: %s\n",
           bp_bundle_get_cost(model.bundle) != NULL ? "in the file" : "none in the file");
    model_free(&model);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option != 'h')
            option_unknown("backprop inspect");
        fputs(help, stdout);
        return EXIT_SUCCESS;
    }
    inspect(word_only(argc, argv, optind, "the model"));
    return EXIT_SUCCESS;
}

const struct command command_inspect = {"inspect", "what a model's file holds", help,
                                        run};
