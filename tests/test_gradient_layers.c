/* SPDX-License-Identifier: MIT */
/*
 * Every layer that stands between dense ones, with every activation under every cost that
 * takes it, in both precisions: the gradient check passes. Masks and noise stay as they
 * are while a parameter is moved, so they need no tolerance of their own.
 */
#include "fixtures.h"
#include "gradient_case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

struct shape {
    bool deep, apart;
    int32_t precision;
};

static bp_status check(const struct gradient_case *c, bp_trainer *trainer, size_t rows,
                       bp_gradient_report *report)
{
    struct case_data data = case_data_make(c, rows, 0);
    bp_dataset *set = case_dataset(c, &data);
    const bp_status status = bp_gradient_check(trainer, set, NULL, report);

    bp_dataset_destroy(set);
    case_data_free(&data);
    return status;
}

/* @return whether it failed. */
static size_t prove(const struct gradient_case *c)
{
    bp_network *network = case_network(c);
    bp_trainer *trainer = case_trainer(c, network, 1);
    bp_gradient_report report = {.struct_size = sizeof report};
    bool good;

    ok(bp_trainer_build(trainer, CASE_SEED));
    ok(check(c, trainer, CASE_ROWS, &report));
    good = report.passed == 1 && report.in_float == 0 &&
           report.checked + report.skipped == bp_network_parameters(network);
    if (!good)
        print_error("%s: error %g, in float %g, tensor %d of layer %zu; %llu checked, "
                    "%llu skipped\n",
                    case_text(c), report.error, report.error_f32, (int)report.which,
                    report.layer, (unsigned long long)report.checked,
                    (unsigned long long)report.skipped);
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
    return !good;
}

static void run_shape(void **state)
{
    const struct shape *shape = *state;
    size_t failed = 0;

    for (size_t i = 0; i < layer_record_count; ++i)
        for (size_t a = 0; a < activation_record_count; ++a)
            for (size_t k = 0; k < cost_record_count; ++k) {
                struct gradient_case c = case_of(a, k, shape->deep);
                c.apart = shape->apart;
                c.precision = shape->precision;
                c.between = &layer_records[i];
                failed += case_between(c.between, a, k) && prove(&c);
            }
    assert_int_equal(failed, 0);
}

/* A kind that is in no record is in no test. */
static void test_records_are_complete(void **state)
{
    (void)state;
    for (int32_t kind = BP_LAYER_KIND_DROPOUT; kind <= BP_LAYER_KIND_BATCH_NORM; ++kind) {
        size_t found = 0;
        for (size_t i = 0; i < layer_record_count; ++i)
            found += layer_records[i].kind == kind;
        assert_true(found > 0);
    }
}

/* One after the other, several of each, the last one in the last place. */
static void test_rows_of_layers(void **state)
{
    struct gradient_case c = case_of(0, 0, false);
    bp_gradient_report report = {.struct_size = sizeof report};

    (void)state;
    for (size_t i = 0; i < layer_record_count; ++i) {
        bp_network *network = NULL;
        bp_trainer *trainer;

        ok(bp_network_create(CASE_INPUTS, NULL, &network));
        ok(bp_network_set(network, BP_NETWORK_PRECISION, BP_PRECISION_F64));
        for (size_t k = 0; k <= 2 * layer_record_count; ++k) {
            bp_layer *layer = record_layer(&layer_records[(i + k) % layer_record_count]);

            if (k % 3 == 0)
                ok(bp_network_add_dense(network, k < 12 ? 17 : CASE_OUTPUTS,
                                        BP_ACTIVATION_TANH));
            ok(bp_network_add(network, layer));
            bp_layer_destroy(layer);
        }
        ok(bp_network_build(network, 3));
        trainer = case_trainer(&c, network, 1);
        ok(bp_trainer_build(trainer, CASE_SEED));
        ok(check(&c, trainer, CASE_ROWS, &report));
        if (report.passed != 1)
            print_error("from %s on: error %g, in float %g\n", layer_records[i].text,
                        report.error, report.error_f32);
        assert_int_equal(report.passed, 1);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

/* Of one row there is no variance. */
static void test_one_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < layer_record_count; ++i) {
        struct gradient_case c = case_of(0, 0, false);
        bp_gradient_report report = {.struct_size = sizeof report};
        bp_network *network;
        bp_trainer *trainer;

        c.between = &layer_records[i];
        network = case_network(&c);
        trainer = case_trainer(&c, network, 1);
        ok(bp_trainer_build(trainer, CASE_SEED));
        assert_status(check(&c, trainer, 1, &report),
                      layer_records[i].needs_rows ? BP_ESHAPE : BP_OK);
        assert_true(!layer_records[i].needs_rows ||
                    strstr(bp_trainer_error(trainer), "batch norm") != NULL);
        bp_trainer_destroy(trainer);
        bp_network_destroy(network);
    }
}

#define F32 BP_PRECISION_F32
#define F64 BP_PRECISION_F64

static struct shape shapes[] = {
    {false, false, F64}, {true, false, F32}, {true, true, F64}};

#define GRID(name, index)                                      \
    {                                                          \
        "layers: " name, run_shape, NULL, NULL, &shapes[index] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_are_complete),
        GRID("before the only layer, double", 0),
        GRID("after the first layer, float", 1),
        GRID("after the first layer, activations apart, double", 2),
        cmocka_unit_test(test_rows_of_layers),
        cmocka_unit_test(test_one_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
