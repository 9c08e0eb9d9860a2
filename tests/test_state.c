/* SPDX-License-Identifier: MIT */
/*
 * What a trainer remembers goes out and in: N steps and M steps are N, out, in, M, to the
 * bit, for every optimizer, also in the middle of an epoch. And L-BFGS in a trainer.
 */
#include "unit_helpers.h"

enum { INPUTS = 3, OUTPUTS = 2, ROWS = 11, MOST = 64 };

/** What training goes on with. */
struct learner {
    bp_network *network;
    bp_trainer *trainer;
};

struct plan {
    int32_t kind, precision;
    double accumulate, batch;
    bool plateau;
};

static bp_schedule *make_schedule(const struct plan *plan)
{
    bp_schedule *schedule = NULL;

    ok(bp_schedule_create(plan->plateau ? BP_SCHEDULE_PLATEAU : BP_SCHEDULE_COSINE, NULL,
                          &schedule));
    if (plan->plateau) {
        ok(bp_schedule_set(schedule, BP_SCHEDULE_PATIENCE, 1));
        ok(bp_schedule_set(schedule, BP_SCHEDULE_THRESHOLD, 0.5));
        ok(bp_schedule_set(schedule, BP_SCHEDULE_COOLDOWN, 1));
    } else {
        ok(bp_schedule_set(schedule, BP_SCHEDULE_BY, 1));
        ok(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, 7));
        ok(bp_schedule_set(schedule, BP_SCHEDULE_RESTART, 1));
    }
    return schedule;
}

static struct learner make(const struct plan *plan, const bp_env *env)
{
    static const size_t widths[] = {INPUTS, 4, OUTPUTS};
    const struct net_recipe recipe = {
        env, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR, plan->precision};
    struct learner made = {make_network(&recipe, 3), NULL};
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);
    bp_optimizer *optimizer = NULL;
    bp_schedule *schedule = make_schedule(plan);

    ok(bp_optimizer_create(plan->kind, NULL, &optimizer));
    ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.02));
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, 0.8);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_DAMPENING, 0.5);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_CENTRED, 1);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_ITERATIONS, 3);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_HISTORY, 5);
    ok(bp_trainer_create(made.network, cost, optimizer, &made.trainer));
    ok(bp_trainer_set(made.trainer, BP_TRAINER_BATCH, plan->batch));
    ok(bp_trainer_set(made.trainer, BP_TRAINER_ACCUMULATE, plan->accumulate));
    ok(bp_trainer_build(made.trainer, 5));
    ok(bp_trainer_set_schedule(made.trainer, schedule));
    bp_schedule_destroy(schedule);
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return made;
}

static void destroy(struct learner *learner)
{
    bp_trainer_destroy(learner->trainer);
    bp_network_destroy(learner->network);
}

/* ---- out and in ---- */

/* @return how many states of this tensor there were. */
static size_t move_states(const struct learner *from, const struct learner *to,
                          size_t layer, int32_t which)
{
    bp_parameter_info info = {.struct_size = sizeof info};
    double values[MOST];
    double pairs = 0;
    size_t moved = 0;
    size_t count;

    ok(bp_network_parameter_info(from->network, layer, which, &info));
    count = info.rows * info.cols;
    ok(bp_network_get_parameter_f64(from->network, layer, which, values, count));
    ok(bp_network_set_parameter_f64(to->network, layer, which, values, count));
    ok(bp_trainer_get_number(from->trainer, BP_NUMBER_PAIRS, &pairs));
    for (int32_t state = 1; state < BP_STATE_PAIRS + 2 * (int32_t)pairs; state++) {
        if (bp_trainer_get_state(from->trainer, layer, which, state, values, count) !=
            BP_OK)
            continue;
        ok(bp_trainer_set_state(to->trainer, layer, which, state, values, count));
        moved++;
    }
    return moved;
}

static size_t move_all(const struct learner *from, const struct learner *to)
{
    size_t moved = 0;

    for (int32_t number = BP_NUMBER_STEP; number <= BP_NUMBER_FALLS; number++) {
        double value = 0;

        ok(bp_trainer_get_number(from->trainer, number, &value));
        ok(bp_trainer_set_number(to->trainer, number, value));
    }
    for (size_t layer = 0; layer < 2; layer++)
        for (int32_t which = BP_PARAMETER_WEIGHT; which <= BP_PARAMETER_BIAS; which++)
            moved += move_states(from, to, layer, which);
    return moved;
}

/* Stops a fit after so many steps in all. */
static int32_t stop_at(const bp_progress *progress, void *user)
{
    const uint64_t *last = user;

    return progress->step >= *last;
}

static void run_until(const struct learner *learner, const bp_dataset *data,
                      uint64_t step)
{
    const bp_status status = bp_trainer_fit(learner->trainer, data, 1000, stop_at, &step);

    assert_status(status, BP_ESTOPPED);
}

static void resumes(const struct plan *plan, uint64_t step, void **state)
{
    struct learner whole = make(plan, env_of(state));
    struct learner first = make(plan, env_of(state));
    struct learner second = make(plan, env_of(state));
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
    size_t moved;

    run_until(&whole, data, 23);
    run_until(&first, data, step);
    moved = move_all(&first, &second);
    run_until(&second, data, 23);
    if (!same_parameters(whole.network, second.network))
        fail_msg("optimizer %d, precision %d, accumulate %g, step %d", (int)plan->kind,
                 (int)plan->precision, plan->accumulate, (int)step);
    assert_true(moved >= 4);
    bp_dataset_destroy(data);
    destroy(&whole);
    destroy(&first);
    destroy(&second);
}

static void training_goes_on_to_the_bit(void **state)
{
    for (int32_t kind = BP_OPTIMIZER_SGD; kind <= BP_OPTIMIZER_LBFGS; kind++)
        for (unsigned bits = 0; bits < 8; bits++) {
            const bool lines = kind == BP_OPTIMIZER_LBFGS;
            const struct plan plan = {
                .kind = kind,
                .precision = bits & 1 ? BP_PRECISION_F64 : BP_PRECISION_F32,
                .accumulate = bits & 2 && !lines ? 3 : 1,
                .batch = lines ? ROWS : 3,
                .plateau = (bits & 4) != 0,
            };

            resumes(&plan, 1, state);
            resumes(&plan, 2, state); /* where three make an update: before the first */
            resumes(&plan, 8, state); /* between epochs */
            resumes(&plan, 10, state);
            resumes(&plan, 13, state);
        }
}

/* ---- bounds ---- */

static void bounds(void **state)
{
    const struct plan plan = {BP_OPTIMIZER_AMSGRAD, BP_PRECISION_F32, 3, 3, true};
    struct learner learner = make(&plan, env_of(state));
    bp_trainer *t = learner.trainer;
    double values[12] = {0};

    values[3] = -1;
    ok(bp_trainer_set_state(t, 0, 0, BP_STATE_MOMENTUM, values, 12));
    assert_status(bp_trainer_set_state(t, 0, 0, BP_STATE_SQUARES, values, 12), BP_EDATA);
    assert_line(bp_trainer_error(t), "values[3] is -1, expected at least 0");
    assert_status(bp_trainer_set_state(t, 0, 0, BP_STATE_LARGEST, values, 12), BP_EDATA);
    values[3] = 1e300;
    assert_status(bp_trainer_set_state(t, 0, 0, BP_STATE_SQUARES, values, 12), BP_EDATA);
    assert_status(bp_trainer_set_number(t, BP_NUMBER_ROW, 1), BP_EINVAL);
    ok(bp_trainer_set_number(t, BP_NUMBER_EPOCH_ROWS, 10));
    assert_status(bp_trainer_set_number(t, BP_NUMBER_ROW, 10), BP_EINVAL);
    ok(bp_trainer_set_number(t, BP_NUMBER_ROW, 9));
    assert_status(bp_trainer_set_number(t, BP_NUMBER_EPOCH_ROWS, 9), BP_EINVAL);
    assert_status(bp_trainer_set_number(t, BP_NUMBER_SUM_BATCHES, 3), BP_EINVAL);
    ok(bp_trainer_set_number(t, BP_NUMBER_SUM_BATCHES, 2));
    assert_status(bp_trainer_set_number(t, BP_NUMBER_PAIRS, 1), BP_EINVAL);
    assert_status(bp_trainer_set_number(t, BP_NUMBER_FALLS, 0.5), BP_EINVAL);
    assert_status(bp_trainer_set_number(t, BP_NUMBER_STEP, 1e16), BP_EINVAL);
    destroy(&learner);
}

/* ---- L-BFGS ---- */

static double cost_of(const struct learner *learner, const bp_dataset *data)
{
    bp_evaluation result = {.struct_size = sizeof result};
    bp_workspace *workspace = NULL;
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);

    ok(bp_workspace_create(learner->network, ROWS, &workspace));
    ok(bp_network_evaluate(learner->network, workspace, cost, data, &result));
    bp_workspace_destroy(workspace);
    bp_cost_destroy(cost);
    return result.cost;
}

/* Eleven rows and 26 parameters: they can be learnt as closely as one likes. */
static void lbfgs_learns_in_few_steps(void **state)
{
    for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
         precision++) {
        const struct plan plan = {BP_OPTIMIZER_LBFGS, precision, 1, ROWS, false};
        struct learner learner = make(&plan, env_of(state));
        bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
        bp_optimizer *lbfgs = bp_trainer_get_optimizer(learner.trainer);
        const double before = cost_of(&learner, data);

        ok(bp_trainer_set_schedule(learner.trainer, NULL));
        ok(bp_optimizer_set(lbfgs, BP_OPTIMIZER_RATE, 1));
        for (size_t step = 0; step < 60; step++) {
            double cost = 0;
            const double now = cost_of(&learner, data);

            ok(bp_trainer_epoch(learner.trainer, data, &cost));
            assert_close(cost, now, 1e-6, 1e-5);
            assert_true(cost_of(&learner, data) <= now * (1 + 1e-5) + 1e-9);
        }
        assert_true(cost_of(&learner, data) < before / 100);
        bp_dataset_destroy(data);
        destroy(&learner);
    }
}

static void lbfgs_leaves_frozen_layers(void **state)
{
    const struct plan plan = {BP_OPTIMIZER_LBFGS, BP_PRECISION_F64, 1, ROWS, false};
    struct learner learner = make(&plan, env_of(state));
    bp_dataset *data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
    double before[12], after[12];
    const double cost = cost_of(&learner, data);

    ok(bp_trainer_set_layer(learner.trainer, 0, BP_TRAINER_LAYER_FROZEN, 1));
    ok(bp_network_get_parameter_f64(learner.network, 0, 0, before, 12));
    ok(bp_trainer_fit(learner.trainer, data, 5, NULL, NULL));
    ok(bp_network_get_parameter_f64(learner.network, 0, 0, after, 12));
    assert_bits_f64(after, before, 12);
    assert_true(cost_of(&learner, data) < cost);
    bp_dataset_destroy(data);
    destroy(&learner);
}

static void lbfgs_refuses_what_it_has_not(void **state)
{
    const struct plan plan = {BP_OPTIMIZER_LBFGS, BP_PRECISION_F64, 1, ROWS, false};
    struct learner learner = make(&plan, env_of(state));
    bp_trainer *t = learner.trainer;
    const double x[] = {1, 2, 3};
    const double y[] = {1, 2};

    assert_status(bp_trainer_set(t, BP_TRAINER_CLIP_NORM, 1), BP_EUNSUPPORTED);
    assert_line(bp_trainer_error(t), "clip norm has no place in L-BFGS");
    ok(bp_trainer_set(t, BP_TRAINER_CLIP_NORM, 0));
    assert_status(bp_trainer_set(t, BP_TRAINER_BIAS_DECAY, 0), BP_EUNSUPPORTED);
    assert_status(bp_trainer_set_layer(t, 0, BP_TRAINER_LAYER_RATE, 2), BP_EUNSUPPORTED);
    assert_status(bp_trainer_set_layer(t, 0, BP_TRAINER_LAYER_MAX_NORM, 2),
                  BP_EUNSUPPORTED);
    ok(bp_trainer_gradient_f64(t, x, 3, y, 2, NULL));
    assert_status(bp_trainer_update(t), BP_EUNSUPPORTED);
    ok(bp_optimizer_set(bp_trainer_get_optimizer(t), BP_OPTIMIZER_HISTORY, 6));
    assert_status(bp_trainer_step_f64(t, x, 3, y, 2, NULL), BP_ESTATE);
    assert_line(bp_trainer_error(t), "history and iterations are 9 together");
    ok(bp_optimizer_set(bp_trainer_get_optimizer(t), BP_OPTIMIZER_ITERATIONS, 2));
    ok(bp_trainer_step_f64(t, x, 3, y, 2, NULL));
    destroy(&learner);
}

/* ---- an operation that stops within a step ---- */

static bp_trainer *make_own(struct custom_state *custom, const bp_env *env,
                            bp_network **network)
{
    const bp_activation_ops ops = custom_activation(custom);
    bp_cost *cost = make_cost(BP_COST_QUADRATIC, NULL);
    bp_optimizer *lbfgs = NULL;
    bp_layer *layer = NULL;
    bp_trainer *trainer = NULL;

    ok(bp_network_create(INPUTS, env, network));
    ok(bp_layer_create_dense(OUTPUTS, BP_ACTIVATION_LINEAR, NULL, &layer));
    ok(bp_layer_set_activation(layer, &ops));
    ok(bp_network_add(*network, layer));
    ok(bp_network_build(*network, 1));
    ok(bp_optimizer_create(BP_OPTIMIZER_LBFGS, NULL, &lbfgs));
    ok(bp_trainer_create(*network, cost, lbfgs, &trainer));
    ok(bp_trainer_build(trainer, 1));
    bp_layer_destroy(layer);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(lbfgs);
    return trainer;
}

static void a_stopped_step_leaves_no_trace(void **state)
{
    struct custom_state custom, kept_custom;
    bp_network *network = NULL;
    bp_network *kept = NULL;
    bp_trainer *trainer, *kept_trainer;
    const double x[] = {1, 0.5, -0.25, -1, 0.75, 0.5};
    const double y[] = {0.5, 1, 1, -0.5};
    size_t stop;

    memset(&custom, 0, sizeof custom);
    memset(&kept_custom, 0, sizeof kept_custom);
    trainer = make_own(&custom, env_of(state), &network);
    kept_trainer = make_own(&kept_custom, env_of(state), &kept);
    for (stop = 1; stop < 30; stop++) {
        bp_status status;

        custom.calls = 0;
        custom.stop_after = stop;
        status = bp_trainer_step_f64(trainer, x, 6, y, 4, NULL);
        if (status == BP_OK)
            break;
        assert_status(status, BP_ESTOPPED);
        assert_true(same_parameters(network, kept));
    }
    assert_true(stop > 6);
    custom.stop_after = 0;
    ok(bp_trainer_step_f64(kept_trainer, x, 6, y, 4, NULL));
    assert_true(same_parameters(network, kept));
    bp_trainer_destroy(trainer);
    bp_trainer_destroy(kept_trainer);
    bp_network_destroy(network);
    bp_network_destroy(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(training_goes_on_to_the_bit),
        HOST_TEST(bounds),
        HOST_TEST(lbfgs_learns_in_few_steps),
        HOST_TEST(lbfgs_leaves_frozen_layers),
        HOST_TEST(lbfgs_refuses_what_it_has_not),
        HOST_TEST(a_stopped_step_leaves_no_trace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
