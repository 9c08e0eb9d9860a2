/* SPDX-License-Identifier: MIT */
/* Studies leave no trace: a trainer that was asked goes on as one that was not. */
#include "unit_helpers.h"

enum { ROWS = 40, BATCH = 8 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

static void add(bp_network *network, bp_layer *layer)
{
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

/* Dropout, so that what is drawn shows; a batch norm, which has running statistics. */
static bp_network *make(void **state)
{
    bp_network *network = NULL;
    bp_layer *dropout = NULL;
    bp_layer *norm = NULL;

    ok(bp_network_create(2, env_of(state), &network));
    ok(bp_network_add_dense(network, 12, BP_ACTIVATION_TANH));
    ok(bp_layer_create_batch_norm(env_of(state), &norm));
    add(network, norm);
    ok(bp_layer_create_dropout(0.25, env_of(state), &dropout));
    add(network, dropout);
    ok(bp_network_add_dense(network, 2, BP_ACTIVATION_SOFTMAX));
    ok(bp_network_build(network, 3));
    return network;
}

static void set_up(bp_trainer *trainer, int32_t kind)
{
    bp_schedule *schedule = NULL;

    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    if (kind == BP_OPTIMIZER_LBFGS)
        return;
    ok(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, 2));
    ok(bp_trainer_set(trainer, BP_TRAINER_CLIP_NORM, 0.5));
    ok(bp_trainer_set_layer(trainer, 0, BP_TRAINER_LAYER_RATE, 0.5));
    ok(bp_trainer_set_layer(trainer, 3, BP_TRAINER_LAYER_MAX_NORM, 1.5));
    ok(bp_schedule_create(BP_SCHEDULE_PLATEAU, NULL, &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_PATIENCE, 0));
    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

static int32_t stop_at(const bp_progress *progress, void *user)
{
    return progress->event == BP_EVENT_STEP && progress->step == *(const uint64_t *)user;
}

/* Stopped in the middle of an epoch, with a batch collected. */
static void create(struct run *r, void **state, int32_t kind)
{
    uint64_t last = 13;
    bp_cost *cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, env_of(state));
    bp_optimizer *rule = NULL;

    r->network = make(state);
    ok(bp_optimizer_create(kind, env_of(state), &rule));
    ok(bp_trainer_create(r->network, cost, rule, &r->trainer));
    set_up(r->trainer, kind);
    ok(bp_trainer_build(r->trainer, 5));
    bp_optimizer_destroy(rule);
    bp_cost_destroy(cost);
    ok(bp_dataset_create(env_of(state), &r->data));
    ok(bp_dataset_generate(r->data, BP_GENERATE_MOONS, ROWS, 0.2, 4));
    assert_status(bp_trainer_fit(r->trainer, r->data, 9, stop_at, &last), BP_ESTOPPED);
}

static void destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
}

static void ask(struct run *r, int32_t kind)
{
    bp_rate_report rate = {.struct_size = sizeof rate};
    bp_cross_report cross = {.struct_size = sizeof cross};
    bp_diagnosis *diagnosis = NULL;
    bp_fit_options fit;
    bp_cross_options options;

    ok(bp_fit_options_init(&fit));
    fit.epochs = 2;
    ok(bp_cross_options_init(&options));
    options.fit = &fit;
    ok(bp_trainer_diagnose(r->trainer, r->data, NULL, &diagnosis));
    bp_diagnosis_destroy(diagnosis);
    ok(bp_trainer_cross_validate(r->trainer, r->data, &options, &cross));
    if (kind != BP_OPTIMIZER_LBFGS)
        ok(bp_trainer_find_rate(r->trainer, r->data, NULL, &rate));
}

static void assert_alike(const struct run *a, const struct run *b)
{
    for (int32_t number = BP_NUMBER_STEP; number <= BP_NUMBER_FALLS; number++) {
        double values[2] = {0, 1};

        ok(bp_trainer_get_number(a->trainer, number, &values[0]));
        ok(bp_trainer_get_number(b->trainer, number, &values[1]));
        assert_same_f64(values[0], values[1]);
    }
    assert_true(same_parameters(a->network, b->network));
    for (int32_t which = BP_PARAMETER_RUNNING_MEAN;
         which <= BP_PARAMETER_RUNNING_VARIANCE; which++) {
        float values[2][12];

        ok(bp_network_get_parameter(a->network, 1, which, values[0], 12));
        ok(bp_network_get_parameter(b->network, 1, which, values[1], 12));
        assert_memory_equal(values[0], values[1], sizeof values[0]);
    }
}

static void no_trace(void **state)
{
    static const int32_t kinds[] = {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_SGD,
                                    BP_OPTIMIZER_LBFGS};

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct run asked;
        struct run other;

        create(&asked, state, kinds[i]);
        create(&other, state, kinds[i]);
        ask(&asked, kinds[i]);
        assert_alike(&asked, &other);
        ok(bp_trainer_fit(asked.trainer, asked.data, 4, NULL, NULL));
        ok(bp_trainer_fit(other.trainer, other.data, 4, NULL, NULL));
        assert_alike(&asked, &other);
        destroy(&asked);
        destroy(&other);
    }
}

/* ---- the callback of a sweep ---- */

struct calls {
    uint64_t count, stop_at;
};

static int32_t count_steps(const bp_progress *progress, void *user)
{
    struct calls *calls = user;

    assert_int_equal(progress->event, BP_EVENT_STEP);
    return ++calls->count == calls->stop_at;
}

/* Two batches are one update, and so one rate; the last of an epoch may be alone. */
static void a_sweep_is_watched(void **state)
{
    struct run r;
    struct calls calls = {0, 0};
    bp_rate_options options;
    bp_rate_report report = {.struct_size = sizeof report};

    create(&r, state, BP_OPTIMIZER_SGD);
    ok(bp_rate_options_init(&options));
    options.steps = 12;
    options.high = 1e-3;
    options.progress = count_steps;
    options.user = &calls;
    ok(bp_trainer_find_rate(r.trainer, r.data, &options, &report));
    assert_int_equal(report.steps, 12);
    assert_true(calls.count > 18 && calls.count < 24);
    calls = (struct calls){0, 5};
    report.steps = 99;
    assert_status(bp_trainer_find_rate(r.trainer, r.data, &options, &report),
                  BP_ESTOPPED);
    assert_int_equal(calls.count, 5);
    assert_int_equal(report.steps, 99);
    assert_non_null(strstr(bp_trainer_error(r.trainer), "callback"));
    destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(no_trace),
        HOST_TEST(a_sweep_is_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
