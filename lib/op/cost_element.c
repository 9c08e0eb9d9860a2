/* SPDX-License-Identifier: MIT */
/*
 * Costs of one output a against its target y, and their derivatives. Formulas and the
 * values at kinks: docs/numerics.md. d stands for a - y.
 */
#include "op/cost_run.h"

#include "kernel/math.h"

#include <math.h>

static double sign(double x)
{
    return (double)((x > 0) - (x < 0));
}

/* Unlike fmax(), a NaN stays one: it must show in the cost. */
static double at_least(double low, double x)
{
    return x < low ? low : x;
}

/* Quadratic: d^2 / 2. */

static double quadratic_value(double a, double y, double scale)
{
    (void)scale;
    return 0.5 * (a - y) * (a - y);
}

static double quadratic_slope(double a, double y, double scale)
{
    (void)scale;
    return a - y;
}

/* Mean squared error: d^2. */

static double mse_value(double a, double y, double scale)
{
    (void)scale;
    return (a - y) * (a - y);
}

static double mse_slope(double a, double y, double scale)
{
    (void)scale;
    return 2 * (a - y);
}

/* Mean absolute error: |d|, derivative 0 at 0. */

static double mae_value(double a, double y, double scale)
{
    (void)scale;
    return fabs(a - y);
}

static double mae_slope(double a, double y, double scale)
{
    (void)scale;
    return sign(a - y);
}

static int mae_side(double a, double y, double scale)
{
    (void)scale;
    return (int)sign(a - y);
}

/* Huber: d^2 / 2 up to delta, then delta (|d| - delta / 2). */

static double huber_value(double a, double y, double delta)
{
    const double d = fabs(a - y);

    return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta);
}

static double huber_slope(double a, double y, double delta)
{
    const double d = a - y;

    return fabs(d) <= delta ? d : delta * sign(d);
}

/* The derivative bends at +-delta. */
static int huber_side(double a, double y, double delta)
{
    return fabs(a - y) <= delta ? 0 : (int)sign(a - y);
}

/* SmoothL1: d^2 / (2 beta) below beta, then |d| - beta / 2. */

static double smooth_l1_value(double a, double y, double beta)
{
    const double d = fabs(a - y);

    return d < beta ? 0.5 * d * d / beta : d - 0.5 * beta;
}

static double smooth_l1_slope(double a, double y, double beta)
{
    const double d = a - y;

    return fabs(d) < beta ? d / beta : sign(d);
}

static int smooth_l1_side(double a, double y, double beta)
{
    return fabs(a - y) < beta ? 0 : (int)sign(a - y);
}

/*
 * Cross-entropy of a probability a: -[y ln a + (1 - y) ln(1 - a)], each logarithm not
 * below -100, and the denominator a (1 - a) of the derivative not below 1e-12.
 */

static double entropy_value(double a, double y, double scale)
{
    const double yes = at_least(-100, bp_log_f64(a));
    const double no = at_least(-100, bp_log1p_f64(-a));

    (void)scale;
    return -(y * yes + (1 - y) * no);
}

static double entropy_slope(double a, double y, double scale)
{
    (void)scale;
    return (a - y) / fmax(a * (1 - a), 1e-12);
}

/*
 * The same of a = sigmoid(z), without a logarithm of a sigmoid:
 * max(z, 0) - z y + log(1 + e^-|z|), derivative sigmoid(z) - y.
 */

static double logits_value(double z, double y, double scale)
{
    (void)scale;
    return fmax(z, 0) - z * y + bp_log1p_f64(bp_exp_f64(-fabs(z)));
}

static double logits_slope(double z, double y, double scale)
{
    (void)scale;
    return bp_sigmoid_f64(z) - y;
}

/* Hinge: max(0, 1 - y a), derivative 0 at the kink. */

static double hinge_value(double a, double y, double scale)
{
    (void)scale;
    return at_least(0, 1 - y * a);
}

static double hinge_slope(double a, double y, double scale)
{
    (void)scale;
    return 1 - y * a > 0 ? -y : 0;
}

static int hinge_side(double a, double y, double scale)
{
    (void)scale;
    return 1 - y * a > 0;
}

/* Kullback-Leibler divergence of log-probabilities a: y (ln y - a), with 0 ln 0 = 0. */

static double kl_value(double a, double y, double scale)
{
    (void)scale;
    return y > 0 ? y * (bp_log_f64(y) - a) : 0;
}

static double kl_slope(double a, double y, double scale)
{
    (void)a;
    (void)scale;
    return -y;
}

/* Poisson: a is the logarithm of a rate; e^a - y a. */

static double poisson_value(double a, double y, double scale)
{
    (void)scale;
    return bp_exp_f64(a) - y * a;
}

static double poisson_slope(double a, double y, double scale)
{
    (void)scale;
    return bp_exp_f64(a) - y;
}

static const struct bp_cost_element elements[] = {
    [BP_COST_QUADRATIC] = {quadratic_value, quadratic_slope, NULL},
    [BP_COST_CROSS_ENTROPY] = {entropy_value, entropy_slope, NULL},
    [BP_COST_MSE] = {mse_value, mse_slope, NULL},
    [BP_COST_MAE] = {mae_value, mae_slope, mae_side},
    [BP_COST_HUBER] = {huber_value, huber_slope, huber_side},
    [BP_COST_SMOOTH_L1] = {smooth_l1_value, smooth_l1_slope, smooth_l1_side},
    [BP_COST_BINARY_CROSS_ENTROPY] = {entropy_value, entropy_slope, NULL},
    [BP_COST_BINARY_CROSS_ENTROPY_LOGITS] = {logits_value, logits_slope, NULL},
    [BP_COST_HINGE] = {hinge_value, hinge_slope, hinge_side},
    [BP_COST_KL_DIVERGENCE] = {kl_value, kl_slope, NULL},
    [BP_COST_POISSON] = {poisson_value, poisson_slope, NULL},
};

const struct bp_cost_element *bp_cost_element(int32_t kind, bool fused)
{
    if (kind == BP_COST_SOFTMAX_CROSS_ENTROPY)
        return NULL;
    return &elements[fused ? BP_COST_BINARY_CROSS_ENTROPY_LOGITS : kind];
}
