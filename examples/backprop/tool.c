/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include "common/check.h"
#include "common/options.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_ONCE = 256 };

/* ---- words ---- */

struct names names_split(const char *text)
{
    struct names names = {.count = 1};
    char *at;

    for (const char *c = text; *c != '\0'; c++)
        names.count += *c == ',';
    names.text = check_allocate(strlen(text) + 1, 1);
    names.list = check_allocate(names.count, sizeof *names.list);
    strcpy(names.text, text);
    at = names.text;
    for (size_t i = 0; i < names.count; i++) {
        char *end = at + strcspn(at, ",");

        *end = '\0';
        names.list[i] = at;
        at = end + 1;
    }
    return names;
}

void names_free(struct names *names)
{
    free(names->text);
    free(names->list);
    *names = (struct names){0};
}

const char *word_only(int argc, char **argv, int next, const char *what)
{
    if (next >= argc) {
        fprintf(stderr, "error: %s is missing\n", what);
        exit(EXIT_USAGE);
    }
    option_no_more(argc, argv, next + 1);
    return argv[next];
}

/* ---- tables ---- */

int table_option(struct table *table, int option, const char *help)
{
    extern char *optarg;

    switch (option) {
    case 't': table->targets = optarg; return 1;
    case 'n': table->has_header = 0; return 1;
    case 'd': table->drop_missing = 1; return 1;
    case 's':
        if (strcmp(optarg, "\\t") != 0 && strlen(optarg) != 1) {
            fprintf(stderr, "error: --separator is '%s', expected one character\n",
                    optarg);
            exit(EXIT_USAGE);
        }
        table->separator = optarg[0] == '\\' ? '\t' : optarg[0];
        return 1;
    case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
    default: return 0;
    }
}

/* "-" is standard input. */
static bp_status read_csv(bp_dataset *data, const char *path,
                          const bp_csv_options *options)
{
    bp_status status;
    size_t size;
    char *text;

    if (!file_is_standard(path))
        return bp_dataset_read_csv(data, path, options);
    text = file_read(path, &size);
    status = bp_dataset_parse_csv(data, text, size, options);
    free(text);
    return status;
}

/* What the user of the tool can do about it. */
static const char *hint_for(const char *error)
{
    if (strstr(error, "the value is missing") != NULL)
        return "; --drop-missing leaves such rows out";
    if (strstr(error, "which is chosen already") != NULL)
        return "; --target names the columns with the answers, by default the last";
    return "";
}

bp_dataset *table_read(const struct table *table, int targets,
                       const char *const *features, size_t count)
{
    static const int32_t kinds[] = {[TABLE_CLASSES] = BP_CSV_CLASSES,
                                    [TABLE_NUMBERS] = BP_CSV_NUMBERS,
                                    [TABLE_NO_TARGETS] = BP_CSV_NO_TARGETS};
    struct names names = {0};
    bp_csv_options options;
    bp_dataset *data;

    CHECK_STATUS(bp_csv_options_init(&options));
    options.target_kind = kinds[targets];
    options.separator = table->separator;
    options.has_header = table->has_header;
    options.drop_missing = table->drop_missing;
    options.one_hot = 1;
    options.features = features;
    options.features_count = count;
    if (table->targets != NULL && targets != TABLE_NO_TARGETS) {
        names = names_split(table->targets);
        options.targets = names.list;
        options.targets_count = names.count;
    }
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    if (read_csv(data, table->path, &options) != BP_OK)
        fail("%s%s", bp_dataset_error(data), hint_for(bp_dataset_error(data)));
    names_free(&names);
    return data;
}

/* ---- models ---- */

static void take_names(struct model *model)
{
    if (bp_bundle_input_name(model->bundle, 0) == NULL)
        return;
    model->input_names = check_allocate(model->inputs, sizeof *model->input_names);
    for (size_t i = 0; i < model->inputs; i++)
        model->input_names[i] = bp_bundle_input_name(model->bundle, i);
}

static bp_status load(bp_bundle *bundle, const char *path)
{
    bp_status status;
    size_t size;
    char *bytes;

    if (!file_is_standard(path))
        return bp_bundle_load(bundle, path, NULL);
    bytes = file_read(path, &size);
    status = bp_bundle_load_memory(bundle, bytes, size, NULL);
    free(bytes);
    return status;
}

struct model model_load(const char *path)
{
    struct model model = {.path = path};

    CHECK_STATUS(bp_bundle_create(NULL, &model.bundle));
    if (load(model.bundle, path) != BP_OK)
        fail("%s", bp_bundle_error(model.bundle));
    model.network = bp_bundle_get_network(model.bundle);
    model.inputs = bp_network_inputs(model.network);
    model.outputs = bp_network_outputs(model.network);
    model.classes = bp_bundle_classes(model.bundle);
    take_names(&model);
    CHECK_STATUS(bp_workspace_create(model.network, ROWS_AT_ONCE, &model.workspace));
    return model;
}

void model_free(struct model *model)
{
    bp_workspace_destroy(model->workspace);
    bp_bundle_destroy(model->bundle);
    free(model->input_names);
    *model = (struct model){0};
}

/* Those of columns without a header: "3", or "3=word". */
static int names_are_numbers(const struct model *model)
{
    for (size_t i = 0; i < model->inputs; i++) {
        const char *name = model->input_names[i];
        const size_t digits = strspn(name, "0123456789");

        if (digits == 0 || (name[digits] != '\0' && name[digits] != '='))
            return 0;
    }
    return 1;
}

bp_dataset *model_read_raw(const struct model *model, const struct table *table,
                           int targets)
{
    const int named =
        model->input_names != NULL && (table->has_header || names_are_numbers(model));
    bp_dataset *data = table_read(table, targets, named ? model->input_names : NULL,
                                  named ? model->inputs : 0);

    if (bp_dataset_inputs(data) != model->inputs)
        fail("%s has %zu columns of inputs, expected %zu as %s has", table->path,
             bp_dataset_inputs(data), model->inputs, model->path);
    return data;
}

bp_dataset *model_read(const struct model *model, const struct table *table, int targets)
{
    bp_dataset *data = model_read_raw(model, table, targets);
    const bp_scaler *scaler = bp_bundle_get_scaler(model->bundle);

    if (scaler != NULL)
        CHECK(data, bp_scaler_apply((bp_scaler *)scaler, data));
    return data;
}

float *model_predict(const struct model *model, const bp_dataset *data)
{
    const size_t rows = bp_dataset_rows(data);
    float *inputs = check_allocate(rows * model->inputs, sizeof *inputs);
    float *outputs = check_allocate(rows * model->outputs, sizeof *outputs);

    for (size_t row = 0; row < rows; row++)
        CHECK_STATUS(bp_dataset_get_inputs(data, row, inputs + row * model->inputs,
                                           model->inputs));
    CHECK(model->workspace,
          bp_network_predict(model->network, model->workspace, inputs,
                             rows * model->inputs, outputs, rows * model->outputs));
    free(inputs);
    return outputs;
}

size_t model_label(const struct model *model, const bp_dataset *data, size_t row)
{
    const char *name;
    int32_t label;

    CHECK_STATUS(bp_dataset_get_label(data, row, &label));
    name = bp_dataset_class_name(data, (size_t)label);
    for (size_t i = 0; i < model->classes; i++)
        if (strcmp(bp_bundle_class_name(model->bundle, i), name) == 0)
            return i;
    fail("'%s' in row %zu is none of the %zu classes of %s", name, row + 1,
         model->classes, model->path);
}
