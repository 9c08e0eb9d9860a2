/* SPDX-License-Identifier: MIT */
/*
 * bp_gradient_check() itself: it passes right derivatives of the caller's operations,
 * finds wrong ones and their place, says what it skipped, and leaves all as it was.
 */
#include "compare.h"
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 3, HIDDEN = 4, OUTPUTS = 2, ROWS = 6 };

/* ---- operations with a fault ---- */

/** What a backward callback gets wrong: one column is multiplied. */
struct fault {
    int32_t precision; /**< Only in this one; 0: in both. */
    bool parameters;   /**< The gradient of the parameters, else that of the input. */
    size_t col;
    double factor;
};

static void multiply(const bp_run *run, void *array, size_t i, double factor)
{
    if (run->precision == BP_PRECISION_F64)
        ((double *)array)[i] *= factor;
    else
        ((float *)array)[i] *= (float)factor;
}

static void spoil(struct custom_state *state, const bp_run *run)
{
    const struct fault *fault = state->hook_user;

    if (fault->precision != 0 && fault->precision != run->precision)
        return;
    if (fault->parameters && run->parameter_grads != NULL)
        multiply(run, run->parameter_grads, fault->col, fault->factor);
    if (fault->parameters || run->input_grad == NULL)
        return;
    for (size_t row = 0; row < run->rows; ++row)
        multiply(run, run->input_grad, row * run->input_stride + fault->col,
                 fault->factor);
}

/* ---- networks with an operation of the caller's ---- */

/** Where the operation is. */
enum place {
    IN_DENSE,      /**< The activation of dense layer 0; a dense layer follows. */
    APART,         /**< An activation layer between two dense ones. */
    LAYER_FIRST,   /**< A layer, then a dense one. */
    LAYER_BETWEEN, /**< A layer between two dense ones. */
    COST,          /**< The cost of one dense layer. */
    PLACES
};

struct setup {
    enum place place;
    int32_t precision;
    bool float_only;
    struct custom_state state;
    bp_network *network;
    bp_trainer *trainer;
    bp_dataset *data;
};

static bp_activation_ops activation_ops(struct setup *s)
{
    bp_activation_ops ops = custom_activation(&s->state);

    if (s->float_only) {
        ops.forward_f64 = NULL;
        ops.backward_f64 = NULL;
    }
    return ops;
}

static bp_layer_ops layer_ops(struct setup *s)
{
    bp_layer_ops ops = custom_layer(&s->state);

    if (s->float_only) {
        ops.initialise_f64 = NULL;
        ops.forward_f64 = NULL;
        ops.backward_f64 = NULL;
    }
    return ops;
}

static void add_custom_layer(struct setup *s)
{
    const bp_layer_ops ops = layer_ops(s);
    bp_layer *layer = NULL;

    ok(bp_layer_create_custom(&ops, NULL, &layer));
    ok(bp_network_add(s->network, layer));
    bp_layer_destroy(layer);
}

static void add_custom_activation(struct setup *s, bp_layer *layer)
{
    const bp_activation_ops ops = activation_ops(s);

    ok(bp_layer_set_activation(layer, &ops));
    ok(bp_network_add(s->network, layer));
    bp_layer_destroy(layer);
}

static void add_layers(struct setup *s)
{
    bp_layer *layer = NULL;

    switch (s->place) {
    case IN_DENSE:
        ok(bp_layer_create_dense(HIDDEN, BP_ACTIVATION_LINEAR, NULL, &layer));
        add_custom_activation(s, layer);
        break;
    case APART:
        ok(bp_network_add_dense(s->network, HIDDEN, BP_ACTIVATION_LINEAR));
        ok(bp_layer_create_activation(BP_ACTIVATION_LINEAR, NULL, &layer));
        add_custom_activation(s, layer);
        break;
    case LAYER_BETWEEN:
        ok(bp_network_add_dense(s->network, HIDDEN, BP_ACTIVATION_TANH));
        add_custom_layer(s);
        break;
    case LAYER_FIRST: add_custom_layer(s); break;
    default: break;
    }
    ok(bp_network_add_dense(s->network, OUTPUTS, BP_ACTIVATION_LINEAR));
}

static bp_cost *make_own_cost(struct setup *s)
{
    bp_cost_ops ops = custom_cost(&s->state);
    bp_cost *cost = NULL;

    if (s->place != COST)
        return make_cost(BP_COST_QUADRATIC, NULL);
    if (s->float_only) {
        ops.value_f64 = NULL;
        ops.gradient_f64 = NULL;
    }
    ok(bp_cost_create_custom(&ops, NULL, &cost));
    return cost;
}

static void setup_open(struct setup *s)
{
    bp_optimizer *sgd = make_sgd(0.5, 0.5, NULL);
    bp_cost *cost = make_own_cost(s);

    ok(bp_network_create(INPUTS, NULL, &s->network));
    if (s->precision != 0)
        ok(bp_network_set(s->network, BP_NETWORK_PRECISION, s->precision));
    add_layers(s);
    ok(bp_network_build(s->network, 3));
    ok(bp_trainer_create(s->network, cost, sgd, &s->trainer));
    ok(bp_trainer_build(s->trainer, 4));
    s->data = make_dataset(ROWS, INPUTS, OUTPUTS, NULL);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
}

static void setup_close(struct setup *s)
{
    bp_dataset_destroy(s->data);
    bp_trainer_destroy(s->trainer);
    bp_network_destroy(s->network);
}

static bp_gradient_report report_of(struct setup *s, const bp_gradient_options *options)
{
    bp_gradient_report report = {.struct_size = sizeof report};

    ok(bp_gradient_check(s->trainer, s->data, options, &report));
    return report;
}

static bp_gradient_report run_once(struct setup *s)
{
    bp_gradient_report report;

    setup_open(s);
    report = report_of(s, NULL);
    setup_close(s);
    return report;
}

/* ---- right and wrong derivatives ---- */

static void test_right(void **state)
{
    (void)state;
    for (int place = 0; place < PLACES; ++place)
        for (int32_t precision = BP_PRECISION_F32; precision <= BP_PRECISION_F64;
             ++precision) {
            struct setup s = {.place = (enum place)place, .precision = precision};
            const bp_gradient_report report = run_once(&s);

            assert_int_equal(report.passed, 1);
            assert_int_equal(report.in_float, 0);
            assert_true(report.error <= 1e-6 && report.checked > 0);
            assert_int_equal(report.skipped, 0);
            assert_true(precision == BP_PRECISION_F64 ? report.error_f32 == 0
                                                      : report.error_f32 > 0);
        }
}

static void test_right_float_only(void **state)
{
    (void)state;
    for (int place = 0; place < PLACES; ++place) {
        struct setup s = {.place = (enum place)place, .float_only = true};
        const bp_gradient_report report = run_once(&s);

        assert_int_equal(report.passed, 1);
        assert_int_equal(report.in_float, 1);
        assert_true(report.error <= 2e-2 && report.error > 1e-9);
        assert_same_f64(report.error_f32, 0.0);
    }
}

/** A fault, and where it must be found. */
struct planted {
    enum place place;
    struct fault fault;
    int32_t row; /**< The unit; -1: the parameter's column is the fault's, in row 0. */
};

static const struct planted planted[] = {
    {IN_DENSE, {0, false, 2, 1.5}, 2},   {APART, {0, false, 3, 0.5}, 3},
    {LAYER_FIRST, {0, true, 1, -1}, -1}, {LAYER_BETWEEN, {0, false, 1, 1.5}, 1},
    {COST, {0, false, 1, 0}, 1},
};

static void check_found(const struct planted *p, bool float_only, int32_t precision)
{
    struct fault fault = p->fault;
    struct setup s = {.place = p->place,
                      .float_only = float_only,
                      .precision = precision,
                      .state = {.hook = spoil, .hook_user = &fault}};
    const bp_gradient_report report = run_once(&s);

    assert_int_equal(report.passed, 0);
    assert_int_equal(report.in_float, float_only);
    assert_int_equal(report.layer, 0);
    assert_true(report.error > 0.3);
    if (p->row >= 0) {
        /* Biases are one row. */
        assert_int_equal(report.which == BP_PARAMETER_BIAS ? report.col : report.row,
                         p->row);
        return;
    }
    assert_int_equal(report.which, BP_PARAMETER_WEIGHT);
    assert_int_equal(report.row, 0);
    assert_int_equal(report.col, fault.col);
}

static void test_wrong_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof planted[0]; ++i) {
        check_found(&planted[i], false, BP_PRECISION_F64);
        check_found(&planted[i], false, BP_PRECISION_F32);
        check_found(&planted[i], true, BP_PRECISION_F32);
    }
}

/* One of the two forms is right: the other is found all the same. */
static void test_one_wrong_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof planted[0]; ++i)
        for (int32_t wrong = BP_PRECISION_F32; wrong <= BP_PRECISION_F64; ++wrong) {
            struct fault fault = planted[i].fault;
            struct setup s = {.place = planted[i].place,
                              .state = {.hook = spoil, .hook_user = &fault}};
            bp_gradient_report report;

            fault.precision = wrong;
            report = run_once(&s);
            assert_int_equal(report.passed, 0);
            assert_true(report.error_f32 > 0.3);
            assert_true(wrong == BP_PRECISION_F64 ? report.error > 0.3
                                                  : report.error <= 1e-6);
        }
}

/* ---- tolerances ---- */

static int32_t passes(double factor, bool float_only, double tolerance,
                      double tolerance_f32)
{
    struct fault fault = {.factor = factor, .col = 0};
    struct setup s = {.place = COST,
                      .float_only = float_only,
                      .state = {.hook = spoil, .hook_user = &fault}};
    bp_gradient_options options;
    bp_gradient_report report;

    ok(bp_gradient_options_init(&options));
    options.tolerance = tolerance;
    options.tolerance_f32 = tolerance_f32;
    setup_open(&s);
    report = report_of(&s, &options);
    setup_close(&s);
    return report.passed;
}

static void test_tolerance(void **state)
{
    (void)state;
    assert_int_equal(passes(1.01, false, 0, 0), 0);
    assert_int_equal(passes(1.01, false, 0.02, 0), 1);
    assert_int_equal(passes(1 + 3e-6, false, 0, 0), 0);
    assert_int_equal(passes(1 + 3e-7, false, 0, 0), 1);
    assert_int_equal(passes(1.01, true, 0, 0), 1);
    assert_int_equal(passes(1.05, true, 0, 0), 0);
    assert_int_equal(passes(1, false, 0, 1e-12), 0);
    assert_int_equal(passes(1, false, 1e-14, 0), 0);
}

/* ---- the report ---- */

/* C = (w x + b - y)^2 / 2 with w = 2, b = 1, x = 3, y = 5: dC/dw = 6, dC/db = 2; the
 * fault makes them 12 and 4, each an error of a half. */
static void test_report_fields(void **state)
{
    const float x = 3;
    const float y = 5;
    const double weight = 2;
    const double bias = 1;
    struct fault fault = {.factor = 2, .col = 0};
    struct setup s = {.place = COST,
                      .precision = BP_PRECISION_F64,
                      .state = {.hook = spoil, .hook_user = &fault}};
    bp_cost *cost = make_own_cost(&s);
    bp_optimizer *sgd = make_sgd(0.5, 0, NULL);
    bp_gradient_report report;

    (void)state;
    s.network = make_network(&(struct net_recipe){.widths = (size_t[]){1, 1},
                                                  .count = 2,
                                                  .precision = BP_PRECISION_F64},
                             1);
    ok(bp_network_set_parameter_f64(s.network, 0, BP_PARAMETER_WEIGHT, &weight, 1));
    ok(bp_network_set_parameter_f64(s.network, 0, BP_PARAMETER_BIAS, &bias, 1));
    ok(bp_trainer_create(s.network, cost, sgd, &s.trainer));
    ok(bp_trainer_build(s.trainer, 1));
    ok(bp_dataset_create(NULL, &s.data));
    ok(bp_dataset_set_inputs(s.data, &x, 1, 1, 1));
    ok(bp_dataset_set_targets(s.data, &y, 1, 1, 1));
    report = report_of(&s, NULL);
    assert_int_equal(report.struct_size, sizeof report);
    assert_int_equal(report.passed, 0);
    assert_int_equal(report.checked, 2);
    assert_int_equal(report.skipped, 0);
    assert_true(report.which == BP_PARAMETER_WEIGHT || report.which == BP_PARAMETER_BIAS);
    assert_relative(report.analytic, report.which == BP_PARAMETER_BIAS ? 4.0 : 12.0,
                    1e-15);
    assert_relative(report.numeric, report.which == BP_PARAMETER_BIAS ? 2.0 : 6.0, 1e-8);
    assert_relative(report.error,
                    fabs(report.analytic - report.numeric) / fabs(report.analytic),
                    1e-15);
    bp_cost_destroy(cost);
    bp_optimizer_destroy(sgd);
    setup_close(&s);
}

/* The place is the parameter whose gradients are reported. */
static void test_report_place(void **state)
{
    struct fault fault = {.factor = 3, .col = 1};
    struct setup s = {.place = COST,
                      .precision = BP_PRECISION_F64,
                      .state = {.hook = spoil, .hook_user = &fault}};
    double gradients[OUTPUTS * INPUTS];
    float x[ROWS * INPUTS];
    float y[ROWS * OUTPUTS];
    bp_gradient_report report;
    size_t count = OUTPUTS;

    (void)state;
    setup_open(&s);
    report = report_of(&s, NULL);
    for (size_t row = 0; row < ROWS; ++row) {
        ok(bp_dataset_get_inputs(s.data, row, x + row * INPUTS, INPUTS));
        ok(bp_dataset_get_targets(s.data, row, y + row * OUTPUTS, OUTPUTS));
    }
    ok(bp_trainer_gradient(s.trainer, x, ROWS * INPUTS, y, ROWS * OUTPUTS, NULL));
    if (report.which == BP_PARAMETER_WEIGHT)
        count = OUTPUTS * INPUTS;
    ok(bp_trainer_get_gradient_f64(s.trainer, 0, report.which, gradients, count));
    assert_same_f64(report.analytic, gradients[report.row * INPUTS + report.col]);
    assert_relative(report.numeric, report.analytic / 3, 1e-6);
    setup_close(&s);
}

/* ---- the sample ---- */

static void test_sample(void **state)
{
    struct setup s = {.place = IN_DENSE};
    bp_gradient_options options;
    bp_gradient_report first, again, other;

    (void)state;
    ok(bp_gradient_options_init(&options));
    assert_int_equal(options.sample, 0);
    assert_int_equal(options.seed, 1);
    setup_open(&s);
    options.sample = 7;
    first = report_of(&s, &options);
    again = report_of(&s, &options);
    options.seed = 2;
    other = report_of(&s, &options);
    setup_close(&s);
    assert_int_equal(first.checked, 7);
    assert_int_equal(first.passed, 1);
    assert_memory_equal(&first, &again, sizeof first);
    assert_int_equal(other.checked, 7);
    assert_true(first.error != other.error);
}

/* Sampled often enough, a fault in one parameter of many is found. */
static void test_sample_reaches_all(void **state)
{
    struct fault fault = {.parameters = true, .factor = 2, .col = HIDDEN - 1};
    struct setup s = {.place = LAYER_BETWEEN,
                      .state = {.hook = spoil, .hook_user = &fault}};
    bp_gradient_options options;
    bp_gradient_report report;

    (void)state;
    ok(bp_gradient_options_init(&options));
    options.sample = 400;
    setup_open(&s);
    report = report_of(&s, &options);
    setup_close(&s);
    assert_int_equal(report.passed, 0);
    assert_int_equal(report.layer, 1);
    assert_int_equal(report.which, BP_PARAMETER_WEIGHT);
    assert_int_equal(report.col, HIDDEN - 1);
}

/* ---- nothing else changes ---- */

static void test_leaves_all_as_it_was(void **state)
{
    struct setup s = {.place = IN_DENSE};
    bp_position before = {.struct_size = sizeof before};
    bp_position after = {.struct_size = sizeof after};
    double *old_params, *new_params;
    float *gradients = NULL;
    float *kept;
    size_t count = 0;
    size_t params = 0;

    (void)state;
    setup_open(&s);
    ok(bp_trainer_epoch(s.trainer, s.data, NULL));
    ok(bp_trainer_get_gradient_view(s.trainer, &gradients, &count));
    kept = malloc(count * sizeof *kept);
    assert_non_null(kept);
    memcpy(kept, gradients, count * sizeof *kept);
    old_params = copy_parameters(s.network, &params);
    ok(bp_trainer_position(s.trainer, &before));
    (void)report_of(&s, NULL);
    ok(bp_trainer_position(s.trainer, &after));
    new_params = copy_parameters(s.network, &params);
    assert_bits_f64(new_params, old_params, params);
    assert_bits_f32(gradients, kept, count);
    assert_memory_equal(&before, &after, sizeof before);
    free(kept);
    free(old_params);
    free(new_params);
    setup_close(&s);
}

static void test_stopped(void **state)
{
    struct setup s = {.place = IN_DENSE};
    bp_gradient_report report = {.struct_size = sizeof report, .checked = 77};
    const bp_gradient_report before = report;

    (void)state;
    setup_open(&s);
    for (size_t after = 1; after < 20; ++after) {
        s.state.calls = 0;
        s.state.stop_after = after;
        assert_status(bp_gradient_check(s.trainer, s.data, NULL, &report), BP_ESTOPPED);
        assert_memory_equal(&report, &before, sizeof report);
    }
    s.state.stop_after = 0;
    assert_int_equal(report_of(&s, NULL).passed, 1);
    setup_close(&s);
}

static void test_not_finite(void **state)
{
    struct fault fault = {.factor = NAN, .col = 0};
    struct setup s = {.place = COST, .state = {.hook = spoil, .hook_user = &fault}};
    bp_gradient_report report = {.struct_size = sizeof report};

    (void)state;
    setup_open(&s);
    assert_status(bp_gradient_check(s.trainer, s.data, NULL, &report), BP_EDATA);
    setup_close(&s);
}

/* ---- labels, kinks, nothing ---- */

static void test_labels(void **state)
{
    struct setup s = {.place = COST};
    const int32_t labels[ROWS] = {0, 1, 1, 0, 1, 0};
    float x[ROWS * INPUTS];
    bp_dataset *labelled = NULL;
    bp_gradient_report report;

    (void)state;
    setup_open(&s);
    for (size_t row = 0; row < ROWS; ++row)
        ok(bp_dataset_get_inputs(s.data, row, x + row * INPUTS, INPUTS));
    bp_dataset_destroy(s.data);
    ok(bp_dataset_create(NULL, &labelled));
    ok(bp_dataset_set_inputs(labelled, x, ROWS, INPUTS, INPUTS));
    ok(bp_dataset_set_labels(labelled, labels, ROWS, OUTPUTS));
    s.data = labelled;
    report = report_of(&s, NULL);
    assert_int_equal(report.passed, 1);
    assert_int_equal(report.in_float, 0);
    setup_close(&s);
}

/* One layer of @p units units, of which the first @p on_kink lie at z = 0 exactly. */
static bp_gradient_report kinked(size_t units, size_t on_kink, int32_t activation)
{
    const size_t widths[2] = {1, units};
    const struct net_recipe recipe = {.widths = widths, .count = 2, .last = activation};
    bp_network *network = make_network(&recipe, 1);
    bp_trainer *trainer = make_trainer(network, BP_COST_QUADRATIC, 1, 1);
    bp_dataset *data = make_dataset(1, 1, units, NULL);
    bp_gradient_report report = {.struct_size = sizeof report};
    double *values = calloc(units, sizeof *values);

    assert_non_null(values);
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, values, units));
    for (size_t i = on_kink; i < units; ++i)
        values[i] = 0.25;
    ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, values, units));
    ok(bp_gradient_check(trainer, data, NULL, &report));
    free(values);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return report;
}

/* At 0 the two sides differ: such a parameter is passed over, up to 5 % of them. */
static void test_kinks_are_skipped(void **state)
{
    static const int32_t kinds[] = {BP_ACTIVATION_RELU, BP_ACTIVATION_LEAKY_RELU,
                                    BP_ACTIVATION_SELU};

    (void)state;
    for (size_t i = 0; i < 3; ++i) {
        const bp_gradient_report few = kinked(20, 1, kinds[i]);
        const bp_gradient_report many = kinked(20, 2, kinds[i]);
        const bp_gradient_report all = kinked(4, 4, kinds[i]);

        assert_int_equal(few.skipped, 2);
        assert_int_equal(few.checked, 38);
        assert_int_equal(few.passed, 1);
        assert_int_equal(many.skipped, 4);
        assert_true(many.error <= 1e-6 && many.error_f32 <= 2e-5);
        assert_int_equal(many.passed, 0);
        assert_int_equal(all.skipped, 8);
        assert_int_equal(all.checked, 0);
        assert_int_equal(all.passed, 0);
    }
}

static void test_smooth_units_have_no_kink(void **state)
{
    const bp_gradient_report report = kinked(20, 20, BP_ACTIVATION_TANH);

    (void)state;
    assert_int_equal(report.skipped, 0);
    assert_int_equal(report.passed, 1);
}

/* The kinks of costs count too: outputs that are their targets exactly. */
static void test_kinks_of_costs(void **state)
{
    const size_t widths[2] = {1, 1};
    const struct net_recipe recipe = {.widths = widths, .count = 2};
    const double zero = 0;
    const float x = 1;
    const float y[2] = {0, 1};
    const int32_t kinds[2] = {BP_COST_MAE, BP_COST_HINGE};

    (void)state;
    for (size_t i = 0; i < 2; ++i) {
        const double bias = y[i];
        bp_network *network = make_network(&recipe, 1);
        bp_trainer *trainer = make_trainer(network, kinds[i], 1, 1);
        bp_gradient_report report = {.struct_size = sizeof report};
        bp_dataset *data = NULL;

        ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_WEIGHT, &zero, 1));
        ok(bp_network_set_parameter_f64(network, 0, BP_PARAMETER_BIAS, &bias, 1));
        ok(bp_dataset_create(NULL, &data));
        ok(bp_dataset_set_inputs(data, &x, 1, 1, 1));
        ok(bp_dataset_set_targets(data, &y[i], 1, 1, 1));
        ok(bp_gradient_check(trainer, data, NULL, &report));
        assert_int_equal(report.skipped, 2);
        assert_int_equal(report.passed, 0);
        bp_dataset_destroy(data);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

static void test_nothing_checked(void **state)
{
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_trainer *trainer;
    bp_dataset *data = make_dataset(2, 2, 2, NULL);
    bp_gradient_report report = {.struct_size = sizeof report};

    (void)state;
    ok(bp_network_create(2, NULL, &network));
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, NULL, &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 1));
    trainer = make_trainer(network, BP_COST_MSE, 1, 1);
    ok(bp_gradient_check(trainer, data, NULL, &report));
    assert_int_equal(report.checked, 0);
    assert_int_equal(report.passed, 0);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),
        cmocka_unit_test(test_right_float_only),
        cmocka_unit_test(test_wrong_is_found),
        cmocka_unit_test(test_one_wrong_form),
        cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_report_fields),
        cmocka_unit_test(test_report_place),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_sample_reaches_all),
        cmocka_unit_test(test_leaves_all_as_it_was),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_kinks_are_skipped),
        cmocka_unit_test(test_smooth_units_have_no_kink),
        cmocka_unit_test(test_kinks_of_costs),
        cmocka_unit_test(test_nothing_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
