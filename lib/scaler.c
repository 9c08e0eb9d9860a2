/* SPDX-License-Identifier: MIT */
/*
 * Scaling of input columns, x' = (x - offset) scale, in double. With n rows in the fit:
 *
 *     standard    offset = mean = sum x / n      scale = 1 / sqrt(sum (x - mean)^2 / n)
 *     min-max     offset = min                   scale = 1 / (max - min)
 *
 * All sums run over the rows in the order of the data set. A column whose values are all
 * equal has scale 1: found by comparison, as its mean may have been rounded.
 */
#include "scaler.h"

#include "dataset.h"

#include <math.h>
#include <string.h>

bp_status bp_scaler_create(int32_t kind, const bp_env *env, bp_scaler **scaler)
{
    void *object = NULL;
    bp_scaler *created;
    bp_status status;

    if (scaler == NULL || (kind != BP_SCALING_STANDARD && kind != BP_SCALING_MIN_MAX))
        return BP_EINVAL;
    status = bp_object_create(env, sizeof *created, &object);
    if (status != BP_OK)
        return status;
    created = object;
    created->kind = kind;
    *scaler = created;
    return BP_OK;
}

void bp_scaler_destroy(bp_scaler *scaler)
{
    if (scaler == NULL)
        return;
    bp_host_release(&scaler->host, scaler->columns,
                    scaler->cols * sizeof *scaler->columns);
    bp_object_release(scaler, sizeof *scaler);
}

const char *bp_scaler_error(const bp_scaler *scaler)
{
    return scaler != NULL ? scaler->text.line : "";
}

static bp_status no_memory(struct bp_scaler *scaler)
{
    return bp_fail(&scaler->text, BP_ENOMEM, "out of memory for the scaler");
}

/* Fit. */

/* What the fit knows of a column: the least and the greatest value, and a sum. */
struct column {
    double least, greatest;
    double sum;
    double mean;
};

static void take_sums(const struct bp_dataset *data, struct column *columns, size_t cols)
{
    for (size_t row = 0; row < data->content.rows; row++) {
        const float *x = bp_dataset_input_row(data, row);

        for (size_t col = 0; col < cols; col++) {
            struct column *column = &columns[col];
            const double value = (double)x[col];

            column->least = row == 0 || value < column->least ? value : column->least;
            column->greatest =
                row == 0 || value > column->greatest ? value : column->greatest;
            column->sum += value;
        }
    }
}

static void take_squares(const struct bp_dataset *data, struct column *columns,
                         size_t cols)
{
    for (size_t col = 0; col < cols; col++) {
        columns[col].mean = columns[col].sum / (double)data->content.rows;
        columns[col].sum = 0.0;
    }
    for (size_t row = 0; row < data->content.rows; row++) {
        const float *x = bp_dataset_input_row(data, row);

        for (size_t col = 0; col < cols; col++) {
            const double d = (double)x[col] - columns[col].mean;

            columns[col].sum += d * d;
        }
    }
}

static struct bp_affine affine_of(const struct column *column, int32_t kind, double rows)
{
    const bool constant = !(column->least < column->greatest);
    const bool standard = kind == BP_SCALING_STANDARD;
    const double width =
        standard ? sqrt(column->sum / rows) : column->greatest - column->least;

    return (struct bp_affine){standard ? column->mean : column->least,
                              constant ? 1.0 : 1.0 / width};
}

static void fit(const struct bp_dataset *data, int32_t kind, struct column *work,
                struct bp_affine *columns)
{
    const size_t cols = data->content.parts[BP_PART_INPUTS].width;

    take_sums(data, work, cols);
    if (kind == BP_SCALING_STANDARD)
        take_squares(data, work, cols);
    for (size_t col = 0; col < cols; col++)
        columns[col] = affine_of(&work[col], kind, (double)data->content.rows);
}

bp_status bp_scaler_fit(bp_scaler *scaler, const bp_dataset *data)
{
    const struct bp_host *host;
    struct column *work = NULL;
    struct bp_affine *columns = NULL;
    size_t cols;
    size_t size = 0;

    if (scaler == NULL)
        return BP_EINVAL;
    if (data == NULL)
        return bp_fail_null(&scaler->text, "data");
    host = &scaler->host;
    cols = data->content.parts[BP_PART_INPUTS].width;
    if (cols == 0)
        return bp_fail(&scaler->text, BP_ESTATE, "the data set has no inputs");
    if (bp_mul(cols, sizeof *work, &size))
        work = bp_host_allocate(host, size);
    if (work != NULL)
        columns = bp_host_allocate(host, cols * sizeof *columns); /* smaller than work */
    if (columns == NULL) {
        bp_host_release(host, work, size);
        return no_memory(scaler);
    }
    fit(data, scaler->kind, work, columns);
    bp_host_release(host, work, size);
    bp_host_release(host, scaler->columns, scaler->cols * sizeof *scaler->columns);
    scaler->columns = columns;
    scaler->cols = cols;
    return BP_OK;
}

/* Apply. */

static float scaled(const struct bp_affine *column, float x)
{
    return (float)(((double)x - column->offset) * column->scale);
}

/* The first column whose result is not finite; the number of columns if all are. */
static size_t first_bad(const struct bp_scaler *scaler, const float *x)
{
    size_t col = 0;

    while (col < scaler->cols && isfinite(scaled(&scaler->columns[col], x[col])))
        col++;
    return col;
}

/* @p to may be @p from. */
static void scale_row(const struct bp_scaler *scaler, const float *from, float *to)
{
    for (size_t col = 0; col < scaler->cols; col++)
        to[col] = scaled(&scaler->columns[col], from[col]);
}

static bp_status check_apply(struct bp_scaler *scaler, const struct bp_dataset *data)
{
    const size_t cols = data->content.parts[BP_PART_INPUTS].width;

    if (scaler->cols == 0)
        return bp_fail(&scaler->text, BP_ESTATE, "the scaler is not fitted yet");
    if (cols != scaler->cols)
        return bp_fail(&scaler->text, BP_ESHAPE,
                       "the data set has %zu inputs, expected %zu as in the fit", cols,
                       scaler->cols);
    for (size_t row = 0; row < data->content.rows; row++) {
        const size_t col = first_bad(scaler, bp_dataset_input_row(data, row));

        if (col < cols)
            return bp_fail(&scaler->text, BP_EDATA,
                           "row %zu, column %zu is beyond float when it is scaled", row,
                           col);
    }
    return BP_OK;
}

/* Give the data set inputs that are only its own, without their values yet. */
static bool renew_inputs(struct bp_dataset *data, struct bp_part *old)
{
    struct bp_part part;

    *old = data->content.parts[BP_PART_INPUTS];
    if (bp_part_create(&data->host, data->content.rows, old->width, &part) == NULL)
        return false;
    data->content.parts[BP_PART_INPUTS] = part;
    return true;
}

bp_status bp_scaler_apply(bp_scaler *scaler, bp_dataset *data)
{
    struct bp_part *part;
    struct bp_part old;
    bool own;
    bp_status status;

    if (scaler == NULL)
        return BP_EINVAL;
    if (data == NULL)
        return bp_fail_null(&scaler->text, "data");
    status = check_apply(scaler, data);
    if (status != BP_OK)
        return status;
    part = &data->content.parts[BP_PART_INPUTS];
    own = part->block != NULL && !bp_block_is_shared(part->block);
    old = *part;
    if (!own && !renew_inputs(data, &old))
        return no_memory(scaler);
    for (size_t row = 0; row < data->content.rows; row++) {
        const unsigned char *to = bp_part_row(part, row);
        const size_t offset = (size_t)(to - bp_block_data(part->block));

        scale_row(scaler, bp_part_row(&old, row),
                  (float *)(void *)(bp_block_data(part->block) + offset));
    }
    if (!own)
        bp_part_release(&data->host, &old);
    return BP_OK;
}

bp_status bp_scaler_transform(const bp_scaler *scaler, float *values, size_t count)
{
    if (scaler == NULL || values == NULL)
        return BP_EINVAL;
    if (scaler->cols == 0)
        return BP_ESTATE;
    if (count == 0 || count % scaler->cols != 0)
        return BP_ESHAPE;
    for (size_t i = 0; i < count; i += scaler->cols)
        if (first_bad(scaler, values + i) < scaler->cols)
            return BP_EDATA;
    for (size_t i = 0; i < count; i += scaler->cols)
        scale_row(scaler, values + i, values + i);
    return BP_OK;
}

bp_status bp_scaler_get(const bp_scaler *scaler, size_t col, double *offset,
                        double *scale)
{
    if (scaler == NULL || offset == NULL || scale == NULL)
        return BP_EINVAL;
    if (scaler->cols == 0)
        return BP_ESTATE;
    if (col >= scaler->cols)
        return BP_EINVAL;
    *offset = scaler->columns[col].offset;
    *scale = scaler->columns[col].scale;
    return BP_OK;
}
