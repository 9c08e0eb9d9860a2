/* SPDX-License-Identifier: MIT */
/*
 * Optimizers against PyTorch, number by number: on given gradients, after 1 step and
 * after 1000. tests/parity/optimizers.py makes the numbers.
 */
#include "unit_helpers.h"

#include "parity.h"

enum { COUNT_W = 32, STEPS = 1000, UNITS = COUNT_W / 2 };

/* As in optimizers.py. */
static double gradient_at(int64_t step, int64_t i)
{
    const int64_t wheel = (step * 7919 + i * 104729 + step * step * i) % 2039;

    return (double)(wheel - 1019) / 1024;
}

/* One input: weights and biases lie one after the other, without padding. */
static bp_trainer *make(const struct parity_case *of, bp_network **network)
{
    static const size_t widths[] = {1, UNITS};
    const struct net_recipe recipe = {NULL,
                                      widths,
                                      2,
                                      0,
                                      BP_ACTIVATION_LINEAR,
                                      (int32_t)parity_number(of, "precision")};
    size_t count = 0;
    const double *keys = parity_array(of, "keys", &count);
    const double *values = parity_values(of, "settings", count);
    const double *before = parity_values(of, "before", COUNT_W);
    bp_optimizer *optimizer = NULL;

    ok(bp_optimizer_create((int32_t)parity_number(of, "kind"), NULL, &optimizer));
    for (size_t i = 0; i < count; i++)
        ok(bp_optimizer_set(optimizer, (int32_t)keys[i], values[i]));
    *network = make_network(&recipe, 1);
    ok(bp_network_set_parameter_f64(*network, 0, BP_PARAMETER_WEIGHT, before, UNITS));
    ok(bp_network_set_parameter_f64(*network, 0, BP_PARAMETER_BIAS, before + UNITS,
                                    UNITS));
    return make_trainer_with(*network, BP_COST_MSE, optimizer, 1, 1);
}

static void give(bp_trainer *trainer, bool is_double, int64_t step)
{
    static const double x[UNITS] = {1};
    float *f = NULL;
    double *d = NULL;
    size_t count = 0;

    ok(bp_trainer_gradient_f64(trainer, x, 1, x, UNITS, NULL));
    if (is_double)
        ok(bp_trainer_get_gradient_view_f64(trainer, &d, &count));
    else
        ok(bp_trainer_get_gradient_view(trainer, &f, &count));
    assert_int_equal(count, COUNT_W);
    for (size_t i = 0; i < COUNT_W; i++) {
        if (is_double)
            d[i] = gradient_at(step, (int64_t)i);
        else
            f[i] = (float)gradient_at(step, (int64_t)i);
    }
}

static void compare(const bp_network *network, const struct parity_case *of,
                    const char *array, struct comparison how)
{
    const double *expected = parity_values(of, array, COUNT_W);
    size_t count = 0;
    double *found = copy_parameters(network, &count);

    print_message("%s %s\n", of->name, array);
    require_f64(found, expected, COUNT_W, how, COMPARE_HERE);
    free(found);
}

static void follow(const struct parity_case *of)
{
    const bool is_double = parity_number(of, "precision") == BP_PRECISION_F64;
    bp_network *network = NULL;
    bp_trainer *trainer = make(of, &network);

    for (int64_t step = 0; step < STEPS; step++) {
        give(trainer, is_double, step);
        ok(bp_trainer_update(trainer));
        if (step == 0)
            compare(network, of, "after.1",
                    is_double ? HOW_WITHIN(1e-12, 1e-12) : HOW_WITHIN(1e-5, 1.3e-6));
    }
    compare(network, of, "after.1000",
            is_double ? HOW_WITHIN(1e-10, 1e-10) : HOW_WITHIN(1e-5, 1.3e-6));
    bp_trainer_destroy(trainer);
    bp_network_destroy(network);
}

static void optimizers_are_pytorchs(void **state)
{
    struct parity_file *file = parity_read("optimizers");
    bool seen[64] = {false};

    (void)state;
    for (size_t i = 0; i < file->count; i++) {
        follow(&file->cases[i]);
        seen[(size_t)parity_number(&file->cases[i], "kind")] = true;
    }
    for (int32_t kind = BP_OPTIMIZER_SGD; kind <= BP_OPTIMIZER_RPROP; kind++)
        assert_true(seen[kind]);
    parity_free(file);
}

/* The reader itself: what it must read, and what it must refuse. */
static void the_reader(void **state)
{
    static const char *const bad[] = {"",
                                      "# nothing\n",
                                      "x: 1\n",
                                      "case\n",
                                      "case a\n1\n",
                                      "case a\nx: y\n",
                                      "case a\nx: 1 :\n"};
    struct parity_file *file = parity_parse(
        "# a comment\ncase a\nx: 1 -0x1.8p1\n   2.5 # and\ny:\ncase b\nx: inf");

    (void)state;
    assert_non_null(file);
    assert_int_equal(file->count, 2);
    assert_same_f64(parity_values(&file->cases[0], "x", 3)[1], -3);
    assert_same_f64(parity_values(&file->cases[0], "x", 3)[2], 2.5);
    assert_true(parity_has(&file->cases[0], "y") && !parity_has(&file->cases[1], "y"));
    assert_same_f64(parity_number(&file->cases[1], "x"), (double)INFINITY);
    parity_free(file);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_null(parity_parse(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader),
        cmocka_unit_test(optimizers_are_pytorchs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
