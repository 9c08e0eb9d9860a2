/* SPDX-License-Identifier: MIT */
/* The rows: what was published, and how it is repeated. */
#include "reproduce.h"

#include <string.h>

/* What most rows share: relu, softmax, weights and biases as the library draws them. */
#define MODERN                                                         \
    .activation = BP_ACTIVATION_RELU, .output = BP_ACTIVATION_SOFTMAX, \
    .cost = BP_COST_SOFTMAX_CROSS_ENTROPY

/* The book's networks: sigmoid units, N(0, 1) or N(0, 1/in), 50 000 + 10 000 images. Its
 * lambda = 5 over 50 000 examples is a decay of 1e-4, of weights and not of biases. */
#define BOOK                                                                     \
    .data = "mnist", .activation = BP_ACTIVATION_SIGMOID,                        \
    .output = BP_ACTIVATION_SIGMOID, .optimizer = BP_OPTIMIZER_SGD, .batch = 10, \
    .validation = 10000, .biases = BP_INIT_NORMAL, .seeds = 5

const struct row rows[] = {
    {BOOK, .name = "book-30",
     .what = "784-30-10 sigmoid, quadratic cost, N(0, 1); batch "
             "10, rate 3",
     .published = "95.42 % (best of 3 seeds)", .figure = 95.42, .choice = CHOOSE_BEST,
     .layers = {30}, .cost = BP_COST_QUADRATIC, .weights = BP_INIT_NORMAL, .rate = 3,
     .epochs = 30},
    {BOOK, .name = "book-100",
     .what = "784-100-10 sigmoid, quadratic cost, N(0, 1); batch 10, rate 3",
     .published = "96.59 %", .figure = 96.59, .choice = CHOOSE_BEST, .layers = {100},
     .cost = BP_COST_QUADRATIC, .weights = BP_INIT_NORMAL, .rate = 3, .epochs = 30},
    {BOOK, .name = "book-100-narrow", .what = "the same, weights drawn from N(0, 1/in)",
     .published = "96.59 %", .figure = 96.59, .choice = CHOOSE_BEST, .layers = {100},
     .cost = BP_COST_QUADRATIC, .weights = BP_INIT_LECUN_NORMAL, .rate = 3, .epochs = 30},
    {BOOK, .name = "book-30-entropy",
     .what = "784-30-10 sigmoid, cross-entropy, L2 of lambda 5, N(0, 1); batch 10, rate "
             "0.5",
     .published = "96.49 %", .figure = 96.49, .choice = CHOOSE_BEST, .layers = {30},
     .cost = BP_COST_CROSS_ENTROPY, .weights = BP_INIT_NORMAL, .rate = 0.5, .decay = 1e-4,
     .epochs = 30},
    {BOOK, .name = "book-30-entropy-narrow",
     .what = "the same, weights drawn from N(0, 1/in)", .published = "96.49 %",
     .figure = 96.49, .choice = CHOOSE_BEST, .layers = {30},
     .cost = BP_COST_CROSS_ENTROPY, .weights = BP_INIT_LECUN_NORMAL, .rate = 0.5,
     .decay = 1e-4, .epochs = 30},
    {BOOK, .name = "book-100-entropy",
     .what = "784-100-10 sigmoid, cross-entropy, L2 of lambda 5, N(0, 1/in); batch 10, "
             "rate 0.1",
     .published = "98.04 % (on validation)", .figure = 98.04, .choice = CHOOSE_VALIDATION,
     .layers = {100}, .cost = BP_COST_CROSS_ENTROPY, .weights = BP_INIT_LECUN_NORMAL,
     .rate = 0.1, .decay = 1e-4, .epochs = 60},
    {MODERN, .name = "adam-500", .data = "mnist",
     .what = "784-500-10 ReLU, Adam at 0.001, batch 128", .published = "97.94 +- 0.14 %",
     .figure = 97.94, .spread = 0.14, .seeds = 5, .layers = {500},
     .optimizer = BP_OPTIMIZER_ADAM, .rate = 1e-3, .batch = 128, .epochs = 30},
    {MODERN, .name = "dropout-512", .data = "mnist",
     .what = "784-512-512-10 ReLU, dropout 0.2, RMSprop at 0.001, batch 128",
     .published = "98.40 %", .figure = 98.40, .seeds = 5, .layers = {512, 512},
     .dropout = 0.2, .weights = BP_INIT_XAVIER_UNIFORM, .optimizer = BP_OPTIMIZER_RMSPROP,
     .rate = 1e-3, .batch = 128, .epochs = 20},
    {MODERN, .name = "dropout-1024", .data = "mnist",
     .what = "784-1024-1024-1024-10 ReLU, dropout 0.2 on inputs and 0.5 on units, "
             "max-norm 2; SGD with momentum 0.9, batch 128, rate 0.1 falling along a "
             "cosine",
     .published = "98.94 %", .figure = 98.94, .seeds = 5, .layers = {1024, 1024, 1024},
     .input_dropout = 0.2, .dropout = 0.5, .max_norm = 2, .optimizer = BP_OPTIMIZER_SGD,
     .rate = 0.1, .momentum = 0.9, .cosine = 1, .batch = 128, .epochs = 100},
    {MODERN, .name = "elastic-800", .data = "mnist",
     .what = "784-800-10 ReLU, softmax cross-entropy, elastic and affine distortions; "
             "SGD with momentum 0.9, batch 128, rate 0.1 falling along a cosine",
     .published = "99.3 %", .figure = 99.3, .seeds = 5, .layers = {800},
     .optimizer = BP_OPTIMIZER_SGD, .rate = 0.1, .momentum = 0.9, .cosine = 1,
     .batch = 128, .epochs = 100, .elastic = 1},
    {MODERN, .name = "fashion-100", .data = "fashion",
     .what = "784-100-10 ReLU, Adam at 0.001, batch 128", .published = "87.0 %",
     .figure = 87.0, .seeds = 5, .layers = {100}, .optimizer = BP_OPTIMIZER_ADAM,
     .rate = 1e-3, .batch = 128, .epochs = 30},
    {MODERN, .name = "fashion-best", .data = "fashion",
     .what = "784-1024-1024-10 ReLU, batch norm, dropout 0.1 on inputs and 0.4 on units, "
             "labels smoothed by 0.1; SGD with momentum 0.9, decay 1e-4, batch 128, rate "
             "0.1 falling along a cosine",
     .published = "89.7 % (SVM with RBF kernel)", .figure = 89.7, .seeds = 5,
     .layers = {1024, 1024}, .norm = 1, .input_dropout = 0.1, .dropout = 0.4,
     .smoothing = 0.1, .optimizer = BP_OPTIMIZER_SGD, .rate = 0.1, .momentum = 0.9,
     .decay = 1e-4, .cosine = 1, .batch = 128, .epochs = 40},
    {MODERN, .name = "digits-best", .data = "digits",
     .what = "64-512-512-10 ReLU, dropout 0.1 on inputs and 0.5 on units, labels "
             "smoothed by 0.1, AdamW at 0.001 falling along a cosine, batch 32; five "
             "folds",
     .published = "1 nearest neighbour, same folds", .seeds = 5, .layers = {512, 512},
     .input_dropout = 0.1, .dropout = 0.5, .smoothing = 0.1,
     .optimizer = BP_OPTIMIZER_ADAMW, .rate = 1e-3, .cosine = 1, .batch = 32,
     .epochs = 100},
    {MODERN, .name = "moonshot", .data = "mnist",
     .what = "784-2500-2000-1500-1000-500-10 ReLU, elastic and affine distortions; SGD "
             "with momentum 0.9, batch 128, rate 0.05 falling along a cosine of the time",
     .published = "99.65 %", .figure = 99.65, .seeds = 1,
     .layers = {2500, 2000, 1500, 1000, 500}, .optimizer = BP_OPTIMIZER_SGD, .rate = 0.05,
     .momentum = 0.9, .cosine = 1, .batch = 128, .epochs = 1000, .seconds = 3600,
     .elastic = 1, .soak = 1},
};

const size_t row_count = sizeof rows / sizeof rows[0];

const struct row *row_find(const char *name)
{
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

double row_chosen(const struct row *row, const struct outcome *outcome)
{
    switch (row->choice) {
    case CHOOSE_BEST: return outcome->best;
    case CHOOSE_VALIDATION: return outcome->validation_best;
    case CHOOSE_LAST: break;
    }
    return outcome->last;
}
