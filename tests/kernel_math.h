/* SPDX-License-Identifier: MIT */
/*
 * vmath.h compiled for one instruction set and precision, as arrays -> arrays, so that a
 * test can hold one against another. Each kernel_math_<isa>_<precision>.c defines one
 * table; on a machine of another architecture it defines none.
 */
#ifndef BP_TEST_KERNEL_MATH_H
#define BP_TEST_KERNEL_MATH_H

#include <stddef.h>

#if defined(__x86_64__) || defined(__i386__)
#define BP_TEST_X86 1
#else
#define BP_TEST_X86 0
#endif
#if defined(__aarch64__)
#define BP_TEST_NEON 1
#else
#define BP_TEST_NEON 0
#endif

/* The elementary functions. */
enum { EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, FUNCTION_COUNT };

/* The operations of the vector type; each reads up to three arrays. */
enum {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_FMA,
    OP_FNMA,
    OP_SQRT,
    OP_ABS,
    OP_NEG,
    OP_COPYSIGN,
    OP_MIN,
    OP_MAX,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_ANY,
    OP_SCALE,
    OP_ZERO,
    OP_MUL_ADD,
    OP_PLAIN,
    OP_COUNT
};

typedef void bp_test_map_f32(const float *x, float *y, size_t count);
typedef void bp_test_map_f64(const double *x, double *y, size_t count);

typedef void bp_test_op_f32(const float *a, const float *b, const float *c, float *y,
                            size_t count);
typedef void bp_test_op_f64(const double *a, const double *b, const double *c, double *y,
                            size_t count);

struct bp_test_kernel_f32 {
    const char *name;
    bp_test_map_f32 *function[FUNCTION_COUNT];
    bp_test_op_f32 *op[OP_COUNT];
};

struct bp_test_kernel_f64 {
    const char *name;
    bp_test_map_f64 *function[FUNCTION_COUNT];
    bp_test_op_f64 *op[OP_COUNT];
};

extern const struct bp_test_kernel_f32 bp_test_scalar_f32;
extern const struct bp_test_kernel_f64 bp_test_scalar_f64;
#if BP_TEST_X86
extern const struct bp_test_kernel_f32 bp_test_avx2_f32, bp_test_avx512_f32;
extern const struct bp_test_kernel_f64 bp_test_avx2_f64, bp_test_avx512_f64;
#elif BP_TEST_NEON
extern const struct bp_test_kernel_f32 bp_test_neon_f32;
extern const struct bp_test_kernel_f64 bp_test_neon_f64;
#endif

/* Those that this machine can run; the first is the scalar one. Gives their number. */
enum { BP_TEST_KERNELS = 3 };

size_t bp_test_kernels_f32(const struct bp_test_kernel_f32 *kernels[BP_TEST_KERNELS]);
size_t bp_test_kernels_f64(const struct bp_test_kernel_f64 *kernels[BP_TEST_KERNELS]);

#endif
