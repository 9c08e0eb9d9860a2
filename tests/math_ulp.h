/* SPDX-License-Identifier: MIT */
/*
 * Errors in units of the last place, as real numbers, against an oracle of more digits:
 * libm's double for float, its long double for double.
 */
#ifndef BP_TEST_MATH_ULP_H
#define BP_TEST_MATH_ULP_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel_math.h"

static const char *const function_name[FUNCTION_COUNT] = {
    "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf",
};

/* What math.h promises. */
static const double function_bound[FUNCTION_COUNT] = {1, 2, 1, 2, 2, 2, 2};

static inline double sigmoid_f64(double x)
{
    const double z = exp(-fabs(x));

    return (x < 0 ? z : 1) / (1 + z);
}

static inline long double sigmoid_long(long double x)
{
    const long double z = expl(-fabsl(x));

    return (x < 0 ? z : 1) / (1 + z);
}

typedef double oracle_f32(double x);
typedef long double oracle_f64(long double x);

static oracle_f32 *const oracle_of_f32[FUNCTION_COUNT] = {
    exp, expm1, log, log1p, tanh, sigmoid_f64, erf,
};

static oracle_f64 *const oracle_of_f64[FUNCTION_COUNT] = {
    expl, expm1l, logl, log1pl, tanhl, sigmoid_long, erfl,
};

/*
 * The distance of a result from the exact value, over the spacing of floats there. The
 * value after the largest number counts as 2^128, so that overflow a little too early
 * costs what it is off and not infinity. NaN is right only where NaN is exact, and a zero
 * or an infinity must have the sign of the exact value.
 */
static inline double ulps_f32(float got, double exact)
{
    const double value = isinf(got) ? copysign(0x1p128, got) : got;
    int exponent;

    if (isnan(exact) || isnan(got))
        return isnan(exact) && isnan(got) ? 0 : INFINITY;
    if (!signbit(got) != !signbit(exact) || (isinf(exact) && !isinf(got)))
        return INFINITY;
    if (isinf(got) && fabs(exact) >= 0x1p128)
        return 0;
    if (exact == 0)
        return fabs(value) / 0x1p-149;
    exponent = ilogb(exact);
    if (exponent > FLT_MAX_EXP - 1)
        exponent = FLT_MAX_EXP - 1;
    exponent = exponent < FLT_MIN_EXP - 1 ? FLT_MIN_EXP - 1 : exponent;
    return fabs(value - exact) / ldexp(1, exponent - (FLT_MANT_DIG - 1));
}

static inline double ulps_f64(double got, long double exact)
{
    const long double value = isinf(got) ? copysignl(0x1p1024L, got) : got;
    int exponent;

    if (isnan(exact) || isnan(got))
        return isnan(exact) && isnan(got) ? 0 : INFINITY;
    if (!signbit(got) != !signbit(exact) || (isinf(exact) && !isinf(got)))
        return INFINITY;
    if (isinf(got) && fabsl(exact) >= 0x1p1024L)
        return 0;
    if (exact == 0)
        return (double)(fabsl(value) / 0x1p-1074L);
    exponent = ilogbl(exact);
    if (exponent > DBL_MAX_EXP - 1)
        exponent = DBL_MAX_EXP - 1;
    exponent = exponent < DBL_MIN_EXP - 1 ? DBL_MIN_EXP - 1 : exponent;
    return (double)(fabsl(value - exact) / ldexpl(1, exponent - (DBL_MANT_DIG - 1)));
}

static inline float float_of_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double double_of_bits(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t bits_of_float(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline uint64_t bits_of_double(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The same bits, or NaN both. */
static inline int same_f32(float a, float b)
{
    return (isnan(a) && isnan(b)) || bits_of_float(a) == bits_of_float(b);
}

static inline int same_f64(double a, double b)
{
    return (isnan(a) && isnan(b)) || bits_of_double(a) == bits_of_double(b);
}

#endif
