/* SPDX-License-Identifier: MIT */
/*
 * The library's own formulas as C source, for the activations and norms of an exported
 * network: those of lib/kernel/vmath.h, activate.h, softmax.h and normalise.h, in float
 * and with one lane, so that the outputs agree to the bit. What they are, and why, is
 * said there. Every self-test holds them against the kernels.
 */
#include "export_c.h"

#include <string.h>

/* ---- pieces, each of which stands on earlier ones ---- */

enum {
    BITS = 1 << 0,
    POLY_EXP = 1 << 1,
    QUOTIENT = 1 << 2,
    EXP_INSIDE = 1 << 3,
    EXP = 1 << 4,
    POWER = 1 << 5,
    HALF_EXPM1 = 1 << 6,
    EXPM1 = 1 << 7,
    TANH = 1 << 8,
    SIGMOID = 1 << 9,
    LOG_PARTS = 1 << 10,
    LOG = 1 << 11,
    LOG1P = 1 << 12,
    ERF = 1 << 13,
    LANES = 1 << 14,
    DENSE = 1 << 15,
    LAYER_NORM = 1 << 16,
    BATCH_NORM = 1 << 17,
    DENSE_INT8 = 1 << 18
};

static const char bits_text[] = "\nstatic float from_bits(uint32_t bits)\n"
                                "{\n"
                                "    float x;\n"
                                "\n"
                                "    memcpy(&x, &bits, sizeof x);\n"
                                "    return x;\n"
                                "}\n"
                                "\n"
                                "static uint32_t to_bits(float x)\n"
                                "{\n"
                                "    uint32_t bits;\n"
                                "\n"
                                "    memcpy(&bits, &x, sizeof bits);\n"
                                "    return bits;\n"
                                "}\n";

static const char poly_exp_text[] = "\n/* (e^x - 1 - x) / x^2 */\n"
                                    "static float poly_exp(float x)\n"
                                    "{\n"
                                    "    float p = 0x1.6b96f8p-10f;\n"
                                    "\n"
                                    "    p = fmaf(p, x, 0x1.122542p-7f);\n"
                                    "    p = fmaf(p, x, 0x1.5556f6p-5f);\n"
                                    "    p = fmaf(p, x, 0x1.5554b4p-3f);\n"
                                    "    return fmaf(p, x, 0x1.fffffep-2f);\n"
                                    "}\n";

static const char quotient_text[] =
    "\n/* The integer nearest x / ln 2. */\n"
    "static float quotient(float x)\n"
    "{\n"
    "    return fmaf(x, 0x1.715476p+0f, 0x1.8p+23f) - 0x1.8p+23f;\n"
    "}\n";

static const char exp_inside_text[] =
    "\nstatic float exp_inside(float x)\n"
    "{\n"
    "    const float n = quotient(x);\n"
    "    const float r = fmaf(-n, -0x1.05c61p-29f, fmaf(-n, 0x1.62e43p-1f, x));\n"
    "    const float y = fmaf(fmaf(poly_exp(r), r, 1.0f), r, 1.0f);\n"
    "    const uint32_t sum = to_bits(n + 0x1.8p+23f) - UINT32_C(0x4B3FFF02);\n"
    "    const uint32_t half = sum >> 1;\n"
    "\n"
    "    return y * from_bits(half << 23) * from_bits((sum - half) << 23);\n"
    "}\n";

static const char exp_text[] = "\n/* e^x */\n"
                               "static float exp_of(float x)\n"
                               "{\n"
                               "    const float raised = -104.0f > x ? -104.0f : x;\n"
                               "\n"
                               "    return exp_inside(89.0f < raised ? 89.0f : raised);\n"
                               "}\n";

static const char power_text[] =
    "\n/* 2^n, a normal number. */\n"
    "static float power_of_two(float n)\n"
    "{\n"
    "    const uint32_t bits = to_bits(n + 0x1.8p+23f) - UINT32_C(0x4B3FFF81);\n"
    "\n"
    "    return from_bits(bits << 23);\n"
    "}\n";

static const char half_expm1_text[] =
    "\n/* (e^x - 1) / 2 as a sum: what is answered, and *rest. */\n"
    "static float half_expm1(float x, float *rest)\n"
    "{\n"
    "    const float n = quotient(x);\n"
    "    const float near = fmaf(-n, 0x1.62e43p-1f, x);\n"
    "    const float r = fmaf(-n, -0x1.05c61p-29f, near);\n"
    "    const float c = fmaf(-n, -0x1.05c61p-29f, near - r);\n"
    "    const float tail = fmaf(r * r, poly_exp(r), c);\n"
    "    const float scale = power_of_two(n - 1.0f);\n"
    "    const float base = scale - 0.5f;\n"
    "    const float s = fmaf(scale, r, base);\n"
    "\n"
    "    *rest = fmaf(scale, tail, fmaf(scale, r, base - s));\n"
    "    return s;\n"
    "}\n";

static const char expm1_text[] =
    "\n/* e^x - 1 */\n"
    "static float expm1_of(float x)\n"
    "{\n"
    "    const float raised = -20.0f > x ? -20.0f : x;\n"
    "    float rest;\n"
    "    const float s = half_expm1(89.0f < raised ? 89.0f : raised, &rest);\n"
    "    const float half = s + rest;\n"
    "\n"
    "    return fabsf(x) < 0x1p-25f ? x : half + half;\n"
    "}\n";

static const char tanh_text[] =
    "\nstatic float tanh_of(float x)\n"
    "{\n"
    "    const float size = fabsf(x);\n"
    "    const float twice = size + size;\n"
    "    float rest;\n"
    "    const float s = half_expm1(20.0f < twice ? 20.0f : twice, &rest);\n"
    "    const float h = s + rest;\n"
    "    const float h_error = rest - (h - s);\n"
    "    const float d = h + 1.0f;\n"
    "    const float d_error = (h - (d - 1.0f)) + h_error;\n"
    "    const float q = h / d;\n"
    "    const float over = fmaf(-q, d_error, fmaf(-q, d, h) + h_error);\n"
    "    const float part = h < 1024.0f ? 1.0f - q : 0.0f;\n"
    "\n"
    "    return copysignf(fmaf(over, part, q), x);\n"
    "}\n";

static const char sigmoid_text[] =
    "\n/* 1 / (1 + e^-x) */\n"
    "static float sigmoid_of(float x)\n"
    "{\n"
    "    const float z = exp_of(-fabsf(x));\n"
    "    const float q = (x < 0.0f ? z : 1.0f) / (1.0f + z);\n"
    "\n"
    "    return x < 0.0f ? fmaf(-z, q, z) : q;\n"
    "}\n";

static const char log_parts_text[] =
    "\n/* (log(1 + x) - x) / x^2 */\n"
    "static float poly_log(float x)\n"
    "{\n"
    "    float p = -0x1.381464p-4f;\n"
    "\n"
    "    p = fmaf(p, x, 0x1.08757p-3f);\n"
    "    p = fmaf(p, x, -0x1.0f521cp-3f);\n"
    "    p = fmaf(p, x, 0x1.226c7cp-3f);\n"
    "    p = fmaf(p, x, -0x1.5423e6p-3f);\n"
    "    p = fmaf(p, x, 0x1.99a41cp-3f);\n"
    "    p = fmaf(p, x, -0x1.000438p-2f);\n"
    "    p = fmaf(p, x, 0x1.55555p-2f);\n"
    "    return fmaf(p, x, -0x1.fffff8p-2f);\n"
    "}\n"
    "\n"
    "/* x = 2^k (1 + f) for a normal x above 0. */\n"
    "static float log_reduce(float x, float *k)\n"
    "{\n"
    "    const uint32_t root = to_bits(0x1.6a09e6p-1f);\n"
    "    const uint32_t moved = to_bits(x) + (UINT32_C(0x3F800000) - root);\n"
    "\n"
    "    *k = from_bits((moved >> 23) + UINT32_C(0x4B400000)) - (0x1.8p+23f + 127.0f);\n"
    "    return from_bits((moved & UINT32_C(0x7FFFFF)) + root) - 1.0f;\n"
    "}\n"
    "\n"
    "/* k ln 2 + log(1 + f) */\n"
    "static float log_sum(float k, float f)\n"
    "{\n"
    "    const float rest = fmaf(f * f, poly_log(f), k * -0x1.05c61p-29f);\n"
    "\n"
    "    return fmaf(k, 0x1.62e43p-1f, f + rest);\n"
    "}\n";

static const char log_text[] = "\n/* log x for a normal x above 0. */\n"
                               "static float log_of(float x)\n"
                               "{\n"
                               "    float k;\n"
                               "    const float f = log_reduce(x, &k);\n"
                               "\n"
                               "    return log_sum(k, f);\n"
                               "}\n";

static const char log1p_text[] =
    "\n/* log(1 + x) for x at least 0. */\n"
    "static float log1p_of(float x)\n"
    "{\n"
    "    const float u = 1.0f + x;\n"
    "    const float back = u - 1.0f;\n"
    "    const float e = (1.0f - (u - back)) + (x - back);\n"
    "    float k, n;\n"
    "    const float coarse = log_reduce(u, &k);\n"
    "\n"
    "    n = -k > -100.0f ? -k : -100.0f;\n"
    "    return copysignf(log_sum(k, coarse + e * power_of_two(n)), x);\n"
    "}\n";

static const char erf_text[] =
    "\n/* erf(s) / s - 1 in x = s^2 */\n"
    "static float poly_erf_small(float x)\n"
    "{\n"
    "    float p = 0x1.4771fcp-14f;\n"
    "\n"
    "    p = fmaf(p, x, -0x1.a3515ep-11f);\n"
    "    p = fmaf(p, x, 0x1.53f224p-8f);\n"
    "    p = fmaf(p, x, -0x1.b7f71ap-6f);\n"
    "    p = fmaf(p, x, 0x1.ce2ce6p-4f);\n"
    "    p = fmaf(p, x, -0x1.81273ep-2f);\n"
    "    return fmaf(p, x, 0x1.06eba8p-3f);\n"
    "}\n"
    "\n"
    "/* -log erfc(x) */\n"
    "static float poly_erf_tail(float x)\n"
    "{\n"
    "    float p = -0x1.86d896p-13f;\n"
    "\n"
    "    p = fmaf(p, x, 0x1.825872p-9f);\n"
    "    p = fmaf(p, x, -0x1.65ca6ep-6f);\n"
    "    p = fmaf(p, x, 0x1.a652d4p-4f);\n"
    "    p = fmaf(p, x, 0x1.46baf8p-1f);\n"
    "    p = fmaf(p, x, 0x1.2088e8p+0f);\n"
    "    return fmaf(p, x, 0x1.66243ap-12f);\n"
    "}\n"
    "\n"
    "static float erf_of(float x)\n"
    "{\n"
    "    const float size = fabsf(x);\n"
    "    const float capped = 4.0f < size ? 4.0f : size;\n"
    "    const float value =\n"
    "        size < 1.0f\n"
    "            ? fmaf(size, poly_erf_small(size * size), "
    "size)\n"
    "            : 1.0f - exp_inside(-poly_erf_tail(capped));\n"
    "\n"
    "    return copysignf(value, x);\n"
    "}\n";

static const char lanes_text[] =
    "\n/* Of a row: the largest; the sum of e^(z - m), which takes sixteen lanes. */\n"
    "static float row_max(const float *z, size_t count)\n"
    "{\n"
    "    float most = z[0];\n"
    "    size_t i;\n"
    "\n"
    "    for (i = 1; i < count; i++)\n"
    "        most = z[i] > most ? z[i] : most;\n"
    "    return most;\n"
    "}\n"
    "\n"
    "static float row_exp_sum(const float *z, size_t count, float m)\n"
    "{\n"
    "    float lane[16] = {0};\n"
    "    size_t i, half;\n"
    "\n"
    "    for (i = 0; i < count; i++)\n"
    "        lane[i % 16] += exp_of(z[i] - m);\n"
    "    for (half = 8; half > 0; half /= 2)\n"
    "        for (i = 0; i < half; i++)\n"
    "            lane[i] += lane[i + half];\n"
    "    return lane[0];\n"
    "}\n";

static const char dense_text[] =
    "\n/* z = w x + b, w by rows. */\n"
    "static void dense(const float *w, const float *b, const float *x, float *z,\n"
    "                  size_t inputs, size_t outputs)\n"
    "{\n"
    "    size_t i, j;\n"
    "\n"
    "    for (j = 0; j < outputs; j++, w += inputs) {\n"
    "        float sum = b != NULL ? b[j] : 0.0f;\n"
    "\n"
    "        for (i = 0; i < inputs; i++)\n"
    "            sum = fmaf(x[i], w[i], sum);\n"
    "        z[j] = sum;\n"
    "    }\n"
    "}\n";

static const char dense_int8_text[] =
    "\n/* x as whole numbers from -127 to 127. */\n"
    "static void round_row(const float *x, int8_t *q, size_t count, float inverse)\n"
    "{\n"
    "    size_t i;\n"
    "\n"
    "    for (i = 0; i < count; i++) {\n"
    "        const float y = x[i] * inverse;\n"
    "\n"
    "        q[i] = (int8_t)floorf((y > 127.0f    ? 127.0f\n"
    "                               : y < -127.0f ? -127.0f\n"
    "                                             : y) +\n"
    "                              0.5f);\n"
    "    }\n"
    "}\n"
    "\n"
    "/* z = scale (w q) + b; the scales of all rows, then the biases, are in s. */\n"
    "static void dense_int8(const int8_t *w, const float *s, const int8_t *q, float *z,\n"
    "                       size_t inputs, size_t outputs)\n"
    "{\n"
    "    size_t i, j;\n"
    "\n"
    "    for (j = 0; j < outputs; j++, w += inputs) {\n"
    "        int32_t sum = 0;\n"
    "\n"
    "        for (i = 0; i < inputs; i++)\n"
    "            sum += (int32_t)w[i] * (int32_t)q[i];\n"
    "        z[j] = fmaf((float)sum, s[j], s[outputs + j]);\n"
    "    }\n"
    "}\n";

static const char layer_norm_text[] =
    "\nstatic double halves(double *lane)\n"
    "{\n"
    "    size_t i, half;\n"
    "\n"
    "    for (half = 8; half > 0; half /= 2)\n"
    "        for (i = 0; i < half; i++)\n"
    "            lane[i] += lane[i + half];\n"
    "    return lane[0];\n"
    "}\n"
    "\n"
    "/* y = w (x - mean) / sqrt(variance + epsilon) + b, moments of the row. */\n"
    "static void layer_norm(const float *w, const float *b, float *x, size_t count,\n"
    "                       double epsilon)\n"
    "{\n"
    "    double sum[16] = {0}, square[16] = {0};\n"
    "    double mean, rstd, d;\n"
    "    size_t i;\n"
    "\n"
    "    for (i = 0; i < count; i++)\n"
    "        sum[i % 16] += (double)x[i];\n"
    "    mean = halves(sum) / (double)count;\n"
    "    for (i = 0; i < count; i++) {\n"
    "        d = (double)x[i] - mean;\n"
    "        square[i % 16] += d * d;\n"
    "    }\n"
    "    rstd = 1.0 / sqrt(halves(square) / (double)count + epsilon);\n"
    "    for (i = 0; i < count; i++) {\n"
    "        d = ((double)x[i] - mean) * rstd;\n"
    "        x[i] = (float)(w != NULL ? d * (double)w[i] + (double)b[i] : d);\n"
    "    }\n"
    "}\n";

static const char batch_norm_text[] =
    "\n/* y = w (x - mean) / sqrt(variance + epsilon) + b, with the running moments. */\n"
    "static void batch_norm(const float *w, const float *b, const float *mean,\n"
    "                       const float *variance, float *x, size_t count,\n"
    "                       double epsilon)\n"
    "{\n"
    "    size_t i;\n"
    "\n"
    "    for (i = 0; i < count; i++) {\n"
    "        const double rstd = 1.0 / sqrt((double)variance[i] + epsilon);\n"
    "        const double n = ((double)x[i] - (double)mean[i]) * rstd;\n"
    "\n"
    "        x[i] = (float)(w != NULL ? n * (double)w[i] + (double)b[i] : n);\n"
    "    }\n"
    "}\n";

static const struct {
    const char *text;
    uint32_t needs; /* Earlier ones. */
} pieces[] = {
    {bits_text, 0},
    {poly_exp_text, 0},
    {quotient_text, 0},
    {exp_inside_text, BITS | POLY_EXP | QUOTIENT},
    {exp_text, EXP_INSIDE},
    {power_text, BITS},
    {half_expm1_text, POLY_EXP | QUOTIENT | POWER},
    {expm1_text, HALF_EXPM1},
    {tanh_text, HALF_EXPM1},
    {sigmoid_text, EXP},
    {log_parts_text, BITS},
    {log_text, LOG_PARTS},
    {log1p_text, LOG_PARTS | POWER},
    {erf_text, EXP_INSIDE},
    {lanes_text, EXP},
    {dense_text, 0},
    {layer_norm_text, 0},
    {batch_norm_text, 0},
    {dense_int8_text, 0},
};

enum { PIECES = sizeof pieces / sizeof pieces[0] };

/* ---- activations ---- */

/* Each a function of z and, where there is one, of the slope. Softmax and its logarithm
 * are of a row. NULL: nothing to do. */
static const struct {
    const char *body;
    uint32_t needs;
} activations[] = {
    [BP_ACTIVATION_LINEAR] = {NULL, 0},
    [BP_ACTIVATION_SIGMOID] = {"sigmoid_of(z)", SIGMOID},
    [BP_ACTIVATION_TANH] = {"tanh_of(z)", TANH},
    [BP_ACTIVATION_RELU] = {"z < 0.0f ? 0.0f : z", 0},
    [BP_ACTIVATION_LEAKY_RELU] = {"z > 0.0f ? z : slope * z", 0},
    [BP_ACTIVATION_ELU] = {"z > 0.0f ? z : slope * expm1_of(z)", EXPM1},
    [BP_ACTIVATION_SELU] = {"z > 0.0f ? 0x1.0cfabep+0f * z : 0x1.c212ccp+0f * "
                            "expm1_of(z)",
                            EXPM1},
    [BP_ACTIVATION_GELU] = {"z * (0.5f * (1.0f + erf_of(0x1.6a09e6p-1f * z)))", ERF},
    [BP_ACTIVATION_GELU_TANH] = {"gelu_tanh_of(z)", TANH},
    [BP_ACTIVATION_SILU] = {"z * sigmoid_of(z)", SIGMOID},
    [BP_ACTIVATION_SOFTPLUS] = {"z > 20.0f ? z : log1p_of(exp_of(z))", EXP | LOG1P},
    [BP_ACTIVATION_SOFTSIGN] = {"z / (1.0f + fabsf(z))", 0},
    [BP_ACTIVATION_HARD_SIGMOID] = {"hard_sigmoid_of(z)", 0},
    [BP_ACTIVATION_SOFTMAX] = {"", LANES | EXP},
    [BP_ACTIVATION_LOG_SOFTMAX] = {"", LANES | LOG},
};

static const char gelu_tanh_text[] =
    "\nstatic float gelu_tanh_of(float z)\n"
    "{\n"
    "    const float raised = -16.0f > z ? -16.0f : z;\n"
    "    const float c = 16.0f < raised ? 16.0f : raised;\n"
    "    const float inner = 0x1.988454p-1f * fmaf(0x1.6e4e26p-5f, c * c * c, c);\n"
    "\n"
    "    return 0.5f * z * (1.0f + tanh_of(inner));\n"
    "}\n";

static const char hard_sigmoid_text[] =
    "\nstatic float hard_sigmoid_of(float z)\n"
    "{\n"
    "    const float line = z / 6.0f + 0.5f;\n"
    "    const float raised = 0.0f > line ? 0.0f : line;\n"
    "\n"
    "    return 1.0f < raised ? 1.0f : raised;\n"
    "}\n";

static const char element_text[] =
    "\nstatic void apply_@(float *a, size_t count, float slope)\n"
    "{\n"
    "    size_t i;\n"
    "\n"
    "    (void)slope;\n"
    "    for (i = 0; i < count; i++) {\n"
    "        const float z = a[i];\n"
    "\n"
    "        a[i] = ";

static const char softmax_text[] =
    "\nstatic void apply_softmax(float *a, size_t count, float slope)\n"
    "{\n"
    "    const float m = row_max(a, count);\n"
    "    const float scale = 1.0f / row_exp_sum(a, count, m);\n"
    "    size_t i;\n"
    "\n"
    "    (void)slope;\n"
    "    for (i = 0; i < count; i++)\n"
    "        a[i] = exp_of(a[i] - m) * scale;\n"
    "}\n";

static const char log_softmax_text[] =
    "\nstatic void apply_log_softmax(float *a, size_t count, float slope)\n"
    "{\n"
    "    const float m = row_max(a, count);\n"
    "    const float log_s = log_of(row_exp_sum(a, count, m));\n"
    "    size_t i;\n"
    "\n"
    "    (void)slope;\n"
    "    for (i = 0; i < count; i++)\n"
    "        a[i] = a[i] - m - log_s;\n"
    "}\n";

bool bp_c_knows(int32_t activation)
{
    return activation >= 0 &&
           (size_t)activation < sizeof activations / sizeof activations[0];
}

bool bp_c_applies(int32_t activation)
{
    return activations[activation].body != NULL;
}

static bool is_used(const struct bp_network *network, int32_t activation)
{
    for (size_t i = 0; i < network->count; i++)
        if (network->nodes[i].spec.activation == activation)
            return true;
    return false;
}

static void put_activation(struct bp_c_writer *w, int32_t activation)
{
    if (activation == BP_ACTIVATION_SOFTMAX || activation == BP_ACTIVATION_LOG_SOFTMAX) {
        bp_c_put(w,
                 activation == BP_ACTIVATION_SOFTMAX ? softmax_text : log_softmax_text);
        return;
    }
    if (activation == BP_ACTIVATION_GELU_TANH)
        bp_c_put(w, gelu_tanh_text);
    if (activation == BP_ACTIVATION_HARD_SIGMOID)
        bp_c_put(w, hard_sigmoid_text);
    bp_c_put_with(w, element_text, bp_activation_name(activation), 0);
    bp_c_put(w, activations[activation].body);
    bp_c_put(w, ";\n    }\n}\n");
}

static uint32_t needs_of(const struct bp_layer_spec *spec, bool int8)
{
    switch (spec->kind) {
    case BP_LAYER_KIND_DENSE:
        return (int8 ? DENSE_INT8 : DENSE) | activations[spec->activation].needs;
    case BP_LAYER_KIND_LAYER_NORM: return LAYER_NORM;
    case BP_LAYER_KIND_BATCH_NORM: return BATCH_NORM;
    default: return activations[spec->activation].needs;
    }
}

void bp_c_put_functions(struct bp_c_writer *w, const struct bp_network *network,
                        bool int8)
{
    uint32_t needs = 0;

    for (size_t i = 0; i < network->count; i++)
        needs |= needs_of(&network->nodes[i].spec, int8);
    for (int i = PIECES; i > 0; i--)
        if (needs >> (i - 1) & 1)
            needs |= pieces[i - 1].needs;
    for (int i = 0; i < PIECES; i++)
        if (needs >> i & 1)
            bp_c_put(w, pieces[i].text);
    for (int32_t i = 0; bp_c_knows(i); i++)
        if (bp_c_applies(i) && is_used(network, i))
            put_activation(w, i);
}
