/* SPDX-License-Identifier: MIT */
/*
 * Every activation under every cost, in both precisions, within a dense layer and as a
 * layer of its own, alone and behind hidden layers: an allowed pair has the gradient of
 * its cost, any other is refused. The tolerances are those of docs/numerics.md.
 */
#include "fixtures.h"
#include "gradient_case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* One smooth layer; compositions and kinks; float beside double. */
#define TOLERANCE_SMOOTH      1e-7
#define TOLERANCE_COMPOSITION 1e-6
#define TOLERANCE_F32         2e-5

/** One test of the grid: all pairs, in one of its shapes. */
struct shape {
    bool deep;
    bool apart;
    bool bias;
    int32_t precision;
};

/** What a shape came to. */
struct tally {
    size_t checked, refused, failed;
};

static struct gradient_case shaped(const struct shape *shape, size_t activation,
                                   size_t cost)
{
    struct gradient_case c = case_of(activation, cost, shape->deep);

    c.apart = shape->apart;
    c.bias = shape->bias;
    c.precision = shape->precision;
    return c;
}

static bool is_smooth(const struct gradient_case *c)
{
    return c->hidden[0] == NULL && c->last->smooth && c->cost->smooth;
}

static void check(const struct gradient_case *c, bp_trainer *trainer,
                  bp_gradient_report *report)
{
    struct case_data data = case_data_make(c, CASE_ROWS, 0);
    bp_dataset *set = case_dataset(c, &data);
    bp_gradient_options options;

    ok(bp_gradient_options_init(&options));
    options.tolerance = is_smooth(c) ? TOLERANCE_SMOOTH : TOLERANCE_COMPOSITION;
    options.tolerance_f32 = TOLERANCE_F32;
    ok(bp_gradient_check(trainer, set, &options, report));
    bp_dataset_destroy(set);
    case_data_free(&data);
}

static bool report_good(const struct gradient_case *c, const bp_network *network,
                        const bp_gradient_report *report)
{
    const bool f64 = c->precision == BP_PRECISION_F64;

    return report->passed == 1 && report->in_float == 0 &&
           report->checked + report->skipped == bp_network_parameters(network) &&
           20 * report->skipped <= report->checked + report->skipped &&
           (f64 ? report->error_f32 == 0 : report->error_f32 <= TOLERANCE_F32);
}

static void print_report(const struct gradient_case *c, const bp_gradient_report *report)
{
    print_error("%s: error %g, in float %g, %s (%zu, %zu) of layer %zu is %.12g, the "
                "difference %.12g; %llu checked, %llu skipped\n",
                case_text(c), report->error, report->error_f32,
                report->which == BP_PARAMETER_BIAS ? "bias" : "weight", report->row,
                report->col, report->layer, report->analytic, report->numeric,
                (unsigned long long)report->checked, (unsigned long long)report->skipped);
}

static void prove(const struct gradient_case *c, bp_network *network, bp_trainer *trainer,
                  struct tally *tally)
{
    bp_gradient_report report = {.struct_size = sizeof report};

    ++tally->checked;
    ok(bp_trainer_build(trainer, 1));
    check(c, trainer, &report);
    if (report_good(c, network, &report))
        return;
    ++tally->failed;
    print_report(c, &report);
}

static void refuse(const struct gradient_case *c, bp_trainer *trainer,
                   struct tally *tally)
{
    const bp_status status = bp_trainer_build(trainer, 1);

    ++tally->refused;
    if (status == BP_EDOMAIN && bp_trainer_error(trainer)[0] != '\0')
        return;
    ++tally->failed;
    print_error("%s: status %d, \"%s\", expected BP_EDOMAIN\n", case_text(c), (int)status,
                bp_trainer_error(trainer));
}

static void run_pair(const struct gradient_case *c, struct tally *tally)
{
    bp_network *network = case_network(c);
    bp_trainer *trainer = case_trainer(c, network, 1);

    if (pair_allowed(c->last, c->cost))
        prove(c, network, trainer, tally);
    else
        refuse(c, trainer, tally);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void run_shape(void **state)
{
    const struct shape *shape = *state;
    struct tally tally = {0, 0, 0};

    for (size_t a = 0; a < activation_record_count; ++a)
        for (size_t k = 0; k < cost_record_count; ++k) {
            const struct gradient_case c = shaped(shape, a, k);
            run_pair(&c, &tally);
        }
    assert_int_equal(tally.failed, 0);
    assert_int_equal(tally.checked + tally.refused,
                     activation_record_count * cost_record_count);
    assert_true(tally.refused > 0);
}

/* The records name every function of the library: a new one cannot be left out. */
static void test_table_is_complete(void **state)
{
    (void)state;
    for (int32_t kind = 0; bp_activation_name(kind) != NULL; ++kind) {
        size_t found = 0;
        for (size_t i = 0; i < activation_record_count; ++i)
            found += activation_records[i].kind == kind;
        assert_true(found > 0);
    }
    for (int32_t kind = 1; bp_cost_name(kind) != NULL; ++kind) {
        size_t found = 0;
        for (size_t i = 0; i < cost_record_count; ++i)
            found += cost_records[i].kind == kind;
        assert_true(found > 0);
    }
}

/*
 * Widths and rows beyond every block of the kernels: vectors, tiles, strips of sums,
 * patches of a transposition, chunks of rows. A sample of the parameters.
 */
static void check_wide(int32_t precision)
{
    const size_t widths[] = {37, 133, 70, 19};
    const struct net_recipe recipe = {.widths = widths,
                                      .count = 4,
                                      .activation = BP_ACTIVATION_TANH,
                                      .last = BP_ACTIVATION_SOFTMAX,
                                      .precision = precision};
    bp_network *network = make_network(&recipe, 5);
    bp_trainer *trainer = make_trainer(network, BP_COST_SOFTMAX_CROSS_ENTROPY, 1, 1);
    bp_dataset *data = make_dataset(131, widths[0], widths[3], NULL);
    bp_gradient_report report = {.struct_size = sizeof report};
    bp_gradient_options options;

    ok(bp_gradient_options_init(&options));
    options.sample = 300;
    ok(bp_gradient_check(trainer, data, &options, &report));
    if (report.passed != 1)
        print_error("error %g, in float %g\n", report.error, report.error_f32);
    assert_int_equal(report.passed, 1);
    assert_int_equal(report.checked, 300);
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void test_wide_f32(void **state)
{
    (void)state;
    check_wide(BP_PRECISION_F32);
}

static void test_wide_f64(void **state)
{
    (void)state;
    check_wide(BP_PRECISION_F64);
}

/* A linear layer of its own changes neither the outputs nor their range. */
static void test_linear_layer_keeps_range(void **state)
{
    struct gradient_case c = case_of(1, 1, false); /* sigmoid under cross-entropy */
    bp_network *network = NULL;
    bp_layer *layer = NULL;
    bp_trainer *trainer;
    bp_gradient_report report = {.struct_size = sizeof report};

    (void)state;
    ok(bp_network_create(CASE_INPUTS, NULL, &network));
    ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
    ok(bp_network_add_dense(network, CASE_OUTPUTS, c.last->kind));
    ok(bp_layer_create_activation(BP_ACTIVATION_LINEAR, NULL, &layer));
    ok(bp_network_add(network, layer));
    bp_layer_destroy(layer);
    ok(bp_network_build(network, 3));
    trainer = case_trainer(&c, network, 1);
    ok(bp_trainer_build(trainer, 1));
    check(&c, trainer, &report);
    assert_int_equal(report.passed, 1);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

#define F32 BP_PRECISION_F32
#define F64 BP_PRECISION_F64

/* deep, apart, bias, precision */
static struct shape shapes[] = {
    {false, false, true, F32}, {false, true, true, F32},  {true, false, true, F32},
    {true, true, true, F32},   {true, false, false, F32}, {false, false, true, F64},
    {false, true, true, F64},  {true, false, true, F64},  {true, true, true, F64},
    {true, false, false, F64}, {false, true, false, F64},
};

#define GRID(name, index)                                    \
    {                                                        \
        "grid: " name, run_shape, NULL, NULL, &shapes[index] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_complete),
        GRID("one layer, float", 0),
        GRID("one layer, activation apart, float", 1),
        GRID("three layers, float", 2),
        GRID("three layers, activations apart, float", 3),
        GRID("three layers, no biases, float", 4),
        GRID("one layer, double", 5),
        GRID("one layer, activation apart, double", 6),
        GRID("three layers, double", 7),
        GRID("three layers, activations apart, double", 8),
        GRID("three layers, no biases, double", 9),
        GRID("one layer, activation apart, no biases, double", 10),
        cmocka_unit_test(test_wide_f32),
        cmocka_unit_test(test_wide_f64),
        cmocka_unit_test(test_linear_layer_keeps_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
