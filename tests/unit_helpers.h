/* SPDX-License-Identifier: MIT */
/* What the tests of layers, networks, costs and training have in common. */
#ifndef TESTS_UNIT_HELPERS_H
#define TESTS_UNIT_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare.h"
#include "failing_env.h"
#include "fixtures.h"

#include <backprop.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Fixture of a test: a host that watches, and must be clean at the end. */
static inline int begin(void **state)
{
    struct failing_env *host = calloc(1, sizeof *host);

    assert_non_null(host);
    failing_env_init(host);
    *state = host;
    return 0;
}

static inline int end(void **state)
{
    struct failing_env *host = *state;

    assert_env_clean(host);
    failing_env_free(host);
    free(host);
    return 0;
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* An oracle in long double needs one that is wider than double: under valgrind, and with
 * some compilers, it is not, and the test has nothing to compare with. */
static inline void need_long_double(void)
{
    volatile long double one = 1;
    volatile long double sum = one + 0x1p-60L;

    if (sum == one)
        skip();
}

/* The tables of the running test's host. */
static inline const bp_env *env_of(void **state)
{
    return &((struct failing_env *)*state)->env;
}

/* Fails with the line itself, so that a wrong text can be read. */
static inline void require_line(const char *line, const char *part, const char *file,
                                int number)
{
    if (line != NULL && strstr(line, part) != NULL)
        return;
    print_error("the line is  '%s'\nexpected it to hold  '%s'\n",
                line != NULL ? line : "NULL", part);
    _fail(file, number);
}
#define assert_line(line, part) require_line(line, part, __FILE__, __LINE__)

/* Numbers for a test: spread over [-1, 1], no two the same. */
static inline double spread_at(size_t i)
{
    return 2 * fmod(0.61803398874989485 * (double)(i + 1), 1.0) - 1;
}

static inline void spread_f32(float *values, size_t count, size_t from)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)spread_at(from + i);
}

static inline void spread_f64(double *values, size_t count, size_t from)
{
    for (size_t i = 0; i < count; i++)
        values[i] = spread_at(from + i);
}

/* Two networks with the same bits in every parameter. */
static inline bool same_parameters(const bp_network *a, const bp_network *b)
{
    size_t count_a;
    size_t count_b;
    double *of_a = copy_parameters(a, &count_a);
    double *of_b = copy_parameters(b, &count_b);
    const bool same =
        count_a == count_b && memcmp(of_a, of_b, count_a * sizeof *of_a) == 0;

    free(of_a);
    free(of_b);
    return same;
}

/* Outputs of a network for rows of doubles, all at once. */
static inline void predict_f64(const bp_network *network, const double *inputs,
                               double *outputs, size_t rows)
{
    bp_workspace *workspace = NULL;

    ok(bp_workspace_create(network, rows, &workspace));
    ok(bp_network_predict_f64(network, workspace, inputs,
                              rows * bp_network_inputs(network), outputs,
                              rows * bp_network_outputs(network)));
    bp_workspace_destroy(workspace);
}

/* Weights of 1 on the diagonal, else 0: the layer's z is its input. */
static inline void set_identity(bp_network *network, size_t layer, size_t width)
{
    double *weights = calloc(width * width, sizeof *weights);

    assert_non_null(weights);
    for (size_t i = 0; i < width; i++)
        weights[i * width + i] = 1;
    ok(bp_network_set_parameter_f64(network, layer, BP_PARAMETER_WEIGHT, weights,
                                    width * width));
    free(weights);
}

/* One dense layer that hands its input to the activation: z = x. */
static inline bp_network *make_identity(size_t width, int32_t activation,
                                        int32_t precision, const bp_env *env)
{
    const size_t widths[] = {width, width};
    const struct net_recipe recipe = {env, widths, 2, activation, activation, precision};
    bp_network *network = make_network(&recipe, 1);

    set_identity(network, 0, width);
    return network;
}

#endif
