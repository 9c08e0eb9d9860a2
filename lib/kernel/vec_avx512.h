/* SPDX-License-Identifier: MIT */
/*
 * 512-bit vectors, AVX512F alone; the rules are in vec_scalar.h. As for vec_avx2.h, a
 * stub ends with #include "kernel/vec_end.h" and includes libc's headers before this one.
 */
#ifndef BP_KERNEL_VEC_H
#define BP_KERNEL_VEC_H

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "kernel/real.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#define BP_VEC_POP
#elif defined(__GNUC__)
#pragma GCC target("avx512f")
#endif

#if BP_PRECISION == 32
#define VEC_LANES     16
#define VEC_OP(name)  _mm512_##name##_ps
#define VEC_CMP       _mm512_cmp_ps_mask
#define IVEC_OP(name) _mm512_##name##_epi32
#define IVEC_SET1(x)  _mm512_set1_epi32((int32_t)(x))
#define VEC_TO_BITS   _mm512_castps_si512
#define VEC_OF_BITS   _mm512_castsi512_ps
typedef __m512 vec;
typedef __mmask16 vmask;
#else
#define VEC_LANES     8
#define VEC_OP(name)  _mm512_##name##_pd
#define VEC_CMP       _mm512_cmp_pd_mask
#define IVEC_OP(name) _mm512_##name##_epi64
#define IVEC_SET1(x)  _mm512_set1_epi64((int64_t)(x))
#define VEC_TO_BITS   _mm512_castpd_si512
#define VEC_OF_BITS   _mm512_castsi512_pd
typedef __m512d vec;
typedef __mmask8 vmask;
#endif
typedef __m512i ivec;

/* AVX512F has no logic on floats; the bits are the same. */
#define VEC_SIGN VEC_TO_BITS(VEC_OP(set1)(REAL_C(-0.0)))

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

/* The first n lanes. */
static inline vmask vec_first(size_t n)
{
    return (vmask)(n < VEC_LANES ? (1u << n) - 1u : (1u << VEC_LANES) - 1u);
}

static inline vec vec_load_partial(const real *p, size_t n)
{
    return VEC_OP(maskz_loadu)(vec_first(n), p);
}

static inline void vec_store_partial(real *p, vec a, size_t n)
{
    VEC_OP(mask_storeu)(p, vec_first(n), a);
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
    return _mm512_and_si512(a, b);
}

static inline ivec ivec_or(ivec a, ivec b)
{
    return _mm512_or_si512(a, b);
}

static inline ivec ivec_shl(ivec a, int count)
{
    return IVEC_OP(slli)(a, (unsigned)count);
}

static inline ivec ivec_shr(ivec a, int count)
{
    return IVEC_OP(srli)(a, (unsigned)count);
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
    return VEC_OF_BITS(_mm512_andnot_si512(VEC_SIGN, VEC_TO_BITS(a)));
}

static inline vec vec_neg(vec a)
{
    return VEC_OF_BITS(_mm512_xor_si512(VEC_SIGN, VEC_TO_BITS(a)));
}

static inline vec vec_copysign(vec size, vec sign)
{
    const ivec sign_bit = _mm512_and_si512(VEC_SIGN, VEC_TO_BITS(sign));

    return VEC_OF_BITS(_mm512_or_si512(VEC_TO_BITS(vec_abs(size)), sign_bit));
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
    return VEC_CMP(a, b, _CMP_LT_OQ);
}

static inline vmask vec_le(vec a, vec b)
{
    return VEC_CMP(a, b, _CMP_LE_OQ);
}

static inline vmask vec_gt(vec a, vec b)
{
    return VEC_CMP(a, b, _CMP_GT_OQ);
}

static inline vmask vec_ge(vec a, vec b)
{
    return VEC_CMP(a, b, _CMP_GE_OQ);
}

static inline vmask vec_eq(vec a, vec b)
{
    return VEC_CMP(a, b, _CMP_EQ_OQ);
}

static inline vec vec_select(vmask mask, vec if_true, vec if_false)
{
    return VEC_OP(mask_blend)(mask, if_false, if_true);
}

static inline vmask mask_and(vmask a, vmask b)
{
    return (vmask)(a & b);
}

static inline vmask mask_or(vmask a, vmask b)
{
    return (vmask)(a | b);
}

static inline vmask mask_not(vmask a)
{
    return (vmask)~a;
}

static inline int mask_any(vmask a)
{
    return a != 0;
}

static inline vec vec_scale(vec x, vec n)
{
    return VEC_OP(scalef)(x, n);
}

#endif
