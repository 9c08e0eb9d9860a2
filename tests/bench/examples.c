/* SPDX-License-Identifier: MIT */
/* The numbers that all programs have in common: examples, and parameters at first. */
#include "worker.h"

#include <backprop.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Streams of numbers; layer l of a network has the stream l. */
enum { STREAM_SMALL = 1000 };

/* The small data set: three clouds of points around centers, in turns. */
enum { SMALL_ROWS = 150, SMALL_INPUTS = 4, SMALL_CLASSES = 3 };

/* Steele, Lea and Flood, 2014: SplitMix64. */
float bench_number(uint64_t stream, uint64_t place)
{
    uint64_t z = ((stream << 40) + place + 1) * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return 2 * ((float)(z >> 40) * 0x1p-24f) - 1;
}

float bench_weight(const struct shape *shape, size_t layer, size_t place)
{
    const size_t in = shape->widths[layer], out = shape->widths[layer + 1];

    return (float)sqrt(6.0 / (double)(in + out)) * bench_number(layer, place);
}

/* A set that was read, or none yet. Targets are made for one value of `off`. */
struct set {
    struct examples all;
    float *targets;
    float off;
};

static void read_row(const bp_dataset *data, size_t row, float *inputs, int32_t *label)
{
    const size_t cols = bp_dataset_inputs(data);

    if (bp_dataset_get_inputs(data, row, inputs, cols) != BP_OK ||
        bp_dataset_get_label(data, row, label) != BP_OK)
        worker_die("row %zu cannot be had", row);
}

static void read_idx(const char *part, struct examples *to)
{
    const char *const folder = getenv("BENCH_DATA");
    char images[4096], labels[4096];
    bp_dataset *data;
    float *inputs;
    int32_t *classes;
    size_t row;

    if (folder == NULL)
        worker_die("BENCH_DATA does not say where MNIST is");
    snprintf(images, sizeof images, "%s/%s-images-idx3-ubyte", folder, part);
    snprintf(labels, sizeof labels, "%s/%s-labels-idx1-ubyte", folder, part);
    if (bp_dataset_create(NULL, &data) != BP_OK ||
        bp_dataset_read_idx(data, images, labels) != BP_OK)
        worker_die("%s", bp_dataset_error(data));
    *to = (struct examples){.rows = bp_dataset_rows(data),
                            .inputs = bp_dataset_inputs(data),
                            .outputs = bp_dataset_classes(data)};
    inputs = worker_memory(to->rows * to->inputs, sizeof *inputs);
    classes = worker_memory(to->rows, sizeof *classes);
    for (row = 0; row < to->rows; row++)
        read_row(data, row, inputs + row * to->inputs, &classes[row]);
    to->inputs_at = inputs;
    to->labels = classes;
    bp_dataset_destroy(data);
}

static void make_small(struct examples *to)
{
    float *const inputs = worker_memory(SMALL_ROWS * SMALL_INPUTS, sizeof *inputs);
    int32_t *const labels = worker_memory(SMALL_ROWS, sizeof *labels);
    size_t row, col;

    for (row = 0; row < SMALL_ROWS; row++) {
        labels[row] = (int32_t)(row % SMALL_CLASSES);
        for (col = 0; col < SMALL_INPUTS; col++) {
            const size_t center = (size_t)labels[row] * SMALL_INPUTS + col;

            inputs[row * SMALL_INPUTS + col] =
                bench_number(STREAM_SMALL, center) +
                0.5f * bench_number(STREAM_SMALL + 1, row * SMALL_INPUTS + col);
        }
    }
    *to =
        (struct examples){SMALL_ROWS, SMALL_INPUTS, SMALL_CLASSES, inputs, NULL, labels};
}

static void make_targets(struct set *set, float off)
{
    const size_t cols = set->all.outputs;
    size_t row, col;

    if (set->targets != NULL && set->off == off)
        return;
    free(set->targets);
    set->targets = worker_memory(set->all.rows * cols, sizeof *set->targets);
    set->off = off;
    for (row = 0; row < set->all.rows; row++)
        for (col = 0; col < cols; col++)
            set->targets[row * cols + col] =
                (size_t)set->all.labels[row] == col ? 1.0f : off;
    set->all.targets = set->targets;
}

static struct examples first_rows(struct set *set, const struct request *request,
                                  const char *key)
{
    struct examples some;
    const size_t rows = request_count(request, key);

    make_targets(set, request_is(request, "output", "tanh") ? -1.0f : 0.0f);
    some = set->all;
    if (rows < some.rows)
        some.rows = rows;
    return some;
}

struct examples request_examples(const struct request *request)
{
    static struct set mnist, small;
    struct set *const set = request_is(request, "data", "small") ? &small : &mnist;

    if (set->all.rows == 0 && set == &small)
        make_small(&set->all);
    else if (set->all.rows == 0)
        read_idx("train", &set->all);
    return first_rows(set, request, "rows");
}

struct examples request_tests(const struct request *request)
{
    static struct set mnist;

    if (request_is(request, "data", "small"))
        return request_examples(request);
    if (mnist.all.rows == 0)
        read_idx("t10k", &mnist.all);
    return first_rows(&mnist, request, "test");
}
