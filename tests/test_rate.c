/* SPDX-License-Identifier: MIT */
/* A rate that is found by a sweep. */
#include "unit_helpers.h"

enum { ROWS = 60 };

struct run {
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
    bp_cost *cost;
    bp_optimizer *sgd;
};

static void run_create(struct run *r, void **state, double rate)
{
    static const size_t widths[] = {2, 8, 2};
    const struct net_recipe recipe = {
        env_of(state), widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_SOFTMAX, 0};

    r->network = make_network(&recipe, 2);
    r->cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, env_of(state));
    r->sgd = make_sgd(rate, 0, env_of(state));
    ok(bp_trainer_create(r->network, r->cost, r->sgd, &r->trainer));
    ok(bp_trainer_set(r->trainer, BP_TRAINER_BATCH, 10));
    ok(bp_trainer_build(r->trainer, 5));
    ok(bp_dataset_create(env_of(state), &r->data));
    ok(bp_dataset_generate(r->data, BP_GENERATE_MOONS, ROWS, 0.2, 4));
}

static void run_destroy(struct run *r)
{
    bp_trainer_destroy(r->trainer);
    bp_network_destroy(r->network);
    bp_dataset_destroy(r->data);
    bp_cost_destroy(r->cost);
    bp_optimizer_destroy(r->sgd);
}

/* ---- rates ---- */

static double cost_after(void **state, double rate)
{
    struct run r;
    double cost = 0;

    run_create(&r, state, rate);
    for (size_t i = 0; i < 10; i++)
        ok(bp_trainer_epoch(r.trainer, r.data, &cost));
    run_destroy(&r);
    return cost;
}

/* A trainer with the rate that was found learns; nothing of the old one changed. */
static void a_rate_is_found(void **state)
{
    struct run r;
    struct run same;
    bp_rate_report report = {.struct_size = sizeof report};
    double rate = 0;

    run_create(&r, state, 1e-5);
    run_create(&same, state, 1e-5);
    ok(bp_trainer_find_rate(r.trainer, r.data, NULL, &report));
    assert_int_equal(report.found, 1);
    assert_true(report.rate > 1e-3 && report.rate < 10);
    assert_true(report.least_rate >= report.rate);
    assert_true(cost_after(state, report.rate) < 0.75 * cost_after(state, 1e-5));
    ok(bp_optimizer_get(bp_trainer_get_optimizer(r.trainer), BP_OPTIMIZER_RATE, &rate));
    assert_same_f64(rate, 1e-5);
    ok(bp_trainer_fit(r.trainer, r.data, 3, NULL, NULL));
    ok(bp_trainer_fit(same.trainer, same.data, 3, NULL, NULL));
    assert_true(same_parameters(r.network, same.network));
    run_destroy(&r);
    run_destroy(&same);
}

/* Rates are evenly apart in the logarithm; costs are those of steps at these rates. */
static void the_sweep(void **state)
{
    enum { STEPS = 20 };
    struct run r;
    struct run by_hand;
    bp_rate_options options;
    bp_rate_report report = {.struct_size = sizeof report};
    double rates[STEPS];
    double costs[STEPS];

    run_create(&r, state, 1);
    run_create(&by_hand, state, 1);
    ok(bp_trainer_set(r.trainer, BP_TRAINER_SHUFFLE, 0));
    ok(bp_rate_options_init(&options));
    options.steps = STEPS;
    options.low = 1e-3;
    options.high = 0.1;
    options.smoothing = 0;
    options.rates = rates;
    options.costs = costs;
    options.capacity = STEPS;
    ok(bp_trainer_find_rate(r.trainer, r.data, &options, &report));
    assert_int_equal(report.steps, STEPS);
    assert_int_equal(report.diverged, 0);
    for (size_t i = 0; i < STEPS; i++) {
        float x[20];
        int32_t labels[10];
        double cost;

        assert_relative(rates[i], 1e-3 * pow(100, (double)i / (STEPS - 1)), 1e-12);
        for (size_t row = 0; row < 10; row++) {
            const size_t at = (i * 10 + row) % ROWS;

            ok(bp_dataset_get_inputs(r.data, at, x + 2 * row, 2));
            ok(bp_dataset_get_label(r.data, at, &labels[row]));
        }
        ok(bp_optimizer_set(bp_trainer_get_optimizer(by_hand.trainer), BP_OPTIMIZER_RATE,
                            rates[i]));
        ok(bp_trainer_step_labels(by_hand.trainer, x, 20, labels, 10, &cost));
        assert_relative(costs[i], cost, 1e-12);
    }
    run_destroy(&r);
    run_destroy(&by_hand);
}

/* Logits of a huge rate: the sweep ends early, or overflows, and still tells. */
static void a_sweep_that_diverges(void **state)
{
    struct run r;
    bp_rate_options options;
    bp_rate_report report = {.struct_size = sizeof report};

    run_create(&r, state, 1);
    ok(bp_rate_options_init(&options));
    options.high = 1e6;
    ok(bp_trainer_find_rate(r.trainer, r.data, &options, &report));
    assert_int_equal(report.diverged, 1);
    assert_true(report.steps < 100);
    assert_int_equal(report.found, 1);
    assert_true(report.rate < 100);
    run_destroy(&r);
}

/* A cost may be below 0, as that of counts is: its fall is none the less a fall, and not
 * the end of the sweep. */
static void a_cost_below_0(void **state)
{
    static const size_t widths[] = {2, 8, 2};
    const struct net_recipe recipe = {env_of(state),        widths, 3, BP_ACTIVATION_TANH,
                                      BP_ACTIVATION_LINEAR, 0};
    bp_network *network = make_network(&recipe, 2);
    bp_trainer *trainer = make_trainer(network, BP_COST_POISSON, 10, 5);
    bp_dataset *data = NULL;
    bp_rate_options options;
    bp_rate_report report = {.struct_size = sizeof report};

    ok(bp_dataset_create(env_of(state), &data));
    ok(bp_dataset_generate(data, BP_GENERATE_MOONS, ROWS, 0.2, 4));
    ok(bp_dataset_one_hot(data, 8, 20));
    ok(bp_rate_options_init(&options));
    options.high = 0.02;
    ok(bp_trainer_find_rate(trainer, data, &options, &report));
    assert_int_equal(report.steps, 100);
    assert_int_equal(report.diverged, 0);
    assert_int_equal(report.found, 1);
    assert_true(report.least_cost < -10);
    options.high = 1e3;
    ok(bp_trainer_find_rate(trainer, data, &options, &report));
    assert_int_equal(report.diverged, 1);
    assert_int_equal(report.found, 1);
    assert_true(report.least_cost < -10 && report.rate < 10);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    bp_dataset_destroy(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(a_rate_is_found),
        HOST_TEST(the_sweep),
        HOST_TEST(a_sweep_that_diverges),
        HOST_TEST(a_cost_below_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
