/* SPDX-License-Identifier: MIT */
/*
 * Every option of optimizers, schedules, trainers and metrics, as the header documents
 * it: its default, both ends of its range, and numbers beyond them, which are refused
 * with a line and change nothing. A key that a kind does not have is refused as well.
 */
#include "unit_helpers.h"

enum { KEYS = 40 };

/* The range of a key, for the kinds that have it. Ends that do not belong to the range
 * are told by a number just within it. */
struct option {
    int32_t key;
    double initial, low, high;
    double below, above; /* refused */
    uint32_t kinds;      /* a bit for each kind; 0: there is one kind */
};

#define JUST_BELOW_1 0.9999999999999999
#define LEAST        5e-324
#define KIND(kind)   (1u << (kind))
#define ADAMS        (KIND(BP_OPTIMIZER_ADAM) | KIND(BP_OPTIMIZER_AMSGRAD))
#define ADAMS_ALL    (ADAMS | KIND(BP_OPTIMIZER_ADAMW))
#define LINE_SEARCH  KIND(BP_OPTIMIZER_LBFGS)
#define RULES                                                          \
    (KIND(BP_OPTIMIZER_SGD) | ADAMS_ALL | KIND(BP_OPTIMIZER_ADAGRAD) | \
     KIND(BP_OPTIMIZER_RMSPROP))

static const struct option optimizer_options[] = {
    {BP_OPTIMIZER_RATE, 0.01, LEAST, 1e6, 0, 1000001,
     (RULES & ~ADAMS_ALL) | KIND(BP_OPTIMIZER_RPROP)},
    {BP_OPTIMIZER_RATE, 0.001, LEAST, 1e6, 0, 1000001, ADAMS_ALL},
    {BP_OPTIMIZER_RATE, 1, LEAST, 1e6, 0, 1000001, LINE_SEARCH},
    {BP_OPTIMIZER_MOMENTUM, 0, 0, JUST_BELOW_1, -LEAST, 1,
     KIND(BP_OPTIMIZER_SGD) | KIND(BP_OPTIMIZER_RMSPROP)},
    {BP_OPTIMIZER_NESTEROV, 0, 0, 1, 0.5, 2, KIND(BP_OPTIMIZER_SGD)},
    {BP_OPTIMIZER_WEIGHT_DECAY, 0, 0, 1000, -LEAST, 1000.5,
     RULES & ~KIND(BP_OPTIMIZER_ADAMW)},
    {BP_OPTIMIZER_DAMPENING, 0, 0, 1, -LEAST, 1.0000000000000002, KIND(BP_OPTIMIZER_SGD)},
    {BP_OPTIMIZER_BETA1, 0.9, 0, JUST_BELOW_1, -LEAST, 1, ADAMS_ALL},
    {BP_OPTIMIZER_BETA2, 0.999, 0, JUST_BELOW_1, -LEAST, 1, ADAMS_ALL},
    {BP_OPTIMIZER_EPSILON, 1e-8, LEAST, 1, 0, 1.0000000000000002,
     ADAMS_ALL | KIND(BP_OPTIMIZER_RMSPROP)},
    {BP_OPTIMIZER_EPSILON, 1e-10, LEAST, 1, 0, 1.0000000000000002,
     KIND(BP_OPTIMIZER_ADAGRAD)},
    {BP_OPTIMIZER_ALPHA, 0.99, 0, JUST_BELOW_1, -LEAST, 1, KIND(BP_OPTIMIZER_RMSPROP)},
    {BP_OPTIMIZER_CENTRED, 0, 0, 1, 0.5, 2, KIND(BP_OPTIMIZER_RMSPROP)},
    {BP_OPTIMIZER_RATE_DECAY, 0, 0, 1000, -LEAST, 1000.5, KIND(BP_OPTIMIZER_ADAGRAD)},
    {BP_OPTIMIZER_INITIAL, 0, 0, 1e6, -LEAST, 1000001, KIND(BP_OPTIMIZER_ADAGRAD)},
    {BP_OPTIMIZER_DOWN, 0.5, LEAST, JUST_BELOW_1, 0, 1, KIND(BP_OPTIMIZER_RPROP)},
    {BP_OPTIMIZER_UP, 1.2, 1.0000000000000002, 100, 1, 100.5, KIND(BP_OPTIMIZER_RPROP)},
    {BP_OPTIMIZER_LEAST, 1e-6, LEAST, 1, 0, 1.0000000000000002, KIND(BP_OPTIMIZER_RPROP)},
    {BP_OPTIMIZER_MOST, 50, 1, 1e6, JUST_BELOW_1, 1000001, KIND(BP_OPTIMIZER_RPROP)},
    {BP_OPTIMIZER_DECOUPLED_DECAY, 0, 0, 1000, -LEAST, 1000.5,
     RULES & ~KIND(BP_OPTIMIZER_ADAMW)},
    {BP_OPTIMIZER_DECOUPLED_DECAY, 0.01, 0, 1000, -LEAST, 1000.5,
     KIND(BP_OPTIMIZER_ADAMW)},
    {BP_OPTIMIZER_L1, 0, 0, 1000, -LEAST, 1000.5, RULES},
    {BP_OPTIMIZER_HISTORY, 100, 1, 100, 0, 101, LINE_SEARCH},
    {BP_OPTIMIZER_ITERATIONS, 20, 1, 100, 1.5, 101, LINE_SEARCH},
    {BP_OPTIMIZER_EVALUATIONS, 25, 1, 1e6, 0, 1000001, LINE_SEARCH},
    {BP_OPTIMIZER_TOLERANCE_GRADIENT, 1e-7, 0, 1, -LEAST, 1.5, LINE_SEARCH},
    {BP_OPTIMIZER_TOLERANCE_CHANGE, 1e-9, 0, 1, -LEAST, 1.5, LINE_SEARCH},
};

#define FORMS                                                       \
    (KIND(BP_SCHEDULE_CONSTANT) | KIND(BP_SCHEDULE_STEP) |          \
     KIND(BP_SCHEDULE_MULTI_STEP) | KIND(BP_SCHEDULE_EXPONENTIAL) | \
     KIND(BP_SCHEDULE_COSINE) | KIND(BP_SCHEDULE_PLATEAU))
#define ONE_CYCLE KIND(BP_SCHEDULE_ONE_CYCLE)
#define PLATEAU   KIND(BP_SCHEDULE_PLATEAU)

static const struct option schedule_options[] = {
    {BP_SCHEDULE_BY, 0, 0, 1, -1, 2, FORMS},
    {BP_SCHEDULE_BY, 1, 0, 1, 0.5, 2, ONE_CYCLE},
    {BP_SCHEDULE_WARMUP, 0, 0, 1e9, -1, 1000000001, FORMS},
    {BP_SCHEDULE_WARMUP_START, 1.0 / 3, 0, 1, -LEAST, 1.5, FORMS},
    {BP_SCHEDULE_PERIOD, 10, 1, 1e9, 0, 1000000001, KIND(BP_SCHEDULE_STEP)},
    {BP_SCHEDULE_PERIOD, 100, 1, 1e9, 1.5, 1000000001, KIND(BP_SCHEDULE_COSINE)},
    {BP_SCHEDULE_PERIOD, 1000, 1, 1e9, 0, 1000000001, ONE_CYCLE},
    {BP_SCHEDULE_GAMMA, 0.1, LEAST, 1, 0, 1.0000000000000002,
     KIND(BP_SCHEDULE_STEP) | KIND(BP_SCHEDULE_MULTI_STEP) | PLATEAU},
    {BP_SCHEDULE_GAMMA, 0.95, LEAST, 1, 0, 1.0000000000000002,
     KIND(BP_SCHEDULE_EXPONENTIAL)},
    {BP_SCHEDULE_MIN, 0, 0, 1e6, -LEAST, 1000001, KIND(BP_SCHEDULE_COSINE) | PLATEAU},
    {BP_SCHEDULE_RESTART, 0, 0, 100, -1, 101, KIND(BP_SCHEDULE_COSINE)},
    {BP_SCHEDULE_RISE, 0.3, 0, 1, -LEAST, 1.0000000000000002, ONE_CYCLE},
    {BP_SCHEDULE_DIVISOR, 25, 1, 1e9, JUST_BELOW_1, 1000000001, ONE_CYCLE},
    {BP_SCHEDULE_FINAL_DIVISOR, 1e4, 1, 1e9, JUST_BELOW_1, 1000000001, ONE_CYCLE},
    {BP_SCHEDULE_LINEAR, 0, 0, 1, 0.5, 2, ONE_CYCLE},
    {BP_SCHEDULE_PATIENCE, 10, 0, 1e9, -1, 1000000001, PLATEAU},
    {BP_SCHEDULE_THRESHOLD, 1e-4, 0, 1e6, -LEAST, 1000001, PLATEAU},
    {BP_SCHEDULE_ABSOLUTE, 0, 0, 1, 0.5, 2, PLATEAU},
    {BP_SCHEDULE_MAXIMIZE, 0, 0, 1, 0.5, 2, PLATEAU},
    {BP_SCHEDULE_COOLDOWN, 0, 0, 1e9, -1, 1000000001, PLATEAU},
    {BP_SCHEDULE_MONITOR, 1, 0, 2, 0.5, 3, PLATEAU},
};

static const struct option trainer_options[] = {
    {BP_TRAINER_BATCH, 32, 1, 1e9, 0, 1000000001, 0},
    {BP_TRAINER_SHUFFLE, 1, 0, 1, 0.5, 2, 0},
    {BP_TRAINER_ACCUMULATE, 1, 1, 1e6, 0, 1000001, 0},
    {BP_TRAINER_CLIP_NORM, 0, 0, 1e30, -LEAST, 1.1e30, 0},
    {BP_TRAINER_CLIP_VALUE, 0, 0, 1e30, -LEAST, 1.1e30, 0},
    {BP_TRAINER_BIAS_DECAY, 1, 0, 1, 0.5, 2, 0},
    {BP_TRAINER_KEEP_GRADIENT, 0, 0, 1, 0.5, 2, 0},
};

static const struct option layer_options[] = {
    {BP_TRAINER_LAYER_RATE, 1, 0, 1e6, -LEAST, 1000001, 0},
    {BP_TRAINER_LAYER_DECAY, 1, 0, 1e6, -LEAST, 1000001, 0},
    {BP_TRAINER_LAYER_FROZEN, 0, 0, 1, 0.5, 2, 0},
    {BP_TRAINER_LAYER_MAX_NORM, 0, 0, 1e6, -LEAST, 1000001, 0},
    {BP_TRAINER_LAYER_MISSED, 0, 0, 0x1p53, 0.5, 0x1p53 + 2, 0},
};

static const struct option metrics_options[] = {
    {BP_METRICS_TOP_K, 5, 1, 1e6, 0, 1000001, 0},
    {BP_METRICS_CONFIDENCE, 0.95, LEAST, 0.999999, 0, 0.9999995, 0},
    {BP_METRICS_RANGE, BP_RANGE_PROBABILITY, BP_RANGE_REAL, BP_RANGE_LOG_PROBABILITY, -1,
     4, 0},
    {BP_METRICS_SCORES, 0, 0, 1, 0.5, 2, 0},
};

/* An object of any kind, and how it is asked. */
struct object {
    void *it;
    bp_status (*set)(void *it, int32_t key, double value);
    bp_status (*get)(const void *it, int32_t key, double *value);
    const char *(*error)(const void *it);
};

#define ASK(noun, type)                                                  \
    static bp_status noun##_set(void *it, int32_t key, double value)     \
    {                                                                    \
        return bp_##noun##_set((type *)it, key, value);                  \
    }                                                                    \
    static bp_status noun##_get(const void *it, int32_t key, double *to) \
    {                                                                    \
        return bp_##noun##_get((const type *)it, key, to);               \
    }                                                                    \
    static const char *noun##_error(const void *it)                      \
    {                                                                    \
        return bp_##noun##_error((const type *)it);                      \
    }

ASK(optimizer, bp_optimizer)
ASK(schedule, bp_schedule)
ASK(trainer, bp_trainer)
ASK(metrics, bp_metrics)

static bp_status layer_set(void *it, int32_t key, double value)
{
    return bp_trainer_set_layer(it, 0, key, value);
}

static bp_status layer_get(const void *it, int32_t key, double *value)
{
    return bp_trainer_get_layer(it, 0, key, value);
}

static double now(const struct object *object, int32_t key)
{
    double value = -7;

    ok(object->get(object->it, key, &value));
    return value;
}

static void refused(const struct object *object, int32_t key, double bad)
{
    const double before = now(object, key);

    assert_status(object->set(object->it, key, bad), BP_EINVAL);
    assert_non_null(strstr(object->error(object->it), "expected"));
    assert_same_f64(now(object, key), before);
}

static void check_option(const struct object *object, const struct option *option)
{
    assert_same_f64(now(object, option->key), option->initial);
    ok(object->set(object->it, option->key, option->low));
    assert_same_f64(now(object, option->key), option->low);
    ok(object->set(object->it, option->key, option->high));
    assert_same_f64(now(object, option->key), option->high);
    refused(object, option->key, option->below);
    refused(object, option->key, option->above);
    refused(object, option->key, (double)NAN);
    refused(object, option->key, (double)INFINITY);
    refused(object, option->key, -(double)INFINITY);
    ok(object->set(object->it, option->key, option->initial));
}

/* All keys there could be: those of the table, and no other. */
static void check_object(const struct object *object, uint32_t kind,
                         const struct option *options, size_t count)
{
    for (int32_t key = 0; key < KEYS; key++) {
        const struct option *option = NULL;
        double value = -7;

        for (size_t i = 0; i < count; i++)
            if (options[i].key == key && (kind == 0 || (options[i].kinds & kind) != 0))
                option = &options[i];
        if (option != NULL) {
            check_option(object, option);
            continue;
        }
        assert_status(object->set(object->it, key, 1), BP_EINVAL);
        assert_true(object->error(object->it)[0] != '\0');
        assert_status(object->get(object->it, key, &value), BP_EINVAL);
        assert_same_f64(value, -7);
    }
}

static void optimizers(void **state)
{
    for (int32_t kind = BP_OPTIMIZER_SGD; kind <= BP_OPTIMIZER_LBFGS; kind++) {
        bp_optimizer *it = NULL;
        struct object object = {NULL, optimizer_set, optimizer_get, optimizer_error};

        ok(bp_optimizer_create(kind, env_of(state), &it));
        object.it = it;
        check_object(&object, KIND(kind), optimizer_options, COUNT(optimizer_options));
        bp_optimizer_destroy(it);
    }
}

static void schedules(void **state)
{
    for (int32_t kind = BP_SCHEDULE_CONSTANT; kind <= BP_SCHEDULE_PLATEAU; kind++) {
        bp_schedule *it = NULL;
        struct object object = {NULL, schedule_set, schedule_get, schedule_error};

        ok(bp_schedule_create(kind, env_of(state), &it));
        object.it = it;
        check_object(&object, KIND(kind), schedule_options, COUNT(schedule_options));
        bp_schedule_destroy(it);
    }
}

static void trainers(void **state)
{
    static const size_t widths[] = {2, 3};
    const struct net_recipe recipe = {env_of(state),        widths, 2, 0,
                                      BP_ACTIVATION_LINEAR, 0};
    struct object object = {NULL, trainer_set, trainer_get, trainer_error};
    const struct object layer = {NULL, layer_set, layer_get, trainer_error};
    bp_network *network = make_network(&recipe, 1);
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, env_of(state));
    bp_optimizer *sgd = make_sgd(0.1, 0, env_of(state));
    bp_trainer *it = NULL;

    ok(bp_trainer_create(network, cost, sgd, &it));
    object.it = it;
    check_object(&object, 0, trainer_options, COUNT(trainer_options));
    object = layer;
    object.it = it;
    check_object(&object, 0, layer_options, COUNT(layer_options));
    bp_trainer_destroy(it);
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
}

static void metrics(void **state)
{
    bp_metrics *it = NULL;
    struct object object = {NULL, metrics_set, metrics_get, metrics_error};

    ok(bp_metrics_create(3, env_of(state), &it));
    object.it = it;
    check_object(&object, 0, metrics_options, COUNT(metrics_options));
    bp_metrics_destroy(it);
}

/* Options that are a structure have their defaults from a function. */
static void structures(void **state)
{
    bp_fit_options fit;
    bp_rate_options rate;
    bp_cross_options cross;
    bp_diagnosis_options diagnosis;

    (void)state;
    ok(bp_fit_options_init(&fit));
    assert_true(fit.struct_size == sizeof fit && fit.monitor == BP_MONITOR_COST &&
                fit.monitor_index == BP_INDEX_ALL && fit.restore_best == 1 &&
                fit.epochs == 100 && fit.patience == 0 && fit.minimum_change == 0 &&
                fit.validate_every == 1 && fit.validation == NULL &&
                fit.validation_fraction == 0 &&
                fit.validation_split == BP_SPLIT_SHUFFLED && fit.validation_seed == 1 &&
                fit.seconds == 0 && fit.metrics == NULL && fit.history == NULL &&
                fit.progress == NULL && fit.user == NULL && fit.resume == 0 &&
                fit.checkpoint == NULL && fit.checkpoint_best == NULL &&
                fit.checkpoint_epochs == 0 && fit.checkpoint_seconds == 0);
    ok(bp_rate_options_init(&rate));
    assert_true(rate.struct_size == sizeof rate && rate.low == 1e-6 && rate.high == 10 &&
                rate.steps == 100 && rate.smoothing == 0.9 && rate.rates == NULL &&
                rate.costs == NULL && rate.capacity == 0 && rate.progress == NULL);
    ok(bp_cross_options_init(&cross));
    assert_true(cross.struct_size == sizeof cross && cross.method == BP_SPLIT_SHUFFLED &&
                cross.folds == 5 && cross.repeats == 1 && cross.seed == 1 &&
                cross.held == NULL && cross.scaling == 0 &&
                cross.metric == BP_MONITOR_COST && cross.metric_index == BP_INDEX_ALL &&
                cross.fit == NULL && cross.progress == NULL);
    ok(bp_diagnosis_options_init(&diagnosis));
    assert_true(diagnosis.struct_size == sizeof diagnosis && diagnosis.rows == 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(optimizers), HOST_TEST(schedules),  HOST_TEST(trainers),
        HOST_TEST(metrics),    HOST_TEST(structures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
