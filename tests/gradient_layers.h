/* SPDX-License-Identifier: MIT */
/*
 * One record for each layer that stands between dense ones, written from the header and
 * the textbook: how it is made, and its formula on a whole batch. The grids of
 * test_gradient.c and test_gradient_reference.c cover whatever stands here.
 */
#ifndef GRADIENT_LAYERS_H
#define GRADIENT_LAYERS_H

#include <backprop.h>

#include <stdbool.h>
#include <stddef.h>

struct layer_record;

/** What goes into a layer, and where it stands. Rows of `cols` without gaps. */
struct layer_batch {
    const struct layer_record *record;
    size_t rows, cols;
    const double *x;
    const double *scale, *shift; /**< Of a layer that has them. */
    size_t index;                /**< Of the layer in its network. */
    uint64_t seed;               /**< Of the trainer. */
};

struct layer_record {
    int32_t kind;
    const char *text;
    double number;  /**< p of dropout, deviation of noise. */
    double epsilon; /**< Of a norm: if it is set, above 0. */
    bool plain;     /**< A norm without scale and shift. */
    bool needs_rows;
    bool variant; /**< Of another record: a sample of the pairs is enough. */
    /** y of all rows in training, at step 0. */
    void (*formula)(const struct layer_batch *batch, double *y);
};

extern const struct layer_record layer_records[];
extern const size_t layer_record_count;

/** The layer; the caller destroys it. */
bp_layer *record_layer(const struct layer_record *record);

/** Whether it has scale and shift. */
bool record_is_affine(const struct layer_record *record);

#endif
