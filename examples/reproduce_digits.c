/* SPDX-License-Identifier: MIT */
/* Digits of 8 x 8 pixels: five folds, a network against the nearest neighbour. */
#include "common/check.h"
#include "common/options.h"
#include "reproduce.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLDS = 5 };

static bp_dataset *read_digits(const char *folder)
{
    bp_csv_options options;
    bp_dataset *data;
    char path[4096];

    find_file(folder, "digits.csv", "Run this where examples/data is, or use --digits.",
              path, sizeof path);
    CHECK_STATUS(bp_csv_options_init(&options));
    options.has_header = 0;
    CHECK_STATUS(bp_dataset_create(NULL, &data));
    CHECK(data, bp_dataset_read_csv(data, path, &options));
    return data;
}

/* A copy of the rows that are in the fold (inside = 1) or not in it (0). Row r is in fold
 * r mod 5: the rows were put into a random order before. Pixels become 0 to 1, which
 * leaves the neighbours who they are. */
static bp_dataset *take(const bp_dataset *data, size_t fold, int inside)
{
    const size_t rows_all = bp_dataset_rows(data), cols = bp_dataset_inputs(data);
    float *inputs = check_allocate(rows_all * cols, sizeof *inputs);
    int32_t *labels = check_allocate(rows_all, sizeof *labels);
    bp_dataset *part;
    size_t count = 0;

    for (size_t row = 0; row < rows_all; row++) {
        if ((row % FOLDS == fold) != inside)
            continue;
        CHECK_STATUS(bp_dataset_get_inputs(data, row, inputs + count * cols, cols));
        CHECK_STATUS(bp_dataset_get_label(data, row, &labels[count]));
        count++;
    }
    for (size_t i = 0; i < count * cols; i++)
        inputs[i] /= 16.0f;
    CHECK_STATUS(bp_dataset_create(NULL, &part));
    CHECK(part, bp_dataset_set_inputs(part, inputs, count, cols, cols));
    CHECK(part, bp_dataset_set_labels(part, labels, count, bp_dataset_classes(data)));
    free(inputs);
    free(labels);
    return part;
}

/* ---- The nearest neighbour ---- */

/* All rows of a data set, one behind the other. */
static float *all_inputs(const bp_dataset *data)
{
    const size_t cols = bp_dataset_inputs(data);
    float *inputs = check_allocate(bp_dataset_rows(data) * cols, sizeof *inputs);

    for (size_t row = 0; row < bp_dataset_rows(data); row++)
        CHECK_STATUS(bp_dataset_get_inputs(data, row, inputs + row * cols, cols));
    return inputs;
}

static double distance(const float *a, const float *b, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (double)(a[i] - b[i]) * (double)(a[i] - b[i]);
    return sum;
}

/* The row that is nearest to x, the first of equals. */
static size_t nearest(const float *known, size_t count, const float *x, size_t cols)
{
    size_t best = 0;
    double least = distance(known, x, cols);

    for (size_t i = 1; i < count; i++) {
        const double d = distance(known + i * cols, x, cols);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return best;
}

/* How many rows of `test` have the class of their nearest neighbour in `train`. */
static size_t count_neighbours(const bp_dataset *train, const bp_dataset *test)
{
    const size_t cols = bp_dataset_inputs(train);
    float *known = all_inputs(train), *asked = all_inputs(test);
    size_t right = 0;

    for (size_t row = 0; row < bp_dataset_rows(test); row++) {
        const size_t like =
            nearest(known, bp_dataset_rows(train), asked + row * cols, cols);
        int32_t a, b;
        CHECK_STATUS(bp_dataset_get_label(train, like, &a));
        CHECK_STATUS(bp_dataset_get_label(test, row, &b));
        right += a == b;
    }
    free(known);
    free(asked);
    return right;
}

/* ---- The network ---- */

static double train_fold(const struct row *row, const struct wishes *wishes,
                         const bp_dataset *train, const bp_dataset *test,
                         struct outcome *outcome)
{
    bp_fit_result result = {.struct_size = sizeof result};
    bp_cost *cost = make_cost(row);
    bp_network *network = make_network(row, wishes, bp_dataset_inputs(train),
                                       bp_dataset_classes(train), outcome->seed);
    bp_trainer *trainer =
        make_trainer(row, network, cost, bp_dataset_rows(train), outcome->seed);
    bp_fit_options options;
    double accuracy;

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = row->epochs;
    options.restore_best = 0;
    CHECK(trainer, bp_trainer_train(trainer, train, &options, &result));
    accuracy = examine(network, cost, test);
    outcome->seconds += result.seconds;
    outcome->epochs = result.epochs;
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_cost_destroy(cost);
    return accuracy;
}

struct outcome run_digits(const struct row *row, const struct wishes *wishes,
                          uint64_t seed)
{
    struct outcome outcome = {.seed = seed};
    bp_dataset *data = read_digits(wishes->digits);
    const double all = (double)bp_dataset_rows(data);

    CHECK(data, bp_dataset_shuffle(data, seed));
    for (size_t fold = 0; fold < FOLDS; fold++) {
        bp_dataset *train = take(data, fold, 0), *test = take(data, fold, 1);
        const double part = (double)bp_dataset_rows(test) / all;
        const double accuracy = train_fold(row, wishes, train, test, &outcome);
        const double neighbour =
            100.0 * (double)count_neighbours(train, test) / (part * all);
        printf("  fold %zu of %d: network %.2f %%, nearest neighbour %.2f %%\n", fold + 1,
               FOLDS, accuracy, neighbour);
        fflush(stdout);
        outcome.last += part * accuracy;
        outcome.validation_last += part * neighbour;
        bp_dataset_destroy(train);
        bp_dataset_destroy(test);
    }
    outcome.best = outcome.last;
    outcome.best_epoch = outcome.epochs;
    bp_dataset_destroy(data);
    return outcome;
}
