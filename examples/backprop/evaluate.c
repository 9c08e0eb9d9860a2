/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>

static const char help[] =
    "Usage: backprop evaluate MODEL TABLE [OPTION]...\n"
    "Tell how good the model is on rows whose answer is known.\n"
    "\n"
    "Of classes: how many are right, and which are taken for which. Of numbers: the\n"
    "root of the mean squared error, the mean error, and the share of the variance that\n"
    "is explained.\n"
    "\n"
    "      --target NAME[,NAME]...  the columns with the answers (default: the last)\n"
    "      --separator CHAR         between fields (default ,)\n"
    "      --no-header              the first line holds values\n"
    "      --drop-missing           leave out rows with missing values\n"
    "  -h, --help                   display this help and exit\n";

static void print_confusion(const struct model *model, const size_t *found)
{
    printf("\nhow many of each class (down) were taken for each (across)\n");
    for (size_t i = 0; i < model->classes; i++) {
        for (size_t k = 0; k < model->classes; k++)
            printf("%6zu", found[i * model->classes + k]);
        printf("  %s\n", bp_bundle_class_name(model->bundle, i));
    }
}

static void evaluate_classes(const struct model *model, const bp_dataset *data,
                             const float *outputs)
{
    const size_t rows = bp_dataset_rows(data), classes = model->classes;
    size_t *found = check_allocate(classes * classes, sizeof *found);
    size_t right = 0;

    if (model->outputs != classes)
        fail("%s has %zu outputs for %zu classes", model->path, model->outputs, classes);
    for (size_t row = 0; row < rows; row++) {
        const float *said = outputs + row * classes;
        const size_t label = model_label(model, data, row);
        size_t best = 0;

        for (size_t i = 1; i < classes; i++)
            if (said[i] > said[best])
                best = i;
        found[label * classes + best]++;
        right += best == label;
    }
    printf("%zu of %zu right, %.2f %%\n", right, rows,
           100.0 * (double)right / (double)rows);
    print_confusion(model, found);
    free(found);
}

/* One output: sums over the rows, in two passes. */
static void evaluate_number(const bp_dataset *data, const float *outputs, size_t count,
                            size_t col)
{
    const size_t rows = bp_dataset_rows(data);
    float *row_targets = check_allocate(count, sizeof *row_targets);
    double mean = 0, squared = 0, absolute = 0, spread = 0;

    for (int pass = 0; pass < 2; pass++)
        for (size_t row = 0; row < rows; row++) {
            double target, error;

            CHECK_STATUS(bp_dataset_get_targets(data, row, row_targets, count));
            target = (double)row_targets[col];
            error = (double)outputs[row * count + col] - target;
            if (pass == 0) {
                mean += target / (double)rows;
                squared += error * error / (double)rows;
                absolute += fabs(error) / (double)rows;
            } else {
                spread += (target - mean) * (target - mean) / (double)rows;
            }
        }
    printf("output %zu: root of mean squared error %.6g, mean error %.6g", col + 1,
           sqrt(squared), absolute);
    if (spread > 0)
        printf(", %.2f %% of the variance explained", 100 * (1 - squared / spread));
    putchar('\n');
    free(row_targets);
}

static void evaluate(const char *path, const struct table *table)
{
    struct model model = model_load(path);
    bp_dataset *data =
        model_read(&model, table, model.classes > 0 ? TABLE_CLASSES : TABLE_NUMBERS);
    float *outputs = model_predict(&model, data);

    if (model.classes > 0)
        evaluate_classes(&model, data, outputs);
    else if (bp_dataset_outputs(data) != model.outputs)
        fail("%s has %zu columns of targets, expected %zu as %s has outputs", table->path,
             bp_dataset_outputs(data), model.outputs, path);
    for (size_t col = 0; model.classes == 0 && col < model.outputs; col++)
        evaluate_number(data, outputs, model.outputs, col);
    free(outputs);
    bp_dataset_destroy(data);
    model_free(&model);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {TABLE_OPTIONS};
    struct table table = {.separator = ',', .has_header = 1};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        if (!table_option(&table, option, help))
            option_unknown("backprop evaluate");
    if (argc - optind > 2)
        option_no_more(argc, argv, optind + 2);
    table.path =
        word_only(argc, argv, optind + 1 < argc ? optind + 1 : argc, "the table");
    evaluate(argv[optind], &table);
    return EXIT_SUCCESS;
}

const struct command command_evaluate = {
    "evaluate", "how good a model is on rows with answers", help, run};
