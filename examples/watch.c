/* SPDX-License-Identifier: MIT */
/*
 * Watch a network learn. Two spirals are wound into each other; a recorder looks on while
 * a network learns to tell them apart, and keeps what it sees in little memory. Then it
 * draws: the learning curves, how far each step moves each layer, how activations spread,
 * and the plane as the network sees it, from the first epoch to the last.
 *
 * The pictures are SVG, to be opened in a browser; the numbers are a CSV file.
 */
#include "common/check.h"
#include "common/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: watch [OPTION...]\n"
    "\n"
    "Learns to tell two spirals apart, and draws how.\n"
    "\n"
    "  --epochs N    how long (default 120)\n"
    "  --out FOLDER  where pictures and numbers go (default: here)\n"
    "  --help        this text\n";

enum { ROWS = 600, HIDDEN = 24, CLASSES = 2, MOST_EPOCHS = 1000000 };

struct settings {
    const char *out;
    uint64_t epochs;
};

/* Everything that belongs together here. */
struct world {
    bp_dataset *data, *train, *held;
    bp_network *network;
    bp_trainer *trainer;
    bp_metrics *metrics;
    bp_recorder *recorder;
};

/* Step 1. The data, of which a quarter is held out. */
static void make_data(struct world *world)
{
    CHECK_STATUS(bp_dataset_create(NULL, &world->data));
    CHECK(world->data,
          bp_dataset_generate(world->data, BP_GENERATE_SPIRALS, ROWS, 0.04, 1));
    CHECK(world->data, bp_dataset_split(world->data, 0.25, BP_SPLIT_STRATIFIED, 1,
                                        &world->train, &world->held));
}

/* Step 2. A network, and a trainer for it. */
static void make_network(struct world *world)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(2, NULL, &network));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_TANH));
    CHECK(network, bp_network_add_dense(network, HIDDEN, BP_ACTIVATION_TANH));
    CHECK(network, bp_network_add_dense(network, CLASSES, BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, 1));
    world->network = network;
}

static void make_trainer(struct world *world)
{
    bp_cost *cost;
    bp_optimizer *adam;

    CHECK_STATUS(bp_cost_create(BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    CHECK(adam, bp_optimizer_set(adam, BP_OPTIMIZER_RATE, 0.01));
    CHECK_STATUS(bp_trainer_create(world->network, cost, adam, &world->trainer));
    CHECK(world->trainer, bp_trainer_build(world->trainer, 1));
    bp_optimizer_destroy(adam);
    bp_cost_destroy(cost);
}

/* Step 3. What to watch: the accuracy on the held-out points, their activations, the
 * plane around them, and one weight. */
static void make_recorder(struct world *world)
{
    static const int32_t accuracy = BP_METRIC_ACCURACY;
    const bp_connection weight = {.struct_size = sizeof weight,
                                  .kind = BP_CONNECTION_WEIGHT};
    bp_recorder_options options;

    CHECK_STATUS(bp_metrics_create(CLASSES, NULL, &world->metrics));
    CHECK_STATUS(bp_recorder_create(world->trainer, &world->recorder));
    CHECK_STATUS(bp_recorder_options_init(&options));
    options.probe = world->held;
    options.regions = 1;
    options.metrics = world->metrics;
    options.metric_codes = &accuracy;
    options.metric_codes_count = 1;
    options.connections = &weight;
    options.connections_count = 1;
    CHECK(world->recorder, bp_recorder_start(world->recorder, &options));
}

/* Step 4. The recorder is the fit's callback. */
static void train(const struct world *world, uint64_t epochs)
{
    bp_fit_result result = {.struct_size = sizeof result};
    bp_fit_options options;
    double accuracy = 0;

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = epochs;
    options.validation = world->held;
    options.metrics = world->metrics;
    options.progress = bp_recorder_progress;
    options.user = world->recorder;
    CHECK(world->trainer,
          bp_trainer_train(world->trainer, world->train, &options, &result));
    CHECK(world->metrics,
          bp_metrics_value(world->metrics, BP_METRIC_ACCURACY, BP_INDEX_ALL, &accuracy));
    printf("%llu epochs in %.1f s: cost %.4f, on held-out points %.4f, of which %.1f %% "
           "are right\n",
           (unsigned long long)result.epochs, result.seconds, result.cost,
           result.validation_cost, 100 * accuracy);
    if (epochs >= 120 && accuracy < 0.9)
        fail("the network has not learnt the spirals");
}

/* ---- Step 5. Pictures and numbers ---- */

static int32_t write_to_file(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) == size ? 0 : 1;
}

static FILE *begin(const struct settings *settings, const char *name, char path[4200])
{
    FILE *file;

    snprintf(path, 4200, "%s/watch-%s", settings->out, name);
    file = fopen(path, "wb");
    if (file == NULL)
        fail("%s cannot be written", path);
    return file;
}

static void end(FILE *file, const char *path)
{
    if (fclose(file) != 0)
        fail("%s cannot be written", path);
    printf("  %s\n", path);
}

static void draw(const struct world *world, const struct settings *settings,
                 int32_t picture, const char *name)
{
    char path[4200];
    FILE *file = begin(settings, name, path);

    CHECK(world->recorder,
          bp_recorder_draw(world->recorder, picture, NULL, write_to_file, file));
    end(file, path);
}

static void show(const struct world *world, const struct settings *settings)
{
    char path[4200];
    FILE *file;

    draw(world, settings, BP_PICTURE_CURVES, "curves.svg");
    draw(world, settings, BP_PICTURE_NORMS, "norms.svg");
    draw(world, settings, BP_PICTURE_HISTOGRAMS, "activations.svg");
    draw(world, settings, BP_PICTURE_REGIONS, "regions.svg");
    file = begin(settings, "confusion.svg", path);
    CHECK(world->metrics, bp_metrics_draw(world->metrics, NULL, write_to_file, file));
    end(file, path);
    file = begin(settings, "numbers.csv", path);
    CHECK(world->recorder,
          bp_recorder_write(world->recorder, BP_RECORD_CSV, write_to_file, file));
    end(file, path);
}

static void destroy(struct world *world)
{
    bp_recorder_destroy(world->recorder);
    bp_metrics_destroy(world->metrics);
    bp_trainer_destroy(world->trainer);
    bp_network_destroy(world->network);
    bp_dataset_destroy(world->train);
    bp_dataset_destroy(world->held);
    bp_dataset_destroy(world->data);
}

static void read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {{"epochs", required_argument, NULL, 'e'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'e':
            settings->epochs = option_whole("--epochs", optarg, 1, MOST_EPOCHS);
            break;
        case 'o': settings->out = optarg; break;
        case 'h': fputs(help, stdout); exit(EXIT_SUCCESS);
        default: option_unknown(argv[0]);
        }
    }
    option_no_more(argc, argv, optind);
}

int main(int argc, char **argv)
{
    struct settings settings = {.out = ".", .epochs = 120};
    struct world world = {NULL};

    read_options(argc, argv, &settings);
    make_data(&world);
    make_network(&world);
    make_trainer(&world);
    make_recorder(&world);
    train(&world, settings.epochs);
    show(&world, &settings);
    destroy(&world);
    return EXIT_SUCCESS;
}
