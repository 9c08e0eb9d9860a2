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
    double dropout;     /* behind each hidden layer, 0 to 1 */
    double noise;       /* on the inputs, its deviation */
    int32_t norm;       /* behind each hidden layer, a BP_LAYER_KIND_ value; 0: none */
    double smoothing;   /* of the labels */
    int32_t init;       /* how weights and biases are drawn, a BP_INIT_ value */
    size_t batch;
    int32_t optimizer; /* a BP_OPTIMIZER_ value */
    double rate;       /* 0: that of the optimizer */
    double momentum;
    int nesterov;
    double decay; /* L2, */
    double decoupled;
    double l1;
    double max_norm;              /* of the weights into a unit, or 0 */
    int free_biases;              /* 1: biases are exempt from decay and L1 */
    double clip, clip_value;      /* of the gradient's norm, and of each; or 0 */
    size_t accumulate;            /* batches an update */
    int32_t schedule;             /* a BP_SCHEDULE_ value */
    double period, gamma, warmup; /* of the schedule; 0: its own */
    double restart;               /* of a cosine; 0: none */
    uint64_t epochs;
    uint64_t seed;
    uint64_t patience;   /* epochs without improvement, or 0 */
    double change;       /* what counts as improvement */
    double seconds;      /* budget of time, or 0 */
    int32_t monitor;     /* BP_MONITOR_COST or a BP_METRIC_ value */
    int best;            /* 1: the weights of the best epoch */
    int balanced;        /* 1: classes weigh alike */
    int find_rate;       /* 1: look for a rate first */
    int diagnose;        /* 1: ask why it does not learn better */
    const char *history; /* file, or NULL */
    int32_t precision;   /* a BP_PRECISION_ value */
    size_t validation;   /* images held back of the training file, the last ones */
    int lesson;          /* 1: the lesson's own network, for several seeds */
    uint64_t seeds;
};

/* Read the command line; ends the program for --help and for what cannot be. */
struct settings read_settings(int argc, char **argv);

/* "784-30-10 sigmoid, ...": the settings in two lines. */
void print_settings(const struct settings *settings, size_t inputs, size_t classes);

#endif
