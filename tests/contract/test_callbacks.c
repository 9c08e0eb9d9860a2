/* SPDX-License-Identifier: MIT */
/*
 * Callbacks: what they are told, what they may call, that they can stop the work at any
 * point, and that what was stopped goes on to the same bits.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum {
    EPOCHS = 3,
    STEPS = 2,
    X = WORLD_INPUTS,
    Y = WORLD_OUTPUTS
};

static struct world world;

static int world_up(void **state)
{
    (void)state;
    world_create(&world);
    return 0;
}

static int world_down(void **state)
{
    (void)state;
    world_destroy(&world);
    return 0;
}

/* ---- what they are told ---- */

struct events {
    size_t steps, epochs;
    bp_progress last;
    bool wrong;
};

/* Six rows in batches of four: two steps of an epoch, then its end. */
static int32_t count_event(const bp_progress *p, void *user)
{
    struct events *e = user;
    const size_t done = e->steps % STEPS == STEPS - 1 ? WORLD_ROWS : WORLD_BATCH;

    e->wrong |= p->struct_size < sizeof *p || p->epochs != EPOCHS ||
                p->rows != WORLD_ROWS || !(p->cost > 0) || p->seconds < e->last.seconds ||
                !(p->seconds_left >= 0);
    if (p->event == BP_EVENT_STEP) {
        e->wrong |= p->rows_done != done || p->epoch != e->epochs + 1;
        ++e->steps;
    } else {
        e->wrong |= p->event != BP_EVENT_EPOCH || p->rows_done != WORLD_ROWS ||
                    e->steps != STEPS * (e->epochs + 1) || p->epoch != e->epochs + 1;
        ++e->epochs;
    }
    e->last = *p;
    return 0;
}

static void test_events(void **state)
{
    struct events events;

    (void)state;
    memset(&events, 0, sizeof events);
    ok(bp_trainer_fit(world.trainer, world.data, EPOCHS, count_event, &events));
    assert_int_equal(events.steps, STEPS * EPOCHS);
    assert_int_equal(events.epochs, EPOCHS);
    assert_false(events.wrong);
    assert_int_equal(events.last.step, 1 + STEPS * EPOCHS);
    assert_true(events.last.seconds_left == 0);
}

/* ---- what they may call ---- */

/* Filled by the callback, looked at after it: the row at which an answer was wrong. */
static const char *wrong_call;

static void expect(bp_status status, bp_status expected, const char *call)
{
    if (status != expected && wrong_call == NULL)
        wrong_call = call;
}

#define EXPECT(expected, call) expect((call), (expected), #call)

static void reenter_trainer(bp_trainer *t)
{
    const struct world_in *in = &world.in;

    EXPECT(BP_EBUSY, bp_trainer_set(t, BP_TRAINER_SHUFFLE, 0));
    EXPECT(BP_EBUSY, bp_trainer_step(t, in->f, X, in->targets, Y, NULL));
    EXPECT(BP_EBUSY, bp_trainer_step_f64(t, in->d, X, in->targets_f64, Y, NULL));
    EXPECT(BP_EBUSY, bp_trainer_step_labels(t, in->f, X, in->labels, 1, NULL));
    EXPECT(BP_EBUSY, bp_trainer_gradient(t, in->f, X, in->targets, Y, NULL));
    EXPECT(BP_EBUSY, bp_trainer_gradient_f64(t, in->d, X, in->targets_f64, Y, NULL));
    EXPECT(BP_EBUSY, bp_trainer_gradient_labels(t, in->f, X, in->labels, 1, NULL));
    EXPECT(BP_EBUSY, bp_trainer_update(t));
    EXPECT(BP_EBUSY, bp_trainer_epoch(t, world.data, NULL));
    EXPECT(BP_EBUSY, bp_trainer_fit(t, world.data, 1, NULL, NULL));
    EXPECT(BP_EBUSY, bp_gradient_check(t, world.data, NULL, &world.out.report));
    if (wrong_call == NULL && bp_trainer_error(t)[0] == '\0')
        wrong_call = "bp_trainer_error is empty";
}

static void read_trainer(const bp_trainer *t)
{
    bp_position position = {.struct_size = sizeof position};
    float values[WORLD_WEIGHTS];
    double value;

    EXPECT(BP_OK, bp_trainer_get(t, BP_TRAINER_BATCH, &value));
    EXPECT(BP_OK, bp_trainer_position(t, &position));
    EXPECT(BP_ESTATE, bp_trainer_get_gradient(t, 1, 0, values, WORLD_WEIGHTS));
}

static int32_t reenter(const bp_progress *progress, void *user)
{
    const uint64_t before = world_digest(&world);
    bp_optimizer *sgd = bp_trainer_get_optimizer(world.trainer);
    double rate = 0;

    (void)progress;
    ++*(size_t *)user;
    reenter_trainer(world.trainer);
    read_trainer(world.trainer);
    EXPECT(BP_OK, bp_network_predict(world.net, world.ws, world.in.f, X, world.out.f, Y));
    EXPECT(BP_OK, bp_optimizer_get(sgd, BP_OPTIMIZER_RATE, &rate));
    if (world_digest(&world) != before)
        wrong_call = "a call that was refused changed an object";
    EXPECT(BP_OK, bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, rate / 2));
    return 0;
}

static void test_reenter_progress(void **state)
{
    size_t calls = 0;
    double rate = 0;

    (void)state;
    wrong_call = NULL;
    ok(bp_trainer_fit(world.trainer, world.data, EPOCHS, reenter, &calls));
    if (wrong_call != NULL)
        fail_msg("from a callback: %s", wrong_call);
    assert_int_equal(calls, EPOCHS * (STEPS + 1));
    ok(bp_optimizer_get(bp_trainer_get_optimizer(world.trainer), BP_OPTIMIZER_RATE,
                        &rate));
    assert_same_f64(rate, 0.125 / 512);
}

/* From within an operation, while a step runs: also the network must not be written. */
static void reenter_step(struct custom_state *state, const bp_run *run)
{
    const struct world_in *in = &world.in;
    bp_network *net = world.net_own;

    (void)state;
    if (run->mode != BP_MODE_TRAIN)
        return;
    reenter_trainer(world.trainer_own);
    EXPECT(BP_EBUSY, bp_network_initialise(net, 1));
    EXPECT(BP_EBUSY, bp_network_set_parameter(net, 0, 0, in->f, X));
    EXPECT(BP_EBUSY, bp_network_set_parameter_f64(net, 0, 0, in->d, X));
    EXPECT(BP_EBUSY, bp_network_view_changed(net));
}

static void test_reenter_step(void **state)
{
    (void)state;
    wrong_call = NULL;
    world.custom.calls = 0;
    world.custom.hook = reenter_step;
    ok(bp_trainer_step(world.trainer_own, world.in.f, X, world.in.targets, Y, NULL));
    ok(bp_trainer_epoch(world.trainer_own, world.data, NULL));
    world.custom.hook = NULL;
    assert_true(world.custom.calls > 6);
    if (wrong_call != NULL)
        fail_msg("from an operation of a step: %s", wrong_call);
    ok(bp_network_initialise(world.net_own, 1));
}

/* Nor may a second trainer of the same network step into the first one's step. */
static bp_trainer *second;

static void reenter_second(struct custom_state *state, const bp_run *run)
{
    const struct world_in *in = &world.in;

    state->hook = NULL; /* what is wrongly allowed must not come here again */
    if (run->mode == BP_MODE_TRAIN) {
        EXPECT(BP_EBUSY, bp_trainer_step(second, in->f, X, in->targets, Y, NULL));
        EXPECT(BP_EBUSY, bp_trainer_epoch(second, world.data, NULL));
        EXPECT(BP_EBUSY, bp_trainer_update(second));
        EXPECT(BP_EBUSY, bp_network_initialise(world.net_own, 1));
    }
    state->hook = reenter_second;
}

static void test_reenter_second(void **state)
{
    (void)state;
    wrong_call = NULL;
    ok(bp_trainer_create(world.net_own, world.cost_own, world.sgd, &second));
    ok(bp_trainer_build(second, 1));
    ok(bp_trainer_gradient(second, world.in.f, X, world.in.targets, Y, NULL));
    world.custom.hook = reenter_second;
    ok(bp_trainer_step(world.trainer_own, world.in.f, X, world.in.targets, Y, NULL));
    world.custom.hook = NULL;
    ok(bp_trainer_update(second));
    bp_trainer_destroy(second);
    if (wrong_call != NULL)
        fail_msg("from an operation of another trainer's step: %s", wrong_call);
}

static void reenter_predict(struct custom_state *state, const bp_run *run)
{
    const struct world_in *in = &world.in;
    float f[Y];
    double d[Y];
    int32_t class;
    bp_evaluation evaluation = {.struct_size = sizeof evaluation};

    (void)state;
    (void)run;
    EXPECT(BP_EBUSY, bp_network_predict(world.net_own, world.ws_own, in->f, X, f, Y));
    EXPECT(BP_EBUSY, bp_network_predict_f64(world.net_own, world.ws_own, in->d, X, d, Y));
    EXPECT(BP_EBUSY,
           bp_network_classify(world.net_own, world.ws_own, in->f, X, &class, 1));
    EXPECT(BP_EBUSY, bp_network_evaluate(world.net_own, world.ws_own, world.cost_own,
                                         world.data, &evaluation));
    EXPECT(BP_OK, bp_network_predict(world.net, world.ws, in->f, X, f, Y));
}

static void test_reenter_predict(void **state)
{
    (void)state;
    wrong_call = NULL;
    world.custom.calls = 0;
    world.custom.hook = reenter_predict;
    ok(bp_network_predict(world.net_own, world.ws_own, world.in.f, X, world.out.f, Y));
    ok(bp_network_evaluate(world.net_own, world.ws_own, world.cost_own, world.data,
                           &world.out.evaluation));
    world.custom.hook = NULL;
    assert_true(world.custom.calls > 2);
    if (wrong_call != NULL)
        fail_msg("from an operation of a prediction: %s", wrong_call);
}

/* ---- stop and go on ---- */

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
    struct custom_state custom;
};

enum {
    ROWS = 7,
    BATCH = 2,
    RUN_STEPS = 4
};

/* With callbacks in the network, so that it can be stopped within a step as well. */
static void run_create(struct run *run, int32_t precision)
{
    bp_activation_ops ops = custom_activation(&run->custom);
    bp_layer *bent = NULL;

    memset(run, 0, sizeof *run);
    ok(bp_network_create(3, NULL, &run->network));
    ok(bp_network_set(run->network, BP_NETWORK_PRECISION, precision));
    ok(bp_layer_create_dense(5, BP_ACTIVATION_LINEAR, NULL, &bent));
    ok(bp_layer_set_activation(bent, &ops));
    ok(bp_network_add(run->network, bent));
    bp_layer_destroy(bent);
    ok(bp_network_add_dense(run->network, 2, BP_ACTIVATION_SIGMOID));
    ok(bp_network_build(run->network, 11));
    run->trainer = make_trainer(run->network, BP_COST_CROSS_ENTROPY, BATCH, 12);
    run->data = make_dataset(ROWS, 3, 2, NULL);
}

static void run_destroy(struct run *run)
{
    bp_trainer_destroy(run->trainer);
    bp_network_destroy(run->network);
    bp_dataset_destroy(run->data);
}

static bp_position position_of(const struct run *run)
{
    bp_position position = {.struct_size = sizeof position};

    ok(bp_trainer_position(run->trainer, &position));
    return position;
}

static void compare_runs(const struct run *a, const struct run *b)
{
    const bp_position pa = position_of(a);
    const bp_position pb = position_of(b);
    size_t na = 0;
    size_t nb = 0;
    double *x = copy_parameters(a->network, &na);
    double *y = copy_parameters(b->network, &nb);

    assert_int_equal(na, nb);
    assert_bits_f64(x, y, na);
    assert_int_equal(pa.step, pb.step);
    assert_int_equal(pa.epoch, pb.epoch);
    assert_int_equal(pa.row, pb.row);
    free(x);
    free(y);
}

/* Answers non-zero at one event, counted from 1. */
struct stop {
    size_t events;
    size_t at;
};

static int32_t stop_at(const bp_progress *progress, void *user)
{
    struct stop *stop = user;

    (void)progress;
    return ++stop->events == stop->at ? -5 : 0;
}

static void finish(struct run *run)
{
    const bp_position position = position_of(run);

    assert_in_range(position.epoch, 0, EPOCHS);
    if (position.epoch < EPOCHS)
        ok(bp_trainer_fit(run->trainer, run->data, EPOCHS - position.epoch, NULL, NULL));
}

static void stop_by_progress(int32_t precision, size_t at)
{
    struct run straight;
    struct run stopped;
    struct stop stop = {0, at};
    bp_position position;

    run_create(&straight, precision);
    run_create(&stopped, precision);
    finish(&straight);
    assert_status(bp_trainer_fit(stopped.trainer, stopped.data, EPOCHS, stop_at, &stop),
                  BP_ESTOPPED);
    assert_int_equal(stop.events, at);
    position = position_of(&stopped);
    assert_int_equal(position.step, at - at / (RUN_STEPS + 1));
    if (position.row != 0)
        assert_int_equal(position.row, BATCH * (position.step % RUN_STEPS));
    finish(&stopped);
    compare_runs(&stopped, &straight);
    run_destroy(&straight);
    run_destroy(&stopped);
}

static void test_stop_progress(void **state)
{
    (void)state;
    for (size_t at = 1; at <= EPOCHS * (RUN_STEPS + 1); ++at) {
        stop_by_progress(BP_PRECISION_F32, at);
        stop_by_progress(BP_PRECISION_F64, at);
    }
}

/* A step that an operation stops is not counted, and its half is forgotten. */
static void stop_by_operation(size_t at)
{
    struct run straight;
    struct run stopped;
    bp_position position;

    run_create(&straight, BP_PRECISION_F32);
    run_create(&stopped, BP_PRECISION_F32);
    finish(&straight);
    stopped.custom.calls = 0;
    stopped.custom.stop_after = at;
    assert_status(bp_trainer_fit(stopped.trainer, stopped.data, EPOCHS, NULL, NULL),
                  BP_ESTOPPED);
    position = position_of(&stopped);
    assert_int_equal(position.step, (at - 1) / 2);
    stopped.custom.stop_after = 0;
    finish(&stopped);
    compare_runs(&stopped, &straight);
    run_destroy(&straight);
    run_destroy(&stopped);
}

static void test_stop_operation(void **state)
{
    (void)state;
    for (size_t at = 1; at <= 2 * RUN_STEPS * EPOCHS; ++at)
        stop_by_operation(at);
}

/* bp_trainer_epoch goes on as well, and other things may be done in between. */
static void test_stop_then_use(void **state)
{
    struct run straight;
    struct run stopped;
    struct stop stop = {0, 2};
    bp_network *copy = NULL;
    bp_workspace *ws = NULL;
    float out[2];

    (void)state;
    run_create(&straight, BP_PRECISION_F32);
    run_create(&stopped, BP_PRECISION_F32);
    ok(bp_trainer_epoch(straight.trainer, straight.data, NULL));
    assert_status(bp_trainer_fit(stopped.trainer, stopped.data, 1, stop_at, &stop),
                  BP_ESTOPPED);
    assert_true(strlen(bp_trainer_error(stopped.trainer)) > 0);
    ok(bp_network_clone(stopped.network, &copy));
    ok(bp_workspace_create(copy, 1, &ws));
    ok(bp_network_predict(copy, ws, world.in.f, 3, out, 2));
    bp_workspace_destroy(ws);
    bp_network_destroy(copy);
    ok(bp_trainer_epoch(stopped.trainer, stopped.data, NULL));
    compare_runs(&stopped, &straight);
    run_destroy(&straight);
    run_destroy(&stopped);
}

/* Bad rows in a later step: the epoch stops at the last completed step. */
static void test_bad_data_later(void **state)
{
    float inputs[ROWS * 3];
    struct run run;
    bp_position position;

    (void)state;
    run_create(&run, BP_PRECISION_F32);
    ok(bp_trainer_set(run.trainer, BP_TRAINER_SHUFFLE, 0));
    bp_dataset_destroy(run.data);
    memcpy(inputs, world.in.f, sizeof inputs);
    ok(bp_dataset_create(NULL, &run.data));
    ok(bp_dataset_set_inputs_borrow(run.data, inputs, ROWS, 3, 3));
    ok(bp_dataset_set_targets(run.data, world.in.targets, ROWS, 2, 2));
    inputs[5 * 3] = 1.0f / 0.0f;
    assert_status(bp_trainer_epoch(run.trainer, run.data, NULL), BP_EDATA);
    position = position_of(&run);
    assert_int_equal(position.step, 2);
    assert_int_equal(position.row, 4);
    inputs[5 * 3] = 1;
    ok(bp_trainer_epoch(run.trainer, run.data, NULL));
    position = position_of(&run);
    assert_int_equal(position.step, 4);
    assert_int_equal(position.epoch, 1);
    assert_int_equal(position.row, 0);
    run_destroy(&run);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_up, world_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_events),         TEST(test_reenter_progress), TEST(test_reenter_step),
        TEST(test_reenter_second), TEST(test_reenter_predict),  TEST(test_stop_progress),
        TEST(test_stop_operation), TEST(test_stop_then_use),    TEST(test_bad_data_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
