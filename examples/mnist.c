/* SPDX-License-Identifier: MIT */
/*
 * MNIST and Fashion-MNIST: 70 000 images of 28 x 28 pixels, ten classes, and a network of
 * your choice. Of the files beside this one mnist_options.c reads the choice, and
 * mnist_training.c has what there is to choose of optimizers, schedules and ends.
 *
 * With --lesson it repeats the first result of Michael Nielsen's book "Neural Networks
 * and Deep Learning": thirty hidden units, no more than the four equations of
 * backpropagation, and 95 of 100 digits read right. With a for the activations, z for the
 * weighted inputs, C for the cost, L for the last layer, * for "element by element":
 *
 *     d^L = dC/da * f'(z^L)                    the error of the last layer
 *     d^l = (w^(l+1))^T d^(l+1) * f'(z^l)      of the layers before it, one by one
 *     dC/db^l = d^l                            and what the biases
 *     dC/dw^l = d^l (a^(l-1))^T                and the weights have to do with it
 */
#include "common/check.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/report.h"
#include "mnist_options.h"
#include "mnist_training.h"

#include <stdio.h>
#include <stdlib.h>

/* What the lesson's network must reach: each seed, and the best of five. */
static const double each_must_reach = 0.947, best_must_reach = 0.954;

enum { LESSON_SEEDS = 5 };

struct data {
    bp_dataset *all;        /* the training file */
    bp_dataset *train;      /* its first rows */
    bp_dataset *validation; /* its last rows, or NULL */
    bp_dataset *test;       /* the test file */
};

/* How one training went. */
struct outcome {
    struct progress progress;
    double best; /* accuracy, 0 to 1 */
    uint64_t best_epoch;
    double last;
};

/* Step 1. Reading. IDX is the format of MNIST: a few numbers that tell the shape, then
 * bytes. A pixel's 0 to 255 becomes 0 to 1. */
static bp_dataset *read_images(const char *folder, const char *images, const char *labels)
{
    static const char hint[] =
        "It is fetched by: sh scripts/get-data.sh mnist (or: fashion)";
    char images_path[4096], labels_path[4096];
    bp_dataset *data;

    find_file(folder, images, hint, images_path, sizeof images_path);
    find_file(folder, labels, hint, labels_path, sizeof labels_path);
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_idx(data, images_path, labels_path));
    return data;
}

/* Step 2. Targets. Softmax cross-entropy takes the label itself, 0 to 9. The other costs
 * compare every output with a number: 1 for the unit of the right class, 0 for the others
 * (hinge: -1). */
static void make_targets(bp_dataset *data, int32_t cost)
{
    if (cost == BP_COST_SOFTMAX_CROSS_ENTROPY)
        return;
    CHECK(data, bp_dataset_one_hot(data, cost == BP_COST_HINGE ? -1.0f : 0.0f, 1.0f));
}

/* Step 3. The last 10 000 images of the training file are held back ("validation"): by
 * them settings can be compared, and the test images stay for the end. */
static struct data read_data(const struct settings *settings)
{
    struct data data = {0};
    size_t rows;

    data.all = read_images(settings->folder, "train-images-idx3-ubyte",
                           "train-labels-idx1-ubyte");
    data.test =
        read_images(settings->folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
    make_targets(data.all, settings->cost);
    make_targets(data.test, settings->cost);
    rows = bp_dataset_rows(data.all);
    if (settings->validation >= rows)
        fail("--validation is %zu, expected less than the %zu images there are",
             settings->validation, rows);
    rows -= settings->validation;
    CHECK(data.all, bp_dataset_slice(data.all, 0, rows, &data.train));
    if (settings->balanced)
        CHECK(data.train,
              bp_dataset_weigh_classes(data.train, NULL, bp_dataset_classes(data.train)));
    if (settings->validation > 0)
        CHECK(data.all,
              bp_dataset_slice(data.all, rows, settings->validation, &data.validation));
    printf("%zu images to train on, %zu for validation, %zu to test, from %s\n",
           bp_dataset_rows(data.train), settings->validation, bp_dataset_rows(data.test),
           settings->folder);
    return data;
}

static void destroy_data(struct data *data)
{
    bp_dataset_destroy(data->test);
    bp_dataset_destroy(data->validation);
    bp_dataset_destroy(data->train);
    bp_dataset_destroy(data->all);
}

/* Step 4. The network. A layer is described first, and the network takes a copy. */
static void add_dense(bp_network *network, size_t units, int32_t activation, int32_t init)
{
    bp_layer *layer;

    CHECK_STATUS(bp_layer_create_dense(units, activation, NULL, &layer));
    CHECK(layer, bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, init));
    CHECK(layer, bp_layer_set(layer, BP_LAYER_BIAS_INIT, init));
    CHECK(network, bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void add(bp_network *network, bp_layer *layer)
{
    CHECK(network, bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

/* With a norm the weighted inputs z get mean 0 and deviation 1 before they are
 * activated. So the activation is a layer of its own then. */
static void add_normed(const struct settings *settings, bp_network *network, size_t units)
{
    bp_layer *norm, *activation;

    add_dense(network, units, BP_ACTIVATION_LINEAR, settings->init);
    if (settings->norm == BP_LAYER_KIND_LAYER_NORM)
        CHECK_STATUS(bp_layer_create_layer_norm(NULL, &norm));
    else
        CHECK_STATUS(bp_layer_create_batch_norm(NULL, &norm));
    add(network, norm);
    CHECK_STATUS(bp_layer_create_activation(settings->activation, NULL, &activation));
    add(network, activation);
}

/* Dropout lets other units rest in each step: none can rely on one neighbour. */
static void add_hidden(const struct settings *settings, bp_network *network, size_t units)
{
    bp_layer *dropout;

    if (settings->norm != 0)
        add_normed(settings, network, units);
    else
        add_dense(network, units, settings->activation, settings->init);
    if (settings->dropout == 0)
        return;
    if (bp_layer_create_dropout(settings->dropout, NULL, &dropout) != BP_OK)
        fail("--dropout is %g, expected 0 to 1", settings->dropout);
    add(network, dropout);
}

static void add_noise(const struct settings *settings, bp_network *network)
{
    bp_layer *noise;

    if (settings->noise == 0)
        return;
    if (bp_layer_create_noise(settings->noise, NULL, &noise) != BP_OK)
        fail("--noise is %g, expected 0 to 1000", settings->noise);
    add(network, noise);
}

static bp_network *make_network(const struct settings *settings, size_t inputs,
                                size_t classes, uint64_t seed)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(inputs, NULL, &network));
    CHECK(network, bp_network_set(network, BP_NETWORK_PRECISION, settings->precision));
    add_noise(settings, network);
    for (size_t i = 0; i < settings->layer_count; i++)
        add_hidden(settings, network, settings->layers[i]);
    add_dense(network, classes, settings->output, settings->init);
    CHECK(network, bp_network_build(network, seed));
    return network;
}

/* The library calls this after every step and every epoch. */
static int32_t watch(const bp_progress *now, void *user)
{
    struct outcome *outcome = user;

    progress_show(now, &outcome->progress);
    if (now->event != BP_EVENT_EPOCH)
        return 0;
    outcome->last = outcome->progress.accuracy;
    if (outcome->best_epoch == 0 || outcome->last > outcome->best) {
        outcome->best = outcome->last;
        outcome->best_epoch = now->epoch;
    }
    return 0;
}

/* Step 5. Training; after each epoch the accuracy on `watched` is measured. */
static struct outcome train(const struct settings *settings, bp_trainer *trainer,
                            struct progress progress, const bp_dataset *rows)
{
    struct outcome outcome = {.progress = progress};

    if (settings->find_rate)
        find_rate(trainer, rows);
    outcome.progress.every_epoch = 1;
    progress_begin(&outcome.progress);
    run_fit(settings, trainer, rows, progress.data, watch, &outcome);
    progress_end(&outcome.progress);
    if (settings->diagnose)
        print_diagnosis(trainer, rows);
    return outcome;
}

/* Steps 4 and 5 for one seed. A number that cannot be is refused when it is set; a cost
 * that does not fit the last layer is, when the trainer is built. The network is the
 * caller's. */
static struct outcome learn(const struct settings *settings, const struct data *data,
                            const bp_dataset *watched, uint64_t seed,
                            bp_network **network)
{
    struct progress progress = {.data = watched};
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(settings->cost, NULL, &cost));
    if (settings->smoothing != 0)
        CHECK(cost, bp_cost_set(cost, BP_COST_SMOOTHING, settings->smoothing));
    *network = make_network(settings, bp_dataset_inputs(data->train),
                            bp_dataset_classes(data->train), seed);
    progress.network = *network;
    progress.cost = cost;
    bp_trainer *trainer =
        make_trainer(settings, *network, cost, bp_dataset_rows(data->train), seed);
    const struct outcome outcome = train(settings, trainer, progress, data->train);
    bp_trainer_destroy(trainer);
    bp_cost_destroy(cost);
    return outcome;
}

/* Step 6. The examination: the test images, once. */
static void run_once(const struct settings *settings, const struct data *data)
{
    const bp_dataset *watched = data->validation != NULL ? data->validation : data->train;
    struct answers answers;
    bp_network *network;

    printf("Training (the accuracy is that on the %s images):\n",
           data->validation != NULL ? "validation" : "training");
    const struct outcome outcome =
        learn(settings, data, watched, settings->seed, &network);
    printf("Trained in %.1f s; best epoch %llu with %.2f %%, last %.2f %%.\n",
           outcome.progress.seconds, (unsigned long long)outcome.best_epoch,
           100.0 * outcome.best, 100.0 * outcome.last);
    answers_create(network, data->test, &answers);
    printf("\nTest images: ");
    answers_print_accuracy(&answers);
    puts("\n");
    answers_print_confusion(&answers, data->test);
    answers_destroy(&answers);
    bp_network_destroy(network);
}

/* The lesson's table, in Markdown. As the book does, the test images are looked at after
 * every epoch, and the best epoch is told beside the last; for a result of your own,
 * choose the epoch on validation images. */
static void print_table(const struct settings *settings, const struct outcome *outcomes)
{
    printf("\n| seed | best epoch | best accuracy | after epoch %llu | seconds |\n"
           "|-----:|-----------:|--------------:|---------------:|--------:|\n",
           (unsigned long long)settings->epochs);
    for (uint64_t i = 0; i < settings->seeds; i++)
        printf("| %4llu | %10llu | %11.2f %% | %12.2f %% | %7.1f |\n",
               (unsigned long long)(settings->seed + i),
               (unsigned long long)outcomes[i].best_epoch, 100.0 * outcomes[i].best,
               100.0 * outcomes[i].last, outcomes[i].progress.seconds);
}

static void judge(const struct settings *settings, const struct outcome *outcomes)
{
    double best = 0.0;

    for (uint64_t i = 0; i < settings->seeds; i++) {
        if (outcomes[i].best < each_must_reach)
            fail("seed %llu came to %.2f %% at best, expected at least %.1f",
                 (unsigned long long)(settings->seed + i), 100.0 * outcomes[i].best,
                 100.0 * each_must_reach);
        best = outcomes[i].best > best ? outcomes[i].best : best;
    }
    if (settings->seeds >= LESSON_SEEDS && best < best_must_reach)
        fail("the best seed came to %.2f %%, expected at least %.1f", 100.0 * best,
             100.0 * best_must_reach);
}

static void run_lesson(const struct settings *settings, const struct data *data)
{
    struct outcome *outcomes = check_allocate((size_t)settings->seeds, sizeof *outcomes);

    for (uint64_t i = 0; i < settings->seeds; i++) {
        const uint64_t seed = settings->seed + i;
        bp_network *network;
        printf("\nSeed %llu (the accuracy is that on the test images):\n",
               (unsigned long long)seed);
        outcomes[i] = learn(settings, data, data->test, seed, &network);
        bp_network_destroy(network);
    }
    print_table(settings, outcomes);
    judge(settings, outcomes);
    free(outcomes);
}

int main(int argc, char **argv)
{
    const struct settings settings = read_settings(argc, argv);
    struct data data = read_data(&settings);

    print_settings(&settings, bp_dataset_inputs(data.train),
                   bp_dataset_classes(data.train));
    if (settings.lesson)
        run_lesson(&settings, &data);
    else
        run_once(&settings, &data);
    destroy_data(&data);
    return EXIT_SUCCESS;
}
