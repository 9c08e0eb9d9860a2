/* SPDX-License-Identifier: MIT */
/*
 * pictures FOLDER: write every kind of picture of several networks, with names that try
 * to break out of it. check_pictures.py reads them.
 */
#include <backprop.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static const char *folder;

static void need(bp_status status, const char *what)
{
    if (status == BP_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, bp_status_text(status));
    exit(1);
}

static int32_t put(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

static FILE *open_picture(const char *name, int32_t picture)
{
    static const char *const ends[] = {
        "",           "-net.svg",    "-chain.svg", "-paths.svg",   "-nudge.svg",
        ".dot",       ".json",       "-part.svg",  "-weights.svg", "-spread.svg",
        "-plane.svg", "-curves.svg", "-norms.svg"};
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s%s", folder, name, ends[picture]);
    file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    return file;
}

static void draw_all(bp_trace *trace, const bp_connection *connection,
                     const bp_picture_options *options, const char *name)
{
    for (int32_t picture = BP_PICTURE_NETWORK; picture <= BP_PICTURE_HISTOGRAMS;
         ++picture) {
        FILE *file;

        if (picture == BP_PICTURE_CHAIN && connection->kind == BP_CONNECTION_INPUT)
            continue;
        file = open_picture(name, picture);
        need(bp_trace_draw(trace, picture, connection, options, put, file), name);
        fclose(file);
    }
}

static bp_network *make(const size_t *widths, size_t count, int32_t hidden, int32_t last)
{
    bp_network *network = NULL;

    need(bp_network_create(widths[0], NULL, &network), "create");
    for (size_t i = 1; i < count; ++i)
        need(bp_network_add_dense(network, widths[i], i + 1 < count ? hidden : last),
             "add");
    need(bp_network_build(network, 7), "build");
    return network;
}

static bp_trace *trace_of(const bp_network *network, int32_t kind)
{
    const size_t inputs = bp_network_inputs(network);
    const size_t outputs = bp_network_outputs(network);
    float *x = calloc(2 * inputs, sizeof *x);
    float *y = calloc(2 * outputs, sizeof *y);
    bp_cost *cost = NULL;
    bp_trace *trace = NULL;
    size_t ranked = 0;

    if (x == NULL || y == NULL)
        exit(1);
    for (size_t i = 0; i < 2 * inputs; ++i)
        x[i] = (float)(i * 7 % 13) / 13 - 0.25f;
    y[outputs - 1] = y[outputs] = 1;
    need(bp_cost_create(kind, NULL, &cost), "cost");
    need(bp_trace_create(network, cost, &trace), "trace");
    need(bp_trace_run(trace, x, 2 * inputs, y, 2 * outputs), "run");
    need(bp_trace_find_influences(trace, NULL, 5, &ranked), "rank");
    bp_cost_destroy(cost);
    free(x);
    free(y);
    return trace;
}

/* Names that would close a tag, quote or line, and bytes that are no UTF-8. */
static const char *const evil[] = {"</text><script>alert(1)</script>",
                                   "\" onload=\"x",
                                   "a\\nb\\",
                                   "caf\xc3\xa9 \xf0\x9f\x98\x80",
                                   "\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
                                   "\x01\x1b\x7f]]>&amp;"};

static void draw_names(void)
{
    const size_t widths[] = {6, 3, 6};
    bp_network *network = make(widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR);
    bp_trace *trace = trace_of(network, BP_COST_MSE);
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_BIAS, .row = 1};
    bp_picture_options options;

    need(bp_picture_options_init(&options), "options");
    options.title = "<title> & \"quotes\" ]]> \xff end";
    options.input_names = options.output_names = evil;
    options.input_names_count = options.output_names_count = 6;
    draw_all(trace, &at, &options, "names");
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void draw_network(const char *name, const size_t *widths, size_t count,
                         int32_t last, int32_t cost)
{
    bp_network *network = make(widths, count, BP_ACTIVATION_RELU, last);
    bp_trace *trace = trace_of(network, cost);
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT, .row = 1};
    char more[64];
    FILE *file;

    draw_all(trace, &at, NULL, name);
    at.layer = count - 2;
    at.to = widths[count - 1] - 1;
    at.from = widths[count - 2] / 2;
    snprintf(more, sizeof more, "%s-last", name);
    draw_all(trace, &at, NULL, more);
    at.kind = BP_CONNECTION_INPUT;
    at.from = widths[0] / 2;
    snprintf(more, sizeof more, "%s-input", name);
    draw_all(trace, &at, NULL, more);
    snprintf(more, sizeof more, "%s-plain", name);
    file = open_picture(more, BP_PICTURE_NETWORK);
    need(bp_network_draw(network, BP_PICTURE_NETWORK, NULL, put, file), more);
    fclose(file);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* Inputs, then changes of a step, with names; over rows and for one output. */
static void draw_influences(void)
{
    const size_t widths[] = {6, 3, 6};
    bp_network *network = make(widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX);
    bp_trace *trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY);
    bp_picture_options options;
    bp_influence_options what;
    size_t found = 0;
    float w[18];
    FILE *file;

    need(bp_picture_options_init(&options), "options");
    options.input_names = options.output_names = evil;
    options.input_names_count = options.output_names_count = 6;
    need(bp_influence_options_init(&what), "options");
    what.kind = BP_INFLUENCE_INPUTS;
    what.output = 3;
    what.row = 1;
    need(bp_trace_find_influences(trace, &what, 9, &found), "inputs");
    file = open_picture("inputs", BP_PICTURE_INFLUENCE);
    need(bp_trace_draw(trace, BP_PICTURE_INFLUENCE, NULL, &options, put, file), "inputs");
    fclose(file);
    for (size_t i = 0; i < 18; ++i)
        w[i] = (float)i / 100;
    need(bp_network_set_parameter(network, 1, BP_PARAMETER_WEIGHT, w, 18), "set");
    need(bp_influence_options_init(&what), "options");
    what.kind = BP_INFLUENCE_CHANGES;
    need(bp_trace_find_influences(trace, &what, 100, &found), "changes");
    file = open_picture("changes", BP_PICTURE_INFLUENCE);
    need(bp_trace_draw(trace, BP_PICTURE_INFLUENCE, NULL, &options, put, file),
         "changes");
    fclose(file);
    what.kind = BP_INFLUENCE_CHANGES;
    what.layer = 0;
    need(bp_trace_find_influences(trace, &what, 100, &found), "none");
    file = open_picture("none", BP_PICTURE_INFLUENCE);
    need(bp_trace_draw(trace, BP_PICTURE_INFLUENCE, NULL, NULL, put, file), "none");
    fclose(file);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

/* A network with every kind of layer that is there. */
static bp_network *make_mixed(void)
{
    bp_layer *layers[4] = {NULL};
    bp_network *network = NULL;

    need(bp_network_create(2, NULL, &network), "create");
    need(bp_network_add_dense(network, 5, BP_ACTIVATION_RELU), "add");
    need(bp_layer_create_dropout(0.25, NULL, &layers[0]), "dropout");
    need(bp_layer_create_noise(0.25, NULL, &layers[1]), "noise");
    need(bp_layer_create_layer_norm(NULL, &layers[2]), "layer norm");
    need(bp_layer_create_batch_norm(NULL, &layers[3]), "batch norm");
    for (size_t i = 0; i < 4; ++i) {
        need(bp_network_add(network, layers[i]), "add");
        bp_layer_destroy(layers[i]);
    }
    need(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX), "add");
    need(bp_network_build(network, 7), "build");
    return network;
}

/* The same in a step of training: a batch norm joins the rows. */
static void draw_step(bp_trace *trace)
{
    static const float x[] = {0.5f, -1, 0.25f, 2, -0.75f, 0.125f, 1, 1};
    static const int32_t labels[] = {0, 1, 1, 0};
    const bp_connection at = {
        .struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT, .row = 1, .to = 2};
    size_t ranked = 0;

    need(bp_trace_set_mode(trace, BP_MODE_TRAIN, 1, 5), "mode");
    need(bp_trace_run_labels(trace, x, 8, labels, 4), "run");
    need(bp_trace_find_influences(trace, NULL, 5, &ranked), "rank");
    draw_all(trace, &at, NULL, "step");
}

static void draw_mixed(void)
{
    bp_network *network = make_mixed();
    bp_trace *trace = trace_of(network, BP_COST_SOFTMAX_CROSS_ENTROPY);
    bp_connection at = {.struct_size = sizeof at, .kind = BP_CONNECTION_WEIGHT, .row = 1};

    draw_all(trace, &at, NULL, "mixed");
    draw_step(trace);
    bp_trace_destroy(trace);
    bp_network_destroy(network);
}

static void draw_recorded(bp_recorder *recorder, const char *name)
{
    for (int32_t picture = BP_PICTURE_HISTOGRAMS; picture <= BP_PICTURE_NORMS;
         ++picture) {
        FILE *file = open_picture(name, picture);

        need(bp_recorder_draw(recorder, picture, NULL, put, file), name);
        fclose(file);
    }
}

static bp_trainer *trainer_of(bp_network *network)
{
    bp_cost *cost = NULL;
    bp_optimizer *sgd = NULL;
    bp_trainer *trainer = NULL;

    need(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost), "cost");
    need(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &sgd), "optimizer");
    need(bp_trainer_create(network, cost, sgd, &trainer), "trainer");
    need(bp_trainer_build(trainer, 1), "build");
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
    return trainer;
}

static void draw_plane(bp_network *network, const bp_dataset *data)
{
    bp_picture_options options;
    FILE *file = open_picture("still", BP_PICTURE_REGIONS);

    need(bp_picture_options_init(&options), "options");
    options.data = data;
    need(bp_network_draw(network, BP_PICTURE_REGIONS, &options, put, file), "regions");
    fclose(file);
}

static void draw_confusion(bp_network *network, const bp_dataset *data)
{
    const char *const names[] = {evil[0], evil[4]};
    bp_picture_options options;
    bp_workspace *workspace = NULL;
    bp_metrics *metrics = NULL;
    FILE *file = open_picture("confusion", BP_PICTURE_NETWORK);

    need(bp_picture_options_init(&options), "options");
    options.output_names = names;
    options.output_names_count = 2;
    need(bp_metrics_create(2, NULL, &metrics), "metrics");
    need(bp_workspace_create(network, 16, &workspace), "workspace");
    need(bp_network_measure(network, workspace, data, metrics), "measure");
    need(bp_metrics_draw(metrics, &options, put, file), "confusion");
    fclose(file);
    bp_metrics_destroy(metrics);
    bp_workspace_destroy(workspace);
}

/* One sample, then many. */
static void draw_training(void)
{
    bp_network *network = make_mixed();
    bp_trainer *trainer = trainer_of(network);
    bp_recorder_options options;
    bp_recorder *recorder = NULL;
    bp_dataset *data = NULL;

    need(bp_dataset_create(NULL, &data), "data");
    need(bp_dataset_generate(data, BP_GENERATE_MOONS, 300, 0.1, 1), "generate");
    need(bp_recorder_create(trainer, &recorder), "recorder");
    need(bp_recorder_options_init(&options), "options");
    options.samples = 30;
    options.probe = data;
    options.regions = 1;
    need(bp_recorder_start(recorder, &options), "start");
    need(bp_trainer_fit(trainer, data, 1, bp_recorder_progress, recorder), "fit");
    draw_recorded(recorder, "once");
    need(bp_trainer_fit(trainer, data, 40, bp_recorder_progress, recorder), "fit");
    draw_recorded(recorder, "often");
    draw_plane(network, data);
    draw_confusion(network, data);
    bp_recorder_destroy(recorder);
    bp_trainer_destroy(trainer);
    bp_dataset_destroy(data);
    bp_network_destroy(network);
}

int main(int argc, char **argv)
{
    static const size_t small[] = {2, 2, 1};
    static const size_t wide[] = {300, 70, 40, 10};
    static const size_t deep[] = {3, 4, 4, 4, 4, 4, 4, 2};

    if (argc != 2)
        return 2;
    folder = argv[1];
    /* A decimal comma, where there is one. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        (void)setlocale(LC_ALL, "");
    draw_network("small", small, 3, BP_ACTIVATION_SIGMOID, BP_COST_QUADRATIC);
    draw_network("wide", wide, 4, BP_ACTIVATION_SOFTMAX, BP_COST_SOFTMAX_CROSS_ENTROPY);
    draw_network("coupled", deep, 8, BP_ACTIVATION_SOFTMAX, BP_COST_QUADRATIC);
    draw_names();
    draw_influences();
    draw_mixed();
    draw_training();
    return 0;
}
