/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_MNIST_OPTIONS_H
#define EXAMPLES_MNIST_OPTIONS_H

/* What can be chosen on the command line of mnist. */

#include <stddef.h>
#include <stdint.h>

enum { LAYERS_MAX = 16 };

struct settings {
    const char *folder;
    size_t layers[LAYERS_MAX]; /* units of each hidden layer */
    size_t layer_count;
    int32_t activation; /* of the hidden layers, a BP_ACTIVATION_ value */
    int32_t output;     /* of the last layer */
    int32_t cost;       /* a BP_COST_ value */
    int32_t init;       /* how weights and biases are drawn, a BP_INIT_ value */
    size_t batch;
    double rate;
    double momentum;
    int nesterov;
    double decay;
    uint64_t epochs;
    uint64_t seed;
    int32_t precision;   /* a BP_PRECISION_ value */
    uint64_t patience;   /* epochs without improvement, or 0 */
    double change;       /* that counts as improvement */
    double seconds;      /* budget of time, or 0 */
    int32_t monitor;     /* BP_MONITOR_COST or a BP_METRIC_ value */
    int best;            /* 1: the weights of the best epoch */
    int balanced;        /* 1: classes weigh alike */
    int find_rate;       /* 1: look for a rate first */
    const char *history; /* file, or NULL */
    size_t validation;   /* images held back of the training file, the last ones */
    int lesson;          /* 1: the lesson's own network, for several seeds */
    uint64_t seeds;
};

/* Read the command line; ends the program for --help and for what cannot be. */
struct settings read_settings(int argc, char **argv);

/* "784-30-10 sigmoid, ...": the settings in two lines. */
void print_settings(const struct settings *settings, size_t inputs, size_t classes);

#endif
