/* SPDX-License-Identifier: MIT */
/*
 * Handwritten digits that are pulled about, so that no image ever comes twice: the source
 * of a stream. A network is trained twice, on the images as they are and on distorted
 * ones, and both are examined on the same test images. With --picture the distortions can
 * be looked at. The mathematics is in common/elastic.h.
 */
#include "common/check.h"
#include "common/elastic.h"
#include "common/options.h"
#include "common/progress.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: distort [OPTION...]\n"
    "\n"
    "Trains 784-100-10 on MNIST as it is, and on elastic distortions of it.\n"
    "\n"
    "  --data FOLDER    where MNIST is (default data/mnist)\n"
    "  --epochs N       how often each image is learnt from (default 10)\n"
    "  --seed N         of the network and the distortions (default 1)\n"
    "  --picture FILE   no training: draw digits and distortions of them, as PGM\n"
    "  --help           this text\n";

enum { HIDDEN = 100, BATCH = 128, ACROSS = 10, DOWN = 6, GAP = 2 };

struct settings {
    const char *folder;
    const char *picture;
    uint64_t epochs;
    uint64_t seed;
};

static bp_dataset *read_images(const char *folder, const char *kind)
{
    static const char hint[] = "It is fetched by: sh scripts/get-data.sh mnist";
    char name[64], images[4096], labels[4096];
    bp_dataset *data;

    snprintf(name, sizeof name, "%s-images-idx3-ubyte", kind);
    find_file(folder, name, hint, images, sizeof images);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", kind);
    find_file(folder, name, hint, labels, sizeof labels);
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_idx(data, images, labels));
    if (bp_dataset_inputs(data) != ELASTIC_PIXELS)
        fail("the images have %zu pixels, expected %d", bp_dataset_inputs(data),
             ELASTIC_PIXELS);
    return data;
}

/* ---- the picture ---- */

static void paint(unsigned char *sheet, size_t width, size_t left, size_t top,
                  const float *image)
{
    for (size_t y = 0; y < ELASTIC_SIDE; y++)
        for (size_t x = 0; x < ELASTIC_SIDE; x++)
            sheet[(top + y) * width + left + x] =
                (unsigned char)(255.5f - 255.0f * image[y * ELASTIC_SIDE + x]);
}

/* The first image of each digit above, distortions of it below. */
static void paint_column(unsigned char *sheet, size_t width, const bp_dataset *data,
                         int32_t digit, uint64_t seed)
{
    const size_t step = ELASTIC_SIDE + GAP, left = GAP + (size_t)digit * step;
    float image[ELASTIC_PIXELS], moved[ELASTIC_PIXELS];
    struct elastic_map map;
    int32_t label = -1;

    for (size_t row = 0; row < bp_dataset_rows(data) && label != digit; row++) {
        CHECK_STATUS(bp_dataset_get_label(data, row, &label));
        CHECK_STATUS(bp_dataset_get_inputs(data, row, image, ELASTIC_PIXELS));
    }
    paint(sheet, width, left, GAP, image);
    for (size_t i = 1; i < DOWN; i++) {
        elastic_draw(&elastic_usual, seed * 1000 + (uint64_t)digit * DOWN + i, digit,
                     &map);
        elastic_apply(&map, image, moved);
        paint(sheet, width, left, GAP + i * step, moved);
    }
}

static void draw(const struct settings *settings, const bp_dataset *data)
{
    const size_t width = GAP + ACROSS * (ELASTIC_SIDE + GAP);
    const size_t height = GAP + DOWN * (ELASTIC_SIDE + GAP);
    unsigned char *sheet = check_allocate(width, height);
    FILE *file = fopen(settings->picture, "wb");

    for (size_t i = 0; i < width * height; i++)
        sheet[i] = 160;
    for (int32_t digit = 0; digit < ACROSS; digit++)
        paint_column(sheet, width, data, digit, settings->seed);
    if (file == NULL)
        fail("%s cannot be written", settings->picture);
    fprintf(file, "P5\n%zu %zu\n255\n", width, height);
    fwrite(sheet, width, height, file);
    if (fclose(file) != 0)
        fail("%s cannot be written", settings->picture);
    free(sheet);
    printf("Digits, and five distortions of each below: %s\n", settings->picture);
}

/* ---- training ---- */

static bp_network *make_network(uint64_t seed)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(ELASTIC_PIXELS, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_RELU));
    CHECK(network, bp_network_add_dense(network, 10, BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, seed));
    return network;
}

static bp_trainer *make_trainer(bp_network *network, const bp_cost *cost, uint64_t seed)
{
    bp_optimizer *adam;
    bp_trainer *trainer;

    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    CHECK_STATUS(bp_trainer_create(network, cost, adam, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    CHECK(trainer, bp_trainer_build(trainer, seed));
    bp_optimizer_destroy(adam);
    return trainer;
}

/* The stream asks for rows window by window; a thread of its own makes the next ones
 * while the network learns from those before. */
static bp_stream *make_stream(struct elastic_source *source)
{
    const bp_stream_shape shape = {.struct_size = sizeof shape,
                                   .rows = bp_dataset_rows(source->data),
                                   .inputs = ELASTIC_PIXELS,
                                   .classes = bp_dataset_classes(source->data)};
    bp_stream *stream;

    CHECK_STATUS(bp_stream_create(NULL, &stream));
    CHECK(stream, bp_stream_open(stream, &shape, elastic_rows, source));
    CHECK(stream, bp_stream_set(stream, BP_STREAM_PREFETCH, 1));
    return stream;
}

/* Train on the stream, or on the data as they are; then the examination. */
static double learn(const struct settings *settings, const bp_dataset *data,
                    bp_stream *stream, const bp_dataset *test)
{
    struct progress progress = {.data = test};
    bp_network *network = make_network(settings->seed);
    bp_trainer *trainer;
    bp_fit_options options;
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    trainer = make_trainer(network, cost, settings->seed);
    progress.network = network;
    progress.cost = cost;
    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = settings->epochs;
    options.restore_best = 0;
    options.progress = progress_show;
    options.user = &progress;
    progress_begin(&progress);
    if (stream != NULL)
        CHECK(trainer, bp_trainer_train_stream(trainer, stream, &options, NULL));
    else
        CHECK(trainer, bp_trainer_train(trainer, data, &options, NULL));
    progress_end(&progress);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_cost_destroy(cost);
    return 100.0 * progress.accuracy;
}

static void compare(const struct settings *settings, const bp_dataset *data)
{
    bp_dataset *test = read_images(settings->folder, "t10k");
    struct elastic_source source = {elastic_usual, data, settings->seed};
    bp_stream *stream = make_stream(&source);
    double plain, distorted;

    printf("As they are (the accuracy is that on the test images):\n");
    plain = learn(settings, data, NULL, test);
    printf("Distorted:\n");
    distorted = learn(settings, data, stream, test);
    printf("\nTest images read right: %.2f %% without distortions, %.2f %% with.\n",
           plain, distorted);
    bp_stream_destroy(stream);
    bp_dataset_destroy(test);
}

/* ---- the command line ---- */

enum { OPTION_DATA = 1, OPTION_EPOCHS, OPTION_SEED, OPTION_PICTURE, OPTION_HELP };

static void take(struct settings *settings, int option)
{
    switch (option) {
    case OPTION_DATA: settings->folder = optarg; break;
    case OPTION_EPOCHS:
        settings->epochs = option_whole("--epochs", optarg, 1, 100000);
        break;
    case OPTION_SEED:
        settings->seed = option_whole("--seed", optarg, 0, 1000000000);
        break;
    case OPTION_PICTURE: settings->picture = optarg; break;
    case OPTION_HELP: fputs(help, stdout); exit(EXIT_SUCCESS);
    default: option_unknown("distort"); break;
    }
}

static struct settings read_settings(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, OPTION_DATA},
        {"epochs", required_argument, NULL, OPTION_EPOCHS},
        {"seed", required_argument, NULL, OPTION_SEED},
        {"picture", required_argument, NULL, OPTION_PICTURE},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    struct settings settings = {"data/mnist", NULL, 10, 1};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        take(&settings, option);
    option_no_more(argc, argv, optind);
    return settings;
}

int main(int argc, char **argv)
{
    const struct settings settings = read_settings(argc, argv);
    bp_dataset *data = read_images(settings.folder, "train");

    if (settings.picture != NULL)
        draw(&settings, data);
    else
        compare(&settings, data);
    bp_dataset_destroy(data);
    return EXIT_SUCCESS;
}
