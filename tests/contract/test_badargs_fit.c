/* SPDX-License-Identifier: MIT */
/* Bad arguments: fits with options, histories. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_arguments(void **state)
{
    struct world *w = *state;
    bp_fit_result *result = &w->out.fit_result;

    BAD(bp_fit_options_init, options, "NULL", BP_EINVAL, NOTHING,
        bp_fit_options_init(NULL));
    BAD(bp_trainer_train, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_train(NULL, w->data, &w->fit, result));
    BAD(bp_trainer_train, data, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_train(w->trainer, NULL, &w->fit, result));
    BAD_SAYS(bp_trainer_train, result, "result.struct_size", "wrong struct_size",
             BP_EINVAL, w->trainer,
             bp_trainer_train(w->trainer, w->data, &w->fit, &w->out.bad_fit_result));
    BAD(bp_trainer_train, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_train(w->fresh, w->data, &w->fit, result));
    BAD(bp_trainer_train, state, "empty", BP_ESTATE, w->trainer,
        bp_trainer_train(w->trainer, w->empty, &w->fit, result));
    BAD(bp_trainer_train, state, "no targets", BP_ESTATE, w->trainer,
        bp_trainer_train(w->trainer, w->inputs, &w->fit, result));
}

/* One field of the options is spoilt by `change`, which the line names. */
#define BAD_OPTION(name, expected, change)                                       \
    do {                                                                         \
        bp_fit_options o = w->fit;                                               \
        change;                                                                  \
        BAD_SAYS(bp_trainer_train, options, name, #change, expected, w->trainer, \
                 bp_trainer_train(w->trainer, w->data, &o, &w->out.fit_result)); \
    } while (0)

static void test_options(void **state)
{
    static const double bad[] = {-1, (double)NAN, (double)INFINITY};
    struct world *w = *state;

    BAD_OPTION("options.struct_size", BP_EINVAL, o.struct_size = 0);
    BAD_OPTION("options.struct_size", BP_EINVAL, o.struct_size++);
    BAD_OPTION("options.restore_best", BP_EINVAL, o.restore_best = 2);
    BAD_OPTION("options.restore_best", BP_EINVAL, o.restore_best = -1);
    BAD_OPTION("options.resume", BP_EINVAL, o.resume = 2);
    BAD_OPTION("options.checkpoint is NULL", BP_EINVAL, o.checkpoint_epochs = 1);
    BAD_OPTION("options.checkpoint is NULL", BP_EINVAL, o.checkpoint_seconds = 1);
    BAD_OPTION("options.checkpoint_seconds", BP_EINVAL, o.checkpoint_seconds = -1);
    BAD_OPTION("options.checkpoint_seconds", BP_EINVAL,
               o.checkpoint_seconds = (double)NAN);
    BAD_OPTION("options.epochs", BP_EINVAL, o.epochs = 0);
    BAD_OPTION("options.validate_every", BP_EINVAL, o.validate_every = 0);
    BAD_OPTION("options.validation_split", BP_EINVAL, o.validation_split = -1);
    BAD_OPTION("options.validation_split", BP_EINVAL, o.validation_split = 3);
    for (size_t i = 0; i < 3; ++i) {
        BAD_OPTION("options.minimum_change", BP_EINVAL, o.minimum_change = bad[i]);
        BAD_OPTION("options.validation_fraction", BP_EINVAL,
                   o.validation_fraction = bad[i]);
        BAD_OPTION("options.seconds", BP_EINVAL, o.seconds = bad[i]);
    }
    BAD_OPTION("options.validation_fraction", BP_EINVAL, o.validation_fraction = 1);
    BAD_OPTION("options.validation", BP_EINVAL, o.validation_fraction = 0.5);
    BAD_OPTION("options.metrics", BP_EINVAL, o.monitor = BP_METRIC_F1);
    BAD_OPTION("options.metrics", BP_EINVAL, o.validation = NULL; o.metrics = w->blank);
    BAD_OPTION("options.monitor", BP_EINVAL, o.metrics = w->blank; o.monitor = 99);
    BAD_OPTION("options.monitor", BP_EINVAL, o.metrics = w->blank; o.monitor = -1);
    BAD_OPTION("options.monitor", BP_EINVAL, o.metrics = w->blank;
               o.monitor = BP_METRIC_F1; o.monitor_index = 2);
}

static void test_held_out(void **state)
{
    struct world *w = *state;
    bp_dataset *wide = make_dataset(3, WORLD_INPUTS + 1, WORLD_OUTPUTS, w->env);
    bp_metrics *other = NULL;

    ok(bp_metrics_create(3, w->env, &other));
    BAD_OPTION("validation", BP_ESHAPE, o.validation = wide);
    BAD_OPTION("validation", BP_ESTATE, o.validation = w->empty);
    BAD_OPTION("validation", BP_ESTATE, o.validation = w->inputs);
    BAD_OPTION("metrics", BP_ESHAPE, o.metrics = other);
    bp_metrics_destroy(other);
    bp_dataset_destroy(wide);
}

static int32_t stop(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)size;
    (void)user;
    return 1;
}

static void test_history(void **state)
{
    struct world *w = *state;

    BAD_ENVS(bp_history_create, bp_history_create(env, &w->out.history));
    BAD(bp_history_create, history, "NULL", BP_EINVAL, NOTHING,
        bp_history_create(w->env, NULL));
    ANY(bp_history_destroy, history, "accepts NULL");
    BAD(bp_history_error, history, "NULL", BP_EINVAL, NOTHING,
        refused(bp_history_error(NULL) != NULL && bp_history_error(NULL)[0] == '\0'));
    BAD(bp_history_epochs, history, "NULL", BP_EINVAL, NOTHING,
        refused(bp_history_epochs(NULL) == 0));
    BAD(bp_history_get, history, "NULL", BP_EINVAL, NOTHING,
        bp_history_get(NULL, 0, &w->out.progress));
    BAD(bp_history_get, index, "one too large", BP_EINVAL, NOTHING,
        bp_history_get(w->past, 2, &w->out.progress));
    BAD(bp_history_get, index, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_history_get(w->past, SIZE_MAX, &w->out.progress));
    BAD(bp_history_get, progress, "NULL", BP_EINVAL, NOTHING,
        bp_history_get(w->past, 0, NULL));
    BAD(bp_history_get, progress, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_history_get(w->past, 0, &w->out.bad_progress));
    BAD(bp_history_write_csv, history, "NULL", BP_EINVAL, NOTHING,
        bp_history_write_csv(NULL, stop, NULL));
    BAD(bp_history_write_csv, write, "NULL", BP_EINVAL, w->past,
        bp_history_write_csv(w->past, NULL, NULL));
    ANY(bp_history_write_csv, user, "is passed on as it is");
}

BAD_GROUP(test_arguments, test_options, test_held_out, test_history)
