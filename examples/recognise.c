/* SPDX-License-Identifier: MIT */
/*
 * A network at work: another program has trained it and has gone; here it is loaded from
 * its file, and reads one digit after another, as a program that uses it would.
 */
#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: recognise --model FILE [OPTION...]\n"
    "\n"
    "Reads handwritten digits one by one, by a network that digits --save has kept.\n"
    "\n"
    "  --model FILE   the network\n"
    "  --data FOLDER  where digits.csv.gz is (default examples/data)\n"
    "  --seed N       which fifth of the images was held out (default 0)\n"
    "  --count N      how many of these are read (default 3)\n"
    "  --help         this text\n";

enum { SIDE = 8, PIXELS = SIDE * SIDE, MOST_CLASSES = 16, BAR = 30 };

struct settings {
    const char *model;
    const char *folder;
    uint64_t seed;
    size_t count;
};

/* All that is needed to read a digit. The bundle holds what was saved together; what it
 * lends lives as long as it does. */
struct reader {
    bp_bundle *bundle;
    const bp_network *network;
    const bp_scaler *scaler;
    bp_workspace *workspace;
    size_t classes;
};

/* Step 1. Loading. The file may be from anybody: it is checked before it is used, to the
 * last byte, so what fails here fails with a reason. */
static struct reader load(const char *path)
{
    struct reader reader = {0};

    CHECK_STATUS(bp_bundle_create(NULL, &reader.bundle));
    CHECK(reader.bundle, bp_bundle_load(reader.bundle, path, NULL));
    reader.network = bp_bundle_get_network(reader.bundle);
    reader.scaler = bp_bundle_get_scaler(reader.bundle);
    reader.classes = bp_bundle_classes(reader.bundle);
    if (reader.scaler == NULL || bp_network_inputs(reader.network) != PIXELS ||
        bp_network_outputs(reader.network) != reader.classes ||
        reader.classes > MOST_CLASSES)
        fail("%s holds a network of %zu inputs and %zu outputs, expected one that "
             "digits --save has kept",
             path, bp_network_inputs(reader.network), bp_network_outputs(reader.network));
    /* One row at a time is enough here. */
    CHECK_STATUS(bp_workspace_create(reader.network, 1, &reader.workspace));
    printf("Loaded %s: %zu layers, %zu weights and biases\n", path,
           bp_network_layers(reader.network), bp_network_parameters(reader.network));
    return reader;
}

static void forget(struct reader *reader)
{
    bp_workspace_destroy(reader->workspace);
    bp_bundle_destroy(reader->bundle);
}

/* Step 2. Something to read: images that the network has not seen in training. */
static bp_dataset *held_out(const struct settings *settings)
{
    bp_csv_options options;
    bp_dataset *data, *train, *test;
    char path[4096];

    find_file(settings->folder, "digits.csv",
              "Run this where examples/data is, or use --data.", path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.has_header = 0;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    CHECK(data, bp_dataset_split(data, 0.2, BP_SPLIT_STRATIFIED, settings->seed, &train,
                                 &test));
    bp_dataset_destroy(train);
    bp_dataset_destroy(data);
    if (bp_dataset_inputs(test) != PIXELS)
        fail("%s has %zu pixels, expected %d", path, bp_dataset_inputs(test), PIXELS);
    return test;
}

/* Step 3. Reading one. The pixels are scaled as those were that the network learnt from;
 * the outputs are the probabilities of the digits. Answers the likeliest. */
static size_t read_digit(const struct reader *reader, const float *pixels,
                         float *probabilities)
{
    float inputs[PIXELS];
    size_t best = 0;

    memcpy(inputs, pixels, sizeof inputs);
    CHECK_STATUS(bp_scaler_transform(reader->scaler, inputs, PIXELS));
    CHECK(reader->workspace,
          bp_network_predict(reader->network, reader->workspace, inputs, PIXELS,
                             probabilities, reader->classes));
    for (size_t i = 1; i < reader->classes; i++)
        if (probabilities[i] > probabilities[best])
            best = i;
    return best;
}

/* A pixel by its darkness from 0 to 16. Two signs are about square. */
static void draw_line(const float *pixels)
{
    static const char shades[] = " .:-=+*#%@";

    for (int x = 0; x < SIDE; x++) {
        const float ink = pixels[x] < 0.0f ? 0.0f : pixels[x] > 16.0f ? 16.0f : pixels[x];
        const char shade = shades[(int)(ink * 9.0f / 16.0f + 0.5f)];
        printf("%c%c", shade, shade);
    }
}

/* The image, and beside it a bar for each class. */
static void draw(const struct reader *reader, const float *pixels,
                 const float *probabilities)
{
    const size_t lines = reader->classes > SIDE ? reader->classes : SIDE;

    for (size_t y = 0; y < lines; y++) {
        fputs("  ", stdout);
        if (y < SIDE)
            draw_line(pixels + y * SIDE);
        else
            printf("%*s", 2 * SIDE, "");
        if (y < reader->classes) {
            printf("    %s ", bp_bundle_class_name(reader->bundle, y));
            for (int i = 0; i < (int)(probabilities[y] * BAR + 0.5f); i++)
                putchar('#');
            printf(" %.1f %%", 100.0 * (double)probabilities[y]);
        }
        putchar('\n');
    }
}

static int recognise(const struct reader *reader, const bp_dataset *data, size_t row)
{
    float pixels[PIXELS], probabilities[MOST_CLASSES];
    int32_t label;
    size_t said;

    CHECK_STATUS(bp_dataset_get_inputs(data, row, pixels, PIXELS));
    CHECK_STATUS(bp_dataset_get_label(data, row, &label));
    said = read_digit(reader, pixels, probabilities);
    draw(reader, pixels, probabilities);
    printf("\n  It reads %s. It is %s.\n\n", bp_bundle_class_name(reader->bundle, said),
           bp_dataset_class_name(data, (size_t)label));
    return said == (size_t)label;
}

static void read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {{"model", required_argument, NULL, 'm'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"count", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'm': settings->model = optarg; break;
        case 'd': settings->folder = optarg; break;
        case 's': settings->seed = option_whole("--seed", optarg, 0, UINT64_MAX); break;
        case 'c':
            settings->count = (size_t)option_whole("--count", optarg, 1, 100000);
            break;
        case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
        default: option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
}

int main(int argc, char **argv)
{
    struct settings settings = {.folder = "examples/data", .count = 3};
    size_t right = 0;

    read_options(argc, argv, &settings);
    if (settings.model == NULL)
        fail("--model is missing: digits --save FILE makes one");
    struct reader reader = load(settings.model);
    bp_dataset *test = held_out(&settings);
    const size_t rows = bp_dataset_rows(test);
    const size_t count = settings.count < rows ? settings.count : rows;
    puts("");
    for (size_t i = 0; i < count; i++)
        right += (size_t)recognise(&reader, test, i * rows / count);
    printf("%zu of %zu right\n", right, count);
    bp_dataset_destroy(test);
    forget(&reader);
    return EXIT_SUCCESS;
}
