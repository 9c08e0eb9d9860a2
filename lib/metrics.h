/* SPDX-License-Identifier: MIT */
/*
 * Figures of outputs against labels and targets, summed row by row in double. All sums of
 * one state of the object are a tally; a reader that may fail half way works on a copy of
 * it, which takes the other's place when nothing can fail any more.
 */
#ifndef BP_METRICS_H
#define BP_METRICS_H

#include "env.h"
#include "setting.h"

enum { BP_METRICS_SETTINGS = 4 };

/** What is summed of one column of outputs against its targets. */
struct bp_metrics_column {
    double mean;     /**< Of the targets, weighted. */
    double spread;   /**< Weighted squares of the targets' distances from their mean. */
    double square;   /**< Weighted squares of output minus target. */
    double absolute; /**< Weighted sizes of the same. */
};

/** Sums over rows; plain data but for the two arrays. */
struct bp_tally {
    uint64_t rows;         /**< With labels. */
    double weight;         /**< Of these, */
    double weight_squares; /**< and of its squares. */
    double correct;        /**< Weight of the rows whose class was found, */
    double near;           /**< and of those whose class was among the best k. */
    double log_loss;       /**< Weighted. */
    uint64_t numbers;      /**< Rows with targets, */
    double numbers_weight; /**< and their weight. */
    double *confusion;     /**< Weights, [target][predicted]. */
    struct bp_metrics_column *columns;
};

/** Rows kept for the area under the curve; `kept` counts those that are committed. */
struct bp_scores {
    double *values; /**< Rows of outputs. */
    double *weights;
    int32_t *labels;
    size_t *order; /**< Room to sort. */
    size_t kept, rows, capacity;
};

struct bp_metrics {
    struct bp_host host;
    struct bp_text text;
    double settings[BP_METRICS_SETTINGS];
    size_t outputs, classes;
    struct bp_tally tallies[2];
    int now; /**< Which of the two counts. */
    struct bp_scores scores;
    double *row; /**< One of outputs, one of targets. */
};

/** What the outputs of one row are to be told about: its class, or its targets. */
struct bp_metrics_row {
    const double *outputs; /**< Finite. */
    const double *targets; /**< Finite; or NULL. */
    int32_t label;         /**< -1: there is none. */
    int32_t range;         /**< A `BP_RANGE_` value: what the outputs are. */
    double weight;
};

double bp_metrics_setting(const struct bp_metrics *metrics, int32_t key);

/** The class that a row of outputs says; see bp_network_classify(). */
int32_t bp_metrics_class(const double *outputs, size_t count, int32_t range);

/** Room for the scores of @p rows more. @return ::BP_ENOMEM with a line. */
bp_status bp_metrics_reserve(struct bp_metrics *metrics, size_t rows);

/** Add a row to @p tally, and to the scores, which have room. */
void bp_metrics_take(struct bp_metrics *metrics, struct bp_tally *tally,
                     const struct bp_metrics_row *row);

/** The other tally, as a copy of what counts now. */
struct bp_tally *bp_metrics_begin(struct bp_metrics *metrics);

/** What was begun counts from now on; or it is forgotten. */
void bp_metrics_end(struct bp_metrics *metrics, bool keep);

/** Whether there is such a figure. @return ::BP_EINVAL with a line in @p text. */
bp_status bp_metrics_check(const struct bp_metrics *metrics, int32_t metric,
                           int32_t index, struct bp_text *text);

/** bp_metrics_value() of an area under the curve. */
bp_status bp_metrics_auc(struct bp_metrics *metrics, int32_t index, double *value);

#endif
