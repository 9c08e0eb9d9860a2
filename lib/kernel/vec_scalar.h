/* SPDX-License-Identifier: MIT */
/*
 * The vector type of one lane: plain C, the definition the others are held against.
 *
 * Rules of every vec_*.h, equal on all instruction sets, bit for bit, lane by lane:
 *   - each operation is the IEEE operation, rounded once; vec_fma(a, b, c) = a b + c and
 *     vec_fnma(a, b, c) = c - a b are fused;
 *   - comparisons with NaN are false, so vec_select takes the second choice;
 *   - vec_min(a, b) is a < b ? a : b and vec_max(a, b) is a > b ? a : b: with a NaN on
 *     either side, or two zeros, the result is b. A clamp that lets NaN through has the
 *     constant first: vec_min(limit, x). The payload of a NaN is nobody's promise;
 *   - vec_abs, vec_neg and vec_copysign touch the sign bit alone, NaN included;
 *   - vec_load and vec_store need no alignment; the _partial forms touch the first n
 *     elements of memory only (all of them if n >= VEC_LANES), other lanes load as zero;
 *   - ivec holds integers of the width of real; its shifts are logical;
 *   - vec_scale(x, n) is x 2^n rounded once, for integral n in [-2 BIAS + 2, 2 BIAS] and
 *     x of ordinary size, 2^-16 to 2^16; NaN stays NaN.
 */
#ifndef BP_KERNEL_VEC_H
#define BP_KERNEL_VEC_H

#include <stddef.h>
#include <string.h>

#include "kernel/real.h"

#define VEC_LANES 1

typedef real vec;
typedef real_uint ivec;
typedef int vmask;

#if BP_PRECISION == 32
#define VEC_C(name) name##f
#else
#define VEC_C(name) name
#endif

static inline vec vec_load(const real *p)
{
    return *p;
}

static inline void vec_store(real *p, vec a)
{
    *p = a;
}

static inline vec vec_set1(real x)
{
    return x;
}

static inline vec vec_zero(void)
{
    return 0;
}

static inline vec vec_load_partial(const real *p, size_t n)
{
    return n > 0 ? *p : 0;
}

static inline void vec_store_partial(real *p, vec a, size_t n)
{
    if (n > 0)
        *p = a;
}

static inline ivec vec_bits(vec a)
{
    ivec bits;

    memcpy(&bits, &a, sizeof bits);
    return bits;
}

static inline vec vec_from_bits(ivec bits)
{
    vec a;

    memcpy(&a, &bits, sizeof a);
    return a;
}

static inline ivec ivec_set1(real_uint x)
{
    return x;
}

static inline ivec ivec_add(ivec a, ivec b)
{
    return a + b;
}

static inline ivec ivec_sub(ivec a, ivec b)
{
    return a - b;
}

static inline ivec ivec_and(ivec a, ivec b)
{
    return a & b;
}

static inline ivec ivec_or(ivec a, ivec b)
{
    return a | b;
}

static inline ivec ivec_shl(ivec a, int count)
{
    return a << count;
}

static inline ivec ivec_shr(ivec a, int count)
{
    return a >> count;
}

static inline vec vec_add(vec a, vec b)
{
    return a + b;
}

static inline vec vec_sub(vec a, vec b)
{
    return a - b;
}

static inline vec vec_mul(vec a, vec b)
{
    return a * b;
}

static inline vec vec_div(vec a, vec b)
{
    return a / b;
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return VEC_C(fma)(a, b, c);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return VEC_C(fma)(-a, b, c);
}

static inline vec vec_sqrt(vec a)
{
    return VEC_C(sqrt)(a);
}

static inline vec vec_abs(vec a)
{
    return VEC_C(fabs)(a);
}

static inline vec vec_neg(vec a)
{
    return -a;
}

static inline vec vec_copysign(vec size, vec sign)
{
    return VEC_C(copysign)(size, sign);
}

static inline vec vec_min(vec a, vec b)
{
    return a < b ? a : b;
}

static inline vec vec_max(vec a, vec b)
{
    return a > b ? a : b;
}

static inline vmask vec_lt(vec a, vec b)
{
    return a < b;
}

static inline vmask vec_le(vec a, vec b)
{
    return a <= b;
}

static inline vmask vec_gt(vec a, vec b)
{
    return a > b;
}

static inline vmask vec_ge(vec a, vec b)
{
    return a >= b;
}

static inline vmask vec_eq(vec a, vec b)
{
    return a == b;
}

static inline vec vec_select(vmask mask, vec if_true, vec if_false)
{
    return mask ? if_true : if_false;
}

static inline vmask mask_and(vmask a, vmask b)
{
    return a & b;
}

static inline vmask mask_or(vmask a, vmask b)
{
    return a | b;
}

static inline vmask mask_not(vmask a)
{
    return !a;
}

static inline int mask_any(vmask a)
{
    return a;
}

#include "kernel/vec_scale.h"

#endif
