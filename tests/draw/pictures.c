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
        "", "-net.svg", "-chain.svg", "-paths.svg", "-nudge.svg", ".dot", ".json"};
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
    for (int32_t picture = BP_PICTURE_NETWORK; picture <= BP_PICTURE_JSON; ++picture) {
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

    if (x == NULL || y == NULL)
        exit(1);
    for (size_t i = 0; i < 2 * inputs; ++i)
        x[i] = (float)(i * 7 % 13) / 13 - 0.25f;
    y[outputs - 1] = y[outputs] = 1;
    need(bp_cost_create(kind, NULL, &cost), "cost");
    need(bp_trace_create(network, cost, &trace), "trace");
    need(bp_trace_run(trace, x, 2 * inputs, y, 2 * outputs), "run");
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
    return 0;
}
