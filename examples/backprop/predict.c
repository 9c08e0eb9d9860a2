/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdlib.h>

static const char help[] =
    "Usage: backprop predict MODEL TABLE [OPTION]...\n"
    "Write what the model says of each row, as CSV.\n"
    "\n"
    "Of classes: the likeliest, and what the last layer puts out for each. Columns are\n"
    "found by the names that the model was trained with; other columns are passed over.\n"
    "A word that the training did not have is refused. TABLE may be -, standard input.\n"
    "\n"
    "  -o, --output FILE     write there instead of to standard output\n"
    "      --separator CHAR  between fields (default ,)\n"
    "      --no-header       the first line holds values; columns count by their order\n"
    "      --drop-missing    leave out rows with missing values\n"
    "  -h, --help            display this help and exit\n";

static size_t likeliest(const float *outputs, size_t count)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (outputs[i] > outputs[best])
            best = i;
    return best;
}

static void write_header(FILE *file, const struct model *model)
{
    if (model->classes > 0)
        fputs("class", file);
    for (size_t i = 0; i < model->outputs; i++) {
        if (i > 0 || model->classes > 0)
            putc(',', file);
        if (i < model->classes)
            file_put_field(file, bp_bundle_class_name(model->bundle, i));
        else
            fprintf(file, "output %zu", i + 1);
    }
    putc('\n', file);
}

static void write_row(FILE *file, const struct model *model, const float *outputs)
{
    if (model->classes > 0)
        file_put_field(file, bp_bundle_class_name(model->bundle,
                                                  likeliest(outputs, model->classes)));
    for (size_t i = 0; i < model->outputs; i++)
        fprintf(file, "%s%.9g", i > 0 || model->classes > 0 ? "," : "",
                (double)outputs[i]);
    putc('\n', file);
}

static void predict(const char *path, const struct table *table, const char *output)
{
    struct model model = model_load(path);
    bp_dataset *data = model_read(&model, table, TABLE_NO_TARGETS);
    float *outputs = model_predict(&model, data);
    FILE *file = file_open(output);

    write_header(file, &model);
    for (size_t row = 0; row < bp_dataset_rows(data); row++)
        write_row(file, &model, outputs + row * model.outputs);
    file_close(file, output);
    free(outputs);
    bp_dataset_destroy(data);
    model_free(&model);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            TABLE_OPTIONS};
    struct table table = {.separator = ',', .has_header = 1};
    const char *output = NULL;
    int option;

    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (option == 'o')
            output = optarg;
        else if (!table_option(&table, option, help))
            option_unknown("backprop predict");
    }
    if (argc - optind > 2)
        option_no_more(argc, argv, optind + 2);
    table.path =
        word_only(argc, argv, optind + 1 < argc ? optind + 1 : argc, "the table");
    predict(argv[optind], &table, output);
    return EXIT_SUCCESS;
}

const struct command command_predict = {"predict", "what a model says of a table's rows",
                                        help, run};
