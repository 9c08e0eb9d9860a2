/* SPDX-License-Identifier: MIT */
/*
 * 256-bit vectors with FMA; the rules are in vec_scalar.h. The target is set here, not by
 * a flag: gcc's pragma lasts to the end of the file, clang's region must be closed, so a
 * stub ends with #include "kernel/vec_end.h". Include libc's headers before this one.
 */
#ifndef BP_KERNEL_VEC_H
#define BP_KERNEL_VEC_H

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "kernel/real.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define BP_VEC_POP
#elif defined(__GNUC__)
#pragma GCC target("avx2,fma")
#endif

#if BP_PRECISION == 32
#define VEC_LANES     8
#define VEC_OP(name)  _mm256_##name##_ps
#define IVEC_OP(name) _mm256_##name##_epi32
#define IVEC_SET1(x)  _mm256_set1_epi32((int32_t)(x))
#define VEC_TO_BITS   _mm256_castps_si256
#define VEC_OF_BITS   _mm256_castsi256_ps
typedef __m256 vec;
typedef __m256 vmask;
#else
#define VEC_LANES     4
#define VEC_OP(name)  _mm256_##name##_pd
#define IVEC_OP(name) _mm256_##name##_epi64
#define IVEC_SET1(x)  _mm256_set1_epi64x((int64_t)(x))
#define VEC_TO_BITS   _mm256_castpd_si256
#define VEC_OF_BITS   _mm256_castsi256_pd
typedef __m256d vec;
typedef __m256d vmask;
#endif
typedef __m256i ivec;

static inline vec vec_load(const real *p)
{
    return VEC_OP(loadu)(p);
}

static inline void vec_store(real *p, vec a)
{
    VEC_OP(storeu)(p, a);
}

static inline vec vec_set1(real x)
{
    return VEC_OP(set1)(x);
}

static inline vec vec_zero(void)
{
    return VEC_OP(setzero)();
}

/* All ones in the first n lanes. */
static inline __m256i vec_first(size_t n)
{
    const real_int count = n < VEC_LANES ? (real_int)n : VEC_LANES;
#if BP_PRECISION == 32
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
#else
    const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
#endif

    return IVEC_OP(cmpgt)(IVEC_SET1(count), lane);
}

static inline vec vec_load_partial(const real *p, size_t n)
{
    return VEC_OP(maskload)(p, vec_first(n));
}

static inline void vec_store_partial(real *p, vec a, size_t n)
{
    VEC_OP(maskstore)(p, vec_first(n), a);
}

static inline ivec vec_bits(vec a)
{
    return VEC_TO_BITS(a);
}

static inline vec vec_from_bits(ivec bits)
{
    return VEC_OF_BITS(bits);
}

static inline ivec ivec_set1(real_uint x)
{
    return IVEC_SET1(x);
}

static inline ivec ivec_add(ivec a, ivec b)
{
    return IVEC_OP(add)(a, b);
}

static inline ivec ivec_sub(ivec a, ivec b)
{
    return IVEC_OP(sub)(a, b);
}

static inline ivec ivec_and(ivec a, ivec b)
{
    return _mm256_and_si256(a, b);
}

static inline ivec ivec_or(ivec a, ivec b)
{
    return _mm256_or_si256(a, b);
}

static inline ivec ivec_shl(ivec a, int count)
{
    return IVEC_OP(slli)(a, count);
}

static inline ivec ivec_shr(ivec a, int count)
{
    return IVEC_OP(srli)(a, count);
}

static inline vec vec_add(vec a, vec b)
{
    return VEC_OP(add)(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
    return VEC_OP(sub)(a, b);
}

static inline vec vec_mul(vec a, vec b)
{
    return VEC_OP(mul)(a, b);
}

static inline vec vec_div(vec a, vec b)
{
    return VEC_OP(div)(a, b);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return VEC_OP(fmadd)(a, b, c);
}

static inline vec vec_fnma(vec a, vec b, vec c)
{
    return VEC_OP(fnmadd)(a, b, c);
}

static inline vec vec_sqrt(vec a)
{
    return VEC_OP(sqrt)(a);
}

static inline vec vec_abs(vec a)
{
    return VEC_OP(andnot)(vec_set1(REAL_C(-0.0)), a);
}

static inline vec vec_neg(vec a)
{
    return VEC_OP(xor)(vec_set1(REAL_C(-0.0)), a);
}

static inline vec vec_copysign(vec size, vec sign)
{
    return VEC_OP(or)(vec_abs(size), VEC_OP(and)(vec_set1(REAL_C(-0.0)), sign));
}

static inline vec vec_min(vec a, vec b)
{
    return VEC_OP(min)(a, b);
}

static inline vec vec_max(vec a, vec b)
{
    return VEC_OP(max)(a, b);
}

static inline vmask vec_lt(vec a, vec b)
{
    return VEC_OP(cmp)(a, b, _CMP_LT_OQ);
}

static inline vmask vec_le(vec a, vec b)
{
    return VEC_OP(cmp)(a, b, _CMP_LE_OQ);
}

static inline vmask vec_gt(vec a, vec b)
{
    return VEC_OP(cmp)(a, b, _CMP_GT_OQ);
}

static inline vmask vec_ge(vec a, vec b)
{
    return VEC_OP(cmp)(a, b, _CMP_GE_OQ);
}

static inline vmask vec_eq(vec a, vec b)
{
    return VEC_OP(cmp)(a, b, _CMP_EQ_OQ);
}

static inline vec vec_select(vmask mask, vec if_true, vec if_false)
{
    return VEC_OP(blendv)(if_false, if_true, mask);
}

static inline vmask mask_and(vmask a, vmask b)
{
    return VEC_OP(and)(a, b);
}

static inline vmask mask_or(vmask a, vmask b)
{
    return VEC_OP(or)(a, b);
}

static inline vmask mask_not(vmask a)
{
    return VEC_OP(xor)(a, VEC_OF_BITS(_mm256_set1_epi32(-1)));
}

static inline int mask_any(vmask a)
{
    return VEC_OP(movemask)(a) != 0;
}

#include "kernel/vec_scale.h"

#endif
