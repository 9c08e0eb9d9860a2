/* SPDX-License-Identifier: MIT */
/* Bad arguments: schedules, and what trainers remember. See badargs.h. */
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

    BAD_CODES(bp_schedule_create, kind, 1, BP_SCHEDULE_PLATEAU, NOTHING,
              bp_schedule_create(code, w->env, &w->out.schedule));
    BAD_ENVS(bp_schedule_create, bp_schedule_create(1, env, &w->out.schedule));
    BAD(bp_schedule_create, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_create(1, w->env, NULL));
    BAD(bp_schedule_create_custom, callback, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_create_custom(NULL, NULL, w->env, &w->out.schedule));
    ANY(bp_schedule_create_custom, user, "not looked at");
    BAD_ENVS(bp_schedule_create_custom,
             bp_schedule_create_custom(world_rate, NULL, env, &w->out.schedule));
    BAD(bp_schedule_create_custom, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_create_custom(world_rate, NULL, w->env, NULL));
    ANY(bp_schedule_destroy, schedule, "accepts NULL");
    BAD(bp_schedule_error, schedule, "NULL", BP_EINVAL, NOTHING,
        refused(bp_schedule_error(NULL) != NULL && bp_schedule_error(NULL)[0] == '\0'));
}

static void test_set(void **state)
{
    struct world *w = *state;

    BAD(bp_schedule_set, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_set(NULL, BP_SCHEDULE_GAMMA, 1));
    BAD_CODES(bp_schedule_set, key, 1, BP_SCHEDULE_MONITOR, w->falling,
              bp_schedule_set(w->falling, code, 1));
    BAD_SETTING(bp_schedule_set, "gamma", w->falling,
                bp_schedule_set(w->falling, BP_SCHEDULE_GAMMA, number), 0, -1, 1.5);
    BAD_SETTING(bp_schedule_set, "warm-up", w->falling,
                bp_schedule_set(w->falling, BP_SCHEDULE_WARMUP, number), 0.5, -1, 2e9);
    BAD(bp_schedule_get, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_get(NULL, BP_SCHEDULE_GAMMA, &w->out.value));
    BAD_CODES(bp_schedule_get, key, 1, BP_SCHEDULE_MONITOR, NOTHING,
              bp_schedule_get(w->falling, code, &w->out.value));
    BAD(bp_schedule_get, value, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_get(w->falling, BP_SCHEDULE_GAMMA, NULL));
}

static void test_milestones(void **state)
{
    static const uint64_t good[65] = {1, 2}, bad[] = {5, 4};
    struct world *w = *state;
    bp_schedule *cosine = NULL;

    ok(bp_schedule_create(BP_SCHEDULE_COSINE, w->env, &cosine));
    BAD(bp_schedule_set_milestones, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_set_milestones(NULL, good, 2));
    BAD(bp_schedule_set_milestones, state, "another form", BP_ESTATE, cosine,
        bp_schedule_set_milestones(cosine, good, 2));
    BAD(bp_schedule_set_milestones, milestones, "NULL", BP_EINVAL, w->falling,
        bp_schedule_set_milestones(w->falling, NULL, 2));
    BAD(bp_schedule_set_milestones, milestones, "falling", BP_EINVAL, w->falling,
        bp_schedule_set_milestones(w->falling, bad, 2));
    BAD(bp_schedule_set_milestones, count, "65", BP_ELIMIT, w->falling,
        bp_schedule_set_milestones(w->falling, good, 65));
    bp_schedule_destroy(cosine);
}

static void test_rate(void **state)
{
    struct world *w = *state;

    BAD(bp_schedule_rate, schedule, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_rate(NULL, 1, 0, &w->out.value));
    BAD_NUMBERS(bp_schedule_rate, base, NOTHING,
                bp_schedule_rate(w->falling, number, 0, &w->out.value), -1, 2e6);
    ANY(bp_schedule_rate, t, "every moment has a rate");
    BAD(bp_schedule_rate, rate, "NULL", BP_EINVAL, NOTHING,
        bp_schedule_rate(w->falling, 1, 0, NULL));
    BAD(bp_trainer_set_schedule, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_set_schedule(NULL, w->falling));
    ANY(bp_trainer_set_schedule, schedule, "may be NULL");
    BAD(bp_trainer_get_rate, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_rate(NULL, &w->out.value));
    BAD(bp_trainer_get_rate, rate, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_rate(w->trainer, NULL));
    BAD(bp_trainer_observe, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_observe(NULL, 1));
    BAD(bp_trainer_observe, state, "no plateau", BP_ESTATE, w->trainer,
        bp_trainer_observe(w->trainer, 1));
    BAD(bp_trainer_observe, value, "NaN", BP_EDATA, w->numbers,
        bp_trainer_observe(w->numbers, (double)NAN));
    BAD(bp_trainer_observe, value, "inf", BP_EDATA, w->numbers,
        bp_trainer_observe(w->numbers, (double)INFINITY));
}

static void test_layer(void **state)
{
    struct world *w = *state;
    bp_trainer *t = w->trainer;

    BAD(bp_trainer_set_layer, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_set_layer(NULL, 0, BP_TRAINER_LAYER_RATE, 1));
    BAD(bp_trainer_set_layer, layer, "one past the last", BP_EINVAL, t,
        bp_trainer_set_layer(t, 2, BP_TRAINER_LAYER_RATE, 1));
    BAD(bp_trainer_set_layer, layer, "SIZE_MAX", BP_EINVAL, t,
        bp_trainer_set_layer(t, SIZE_MAX, BP_TRAINER_LAYER_RATE, 1));
    BAD_CODES(bp_trainer_set_layer, key, 1, BP_TRAINER_LAYER_MISSED, t,
              bp_trainer_set_layer(t, 0, code, 1));
    BAD_SETTING(bp_trainer_set_layer, "rate", t,
                bp_trainer_set_layer(t, 0, BP_TRAINER_LAYER_RATE, number), -1, 2e6);
    BAD_SETTING(bp_trainer_set_layer, "frozen", t,
                bp_trainer_set_layer(t, 0, BP_TRAINER_LAYER_FROZEN, number), -1, 0.5, 2);
    BAD(bp_trainer_get_layer, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_layer(NULL, 0, BP_TRAINER_LAYER_RATE, &w->out.value));
    BAD(bp_trainer_get_layer, layer, "one past the last", BP_EINVAL, NOTHING,
        bp_trainer_get_layer(t, 2, BP_TRAINER_LAYER_RATE, &w->out.value));
    BAD_CODES(bp_trainer_get_layer, key, 1, BP_TRAINER_LAYER_MISSED, NOTHING,
              bp_trainer_get_layer(t, 0, code, &w->out.value));
    BAD(bp_trainer_get_layer, value, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_layer(t, 0, BP_TRAINER_LAYER_RATE, NULL));
}

/* What both directions have in common: `object` has a line, or is NOTHING; `call` uses
 * t, layer, which, kept, values and count. */
#define BAD_STATE(function, object, unbuilt, array, call)                           \
    do {                                                                            \
        bp_trainer *t = w->trainer;                                                 \
        size_t layer = 1;                                                           \
        int32_t which = BP_PARAMETER_WEIGHT;                                        \
        double *values = array;                                                     \
        size_t count = WORLD_WEIGHTS;                                               \
        int32_t kept = BP_STATE_MOMENTUM;                                           \
        t = NULL;                                                                   \
        BAD(function, trainer, "NULL", BP_EINVAL, NOTHING, call);                   \
        t = w->fresh;                                                               \
        BAD(function, state, "not built", BP_ESTATE, unbuilt, call);                \
        t = w->trainer;                                                             \
        layer = 2;                                                                  \
        BAD(function, layer, "one past the last", BP_EINVAL, object, call);         \
        layer = 1;                                                                  \
        which = 2;                                                                  \
        BAD(function, which, "unknown", BP_EINVAL, object, call);                   \
        which = BP_PARAMETER_WEIGHT;                                                \
        values = NULL;                                                              \
        BAD(function, values, "NULL", BP_EINVAL, object, call);                     \
        values = array;                                                             \
        count = WORLD_WEIGHTS - 1;                                                  \
        BAD(function, count, "one too few", BP_ESHAPE, object, call);               \
        count = SIZE_MAX;                                                           \
        BAD(function, count, "SIZE_MAX", BP_ESHAPE, object, call);                  \
        count = WORLD_WEIGHTS;                                                      \
        for (size_t i = 0; i < sizeof other_states / sizeof other_states[0]; ++i) { \
            kept = other_states[i];                                                 \
            BAD(function, state, "not kept", BP_EINVAL, object, call);              \
        }                                                                           \
    } while (0)

static const int32_t other_states[] = {INT32_MIN,
                                       -1,
                                       0,
                                       BP_STATE_SQUARES,
                                       BP_STATE_STEP,
                                       BP_STATE_SUM,
                                       BP_STATE_SUM + 1,
                                       BP_STATE_PAIRS,
                                       INT32_MAX};

static void test_state(void **state)
{
    struct world *w = *state;

    BAD_STATE(bp_trainer_get_state, NOTHING, NOTHING, w->out.d,
              bp_trainer_get_state(t, layer, which, kept, values, count));
    BAD_STATE(bp_trainer_set_state, w->trainer, w->fresh, w->in.d,
              bp_trainer_set_state(t, layer, which, kept, values, count));
    for (size_t i = 0; i < 3; ++i) {
        static const double bad[] = {(double)NAN, (double)INFINITY, 1e300};
        const double kept = w->in.d[5];

        w->in.d[5] = bad[i];
        BAD(bp_trainer_set_state, values, "not finite in float", BP_EDATA, w->trainer,
            bp_trainer_set_state(w->trainer, 1, BP_PARAMETER_WEIGHT, BP_STATE_MOMENTUM,
                                 w->in.d, WORLD_WEIGHTS));
        w->in.d[5] = kept;
    }
}

static void test_number(void **state)
{
    struct world *w = *state;
    bp_trainer *t = w->trainer;

    BAD(bp_trainer_get_number, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_number(NULL, BP_NUMBER_STEP, &w->out.value));
    BAD_CODES(bp_trainer_get_number, number, 1, BP_NUMBER_FALLS, NOTHING,
              bp_trainer_get_number(t, code, &w->out.value));
    BAD(bp_trainer_get_number, value, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_get_number(t, BP_NUMBER_STEP, NULL));
    BAD(bp_trainer_set_number, trainer, "NULL", BP_EINVAL, NOTHING,
        bp_trainer_set_number(NULL, BP_NUMBER_STEP, 1));
    BAD(bp_trainer_set_number, state, "not built", BP_ESTATE, w->fresh,
        bp_trainer_set_number(w->fresh, BP_NUMBER_STEP, 1));
    BAD_CODES(bp_trainer_set_number, number, 1, BP_NUMBER_FALLS, t,
              bp_trainer_set_number(t, code, 1));
    BAD_SETTING(bp_trainer_set_number, "step", t,
                bp_trainer_set_number(t, BP_NUMBER_STEP, number), -1, 0.5, 1e300);
    BAD_SETTING(bp_trainer_set_number, "best", t,
                bp_trainer_set_number(t, BP_NUMBER_BEST, number), 1e301);
    BAD_SETTING(bp_trainer_set_number, "pairs", t,
                bp_trainer_set_number(t, BP_NUMBER_PAIRS, number), -1, 1, 101);
}

BAD_GROUP(test_create, test_set, test_milestones, test_rate, test_layer, test_state,
          test_number)
