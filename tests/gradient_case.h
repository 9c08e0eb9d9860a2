/* SPDX-License-Identifier: MIT */
/*
 * Networks, data and trainers out of the records of gradient_table.h: an activation in
 * the last layer, alone or behind two hidden layers, under a cost.
 */
#ifndef GRADIENT_CASE_H
#define GRADIENT_CASE_H

#include "gradient_layers.h"
#include "gradient_table.h"

enum {
    CASE_ROWS = 5,
    CASE_INPUTS = 4,
    CASE_OUTPUTS = 3,
    CASE_SEED = 1,  /**< Of the trainers. */
    CASE_LAYERS = 6 /**< At most: three dense ones, and activations apart. */
};

struct gradient_case {
    const struct activation_record *last;
    const struct activation_record *hidden[2]; /**< NULL: no such layer. */
    /** Behind the first hidden layer, or before the only one; NULL: no such layer. */
    const struct layer_record *between;
    const struct cost_record *cost;
    int32_t precision;
    bool apart; /**< Activations are layers of their own. */
    bool bias;
};

/** The cases of the grid: @p deep puts the last activation behind two hidden ones, which
 *  change with the pair so that all of them take their turn. */
struct gradient_case case_of(size_t activation, size_t cost, bool deep);

/** Whether a layer between is tested at a pair: of variants every fifth. */
bool case_between(const struct layer_record *between, size_t activation, size_t cost);

/** One line for messages. */
const char *case_text(const struct gradient_case *c);

/** A built network with its parameters set, the biases among them. */
bp_network *case_network(const struct gradient_case *c);

/** Its cost; the caller destroys it. */
bp_cost *case_cost(const struct gradient_case *c);

/** A trainer that is not built. */
bp_trainer *case_trainer(const struct gradient_case *c, bp_network *network,
                         size_t batch);

/** Inputs and targets (or labels) of @p rows rows; other @p seed, other numbers. */
struct case_data {
    size_t rows, inputs, outputs;
    double *x;
    double *y; /**< One-hot where there are labels. */
    int32_t *labels;
};

/** All numbers are floats, so that both precisions get the same. */
struct case_data case_data_make(const struct gradient_case *c, size_t rows, size_t seed);
void case_data_free(struct case_data *data);

/** The same as a data set: labels for a cost that is tested with labels, else targets. */
bp_dataset *case_dataset(const struct gradient_case *c, const struct case_data *data);

/** bp_trainer_gradient_f64(), or its twin with labels. */
bp_status case_gradient(const struct gradient_case *c, bp_trainer *trainer,
                        const struct case_data *data, double *cost);

/** Set weights and biases of a built network to a pattern of this size. */
void set_pattern(bp_network *network, double weights, double biases);

#endif
