/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: backprop export --c|--onnx|--csv MODEL -o FILE\n"
    "Write a model for other programs.\n"
    "\n"
    "      --c            C source FILE.c and its header, with a self-test; the name of\n"
    "                     the file is in front of all names in it\n"
    "      --onnx         an ONNX file, scaling included\n"
    "      --csv          weights and biases as CSV; - is standard output\n"
    "  -o, --output FILE  where it goes\n"
    "  -h, --help         display this help and exit\n";

static bp_save_options options_of(const struct model *model)
{
    bp_save_options options;

    CHECK_STATUS(bp_save_options_init(&options));
    options.scaler = bp_bundle_get_scaler(model->bundle);
    options.input_names = model->input_names;
    options.input_count = model->input_names != NULL ? model->inputs : 0;
    return options;
}

/* "folder/name.c" as the folder and the name. */
static void export_c(const struct model *model, const char *path)
{
    const bp_save_options options = options_of(model);
    char *copy = check_allocate(strlen(path) + 1, 1);
    char *slash, *name;
    const char *folder = ".";

    strcpy(copy, path);
    slash = strrchr(copy, '/');
    name = slash != NULL ? slash + 1 : copy;
    if (slash != NULL) {
        *slash = '\0';
        folder = copy[0] != '\0' ? copy : "/";
    }
    if (strlen(name) > 2 && strcmp(name + strlen(name) - 2, ".c") == 0)
        name[strlen(name) - 2] = '\0';
    if (bp_network_export_c(model->network, folder, name, &options) != BP_OK)
        fail("%s", bp_network_error(model->network));
    free(copy);
}

static void export_onnx(const struct model *model, const char *path)
{
    const bp_save_options options = options_of(model);

    if (bp_network_export_onnx(model->network, path, &options) != BP_OK)
        fail("%s", bp_network_error(model->network));
}

/* ---- CSV ---- */

struct tensor {
    size_t layer;
    int32_t which;
    size_t rows, cols;
};

static void write_tensor(const struct model *model, const struct tensor *tensor,
                         FILE *file)
{
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    const size_t count = tensor->rows * tensor->cols;
    double *values = check_allocate(count, sizeof *values);

    CHECK_STATUS(bp_network_get_parameter_f64(model->network, tensor->layer,
                                              tensor->which, values, count));
    for (size_t i = 0; i < count; i++)
        if (tensor->rows > 1 || tensor->which == BP_PARAMETER_WEIGHT)
            fprintf(file, "%zu,%s,%zu,%zu,%.17g\n", tensor->layer, names[tensor->which],
                    i / tensor->cols, i % tensor->cols, values[i]);
        else
            fprintf(file, "%zu,%s,%zu,,%.17g\n", tensor->layer, names[tensor->which], i,
                    values[i]);
    free(values);
}

static void write_layer(const struct model *model, size_t layer, FILE *file)
{
    bp_layer_info info = {.struct_size = sizeof info};

    CHECK_STATUS(bp_network_layer_info(model->network, layer, &info));
    for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_BIAS; which++) {
        bp_parameter_info place = {.struct_size = sizeof place};

        if (bp_network_parameter_info(model->network, layer, which, &place) == BP_OK)
            write_tensor(model, &(struct tensor){layer, which, place.rows, place.cols},
                         file);
    }
    for (int32_t which = BP_PARAMETER_RUNNING_MEAN;
         info.kind == BP_LAYER_KIND_BATCH_NORM && which <= BP_PARAMETER_RUNNING_VARIANCE;
         which++)
        write_tensor(model, &(struct tensor){layer, which, 1, info.outputs}, file);
}

static void export_csv(const struct model *model, const char *path)
{
    const char *to = strcmp(path, "-") == 0 ? NULL : path;
    FILE *file = file_open(to);

    fputs("layer,parameter,to,from,value\n", file);
    for (size_t i = 0; i < bp_network_layers(model->network); i++)
        write_layer(model, i, file);
    file_close(file, to);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        {"c", no_argument, NULL, 'c'},    {"onnx", no_argument, NULL, 'x'},
        {"csv", no_argument, NULL, 'v'},  {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    void (*write)(const struct model *, const char *) = NULL;
    const char *output = NULL;
    struct model model;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'c': write = export_c; break;
        case 'x': write = export_onnx; break;
        case 'v': write = export_csv; break;
        case 'o': output = optarg; break;
        case 'h': fputs(help, stdout); return EXIT_SUCCESS;
        default: option_unknown("backprop export");
        }
    if (write == NULL || output == NULL) {
        fprintf(stderr, "error: expected --c, --onnx or --csv, and -o\n");
        return EXIT_USAGE;
    }
    model = model_load(word_only(argc, argv, optind, "the model"));
    write(&model, output);
    model_free(&model);
    return EXIT_SUCCESS;
}

const struct command command_export = {"export", "a model as C source, ONNX or CSV", help,
                                       run};
