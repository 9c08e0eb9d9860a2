/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_REPRODUCE_H
#define EXAMPLES_REPRODUCE_H

/* Published results, each a row: what was trained on what, and what came of it. */

#include <backprop.h>

enum { ROW_LAYERS = 8 };

/* Which epoch's accuracy stands beside the published one. */
enum choice {
    CHOOSE_LAST,      /* that after the last epoch, which nobody chose */
    CHOOSE_BEST,      /* the best on the test images, as the book does */
    CHOOSE_VALIDATION /* the best on validation images, accuracy on those */
};

struct row {
    const char *name;
    const char *data;      /* a folder in data/, or "digits" */
    const char *what;      /* network and training, in words */
    const char *published; /* as it was published */
    double figure;         /* of it, percent */
    double spread;         /* of it, percent; 0: not told */
    enum choice choice;
    uint64_t seeds;

    size_t layers[ROW_LAYERS]; /* hidden units, ends with 0 */
    int32_t activation;
    int32_t output;
    int32_t cost;
    int32_t weights, biases; /* BP_INIT_ values */
    double input_dropout, dropout;
    double max_norm;
    double smoothing;
    int norm; /* 1: batch norm between a layer and its activation */

    int32_t optimizer;
    double rate, momentum, decay;
    int cosine; /* 1: the rate falls to 0 along a cosine, step by step */
    size_t batch;
    uint64_t epochs;
    size_t validation; /* images of the training file held back, the last ones */
    double seconds;    /* a budget of time; 0: none */
    int elastic;       /* 1: elastic and affine distortions, new ones in every epoch */
    int soak;          /* 1: only if it is asked for by name */
};

/* How the training with one seed went; accuracies in percent, 0 for none. */
struct outcome {
    uint64_t seed;
    uint64_t epochs;
    uint64_t best_epoch;
    double best, last;                       /* on test images */
    double validation_best, validation_last; /* on validation images */
    double seconds;
};

/* All rows, in the order of the page. */
extern const struct row rows[];
extern const size_t row_count;

/* The row of that name, or NULL. */
const struct row *row_find(const char *name);

/* What stands beside the published figure, by the row's choice. */
double row_chosen(const struct row *row, const struct outcome *outcome);

/* What was asked for on the command line. */
struct wishes {
    const char *folder;  /* where data/mnist and data/fashion are: "data" */
    const char *digits;  /* where digits.csv.gz is */
    const char *results; /* a line for each training is added to this file; or NULL */
    const char *curves;  /* a folder for a CSV file of each training; or NULL */
    const char *picture; /* an SVG file of all curves is written, nothing else; or NULL */
    uint64_t first_seed;
    uint64_t seeds;   /* 0: as the row has it */
    uint64_t epochs;  /* 0: as the row has it */
    double seconds;   /* 0: as the row has it */
    unsigned threads; /* 0: as the library likes */
};

/* The network of a row, not trained. */
bp_network *make_network(const struct row *row, const struct wishes *wishes,
                         size_t inputs, size_t classes, uint64_t seed);

/* Its trainer, for so many rows an epoch. */
bp_trainer *make_trainer(const struct row *row, bp_network *network, const bp_cost *cost,
                         size_t rows_of_epoch, uint64_t seed);

bp_cost *make_cost(const struct row *row);

/* Accuracy on a data set, in percent. */
double examine(const bp_network *network, const bp_cost *cost, const bp_dataset *data);

/* Train the row with one seed, on images in files. */
struct outcome run_images(const struct row *row, const struct wishes *wishes,
                          uint64_t seed);

/* Five folds of the digits: the mean accuracy of the row's network, and, in
 * validation_last, that of the nearest neighbour on the same folds. */
struct outcome run_digits(const struct row *row, const struct wishes *wishes,
                          uint64_t seed);

/* Draw the curves that a folder has, a panel for each row, into an SVG file. */
void draw_curves(const char *path, const char *folder);

#endif
