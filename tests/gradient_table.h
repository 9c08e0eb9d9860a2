/* SPDX-License-Identifier: MIT */
/*
 * One record for each activation and each cost, written from the header and the textbook,
 * not from the library: its formula, which pairs are allowed, which targets it takes. The
 * grid of test_gradient.c and the comparison of test_gradient_reference.c cover whatever
 * stands here.
 */
#ifndef GRADIENT_TABLE_H
#define GRADIENT_TABLE_H

#include <backprop.h>

#include <stdbool.h>
#include <stddef.h>

struct activation_record {
    int32_t kind;
    const char *text;
    bool sets_slope;
    double
        slope; /**< Of ::BP_LAYER_SLOPE if it is set, and of the formula in any case. */
    bool smooth;
    /** A '+' for each cost that takes such outputs, by its value from 1 on. */
    const char *costs;
    /** a = f(z) of a row, as a textbook writes it. */
    void (*formula)(const double *z, double *a, size_t count, double slope);
};

/** Which targets a cost is tested with. */
enum target_kind {
    TARGETS_REAL,
    TARGETS_UNIT,         /**< Each from 0 to 1, both ends among them. */
    TARGETS_DISTRIBUTION, /**< Not negative, sum 1, zeros among them. */
    TARGETS_LABEL,
    TARGETS_SIGN, /**< 1 or -1. */
    TARGETS_COUNT /**< Not negative. */
};

struct cost_record {
    int32_t kind;
    const char *text;
    double scale; /**< ::BP_COST_SCALE if it is set: above 0. For softmax cross-entropy
                       ::BP_COST_SMOOTHING. */
    enum target_kind targets;
    bool smooth;
    bool per_element;
    /** The cost of a row before any division. `a` are the network's outputs as
     *  predictions give them. */
    double (*formula)(const double *a, const double *y, size_t count, double scale);
};

extern const struct activation_record activation_records[];
extern const size_t activation_record_count;
extern const struct cost_record cost_records[];
extern const size_t cost_record_count;

bool pair_allowed(const struct activation_record *activation,
                  const struct cost_record *cost);

/** What softmax cross-entropy makes of a softmax or log-softmax layer: one softmax. The
 *  formula of the cost takes logits, so the reference leaves the last activation out. */
bool pair_skips_activation(const struct activation_record *activation,
                           const struct cost_record *cost);

/** Numbers from -1 to 1 without pattern, the same in every run. */
double pattern(size_t index);

/** One target, for output @p col of @p cols of row @p row. */
double target_value(enum target_kind kind, size_t row, size_t col, size_t cols);

#endif
