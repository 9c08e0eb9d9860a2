/* SPDX-License-Identifier: MIT */
/* One training of a row: network, trainer, and a look at the images after each epoch. */
#include "common/check.h"
#include "common/elastic.h"
#include "common/options.h"
#include "common/terminal.h"
#include "reproduce.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What goes on in a training; the callback writes it. */
struct training {
    const struct row *row;
    bp_network *network;
    const bp_cost *cost;
    bp_optimizer *optimizer;
    const bp_dataset *test;
    const bp_dataset *validation; /* or NULL */
    FILE *curve;                  /* or NULL */
    double budget;                /* seconds; 0: none */
    double shown;
    struct outcome outcome;
};

/* ---- The network ---- */

static void add(bp_network *network, bp_layer *layer)
{
    CHECK(network, bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static void add_dense(const struct row *row, bp_network *network, size_t units,
                      int32_t activation)
{
    bp_layer *layer;

    CHECK_STATUS(bp_layer_create_dense(units, activation, NULL, &layer));
    CHECK(layer, bp_layer_set(layer, BP_LAYER_WEIGHT_INIT, row->weights));
    CHECK(layer, bp_layer_set(layer, BP_LAYER_BIAS_INIT, row->biases));
    add(network, layer);
}

static void add_dropout(bp_network *network, double p)
{
    bp_layer *layer;

    if (p == 0)
        return;
    CHECK_STATUS(bp_layer_create_dropout(p, NULL, &layer));
    add(network, layer);
}

static void add_hidden(const struct row *row, bp_network *network, size_t units)
{
    bp_layer *layer;

    add_dense(row, network, units, row->norm ? BP_ACTIVATION_LINEAR : row->activation);
    if (row->norm) {
        CHECK_STATUS(bp_layer_create_batch_norm(NULL, &layer));
        add(network, layer);
        CHECK_STATUS(bp_layer_create_activation(row->activation, NULL, &layer));
        add(network, layer);
    }
    add_dropout(network, row->dropout);
}

bp_network *make_network(const struct row *row, const struct wishes *wishes,
                         size_t inputs, size_t classes, uint64_t seed)
{
    bp_network *network;

    CHECK_STATUS(bp_network_create(inputs, NULL, &network));
    CHECK(network, bp_network_set(network, BP_NETWORK_THREADS, wishes->threads));
    add_dropout(network, row->input_dropout);
    for (size_t i = 0; i < ROW_LAYERS && row->layers[i] > 0; i++)
        add_hidden(row, network, row->layers[i]);
    add_dense(row, network, classes, row->output);
    CHECK(network, bp_network_build(network, seed));
    return network;
}

bp_cost *make_cost(const struct row *row)
{
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(row->cost, NULL, &cost));
    if (row->smoothing > 0)
        CHECK(cost, bp_cost_set(cost, BP_COST_SMOOTHING, row->smoothing));
    return cost;
}

/* ---- How it learns ---- */

static bp_optimizer *make_optimizer(const struct row *row)
{
    bp_optimizer *optimizer;

    CHECK_STATUS(bp_optimizer_create(row->optimizer, NULL, &optimizer));
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, row->rate));
    if (row->momentum > 0) {
        CHECK(optimizer,
              bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, row->momentum));
        CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_NESTEROV, 1));
    }
    if (row->decay > 0)
        CHECK(optimizer,
              bp_optimizer_set(optimizer, BP_OPTIMIZER_WEIGHT_DECAY, row->decay));
    return optimizer;
}

/* With a budget of time the callback moves the rate instead. */
static void set_cosine(const struct row *row, bp_trainer *trainer, size_t rows_of_epoch)
{
    const size_t steps = (rows_of_epoch + row->batch - 1) / row->batch;
    bp_schedule *schedule;

    if (!row->cosine || row->seconds > 0)
        return;
    CHECK_STATUS(bp_schedule_create(BP_SCHEDULE_COSINE, NULL, &schedule));
    CHECK_STATUS(bp_schedule_set(schedule, BP_SCHEDULE_BY, 1));
    CHECK_STATUS(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD,
                                 (double)row->epochs * (double)steps));
    CHECK(trainer, bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

static void set_max_norm(const struct row *row, bp_trainer *trainer,
                         const bp_network *network)
{
    bp_layer_info info = {.struct_size = sizeof info};

    if (row->max_norm == 0)
        return;
    for (size_t i = 0; i + 1 < bp_network_layers(network); i++) {
        CHECK_STATUS(bp_network_layer_info(network, i, &info));
        if (info.kind == BP_LAYER_KIND_DENSE)
            CHECK(trainer, bp_trainer_set_layer(trainer, i, BP_TRAINER_LAYER_MAX_NORM,
                                                row->max_norm));
    }
}

bp_trainer *make_trainer(const struct row *row, bp_network *network, const bp_cost *cost,
                         size_t rows_of_epoch, uint64_t seed)
{
    bp_optimizer *optimizer = make_optimizer(row);
    bp_trainer *trainer;

    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)row->batch));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BIAS_DECAY, 0));
    set_cosine(row, trainer, rows_of_epoch);
    set_max_norm(row, trainer, network);
    CHECK(trainer, bp_trainer_build(trainer, seed));
    bp_optimizer_destroy(optimizer);
    return trainer;
}

/* ---- Looking on ---- */

double examine(const bp_network *network, const bp_cost *cost, const bp_dataset *data)
{
    bp_evaluation figures = {.struct_size = sizeof figures};
    bp_workspace *workspace;

    CHECK_STATUS(bp_workspace_create(network, 256, &workspace));
    CHECK(workspace, bp_network_evaluate(network, workspace, cost, data, &figures));
    bp_workspace_destroy(workspace);
    return 100.0 * figures.accuracy;
}

static void print_time(double seconds)
{
    const unsigned long left = (unsigned long)(seconds + 0.5);

    printf("%lu:%02lu:%02lu", left / 3600, left / 60 % 60, left % 60);
}

static double seconds_left(const struct training *training, const bp_progress *now)
{
    const double left = training->budget - now->seconds;

    if (training->budget == 0 || now->seconds_left < left)
        return now->seconds_left;
    return left > 0 ? left : 0;
}

static void show(struct training *training, const bp_progress *now, char end)
{
    printf("%s  epoch %3llu/%llu  cost %.5f", terminal_is_live() ? "\r\033[K" : "",
           (unsigned long long)now->epoch, (unsigned long long)now->epochs, now->cost);
    if (training->outcome.epochs > 0)
        printf("  test %.2f %%", training->outcome.last);
    if (training->outcome.epochs > 0 && training->validation != NULL)
        printf("  validation %.2f %%", training->outcome.validation_last);
    fputs("  left ", stdout);
    print_time(seconds_left(training, now));
    if (end != '\0')
        putchar(end);
    fflush(stdout);
    training->shown = now->seconds;
}

/* The test images decide nothing here, but where the row says so. */
static void look(struct training *training, const bp_progress *now)
{
    struct outcome *outcome = &training->outcome;

    outcome->epochs = now->epoch;
    outcome->last = examine(training->network, training->cost, training->test);
    if (outcome->best_epoch == 0 || outcome->last > outcome->best) {
        outcome->best = outcome->last;
        outcome->best_epoch = now->epoch;
    }
    if (training->validation != NULL) {
        outcome->validation_last =
            examine(training->network, training->cost, training->validation);
        outcome->validation_best =
            fmax(outcome->validation_best, outcome->validation_last);
    }
    if (training->curve == NULL)
        return;
    fprintf(training->curve, "%llu,%.6g,%.2f,%.2f,%.1f\n", (unsigned long long)now->epoch,
            now->cost, outcome->last, outcome->validation_last, now->seconds);
    fflush(training->curve);
}

/* Along a cosine of the time that has gone by, from the rate to 0. */
static void cool(const struct training *training, const bp_progress *now)
{
    const double part = now->seconds / training->budget;
    const double factor = 0.5 * (1.0 + cos(3.14159265358979 * fmin(part, 1.0)));

    CHECK(training->optimizer,
          bp_optimizer_set(training->optimizer, BP_OPTIMIZER_RATE,
                           fmax(1e-6, training->row->rate * factor)));
}

static int32_t watch(const bp_progress *now, void *user)
{
    struct training *training = user;
    const uint64_t plain = now->epochs >= 10 ? now->epochs / 10 : 1;

    if (now->event == BP_EVENT_EPOCH) {
        look(training, now);
        if (terminal_is_live())
            show(training, now, '\0');
        else if (now->epoch % plain == 0 || training->budget > 0)
            show(training, now, '\n');
        return 0;
    }
    if (training->budget > 0)
        cool(training, now);
    if (terminal_is_live() && now->seconds - training->shown > 0.25)
        show(training, now, '\0');
    return 0;
}

/* ---- The images ---- */

static bp_dataset *read_images(const char *folder, const char *kind,
                               const struct row *row)
{
    static const char hint[] = "It is fetched by: sh scripts/get-data.sh mnist fashion";
    char name[64], images[4096], labels[4096];
    bp_dataset *data;

    snprintf(name, sizeof name, "%s-images-idx3-ubyte", kind);
    find_file(folder, name, hint, images, sizeof images);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", kind);
    find_file(folder, name, hint, labels, sizeof labels);
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_idx(data, images, labels));
    if (row->cost != BP_COST_SOFTMAX_CROSS_ENTROPY)
        CHECK(data, bp_dataset_one_hot(data, 0, 1));
    return data;
}

/* The last images of the training file are held back where the row says so. */
static bp_dataset *hold_back(bp_dataset *all, size_t count, bp_dataset **held)
{
    const size_t first = bp_dataset_rows(all) - count;
    bp_dataset *train;

    if (count >= bp_dataset_rows(all))
        fail("%zu images cannot be held back of %zu", count, bp_dataset_rows(all));
    CHECK(all, bp_dataset_slice(all, 0, first, &train));
    *held = NULL;
    if (count > 0)
        CHECK(all, bp_dataset_slice(all, first, count, held));
    return train;
}

static FILE *open_curve(const struct row *row, const struct wishes *wishes, uint64_t seed)
{
    char path[4096];
    FILE *curve;

    if (wishes->curves == NULL)
        return NULL;
    snprintf(path, sizeof path, "%s/%s-%llu.csv", wishes->curves, row->name,
             (unsigned long long)seed);
    curve = fopen(path, "w");
    if (curve == NULL)
        fail("%s cannot be written", path);
    fputs("epoch,cost,test,validation,seconds\n", curve);
    return curve;
}

/* The images as the row wants them: distorted, or as they are. */
static void run(const struct training *training, bp_trainer *trainer,
                const bp_dataset *train, const bp_fit_options *options,
                bp_fit_result *result)
{
    struct elastic_source source = {elastic_usual, train, training->outcome.seed};
    const bp_stream_shape shape = {.struct_size = sizeof shape,
                                   .rows = bp_dataset_rows(train),
                                   .inputs = bp_dataset_inputs(train),
                                   .classes = bp_dataset_classes(train)};
    bp_stream *stream;

    if (!training->row->elastic) {
        CHECK(trainer, bp_trainer_train(trainer, train, options, result));
        return;
    }
    if (shape.inputs != ELASTIC_PIXELS)
        fail("images of %zu pixels, expected %d", shape.inputs, ELASTIC_PIXELS);
    CHECK_STATUS(bp_stream_create(NULL, &stream));
    CHECK(stream, bp_stream_open(stream, &shape, elastic_rows, &source));
    CHECK(stream, bp_stream_set(stream, BP_STREAM_PREFETCH, 1));
    CHECK(trainer, bp_trainer_train_stream(trainer, stream, options, result));
    bp_stream_destroy(stream);
}

static void fit(struct training *training, bp_trainer *trainer, const bp_dataset *train)
{
    bp_fit_options options;
    bp_fit_result result = {.struct_size = sizeof result};

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = training->row->epochs;
    options.seconds = training->budget;
    options.restore_best = 0;
    options.progress = watch;
    options.user = training;
    run(training, trainer, train, &options, &result);
    training->outcome.seconds = result.seconds;
}

static void train_row(struct training *training, const struct wishes *wishes,
                      const bp_dataset *train)
{
    const struct row *row = training->row;
    const uint64_t seed = training->outcome.seed;
    bp_cost *cost = make_cost(row);
    bp_network *network = make_network(row, wishes, bp_dataset_inputs(train),
                                       bp_dataset_classes(train), seed);
    bp_trainer *trainer = make_trainer(row, network, cost, bp_dataset_rows(train), seed);

    training->network = network;
    training->cost = cost;
    training->optimizer = bp_trainer_get_optimizer(trainer);
    fit(training, trainer, train);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_cost_destroy(cost);
}

struct outcome run_images(const struct row *row, const struct wishes *wishes,
                          uint64_t seed)
{
    struct training training = {
        .row = row, .budget = row->seconds, .outcome = {.seed = seed}};
    char folder[4096];
    bp_dataset *held;

    snprintf(folder, sizeof folder, "%s/%s", wishes->folder, row->data);
    bp_dataset *all = read_images(folder, "train", row);
    bp_dataset *test = read_images(folder, "t10k", row);
    bp_dataset *train = hold_back(all, row->validation, &held);
    training.test = test;
    training.validation = held;
    training.curve = open_curve(row, wishes, seed);
    train_row(&training, wishes, train);
    if (training.curve != NULL)
        fclose(training.curve);
    bp_dataset_destroy(train);
    bp_dataset_destroy(held);
    bp_dataset_destroy(test);
    bp_dataset_destroy(all);
    return training.outcome;
}
