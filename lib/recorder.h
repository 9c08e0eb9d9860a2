/* SPDX-License-Identifier: MIT */
/*
 * What training did, as a table: a sample a row, a figure a column. All memory is taken
 * at the start. When the table is full every second sample goes, and from then on samples
 * lie twice as far apart.
 */
#ifndef BP_RECORDER_H
#define BP_RECORDER_H

#include "region.h"
#include "trainer.h"

enum {
    BP_RECORDER_NAME = 48,   /**< Bytes of a column's name. */
    BP_RECORDER_BINS = 24,   /**< Of a histogram. */
    BP_RECORDER_PROBE = 256, /**< Rows that are looked at. */
    BP_RECORDER_FIXED = 8    /**< Columns that are always there: */
};

enum {
    BP_COLUMN_STEP,
    BP_COLUMN_EPOCH,
    BP_COLUMN_SECONDS,
    BP_COLUMN_COST,
    BP_COLUMN_STEP_COST,
    BP_COLUMN_RATE,
    BP_COLUMN_VALIDATION,
    BP_COLUMN_MONITORED
};

/** Samples and all that is needed to take one. */
struct bp_recording {
    bp_recorder_options options; /**< Its arrays are copies. */
    size_t layers, columns;
    size_t rows;             /**< Of the probe; 0: none. */
    struct bp_region region; /**< If regions are kept. */
    struct bp_arena arena;
    struct bp_pass pass;            /**< Of the probe. */
    struct bp_workspace *workspace; /**< For regions. */

    double *values; /**< [sample][column], NaN for what is not known. */
    double *ranges; /**< [sample][layer][2]: of a histogram. */
    uint32_t *bins; /**< [sample][layer][BP_RECORDER_BINS] */
    uint8_t *cells; /**< [sample][BP_REGION_CELLS] */
    char (*names)[BP_RECORDER_NAME];
    double *metrics; /**< As they were last. */
    float *probe;    /**< [row][input] */
    int32_t *labels; /**< Of the probe, or -1. */
    void *before;    /**< Parameters as they were before the step. */

    size_t count;    /**< Samples. */
    uint64_t events; /**< Seen, of the kind that is sampled. */
    uint64_t apart;  /**< Events from sample to sample. */
    uint64_t before_step;
    bool has_before;
    bool keeps; /**< It made the trainer keep its gradient. */
};

struct bp_recorder {
    struct bp_trainer *trainer;
    struct bp_text text;
    bool started;
    bool busy; /**< It writes: a callback may not change it. */
    struct bp_recording recording;
};

/** A sample's row of the table. */
static inline double *bp_recording_row(const struct bp_recording *recording,
                                       size_t sample)
{
    return recording->values + sample * recording->columns;
}

/** Whether a layer has parameters. */
bool bp_recording_has_params(const struct bp_recorder *recorder, size_t layer);

/** Columns before those of a layer: norms of weights, gradient, update; SIZE_MAX for one
 *  without parameters. */
size_t bp_recording_layer(const struct bp_recorder *recorder, size_t layer);

/** Get ready for the next step, if it is to be sampled. */
void bp_recorder_prepare(struct bp_recorder *recorder, const bp_progress *progress);

/** Take a sample. @return 0, or what a callback answered. */
int32_t bp_recorder_take(struct bp_recorder *recorder, const bp_progress *progress);

/** Let go of the trainer's gradient. */
void bp_recorder_let_go(struct bp_recorder *recorder);

#endif
