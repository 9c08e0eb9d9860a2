/* SPDX-License-Identifier: MIT */
#include "gradient_table.h"

#include <math.h>

/* ---- activations ---- */

#define ELEMENTWISE(name, expression)                                        \
    static void name(const double *z, double *a, size_t count, double slope) \
    {                                                                        \
        for (size_t j = 0; j < count; ++j) {                                 \
            const double x = z[j];                                           \
            a[j] = (expression);                                             \
        }                                                                    \
        (void)slope;                                                         \
    }

#define PI 3.14159265358979323846

ELEMENTWISE(linear, x)
ELEMENTWISE(sigmoid, 1 / (1 + exp(-x)))
ELEMENTWISE(hyperbolic, tanh(x))
ELEMENTWISE(relu, x > 0 ? x : 0)
ELEMENTWISE(leaky_relu, x > 0 ? x : slope * x)
ELEMENTWISE(elu, x > 0 ? x : slope * (exp(x) - 1))
ELEMENTWISE(selu, 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1)))
ELEMENTWISE(gelu, x / 2 * (1 + erf(x / sqrt(2))))
ELEMENTWISE(gelu_tanh, x / 2 * (1 + tanh(sqrt(2 / PI) * (x + 0.044715 * x * x * x))))
ELEMENTWISE(silu, x / (1 + exp(-x)))
ELEMENTWISE(softplus, log(1 + exp(x)))
ELEMENTWISE(softsign, x / (1 + fabs(x)))
ELEMENTWISE(hard_sigmoid, fmin(1, fmax(0, x / 6 + 0.5)))

static void softmax(const double *z, double *a, size_t count, double slope)
{
    double sum = 0;

    for (size_t j = 0; j < count; ++j)
        sum += exp(z[j]);
    for (size_t j = 0; j < count; ++j)
        a[j] = exp(z[j]) / sum;
    (void)slope;
}

static void log_softmax(const double *z, double *a, size_t count, double slope)
{
    softmax(z, a, count, slope);
    for (size_t j = 0; j < count; ++j)
        a[j] = log(a[j]);
}

/*
 * Columns: quadratic, cross-entropy, MSE, MAE, Huber, SmoothL1, softmax cross-entropy,
 * binary cross-entropy, the same on logits, hinge, KL divergence, Poisson.
 */
#define TO_REAL            "+-+++++-++-+"
#define TO_UNIT            "++++++-+-+-+"
#define TO_PROBABILITY     "++++++++-+-+"
#define TO_LOG_PROBABILITY "+-+++++--+++"

const struct activation_record activation_records[] = {
    {BP_ACTIVATION_LINEAR, "linear", false, 0, true, TO_REAL, linear},
    {BP_ACTIVATION_SIGMOID, "sigmoid", false, 0, true, TO_UNIT, sigmoid},
    {BP_ACTIVATION_TANH, "tanh", false, 0, true, TO_REAL, hyperbolic},
    {BP_ACTIVATION_RELU, "relu", false, 0, false, TO_REAL, relu},
    {BP_ACTIVATION_LEAKY_RELU, "leaky relu", false, 0.01, false, TO_REAL, leaky_relu},
    {BP_ACTIVATION_LEAKY_RELU, "leaky relu 0.3", true, 0.3, false, TO_REAL, leaky_relu},
    {BP_ACTIVATION_LEAKY_RELU, "leaky relu -0.5", true, -0.5, false, TO_REAL, leaky_relu},
    {BP_ACTIVATION_LEAKY_RELU, "leaky relu 0", true, 0, false, TO_REAL, leaky_relu},
    {BP_ACTIVATION_ELU, "elu", false, 1, false, TO_REAL, elu},
    {BP_ACTIVATION_ELU, "elu 1.7", true, 1.7, false, TO_REAL, elu},
    {BP_ACTIVATION_ELU, "elu -0.4", true, -0.4, false, TO_REAL, elu},
    {BP_ACTIVATION_ELU, "elu 0", true, 0, false, TO_REAL, elu},
    {BP_ACTIVATION_SELU, "selu", false, 0, false, TO_REAL, selu},
    {BP_ACTIVATION_GELU, "gelu", false, 0, true, TO_REAL, gelu},
    {BP_ACTIVATION_GELU_TANH, "gelu tanh", false, 0, true, TO_REAL, gelu_tanh},
    {BP_ACTIVATION_SILU, "silu", false, 0, true, TO_REAL, silu},
    {BP_ACTIVATION_SOFTPLUS, "softplus", false, 0, true, TO_REAL, softplus},
    {BP_ACTIVATION_SOFTSIGN, "softsign", false, 0, true, TO_REAL, softsign},
    {BP_ACTIVATION_HARD_SIGMOID, "hard sigmoid", false, 0, false, TO_UNIT, hard_sigmoid},
    {BP_ACTIVATION_SOFTMAX, "softmax", false, 0, true, TO_PROBABILITY, softmax},
    {BP_ACTIVATION_LOG_SOFTMAX, "log-softmax", false, 0, true, TO_LOG_PROBABILITY,
     log_softmax},
};

const size_t activation_record_count =
    sizeof activation_records / sizeof activation_records[0];

/* ---- costs ---- */

#define SUM(name, expression)                                                      \
    static double name(const double *outputs, const double *targets, size_t count, \
                       double scale)                                               \
    {                                                                              \
        double sum = 0;                                                            \
                                                                                   \
        for (size_t j = 0; j < count; ++j) {                                       \
            const double a = outputs[j];                                           \
            const double y = targets[j];                                           \
            const double d = fabs(a - y);                                          \
            sum += (expression);                                                   \
            (void)d;                                                               \
        }                                                                          \
        (void)scale;                                                               \
        return sum;                                                                \
    }

/* y ln a, where 0 ln 0 = 0 and no logarithm is below -100. */
static double times_log(double y, double a)
{
    return y == 0 ? 0 : y * fmax(log(a), -100);
}

static double log_sigmoid(double z)
{
    return -log(1 + exp(-z));
}

SUM(quadratic, 0.5 * d * d)
SUM(cross_entropy, -(times_log(y, a) + times_log(1 - y, 1 - a)))
SUM(squared, d *d)
SUM(absolute, d)
SUM(huber, d <= scale ? d * d / 2 : scale * (d - scale / 2))
SUM(smooth_l1, d < scale ? d * d / (2 * scale) : d - scale / 2)
SUM(cross_entropy_logits, -(y *log_sigmoid(a) + (1 - y) * log_sigmoid(-a)))
SUM(hinge, fmax(0, 1 - y * a))
SUM(kl_divergence, y == 0 ? 0 : y * (log(y) - a))
SUM(poisson, exp(a) - y * a)

/* Targets that give a part s of themselves to all classes alike. */
static double softmax_cross_entropy_smooth(const double *z, const double *y, size_t count,
                                           double s)
{
    double sum = 0;
    double value = 0;

    for (size_t j = 0; j < count; ++j)
        sum += exp(z[j]);
    for (size_t j = 0; j < count; ++j)
        value -= (y[j] * (1 - s) + s / (double)count) * log(exp(z[j]) / sum);
    return value;
}

static double softmax_cross_entropy(const double *z, const double *y, size_t count,
                                    double scale)
{
    (void)scale;
    return softmax_cross_entropy_smooth(z, y, count, 0);
}

const struct cost_record cost_records[] = {
    {BP_COST_QUADRATIC, "quadratic", 0, TARGETS_REAL, true, false, quadratic},
    {BP_COST_CROSS_ENTROPY, "cross-entropy", 0, TARGETS_UNIT, true, false, cross_entropy},
    {BP_COST_MSE, "MSE", 0, TARGETS_REAL, true, true, squared},
    {BP_COST_MAE, "MAE", 0, TARGETS_REAL, false, true, absolute},
    {BP_COST_HUBER, "Huber", 0, TARGETS_REAL, false, true, huber},
    {BP_COST_HUBER, "Huber 0.3", 0.3, TARGETS_REAL, false, true, huber},
    {BP_COST_HUBER, "Huber 2.5", 2.5, TARGETS_REAL, false, true, huber},
    {BP_COST_SMOOTH_L1, "SmoothL1", 0, TARGETS_REAL, false, true, smooth_l1},
    {BP_COST_SMOOTH_L1, "SmoothL1 0.3", 0.3, TARGETS_REAL, false, true, smooth_l1},
    {BP_COST_SMOOTH_L1, "SmoothL1 2.5", 2.5, TARGETS_REAL, false, true, smooth_l1},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, "softmax cross-entropy", 0, TARGETS_DISTRIBUTION,
     true, false, softmax_cross_entropy},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, "softmax cross-entropy, labels", 0, TARGETS_LABEL,
     true, false, softmax_cross_entropy},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, "softmax cross-entropy, no distribution", 0,
     TARGETS_UNIT, true, false, softmax_cross_entropy},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, "softmax cross-entropy, smoothing 0.1", 0.1,
     TARGETS_DISTRIBUTION, true, false, softmax_cross_entropy_smooth},
    {BP_COST_SOFTMAX_CROSS_ENTROPY, "softmax cross-entropy, labels, smoothing 0.4", 0.4,
     TARGETS_LABEL, true, false, softmax_cross_entropy_smooth},
    {BP_COST_BINARY_CROSS_ENTROPY, "binary cross-entropy", 0, TARGETS_UNIT, true, true,
     cross_entropy},
    {BP_COST_BINARY_CROSS_ENTROPY_LOGITS, "binary cross-entropy, logits", 0, TARGETS_UNIT,
     true, true, cross_entropy_logits},
    {BP_COST_HINGE, "hinge", 0, TARGETS_SIGN, false, true, hinge},
    {BP_COST_KL_DIVERGENCE, "KL divergence", 0, TARGETS_DISTRIBUTION, true, false,
     kl_divergence},
    {BP_COST_POISSON, "Poisson", 0, TARGETS_COUNT, true, true, poisson},
};

const size_t cost_record_count = sizeof cost_records / sizeof cost_records[0];

/* ---- pairs and targets ---- */

bool pair_allowed(const struct activation_record *activation,
                  const struct cost_record *cost)
{
    return activation->costs[cost->kind - 1] == '+';
}

bool pair_skips_activation(const struct activation_record *activation,
                           const struct cost_record *cost)
{
    return cost->kind == BP_COST_SOFTMAX_CROSS_ENTROPY &&
           (activation->kind == BP_ACTIVATION_SOFTMAX ||
            activation->kind == BP_ACTIVATION_LOG_SOFTMAX);
}

double pattern(size_t index)
{
    return 2 * fmod(0.61803398874989485 * (double)(index + 1) +
                        0.41421356237309505 * (double)(index % 7 * (index % 11)),
                    1.0) -
           1;
}

/* A distribution with a zero in every row: 0 ln 0 is among the cases. */
static double share(size_t row, size_t col, size_t cols)
{
    const size_t left_out = row % cols;
    double sum = 0;

    if (cols < 2)
        return 1;
    for (size_t j = 0; j < cols; ++j)
        sum += j == left_out ? 0 : 1.5 + pattern(row * cols + j);
    return col == left_out ? 0 : (1.5 + pattern(row * cols + col)) / sum;
}

double target_value(enum target_kind kind, size_t row, size_t col, size_t cols)
{
    const size_t i = row * cols + col;

    switch (kind) {
    case TARGETS_UNIT: return fmin(1, fmax(0, 0.5 + 0.6 * pattern(i + 3)));
    case TARGETS_DISTRIBUTION: return share(row, col, cols);
    case TARGETS_LABEL: return (row * 2 + 1) % cols == col ? 1 : 0;
    case TARGETS_SIGN: return pattern(i + 5) > 0 ? 1 : -1;
    case TARGETS_COUNT: return i % 4 == 0 ? 0 : 1.5 + 1.5 * pattern(i + 9);
    default: return 1.5 * pattern(i + 13);
    }
}
