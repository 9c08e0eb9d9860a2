/* SPDX-License-Identifier: MIT */
/* Bad arguments: snapshots. What a state must have is in test_snapshot. See badargs.h. */
#include "badargs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

static bp_status refused(bool answer)
{
    return answer ? BP_EINVAL : BP_OK;
}

static void test_object(void **state)
{
    struct world *w = *state;

    BAD_ENVS(bp_snapshot_create, bp_snapshot_create(env, &w->out.snapshot));
    BAD(bp_snapshot_create, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_create(w->env, NULL));
    ANY(bp_snapshot_destroy, snapshot, "accepts NULL");
    BAD(bp_snapshot_error, snapshot, "NULL", BP_EINVAL, NOTHING,
        refused(bp_snapshot_error(NULL) != NULL && bp_snapshot_error(NULL)[0] == '\0'));
    BAD(bp_snapshot_tensors, snapshot, "NULL", BP_EINVAL, NOTHING,
        refused(bp_snapshot_tensors(NULL) == 0));
    BAD(bp_snapshot_numbers, snapshot, "NULL", BP_EINVAL, NOTHING,
        refused(bp_snapshot_numbers(NULL) == 0));
}

static void test_take(void **state)
{
    struct world *w = *state;

    BAD(bp_snapshot_take, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_take(NULL, w->trainer));
    BAD(bp_snapshot_take, trainer, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_take(w->taken, NULL));
    BAD(bp_snapshot_take, state, "not built", BP_ESTATE, w->taken,
        bp_snapshot_take(w->taken, w->fresh));
    BAD(bp_trainer_restore, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_restore(NULL, w->taken));
    BAD(bp_trainer_restore, snapshot, "NULL", BP_EINVAL, w->trainer,
        bp_trainer_restore(w->trainer, NULL));
    BAD(bp_trainer_restore, snapshot, "empty", BP_ESTATE, w->trainer,
        bp_trainer_restore(w->trainer, w->no_state));
    BAD(bp_trainer_restore, snapshot, "another precision", BP_ESHAPE, w->trainer64,
        bp_trainer_restore(w->trainer64, w->taken));
    BAD(bp_trainer_restore, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_restore(w->fresh, w->taken));
}

static void test_get(void **state)
{
    struct world *w = *state;

    BAD(bp_snapshot_get_tensor, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_get_tensor(NULL, 0, &w->out.tensor));
    BAD(bp_snapshot_get_tensor, index, "empty", BP_EINVAL, NOTHING,
        bp_snapshot_get_tensor(w->no_state, 0, &w->out.tensor));
    BAD(bp_snapshot_get_tensor, index, "SIZE_MAX", BP_EINVAL, NOTHING,
        bp_snapshot_get_tensor(w->taken, SIZE_MAX, &w->out.tensor));
    BAD(bp_snapshot_get_tensor, tensor, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_get_tensor(w->taken, 0, NULL));
    BAD(bp_snapshot_get_tensor, tensor, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_snapshot_get_tensor(w->taken, 0, &w->out.bad_tensor));
    BAD(bp_snapshot_get_number, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_get_number(NULL, 0, &w->out.number));
    BAD(bp_snapshot_get_number, index, "empty", BP_EINVAL, NOTHING,
        bp_snapshot_get_number(w->no_state, 0, &w->out.number));
    BAD(bp_snapshot_get_number, number, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_get_number(w->taken, 0, NULL));
    BAD(bp_snapshot_get_number, number, "wrong struct_size", BP_EINVAL, NOTHING,
        bp_snapshot_get_number(w->taken, 0, &w->out.bad_number));
}

static const char long_name[] =
    "a name of more than sixty-three bytes, which no tensor and no number may have";

/* One field of a tensor or a number is spoilt by `change`, and named by the line. */
#define BAD_TENSOR(name_, expected, change)                                          \
    do {                                                                             \
        bp_tensor t = {.struct_size = sizeof t,                                      \
                       .precision = BP_PRECISION_F32,                                \
                       .name = "x",                                                  \
                       .rows = 2,                                                    \
                       .cols = 3,                                                    \
                       .values = w->in.f};                                           \
        change;                                                                      \
        BAD_SAYS(bp_snapshot_add_tensor, tensor, name_, #change, expected, w->taken, \
                 bp_snapshot_add_tensor(w->taken, &t));                              \
    } while (0)

#define BAD_NUMBER(name_, expected, change)                                          \
    do {                                                                             \
        bp_number_entry n = {.struct_size = sizeof n, .name = "y"};                  \
        change;                                                                      \
        BAD_SAYS(bp_snapshot_add_number, number, name_, #change, expected, w->taken, \
                 bp_snapshot_add_number(w->taken, &n));                              \
    } while (0)

static void test_add(void **state)
{
    struct world *w = *state;

    BAD(bp_snapshot_add_tensor, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_add_tensor(NULL, &w->out.tensor));
    BAD(bp_snapshot_add_tensor, tensor, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_add_tensor(w->taken, NULL));
    BAD_TENSOR("tensor.struct_size", BP_EINVAL, t.struct_size = 0);
    BAD_TENSOR("tensor.precision", BP_EINVAL, t.precision = 0);
    BAD_TENSOR("tensor.precision", BP_EINVAL, t.precision = 3);
    BAD_TENSOR("tensor.values", BP_EINVAL, t.values = NULL);
    BAD_TENSOR("tensor.rows", BP_EINVAL, t.rows = 0);
    BAD_TENSOR("tensor.rows", BP_EINVAL, t.cols = SIZE_MAX);
    BAD_TENSOR("cols", BP_EINVAL, t.cols = 0);
    BAD_TENSOR("name", BP_EINVAL, t.name = NULL);
    BAD_TENSOR("name", BP_EINVAL, t.name = "");
    BAD_TENSOR("name", BP_EINVAL, t.name = long_name);
    BAD_TENSOR("name", BP_EINVAL, t.name = "0");
    BAD_TENSOR("name", BP_EINVAL, t.name = "a name");
    BAD_TENSOR("name", BP_ESTATE, t.name = "layers.0.weight");
    BAD(bp_snapshot_add_number, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_add_number(NULL, &w->out.number));
    BAD(bp_snapshot_add_number, number, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_add_number(w->taken, NULL));
    BAD_NUMBER("number.struct_size", BP_EINVAL, n.struct_size = 0);
    BAD_NUMBER("name", BP_EINVAL, n.name = NULL);
    BAD_NUMBER("name", BP_EINVAL, n.name = long_name);
    BAD_NUMBER("name", BP_ESTATE, n.name = "trainer.step");
}

static void test_files(void **state)
{
    struct world *w = *state;
    bp_load_options o;

    BAD(bp_snapshot_save, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_save(NULL, "file"));
    BAD(bp_snapshot_save, path, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_save(w->taken, NULL));
    BAD(bp_snapshot_save, state, "empty", BP_ESTATE, w->no_state,
        bp_snapshot_save(w->no_state, "file"));
    BAD(bp_snapshot_save_memory, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_save_memory(NULL, w->out.bytes, 9, &w->out.count));
    BAD(bp_snapshot_save_memory, bytes, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_save_memory(w->taken, NULL, 9, &w->out.count));
    BAD(bp_snapshot_save_memory, size, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_save_memory(w->taken, w->out.bytes, 9, NULL));
    BAD(bp_snapshot_save_memory, capacity, "too small", BP_ELIMIT, w->taken,
        bp_snapshot_save_memory(w->taken, w->out.bytes, 9, &(size_t){0}));
    BAD(bp_snapshot_load, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_load(NULL, "net.state", NULL));
    BAD(bp_snapshot_load, path, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_load(w->taken, NULL, NULL));
    BAD_SAYS(bp_snapshot_load, path, "'nowhere'", "no such file", BP_EIO, w->taken,
             bp_snapshot_load(w->taken, "nowhere", NULL));
    BAD_SAYS(bp_snapshot_load, path, "metadata \"format\"", "a model", BP_EDATA, w->taken,
             bp_snapshot_load(w->taken, "net.model", NULL));
    (void)bp_load_options_init(&o);
    o.struct_size = 0;
    BAD_SAYS(bp_snapshot_load, options, "options.struct_size", "0", BP_EINVAL, w->taken,
             bp_snapshot_load(w->taken, "net.state", &o));
    BAD_SAYS(bp_snapshot_load_memory, options, "options.struct_size", "0", BP_EINVAL,
             w->taken, bp_snapshot_load_memory(w->taken, w->out.bytes, 9, &o));
    BAD(bp_snapshot_load_memory, snapshot, "NULL", BP_EINVAL, NOTHING,
        bp_snapshot_load_memory(NULL, w->out.bytes, 9, NULL));
    BAD(bp_snapshot_load_memory, bytes, "NULL", BP_EINVAL, w->taken,
        bp_snapshot_load_memory(w->taken, NULL, 9, NULL));
    BAD_SAYS(bp_snapshot_load_memory, size, "data", "0", BP_EDATA, w->taken,
             bp_snapshot_load_memory(w->taken, w->out.bytes, 0, NULL));
}

BAD_GROUP(test_object, test_take, test_get, test_add, test_files)
