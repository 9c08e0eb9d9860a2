/* SPDX-License-Identifier: MIT */
/*
 * A training taken out and put back: N + M steps are N, out, in, M, to the bit, for every
 * optimizer with every schedule on every kind of layer, in the middle of an epoch, on
 * another number of threads, by way of a copy made name by name; and what does not fit
 * changes nothing.
 */
#include "unit_helpers.h"

enum { ROWS = 23, BATCH = 5, STEPS = 5, INPUTS = 3, OUTPUTS = 4, EPOCHS = 4 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

struct how {
    int32_t optimizer, schedule, layer; /* Of the layer in the middle. */
    int32_t precision;
    double accumulate, threads, momentum;
    size_t width;
};

/* ---- a run ---- */

static void add_middle(bp_network *network, int32_t kind, const bp_env *env)
{
    bp_layer *layer = NULL;

    switch (kind) {
    case BP_LAYER_KIND_DROPOUT: ok(bp_layer_create_dropout(0.3, env, &layer)); break;
    case BP_LAYER_KIND_NOISE: ok(bp_layer_create_noise(0.1, env, &layer)); break;
    case BP_LAYER_KIND_LAYER_NORM: ok(bp_layer_create_layer_norm(env, &layer)); break;
    case BP_LAYER_KIND_BATCH_NORM: ok(bp_layer_create_batch_norm(env, &layer)); break;
    default: ok(bp_layer_create_activation(BP_ACTIVATION_RELU, env, &layer));
    }
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
}

static bp_network *make_net(const struct how *how, const bp_env *env, uint64_t seed)
{
    bp_network *network = NULL;

    ok(bp_network_create(INPUTS, env, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, how->precision));
    ok(bp_network_set(network, BP_NETWORK_THREADS, how->threads));
    ok(bp_network_add_dense(network, how->width, BP_ACTIVATION_TANH));
    add_middle(network, how->layer, env);
    ok(bp_network_add_dense(network, OUTPUTS, BP_ACTIVATION_LINEAR));
    ok(bp_network_build(network, seed));
    return network;
}

static double own_rate(uint64_t t, double base, void *user)
{
    (void)user;
    return base / (double)(1 + t % 3);
}

static bp_schedule *make_schedule(int32_t kind, const bp_env *env)
{
    static const uint64_t at[] = {3, 7, 9};
    bp_schedule *schedule = NULL;

    if (kind == BP_SCHEDULE_CUSTOM) {
        ok(bp_schedule_create_custom(own_rate, NULL, env, &schedule));
        return schedule;
    }
    ok(bp_schedule_create(kind, env, &schedule));
    if (kind == BP_SCHEDULE_MULTI_STEP)
        ok(bp_schedule_set_milestones(schedule, at, COUNT(at)));
    if (kind == BP_SCHEDULE_PLATEAU) {
        ok(bp_schedule_set(schedule, BP_SCHEDULE_PATIENCE, 0));
        ok(bp_schedule_set(schedule, BP_SCHEDULE_THRESHOLD, 0.9));
    } else {
        (void)bp_schedule_set(schedule, BP_SCHEDULE_BY, 1);
        (void)bp_schedule_set(schedule, BP_SCHEDULE_WARMUP, 2);
    }
    return schedule;
}

static bp_optimizer *make_optimizer(const struct how *how)
{
    bp_optimizer *optimizer = NULL;

    ok(bp_optimizer_create(how->optimizer, NULL, &optimizer));
    ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.02));
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_MOMENTUM, how->momentum);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_CENTRED, 1);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_ITERATIONS, 3);
    (void)bp_optimizer_set(optimizer, BP_OPTIMIZER_HISTORY, 5);
    return optimizer;
}

static bp_trainer *make_bare(bp_network *network, const struct how *how, uint64_t seed)
{
    bp_cost *cost = make_cost(BP_COST_MSE, NULL);
    bp_optimizer *optimizer = make_optimizer(how);
    bp_trainer *trainer = NULL;

    ok(bp_trainer_create(network, cost, optimizer, &trainer));
    ok(bp_trainer_set(trainer, BP_TRAINER_BATCH, BATCH));
    ok(bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, how->accumulate));
    ok(bp_trainer_build(trainer, seed));
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    return trainer;
}

static void set_schedule(bp_trainer *trainer, int32_t kind, const bp_env *env)
{
    bp_schedule *schedule = make_schedule(kind, env);

    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

/* What the snapshot is to bring along is set only in runs that are taken out. */
static void run_create(struct run *r, void **state, const struct how *how, bool set)
{
    r->network = make_net(how, env_of(state), set ? 6 : 99);
    r->trainer = make_bare(r->network, how, set ? 6 : 99);
    r->data = make_dataset(ROWS, INPUTS, OUTPUTS, env_of(state));
    if (set || how->schedule == BP_SCHEDULE_CUSTOM)
        set_schedule(r->trainer, how->schedule, env_of(state));
    if (!set || how->optimizer == BP_OPTIMIZER_LBFGS)
        return;
    ok(bp_trainer_set_layer(r->trainer, 0, BP_TRAINER_LAYER_RATE, 0.5));
    ok(bp_trainer_set_layer(r->trainer, 2, BP_TRAINER_LAYER_MAX_NORM, 2));
    ok(bp_trainer_set(r->trainer, BP_TRAINER_CLIP_NORM, 0.5));
    ok(bp_trainer_set(r->trainer, BP_TRAINER_BIAS_DECAY, 0));
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
}

/* ---- out ---- */

struct cut {
    uint64_t at;
    bp_snapshot *snapshot;
    const bp_trainer *trainer;
};

static int32_t take_at(const bp_progress *progress, void *user)
{
    struct cut *cut = user;

    if (progress->event != BP_EVENT_STEP || progress->step != cut->at)
        return 0;
    ok(bp_snapshot_take(cut->snapshot, cut->trainer));
    return 1;
}

/* Name by name into another snapshot, from the end, as nobody need keep the order. */
static bp_snapshot *copy_of(void **state, const bp_snapshot *from)
{
    bp_snapshot *to = NULL;

    ok(bp_snapshot_create(env_of(state), &to));
    for (size_t i = bp_snapshot_tensors(from); i-- > 0;) {
        bp_tensor tensor = {.struct_size = sizeof tensor};

        ok(bp_snapshot_get_tensor(from, i, &tensor));
        ok(bp_snapshot_add_tensor(to, &tensor));
    }
    for (size_t i = bp_snapshot_numbers(from); i-- > 0;) {
        bp_number_entry number = {.struct_size = sizeof number};

        ok(bp_snapshot_get_number(from, i, &number));
        ok(bp_snapshot_add_number(to, &number));
    }
    return to;
}

/* Equal names and bits. */
static bool same_state(const bp_snapshot *a, const bp_snapshot *b)
{
    bool same = bp_snapshot_tensors(a) == bp_snapshot_tensors(b) &&
                bp_snapshot_numbers(a) == bp_snapshot_numbers(b);

    for (size_t i = 0; same && i < bp_snapshot_tensors(a); i++) {
        bp_tensor of_a = {.struct_size = sizeof of_a}, of_b = of_a;

        ok(bp_snapshot_get_tensor(a, i, &of_a));
        ok(bp_snapshot_get_tensor(b, i, &of_b));
        same = strcmp(of_a.name, of_b.name) == 0 && of_a.precision == of_b.precision &&
               memcmp(of_a.values, of_b.values,
                      of_a.rows * of_a.cols *
                          (of_a.precision == BP_PRECISION_F64 ? 8u : 4u)) == 0;
        if (!same)
            print_error("tensor %s / %s differs\n", of_a.name, of_b.name);
    }
    for (size_t i = 0; same && i < bp_snapshot_numbers(a); i++) {
        bp_number_entry of_a = {.struct_size = sizeof of_a}, of_b = of_a;

        ok(bp_snapshot_get_number(a, i, &of_a));
        ok(bp_snapshot_get_number(b, i, &of_b));
        same = strcmp(of_a.name, of_b.name) == 0 && of_a.whole == of_b.whole &&
               memcmp(&of_a.real, &of_b.real, sizeof of_a.real) == 0;
        if (!same)
            print_error("number %s / %s differs\n", of_a.name, of_b.name);
    }
    return same;
}

/* All that both go on from is equal. */
static void assert_same_run(void **state, const struct run *a, const struct run *b)
{
    bp_snapshot *of_a = NULL;
    bp_snapshot *of_b = NULL;

    ok(bp_snapshot_create(env_of(state), &of_a));
    ok(bp_snapshot_create(env_of(state), &of_b));
    ok(bp_snapshot_take(of_a, a->trainer));
    ok(bp_snapshot_take(of_b, b->trainer));
    assert_true(same_state(of_a, of_b));
    bp_snapshot_destroy(of_a);
    bp_snapshot_destroy(of_b);
}

/* ---- N + M ---- */

static void resume(void **state, const struct how *how, uint64_t at, double threads)
{
    struct run whole, first, second;
    struct how other = *how;
    struct cut cut = {.at = at};
    bp_snapshot *copy;

    other.threads = threads;
    run_create(&whole, state, how, true);
    run_create(&first, state, how, true);
    run_create(&second, state, &other, false);
    ok(bp_snapshot_create(env_of(state), &cut.snapshot));
    cut.trainer = first.trainer;
    ok(bp_trainer_fit(whole.trainer, whole.data, EPOCHS, NULL, NULL));
    assert_status(bp_trainer_fit(first.trainer, first.data, EPOCHS, take_at, &cut),
                  BP_ESTOPPED);
    ok(bp_trainer_epoch(first.trainer, first.data, NULL)); /* the snapshot stays */
    copy = copy_of(state, cut.snapshot);
    ok(bp_trainer_epoch(second.trainer, second.data, NULL));
    ok(bp_trainer_restore(second.trainer, copy));
    ok(bp_trainer_fit(second.trainer, second.data, EPOCHS - at / STEPS, NULL, NULL));
    assert_same_run(state, &whole, &second);
    bp_snapshot_destroy(cut.snapshot);
    bp_snapshot_destroy(copy);
    run_destroy(&whole);
    run_destroy(&first);
    run_destroy(&second);
}

static void every_optimizer_schedule_and_layer(void **state)
{
    for (int32_t optimizer = BP_OPTIMIZER_SGD; optimizer <= BP_OPTIMIZER_LBFGS;
         optimizer++)
        for (int32_t schedule = BP_SCHEDULE_CONSTANT; schedule <= BP_SCHEDULE_CUSTOM;
             schedule++)
            for (int32_t layer = BP_LAYER_KIND_DROPOUT - 1;
                 layer <= BP_LAYER_KIND_BATCH_NORM; layer++) {
                const struct how how = {
                    .optimizer = optimizer,
                    .schedule = schedule,
                    .layer = layer,
                    .precision = layer % 2 ? BP_PRECISION_F32 : BP_PRECISION_F64,
                    .accumulate = optimizer != BP_OPTIMIZER_LBFGS ? 1 + layer % 3 : 1,
                    .threads = 1,
                    .momentum = layer % 2 ? 0.9 : 0,
                    .width = 6,
                };

                resume(state, &how, 1 + (uint64_t)(schedule * 2 + layer) % 12, 1);
            }
}

/* Between epochs, in the middle, before the first update of a sum. */
static void every_step(void **state)
{
    const struct how how = {BP_OPTIMIZER_ADAM,
                            BP_SCHEDULE_PLATEAU,
                            BP_LAYER_KIND_BATCH_NORM,
                            BP_PRECISION_F32,
                            3,
                            1,
                            0,
                            6};

    for (uint64_t at = 1; at < EPOCHS * STEPS; at++)
        resume(state, &how, at, 1);
}

/* Wide enough to be worth several threads. */
static void another_number_of_threads(void **state)
{
    static const int32_t kinds[] = {BP_OPTIMIZER_SGD, BP_OPTIMIZER_ADAM,
                                    BP_OPTIMIZER_RPROP, BP_OPTIMIZER_LBFGS};

    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct how how = {kinds[i],
                                BP_SCHEDULE_COSINE,
                                i % 2 ? BP_LAYER_KIND_BATCH_NORM : BP_LAYER_KIND_DROPOUT,
                                BP_PRECISION_F32,
                                1,
                                1,
                                0.9,
                                3000};

        resume(state, &how, 7, 3);
    }
}

/* ---- fits with options ---- */

struct fit {
    struct run run;
    bp_dataset *held;
    bp_fit_options options;
};

static void fit_create(struct fit *f, void **state, const struct how *how, bool set)
{
    run_create(&f->run, state, how, set);
    f->held = make_dataset(9, INPUTS, OUTPUTS, env_of(state));
    ok(bp_fit_options_init(&f->options));
    f->options.epochs = 9;
    f->options.patience = 4;
    f->options.validation = f->held;
    f->options.validate_every = 2;
}

static void fit_destroy(struct fit *f)
{
    run_destroy(&f->run);
    bp_dataset_destroy(f->held);
}

static int32_t take_any(const bp_progress *progress, void *user)
{
    struct cut *cut = user;
    const uint64_t moment = 2 * progress->step + (progress->event == BP_EVENT_EPOCH);

    if (moment != cut->at)
        return 0;
    ok(bp_snapshot_take(cut->snapshot, cut->trainer));
    return 1;
}

static void assert_same_result(const bp_fit_result *a, const bp_fit_result *b)
{
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->best_epoch, b->best_epoch);
    assert_same_f64(a->best, b->best);
    assert_same_f64(a->cost, b->cost);
    assert_same_f64(a->validation_cost, b->validation_cost);
}

/* Early stopping goes on with what it has seen, and finds the same best; wherever the
 * break was: at is twice the step, and 1 more after the look of an epoch. */
static bool resume_fit(void **state, const struct how *how, uint64_t at)
{
    struct fit whole, first, second;
    struct cut cut = {.at = at};
    bp_fit_result results[2] = {{.struct_size = sizeof results[0]},
                                {.struct_size = sizeof results[0]}};
    bp_status status;

    fit_create(&whole, state, how, true);
    fit_create(&first, state, how, true);
    fit_create(&second, state, how, false);
    ok(bp_snapshot_create(env_of(state), &cut.snapshot));
    cut.trainer = first.run.trainer;
    first.options.progress = take_any;
    first.options.user = &cut;
    second.options.resume = 1;
    ok(bp_trainer_train(whole.run.trainer, whole.run.data, &whole.options, &results[0]));
    status = bp_trainer_train(first.run.trainer, first.run.data, &first.options, NULL);
    if (status == BP_ESTOPPED) {
        ok(bp_trainer_restore(second.run.trainer, cut.snapshot));
        ok(bp_trainer_train(second.run.trainer, second.run.data, &second.options,
                            &results[1]));
        assert_same_result(&results[0], &results[1]);
        assert_same_run(state, &whole.run, &second.run);
    }
    bp_snapshot_destroy(cut.snapshot);
    fit_destroy(&whole);
    fit_destroy(&first);
    fit_destroy(&second);
    return status == BP_ESTOPPED;
}

static void early_stopping_goes_on(void **state)
{
    const struct how how = {BP_OPTIMIZER_ADAM,
                            BP_SCHEDULE_CONSTANT,
                            BP_LAYER_KIND_BATCH_NORM,
                            BP_PRECISION_F64,
                            1,
                            1,
                            0,
                            6};
    size_t breaks = 0;

    for (uint64_t at = 2; at < 2 * 9 * STEPS; at++)
        breaks += resume_fit(state, &how, at);
    assert_true(breaks > 9 * STEPS);
}

static void a_fit_of_its_own(void **state)
{
    const struct how how = {BP_OPTIMIZER_ADAM,
                            BP_SCHEDULE_CONSTANT,
                            BP_LAYER_KIND_DROPOUT,
                            BP_PRECISION_F64,
                            1,
                            1,
                            0,
                            6};
    struct fit f;
    bp_snapshot *snapshot = NULL;
    struct cut cut = {.at = 2 * 12};
    bp_fit_result result = {.struct_size = sizeof result};

    fit_create(&f, state, &how, true);
    ok(bp_snapshot_create(env_of(state), &snapshot));
    cut.snapshot = snapshot;
    cut.trainer = f.run.trainer;
    f.options.progress = take_any;
    f.options.user = &cut;
    f.options.restore_best = 0;
    assert_status(bp_trainer_train(f.run.trainer, f.run.data, &f.options, NULL),
                  BP_ESTOPPED);
    ok(bp_trainer_restore(f.run.trainer, snapshot));
    f.options.progress = NULL;
    f.options.restore_best = 1;
    f.options.resume = 1;
    assert_status(bp_trainer_train(f.run.trainer, f.run.data, &f.options, NULL),
                  BP_ESTATE);
    assert_line(bp_trainer_error(f.run.trainer), "kept no best parameters");
    f.options.resume = 0; /* a new one, which forgets the other */
    f.options.epochs = 2;
    ok(bp_trainer_train(f.run.trainer, f.run.data, &f.options, &result));
    assert_int_equal(result.epochs, 2);
    f.options.resume = 1; /* and then there is none to go on with */
    ok(bp_trainer_train(f.run.trainer, f.run.data, &f.options, &result));
    assert_int_equal(result.epochs, 2);
    bp_snapshot_destroy(snapshot);
    fit_destroy(&f);
}

/* ---- names ---- */

static void names_and_shapes(void **state)
{
    static const char *const expected[] = {"layers.0.weight", "layers.0.bias",
                                           "layers.1.weight", "layers.1.bias",
                                           "layers.2.weight"};
    const struct how how = {BP_OPTIMIZER_ADAM,
                            BP_SCHEDULE_COSINE,
                            BP_LAYER_KIND_BATCH_NORM,
                            BP_PRECISION_F64,
                            1,
                            1,
                            0,
                            5};
    struct run r;
    bp_snapshot *snapshot = NULL;
    bp_tensor tensor = {.struct_size = sizeof tensor};
    double weights[20];

    run_create(&r, state, &how, true);
    ok(bp_snapshot_create(env_of(state), &snapshot));
    assert_int_equal(bp_snapshot_tensors(snapshot), 0);
    ok(bp_snapshot_take(snapshot, r.trainer));
    ok(bp_snapshot_take(snapshot, r.trainer)); /* in place of the first */
    assert_int_equal(bp_snapshot_tensors(snapshot), 6 + 2 + 2 * 6);
    for (size_t i = 0; i < COUNT(expected); i++) {
        ok(bp_snapshot_get_tensor(snapshot, i, &tensor));
        assert_string_equal(tensor.name, expected[i]);
    }
    assert_int_equal(tensor.rows, OUTPUTS);
    assert_int_equal(tensor.cols, 5);
    assert_int_equal(tensor.precision, BP_PRECISION_F64);
    ok(bp_network_get_parameter_f64(r.network, 2, BP_PARAMETER_WEIGHT, weights, 20));
    assert_bits_f64(tensor.values, weights, 20);
    bp_snapshot_destroy(snapshot);
    run_destroy(&r);
}

/* ---- what does not fit ---- */

struct change {
    const char *name; /* Of the number or tensor that is left out or changed. */
    bool drop;
    uint64_t whole;
    double real;
    bp_status expected;
    const char *line;
};

static void copy_number(bp_snapshot *to, bp_number_entry *number,
                        const struct change *change)
{
    if (strcmp(number->name, change->name) == 0) {
        if (change->drop)
            return;
        number->whole = change->whole;
        number->real = change->real;
    }
    ok(bp_snapshot_add_number(to, number));
}

static void copy_tensor(bp_snapshot *to, bp_tensor *tensor, const struct change *change)
{
    float values[64] = {0};

    values[3] = (float)change->real;
    if (strcmp(tensor->name, change->name) == 0) {
        if (change->drop)
            return;
        tensor->rows += change->whole;
        tensor->values = values;
    }
    ok(bp_snapshot_add_tensor(to, tensor));
}

static bp_snapshot *changed_copy(void **state, const bp_snapshot *from,
                                 const struct change *change)
{
    bp_snapshot *to = NULL;

    ok(bp_snapshot_create(env_of(state), &to));
    for (size_t i = 0; i < bp_snapshot_tensors(from); i++) {
        bp_tensor tensor = {.struct_size = sizeof tensor};

        ok(bp_snapshot_get_tensor(from, i, &tensor));
        copy_tensor(to, &tensor, change);
    }
    for (size_t i = 0; i < bp_snapshot_numbers(from); i++) {
        bp_number_entry number = {.struct_size = sizeof number};

        ok(bp_snapshot_get_number(from, i, &number));
        copy_number(to, &number, change);
    }
    return to;
}

static const struct change changes[] = {
    {"layers.2.bias", true, 0, 0, BP_ESTATE, "no tensor 'layers.2.bias'"},
    {"layers.1.variance", false, 0, -1, BP_EDATA, "-1 at 3, expected at least 0"},
    {"layers.1.mean", true, 0, 0, BP_ESTATE, "no tensor 'layers.1.mean'"},
    {"optimizer.squares.0.weight", true, 0, 0, BP_ESTATE, "optimizer.squares.0.weight"},
    {"optimizer.squares.0.weight", false, 0, -2, BP_EDATA, "expected at least 0"},
    {"optimizer.sum.0.weight", true, 0, 0, BP_ESTATE, "optimizer.sum.0.weight"},
    {"layers.2.weight", false, 1, 0, BP_ESHAPE, "5 x 5, expected 4 x 5"},
    {"layers.2.weight", false, 0, NAN, BP_EDATA, "nan at 3, expected finite numbers"},
    {"network.inputs", false, 4, 0, BP_ESHAPE, "another network: 'network.inputs' is 4"},
    {"network.layers", false, 2, 0, BP_ESHAPE, "'network.layers' is 2"},
    {"network.1.kind", false, 4, 0, BP_ESHAPE, "'network.1.kind' is 4"},
    {"network.0.activation", false, 4, 0, BP_ESHAPE, "'network.0.activation' is 4"},
    {"network.1.setting.9", false, 0, 0.25, BP_ESHAPE, "'network.1.setting.9' is 0.25"},
    {"network.precision", false, 2, 0, BP_ESHAPE, "another network"},
    {"trainer.step", true, 0, 0, BP_ESTATE, "no whole number 'trainer.step'"},
    {"trainer.row", false, 23, 0, BP_EDATA, "trainer.row"},
    {"trainer.epoch_cost", false, 0, NAN, BP_EDATA, "trainer.epoch_cost"},
    {"trainer.cost", false, 9, 0, BP_ESTATE, "another trainer: 'trainer.cost' is 9"},
    {"trainer.layer.0.setting.3", false, 0, 2, BP_EDATA, "frozen is 2"},
    {"sum.batches", false, 3, 0, BP_EDATA, "'sum.batches' at 3"},
    {"sum.rows", false, 0, -1, BP_EDATA, "'sum.rows' at -1"},
    {"optimizer.moving", false, 2, 0, BP_EDATA, "optimizer.moving"},
    {"optimizer.kind", false, 77, 0, BP_ESTATE, "'optimizer.kind' is 77"},
    {"optimizer.setting.1", false, 0, -1, BP_EDATA, "rate is -1"},
    {"optimizer.setting.4", true, 0, 0, BP_ESTATE, "optimizer.setting.4"},
    {"trainer.setting.1", false, 0, 9, BP_ESTATE, "'trainer.setting.1' is 9"},
    {"trainer.setting.2", false, 0, 2, BP_EDATA, "shuffle is 2"},
    {"trainer.setting.3", false, 0, 4, BP_ESTATE, "'trainer.setting.3' is 4"},
    {"schedule.kind", false, 9, 0, BP_EDATA, "'schedule.kind' at 9"},
    {"schedule.kind", false, BP_SCHEDULE_CUSTOM, 0, BP_ESTATE, "the caller's own"},
    {"schedule.milestone.1", false, 1, 0, BP_EDATA, "milestones[1] is 1"},
    {"schedule.milestones", false, 65, 0, BP_EDATA, "'schedule.milestones' at 65"},
    {"schedule.setting.5", false, 0, -1, BP_EDATA, "gamma is -1"},
    {"plateau.bad", false, 0, -1, BP_EDATA, "'plateau.bad' at -1"},
    {"fit.there", true, 0, 0, BP_ESTATE, "fit.there"},
    {"fit.there", false, 1, 0, BP_ESTATE, "fit.epochs"},
};

static void what_does_not_fit(void **state)
{
    const struct how how = {BP_OPTIMIZER_ADAM,
                            BP_SCHEDULE_MULTI_STEP,
                            BP_LAYER_KIND_BATCH_NORM,
                            BP_PRECISION_F32,
                            3,
                            1,
                            0,
                            5};
    struct run r;
    struct run same;
    bp_snapshot *snapshot = NULL;

    run_create(&r, state, &how, true);
    run_create(&same, state, &how, true);
    ok(bp_snapshot_create(env_of(state), &snapshot));
    ok(bp_trainer_epoch(r.trainer, r.data, NULL));
    ok(bp_snapshot_take(snapshot, r.trainer));
    for (size_t i = 0; i < COUNT(changes); i++) {
        bp_snapshot *wrong = changed_copy(state, snapshot, &changes[i]);

        assert_status(bp_trainer_restore(same.trainer, wrong), changes[i].expected);
        assert_line(bp_trainer_error(same.trainer), changes[i].line);
        bp_snapshot_destroy(wrong);
    }
    ok(bp_trainer_epoch(same.trainer, same.data, NULL)); /* none of them left a trace */
    assert_same_run(state, &r, &same);
    bp_snapshot_destroy(snapshot);
    run_destroy(&r);
    run_destroy(&same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(every_optimizer_schedule_and_layer),
        HOST_TEST(every_step),
        HOST_TEST(another_number_of_threads),
        HOST_TEST(early_stopping_goes_on),
        HOST_TEST(a_fit_of_its_own),
        HOST_TEST(names_and_shapes),
        HOST_TEST(what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
