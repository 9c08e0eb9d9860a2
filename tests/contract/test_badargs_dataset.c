/* SPDX-License-Identifier: MIT */
/* Bad arguments: data sets but their readers, and scalers. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

enum { N = WORLD_ROWS, D = WORLD_INPUTS };

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_create(void **state)
{
    struct world *w = *state;

    BAD_ENVS(bp_dataset_create, bp_dataset_create(env, &w->out.dataset));
    BAD(bp_dataset_create, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_create(w->env, NULL));
    ANY(bp_dataset_destroy, dataset, "accepts NULL");
    BAD(bp_dataset_error, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_error(NULL) != NULL && bp_dataset_error(NULL)[0] == '\0'));
}

/* The four that set rows of numbers. `full` has such rows already; `half` has N rows of
 * the other kind. */
#define BAD_ROWS(function, values, full, half)                                           \
    do {                                                                                 \
        bp_dataset *e = w->empty;                                                        \
        float *x = w->in.f;                                                              \
        const float good = x[1];                                                         \
        BAD(function, dataset, "NULL", BP_EINVAL, NOTHING, function(NULL, x, N, D, D));  \
        BAD(function, values, "NULL", BP_EINVAL, e, function(e, NULL, N, D, D));         \
        BAD(function, rows, "0", BP_EINVAL, e, function(e, x, 0, D, D));                 \
        BAD(function, rows, "SIZE_MAX", BP_EINVAL, e, function(e, x, SIZE_MAX, D, D));   \
        BAD(function, cols, "0", BP_EINVAL, e, function(e, x, N, 0, D));                 \
        BAD(function, stride, "SIZE_MAX cols", BP_EINVAL, e,                             \
            function(e, x, N, SIZE_MAX, D));                                             \
        BAD(function, stride, "0", BP_EINVAL, e, function(e, x, N, D, 0));               \
        BAD(function, stride, "one too few", BP_EINVAL, e, function(e, x, N, D, D - 1)); \
        BAD(function, stride, "SIZE_MAX", BP_EINVAL, e, function(e, x, N, D, SIZE_MAX)); \
        BAD(function, state, "has such rows", BP_ESTATE, full,                           \
            function(full, x, N, D, D));                                                 \
        BAD(function, rows, "one too few", BP_ESHAPE, half,                              \
            function(half, x, N - 1, D, D));                                             \
        BAD(function, rows, "one too many", BP_ESHAPE, half,                             \
            function(half, x, N + 1, D, D));                                             \
        BAD(function, rows, "1", BP_ESHAPE, half, function(half, x, 1, D, D));           \
        x[1] = (float)NAN;                                                               \
        BAD(function, values, "NaN", BP_EDATA, e, function(e, x, N, D, D));              \
        x[1] = -(float)INFINITY;                                                         \
        BAD(function, values, "inf", BP_EDATA, e, function(e, x, N, D, D));              \
        x[1] = good;                                                                     \
    } while (0)

/* The data set that borrows from w->in would see what the rows above spoil. */
static void test_set(void **state)
{
    struct world *w = *state;

    bp_dataset_destroy(WORLD_TAKE(w->borrowed));
    BAD_ROWS(bp_dataset_set_inputs, inputs, w->data, w->labels);
    BAD_ROWS(bp_dataset_set_inputs_borrow, inputs, w->data, w->labels);
    BAD_ROWS(bp_dataset_set_targets, targets, w->data, w->inputs);
    BAD_ROWS(bp_dataset_set_targets_borrow, targets, w->data, w->inputs);
}

static void test_set_labels(void **state)
{
    struct world *w = *state;
    int32_t *labels = w->in.labels;
    const int32_t bad[] = {-1, 2, INT32_MIN, INT32_MAX};

    BAD(bp_dataset_set_labels, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_set_labels(NULL, labels, N, 2));
    BAD(bp_dataset_set_labels, labels, "NULL", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, NULL, N, 2));
    BAD(bp_dataset_set_labels, rows, "0", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, labels, 0, 2));
    BAD(bp_dataset_set_labels, rows, "SIZE_MAX", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, labels, SIZE_MAX, 2));
    BAD(bp_dataset_set_labels, rows, "one too few", BP_ESHAPE, w->inputs,
        bp_dataset_set_labels(w->inputs, labels, N - 1, 2));
    BAD(bp_dataset_set_labels, rows, "one too many", BP_ESHAPE, w->inputs,
        bp_dataset_set_labels(w->inputs, labels, N + 1, 2));
    BAD(bp_dataset_set_labels, classes, "0", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, labels, N, 0));
    BAD(bp_dataset_set_labels, classes, "over the limit", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, labels, N, 1000001));
    BAD(bp_dataset_set_labels, classes, "SIZE_MAX", BP_EINVAL, w->empty,
        bp_dataset_set_labels(w->empty, labels, N, SIZE_MAX));
    BAD(bp_dataset_set_labels, state, "has labels", BP_ESTATE, w->labels,
        bp_dataset_set_labels(w->labels, labels, N, 2));
    for (size_t i = 0; i < 4; ++i) {
        const int32_t good = labels[N - 1];
        labels[N - 1] = bad[i];
        BAD(bp_dataset_set_labels, labels, "out of range", BP_EDATA, w->empty,
            bp_dataset_set_labels(w->empty, labels, N, 2));
        labels[N - 1] = good;
    }
}

static void test_make(void **state)
{
    struct world *w = *state;

    BAD(bp_dataset_generate, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_generate(NULL, BP_GENERATE_MOONS, 10, 0, 1));
    BAD_CODES(bp_dataset_generate, kind, 1, BP_GENERATE_SPIRALS, w->empty,
              bp_dataset_generate(w->empty, code, 10, 0, 1));
    BAD(bp_dataset_generate, rows, "0", BP_EINVAL, w->empty,
        bp_dataset_generate(w->empty, BP_GENERATE_MOONS, 0, 0, 1));
    BAD(bp_dataset_generate, rows, "1", BP_EINVAL, w->empty,
        bp_dataset_generate(w->empty, BP_GENERATE_MOONS, 1, 0, 1));
    BAD_SAYS(bp_dataset_generate, rows, "state", "SIZE_MAX", BP_ENOMEM, w->empty,
             bp_dataset_generate(w->empty, BP_GENERATE_MOONS, SIZE_MAX, 0, 1));
    BAD_NUMBERS(bp_dataset_generate, noise, w->empty,
                bp_dataset_generate(w->empty, BP_GENERATE_MOONS, 10, number, 1), -0.1,
                100.5);
    ANY(bp_dataset_generate, seed, "every value is a seed");
    BAD(bp_dataset_generate, state, "not empty", BP_ESTATE, w->data,
        bp_dataset_generate(w->data, BP_GENERATE_MOONS, 10, 0, 1));

    BAD(bp_dataset_one_hot, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_one_hot(NULL, 0, 1));
    BAD_NUMBERS(bp_dataset_one_hot, off, w->labelled,
                bp_dataset_one_hot(w->labelled, (float)number, 1), (double)NAN);
    BAD_NUMBERS(bp_dataset_one_hot, on, w->labelled,
                bp_dataset_one_hot(w->labelled, 0, (float)number), (double)NAN);
    BAD(bp_dataset_one_hot, state, "has targets", BP_ESTATE, w->data,
        bp_dataset_one_hot(w->data, 0, 1));
    BAD(bp_dataset_one_hot, state, "no labels", BP_ESTATE, w->inputs,
        bp_dataset_one_hot(w->inputs, 0, 1));
    BAD(bp_dataset_one_hot, state, "empty", BP_ESTATE, w->empty,
        bp_dataset_one_hot(w->empty, 0, 1));

    BAD(bp_dataset_one_hot_input, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_one_hot_input(NULL, 1, 3));
    BAD(bp_dataset_one_hot_input, col, "3", BP_EINVAL, w->indexed,
        bp_dataset_one_hot_input(w->indexed, 3, 3));
    BAD(bp_dataset_one_hot_input, categories, "0", BP_EINVAL, w->indexed,
        bp_dataset_one_hot_input(w->indexed, 1, 0));
    BAD(bp_dataset_one_hot_input, categories, "1 000 001", BP_EINVAL, w->indexed,
        bp_dataset_one_hot_input(w->indexed, 1, 1000001));
    BAD_SAYS(bp_dataset_one_hot_input, categories, "row 1, column 1 is 2", "2 of 3",
             BP_EDATA, w->indexed, bp_dataset_one_hot_input(w->indexed, 1, 2));
    BAD(bp_dataset_one_hot_input, state, "empty", BP_ESTATE, w->empty,
        bp_dataset_one_hot_input(w->empty, 0, 1));
}

static void test_divide(void **state)
{
    struct world *w = *state;
    bp_dataset **first = &w->out.dataset;
    bp_dataset **second = &w->out.second;

    BAD(bp_dataset_shuffle, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_shuffle(NULL, 1));
    ANY(bp_dataset_shuffle, seed, "every value is a seed");

    BAD(bp_dataset_split, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_split(NULL, 0.5, BP_SPLIT_ORDERED, 1, first, second));
    BAD_NUMBERS(bp_dataset_split, fraction, w->data,
                bp_dataset_split(w->data, number, BP_SPLIT_ORDERED, 1, first, second), 0,
                1, -0.5, 1.5);
    BAD_CODES(bp_dataset_split, method, 0, BP_SPLIT_STRATIFIED, w->data,
              bp_dataset_split(w->data, 0.5, code, 1, first, second));
    ANY(bp_dataset_split, seed, "every value is a seed");
    BAD(bp_dataset_split, first, "NULL", BP_EINVAL, w->data,
        bp_dataset_split(w->data, 0.5, BP_SPLIT_ORDERED, 1, NULL, second));
    BAD(bp_dataset_split, second, "NULL", BP_EINVAL, w->data,
        bp_dataset_split(w->data, 0.5, BP_SPLIT_ORDERED, 1, first, NULL));
    BAD(bp_dataset_split, state, "empty", BP_ESTATE, w->empty,
        bp_dataset_split(w->empty, 0.5, BP_SPLIT_ORDERED, 1, first, second));
    BAD(bp_dataset_split, state, "no labels", BP_ESTATE, w->inputs,
        bp_dataset_split(w->inputs, 0.5, BP_SPLIT_STRATIFIED, 1, first, second));

    BAD(bp_dataset_slice, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_slice(NULL, 0, 1, first));
    BAD(bp_dataset_slice, first, "past the end", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, N, 1, first));
    BAD(bp_dataset_slice, first, "SIZE_MAX", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, SIZE_MAX, 1, first));
    BAD(bp_dataset_slice, rows, "0", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, 0, 0, first));
    BAD(bp_dataset_slice, rows, "one too many", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, 1, N, first));
    BAD(bp_dataset_slice, rows, "SIZE_MAX", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, 1, SIZE_MAX, first));
    BAD(bp_dataset_slice, slice, "NULL", BP_EINVAL, w->data,
        bp_dataset_slice(w->data, 0, 1, NULL));
    BAD(bp_dataset_slice, first, "empty", BP_EINVAL, w->empty,
        bp_dataset_slice(w->empty, 0, 1, first));
}

static void test_figures(void **state)
{
    struct world *w = *state;

    BAD(bp_dataset_rows, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_rows(NULL) == 0));
    BAD(bp_dataset_inputs, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_inputs(NULL) == 0));
    BAD(bp_dataset_inputs, dataset, "none", BP_EINVAL, NOTHING,
        refused(bp_dataset_inputs(w->labels) == 0));
    BAD(bp_dataset_outputs, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_outputs(NULL) == 0));
    BAD(bp_dataset_outputs, dataset, "none", BP_EINVAL, NOTHING,
        refused(bp_dataset_outputs(w->labelled) == 0));
    BAD(bp_dataset_classes, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_classes(NULL) == 0));
    BAD(bp_dataset_classes, dataset, "none", BP_EINVAL, NOTHING,
        refused(bp_dataset_classes(w->inputs) == 0));
    BAD(bp_dataset_dropped, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_dropped(NULL) == 0));
    BAD(bp_dataset_class_name, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_class_name(NULL, 0) == NULL));
    BAD(bp_dataset_class_name, dataset, "no names", BP_EINVAL, NOTHING,
        refused(bp_dataset_class_name(w->data, 0) == NULL));
    BAD(bp_dataset_class_name, index, "past the end", BP_EINVAL, NOTHING,
        refused(bp_dataset_class_name(w->csv, 2) == NULL));
    BAD(bp_dataset_class_name, index, "SIZE_MAX", BP_EINVAL, NOTHING,
        refused(bp_dataset_class_name(w->csv, SIZE_MAX) == NULL));
    BAD(bp_dataset_input_name, dataset, "NULL", BP_EINVAL, NOTHING,
        refused(bp_dataset_input_name(NULL, 0) == NULL));
    BAD(bp_dataset_input_name, dataset, "no names", BP_EINVAL, NOTHING,
        refused(bp_dataset_input_name(w->data, 0) == NULL));
    BAD(bp_dataset_input_name, col, "past the end", BP_EINVAL, NOTHING,
        refused(bp_dataset_input_name(w->csv, 2) == NULL));
    BAD(bp_dataset_input_name, col, "SIZE_MAX", BP_EINVAL, NOTHING,
        refused(bp_dataset_input_name(w->csv, SIZE_MAX) == NULL));
}

#define BAD_GET_ROW(function, width, none)                                               \
    do {                                                                                 \
        float *f = w->out.f;                                                             \
        BAD(function, dataset, "NULL", BP_EINVAL, NOTHING, function(NULL, 0, f, width)); \
        BAD(function, row, "past the end", BP_EINVAL, NOTHING,                           \
            function(w->data, N, f, width));                                             \
        BAD(function, row, "SIZE_MAX", BP_EINVAL, NOTHING,                               \
            function(w->data, SIZE_MAX, f, width));                                      \
        BAD(function, values, "NULL", BP_EINVAL, NOTHING,                                \
            function(w->data, 0, NULL, width));                                          \
        BAD(function, count, "0", BP_ESHAPE, NOTHING, function(w->data, 0, f, 0));       \
        BAD(function, count, "one too few", BP_ESHAPE, NOTHING,                          \
            function(w->data, 0, f, (width)-1));                                         \
        BAD(function, count, "one too many", BP_ESHAPE, NOTHING,                         \
            function(w->data, 0, f, (width) + 1));                                       \
        BAD(function, count, "SIZE_MAX", BP_ESHAPE, NOTHING,                             \
            function(w->data, 0, f, SIZE_MAX));                                          \
        BAD(function, state, "none", BP_ESTATE, NOTHING, function(none, 0, f, width));   \
    } while (0)

static void test_get(void **state)
{
    struct world *w = *state;

    BAD_GET_ROW(bp_dataset_get_inputs, WORLD_INPUTS, w->labels);
    BAD_GET_ROW(bp_dataset_get_targets, WORLD_OUTPUTS, w->labelled);
    BAD(bp_dataset_get_label, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_get_label(NULL, 0, &w->out.code));
    BAD(bp_dataset_get_label, row, "past the end", BP_EINVAL, NOTHING,
        bp_dataset_get_label(w->data, N, &w->out.code));
    BAD(bp_dataset_get_label, row, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_dataset_get_label(w->data, SIZE_MAX, &w->out.code));
    BAD(bp_dataset_get_label, label, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_get_label(w->data, 0, NULL));
    BAD(bp_dataset_get_label, state, "none", BP_ESTATE, NOTHING,
        bp_dataset_get_label(w->inputs, 0, &w->out.code));
}

static void test_scaler(void **state)
{
    struct world *w = *state;

    BAD_CODES(bp_scaler_create, kind, 1, BP_SCALING_MIN_MAX, NOTHING,
              bp_scaler_create(code, w->env, &w->out.scaler));
    BAD_ENVS(bp_scaler_create, bp_scaler_create(1, env, &w->out.scaler));
    BAD(bp_scaler_create, scaler, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_create(1, w->env, NULL));
    ANY(bp_scaler_destroy, scaler, "accepts NULL");
    BAD(bp_scaler_error, scaler, "NULL", BP_EINVAL, NOTHING,
        refused(bp_scaler_error(NULL) != NULL && bp_scaler_error(NULL)[0] == '\0'));
    BAD(bp_scaler_fit, scaler, "NULL", BP_EINVAL, NOTHING, bp_scaler_fit(NULL, w->data));
    BAD(bp_scaler_fit, data, "NULL", BP_EINVAL, w->fitted,
        bp_scaler_fit(w->fitted, NULL));
    BAD(bp_scaler_fit, state, "empty", BP_ESTATE, w->fitted,
        bp_scaler_fit(w->fitted, w->empty));
    BAD(bp_scaler_fit, state, "no inputs", BP_ESTATE, w->unfitted,
        bp_scaler_fit(w->unfitted, w->labels));
    BAD(bp_scaler_apply, scaler, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_apply(NULL, w->data));
    BAD(bp_scaler_apply, data, "NULL", BP_EINVAL, w->fitted,
        bp_scaler_apply(w->fitted, NULL));
    BAD(bp_scaler_apply, state, "before the fit", BP_ESTATE, w->unfitted,
        bp_scaler_apply(w->unfitted, w->data));
    BAD(bp_scaler_apply, data, "of another width", BP_ESHAPE, w->fitted,
        bp_scaler_apply(w->fitted, w->csv));
}

static void test_scaler_use(void **state)
{
    struct world *w = *state;
    bp_dataset *far = NULL;
    float *f = w->in.f;
    const float good = f[D];

    bp_dataset_destroy(WORLD_TAKE(w->borrowed));
    for (size_t i = 0; i < (size_t)N * D; ++i)
        f[i] = (float)i / 1024;
    ok(bp_dataset_create(w->env, &far));
    ok(bp_dataset_set_inputs(far, f, N, D, D));
    ok(bp_scaler_fit(w->fitted, far));
    bp_dataset_destroy(far);
    f[D] = 3e38f;
    ok(bp_dataset_create(w->env, &far));
    ok(bp_dataset_set_inputs(far, f, N, D, D));
    BAD_SAYS(bp_scaler_apply, data, "row", "a result is not finite", BP_EDATA, w->fitted,
             bp_scaler_apply(w->fitted, far));
    bp_dataset_destroy(far);
    BAD(bp_scaler_transform, values, "a result is not finite", BP_EDATA, NOTHING,
        bp_scaler_transform(w->fitted, f, 2 * D));
    f[0] = 0;
    f[D] = (float)NAN;
    BAD(bp_scaler_transform, values, "NaN", BP_EDATA, NOTHING,
        bp_scaler_transform(w->fitted, f, 2 * D));
    f[D] = good;
    BAD(bp_scaler_transform, scaler, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_transform(NULL, f, 2 * D));
    BAD(bp_scaler_transform, values, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_transform(w->fitted, NULL, 2 * D));
    BAD(bp_scaler_transform, count, "no whole rows", BP_ESHAPE, NOTHING,
        bp_scaler_transform(w->fitted, f, 2 * D + 1));
    BAD(bp_scaler_transform, count, "0", BP_ESHAPE, NOTHING,
        bp_scaler_transform(w->fitted, f, 0));
    BAD(bp_scaler_transform, count, "1", BP_ESHAPE, NOTHING,
        bp_scaler_transform(w->fitted, f, 1));
    BAD(bp_scaler_transform, state, "before the fit", BP_ESTATE, NOTHING,
        bp_scaler_transform(w->unfitted, f, 2 * D));
    BAD(bp_scaler_get, scaler, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_get(NULL, 0, &w->out.value, &w->out.value2));
    BAD(bp_scaler_get, state, "before the fit", BP_ESTATE, NOTHING,
        bp_scaler_get(w->unfitted, 0, &w->out.value, &w->out.value2));
    BAD(bp_scaler_get, col, "past the end", BP_EINVAL, NOTHING,
        bp_scaler_get(w->fitted, D, &w->out.value, &w->out.value2));
    BAD(bp_scaler_get, col, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_scaler_get(w->fitted, SIZE_MAX, &w->out.value, &w->out.value2));
    BAD(bp_scaler_get, offset, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_get(w->fitted, 0, NULL, &w->out.value2));
    BAD(bp_scaler_get, scale, "NULL", BP_EINVAL, NOTHING,
        bp_scaler_get(w->fitted, 0, &w->out.value, NULL));
}

static void test_weights(void **state)
{
    struct world *w = *state;
    const float fine[N] = {1, 0, 2};
    const float bad[3] = {-1, NAN, INFINITY};
    const float huge[2] = {3e38f, 3e38f};

    BAD(bp_dataset_set_weights, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_set_weights(NULL, fine, N));
    BAD(bp_dataset_set_weights, weights, "NULL", BP_EINVAL, w->data,
        bp_dataset_set_weights(w->data, NULL, N));
    BAD(bp_dataset_set_weights, rows, "0", BP_EINVAL, w->data,
        bp_dataset_set_weights(w->data, fine, 0));
    BAD(bp_dataset_set_weights, rows, "one too few", BP_ESHAPE, w->data,
        bp_dataset_set_weights(w->data, fine, N - 1));
    BAD(bp_dataset_set_weights, rows, "SIZE_MAX", BP_EINVAL, w->data,
        bp_dataset_set_weights(w->data, fine, SIZE_MAX));
    for (size_t i = 0; i < 3; ++i) {
        const float row[N] = {1, 0, bad[i], 1};
        const float class[2] = {1, bad[i]};
        BAD_SAYS(bp_dataset_set_weights, weights, "weights[2]", "not a weight", BP_EDATA,
                 w->data, bp_dataset_set_weights(w->data, row, N));
        BAD_SAYS(bp_dataset_weigh_classes, weights, "weights[1]", "not a weight",
                 BP_EDATA, w->data, bp_dataset_weigh_classes(w->data, class, 2));
    }
    BAD(bp_dataset_weigh_classes, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_weigh_classes(NULL, fine, 2));
    BAD(bp_dataset_weigh_classes, classes, "one too few", BP_ESHAPE, w->data,
        bp_dataset_weigh_classes(w->data, fine, 1));
    BAD(bp_dataset_weigh_classes, classes, "SIZE_MAX", BP_ESHAPE, w->data,
        bp_dataset_weigh_classes(w->data, NULL, SIZE_MAX));
    BAD(bp_dataset_weigh_classes, state, "no labels", BP_ESTATE, w->inputs,
        bp_dataset_weigh_classes(w->inputs, fine, 2));
    ok(bp_dataset_set_weights(w->data, (const float[N]){2, 2, 2, 2}, N));
    BAD(bp_dataset_weigh_classes, weights, "too large together", BP_EDATA, w->data,
        bp_dataset_weigh_classes(w->data, huge, 2));
    BAD(bp_dataset_set_weights, state, "has weights", BP_ESTATE, w->data,
        bp_dataset_set_weights(w->data, fine, N));
    BAD(bp_dataset_get_weight, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_get_weight(NULL, 0, w->out.f));
    BAD(bp_dataset_get_weight, row, "past the end", BP_EINVAL, NOTHING,
        bp_dataset_get_weight(w->data, N, w->out.f));
    BAD(bp_dataset_get_weight, weight, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_get_weight(w->data, 0, NULL));
}

BAD_GROUP(test_create, test_set, test_set_labels, test_make, test_divide, test_figures,
          test_get, test_scaler, test_scaler_use, test_weights)
