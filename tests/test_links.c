/* SPDX-License-Identifier: MIT */
/* One example through a small network: the short way is the ordinary one, bit for bit. */
#include "unit_helpers.h"

#include "trainer.h"
#include "workspace.h"

enum { INPUTS = 3, HIDDEN = 17, OUTPUTS = 2, STEPS = 12 };

struct way {
    bp_network *network;
    bp_trainer *trainer;
    bp_workspace *workspace;
    void *links[2];
};

struct work {
    int32_t hidden, last, cost, rule, precision;
};

static void way_open(struct way *way, void **state, const struct work *work)
{
    static const size_t widths[] = {INPUTS, HIDDEN, OUTPUTS};
    const struct net_recipe recipe = {env_of(state), widths,     3,
                                      work->hidden,  work->last, work->precision};
    bp_cost *cost = make_cost(work->cost, env_of(state));
    bp_optimizer *rule = NULL;

    way->network = make_network(&recipe, 5);
    ok(bp_optimizer_create(work->rule, env_of(state), &rule));
    ok(bp_optimizer_set(rule, BP_OPTIMIZER_RATE, 0.125));
    ok(bp_trainer_create(way->network, cost, rule, &way->trainer));
    ok(bp_trainer_set(way->trainer, BP_TRAINER_BATCH, 1));
    ok(bp_trainer_build(way->trainer, 1));
    ok(bp_workspace_create(way->network, 1, &way->workspace));
    bp_cost_destroy(cost);
    bp_optimizer_destroy(rule);
    way->links[0] = way->trainer->model.pass.links;
    way->links[1] = way->workspace->pass.links;
    assert_non_null(way->links[0]);
    assert_non_null(way->links[1]);
}

/* Without links there is only the ordinary way. */
static void forget_links(struct way *way)
{
    way->trainer->model.pass.links = NULL;
    way->workspace->pass.links = NULL;
}

static void way_close(struct way *way)
{
    way->trainer->model.pass.links = way->links[0];
    way->workspace->pass.links = way->links[1];
    bp_workspace_destroy(way->workspace);
    bp_trainer_destroy(way->trainer);
    bp_network_destroy(way->network);
}

static void assert_same_step(struct way ways[2], const float *x, const float *y)
{
    double costs[2] = {-1, -2};
    bp_status status[2];

    for (size_t i = 0; i < 2; i++)
        status[i] = bp_trainer_step(ways[i].trainer, x, INPUTS, y, OUTPUTS, &costs[i]);
    assert_int_equal(status[0], status[1]);
    if (status[0] == BP_OK)
        assert_same_f64(costs[0], costs[1]);
    else
        assert_string_equal(bp_trainer_error(ways[0].trainer),
                            bp_trainer_error(ways[1].trainer));
    assert_true(same_parameters(ways[0].network, ways[1].network));
    assert_int_equal(ways[0].trainer->step, ways[1].trainer->step);
    assert_int_equal(ways[0].trainer->has_gradient, ways[1].trainer->has_gradient);
    assert_int_equal(ways[0].trainer->keeps_gradient, ways[1].trainer->keeps_gradient);
}

static void assert_same_gradient(struct way ways[2], const float *x, const float *y)
{
    float g[2][HIDDEN * OUTPUTS];

    for (size_t i = 0; i < 2; i++) {
        ok(bp_trainer_gradient(ways[i].trainer, x, INPUTS, y, OUTPUTS, NULL));
        ok(bp_trainer_get_gradient(ways[i].trainer, 1, BP_PARAMETER_WEIGHT, g[i],
                                   HIDDEN * OUTPUTS));
    }
    assert_memory_equal(g[0], g[1], sizeof g[0]);
}

static void assert_same_prediction(struct way ways[2], const float *x)
{
    float a[2][OUTPUTS] = {{7, 7}, {7, 7}};
    bp_status status[2];

    for (size_t i = 0; i < 2; i++)
        status[i] = bp_network_predict(ways[i].network, ways[i].workspace, x, INPUTS,
                                       a[i], OUTPUTS);
    assert_int_equal(status[0], status[1]);
    assert_string_equal(bp_workspace_error(ways[0].workspace),
                        bp_workspace_error(ways[1].workspace));
    assert_memory_equal(a[0], a[1], sizeof a[0]);
}

static void compare_ways(void **state, const struct work *work)
{
    struct way ways[2];
    float x[INPUTS], y[OUTPUTS];

    way_open(&ways[0], state, work);
    way_open(&ways[1], state, work);
    forget_links(&ways[1]);
    for (size_t step = 0; step < STEPS; step++) {
        spread_f32(x, INPUTS, step);
        y[0] = step % 2 == 0;
        y[1] = 1 - y[0];
        x[step % INPUTS] = step % 3 == 0 ? 0 : x[step % INPUTS];
        assert_same_step(ways, x, y);
        assert_same_prediction(ways, x);
        if (step % 4 == 1)
            assert_same_gradient(ways, x, y);
    }
    way_close(&ways[0]);
    way_close(&ways[1]);
}

static void both_ways_have_the_same_bits(void **state)
{
    static const int32_t pairs[][3] = {
        {BP_ACTIVATION_TANH, BP_ACTIVATION_TANH, BP_COST_QUADRATIC},
        {BP_ACTIVATION_GELU, BP_ACTIVATION_SOFTMAX, BP_COST_SOFTMAX_CROSS_ENTROPY},
        {BP_ACTIVATION_RELU, BP_ACTIVATION_SIGMOID, BP_COST_BINARY_CROSS_ENTROPY}};
    static const int32_t rules[] = {BP_OPTIMIZER_SGD, BP_OPTIMIZER_ADAM,
                                    BP_OPTIMIZER_RMSPROP};

    for (size_t i = 0; i < COUNT(pairs) * COUNT(rules) * 2; i++) {
        const int32_t *pair = pairs[i / 2 % COUNT(pairs)];
        const struct work work = {pair[0], pair[1], pair[2], rules[i / 2 / COUNT(pairs)],
                                  i % 2 == 0 ? BP_PRECISION_F32 : BP_PRECISION_F64};

        compare_ways(state, &work);
    }
}

/* Inputs, costs and gradients that are not finite; targets that are wrong. */
static void both_ways_say_the_same(void **state)
{
    static const struct work work = {BP_ACTIVATION_LINEAR, BP_ACTIVATION_LINEAR,
                                     BP_COST_QUADRATIC, BP_OPTIMIZER_SGD,
                                     BP_PRECISION_F32};
    static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f};
    float x[INPUTS] = {1, 2, 3}, y[OUTPUTS] = {0, 1};
    struct way ways[2];

    way_open(&ways[0], state, &work);
    way_open(&ways[1], state, &work);
    forget_links(&ways[1]);
    for (size_t i = 0; i < COUNT(odd) * INPUTS; i++) {
        const float before = x[i % INPUTS];

        x[i % INPUTS] = odd[i / INPUTS];
        assert_same_step(ways, x, y);
        assert_same_prediction(ways, x);
        x[i % INPUTS] = before;
        y[i % OUTPUTS] = odd[i / INPUTS];
        assert_same_step(ways, x, y);
        y[i % OUTPUTS] = 1;
        assert_same_gradient(ways, x, y);
    }
    assert_status(bp_trainer_step(ways[0].trainer, x, INPUTS, y, 1, NULL), BP_ESHAPE);
    assert_status(bp_network_predict(ways[0].network, ways[0].workspace, x, 2, y, 2),
                  BP_ESHAPE);
    way_close(&ways[0]);
    way_close(&ways[1]);
}

/* A layer too wide, or not dense, has no links. */
static void large_networks_have_no_links(void **state)
{
    for (size_t width = 64; width <= 65; width++) {
        const size_t widths[] = {width, 2};
        const struct net_recipe recipe = {
            env_of(state),      widths,          2, BP_ACTIVATION_TANH,
            BP_ACTIVATION_TANH, BP_PRECISION_F32};
        bp_network *network = make_network(&recipe, 1);

        assert_int_equal(bp_network_is_small(network), width == 64);
        bp_network_destroy(network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(both_ways_have_the_same_bits),
        HOST_TEST(both_ways_say_the_same),
        HOST_TEST(large_networks_have_no_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
