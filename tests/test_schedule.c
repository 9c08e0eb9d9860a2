/* SPDX-License-Identifier: MIT */
/*
 * Schedules: the rates of PyTorch's schedulers, moment by moment; forms and settings; and
 * a trainer that follows one.
 */
#include "unit_helpers.h"

#include "parity.h"

static bp_schedule *make(const struct parity_case *of)
{
    size_t count = 0;
    const double *keys = parity_array(of, "keys", &count);
    const double *values = parity_values(of, "settings", count);
    bp_schedule *schedule = NULL;

    ok(bp_schedule_create((int32_t)parity_number(of, "kind"), NULL, &schedule));
    for (size_t i = 0; i < count; i++)
        ok(bp_schedule_set(schedule, (int32_t)keys[i], values[i]));
    if (parity_number(of, "kind") == BP_SCHEDULE_MULTI_STEP) {
        const double *at = parity_array(of, "milestones", &count);
        uint64_t milestones[8];

        for (size_t i = 0; i < count; i++)
            milestones[i] = (uint64_t)at[i];
        ok(bp_schedule_set_milestones(schedule, milestones, count));
    }
    return schedule;
}

static bp_trainer *make_net_and_trainer(bp_network **network, double rate)
{
    static const size_t widths[] = {2, 2};
    const struct net_recipe recipe = {
        NULL, widths, 2, 0, BP_ACTIVATION_LINEAR, BP_PRECISION_F64};

    *network = make_network(&recipe, 1);
    return make_trainer_with(*network, BP_COST_QUADRATIC, make_sgd(rate, 0, NULL), 2, 1);
}

/* The rates of moments, asked of the schedule. */
static void follow_form(const struct parity_case *of)
{
    bp_schedule *schedule = make(of);
    const double base = parity_number(of, "base");
    size_t count = 0;
    const double *rates = parity_array(of, "rates", &count);

    for (size_t t = 0; t < count; t++) {
        double rate = (double)NAN;

        ok(bp_schedule_rate(schedule, base, t, &rate));
        print_message("%s, %zu\n", of->name, t);
        assert_close(rate, rates[t], 1e-15, 1e-12);
    }
    bp_schedule_destroy(schedule);
}

/* A plateau sees values through its trainer. */
static void follow_plateau(const struct parity_case *of)
{
    bp_schedule *schedule = make(of);
    bp_network *network = NULL;
    bp_trainer *trainer = make_net_and_trainer(&network, parity_number(of, "base"));
    size_t count = 0;
    const double *rates = parity_array(of, "rates", &count);
    const double *values = parity_values(of, "values", count);

    ok(bp_trainer_set_schedule(trainer, schedule));
    for (size_t t = 0; t < count; t++) {
        double rate = (double)NAN;

        ok(bp_trainer_observe(trainer, values[t]));
        ok(bp_trainer_get_rate(trainer, &rate));
        print_message("%s, %zu\n", of->name, t);
        assert_close(rate, rates[t], 1e-15, 1e-12);
    }
    bp_schedule_destroy(schedule);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void schedules_are_pytorchs(void **state)
{
    struct parity_file *file = parity_read("schedules");
    bool seen[BP_SCHEDULE_CUSTOM] = {false};

    (void)state;
    for (size_t i = 0; i < file->count; i++) {
        const struct parity_case *of = &file->cases[i];

        (parity_has(of, "values") ? follow_plateau : follow_form)(of);
        seen[(size_t)parity_number(of, "kind")] = true;
    }
    for (size_t kind = BP_SCHEDULE_CONSTANT; kind < BP_SCHEDULE_CUSTOM; kind++)
        assert_true(seen[kind]);
    parity_free(file);
}

/* ---- far away, and at the ends ---- */

static double rate_at(bp_schedule *schedule, uint64_t t)
{
    double rate = (double)NAN;

    ok(bp_schedule_rate(schedule, 1, t, &rate));
    return rate;
}

static void ends(void **state)
{
    bp_schedule *schedule = NULL;

    ok(bp_schedule_create(BP_SCHEDULE_ONE_CYCLE, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, 1));
    assert_close(rate_at(schedule, 0), 1 / 25e4, 0, 1e-15);
    ok(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, 100));
    assert_same_f64(rate_at(schedule, 29), 1);
    assert_close(rate_at(schedule, 99), 1 / 25e4, 0, 1e-15);
    assert_close(rate_at(schedule, UINT64_MAX), 1 / 25e4, 0, 1e-15);
    ok(bp_schedule_set(schedule, BP_SCHEDULE_RISE, 0));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_LINEAR, 1));
    assert_true(rate_at(schedule, 0) > rate_at(schedule, 1));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_RISE, 1));
    assert_same_f64(rate_at(schedule, 98), 1 / 25.0 + (1 - 1 / 25.0) * (98.0 / 99));
    bp_schedule_destroy(schedule);

    ok(bp_schedule_create(BP_SCHEDULE_COSINE, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_RESTART, 2));
    assert_true(rate_at(schedule, UINT64_MAX) >= 0);
    assert_same_f64(rate_at(schedule, 100), 1);
    assert_same_f64(rate_at(schedule, 300), 1);
    ok(bp_schedule_set(schedule, BP_SCHEDULE_WARMUP, 50));
    assert_same_f64(rate_at(schedule, 0), 1.0 / 3);
    assert_same_f64(rate_at(schedule, 50), 1);
    bp_schedule_destroy(schedule);

    ok(bp_schedule_create(BP_SCHEDULE_EXPONENTIAL, env_of(state), &schedule));
    assert_same_f64(rate_at(schedule, UINT64_MAX), 0);
    bp_schedule_destroy(schedule);
}

static const struct {
    int32_t kind, key;
    double initial, good, bad;
    int32_t other; /* a key that this form does not have */
} setting_rows[] = {
    {BP_SCHEDULE_CONSTANT, BP_SCHEDULE_BY, 0, 1, 0.5, BP_SCHEDULE_GAMMA},
    {BP_SCHEDULE_CONSTANT, BP_SCHEDULE_WARMUP, 0, 1e9, -1, BP_SCHEDULE_PERIOD},
    {BP_SCHEDULE_CONSTANT, BP_SCHEDULE_WARMUP_START, 1.0 / 3, 0, 1.1, BP_SCHEDULE_MIN},
    {BP_SCHEDULE_STEP, BP_SCHEDULE_PERIOD, 10, 1e9, 0, BP_SCHEDULE_MIN},
    {BP_SCHEDULE_STEP, BP_SCHEDULE_GAMMA, 0.1, 1, 0, BP_SCHEDULE_RISE},
    {BP_SCHEDULE_MULTI_STEP, BP_SCHEDULE_GAMMA, 0.1, 0.5, 1.5, BP_SCHEDULE_PERIOD},
    {BP_SCHEDULE_EXPONENTIAL, BP_SCHEDULE_GAMMA, 0.95, 1, -1, BP_SCHEDULE_PERIOD},
    {BP_SCHEDULE_COSINE, BP_SCHEDULE_PERIOD, 100, 1, 0.5, BP_SCHEDULE_GAMMA},
    {BP_SCHEDULE_COSINE, BP_SCHEDULE_MIN, 0, 1e6, -1, BP_SCHEDULE_PATIENCE},
    {BP_SCHEDULE_COSINE, BP_SCHEDULE_RESTART, 0, 100, 101, BP_SCHEDULE_LINEAR},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_BY, 1, 0, 2, BP_SCHEDULE_WARMUP},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_PERIOD, 1000, 2, 0, BP_SCHEDULE_GAMMA},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_RISE, 0.3, 1, 1.5, BP_SCHEDULE_MIN},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_DIVISOR, 25, 1, 0.5, BP_SCHEDULE_RESTART},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_FINAL_DIVISOR, 1e4, 1, 0, BP_SCHEDULE_COOLDOWN},
    {BP_SCHEDULE_ONE_CYCLE, BP_SCHEDULE_LINEAR, 0, 1, 0.5, BP_SCHEDULE_WARMUP_START},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_GAMMA, 0.1, 0.5, 0, BP_SCHEDULE_PERIOD},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_MIN, 0, 0.5, -1, BP_SCHEDULE_RISE},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_PATIENCE, 10, 0, 0.5, BP_SCHEDULE_DIVISOR},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_THRESHOLD, 1e-4, 0, -1, BP_SCHEDULE_RESTART},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_ABSOLUTE, 0, 1, 2, BP_SCHEDULE_LINEAR},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_MAXIMIZE, 0, 1, 2, BP_SCHEDULE_FINAL_DIVISOR},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_COOLDOWN, 0, 5, -1, 99},
    {BP_SCHEDULE_PLATEAU, BP_SCHEDULE_MONITOR, 1, 2, 3, 0},
};

static void settings(void **state)
{
    for (size_t i = 0; i < COUNT(setting_rows); i++) {
        bp_schedule *schedule = NULL;
        double value = (double)NAN;

        ok(bp_schedule_create(setting_rows[i].kind, env_of(state), &schedule));
        assert_string_equal(bp_schedule_error(schedule), "");
        ok(bp_schedule_get(schedule, setting_rows[i].key, &value));
        assert_same_f64(value, setting_rows[i].initial);
        ok(bp_schedule_set(schedule, setting_rows[i].key, setting_rows[i].good));
        assert_status(bp_schedule_set(schedule, setting_rows[i].key, setting_rows[i].bad),
                      BP_EINVAL);
        assert_line(bp_schedule_error(schedule), "expected");
        ok(bp_schedule_get(schedule, setting_rows[i].key, &value));
        assert_same_f64(value, setting_rows[i].good);
        assert_status(bp_schedule_set(schedule, setting_rows[i].other, 0.5), BP_EINVAL);
        assert_status(bp_schedule_get(schedule, setting_rows[i].other, &value),
                      BP_EINVAL);
        bp_schedule_destroy(schedule);
    }
}

/* ---- in a trainer ---- */

/* The bias of a unit under the quadratic cost, whose gradient is a - y: with inputs of 0
 * and one row, b -= rate (b - y), so that each step shows its rate. */
static double rate_of_step(bp_network *network, bp_trainer *trainer)
{
    static const double x[2] = {0, 0};
    static const double y[2] = {100, 100};
    double before[2], after[2];

    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, before, 2));
    ok(bp_trainer_step_f64(trainer, x, 2, y, 2, NULL));
    ok(bp_network_get_parameter_f64(network, 0, BP_PARAMETER_BIAS, after, 2));
    return (after[0] - before[0]) / (y[0] - before[0]);
}

static void updates_follow_the_schedule(void **state)
{
    bp_schedule *schedule = NULL;
    bp_network *network = NULL;
    bp_trainer *trainer = make_net_and_trainer(&network, 0.25);
    double rate = 0;

    ok(bp_schedule_create(BP_SCHEDULE_STEP, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_BY, 1));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, 2));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_GAMMA, 0.5));
    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule); /* the trainer has a copy */
    for (size_t t = 0; t < 6; t++) {
        const double expected = 0.25 * pow(0.5, (double)(t / 2));

        ok(bp_trainer_get_rate(trainer, &rate));
        assert_same_f64(rate, expected);
        assert_relative(rate_of_step(network, trainer), expected, 1e-12);
    }
    /* The base is the optimizer's rate, at any time. */
    ok(bp_optimizer_set(bp_trainer_get_optimizer(trainer), BP_OPTIMIZER_RATE, 0.5));
    assert_relative(rate_of_step(network, trainer), 0.0625, 1e-12);
    ok(bp_trainer_set_schedule(trainer, NULL));
    assert_relative(rate_of_step(network, trainer), 0.5, 1e-12);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* By epochs: all updates of an epoch have one rate; a plateau sees the cost of epochs,
 * which at a rate near 0 never falls enough. */
static void epochs_follow_the_schedule(void **state)
{
    bp_schedule *schedule = NULL;
    bp_network *network = NULL;
    bp_trainer *trainer = make_net_and_trainer(&network, 1e-5);
    bp_dataset *data = make_dataset(4, 2, 2, env_of(state));
    double rate = 0;

    ok(bp_schedule_create(BP_SCHEDULE_EXPONENTIAL, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_GAMMA, 0.5));
    ok(bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
    for (size_t epoch = 0; epoch < 3; epoch++) {
        ok(bp_trainer_get_rate(trainer, &rate));
        assert_relative(rate, 1e-5 * pow(0.5, (double)epoch), 1e-15);
        ok(bp_trainer_epoch(trainer, data, NULL));
    }
    ok(bp_schedule_create(BP_SCHEDULE_PLATEAU, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_PATIENCE, 1));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_THRESHOLD, 0.5));
    ok(bp_trainer_set_schedule(trainer, schedule));
    ok(bp_trainer_fit(trainer, data, 3, NULL, NULL));
    ok(bp_trainer_get_rate(trainer, &rate));
    assert_relative(rate, 1e-6, 1e-12);
    ok(bp_schedule_set(schedule, BP_SCHEDULE_MONITOR, 0));
    ok(bp_trainer_set_schedule(trainer, schedule));
    ok(bp_trainer_fit(trainer, data, 3, NULL, NULL));
    ok(bp_trainer_get_rate(trainer, &rate));
    assert_same_f64(rate, 1e-5);
    bp_schedule_destroy(schedule);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static double own_rate(uint64_t t, double base, void *user)
{
    const double *rates = user;

    return t < 3 ? base * rates[t] : (double)NAN;
}

static void a_schedule_of_ones_own(void **state)
{
    static const double rates[] = {1, 0, 0.5};
    bp_schedule *schedule = NULL;
    bp_network *network = NULL;
    bp_trainer *trainer = make_net_and_trainer(&network, 0.5);
    double rate = 7;
    double *before;
    double *after;
    size_t count = 0;

    ok(bp_schedule_create_custom(own_rate, (void *)rates, env_of(state), &schedule));
    ok(bp_schedule_set(schedule, BP_SCHEDULE_BY, 1));
    ok(bp_trainer_set_schedule(trainer, schedule));
    assert_status(bp_schedule_rate(schedule, 0.5, 3, &rate), BP_EDATA);
    bp_schedule_destroy(schedule);
    assert_relative(rate_of_step(network, trainer), 0.5, 1e-12);
    assert_same_f64(rate_of_step(network, trainer), 0);
    assert_relative(rate_of_step(network, trainer), 0.25, 1e-12);
    /* No rate: the step is refused, and nothing has changed. */
    before = copy_parameters(network, &count);
    assert_status(bp_trainer_step_f64(trainer, (const double[]){1, 2}, 2,
                                      (const double[]){1, 2}, 2, NULL),
                  BP_EDATA);
    assert_line(bp_trainer_error(trainer), "rate is nan");
    assert_status(bp_trainer_get_rate(trainer, &rate), BP_EDATA);
    assert_same_f64(rate, 7);
    after = copy_parameters(network, &count);
    assert_bits_f64(after, before, count);
    free(before);
    free(after);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_are_pytorchs),
        HOST_TEST(ends),
        HOST_TEST(settings),
        HOST_TEST(updates_follow_the_schedule),
        HOST_TEST(epochs_follow_the_schedule),
        HOST_TEST(a_schedule_of_ones_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
