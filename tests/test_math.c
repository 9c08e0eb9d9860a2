/* SPDX-License-Identifier: MIT */
/*
 * The elementary functions: how far off they are, what they give at the ends of their
 * domains, and that every vector form repeats the scalar one bit for bit.
 * exhaustive_math.c does the same for every float.
 */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "kernel/math.h"
#include "math_ulp.h"

struct vector {
    double x;
    double value;
    double rest;
};

struct pow_vector {
    double x;
    double y;
    double value;
    double rest;
};

#include "math_vectors.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define STRIDE       1021u /* prime: every exponent, all kinds of digits */

typedef float scalar_f32(float x);
typedef double scalar_f64(double x);

static scalar_f32 *const function_f32[FUNCTION_COUNT] = {
    bp_exp_f32,  bp_expm1_f32,   bp_log_f32, bp_log1p_f32,
    bp_tanh_f32, bp_sigmoid_f32, bp_erf_f32,
};

static scalar_f64 *const function_f64[FUNCTION_COUNT] = {
    bp_exp_f64,  bp_expm1_f64,   bp_log_f64, bp_log1p_f64,
    bp_tanh_f64, bp_sigmoid_f64, bp_erf_f64,
};

/* Ends of ranges and places where a function changes its course, of either sign. */
static const double corner[] = {
    0.0,
    0x1p-149,
    0x1.fffffcp-127,
    0x1p-126,
    0x1p-60,
    0x1p-54,
    0x1p-26,
    0x1p-25,
    0x1p-24,
    1e-3,
    0.0625,
    0.25,
    0.2929,
    0.34657359,
    0.3466,
    0.4142,
    0.5,
    0.70710678,
    0.75,
    1.0,
    1.0397,
    1.4142135,
    1.5,
    2.0,
    3.9,
    4.0,
    6.0,
    8.5,
    9.0,
    10.0,
    16.6,
    17.4,
    18.7,
    20.0,
    37.4,
    40.0,
    87.4,
    88.72,
    88.73,
    89.0,
    103.9,
    104.0,
    709.7,
    710.0,
    745.2,
    746.0,
    1e10,
    1e30,
    0x1p127,
    0x1.fffffep127,
    INFINITY,
    NAN,
    0x1p-1074,
    0x1p-1022,
    0x1p1023,
    0x1.fffffffffffffp1023,
};

static uint64_t random_state = 88172645463325252u;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* In (-1, 1). */
static double random_unit(void)
{
    return (double)(int64_t)random_bits() * 0x1p-63;
}

static void assert_within(const char *name, double worst, double where, double bound)
{
    print_message("  %-12s %.4f ulp at %a\n", name, worst, where);
    if (!(worst <= bound))
        fail_msg("%s is off by %g ulp at %a, more than %g", name, worst, where, bound);
}

/* ---- the measure itself ---------------------------------------------------------- */

static void test_measure_counts_ulps(void **state)
{
    (void)state;
    assert_true(ulps_f32(1.0f, 1.0 + 0x1p-24) == 0.5);
    assert_true(ulps_f32(1.0f + 0x1p-23f, 1.0) == 1.0);
    assert_true(ulps_f32(0x1p-149f, 0x1.8p-149) == 0.5);
    assert_true(ulps_f32(INFINITY, 0x1.fffffep127) == 1.0);
    assert_true(ulps_f32(0x1.fffffep127f, 0x1p128) == 1.0);
    assert_true(ulps_f32(INFINITY, 1e300) == 0.0);
    assert_true(ulps_f64(1.0 + 0x1p-52, 1.0L) == 1.0);
    assert_true(ulps_f64(0x1p-1074, 0x1p-1073L) == 1.0);
    assert_true(ulps_f64(INFINITY, 0x1.fffffffffffffp1023L) == 1.0);
}

static void test_measure_refuses(void **state)
{
    (void)state;
    assert_true(isinf(ulps_f32(NAN, 1.0)) && isinf(ulps_f32(1.0f, NAN)));
    assert_true(isinf(ulps_f32(-0.0f, 0.0)) && isinf(ulps_f32(1.0f, INFINITY)));
    assert_true(isinf(ulps_f32(-INFINITY, INFINITY)) && ulps_f32(INFINITY, 1.0) > 1e9);
    assert_true(isinf(ulps_f64(NAN, 1.0L)) && isinf(ulps_f64(1.0, (long double)NAN)));
    assert_true(isinf(ulps_f64(0.0, -0.0L)) &&
                isinf(ulps_f64(1.0, (long double)INFINITY)));
    assert_false(same_f32(NAN, 1.0f) || same_f32(0.0f, -0.0f) || same_f32(1.0f, 2.0f));
    assert_false(same_f64(NAN, 1.0) || same_f64(0.0, -0.0) || same_f64(1.0, 2.0));
    assert_true(same_f32(NAN, -NAN) && same_f64(-0.0, -0.0));
}

/* ---- accuracy -------------------------------------------------------------------- */

static void consider_f32(int f, float x, double *worst, double *where)
{
    const double error = ulps_f32(function_f32[f](x), oracle_of_f32[f](x));

    if (error > *worst) {
        *worst = error;
        *where = x;
    }
}

/* The neighbourhood of every corner, both signs. */
static void consider_corners_f32(int f, double *worst, double *where)
{
    for (size_t i = 0; i < COUNT(corner); i++) {
        const uint32_t middle = bits_of_float((float)corner[i]);

        for (uint32_t step = 0; step < 200; step++) {
            consider_f32(f, float_of_bits(middle + step - 100), worst, where);
            consider_f32(f, -float_of_bits(middle + step - 100), worst, where);
        }
    }
}

static void test_float_accuracy(void **state)
{
    (void)state;
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        double worst = 0, where = 0;

        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += STRIDE)
            consider_f32(f, float_of_bits((uint32_t)bits), &worst, &where);
        consider_corners_f32(f, &worst, &where);
        assert_within(function_name[f], worst, where, function_bound[f]);
    }
}

/* A number for a double function: any bits, or where the function has its curves. */
static double sample(int f)
{
    static const double reach[FUNCTION_COUNT] = {746, 711, 4, 4, 22, 747, 6.1};

    switch (random_bits() % 4) {
    case 0: return double_of_bits(random_bits());
    case 1: return random_unit() * reach[f];
    case 2: return random_unit() * 2.0;
    default: return (f == LOG) + ldexp(random_unit(), -(int)(random_bits() % 60));
    }
}

static void test_double_accuracy(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        double worst = 0, where = 0;

        for (size_t i = 0; i < (1u << 18) + 2 * COUNT(corner); i++) {
            const double x = i < COUNT(corner)       ? corner[i]
                             : i < 2 * COUNT(corner) ? -corner[i - COUNT(corner)]
                                                     : sample(f);
            const double error = ulps_f64(function_f64[f](x), oracle_of_f64[f](x));

            worst = error > worst ? (where = x, error) : worst;
        }
        assert_within(function_name[f], worst, where, function_bound[f]);
    }
}

/* Near multiples of pi / 2 up to 2^20, and anything up to 2^45. */
static double sample_angle(void)
{
    switch (random_bits() % 3) {
    case 0: return random_unit() * 0x1p20;
    case 1: return ldexp(random_unit(), (int)(random_bits() % 76) - 30);
    default: return nearbyint(random_unit() * 667544) * 1.5707963267948966;
    }
}

static void test_trigonometric_accuracy(void **state)
{
    double worst[2] = {0, 0}, where[2] = {0, 0};

    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (size_t i = 0; i < 1u << 18; i++) {
        const double x = sample_angle();
        const double sine = ulps_f64(bp_sin_f64(x), sinl(x));
        const double cosine = ulps_f64(bp_cos_f64(x), cosl(x));

        worst[0] = sine > worst[0] ? (where[0] = x, sine) : worst[0];
        worst[1] = cosine > worst[1] ? (where[1] = x, cosine) : worst[1];
    }
    assert_within("sin", worst[0], where[0], 1);
    assert_within("cos", worst[1], where[1], 1);
}

/* Powers over the whole range of results, from all kinds of bases. */
static void sample_power(double *x, double *y)
{
    const double scale = random_unit() * 746;

    *x = ldexp(1 + fabs(random_unit()), (int)(random_bits() % 2040) - 1020);
    if (random_bits() % 2)
        *x = 1 + ldexp(random_unit(), -1 - (int)(random_bits() % 40));
    if (random_bits() % 8 == 0)
        *x = fabs(random_unit()) * 0x1p-1022;
    *y = *x == 1 ? scale : scale / log(*x);
}

static void test_power_accuracy(void **state)
{
    double worst = 0, where = 0;

    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (size_t i = 0; i < 1u << 18; i++) {
        double x, y, error;

        sample_power(&x, &y);
        error = ulps_f64(bp_pow_f64(x, y), powl(x, y));
        worst = error > worst ? (where = x, error) : worst;
    }
    assert_within("pow", worst, where, 2);
}

static double error_of(double got, double value, double rest)
{
    const double spacing =
        fabs(value) < 0x1p-1022 ? 0x1p-1074 : ldexp(1, ilogb(value) - 52);

    return isfinite(got) ? fabs((got - value) - rest) / spacing : INFINITY;
}

static void check_vectors(const char *name, scalar_f64 *function,
                          const struct vector *vectors, size_t count, double bound)
{
    double worst = 0, where = 0;

    for (size_t i = 0; i < count; i++) {
        const double got = function(vectors[i].x);
        const double error = error_of(got, vectors[i].value, vectors[i].rest);

        worst = error > worst ? (where = vectors[i].x, error) : worst;
    }
    assert_within(name, worst, where, bound);
}

#define CHECK_VECTORS(name, bound) \
    check_vectors(#name, bp_##name##_f64, vectors_##name, COUNT(vectors_##name), bound)

/* The same bounds by an oracle that needs no long double, and knows no libm. */
static void test_known_values(void **state)
{
    double worst = 0, where = 0;

    (void)state;
    CHECK_VECTORS(exp, 1);
    CHECK_VECTORS(expm1, 2);
    CHECK_VECTORS(log, 1);
    CHECK_VECTORS(log1p, 2);
    CHECK_VECTORS(tanh, 2);
    CHECK_VECTORS(sigmoid, 2);
    CHECK_VECTORS(erf, 2);
    CHECK_VECTORS(sin, 1);
    CHECK_VECTORS(cos, 1);
    for (size_t i = 0; i < COUNT(vectors_pow); i++) {
        const struct pow_vector *v = &vectors_pow[i];
        const double error = error_of(bp_pow_f64(v->x, v->y), v->value, v->rest);

        worst = error > worst ? (where = v->x, error) : worst;
    }
    assert_within("pow", worst, where, 2);
}

/* ---- ends of the domains --------------------------------------------------------- */

struct end {
    int function;
    double x;
    double y;
};

/* Exact in both precisions. */
static const struct end ends[] = {
    {EXP, 0.0, 1.0},
    {EXP, -0.0, 1.0},
    {EXP, INFINITY, INFINITY},
    {EXP, -INFINITY, 0.0},
    {EXP, 1000.0, INFINITY},
    {EXP, -1000.0, 0.0},
    {EXP, NAN, NAN},
    {EXPM1, 0.0, 0.0},
    {EXPM1, -0.0, -0.0},
    {EXPM1, INFINITY, INFINITY},
    {EXPM1, -INFINITY, -1.0},
    {EXPM1, -1000.0, -1.0},
    {EXPM1, 1000.0, INFINITY},
    {EXPM1, 0x1p-149, 0x1p-149},
    {EXPM1, NAN, NAN},
    {LOG, 1.0, 0.0},
    {LOG, 0.0, -INFINITY},
    {LOG, -0.0, -INFINITY},
    {LOG, INFINITY, INFINITY},
    {LOG, -INFINITY, NAN},
    {LOG, -1.0, NAN},
    {LOG, -0x1p-149, NAN},
    {LOG, NAN, NAN},
    {LOG1P, 0.0, 0.0},
    {LOG1P, -0.0, -0.0},
    {LOG1P, -1.0, -INFINITY},
    {LOG1P, -1.5, NAN},
    {LOG1P, INFINITY, INFINITY},
    {LOG1P, -INFINITY, NAN},
    {LOG1P, -0x1p-149, -0x1p-149},
    {LOG1P, NAN, NAN},
    {TANH, 0.0, 0.0},
    {TANH, -0.0, -0.0},
    {TANH, INFINITY, 1.0},
    {TANH, -INFINITY, -1.0},
    {TANH, 100.0, 1.0},
    {TANH, -0x1p-149, -0x1p-149},
    {TANH, NAN, NAN},
    {SIGMOID, 0.0, 0.5},
    {SIGMOID, -0.0, 0.5},
    {SIGMOID, INFINITY, 1.0},
    {SIGMOID, -INFINITY, 0.0},
    {SIGMOID, -1000.0, 0.0},
    {SIGMOID, 1000.0, 1.0},
    {SIGMOID, NAN, NAN},
    {ERF, 0.0, 0.0},
    {ERF, -0.0, -0.0},
    {ERF, INFINITY, 1.0},
    {ERF, -INFINITY, -1.0},
    {ERF, 100.0, 1.0},
    {ERF, NAN, NAN},
};

static void test_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        const struct end *end = &ends[i];
        const float single = function_f32[end->function]((float)end->x);
        const double whole = function_f64[end->function](end->x);

        if (!same_f32(single, (float)end->y) || !same_f64(whole, end->y))
            fail_msg("%s(%g) is %g and %g, not %g", function_name[end->function], end->x,
                     (double)single, whole, end->y);
    }
}

static void test_trigonometric_ends(void **state)
{
    (void)state;
    assert_true(same_f64(bp_sin_f64(-0.0), -0.0) && same_f64(bp_sin_f64(0.0), 0.0));
    assert_true(bp_cos_f64(0.0) == 1.0 && bp_cos_f64(-0.0) == 1.0);
    assert_true(isnan(bp_sin_f64(INFINITY)) && isnan(bp_cos_f64(-INFINITY)));
    assert_true(isnan(bp_sin_f64(NAN)) && isnan(bp_cos_f64(NAN)));
    for (int i = 45; i < 1024; i++) {
        const double x = ldexp(1.37, i);
        const double s = bp_sin_f64(x), c = bp_cos_f64(x);

        assert_true(fabs(s * s + c * c - 1) < 1e-15);
        assert_true(same_f64(bp_sin_f64(-x), -s) && same_f64(bp_cos_f64(-x), c));
    }
}

/* C99 F.9.4.4, in its order. */
static const struct pow_vector pow_ends[] = {
    {0.0, -3, INFINITY, 0},
    {-0.0, -3, -INFINITY, 0},
    {0.0, -2, INFINITY, 0},
    {-0.0, -2.5, INFINITY, 0},
    {-0.0, -INFINITY, INFINITY, 0},
    {0.0, 3, 0.0, 0},
    {-0.0, 3, -0.0, 0},
    {-0.0, 2, 0.0, 0},
    {-0.0, 0.5, 0.0, 0},
    {-1.0, INFINITY, 1, 0},
    {-1.0, -INFINITY, 1, 0},
    {1.0, NAN, 1, 0},
    {1.0, INFINITY, 1, 0},
    {NAN, 0.0, 1, 0},
    {NAN, -0.0, 1, 0},
    {-2.0, 0.0, 1, 0},
    {-2.0, 0.5, NAN, 0},
    {-0x1p-1074, -1.5, NAN, 0},
    {0.5, -INFINITY, INFINITY, 0},
    {-0.5, -INFINITY, INFINITY, 0},
    {2.0, -INFINITY, 0.0, 0},
    {0.5, INFINITY, 0.0, 0},
    {-2.0, INFINITY, INFINITY, 0},
    {-INFINITY, -3, -0.0, 0},
    {-INFINITY, -2.5, 0.0, 0},
    {-INFINITY, 3, -INFINITY, 0},
    {-INFINITY, 2.5, INFINITY, 0},
    {INFINITY, -0.1, 0.0, 0},
    {INFINITY, 0.1, INFINITY, 0},
    {NAN, 1, NAN, 0},
    {2.0, NAN, NAN, 0},
    {-1.0, 7, -1, 0},
    {-1.0, 8, 1, 0},
    {-1.0, 0.5, NAN, 0},
    {-2.0, 9007199254740993.0, INFINITY, 0},
    {-0.5, 9007199254740991.0, -0.0, 0},
    {-2.0, 3, -8, 0},
    {-2.0, -2, 0.25, 0},
    {2.0, 1023, 0x1p1023, 0},
    {2.0, 1024, INFINITY, 0},
    {2.0, -1074, 0x1p-1074, 0},
    {2.0, -1080, 0.0, 0},
    {-2.0, -1081, -0.0, 0},
    {-2.0, 1025, -INFINITY, 0},
    {1.7e308, 1.7e308, INFINITY, 0},
    {1.7e308, -1.7e308, 0.0, 0},
    {3.0, 1, 3, 0},
    {1.1, 0x1p-1074, 1, 0},
};

static void test_power_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pow_ends); i++) {
        const struct pow_vector *end = &pow_ends[i];
        const double got = bp_pow_f64(end->x, end->y);

        if (!same_f64(got, end->value))
            fail_msg("pow(%g, %g) is %g, not %g", end->x, end->y, got, end->value);
    }
}

/* ---- vectors --------------------------------------------------------------------- */

enum { INPUTS = 1 << 19, TRIPLES = 1 << 16 };

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    assert_non_null(memory);
    return memory;
}

/* Corners of both signs, then anything. */
static double input(size_t i)
{
    if (i < COUNT(corner))
        return corner[i];
    return i < 2 * COUNT(corner) ? -corner[i - COUNT(corner)] : random_unit() * 800;
}

static void test_vector_functions_f32(void **state)
{
    const struct bp_test_kernel_f32 *kernels[BP_TEST_KERNELS];
    const size_t count = bp_test_kernels_f32(kernels);
    float *x = allocate(INPUTS, sizeof *x);
    float *y = allocate(INPUTS, sizeof *y);

    (void)state;
    for (size_t i = 0; i < INPUTS; i++)
        x[i] = i < 4096 ? (float)input(i) : float_of_bits((uint32_t)(i * 8191));
    for (size_t k = 0; k < count; k++)
        for (int f = 0; f < FUNCTION_COUNT; f++) {
            kernels[k]->function[f](x, y, INPUTS - 1);
            for (size_t i = 0; i < INPUTS - 1; i++)
                if (!same_f32(y[i], function_f32[f](x[i])))
                    fail_msg("%s %s(%a) = %a, scalar %a", kernels[k]->name,
                             function_name[f], (double)x[i], (double)y[i],
                             (double)function_f32[f](x[i]));
        }
    free(x);
    free(y);
}

static void test_vector_functions_f64(void **state)
{
    const struct bp_test_kernel_f64 *kernels[BP_TEST_KERNELS];
    const size_t count = bp_test_kernels_f64(kernels);
    double *x = allocate(INPUTS, sizeof *x);
    double *y = allocate(INPUTS, sizeof *y);

    (void)state;
    for (size_t i = 0; i < INPUTS; i++)
        x[i] = i < 4096     ? input(i)
               : i % 4 == 0 ? random_unit() * 20
                            : double_of_bits(random_bits());
    for (size_t k = 0; k < count; k++)
        for (int f = 0; f < FUNCTION_COUNT; f++) {
            kernels[k]->function[f](x, y, INPUTS - 1);
            for (size_t i = 0; i < INPUTS - 1; i++)
                if (!same_f64(y[i], function_f64[f](x[i])))
                    fail_msg("%s %s(%a) = %a, scalar %a", kernels[k]->name,
                             function_name[f], x[i], y[i], function_f64[f](x[i]));
        }
    free(x);
    free(y);
}

/* Three arrays in which corners, equal numbers and any bits meet. */
static void fill_triples(double *a, double *b, double *c)
{
    for (size_t i = 0; i < TRIPLES; i++) {
        const uint64_t r = random_bits();

        a[i] = r & 1 ? input(r >> 8 & 127) : double_of_bits(random_bits());
        b[i] = r & 2 ? input(r >> 16 & 127) : double_of_bits(random_bits());
        c[i] = r & 4 ? input(r >> 24 & 127) : random_unit();
        b[i] = r >> 32 & 7 ? b[i] : a[i];
        c[i] = r >> 40 & 7 ? c[i] : -a[i] * b[i];
    }
}

static void test_vector_operations_f64(void **state)
{
    const struct bp_test_kernel_f64 *kernels[BP_TEST_KERNELS];
    const size_t count = bp_test_kernels_f64(kernels);
    double *m[5];

    (void)state;
    for (int i = 0; i < 5; i++)
        m[i] = allocate(TRIPLES, sizeof *m[i]);
    fill_triples(m[0], m[1], m[2]);
    for (int op = 0; op < OP_COUNT; op++) {
        bp_test_scalar_f64.op[op](m[0], m[1], m[2], m[3], TRIPLES);
        for (size_t k = 1; k < count; k++) {
            kernels[k]->op[op](m[0], m[1], m[2], m[4], TRIPLES);
            for (size_t i = 0; i < TRIPLES; i++)
                if (!same_f64(m[3][i], m[4][i]))
                    fail_msg("%s operation %d (%a, %a, %a) = %a, scalar %a",
                             kernels[k]->name, op, m[0][i], m[1][i], m[2][i], m[4][i],
                             m[3][i]);
        }
    }
    for (int i = 0; i < 5; i++)
        free(m[i]);
}

static void test_vector_operations_f32(void **state)
{
    const struct bp_test_kernel_f32 *kernels[BP_TEST_KERNELS];
    const size_t count = bp_test_kernels_f32(kernels);
    double *wide[3];
    float *m[5];

    (void)state;
    for (int i = 0; i < 5; i++)
        m[i] = allocate(TRIPLES, sizeof *m[i]);
    for (int i = 0; i < 3; i++)
        wide[i] = allocate(TRIPLES, sizeof *wide[i]);
    fill_triples(wide[0], wide[1], wide[2]);
    for (size_t i = 0; i < TRIPLES; i++)
        for (int k = 0; k < 3; k++)
            m[k][i] = i % 2 ? (float)wide[k][i] : float_of_bits((uint32_t)random_bits());
    for (int op = 0; op < OP_COUNT; op++) {
        bp_test_scalar_f32.op[op](m[0], m[1], m[2], m[3], TRIPLES);
        for (size_t k = 1; k < count; k++) {
            kernels[k]->op[op](m[0], m[1], m[2], m[4], TRIPLES);
            for (size_t i = 0; i < TRIPLES; i++)
                if (!same_f32(m[3][i], m[4][i]))
                    fail_msg("%s operation %d (%a, %a, %a) = %a, scalar %a",
                             kernels[k]->name, op, (double)m[0][i], (double)m[1][i],
                             (double)m[2][i], (double)m[4][i], (double)m[3][i]);
        }
    }
    for (int i = 0; i < 5; i++)
        free(m[i]);
    for (int i = 0; i < 3; i++)
        free(wide[i]);
}

/* What the scalar operations themselves must do: the others are compared with them. */
static double op_f64(int op, double a, double b, double c)
{
    double y = 77;

    bp_test_scalar_f64.op[op](&a, &b, &c, &y, 1);
    return y;
}

static void test_scalar_operations(void **state)
{
    (void)state;
    assert_true(op_f64(OP_FMA, 1 + 0x1p-52, 1 - 0x1p-52, -1) == -0x1p-104);
    assert_true(op_f64(OP_FNMA, 1 + 0x1p-52, 1 - 0x1p-52, 1) == 0x1p-104);
    assert_true(op_f64(OP_MUL_ADD, 1 + 0x1p-52, 1 - 0x1p-52, -1) == 0);
    assert_true(op_f64(OP_PLAIN, 1 + 0x1p-52, 1 - 0x1p-52, -1) == 0);
    assert_true(same_f64(op_f64(OP_MIN, NAN, 1, 0), 1));
    assert_true(same_f64(op_f64(OP_MIN, 1, NAN, 0), NAN));
    assert_true(same_f64(op_f64(OP_MAX, NAN, 1, 0), 1));
    assert_true(same_f64(op_f64(OP_MAX, 1, NAN, 0), NAN));
    assert_true(same_f64(op_f64(OP_MIN, -0.0, 0.0, 0), 0.0));
    assert_true(same_f64(op_f64(OP_MAX, 0.0, -0.0, 0), -0.0));
    assert_true(op_f64(OP_LE, NAN, NAN, 0) == 0 && op_f64(OP_LE, 2, 2, 0) == 1);
    assert_true(op_f64(OP_GE, NAN, 0, 0) == 0 && op_f64(OP_EQ, NAN, NAN, 0) == 0);
    assert_true(op_f64(OP_NOT, 2, 1, 0) == 1 && op_f64(OP_NOT, 1, 2, 0) == 0);
    assert_true(op_f64(OP_AND, 1, 2, 3) == 1 && op_f64(OP_AND, 1, 2, 1) == 0);
    assert_true(op_f64(OP_OR, 1, 2, 1) == 1 && op_f64(OP_OR, 2, 1, 0) == 0);
    assert_true(op_f64(OP_ANY, -1, 0, 0) == 1 && op_f64(OP_ANY, 1, 0, 0) == 0);
    assert_true(same_f64(op_f64(OP_ABS, -0.0, 0, 0), 0.0));
    assert_true(same_f64(op_f64(OP_COPYSIGN, 3, -0.0, 0), -3.0));
}

/* ---- partial loads and stores ---------------------------------------------------- */

/* Memory whose end is followed by a page nobody may touch, where there are such. */
static void *fenced(size_t size)
{
#if defined(__unix__) || defined(__APPLE__)
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED && size <= page);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    return memory + page - size;
#else
    return allocate(1, size);
#endif
}

static void test_partial_forms(void **state)
{
    const struct bp_test_kernel_f32 *f32[BP_TEST_KERNELS];
    const struct bp_test_kernel_f64 *f64[BP_TEST_KERNELS];
    const size_t kernels = bp_test_kernels_f32(f32);

    (void)state;
    assert_int_equal(bp_test_kernels_f64(f64), kernels);
    for (size_t n = 1; n <= 40; n++) {
        float *x = fenced(n * sizeof *x), *y = fenced(n * sizeof *y);
        double *u = fenced(n * sizeof *u), *v = fenced(n * sizeof *v);

        for (size_t k = 0; k < kernels; k++) {
            for (size_t i = 0; i < n; i++)
                u[i] = x[i] = (float)(i + 1);
            f32[k]->op[OP_NEG](x, x, x, y, n);
            f64[k]->op[OP_NEG](u, u, u, v, n);
            for (size_t i = 0; i < n; i++)
                assert_true(y[i] == -(float)(i + 1) && v[i] == -(double)(i + 1));
        }
    }
}

/* Stores of n elements leave those after them as they were. */
static void test_partial_stores_stop(void **state)
{
    const struct bp_test_kernel_f32 *f32[BP_TEST_KERNELS];
    const struct bp_test_kernel_f64 *f64[BP_TEST_KERNELS];
    const size_t kernels = bp_test_kernels_f32(f32);
    float x[64] = {0}, y[64];
    double u[64] = {0}, v[64];

    (void)state;
    assert_int_equal(bp_test_kernels_f64(f64), kernels);
    for (size_t k = 0; k < kernels; k++)
        for (size_t n = 0; n <= 40; n++) {
            for (size_t i = 0; i < 64; i++)
                v[i] = y[i] = 77;
            f32[k]->function[EXP](x, y, n);
            f64[k]->function[EXP](u, v, n);
            for (size_t i = 0; i < 64; i++)
                assert_true(y[i] == (i < n ? 1 : 77) && v[i] == (i < n ? 1 : 77));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure_counts_ulps),
        cmocka_unit_test(test_measure_refuses),
        cmocka_unit_test(test_float_accuracy),
        cmocka_unit_test(test_double_accuracy),
        cmocka_unit_test(test_trigonometric_accuracy),
        cmocka_unit_test(test_power_accuracy),
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_trigonometric_ends),
        cmocka_unit_test(test_power_ends),
        cmocka_unit_test(test_scalar_operations),
        cmocka_unit_test(test_vector_operations_f32),
        cmocka_unit_test(test_vector_operations_f64),
        cmocka_unit_test(test_vector_functions_f32),
        cmocka_unit_test(test_vector_functions_f64),
        cmocka_unit_test(test_partial_forms),
        cmocka_unit_test(test_partial_stores_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
