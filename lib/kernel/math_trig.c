/* SPDX-License-Identifier: MIT */
/*
 * sin and cos in double.
 *
 * x = n pi/2 + r + s with |r| <= pi/4 and s what rounding r left off; the last two bits
 * of n choose the function and the sign. pi/2 is a sum of three doubles, 161 bits. The
 * first subtraction is exact (a multiple of the last place of PIO2_1, and small); the
 * second is done with its rounding error. Near a multiple of pi/2 below 2^45 that
 * leaves more than 53 good bits, as no double comes nearer to one than about 2^-70.
 */
#include "strict.h"

#include <math.h>
#include <stdint.h>

#include "kernel/math.h"

#define BP_PRECISION 64
#include "kernel/vec_scalar.h"
#include "kernel/vmath_poly.h"

#define REDUCE_END 0x1p45
#define TINY       0x1p-27

struct angle {
    double r;
    double s;
    int64_t quarter;
};

static struct angle reduce(double x)
{
    const double n = rint(x * TWO_OVER_PI);
    const double near = fma(-n, PIO2_1, x);
    const double step = n * PIO2_2;
    const double step_error = fma(n, PIO2_2, -step);
    const double r = near - step;
    const double back = r - near;
    const double r_error = (near - (r - back)) - (step + back);
    const double s = fma(-n, PIO2_3, r_error - step_error);
    struct angle angle;

    angle.r = r + s;
    angle.s = (r - angle.r) + s;
    angle.quarter = (int64_t)n & 3;
    return angle;
}

/* sin(r + s) = sin r + s cos r, and s is so small that cos r = 1 - r^2 / 2 will do. */
static double sin_near(double r, double s)
{
    const double z = r * r;

    return r + fma(z * r, poly_sin(z), s * (1.0 - 0.5 * z));
}

/* cos(r + s) = cos r - s sin r. The rounding error of 1 - h is added back. */
static double cos_near(double r, double s)
{
    const double z = r * r;
    const double h = 0.5 * z;
    const double w = 1.0 - h;

    return w + (((1.0 - w) - h) + fma(z * z, poly_cos(z), -r * s));
}

/* sin(x + turn pi/2). */
static double sin_turned(double x, int turn)
{
    struct angle angle;
    double y;

    if (!(fabs(x) < INFINITY))
        return x - x;
    angle = reduce(fabs(x) > REDUCE_END ? remainder(x, TWO_PI) : x);
    angle.quarter += turn;
    y = angle.quarter & 1 ? cos_near(angle.r, angle.s) : sin_near(angle.r, angle.s);
    return angle.quarter & 2 ? -y : y;
}

/* Small arguments are their own sine, -0 included. */
double bp_sin_f64(double x)
{
    return fabs(x) < TINY ? x : sin_turned(x, 0);
}

double bp_cos_f64(double x)
{
    return sin_turned(x, 1);
}
