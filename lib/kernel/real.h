/* SPDX-License-Identifier: MIT */
/*
 * The precision of a template. A stub defines BP_PRECISION as 32 or 64 and includes the
 * template, which is written in terms of:
 *
 *     real              float or double
 *     real_int          signed integer of the same width
 *     real_uint         unsigned integer of the same width
 *     REAL_C(x)         the literal x in that precision
 *     REAL_MANT_BITS    stored bits of the significand: 23 or 52
 *     REAL_BIAS         of the exponent: 127 or 1023
 *     REAL_INT_SHIFT    see below
 *     REAL_MIN_NORMAL, REAL_LARGEST, REAL_INFINITY, REAL_NAN
 *     BP_REAL(name)     bp_name_f32 or bp_name_f64; the name may be a macro
 *
 * One source is compiled in one precision.
 */
#ifndef BP_KERNEL_REAL_H
#define BP_KERNEL_REAL_H

#include <float.h>
#include <math.h>
#include <stdint.h>

#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0
#error "float must be evaluated as float: for 32-bit x86, add -msse2 -mfpmath=sse"
#endif

#ifndef BP_PRECISION
#error "define BP_PRECISION as 32 or 64 before including a template"
#elif BP_PRECISION == 32

typedef float real;
typedef int32_t real_int;
typedef uint32_t real_uint;

#define REAL_C(x)           x##f
#define REAL_MANT_BITS      23
#define REAL_BIAS           127
#define REAL_MIN_NORMAL     FLT_MIN
#define REAL_LARGEST        FLT_MAX
#define BP_REAL_PASTE(name) bp_##name##_f32

#elif BP_PRECISION == 64

typedef double real;
typedef int64_t real_int;
typedef uint64_t real_uint;

#define REAL_C(x)           x
#define REAL_MANT_BITS      52
#define REAL_BIAS           1023
#define REAL_MIN_NORMAL     DBL_MIN
#define REAL_LARGEST        DBL_MAX
#define BP_REAL_PASTE(name) bp_##name##_f64

#else
#error "BP_PRECISION is 32 or 64"
#endif

#define BP_REAL(name) BP_REAL_PASTE(name)

/* 1.5 2^MANT and its bits: x + REAL_INT_SHIFT has the integer nearest x in its low bits,
 * and subtracting it again gives that integer, for |x| < 2^(MANT-1). */
#define REAL_INT_SHIFT ((real)((real_uint)3 << (REAL_MANT_BITS - 1)))
#define REAL_INT_SHIFT_BITS                                        \
    (((real_uint)(REAL_BIAS + REAL_MANT_BITS) << REAL_MANT_BITS) + \
     ((real_uint)1 << (REAL_MANT_BITS - 1)))

#define REAL_INFINITY ((real)INFINITY)
#define REAL_NAN      ((real)NAN)

#endif
