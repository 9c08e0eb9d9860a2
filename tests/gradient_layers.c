/* SPDX-License-Identifier: MIT */
#include "gradient_layers.h"

#include "fixtures.h"

#include "rng.h"

#include <math.h>

#define DEFAULT_EPSILON 1e-5

/* ---- random numbers by their address, of docs/numerics.md ---- */

/* The block of a counter (stream, layer, n, step 0). */
static void block_of(const struct layer_batch *batch, uint32_t stream, size_t n,
                     uint32_t out[4])
{
    const uint32_t key[2] = {(uint32_t)batch->seed, (uint32_t)(batch->seed >> 32)};
    const uint32_t counter[4] = {stream, (uint32_t)batch->index, (uint32_t)n, 0};

    bp_philox(counter, key, out);
}

/* Rows lie on whole multiples of 16. */
static size_t place_of(const struct layer_batch *batch, size_t row, size_t col)
{
    return row * ((batch->cols + 15) / 16 * 16) + col;
}

static bool dropped(const struct layer_batch *batch, size_t row, size_t col)
{
    const size_t i = place_of(batch, row, col);
    uint32_t words[4];

    block_of(batch, 6, 16 * (i / 64) + i % 16, words);
    return (double)(words[i % 64 / 16] >> 8) / 16777216 < batch->record->number;
}

static void dropout(const struct layer_batch *batch, double *y)
{
    const double p = batch->record->number;

    for (size_t r = 0; r < batch->rows; ++r)
        for (size_t j = 0; j < batch->cols; ++j) {
            const double x = batch->x[r * batch->cols + j];
            y[r * batch->cols + j] = dropped(batch, r, j) ? 0 : x / (1 - p);
        }
}

static double uniform(uint32_t low, uint32_t high)
{
    return floor((double)high * 2097152 + (double)low / 2048) / 9007199254740992;
}

static void noise(const struct layer_batch *batch, double *y)
{
    const double pi = 3.14159265358979323846;

    for (size_t r = 0; r < batch->rows; ++r)
        for (size_t j = 0; j < batch->cols; ++j) {
            uint32_t w[4];
            double u, v;
            block_of(batch, 7, place_of(batch, r, j), w);
            u = uniform(w[0], w[1]) + 1.0 / 9007199254740992;
            v = uniform(w[2], w[3]);
            y[r * batch->cols + j] =
                batch->x[r * batch->cols + j] +
                batch->record->number * sqrt(-2 * log(u)) * cos(2 * pi * v);
        }
}

/* ---- normalisation of `count` numbers `step` apart ---- */

static void standardise(const struct layer_batch *batch, size_t first, size_t count,
                        size_t step, double *y)
{
    const double epsilon =
        batch->record->epsilon > 0 ? batch->record->epsilon : DEFAULT_EPSILON;
    double mean = 0;
    double variance = 0;

    for (size_t i = 0; i < count; ++i)
        mean += batch->x[first + i * step] / (double)count;
    for (size_t i = 0; i < count; ++i)
        variance += pow(batch->x[first + i * step] - mean, 2) / (double)count;
    for (size_t i = 0; i < count; ++i)
        y[first + i * step] =
            (batch->x[first + i * step] - mean) / sqrt(variance + epsilon);
}

static void stretch(const struct layer_batch *batch, double *y)
{
    if (batch->record->plain)
        return;
    for (size_t i = 0; i < batch->rows * batch->cols; ++i)
        y[i] = batch->scale[i % batch->cols] * y[i] + batch->shift[i % batch->cols];
}

static void layer_norm(const struct layer_batch *batch, double *y)
{
    for (size_t r = 0; r < batch->rows; ++r)
        standardise(batch, r * batch->cols, batch->cols, 1, y);
    stretch(batch, y);
}

static void batch_norm(const struct layer_batch *batch, double *y)
{
    for (size_t j = 0; j < batch->cols; ++j)
        standardise(batch, j, batch->rows, batch->cols, y);
    stretch(batch, y);
}

#define DROPOUT BP_LAYER_KIND_DROPOUT
#define NOISE   BP_LAYER_KIND_NOISE
#define LAYER   BP_LAYER_KIND_LAYER_NORM
#define BATCH   BP_LAYER_KIND_BATCH_NORM

const struct layer_record layer_records[] = {
    {DROPOUT, "dropout 0.4", 0.4, 0, false, false, false, dropout},
    {DROPOUT, "dropout 0", 0, 0, false, false, true, dropout},
    {NOISE, "noise 0.3", 0.3, 0, false, false, false, noise},
    {LAYER, "layer norm", 0, 0, false, false, false, layer_norm},
    {LAYER, "layer norm, epsilon 0.1, plain", 0, 0.1, true, false, true, layer_norm},
    {BATCH, "batch norm", 0, 0, false, true, false, batch_norm},
    {BATCH, "batch norm, epsilon 0.1, plain", 0, 0.1, true, true, true, batch_norm},
};

const size_t layer_record_count = sizeof layer_records / sizeof layer_records[0];

bool record_is_affine(const struct layer_record *record)
{
    return (record->kind == LAYER || record->kind == BATCH) && !record->plain;
}

bp_layer *record_layer(const struct layer_record *record)
{
    bp_layer *layer = NULL;

    switch (record->kind) {
    case DROPOUT: ok(bp_layer_create_dropout(record->number, NULL, &layer)); break;
    case NOISE: ok(bp_layer_create_noise(record->number, NULL, &layer)); break;
    case LAYER: ok(bp_layer_create_layer_norm(NULL, &layer)); break;
    default: ok(bp_layer_create_batch_norm(NULL, &layer));
    }
    if (record->epsilon > 0)
        ok(bp_layer_set(layer, BP_LAYER_EPSILON, record->epsilon));
    if (record->plain)
        ok(bp_layer_set(layer, BP_LAYER_AFFINE, 0));
    return layer;
}
