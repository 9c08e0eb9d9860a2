/* SPDX-License-Identifier: MIT */
/*
 * Elementary functions on vectors: a template over a vec_*.h, in either precision.
 *
 * Branch-free, and nothing but single IEEE operations, fma and integer arithmetic on
 * bits, so a lane has the same bits on every instruction set; math.h is this file with
 * one lane, and states the accuracy. The polynomials are minimax fits of our own, see
 * scripts/fit-polynomials.py.
 *
 * Exponentials. With n = round(x / ln 2) and r = x - n ln 2, |r| <= ln 2 / 2,
 *
 *     e^x = 2^n e^r,        e^r = 1 + r + r^2 q(r).
 *
 * ln 2 is a sum HI + LO of two reals. x - n HI is exact: it is a multiple of the last
 * place of HI, and small. Arguments are clamped where the result no longer depends on
 * them, with the constant first so that a NaN stays.
 *
 * Logarithms. x = 2^k m with sqrt(1/2) <= m < sqrt(2), and f = m - 1 is exact; then
 * log x = k ln 2 + log(1 + f).
 */
#ifndef BP_KERNEL_VMATH_H
#define BP_KERNEL_VMATH_H

#include "kernel/vmath_poly.h"

#define TANH_CORRECTED REAL_C(1024.0)

#if BP_PRECISION == 32
#define EXP_LOW            REAL_C(-104.0)
#define EXP_HIGH           REAL_C(89.0)
#define EXPM1_LOW          REAL_C(-20.0)
#define EXPM1_TINY         REAL_C(0x1p-25)
#define TANH_END           REAL_C(20.0)
#define LOG1P_LOWEST_SCALE REAL_C(-100.0)
#else
#define EXP_LOW            REAL_C(-746.0)
#define EXP_HIGH           REAL_C(710.0)
#define EXPM1_LOW          REAL_C(-40.0)
#define EXPM1_TINY         REAL_C(0x1p-54)
#define TANH_END           REAL_C(40.0)
#define LOG1P_LOWEST_SCALE REAL_C(-1000.0)
#endif

/* The integer nearest x / ln 2, for |x| far below 2^MANT. */
static inline vec exp_quotient(vec x)
{
    const vec shift = vec_set1(REAL_INT_SHIFT);

    return vec_sub(vec_fma(x, vec_set1(LOG2_E), shift), shift);
}

/* 2^n for integral n, if that is a normal number. */
static inline vec power_of_two(vec n)
{
    const ivec bits = vec_bits(vec_add(n, vec_set1(REAL_INT_SHIFT)));
    const ivec exponent = ivec_sub(bits, ivec_set1(REAL_INT_SHIFT_BITS - REAL_BIAS));

    return vec_from_bits(ivec_shl(exponent, REAL_MANT_BITS));
}

/* e^x for EXP_LOW <= x <= EXP_HIGH. */
static inline vec exp_inside(vec x)
{
    const vec one = vec_set1(REAL_C(1.0));
    const vec n = exp_quotient(x);
    const vec near = vec_fnma(n, vec_set1(LN2_HI), x);
    const vec r = vec_fnma(n, vec_set1(LN2_LO), near);
    const vec slope = vec_fma(poly_exp(r), r, one);

    return vec_scale(vec_fma(slope, r, one), n);
}

static inline vec vec_exp(vec x)
{
    const vec raised = vec_max(vec_set1(EXP_LOW), x);

    return exp_inside(vec_min(vec_set1(EXP_HIGH), raised));
}

struct expm1_parts {
    vec s;
    vec rest;
};

/*
 * (e^x - 1) / 2 as a sum, which does not overflow before e^x does. With S = 2^(n-1),
 *
 *     (e^x - 1) / 2 = (S - 1/2) + S r + S (r^2 q(r) + c)
 *
 * where c is what rounding r left off. The first sum is kept as s + e, e being its
 * rounding error: |S r| < |S - 1/2| unless n = 0, and then the first term is zero, so
 * the difference that finds e is exact. s and the small rest are given unadded.
 */
static inline struct expm1_parts half_expm1(vec x)
{
    const vec n = exp_quotient(x);
    const vec near = vec_fnma(n, vec_set1(LN2_HI), x);
    const vec r = vec_fnma(n, vec_set1(LN2_LO), near);
    const vec c = vec_fnma(n, vec_set1(LN2_LO), vec_sub(near, r));
    const vec tail = vec_fma(vec_mul(r, r), poly_exp(r), c);
    const vec scale = power_of_two(vec_sub(n, vec_set1(REAL_C(1.0))));
    const vec base = vec_sub(scale, vec_set1(REAL_C(0.5)));
    const vec s = vec_fma(scale, r, base);
    const vec e = vec_fma(scale, r, vec_sub(base, s));
    struct expm1_parts half;

    half.s = s;
    half.rest = vec_fma(scale, tail, e);
    return half;
}

/* Halving loses bits of the smallest numbers, and the sign of zero; they are their own
 * result. */
static inline vec vec_expm1(vec x)
{
    const vec raised = vec_max(vec_set1(EXPM1_LOW), x);
    const struct expm1_parts parts = half_expm1(vec_min(vec_set1(EXP_HIGH), raised));
    const vec half = vec_add(parts.s, parts.rest);
    const vmask tiny = vec_lt(vec_abs(x), vec_set1(EXPM1_TINY));

    return vec_select(tiny, x, vec_add(half, half));
}

/*
 * tanh x = h / (1 + h) with h = (e^2x - 1) / 2, on |x|. The quotient q of the rounded
 * parts carries three errors, too many. Let h + h' and d + d' be numerator and
 * denominator with what rounding left off; the numerator that q leaves over is
 *
 *     (h - q d) + h' - q d',
 *
 * and dividing it by d, that is, multiplying by 1 - q, corrects q. For large h that is
 * neither needed nor exact, as d - 1 is rounded.
 */
static inline vec vec_tanh(vec x)
{
    const vec one = vec_set1(REAL_C(1.0));
    const vec size = vec_abs(x);
    const struct expm1_parts half =
        half_expm1(vec_min(vec_set1(TANH_END), vec_add(size, size)));
    const vec h = vec_add(half.s, half.rest);
    const vec h_error = vec_sub(half.rest, vec_sub(h, half.s));
    const vec d = vec_add(h, one);
    const vec d_error = vec_add(vec_sub(h, vec_sub(d, one)), h_error);
    const vec q = vec_div(h, d);
    const vec over = vec_fnma(q, d_error, vec_add(vec_fnma(q, d, h), h_error));

    const vmask exact = vec_lt(h, vec_set1(TANH_CORRECTED));
    const vec part = vec_select(exact, vec_sub(one, q), vec_zero());

    return vec_copysign(vec_fma(over, part, q), x);
}

/*
 * 1 / (1 + e^-x) for x >= 0 and e^x / (1 + e^x) below. z = e^-|x| on both sides, and no
 * digit cancels. Below zero, z / (1 + z) = z - z q with q = z / (1 + z) keeps the errors
 * of q out of a small result.
 */
static inline vec vec_sigmoid(vec x)
{
    const vec one = vec_set1(REAL_C(1.0));
    const vmask below = vec_lt(x, vec_zero());
    const vec z = vec_exp(vec_neg(vec_abs(x)));
    const vec q = vec_div(vec_select(below, z, one), vec_add(one, z));

    return vec_select(below, vec_fnma(z, q, z), q);
}

/* x = 2^k m for a normal x > 0; gives f = m - 1. */
static inline vec log_reduce(vec x, vec *k)
{
    const real_uint one = (real_uint)REAL_BIAS << REAL_MANT_BITS;
    const ivec root = vec_bits(vec_set1(SQRT_HALF));
    const ivec moved = ivec_add(vec_bits(x), ivec_sub(ivec_set1(one), root));
    const ivec count = ivec_shr(moved, REAL_MANT_BITS);
    const ivec fraction =
        ivec_and(moved, ivec_set1(((real_uint)1 << REAL_MANT_BITS) - 1));
    const ivec shift = ivec_set1(REAL_INT_SHIFT_BITS);

    *k = vec_sub(vec_from_bits(ivec_add(count, shift)),
                 vec_set1(REAL_INT_SHIFT + (real)REAL_BIAS));
    return vec_sub(vec_from_bits(ivec_add(fraction, root)), vec_set1(REAL_C(1.0)));
}

/*
 * k ln 2 + log(1 + f). In float, log(1 + f) = f + f^2 q(f). In double the degree of q
 * would be above twenty; with s = f / (2 + f) it is
 *
 *     log(1 + f) = 2 atanh s = 2 s + s R,      R = s^2 q(s^2)
 *                = f - (h - s (h + R)),        h = f^2 / 2,
 *
 * where the second line leaves f, which is exact, to be added last.
 */
static inline vec log_sum(vec k, vec f)
{
    const vec low = vec_mul(k, vec_set1(LN2_LO));
#if BP_PRECISION == 32
    const vec rest = vec_fma(vec_mul(f, f), poly_log(f), low);
#else
    const vec s = vec_div(f, vec_add(vec_set1(2.0), f));
    const vec z = vec_mul(s, s);
    const vec h = vec_mul(vec_mul(vec_set1(0.5), f), f);
    const vec rest = vec_sub(vec_fma(s, vec_fma(z, poly_log(z), h), low), h);
#endif

    return vec_fma(k, vec_set1(LN2_HI), vec_add(f, rest));
}

/* log at and beyond the ends of its domain: x = inf or NaN, x = 0, x < 0. */
static inline vec log_edges(vec x, vec inside)
{
    const vec kept = vec_select(vec_lt(x, vec_set1(REAL_INFINITY)), inside, x);
    const vec refused = vec_select(vec_lt(x, vec_zero()), vec_set1(REAL_NAN), kept);

    return vec_select(vec_eq(x, vec_zero()), vec_set1(-REAL_INFINITY), refused);
}

/* Denormals are scaled by 2^(MANT+2) first. */
static inline vec vec_log(vec x)
{
    const real bits = (real)(REAL_MANT_BITS + 2);
    const vec up = vec_set1((real)((real_uint)1 << (REAL_MANT_BITS + 2)));
    const vmask denormal = vec_lt(x, vec_set1(REAL_MIN_NORMAL));
    const vec offset = vec_select(denormal, vec_set1(bits), vec_zero());
    vec k;
    const vec f = log_reduce(vec_select(denormal, vec_mul(x, up), x), &k);

    return log_edges(x, log_sum(vec_sub(k, offset), f));
}

/*
 * log(u + e), u = 1 + x rounded and e its rounding error. u is reduced to 2^k (1 + f'),
 * and f = f' + 2^-k e, which is x itself for k = 0. Beyond the clamp of the scale e is of
 * no account. The sign is that of x, for the sake of -0.
 */
static inline vec vec_log1p(vec x)
{
    const vec one = vec_set1(REAL_C(1.0));
    const vec u = vec_add(one, x);
    const vec back = vec_sub(u, one);
    const vec e = vec_add(vec_sub(one, vec_sub(u, back)), vec_sub(x, back));
    vec k;
    const vec coarse = log_reduce(u, &k);
    const vec n = vec_max(vec_neg(k), vec_set1(LOG1P_LOWEST_SCALE));
    const vec fine = vec_mul(e, power_of_two(n));
    const vec f = vec_add(coarse, fine);

    return vec_copysign(log_edges(u, log_sum(k, f)), x);
}

/*
 * |x| < ERF_SPLIT: x + x p(x^2). Above, 1 - exp(-Q(|x|)) with Q = -log erfc, a smooth
 * and nearly quadratic function; from ERF_END on the result is 1.
 */
static inline vec vec_erf(vec x)
{
    const vec size = vec_abs(x);
    const vec inner = vec_fma(size, poly_erf_small(vec_mul(size, size)), size);
    const vec capped = vec_min(vec_set1(ERF_END), size);
    const vec q = poly_erf_tail(capped);
    const vec outer = vec_sub(vec_set1(REAL_C(1.0)), exp_inside(vec_neg(q)));
    const vmask inside = vec_lt(size, vec_set1(ERF_SPLIT));

    return vec_copysign(vec_select(inside, inner, outer), x);
}

#endif
