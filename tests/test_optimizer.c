/* SPDX-License-Identifier: MIT */
/*
 * Optimizers on given gradients, against their formulas written a second time in double,
 * as PyTorch's documentation gives them.
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

/* ---- the other rules: one parameter, its gradient, its state ---- */

struct formula_state {
    double m, v, largest, buffer, before, size;
};

static double setting_of(const bp_optimizer *optimizer, int32_t key)
{
    double value = 0;

    (void)bp_optimizer_get(optimizer, key, &value);
    return value;
}

#define OF(key) setting_of(optimizer, BP_OPTIMIZER_##key)

static double adam_formula(const bp_optimizer *optimizer, struct formula_state *s,
                           double w, double g, double step)
{
    const double beta1 = OF(BETA1);
    const double beta2 = OF(BETA2);

    s->m += (1 - beta1) * (g - s->m);
    s->v = beta2 * s->v + (1 - beta2) * g * g;
    return w - OF(RATE) / (1 - pow(beta1, step)) * s->m /
                   (sqrt(s->v) / sqrt(1 - pow(beta2, step)) + OF(EPSILON));
}

static double amsgrad_formula(const bp_optimizer *optimizer, struct formula_state *s,
                              double w, double g, double step)
{
    const double beta1 = OF(BETA1);
    const double beta2 = OF(BETA2);

    s->m += (1 - beta1) * (g - s->m);
    s->v = beta2 * s->v + (1 - beta2) * g * g;
    s->largest = fmax(s->largest, s->v);
    return w - OF(RATE) / (1 - pow(beta1, step)) * s->m /
                   (sqrt(s->largest) / sqrt(1 - pow(beta2, step)) + OF(EPSILON));
}

static double adagrad_formula(const bp_optimizer *optimizer, struct formula_state *s,
                              double w, double g, double step)
{
    s->v += g * g;
    return w - OF(RATE) / (1 + (step - 1) * OF(RATE_DECAY)) * g /
                   (sqrt(OF(INITIAL) + s->v) + OF(EPSILON));
}

static double rmsprop_formula(const bp_optimizer *optimizer, struct formula_state *s,
                              double w, double g, double step)
{
    const double alpha = OF(ALPHA);
    double size;

    (void)step;
    s->v = alpha * s->v + (1 - alpha) * g * g;
    s->m = alpha * s->m + (1 - alpha) * g;
    size = sqrt(OF(CENTRED) != 0 ? s->v - s->m * s->m : s->v) + OF(EPSILON);
    s->buffer = OF(MOMENTUM) * s->buffer + g / size;
    return w - OF(RATE) * s->buffer;
}

static double rprop_formula(const bp_optimizer *optimizer, struct formula_state *s,
                            double w, double g, double step)
{
    if (step == 1)
        s->size = OF(RATE);
    if (g * s->before > 0)
        s->size *= OF(UP);
    if (g * s->before < 0) {
        s->size *= OF(DOWN);
        g = 0;
    }
    s->size = fmin(fmax(s->size, OF(LEAST)), OF(MOST));
    s->before = g;
    return w - s->size * (g > 0) + s->size * (g < 0);
}

struct formula {
    int32_t kind;
    double (*step)(const bp_optimizer *optimizer, struct formula_state *s, double w,
                   double g, double step);
    struct {
        int32_t key;
        double value;
    } settings[7];
};

/* Decoupled decay, L2 and L1 come before the rule. */
static void formula_step(const struct formula *formula, const bp_optimizer *optimizer,
                         struct formula_state *s, double *w, const double *gradient,
                         double step)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        double g = gradient[i];

        w[i] *= 1 - OF(RATE) * OF(DECOUPLED_DECAY);
        g += OF(WEIGHT_DECAY) * w[i] + OF(L1) * ((w[i] > 0) - (w[i] < 0));
        w[i] = formula->step(optimizer, &s[i], w[i], g, step);
    }
}

static void follow_formula(void **state, int32_t precision, const struct formula *formula)
{
    static struct formula_state s[PARAMETERS];
    static double w[PARAMETERS];
    struct run run;
    bp_optimizer *optimizer;

    memset(s, 0, sizeof s);
    run_create(&run, state, precision, formula->kind);
    read_view(&run);
    memcpy(w, run.w, sizeof w);
    optimizer = bp_trainer_get_optimizer(run.trainer);
    for (size_t i = 0; i < COUNT(formula->settings) && formula->settings[i].key != 0; i++)
        ok(bp_optimizer_set(optimizer, formula->settings[i].key,
                            formula->settings[i].value));
    for (size_t step = 1; step <= STEPS; step++) {
        give_gradient(&run, step);
        ok(bp_trainer_update(run.trainer));
        formula_step(formula, optimizer, s, w, run.gradient, (double)step);
        read_view(&run);
        if (precision == BP_PRECISION_F64)
            assert_close_f64(run.w, w, PARAMETERS, 1e-14, 1e-12);
        else
            assert_close_f64(run.w, w, PARAMETERS, 1e-5, 1.3e-6);
    }
    run_destroy(&run);
}

#define SET(key, value)           \
    {                             \
        BP_OPTIMIZER_##key, value \
    }

static void formulas(void **state)
{
    static const struct formula table[] = {
        {BP_OPTIMIZER_ADAM, adam_formula, {{0, 0}}},
        {BP_OPTIMIZER_ADAM,
         adam_formula,
         {SET(RATE, 0.003), SET(BETA1, 0.85), SET(BETA2, 0.95), SET(EPSILON, 1e-6),
          SET(WEIGHT_DECAY, 0.01), SET(DECOUPLED_DECAY, 0.1), SET(L1, 0.02)}},
        {BP_OPTIMIZER_ADAMW, adam_formula, {{0, 0}}},
        {BP_OPTIMIZER_ADAMW,
         adam_formula,
         {SET(RATE, 0.01), SET(DECOUPLED_DECAY, 0.5), SET(L1, 0.001)}},
        {BP_OPTIMIZER_AMSGRAD, amsgrad_formula, {SET(BETA2, 0.5)}},
        {BP_OPTIMIZER_AMSGRAD,
         amsgrad_formula,
         {SET(BETA2, 0.2), SET(WEIGHT_DECAY, 0.1), SET(EPSILON, 1e-3)}},
        {BP_OPTIMIZER_ADAGRAD, adagrad_formula, {{0, 0}}},
        {BP_OPTIMIZER_ADAGRAD,
         adagrad_formula,
         {SET(RATE, 0.1), SET(RATE_DECAY, 0.1), SET(INITIAL, 0.25), SET(EPSILON, 1e-3),
          SET(WEIGHT_DECAY, 0.1), SET(L1, 0.01)}},
        {BP_OPTIMIZER_RMSPROP, rmsprop_formula, {{0, 0}}},
        {BP_OPTIMIZER_RMSPROP, rmsprop_formula, {SET(MOMENTUM, 0.9)}},
        {BP_OPTIMIZER_RMSPROP, rmsprop_formula, {SET(CENTRED, 1), SET(ALPHA, 0.9)}},
        {BP_OPTIMIZER_RMSPROP,
         rmsprop_formula,
         {SET(CENTRED, 1), SET(ALPHA, 0.5), SET(MOMENTUM, 0.5), SET(EPSILON, 1e-2),
          SET(RATE, 0.05), SET(WEIGHT_DECAY, 0.1), SET(L1, 0.01)}},
        {BP_OPTIMIZER_RPROP, rprop_formula, {{0, 0}}},
        {BP_OPTIMIZER_RPROP,
         rprop_formula,
         {SET(RATE, 0.5), SET(DOWN, 0.25), SET(UP, 3), SET(LEAST, 0.01), SET(MOST, 1)}},
        {BP_OPTIMIZER_SGD, NULL, {{0, 0}}},
    };

    for (size_t i = 0; table[i].step != NULL; i++) {
        follow_formula(state, BP_PRECISION_F64, &table[i]);
        follow_formula(state, BP_PRECISION_F32, &table[i]);
    }
}

/* A gradient that never changes has a variance of 0, which rounding makes less than 0;
 * PyTorch's centred RMSprop ends in NaN there. */
static void centred_is_never_less_than_nothing(void **state)
{
    struct run run;
    float *gradient = NULL;
    size_t count = 0;

    run_create(&run, state, BP_PRECISION_F32, BP_OPTIMIZER_RMSPROP);
    bp_optimizer *rmsprop = bp_trainer_get_optimizer(run.trainer);
    ok(bp_optimizer_set(rmsprop, BP_OPTIMIZER_CENTRED, 1));
    ok(bp_optimizer_set(rmsprop, BP_OPTIMIZER_ALPHA, 0.5));
    for (size_t step = 0; step < 200; step++) {
        give_gradient(&run, 0);
        ok(bp_trainer_get_gradient_view(run.trainer, &gradient, &count));
        ok(bp_trainer_update(run.trainer));
    }
    read_view(&run);
    for (size_t i = 0; i < PARAMETERS; i++)
        assert_true(isfinite(run.w[i]));
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

static const struct {
    int32_t kind, key;
    double initial, good, bad;
    int32_t other; /* a key that this kind does not have */
} setting_rows[] = {
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
    {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_DECOUPLED_DECAY, 0, 1000, -1, 99},
    {BP_OPTIMIZER_ADAM, BP_OPTIMIZER_L1, 0, 1000, 1001, BP_OPTIMIZER_INITIAL},
    {BP_OPTIMIZER_AMSGRAD, BP_OPTIMIZER_BETA1, 0.9, 0.5, 1, BP_OPTIMIZER_MOMENTUM},
    {BP_OPTIMIZER_AMSGRAD, BP_OPTIMIZER_RATE, 0.001, 0.5, 0, BP_OPTIMIZER_ALPHA},
    {BP_OPTIMIZER_ADAMW, BP_OPTIMIZER_DECOUPLED_DECAY, 0.01, 0, -0.1,
     BP_OPTIMIZER_WEIGHT_DECAY},
    {BP_OPTIMIZER_ADAMW, BP_OPTIMIZER_RATE, 0.001, 1, 0, BP_OPTIMIZER_NESTEROV},
    {BP_OPTIMIZER_ADAGRAD, BP_OPTIMIZER_RATE, 0.01, 1, 0, BP_OPTIMIZER_MOMENTUM},
    {BP_OPTIMIZER_ADAGRAD, BP_OPTIMIZER_EPSILON, 1e-10, 1, 0, BP_OPTIMIZER_BETA1},
    {BP_OPTIMIZER_ADAGRAD, BP_OPTIMIZER_RATE_DECAY, 0, 1, -1, BP_OPTIMIZER_ALPHA},
    {BP_OPTIMIZER_ADAGRAD, BP_OPTIMIZER_INITIAL, 0, 1e6, 1e7, BP_OPTIMIZER_CENTRED},
    {BP_OPTIMIZER_RMSPROP, BP_OPTIMIZER_RATE, 0.01, 1, 0, BP_OPTIMIZER_BETA1},
    {BP_OPTIMIZER_RMSPROP, BP_OPTIMIZER_ALPHA, 0.99, 0, 1, BP_OPTIMIZER_BETA2},
    {BP_OPTIMIZER_RMSPROP, BP_OPTIMIZER_EPSILON, 1e-8, 1, 0, BP_OPTIMIZER_DAMPENING},
    {BP_OPTIMIZER_RMSPROP, BP_OPTIMIZER_MOMENTUM, 0, 0.9, 1, BP_OPTIMIZER_NESTEROV},
    {BP_OPTIMIZER_RMSPROP, BP_OPTIMIZER_CENTRED, 0, 1, 0.5, BP_OPTIMIZER_UP},
    {BP_OPTIMIZER_RPROP, BP_OPTIMIZER_RATE, 0.01, 1, 0, BP_OPTIMIZER_WEIGHT_DECAY},
    {BP_OPTIMIZER_RPROP, BP_OPTIMIZER_DOWN, 0.5, 0.9, 1, BP_OPTIMIZER_L1},
    {BP_OPTIMIZER_RPROP, BP_OPTIMIZER_UP, 1.2, 100, 1, BP_OPTIMIZER_EPSILON},
    {BP_OPTIMIZER_RPROP, BP_OPTIMIZER_LEAST, 1e-6, 1, 0, BP_OPTIMIZER_MOMENTUM},
    {BP_OPTIMIZER_RPROP, BP_OPTIMIZER_MOST, 50, 1, 0.5, BP_OPTIMIZER_DECOUPLED_DECAY},
};

static void settings(void **state)
{
    for (size_t i = 0; i < COUNT(setting_rows); i++) {
        bp_optimizer *optimizer = NULL;
        double value = (double)NAN;

        ok(bp_optimizer_create(setting_rows[i].kind, env_of(state), &optimizer));
        assert_string_equal(bp_optimizer_error(optimizer), "");
        ok(bp_optimizer_get(optimizer, setting_rows[i].key, &value));
        assert_same_f64(value, setting_rows[i].initial);
        ok(bp_optimizer_set(optimizer, setting_rows[i].key, setting_rows[i].good));
        assert_status(
            bp_optimizer_set(optimizer, setting_rows[i].key, setting_rows[i].bad),
            BP_EINVAL);
        assert_line(bp_optimizer_error(optimizer), "expected");
        ok(bp_optimizer_get(optimizer, setting_rows[i].key, &value));
        assert_same_f64(value, setting_rows[i].good);
        assert_status(bp_optimizer_set(optimizer, setting_rows[i].other, 0.5), BP_EINVAL);
        assert_status(bp_optimizer_get(optimizer, setting_rows[i].other, &value),
                      BP_EINVAL);
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
        HOST_TEST(rules),
        HOST_TEST(settings_change_on_the_way),
        HOST_TEST(by_hand),
        HOST_TEST(settings),
        HOST_TEST(trainers_copy),
        HOST_TEST(formulas),
        HOST_TEST(centred_is_never_less_than_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
