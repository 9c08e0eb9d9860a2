/* SPDX-License-Identifier: MIT */
/*
 * exp, log, tanh, ... in float over all 2^32 inputs: the largest error of each, and that
 * every instruction set gives the same bits. For the soak suite; minutes for each.
 *
 *     exhaustive_math [function ...]
 */
#include <inttypes.h>
#include <stdio.h>

#include "math_ulp.h"

#define BLOCK 4096

struct outcome {
    double worst;
    float where;
    uint64_t different;
};

static void measure(oracle_f32 *oracle, const float *x, const float *y,
                    struct outcome *outcome)
{
    for (size_t i = 0; i < BLOCK; i++) {
        const double error = ulps_f32(y[i], oracle(x[i]));

        if (!(error <= outcome->worst)) {
            outcome->worst = error;
            outcome->where = x[i];
        }
    }
}

static void compare(const float *a, const float *b, struct outcome *outcome)
{
    for (size_t i = 0; i < BLOCK; i++)
        outcome->different += !same_f32(a[i], b[i]);
}

static struct outcome check(int f)
{
    static float x[BLOCK], y[BLOCK], other[BLOCK];
    const struct bp_test_kernel_f32 *kernels[BP_TEST_KERNELS];
    const size_t count = bp_test_kernels_f32(kernels);
    struct outcome outcome = {0, 0, 0};

    for (uint64_t start = 0; start < UINT64_C(1) << 32; start += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++)
            x[i] = float_of_bits((uint32_t)(start + i));
        kernels[count - 1]->function[f](x, y, BLOCK);
        measure(oracle_of_f32[f], x, y, &outcome);
        for (size_t k = 0; k + 1 < count; k++) {
            kernels[k]->function[f](x, other, BLOCK);
            compare(y, other, &outcome);
        }
    }
    return outcome;
}

static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc < 2;
}

int main(int argc, char **argv)
{
    int failures = 0;

    for (int f = 0; f < FUNCTION_COUNT; f++) {
        struct outcome outcome;

        if (!wanted(function_name[f], argc, argv))
            continue;
        outcome = check(f);
        printf("%-8s %.4f ulp at %a, %" PRIu64 " with different bits\n", function_name[f],
               outcome.worst, (double)outcome.where, outcome.different);
        fflush(stdout);
        failures += !(outcome.worst <= function_bound[f]) || outcome.different != 0;
    }
    return failures ? 1 : 0;
}
