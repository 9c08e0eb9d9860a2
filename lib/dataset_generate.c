/* SPDX-License-Identifier: MIT */
/*
 * Example data that need no file. Point i of n of each class, with t in [0, 1]:
 *
 *     moons      t = i / (n - 1),     angle pi t
 *                class 0: (cos, sin)      class 1: (1 - cos, 1/2 - sin)
 *     spirals    t = (i + 1) / n,     angle 3 pi t + pi class
 *                (t cos, t sin)
 *
 * and on both inputs normal noise, addressed by row and column. The spirals begin next to
 * the centre, where points of both classes would fall together.
 */
#include "dataset.h"
#include "kernel/math.h"
#include "rng.h"

static const double pi = 3.14159265358979323846;

struct shape {
    int32_t kind;
    size_t rows;
    double noise;
    struct bp_rng rng;
};

static void moon(double t, int32_t label, double point[2])
{
    const double x = bp_cos_f64(pi * t);
    const double y = bp_sin_f64(pi * t);

    point[0] = label == 0 ? x : 1.0 - x;
    point[1] = label == 0 ? y : 0.5 - y;
}

static void spiral(double t, int32_t label, double point[2])
{
    const double angle = 3.0 * pi * t + pi * label;

    point[0] = t * bp_cos_f64(angle);
    point[1] = t * bp_sin_f64(angle);
}

static void generate_row(const struct shape *shape, size_t row, float *to)
{
    const int32_t label = (int32_t)(row % 2);
    const double index = (double)(row / 2);
    const double count = (double)(shape->rows / 2 + (label == 0 && shape->rows % 2 == 1));
    double point[2];

    if (shape->kind == BP_GENERATE_MOONS)
        moon(count > 1.0 ? index / (count - 1.0) : 0.0, label, point);
    else
        spiral((index + 1.0) / count, label, point);
    for (size_t col = 0; col < 2; col++) {
        const double noise = bp_rng_normal_at(&shape->rng, 2 * (uint64_t)row + col);

        to[col] = (float)(point[col] + shape->noise * noise);
    }
}

static bp_status check_generate(struct bp_dataset *dataset, const struct shape *shape)
{
    struct bp_text *text = &dataset->text;

    if (shape->kind != BP_GENERATE_MOONS && shape->kind != BP_GENERATE_SPIRALS)
        return bp_fail(text, BP_EINVAL, "kind is %ld, expected a BP_GENERATE_ value",
                       (long)shape->kind);
    if (shape->rows < 2)
        return bp_fail(text, BP_EINVAL, "rows is %zu, expected at least 2", shape->rows);
    if (!(shape->noise >= 0.0 && shape->noise <= 100.0))
        return bp_fail(text, BP_EINVAL, "noise is %s, expected 0 to 100",
                       bp_number(shape->noise).text);
    return bp_dataset_check_empty(dataset);
}

bp_status bp_dataset_generate(bp_dataset *dataset, int32_t kind, size_t rows,
                              double noise, uint64_t seed)
{
    const struct shape shape = {
        kind, rows, noise, {.seed = seed, .stream = BP_STREAM_GENERATE, .tensor = 0}};
    struct bp_content content = {.rows = rows, .classes = 2};
    float *inputs;
    int32_t *labels = NULL;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    status = check_generate(dataset, &shape);
    if (status != BP_OK)
        return status;
    inputs = bp_part_create(&dataset->host, rows, 2, &content.parts[BP_PART_INPUTS]);
    if (inputs != NULL)
        labels = bp_part_create(&dataset->host, rows, 1, &content.parts[BP_PART_LABELS]);
    if (labels == NULL) {
        bp_content_release(&dataset->host, &content);
        return bp_dataset_no_memory(dataset);
    }
    for (size_t row = 0; row < rows; row++) {
        generate_row(&shape, row, inputs + 2 * row);
        labels[row] = (int32_t)(row % 2);
    }
    bp_dataset_adopt(dataset, &content);
    return BP_OK;
}
