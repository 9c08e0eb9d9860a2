/* SPDX-License-Identifier: MIT */
/*
 * L-BFGS and its line search on functions whose gradients are written down here: the
 * iterates of PyTorch, the conditions of Wolfe, and steps that must leave no trace.
 */
#include "unit_helpers.h"

#include "lbfgs.h"
#include "parity.h"
#include "wolfe.h"

enum { SPAN = 16, STEPS = 20, SLOTS = 120 };

/* ---- functions: value, and the gradient into g ---- */

static double quadratic(const double *x, double *g, size_t n)
{
    static const double a[] = {1, 4, 10, 32, 100, 316};
    double value = 0;

    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - ((double)i - 2);

        value += a[i] * d * d / 2;
        g[i] = a[i] * d;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        const double d = x[i] - ((double)i - 2);
        const double e = x[i + 1] - ((double)i - 1);

        value += d * e / 4;
        g[i] += e / 4;
        g[i + 1] += d / 4;
    }
    return value;
}

static double rosenbrock(const double *x, double *g, size_t n)
{
    double value = 0;

    memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i + 1 < n; i++) {
        const double bend = x[i + 1] - x[i] * x[i];

        value += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
        g[i] += -400 * x[i] * bend - 2 * (1 - x[i]);
        g[i + 1] += 200 * bend;
    }
    return value;
}

static double logistic(const double *x, double *g, size_t n)
{
    double value = 0;

    for (size_t c = 0; c < n; c++)
        g[c] = x[c] / 100;
    for (size_t c = 0; c < n; c++)
        value += x[c] * x[c] / 200;
    for (size_t r = 0; r < 12; r++) {
        const double y = r * 7 % 5 < 2 ? 1 : -1;
        double z = 0;

        for (size_t c = 0; c < n; c++)
            z += ((double)((r * 5 + c) * 379 % 101) - 50) / 32 * x[c] * y;
        value += log1p(exp(-z)) / 12;
        for (size_t c = 0; c < n; c++)
            g[c] -= ((double)((r * 5 + c) * 379 % 101) - 50) / 32 * y / (1 + exp(z)) / 12;
    }
    return value;
}

/* Falls for ever, and is not finite from 3 on. */
static double cliff(const double *x, double *g, size_t n)
{
    (void)n;
    g[0] = -1;
    return x[0] < 3 ? -x[0] : (double)INFINITY;
}

/* ---- a problem ---- */

struct setup {
    double (*function)(const double *x, double *g, size_t n);
    size_t n;
    double x[SPAN], g[SPAN];
    double memory[(2 * SLOTS + BP_LBFGS_SPANS) * SPAN];
    size_t calls, stop_after; /* stop the work at that call, if it is not 0 */
};

static bp_status evaluate(void *user, double *value)
{
    struct setup *w = user;

    if (w->stop_after != 0 && ++w->calls >= w->stop_after)
        return BP_ESTOPPED;
    *value = w->function(w->x, w->g, w->n);
    return *value - *value == 0 ? BP_OK : BP_EDATA;
}

static struct bp_pool pool = {.threads = 1};

static struct bp_lbfgs_problem problem_of(struct setup *w)
{
    return (struct bp_lbfgs_problem){
        .engine = &bp_engine_f64,
        .spans = {bp_engine_f64.kernels(BP_ISA_SCALAR), &pool, SPAN},
        .x = w->x,
        .gradient = w->g,
        .evaluate = evaluate,
        .user = w,
        .memory = w->memory,
        .slots = SLOTS,
    };
}

static struct bp_lbfgs_options options_of(size_t iterations)
{
    return (struct bp_lbfgs_options){1, 100, iterations, iterations * 5 / 4, 1e-7, 1e-9};
}

static void set(struct setup *w, double (*function)(const double *, double *, size_t),
                const double *x, size_t n)
{
    memset(w, 0, sizeof *w);
    w->function = function;
    w->n = n;
    memcpy(w->x, x, n * sizeof *x);
}

static double step(struct setup *w, const struct bp_lbfgs_options *options,
                   struct bp_lbfgs_state *state)
{
    const struct bp_lbfgs_problem problem = problem_of(w);
    double value = w->function(w->x, w->g, w->n);

    ok(bp_lbfgs_step(&problem, options, state, &value));
    assert_same_f64(value, w->function(w->x, w->g, w->n));
    return value;
}

/* ---- PyTorch's iterates ---- */

static void follow(const struct parity_case *of,
                   double (*function)(const double *, double *, size_t))
{
    static struct setup w;
    static struct bp_lbfgs_state state;
    struct bp_lbfgs_options options = options_of(1);
    size_t n = 0;
    const double *before = parity_array(of, "before", &n);
    const double *path = parity_values(of, "path", n * STEPS);

    options.rate = parity_number(of, "rate");
    options.history = (size_t)parity_number(of, "history");
    set(&w, function, before, n);
    memset(&state, 0, sizeof state);
    for (size_t i = 0; i < STEPS; i++) {
        (void)step(&w, &options, &state);
        print_message("%s, step %zu\n", of->name, i);
        assert_close_f64(w.x, path + i * n, n, 1e-9, 1e-9);
    }
    options.iterations = STEPS;
    options.evaluations = STEPS * 5 / 4;
    set(&w, function, before, n);
    memset(&state, 0, sizeof state);
    (void)step(&w, &options, &state);
    assert_close_f64(w.x, parity_values(of, "one", n), n, 1e-9, 1e-9);
}

static void iterates_are_pytorchs(void **state)
{
    struct parity_file *file = parity_read("lbfgs");

    (void)state;
    for (size_t i = 0; i < file->count; i++) {
        const struct parity_case *of = &file->cases[i];

        follow(of, of->name[0] == 'q'   ? quadratic
                   : of->name[0] == 'r' ? rosenbrock
                                        : logistic);
    }
    parity_free(file);
}

/* ---- what must hold ---- */

static void finds_the_minimum(void **state)
{
    static struct setup w;
    static struct bp_lbfgs_state lbfgs;
    const struct bp_lbfgs_options options = options_of(20);
    const double start[] = {1.2, 1, 0.5, 0.25, 2, 1.5};

    (void)state;
    set(&w, rosenbrock, start, 6);
    memset(&lbfgs, 0, sizeof lbfgs);
    for (size_t i = 0; i < 10; i++)
        (void)step(&w, &options, &lbfgs);
    for (size_t i = 0; i < 6; i++)
        assert_absolute(w.x[i], 1, 1e-5);
}

/* What a step comes to that is stopped at its evaluation number @p stop. */
static bool stops_at(const struct setup *kept, const struct bp_lbfgs_state *kept_state,
                     const struct bp_lbfgs_options *options, size_t stop, struct setup *w,
                     struct bp_lbfgs_state *lbfgs)
{
    const struct bp_lbfgs_problem problem = problem_of(w);
    double value;
    bp_status status;

    *w = *kept;
    *lbfgs = *kept_state;
    value = w->function(w->x, w->g, w->n);
    w->calls = 0;
    w->stop_after = stop;
    status = bp_lbfgs_step(&problem, options, lbfgs, &value);
    w->stop_after = 0;
    assert_true(status == BP_OK || status == BP_ESTOPPED);
    return status != BP_OK;
}

/* A step that is stopped at any of its evaluations leaves x and the history as they were:
 * the next one gives the bits that it would have given. */
static void a_stopped_step_leaves_no_trace(void **state)
{
    static struct setup kept, after, w;
    static struct bp_lbfgs_state kept_state, lbfgs;
    struct bp_lbfgs_options options = options_of(12);
    const double start[] = {-1.2, 1, 0.5, -0.25};
    size_t stop = 1;

    (void)state;
    options.history = 5; /* old pairs are pushed out */
    options.evaluations = 100;
    options.iterations = 8;
    set(&kept, rosenbrock, start, 4);
    memset(&kept_state, 0, sizeof kept_state);
    (void)step(&kept, &options, &kept_state);
    after = kept;
    lbfgs = kept_state;
    (void)step(&after, &options, &lbfgs);
    while (stops_at(&kept, &kept_state, &options, stop, &w, &lbfgs)) {
        assert_memory_equal(w.x, kept.x, sizeof w.x);
        assert_int_equal(lbfgs.iterations, kept_state.iterations);
        (void)step(&w, &options, &lbfgs);
        assert_memory_equal(w.x, after.x, sizeof w.x);
        stop++;
    }
    assert_true(stop > 8);
}

/* Values that are not finite shorten the step. */
static void stays_where_values_are_finite(void **state)
{
    static struct setup w;
    static struct bp_lbfgs_state lbfgs;
    const struct bp_lbfgs_options options = options_of(20);
    const double start[] = {2.5};

    (void)state;
    set(&w, cliff, start, 1);
    memset(&lbfgs, 0, sizeof lbfgs);
    (void)step(&w, &options, &lbfgs);
    assert_true(w.x[0] > 2.5 && w.x[0] < 3);
}

/* ---- the conditions, on a line ---- */

static bp_status along(void *user, struct bp_wolfe_point *point)
{
    const double t = point->t;

    (void)user;
    point->value = 0.1 * t * t * t * t - t * t - 0.5 * t;
    point->slope = 0.4 * t * t * t - 2 * t - 0.5;
    return BP_OK;
}

static int32_t keep_any(void *user, int32_t busy)
{
    (void)user;
    return busy == 0 ? 1 : 0;
}

static void both_conditions_hold(void **state)
{
    const struct bp_wolfe_line line = {along, keep_any, NULL, 1, 1e-9};
    const struct bp_wolfe_point start = {0, 0, -0.5, BP_WOLFE_START};

    (void)state;
    for (double first = 1e-4; first < 1000; first *= 3) {
        struct bp_wolfe_point found;
        uint64_t evaluations = 0;

        ok(bp_wolfe_search(&line, &start, first, &found, &evaluations));
        assert_true(found.value <= 1e-4 * found.t * -0.5);
        assert_true(fabs(found.slope) <= 0.9 * 0.5);
        assert_true(evaluations >= 1 && evaluations <= 26);
    }
}

/* A line of which only what is asked for matters: value and slope by evaluation. */
struct script {
    double value[4], slope[4];
    int evaluated;
};

static bp_status scripted(void *user, struct bp_wolfe_point *point)
{
    struct script *script = user;
    const int now = script->evaluated < 3 ? script->evaluated : 3;

    point->value = script->value[now];
    point->slope = script->slope[now];
    script->evaluated++;
    return BP_OK;
}

static int searched(struct script script, struct bp_wolfe_point *found)
{
    const struct bp_wolfe_line line = {scripted, keep_any, &script, 1, 1e-9};
    const struct bp_wolfe_point start = {0, 0, -1, BP_WOLFE_START};
    uint64_t evaluations = 0;

    ok(bp_wolfe_search(&line, &start, 1, found, &evaluations));
    return (int)evaluations;
}

/* A ten-thousandth of what the slope promises is enough of a fall, and less is not. */
static void a_small_fall_is_enough(void **state)
{
    const struct script enough = {{-1.1e-4, -1}, {-0.5, -0.5}, 0};
    const struct script little = {{-0.9e-4, -1, -1, -1}, {-0.5, -0.5, -0.5, -0.5}, 0};
    struct bp_wolfe_point found;

    (void)state;
    assert_int_equal(searched(enough, &found), 1);
    assert_same_f64(found.t, 1);
    assert_in_range(searched(little, &found), 2, 26);
}

/* As in PyTorch: the second point may lie higher than the first and end the search, the
 * third may not lie higher than the second. */
static void the_third_point_must_fall(void **state)
{
    const struct script second = {{-10, -5, -4, -4}, {-1, -0.5, -0.5, -0.5}, 0};
    const struct script third = {{-10, -9, -8, -50}, {-1, -1, -0.5, -0.5}, 0};
    struct bp_wolfe_point found;

    (void)state;
    assert_int_equal(searched(second, &found), 2);
    assert_same_f64(found.value, -5);
    assert_in_range(searched(third, &found), 4, 26);
}

/* ---- a trainer's step ---- */

/* After one step, what a trainer has come to under one setting. */
static void step_under(int32_t key, double value, double *iterations, double *pairs)
{
    static const size_t widths[] = {2, 6, 1};
    const struct net_recipe recipe = {
        NULL, widths, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR, BP_PRECISION_F64};
    bp_network *network = make_network(&recipe, 4);
    bp_optimizer *lbfgs = NULL;
    bp_trainer *trainer;
    double x[32];
    double y[16];

    for (size_t i = 0; i < 32; i++)
        x[i] = spread_at(i);
    for (size_t i = 0; i < 16; i++)
        y[i] = x[2 * i] * x[2 * i + 1];
    ok(bp_optimizer_create(BP_OPTIMIZER_LBFGS, NULL, &lbfgs));
    ok(bp_optimizer_set(lbfgs, key, value));
    trainer = make_trainer_with(network, BP_COST_MSE, lbfgs, 16, 1);
    ok(bp_trainer_step_f64(trainer, x, 32, y, 16, NULL));
    ok(bp_trainer_get_number(trainer, BP_NUMBER_ITERATIONS, iterations));
    ok(bp_trainer_get_number(trainer, BP_NUMBER_PAIRS, pairs));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

/* Each setting ends a step of 20 iterations where it says. The first evaluation is that
 * of the place where the step begins; an iteration takes one at least. */
static void settings_end_a_step(void **state)
{
    static const struct {
        int32_t key;
        double value, least, most; /* iterations */
        double pairs;              /* at most */
    } rows[] = {
        {BP_OPTIMIZER_RATE, 1, 20, 20, 100},
        {BP_OPTIMIZER_HISTORY, 2, 20, 20, 2},
        {BP_OPTIMIZER_ITERATIONS, 3, 3, 3, 100},
        {BP_OPTIMIZER_EVALUATIONS, 1, 1, 1, 100},
        {BP_OPTIMIZER_EVALUATIONS, 8, 2, 7, 100},
        {BP_OPTIMIZER_TOLERANCE_GRADIENT, 1, 0, 0, 0},
        {BP_OPTIMIZER_TOLERANCE_GRADIENT, 0.05, 1, 19, 100},
        {BP_OPTIMIZER_TOLERANCE_CHANGE, 1, 1, 1, 100},
        {BP_OPTIMIZER_TOLERANCE_CHANGE, 1e-3, 2, 19, 100},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double iterations = -1;
        double pairs = -1;

        step_under(rows[i].key, rows[i].value, &iterations, &pairs);
        print_message("row %zu: %.0f iterations, %.0f pairs\n", i, iterations, pairs);
        assert_true(iterations >= rows[i].least && iterations <= rows[i].most);
        assert_true(pairs >= 0 && pairs <= rows[i].pairs);
        assert_true(rows[i].key != BP_OPTIMIZER_HISTORY || pairs == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(iterates_are_pytorchs),
        cmocka_unit_test(finds_the_minimum),
        cmocka_unit_test(a_stopped_step_leaves_no_trace),
        cmocka_unit_test(stays_where_values_are_finite),
        cmocka_unit_test(both_conditions_hold),
        cmocka_unit_test(a_small_fall_is_enough),
        cmocka_unit_test(the_third_point_must_fall),
        cmocka_unit_test(settings_end_a_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
