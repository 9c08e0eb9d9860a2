/* SPDX-License-Identifier: MIT */
/*
 * The cost of a network in plain loops and textbook formulas, in double with the C
 * library's functions: softmax, then -sum y ln p; never two formulas made one. It knows
 * nothing of the library but the parameters it copied, and has no derivative at all: that
 * is taken by differences of the cost.
 */
#ifndef GRADIENT_REFERENCE_H
#define GRADIENT_REFERENCE_H

#include "gradient_case.h"

/** One dense layer with its activation. */
struct reference_layer {
    const struct activation_record *activation;
    size_t index; /**< Of the dense layer in the library's network. */
    size_t inputs, outputs;
    double *weights; /**< w[to][from] */
    double *biases;  /**< All 0 where there are none. */
};

struct reference {
    const struct gradient_case *c;
    struct reference_layer layers[3];
    size_t count;
    size_t between;        /**< Index of the layer between, */
    size_t behind;         /**< which stands behind so many dense ones. */
    double *scale, *shift; /**< Of it; NULL if it has none. */
};

/** Copy shapes and parameters. */
void reference_init(struct reference *reference, const struct gradient_case *c,
                    const bp_network *network);
void reference_free(struct reference *reference);

/** The activations of all rows of a batch, the last layer's with or without its
 *  activation. */
void reference_forward(const struct reference *reference, const struct case_data *data,
                       bool activate, double *a);

/** The mean cost of the rows. */
double reference_cost(const struct reference *reference, const struct case_data *data);

/** d cost / d parameter by central differences; @p parameter points into a layer. */
double reference_difference(const struct reference *reference,
                            const struct case_data *data, double *parameter);

#endif
