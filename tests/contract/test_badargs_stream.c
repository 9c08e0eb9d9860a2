/* SPDX-License-Identifier: MIT */
/* Bad arguments: streams, and fits on them. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_object(void **state)
{
    struct world *w = *state;

    BAD_ENVS(bp_stream_create, bp_stream_create(env, &w->out.stream));
    BAD(bp_stream_create, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_create(w->env, NULL));
    ANY(bp_stream_destroy, stream, "accepts NULL");
    BAD(bp_stream_error, stream, "NULL", BP_EINVAL, NOTHING,
        refused(bp_stream_error(NULL) != NULL && bp_stream_error(NULL)[0] == '\0'));
    BAD(bp_stream_set, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_set(NULL, BP_STREAM_WINDOW, 4));
    BAD_CODES(bp_stream_set, key, BP_STREAM_WINDOW, BP_STREAM_PREFETCH, w->stream,
              bp_stream_set(w->stream, code, 1));
    BAD_SETTING(bp_stream_set, "window", w->stream,
                bp_stream_set(w->stream, BP_STREAM_WINDOW, number), 0, -1, 1.5, 1e9 + 1);
    BAD_SETTING(bp_stream_set, "prefetch", w->stream,
                bp_stream_set(w->stream, BP_STREAM_PREFETCH, number), -1, 0.5, 2);
    BAD(bp_stream_get, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_get(NULL, BP_STREAM_WINDOW, &w->out.value));
    BAD_CODES(bp_stream_get, key, BP_STREAM_WINDOW, BP_STREAM_PREFETCH, NOTHING,
              bp_stream_get(w->stream, code, &w->out.value));
    BAD(bp_stream_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_stream_get(w->stream, BP_STREAM_WINDOW, NULL));
}

/* One field of the shape is spoilt by `change`, which the line names. */
#define BAD_SHAPE(name, expected, change)                                \
    do {                                                                 \
        bp_stream_shape s = w->rows;                                     \
        change;                                                          \
        BAD_SAYS(bp_stream_open, shape, name, #change, expected, w->dry, \
                 bp_stream_open(w->dry, &s, world_rows, NULL));          \
    } while (0)

static void test_open(void **state)
{
    struct world *w = *state;

    BAD(bp_stream_open, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_open(NULL, &w->rows, world_rows, NULL));
    BAD(bp_stream_open, shape, "NULL", BP_EINVAL, w->dry,
        bp_stream_open(w->dry, NULL, world_rows, NULL));
    BAD(bp_stream_open, fill, "NULL", BP_EINVAL, w->dry,
        bp_stream_open(w->dry, &w->rows, NULL, NULL));
    ANY(bp_stream_open, user, "is passed on as it is");
    BAD(bp_stream_open, state, "open", BP_ESTATE, w->stream,
        bp_stream_open(w->stream, &w->rows, world_rows, NULL));
    BAD_SHAPE("shape.struct_size", BP_EINVAL, s.struct_size = 0);
    BAD_SHAPE("shape.struct_size", BP_EINVAL, s.struct_size++);
    BAD_SHAPE("shape.weighted", BP_EINVAL, s.weighted = 2);
    BAD_SHAPE("shape.weighted", BP_EINVAL, s.weighted = -1);
    BAD_SHAPE("shape.rows", BP_EINVAL, s.rows = 0);
    BAD_SHAPE("shape.rows", BP_EINVAL, s.rows = (UINT64_C(1) << 53) + 1);
    BAD_SHAPE("shape.inputs", BP_EINVAL, s.inputs = 0);
    BAD_SHAPE("shape.inputs", BP_ELIMIT, s.inputs = SIZE_MAX / 2);
    BAD_SHAPE("outputs", BP_ELIMIT, s.outputs = SIZE_MAX);
    BAD_SHAPE("shape.classes", BP_EINVAL, s.classes = 1000001);
}

static void test_files(void **state)
{
    struct world *w = *state;

    BAD(bp_stream_open_idx, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_open_idx(NULL, "images", "labels"));
    BAD(bp_stream_open_idx, inputs, "NULL", BP_EINVAL, w->dry,
        bp_stream_open_idx(w->dry, NULL, "labels"));
    BAD_SAYS(bp_stream_open_idx, inputs, "nowhere", "absent", BP_EIO, w->dry,
             bp_stream_open_idx(w->dry, "nowhere", "labels"));
    BAD(bp_stream_open_idx, labels, "NULL", BP_EINVAL, w->dry,
        bp_stream_open_idx(w->dry, "images", NULL));
    BAD_SAYS(bp_stream_open_idx, labels, "images", "no labels", BP_EDATA, w->dry,
             bp_stream_open_idx(w->dry, "images", "images"));
    BAD(bp_stream_open_idx, state, "open", BP_ESTATE, w->stream,
        bp_stream_open_idx(w->stream, "images", "labels"));
    BAD(bp_stream_open_npy, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_open_npy(NULL, "labels.npy", "labels.npy"));
    BAD(bp_stream_open_npy, inputs, "NULL", BP_EINVAL, w->dry,
        bp_stream_open_npy(w->dry, NULL, "labels.npy"));
    BAD_SAYS(bp_stream_open_npy, inputs, "Fortran", "order", BP_EUNSUPPORTED, w->dry,
             bp_stream_open_npy(w->dry, "inputs.npy", "labels.npy"));
    BAD(bp_stream_open_npy, targets, "NULL", BP_EINVAL, w->dry,
        bp_stream_open_npy(w->dry, "labels.npy", NULL));
    BAD(bp_stream_open_npy, state, "open", BP_ESTATE, w->stream,
        bp_stream_open_npy(w->stream, "labels.npy", "labels.npy"));
}

static void test_rows(void **state)
{
    struct world *w = *state;

    BAD(bp_stream_get_shape, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_get_shape(NULL, &w->out.shape));
    BAD(bp_stream_get_shape, stream, "no source", BP_ESTATE, NOTHING,
        bp_stream_get_shape(w->dry, &w->out.shape));
    BAD(bp_stream_get_shape, shape, "NULL", BP_EINVAL, NOTHING,
        bp_stream_get_shape(w->stream, NULL));
    BAD(bp_stream_get_shape, shape, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_stream_get_shape(w->stream, &w->out.bad_shape));
    BAD(bp_stream_read, stream, "NULL", BP_EINVAL, NOTHING,
        bp_stream_read(NULL, 0, 0, 1, w->empty));
    BAD(bp_stream_read, state, "no source", BP_ESTATE, w->dry,
        bp_stream_read(w->dry, 0, 0, 1, w->empty));
    ANY(bp_stream_read, epoch, "is passed on as it is");
    BAD(bp_stream_read, first, "one too large", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, WORLD_ROWS, 1, w->empty));
    BAD(bp_stream_read, first, "UINT64_MAX", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, UINT64_MAX, 1, w->empty));
    BAD(bp_stream_read, rows, "0", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, 0, 0, w->empty));
    BAD(bp_stream_read, rows, "one too many", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, 1, WORLD_ROWS, w->empty));
    BAD(bp_stream_read, rows, "SIZE_MAX", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, 0, SIZE_MAX, w->empty));
    BAD(bp_stream_read, dataset, "NULL", BP_EINVAL, w->stream,
        bp_stream_read(w->stream, 0, 0, 1, NULL));
    BAD(bp_stream_read, dataset, "not empty", BP_ESTATE, w->stream,
        bp_stream_read(w->stream, 0, 0, 1, w->data));
}

/* One field of the options is spoilt by `change`, which the line names. */
#define BAD_OPTION(name, change)                                                         \
    do {                                                                                 \
        bp_fit_options o = w->fit;                                                       \
        change;                                                                          \
        BAD_SAYS(bp_trainer_train_stream, options, name, #change, BP_EINVAL, w->trainer, \
                 bp_trainer_train_stream(w->trainer, w->stream, &o, result));            \
    } while (0)

static void test_train(void **state)
{
    struct world *w = *state;
    bp_fit_result *result = &w->out.fit_result;

    BAD(bp_trainer_train_stream, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_train_stream(NULL, w->stream, &w->fit, result));
    BAD(bp_trainer_train_stream, stream, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_train_stream(w->trainer, NULL, &w->fit, result));
    BAD(bp_trainer_train_stream, stream, "no source", BP_ESTATE, w->trainer,
        bp_trainer_train_stream(w->trainer, w->dry, &w->fit, result));
    BAD_SAYS(
        bp_trainer_train_stream, result, "result.struct_size", "wrong struct_size",
        BP_EINVAL, w->trainer,
        bp_trainer_train_stream(w->trainer, w->stream, &w->fit, &w->out.bad_fit_result));
    BAD(bp_trainer_train_stream, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_train_stream(w->fresh, w->stream, &w->fit, result));
    BAD(bp_trainer_train_stream, state, "no targets", BP_ESTATE, w->numbers,
        bp_trainer_train_stream(w->numbers, w->stream, &w->fit, result));
    BAD_OPTION("options.struct_size", o.struct_size = 0);
    BAD_OPTION("options.epochs", o.epochs = 0);
    BAD_OPTION("options.validation_fraction", o.validation = NULL;
               o.validation_fraction = 0.5);
    BAD_OPTION("options.validation_fraction", o.validation_fraction = (double)NAN);
}

BAD_GROUP(test_object, test_open, test_files, test_rows, test_train)
