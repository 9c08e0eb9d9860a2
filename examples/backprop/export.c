/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: backprop export --c|--onnx|--csv MODEL -o FILE [OPTION]...\n"
    "Write a model for other programs.\n"
    "\n"
    "      --c            C source FILE.c and its header, with a self-test; the name of\n"
    "                     the file is in front of all names in it\n"
    "      --onnx         an ONNX file, scaling included\n"
    "      --csv          weights and biases as CSV\n"
    "      --int8 TABLE   with --c: weights of 8 bits, calibrated by a table's rows;\n"
    "                     what that costs is told\n"
    "      --target NAME  the column with the answers of that table (default: the last)\n"
    "      --separator CHAR, --no-header, --drop-missing: as for train\n"
    "  -o, --output FILE  where it goes; - is standard output, but for --c\n"
    "  -h, --help         display this help and exit\n";

struct request {
    const char *output;
    struct table table; /* For 8 bits; path NULL: in float. */
};

static bp_save_options options_of(const struct model *model)
{
    bp_save_options options;

    CHECK_STATUS(bp_save_options_init(&options));
    options.scaler = bp_bundle_get_scaler(model->bundle);
    options.input_names = model->input_names;
    options.input_count = model->input_names != NULL ? model->inputs : 0;
    return options;
}

static void tell(const bp_int8_report *report)
{
    printf("%llu bytes of weights and biases, %llu in float\n",
           (unsigned long long)report->bytes, (unsigned long long)report->bytes_float);
    printf("outputs differ by %.3g in the mean, %.3g at most\n", report->mean_error,
           report->largest_error);
    if (report->has_accuracy)
        printf(
            "accuracy %.2f %%, %.2f %% in float; the same class in %llu of %llu rows\n",
            100 * report->accuracy, 100 * report->accuracy_float,
            (unsigned long long)report->same_class, (unsigned long long)report->rows);
}

/* Rows as they are in the table: the exported source scales them itself. */
static void write_c(const struct model *model, const struct request *request,
                    const char *folder, const char *name)
{
    const bp_save_options options = options_of(model);
    bp_int8_report report = {.struct_size = sizeof report};
    bp_status status;
    bp_dataset *data;

    if (request->table.path == NULL) {
        status = bp_network_export_c(model->network, folder, name, &options);
    } else {
        data = model_read_raw(model, &request->table,
                              model->classes > 0 ? TABLE_CLASSES : TABLE_NUMBERS);
        status = bp_network_export_c_int8(model->network, folder, name, data, &options,
                                          &report);
        bp_dataset_destroy(data);
    }
    if (status != BP_OK)
        fail("%s", bp_network_error(model->network));
    if (request->table.path != NULL)
        tell(&report);
}

/* "folder/name.c" as the folder and the name. */
static void export_c(const struct model *model, const struct request *request)
{
    const char *path = request->output;
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
    write_c(model, request, folder, name);
    free(copy);
}

static void export_onnx(const struct model *model, const struct request *request)
{
    const bp_save_options options = options_of(model);

    unsigned char *bytes;
    size_t size = 0;

    if (!file_is_standard(request->output)) {
        if (bp_network_export_onnx(model->network, request->output, &options) != BP_OK)
            fail("%s", bp_network_error(model->network));
        return;
    }
    (void)bp_network_export_onnx_memory(model->network, &options, NULL, 0, &size);
    bytes = check_allocate(size, 1);
    CHECK(model->network,
          bp_network_export_onnx_memory(model->network, &options, bytes, size, &size));
    (void)fwrite(bytes, 1, size, stdout);
    file_close(stdout, NULL);
    free(bytes);
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

static void export_csv(const struct model *model, const struct request *request)
{
    FILE *file = file_open(request->output);

    fputs("layer,parameter,to,from,value\n", file);
    for (size_t i = 0; i < bp_network_layers(model->network); i++)
        write_layer(model, i, file);
    file_close(file, request->output);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"c", no_argument, NULL, 'c'},
                                            {"onnx", no_argument, NULL, 'x'},
                                            {"csv", no_argument, NULL, 'v'},
                                            {"int8", required_argument, NULL, '8'},
                                            {"output", required_argument, NULL, 'o'},
                                            TABLE_OPTIONS};
    struct request request = {.table = {.separator = ',', .has_header = 1}};
    void (*write)(const struct model *, const struct request *) = NULL;
    struct model model;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'c': write = export_c; break;
        case 'x': write = export_onnx; break;
        case 'v': write = export_csv; break;
        case '8': request.table.path = optarg; break;
        case 'o': request.output = optarg; break;
        default:
            if (!table_option(&request.table, option, help))
                option_unknown("backprop export");
        }
    if (write == NULL || request.output == NULL ||
        (request.table.path != NULL && write != export_c)) {
        fprintf(stderr, "error: expected --c, --onnx or --csv, and -o; --int8 is for "
                        "--c\n");
        return EXIT_USAGE;
    }
    model = model_load(word_only(argc, argv, optind, "the model"));
    write(&model, &request);
    model_free(&model);
    return EXIT_SUCCESS;
}

const struct command command_export = {"export", "a model as C source, ONNX or CSV", help,
                                       run};
