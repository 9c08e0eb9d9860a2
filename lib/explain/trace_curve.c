/* SPDX-License-Identifier: MIT */
#include "explain/trace_curve.h"

#include "kernel/math.h"

#include <math.h>

#define SELU_LAMBDA    1.0507009873554805
#define SELU_ALPHA     1.6732632423543772
#define SQRT_HALF      0.70710678118654752
#define SQRT_TWO_OF_PI 0.79788456080286536
#define CUBIC          0.044715
#define LINEAR_FROM    20

/* The names of the parameters are those of the formulas: z, and s of the setting. */
#define CURVE(name, value, slope)                  \
    static double name##_value(double z, double s) \
    {                                              \
        (void)s;                                   \
        return value;                              \
    }                                              \
    static double name##_slope(double z, double s) \
    {                                              \
        (void)s;                                   \
        (void)z;                                   \
        return slope;                              \
    }

static double at_least(double low, double x)
{
    return x < low ? low : x;
}

void bp_curve_sigmoid(double z, double *a, double *rest)
{
    *a = at_least(BP_LEAST_PROBABILITY, bp_sigmoid_f64(z));
    *rest = at_least(BP_LEAST_PROBABILITY, bp_sigmoid_f64(-z));
}

static double sigmoid_derivative(double z)
{
    double a;
    double rest;

    bp_curve_sigmoid(z, &a, &rest);
    return a * rest;
}

/* Phi(z) and phi(z) of the normal distribution. */
static double normal(double z)
{
    return 0.5 * (1 + bp_erf_f64(z * SQRT_HALF));
}

static double density(double z)
{
    return 0.5 * SQRT_TWO_OF_PI * bp_exp_f64(-0.5 * z * z);
}

static double bent(double z)
{
    return bp_tanh_f64(SQRT_TWO_OF_PI * (z + CUBIC * z * z * z));
}

static double gelu_tanh_derivative(double z)
{
    const double t = bent(z);

    return 0.5 * (1 + t) +
           0.5 * z * (1 - t * t) * SQRT_TWO_OF_PI * (1 + 3 * CUBIC * z * z);
}

static double silu_derivative(double z)
{
    const double s = bp_sigmoid_f64(z);

    return s * (1 + z * (1 - s));
}

static double tanh_derivative(double z)
{
    const double a = bp_tanh_f64(z);

    return 1 - a * a;
}

CURVE(linear, z, 1)
CURVE(sigmoid, bp_sigmoid_f64(z), sigmoid_derivative(z))
CURVE(tanh, bp_tanh_f64(z), tanh_derivative(z))
CURVE(relu, z > 0 ? z : 0, z > 0 ? 1 : 0)
CURVE(leaky_relu, z > 0 ? z : s * z, z > 0 ? 1 : s)
CURVE(elu, z > 0 ? z : s * bp_expm1_f64(z), z > 0 ? 1 : s * bp_exp_f64(z))
CURVE(selu, SELU_LAMBDA *(z > 0 ? z : SELU_ALPHA * bp_expm1_f64(z)),
      SELU_LAMBDA *(z > 0 ? 1 : SELU_ALPHA * bp_exp_f64(z)))
CURVE(gelu, z *normal(z), normal(z) + z * density(z))
CURVE(gelu_tanh, 0.5 * z * (1 + bent(z)), gelu_tanh_derivative(z))
CURVE(silu, z *bp_sigmoid_f64(z), silu_derivative(z))
CURVE(softplus, z > LINEAR_FROM ? z : at_least(0, z) + bp_log1p_f64(bp_exp_f64(-fabs(z))),
      z > LINEAR_FROM ? 1 : bp_sigmoid_f64(z))
CURVE(softsign, z / (1 + fabs(z)), 1 / ((1 + fabs(z)) * (1 + fabs(z))))
CURVE(hard_sigmoid, fmin(1, fmax(0, z / 6 + 0.5)), z > -3 && z < 3 ? 1.0 / 6 : 0)

#define ENTRY(name)                \
    {                              \
        name##_value, name##_slope \
    }

static const struct bp_curve curves[] = {
    [BP_ACTIVATION_LINEAR] = ENTRY(linear),
    [BP_ACTIVATION_SIGMOID] = ENTRY(sigmoid),
    [BP_ACTIVATION_TANH] = ENTRY(tanh),
    [BP_ACTIVATION_RELU] = ENTRY(relu),
    [BP_ACTIVATION_LEAKY_RELU] = ENTRY(leaky_relu),
    [BP_ACTIVATION_ELU] = ENTRY(elu),
    [BP_ACTIVATION_SELU] = ENTRY(selu),
    [BP_ACTIVATION_GELU] = ENTRY(gelu),
    [BP_ACTIVATION_GELU_TANH] = ENTRY(gelu_tanh),
    [BP_ACTIVATION_SILU] = ENTRY(silu),
    [BP_ACTIVATION_SOFTPLUS] = ENTRY(softplus),
    [BP_ACTIVATION_SOFTSIGN] = ENTRY(softsign),
    [BP_ACTIVATION_HARD_SIGMOID] = ENTRY(hard_sigmoid),
};

const struct bp_curve *bp_curve(int32_t activation)
{
    const int32_t count = (int32_t)(sizeof curves / sizeof curves[0]);

    return activation >= 0 && activation < count ? &curves[activation] : NULL;
}

void bp_curve_softmax(const double *z, size_t count, double *a, double *log_a)
{
    double m = z[0];
    double sum = 0;
    size_t j;

    for (j = 1; j < count; j++)
        m = z[j] > m ? z[j] : m;
    for (j = 0; j < count; j++)
        sum += bp_exp_f64(z[j] - m);
    for (j = 0; j < count; j++) {
        if (a != NULL)
            a[j] = bp_exp_f64(z[j] - m) / sum;
        if (log_a != NULL)
            log_a[j] = (z[j] - m) - bp_log_f64(sum);
    }
}
