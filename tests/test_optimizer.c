/* SPDX-License-Identifier: MIT */
/*
 * Stochastic gradient descent on given gradients, against the rule of PyTorch's `SGD`
 * written a second time in double, operation by operation.
 */
#include "unit_helpers.h"

enum {
    WIDTH = 16, /* rows of 16: the flat view has no padding */
    PARAMETERS = WIDTH * WIDTH + WIDTH,
    STEPS = 50
};

struct rule {
    double rate, momentum, nesterov, decay, dampening;
};

/* What PyTorch keeps: parameters, momentum buffer, and whether that exists. */
struct reference {
    double w[PARAMETERS];
    double v[PARAMETERS];
    bool started;
};

static void reference_step(struct reference *r, const double *gradient,
                           const struct rule *rule)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        double g = gradient[i] + rule->decay * r->w[i];

        if (rule->momentum != 0) {
            r->v[i] =
                r->started ? rule->momentum * r->v[i] + (1 - rule->dampening) * g : g;
            g = rule->nesterov != 0 ? g + rule->momentum * r->v[i] : r->v[i];
        }
        r->w[i] -= rule->rate * g;
    }
    r->started = r->started || rule->momentum != 0;
}

static void set_rule(bp_optimizer *sgd, const struct rule *rule)
{
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, rule->rate));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_MOMENTUM, rule->momentum));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_NESTEROV, rule->nesterov));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_WEIGHT_DECAY, rule->decay));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_DAMPENING, rule->dampening));
}

struct run {
    bp_network *network;
    bp_trainer *trainer;
    double gradient[PARAMETERS];
    double w[PARAMETERS];
};

static void run_create(struct run *run, void **state, int32_t precision, int32_t kind)
{
    static const size_t widths[] = {WIDTH, WIDTH};
    const struct net_recipe recipe = {env_of(state),      widths,   2, 0,
                                      BP_ACTIVATION_TANH, precision};
    bp_optimizer *optimizer = NULL;

    memset(run, 0, sizeof *run);
    run->network = make_network(&recipe, 4);
    ok(bp_optimizer_create(kind, NULL, &optimizer));
    run->trainer = make_trainer_with(run->network, BP_COST_MSE, optimizer, 1, 1);
}

static void run_destroy(struct run *run)
{
    bp_trainer_destroy(run->trainer);
    bp_network_destroy(run->network);
}

static bool is_double(const struct run *run)
{
    double precision = 0;

    ok(bp_network_get(run->network, BP_NETWORK_PRECISION, &precision));
    return precision == BP_PRECISION_F64;
}

/* The gradients of a batch are replaced by given ones, as the header allows. */
static void give_gradient(struct run *run, size_t step)
{
    static const double x[WIDTH] = {1};
    float *f = NULL;
    double *d = NULL;
    size_t count = 0;

    ok(bp_trainer_gradient_f64(run->trainer, x, WIDTH, x, WIDTH, NULL));
    if (is_double(run))
        ok(bp_trainer_get_gradient_view_f64(run->trainer, &d, &count));
    else
        ok(bp_trainer_get_gradient_view(run->trainer, &f, &count));
    assert_int_equal(count, PARAMETERS);
    for (size_t i = 0; i < PARAMETERS; i++) {
        run->gradient[i] = (double)(float)spread_at(step * PARAMETERS + i);
        if (d != NULL)
            d[i] = run->gradient[i];
        else
            f[i] = (float)run->gradient[i];
    }
}

static void read_view(struct run *run)
{
    float *f = NULL;
    double *d = NULL;
    size_t count = 0;

    if (is_double(run))
        ok(bp_network_get_view_f64(run->network, &d, &count));
    else
        ok(bp_network_get_view(run->network, &f, &count));
    for (size_t i = 0; i < PARAMETERS; i++)
        run->w[i] = d != NULL ? d[i] : (double)f[i];
}

/* A rule for each stretch of steps: one, or several that take turns. */
static void follow(void **state, int32_t precision, const struct rule *rules,
                   size_t rule_count)
{
    struct run run;
    struct reference r = {.started = false};

    run_create(&run, state, precision, BP_OPTIMIZER_SGD);
    read_view(&run);
    memcpy(r.w, run.w, sizeof r.w);
    for (size_t step = 0; step < STEPS; step++) {
        const struct rule *rule = &rules[step * rule_count / STEPS];

        set_rule(bp_trainer_get_optimizer(run.trainer), rule);
        give_gradient(&run, step);
        ok(bp_trainer_update(run.trainer));
        reference_step(&r, run.gradient, rule);
        read_view(&run);
        if (precision == BP_PRECISION_F64)
            assert_close_f64(run.w, r.w, PARAMETERS, 1e-14, 1e-12);
        else
            assert_close_f64(run.w, r.w, PARAMETERS, 1e-5, 1.3e-6);
    }
    run_destroy(&run);
}

static void rules(void **state)
{
    static const struct rule table[] = {
        /* rate, momentum, nesterov, decay, dampening */
        {0.1, 0, 0, 0, 0},      {0.1, 0, 0, 0.01, 0},      {0.05, 0.9, 0, 0, 0},
        {0.05, 0.9, 0, 0.1, 0}, {0.05, 0.9, 1, 0, 0},      {0.05, 0.9, 1, 0.1, 0},
        {0.05, 0.9, 0, 0, 0.5}, {0.05, 0.5, 0, 0.02, 1},   {0.1, 0, 1, 0, 0},
        {0.1, 0, 0, 0, 0.75},   {1e-3, 0.999, 1, 1e-4, 0},
    };

    for (size_t i = 0; i < COUNT(table); i++) {
        follow(state, BP_PRECISION_F64, &table[i], 1);
        follow(state, BP_PRECISION_F32, &table[i], 1);
    }
}

/* Momentum that begins late has its first v then; one that rests goes on where it was. */
static void settings_change_on_the_way(void **state)
{
    static const struct rule falling[] = {
        {0.5, 0.9, 0, 0, 0}, {0.05, 0.9, 0, 0, 0}, {0.005, 0.5, 1, 0.1, 0}};
    static const struct rule late[] = {{0.1, 0, 0, 0, 0}, {0.1, 0.8, 0, 0, 0.5}};
    static const struct rule resting[] = {
        {0.1, 0.8, 0, 0, 0.5}, {0.1, 0, 0, 0, 0.5}, {0.1, 0.8, 0, 0, 0.5}};

    follow(state, BP_PRECISION_F64, falling, COUNT(falling));
    follow(state, BP_PRECISION_F64, late, COUNT(late));
    follow(state, BP_PRECISION_F64, resting, COUNT(resting));
    follow(state, BP_PRECISION_F32, resting, COUNT(resting));
}

/* PyTorch's `Adam`, number by number. */
static void adam_follows_its_formula(void **state)
{
    static const double rate = 0.003, beta1 = 0.85, beta2 = 0.95, epsilon = 1e-6;
    static double m[PARAMETERS], v[PARAMETERS];
    static struct reference r;
    struct run run;

    memset(m, 0, sizeof m);
    memset(v, 0, sizeof v);
    run_create(&run, state, BP_PRECISION_F64, BP_OPTIMIZER_ADAM);
    read_view(&run);
    memcpy(r.w, run.w, sizeof r.w);
    bp_optimizer *adam = bp_trainer_get_optimizer(run.trainer);
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_RATE, rate));
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_BETA1, beta1));
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_BETA2, beta2));
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_EPSILON, epsilon));
    ok(bp_optimizer_set(adam, BP_OPTIMIZER_WEIGHT_DECAY, 0.01));
    for (size_t step = 1; step <= STEPS; step++) {
        give_gradient(&run, step);
        ok(bp_trainer_update(run.trainer));
        for (size_t i = 0; i < PARAMETERS; i++) {
            const double g = run.gradient[i] + 0.01 * r.w[i];

            m[i] += (1 - beta1) * (g - m[i]);
            v[i] = beta2 * v[i] + (1 - beta2) * g * g;
            r.w[i] -= rate / (1 - pow(beta1, (double)step)) * m[i] /
                      (sqrt(v[i]) / sqrt(1 - pow(beta2, (double)step)) + epsilon);
        }
        read_view(&run);
        assert_close_f64(run.w, r.w, PARAMETERS, 1e-14, 1e-12);
    }
    run_destroy(&run);
}

/* Three numbers by hand: w = 1, g = 2, rate 1/2, decay 1/4, momentum 1/2, all exact. */
static void by_hand(void **state)
{
    static const struct {
        struct rule rule;
        double after_one, after_two; /* the second g is 2 as well */
    } rows[] = {
        {{0.5, 0, 0, 0, 0}, 0, -1},
        {{0.5, 0, 0, 0.25, 0}, -0.125, -1.109375},
        {{0.5, 0.5, 0, 0, 0}, 0, -1.5},
        {{0.5, 0.5, 0, 0, 0.5}, 0, -1},
        {{0.5, 0.5, 1, 0, 0}, -0.5, -2.25},
        {{0.5, 0.5, 1, 0, 0.5}, 0, -1}, /* dampening turns Nesterov off */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run run;

        run_create(&run, state, BP_PRECISION_F64, BP_OPTIMIZER_SGD);
        set_rule(bp_trainer_get_optimizer(run.trainer), &rows[i].rule);
        for (int step = 0; step < 2; step++) {
            double *w = NULL;
            double *g = NULL;
            size_t count = 0;

            give_gradient(&run, 0);
            ok(bp_network_get_view_f64(run.network, &w, &count));
            ok(bp_trainer_get_gradient_view_f64(run.trainer, &g, &count));
            w[0] = step == 0 ? 1 : w[0];
            g[0] = 2;
            ok(bp_trainer_update(run.trainer));
            /* Exact; of the sign of a zero nothing is said: valgrind has its own. */
            assert_close(w[0], step == 0 ? rows[i].after_one : rows[i].after_two, 0, 0);
        }
        run_destroy(&run);
    }
}

static void settings(void **state)
{
    static const struct {
        int32_t kind, key;
        double initial, good, bad;
        int32_t other; /* a key that this kind does not have */
    } rows[] = {
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_RATE, 0.01, 1e6, 0, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_RATE, 0.01, 1e-300, -0.1, 0},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_RATE, 0.01, 3, 1.1e6, -1},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_RATE, 0.01, 3, (double)NAN, 999},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_MOMENTUM, 0, 0.9999, 1, BP_OPTIMIZER_BETA2},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_MOMENTUM, 0, 0, -0.1, BP_OPTIMIZER_EPSILON},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_NESTEROV, 0, 1, 0.5, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_NESTEROV, 0, 0, 2, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_WEIGHT_DECAY, 0, 1000, 1000.5, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_WEIGHT_DECAY, 0, 1e-9, -1e-9, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_DAMPENING, 0, 1, 1.5, 6},
        {BP_OPTIMIZER_SGD, BP_OPTIMIZER_DAMPENING, 0, 0.5, (double)INFINITY, 6},
        {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_RATE, 0.001, 1, 0, BP_OPTIMIZER_MOMENTUM},
        {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_BETA1, 0.9, 0, 1, BP_OPTIMIZER_NESTEROV},
        {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_BETA2, 0.999, 0.5, -0.5, BP_OPTIMIZER_DAMPENING},
        {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_EPSILON, 1e-8, 1, 0, BP_OPTIMIZER_DAMPENING},
        {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_WEIGHT_DECAY, 0, 1, -1, BP_OPTIMIZER_DAMPENING},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        bp_optimizer *optimizer = NULL;
        double value = (double)NAN;

        ok(bp_optimizer_create(rows[i].kind, env_of(state), &optimizer));
        assert_string_equal(bp_optimizer_error(optimizer), "");
        ok(bp_optimizer_get(optimizer, rows[i].key, &value));
        assert_same_f64(value, rows[i].initial);
        ok(bp_optimizer_set(optimizer, rows[i].key, rows[i].good));
        assert_status(bp_optimizer_set(optimizer, rows[i].key, rows[i].bad), BP_EINVAL);
        assert_line(bp_optimizer_error(optimizer), "expected");
        ok(bp_optimizer_get(optimizer, rows[i].key, &value));
        assert_same_f64(value, rows[i].good);
        assert_status(bp_optimizer_set(optimizer, rows[i].other, 0.5), BP_EINVAL);
        assert_status(bp_optimizer_get(optimizer, rows[i].other, &value), BP_EINVAL);
        bp_optimizer_destroy(optimizer);
    }
}

/* The trainer works with a copy: the original may change and go. */
static void trainers_copy(void **state)
{
    struct run run;
    bp_cost *cost = make_cost(BP_COST_HUBER, env_of(state));
    bp_optimizer *sgd = make_sgd(0.5, 0.25, env_of(state));
    bp_trainer *trainer = NULL;
    double value = 0;

    run_create(&run, state, BP_PRECISION_F32, BP_OPTIMIZER_SGD);
    ok(bp_trainer_create(run.network, cost, sgd, &trainer));
    ok(bp_optimizer_set(sgd, BP_OPTIMIZER_RATE, 7));
    bp_optimizer_destroy(sgd);
    bp_cost_destroy(cost);
    ok(bp_optimizer_get(bp_trainer_get_optimizer(trainer), BP_OPTIMIZER_RATE, &value));
    assert_same_f64(value, 0.5);
    ok(bp_optimizer_get(bp_trainer_get_optimizer(trainer), BP_OPTIMIZER_MOMENTUM,
                        &value));
    assert_same_f64(value, 0.25);
    ok(bp_trainer_build(trainer, 1));
    bp_trainer_destroy(trainer);
    run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(rules),         HOST_TEST(settings_change_on_the_way),
        HOST_TEST(by_hand),       HOST_TEST(settings),
        HOST_TEST(trainers_copy), HOST_TEST(adam_follows_its_formula),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
