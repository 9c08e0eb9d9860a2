/* SPDX-License-Identifier: MIT */
/* Bad arguments: trainers and the proof of a gradient. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_create(void **state)
{
    struct world *w = *state;

    BAD(bp_trainer_create, network, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_create(NULL, w->cost, w->sgd, &w->out.trainer));
    BAD(bp_trainer_create, network, "not built", BP_EINVAL, NOTHING,
        bp_trainer_create(w->open, w->cost, w->sgd, &w->out.trainer));
    BAD(bp_trainer_create, cost, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_create(w->net, NULL, w->sgd, &w->out.trainer));
    BAD(bp_trainer_create, optimizer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_create(w->net, w->cost, NULL, &w->out.trainer));
    BAD(bp_trainer_create, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_create(w->net, w->cost, w->sgd, NULL));
    ANY(bp_trainer_destroy, trainer, "accepts NULL");
    BAD(bp_trainer_error, trainer, "NULL", BP_EINVAL, NOTHING,
        refused(bp_trainer_error(NULL) != NULL && bp_trainer_error(NULL)[0] == '\0'));
    BAD(bp_trainer_get_optimizer, trainer, "NULL", BP_EINVAL, NOTHING,
        refused(bp_trainer_get_optimizer(NULL) == NULL));
}

static void test_set(void **state)
{
    struct world *w = *state;

    BAD(bp_trainer_set, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_set(NULL, BP_TRAINER_BATCH, 1));
    BAD_CODES(bp_trainer_set, key, 1, BP_TRAINER_KEEP_GRADIENT, w->fresh,
              bp_trainer_set(w->fresh, code, 1));
    BAD_SETTING(bp_trainer_set, "batch", w->fresh,
                bp_trainer_set(w->fresh, BP_TRAINER_BATCH, number), 0, 0.5, -1, 1e300);
    BAD_SETTING(bp_trainer_set, "shuffle", w->trainer,
                bp_trainer_set(w->trainer, BP_TRAINER_SHUFFLE, number), -1, 0.5, 2);
    BAD_SETTING(bp_trainer_set, "accumulate", w->fresh,
                bp_trainer_set(w->fresh, BP_TRAINER_ACCUMULATE, number), 0, 0.5, -1, 2e6);
    BAD_SETTING(bp_trainer_set, "clip norm", w->trainer,
                bp_trainer_set(w->trainer, BP_TRAINER_CLIP_NORM, number), -1, 1e31);
    BAD_SETTING(bp_trainer_set, "clip value", w->trainer,
                bp_trainer_set(w->trainer, BP_TRAINER_CLIP_VALUE, number), -1, 1e31);
    BAD_SETTING(bp_trainer_set, "decay of biases", w->trainer,
                bp_trainer_set(w->trainer, BP_TRAINER_BIAS_DECAY, number), -1, 0.5, 2);
    BAD(bp_trainer_set, state, "built", BP_ESTATE, w->trainer,
        bp_trainer_set(w->trainer, BP_TRAINER_BATCH, 1));
    BAD(bp_trainer_set, state, "built", BP_ESTATE, w->trainer,
        bp_trainer_set(w->trainer, BP_TRAINER_ACCUMULATE, 2));
    BAD_SAYS(bp_trainer_set, value, "clip norm", "L-BFGS", BP_EUNSUPPORTED, w->lines,
             bp_trainer_set(w->lines, BP_TRAINER_CLIP_NORM, 1));
    BAD(bp_trainer_get, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get(NULL, BP_TRAINER_BATCH, &w->out.value));
    BAD_CODES(bp_trainer_get, key, 1, BP_TRAINER_KEEP_GRADIENT, NOTHING,
              bp_trainer_get(w->fresh, code, &w->out.value));
    BAD(bp_trainer_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get(w->fresh, BP_TRAINER_BATCH, NULL));
    BAD(bp_trainer_position, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_position(NULL, &w->out.position));
    BAD(bp_trainer_position, position, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_position(w->trainer, NULL));
    BAD(bp_trainer_position, position, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_trainer_position(w->trainer, &w->out.bad_position));
}

static bp_trainer *unfit_trainer(struct world *w, int32_t kind)
{
    bp_cost *cost = make_cost(kind, w->env);
    bp_trainer *trainer = NULL;

    ok(bp_trainer_create(w->net, cost, w->sgd, &trainer));
    bp_cost_destroy(cost);
    return trainer;
}

static void test_build(void **state)
{
    struct world *w = *state;
    bp_trainer *outside = unfit_trainer(w, BP_COST_CROSS_ENTROPY);
    bp_trainer *logs = unfit_trainer(w, BP_COST_KL_DIVERGENCE);
    bp_trainer *huge = unfit_trainer(w, BP_COST_MSE);

    BAD(bp_trainer_build, trainer, "NULL", BP_EINVAL, NOTHING, bp_trainer_build(NULL, 1));
    BAD(bp_trainer_build, state, "built", BP_ESTATE, w->trainer,
        bp_trainer_build(w->trainer, 1));
    BAD(bp_trainer_build, state, "not probabilities", BP_EDOMAIN, outside,
        bp_trainer_build(outside, 1));
    BAD(bp_trainer_build, state, "not log-probabilities", BP_EDOMAIN, logs,
        bp_trainer_build(logs, 1));
    ok(bp_trainer_set(huge, BP_TRAINER_BATCH, 10000));
    w->host.largest = (size_t)1 << 16;
    BAD(bp_trainer_build, state, "a batch that no memory holds", BP_ENOMEM, huge,
        bp_trainer_build(huge, 1));
    w->host.largest = (size_t)1 << 30;
    ANY(bp_trainer_build, seed, "every value is a seed");
    bp_trainer_destroy(outside);
    bp_trainer_destroy(logs);
    bp_trainer_destroy(huge);
}

/* What all steps and gradients have in common: two rows of a batch of four. `t` is the
 * trainer, y what comes with the inputs x: targets or labels, `width` of them a row. */
#define BAD_STEP(function, t, x, y, targets, targets_count, width)                       \
    do {                                                                                 \
        const size_t nx = 2 * WORLD_INPUTS;                                              \
        const size_t ny = 2 * (width);                                                   \
        double *cost = &w->out.value;                                                    \
        BAD(function, trainer, "NULL", BP_EINVAL, NOTHING,                               \
            function(NULL, x, nx, y, ny, cost));                                         \
        BAD(function, state, "not built", BP_ESTATE, w->fresh,                           \
            function(w->fresh, x, nx, y, ny, cost));                                     \
        BAD(function, inputs, "NULL", BP_EINVAL, t, function(t, NULL, nx, y, ny, cost)); \
        BAD(function, inputs_count, "0", BP_ESHAPE, t, function(t, x, 0, y, 0, cost));   \
        BAD(function, inputs_count, "1", BP_ESHAPE, t, function(t, x, 1, y, ny, cost));  \
        BAD(function, inputs_count, "one too few", BP_ESHAPE, t,                         \
            function(t, x, nx - 1, y, ny, cost));                                        \
        BAD(function, inputs_count, "one too many", BP_ESHAPE, t,                        \
            function(t, x, nx + 1, y, ny, cost));                                        \
        BAD_SAYS(function, inputs_count, "inputs", "more than a batch", BP_ESHAPE, t,    \
                 function(t, x, WORLD_INPUTS *(WORLD_BATCH + 1), y,                      \
                          (width) * (WORLD_BATCH + 1), cost));                           \
        BAD_SAYS(function, inputs_count, "inputs", "SIZE_MAX", BP_ESHAPE, t,             \
                 function(t, x, SIZE_MAX, y, ny, cost));                                 \
        BAD(function, targets, "NULL", BP_EINVAL, t,                                     \
            function(t, x, nx, NULL, ny, cost));                                         \
        BAD(function, targets_count, "0", BP_ESHAPE, t, function(t, x, nx, y, 0, cost)); \
        BAD(function, targets_count, "one too few", BP_ESHAPE, t,                        \
            function(t, x, nx, y, ny - 1, cost));                                        \
        BAD(function, targets_count, "one too many", BP_ESHAPE, t,                       \
            function(t, x, nx, y, ny + 1, cost));                                        \
        BAD(function, targets_count, "SIZE_MAX", BP_ESHAPE, t,                           \
            function(t, x, nx, y, SIZE_MAX, cost));                                      \
        ANY(function, cost, "may be NULL");                                              \
    } while (0)

static void test_step(void **state)
{
    struct world *w = *state;

    BAD_STEP(bp_trainer_step, w->trainer, w->in.f, w->in.targets, targets, targets_count,
             WORLD_OUTPUTS);
    BAD_STEP(bp_trainer_step_f64, w->trainer64, w->in.d, w->in.targets_f64, targets,
             targets_count, WORLD_OUTPUTS);
    BAD_STEP(bp_trainer_step_labels, w->trainer, w->in.f, w->in.labels, labels,
             labels_count, 1);
}

static void test_gradient(void **state)
{
    struct world *w = *state;

    BAD_STEP(bp_trainer_gradient, w->trainer, w->in.f, w->in.targets, targets,
             targets_count, WORLD_OUTPUTS);
    BAD_STEP(bp_trainer_gradient_f64, w->trainer64, w->in.d, w->in.targets_f64, targets,
             targets_count, WORLD_OUTPUTS);
    BAD_STEP(bp_trainer_gradient_labels, w->trainer, w->in.f, w->in.labels, labels,
             labels_count, 1);
}

enum {
    X2 = 2 * WORLD_INPUTS,
    Y2 = 2 * WORLD_OUTPUTS
};

/* Inputs and targets that are not finite; the first or the last element of two rows. */
static void test_step_data(void **state)
{
    struct world *w = *state;
    struct world_in *in = &w->in;
    const struct world_in good = *in;
    double *cost = &w->out.value;

    for (size_t last = 0; last < 2; ++last) {
        in->f[last * (X2 - 1)] = (float)NAN;
        in->d[last * (X2 - 1)] = (double)INFINITY;
        BAD(bp_trainer_step, inputs, "NaN", BP_EDATA, w->trainer,
            bp_trainer_step(w->trainer, in->f, X2, in->targets, Y2, cost));
        BAD(bp_trainer_step_f64, inputs, "inf", BP_EDATA, w->trainer64,
            bp_trainer_step_f64(w->trainer64, in->d, X2, in->targets_f64, Y2, cost));
        BAD(bp_trainer_step_labels, inputs, "NaN", BP_EDATA, w->trainer,
            bp_trainer_step_labels(w->trainer, in->f, X2, in->labels, 2, cost));
        BAD(bp_trainer_gradient, inputs, "NaN", BP_EDATA, w->trainer,
            bp_trainer_gradient(w->trainer, in->f, X2, in->targets, Y2, cost));
        BAD(bp_trainer_gradient_f64, inputs, "inf", BP_EDATA, w->trainer64,
            bp_trainer_gradient_f64(w->trainer64, in->d, X2, in->targets_f64, Y2, cost));
        BAD(bp_trainer_gradient_labels, inputs, "NaN", BP_EDATA, w->trainer,
            bp_trainer_gradient_labels(w->trainer, in->f, X2, in->labels, 2, cost));
        *in = good;
        in->d[last * (X2 - 1)] = 1e300;
        BAD(bp_trainer_step_f64, inputs, "inf after rounding", BP_EDATA, w->trainer,
            bp_trainer_step_f64(w->trainer, in->d, X2, in->targets_f64, Y2, cost));
        *in = good;
        in->targets[last * (Y2 - 1)] = (float)NAN;
        in->targets_f64[last * (Y2 - 1)] = (double)NAN;
        BAD(bp_trainer_step, targets, "NaN", BP_EDATA, w->trainer,
            bp_trainer_step(w->trainer, in->f, X2, in->targets, Y2, cost));
        BAD(bp_trainer_step, targets, "NaN, quadratic", BP_EDATA, w->numbers,
            bp_trainer_step(w->numbers, in->f, X2, in->targets, Y2, cost));
        BAD(bp_trainer_step_f64, targets, "NaN", BP_EDATA, w->trainer64,
            bp_trainer_step_f64(w->trainer64, in->d, X2, in->targets_f64, Y2, cost));
        BAD(bp_trainer_gradient, targets, "NaN", BP_EDATA, w->trainer,
            bp_trainer_gradient(w->trainer, in->f, X2, in->targets, Y2, cost));
        BAD(bp_trainer_gradient_f64, targets, "NaN", BP_EDATA, w->trainer64,
            bp_trainer_gradient_f64(w->trainer64, in->d, X2, in->targets_f64, Y2, cost));
        *in = good;
    }
}

static void test_step_labels_data(void **state)
{
    struct world *w = *state;
    struct world_in *in = &w->in;
    const int32_t bad[] = {-1, WORLD_OUTPUTS, INT32_MIN, INT32_MAX};
    double *cost = &w->out.value;

    for (size_t i = 0; i < 4; ++i) {
        const int32_t good = in->labels[1];
        in->labels[1] = bad[i];
        BAD_SAYS(bp_trainer_step_labels, labels, "label", "out of range", BP_EDATA,
                 w->trainer,
                 bp_trainer_step_labels(w->trainer, in->f, X2, in->labels, 2, cost));
        BAD_SAYS(bp_trainer_gradient_labels, labels, "label", "out of range", BP_EDATA,
                 w->trainer,
                 bp_trainer_gradient_labels(w->trainer, in->f, X2, in->labels, 2, cost));
        in->labels[1] = good;
    }
    BAD(bp_trainer_step_labels, state, "a cost without labels", BP_ESTATE, w->numbers,
        bp_trainer_step_labels(w->numbers, in->f, X2, in->labels, 2, cost));
    BAD(bp_trainer_gradient_labels, state, "a cost without labels", BP_ESTATE, w->numbers,
        bp_trainer_gradient_labels(w->numbers, in->f, X2, in->labels, 2, cost));
}

/* A batch norm has no variance of one row; an epoch says so before its first step. */
static void test_one_row(void **state)
{
    struct world *w = *state;
    bp_trainer *t = w->trainer_norm;
    bp_dataset *five = NULL;

    BAD_SAYS(bp_trainer_step, inputs_count, "1 row", "one row", BP_ESHAPE, t,
             bp_trainer_step(t, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS,
                             &w->out.value));
    BAD_SAYS(bp_trainer_gradient, inputs_count, "1 row", "one row", BP_ESHAPE, t,
             bp_trainer_gradient(t, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS,
                                 &w->out.value));
    ok(bp_dataset_slice(w->data, 0, WORLD_BATCH + 1, &five));
    BAD_SAYS(bp_trainer_epoch, data, "1 row", "one row is left for the last step",
             BP_ESHAPE, t, bp_trainer_epoch(t, five, &w->out.value));
    BAD_SAYS(bp_trainer_fit, data, "1 row", "one row is left for the last step",
             BP_ESHAPE, t, bp_trainer_fit(t, five, 1, NULL, NULL));
    bp_dataset_destroy(five);
    ok(bp_dataset_slice(w->data, 0, 1, &five));
    BAD_SAYS(bp_gradient_check, data, "1 row", "one row", BP_ESHAPE, t,
             bp_gradient_check(t, five, NULL, &w->out.report));
    bp_dataset_destroy(five);
}

/* Finite data whose gradient is not: dC/da is near the largest float, and the layer
 * before it sees that times the two weights of 2. */
static void test_step_overflow(void **state)
{
    static const float twos[WORLD_WEIGHTS] = {2, 2, 2, 2, 2, 2, 2, 2};
    struct world *w = *state;
    struct world_in *in = &w->in;
    const struct world_in good = *in;
    bp_trainer *t = NULL;

    ok(bp_network_set_parameter(w->net, 1, BP_PARAMETER_WEIGHT, twos, WORLD_WEIGHTS));
    for (size_t i = 0; i < Y2; ++i)
        in->targets[i] = 3e38f;
    BAD(bp_trainer_step, state, "a gradient overflows", BP_EDATA, w->numbers,
        bp_trainer_step(w->numbers, in->f, X2, in->targets, Y2, &w->out.value));
    *in = good;
    in->targets_f64[0] = 1e200;
    t = make_trainer(w->net64, BP_COST_QUADRATIC, WORLD_BATCH, 1);
    BAD(bp_trainer_step_f64, state, "the cost overflows", BP_EDATA, t,
        bp_trainer_step_f64(t, in->d, X2, in->targets_f64, Y2, &w->out.value));
    bp_trainer_destroy(t);
    *in = good;
}

static void test_update(void **state)
{
    struct world *w = *state;
    float *view = NULL;
    size_t count = 0;
    float kept;

    BAD(bp_trainer_update, trainer, "NULL", BP_EINVAL, NOTHING, bp_trainer_update(NULL));
    BAD(bp_trainer_update, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_update(w->fresh));
    BAD(bp_trainer_update, state, "no gradient yet", BP_ESTATE, w->trainer64,
        bp_trainer_update(w->trainer64));
    BAD(bp_trainer_update, state, "L-BFGS", BP_EUNSUPPORTED, w->lines,
        bp_trainer_update(w->lines));
    BAD(bp_trainer_update, state, "after a step", BP_ESTATE, w->trainer,
        bp_trainer_update(w->trainer));
    ok(bp_trainer_get_gradient_view(w->ready, &view, &count));
    kept = view[0];
    view[0] = (float)NAN;
    BAD(bp_trainer_update, state, "a gradient is NaN", BP_EDATA, w->ready,
        bp_trainer_update(w->ready));
    view[0] = kept;
    ok(bp_trainer_update(w->ready));
    BAD(bp_trainer_update, state, "twice", BP_ESTATE, w->ready,
        bp_trainer_update(w->ready));
    ok(bp_trainer_gradient_labels(w->trainer_own, w->in.f, X2, w->in.labels, 2, NULL));
    w->custom.answer = 1;
    assert_status(
        bp_trainer_gradient_labels(w->trainer_own, w->in.f, X2, w->in.labels, 2, NULL),
        BP_ESTOPPED);
    w->custom.answer = 0;
    BAD(bp_trainer_update, state, "after a gradient that failed", BP_ESTATE,
        w->trainer_own, bp_trainer_update(w->trainer_own));
}

#define BAD_GET_GRADIENT(function, array)                             \
    do {                                                              \
        BAD(function, trainer, "NULL", BP_EINVAL, NOTHING,            \
            function(NULL, 1, 0, array, WORLD_WEIGHTS));              \
        BAD(function, state, "not built", BP_ESTATE, NOTHING,         \
            function(w->fresh, 1, 0, array, WORLD_WEIGHTS));          \
        BAD(function, state, "not kept", BP_ESTATE, NOTHING,          \
            function(w->trainer, 1, 0, array, WORLD_WEIGHTS));        \
        BAD(function, layer, "one past the last", BP_EINVAL, NOTHING, \
            function(w->ready, 2, 0, array, WORLD_WEIGHTS));          \
        BAD(function, layer, "SIZE_MAX", BP_EINVAL, NOTHING,          \
            function(w->ready, SIZE_MAX, 0, array, WORLD_WEIGHTS));   \
        BAD_CODES(function, which, 0, BP_PARAMETER_BIAS, NOTHING,     \
                  function(w->ready, 1, code, array, WORLD_WEIGHTS)); \
        BAD(function, values, "NULL", BP_EINVAL, NOTHING,             \
            function(w->ready, 1, 0, NULL, WORLD_WEIGHTS));           \
        BAD(function, count, "0", BP_ESHAPE, NOTHING,                 \
            function(w->ready, 1, 0, array, 0));                      \
        BAD(function, count, "one too few", BP_ESHAPE, NOTHING,       \
            function(w->ready, 1, 0, array, WORLD_WEIGHTS - 1));      \
        BAD(function, count, "one too many", BP_ESHAPE, NOTHING,      \
            function(w->ready, 1, 0, array, WORLD_WEIGHTS + 1));      \
        BAD(function, count, "SIZE_MAX", BP_ESHAPE, NOTHING,          \
            function(w->ready, 1, 0, array, SIZE_MAX));               \
    } while (0)

static void test_get_gradient(void **state)
{
    struct world *w = *state;

    BAD_GET_GRADIENT(bp_trainer_get_gradient, w->out.f);
    BAD_GET_GRADIENT(bp_trainer_get_gradient_f64, w->out.d);
    ok(bp_trainer_gradient(w->trainer_norm, w->in.f, 2 * WORLD_INPUTS, w->in.targets,
                           2 * WORLD_OUTPUTS, NULL));
    BAD(bp_trainer_get_gradient, which, "running statistics have none", BP_EINVAL,
        NOTHING,
        bp_trainer_get_gradient(w->trainer_norm, 1, BP_PARAMETER_RUNNING_MEAN, w->out.f,
                                WORLD_INPUTS));
    BAD(bp_trainer_get_gradient_view, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_gradient_view(NULL, &w->out.view, &w->out.count));
    BAD(bp_trainer_get_gradient_view, values, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_get_gradient_view(w->trainer, NULL, &w->out.count));
    BAD(bp_trainer_get_gradient_view, count, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_get_gradient_view(w->trainer, &w->out.view, NULL));
    BAD(bp_trainer_get_gradient_view, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_get_gradient_view(w->fresh, &w->out.view, &w->out.count));
    BAD(bp_trainer_get_gradient_view, state, "double", BP_ESTATE, w->trainer64,
        bp_trainer_get_gradient_view(w->trainer64, &w->out.view, &w->out.count));
    BAD(bp_trainer_get_gradient_view_f64, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_gradient_view_f64(NULL, &w->out.view_f64, &w->out.count));
    BAD(bp_trainer_get_gradient_view_f64, values, "NULL", BP_EINVAL, w->trainer64,
        bp_trainer_get_gradient_view_f64(w->trainer64, NULL, &w->out.count));
    BAD(bp_trainer_get_gradient_view_f64, count, "NULL", BP_EINVAL, w->trainer64,
        bp_trainer_get_gradient_view_f64(w->trainer64, &w->out.view_f64, NULL));
    BAD(bp_trainer_get_gradient_view_f64, state, "float", BP_ESTATE, w->trainer,
        bp_trainer_get_gradient_view_f64(w->trainer, &w->out.view_f64, &w->out.count));
}

/* Labels of a class that has no output. */
static bp_dataset *more_classes(const struct world *w)
{
    bp_dataset *data = NULL;

    ok(bp_dataset_create(w->env, &data));
    ok(bp_dataset_set_inputs(data, w->in.f, 3, WORLD_INPUTS, WORLD_INPUTS));
    ok(bp_dataset_set_labels(data, w->in.labels, 3, WORLD_OUTPUTS + 1));
    return data;
}

/* What epoch, fit and check have in common; `call` uses t, the trainer, and data. */
#define BAD_DATA(function, call)                                                \
    do {                                                                        \
        bp_dataset *wide = make_dataset(3, WORLD_INPUTS, 3, w->env);            \
        bp_dataset *narrow = make_dataset(3, 2, WORLD_OUTPUTS, w->env);         \
        bp_dataset *many = more_classes(w);                                     \
        bp_trainer *t = w->trainer;                                             \
        const bp_dataset *data = NULL;                                          \
        BAD(function, data, "NULL", BP_EINVAL, t, call);                        \
        data = w->empty;                                                        \
        BAD(function, state, "empty", BP_ESTATE, t, call);                      \
        data = w->inputs;                                                       \
        BAD(function, state, "neither targets nor labels", BP_ESTATE, t, call); \
        data = w->labels;                                                       \
        BAD(function, state, "no inputs", BP_ESTATE, t, call);                  \
        data = wide;                                                            \
        BAD(function, data, "targets of another width", BP_ESHAPE, t, call);    \
        data = narrow;                                                          \
        BAD(function, data, "inputs of another width", BP_ESHAPE, t, call);     \
        data = many;                                                            \
        BAD(function, data, "more classes than outputs", BP_ESHAPE, t, call);   \
        t = w->numbers;                                                         \
        data = w->labelled;                                                     \
        BAD(function, state, "a cost without labels", BP_ESTATE, t, call);      \
        t = w->fresh;                                                           \
        data = w->data;                                                         \
        BAD(function, state, "not built", BP_ESTATE, t, call);                  \
        t = NULL;                                                               \
        BAD(function, trainer, "NULL", BP_EINVAL, NOTHING, call);               \
        bp_dataset_destroy(wide);                                               \
        bp_dataset_destroy(narrow);                                             \
        bp_dataset_destroy(many);                                               \
    } while (0)

static void test_epoch(void **state)
{
    struct world *w = *state;

    BAD_DATA(bp_trainer_epoch, bp_trainer_epoch(t, data, &w->out.value));
    ANY(bp_trainer_epoch, cost, "may be NULL");
    BAD_DATA(bp_trainer_fit, bp_trainer_fit(t, data, 1, NULL, NULL));
    BAD(bp_trainer_fit, epochs, "0", BP_EINVAL, w->trainer,
        bp_trainer_fit(w->trainer, w->data, 0, NULL, NULL));
    ANY(bp_trainer_fit, progress, "may be NULL");
    ANY(bp_trainer_fit, user, "not looked at");
}

static void test_check(void **state)
{
    struct world *w = *state;
    bp_gradient_options options;
    bp_gradient_report *report = &w->out.report;

    BAD(bp_gradient_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_gradient_options_init(NULL));
    BAD_DATA(bp_gradient_check, bp_gradient_check(t, data, NULL, report));
    BAD(bp_gradient_check, report, "NULL", BP_EINVAL, w->trainer,
        bp_gradient_check(w->trainer, w->data, NULL, NULL));
    BAD(bp_gradient_check, report, "wrong struct_size", BP_EINVAL, w->trainer,
        bp_gradient_check(w->trainer, w->data, NULL, &w->out.bad_report));
    ok(bp_gradient_options_init(&options));
    options.struct_size -= 1;
    BAD(bp_gradient_check, options, "wrong struct_size", BP_EINVAL, w->trainer,
        bp_gradient_check(w->trainer, w->data, &options, report));
    options.struct_size += 1;
    for (size_t i = 0; i < 3; ++i) {
        static const double bad[] = {(double)NAN, -(double)INFINITY, -1};
        options.tolerance = bad[i];
        options.tolerance_f32 = 0;
        BAD(bp_gradient_check, tolerance, "out of range", BP_EINVAL, w->trainer,
            bp_gradient_check(w->trainer, w->data, &options, report));
        options.tolerance = 0;
        options.tolerance_f32 = bad[i];
        BAD(bp_gradient_check, tolerance_f32, "out of range", BP_EINVAL, w->trainer,
            bp_gradient_check(w->trainer, w->data, &options, report));
    }
}

/* Callbacks that stop at any of the calls of a step: nothing is half done. */
static void test_stops(void **state)
{
    struct world *w = *state;
    bp_trainer *t = w->trainer_own;

    ok(bp_trainer_epoch(t, w->data, NULL)); /* the first one takes memory, for good */
    for (size_t stop = 1; stop <= 6; ++stop) {
        w->custom.stop_after = stop;
        w->custom.calls = 0;
        BAD(bp_trainer_step_labels, state, "stopped", BP_ESTOPPED, t,
            bp_trainer_step_labels(t, w->in.f, X2, w->in.labels, 2, &w->out.value));
        w->custom.calls = 0;
        BAD(bp_trainer_gradient, state, "stopped", BP_ESTOPPED, t,
            bp_trainer_gradient(t, w->in.f, X2, w->in.targets, Y2, &w->out.value));
        w->custom.calls = 0;
        BAD(bp_trainer_epoch, state, "stopped", BP_ESTOPPED, t,
            bp_trainer_epoch(t, w->data, &w->out.value));
    }
    for (size_t stop = 1; stop <= 40; ++stop) {
        w->custom.stop_after = stop;
        w->custom.calls = 0;
        BAD(bp_gradient_check, state, "stopped", BP_ESTOPPED, t,
            bp_gradient_check(t, w->data, NULL, &w->out.report));
    }
    w->custom.stop_after = 0;
}

BAD_GROUP(test_create, test_set, test_build, test_step, test_gradient, test_step_data,
          test_step_labels_data, test_step_overflow, test_one_row, test_update,
          test_get_gradient,
          test_epoch, test_check, test_stops)
