/* SPDX-License-Identifier: MIT */
/* Bad arguments: folds, studies of a training. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static int32_t stop(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)size;
    (void)user;
    return 1;
}

static void test_diagnose(void **state)
{
    struct world *w = *state;
    bp_diagnosis **out = &w->out.diagnosis;
    bp_diagnosis_options options = {.struct_size = sizeof options};

    BAD(bp_diagnosis_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_diagnosis_options_init(NULL));
    BAD(bp_trainer_diagnose, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_diagnose(NULL, w->data, NULL, out));
    BAD(bp_trainer_diagnose, data, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_diagnose(w->trainer, NULL, NULL, out));
    BAD(bp_trainer_diagnose, diagnosis, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_diagnose(w->trainer, w->data, NULL, NULL));
    BAD_SAYS(bp_trainer_diagnose, options, "options.rows", "no rows", BP_EINVAL,
             w->trainer, bp_trainer_diagnose(w->trainer, w->data, &options, out));
    options.struct_size++;
    BAD_SAYS(bp_trainer_diagnose, options, "options.struct_size", "wrong struct_size",
             BP_EINVAL, w->trainer,
             bp_trainer_diagnose(w->trainer, w->data, &options, out));
    BAD(bp_trainer_diagnose, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_diagnose(w->fresh, w->data, NULL, out));
    BAD(bp_trainer_diagnose, state, "empty", BP_ESTATE, w->trainer,
        bp_trainer_diagnose(w->trainer, w->empty, NULL, out));
    BAD(bp_trainer_diagnose, data, "neither targets nor labels", BP_ESTATE, w->trainer,
        bp_trainer_diagnose(w->trainer, w->inputs, NULL, out));
    w->custom.answer = 1;
    BAD(bp_trainer_diagnose, state, "stopped", BP_ESTOPPED, w->trainer_own,
        bp_trainer_diagnose(w->trainer_own, w->data, NULL, out));
    w->custom.answer = 0;
}

static void test_findings(void **state)
{
    struct world *w = *state;

    ANY(bp_diagnosis_destroy, diagnosis, "accepts NULL");
    BAD(bp_diagnosis_findings, diagnosis, "NULL", BP_EINVAL, NOTHING,
        refused(bp_diagnosis_findings(NULL) == 0));
    BAD(bp_diagnosis_get, diagnosis, "NULL", BP_EINVAL, NOTHING,
        bp_diagnosis_get(NULL, 0, &w->out.finding));
    BAD(bp_diagnosis_get, index, "one too large", BP_EINVAL, NOTHING,
        bp_diagnosis_get(w->found, bp_diagnosis_findings(w->found), &w->out.finding));
    BAD(bp_diagnosis_get, index, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_diagnosis_get(w->found, SIZE_MAX, &w->out.finding));
    BAD(bp_diagnosis_get, finding, "NULL", BP_EINVAL, NOTHING,
        bp_diagnosis_get(w->found, 0, NULL));
    BAD(bp_diagnosis_get, finding, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_diagnosis_get(w->found, 0, &w->out.bad_finding));
    BAD(bp_diagnosis_write, diagnosis, "NULL", BP_EINVAL, NOTHING,
        bp_diagnosis_write(NULL, stop, NULL));
    BAD(bp_diagnosis_write, write, "NULL", BP_EINVAL, NOTHING,
        bp_diagnosis_write(w->found, NULL, NULL));
    ANY(bp_diagnosis_write, user, "is passed on as it is");
}

/* One field of the options is spoilt by `change`, which the line names. */
#define BAD_RATE(name, change)                                                        \
    do {                                                                              \
        bp_rate_options o;                                                            \
        ok(bp_rate_options_init(&o));                                                 \
        change;                                                                       \
        BAD_SAYS(bp_trainer_find_rate, options, name, #change, BP_EINVAL, w->trainer, \
                 bp_trainer_find_rate(w->trainer, w->data, &o, &w->out.rate));        \
    } while (0)

static void test_rate(void **state)
{
    struct world *w = *state;
    bp_rate_report *report = &w->out.rate;
    static const double bad[] = {(double)NAN, (double)INFINITY, -1};

    BAD(bp_rate_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_rate_options_init(NULL));
    BAD(bp_trainer_find_rate, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_find_rate(NULL, w->data, NULL, report));
    BAD(bp_trainer_find_rate, data, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_find_rate(w->trainer, NULL, NULL, report));
    BAD(bp_trainer_find_rate, report, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_find_rate(w->trainer, w->data, NULL, NULL));
    BAD_SAYS(bp_trainer_find_rate, report, "report.struct_size", "wrong struct_size",
             BP_EINVAL, w->trainer,
             bp_trainer_find_rate(w->trainer, w->data, NULL, &w->out.bad_rate));
    BAD(bp_trainer_find_rate, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_find_rate(w->fresh, w->data, NULL, report));
    BAD(bp_trainer_find_rate, state, "empty", BP_ESTATE, w->trainer,
        bp_trainer_find_rate(w->trainer, w->empty, NULL, report));
    BAD_RATE("options.struct_size", o.struct_size = 0);
    for (size_t i = 0; i < 3; ++i) {
        BAD_RATE("options.low", o.low = bad[i]);
        BAD_RATE("options.high", o.high = bad[i]);
        BAD_RATE("options.smoothing", o.smoothing = bad[i]);
    }
    BAD_RATE("options.low", o.low = 0);
    BAD_RATE("options.high", o.high = o.low);
    BAD_RATE("options.high", o.high = 1.1e6);
    BAD_RATE("options.smoothing", o.smoothing = 1);
    BAD_RATE("options.steps", o.steps = 9);
    BAD_RATE("options.steps", o.steps = UINT64_MAX);
    BAD_RATE("options.rates", o.capacity = 3);
    BAD(bp_trainer_find_rate, state, "L-BFGS", BP_EUNSUPPORTED, w->lines,
        bp_trainer_find_rate(w->lines, w->data, NULL, report));
    w->custom.answer = 1;
    BAD(bp_trainer_find_rate, state, "stopped", BP_ESTOPPED, w->trainer_own,
        bp_trainer_find_rate(w->trainer_own, w->data, NULL, report));
    w->custom.answer = 0;
}

#define BAD_FOLD(name, expected, change)                                           \
    do {                                                                           \
        bp_fold f = {sizeof f, BP_SPLIT_SHUFFLED, 3, 1, 1};                        \
        change;                                                                    \
        BAD_SAYS(bp_dataset_fold, fold, name, #change, expected, w->inputs,        \
                 bp_dataset_fold(w->inputs, &f, &w->out.dataset, &w->out.second)); \
    } while (0)

static void test_fold(void **state)
{
    struct world *w = *state;
    const bp_fold fine = {sizeof fine, BP_SPLIT_SHUFFLED, 3, 1, 1};

    BAD(bp_dataset_fold, dataset, "NULL", BP_EINVAL, NOTHING,
        bp_dataset_fold(NULL, &fine, &w->out.dataset, &w->out.second));
    BAD(bp_dataset_fold, fold, "NULL", BP_EINVAL, w->data,
        bp_dataset_fold(w->data, NULL, &w->out.dataset, &w->out.second));
    BAD(bp_dataset_fold, first, "NULL", BP_EINVAL, w->data,
        bp_dataset_fold(w->data, &fine, NULL, &w->out.second));
    BAD(bp_dataset_fold, second, "NULL", BP_EINVAL, w->data,
        bp_dataset_fold(w->data, &fine, &w->out.dataset, NULL));
    BAD_FOLD("fold.struct_size", BP_EINVAL, f.struct_size = 0);
    BAD_FOLD("fold.method", BP_EINVAL, f.method = -1);
    BAD_FOLD("fold.method", BP_EINVAL, f.method = 3);
    BAD_FOLD("fold.folds", BP_EINVAL, f.folds = 1; f.fold = 0);
    BAD_FOLD("fold.folds", BP_EINVAL, f.folds = 0);
    BAD_FOLD("fold.fold", BP_EINVAL, f.fold = 3);
    BAD_FOLD("rows", BP_ESTATE, f.folds = WORLD_ROWS + 1);
    BAD_FOLD("labels", BP_ESTATE, f.method = BP_SPLIT_STRATIFIED);
}

/* One field of the options is spoilt by `change`, which the line names. */
#define BAD_CROSS(name, expected, change)                                            \
    do {                                                                             \
        bp_cross_options o = w->runs;                                                \
        bp_fit_options fit = w->short_fit;                                           \
        o.fit = &fit;                                                                \
        change;                                                                      \
        BAD_SAYS(bp_trainer_cross_validate, options, name, #change, expected,        \
                 w->trainer,                                                         \
                 bp_trainer_cross_validate(w->trainer, w->data, &o, &w->out.cross)); \
    } while (0)

static void test_cross(void **state)
{
    struct world *w = *state;
    bp_cross_report *report = &w->out.cross;

    BAD(bp_cross_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_cross_options_init(NULL));
    BAD(bp_trainer_cross_validate, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_cross_validate(NULL, w->data, &w->runs, report));
    BAD(bp_trainer_cross_validate, data, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_cross_validate(w->trainer, NULL, &w->runs, report));
    BAD(bp_trainer_cross_validate, report, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_cross_validate(w->trainer, w->data, &w->runs, NULL));
    BAD_SAYS(bp_trainer_cross_validate, report, "report.struct_size", "wrong struct_size",
             BP_EINVAL, w->trainer,
             bp_trainer_cross_validate(w->trainer, w->data, &w->runs, &w->out.bad_cross));
    BAD(bp_trainer_cross_validate, state, "empty", BP_ESTATE, w->trainer,
        bp_trainer_cross_validate(w->trainer, w->empty, &w->runs, report));
    w->custom.answer = 1;
    BAD(bp_trainer_cross_validate, state, "stopped", BP_ESTOPPED, w->trainer_own,
        bp_trainer_cross_validate(w->trainer_own, w->data, &w->runs, report));
    w->custom.answer = 0;
    BAD_CROSS("options.struct_size", BP_EINVAL, o.struct_size = 0);
    BAD_CROSS("options.method", BP_EINVAL, o.method = 3);
    BAD_CROSS("options.method", BP_EINVAL, o.method = -1);
    BAD_CROSS("options.folds", BP_EINVAL, o.folds = 1);
    BAD_CROSS("options.folds", BP_EINVAL, o.folds = UINT64_MAX);
    BAD_CROSS("options.folds", BP_EINVAL, o.held = w->data);
    BAD_CROSS("options.repeats", BP_EINVAL, o.repeats = 0);
    BAD_CROSS("options.repeats", BP_EINVAL, o.repeats = UINT64_MAX);
    BAD_CROSS("options.scaling", BP_EINVAL, o.scaling = -1);
    BAD_CROSS("options.scaling", BP_EINVAL, o.scaling = 3);
    BAD_CROSS("options.metric", BP_EINVAL, o.metric = 99);
    BAD_CROSS("options.metric", BP_EINVAL, o.metric = -1);
    BAD_CROSS("options.metric", BP_EINVAL, o.metric_index = 2);
    BAD_CROSS("options.fit.struct_size", BP_EINVAL, fit.struct_size = 0);
    BAD_CROSS("options.fit.validation", BP_EINVAL, fit.validation = w->data);
    BAD_CROSS("options.fit.checkpoint", BP_EINVAL, fit.checkpoint = "c");
    BAD_CROSS("options.fit.checkpoint_best", BP_EINVAL, fit.checkpoint_best = "c");
    BAD_CROSS("options.fit.resume", BP_EINVAL, fit.resume = 1);
    BAD_CROSS("options.epochs", BP_EINVAL, fit.epochs = 0);
    BAD_CROSS("rows", BP_ESTATE, o.folds = WORLD_ROWS + 1);
}

BAD_GROUP(test_diagnose, test_findings, test_rate, test_fold, test_cross)
