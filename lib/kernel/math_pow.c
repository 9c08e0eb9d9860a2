/* SPDX-License-Identifier: MIT */
/*
 * x^y = exp(y log x) in double.
 *
 * y log x may be as large as 745, where its error counts as a relative error of the
 * result, so the logarithm needs some 65 bits. It is an unevaluated sum hi + lo of two
 * doubles, called a pair. With x = 2^k m, f = m - 1 and s = f / (2 + f) as in vmath.h,
 *
 *     log m = s (2 + 2/3 s^2 + s^4 p(s^2)),
 *
 * of which the first two terms are pairs; the third is small enough for one double. It
 * still leaves a low part too large for what follows, so the last sum splits anew.
 */
#include "strict.h"

#include <math.h>
#include <stdint.h>

#include "kernel/math.h"

#define BP_PRECISION 64
#include "kernel/vec_scalar.h"
#include "kernel/vmath.h"

struct pair {
    double hi;
    double lo;
};

/* a + b exactly, for |a| >= |b| or a = 0. */
static struct pair pair_sum(double a, double b)
{
    struct pair sum;

    sum.hi = a + b;
    sum.lo = (a - sum.hi) + b;
    return sum;
}

static struct pair pair_product(struct pair a, struct pair b)
{
    struct pair product;

    product.hi = a.hi * b.hi;
    product.lo = fma(a.hi, b.hi, -product.hi) + (a.hi * b.lo + a.lo * b.hi);
    return product;
}

/* f / (2 + f) */
static struct pair log_argument(double f)
{
    const struct pair bottom = pair_sum(2.0, f);
    struct pair s;

    s.hi = f / bottom.hi;
    s.lo = (fma(-s.hi, bottom.hi, f) - s.hi * bottom.lo) / bottom.hi;
    return s;
}

static struct pair log_pair(double x)
{
    const struct pair two_thirds = {TWO_THIRDS_HI, TWO_THIRDS_LO};
    const int denormal = x < DBL_MIN;
    double k;
    const double f = log_reduce(denormal ? x * 0x1p54 : x, &k);
    const struct pair s = log_argument(f);
    const struct pair z = pair_product(s, s);
    const struct pair second = pair_product(z, two_thirds);
    struct pair series = pair_sum(2.0, second.hi);
    struct pair sum;

    series.lo += fma(z.hi * z.hi, poly_pow_log(z.hi), second.lo);
    series = pair_product(s, series);
    k = denormal ? k - 54.0 : k;
    sum = pair_sum(k * POW_LN2_1, series.hi);
    return pair_sum(sum.hi, sum.lo + fma(k, POW_LN2_2, series.lo));
}

/* e^(x.hi + x.lo) = e^x.hi (1 + x.lo); half_expm1 shows why 1 + r is kept as a pair. */
static double exp_pair(struct pair x)
{
    const double n = exp_quotient(x.hi);
    const double near = fma(-n, LN2_HI, x.hi);
    const double r = fma(-n, LN2_LO, near);
    const double c = fma(-n, LN2_LO, near - r) + x.lo;
    const struct pair one = pair_sum(1.0, r);
    const double tail = r * r * poly_exp(r);
    const double whole = one.hi + tail;

    return vec_scale(one.hi + (one.lo + fma(c, whole, tail)), n);
}

/* x^y for finite x > 0 and finite y. */
static double pow_positive(double x, double y)
{
    const struct pair log_x = log_pair(x);
    const double about = y * log_x.hi;
    struct pair product;

    if (about > EXP_HIGH)
        return INFINITY;
    if (about < EXP_LOW)
        return 0.0;
    product.hi = about;
    product.lo = fma(y, log_x.hi, -about) + y * log_x.lo;
    return exp_pair(product);
}

/* |x|^y where one of them is at an end of its range. */
static double pow_at_ends(double x, double y)
{
    if (x == 1.0)
        return 1.0;
    return (x > 1.0) == (y > 0.0) ? INFINITY : 0.0;
}

/* From 2^53 on all numbers are, and even ones; infinity counts as such. */
static int is_integer(double y)
{
    return floor(y) == y;
}

static int is_odd(double y)
{
    return is_integer(y) && !is_integer(0.5 * y);
}

double bp_pow_f64(double x, double y)
{
    const double size = fabs(x);
    const int ends = size == 0.0 || size == 1.0 || isinf(size) || isinf(y);
    double power;

    if (x == 1.0 || y == 0.0)
        return 1.0;
    if (isnan(x) || isnan(y))
        return NAN;
    if (x < 0.0 && !isinf(x) && !is_integer(y))
        return NAN;
    power = ends ? pow_at_ends(size, y) : pow_positive(size, y);
    return signbit(x) && is_odd(y) ? -power : power;
}
