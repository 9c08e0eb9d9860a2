/* SPDX-License-Identifier: MIT */
/*
 * A training taken out and put back: N + M steps are N, out, in, M, to the bit, for every
 * optimizer, in the middle of an epoch, by way of a copy made name by name; and what does
 * not fit changes nothing.
 */
#include "unit_helpers.h"

#include "trainer_snapshot.h"

enum { ROWS = 23, BATCH = 5, STEPS = 5 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

struct how {
    int32_t optimizer;
    double momentum, nesterov;
    int32_t precision;
    uint64_t cut; /* Steps before it is taken out. */
};

static bp_optimizer *make_optimizer(const struct how *how)
{
    bp_optimizer *optimizer = NULL;

    if (how->optimizer == BP_OPTIMIZER_SGD) {
        optimizer = make_sgd(0.1, how->momentum, NULL);
        ok(bp_optimizer_set(optimizer, BP_OPTIMIZER_NESTEROV, how->nesterov));
    } else {
        ok(bp_optimizer_create(how->optimizer, NULL, &optimizer));
    }
    return optimizer;
}

static void run_create(struct run *r, void **state, const struct how *how, uint64_t seed)
{
    static const size_t widths[] = {3, 5, 4};
    const struct net_recipe recipe = {
        env_of(state),        widths,        3, BP_ACTIVATION_TANH,
        BP_ACTIVATION_LINEAR, how->precision};

    r->network = make_network(&recipe, seed);
    r->trainer =
        make_trainer_with(r->network, BP_COST_MSE, make_optimizer(how), BATCH, seed);
    r->data = make_dataset(ROWS, 3, 4, env_of(state));
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
}

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

/* Name by name into another snapshot, as a file would do it. */
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

static void assert_same_run(const struct run *a, const struct run *b)
{
    bp_position of_a = {.struct_size = sizeof of_a};
    bp_position of_b = {.struct_size = sizeof of_b};

    assert_true(same_parameters(a->network, b->network));
    ok(bp_trainer_position(a->trainer, &of_a));
    ok(bp_trainer_position(b->trainer, &of_b));
    assert_memory_equal(&of_a, &of_b, sizeof of_a);
}

/* The trainer that goes on is new, or has done other work before. */
static void check_resume(void **state, const struct how *how, bool is_new)
{
    struct run whole;
    struct run first;
    struct run second;
    struct cut cut = {.at = how->cut};
    bp_snapshot *copy;
    double cost[2];

    run_create(&whole, state, how, 6);
    run_create(&first, state, how, 6);
    run_create(&second, state, how, 99);
    ok(bp_snapshot_create(env_of(state), &cut.snapshot));
    cut.trainer = first.trainer;
    ok(bp_trainer_fit(whole.trainer, whole.data, 4, NULL, NULL));
    assert_status(bp_trainer_fit(first.trainer, first.data, 4, take_at, &cut),
                  BP_ESTOPPED);
    ok(bp_trainer_epoch(first.trainer, first.data, NULL)); /* the snapshot stays */
    copy = copy_of(state, cut.snapshot);
    ok(bp_optimizer_set(bp_trainer_get_optimizer(second.trainer), BP_OPTIMIZER_RATE, 7));
    ok(bp_trainer_set(second.trainer, BP_TRAINER_SHUFFLE, 0));
    if (!is_new)
        ok(bp_trainer_epoch(second.trainer, second.data, NULL));
    ok(bp_trainer_restore(second.trainer, copy));
    ok(bp_trainer_fit(second.trainer, second.data, 4 - how->cut / STEPS, NULL, NULL));
    assert_same_run(&whole, &second);
    ok(bp_trainer_epoch(whole.trainer, whole.data, &cost[0]));
    ok(bp_trainer_epoch(second.trainer, second.data, &cost[1]));
    assert_same_f64(cost[0], cost[1]);
    bp_snapshot_destroy(cut.snapshot);
    bp_snapshot_destroy(copy);
    run_destroy(&whole);
    run_destroy(&first);
    run_destroy(&second);
}

static void n_and_m_steps(void **state)
{
    static const struct how table[] = {
        {BP_OPTIMIZER_SGD, 0, 0, BP_PRECISION_F32, 7},
        {BP_OPTIMIZER_SGD, 0.9, 0, BP_PRECISION_F32, 1},
        {BP_OPTIMIZER_SGD, 0.9, 1, BP_PRECISION_F64, 12},
        {BP_OPTIMIZER_SGD, 0.9, 0, BP_PRECISION_F32, STEPS},
        {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F32, 8},
        {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F64, 2 * STEPS},
    };

    for (size_t i = 0; i < 2 * COUNT(table); i++)
        check_resume(state, &table[i / 2], i % 2 == 0);
}

/* The cost of an epoch that was stopped is part of the state. */
static void the_cost_of_an_epoch(void **state)
{
    static const struct how how = {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F32, 3};
    struct run whole;
    struct run cut_run;
    struct cut cut = {.at = 3};
    double cost[2];

    run_create(&whole, state, &how, 6);
    run_create(&cut_run, state, &how, 6);
    ok(bp_snapshot_create(env_of(state), &cut.snapshot));
    cut.trainer = cut_run.trainer;
    ok(bp_trainer_epoch(whole.trainer, whole.data, &cost[0]));
    assert_status(bp_trainer_fit(cut_run.trainer, cut_run.data, 1, take_at, &cut),
                  BP_ESTOPPED);
    ok(bp_trainer_epoch(cut_run.trainer, cut_run.data, NULL));
    ok(bp_trainer_restore(cut_run.trainer, cut.snapshot));
    ok(bp_trainer_epoch(cut_run.trainer, cut_run.data, &cost[1]));
    assert_same_f64(cost[0], cost[1]);
    bp_snapshot_destroy(cut.snapshot);
    run_destroy(&whole);
    run_destroy(&cut_run);
}

/* ---- names ---- */

static void names_and_shapes(void **state)
{
    static const struct how how = {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F64, 0};
    static const char *const expected[] = {"network.0.weight",     "network.0.bias",
                                           "network.1.weight",     "network.1.bias",
                                           "optimizer.0.0.weight", "optimizer.0.0.bias"};
    struct run r;
    bp_snapshot *snapshot = NULL;
    bp_tensor tensor = {.struct_size = sizeof tensor};
    double weights[20];

    run_create(&r, state, &how, 6);
    ok(bp_snapshot_create(env_of(state), &snapshot));
    assert_int_equal(bp_snapshot_tensors(snapshot), 0);
    ok(bp_snapshot_take(snapshot, r.trainer));
    ok(bp_snapshot_take(snapshot, r.trainer)); /* in place of the first */
    assert_int_equal(bp_snapshot_tensors(snapshot), 12);
    for (size_t i = 0; i < COUNT(expected); i++) {
        ok(bp_snapshot_get_tensor(snapshot, i, &tensor));
        assert_string_equal(tensor.name, expected[i]);
    }
    ok(bp_snapshot_get_tensor(snapshot, 2, &tensor));
    assert_int_equal(tensor.rows, 4);
    assert_int_equal(tensor.cols, 5);
    assert_int_equal(tensor.precision, BP_PRECISION_F64);
    ok(bp_network_get_parameter_f64(r.network, 1, BP_PARAMETER_WEIGHT, weights, 20));
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

static bp_snapshot *changed_copy(void **state, const bp_snapshot *from,
                                 const struct change *change)
{
    bp_snapshot *to = NULL;
    bp_tensor tensor = {.struct_size = sizeof tensor};
    bp_number_entry number = {.struct_size = sizeof number};

    ok(bp_snapshot_create(env_of(state), &to));
    for (size_t i = 0; i < bp_snapshot_tensors(from); i++) {
        static float nans[64];

        ok(bp_snapshot_get_tensor(from, i, &tensor));
        nans[3] = NAN;
        if (strcmp(tensor.name, change->name) == 0) {
            if (change->drop)
                continue;
            if (change->whole > 0)
                tensor.rows += change->whole;
            tensor.values = nans;
        }
        ok(bp_snapshot_add_tensor(to, &tensor));
    }
    for (size_t i = 0; i < bp_snapshot_numbers(from); i++) {
        ok(bp_snapshot_get_number(from, i, &number));
        copy_number(to, &number, change);
    }
    return to;
}

static const struct change changes[] = {
    {"network.1.bias", true, 0, 0, BP_ESTATE, "no tensor 'network.1.bias'"},
    {"optimizer.1.0.weight", true, 0, 0, BP_ESTATE, "optimizer.1.0.weight"},
    {"network.1.weight", false, 1, 0, BP_ESHAPE, "5 x 5, expected 4 x 5"},
    {"network.1.weight", false, 0, 0, BP_EDATA, "not finite"},
    {"trainer.step", true, 0, 0, BP_ESTATE, "no whole number 'trainer.step'"},
    {"trainer.row", false, 23, 0, BP_EDATA, "trainer.row"},
    {"trainer.epoch_cost", false, 0, NAN, BP_EDATA, "trainer.epoch_cost"},
    {"optimizer.started", false, 2, 0, BP_EDATA, "optimizer.started"},
    {"optimizer.kind", false, 77, 0, BP_ESTATE, "optimizer 77"},
    {"optimizer.setting.1", false, 0, -1, BP_EDATA, "rate is -1"},
    {"optimizer.setting.6", true, 0, 0, BP_ESTATE, "optimizer.setting.6"},
    {"trainer.setting.1", false, 0, 9, BP_ESTATE, "batch of 9"},
    {"trainer.setting.2", false, 0, 2, BP_EDATA, "shuffle is 2"},
};

static void what_does_not_fit(void **state)
{
    static const struct how how = {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F32, 0};
    struct run r;
    struct run same;
    bp_snapshot *snapshot = NULL;

    run_create(&r, state, &how, 6);
    run_create(&same, state, &how, 6);
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
    assert_same_run(&r, &same);
    bp_snapshot_destroy(snapshot);
    run_destroy(&r);
    run_destroy(&same);
}

static void another_precision(void **state)
{
    struct how how = {BP_OPTIMIZER_SGD, 0, 0, BP_PRECISION_F32, 0};
    struct run f32;
    struct run f64;
    bp_snapshot *snapshot = NULL;

    run_create(&f32, state, &how, 6);
    how.precision = BP_PRECISION_F64;
    run_create(&f64, state, &how, 6);
    ok(bp_snapshot_create(env_of(state), &snapshot));
    ok(bp_snapshot_take(snapshot, f32.trainer));
    assert_status(bp_trainer_restore(f64.trainer, snapshot), BP_ESHAPE);
    bp_snapshot_destroy(snapshot);
    run_destroy(&f32);
    run_destroy(&f64);
}

/* ---- twins ---- */

static void a_twin_goes_its_own_way(void **state)
{
    static const struct how how = {BP_OPTIMIZER_ADAM, 0, 0, BP_PRECISION_F32, 0};
    struct run r;
    struct run whole;
    struct bp_twin twin;
    struct bp_text text;

    run_create(&r, state, &how, 6);
    run_create(&whole, state, &how, 6);
    ok(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_set(whole.trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_trainer_fit(whole.trainer, whole.data, 3, NULL, NULL));
    ok(bp_trainer_epoch(r.trainer, r.data, NULL));
    ok(bp_twin_create(&twin, r.trainer, &text));
    ok(bp_trainer_fit(twin.trainer, r.data, 2, NULL, NULL));
    assert_true(same_parameters(twin.network, whole.network));
    ok(bp_trainer_fit(r.trainer, r.data, 2, NULL, NULL));
    assert_true(same_parameters(r.network, whole.network));
    bp_twin_release(&twin);
    run_destroy(&r);
    run_destroy(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(n_and_m_steps),     HOST_TEST(the_cost_of_an_epoch),
        HOST_TEST(names_and_shapes),  HOST_TEST(what_does_not_fit),
        HOST_TEST(another_precision), HOST_TEST(a_twin_goes_its_own_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
