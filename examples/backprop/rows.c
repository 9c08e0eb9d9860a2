/* SPDX-License-Identifier: MIT */
/* The rows of a training: read, divided, scaled. */
#include "training.h"

#include "common/check.h"

#include <math.h>
#include <stdlib.h>

static bp_dataset *read_table(const struct settings *s)
{
    struct names names = {0};
    bp_dataset *data;

    if (s->features != NULL)
        names = names_split(s->features);
    data = table_read(&s->table, s->regression ? TABLE_NUMBERS : TABLE_CLASSES,
                      names.list, names.count);
    names_free(&names);
    return data;
}

static struct scale scale_of(const float *targets, size_t rows, size_t cols)
{
    struct scale scale = {0, 0};

    for (size_t row = 0; row < rows; row++)
        scale.mean += (double)targets[row * cols] / (double)rows;
    for (size_t row = 0; row < rows; row++) {
        const double d = (double)targets[row * cols] - scale.mean;

        scale.deviation += d * d / (double)rows;
    }
    scale.deviation = scale.deviation > 0 ? sqrt(scale.deviation) : 1;
    return scale;
}

/* The same rows with targets that have been scaled; those of `given` go with it. */
static bp_dataset *scale_targets(bp_dataset *given, struct scale *scales, int learn)
{
    const size_t rows = bp_dataset_rows(given), inputs = bp_dataset_inputs(given);
    const size_t outputs = bp_dataset_outputs(given);
    float *x = check_allocate(rows * inputs, sizeof *x);
    float *y = check_allocate(rows * outputs, sizeof *y);
    bp_dataset *made;

    for (size_t row = 0; row < rows; row++) {
        CHECK_STATUS(bp_dataset_get_inputs(given, row, x + row * inputs, inputs));
        CHECK_STATUS(bp_dataset_get_targets(given, row, y + row * outputs, outputs));
    }
    for (size_t col = 0; col < outputs; col++) {
        if (learn)
            scales[col] = scale_of(y + col, rows, outputs);
        for (size_t row = 0; row < rows; row++)
            y[row * outputs + col] =
                (float)(((double)y[row * outputs + col] - scales[col].mean) /
                        scales[col].deviation);
    }
    CHECK_STATUS(bp_dataset_create(NULL, &made));
    CHECK(made, bp_dataset_set_inputs(made, x, rows, inputs, inputs));
    CHECK(made, bp_dataset_set_targets(made, y, rows, outputs, outputs));
    free(x);
    free(y);
    bp_dataset_destroy(given);
    return made;
}

/* FNV-1a of 64 bits (Fowler, Noll, Vo) over the bits of the numbers. */
static uint64_t hash_values(uint64_t hash, const void *values, size_t count)
{
    const unsigned char *bytes = values;

    for (size_t i = 0; i < 4 * count; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static uint64_t fingerprint_of(const bp_dataset *data)
{
    const size_t inputs = bp_dataset_inputs(data), outputs = bp_dataset_outputs(data);
    float *values = check_allocate(inputs + outputs, sizeof *values);
    uint64_t hash = 14695981039346656037u;

    for (size_t row = 0; row < bp_dataset_rows(data); row++) {
        int32_t label = -1;

        CHECK_STATUS(bp_dataset_get_inputs(data, row, values, inputs));
        if (outputs > 0)
            CHECK_STATUS(bp_dataset_get_targets(data, row, values + inputs, outputs));
        else
            CHECK_STATUS(bp_dataset_get_label(data, row, &label));
        hash = hash_values(hash, values, inputs + outputs);
        hash = hash_values(hash, &label, 1);
    }
    free(values);
    return hash;
}

/* The scale is learnt from the rows that are trained on alone. */
static void scale(const struct settings *s, struct rows *rows)
{
    CHECK_STATUS(bp_scaler_create(BP_SCALING_STANDARD, NULL, &rows->scaler));
    CHECK(rows->scaler, bp_scaler_fit(rows->scaler, rows->train));
    CHECK(rows->scaler, bp_scaler_apply(rows->scaler, rows->train));
    if (rows->test != NULL)
        CHECK(rows->scaler, bp_scaler_apply(rows->scaler, rows->test));
    if (!s->regression)
        return;
    rows->scales = check_allocate(bp_dataset_outputs(rows->all), sizeof *rows->scales);
    rows->train = scale_targets(rows->train, rows->scales, 1);
    if (rows->test != NULL)
        rows->test = scale_targets(rows->test, rows->scales, 0);
}

struct rows rows_read(const struct settings *s)
{
    struct rows rows = {.all = read_table(s)};
    const int32_t split = s->regression ? BP_SPLIT_SHUFFLED : BP_SPLIT_STRATIFIED;

    rows.fingerprint = fingerprint_of(rows.all);
    if (s->held_out > 0)
        CHECK(rows.all, bp_dataset_split(rows.all, s->held_out / 100, split, s->seed,
                                         &rows.train, &rows.test));
    else
        CHECK(rows.all,
              bp_dataset_slice(rows.all, 0, bp_dataset_rows(rows.all), &rows.train));
    scale(s, &rows);
    return rows;
}

void rows_free(struct rows *rows)
{
    bp_dataset_destroy(rows->all);
    bp_dataset_destroy(rows->train);
    bp_dataset_destroy(rows->test);
    bp_scaler_destroy(rows->scaler);
    free(rows->scales);
    *rows = (struct rows){0};
}
